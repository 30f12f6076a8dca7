"""The report on timeliness as a page: how soon penalty decisions were collected, as a picture and as its table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from fastapi import Response

from api.errors import CommandError, sentence
from api.explain import list_title
from api.timeliness import PunctualityView, check_period, chosen_lists, view
from api.web.answers import page
from api.web.door import Visit
from matching.reports.timeliness import LISTS, timeliness

DRAWN: Final = 12
"""Authorities in the picture; the table has all of them."""
WIDTH, ROW, LEFT = 634, 26, 0
"""Pixels of the longest bar (the picture is 640 wide, and each part is seen), of a row, and before a bar."""


class Part(NamedTuple):
    """A piece of a bar."""

    kind: str
    """`on_time`, `late` or `not_known`."""
    x: int
    width: int


class Bar(NamedTuple):
    """The decisions of an authority in the picture."""

    name: str
    y: int
    parts: tuple[Part, ...]
    said: str


def show(visit: Visit) -> Response:
    """Whether decisions were collected within seven working days, authority by authority (双公示)."""
    wrong = ""
    first, last = _day(visit, "from"), _day(visit, "to")
    code = visit.asked("list", 40)
    try:
        lists = chosen_lists(code)
        check_period(first, last)
    except CommandError as error:
        wrong, lists, first, last = sentence(error, visit.lang) or "", LISTS, None, None
    with visit.service.generation() as generation:
        found = view(
            timeliness(generation, known=generation.known(visit.at), lists=lists, first=first, last=last)
        )
    return page(
        visit,
        "timeliness.html",
        status=422 if wrong else 200,
        wrong=wrong,
        report=found,
        bars=drawn(visit, found.authorities[:DRAWN]),
        height=ROW * min(DRAWN, len(found.authorities)) + 6,
        drawn=min(DRAWN, len(found.authorities)),
        lists=tuple((one, list_title(one, visit.lang)) for one in LISTS),
        listed=code if code in LISTS else "",
        asked={
            "from": "" if first is None else first.isoformat(),
            "to": "" if last is None else last.isoformat(),
        },
    )


def _day(visit: Visit, name: str) -> date | None:
    given = visit.asked(name, 20)
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        return None


def drawn(visit: Visit, found: Sequence[PunctualityView]) -> tuple[Bar, ...]:
    """Bars of whole pixels, an authority each, as long as it has decisions; the parts follow one another."""
    most = max((one.decisions for one in found), default=0)
    made = []
    for n, one in enumerate(found):
        x, parts = LEFT, []
        for kind, count in (("on_time", one.on_time), ("late", one.late), ("not_known", one.not_known)):
            width = round(count * WIDTH / most) if most else 0
            if count:
                parts.append(Part(kind, x, max(width, 2)))
                x += max(width, 2)
        name = one.authority or visit.words("timeliness.nobody")
        said = visit.words(
            "timeliness.said", name=name, on_time=one.on_time, late=one.late, not_known=one.not_known
        )
        made.append(Bar(name, n * ROW, tuple(parts), said))
    return tuple(made)
