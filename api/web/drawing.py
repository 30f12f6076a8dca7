"""A frozen picture drawn by the server: numbered places of parties, lines between them, and nothing to be run.

The numbers in the picture are those of the table beside it, so that both can be read together, on paper too.
"""

from __future__ import annotations

from itertools import pairwise
from math import hypot
from typing import Final, NamedTuple

from api.web.words import Words
from matching.casework.pictures import Picture, PictureEdge, PictureNode

WIDTH: Final = 960
TALLEST: Final = 720
MARGIN: Final = 48
SIDE: Final = 100
"""Room for half a name at the left and right."""
RADIUS: Final = 15
SHORT: Final = 13
"""Characters of a name in the picture; the table has the whole."""
MOST_WORDS: Final = 40
"""Beyond so many lines, words on them would cover each other: the table has them."""
CLOSE: Final = 25
"""A line that passes a third place nearer than this would read as a relation of that place."""
MOST_BENT: Final = 150
"""Beyond so many places there is no room to lead a line around one."""
_BENDS: Final = (0, 60, -60, 100, -100, 150, -150, 220, -220)
"""How far from the straight line its curve is drawn, in the order in which they are tried."""
_STEPS: Final = tuple(n / 24 for n in range(1, 24))


class Place(NamedTuple):
    """A party in the picture, and its row in the table."""

    number: int
    node: PictureNode
    kind: str
    """`person`, `organization` or `thing`: each has a form of its own."""
    kind_word: str
    short: str
    listed: str
    x: int
    y: int


class Line(NamedTuple):
    """The relations between two parties: one line from edge to edge of their places, around every third place."""

    path: str
    """What the picture draws: a straight line, or a curve."""
    points: tuple[tuple[int, int], ...]
    """Its two ends, and between them the point that a curve is drawn to; the middle of a straight line."""
    words: str
    middle_x: int
    middle_y: int
    doubtful: bool


class Tie(NamedTuple):
    """A relation as its row in the table shows it."""

    source: str
    target: str
    words: str
    since: str
    until: str
    doubtful: bool
    origin: str


class Drawing(NamedTuple):
    """A picture and its table, made of the same values."""

    left: int
    top: int
    width: int
    height: int
    places: tuple[Place, ...]
    lines: tuple[Line, ...]
    ties: tuple[Tie, ...]
    as_of: str
    generation: str
    cut: bool
    worded: bool
    """Whether the lines bear their words."""


def drawing(picture: Picture, words: Words) -> Drawing:
    """A picture as a page shows it."""
    spots, height = _spots(picture.nodes)
    places = tuple(
        _place(number, node, spot, words)
        for number, (node, spot) in enumerate(zip(picture.nodes, spots, strict=True), 1)
    )
    known = {place.node.id: place for place in places}
    pairs: dict[tuple[str, str], list[PictureEdge]] = {}
    for edge in picture.edges:
        if edge.source in known and edge.target in known and edge.source != edge.target:
            pairs.setdefault((edge.source, edge.target), []).append(edge)
    lines = tuple(
        _line(known[source], known[target], edges, places, words) for (source, target), edges in pairs.items()
    )
    xs = [0, WIDTH, *(one.middle_x + side for one in lines for side in (-10, 10))]
    ys = [0, height, *(one.middle_y + side for one in lines for side in (-14, 14))]
    return Drawing(
        left=min(xs),
        top=min(ys),
        width=max(xs) - min(xs),
        height=max(ys) - min(ys),
        places=places,
        lines=lines,
        ties=tuple(_tie(edge, known, words) for edge in picture.edges),
        as_of=words.time(picture.as_of),
        generation=picture.generation,
        cut=picture.cut,
        worded=len(lines) <= MOST_WORDS,
    )


def _spots(nodes: tuple[PictureNode, ...]) -> tuple[list[tuple[int, int]], int]:
    """Where the nodes stand on the page, as they stand to each other, and how tall that is."""
    if not nodes:
        return [], 2 * MARGIN
    left, top = min(node.x for node in nodes), min(node.y for node in nodes)
    wide, tall = max(node.x for node in nodes) - left, max(node.y for node in nodes) - top
    room_x, room_y = WIDTH - 2 * SIDE, TALLEST - 2 * MARGIN
    scale = min(room_x / wide if wide else 1e9, room_y / tall if tall else 1e9)
    scale = 1.0 if scale == 1e9 else scale
    shift = SIDE + (room_x - wide * scale) / 2
    spots = [
        (round(shift + (node.x - left) * scale), round(MARGIN + (node.y - top) * scale)) for node in nodes
    ]
    return spots, round(tall * scale) + 2 * MARGIN


def _place(number: int, node: PictureNode, spot: tuple[int, int], words: Words) -> Place:
    kind = node.type if node.type in ("person", "organization") else "thing"
    name = node.name or node.id
    listed = words("listed.yes") if node.listed == "yes" else ""
    if node.listed == "possibly":
        listed = words("listed.possibly")
    return Place(
        number=number,
        node=node,
        kind=kind,
        kind_word=words(f"type.{node.type}") if node.type else "–",
        short=name if len(name) <= SHORT else f"{name[: SHORT - 1]}…",
        listed=listed,
        x=spot[0],
        y=spot[1],
    )


def _said(edge: PictureEdge, words: Words) -> str:
    return (edge.zh if words.lang == "zh" else edge.en) or edge.type


def _line(a: Place, b: Place, edges: list[PictureEdge], places: tuple[Place, ...], words: Words) -> Line:
    turn = _turn(a, b, places)
    start, end = _edge(a, turn), _edge(b, turn)
    straight = turn == _beside(a, b, 0)
    way = f"L{end[0]},{end[1]}" if straight else f"Q{round(turn[0])},{round(turn[1])},{end[0]},{end[1]}"
    middle = _on_curve(a, turn, b, 0.5)
    return Line(
        path=f"M{start[0]},{start[1]}{way}",
        points=(start, (round(turn[0]), round(turn[1])), end),
        words=" · ".join(dict.fromkeys(_said(edge, words) for edge in edges)),
        middle_x=round(middle[0]),
        middle_y=round(middle[1]) - 4,
        doubtful=all(edge.possibly_same for edge in edges),
    )


def _turn(a: Place, b: Place, places: tuple[Place, ...]) -> tuple[float, float]:
    """The point to which the line is drawn so that it keeps clear of every third place; as clear as can be."""
    best, clear = _beside(a, b, 0), -1.0
    if len(places) > MOST_BENT or hypot(b.x - a.x, b.y - a.y) < 1:
        return best
    around = max(map(abs, _BENDS)) / 2 + CLOSE
    wide, tall = sorted((a.x, b.x)), sorted((a.y, b.y))
    third = [
        one
        for one in places
        if one.number not in (a.number, b.number)
        and wide[0] - around < one.x < wide[1] + around
        and tall[0] - around < one.y < tall[1] + around
    ]
    for bend in _BENDS:
        turn = _beside(a, b, bend)
        points = [_on_curve(a, turn, b, step) for step in _STEPS]
        room = min((_from_way(one, points) for one in third), default=float(CLOSE))
        if room > clear:
            best, clear = turn, room
        if room >= CLOSE:
            break
    return best


def _beside(a: Place, b: Place, bend: int) -> tuple[float, float]:
    """A point so far beside the middle of two places."""
    far = hypot(b.x - a.x, b.y - a.y) or 1.0
    return (a.x + b.x) / 2 - (b.y - a.y) / far * bend, (a.y + b.y) / 2 + (b.x - a.x) / far * bend


def _on_curve(a: Place, turn: tuple[float, float], b: Place, step: float) -> tuple[float, float]:
    """A point of the curve from one place to another, drawn to `turn`."""
    rest = 1 - step
    first, second, third = rest * rest, 2 * rest * step, step * step
    return first * a.x + second * turn[0] + third * b.x, first * a.y + second * turn[1] + third * b.y


def _from_way(one: Place, points: list[tuple[float, float]]) -> float:
    """How far a place is from a way along some points."""
    return min(_from_piece(one, start, end) for start, end in pairwise(points))


def _from_piece(one: Place, start: tuple[float, float], end: tuple[float, float]) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    long = dx * dx + dy * dy
    part = ((one.x - start[0]) * dx + (one.y - start[1]) * dy) / long if long else 0.0
    part = min(max(part, 0.0), 1.0)
    return hypot(one.x - start[0] - part * dx, one.y - start[1] - part * dy)


def _edge(place: Place, turn: tuple[float, float]) -> tuple[int, int]:
    """Where a line leaves a place on its way to a point."""
    far = hypot(turn[0] - place.x, turn[1] - place.y) or 1.0
    off = min(RADIUS + 5, far)
    return round(place.x + (turn[0] - place.x) / far * off), round(place.y + (turn[1] - place.y) / far * off)


def _tie(edge: PictureEdge, known: dict[str, Place], words: Words) -> Tie:
    ends = [
        f"{known[end].number} {known[end].node.name or end}" if end in known else end
        for end in (edge.source, edge.target)
    ]
    return Tie(
        source=ends[0],
        target=ends[1],
        words=_said(edge, words),
        since=words.day(edge.since),
        until=words.last_day(edge.until),
        doubtful=edge.possibly_same,
        origin=edge.origin,
    )
