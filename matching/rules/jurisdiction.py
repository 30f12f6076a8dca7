"""Where a ban applies: nationwide, unless its own text restricts it to a place.

A ban reaches a tender, or does not, only where both places are known. Names are resolved by the table of
divisions, "this city" by the authority that decided; what stays open is `unknown` and goes to a human.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from graph import text
from graph.model import Listing

Reach = Literal["yes", "no", "unknown"]

_UNIT = "(?:省|自治区|特别行政区|市|自治州|州|盟|地区|县|区|旗)"
_BOUND = "(?:行政区域|行政区划|行政辖区|辖区|范围|境内|区域内|内)"
_WITHIN = re.compile(rf"([\u4e00-\u9fff、]{{2,40}}?{_UNIT}){_BOUND}")
_MARKET = re.compile(
    rf"(?:在|参加|参与|进入|限于)([\u4e00-\u9fff、]{{2,30}}?{_UNIT})的?"
    r"(?:依法必须|政府采购|政府投资|公共资源|建筑市场|招标投标|招投标|工程建设|国有资金)"
)
_PLACE = re.compile(rf"[\u4e00-\u9fff、]{{1,40}}{_UNIT}")
_CODE = re.compile(r"\d{6}(?:\d{6})?")
_LEAD = re.compile(r"^.*(?:取消|禁止|暂停|限制|不得|期间|年内|月内|参加|参与|[其在于限])")
_OWN = re.compile(r"(?:本|我|该|全)(?:省|市|县|区|州|盟|旗|自治区|自治州)|本(?:行政区|辖区|地区|地)")
_SEVERAL = re.compile("(?<=[省市县区州盟旗])[、和及与]")
_PARTS = re.compile(r"[\u4e00-\u9fff]+?(?:自治区|特别行政区|自治州|省|市|地区|盟|县|区|旗)")
_CITIES = {"北京市": "11", "天津市": "12", "上海市": "31", "重庆市": "50"}


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """A place as far as it is known: province by its two digits, city and county by name or the code so far."""

    province: str = ""
    city: str = ""
    county: str = ""
    code: str = ""


def covers(listing: Listing, region: str) -> Reach:
    """Whether a ban reaches a tender's region.

    `no` only for two known places that lie apart; a tender's region that merely contains the ban's place, and
    any place that can't be resolved, is `unknown`.

    Args:
        listing: the ban; its `scope` (a place or region code) and `measure` text may restrict it.
        region: the tender's region, a code or a name; empty if the caller did not say.
    """
    places = restricted_to(listing)
    if not places:
        return "yes"
    if not region.strip():
        return "unknown"
    here = _read(region.strip())
    reached = {_reach(_resolved(place, listing), here) for place in places}
    if "yes" in reached:
        return "yes"
    return "no" if reached == {"no"} else "unknown"


def restricted_to(listing: Listing) -> tuple[str, ...]:
    """The places that a ban restricts itself to, as codes, names or 本市; empty for a nationwide one."""
    scope = listing.scope.strip()
    if "全国" in scope or "全国" in listing.measure:
        return ()
    if _CODE.fullmatch(scope):
        return (scope[:6],) if scope.strip("0") else ()
    if _PLACE.fullmatch(scope) or (len(scope) <= 12 and text.province_of(scope)):
        return tuple(_SEVERAL.split(scope))
    for given in (scope, listing.measure):
        if own := _OWN.search(given):
            return (own.group(),)
        if found := _WITHIN.search(given) or _MARKET.search(given):
            return tuple(_LEAD.sub("", part) for part in _SEVERAL.split(found.group(1)))
    return ()


def _resolved(place: str, listing: Listing) -> _Place:
    """The place itself; for 本市 and alike the authority's, up to the level that the word names."""
    if not _OWN.fullmatch(place):
        return _read(place)
    own = _merged(_read(given) for given in (listing.region, listing.authority) if given)
    if place.endswith(("省", "自治区")):
        return _Place(province=own.province)
    if place.endswith(("市", "州", "盟")):
        if own.province in _CITIES.values():
            return _Place(province=own.province)
        return _Place(province=own.province, city=own.city) if own.city else _Place()
    if place.endswith(("县", "旗")) or (
        place.endswith("区") and place[-2:] in ("本区", "我区", "该区", "全区")
    ):
        return own if own.county else _Place()
    return own


def _merged(places: Iterable[_Place]) -> _Place:
    """What several texts say of one authority; the most exact wins where they say nothing contrary."""
    known = _Place()
    for place in places:
        if known.province and place.province and known.province != place.province:
            return _Place()
        finer = place if (place.county, place.city) > (known.county, known.city) else known
        known = msgspec.structs.replace(finer, province=known.province or place.province)
    return known


def _read(given: str) -> _Place:
    if _CODE.fullmatch(given):
        code = _significant(given)
        return _Place(province=code[:2], code=code)
    city = county = ""
    for part in _PARTS.findall(given):
        if part.endswith(("省", "自治区", "特别行政区")) or part in _CITIES:
            continue
        if part.endswith(("市", "自治州", "地区", "盟")) and not city and not county:
            city = part
        elif not county:
            county = part
    return _Place(province=text.province_of(given), city=city, county=county)


def _reach(ban: _Place, tender: _Place) -> Reach:
    """Whether one place contains the other's tenders."""
    if not ban.province and not ban.city:
        return "unknown"
    if ban.province and tender.province and ban.province != tender.province:
        return "no"
    if ban.code and tender.code:
        if tender.code.startswith(ban.code):
            return "yes"
        return "unknown" if ban.code.startswith(tender.code) else "no"
    if ban.code:
        return "yes" if len(ban.code) == 2 and tender.province == ban.code else "unknown"
    if not ban.city and not ban.county:
        return "yes" if tender.province else "unknown"
    if tender.code:
        return "unknown"
    return _within(ban, tender)


def _within(ban: _Place, tender: _Place) -> Reach:
    """Places of one province, or of one that is not known, by name."""
    if ban.city and not ban.county and ban.city == tender.county:
        return "yes"
    if ban.city == tender.city:
        if not ban.county or ban.county == tender.county:
            return "yes" if ban.city or ban.province else "unknown"
        return "no" if _both_known(ban.county, tender.county, "county") else "unknown"
    return "no" if _both_known(ban.city, tender.city, "prefecture") else "unknown"


def _both_known(one: str, other: str, level: str) -> bool:
    return text.division_level(one) == level == text.division_level(other)


def _significant(code: str) -> str:
    """A region code without the zero pairs that stand for "the whole of it"."""
    code = code[:6]
    while code.endswith("00"):
        code = code[:-2]
    return code
