"""Tenders, lots, projects, contacts, accounts, devices and documents of a row, as things that connect parties."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from graph.devices import account, device, file_hash
from graph.model import Mention, PartyType
from graph.projection.contacts import address, emails, phones
from graph.text import clean
from loaders.base import Row, RowError
from loaders.records import number, thing

MAX_CODE = 100
_SEVERAL = re.compile(r"[;；,，、|\n\t]+|\s{2,}")


def code(row: Row, field: str) -> str:
    """The number of a tender, lot, project or contract, for comparison.

    Raises:
        RowError: `thing.code`, longer than any number is.
    """
    text = number(clean(row.get(field)))
    if len(text) > MAX_CODE:
        raise RowError("thing.code", field, limit=str(MAX_CODE))
    return text


def tender(value: str, title: str = "") -> Mention:
    """A tender or procurement project by its number."""
    return thing(PartyType.TENDER, value, title)


def lot(tender_code: str, lot_code: str, title: str = "") -> Mention:
    """A lot (标段、包): its number counts only within its tender."""
    return thing(PartyType.LOT, f"{tender_code}/{lot_code}", title)


def scope(row: Row, title: str = "") -> Mention:
    """What a bid, an award or a committee is about: the lot of a row, or the tender where it has no lots.

    Raises:
        RowError: `row.missing`, the row names no tender.
    """
    row.need("tender")
    whole = code(row, "tender")
    part = code(row, "lot")
    return lot(whole, part, title) if part else tender(whole, title)


def contacts(row: Row, *fields: str) -> Iterator[Mention]:
    """Telephones and e-mail addresses of some cells; what says nothing about anyone gives none."""
    for field in fields:
        if text := row.get(field):
            found = False
            for value in phones(text):
                found = True
                yield thing(PartyType.PHONE, value)
            for mail, _ in emails(text):
                found = True
                yield thing(PartyType.EMAIL, mail)
            if not found:
                row.warn("thing.contact", field)


def place(row: Row, field: str) -> Iterator[Mention]:
    """The address of a cell, where it names one place."""
    if text := row.get(field):
        if value := address(text):
            yield thing(PartyType.ADDRESS, value, clean(text))
        else:
            row.warn("thing.address", field)


def bank_account(row: Row, field: str) -> Iterator[Mention]:
    """The bank account of a cell."""
    if text := row.get(field):
        if value := account(clean(text)):
            yield thing(PartyType.ACCOUNT, value)
        else:
            row.warn("thing.account", field)


def devices(row: Row, kind: str, field: str) -> Iterator[Mention]:
    """The characteristic codes of a cell; placeholders and codes of thousands of machines make no device (SPEC 8)."""
    text = unicodedata.normalize("NFKC", row.get(field))
    for piece in dict.fromkeys(filter(None, map(str.strip, _SEVERAL.split(text)))):
        if value := device(kind, piece):
            yield thing(PartyType.DEVICE, f"{kind}:{value}")
        else:
            row.warn("thing.device", field)


def document(row: Row, field: str, title: str = "") -> Iterator[Mention]:
    """A file by its hash."""
    if text := row.get(field):
        if value := file_hash(text):
            yield thing(PartyType.DOCUMENT, value, title)
        else:
            row.warn("thing.hash", field)
