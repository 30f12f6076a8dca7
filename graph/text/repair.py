"""Repair of damaged text (SPEC 7.6, step N1): undoes what transport did to a text and invents nothing.

Characters that were lost for good (`?`, U+FFFD, private use) stay: comparison treats them as wildcards.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable

from graph.text._tables import HANZI, INVISIBLE

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_NESTED = re.compile(r"&(?:(?:amp|AMP|#0{0,5}38|#[xX]0{0,5}26);)+")
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufff9-\ufffb]+")
_SPACES = re.compile("[\t\n\x0b\x0c\r\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿ"
_LETTERS = rf"[a-z{_TONED}\u0300\u0301\u0304\u030c\u0308]{{1,12}}"
_READING = re.compile(rf"[(（]\s?({_LETTERS})\s?[)）]")
_PINYIN = re.compile(rf"(?<=[{HANZI}])(?:[(（]\s?{_LETTERS}\s?[)）])+")
_SYLLABLE = re.compile(
    "(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?"
    "(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|er|ia|ie|iu|in|ua|uo|ue|ui|un|ve|[aeiouv])|ng?|m"
)

_BOTH_WAYS = re.compile("[锛銆鈥鏂鍏浜鐨绗璁鍙鎴涓娓寤宸绋闄]")
_LATIN_RUN = re.compile(
    "[\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]{2,}"
)
_CHINESE = re.compile(f"[{HANZI}]")


def _entities(text: str) -> str:
    if "&" not in text:
        return text
    text = _NESTED.sub("&", text)
    return _ENTITY.sub(lambda match: html.unescape(match.group()), text)


def _is_syllable(text: str) -> bool:
    letters = unicodedata.normalize("NFD", text.replace("ü", "v"))
    plain = "".join(c for c in letters if not unicodedata.combining(c))
    if plain == text and len(plain) < 2:  # (a), (b): the number of an item, not a reading
        return False
    return _SYLLABLE.fullmatch(plain) is not None


def _without_readings(match: re.Match[str]) -> str:
    """A run of brackets without those at its start that hold a reading."""
    text, place = match.group(), 0
    while (found := _READING.match(text, place)) and _is_syllable(found.group(1)):
        place = found.end()
    return text[place:]


def _pinyin(text: str) -> str:
    return _PINYIN.sub(_without_readings, text)


def may_be_mojibake(text: str) -> bool:
    """Whether a text has a character that UTF-8 read as GBK often shows (锛, 鈥, 銆)."""
    return _BOTH_WAYS.search(text) is not None


def _common(text: str) -> bool:
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _latin_run(match: re.Match[str]) -> str:
    run = match.group()
    try:
        data = b"".join(bytes((ord(c),)) if ord(c) < 0x100 else c.encode("cp1252") for c in run)
    except UnicodeEncodeError:
        return run
    try:
        fixed = data.decode("utf-8")
    except UnicodeDecodeError:
        # signs alone are signs: ×××× is a mask and ···· a leader, whatever GB 2312 makes of their bytes
        if len(data) < 4 or len(data) % 2 or "×" in run or len(set(run)) < 3:
            return run
        try:
            fixed = data.decode("gb2312")
        except UnicodeDecodeError:
            return run
    return fixed if _CHINESE.search(fixed) or fixed in "（），。、：；" else run


def _mojibake(text: str) -> str:
    if _LATIN_RUN.search(text):
        text = _LATIN_RUN.sub(_latin_run, text)
    if len(text) >= 3 and _BOTH_WAYS.search(text) and not _common(text):
        try:
            fixed = text.encode("gb18030").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            return text
        if _common(fixed) and _CHINESE.search(fixed):
            return fixed
    return text


def _invisible(text: str) -> str:
    return _INVISIBLE.sub("", text)


def _control(text: str) -> str:
    return _CONTROL.sub("", text)


def _spaces(text: str) -> str:
    return _SPACES.sub(" ", text).strip()


_STEPS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("mojibake", _mojibake),
    ("entity", _entities),
    ("control", _control),
    ("invisible", _invisible),
    ("space", _spaces),
    ("pinyin", _pinyin),
)


def _run(text: str) -> tuple[str, tuple[str, ...]]:
    found: list[str] = []
    for _ in range(4):
        before = text
        for name, step in _STEPS:
            after = step(text)
            if after != text:
                text = after
                if name not in found:
                    found.append(name)
        if text == before:
            break
    return text, tuple(found)


_CLEAN = re.compile(f"[{HANZI}A-Za-z0-9 !-%'-/:-@\\[-`{{-~（）《》“”，。、：；－·]*")


def repair(text: str) -> str:
    """Undo damage that transport did to a text, where that is certain (SPEC 7.6).

    Removes injected pinyin after a Chinese character (務(wù)), decodes HTML entities and text read in the
    wrong encoding (only when the way back is exact), drops byte order marks, invisible and control
    characters and turns every kind of space into a plain one. Latin names in brackets stay.
    """
    plain = _CLEAN.fullmatch(text) is not None and text[:1] != " " and text[-1:] != " "
    if plain and not _BOTH_WAYS.search(text) and not _PINYIN.search(text):
        return text
    return _run(text)[0]


def repaired_what(text: str) -> tuple[str, ...]:
    """What `repair` would undo in a text: any of mojibake, entity, control, invisible, space, pinyin."""
    return _run(text)[1]
