"""Values that bids state, made comparable: what is the same machine, line, mail or account, and what is nobody's."""

from __future__ import annotations

import pytest

from matching.policy import load_policy, policy_from_text
from matching.ties import values

POLICY = load_policy()


def _machine(kind: str, text: str) -> list[str]:
    return list(values.machine(kind, text, POLICY))


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("mac", "00-E0-4C-68-3A-91", "００：Ｅ０：4c：68：3a：91"),
        ("mac", "00e0.4c68.3a91", "00E04C683A91"),
        ("cpu", "BFEBFBFF000906EA", "bfebfbff-000906ea"),
        ("disk", "WD-WCC4E5VK7ZN3", "wd wcc4e5vk7zn3"),
    ],
)
def test_writing_makes_no_difference(kind: str, one: str, other: str) -> None:
    assert _machine(kind, one) == _machine(kind, other) != []


@pytest.mark.parametrize(
    "text",
    [
        "", "无", "/", "暂无", "-", "—", "N/A", "null", "0", "0000000000000000", "FFFFFFFFFFFF", "00:00:00:00:00:00",
        "To Be Filled By O.E.M.", "to be filled by oem", "Default string", "None", "unknown", "XXXXXXXX", "12345678",
        "System Serial Number", "未获取到",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["mac", "cpu", "disk", "memory", "dongle"])
def test_placeholders_are_nobodys(kind: str, text: str) -> None:
    assert _machine(kind, text) == []


@pytest.mark.parametrize(
    "text",
    ["02:42:AC:11:00:02", "0A-00-27-00-00-00", "52:54:00:12:34:56", "00:50:56:C0:00:08", "00-0C-29-11-22-33",
     "08:00:27:3A:5B:6C", "00:15:5D:01:23:45", "01:00:5E:00:00:FB", "EE-11-22-33-44-55"],
)  # fmt: skip
def test_network_cards_that_software_makes_up_are_nobodys(text: str) -> None:
    assert _machine("mac", text) == []


def test_one_cell_may_hold_several() -> None:
    assert _machine("mac", "00-E0-4C-68-3A-91；A4-BB-6D-11-20-01,无") == ["00E04C683A91", "A4BB6D112001"]


def test_an_operator_adds_placeholders_halls_and_providers() -> None:
    text = POLICY.text.replace('"placeholders":[]', '"placeholders":["HALL-PC-0001"]')
    text = text.replace('"ips":[]', '"ips":["203.0.113.0/24","2001:db8::/32"]')
    text = text.replace('"mail_domains":[]', '"mail_domains":["Mail.example"]')
    policy = policy_from_text(text)
    assert _machine("cpu", "hall-pc0001") == ["HALLPC0001"]
    assert list(values.machine("cpu", "hall-pc0001", policy)) == []
    assert list(values.ip("203.0.113.7; 2001:db8::1; 198.51.100.4", policy)) == ["198.51.100.4"]
    assert list(values.mails("a@mail.example", policy)) == [("a@mail.example", "")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("203.0.113.7", ["203.0.113.7"]), ("203.0.113.7:51234", ["203.0.113.7"]), ("２０３.0.113.7", ["203.0.113.7"]),
        ("::ffff:203.0.113.7", ["203.0.113.7"]), ("[2001:db8::1]:443", ["2001:db8::1"]),
        ("192.168.1.5", []), ("10.1.2.3", []), ("172.20.0.1", []), ("100.64.0.9", []), ("127.0.0.1", []),
        ("169.254.3.3", []), ("::1", []), ("fe80::2", []), ("fd00::7", []), ("0.0.0.0", []), ("224.0.0.1", []),
        ("无", []), ("999.1.1.1", []), ("127.0.0.1, 203.0.113.9", ["203.0.113.9"]),
    ],
)  # fmt: skip
def test_internet_addresses(text: str, found: list[str]) -> None:
    assert list(values.ip(text, POLICY)) == found


@pytest.mark.parametrize(
    "text", ["Administrator", "微软用户", "Windows 用户", "admin", "WPS Office", "无", "1", "王", ""]
)
def test_no_author(text: str) -> None:
    assert values.author(text) == ""


def test_authors_by_whatever_writing() -> None:
    assert values.author("DESKTOP-7Q2K") == values.author("desktop_7q2k") != ""
    assert values.author("虚构 韩七") == "虚构韩七"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("LJBH-2026-001107", ("LJBH", 2026001107, 10)), ("保函第 0099 号", None), ("A0099001", ("A", 99001, 7)),
        ("无", None), ("****1107", None), ("ABCDEF", None), ("AB12", None),
    ],
)  # fmt: skip
def test_running_numbers_of_letters(text: str, found: tuple[str, int, int] | None) -> None:
    assert values.serial(text) == found


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13899012047", "138****2047"), ("+86 138-9901-2047", "+86 138****2047"), ("0599-8600111", "0599-8600111"),
        ("8613899012047", "86138****2047"), ("13899012047/13899012048", "138****2047/138****2048"),
    ],
)  # fmt: skip
def test_mobiles_are_masked(text: str, shown: str) -> None:
    assert values.masked_phone(text) == shown
