"""A decision with its reasons, law, evidence side by side, pins, replay and certificate."""

from __future__ import annotations

from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import Response

from api.explain import (
    basis_line,
    final_day,
    findings_of,
    first_day,
    in_lang,
    open_line,
    open_points,
    remark,
    text,
    verdict_of,
    word,
)
from api.masking import mask_text
from api.principals import Scope
from api.replays import replay_document
from api.restricted import ordinary, restricted
from api.reviews import where_listed
from api.routes import decisions as http
from api.routes.problem import ProblemError
from api.web.answers import page
from api.web.door import Visit
from api.web.stated import sides
from api.web.views.overriding import Row as OverrideRow
from api.web.views.overriding import row as override_row
from api.web.views.party import source_line
from api.web.words import Words
from graph.messages import Lang
from matching.decision import Decision, Evidence, Feature, Finding, SubjectResult, Verdict
from matching.ledger import StoredDecision, visible
from matching.overrides import proposals

DIFFERENT: Final = frozenset({"different", "conflict", "mask_conflict"})
"""Outcomes of a comparison that are marked as differences."""


class Compared(NamedTuple):
    """One compared field: what was submitted beside what stands in the record."""

    name: str
    submitted: str
    matched: str
    word: str
    sign: str
    """`=`, `≠`, or `?` where a side says nothing: missing is no difference."""
    differs: bool


class Proof(NamedTuple):
    """A record behind a reason."""

    list: str
    record: str
    status: str
    tier: str
    tier_word: str
    role: str
    fields: tuple[Compared, ...]
    since: str
    until: str
    authority: str
    document: str
    reason: str
    source: str
    confirmed_by: str
    row: tuple[tuple[str, str], ...]
    question: bool
    """Whether it is a question to the committee, which nobody has answered."""
    presumption: bool
    """Whether it is about a presumption between two bidders at all, answered or not: no record of a list."""
    subject: str
    """How the list calls whom the record is about."""
    sides: tuple[str, str]


class Reason(NamedTuple):
    """A reason in words."""

    code: str
    effect: str
    effect_word: str
    title: str
    detail: str
    law: tuple[str, ...]
    proofs: tuple[Proof, ...]
    facts: tuple[tuple[str, str, str], ...]
    path: str
    steps: tuple[tuple[str, str], ...]
    """Who stands on the path: key and name, in order."""
    picture: str
    """Where the path is drawn; empty where somebody on it is not in the graph."""
    missing: str
    remedies: tuple[str, ...]
    overridden: bool


class Subject(NamedTuple):
    """A bidder or somebody else, with the verdict."""

    anchor: str
    role: str
    name: str
    code: str
    verdict: str
    verdict_word: str
    remark: str
    reasons: tuple[Reason, ...]
    open: tuple[str, ...]


class Pin(NamedTuple):
    """A list as it stood for the decision."""

    title: str
    sha256: str
    taken_at: str
    records: str
    stale: bool


class Overrides(NamedTuple):
    """What replaced a decision, what it replaced, and who wants to change what of it."""

    newer: str
    older: str
    proposals: tuple[OverrideRow, ...]
    may_propose: bool


class DecisionPage(NamedTuple):
    """All that the page shows."""

    id: str
    verdict: str
    verdict_word: str
    decided_at: str
    as_of: str
    known_at: str
    valid_until: str
    subjects: tuple[Subject, ...]
    tender: tuple[Reason, ...]
    open: tuple[str, ...]
    pins: tuple[tuple[str, str], ...]
    lists: tuple[Pin, ...]
    restricted: bool
    """Whether something is only told to those who state a purpose."""


def show(visit: Visit) -> Response:
    """A decision; with a stated purpose also what only some may see, and the look is on record."""
    return _shown(visit, None)


def replay(visit: Visit) -> Response:
    """The decision, calculated again from what it pins."""
    decision_id = _asked(visit)
    http.stored_decision(visit.request, decision_id)
    result = visit.service.replay(decision_id, visit.principal.tenant)
    return _shown(visit, replay_document(result, visit.lang))


def _shown(visit: Visit, replayed: dict[str, Any] | None) -> Response:
    decision_id = _asked(visit)
    stored = http.stored_decision(visit.request, decision_id)
    if stored.decision is None:
        raise ProblemError("http.erased")
    if replayed is None and visit.request.method == "POST" and not visit.asked("purpose"):
        raise ProblemError("http.invalid", detail=visit.words("purpose.needed"))
    full = http.in_full(visit.request, decision_id)
    return page(
        visit,
        "decision.html",
        decision=view(stored.decision, visit.lang, full=full),
        replayed=replayed,
        may_restrict=visit.may(Scope.RESTRICTED),
        full=full,
        may_graph=visit.may(Scope.GRAPH),
        overrides=_overrides(visit, stored),
    )


def _overrides(visit: Visit, stored: StoredDecision) -> Overrides:
    """What people changed of a decision, or want to."""
    ledger, who, decision = visit.service.ledger, visit.principal, stored.decision
    found = ledger.items.page(proposals.KIND, tenant=who.tenant, key=f"decision:{stored.decision_id}")
    return Overrides(
        newer=proposals.successor(ledger, stored.decision_id, tenant=who.tenant),
        older=decision.overrides[-1].of if decision is not None and decision.overrides else "",
        proposals=tuple(
            override_row(one, visit.words)
            for one in found
            if one.body is not None and visible(one, who.viewer, visit.at)
        ),
        may_propose=who.person and visit.may(Scope.DECIDE),
    )


def certificate(visit: Visit) -> Response:
    """The page to print and keep, in the visitor's language: the document of the HTTP interface."""
    return http.certificate(visit.request, _asked(visit))


def _asked(visit: Visit) -> str:
    return str(visit.request.path_params["decision_id"])


def view(decision: Decision, lang: Lang, *, full: bool = False) -> DecisionPage:
    """A decision as its page shows it.

    Args:
        decision: as it was recorded.
        lang: the visitor's language.
        full: restricted findings too; that somebody looks is on record.
    """
    words, hidden = Words(lang), restricted(decision)
    if not full:
        decision = ordinary(decision)
    pins = decision.pins
    bidders = [
        _subject(
            f"s{index}",
            bidder,
            verdict_of(decision, index),
            findings_of(decision, index, restricted=full),
            remark(decision, index, lang),
            decision,
            lang,
        )
        for index, bidder in enumerate(decision.bidders)
    ]
    others = [
        _subject(f"o{index}", one, one.verdict, list(one.reasons), _why(one, lang), decision, lang)
        for index, one in enumerate(decision.subjects)
    ]
    return DecisionPage(
        id=decision.decision_id,
        verdict=decision.verdict.value,
        verdict_word=words.word("verdict", decision.verdict.value),
        decided_at=words.time(decision.decided_at),
        as_of=words.time(pins.as_of),
        known_at=words.time(pins.known_at),
        valid_until=words.time(decision.valid_until),
        subjects=tuple(bidders + others),
        tender=tuple(reason_of(one, lang) for one in decision.tender.reasons),
        open=tuple(open_line(one, lang) for one in (*decision.tender.not_assessed, *decision.not_assessed)),
        pins=tuple(
            (words(f"pin.{name}"), value)
            for name, value in (
                ("generation", pins.generation),
                ("policy", pins.policy_hash),
                ("rules", pins.rule_pack),
                ("algorithm", pins.algorithm),
                ("index", pins.index),
                ("model", pins.model),
                ("reviews", str(pins.reviews_seq)),
                ("input", pins.input_hash),
                ("decision", decision.decision_hash),
            )
            if value
        ),
        lists=tuple(
            Pin(
                title=Words(lang).dataset(pin.code),
                sha256=pin.sha256,
                taken_at=words.time(pin.taken_at),
                records=words.number(pin.records),
                stale=pin.stale,
            )
            for pin in pins.lists
        ),
        restricted=hidden,
    )


def _why(one: SubjectResult, lang: Lang) -> str:
    """The strictest reason for the verdict on somebody who does not bid, as one sentence; empty where none is shown."""
    found = next((reason for reason in one.reasons if reason.effect.verdict is one.verdict), None)
    if found is not None:
        return in_lang(found.detail, lang)
    deciding = next((point for point in one.not_assessed if point.decides), None)
    if one.verdict is Verdict.UNDETERMINED and deciding is not None:
        return in_lang(deciding.detail, lang)
    return text("explain.nothing", lang) if one.verdict is Verdict.CLEAR else ""


def _subject(
    anchor: str,
    subject: SubjectResult,
    verdict: Verdict,
    found: list[Finding],
    said: str,
    decision: Decision,
    lang: Lang,
) -> Subject:
    return Subject(
        anchor=anchor,
        role=word("role", subject.role, lang),
        name=subject.name or subject.client_id,
        code=mask_text(subject.code),
        verdict=verdict.value,
        verdict_word=word("verdict", verdict.value, lang),
        remark=said,
        reasons=tuple(reason_of(one, lang) for one in found),
        open=tuple(
            open_line(one, lang) for one in open_points(decision, subject) if one in subject.not_assessed
        ),
    )


def reason_of(finding: Finding, lang: Lang) -> Reason:
    """A finding in the visitor's language."""
    path = finding.path
    return Reason(
        code=finding.code,
        effect=finding.effect.value,
        effect_word=word("effect", finding.effect.value, lang),
        title=in_lang(finding.title, lang),
        detail=in_lang(finding.detail, lang),
        law=tuple(basis_line(basis, lang) for basis in finding.legal_basis),
        proofs=tuple(proof(evidence, lang) for evidence in finding.evidence),
        facts=tuple((fact.field, fact.a, fact.b or fact.a) for fact in finding.facts),
        path="" if path is None else in_lang(path.sentence, lang),
        steps=() if path is None else tuple((node.id, node.name) for node in path.nodes),
        picture=""
        if path is None or not all(node.id for node in path.nodes)
        else "/graph?" + urlencode({"ids": ",".join(node.id for node in path.nodes)}),
        missing=", ".join(finding.missing),
        remedies=tuple(word("remedy", remedy, lang) for remedy in finding.remedy),
        overridden=bool(finding.overridden_by),
    )


def compared(feature: Feature, lang: Lang) -> Compared:
    """A compared field with a sign, so that no difference is told by colour alone."""
    differs = feature.outcome in DIFFERENT
    unsaid = feature.outcome == "missing" or not (feature.submitted and feature.matched)
    submitted, matched = sides(Words(lang), feature)
    return Compared(
        name=word("field", feature.name, lang),
        submitted=submitted or "–",
        matched=matched or "–",
        word=word("outcome", feature.outcome, lang),
        sign="≠" if differs else "?" if unsaid else "=",
        differs=differs,
    )


def proof(evidence: Evidence, lang: Lang) -> Proof:
    """A record with what was compared, field by field."""
    fields = [compared(one, lang) for one in evidence.features]
    if not fields:
        outcome = "equal" if evidence.submitted == evidence.matched else "different"
        whole = Feature(
            name=evidence.field, submitted=evidence.submitted, matched=evidence.matched, outcome=outcome
        )
        fields = [compared(whole, lang)]
    return Proof(
        list=where_listed(evidence.list, lang),
        record=evidence.record,
        status=word("status", evidence.status, lang),
        tier=evidence.tier.value,
        tier_word=word("tier", evidence.tier.value, lang),
        role=word("role", evidence.role, lang),
        fields=tuple(fields),
        since=first_day(evidence.effect_from, lang),
        until=final_day(evidence.effect_to, lang),
        authority=evidence.authority,
        document=evidence.document_no,
        reason=evidence.reason,
        source=source_line(evidence.source.file or evidence.source.url, evidence.source.row),
        confirmed_by=evidence.confirmed_by,
        row=tuple(evidence.row.items()),
        question=evidence.field == "presumption" and not evidence.confirmed_by,
        presumption=evidence.field == "presumption",
        subject=evidence.subject,
        sides=(evidence.submitted, evidence.matched),
    )


__all__ = ["certificate", "compared", "proof", "reason_of", "replay", "show", "view"]
