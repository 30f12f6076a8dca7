"""Names of firms taken apart (SPEC 7.3): region, brand, industry, form, branch; for people, and for compiled code.

`read` and `read_many` fill the arrays of `matching.names.layout`; `parse_name` says the same in words.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from graph.model import Doc, Name
from graph.text import organization_name
from matching.names import layout as at
from matching.names.coding import encode
from matching.names.lexicon import lexicon
from matching.names.parse_read import read, read_many
from matching.names.parse_words import regions_relation

SCRIPTS: Final = ("none", "chinese", "latin", "both")
KINDS: Final = (
    "unknown",
    "company",
    "individual_business",
    "cooperative",
    "public_body",
    "hospital",
    "school",
    "other",
)
GROUPS: Final = ("", "group", "head")


class ParsedBranch(Doc):
    """The part of a branch's name that follows its parent's full name."""

    text: str
    """All of it: 常州第一分公司."""
    place: str = ""
    """The division that it names: 常州."""
    region_code: str = ""
    """GB/T 2260 code of that division."""
    ordinal: str = ""
    """第一: it tells two branches of one parent apart."""
    name: str = ""
    """What it is called besides: 柳桥 in 临江柳桥支行."""
    kind: str = ""
    """分公司, 支行, 门市部 …; empty where the text ends otherwise."""


class ParsedName(Doc):
    """An organisation's name taken apart. The parts are texts of the comparison form (N6); codes are GB/T 2260."""

    raw: str
    text: str
    """The comparison form that was read."""
    head: str = ""
    """Without the branch part: the parent's name where the organisation is a branch, else the whole."""
    regions: tuple[str, ...] = ()
    """Divisions named in the head, as written, wherever they stand."""
    region_code: str = ""
    """The most specific division of the head; empty when none is named or the name is shared by several."""
    region_other: str = ""
    """A second reading of an ambiguous name."""
    region_inside: bool = False
    """The division stands in the middle, before the form or in brackets, and not in front."""
    brand: str = ""
    """字号."""
    industry: str = ""
    form: str = ""
    """组织形式: 有限公司, 厂, 合作社 …"""
    group: str = ""
    """`group` for 集团 or 控股, `head` for 总 (总公司), else empty."""
    numbers: tuple[str, ...] = ()
    """Ordinals of the head: 第三 in 第三建筑公司."""
    branch: ParsedBranch | None = None
    aliases: tuple[Name, ...] = ()
    """Further names that the text itself states: former, second or foreign ones."""
    roles: tuple[str, ...] = ()
    """Annotations that are no part of the name: 牵头人, 盖章, 筹 …"""
    script: str = "none"
    """`chinese`, `latin`, `both` or `none`."""
    kind: str = "unknown"
    """company, individual_business, cooperative, public_body, hospital, school, other; `unknown` without a form."""


def _runs(text: str, labels: list[int], begin: int, end: int) -> list[tuple[int, str]]:
    """Neighbouring characters of one label together."""
    found: list[tuple[int, str]] = []
    for i in range(begin, end):
        if found and labels[i] == labels[i - 1]:
            found[-1] = (labels[i], found[-1][1] + text[i])
        else:
            found.append((labels[i], text[i]))
    return found


def _all(runs: list[tuple[int, str]], *wanted: int) -> str:
    return "".join(text for label, text in runs if label in wanted)


def _code(value: int) -> str:
    return f"{value:06d}" if value > 0 else ""


def parse_name(raw: str) -> ParsedName:
    """Take the name of an organisation apart.

    Args:
        raw: the name as written. Only the first `layout.MAX_NAME` characters of its comparison form are read.
    """
    name = organization_name(raw)
    text = name.n6[: at.MAX_NAME]
    chars = encode(text)
    marks, fields = np.zeros(len(chars), dtype=np.uint8), np.zeros(at.FIELDS, dtype=np.int32)
    read(chars, lexicon(), marks, fields)
    labels, values = [int(mark) for mark in marks], [int(value) for value in fields]
    head_end = values[at.HEAD_END]
    head = _runs(text, labels, 0, head_end)
    branch = None
    if head_end < len(text):
        tail = _runs(text, labels, head_end, len(text))
        branch = ParsedBranch(
            text=text[head_end:],
            place=_all(tail, at.BRANCH_PLACE),
            region_code=_code(values[at.BRANCH_REGION]),
            ordinal=_all(tail, at.NUMBER),
            name=_all(tail, at.BRANCH),
            kind=_all(tail, at.BRANCH_KIND),
        )
    return ParsedName(
        raw=raw,
        text=text,
        head=text[:head_end],
        regions=tuple(part for label, part in head if label == at.REGION),
        region_code=_code(values[at.REGION_CODE]),
        region_other=_code(values[at.REGION_OTHER]),
        region_inside=bool(values[at.REGION_INSIDE]),
        brand=_all(head, at.BRAND),
        industry=_all(head, at.INDUSTRY),
        form=_all(head, at.FORM),
        group=GROUPS[values[at.GROUP_MARK]],
        numbers=tuple(part for label, part in head if label == at.NUMBER),
        branch=branch,
        aliases=name.aliases,
        roles=name.roles,
        script=SCRIPTS[values[at.SCRIPT]],
        kind=KINDS[values[at.KIND]],
    )


__all__ = [
    "GROUPS",
    "KINDS",
    "SCRIPTS",
    "ParsedBranch",
    "ParsedName",
    "parse_name",
    "read",
    "read_many",
    "regions_relation",
]
