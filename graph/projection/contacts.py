"""What two parties may have in common by their register rows: address, telephone, e-mail, as comparable text.

A value that says nothing (a placeholder, a public mail provider's domain, a number without its area) gives none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Final


class ContactKind(StrEnum):
    """What is compared; the order is that of the mapped files."""

    ADDRESS = "address"
    PHONE = "phone"
    EMAIL = "email"
    DOMAIN = "domain"


KINDS: Final = tuple(ContactKind)

PUBLIC_DOMAINS: Final = frozenset((
    "qq.com", "foxmail.com", "vip.qq.com", "163.com", "126.com", "yeah.net", "188.com",
    "vip.163.com", "vip.126.com", "netease.com", "sina.com", "sina.cn", "sina.com.cn",
    "vip.sina.com", "sohu.com", "vip.sohu.com", "139.com", "189.cn", "wo.cn", "21cn.com", "263.net",
    "tom.com", "aliyun.com", "alibaba.com", "10086.cn", "gmail.com", "googlemail.com",
    "outlook.com", "hotmail.com", "live.com", "live.cn", "msn.com", "yahoo.com", "yahoo.cn",
    "yahoo.com.cn", "yahoo.com.hk", "ymail.com", "icloud.com", "me.com", "mac.com", "aol.com",
    "mail.com", "mail.ru", "yandex.ru", "proton.me", "protonmail.com", "gmx.com", "gmx.de",
    "eyou.com", "chinaren.com", "51.com", "2980.com",
))  # fmt: skip
"""Mail providers that anyone may use: their domain connects nobody (SPEC 8, R05)."""

_MAIL = re.compile(r"[a-z0-9._%+'-]{1,64}@([a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9-]{1,63})+)")
_SPLIT = re.compile(r"[;；,，、/|\n]+|\s{2,}")
_EXTENSION = re.compile(r"(?:转|ext\.?|分机|x|#).*$", re.IGNORECASE)
_NOT_ADDRESS = re.compile(r"[\s\W_]+")
_FILLER = re.compile(r"[无未不暂详空]*[无详知空填有报]|null|none|test|n/?a")
_NUMBER = re.compile(r"[\d一二三四五六七八九十]")
_MIN_ADDRESS: Final = 6
"""Characters of an address below which it names a town and not a place."""
_BRACKETED = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]")


def address(text: str) -> str:
    """An address without spaces, punctuation and remarks in brackets; empty where it names no place.

    A number must stay (a house, a room, a hamlet's): `临江市高新区` is shared by thousands who share nothing.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    bare = _NOT_ADDRESS.sub("", _BRACKETED.sub("", plain))
    if (
        len(bare) < _MIN_ADDRESS
        or _FILLER.fullmatch(bare)
        or not any(c.isdigit() or c in "一二三四五六七八九十" for c in bare)
    ):
        return ""
    return bare


def phones(text: str) -> Iterator[str]:
    """The telephone numbers in a cell, digits only: mobiles, and landlines with their area code."""
    for piece in _SPLIT.split(unicodedata.normalize("NFKC", text)):
        if "*" in piece:
            continue
        digits = "".join(c for c in _EXTENSION.sub("", piece) if c.isdigit())
        digits = re.sub(r"^(?:00)?86(?=1\d{10}$|0\d{9,11}$|[2-9]\d{8,10}$)", "", digits)
        if len(digits) == 11 and digits[0] == "1":
            whole = digits[1] in "3456789"
        else:
            if 10 <= len(digits) <= 11 and digits[0] in "23456789" and not digits.startswith(("400", "800")):
                digits = "0" + digits
            whole = digits.startswith(("400", "800")) and len(digits) == 10
            whole = whole or (digits[:1] == "0" and 10 <= len(digits) <= 12)
        if whole and not _runs(digits):
            yield digits


def _runs(digits: str) -> bool:
    """Whether a number is a filler: its last seven digits all equal, or counting up or down."""
    tail = digits[-7:]
    steps = {int(b) - int(a) for a, b in pairwise(tail)}
    return steps <= {0} or steps <= {1} or steps <= {-1} or digits.endswith(("13800138000", "12345678"))


def emails(text: str) -> Iterator[tuple[str, str]]:
    """The e-mail addresses in a cell, each with its domain; that of a public provider is empty."""
    for found in _MAIL.finditer(unicodedata.normalize("NFKC", text).casefold()):
        domain = found[1]
        yield found[0], "" if domain in PUBLIC_DOMAINS else domain


def contacts(attributes: Mapping[str, str]) -> Iterator[tuple[ContactKind, str]]:
    """What of a register row is compared, each kind and value once.

    Args:
        attributes: `address`, `phone` and `email` as the register has them (`graph.model.ATTRIBUTES`).
    """
    seen: set[tuple[ContactKind, str]] = set()
    for one in _all(attributes):
        if one not in seen:
            seen.add(one)
            yield one


def _all(attributes: Mapping[str, str]) -> Iterator[tuple[ContactKind, str]]:
    if place := address(attributes.get("address", "")):
        yield ContactKind.ADDRESS, place
    for number in phones(attributes.get("phone", "")):
        yield ContactKind.PHONE, number
    for mail, domain in emails(attributes.get("email", "")):
        yield ContactKind.EMAIL, mail
        if domain:
            yield ContactKind.DOMAIN, domain
