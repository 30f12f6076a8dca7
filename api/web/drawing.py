"""A frozen picture drawn by the server: numbered places of parties, lines between them, and nothing to be run.

The numbers in the picture are those of the table beside it, so that both can be read together, on paper too.
"""

from __future__ import annotations

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
    """The relations between two parties: one line from edge to edge of their places."""

    x1: int
    y1: int
    x2: int
    y2: int
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
        _line(known[source], known[target], edges, words) for (source, target), edges in pairs.items()
    )
    return Drawing(
        width=WIDTH,
        height=height,
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


def _line(a: Place, b: Place, edges: list[PictureEdge], words: Words) -> Line:
    far = hypot(b.x - a.x, b.y - a.y) or 1.0
    off = min(RADIUS + 5, far / 2)
    dx, dy = (b.x - a.x) / far * off, (b.y - a.y) / far * off
    return Line(
        x1=round(a.x + dx),
        y1=round(a.y + dy),
        x2=round(b.x - dx),
        y2=round(b.y - dy),
        words=" · ".join(dict.fromkeys(_said(edge, words) for edge in edges)),
        middle_x=round((a.x + b.x) / 2),
        middle_y=round((a.y + b.y) / 2) - 4,
        doubtful=all(edge.possibly_same for edge in edges),
    )


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
