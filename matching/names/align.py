"""Edits that turn one name into another, cheapest first: by sound, by shape, swapped, split, lost, or unrelated.

A dynamic programme over two strings of at most MAX_NAME characters (Damerau and Levenshtein's distance with costs
that depend on the characters; Wagner and Fischer 1974). Costs are whole numbers: 100 replaces a character by an
unrelated one.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import kernel
from matching.names.characters import Characters, near_sound, same_sound, shape
from matching.names.coding import Chars, Labels
from matching.names.layout import FORM, GROUP, MAX_NAME, REGION

SOUND_COST: Final = 45
NEAR_COST: Final = 60
OTHER_COST: Final = 100
LOST_COST: Final = 10
GAP_COST: Final = 80
LIGHT_GAP_COST: Final = 25
"""A missing or added character of region, form or group mark: these are left out all the time."""
DOUBLE_COST: Final = 40
SWAP_COST: Final = 50
SPLIT_COST: Final = 30
_LOST: Final = ord("?")
_FAR: Final = 1 << 28

# kinds of edits
SAME_SOUND: Final = 1
NEAR_SOUND: Final = 2
SHAPE: Final = 3
UNRELATED: Final = 4
LEFT_ONLY: Final = 5
RIGHT_ONLY: Final = 6
SWAPPED: Final = 7
SPLIT: Final = 8
"""One character on the left stands as its two parts on the right."""
JOINED: Final = 9
WILD: Final = 10
DOUBLED_LEFT: Final = 11
DOUBLED_RIGHT: Final = 12

Grid = npt.NDArray[np.int32]


class Workspace(NamedTuple):
    """Arrays that a comparison writes into; one for each thread."""

    grid: Grid
    edits: Grid
    """(kind, place on the left, place on the right) in canonical order."""
    left: Chars
    left_labels: Labels
    right: Chars
    right_labels: Labels
    left_order: Grid
    """Where each character in canonical order stood in the name."""
    right_order: Grid


def workspace() -> Workspace:
    """A fresh set of arrays."""
    size = MAX_NAME + 2
    return Workspace(
        grid=np.zeros((size, size), np.int32),
        edits=np.zeros((2 * size, 3), np.int32),
        left=np.zeros(size, np.uint16),
        left_labels=np.zeros(size, np.uint8),
        right=np.zeros(size, np.uint16),
        right_labels=np.zeros(size, np.uint8),
        left_order=np.zeros(size, np.int32),
        right_order=np.zeros(size, np.int32),
    )


@kernel
def replace_kind(tables: Characters, a: int, b: int) -> int:
    """How two different characters are related: the kind of the edit that replaces one by the other."""
    if a == _LOST or b == _LOST:
        return WILD
    if same_sound(tables, a, b):
        return SAME_SOUND
    alike = shape(tables, a, b)
    if alike >= 72:
        return SHAPE
    if near_sound(tables, a, b):
        return NEAR_SOUND
    if alike > 0:
        return SHAPE
    return UNRELATED


@kernel
def replace_cost(tables: Characters, a: int, b: int) -> int:
    """What replacing one character by another costs."""
    kind = replace_kind(tables, a, b)
    if kind == WILD:
        return LOST_COST
    if kind == SAME_SOUND:
        return SOUND_COST
    if kind == NEAR_SOUND:
        return NEAR_COST
    if kind == SHAPE:
        return OTHER_COST - shape(tables, a, b) // 2
    return OTHER_COST


@kernel
def _is_split(tables: Characters, whole: int, first: int, second: int) -> bool:
    for place in range(tables.part_start[whole], tables.part_start[whole + 1]):
        if tables.part_left[place] == first and tables.part_right[place] == second:
            return True
    return False


@kernel
def _gap(chars: Any, labels: Any, place: int) -> int:
    """What the character at `place` costs when the other side lacks it."""
    if (place > 0 and chars[place] == chars[place - 1]) or (
        place + 1 < len(chars) and chars[place] == chars[place + 1]
    ):
        return DOUBLE_COST
    label = labels[place]
    if label in (REGION, FORM, GROUP):
        return LIGHT_GAP_COST
    if chars[place] == _LOST:
        return GAP_COST // 2
    return GAP_COST


@kernel
def _fill(
    left: Any, left_labels: Any, right: Any, right_labels: Any, low: int, n: int, m: int, tables: Characters,
    grid: Any, limit: int,
) -> int:  # fmt: skip
    """Fill the grid for left[low:low+n] and right[low:low+m]; the distance of the two, or more than `limit`."""
    near_before = True
    # taken out of the tuple once: each look into it costs more than the comparison
    near_mask, shape_mask, part_mask = tables.near_mask, tables.shape_mask, tables.part_mask
    one = np.uint64(1)
    grid[0, 0] = 0
    for i in range(1, n + 1):
        grid[i, 0] = grid[i - 1, 0] + _gap(left, left_labels, low + i - 1)
    for j in range(1, m + 1):
        grid[0, j] = grid[0, j - 1] + _gap(right, right_labels, low + j - 1)
    for i in range(1, n + 1):
        a = left[low + i - 1]
        near_a, shape_a, part_a = near_mask[a], shape_mask[a], part_mask[a]
        gap_left = grid[i, 0] - grid[i - 1, 0]
        near = grid[i, 0] <= limit
        for j in range(1, m + 1):
            b = right[low + j - 1]
            best = min(grid[i - 1, j] + gap_left, grid[i, j - 1] + grid[0, j] - grid[0, j - 1])
            if a == b:
                best = min(best, grid[i - 1, j - 1])
            else:
                diagonal = grid[i - 1, j - 1]
                if diagonal + LOST_COST < best:
                    if a == _LOST or b == _LOST:
                        best = diagonal + LOST_COST
                    elif diagonal + SOUND_COST < best:
                        if near_a & near_mask[b] == 0 and shape_a >> np.uint64(b % 61) & one == 0:
                            best = min(best, diagonal + OTHER_COST)
                        else:
                            best = min(best, diagonal + replace_cost(tables, a, b))
                if i > 1 and j > 1 and a == right[low + j - 2] and left[low + i - 2] == b:
                    best = min(best, grid[i - 2, j - 2] + SWAP_COST)
                if j > 1 and grid[i - 1, j - 2] + SPLIT_COST < best:
                    first = right[low + j - 2]
                    if part_a >> np.uint64(first % 61) & one and _is_split(tables, a, first, b):
                        best = grid[i - 1, j - 2] + SPLIT_COST
                if i > 1 and grid[i - 2, j - 1] + SPLIT_COST < best:
                    first = left[low + i - 2]
                    if part_mask[b] >> np.uint64(first % 61) & one and _is_split(tables, b, first, a):
                        best = grid[i - 2, j - 1] + SPLIT_COST
            grid[i, j] = best
            if best <= limit:
                near = True
        if not near and not near_before:
            return limit + 1
        near_before = near
    return int(grid[n, m])


@kernel
def _shared(left: Any, right: Any) -> tuple[int, int]:
    """How many characters the two share at the beginning and, of the rest, at the end."""
    shortest = min(len(left), len(right))
    low = 0
    while low < shortest and left[low] == right[low]:
        low += 1
    high = 0
    while high < shortest - low and left[len(left) - 1 - high] == right[len(right) - 1 - high]:
        high += 1
    return low, high


@kernel
def edit_cost(
    left: Any, left_labels: Any, right: Any, right_labels: Any, tables: Characters, grid: Any, limit: int
) -> int:
    """The cheapest way from one string of characters to another; 0 for equal ones, anything above `limit` as such."""
    low, high = _shared(left, right)
    return _fill(
        left, left_labels, right, right_labels, low, len(left) - low - high, len(right) - low - high, tables, grid,
        limit,
    )  # fmt: skip


@kernel
def align(
    left: Any, left_labels: Any, right: Any, right_labels: Any, tables: Characters, grid: Any, edits: Any
) -> tuple[int, int]:
    """The same, with the edits themselves written to `edits`; returns the cost and how many there are."""
    low, high = _shared(left, right)
    i, j = len(left) - low - high, len(right) - low - high
    cost = _fill(left, left_labels, right, right_labels, low, i, j, tables, grid, _FAR)
    count = 0
    while i > 0 or j > 0:
        here = grid[i, j]
        kind = 0
        if i > 0 and j > 0 and left[low + i - 1] == right[low + j - 1] and here == grid[i - 1, j - 1]:
            i -= 1
            j -= 1
            continue
        if i > 1 and j > 1 and here == grid[i - 2, j - 2] + SWAP_COST:
            a, b = left[low + i - 1], right[low + j - 1]
            if a == right[low + j - 2] and b == left[low + i - 2]:
                kind = SWAPPED
                i -= 2
                j -= 2
        if kind == 0 and i > 0 and j > 1 and here == grid[i - 1, j - 2] + SPLIT_COST:  # noqa: SIM102
            if _is_split(tables, left[low + i - 1], right[low + j - 2], right[low + j - 1]):
                kind = SPLIT
                i -= 1
                j -= 2
        if kind == 0 and i > 1 and j > 0 and here == grid[i - 2, j - 1] + SPLIT_COST:  # noqa: SIM102
            if _is_split(tables, right[low + j - 1], left[low + i - 2], left[low + i - 1]):
                kind = JOINED
                i -= 2
                j -= 1
        if kind == 0 and i > 0 and j > 0:
            a, b = left[low + i - 1], right[low + j - 1]
            if a != b and here == grid[i - 1, j - 1] + replace_cost(tables, a, b):
                kind = replace_kind(tables, a, b)
                i -= 1
                j -= 1
        if kind == 0 and i > 0:
            gap = _gap(left, left_labels, low + i - 1)
            if here == grid[i - 1, j] + gap:
                kind = DOUBLED_LEFT if gap == DOUBLE_COST else LEFT_ONLY
                i -= 1
        if kind == 0:
            gap = _gap(right, right_labels, low + j - 1)
            kind = DOUBLED_RIGHT if gap == DOUBLE_COST else RIGHT_ONLY
            j -= 1
        edits[count, 0] = kind
        edits[count, 1] = low + i
        edits[count, 2] = low + j
        count += 1
    return cost, count


@kernel
def canonical(chars: Any, labels: Any, head_end: int, out: Any, out_labels: Any, order: Any) -> int:
    """A name with the divisions of its head first, wherever they stand; returns the number of characters."""
    count = 0
    for place in range(head_end):
        if labels[place] == REGION:
            out[count] = chars[place]
            out_labels[count] = labels[place]
            order[count] = place
            count += 1
    for place in range(len(chars)):
        if place >= head_end or labels[place] != REGION:
            out[count] = chars[place]
            out_labels[count] = labels[place]
            order[count] = place
            count += 1
    return count


@kernel
def name_cost(
    left: Any, left_labels: Any, left_head: int, right: Any, right_labels: Any, right_head: int,
    tables: Characters, space: Workspace, limit: int,
) -> int:  # fmt: skip
    """The distance of two names that were read, divisions put first: what candidates are ranked by.

    What is farther apart than `limit` comes out as more than that, sooner."""
    n = canonical(left, left_labels, left_head, space.left, space.left_labels, space.left_order)
    m = canonical(right, right_labels, right_head, space.right, space.right_labels, space.right_order)
    return edit_cost(
        space.left[:n], space.left_labels[:n], space.right[:m], space.right_labels[:m], tables, space.grid, limit
    )
