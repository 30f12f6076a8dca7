"""What bids state, as comparable values: equal ones connect two bidders, placeholders connect nobody (SPEC 8).

Every function gives nothing for a value that many share without knowing each other: a filler, a virtual network
card, a private address, a public mail provider, what the policy's table `shared` names.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from graph import devices
from graph.projection.contacts import emails
from graph.text import is_empty
from matching.policy import Policy

_SEVERAL = re.compile(r"[;；,，、|\n]+")
_BARE = re.compile(r"[^0-9A-Z]+")
_VIRTUAL_CARDS: Final = (
    "005056", "000C29", "000569", "001C14", "080027", "00155D", "00163E", "001C42", "00059A", "00FF",
)  # fmt: skip
"""First digits of network cards that VMware, VirtualBox, Hyper-V, Xen, Parallels and VPN clients make up."""
_NOWHERE: Final = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "224.0.0.0/3", "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
    )
)  # fmt: skip
"""Networks behind a router (RFC 1918, 4193, 6598), of the machine itself, or of nobody."""
_NO_AUTHOR: Final = frozenset({
    "administrator", "admin", "admins", "user", "users", "username", "default", "owner", "author", "guest", "test",
    "microsoft", "microsoftoffice", "microsoftofficeuser", "microsoftcorporation", "windows", "windowsuser",
    "office", "wps", "wpsoffice", "kingsoft", "adobe", "adobeacrobat", "pythondocx", "apachepoi", "openoffice",
    "libreoffice", "lenovo", "dell", "hp", "asus", "acer", "huawei", "thinkpad", "pc", "mypc", "computer", "desktop",
    "laptop", "china", "root", "system", "微软用户", "微软中国", "windows用户", "用户", "作者", "管理员", "雨林木风",
    "番茄花园", "系统之家", "深度技术", "电脑公司", "联想", "联想用户",
})  # fmt: skip
"""Authors that programs and machines write into a file by themselves."""
_SERIAL = re.compile(r"(.*?)(\d{1,18})")
MIN_SERIAL: Final = 3
"""Digits at the end of a letter's number below which consecutive ones mean nothing."""


def machine(kind: str, text: str, policy: Policy) -> Iterator[str]:
    """The codes in one cell of a device: `cpu`, `disk`, `memory`, `mac` or `dongle`."""
    for piece in _SEVERAL.split(text):
        value = devices.device(kind, piece)
        if value and not (kind == "mac" and _made_up(value)) and value not in _fillers(policy):
            yield value


def _made_up(mac: str) -> bool:
    """Whether a network address was given by software: locally administered, multicast, or of a virtual card."""
    return bool(int(mac[1], 16) & 3) or mac.startswith(_VIRTUAL_CARDS)


@lru_cache(maxsize=8)
def _fillers(policy: Policy) -> frozenset[str]:
    return frozenset(_BARE.sub("", text.upper()) for text in policy.shared("placeholders"))


def token(text: str, policy: Policy) -> Iterator[str]:
    """The mark that a tool leaves in a file: creation id, number of the pricing software."""
    yield from machine("machine", text, policy)


def author(text: str) -> str:
    """Who a file says made it; empty for what programs write by themselves."""
    value = re.sub(r"[\s_.\-]+", "", unicodedata.normalize("NFKC", text).casefold())
    if len(value) < 2 or is_empty(text) or value in _NO_AUTHOR or value.isdigit():
        return ""
    return value


def ip(text: str, policy: Policy) -> Iterator[str]:
    """Public internet addresses in a cell, without halls and shared desktops that the policy names."""
    for piece in _SEVERAL.split(unicodedata.normalize("NFKC", text)):
        found = _address(piece.strip())
        if found is None or any(found in net for net in _NOWHERE if net.version == found.version):
            continue
        if not any(found in net for net in _halls(policy) if net.version == found.version):
            yield str(found)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    bare = re.sub(r"^\[(.*)\](?::\d+)?$|^(\d+(?:\.\d+){3}):\d+$", r"\1\2", text)
    try:
        found = ipaddress.ip_address(bare)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


@lru_cache(maxsize=8)
def _halls(policy: Policy) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(text, strict=False) for text in policy.shared("ips"))


def mails(text: str, policy: Policy) -> Iterator[tuple[str, str]]:
    """The e-mail addresses in a cell, each with its domain; that of a provider open to anyone is empty."""
    public = frozenset(name.casefold() for name in policy.shared("mail_domains"))
    for mail, domain in emails(text):
        yield mail, "" if domain in public else domain


def account(text: str) -> str:
    """The number of a bank account; empty where it is masked or a filler."""
    return devices.account(text)


def serial(text: str) -> tuple[str, int, int] | None:
    """The number of a guarantee letter as its fixed part, its running number and that number's length."""
    bare = _BARE.sub("", unicodedata.normalize("NFKC", text).upper())
    found = _SERIAL.fullmatch(bare)
    if found is None or "*" in text or is_empty(text) or len(bare) < 6 or len(found[2]) < MIN_SERIAL:
        return None
    return found[1], int(found[2]), len(found[2])


def masked_phone(text: str) -> str:
    """A telephone number as outputs show it: the middle of a mobile hidden, the rest as written."""
    return re.sub(r"(1[3-9]\d)[\s-]?\d{4}[\s-]?(\d{4})(?!\d)", r"\1****\2", text)


def digest(text: str) -> str:
    """A file's MD5 or SHA-256 for comparison; empty for that of an empty file and for anything else."""
    return devices.file_hash(text)
