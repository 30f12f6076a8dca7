"""Where a ban from bidding applies: nationwide, unless its own text restricts it to a place."""

from __future__ import annotations

import re
from typing import Literal

from graph.model import Listing

_WITHIN = re.compile(
    r"(?:在|于|限|参加|参与)?([\u4e00-\u9fff]{2,24}?(?:省|市|县|区|州|旗|盟))(?:行政区域|行政区划|行政辖区|辖区|范围|境内|区域内|内)"
)
_PLACE = re.compile(r"[\u4e00-\u9fff]{2,24}(?:省|市|县|区|州|旗|盟)")
_CODE = re.compile(r"\d{6}(?:\d{6})?")
_LEAD = re.compile(r"^.*(?:取消|禁止|暂停|限制|不得|期间|年内|月内|[其在于限])")


def covers(listing: Listing, region: str) -> Literal["yes", "no", "unknown"]:
    """Whether a ban reaches a tender's region.

    Args:
        listing: the ban; its `scope` (a place or region code) and `measure` text may restrict it.
        region: the tender's region, a code or a name; empty if the caller did not say.
    """
    place = restricted_to(listing)
    if not place:
        return "yes"
    if not region:
        return "unknown"
    if place.isdigit() != region.strip().isdigit():
        return "unknown"
    if place.isdigit():
        here, there = _significant(region.strip()), _significant(place)
        return "yes" if here.startswith(there) or there.startswith(here) else "no"
    return "yes" if place in region or region.strip() in place else "no"


def restricted_to(listing: Listing) -> str:
    """The place that a ban restricts itself to: a region code or a name; empty for a nationwide one."""
    scope = listing.scope.strip()
    if "全国" in scope or "全国" in listing.measure:
        return ""
    if _CODE.fullmatch(scope):
        return "" if not scope.strip("0") else scope[:6]
    if _PLACE.fullmatch(scope):
        return scope
    for text in (scope, listing.measure):
        if found := _WITHIN.search(text):
            return _LEAD.sub("", found.group(1))
    return ""


def _significant(code: str) -> str:
    """A region code without the zero pairs that stand for "the whole of it"."""
    code = code[:6]
    while code.endswith("00"):
        code = code[:-2]
    return code
