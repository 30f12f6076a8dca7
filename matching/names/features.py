"""The frozen table of features of a pair of names (version 1): whole numbers, the same from either side.

Every feature has a name, a group for people and a direction: whether a larger value may only speak against the two
names being the same (-1), only for it (+1), or either (0). The model is fitted under these directions.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import kernel
from matching.names import layout as at
from matching.names.align import (
    DOUBLED_LEFT,
    DOUBLED_RIGHT,
    JOINED,
    LEFT_ONLY,
    RIGHT_ONLY,
    SPLIT,
    SWAPPED,
    WILD,
    Workspace,
    align,
    canonical,
)
from matching.names.characters import Characters
from matching.names.feature_parts import (
    before,
    begin_alike,
    industry_relation,
    is_branch,
    is_form,
    kind_place,
    subsequence,
    typical,
)
from matching.names.parse import regions_relation

VERSION: Final = "1"


INDUSTRIES: Final = 8192
REGIONS: Final = 1_000_000


class Crowds(NamedTuple):
    """How many companies a division and an industry have, on a log scale from 0 to 255 (crowds.tsv).

    Where many companies are, names one character apart are two companies; where few are, one of them is misspelt.
    """

    region: npt.NDArray[np.uint8]
    """By GB/T 2260 code."""
    industry: npt.NDArray[np.uint8]
    """By the meaning's number in industries.tsv."""


@cache
def crowds() -> Crowds:
    """The table that ships: counted by scripts/fit_names.py in a generated register."""
    found = Crowds(np.zeros(REGIONS, np.uint8), np.zeros(INDUSTRIES, np.uint8))
    text = resources.files(__package__).joinpath("crowds.tsv").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            kind, number, level = line.split("\t")
            getattr(found, kind)[int(number)] = int(level)
    return found


class Feature(NamedTuple):
    """A column of the table."""

    name: str
    group: str
    direction: int
    what: str


_EDITS = ("sound", "near", "shape", "other", "gap", "double", "swap", "split")
_WHAT = {
    "sound": "characters of the same sound", "near": "characters of a near sound", "shape": "characters alike in shape",
    "other": "unrelated characters", "gap": "missing or added characters", "double": "doubled characters",
    "swap": "swapped neighbours", "split": "characters split into their parts",
}  # fmt: skip


def _table() -> tuple[Feature, ...]:
    rows: list[Feature] = []
    for place, group, where in (
        ("brand", "brand", "between two brands"),
        ("word", "word", "where one side has a known word and the other none"),
        ("industry", "industry", "between two known industry words"),
    ):
        for edit in _EDITS:
            rows.append(Feature(f"{place}_{edit}", group, -1, f"{_WHAT[edit]} {where}"))
    for place, group in (("region", "region"), ("form", "form"), ("branch", "branch")):
        for edit in ("alike", "other", "gap"):
            rows.append(Feature(f"{place}_{edit}", group, -1, f"{edit} edits in the {place}"))
    rows += [
        Feature("lost", "lost", 0, "characters that a file lost and the other name shows"),
        Feature("cost", "edits", -1, "distance of the two names"),
        Feature("cost_relative", "edits", -1, "distance per thousand characters of the longer name"),
        Feature("core_cost", "edits", -1, "distance without region, form and group mark"),
        Feature("brand_shorter", "length", 0, "characters of the shorter brand"),
        Feature("brand_longer", "length", 0, "characters of the longer brand"),
        Feature("brand_same", "brand", 1, "characters that the two brands share in place"),
        Feature("brand_equal", "brand", 1, "whether the brands are written alike"),
        Feature("brand_first", "brand", 1, "whether the brands begin alike"),
        Feature("brand_rare", "rarity", 0, "how unusual the shared brand characters are in brands"),
        Feature("core_rare", "rarity", 0, "how unusual all shared characters are"),
        Feature("edit_brand_least", "rarity", 0, "how typical of brands the less typical edited character is"),
        Feature("edit_brand_most", "rarity", 0, "how typical of brands the more typical edited character is"),
        Feature("edit_common_least", "rarity", 0, "how common the rarer edited character is"),
        Feature("edit_common_most", "rarity", 0, "how common the more common edited character is"),
        Feature("region_relation", "region", 0, "0 none, 1 one missing, 2 equal, 3 contains, 4 and 5 conflict"),
        Feature("region_places", "region", 0, "difference in the number of divisions named"),
        Feature("region_moved", "region", 0, "whether the division stands in different places"),
        Feature("form_relation", "form", 0, "0 equal, 1 missing, 2 same class, 3 two kinds of company, 4 other"),
        Feature("form_missing", "form", 0, "how many of the names have no form"),
        Feature("form_class", "form", 0, "class of the form that is there"),
        Feature("industry_relation", "industry", 0, "0 equal, 1 same meaning, 2 one none, 3 within, 4 other, 5 none"),
        Feature("industry_same", "industry", 1, "industry characters shared in place"),
        Feature("industry_longer", "industry", 0, "characters of the longer industry"),
        Feature("industry_length_gap", "industry", 0, "difference in length of the industries"),
        Feature("group_relation", "form", 0, "0 equal, 1 one has a group mark, 2 different marks"),
        Feature("number_relation", "number", 0, "0 none, 1 equal, 2 one has none, 3 conflict"),
        Feature("branch_relation", "branch", 0, "0 none, 1 both, 2 one of them"),
        Feature("inside", "length", 0, "whether the shorter name is contained in order in the longer"),
        Feature("length_shorter", "length", 0, "characters of the shorter name"),
        Feature("length_gap", "length", 0, "difference in length"),
        Feature("kinds_differ", "form", 0, "whether the names are of two kinds (company, shop, cooperative …)"),
        Feature("edits", "edits", -1, "number of edits outside region, form and group mark"),
        Feature("region_crowd", "crowd", 0, "how many companies the division has, the smaller of the two"),
        Feature("region_crowd_more", "crowd", 0, "the same, the larger of the two"),
        Feature("industry_crowd", "crowd", 0, "how many companies are in the industry, on a log scale"),
        Feature("brand_typical_less", "rarity", 0, "how typical a brand the less typical of the brands is"),
        Feature("brand_typical_more", "rarity", 0, "how typical a brand the more typical of the brands is"),
    ]  # fmt: skip
    return tuple(rows)


FEATURES: Final = _table()
COUNT: Final = len(FEATURES)
_INDEX = {feature.name: place for place, feature in enumerate(FEATURES)}
_BRAND: Final = _INDEX["brand_sound"]
_WORD: Final = _INDEX["word_sound"]
_INDUSTRY: Final = _INDEX["industry_sound"]
_REGION: Final = _INDEX["region_alike"]
_FORM: Final = _INDEX["form_alike"]
_BRANCH: Final = _INDEX["branch_alike"]
_REST: Final = _INDEX["lost"]

NUMBERS_DIFFER: Final = 1
REGIONS_DIFFER: Final = 2
BRANCHES_DIFFER: Final = 4
HEAD_AND_BRANCH: Final = 8
VETOES: Final = {
    NUMBERS_DIFFER: "numbers_differ",
    REGIONS_DIFFER: "regions_differ",
    BRANCHES_DIFFER: "branches_differ",
    HEAD_AND_BRANCH: "head_and_branch",
}
_NONE: Final = 300
"""Stands for "no character was edited" where the smallest value is asked for: above every frequency."""


@kernel
def compare(
    left: Any, left_labels: Any, left_fields: Any, right: Any, right_labels: Any, right_fields: Any,
    tables: Characters, crowds: Crowds, space: Workspace, out: Any,
) -> tuple[int, int, int]:  # fmt: skip
    """Fill `out` (int32, one a feature) for two names that were read.

    Returns:
        Vetoes as bits, the number of edits in `space.edits`, and 1 if the two were swapped for it.
    """
    if not before(left, right):
        vetoes, count = _compare(
            right, right_labels, right_fields, left, left_labels, left_fields, tables, crowds, space, out
        )
        return vetoes, count, 1
    vetoes, count = _compare(
        left, left_labels, left_fields, right, right_labels, right_fields, tables, crowds, space, out
    )
    return vetoes, count, 0


@kernel
def _count_edits(tables: Characters, space: Workspace, count: int, n: int, m: int, out: Any) -> tuple[int, int]:
    """Count the edits by place and kind; returns the branch characters that only one side has (left, right)."""
    only_left = 0
    only_right = 0
    brand_least, brand_most, common_least, common_most = _NONE, -1, _NONE, -1
    core = 0
    for k in range(count):
        kind, i, j = space.edits[k, 0], space.edits[k, 1], space.edits[k, 2]
        has_left = kind != RIGHT_ONLY and kind != DOUBLED_RIGHT
        has_right = kind != LEFT_ONLY and kind != DOUBLED_LEFT
        a = int(space.left_labels[i]) if has_left else -1
        b = int(space.right_labels[j]) if has_right else -1
        if kind == WILD:
            out[_REST] += 1
            continue
        place = kind_place(kind)
        alike = place < 3 or place > 4
        three = 0 if alike else place - 2
        if is_branch(a) or is_branch(b):
            out[_BRANCH + three] += 1
            if kind == LEFT_ONLY:
                only_left += 1
            if kind == RIGHT_ONLY:
                only_right += 1
            core += 1
        elif a == at.NUMBER or b == at.NUMBER:
            out[_WORD + place] += 1
            core += 1
        elif (a == at.REGION and b in (-1, at.REGION)) or (b == at.REGION and a == -1):
            out[_REGION + three] += 1
        elif (is_form(a) and (b == -1 or is_form(b))) or (is_form(b) and a == -1):
            out[_FORM + three] += 1
        elif a == at.REGION or b == at.REGION or is_form(a) or is_form(b):
            out[_WORD + place] += 1
            core += 1
        elif (a == at.INDUSTRY and b in (-1, at.INDUSTRY)) or (b == at.INDUSTRY and a == -1):
            out[_INDUSTRY + place] += 1
            core += 1
        elif a == at.INDUSTRY or b == at.INDUSTRY:
            out[_WORD + place] += 1
            core += 1
        else:
            out[_BRAND + place] += 1
            core += 1
        if a != at.REGION and b != at.REGION and not is_form(a) and not is_form(b):
            if has_left:
                brand, common = int(tables.brand[space.left[i]]), int(tables.common[space.left[i]])
                brand_least, brand_most = min(brand_least, brand), max(brand_most, brand)
                common_least, common_most = min(common_least, common), max(common_most, common)
            if has_right:
                brand, common = int(tables.brand[space.right[j]]), int(tables.common[space.right[j]])
                brand_least, brand_most = min(brand_least, brand), max(brand_most, brand)
                common_least, common_most = min(common_least, common), max(common_most, common)
    base = _REST
    out[base + 11] = brand_least
    out[base + 12] = brand_most
    out[base + 13] = common_least
    out[base + 14] = common_most
    out[base + 32] = core
    return only_left, only_right


@kernel
def _compare(
    left: Any, left_labels: Any, left_fields: Any, right: Any, right_labels: Any, right_fields: Any,
    tables: Characters, crowds: Crowds, space: Workspace, out: Any,
) -> tuple[int, int]:  # fmt: skip
    for place in range(COUNT):
        out[place] = 0
    n = canonical(left, left_labels, left_fields[at.HEAD_END], space.left, space.left_labels, space.left_order)
    m = canonical(
        right, right_labels, right_fields[at.HEAD_END], space.right, space.right_labels, space.right_order
    )
    cost, count = align(
        space.left[:n], space.left_labels[:n], space.right[:m], space.right_labels[:m],
        tables, space.grid, space.edits,
    )  # fmt: skip
    only_left, only_right = _count_edits(tables, space, count, n, m, out)
    base = _REST
    light = out[_REGION] + out[_REGION + 1] + out[_REGION + 2] + out[_FORM] + out[_FORM + 1] + out[_FORM + 2]
    out[base + 1] = min(cost, 2000)
    out[base + 2] = min(1000 * cost // max(n, m, 1) // 10, 2000)
    out[base + 3] = max(0, min(cost, 2000) - 25 * light)
    a, b = left_fields[at.BRAND_LENGTH], right_fields[at.BRAND_LENGTH]
    out[base + 4], out[base + 5] = min(a, b), max(a, b)

    # walk both names along the edits: what is shared, and how unusual it is
    shared_brand = 0
    shared_industry = 0
    rare = 0
    rare_all = 0
    i = 0
    j = 0
    k = count - 1
    while i < n and j < m:
        if k >= 0 and space.edits[k, 1] == i and space.edits[k, 2] == j:
            kind = space.edits[k, 0]
            if kind in (LEFT_ONLY, DOUBLED_LEFT):
                i += 1
            elif kind in (RIGHT_ONLY, DOUBLED_RIGHT):
                j += 1
            elif kind == SWAPPED:
                i += 2
                j += 2
            elif kind == SPLIT:
                i += 1
                j += 2
            elif kind == JOINED:
                i += 2
                j += 1
            else:
                i += 1
                j += 1
            k -= 1
            continue
        x, y = space.left_labels[i], space.right_labels[j]
        c = space.left[i]
        if x == at.BRAND or y == at.BRAND:
            shared_brand += 1
            rare += 255 - int(tables.brand[c])
        if x == at.INDUSTRY or y == at.INDUSTRY:
            shared_industry += 1
        if x != at.REGION and y != at.REGION and not is_form(x) and not is_form(y):
            rare_all += 255 - (int(tables.brand[c]) + int(tables.common[c])) // 2
        i += 1
        j += 1
    out[base + 6] = shared_brand
    brand_edits = 0
    for place in range(8):
        brand_edits += out[_BRAND + place] + out[_WORD + place]
    out[base + 7] = 1 if brand_edits == 0 and a == b and shared_brand >= a else 0
    out[base + 8] = begin_alike(left, left_labels, right, right_labels)
    out[base + 9] = min(rare, 2000)
    out[base + 10] = min(rare_all, 4000)

    relation = regions_relation(
        left_fields[at.REGION_CODE], left_fields[at.REGION_OTHER],
        right_fields[at.REGION_CODE], right_fields[at.REGION_OTHER],
    )  # fmt: skip
    out[base + 15] = relation
    out[base + 16] = abs(left_fields[at.REGION_PLACES] - right_fields[at.REGION_PLACES])
    out[base + 17] = 1 if left_fields[at.REGION_INSIDE] != right_fields[at.REGION_INSIDE] else 0
    f, g = left_fields[at.FORM_ID], right_fields[at.FORM_ID]
    x, y = left_fields[at.FORM_CLASS], right_fields[at.FORM_CLASS]
    if f == g:
        out[base + 18] = 0
    elif f == 0 or g == 0:
        out[base + 18] = 1
    elif x == y:
        out[base + 18] = 2
    elif x <= 2 and y <= 2:
        out[base + 18] = 3
    else:
        out[base + 18] = 4
    out[base + 19] = (1 if f == 0 else 0) + (1 if g == 0 else 0)
    out[base + 20] = max(x, y)
    out[base + 21] = industry_relation(left, left_labels, left_fields, right, right_labels, right_fields)
    out[base + 22] = shared_industry
    x, y = left_fields[at.INDUSTRY_LENGTH], right_fields[at.INDUSTRY_LENGTH]
    out[base + 23], out[base + 24] = max(x, y), abs(x - y)
    x, y = left_fields[at.GROUP_MARK], right_fields[at.GROUP_MARK]
    out[base + 25] = 0 if x == y else 1 if x == 0 or y == 0 else 2
    x, y = left_fields[at.NUMBERS], right_fields[at.NUMBERS]
    u, v = left_fields[at.BRANCH_NUMBERS], right_fields[at.BRANCH_NUMBERS]
    conflict = (x != y and x != 0 and y != 0) or (u != v and u != 0 and v != 0)
    out[base + 26] = 3 if conflict else 2 if x != y or u != v else 1 if x != 0 or u != 0 else 0
    one_head = (left_fields[at.BRANCH_KIND_ID] == 0) != (right_fields[at.BRANCH_KIND_ID] == 0)
    both_heads = left_fields[at.BRANCH_KIND_ID] == 0 and right_fields[at.BRANCH_KIND_ID] == 0
    out[base + 27] = 2 if one_head else 0 if both_heads else 1
    if len(left) <= len(right):
        out[base + 28] = 1 if subsequence(left, right) else 0
    else:
        out[base + 28] = 1 if subsequence(right, left) else 0
    out[base + 29] = min(len(left), len(right))
    out[base + 30] = abs(len(left) - len(right))
    out[base + 31] = 1 if left_fields[at.KIND] != right_fields[at.KIND] else 0

    x, y = crowds.region[left_fields[at.REGION_CODE]], crowds.region[right_fields[at.REGION_CODE]]
    out[base + 33], out[base + 34] = min(x, y), max(x, y)
    x = crowds.industry[left_fields[at.INDUSTRY_CLASS] % INDUSTRIES]
    y = crowds.industry[right_fields[at.INDUSTRY_CLASS] % INDUSTRIES]
    out[base + 35] = max(x, y)
    x, y = typical(left, left_labels, tables.brand), typical(right, right_labels, tables.brand)
    out[base + 36], out[base + 37] = min(x, y), max(x, y)

    vetoes = 0
    if conflict:
        vetoes |= NUMBERS_DIFFER
    if relation >= 4:
        vetoes |= REGIONS_DIFFER
    if one_head:
        part = n - left_fields[at.HEAD_END] if left_fields[at.BRANCH_KIND_ID] else m - right_fields[at.HEAD_END]
        missing = only_left if left_fields[at.BRANCH_KIND_ID] else only_right
        if missing >= 2 and 5 * missing >= 3 * part:
            vetoes |= HEAD_AND_BRANCH
    if not one_head and not both_heads:
        x, y = left_fields[at.BRANCH_REGION], right_fields[at.BRANCH_REGION]
        if x != 0 and y != 0 and x // 100 != y // 100:
            vetoes |= BRANCHES_DIFFER
        part = max(n - left_fields[at.HEAD_END], m - right_fields[at.HEAD_END])
        unlike = out[_BRANCH + 1] + out[_BRANCH + 2]
        if unlike >= 2 and 3 * unlike >= part:
            vetoes |= BRANCHES_DIFFER
    return vetoes, count
