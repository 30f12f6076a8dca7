"""Character tables behind the normalisation of names: written forms, dots, dashes, invisible characters.

The table of written forms (variants.tsv) is made from OpenCC's data by scripts/build_script_table.py.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

WILDCARD = "?"
"""Stands for one character that a file lost (private use, U+FFFD, `?`): it may be any character (SPEC
7.6)."""

DOTS = "·•・‧∙⋅．.﹒᛫"
"""Dots between the parts of a name: all mean the same, and get lost just as often (SPEC 7.2 N2)."""

DASHES = "-‐‑‒–—―−﹘﹣－─━"
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u3164\ufeff\uffa0"
)
"""Characters that print nothing: soft hyphen, joiners, direction marks, byte order mark, Hangul fillers."""

LOST = "\ufffd\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
"""Regex class of characters that stand for a lost one: the replacement character and private use."""

BLOTS = "□■▇▆█◻◼▢▣▯▮"
"""Signs printed where a character is missing from the font or was painted over."""

HANZI = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af\u3007"
"""Regex class of Chinese characters, extensions and 〇 included."""


@cache
def _rows() -> tuple[tuple[str, str, str], ...]:
    text = resources.files(__package__).joinpath("variants.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return tuple((key, target, kind) for key, target, kind in rows)


@cache
def characters() -> dict[int, str]:
    """Written form to the character it is a form of, ready for `str.translate`."""
    return {ord(key): target for key, target, kind in _rows() if kind != "phrase"}


@cache
def phrases() -> dict[str, str]:
    """Traditional words that a character-by-character conversion gets wrong, with their simplified form."""
    return {key: target for key, target, kind in _rows() if kind == "phrase"}


@cache
def _phrase_pattern() -> re.Pattern[str]:
    longest_first = sorted(phrases(), key=lambda phrase: (-len(phrase), phrase))
    return re.compile("|".join(map(re.escape, longest_first)))


@cache
def _phrase_trigger() -> re.Pattern[str]:
    table = characters()
    odd = {
        written
        for phrase, target in phrases().items()
        for written, meant in zip(phrase, target, strict=True)
        if table.get(ord(written), written) != meant
    }
    return re.compile("[" + "".join(sorted(odd)) + "]")


@cache
def _traditional() -> re.Pattern[str]:
    return re.compile("[" + "".join(map(chr, characters())) + "]")


def needs_phrases(text: str) -> bool:
    """Whether a word of the phrase table may occur in a text."""
    return _phrase_trigger().search(text) is not None


def simplify(text: str, *, words: bool = True) -> str:
    """Write traditional, Japanese and variant characters as the simplified ones (SPEC 7.2 N3).

    Args:
        text: any text.
        words: whether words that differ from their characters (計畫: 计划) are looked up. Off for persons:
            a given name is no dictionary word.
    """
    if words and needs_phrases(text):
        table = phrases()
        text = _phrase_pattern().sub(lambda match: table[match.group()], text)
    return text if _traditional().search(text) is None else text.translate(characters())
