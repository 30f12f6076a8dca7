"""By what a watched party or tender is found when a record changes: numbers, names, and the records found before.

The keys are those of a generation (`graph.keys`), so that a changed record's keys can be compared with those of a
million watched parties at once. They only find; what is found is decided anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import numpy.typing as npt
import xxhash

from graph import keys, text
from graph.identifiers import Parsed
from graph.model import Id, PartyType
from matching.decision import Decision, Evidence
from matching.marks import record_ref
from matching.request import DecisionRequest, PartyRef, Person
from matching.subjects import Subject, party_subject, person_subject

Keys = npt.NDArray[Any]
"""Keys, or ids of what is watched, as an array."""
MOST_RECORDS = 256
"""Keys of records kept of one watched party: those of the records seen last."""


class Traces(msgspec.Struct, frozen=True, array_like=True):
    """What finds one watched party or tender: keys of what was asked, keys of records seen, names to compare."""

    keys: tuple[int, ...]
    records: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    """Names in the form that is searched for likeness."""
    facts: int = 0
    """What else could speak for a resembling name, as bits: `REP`, `REGION`, `NUMBER`; or `UNCODED`."""


REP, REGION, NUMBER, UNCODED = 1, 2, 4, 8
"""A legal representative, a region, a masked number; and that an organisation was named without a valid code."""


def encode(traces: Traces) -> bytes:
    """As it is stored: a hash of a number is still personal data, so it stays with the row that it belongs to."""
    return msgspec.msgpack.encode(traces)


_DECODER = msgspec.msgpack.Decoder(Traces)


def decode(data: bytes) -> Traces:
    """The counterpart of `encode`."""
    return _DECODER.decode(data)


def record_key(list_code: str, record: str) -> int:
    """The key of a record by its list and its key on it: the same for every version."""
    return xxhash.xxh3_64_intdigest(f"r\x1f{list_code}\x1f{record}".encode("utf-8", "surrogatepass"))


def answer_key(ref: str) -> int:
    """The key of what people answer about: a pair (`Evidence.pair`), or a record as marks name it."""
    return xxhash.xxh3_64_intdigest(f"a\x1f{ref}".encode("utf-8", "surrogatepass"))


def read(request: DecisionRequest) -> Traces:
    """The traces of everybody whom a request names."""
    tender = request.tender
    parties: list[PartyRef | None] = [tender.buyer, tender.agency, tender.platform_operator]
    parties += tender.prior_service_providers
    people: list[Person | None] = [*tender.committee, *tender.experts, *tender.officials]
    for bidder in request.bidders:
        parties.append(bidder)
        parties += bidder.consortium.members if bidder.consortium is not None else ()
        people += (bidder.agent, bidder.project_manager, *bidder.key_staff)
    return of(parties, people)


def of(parties: Iterable[PartyRef | None], people: Iterable[Person | None] = ()) -> Traces:
    """The traces of parties with those who head them, and of people."""
    found: dict[int, None] = {}
    texts: dict[str, None] = {}
    facts = 0
    for subject in _subjects(parties, people):
        found |= dict.fromkeys(subject_keys(subject))
        if subject.type is PartyType.ORGANIZATION:
            texts |= dict.fromkeys(t for t in subject.texts if t)
            facts |= REP * bool(subject.legal_rep) | REGION * bool(subject.region)
            # numbers that are not masked find the record by themselves where they agree
            facts |= NUMBER * any(one.state == "masked" for one in subject.ids)
            facts |= UNCODED * (not coded(subject.ids))
            branch = text.branch(subject.n6)
            if branch is not None and branch.stated:
                texts |= dict.fromkeys(branch.stem_candidates[:1])
    return Traces(tuple(found), (), tuple(texts), facts)


def coded(ids: Iterable[Parsed | Id]) -> bool:
    """Whether a valid credit or organisation code is stated: two such codes agree or are two parties (SPEC 3)."""
    return any(one.state == "valid" and one.scheme in ("uscc", "org_code") for one in ids)


def _subjects(parties: Iterable[PartyRef | None], people: Iterable[Person | None]) -> Iterator[Subject]:
    for party in parties:
        if party is None:
            continue
        if party.name or party.identifiers:
            yield party_subject(party)
        yield from (person_subject(one) for one in (party.legal_rep, party.principal) if one is not None)
    yield from (person_subject(person) for person in people if person is not None)


def subject_keys(subject: Subject) -> Iterator[int]:
    """Every key under which a record, or a party of the register, could be about this subject."""
    for parsed in (*subject.ids, *subject.operator_numbers):
        if parsed.state == "masked":
            continue
        key = keys.identifier(parsed.scheme, parsed.value)
        yield key
        if parsed.scheme == "uscc" and parsed.state == "valid":
            yield keys.identifier("org_code", parsed.value[8:17])
        if parsed in subject.operator_numbers:
            yield keys.related(key)
    for name in (subject.n6, *subject.former):
        if not name:
            continue
        if subject.type is PartyType.PERSON:
            yield keys.person_name(name)
            continue
        yield keys.org_name(name)
        if text.WILDCARD not in name:
            yield from keys.org_wildcard(name)
        yield keys.branch_parent(name)
        branch = text.branch(name)
        if branch is not None and branch.stated:
            yield from (keys.org_name(stem) for stem in branch.stem_candidates)


def seen_records(decision: Decision, before: Iterable[int], key: bytes) -> tuple[int, ...]:
    """Keys of the records and pairs that a decision looked at, then those seen before, the newest first.

    What was put aside is among them: a record that a person rejected, or that was repaired, may count again.

    Args:
        decision: what was found.
        before: the keys so far.
        key: the installation's, by which marks name records.
    """
    found: dict[int, None] = {}
    looked: dict[tuple[str, str], None] = {}
    for evidence in _evidence(decision):
        looked[evidence.list, evidence.record] = None
        if evidence.pair:
            found[answer_key(evidence.pair)] = None
    for subject in (*decision.bidders, *decision.subjects):
        looked |= {(trace.list, trace.record): None for trace in subject.trace if trace.list}
    for list_code, record in looked:
        found[record_key(list_code, record)] = None
        found[answer_key(record_ref(key, list_code, record))] = None
    return tuple((found | dict.fromkeys(before)).keys())[:MOST_RECORDS]


def _evidence(decision: Decision) -> Iterator[Evidence]:
    groups = [one.reasons for one in (*decision.bidders, *decision.subjects)]
    groups += [pair.reasons for pair in decision.pairs]
    for reasons in (*groups, decision.tender.reasons):
        for finding in reasons:
            yield from finding.evidence
