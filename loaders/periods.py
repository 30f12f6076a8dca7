"""Where a ban begins and ends, from the text of a decision and the columns beside it."""

from __future__ import annotations

from datetime import date, datetime

from graph.dates import start_of_day
from loaders.bans import Ban, ban
from loaders.base import Row


def ban_of(
    row: Row, text: str, decided: date | None, field: str, *, about: str = ""
) -> tuple[Ban, datetime | None, datetime | None]:
    """The ban in a text: as read, its start (the decision's day unless the text says), its exclusive end."""
    found = ban(text, decided, about=about)
    start = found.start or decided
    if found.readable and found.until is None and not found.forever:
        row.warn("ban.unreadable", field)
    return found, start_of_day(start) if start else None, found.until
