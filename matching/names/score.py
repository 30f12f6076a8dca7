"""One function compares two names and says why: points, the parts they add up to, edits, vetoes, relation.

Points are 1/1000 of a log-odds unit at even prior odds: 0 means as likely the same as not, for a pair picked from the
generated pairs of scripts/fit_names.py. How many points count depends on the size of the list that a name was
compared with (`matching.names.thresholds`); points alone never cause more than a REVIEW.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from itertools import groupby
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import compiled
from graph.model import Doc
from matching.names import features
from matching.names import layout as at
from matching.names.align import (
    DOUBLED_LEFT,
    DOUBLED_RIGHT,
    JOINED,
    LEFT_ONLY,
    NEAR_SOUND,
    RIGHT_ONLY,
    SAME_SOUND,
    SHAPE,
    SPLIT,
    SWAPPED,
    UNRELATED,
    WILD,
    Workspace,
    workspace,
)
from matching.names.characters import Characters, characters
from matching.names.coding import Chars, Ints, encode
from matching.names.cross import compare_cross
from matching.names.latin import compare_latin
from matching.names.lexicon import Lexicon, lexicon
from matching.names.model import Model, contributions, evaluate, model, trees
from matching.names.parse import read

EQUAL: Final = 16_000
"""Points of names that are written alike; no other pair reaches them."""
OTHER_SCRIPT: Final = 1 << 8
"""Bit beside the vetoes: a name is Latin, the compiled model has not scored the pair."""

_KINDS = {
    SAME_SOUND: "same_sound", NEAR_SOUND: "near_sound", SHAPE: "shape", UNRELATED: "unrelated",
    LEFT_ONLY: "gap", RIGHT_ONLY: "gap", SWAPPED: "swapped", SPLIT: "split", JOINED: "split", WILD: "lost",
    DOUBLED_LEFT: "doubled", DOUBLED_RIGHT: "doubled",
}  # fmt: skip
_PLACES = {
    at.OTHER: "brand", at.REGION: "region", at.BRAND: "brand", at.INDUSTRY: "industry", at.FORM: "form",
    at.GROUP: "form", at.NUMBER: "number", at.BRANCH: "branch", at.BRANCH_PLACE: "branch", at.BRANCH_KIND: "branch",
}  # fmt: skip
_WIDTH = {SWAPPED: (2, 2), SPLIT: (1, 2), JOINED: (2, 1), LEFT_ONLY: (1, 0), RIGHT_ONLY: (0, 1),
          DOUBLED_LEFT: (1, 0), DOUBLED_RIGHT: (0, 1)}  # fmt: skip


class Part(Doc):
    """What one group of features added to the points."""

    name: str
    points: int


class Edit(Doc):
    """One difference between two names: what stood on the left became what stands on the right."""

    kind: str
    left: str
    right: str
    where: str


class NameComparison(Doc):
    """Two names compared. `points` is the sum of the parts; a veto decides before any points."""

    points: int
    relation: str
    """same, branch_of (one is a branch of the other, or a branch of the same company's head) or different."""
    parts: tuple[Part, ...] = ()
    edits: tuple[Edit, ...] = ()
    vetoes: tuple[str, ...] = ()


class ReadName(NamedTuple):
    """A name with the label of each character and what its parts are."""

    chars: Chars
    labels: npt.NDArray[np.uint8]
    fields: Ints


@lru_cache(maxsize=8192)
def read_name(text: str) -> ReadName:
    """A name (`graph.text.index_text`) as the model reads it. Nobody may write into what comes out."""
    chars = encode(text)
    labels = np.zeros(len(chars), np.uint8)
    fields = np.zeros(at.FIELDS, np.int32)
    read(chars, lexicon(), labels, fields)
    return ReadName(chars, labels, fields)


def _head(name: ReadName) -> ReadName:
    """The company to which a branch belongs."""
    end = int(name.fields[at.HEAD_END])
    chars = name.chars[:end].copy()
    labels = np.zeros(len(chars), np.uint8)
    fields = np.zeros(at.FIELDS, np.int32)
    read(chars, lexicon(), labels, fields)
    return ReadName(chars, labels, fields)


def probability(points: int) -> int:
    """Points as a chance in a thousand, at even prior odds."""
    return round(1000 / (1 + math.exp(-max(-30_000, min(30_000, points)) / 1000)))


def pair_threshold() -> int:
    """Points from which two names alone, without a list's size, are called the same."""
    return trees().pair_threshold


def compare_names(left: str, right: str) -> NameComparison:
    """Compare two names (`graph.text.index_text`), with every reason; the same from either side.

    Args:
        left: the name asked about.
        right: the listed name.
    """
    if left == right and left:
        return NameComparison(points=EQUAL, relation="same", parts=(Part(name="equal", points=EQUAL),))
    if not left or not right:
        return NameComparison(points=-EQUAL, relation="different", parts=(Part(name="empty", points=-EQUAL),))
    a, b = read_name(left), read_name(right)
    scripts = int(a.fields[at.SCRIPT]), int(b.fields[at.SCRIPT])
    if 2 in scripts:
        return _other_script(left, right, scripts)
    return _compare(a, b)


def _other_script(left: str, right: str, scripts: tuple[int, int]) -> NameComparison:
    if scripts == (2, 2):
        found = compare_latin(left, right)
    elif scripts[0] == 2:
        found = compare_cross(left, right)
    else:
        found = compare_cross(right, left)
    same = found.points >= pair_threshold() and not found.vetoes
    return NameComparison(
        points=found.points,
        relation="same" if same else "different",
        parts=tuple(Part(name=part.name, points=part.points) for part in found.parts),
        edits=tuple(
            Edit(kind=e.kind, left=e.left, right=e.right, where=e.where)
            if scripts[0] == 2
            else Edit(kind=e.kind, left=e.right, right=e.left, where=e.where)
            for e in found.edits
        ),
        vetoes=found.vetoes,
    )


@cache
def _spaces() -> list[Workspace]:
    """Arrays that no thread uses just now: making them costs as much as comparing two names."""
    return []


def _space() -> Workspace:
    """Arrays to compare with, to be put back into `_spaces` afterwards."""
    try:
        return _spaces().pop()
    except IndexError:
        return workspace()


def _group_runs() -> tuple[tuple[str, int, int], ...]:
    """Neighbouring features of one group: the group, and where they begin and end."""
    runs, begin = [], 0
    for group, found in groupby(features.FEATURES, lambda feature: feature.group):
        end = begin + len(tuple(found))
        runs.append((group, begin, end))
        begin = end
    return tuple(runs)


_GROUPS: Final = _group_runs()
_BEGINS: Final = np.array([*(begin for _, begin, _ in _GROUPS), features.COUNT])


def _compare(a: ReadName, b: ReadName) -> NameComparison:
    tables, space = characters(), _space()
    row = np.zeros(features.COUNT, np.int32)
    vetoes, count, swapped = features.compare(
        a.chars, a.labels, a.fields, b.chars, b.labels, b.fields, tables, features.crowds(), space, row
    )
    parts = np.zeros(features.COUNT + 1, np.int64)
    points = contributions(model(), row, parts)
    added: list[int] = np.add.reduceat(parts, _BEGINS).tolist()
    summed: dict[str, int] = {"start": added[-1]}
    for (group, _, _), value in zip(_GROUPS, added, strict=False):
        summed[group] = summed.get(group, 0) + value
    if abs(points) >= EQUAL:
        kept = EQUAL - 1 if points > 0 else 1 - EQUAL
        summed["limit"] = kept - points
        points = kept
    names = tuple(text for bit, text in features.VETOES.items() if vetoes & bit)
    relation = "same" if points >= pair_threshold() and not vetoes else "different"
    if vetoes & (features.HEAD_AND_BRANCH | features.BRANCHES_DIFFER) and _same_head(a, b):
        relation = "branch_of"
    edits = _edits(space, count, bool(swapped), max(len(a.chars), len(b.chars)))
    _spaces().append(space)
    return NameComparison(
        points=points,
        relation=relation,
        parts=tuple([Part(name=name, points=value) for name, value in summed.items() if value]),
        edits=edits,
        vetoes=names,
    )


def _same_head(a: ReadName, b: ReadName) -> bool:
    """Whether one name is a branch and the other its head office."""
    branch, head = (a, b) if a.fields[at.BRANCH_KIND_ID] else (b, a)
    if head.fields[at.BRANCH_KIND_ID]:
        return False
    company = _head(branch)
    if np.array_equal(company.chars, head.chars):
        return True
    row = np.zeros(features.COUNT, np.int32)
    space = _space()
    vetoes, _, _ = features.compare(
        company.chars, company.labels, company.fields, head.chars, head.labels, head.fields,
        characters(), features.crowds(), space, row,
    )  # fmt: skip
    _spaces().append(space)
    return not vetoes and evaluate(model(), row) >= pair_threshold()


def _edits(space: Workspace, count: int, swapped: bool, size: int) -> tuple[Edit, ...]:
    """The edits in reading order, neighbours of one kind joined, left and right as they were asked."""
    found: list[Edit] = []
    last = (-1, -1)
    before, after = ("".join(map(chr, side[:size].tolist())) for side in (space.left, space.right))
    labels, others = space.left_labels[:size].tolist(), space.right_labels[:size].tolist()
    for kind, i, j in reversed(space.edits[:count].tolist()):
        wide, tall = _WIDTH.get(kind, (1, 1))
        left, right = before[i : i + wide], after[j : j + tall]
        label = labels[i] if wide else others[j]
        one = Edit(kind=_KINDS[kind], left=left, right=right, where=_PLACES[label])
        if found and last == (i, j) and found[-1].kind == one.kind == "gap" and found[-1].where == one.where:
            first = found.pop()
            one = Edit(kind="gap", left=first.left + left, right=first.right + right, where=one.where)
        found.append(one)
        last = (i + wide, j + tall)
    if swapped:
        return tuple(Edit(kind=e.kind, left=e.right, right=e.left, where=e.where) for e in found)
    return tuple(found)


@compiled
def _score_some(
    left: Any, left_starts: Any, right: Any, right_starts: Any, pairs: Any, low: int, high: int,
    words: Lexicon, tables: Characters, crowds: features.Crowds, trees: Model, space: Workspace,
    points: Any, vetoes: Any, rows: Any,
) -> None:  # fmt: skip
    left_labels = np.zeros(at.MAX_NAME, np.uint8)
    right_labels = np.zeros(at.MAX_NAME, np.uint8)
    left_fields = np.zeros(at.FIELDS, np.int32)
    right_fields = np.zeros(at.FIELDS, np.int32)
    row = np.zeros(features.COUNT, np.int32)
    before = -1
    for place in range(low, high):
        i, j = pairs[place, 0], pairs[place, 1]
        a = left[left_starts[i] : left_starts[i + 1]]
        b = right[right_starts[j] : right_starts[j + 1]]
        if i != before:
            read(a, words, left_labels[: len(a)], left_fields)
            before = i
        read(b, words, right_labels[: len(b)], right_fields)
        if left_fields[at.SCRIPT] == 2 or right_fields[at.SCRIPT] == 2:
            vetoes[place] = OTHER_SCRIPT
            points[place] = -EQUAL
            continue
        vetoes[place], _, _ = features.compare(
            a, left_labels[: len(a)], left_fields, b, right_labels[: len(b)], right_fields,
            tables, crowds, space, row,
        )  # fmt: skip
        points[place] = max(1 - EQUAL, min(EQUAL - 1, evaluate(trees, row)))
        if len(rows):
            rows[place] = row
        if len(a) == len(b):
            equal = True
            for k in range(len(a)):
                if a[k] != b[k]:
                    equal = False
                    break
            if equal:
                points[place] = EQUAL
                vetoes[place] = 0


Progress = Callable[[int, int], None]


def score_pairs(
    left: Chars, left_offsets: npt.NDArray[np.int64], right: Chars, right_offsets: npt.NDArray[np.int64],
    pairs: npt.NDArray[np.int64], *, threads: int = 1, rows: npt.NDArray[np.int32] | None = None,
    scored_by: Model | None = None,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint32]]:  # fmt: skip
    """Score many pairs of names (`coding.encode_many`) at once.

    Args:
        left: characters of the names asked about, end to end.
        left_offsets: where each begins, and the end.
        right: characters of the listed names.
        right_offsets: where each begins, and the end.
        pairs: (m, 2) places of the names of each pair; fastest when equal left ones stand together.
        threads: how many run at once; the interpreter's lock is not held.
        rows: (m, features.COUNT) to be filled with the features, if wanted.
        scored_by: another model than the one that ships.

    Returns:
        Points, and vetoes as bits of `features.VETOES`; OTHER_SCRIPT marks pairs that `compare_names` has to score.
    """
    count = len(pairs)
    points, vetoes = np.zeros(count, np.int32), np.zeros(count, np.uint32)
    wanted = rows if rows is not None else np.zeros((0, features.COUNT), np.int32)
    trees = scored_by or model()

    def run(low: int, high: int) -> None:
        space = _space()
        _score_some(
            left, left_offsets, right, right_offsets, pairs, low, high, lexicon(), characters(),
            features.crowds(), trees, space, points, vetoes, wanted,
        )  # fmt: skip
        _spaces().append(space)

    if threads < 2 or count < 2000:
        run(0, count)
    else:
        cuts = np.linspace(0, count, threads * 4 + 1).astype(int).tolist()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(run, cuts[:-1], cuts[1:]))
    return points, vetoes
