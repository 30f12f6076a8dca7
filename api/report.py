"""A printable page of decisions: one HTML file without any outside asset, safe for whatever a record says."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import metadata
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from api.explain import (
    basis_line,
    evidence_lines,
    findings_of,
    in_lang,
    list_title,
    moment,
    name_of,
    open_line,
    overridden_line,
    override_lines,
    remark,
    verdict_of,
    word,
)
from api.masking import mask_value
from api.restricted import ordinary
from graph.messages import Lang, say
from matching.decision import Decision, Finding, ListPin, SubjectResult, Verdict, strictest

MOST: Final = 1_000
"""Decisions that are set out in full: a report of more can't be printed, and hardly be opened."""


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("api", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("report.html")


def _reason(finding: Finding, lang: Lang) -> dict[str, Any]:
    return {
        "code": finding.code,
        "effect": finding.effect.value,
        "effect_word": word("effect", finding.effect.value, lang),
        "title": in_lang(finding.title, lang),
        "detail": in_lang(finding.detail, lang),
        "overridden": overridden_line(finding, lang) if finding.overridden_by else "",
        "basis": [basis_line(basis, lang) for basis in finding.legal_basis],
        "evidence": [evidence_lines(evidence, lang) for evidence in finding.evidence],
        "path": in_lang(finding.path.sentence, lang) if finding.path is not None else "",
        "missing": ", ".join(finding.missing),
        "remedies": [word("remedy", remedy, lang) for remedy in finding.remedy],
    }


def _subject(
    subject: SubjectResult, verdict: Verdict, reasons: Sequence[Finding], lang: Lang
) -> dict[str, Any]:
    return {
        "role": word("role", subject.role, lang),
        "name": name_of(subject),
        "verdict": verdict.value,
        "verdict_word": word("verdict", verdict.value, lang),
        "reasons": [_reason(reason, lang) for reason in reasons],
        "open": [open_line(point, lang) for point in subject.not_assessed],
    }


def _decision(decision: Decision, lang: Lang, restricted: bool, replaced_by: str) -> dict[str, Any]:
    bidders = [
        _subject(bidder, verdict_of(decision, i), findings_of(decision, i, restricted=restricted), lang)
        for i, bidder in enumerate(decision.bidders)
    ]
    subjects = [_subject(s, s.verdict, s.reasons, lang) for s in decision.subjects]
    return {
        "id": decision.decision_id,
        "decided_at": moment(decision.decided_at, lang) if decision.decided_at is not None else "-",
        "as_of": moment(decision.pins.as_of, lang),
        "known_at": moment(decision.pins.known_at, lang),
        "valid_until": moment(decision.valid_until, lang) if decision.valid_until is not None else "-",
        "subjects": [*bidders, *subjects],
        "overrides": override_lines(decision, lang),
        "replaced": say("api", "explain.replaced", lang, id=replaced_by) if replaced_by else "",
        "open": [open_line(point, lang) for point in decision.not_assessed],
        "generation": decision.pins.generation,
        "policy": decision.pins.policy_hash,
        "rules": decision.pins.rule_pack,
        "index": decision.pins.index,
        "model": decision.pins.model,
        "input": decision.pins.input_hash,
        "hash": decision.decision_hash,
    }


class _Versions:
    """By what the decisions of a report were made: every version and list snapshot that any of them pins."""

    def __init__(self) -> None:
        self.pins: dict[str, dict[str, None]] = {}
        self.lists: dict[tuple[str, str], tuple[ListPin, datetime]] = {}

    def add(self, decision: Decision) -> None:
        """Note what a decision pins."""
        pins = decision.pins
        for name, value in (
            ("generation", pins.generation),
            ("rules", pins.rule_pack),
            ("policy", pins.policy_hash),
            ("algorithm", pins.algorithm),
        ):
            self.pins.setdefault(name, {})[value] = None
        for pin in pins.lists:
            self.lists.setdefault((pin.code, pin.sha256), (pin, pins.known_at))

    def told(self, lang: Lang) -> list[dict[str, Any]]:
        """The lists as the page shows them; their age is that at the decision."""
        return [
            {
                "title": list_title(pin.code, lang),
                "sha256": pin.sha256,
                "taken_at": moment(pin.taken_at, lang) if pin.taken_at is not None else "-",
                "age": _age(pin.taken_at, at, lang),
                "records": pin.records,
                "stale": pin.stale,
            }
            for pin, at in self.lists.values()
        ]


def _age(taken: datetime | None, at: datetime, lang: Lang) -> str:
    if taken is None:
        return "-"
    return say("api", "report.hours", lang, hours=f"{(at - taken).total_seconds() / 3600:,.1f}")


def _summary(decision: Decision, lang: Lang) -> list[dict[str, Any]]:
    return [
        {
            "row": "",
            "name": bidder.name,
            "code": bidder.code,
            "verdict": verdict_of(decision, i).value,
            "rules": list(dict.fromkeys(f.code for f in findings_of(decision, i))),
            "remark": remark(decision, i, lang),
        }
        for i, bidder in enumerate(decision.bidders)
    ]


def _says_something(decision: Decision) -> bool:
    """Whether a decision is set out in full: somebody in it has a reason or an open point."""
    if any(one.not_assessed or one.reasons for one in (*decision.bidders, *decision.subjects)):
        return True
    return any(findings_of(decision, place) for place in range(len(decision.bidders)))


def report(
    decisions: Iterable[Decision],
    lang: Lang,
    *,
    made_at: datetime,
    rows: Sequence[dict[str, Any]] | None = None,
    restricted: bool = False,
    replaced: Mapping[str, str] | None = None,
    about: Sequence[tuple[str, str]] = (),
) -> bytes:
    """The page, UTF-8.

    Args:
        decisions: what was decided; each bidder with any reason or open point is set out in full, of more than
            `MOST` decisions those of the strictest, which is said.
        lang: language of the page.
        made_at: when the page is made.
        rows: the table at its head (default: every bidder of the decisions).
        restricted: also what only some may see; that somebody asked is on record (`api.restricted`).
        replaced: by decision, the one that replaced it by an override.
        about: what its head says besides: who asked, of which file; codes `report.about.<name>` and values.
    """
    newer, versions = replaced or {}, _Versions()
    summary: list[dict[str, Any]] = []
    kept: list[tuple[int, int, Decision]] = []
    count = told = 0
    for one in decisions:
        decision = one if restricted else ordinary(one)
        count += 1
        versions.add(decision)
        if rows is None:
            summary += _summary(decision, lang)
        if _says_something(decision):
            told += 1
            kept.append((-decision.verdict.rank, count, decision))
        elif count == 1:
            kept.append((1, count, decision))
        if len(kept) > 2 * MOST:
            # of thousands only those are kept that will be printed
            kept = heapq.nsmallest(MOST, kept)
    if rows is not None:
        summary = list(rows)
    if count > 1:
        kept = [one for one in heapq.nsmallest(MOST, kept) if one[0] <= 0]
    kept.sort(key=lambda one: one[1])
    shown = [_decision(one, lang, restricted, newer.get(one.decision_id, "")) for _, _, one in kept]
    page = _template().render(
        lang="zh-CN" if lang == "zh" else "en",
        t=lambda code, **params: say("api", f"report.{code}", lang, **params),
        word=lambda group, value: word(group, value, lang),
        made_at=moment(made_at, lang),
        about=mask_value([{"name": name, "value": value} for name, value in about]),
        versions=[{"name": name, "values": list(values)} for name, values in versions.pins.items()],
        program=metadata.version("liancheng"),
        overall=strictest(Verdict(row["verdict"]) for row in summary).value,
        counts={v.value: sum(row["verdict"] == v.value for row in summary) for v in reversed(Verdict)},
        rows=mask_value(summary),
        decisions=mask_value(shown),
        told=told,
        lists=versions.told(lang),
    )
    return str(page).encode()
