"""Branches and their parents by name (SPEC 7.3): a branch is named after its parent's full registered name.

A branch inherits its parent's sanctions, a subsidiary does not (公司法 2023 art. 13); nothing here is decided
without a register that knows the parent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from graph.model import Doc

_STATED = {
    "company": "分公司|支公司",
    "bank": "分行|支行|分理处|分社",
    "shop": "分店|门市部|营业部|经营部",
    "office": "办事处|代表处",
    "project": "项目经理部|项目部",
    "plant": "分厂|分场|分矿",
    "institute": "分院|分所|分校|分中心|分部|支部|分站|支局|分局|分队",
}
_USUAL = {
    "counter": "储蓄所|营业所|信用社|营业厅|营业室|网点|服务部|服务站|服务中心|"
    "销售部|批发部|零售部|展销部|收购站|供应站",
    "outlet": "连锁店|加盟店|专卖店|旗舰店|直营店|便民店|门店|专柜|药店|药房|"
    "超市|商场|商店|门市|加油站|加气站|体验厅|"
    "[0-9一二三四五六七八九十]店",
    "unit": "联络处|工作站|管理处|管理站|工程处|施工队|指挥部|车间|生产基地|加工厂|[一二三四五六七八九十]厂",
}
_KINDS = _STATED | _USUAL
_SUFFIX = re.compile("(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _KINDS.items()) + r")\Z")
_STEM_END = re.compile("(?:公司|集团|合作社|联社|银行|中心|协会|学会|商会|联合会|[厂院所行社局站店场校馆矿])")
_ORDINAL = re.compile(r"(?:第?[0-9一二三四五六七八九十百零]+|[甲乙丙丁])\Z")
_LONGEST = 300


class BranchName(Doc):
    """The name of a branch taken apart."""

    full: str
    """The comparison form (N6) of the whole name."""
    stem_candidates: tuple[str, ...]
    """Prefixes that may be the parent's full name, longest first."""
    suffix: str
    """What makes it a branch: 分公司, 支行, 门市部 …"""
    place: str = ""
    """What stands between the longest candidate and the suffix, without an ordinal: 常州."""
    ordinal: str = ""
    """第一 in 第一分公司: it tells two branches of one parent apart."""
    kind: str = ""
    """company, bank, shop, office, project, plant, institute; or counter, outlet, unit."""
    stated: bool = True
    """The suffix says that it is a branch (SPEC 7.3). Otherwise (counter, outlet, unit: 加油站, 药店) it is
    named like one, and may be a firm of its own."""


@lru_cache(maxsize=16_384)
def branch(n6: str) -> BranchName | None:
    """Take a branch's name apart, or None where the name is no branch's (a subsidiary's never is).

    Args:
        n6: a comparison form (`org_key`).
    """
    found = _SUFFIX.search(n6[-8:]) if len(n6) <= _LONGEST else None
    if found is None:
        return None
    suffix, kind = found.group(), str(found.lastgroup)
    head = n6[: len(n6) - len(suffix)]
    stems = tuple(n6[: match.end()] for match in _STEM_END.finditer(head) if match.end() >= 4)[::-1]
    if not stems:
        return None
    place = head[len(stems[0]) :]
    ordinal = ""
    if (match := _ORDINAL.search(place)) is not None:
        ordinal, place = match.group(), place[: match.start()]
    return BranchName(
        full=n6,
        stem_candidates=stems,
        suffix=suffix,
        place=place,
        ordinal=ordinal,
        kind=kind,
        stated=kind in _STATED,
    )


def parent_of(n6: str, registered: Callable[[str], bool], *, stated_only: bool = True) -> str | None:
    """The parent's comparison form: the longest prefix that the register knows (SPEC 7.3), or None.

    Args:
        n6: the branch's comparison form.
        registered: whether an organisation with that comparison form is in the register.
        stated_only: whether the suffix has to say that it is a branch. Without, outlets named after a company
            count too; that is a reason to look, never to block.
    """
    parts = branch(n6)
    if parts is None or (stated_only and not parts.stated):
        return None
    return next((stem for stem in parts.stem_candidates if registered(stem)), None)
