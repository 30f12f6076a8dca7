"""Rows in, batches out: what every source kind is written with.

A kind reads a `Row` by *taking* canonical fields; whatever nobody took is then audited, so that every column is
mapped, ignored by name, or reported. A problem with one row is a `RowError`; the other rows go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import msgspec

from graph.model import Doc, Listing, PartyRecord, Source
from graph.relations import Relation


class RowError(Exception):
    """A row that can't be used. `column` is the heading as written; `code` is a message of loaders/messages.toml.

    `params` never hold an identity number.
    """

    def __init__(self, code: str, column: str = "", **params: object) -> None:
        super().__init__(code, column, params)
        self.code = code
        self.column = column
        self.params = params


class Rejected(Doc):
    """A rejected row as reported: its number in the file (as a person counts, headings included)."""

    row: int
    column: str
    code: str
    message: str


class Warned(Doc):
    """An accepted row with something a person should look at (a check digit, an unreadable period)."""

    row: int
    column: str
    code: str
    message: str


class End(Doc):
    """An exit of a record that stands elsewhere (a withdrawn blacklist entry), by its key in a list."""

    dataset: str
    key: str
    event: str
    at: str
    reason: str = ""


Record = Listing | PartyRecord | Relation | End


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A source kind: how it is recognised, what it covers, and how a row becomes records.

    `covers` are the data sets of which such a file is a snapshot (a penalty file covers ZTBJ, ZDWF and XZCF);
    `signature` scores a set of normalised headings (0: not this kind). `read` yields records of one row.
    """

    name: str
    title_zh: str
    title_en: str
    covers: tuple[str, ...]
    signature: Callable[[frozenset[str]], int]
    read: Callable[[Mapping[str, str], Source], Iterable[Record]]
    fields: Mapping[str, str]
    """Normalised heading to canonical field, for this kind (beside the common aliases)."""
    ignored: frozenset[str] = frozenset()
    """Normalised headings that are known and deliberately not used."""
    required: tuple[str, ...] = ()
    snapshot: Literal["full", "delta"] = "full"
