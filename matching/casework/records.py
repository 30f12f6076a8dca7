"""Finds the record that an objection or a repair is about in the current generation."""

from __future__ import annotations

from typing import NamedTuple

from graph.generation import Generation
from graph.model import Listing
from matching.candidates import ExactCandidates
from matching.request import PartyRef
from matching.subjects import party_subject


class Record(NamedTuple):
    """A record as it stands now, with its content hash."""

    listing: Listing
    hash: str


def find(generation: Generation, known: int, list_code: str, record: str, party: PartyRef) -> list[Record]:
    """The records of a list that go by a key, decision number or case number and whose subject may be the party.

    Args:
        generation: where to look.
        known: the generation number up to which records are known.
        list_code: the list.
        record: the record's key, decision number or case number, as anybody may know it.
        party: the subject by number or name.
    """
    found: dict[str, Record] = {}
    for kind in (party.type,) if party.type else ("organization", "person"):
        subject = party_subject(party.model_copy(update={"type": kind}))
        for candidate in ExactCandidates(generation).candidates(subject):
            ordinal = candidate.ordinal
            if not generation.recorded(ordinal, known) or generation.list_code(ordinal) != list_code:
                continue
            listing = generation.listing(ordinal)
            if record in (listing.key, listing.decision_no, listing.case_no):
                found[listing.key] = Record(listing, generation.listing_hash(ordinal))
    return list(found.values())
