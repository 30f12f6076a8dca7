"""Tickets: what a decision allows to be carried out, one a party and measure, in the way platforms know it.

A ticket is not stored. It follows from the decision, the catalogue in force at its `as_of` and people's answers, and
has the same name however often it is asked for; only the feedback on it is an item of the ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from graph.dates import china_day
from matching.decision import Bilingual, Decision, Effect, Finding, LegalBasis, SubjectResult
from matching.matcher import Reviews
from matching.measures.catalogue import Catalogue, Implementer, Measure, place_of
from matching.request import Tender

_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
PASSED_ON = frozenset({"parent", "operator"})
"""Whose records bar the bidder itself: its company's (A14), its operator's (A17)."""


class TicketRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record that a ticket rests on."""

    list: str
    record: str
    record_hash: str
    pair: str = ""


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """What may be carried out against one party: the measure, by which law, by whom, on which records."""

    ticket: str
    decision_id: str
    client_id: str
    role: str
    party: str
    measure: str
    name: Bilingual
    list: str
    decision: Effect
    implementer: Implementer
    legal_basis: tuple[LegalBasis, ...]
    rules: tuple[str, ...]
    records: tuple[TicketRecord, ...]
    catalogue: str
    edition: str


def tickets(decision: Decision, tender: Tender, catalogue: Catalogue, answers: Reviews) -> tuple[Ticket, ...]:
    """The tickets of a decision: of every BLOCK, and of every REVIEW whose matches a person has confirmed.

    Args:
        decision: the decision as recorded.
        tender: the request's tender: it says in which scenario the lists apply.
        catalogue: what may be carried out at all.
        answers: people's answers to possible matches, as they stand now.
    """
    found: dict[str, Ticket] = {}
    for subject in (*decision.bidders, *decision.subjects):
        for finding in subject.reasons:
            if not _carries(finding, answers):
                continue
            for target in dict.fromkeys(one.list for one in finding.evidence):
                row = _measure(finding, target, tender, catalogue, decision)
                if row is not None:
                    made = _ticket(decision, subject, finding, target, row, catalogue)
                    before = found.get(made.ticket)
                    found[made.ticket] = made if before is None else _joined(before, made)
    return tuple(found.values())


def decision_of(ticket: str) -> str:
    """The decision that a ticket names; empty where it is none of ours."""
    decision, _, mark = ticket.rpartition("-")
    return decision if decision and mark.isascii() and mark.isalpha() else ""


def _carries(finding: Finding, answers: Reviews) -> bool:
    """Whether a finding is certain enough to be carried out: no input missing, no match that nobody answered for."""
    if finding.missing or finding.restricted or not finding.evidence:
        return False
    if finding.effect is Effect.BLOCK:
        return True
    return finding.effect is Effect.REVIEW and all(
        one.confirmed_by or (one.pair and (said := answers.answer(one.pair)) and said.answer == "confirm")
        for one in finding.evidence
    )


def _measure(
    finding: Finding, target: str, tender: Tender, catalogue: Catalogue, decision: Decision
) -> Measure | None:
    """The row by which a finding is carried out: of its own effect, or, of a match now confirmed, what bars."""
    day = china_day(decision.pins.as_of)
    rows = catalogue.at(day, target=target, place=place_of(tender, target))
    own = [row for row in rows if any(case.partition(".")[0] == finding.code for case in row.rules)]
    if not own and finding.effect is Effect.BLOCK:
        passed = {
            case.partition(".")[0]: one for one in catalogue.inherited(day) for case in one.rules
            if one.at_most is Effect.BLOCK
        }  # fmt: skip
        rule = passed.get(finding.code)
        if rule is not None and rule.role in PASSED_ON:
            own = [row for row in rows if "bidder" in row.scenario.role]
    exact = [row for row in own if row.decision is finding.effect]
    barring = [row for row in own if row.decision is Effect.BLOCK]
    return next(iter(exact or barring), None)


def _ticket(
    decision: Decision,
    subject: SubjectResult,
    finding: Finding,
    target: str,
    row: Measure,
    catalogue: Catalogue,
) -> Ticket:
    told = "\x1f".join((subject.client_id, subject.role, row.measure_code, target))
    mark = hashlib.sha256(told.encode()).hexdigest()[:16].translate(_LETTERS)
    return Ticket(
        ticket=f"{decision.decision_id}-{mark}",
        decision_id=decision.decision_id,
        client_id=subject.client_id,
        role=subject.role,
        party=subject.name,
        measure=row.measure_code,
        name=row.name,
        list=target,
        decision=row.decision,
        implementer=row.implementer,
        legal_basis=row.legal_basis,
        rules=(finding.code,),
        records=tuple(_records(finding, target)),
        catalogue=catalogue.hash,
        edition=row.edition,
    )


def _records(finding: Finding, target: str) -> Iterator[TicketRecord]:
    for one in finding.evidence:
        if one.list == target:
            yield TicketRecord(list=one.list, record=one.record, record_hash=one.record_hash, pair=one.pair)


def _joined(one: Ticket, other: Ticket) -> Ticket:
    """Two findings that allow the same measure against the same party: one ticket on all their records."""

    def both(a: Iterable[object], b: Iterable[object]) -> tuple[object, ...]:
        return tuple(dict.fromkeys((*a, *b)))

    return msgspec.structs.replace(
        one, rules=both(one.rules, other.rules), records=both(one.records, other.records)
    )
