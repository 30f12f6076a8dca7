"""The arrays that walks read, and those that a thread writes into while it walks: nothing is allocated per walk."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Lines(NamedTuple):
    """The mapped files of a projection."""

    starts: Array
    """Where each party's places begin (int64, parties + 1)."""
    place: Array
    """The other party and the relation's number (int64)."""
    tag: Array
    """Type, direction, and from when on it holds (uint32)."""
    rows: Array
    """Relations (`graph.projection.layout`)."""
    kind: Array
    listed: Array
    """Where each party's listings begin in `spans` and `lists` (int64, parties + 1)."""
    spans: Array
    lists: Array


class Terms(NamedTuple):
    """A `graph.projection.model.Walk` in numbers."""

    codes: Array
    """By code of a place: 0 not followed, 1 followed, 2 followed if its share is large enough (uint8)."""
    caps: Array
    """By kind of party: how many relations of one code make a hub (int64)."""
    few: int
    """The least of them."""
    wanted: Array
    """By number of a list: whether it counts (uint8)."""
    day: int
    """The day of `as_of`; -1 where what was known then is not what is known now."""
    dated: bool
    as_of: int
    known: int
    share: int
    """The least share in parts that passes."""
    possible: bool
    by_name: bool
    budget: int


# numbers in `Scratch.info`
EPOCH: Final = 0
LOOKED: Final = 1
HUBS: Final = 2
SPENT: Final = 3
TOTAL: Final = 4
KEPT: Final = 5
EDGES: Final = 6
END: Final = 7
BACK_END: Final = 8
MEETING: Final = 9
BACK_MEETING: Final = 10
AHEAD: Final = 11
"""Relations of the parties found last: what the next level looks at."""
NUMBERS: Final = 16

_LEAST_ROOM: Final = 1 << 16


class Scratch(NamedTuple):
    """What one thread writes into. Marks hold the number of the walk that made them, so that none is ever wiped."""

    mark: Array
    """By party and side from which a walk began: number of the walk that reached it, and how (int64)."""
    node: Array
    prev: Array
    """The entry before, -1 for a start (int64)."""
    slot: Array
    """The place by which the entry was reached (int64)."""
    depth: Array
    back_node: Array
    back_prev: Array
    back_slot: Array
    back_depth: Array
    shut: Array
    """Walk number and code (eight bits) by which a party was found to have too many relations (int64)."""
    kept: Array
    """Entries that are the answer (int64)."""
    edges: Array
    info: Array


def scratch(parties: int) -> Scratch:
    """Arrays for walks among so many parties; pages that no walk reaches stay untouched."""
    room = max(2 * parties + 1, _LEAST_ROOM)

    def some(count: int, kind: str) -> Array:
        return np.zeros(count, kind)

    return Scratch(
        mark=np.zeros((parties + 1, 2), "<i8"),
        node=some(room, "<u4"),
        prev=some(room, "<i8"),
        slot=some(room, "<i8"),
        depth=some(room, "<i4"),
        back_node=some(parties + 1, "<u4"),
        back_prev=some(parties + 1, "<i8"),
        back_slot=some(parties + 1, "<i8"),
        back_depth=some(parties + 1, "<i4"),
        shut=some(parties + 1, "<i8"),
        kept=some(room, "<i8"),
        edges=some(room, "<u4"),
        info=some(NUMBERS, "<i8"),
    )
