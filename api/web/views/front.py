"""The front page: the state of the city, as far as the visitor may see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from fastapi import Response

from api import decided
from api.errors import sentence
from api.principals import Scope
from api.web.answers import page
from api.web.door import Visit
from api.web.views.decisions import Row, newest
from api.web.views.front_parts import Desk, Keeping, desk_of, in_force, keeping_of
from api.web.views.lists import Lists, lists_of
from api.web.views.queue import COUNTED, waiting
from api.web.words import Words
from graph.dates import china_day
from graph.generation import GenerationError
from graph.store import StoreError
from matching.decision import Verdict
from matching.watch import alerts

DAYS: Final = 14
RECENT: Final = 8
WIDTH, HEIGHT, BASE = 640, 180, 150
ORDER: Final = tuple(reversed(Verdict))


class Bar(NamedTuple):
    """A piece of a bar: where it stands in the picture."""

    verdict: str
    x: int
    y: int
    width: int
    height: int


class Day(NamedTuple):
    """The decisions of a day by verdict, in the order of `ORDER`."""

    day: str
    short: str
    x: int
    counts: tuple[int, ...]
    total: int
    bars: tuple[Bar, ...]


class Plot(NamedTuple):
    """Decisions by verdict over time: the picture and its table are made of the same numbers."""

    verdicts: tuple[tuple[str, str], ...]
    days: tuple[Day, ...]
    most: int
    total: int


class Front(NamedTuple):
    """What the visitor may see; None: not for this visitor."""

    lists: Lists | None
    trouble: str
    """Why the lists can't be shown; empty where they can."""
    reviews: str | None
    alerts: str | None
    plot: Plot | None
    recent: tuple[Row, ...]
    desk: Desk | None
    measures: str | None
    """Measures that were carried out and not lifted."""
    keeping: Keeping | None
    may_search: bool


def show(visit: Visit) -> Response:
    """The front page."""
    lists, trouble = None, ""
    reads = visit.may(Scope.READ)
    if reads or visit.may(Scope.ADMIN):
        try:
            lists = lists_of(visit)
        except (GenerationError, StoreError) as error:
            trouble = sentence(error, visit.lang) or ""
    front = Front(
        lists=lists,
        trouble=trouble,
        reviews=_count(len(waiting(visit, COUNTED))) if visit.may(Scope.CASES) else None,
        alerts=_count(len(_open_alerts(visit))) if reads else None,
        plot=plot_of(visit) if reads else None,
        recent=newest(visit, RECENT)[0] if reads else (),
        desk=desk_of(visit),
        measures=in_force(visit),
        keeping=keeping_of(visit, lists.generation if lists is not None else ""),
        may_search=visit.may(Scope.GRAPH),
    )
    return page(visit, "front.html", front=front)


def _count(found: int) -> str:
    return f"{COUNTED:,}+" if found >= COUNTED else f"{found:,}"


def _open_alerts(visit: Visit) -> list[object]:
    from api.alerts import may_see

    who = visit.principal
    found = visit.service.ledger.items.page(alerts.KIND, tenant=who.tenant, state="open", limit=COUNTED)
    return [one for one in found if may_see(one, who.viewer, visit.at)]


def plot_of(visit: Visit) -> Plot:
    """The decisions of the last days by verdict, as far as the visitor may see them."""
    last = china_day(visit.at)
    first = last - timedelta(days=DAYS - 1)
    counted = decided.counted(visit.service, visit.principal.viewer, visit.at, first, last)
    return drawn(visit.words, first, counted)


def drawn(words: Words, first: date, counted: Mapping[tuple[date, Verdict], int]) -> Plot:
    """Bars of whole pixels, one a day, BLOCK at the bottom."""
    days = [first + timedelta(days=n) for n in range(DAYS)]
    rows = [tuple(counted.get((day, verdict), 0) for verdict in ORDER) for day in days]
    most = max(map(sum, rows), default=0)
    step = WIDTH // DAYS
    made = []
    for n, (day, counts) in enumerate(zip(days, rows, strict=True)):
        top, bars = BASE, []
        for verdict, count in zip(ORDER, counts, strict=True):
            height = round(count * (BASE - 20) / most) if most else 0
            height = max(height, 2) if count else 0
            top -= height
            if count:
                bars.append(Bar(verdict.value, n * step + 6, top, step - 12, height))
        made.append(
            Day(day.isoformat(), f"{day:%m-%d}", n * step + step // 2, counts, sum(counts), tuple(bars))
        )
    return Plot(
        verdicts=tuple((one.value, words.word("verdict", one.value)) for one in ORDER),
        days=tuple(made),
        most=most,
        total=sum(map(sum, rows)),
    )
