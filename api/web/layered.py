"""Pictures of parties in rows, from top to bottom: paths between two parties, owners above and holdings below a party.

Only places are worked out here; the template draws them. What has no room is counted, and stands in the table below.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import fmean
from typing import Final, NamedTuple

WIDTH, HEIGHT = 176, 52
"""Of a box."""
APART, BETWEEN = 20, 78
"""Between two boxes of a row, and between two rows."""
EDGE: Final = 14
MOST_IN_ROW: Final = 8
_LINE: Final = 12.0
"""Chinese characters of one line of a name."""
_SWEEPS: Final = 4
_LANE: Final = 78
"""Room that a relation takes in a row that it only passes through."""


class Node(NamedTuple):
    """A party to be drawn: its name, in which row, and what it is (a class of the style sheet)."""

    id: str
    name: str
    row: int
    look: str = ""


class Tie(NamedTuple):
    """A relation to be drawn, from above to below or from below to above, with words beside it."""

    source: str
    target: str
    words: str
    unsure: bool = False


class Box(NamedTuple):
    """A drawn party."""

    x: int
    y: int
    width: int
    height: int
    middle: int
    lines: tuple[tuple[int, str], ...]
    """Lines of the name, each with its height."""
    look: str


class Line(NamedTuple):
    """A drawn relation."""

    path: str
    x: int
    y: int
    words: str
    unsure: bool


class Picture(NamedTuple):
    """All that is drawn, and how many parties had no room."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    left_out: int


def wide(text: str) -> float:
    """How wide a text is, in Chinese characters."""
    return sum(1.0 if unicodedata.east_asian_width(one) in "WF" else 0.56 for one in text)


def wrapped(text: str, most: int = 2) -> tuple[str, ...]:
    """A name in so many lines at most; what has no room is three dots."""
    lines, line = [], ""
    for at, one in enumerate(text):
        if wide(line + one) > _LINE:
            lines.append(line)
            line = ""
            if len(lines) == most:
                lines[-1] = lines[-1][:-1] + "…"
                return tuple(lines)
            if not text[at:].strip():
                break
        line += one
    return (*lines, line) if line else tuple(lines)


def drawn(nodes: Iterable[Node], ties: Sequence[Tie]) -> Picture:
    """Places for parties and relations.

    Args:
        nodes: the parties, the most important of each row first; of a row only the first few are drawn.
        ties: the relations; those to parties that are not drawn are left out with them.
    """
    rows: dict[int, list[Node]] = {}
    count = 0
    for node in nodes:
        rows.setdefault(node.row, []).append(node)
        count += 1
    kept = {node.id: node for found in rows.values() for node in found[:MOST_IN_ROW]}
    used = {row: level for level, row in enumerate(sorted({node.row for node in kept.values()}))}
    level = {key: used[node.row] for key, node in kept.items()}
    known = [tie for tie in ties if tie.source in kept and tie.target in kept and tie.source != tie.target]
    ways = [_lanes(number, tie, level) for number, tie in enumerate(known)]
    ordered = _ordered(level, ways)
    wide_rows = [sum(_room(one, kept) for one in found) - APART for found in ordered]
    room = max([*wide_rows, WIDTH]) + 2 * EDGE
    boxes: dict[str, Box] = {}
    lanes: dict[str, tuple[int, int]] = {}
    for at, found in enumerate(ordered):
        x, y = (room - wide_rows[at]) // 2, EDGE + at * (HEIGHT + BETWEEN)
        for key in found:
            if key in kept:
                boxes[key] = _box(kept[key], x, y)
            else:
                lanes[key] = (x + _LANE // 2, y)
            x += _room(key, kept)
    lines = tuple(
        _line(boxes[tie.source], boxes[tie.target], tie, [lanes[one] for one in way[1:-1]])
        for tie, way in zip(known, ways, strict=True)
    )
    height = 2 * EDGE + len(ordered) * (HEIGHT + BETWEEN) - BETWEEN
    return Picture(room, height, tuple(boxes.values()), lines, count - len(boxes))


def _room(key: str, boxes: Mapping[str, Node]) -> int:
    return (WIDTH if key in boxes else _LANE) + APART


def _lanes(number: int, tie: Tie, level: dict[str, int]) -> list[str]:
    """A relation's ends, with a place of its own in every row between them; `level` learns those."""
    first, last = level[tie.source], level[tie.target]
    step = 1 if first < last else -1
    between = [f"lane {number} {at}" for at in range(first + step, last, step)] if first != last else []
    level.update({key: first + step * (at + 1) for at, key in enumerate(between)})
    return [tie.source, *between, tie.target]


def _ordered(level: Mapping[str, int], ways: Sequence[Sequence[str]]) -> list[list[str]]:
    """The rows, each in an order in which few lines cross: everything near the middle of what it is tied to."""
    near: dict[str, list[str]] = {}
    for way in ways:
        for one, other in pairwise(way):
            near.setdefault(one, []).append(other)
            near.setdefault(other, []).append(one)
    ordered: list[list[str]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for key, at in level.items():
        ordered[at].append(key)
    place = {key: (at + 0.5) / len(found) for found in ordered for at, key in enumerate(found)}
    for sweep in range(_SWEEPS):
        for at in range(len(ordered)) if sweep % 2 == 0 else range(len(ordered) - 1, -1, -1):
            wanted = {key: fmean([place[one] for one in near.get(key, (key,))]) for key in ordered[at]}
            ordered[at].sort(key=wanted.__getitem__)
            place.update({key: (n + 0.5) / len(ordered[at]) for n, key in enumerate(ordered[at])})
    return ordered


def _box(node: Node, x: int, y: int) -> Box:
    lines = wrapped(node.name)
    first = y + HEIGHT // 2 + 5 - 9 * (len(lines) - 1)
    placed = tuple((first + 18 * at, line) for at, line in enumerate(lines))
    return Box(x, y, WIDTH, HEIGHT, x + WIDTH // 2, placed, node.look)


def _line(source: Box, target: Box, tie: Tie, lanes: Sequence[tuple[int, int]]) -> Line:
    if source.y == target.y:
        right = source.x < target.x
        first, last = (source.x + WIDTH, target.x) if right else (source.x, target.x + WIDTH)
        middle = source.y + HEIGHT // 2
        if abs(first - last) <= APART:
            path = f"M{first},{middle}L{last},{middle}"
            return Line(path, (first + last) // 2, source.y + HEIGHT + 14, tie.words, tie.unsure)
        base, low = source.y + HEIGHT, source.y + HEIGHT + 34
        # with commas: numbers with blanks between them may look like the number of a person, which is masked
        path = f"M{source.middle},{base}C{source.middle},{low},{target.middle},{low},{target.middle},{base}"
        return Line(path, (source.middle + target.middle) // 2, base + 30, tie.words, tie.unsure)
    down = source.y < target.y
    first, last = (source.y + HEIGHT, target.y) if down else (source.y, target.y + HEIGHT)
    sign = 1 if down else -1
    # through a lane straight, between two rows in a bend
    points = [(source.middle, first)]
    for x, y in lanes:
        points += [(x, y if down else y + HEIGHT), (x, y + HEIGHT if down else y)]
    points.append((target.middle, last))
    path = f"M{points[0][0]},{points[0][1]}"
    for at in range(0, len(points) - 1, 2):
        (x, y), (to_x, to_y) = points[at], points[at + 1]
        half = y + sign * BETWEEN // 2
        path += f"C{x},{half},{to_x},{half},{to_x},{to_y}"
        if at + 2 < len(points):
            path += f"L{points[at + 2][0]},{points[at + 2][1]}"
    if lanes:
        x, y = lanes[(len(lanes) - 1) // 2]
        return Line(path, x, y + HEIGHT // 2, tie.words, tie.unsure)
    return Line(path, (source.middle + target.middle) // 2, (first + last) // 2 + 4, tie.words, tie.unsure)


__all__ = ["Box", "Line", "Node", "Picture", "Tie", "drawn", "wide", "wrapped"]
