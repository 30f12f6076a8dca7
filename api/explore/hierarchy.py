"""Holdings step by step above and below a party: each once, with its range, in the order of a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from api.explore.owning import percent
from api.explore.shapes import PartyShown, RelationShown
from api.explore.told import Teller
from graph.control.shares import UNKNOWN
from graph.dates import china_day
from graph.relations import RelationType
from matching.explore.owning import Owning, Side
from matching.ties.holdings import Row

SHOWN: Final = 100
MOST: Final = 2_000


class Step(NamedTuple):
    """One holding: how far from the party, who holds what of whom, and what proves it."""

    level: int
    owner: str
    owned: str
    share: str | None
    """Percent at least; None where nobody states it."""
    share_max: str | None
    votes: str | None
    votes_max: str | None
    decides: bool
    """Whether the share gives a say; a limited partner's does not."""
    by_name: bool
    again: bool
    """What lies beyond has been told above: holdings run in a circle, or two ways lead there."""
    relations: tuple[RelationShown, ...]


class Hierarchy(NamedTuple):
    """Holdings above or below a party, nearest first within each branch."""

    steps: tuple[Step, ...]
    total: int
    cut: bool
    nodes: dict[str, PartyShown]


def hierarchy(teller: Teller, ordinal: int, side: Side, *, limit: int = SHOWN) -> Hierarchy:
    """The holdings above (`up`) or below (`down`) a party.

    Args:
        teller: the view and the clocks.
        ordinal: the party.
        side: which way.
        limit: holdings at most; `total` says how many there are.
    """
    walk = teller.walk((RelationType.HOLDS,))
    owning = Owning(teller.generation, teller.projection, ordinal, side, walk, china_day(teller.as_of))
    me = teller.party(ordinal).id
    beyond: dict[str, list[Row]] = {}
    for row in owning.rows:
        beyond.setdefault(row.owned if side == "up" else row.owner, []).append(row)
    for found in beyond.values():
        found.sort(key=lambda row: (-row.most, -row.least, row.owner, row.owned))
    ordered = list(_tree(me, beyond, (lambda row: row.owner) if side == "up" else (lambda row: row.owned)))
    steps = tuple(_step(teller, level, row, again) for level, row, again in ordered[:limit])
    return Hierarchy(steps, len(ordered), owning.cut, {one.id: one for one in teller.nodes()})


def _tree(
    me: str, beyond: dict[str, list[Row]], further: Callable[[Row], str]
) -> Iterable[tuple[int, Row, bool]]:
    told = {me}
    waiting = [(1, row) for row in reversed(beyond.get(me, ()))]
    while waiting:
        level, row = waiting.pop()
        end = further(row)
        again = end in told
        yield level, row, again and bool(beyond.get(end))
        if not again:
            told.add(end)
            waiting += [(level + 1, one) for one in reversed(beyond.get(end, ()))]


def _step(teller: Teller, level: int, row: Row, again: bool) -> Step:
    relations = tuple(teller.told(link.relation) for link in row.links)
    return Step(
        level=level,
        owner=row.owner,
        owned=row.owned,
        share=_percent(row.share_lo),
        share_max=_percent(row.share_hi),
        votes=_percent(row.vote_lo),
        votes_max=_percent(row.vote_hi),
        decides=row.decides,
        by_name=row.by_name,
        again=again,
        relations=relations,
    )


def _percent(units: int) -> str | None:
    return None if units == UNKNOWN else percent(units)


__all__ = ["MOST", "SHOWN", "Hierarchy", "Step", "hierarchy"]
