"""Variants of a name that only its characters decide: slips, damage, scripts, widths, what is written around it.

Every function takes a name and gives another way of writing the same, or None where this kind does not apply.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any, Final

from matching.names.characters import syllables
from namelab import slips
from namelab.brands import in_words

_BRACKET_STYLES: Final = (
    ("(", ")"), ("（", "）"), ("[", "]"), ("【", "】"), ("〔", "〕"), ("「", "」"), ("〈", "〉"), ("{", "}"),
    ("", ""), ("", ""), (" ", " "), (" (", ") "), ("（", ")"), ("—", "—"), ("<", ">"), ("『", "』"),
)  # fmt: skip
_BRACKETED: Final = re.compile(r"[（(]([^（）()]+)[）)]")
_VARIANTS: Final = str.maketrans(
    "台峰群为产内汇恒烟宁升游凤强杰真线里启众并钟布面胜村岳岩丰厂广华国发业东龙万兴庆乐云气电车马鸟鱼"
    "术与余床跃修旅铁宝岛秋松泛伙志著奖净况决册吊妆尝略叙携",
    "臺峯羣爲産內滙恆菸寧昇遊鳳強傑眞綫裏啓衆並鐘佈麵勝邨嶽巖豐廠廣華國發業東龍萬興慶樂雲氣電車馬鳥魚"
    "術與餘牀躍脩旅鐵寶島秌枩汎夥誌着獎淨況決冊弔妝嚐畧敍攜",
)
_NUMBERED: Final = re.compile(
    r"第([一二三四五六七八九十百零]{1,5}|[0-9]{1,3})(?!产业|方)|"
    r"(?<=[司部店厂局处队社])([一二三四五六七八九十]{1,3})(?=[分店厂部处队])"
)
_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")}
_BEFORE: Final = (
    "供应商：", "投标人：", "公司名称：", "单位名称：", "企业名称：", "中标人：", "联合体牵头人：", "中标候选人：",
    "名称：", "1.", "1、", "被执行人：", "（牵头人）", "联合体成员：", "牵头人：", "采购人：",
)  # fmt: skip
_BEHIND: Final = (
    "（盖章）", "（公章）", "（联合体牵头人）", "(联合体成员)", "（牵头人）", "；", "。", "（已更名）", "（已注销）",
    "（筹）", "、", "(单位公章)", "（主）", "等3家单位", "等两家", "（联合体）", "（中标人）", "（盖单位章）", "，",
    "(成员单位)", "（注销）", "（吊销）", "等", "…",
)  # fmt: skip


def _places(name: str) -> list[int]:
    return [at for at, c in enumerate(name) if slips.is_chinese(c)]


def _one_wrong(rng: Random, name: str, choose: Callable[[str], slips.Choice]) -> str | None:
    places = _places(name)
    if len(places) < 4:
        return None
    for _ in range(8):
        at = places[rng.randrange(len(places))]
        wrong = slips.pick(rng, choose(name[at]))
        if wrong and wrong != name[at]:
            return name[:at] + wrong + name[at + 1 :]
    return None


def homophone(rng: Random, name: str) -> str | None:
    """One character typed as another of the same sound."""
    return _one_wrong(rng, name, slips.homophones)


def near_sound(rng: Random, name: str) -> str | None:
    """One character typed as another of nearly the same sound."""
    return _one_wrong(rng, name, slips.near_sounds)


def lookalike(rng: Random, name: str) -> str | None:
    """One character taken for one that looks like it."""
    return _one_wrong(rng, name, slips.lookalikes)


def scanned(rng: Random, name: str) -> str | None:
    """One character misread by a scanner."""
    return _one_wrong(rng, name, slips.scanned)


def any_character(rng: Random, name: str) -> str | None:
    """One character replaced by whatever."""
    return _one_wrong(rng, name, lambda _: slips.anything())


def split(rng: Random, name: str) -> str | None:
    """One character that fell into its two halves."""
    places = [at for at in _places(name) if slips.halves(name[at])]
    if not places or len(name) < 4:
        return None
    at = places[rng.randrange(len(places))]
    options = slips.halves(name[at])
    return name[:at] + options[rng.randrange(len(options))] + name[at + 1 :]


def dropped(rng: Random, name: str) -> str | None:
    """One character left out."""
    places = _places(name)
    if len(places) < 5:
        return None
    at = places[rng.randrange(len(places))]
    return name[:at] + name[at + 1 :]


def inserted(rng: Random, name: str) -> str | None:
    """One character too many: twice the same, or a stray one."""
    places = _places(name)
    if len(places) < 4:
        return None
    at = places[rng.randrange(len(places))]
    roll = rng.random()
    more = (
        name[at]
        if roll < 0.5
        else slips.pick(rng, slips.anything())
        if roll < 0.9
        else "的了一大金新"[rng.randrange(6)]
    )
    return name[: at + 1] + more + name[at + 1 :]


def transposed(rng: Random, name: str) -> str | None:
    """Two neighbouring characters in the wrong order."""
    places = [at for at in _places(name)[:-1] if slips.is_chinese(name[at + 1]) and name[at] != name[at + 1]]
    if len(places) < 3:
        return None
    at = places[rng.randrange(len(places))]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _value(text: str) -> int:
    if text.isdecimal():
        return int(text)
    total = ones = 0
    for c in text:
        if c in "十百":
            total, ones = total + max(ones, 1) * (10 if c == "十" else 100), 0
        else:
            ones = _DIGITS[c]
    return total + ones


def numeral(rng: Random, name: str) -> str | None:
    """An ordinal written with the other digits: 第三 and 第3; now and then without 第."""
    found = list(_NUMBERED.finditer(name))
    if not found:
        return None
    match = found[rng.randrange(len(found))]
    text = match.group(1) or match.group(2)
    value = _value(text)
    if not 0 < value < 200:
        return None
    other = in_words(value) if text.isdecimal() else str(value)
    before = "第" if match.group(1) else ""
    if before and match.start() > 0 and rng.random() < 0.08:
        before, other = "", text
    return name[: match.start()] + before + other + name[match.end() :]


@cache
def _converters() -> tuple[Any, ...]:
    import opencc

    return tuple(opencc.OpenCC(scheme) for scheme in ("s2t", "s2t", "s2tw", "s2hk"))


def traditional(rng: Random, name: str) -> str | None:
    """The name in traditional characters, whole or here and there."""
    converters = _converters()
    whole: str = converters[rng.randrange(len(converters))].convert(name)
    if len(whole) == len(name) and rng.random() < 0.15:
        whole = "".join(t if rng.random() < 0.5 else c for c, t in zip(name, whole, strict=True))
    return whole if whole != name else None


def variant_character(rng: Random, name: str) -> str | None:
    """One or all characters in a variant form: 臺, 峯, 爲."""
    forms = name.translate(_VARIANTS)
    places = [at for at, (c, other) in enumerate(zip(name, forms, strict=True)) if c != other]
    if not places:
        return None
    if rng.random() < 0.2:
        return forms
    at = places[rng.randrange(len(places))]
    return name[:at] + forms[at] + name[at + 1 :]


def width(rng: Random, name: str) -> str | None:
    """Full-width blanks, letters and digits."""
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
    roll = rng.random()
    if wide != name and roll < 0.5:
        return wide
    if roll < 0.7:
        at = 1 + rng.randrange(len(name) - 1)
        return name[:at] + "\u3000" + name[at:]
    return "\u3000" + name + "\u3000" if roll < 0.85 else "\u3000" * (1 + rng.randrange(2)) + name


def punctuation(rng: Random, name: str) -> str | None:
    """Blanks, dots, dashes and quotation marks in and around the name."""
    roll = rng.randrange(9)
    at = 1 + rng.randrange(len(name) - 1)
    if roll == 0:
        return " ".join(name)
    if roll == 1:
        return "  " + name
    if roll < 5:
        mark = ("\u00a0", " ", "\u200b", "·", "-", "\n", "\t", "•", "_", ".", "，")[rng.randrange(11)]
        return name[:at] + mark + name[at:]
    if roll == 5:
        left, right = ("“”", "《》", "''", '""', "‘’", "〈〉", "「」")[rng.randrange(7)]
        return left + name + right
    if roll == 6:
        return name + (" ", "。", "；", "  ", ";", ",", "\n")[rng.randrange(7)]
    other = 1 + rng.randrange(len(name) - 1)
    low, high = sorted((at, other))
    return name[:low] + " " + name[low:high] + " " + name[high:]


def bracket_style(rng: Random, name: str) -> str | None:
    """Other brackets, none, or one of each."""
    match = _BRACKETED.search(name)
    if match is None:
        return None
    left, right = _BRACKET_STYLES[rng.randrange(len(_BRACKET_STYLES))]
    changed = name[: match.start()] + left + match.group(1) + right + name[match.end() :]
    return changed if changed != name else None


def noise(rng: Random, name: str) -> str | None:
    """What a cell holds beside the name: 供应商：, （盖章）."""
    roll = rng.random()
    if roll < 0.4:
        return _BEFORE[rng.randrange(len(_BEFORE))] + name
    if roll < 0.92:
        return name + _BEHIND[rng.randrange(len(_BEHIND))]
    return _BEFORE[rng.randrange(len(_BEFORE))] + name + _BEHIND[rng.randrange(len(_BEHIND))]


def truncated(rng: Random, name: str) -> str | None:
    """Cut off where a field or a printed line ended: after 20 characters, 15, or a few before the end."""
    limit = 20 if len(name) > 20 else 15 if len(name) > 15 else 12
    if len(name) <= limit:
        return None
    return (
        name[:limit] if rng.random() < 0.7 else name[: len(name) - 1 - rng.randrange(min(5, len(name) - 10))]
    )


def pinyin(rng: Random, name: str) -> str | None:
    """The whole name in pinyin: joined or apart, in small letters or capitals."""
    plain = name.replace("（", "(").replace("）", ")")
    read = syllables(plain)
    parts = [sound or c for sound, c in zip(read, plain, strict=True)]
    roll = rng.random()
    if roll < 0.4:
        return " ".join(part.capitalize() for part in parts)
    if roll < 0.6:
        return " ".join(parts).upper()
    if roll < 0.85:
        return "".join(parts)
    return "".join(parts).upper() if roll < 0.9 else " ".join(parts)


def lost_character(rng: Random, name: str) -> str | None:
    """A character that a file or a stamp swallowed: ?, □, ■."""
    places = _places(name)
    if len(places) < 5:
        return None
    at = places[rng.randrange(len(places))]
    blot = ("?", "?", "□", "■", "\ufffd", "＊", "〓", "_", "？", "\ue4c6", "*")[rng.randrange(11)]
    return name[:at] + blot + name[at + 1 :]


def mojibake(rng: Random, name: str) -> str | None:
    """The bytes of the name read in the wrong character set."""
    if rng.random() < 0.5:
        return name.encode("utf-8").decode("latin-1")
    try:
        return name.encode("utf-8").decode("gbk")
    except UnicodeDecodeError:
        return name.encode("gb18030").decode("latin-1")
