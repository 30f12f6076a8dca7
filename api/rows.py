"""Rows of verdicts: what `screen`, `decide` and `demo` print about each bidder."""

from __future__ import annotations

from typing import Any

from api.explain import best_tier, findings_of, remark, verdict_of
from api.masking import mask_value
from api.output import Column, Table
from graph.messages import Lang, say
from matching.decision import Decision, Effect, Verdict

VERDICT_STATUS = {
    Verdict.CLEAR: 0,
    Verdict.FLAG: 0,
    Verdict.REVIEW: 10,
    Verdict.UNDETERMINED: 15,
    Verdict.BLOCK: 20,
}
"""Exit status of `--exit-verdict` by the strictest verdict (COMMANDS)."""

COLUMNS = (
    ("row", 0),
    ("client_id", 16),
    ("name", 32),
    ("code", 0),
    ("verdict", 0),
    ("rules", 16),
    ("records", 24),
    ("tier", 0),
    ("remark", 60),
    ("decision_id", 0),
)


def columns(lang: Lang) -> tuple[Column, ...]:
    """The columns of a screening, in the order that COMMANDS fixes."""
    return tuple(Column(key, say("api", f"screen.col.{key}", lang), wide) for key, wide in COLUMNS)


def bidder_row(decision: Decision, index: int, lang: Lang, *, row: int | None = None) -> dict[str, Any]:
    """One bidder: verdict, rules that fired (strictest first), records, surest tier, reason."""
    bidder = decision.bidders[index]
    verdict = verdict_of(decision, index)
    findings = findings_of(decision, index)
    strict = [f for f in findings if f.effect is not Effect.INFO and f.effect.verdict is verdict]
    found = {
        "row": index + 1 if row is None else row,
        "client_id": bidder.client_id,
        "name": bidder.name,
        "code": bidder.code,
        "verdict": verdict.value,
        "rules": list(dict.fromkeys(f.code for f in findings)),
        "records": list(dict.fromkeys(f"{e.list}:{e.record}" for f in findings for e in f.evidence)),
        "tier": best_tier(strict or findings),
        "remark": remark(decision, index, lang),
        "decision_id": decision.decision_id,
    }
    masked: dict[str, Any] = mask_value(found)
    return masked


def decision_table(decision: Decision, lang: Lang) -> Table:
    """A decision as a table: bidders, then other subjects."""
    rows = [bidder_row(decision, index, lang) for index in range(len(decision.bidders))]
    return Table(columns=columns(lang), rows=rows)
