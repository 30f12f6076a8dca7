"""How the same name or number looks elsewhere: brackets, widths, scripts, cases, typing errors."""

from __future__ import annotations

import random

from loaders.demo.words import TRADITIONAL

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_TYPOS = {
    "诚": "城",
    "测": "侧",
    "鑫": "馨",
    "晟": "盛",
    "辉": "晖",
    "航": "杭",
    "源": "原",
    "达": "大",
    "丽": "利",
    "恒": "桓",
}


def full_width(text: str) -> str:
    """Letters and digits as full-width forms."""
    return text.translate(_WIDE)


def half_brackets(text: str) -> str:
    """Brackets as ASCII."""
    return text.replace("（", "(").replace("）", ")")


def traditional(text: str) -> str:
    """The name in traditional characters."""
    return text.translate(TRADITIONAL)


def spaced(text: str) -> str:
    """A blank in the middle, as line breaks in published tables leave it."""
    middle = len(text) // 2
    return f"{text[:middle]} {text[middle:]}"


def typo(text: str) -> str:
    """One character as somebody mistypes it; the last but four is doubled where none is known."""
    for right, wrong in _TYPOS.items():
        if right in text[2:]:
            return text[:2] + text[2:].replace(right, wrong, 1)
    return text


def as_published(rng: random.Random, name: str) -> str:
    """A name as it may stand in a list: usually exact, sometimes in another spelling of the same name."""
    draw = rng.random()
    if draw < 0.80:
        return name
    if draw < 0.88:
        return half_brackets(name)
    if draw < 0.92:
        return traditional(name)
    if draw < 0.96:
        return spaced(name)
    return f"{name}　"


def code_as_published(rng: random.Random, code: str) -> str:
    """A code as it may stand in a list: usually exact, sometimes in lower case, wide or with blanks."""
    draw = rng.random()
    if draw < 0.90:
        return code
    if draw < 0.94:
        return code.lower()
    if draw < 0.97:
        return full_width(code)
    return f" {code} "
