"""What changed between two decisions about the same party or tender: findings that are new, changed or ended.

Only findings that weigh on a verdict count; notes come and go unsaid. A list that went stale changes no finding: that
is said once for the list, not once for each of a million parties.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from graph.model import Doc
from matching.decision import Decision, Effect, Evidence, Finding, Verdict

Change = Literal["new", "changed", "ended"]
_REPAIRED = "A23"
"""The rule that notes records without effect; what became of an ended finding is read from it."""


class Seen(Doc):
    """One finding on one record, as far as a later decision is compared with it. No name and no number stands here."""

    who: str
    """`client_id` of the bidder, `a|b` of a pair, `role:client_id` of another subject; empty for the tender."""
    code: str
    effect: Effect
    list: str = ""
    record: str = ""
    role: str = ""
    end: str = ""
    """The party at the end of the path, where no record is behind the finding."""
    record_hash: str = ""
    tier: str = ""
    status: str = ""
    restricted: bool = False

    @property
    def place(self) -> tuple[str, ...]:
        """What makes it the same finding in another decision."""
        return self.who, self.code, self.list, self.record, self.role, self.end


class Found(Doc):
    """What the last decision about a watched party or tender found."""

    verdict: Verdict
    findings: tuple[Seen, ...] = ()
    decision_id: str = ""
    """Of the decision that was recorded because something changed."""


class Difference(Doc):
    """A finding that is new, changed or ended. `cause` of an ended one: what the record became, or `gone`."""

    change: Change
    now: Seen | None = None
    before: Seen | None = None
    cause: str = ""

    @property
    def either(self) -> Seen:
        """The finding as it is, or was."""
        one = self.now or self.before
        assert one is not None  # noqa: S101  (narrowing only)
        return one


def found(decision: Decision) -> Found:
    """A decision as a later one is compared with it."""
    best: dict[tuple[str, ...], Seen] = {}
    for who, finding in _findings(decision):
        if finding.effect is Effect.INFO or finding.code == _REPAIRED:
            continue
        for seen in _seen(who, finding):
            kept = best.get(seen.place)
            if kept is None or (seen.effect.rank, seen.tier) > (kept.effect.rank, kept.tier):
                best[seen.place] = seen
    return Found(verdict=decision.verdict, findings=tuple(best[place] for place in sorted(best)))


def compare(before: Found | None, decision: Decision) -> tuple[Found, tuple[Difference, ...]]:
    """What a decision finds, and how that differs from before; without a before everything is new."""
    after = found(decision)
    old = {seen.place: seen for seen in before.findings} if before is not None else {}
    new = {seen.place: seen for seen in after.findings}
    states = dict(_states(decision))
    differences = []
    for place, seen in new.items():
        known = old.get(place)
        if known is None:
            differences.append(Difference(change="new", now=seen))
        elif known != seen:
            differences.append(Difference(change="changed", now=seen, before=known))
    for place, known in old.items():
        if place not in new:
            cause = states.get((known.list, known.record), "gone").lower()
            differences.append(Difference(change="ended", before=known, cause=cause))
    return after, tuple(differences)


def _findings(decision: Decision) -> Iterator[tuple[str, Finding]]:
    for bidder in decision.bidders:
        told = [pair.reasons for pair in decision.pairs if bidder.client_id in (pair.a, pair.b)]
        # a pair's finding stands with both bidders too; it is told once
        own = (f for f in bidder.reasons if not any(f in reasons for reasons in told))
        yield from ((bidder.client_id, finding) for finding in own)
    for pair in decision.pairs:
        yield from ((f"{pair.a}|{pair.b}", finding) for finding in pair.reasons)
    for subject in decision.subjects:
        yield from ((f"{subject.role}:{subject.client_id}", finding) for finding in subject.reasons)
    yield from (("", finding) for finding in decision.tender.reasons)


def _seen(who: str, finding: Finding) -> Iterator[Seen]:
    if not finding.evidence:
        end = finding.path.nodes[-1].id if finding.path is not None and finding.path.nodes else ""
        yield Seen(who=who, code=finding.code, effect=finding.effect, end=end, restricted=finding.restricted)
    for evidence in finding.evidence:
        yield Seen(
            who=who,
            code=finding.code,
            effect=finding.effect,
            list=evidence.list,
            record=evidence.record,
            role=evidence.role,
            record_hash=evidence.record_hash,
            tier=evidence.tier.value,
            status=evidence.status,
            restricted=finding.restricted,
        )


def _states(decision: Decision) -> Iterator[tuple[tuple[str, str], str]]:
    """What became of records that no longer count: `REPAIRED`, `REMOVED`, `EXPIRED` …"""

    def of(evidence: Iterable[Evidence]) -> Iterator[tuple[tuple[str, str], str]]:
        yield from (((one.list, one.record), one.status) for one in evidence)

    for _, finding in _findings(decision):
        if finding.code == _REPAIRED:
            yield from of(finding.evidence)
    for subject in (*decision.bidders, *decision.subjects):
        for trace in subject.trace:
            if trace.why == "rejected_by_review":
                yield (trace.list, trace.record), "rejected_by_review"


def encode(value: Found) -> bytes:
    """As it is stored."""
    return msgspec.json.encode(value)


_DECODER = msgspec.json.Decoder(Found)


def decode(data: bytes) -> Found:
    """The counterpart of `encode`."""
    return _DECODER.decode(data)
