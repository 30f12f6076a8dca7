"""Pictures of parties in rows, from top to bottom: paths between two parties, owners above and holdings below a party.

Only places are worked out here; the template draws them. What has no room is counted, and stands in the table below.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
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
    kept = {row: found[:MOST_IN_ROW] for row, found in sorted(rows.items())}
    ordered = _ordered(kept, ties)
    widest = max((len(found) for found in ordered), default=0)
    room = max(widest * (WIDTH + APART) - APART, WIDTH) + 2 * EDGE
    boxes: dict[str, Box] = {}
    for level, found in enumerate(ordered):
        start = (room - len(found) * (WIDTH + APART) + APART) // 2
        for place, node in enumerate(found):
            boxes[node.id] = _box(node, start + place * (WIDTH + APART), EDGE + level * (HEIGHT + BETWEEN))
    lines = tuple(
        _line(boxes[tie.source], boxes[tie.target], tie)
        for tie in ties
        if tie.source in boxes and tie.target in boxes and tie.source != tie.target
    )
    height = 2 * EDGE + len(ordered) * (HEIGHT + BETWEEN) - BETWEEN
    return Picture(room, height, tuple(boxes.values()), lines, count - len(boxes))


def _ordered(rows: Mapping[int, list[Node]], ties: Sequence[Tie]) -> list[list[Node]]:
    """The rows, each in an order in which few lines cross: everyone near the middle of those they are tied to."""
    near: dict[str, list[str]] = {}
    for tie in ties:
        near.setdefault(tie.source, []).append(tie.target)
        near.setdefault(tie.target, []).append(tie.source)
    ordered = list(rows.values())
    for sweep in range(_SWEEPS):
        place = {node.id: (at + 0.5) / len(found) for found in ordered for at, node in enumerate(found)}
        for level in range(len(ordered)) if sweep % 2 == 0 else range(len(ordered) - 1, -1, -1):
            found = ordered[level]
            wanted = {
                node.id: fmean(
                    [place[one] for one in near.get(node.id, ()) if one in place] or [place[node.id]]
                )
                for node in found
            }
            ordered[level] = found = sorted(found, key=lambda node, wanted=wanted: wanted[node.id])  # type: ignore[misc]
            place.update({node.id: (at + 0.5) / len(found) for at, node in enumerate(found)})
    return ordered


def _box(node: Node, x: int, y: int) -> Box:
    lines = wrapped(node.name)
    first = y + HEIGHT // 2 + 5 - 9 * (len(lines) - 1)
    placed = tuple((first + 18 * at, line) for at, line in enumerate(lines))
    return Box(x, y, WIDTH, HEIGHT, x + WIDTH // 2, placed, node.look)


def _line(source: Box, target: Box, tie: Tie) -> Line:
    if source.y == target.y:
        right = source.x < target.x
        first, last = (source.x + WIDTH, target.x) if right else (source.x, target.x + WIDTH)
        middle = source.y + HEIGHT // 2
        if abs(first - last) <= APART:
            path = f"M{first} {middle}L{last} {middle}"
            return Line(path, (first + last) // 2, source.y + HEIGHT + 14, tie.words, tie.unsure)
        base, low = source.y + HEIGHT, source.y + HEIGHT + 34
        path = f"M{source.middle} {base}C{source.middle} {low} {target.middle} {low} {target.middle} {base}"
        return Line(path, (source.middle + target.middle) // 2, base + 30, tie.words, tie.unsure)
    down = source.y < target.y
    first, last = (source.y + HEIGHT, target.y) if down else (source.y, target.y + HEIGHT)
    half = (first + last) // 2
    path = f"M{source.middle} {first}C{source.middle} {half} {target.middle} {half} {target.middle} {last}"
    return Line(path, (source.middle + target.middle) // 2, half + 4, tie.words, tie.unsure)


__all__ = ["Box", "Line", "Node", "Picture", "Tie", "drawn", "wide", "wrapped"]
