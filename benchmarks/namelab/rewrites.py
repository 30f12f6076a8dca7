"""Variants of a name by its parts: the region, the form, the trade left out, added, moved or put otherwise.

Every function takes a company and gives it with other parts (the same company, written differently), or None.
"""

from __future__ import annotations

from random import Random
from typing import Final

from namelab.company import Company, changed
from namelab.places import Place
from namelab.words import synonyms

_SHORTER: Final = {
    "有限公司": ("公司", "有限", "", "有限责任公司", "公司"),
    "有限责任公司": ("有限公司", "有限公司", "公司", "有限责任", ""),
    "股份有限公司": ("股份公司", "股份", "有限公司", "公司", "股份有限"),
    "集团有限公司": ("集团", "集团公司", "集团有限责任公司", "有限公司"),
    "集团股份有限公司": ("集团", "股份有限公司", "集团公司"),
    "（集团）有限公司": ("集团有限公司", "集团", "有限公司"),
    "(集团)有限公司": ("集团有限公司", "集团", "有限公司"),
    "有限责任总公司": ("总公司", "有限公司"),
    "公司": ("有限公司", "", "有限责任公司"),
    "总公司": ("公司",),
    "专业合作社": ("合作社", "农民专业合作社", "专业社", "专业合作"),
    "农民专业合作社": ("专业合作社", "合作社", "农民合作社"),
    "合伙企业（有限合伙）": ("合伙企业", "（有限合伙）", ""),
    "中心（有限合伙）": ("中心", "中心有限合伙"),
    "供销合作社": ("供销社",),
    "供销社": ("供销合作社",),
    "农村信用合作联社": ("信用合作联社", "农村信用联社", "信用联社"),
    "会计师事务所（普通合伙）": ("会计师事务所",),
    "会计师事务所（特殊普通合伙）": ("会计师事务所",),
    "会计师事务所有限公司": ("会计师事务所",),
    "税务师事务所有限公司": ("税务师事务所",),
    "专利代理事务所（普通合伙）": ("专利代理事务所",),
}


def _same(company: Company, **parts: object) -> Company | None:
    other = changed(company, company.number, **parts)
    return other if other.name != company.name and len(other.name) >= 2 else None


def region_dropped(rng: Random, company: Company) -> Company | None:
    """Without the region in front."""
    if company.spot != "front" or len(company.brand) < 2:
        return None
    town = "" if rng.random() < 0.5 else company.town
    return _same(company, spot="none", region_text="", town=town)


def _above(place: Place) -> list[Place]:
    return [p for p in (place.province, place.city) if p is not None and p is not place]


def region_added(rng: Random, company: Company) -> Company | None:
    """With the province or the city in front of the county that the name gives; with one where it gave none."""
    place, text = company.place, company.region_text
    if company.spot == "none":
        if company.branch is not None or rng.random() < 0.5:
            return None
        return _same(company, spot="front", region_text=place.short if rng.random() < 0.6 else place.full)
    if company.spot != "front":
        return None
    options = [p for p in _above(place) if p.short not in text]
    if not options:
        return None
    above = options[0] if rng.random() < 0.7 else options[-1]
    return _same(company, region_text=(above.full if rng.random() < 0.5 else above.short) + text)


def region_suffix(rng: Random, company: Company) -> Company | None:
    """With or without 省, 市, 县 behind the region: 宜兴 and 宜兴市."""
    if company.spot != "front":
        return None
    text = company.region_text
    others = []
    for place in (company.place, *_above(company.place)):
        if len(place.full) <= len(place.short):
            continue
        if place.full in text:
            others.append(text.replace(place.full, place.short, 1))
        elif place.short in text:
            others.append(text.replace(place.short, place.full, 1))
    return _same(company, region_text=others[rng.randrange(len(others))]) if others else None


def region_level(rng: Random, company: Company) -> Company | None:
    """Another level of the same place: the city or province for the county, one of two levels left out."""
    if company.spot != "front" or len(company.brand) < 2:
        return None
    place, text = company.place, company.region_text
    above = _above(place)
    inside = [p for p in above if p.short in text]
    if inside:
        own = place.full if place.full in text else place.short
        upper = inside[-1].full if inside[-1].full in text else inside[-1].short
        return _same(company, region_text=own if rng.random() < 0.6 else upper)
    if not above:
        return None
    upper_place = above[rng.randrange(len(above))]
    return _same(company, region_text=upper_place.full if rng.random() < 0.5 else upper_place.short)


def bracket_moved(rng: Random, company: Company) -> Company | None:
    """The region from the front into brackets, or back: X（蓝山）有限公司 and 蓝山县X有限公司."""
    place = company.place
    if company.spot in {"bracket", "inner"}:
        if rng.random() < 0.25:
            return _same(company, spot="inner" if company.spot == "bracket" else "bracket")
        return _same(company, spot="front", region_text=place.short if rng.random() < 0.6 else place.full)
    if (
        company.spot != "front"
        or len(company.brand) < 2
        or company.region_text not in {place.short, place.full}
    ):
        return None
    spot = ("inner", "bracket", "tail")[rng.randrange(3)] if company.branch is None else "bracket"
    bracket = "（）" if rng.random() < 0.6 else "()"
    return _same(company, spot=spot, bracket=bracket, region_text=place.short)


def form_shortened(rng: Random, company: Company) -> Company | None:
    """The legal form shortened, cut off or taken for its neighbour: 有限责任公司 for 有限公司."""
    options = _SHORTER.get(company.form)
    if options is None:
        return None
    form = options[rng.randrange(len(options))]
    if not form and (company.branch or len(company.brand) + len(company.region_text) < 4):
        return None
    return _same(company, form=form)


def short_name(rng: Random, company: Company) -> Company | None:
    """What people say: the 字号 with the trade, with the region, or by itself."""
    if company.branch or len(company.brand) < 2 or company.ordinal or company.spot not in {"front", "none"}:
        return None
    roll = rng.random()
    if roll < 0.5 and company.trade:
        return _same(company, spot="none", region_text="", town="", form="")
    if roll < 0.8 and company.trade and company.spot == "front":
        return _same(company, region_text=company.place.short, form="")
    if roll < 0.92 and company.spot == "front":
        return _same(company, region_text=company.place.short, town="", trade="", form="")
    if len(company.brand) > 2 or roll > 0.97:
        return _same(company, spot="none", region_text="", town="", trade="", form="")
    return None


def trade_synonym(rng: Random, company: Company) -> Company | None:
    """Another word for the same trade: 房产 for 房地产."""
    words = tuple(company.trade.split("/"))
    spans = [
        (a, b) for a in range(len(words)) for b in range(a + 1, len(words) + 1) if words[a:b] in synonyms()
    ]
    if not spans:
        return None
    start, end = max(spans, key=lambda span: span[1] - span[0])
    options = synonyms()[words[start:end]]
    other = words[:start] + options[rng.randrange(len(options))] + words[end:]
    return _same(company, trade="/".join(dict.fromkeys(other)))


def word_order(rng: Random, company: Company) -> Company | None:
    """Words of the name in another order: 装饰建筑工程, 鑫源郑州商贸."""
    words = company.trade.split("/")
    if len(words) > 1 and rng.random() < 0.7:
        at = rng.randrange(len(words) - 1)
        words[at], words[at + 1] = words[at + 1], words[at]
        return _same(company, trade="/".join(words))
    if (
        company.spot != "front"
        or len(company.brand) < 2
        or company.town
        or company.ordinal
        or not company.trade
    ):
        return None
    if rng.random() < 0.6:
        return _same(company, spot="none", region_text="", brand=company.brand + company.region_text)
    return _same(company, brand=company.trade.replace("/", ""), trade=company.brand)


def abbreviated(rng: Random, company: Company) -> Company | None:
    """A subsequence of the name, as in 中建三局: the 字号 whole or in one character, one of each word."""
    words = company.trade.split("/")
    if company.branch or len(company.brand) < 2 or company.spot not in {"front", "none"} or not company.trade:
        return None
    does = "".join(word[0] for word in words)
    roll = rng.random()
    region = (
        ""
        if company.spot == "none" or roll < 0.3
        else company.place.short
        if roll < 0.8
        else company.place.short[0]
    )
    spot = "front" if region else "none"
    form = "集团" if "集团" in company.form else "公司" if rng.random() < 0.3 else ""
    own = company.brand if rng.random() < 0.75 else company.brand[0]
    if len(own) == 1 and (not region or len(does) < 2):
        own = company.brand
    return _same(company, spot=spot, region_text=region, town="", brand=own, trade=does, form=form)
