"""The report on timeliness as answers show it: as data, as rows, and as a page to print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from api import bootstrap
from api.errors import USAGE, CommandError
from api.explain import list_title, moment
from api.masking import mask_value
from api.settings import Settings
from graph.generation import Generation
from graph.messages import Lang, say
from matching.reports.timeliness import LISTS, PERMITS, Punctuality, Timeliness, stored_permits, timeliness

COLUMNS = (
    "authority", "decisions", "on_time", "late", "not_known", "backlog", "share", "worst_days", "worst_decision",
    "worst_decided_on", "worst_collected_on",
)  # fmt: skip


class PunctualityView(msgspec.Struct, frozen=True, kw_only=True):
    """How punctual an authority is: `share` is the percentage on time of what is known, empty where nothing is."""

    authority: str
    decisions: int
    on_time: int
    late: int
    not_known: int
    backlog: int
    share: str
    worst_days: int | None
    worst_decision: str
    worst_decided_on: str
    worst_collected_on: str


class TimelinessView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether decisions were collected within the working days that 双公示 allows, authority by authority."""

    first: str | None
    last: str | None
    lists: Sequence[str]
    working_days: int
    generation: str
    total: PunctualityView
    authorities: Sequence[PunctualityView]


def chosen_lists(code: str) -> tuple[str, ...]:
    """The lists of a report: the one asked for, or all on which penalties and permits stand.

    Raises:
        CommandError: `usage.choice` (status 2): no list of penalties or permits.
    """
    if not code:
        return LISTS
    if code not in LISTS:
        raise CommandError("usage.choice", status=USAGE, name="list", allowed=", ".join(LISTS))
    return (code,)


def check_period(first: date | None, last: date | None) -> None:
    """Refuse a period that ends before it begins.

    Raises:
        CommandError: `timeliness.period` (status 2).
    """
    if first is not None and last is not None and last < first:
        raise CommandError("timeliness.period", status=USAGE)


def report_of(
    settings: Settings,
    generation: Generation,
    known: int,
    lists: Sequence[str],
    first: date | None,
    last: date | None,
) -> Timeliness:
    """The report over penalties, which the generation holds, and permits, which the store keeps.

    Raises:
        StoreError: the store, which holds the permits, can't be read: a report without them would be wrong.
    """
    if PERMITS not in lists or not any(
        entry.snapshot.dataset == PERMITS for entry in generation.manifest.snapshots
    ):
        return timeliness(generation, known=known, lists=lists, first=first, last=last)
    with bootstrap.opened_store(settings) as store:
        return timeliness(
            generation, known=known, lists=lists, permits=stored_permits(store), first=first, last=last
        )


def percent(permille: int | None) -> str:
    """A share of thousandths as a percentage with one decimal; empty for none."""
    return "" if permille is None else f"{permille // 10}.{permille % 10}%"


def _row(one: Punctuality) -> PunctualityView:
    worst = one.worst
    return PunctualityView(
        authority=one.authority,
        decisions=one.decisions,
        on_time=one.on_time,
        late=one.late,
        not_known=one.not_known,
        backlog=one.backlog,
        share=percent(one.on_time_permille),
        worst_days=None if worst is None else worst.working_days,
        worst_decision="" if worst is None else worst.decision_no,
        worst_decided_on="" if worst is None else worst.decided_on.isoformat(),
        worst_collected_on="" if worst is None else worst.collected_on.isoformat(),
    )


def view(report: Timeliness) -> TimelinessView:
    """The report as data; numbers of persons that an authority put into a document number are masked."""
    made = TimelinessView(
        first=None if report.first is None else report.first.isoformat(),
        last=None if report.last is None else report.last.isoformat(),
        lists=report.lists,
        working_days=report.days,
        generation=report.generation,
        total=_row(report.total),
        authorities=[_row(one) for one in report.authorities],
    )
    return msgspec.convert(mask_value(msgspec.to_builtins(made)), TimelinessView)


def rows(report: TimelinessView, lang: Lang) -> list[dict[str, Any]]:
    """One row an authority, all together last."""
    named = [{**msgspec.to_builtins(one)} for one in report.authorities]
    for row in named:
        row["authority"] = row["authority"] or say("api", "timeliness.no_authority", lang)
    return [*named, {**msgspec.to_builtins(report.total), "authority": say("api", "timeliness.total", lang)}]


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("api", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("timeliness.html")


def page(report: TimelinessView, lang: Lang, *, made_at: datetime) -> bytes:
    """One HTML file without any outside asset."""

    def t(code: str, **params: object) -> str:
        return say("api", f"timeliness.{code}", lang, **params)

    text: str = _template().render(
        lang="zh-CN" if lang == "zh" else "en",
        t=t,
        columns=COLUMNS,
        rows=rows(report, lang),
        report=report,
        lists=[list_title(code, lang) for code in report.lists],
        made_at=moment(made_at, lang),
    )
    return text.encode()
