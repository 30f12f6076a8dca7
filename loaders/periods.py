"""Where a ban begins and ends, from the text of a decision and the columns beside it."""

from __future__ import annotations

import re
from datetime import date, datetime

from graph.dates import start_of_day
from loaders.bans import Ban, ban

PERMANENT = "permanent"
"""Kind of penalty that says of a ban without an end that it has none, not that nobody could read it."""
_TERM = re.compile(r"[\d一二两三四五六七八九十壹贰叁半]\s*(?:年|个?月|日|天)")


def names_term(text: str) -> bool:
    """Whether a text speaks of years, months or days, so that a column's "no end" can't be the whole story."""
    return _TERM.search(text) is not None


def ban_of(
    text: str, decided: date | None, *, about: str = ""
) -> tuple[Ban, datetime | None, datetime | None]:
    """The ban in a text: as read, its start (the decision's day unless the text says), its exclusive end."""
    found = ban(text, decided, about=about)
    start = found.start or decided
    return found, start_of_day(start) if start else None, found.until
