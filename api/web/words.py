"""The words of the pages, from this room's own catalogue, and the fixed values that the whole program names alike."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from api.explain import final_day, in_lang, moment, word
from graph.dates import parse_instant
from graph.messages import Lang, catalogue, say
from matching.decision import Bilingual

ROOM: Final = "api.web"
TAGS: Final[dict[Lang, str]] = {"zh": "zh-CN", "en": "en"}
"""What `lang` says of a page."""


class Words:
    """The words of one language, as templates ask for them."""

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang
        self.tag = TAGS[lang]

    def __call__(self, code: str, **params: object) -> str:
        """A sentence of the pages: `page.<code>`."""
        return say(ROOM, f"page.{code}", self.lang, **params)

    def word(self, group: str, value: str) -> str:
        """A fixed value (verdict, role, status …) as a word; the value itself where there is none."""
        return word(group, value, self.lang)

    def both(self, words: Bilingual | None) -> str:
        """One of two languages."""
        return in_lang(words, self.lang)

    def time(self, instant: datetime | str | None) -> str:
        """An instant in China time, to the minute; a dash where there is none."""
        if instant is None or instant == "":
            return "–"
        known = parse_instant(instant) if isinstance(instant, str) else instant
        return moment(known, self.lang)[:16]

    def day(self, instant: str | None) -> str:
        """The day of an instant; a dash for an open end."""
        return "–" if not instant else self.time(instant)[:10]

    def last_day(self, end: str | None) -> str:
        """The last day of a period, which counts; a dash for an open end. Periods are kept with the instant after."""
        return "–" if not end else final_day(parse_instant(end), self.lang)

    def known(self, code: str, otherwise: str) -> str:
        """A sentence of the pages where there is one for a value that files bring, else the value itself."""
        return self(code) if f"page.{code}" in catalogue(ROOM) else otherwise

    def number(self, value: int) -> str:
        """A whole number with its thousands apart."""
        return f"{value:,}"
