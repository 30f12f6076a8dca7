"""The bidders of a tender beside each other: which pairs are tied by what, as a matrix and as a drawn circle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import cos, pi, sin
from typing import Final, NamedTuple

from api.output import plain
from matching.decision import Effect
from matching.prices import lot_key

MATRIX: Final = 24
"""Bidders that stand in the matrix at most; those with ties come first."""
DRAWN: Final = 24
"""Bidders in the picture at most."""
NAMED: Final = 14
"""Bidders up to whom names stand in the picture; of more only their numbers do."""
WIDTH, HEIGHT, RADIUS = 760, 470, 165
_MIDDLE: Final = (WIDTH / 2, HEIGHT / 2)
_LONGEST: Final = 13
"""Characters of a name in the picture."""
_BENDS: Final = (0.0, 34.0, -34.0, 68.0, -68.0)


class Bid(NamedTuple):
    """What pairs are made of: who, by which name and number in the request, for which lots."""

    id: str
    name: str
    verdict: str
    lots: tuple[str, ...]


class Tied(NamedTuple):
    """What ties two bidders: the rules that fired on the pair, by their first letter."""

    a: int
    b: int
    fired: tuple[tuple[str, str], ...]
    """Code and strictest effect of each rule, by code."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The rules."""
        return tuple(code for code, _ in self.fired)

    @property
    def effect(self) -> str:
        """The strictest effect of all."""
        return strictest_of(self.fired)


class Cell(NamedTuple):
    """A field of the matrix."""

    kind: str
    """`self`, `apart` (no lot in common), `none` (nothing was found) or `tied`."""
    effect: str
    codes: tuple[str, ...]
    to: str
    """The place on the page where the pair's reasons stand."""


class Line(NamedTuple):
    """A row of the matrix."""

    number: int
    name: str
    cells: tuple[Cell, ...]


class Matrix(NamedTuple):
    """Every pair of bidders; `total` counts the bidders, of whom `lines` are shown."""

    numbers: tuple[int, ...]
    lines: tuple[Line, ...]
    total: int


class Node(NamedTuple):
    """A bidder on the circle."""

    number: int
    name: str
    short: str
    verdict: str
    x: int
    y: int
    text_x: int
    text_y: int
    anchor: str


class Edge(NamedTuple):
    """A curve between two bidders, for the rules of one letter."""

    path: str
    effect: str
    group: str
    label: str
    said: str
    x: int
    y: int


class Picture(NamedTuple):
    """The drawn circle; `total` counts the bidders, of whom `nodes` are drawn."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    groups: tuple[str, ...]
    effects: tuple[str, ...]
    total: int


def strictest_of(fired: Iterable[tuple[str, str]]) -> str:
    """The strictest effect of some rules."""
    return max((effect for _, effect in fired), key=lambda one: Effect(one).rank)


def same_lot(a: Bid, b: Bid) -> bool:
    """Whether two bids meet: in a lot, or because one of them names none."""
    mine, theirs = set(map(lot_key, a.lots)), set(map(lot_key, b.lots))
    return not mine or not theirs or bool(mine & theirs)


def order(bids: Sequence[Bid], ties: Sequence[Tied], most: int) -> list[int]:
    """Who is shown where not everybody can be: those with the strictest ties first, then in the request's order."""
    strict: dict[int, int] = {}
    for tie in ties:
        for end in (tie.a, tie.b):
            strict[end] = max(strict.get(end, 0), 1 + Effect(tie.effect).rank)
    chosen = sorted(range(len(bids)), key=lambda place: (-strict.get(place, 0), place))[:most]
    return sorted(chosen)


def matrix(bids: Sequence[Bid], ties: Sequence[Tied]) -> Matrix:
    """The matrix of pairs."""
    shown = order(bids, ties, MATRIX)
    known = {(tie.a, tie.b): tie for tie in ties} | {(tie.b, tie.a): tie for tie in ties}

    def cell(row: int, column: int) -> Cell:
        tie = known.get((row, column))
        if row == column:
            return Cell("self", "", (), "")
        if tie is not None:
            return Cell("tied", tie.effect, tie.codes, f"pair-{min(row, column) + 1}-{max(row, column) + 1}")
        return Cell("none" if same_lot(bids[row], bids[column]) else "apart", "", (), "")

    return Matrix(
        numbers=tuple(place + 1 for place in shown),
        lines=tuple(
            Line(row + 1, bids[row].name, tuple(cell(row, column) for column in shown)) for row in shown
        ),
        total=len(bids),
    )


def picture(bids: Sequence[Bid], ties: Sequence[Tied]) -> Picture:
    """The circle: a curve for each pair and first letter of rules, labelled with their codes."""
    shown = order(bids, ties, DRAWN)
    places = {bidder: _place(turn, len(shown)) for turn, bidder in enumerate(shown)}
    nodes = tuple(_node(bidder, bids[bidder], places[bidder], len(shown)) for bidder in shown)
    edges: list[Edge] = []
    for tie in ties:
        if tie.a in places and tie.b in places:
            groups = sorted({code[0] for code in tie.codes})
            for group, bend in zip(groups, _bends(len(groups)), strict=True):
                fired = tuple(one for one in tie.fired if one[0][0] == group)
                edges.append(_edge(tie, group, fired, places[tie.a], places[tie.b], bend))
    return Picture(
        nodes=nodes,
        edges=tuple(edges),
        groups=tuple(sorted({edge.group for edge in edges})),
        effects=tuple(dict.fromkeys(edge.effect for edge in edges)),
        total=len(bids),
    )


def _place(turn: int, count: int) -> tuple[float, float]:
    angle = 2 * pi * turn / max(count, 1) - pi / 2
    return (_MIDDLE[0] + RADIUS * cos(angle), _MIDDLE[1] + RADIUS * sin(angle))


def _node(bidder: int, bid: Bid, place: tuple[float, float], count: int) -> Node:
    name, (x, y) = plain(bid.name), place
    short = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
    side = x - _MIDDLE[0]
    anchor = "middle" if abs(side) < 20 else "start" if side > 0 else "end"
    text_x = x + (0 if anchor == "middle" else 22 if anchor == "start" else -22)
    text_y = y + (5 if anchor != "middle" else 34 if y > _MIDDLE[1] else -24)
    return Node(
        number=bidder + 1,
        name=name,
        short=short if count <= NAMED else "",
        verdict=bid.verdict,
        x=round(x),
        y=round(y),
        text_x=round(text_x),
        text_y=round(text_y),
        anchor=anchor,
    )


def _bends(count: int) -> tuple[float, ...]:
    """How far each of several curves between the same two bends aside, so that none covers another."""
    return _BENDS[:count] if count % 2 else _BENDS[1 : count + 1]


def _edge(
    tie: Tied,
    group: str,
    fired: tuple[tuple[str, str], ...],
    a: tuple[float, float],
    b: tuple[float, float],
    bend: float,
) -> Edge:
    codes = tuple(code for code, _ in fired)
    middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    across, down = b[0] - a[0], b[1] - a[1]
    long = max((across**2 + down**2) ** 0.5, 1.0)
    # towards the middle of the circle, so that neighbours' curves don't lie on the names outside it
    inward = 0.12
    turn = (
        middle[0] - down / long * bend * 2 + (_MIDDLE[0] - middle[0]) * inward,
        middle[1] + across / long * bend * 2 + (_MIDDLE[1] - middle[1]) * inward,
    )
    label = " ".join(codes[:2]) + (f" +{len(codes) - 2}" if len(codes) > 2 else "")
    # a label in the very middle would meet those of the curves that cross there
    share = 0.5 if long < RADIUS * 1.5 else 0.42
    x = (1 - share) ** 2 * a[0] + 2 * share * (1 - share) * turn[0] + share**2 * b[0]
    y = (1 - share) ** 2 * a[1] + 2 * share * (1 - share) * turn[1] + share**2 * b[1]
    path = f"M{a[0]:.0f},{a[1]:.0f}Q{turn[0]:.0f},{turn[1]:.0f},{b[0]:.0f},{b[1]:.0f}"
    said = f"{tie.a + 1}–{tie.b + 1} {' '.join(codes)}"
    return Edge(path, strictest_of(fired), group, label, said, round(x), round(y))


__all__ = ["Bid", "Matrix", "Picture", "Tied", "matrix", "order", "picture", "same_lot"]
