"""Characteristic codes of machines and files as comparable text: what two bids may share (条例 40(一), SPEC 8 R01).

A value that stands in thousands of machines or says nothing at all (a placeholder, a maker's default, an address of
a virtual network card) gives none: equality of such values proves nothing about anyone.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import Final

from graph.text import is_empty

DEVICE_KINDS: Final = ("cpu", "disk", "memory", "mac", "dongle", "machine", "ip")
"""What a DEVICE's value begins with: `mac:00E04C680001`. A dongle is the lock of priced software (造价软件加密锁)."""

_KEPT = re.compile(r"[^0-9A-Z]+")
_FILLER: Final = frozenset({
    "NONE", "NULL", "NA", "UNKNOWN", "DEFAULT", "DEFAULTSTRING", "TOBEFILLEDBYOEM", "TOBEFILLED", "SERIALNUMBER",
    "SYSTEMSERIALNUMBER", "BASEBOARDSERIALNUMBER", "CHASSISSERIALNUMBER", "NOTSPECIFIED", "NOTAPPLICABLE",
    "NOTAVAILABLE", "OEM", "INVALID", "EMPTY", "TEST", "STRING", "XXXXXXXX", "VBOXHARDDISK", "VMWAREVIRTUALDISK",
    "VMWAREVIRTUALIDEHARDDRIVE", "QEMUHARDDISK", "QM00001", "QM00002", "QM00003", "VIRTUALDISK", "VIRTUALHD",
    "MSFTVIRTUALDISK", "0123456789", "1234567890", "123456789", "12345678", "ABCDEF", "123456", "GETERROR", "ERROR",
})  # fmt: skip
_VIRTUAL_MACS: Final = frozenset({
    "005056C00001", "005056C00008", "0A0027000000", "02004C4F4F50", "204153594E46", "02155D000000", "005345000000",
})  # fmt: skip
"""Network cards that software puts into every machine it is installed on (host-only and loopback adapters)."""
_HAN = re.compile("[\u3400-\u9fff]")


def device(kind: str, text: str) -> str:
    """One characteristic code in comparable form; empty where it is a placeholder or names no single machine.

    Args:
        kind: one of `DEVICE_KINDS`.
        text: as the platform recorded it.
    """
    if is_empty(text):
        return ""
    if kind == "ip":
        return _ip(text)
    value = _KEPT.sub("", unicodedata.normalize("NFKC", text).upper())
    if len(value) < 4 or _HAN.search(text) or value in _FILLER or _monotonous(value):
        return ""
    if kind == "mac" and (len(value) != 12 or value in _VIRTUAL_MACS or re.search(r"[^0-9A-F]", value)):
        return ""
    return value


def _monotonous(value: str) -> bool:
    """Whether nearly every character is the same: zeros, F's, X's with a few others typed in."""
    return max(value.count(c) for c in set(value)) >= len(value) - 1


def _ip(text: str) -> str:
    """A public address; one of a private network (a hall, an office behind one router) names nobody."""
    try:
        found = ipaddress.ip_address(unicodedata.normalize("NFKC", text).strip())
    except ValueError:
        return ""
    return str(found) if found.is_global else ""


def file_hash(text: str) -> str:
    """A file's MD5 or SHA-256 as comparable text (`md5:…`); empty for anything else and for hashes of nothing."""
    value = "".join(text.split()).lower()
    if re.fullmatch(r"[0-9a-f]{32}", value):
        name = "md5"
    elif re.fullmatch(r"[0-9a-f]{64}", value):
        name = "sha256"
    else:
        return ""
    return "" if value in _EMPTY_FILES or _monotonous(value) else f"{name}:{value}"


_EMPTY_FILES: Final = frozenset({
    "d41d8cd98f00b204e9800998ecf8427e",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
})  # fmt: skip
"""MD5 and SHA-256 of an empty file."""


def account(text: str) -> str:
    """A bank account number, digits only; empty where it is masked, too short or a filler."""
    value = "".join(unicodedata.normalize("NFKC", text).split()).replace("-", "")
    if not (8 <= len(value) <= 34 and value.isascii() and value.isalnum() and any(map(str.isdigit, value))):
        return ""
    return "" if _monotonous(value) or value in _FILLER else value.upper()
