"""A printable page of decisions: one HTML file without any outside asset, safe for whatever a record says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

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
from matching.decision import Decision, Finding, SubjectResult, Verdict, strictest


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


def _summary(
    decisions: Sequence[Decision], rows: Sequence[dict[str, Any]] | None, lang: Lang
) -> list[dict[str, Any]]:
    if rows is not None:
        return list(rows)
    return [
        {
            "row": "",
            "name": bidder.name,
            "code": bidder.code,
            "verdict": verdict_of(decision, i).value,
            "rules": list(dict.fromkeys(f.code for f in findings_of(decision, i))),
            "remark": remark(decision, i, lang),
        }
        for decision in decisions
        for i, bidder in enumerate(decision.bidders)
    ]


def report(
    decisions: Sequence[Decision],
    lang: Lang,
    *,
    made_at: datetime,
    rows: Sequence[dict[str, Any]] | None = None,
    restricted: bool = False,
    replaced: Mapping[str, str] | None = None,
) -> bytes:
    """The page, UTF-8.

    Args:
        decisions: what was decided; each bidder with any reason or open point is set out in full.
        lang: language of the page.
        made_at: when the page is made.
        rows: the table at its head (default: every bidder of the decisions).
        restricted: also what only some may see; that somebody asked is on record (`api.restricted`).
        replaced: by decision, the one that replaced it by an override.
    """
    if not restricted:
        decisions = [ordinary(decision) for decision in decisions]
    newer = replaced or {}
    summary = _summary(decisions, rows, lang)
    pins = {pin.code: pin for decision in decisions for pin in decision.pins.lists}
    page = _template().render(
        lang="zh-CN" if lang == "zh" else "en",
        t=lambda code, **params: say("api", f"report.{code}", lang, **params),
        word=lambda group, value: word(group, value, lang),
        made_at=moment(made_at, lang),
        overall=strictest(Verdict(row["verdict"]) for row in summary).value,
        counts={v.value: sum(row["verdict"] == v.value for row in summary) for v in reversed(Verdict)},
        rows=mask_value(summary),
        decisions=mask_value(
            [_decision(one, lang, restricted, newer.get(one.decision_id, "")) for one in decisions]
        ),
        lists=[
            {
                "title": list_title(pin.code, lang),
                "sha256": pin.sha256,
                "taken_at": moment(pin.taken_at, lang) if pin.taken_at is not None else "-",
                "records": pin.records,
                "stale": pin.stale,
            }
            for pin in pins.values()
        ],
    )
    return str(page).encode()
