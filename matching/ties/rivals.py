"""Who bids against whom: only they can collude. Members of one consortium, bids for different lots and two rows of
one unit are no rivals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from matching.prices import lot_key
from matching.rules.base import BidderView, Case, Fact, Tie
from matching.rules.identity import same
from matching.ties.base import ALL_PAIRS, Ties, grouped, meeting

Raw = Callable[[int, str], str]
"""How the bidder at a place wrote a value."""


class Rivals:
    """The bidders of a case by the lots they bid for."""

    def __init__(self, case: Case) -> None:
        self.views = case.bidders
        self.lots = tuple(
            frozenset(filter(None, (lot_key(lot) for lot in view.bidder.lots))) for view in case.bidders
        )
        self._joint = tuple(
            lot_key(view.bidder.consortium.id) if view.bidder.consortium is not None else ""
            for view in case.bidders
        )
        self._keys = tuple(
            frozenset(key for entity in view.entities for key in entity.identity) for view in case.bidders
        )

    def meet(self, i: int, j: int) -> bool:
        """Whether two bidders compete: in one lot or for the whole, as different units."""
        one, other = self.lots[i], self.lots[j]
        if (one and other and not one & other) or (self._joint[i] and self._joint[i] == self._joint[j]):
            return False
        if not self._keys[i] & self._keys[j]:
            return True
        return not any(
            same(x.identity, y.identity) != "no"
            for x in self.views[i].entities
            for y in self.views[j].entities
        )

    def pairs(self, places: list[int]) -> Iterator[tuple[int, int]]:
        """The rivals among bidders that share a value; of many in one lot each with the next."""
        if len(places) <= ALL_PAIRS:
            yield from meeting(places, self.meet)
            return
        seen: set[tuple[int, int]] = set()
        for group in self._by_lot(places):
            for pair in meeting(group, self.meet):
                if pair not in seen:
                    seen.add(pair)
                    yield pair

    def _by_lot(self, places: list[int]) -> Iterator[list[int]]:
        """The places by lot; a bid without lots is for each of them."""
        if len({self.lots[place] for place in places}) == 1:
            yield places
            return
        whole = [place for place in places if not self.lots[place]]
        groups: dict[str, list[int]] = {}
        for place in places:
            for lot in self.lots[place]:
                groups.setdefault(lot, []).append(place)
        for group in groups.values():
            yield sorted([*group, *whole])

    def fields(self) -> Iterator[tuple[str, list[int]]]:
        """The bidders of each lot, those for the whole project among them; one group without a name if nobody
        names a lot. Rows of one consortium count once."""
        places = [place for place in range(len(self.views)) if not self._repeats(place)]
        whole = [place for place in places if not self.lots[place]]
        if len(whole) == len(places):
            yield "", places
            return
        groups: dict[str, list[int]] = {}
        for place in places:
            for lot in self.lots[place]:
                groups.setdefault(lot, []).append(place)
        for lot, group in sorted(groups.items()):
            yield lot, sorted([*group, *whole])

    def _repeats(self, place: int) -> bool:
        return bool(self._joint[place]) and self._joint[place] in self._joint[:place]


class Values:
    """Values of one field with how each bidder wrote them, on the way to ties."""

    def __init__(self) -> None:
        self._raw: dict[tuple[int, str], str] = {}

    def put(self, place: int, value: str, raw: str) -> None:
        """Note that the bidder at a place states a value; the first way of writing it is kept."""
        self._raw.setdefault((place, value), raw.strip())

    def items(self) -> Iterable[tuple[str, int]]:
        """Value and place."""
        return ((value, place) for place, value in self._raw)

    def raw(self, place: int, value: str) -> str:
        """How the bidder at a place wrote it."""
        return self._raw[place, value]

    def __bool__(self) -> bool:
        return bool(self._raw)

    def places(self) -> set[int]:
        """The bidders that state one at all."""
        return {place for place, _ in self._raw}

    def link(
        self,
        ties: Ties,
        rivals: Rivals,
        kind: str,
        field: str,
        *,
        hub: int = 0,
        apart: frozenset[str] = frozenset(),
        show: Callable[[str], str] = str,
        role: Callable[[str], str] = lambda _: "",
    ) -> None:
        """Tie the rivals that share a value.

        Args:
            ties: what is added to.
            rivals: who competes.
            kind: of the tie.
            field: where the value stands in the request.
            hub: more bidders than this with one value, and the tie says so (`hub`); 0: never.
            apart: values that are not the bidders' own (the agency's telephone) and link nobody.
            show: how a value is written in an answer.
            role: what of the value the tie names as its role.
        """
        for value, places in grouped(self.items()):
            if value in apart:
                continue
            notes = ("hub",) if hub and len(places) > hub else ()
            named = role(value)
            for i, j in rivals.pairs(places):
                fact = Fact(field=field, a=show(self.raw(i, value)), b=show(self.raw(j, value)))
                ties.pair(
                    i,
                    j,
                    Tie(kind=kind, by="stated", facts=(fact,), role=named, notes=notes, size=len(places)),
                )


def label(view: BidderView) -> str:
    """How sentences call a bidder."""
    return view.bidder.name or "、".join(entity.label for entity in view.entities)

