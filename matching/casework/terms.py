"""How soon an objection or a repair has to be answered, on which basis, and how long a record is published at least.

The table is data (`terms.toml`): a province's own ordinance replaces a row without a change of the program.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from graph import workdays
from graph.dates import china_day, end_of_day, last_day
from graph.model import Doc
from matching.casework.base import CaseworkError

Stage = Literal["acknowledge", "decide", "verify", "correct", "appeal", "synchronise"]
Start = Literal["received", "acknowledged", "accepted", "decided"]


class Term(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of the table: what has to be done within how many days of which step."""

    about: str
    stage: Stage
    runs_from: Start
    days: int
    unit: Literal["working_days", "days", "at_once"]
    basis: str
    verified: bool
    lists: tuple[str, ...] = ()
    informs: bool = False


class Period(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how long records of one class are published."""

    gravity: str = msgspec.field(name="class")
    least_months: int
    most_months: int
    basis: str
    verified: bool


class Early(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """After how many months a list lets its records be repaired, where its own law says so."""

    list: str
    least_months: int
    basis: str
    verified: bool


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    term: tuple[Term, ...]
    period: tuple[Period, ...]
    early: tuple[Early, ...] = ()


class Deadline(Doc):
    """A deadline: its stage, the first instant after its last day, and the basis.

    `certain` is false where the holidays of a year on the way are not known yet; `informs` where nobody here is bound.
    """

    stage: str
    due_at: datetime
    basis: str
    certain: bool = True
    verified: bool = True
    informs: bool = False


class Terms:
    """The table of deadlines and periods."""

    def __init__(self, terms: Iterable[Term], periods: Iterable[Period], early: Iterable[Early] = ()) -> None:
        self._terms = tuple(terms)
        self._periods = {period.gravity: period for period in periods}
        self._early = {row.list: row for row in early}

    def due(self, about: str, list_code: str, reached: Mapping[str, datetime]) -> tuple[Deadline, ...]:
        """The deadlines that run, for what has been reached and when, in the order of the table.

        Args:
            about: the ground of an objection, or `repair`.
            list_code: the record's list; empty where no record is concerned.
            reached: `received`, `acknowledged`, `accepted`, `decided`, each with its instant.
        """
        rows = [term for term in self._terms if term.about == about]
        own = [term for term in rows if list_code in term.lists] or [t for t in rows if not t.lists]
        return tuple(_deadline(term, reached[term.runs_from]) for term in own if term.runs_from in reached)

    def period(self, gravity: str) -> Period:
        """The period of publication of a class.

        Raises:
            CaseworkError: `repair.class`: there is none of that name.
        """
        found = self._periods.get(gravity)
        if found is None:
            raise CaseworkError("repair.class", field="/class")
        return found

    def repairable_from(self, gravity: str, list_code: str, start: date) -> tuple[date, str]:
        """The first day on which a record may be repaired, and the basis that binds longest."""
        period, early = self.period(gravity), self._early.get(list_code)
        months, basis = period.least_months, period.basis
        if early is not None and early.least_months > months:
            months, basis = early.least_months, early.basis
        if not months:
            return start, basis
        return last_day(start, months=months) + timedelta(days=1), basis

    def published_until(self, gravity: str, start: date) -> date:
        """The last day on which a record of a class may be published."""
        return last_day(start, months=self.period(gravity).most_months)


def _deadline(term: Term, start: datetime) -> Deadline:
    day, certain = china_day(start), True
    if term.unit == "at_once":
        due_at = start
    else:
        if term.unit == "working_days":
            last, certain = workdays.due(day, term.days)
        else:
            last = day + timedelta(days=term.days)
            while not workdays.is_working_day(last):
                last += timedelta(days=1)
            certain = workdays.known(last.year)
        due_at = end_of_day(last)
    return Deadline(
        stage=term.stage,
        due_at=due_at,
        basis=term.basis,
        certain=certain,
        verified=term.verified,
        informs=term.informs,
    )


def read_terms(text: str) -> Terms:
    """The table in a TOML text.

    Raises:
        CaseworkError: `terms.unreadable`: it is none; fails closed, for a deadline that is not known binds nobody.
    """
    try:
        found = msgspec.convert(tomllib.loads(text), _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise CaseworkError("terms.unreadable", detail=str(error)) from None
    wrong = [term for term in found.term if not 0 <= term.days <= workdays.MOST or not term.basis.strip()]
    if wrong or {p.gravity for p in found.period} != {"minor", "ordinary", "serious"}:
        raise CaseworkError("terms.unreadable", detail=wrong[0].about if wrong else "period")
    return Terms(found.term, found.period, found.early)


def load_terms(path: Path | None = None) -> Terms:
    """The table of a file, else the one that ships with the program.

    Raises:
        CaseworkError: `terms.unreadable`.
        OSError: the file can't be read.
    """
    return _shipped() if path is None else read_terms(path.read_text("utf-8"))


@cache
def _shipped() -> Terms:
    return read_terms(resources.files(__package__).joinpath("terms.toml").read_text("utf-8"))
