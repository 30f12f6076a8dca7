"""Applies what two persons changed of a calculation: one finding at a time, the rest as the rules found it.

An override names the finding by what it rests on (rule, records, facts). Where that is no longer what the calculation
finds, nothing is overridden and the caller is told: a record that came up later is never lifted with an old one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from matching.decision import (
    Decision,
    Effect,
    Finding,
    NotAssessable,
    Override,
    SubjectResult,
    Verdict,
    strictest,
    to_json,
)


class OverrideError(Exception):
    """An override that can't be made or applied. `code` is a message code (`override.*`)."""

    def __init__(self, code: str, pointer: str = "", **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.pointer = pointer
        self.params = params


def finding_key(finding: Finding) -> str:
    """What a finding rests on, as 64 hexadecimal digits: its rule, its records with their content, its facts."""
    told = {
        "code": finding.code,
        "records": sorted((one.list, one.record_hash, one.pair) for one in finding.evidence),
        "facts": [msgspec.to_builtins(fact) for fact in finding.facts],
        "missing": finding.missing,
    }
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def overridden(decision: Decision, overrides: Sequence[Override]) -> Decision:
    """A decision with every override applied in turn, and its hash over the result.

    Raises:
        OverrideError: `override.changed`: a finding to be overridden is not there.
    """
    for one in overrides:
        decision = _apply(decision, one)
    bare = msgspec.structs.replace(decision, decision_hash="", decision_id="", decided_at=None)
    return msgspec.structs.replace(decision, decision_hash=hashlib.sha256(to_json(bare)).hexdigest())


def _apply(decision: Decision, one: Override) -> Decision:
    target = _target(decision, one)
    changed = msgspec.structs.replace(target, effect=one.effect, overridden_by=one.id, before=target.effect)
    concerned = {one.client_id, one.other} - {""}
    bidders = tuple(
        _with(bidder, target, changed) if one.role == "bidder" and bidder.client_id in concerned else bidder
        for bidder in decision.bidders
    )
    subjects = tuple(
        _with(subject, target, changed)
        if (subject.client_id, subject.role) == (one.client_id, one.role)
        else subject
        for subject in decision.subjects
    )
    pairs = tuple(
        msgspec.structs.replace(
            pair, reasons=(found := _swapped(pair.reasons, target, changed)), verdict=_verdict(found, ())
        )
        if one.other and {pair.a, pair.b} == concerned
        else pair
        for pair in decision.pairs
    )
    verdicts = [*(b.verdict for b in bidders), *(s.verdict for s in subjects), decision.tender.verdict]
    return msgspec.structs.replace(
        decision,
        verdict=strictest(verdicts),
        bidders=bidders,
        subjects=subjects,
        pairs=pairs,
        overrides=(*decision.overrides, one),
    )


def _target(decision: Decision, one: Override) -> Finding:
    """The finding that an override names.

    Raises:
        OverrideError: `override.changed`.
    """
    for finding in reasons_on(decision, one.client_id, one.role, one.other):
        if not finding.overridden_by and finding_key(finding) == one.finding and finding.effect is one.before:
            return finding
    raise OverrideError("override.changed")


def reasons_on(decision: Decision, client_id: str, role: str, other: str) -> Sequence[Finding]:
    """The findings on a bidder, a pair of bidders or another subject; none where there is no such one."""
    if other:
        wanted = {client_id, other}
        return next((pair.reasons for pair in decision.pairs if {pair.a, pair.b} == wanted), ())
    results = decision.bidders if role == "bidder" else decision.subjects
    return next((r.reasons for r in results if (r.client_id, r.role) == (client_id, role)), ())


def _with(result: SubjectResult, target: Finding, changed: Finding) -> SubjectResult:
    reasons = _swapped(result.reasons, target, changed)
    return msgspec.structs.replace(result, reasons=reasons, verdict=_verdict(reasons, result.not_assessed))


def _swapped(reasons: Sequence[Finding], target: Finding, changed: Finding) -> tuple[Finding, ...]:
    """The findings with one of them changed, strictest first; an equal one of another pair stays."""
    at = next((place for place, finding in enumerate(reasons) if finding == target), None)
    if at is None:
        return tuple(reasons)
    found = (*reasons[:at], changed, *reasons[at + 1 :])
    return tuple(sorted(found, key=lambda f: (-f.effect.rank, f.code, f.detail.en)))


def _verdict(reasons: Sequence[Finding], open_points: Sequence[NotAssessable]) -> Verdict:
    """The verdict of what was found and what decides though it could not be assessed."""
    verdicts = [Verdict.UNDETERMINED for point in open_points if point.decides]
    return strictest([*verdicts, *(finding.effect.verdict for finding in reasons)])


LIFTED = Effect.FLAG
"""What a lifted finding comes to: it bars nobody, and everybody sees that people lifted it."""
