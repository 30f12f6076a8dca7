"""The lists that decisions are made from: how old each is, how many rows were taken and how many refused."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from fastapi import Response

from api.explain import list_title
from api.routes.lists import list_document
from api.web.answers import page
from api.web.door import Visit
from api.web.views import loads
from api.web.words import Words
from graph.lists import LISTS
from matching.rules import RULES

DAYS_FROM: Final = 72
"""Hours from which an age is told in days."""


class Load(NamedTuple):
    """What was read of one source."""

    source: str
    taken_at: str
    rows: int
    accepted: int
    rejected: int
    files: str


class ListRow(NamedTuple):
    """A list as its row shows it."""

    code: str
    title: str
    state: str
    """`fresh`, `missing`, `stale`, `unknown_age`, `not_covered`, `research`, `counted`."""
    word: str
    required: bool
    bad: bool
    records: str
    taken_at: str
    age: str
    most: str
    loads: tuple[Load, ...]


class Lists(NamedTuple):
    """All lists, and of which generation."""

    generation: str
    rows: tuple[ListRow, ...]
    bad: int
    """How many a decision can't rely on."""
    rejected: int
    absent: tuple[str, ...]
    """Lists that rules ask for and nobody has loaded; where a law requires one it stands among the rows as missing."""


def lists_of(visit: Visit) -> Lists:
    """The lists as they stand now.

    Raises:
        GenerationError, StoreError: nothing has been loaded yet, or it is damaged.
    """
    document = list_document(visit.request)
    rows = tuple(_row(visit, row) for row in document["lists"])
    return Lists(
        generation=document["generation"],
        rows=rows,
        bad=sum(row.bad for row in rows),
        rejected=sum(load.rejected for row in rows for load in row.loads),
        absent=_absent(visit, {row.code for row in rows}),
    )


def _absent(visit: Visit, here: set[str]) -> tuple[str, ...]:
    asked = {code for rule in RULES for code in rule.lists} - here
    return tuple(list_title(info.code, visit.lang) for info in LISTS if info.code in asked)


def _row(visit: Visit, row: dict[str, Any]) -> ListRow:
    words = visit.words
    return ListRow(
        code=row["code"],
        title=row["title"],
        state=row["state"],
        word=words.word("lists", row["state"]),
        required=row["required"],
        bad=row["stale"] or row["state"] == "missing",
        records=words.number(row["records"]),
        taken_at=words.time(row["taken_at"]),
        age="–" if row["age_hours"] is None else _age(words, row["age_hours"]),
        most=words("hours", hours=row["max_age_hours"]),
        loads=tuple(
            Load(
                source=one["source"],
                taken_at=words.time(one["taken_at"]),
                rows=one["rows"],
                accepted=one["accepted"],
                rejected=one["rejected"],
                files=", ".join(one["files"]),
            )
            for one in row["sources"]
        ),
    )


def _age(words: Words, hours: float) -> str:
    return (
        words("hours", hours=f"{hours:g}") if hours < DAYS_FROM else words("days", days=f"{hours / 24:,.0f}")
    )


def show(visit: Visit) -> Response:
    """The page of the lists."""
    return page(visit, "lists.html", lists=lists_of(visit), **loads.listed(visit))
