"""How far a candidate is from the query: brand and industry weigh in full, region and form little.

The parts are compared where both names were read alike; where reading disagrees about what is brand (a slip in a
division or in the form), the names as wholes are.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from graph.compiled.jit import compiled, kernel
from matching.index.extract import BRAND_ALONE, BRAND_CLASS, NUMBERED, PLACE_BRAND, SORTED
from matching.names.align import Workspace, edit_cost, name_cost
from matching.names.characters import Characters
from matching.names.coding import Chars
from matching.names.layout import FORM, GROUP, MAX_NAME, REGION

ONE_BRANCH: Final = 90
"""One is a branch, the other is not."""
ONE_REGION: Final = 20
WITHIN: Final = 12
"""One names more divisions than the other."""
OTHER_REGION: Final = 120
OTHER_FORM: Final = 10
FAR: Final = 1 << 24
"""Not comparable."""
_CLOSE: Final = 60
"""A distance that comparing the names as wholes could hardly lower."""
SAME_NUMBERS: Final = 20
"""All the same but for how its ordinals are written."""
SAME_BAG: Final = 60
"""The same characters in another order; so far apart at most, as what is said of the following."""
SAME_TRADE: Final = 70
"""The same brand and an industry of the same meaning."""
SAME_BRAND: Final = 180
"""The same brand, which few bear."""
SAME_PROVINCE: Final = 150
"""The same brand in the same province."""
_SUFFIXES: Final = (ord("省"), ord("市"), ord("县"), ord("区"), ord("州"))


class Parts(NamedTuple):
    """A name's characters by what they belong to; `counts` holds how many there are of each."""

    core: Chars
    branch: Chars
    region: Chars
    form: Chars
    counts: Any


def parts() -> Parts:
    """A fresh set of arrays."""
    core, branch, region, form = (np.zeros(MAX_NAME, np.uint16) for _ in range(4))
    return Parts(core, branch, region, form, np.zeros(4, np.int64))


@kernel
def take_apart(chars: Any, labels: Any, head: int, out: Parts) -> None:
    """Sort a name's characters into core, branch, region (without 省, 市, 县, 区, 州) and form."""
    core = region = form = 0
    for place in range(head):
        label = labels[place]
        if label == REGION:
            suffix = False
            for each in _SUFFIXES:
                suffix |= chars[place] == each
            if not suffix:
                out.region[region] = chars[place]
                region += 1
        elif label == FORM:
            out.form[form] = chars[place]
            form += 1
        elif label != GROUP:
            out.core[core] = chars[place]
            core += 1
    for place in range(head, len(chars)):
        out.branch[place - head] = chars[place]
    out.counts[0] = core
    out.counts[1] = len(chars) - head
    out.counts[2] = region
    out.counts[3] = form


@kernel
def _contains(outer: Any, length: int, inner: Any, count: int) -> bool:
    for place in range(count):
        found = False
        for each in range(length):
            found |= outer[each] == inner[place]
        if not found:
            return False
    return True


@kernel
def region_cost(left: Parts, right: Parts) -> int:
    """What different divisions cost; 江苏南京 and 南京 are one place, 江苏 and 福建 are not."""
    n, m = left.counts[2], right.counts[2]
    if n == 0 and m == 0:
        return 0
    if n == 0 or m == 0:
        return ONE_REGION
    forth, back = _contains(left.region, n, right.region, m), _contains(right.region, m, left.region, n)
    if forth and back:
        return 0
    return WITHIN if forth or back else OTHER_REGION


@kernel
def _same(left: Any, right: Any, count: int) -> bool:
    for place in range(count):  # noqa: SIM110  (compiled)
        if left[place] != right[place]:
            return False
    return True


@compiled
def distance(
    name: Any, labels: Any, head: int, left: Parts, other: Any, other_labels: Any, other_head: int, right: Parts,
    plain: Any, tables: Characters, space: Workspace, limit: int,
) -> int:  # fmt: skip
    """The distance of two names, the first one taken apart already; what is beyond `limit` comes out as more."""
    take_apart(other, other_labels, other_head, right)
    region = region_cost(left, right)
    cost = FAR
    n, m = left.counts[0], right.counts[0]
    same_form = left.counts[3] == right.counts[3] and _same(left.form, right.form, left.counts[3])
    if n > 0 and m > 0:
        cost = region if same_form else region + OTHER_FORM
        p, q = left.counts[1], right.counts[1]
        if p > 0 and q > 0:
            cost += edit_cost(
                left.branch[:p], plain[:p], right.branch[:q], plain[:q], tables, space.grid, limit
            )
        elif p != q:
            cost += ONE_BRANCH
        if cost <= limit:
            cost += edit_cost(
                left.core[:n], plain[:n], right.core[:m], plain[:m], tables, space.grid, limit - cost
            )  # fmt: skip
    alike = (left.counts[2] > 0) == (right.counts[2] > 0) and region != OTHER_REGION and same_form
    if cost <= _CLOSE or (alike and cost < FAR and abs(n - m) <= abs(len(name) - len(other))):
        return cost
    whole = name_cost(name, labels, head, other, other_labels, other_head, tables, space, min(limit, cost))
    if region == OTHER_REGION:
        whole += min(whole, OTHER_REGION)
    return min(cost, whole)


@kernel
def at_most(cost: int, kinds: int, left: Parts, right: Parts) -> int:
    """A distance in the light of the keys that the two names share; neither is a branch, or both are."""
    if (left.counts[1] > 0) != (right.counts[1] > 0):
        return cost
    most = SAME_BRAND if kinds & BRAND_ALONE else cost
    if kinds & PLACE_BRAND:
        most = SAME_PROVINCE
    if kinds & BRAND_CLASS:
        most = SAME_TRADE
    if kinds & SORTED:
        most = SAME_BAG
    if kinds & NUMBERED:
        most = SAME_NUMBERS
    return min(cost, most + region_cost(left, right))
