"""Where generated companies sit, and the many ways in which a name writes its region."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from random import Random
from typing import Final

import msgspec

from graph.text import division_level
from namelab.words import Wheel

_WEIGHTS: Final = {
    "11": 4.2, "12": 2.2, "13": 4.6, "14": 2.6, "15": 2.2, "21": 3.4, "22": 2.0, "23": 2.2, "31": 5.6, "32": 8.0,
    "33": 7.4, "34": 4.2, "35": 4.2, "36": 3.0, "37": 7.6, "41": 5.2, "42": 4.2, "43": 3.8, "44": 9.5, "45": 2.8,
    "46": 1.1, "50": 3.0, "51": 5.0, "52": 2.4, "53": 3.0, "54": 0.4, "61": 2.9, "62": 1.8, "63": 0.6, "64": 0.8,
    "65": 2.0,
}  # fmt: skip
_BUSY: Final = dict.fromkeys(
    (
        "深圳",
        "大连",
        "青岛",
        "宁波",
        "厦门",
        "苏州",
        "无锡",
        "东莞",
        "佛山",
        "温州",
        "义乌",
        "昆山",
        "徐州",
        "烟台",
    ),
    3.0,
)
_MUNICIPAL: Final = frozenset({"11", "12", "31", "50"})
_PEOPLES: Final = (
    "蒙古族|蒙古|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族?|傣族|黎族|"
    "傈僳族|佤族|畲族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯|"
    "塔吉克|怒族|鄂温克族|保安族|裕固族|独龙族|各族|普米族"
)
_NATION: Final = re.compile(rf"(?:{_PEOPLES})+(?=自治)")
_ABBREVIATIONS: Final = {
    "11": "京", "12": "津", "13": "冀", "14": "晋", "15": "蒙", "21": "辽", "22": "吉", "23": "龙", "31": "沪",
    "32": "苏", "33": "浙", "34": "皖", "35": "闽", "36": "赣", "37": "鲁", "41": "豫", "42": "鄂", "43": "湘",
    "44": "粤", "45": "桂", "46": "琼", "50": "渝", "51": "川", "52": "黔", "53": "滇", "54": "藏", "61": "秦",
    "62": "陇", "63": "青", "64": "宁", "65": "疆",
}  # fmt: skip


class Place(msgspec.Struct, frozen=True, eq=False):
    """An administrative division, with the names that companies use for it and for what lies above it."""

    code: str
    """GB/T 2260, six digits."""
    level: str
    """`province`, `city`, `county` or `district`."""
    full: str
    short: str
    """Without 省, 市, 县 …; equal to `full` where the rest would be one character."""
    old: tuple[str, ...]
    """What it was called before."""
    province: Place | None
    city: Place | None

    @property
    def abbreviation(self) -> str:
        """The one character that stands for its province: 川, 沪."""
        return _ABBREVIATIONS[self.code[:2]]


def _level(code: str) -> str:
    if code.endswith("0000"):
        return "province"
    if code.endswith("00"):
        return "city"
    return "district" if int(code[4:]) <= 20 else "county"


def _current(level: str, code: str, names: list[str]) -> str:
    names = [name for name in names if division_level(name) in {"province", "prefecture", "county"}] or names
    wanted = {
        "city": ("市", "州", "盟", "地区"),
        "district": ("区",),
        "county": ("市",) if code[4] == "8" else ("县", "旗"),
    }
    for ending in wanted.get(level, ()):
        for name in names:
            if name.endswith(ending):
                return name
    return names[-1]


def _short(level: str, full: str, given: str) -> str:
    if level == "province":
        return re.sub(r"(?:(?:壮族|回族|维吾尔)?自治区|[省市])\Z", "", full)
    bare = _NATION.sub("", full)
    bare = re.sub(r"(?:自治州|自治县|自治旗|自治区|特别行政区|地区|[省市县区旗盟州])\Z", "", bare)
    candidate = given or bare
    return candidate if len(candidate) >= 2 else full


@cache
def places() -> tuple[Place, ...]:
    """Every division of the mainland."""
    found: dict[str, Place] = {}
    text = files("matching.names").joinpath("regions.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("#") or not line:
            continue
        code, names, *shorts = line.split("\t")
        if code[:2] not in _WEIGHTS or names.endswith("市辖区"):
            continue
        level = _level(code)
        options = names.split()
        full = _current(level, code, options)
        given = max((s for part in shorts for s in part.split() if full.startswith(s)), key=len, default="")
        found[code] = Place(
            code=code,
            level=level,
            full=full,
            short=_short(level, full, given),
            old=tuple(
                name
                for name in options
                if name != full and not name.startswith(("北京", "天津", "上海", "重庆"))
            ),
            province=found.get(code[:2] + "0000") if level != "province" else None,
            city=found.get(code[:4] + "00") if level in {"county", "district"} else None,
        )
    return tuple(found.values())


@cache
def wheels() -> dict[str, Wheel[Place]]:
    """Places by level, weighted by how many companies their provinces have."""
    every: dict[str, list[tuple[Place, float]]] = {"province": [], "city": [], "county": [], "district": []}
    for place in places():
        weight = _WEIGHTS[place.code[:2]]
        if place.level == "province":
            every["province"].append((place, weight * (2.6 if place.code[:2] in _MUNICIPAL else 1.0)))
            continue
        siblings = (
            sum(
                other.code[:2] == place.code[:2] and (other.level == "city") == (place.level == "city")
                for other in places()
            )
            - 1
        )
        busy = _BUSY.get(place.short, 3.2 if place.code[2:] == "0100" else 1.0)
        every[place.level].append((place, weight * busy / siblings))
    return {level: Wheel(items) for level, items in every.items()}


@cache
def neighbours(code4: str) -> tuple[Place, ...]:
    """The divisions of a prefecture, for a branch or a neighbour nearby."""
    return tuple(place for place in places() if place.code.startswith(code4) and place.level != "province")


def _alone(place: Place, rng: Random) -> str:
    """One division as a name writes it: 宜兴, 宜兴市, now and then as it was called before."""
    roll = rng.random()
    if place.old and roll < 0.04 and place.level != "province":
        return place.old[rng.randrange(len(place.old))]
    if place.level == "province":
        return (
            place.full
            if roll > (0.8 if place.code[:2] in _MUNICIPAL else 0.76 if len(place.full) < 5 else 0.96)
            else place.short
        )
    if place.full.endswith(("自治州", "自治县", "自治旗")):
        return _nation(place, rng)
    keep = {"city": 0.46, "county": 0.76 if place.full.endswith("县") else 0.66, "district": 0.8}[place.level]
    return place.full if roll > 1 - keep or len(place.full) <= 2 else place.short


def _nation(place: Place, rng: Random) -> str:
    roll = rng.random()
    if roll < 0.35:
        return place.full
    bare = place.short
    if place.full.endswith("州"):
        return bare + "州" if roll < 0.75 and not bare.endswith("州") else bare
    return bare + "县" if roll < 0.6 and place.full.endswith("县") else bare


def region_text(place: Place, rng: Random) -> str:
    """A division as it stands in front of a name, by itself or under its city or province."""
    own = _alone(place, rng)
    roll = rng.random()
    if place.level == "province":
        return own
    if place.level == "city":
        if roll < 0.09 and place.province is not None:
            return (place.province.full if rng.random() < 0.5 else place.province.short) + own
        return own
    if place.level == "county":
        if roll < 0.13 and place.province is not None:
            return (place.province.full if rng.random() < 0.6 else place.province.short) + own
        if roll < 0.16 and place.city is not None:
            return (place.city.full if rng.random() < 0.6 else place.city.short) + own
        return own
    above = place.city or place.province
    if above is None or roll < 0.1:
        return own
    if roll < 0.75:
        return above.full + (own if rng.random() < 0.9 else place.short)
    return above.short + own


def draw_place(rng: Random) -> Place:
    """A division in proportion to the companies that name it."""
    roll = rng.random()
    level = "province" if roll < 0.29 else "city" if roll < 0.62 else "county" if roll < 0.88 else "district"
    return wheels()[level].draw(rng)


@cache
def _one_apart() -> dict[tuple[int, str], tuple[Place, ...]]:
    found: dict[tuple[int, str], list[Place]] = {}
    for place in places():
        for at in range(len(place.short)):
            found.setdefault((at, place.short[:at] + "?" + place.short[at + 1 :]), []).append(place)
    return {key: tuple(members) for key, members in found.items()}


def one_apart(place: Place) -> list[Place]:
    """Divisions whose short names differ from this one's in one character: 余江 and 余干."""
    short = place.short
    keys = [(at, short[:at] + "?" + short[at + 1 :]) for at in range(len(short))]
    return [
        other
        for key in keys
        for other in _one_apart()[key]
        if other.short != short and other.level == place.level
    ]
