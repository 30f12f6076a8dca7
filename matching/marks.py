"""What an open objection or a decided repair means for a matched record, at the two clocks of a decision.

Only what was recorded by `known_at`, for the decision's own tenant, counts. An identity objection is about one pair;
it follows the record when its publisher changes it. A repair is about the record. Neither is ever guessed: both are
events of the ledger up to the one that the decision pins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from graph.generation import ListState
from graph.model import Listing, Status
from matching.subjects import pseudonym


class Mark(Protocol):
    """A mark of the ledger (`matching.ledger.Mark`), as far as decisions read it."""

    @property
    def seq(self) -> int:
        """Its place among everything that was recorded."""
        ...

    @property
    def kind(self) -> str:
        """`dispute`, `settle`, `uphold`, `lift` or `restore`."""
        ...

    @property
    def item(self) -> str:
        """The objection or repair."""
        ...

    @property
    def tenant(self) -> str:
        """In whose decisions it counts."""
        ...

    @property
    def at(self) -> datetime:
        """When it was recorded."""
        ...

    @property
    def pair_key(self) -> str:
        """The pair that a dispute is about."""
        ...

    @property
    def record_hash(self) -> str:
        """The record as the dispute saw it."""
        ...

    @property
    def now_hash(self) -> str:
        """The record as it stood when the dispute was upheld."""
        ...

    @property
    def status(self) -> str:
        """What a lift makes of the record."""
        ...

    @property
    def since(self) -> datetime | None:
        """From when a lift holds."""
        ...

    @property
    def until(self) -> datetime | None:
        """When a temporary lift ends; None for good."""
        ...

    @property
    def confirm_by(self) -> datetime | None:
        """By when the published list has to agree with a repair."""
        ...


class Marked(NamedTuple):
    """A record's state with its marks: `objection` and `repair` name the items that changed it or speak against it."""

    status: Status
    objection: str = ""
    repair: str = ""
    rejected: int = 0
    """The place of an upheld objection in the ledger: the record, as it stands, is not about this party."""
    turns: tuple[datetime, ...] = ()
    """Instants at which a mark may change the state."""


def record_ref(key: bytes, list_code: str, record: str) -> str:
    """The name under which marks of a record stand in the chain: a keyed hash, for record keys name people."""
    return pseudonym(key, f"record:{list_code}:{record}")


def read(
    marks: Sequence[Mark],
    listing: Listing,
    record_hash: str,
    status: Status,
    *,
    tenant: str,
    as_of: datetime,
    known_at: datetime,
    pair_of: Callable[[str], str],
    state: ListState | None,
) -> Marked:
    """The state of a record with its marks.

    Args:
        marks: all of the record, oldest first.
        listing: the record.
        record_hash: its content hash.
        status: its state by the list alone.
        tenant: whose decision it is.
        as_of: the legal moment.
        known_at: the moment of knowledge.
        pair_of: the key of this pair as the record stood under a hash.
        state: the record's list as known.
    """
    known = [mark for mark in marks if mark.tenant == tenant and mark.at <= known_at]
    closed = {mark.item for mark in known if mark.kind in ("settle", "uphold")}
    for mark in reversed(known):
        agreed = mark.kind == "uphold" and record_hash in (mark.record_hash, mark.now_hash)
        if agreed and mark.pair_key == pair_of(mark.record_hash):
            return Marked(status, rejected=mark.seq)
    disputes = [mark for mark in known if mark.kind == "dispute" and mark.item not in closed]
    objection = next((mark.item for mark in disputes if mark.pair_key == pair_of(mark.record_hash)), "")
    restored = {mark.item for mark in known if mark.kind == "restore"}
    lifts = [mark for mark in known if mark.kind == "lift" and mark.item not in restored]
    turns = tuple(
        t for mark in lifts for t in (mark.since, mark.until, mark.confirm_by) if t is not None and t > as_of
    )
    repair = ""
    if status in (Status.ACTIVE, Status.DISPUTED, Status.EXPIRED):
        for mark in reversed(lifts):
            if not _holds(mark, listing, as_of):
                continue
            repair = mark.item
            if not _denied(mark, listing, as_of, state):
                return Marked(Status(mark.status), objection, repair, turns=turns)
            break
    if objection and status is Status.ACTIVE:
        status = Status.DISPUTED
    return Marked(status, objection, repair, turns=turns)


def _holds(mark: Mark, listing: Listing, as_of: datetime) -> bool:
    """Whether a lift covers `as_of`, and the record is the one that was lifted and no later listing under its key."""
    if mark.since is None or as_of < mark.since or (mark.until is not None and as_of >= mark.until):
        return False
    return listing.effect.start is None or listing.effect.start <= mark.since


def _denied(mark: Mark, listing: Listing, as_of: datetime, state: ListState | None) -> bool:
    """Whether the published list, taken after the time for synchronising, still shows the record without an exit."""
    if mark.confirm_by is None or as_of < mark.confirm_by:
        return False
    source = listing.source.publisher
    said = [listing.source.taken_at]
    if state is not None:
        said += [s.taken_at for s in state.snapshots if s.full and (not source or s.source == source)]
    return any(taken is not None and taken > mark.confirm_by for taken in said)
