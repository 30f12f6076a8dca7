"""Small questions about two names that several features share."""

from __future__ import annotations

from typing import Any

from graph.compiled.jit import kernel
from matching.names import layout as at
from matching.names.align import (
    DOUBLED_LEFT,
    DOUBLED_RIGHT,
    LEFT_ONLY,
    NEAR_SOUND,
    RIGHT_ONLY,
    SAME_SOUND,
    SHAPE,
    SWAPPED,
    UNRELATED,
)


@kernel
def kind_place(kind: int) -> int:
    """The place of an edit's kind among the eight of a group."""
    if kind == SAME_SOUND:
        return 0
    if kind == NEAR_SOUND:
        return 1
    if kind == SHAPE:
        return 2
    if kind == UNRELATED:
        return 3
    if kind in (LEFT_ONLY, RIGHT_ONLY):
        return 4
    if kind in (DOUBLED_LEFT, DOUBLED_RIGHT):
        return 5
    if kind == SWAPPED:
        return 6
    return 7


@kernel
def is_branch(label: int) -> bool:
    return label == at.BRANCH or label == at.BRANCH_PLACE or label == at.BRANCH_KIND


@kernel
def is_form(label: int) -> bool:
    return label == at.FORM or label == at.GROUP


@kernel
def subsequence(short: Any, long: Any) -> bool:
    place = 0
    for c in long:
        if place < len(short) and short[place] == c:
            place += 1
    return place == len(short)


@kernel
def before(left: Any, right: Any) -> bool:
    """A fixed order of names, so that a pair is looked at from the same side whichever way it is asked."""
    if len(left) != len(right):
        return len(left) < len(right)
    for place in range(len(left)):
        if left[place] != right[place]:
            return bool(left[place] < right[place])
    return True


@kernel
def typical(chars: Any, labels: Any, brand: Any) -> int:
    """The least typical character of a brand, in the mean with all of them."""
    least, total, count = 255, 0, 0
    for place in range(len(chars)):
        if labels[place] == at.BRAND:
            level = int(brand[chars[place]])
            least = min(least, level)
            total += level
            count += 1
    return (least + total // count) // 2 if count else 0


@kernel
def begin_alike(left: Any, left_labels: Any, right: Any, right_labels: Any) -> int:
    a = 0
    b = 0
    for place in range(len(left)):
        if left_labels[place] == at.BRAND:
            a = int(left[place])
            break
    for place in range(len(right)):
        if right_labels[place] == at.BRAND:
            b = int(right[place])
            break
    return 1 if a != 0 and a == b else 0


@kernel
def industry_relation(
    left: Any, left_labels: Any, left_fields: Any, right: Any, right_labels: Any, right_fields: Any
) -> int:
    x, y = left_fields[at.INDUSTRY_LENGTH], right_fields[at.INDUSTRY_LENGTH]
    if x == 0 and y == 0:
        return 5
    if x == 0 or y == 0:
        return 2
    i = 0
    j = 0
    same = 0
    while i < len(left) and j < len(right):
        if left_labels[i] != at.INDUSTRY:
            i += 1
        elif right_labels[j] != at.INDUSTRY:
            j += 1
        elif left[i] == right[j]:
            same += 1
            i += 1
            j += 1
        else:
            break
    if same == x and same == y:
        return 0
    if (
        left_fields[at.INDUSTRY_CLASS] == right_fields[at.INDUSTRY_CLASS]
        and left_fields[at.INDUSTRY_FIRST] == right_fields[at.INDUSTRY_FIRST]
        and left_fields[at.INDUSTRY_CLASS] != 0
    ):
        return 1
    if same == min(x, y):
        return 3
    return 4
