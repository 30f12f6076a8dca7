"""In which capacity the text of a ban bars its subject: as bidder, as agent, as evaluator."""

from __future__ import annotations

import re
from typing import Literal

from graph.model import Listing

Capacity = Literal["bidder", "agent", "evaluator"]

_AGENT = re.compile("代理")
_EVALUATOR = re.compile("评标|评审|评委|专家")
_AGENCY_WORK = re.compile("(?:招标投标|招投标|投标|政府采购|采购|招标)?代理")
_BIDDER = re.compile("投标|供应商|参加政府采购活动|参与政府采购活动|竞标|承揽")
_EVALUATED = re.compile("(?:政府采购|招标投标|招投标|投标)(?:的)?(?:评标|评审)")
_TERM = re.compile("[0-9０-９一二两三四五六七八九十]+(?:年|个月|日)|暂停|期间|期限")
_TAKEN = re.compile("取消|禁止|不得|清退|终身|永久|停止")


def barred_capacities(listing: Listing) -> frozenset[Capacity]:
    """What the text of the measure bars from; empty where it names no capacity or there is no text."""
    measure = listing.measure
    found: set[Capacity] = set()
    if _AGENT.search(measure):
        found.add("agent")
    if _EVALUATOR.search(measure):
        found.add("evaluator")
    if _BIDDER.search(_EVALUATED.sub("", _AGENCY_WORK.sub("", measure))):
        found.add("bidder")
    return frozenset(found)


def for_good(listing: Listing) -> bool:
    """Whether a text takes a right away and names no term, as 招标投标法 56 and 采条例 75 do with evaluators."""
    return bool(_TAKEN.search(listing.measure)) and _TERM.search(listing.measure) is None
