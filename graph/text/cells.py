"""Cells and headings of published tables (SPEC 6.2): cleaning, empty values, headings that mean the same."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from graph.text._tables import INVISIBLE

_STRIP = (
    " \t\n\x0b\x0c\r\x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    + ("\u2028\u2029\u202f\u205f\u3000" + INVISIBLE)
)
_FORMULA_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_EMPTY = frozenset((
    "N/A", "NA", "#N/A", "N.A.", "N.A", "NULL", "(NULL)", "[NULL]", "<NULL>", "NONE", "NIL", "NAN",
    "UNDEFINED", "\\N", "#NULL!", "#VALUE!", "#REF!", "#NAME?", "0", "无", "暂无", "没有", "暂缺", "空",
    "未知", "不详", "不明", "未填写", "未填", "未提供", "无数据", "暂无数据", "暂未提供", "不适用",
    "无此项", "(无)", "(空)",
))  # fmt: skip
_RULE = re.compile(r"[-‐‑‒–—―−─━_/\\.·。、,，;；~]*")

_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】|〔([^〔〕]*)〕|\{([^{}]*)\}|<([^<>]*)>")
_SEPARATORS = re.compile(r"""[\s:;,.·•、。/\\_\-‐‑‒–—―−─*|'"`“”‘’#&+?!]+""")
_INSTRUCTION = re.compile(
    r"(?:必填项?|选填项?|必录项?|可选|必输|非必填|必须填写|如有|若有|如果有|可不填|REQUIRED|OPTIONAL)"
)
_UNIT_WORD = re.compile(r"(?:计量)?单位[::]?(?=.)")
_NUMBERING = re.compile(r"(?:\(?[0-9]{1,2}[.)、](?![0-9])|[一二三四五六七八九十]{1,3}、)")
_TRAILING_UNIT = re.compile(r"(?<=[额价款费金])((?:人民币)?(?:亿元|万元|千元|元|万|CNY|RMB))")


def clean(text: str) -> str:
    """A cell without what surrounds its value: blanks of every width, Excel's leading ' and ="…"."""
    text = text.strip(_STRIP)
    if text[:1] == "=":
        quoted = _FORMULA_TEXT.fullmatch(text)
        if quoted:
            text = quoted.group(1).strip(_STRIP)
    while text[:1] in {"'", "’", "‘", "`"}:
        text = text[1:].strip(_STRIP)
    return text


@lru_cache(maxsize=4096)
def is_empty(text: str) -> bool:
    """Whether a cell says that there is no value: blank, N/A, 无, /, 暂无, -, null, 0 … (SPEC 6.2)."""
    value = clean(text)
    if len(value) > 12:
        return False
    value = unicodedata.normalize("NFKC", value).upper().strip()
    return value in _EMPTY or _RULE.fullmatch(value) is not None


@lru_cache(maxsize=4096)
def header(text: str) -> tuple[str, str]:
    """A column heading for comparison, and what stood in its brackets (SPEC 6.2).

    Compatible forms are made one, then spaces, separators, numbering and instructions such as （必填） go,
    and Latin letters are upper case: `行政相对人代码＿2 (组织机构代码)` gives `行政相对人代码2` and
    `组织机构代码`. The hint keeps the editions of a form apart; a unit of money is always a hint, bracketed
    or not. Several brackets are joined by a semicolon.
    """
    name = unicodedata.normalize("NFKC", clean(text)).upper()
    name = re.sub(f"[{INVISIBLE}]+", "", name)
    name = _NUMBERING.sub("", name, count=1) if _NUMBERING.match(name) else name
    hints: list[str] = []

    def take(match: re.Match[str]) -> str:
        inside = next((group for group in match.groups() if group is not None), "")
        inside = _INSTRUCTION.sub("", inside)
        inside = _UNIT_WORD.sub("", inside)
        inside = re.sub(r"\s+", "", inside).strip("*:;,.、。")
        if inside:
            hints.append(inside)
        return ""

    for _ in range(3):
        shorter = _BRACKETS.sub(take, name)
        if shorter == name:
            break
        name = shorter
    name = _SEPARATORS.sub("", re.sub(r"[()\[\]【】〔〕{}<>]", "", name))
    name = re.sub(r"^(?:必填|选填)|(?:必填项?|选填项?)$", "", name)
    unit = _TRAILING_UNIT.search(name)
    if unit and unit.end() == len(name) and unit.start() > 0:
        name = name[: unit.start()]
        hints.append(unit.group(1))
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name)  # what a separator kept apart
    return name, ";".join(hints)
