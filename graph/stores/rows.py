"""Rows of the `record` table: how one is numbered, formed and changed by an exit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import xxhash
from msgspec.structs import replace

from graph.dates import to_micros
from graph.model import Interval, Listing, Mention, PartyRecord, PartyType, Status, StatusEvent
from graph.relations import Relation
from graph.stores import content

_ORG, _PERSON = PartyType.ORGANIZATION, PartyType.PERSON
LISTING, REGISTER, RELATION = 0, 1, 2
KINDS = (LISTING, REGISTER, RELATION)
OPEN, ABSENT, EXITED = 0, 1, 2
"""In force on its list; gone from a full snapshot; ended by a decision (repair, revocation, withdrawal)."""
AT_PUBLICATION = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for the time of publishing until that is known: the snapshot does not say when it was taken."""
ABSENCE = "snapshot"
"""Reason of a REMOVED event that follows from a record's absence."""
ERASED = "erased:"
EXITS = (Status.REMOVED, Status.REPAIRED, Status.REVOKED, Status.TEMP_LIFTED, Status.DISPUTED)
FINAL = frozenset({Status.REMOVED, Status.REPAIRED, Status.REVOKED})
COLUMNS = (
    "id, kind, source, kh, key, mark, hash, from_gen, to_gen, state, party, strong, other, type, valid_from,"
    " valid_to, own, doc"
)

decode_listing = msgspec.json.Decoder(Listing).decode
decode_register = msgspec.json.Decoder(PartyRecord).decode
decode_relation = msgspec.json.Decoder(Relation).decode
_decode_events = msgspec.json.Decoder(tuple[StatusEvent, ...]).decode


class Row(NamedTuple):
    """One version of one record, in the order of `COLUMNS`."""

    id: int
    kind: int
    source: int
    kh: int
    key: str
    mark: int
    hash: bytes
    from_gen: int
    to_gen: int | None
    state: int
    party: int
    strong: int
    other: int | None
    type: str | None
    valid_from: int | None
    valid_to: int | None
    own: bytes | None
    doc: bytes


class Formed(msgspec.Struct, gc=False):
    """A record ready to be compared and stored: `digest` is the hash of what arrived, `mark` its first 64 bits,
    `ids` the strong identifiers of its mentions by role."""

    record: content.Record
    doc: bytes
    digest: bytes
    mark: int
    ids: tuple[tuple[str, ...], ...] = ()


def natural(kind: int, key: str) -> int:
    """64 bits for a record's key within its source; what is found by it is compared in full."""
    text = key.encode() if key.isascii() else key.encode("utf-8", "surrogatepass")
    value = xxhash.xxh3_64_intdigest(text, seed=kind)
    return value - (1 << 64) if value >> 63 else value


def form(record: content.Record) -> Formed:
    """Encode and hash a record, after filling in the comparison forms that its loader left out."""
    if isinstance(record, Relation):
        if not (record.src.n6 and record.dst.n6):
            record = replace(record, src=_filled(record.src), dst=_filled(record.dst))
    elif not record.subject.n6:
        record = replace(record, subject=_filled(record.subject))
    doc, digest = content.document(record)
    return Formed(record, doc, digest, int.from_bytes(digest[:8], "big", signed=True))


def _filled(mention: Mention) -> Mention:
    return mention if mention.n6 or not mention.name else content.with_form(mention)


def own_events(row: Row) -> tuple[StatusEvent, ...]:
    """The events that this store added to what the publisher says."""
    return _decode_events(row.own) if row.own else ()


def is_final(event: StatusEvent) -> bool:
    """Whether the event ends a listing for good (as far as is known)."""
    return event.status in FINAL and event.span.end is None


def initial_state(listing: Listing) -> int:
    """The state that the record's own events give it."""
    return EXITED if listing.events and any(is_final(event) for event in listing.events) else OPEN


def with_events(given: Listing, own: Sequence[StatusEvent]) -> tuple[bytes, bytes, bytes | None]:
    """Document, content hash and own events of a listing, its publisher's events first."""
    if not own:
        return (*content.document(given), None)
    doc, digest = content.document(replace(given, events=(*given.events, *own)))
    return doc, digest, msgspec.json.encode(tuple(own))


def published_part(row: Row, listing: Listing) -> Listing:
    """A stored listing without the events that this store added (they stand last)."""
    count = len(own_events(row))
    return replace(listing, events=listing.events[: len(listing.events) - count]) if count else listing


def carried(row: Row, given: Listing, seen_at: datetime) -> tuple[tuple[StatusEvent, ...], int]:
    """What remains of the store's events when a publisher names a record (again), and its state then.

    Absence is over: every final event ends when the record was seen again, and stays as the gap. A decision
    (repair, revocation) stands unless the record begins after it, which is a new listing under the old key.
    """
    own = own_events(row)
    exits = [event for event in own if is_final(event)]
    if not exits:
        return own, initial_state(given)
    begins = max((at for at in (given.effect.start, given.published.start) if at is not None), default=None)
    latest = max((event.span.start for event in exits if event.span.start is not None), default=None)
    listed_anew = begins is not None and latest is not None and begins > latest
    if row.state == ABSENT or listed_anew:
        closed = tuple(
            replace(event, span=replace(event.span, end=_after(event.span.start, seen_at)))
            if is_final(event)
            else event
            for event in own
        )
        return closed, initial_state(given)
    return own, EXITED


def _after(start: datetime | None, end: datetime) -> datetime:
    return end if start is None or end >= start else start


def exit_event(event: Status, at: datetime, reason: str) -> StatusEvent:
    """The event that an exit adds."""
    return StatusEvent(status=event, span=Interval(start=at), reason=reason)


def at_publication(listing: Listing, recorded_at: datetime) -> Listing:
    """The listing with its place-holder times set to the time of publishing."""
    events = tuple(
        replace(
            event,
            span=Interval(
                start=recorded_at if event.span.start == AT_PUBLICATION else event.span.start,
                end=recorded_at if event.span.end == AT_PUBLICATION else event.span.end,
            ),
        )
        for event in listing.events
    )
    return replace(listing, events=events)


def micros(instant: datetime | None) -> int | None:
    """A bound as stored; absent is open."""
    return None if instant is None else to_micros(instant)


def search_forms(mention: Mention, *, coded: bool) -> tuple[str, ...] | list[str]:
    """Under what a mention is searched: comparison forms, `o`, `p` or `t` before them; a registration number (`#`)
    where there is no better code."""
    letter = "o" if mention.type is _ORG else "p" if mention.type is _PERSON else "t"
    if not mention.names and (coded or letter != "o"):
        return (letter + mention.n6,) if mention.n6 else ()
    forms = [letter + mention.n6] if mention.n6 else []
    for name in mention.names:
        found = letter + content.comparison_form(mention.type, name.text)
        if len(found) > 1 and found not in forms:
            forms.append(found)
    if letter == "o" and not coded:
        forms.extend(
            f"#{one.value}" for one in mention.ids if one.scheme == "reg_no" and one.state == "valid"
        )
    return forms
