"""The words of the pages, from this room's own catalogue, and the fixed values that the whole program names alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from api.explain import final_day, in_lang, list_title, moment, text, word
from graph.dates import parse_instant
from graph.lists import BY_CODE
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

    def span(self, first: str, last: str) -> str:
        """A period of two days as they are shown; an open end is named, and where both are open there is nothing."""
        if (first, last) == ("–", "–"):
            return ""
        ends = (text("explain.open", self.lang) if day == "–" else day for day in (first, last))
        return " – ".join(ends)

    def field(self, code: str) -> str:
        """What a code of a compared or missing field means (`devices.mac`, `relation.HOLDS`); else the code itself."""
        exact = self.known(f"fact.{code}", "")
        head, _, tail = code.partition(".")
        if exact or not tail:
            return exact or code
        if head == "relation":
            return self.word("relation", tail)
        group = self.known(f"fact.{head}", "") or self.word("role", head)
        part = self.known(f"fact.of.{tail}", "") or self.known(f"attribute.{tail}", "")
        room = "role" if f"role.{tail}" in catalogue("api") else "field"
        return self("fact.of", group=group, part=part or self.word(room, tail))

    def known(self, code: str, otherwise: str) -> str:
        """A sentence of the pages where there is one for a value that files bring, else the value itself."""
        return self(code) if f"page.{code}" in catalogue(ROOM) else otherwise

    def scheme(self, scheme: str) -> str:
        """What a number is called: of a party, or of a thing by what the thing is."""
        return (
            self.known(f"scheme.{scheme}", "")
            or self.known(f"type.{scheme}", "")
            or self.word("field", scheme)
        )

    def dataset(self, code: str) -> str:
        """What a data set is called: a list by its title, a register or a platform's table by what it holds."""
        return list_title(code, self.lang) if code in BY_CODE else self.known(f"dataset.{code}", code)

    def listed(self, names: Sequence[str], most: int) -> str:
        """The first of some names, and how many there are when not all are said."""
        said = ("、" if self.lang == "zh" else ", ").join(names[:most])
        return said if len(names) <= most else self("and_more", names=said, count=len(names))

    def number(self, value: int) -> str:
        """A whole number with its thousands apart."""
        return f"{value:,}"
