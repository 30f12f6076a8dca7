"""Addresses, telephones and e-mails as comparable text; what says nothing gives nothing."""

from __future__ import annotations

import pytest

from graph.projection.contacts import PUBLIC_DOMAINS, ContactKind, address, contacts, emails, phones


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("临江市虚构路12号", "临江市虚构路12号"),
        (" 临江市　虚构路１２号 ", "临江市虚构路12号"),
        ("临江市虚构路12号（虚构大厦五层）", "临江市虚构路12号"),
        ("临江市虚构路12-3号", "临江市虚构路123号"),
        ("临江市虚构乡一组", "临江市虚构乡一组"),
        ("临江市高新区", ""),
        ("路1号", ""),
        ("无", ""),
        ("不详", ""),
        ("", ""),
    ],
)
def test_addresses(text: str, found: str) -> None:
    assert address(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("13900009001", ["13900009001"]),
        ("+86 139-0000-9001", ["13900009001"]),
        ("0086 13900009001", ["13900009001"]),
        ("０９９９－６５４０２１８", ["09996540218"]),
        ("(0999)6540218转801", ["09996540218"]),
        ("999-6540218", ["09996540218"]),
        ("+86 999 6540218", ["09996540218"]),
        ("400-650-4821", ["4006504821"]),
        ("0999-6540218；13900009001 / 13900009001", ["09996540218", "13900009001", "13900009001"]),
        ("6540218", []),
        ("139****9001", []),
        ("11111111111", []),
        ("13800138000", []),
        ("0999-1234567", []),
        ("0999-7654321", []),
        ("02012345678", []),
        ("12900009001", []),
        ("无", []),
        ("", []),
    ],
)
def test_telephones(text: str, found: list[str]) -> None:
    assert list(phones(text)) == found


def test_public_mail_providers_have_no_domain() -> None:
    assert list(emails("Office@XuGou.invalid; 虚构@qq.com b@qq.com")) == [
        ("office@xugou.invalid", "xugou.invalid"),
        ("b@qq.com", ""),
    ]
    assert {"qq.com", "163.com", "126.com", "gmail.com", "sina.com"} <= PUBLIC_DOMAINS
    assert list(emails("没有 @ 邮箱")) == []


def test_each_kind_and_value_once() -> None:
    told = contacts(
        {"phone": "13900009001、13900009001", "email": "a@x.invalid,b@x.invalid", "region": "临江"}
    )
    assert list(told) == [
        (ContactKind.PHONE, "13900009001"),
        (ContactKind.EMAIL, "a@x.invalid"),
        (ContactKind.DOMAIN, "x.invalid"),
        (ContactKind.EMAIL, "b@x.invalid"),
    ]
