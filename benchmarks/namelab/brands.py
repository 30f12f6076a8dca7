"""What companies call themselves: the 字号, the names of villages and roads, ordinals."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Final

from matching.names.characters import characters
from namelab.places import Place, draw_place
from namelab.words import Wheel, blend, blocks, zipf

_TAIL: Final = 0.09
"""Share of characters that any text could hold, beside those that firms like."""
_DIGITS: Final = "零一二三四五六七八九"


@cache
def _tail() -> list[tuple[str, float]]:
    """Characters that stand in a 字号 now and then, and a few that any text could hold."""
    tables = characters()
    rows = [bytes((high, low)) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)]
    known = dict.fromkeys("".join(row.decode("gb2312", "ignore") for row in rows))
    known.update((chr(code), None) for code in tables.brand.nonzero()[0].tolist())
    return [
        (c, 0.1 * (tables.common[ord(c)] > 130) + 1.25 ** (tables.brand[ord(c)] / 16) / 12) for c in known
    ]


@cache
def _characters(block: str, tail: float = _TAIL) -> Wheel[str]:
    text = "".join(blocks("characters.txt")[block])
    return blend((1 - tail, zipf(text, 0.88, 10)), (tail, _tail()))


@cache
def _liked(block: str) -> Wheel[str]:
    return Wheel(zipf("".join(blocks("characters.txt")[block]), 0.75, 8))


@cache
def _words(block: str) -> Wheel[str]:
    return Wheel(zipf(blocks("brands.txt")[block], 0.6, 6))


@cache
def typical(block: str = "brand_first") -> dict[str, float]:
    """How likely a character is at the first (or `brand_second`) place of a 字号; what is missing is rare."""
    text = dict(zipf("".join(blocks("characters.txt")[block]), 0.88, 10))
    whole = sum(text.values())
    tail = dict(_tail())
    rest = sum(tail.values())
    return {
        c: (1 - _TAIL) * text.get(c, 0.0) / whole + _TAIL * tail.get(c, 0.0) / rest
        for c in text.keys() | tail.keys()
    }


def two(rng: Random) -> str:
    """Two characters that firms like, put together anew."""
    return _characters("brand_first").draw(rng) + _characters("brand_second").draw(rng)


def _three(rng: Random, place: Place) -> str:
    roll = rng.random()
    if roll < 0.26:
        return _words("three").draw(rng)
    if roll < 0.42:
        return _liked("brand_prefix").draw(rng) + _words("two").draw(rng)[:2]
    if roll < 0.66:
        return two(rng) + _liked("brand_third").draw(rng)
    if roll < 0.74:
        return _words("two").draw(rng)[:2] + _liked("brand_third").draw(rng)
    if roll < 0.82:
        return place.abbreviation + two(rng)
    if roll < 0.9:
        return _foreign(rng, 3)
    return _characters("brand_first").draw(rng) + two(rng)


def _foreign(rng: Random, length: int) -> str:
    return "".join(_liked("foreign").draw(rng) for _ in range(length))


def brand(rng: Random, place: Place) -> str:
    """A 字号: two characters in seven of ten names, three in two, four or more in one."""
    roll = rng.random()
    if roll < 0.16:
        word = _words("two").draw(rng)
        return word[:2] if len(word) > 3 else word
    if roll < 0.68:
        return two(rng)
    if roll < 0.692:
        return place.abbreviation + _characters("brand_second").draw(rng)
    if roll < 0.704:
        other = draw_place(rng).short
        return other if len(other) < 4 and rng.random() < 0.6 else other[:3] + two(rng)
    if roll < 0.91:
        return _three(rng, place)
    roll = rng.random()
    if roll < 0.2:
        return _words("four").draw(rng)
    if roll < 0.45:
        return _words("two").draw(rng)[:2] + _words("two").draw(rng)[:2]
    if roll < 0.7:
        return two(rng) + two(rng)
    if roll < 0.82:
        return _foreign(rng, 4 if rng.random() < 0.8 else 5)
    if roll < 0.87:
        return two(rng) + _words("three").draw(rng)[:3]
    if roll < 0.97:
        return two(rng) + _words("two").draw(rng)[:2]
    return _mixed(rng)


def _mixed(rng: Random) -> str:
    letters = "ABCDEFGHJKLMNPRSTVWXYZ"
    roll = rng.random()
    if roll < 0.4:
        return "".join(rng.choice(letters) for _ in range(2 + (roll < 0.2)))
    if roll < 0.7:
        return rng.choice(letters) + two(rng)
    return f"{rng.choice((1, 2, 3, 5, 6, 8, 9))}{rng.randrange(10)}{rng.choice(('8', '5', '9', '', '号'))}"


def person_brand(rng: Random) -> str:
    """What small shops are called: 老周, 张记, 小芳."""
    roll = rng.random()
    surname = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"[rng.randrange(20)]
    if roll < 0.2:
        return "老" + surname
    if roll < 0.5:
        return surname + ("记", "氏", "家", "姐", "哥")[rng.randrange(5)]
    if roll < 0.7:
        return surname + _characters("brand_second").draw(rng)
    return surname + two(rng)


def toponym(rng: Random) -> str:
    """A village, a township, a corner of a town: 石桥, 大王庄."""
    first = _liked("toponym_first").draw(rng)
    if rng.random() < 0.25:
        first += _liked("toponym_first").draw(rng)
    return first + _liked("toponym_second").draw(rng)


def street(rng: Random) -> str:
    """A road: 中山路, 石桥街."""
    names = "".join(blocks("characters.txt")["street"])
    at = rng.randrange(len(names) // 2) * 2
    stem = names[at : at + 2] if rng.random() < 0.55 else toponym(rng)
    side = ("东", "西", "南", "北", "中")[rng.randrange(5)] if rng.random() < 0.25 else ""
    return stem + side + ("路", "路", "路", "街", "大街", "大道", "巷")[rng.randrange(7)]


def in_words(number: int) -> str:
    """A number up to 199 in Chinese: 十四, 二十一, 一百零三."""
    if number >= 100:
        rest = number % 100
        tail = (
            ""
            if not rest
            else "零" + _DIGITS[rest]
            if rest < 10
            else in_words(rest)
            if rest >= 20
            else "一" + in_words(rest)
        )
        return "一百" + tail
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def small_number(rng: Random) -> int:
    """1, 2, 3 … as often as firms count their shops."""
    roll = rng.random()
    if roll < 0.85:
        return 1 + int(9 * roll * roll)
    return 8 + int((roll - 0.85) * 200) if roll < 0.99 else 40 + rng.randrange(110)


def ordinal(rng: Random, number: int) -> str:
    """An ordinal as registers write it: 第三 mostly, 三, now and then 3号."""
    roll = rng.random()
    if roll < 0.66:
        return "第" + in_words(number)
    if roll < 0.93:
        return in_words(number)
    return f"第{number}" if roll < 0.98 else f"{number}号"
