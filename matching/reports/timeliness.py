"""How soon decisions are collected: 双公示 asks for seven working days from the day of the decision (SPEC 1 #19).

A decision counts by the day on which it was made and by the first day on which it is proven to have been collected: its
own day of publication, or the publisher's state in which we saw it first. What can't be told is neither on time nor
late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

import msgspec

from graph.dates import china_day
from graph.generation import Generation
from graph.workdays import count, due

LISTS: Final = ("XZCF", "ZTBJ", "ZDWF")
"""The lists on which penalty decisions of 双公示 stand."""
DAYS: Final = 7
"""Working days: 自作出行政决定之日起7个工作日."""


class _Penalty(msgspec.Struct, frozen=True):
    decided_on: date | None = None


class _Interval(msgspec.Struct, frozen=True):
    start: datetime | None = None


class _Source(msgspec.Struct, frozen=True):
    taken_at: datetime | None = None
    publisher: str = ""


class _Record(msgspec.Struct, frozen=True):
    """What of a record this report reads."""

    list_code: str
    key: str
    authority: str = ""
    decision_no: str = ""
    penalty: _Penalty | None = None
    published: _Interval = _Interval()
    source: _Source = _Source()


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """A decision: by whom, made when, collected when, and whether it came with the first load of its source."""

    authority: str
    decision_no: str
    list: str
    decided_on: date | None
    collected_on: date
    backlog: bool


class Worst(msgspec.Struct, frozen=True, kw_only=True):
    """The decision that took longest."""

    decision_no: str
    decided_on: date
    collected_on: date
    working_days: int


class Punctuality(msgspec.Struct, frozen=True, kw_only=True):
    """How punctual an authority is. `on_time`, `late` and `not_known` add up to `decisions`.

    `on_time_permille` is the share of those that are known; None where none is. `backlog` of the late came with the
    first load of their source, so that they may have been collected before we looked. `working_days` in a year whose
    holidays are not known count Monday to Friday.
    """

    authority: str
    decisions: int
    on_time: int
    late: int
    not_known: int
    backlog: int
    on_time_permille: int | None
    worst: Worst | None = None


class Timeliness(msgspec.Struct, frozen=True, kw_only=True):
    """The report: all authorities together, and each, the least punctual first."""

    first: date | None
    last: date | None
    lists: tuple[str, ...]
    days: int
    generation: str
    total: Punctuality
    authorities: tuple[Punctuality, ...]


class _Tally:
    """Counts of one authority while records are read."""

    def __init__(self, authority: str) -> None:
        self.authority = authority
        self.on_time = self.late = self.not_known = self.backlog = 0
        self.worst: Worst | None = None

    def add(self, one: Collected) -> None:
        decided = one.decided_on
        if decided is None:
            self.not_known += 1
            return
        took = count(decided, one.collected_on)
        if took.most <= DAYS:
            self.on_time += 1
        elif took.least > DAYS:
            self.late += 1
            self.backlog += one.backlog
        else:
            self.not_known += 1
        if self.worst is None or took.days > self.worst.working_days:
            self.worst = Worst(
                decision_no=one.decision_no,
                decided_on=decided,
                collected_on=one.collected_on,
                working_days=took.days,
            )

    def done(self) -> Punctuality:
        known = self.on_time + self.late
        return Punctuality(
            authority=self.authority,
            decisions=known + self.not_known,
            on_time=self.on_time,
            late=self.late,
            not_known=self.not_known,
            backlog=self.backlog,
            on_time_permille=self.on_time * 1000 // known if known else None,
            worst=self.worst,
        )


def timeliness(
    generation: Generation,
    *,
    known: int,
    lists: Iterable[str] = LISTS,
    first: date | None = None,
    last: date | None = None,
) -> Timeliness:
    """The report on the decisions of a period, as known at a generation number.

    Args:
        generation: what to read.
        known: the newest generation number that counts.
        lists: which of the lists of penalty decisions.
        first: the first day of decisions that count; None: without a bound.
        last: the last such day.
    """
    wanted = tuple(dict.fromkeys(lists))
    total, each = _Tally(""), dict[str, _Tally]()
    for one in collected(generation, known=known, lists=wanted):
        day = one.decided_on
        if day is None and (first is not None or last is not None):
            continue  # of an undated decision nobody can say that it belongs to the period
        if day is not None and ((first is not None and day < first) or (last is not None and day > last)):
            continue
        total.add(one)
        each.setdefault(one.authority, _Tally(one.authority)).add(one)
    rows = sorted((tally.done() for tally in each.values()), key=lambda row: (-row.late, row.authority))
    return Timeliness(
        first=first,
        last=last,
        lists=wanted,
        days=DAYS,
        generation=generation.ref,
        total=total.done(),
        authorities=tuple(rows),
    )


def deadline(decided: date) -> date:
    """The last day on which a decision is collected in time."""
    return due(decided, DAYS).day


def collected(generation: Generation, *, known: int, lists: Iterable[str] = LISTS) -> Iterator[Collected]:
    """Every decision once, whatever lists it stands on and however often it was published since."""
    wanted = frozenset(lists)
    found: dict[tuple[str, str], Collected] = {}
    published = {one.number: china_day(one.recorded_at) for one in generation.manifest.publications}
    for record, number, backlog in _versions(generation, known, wanted):
        recorded = published[number]
        days = [recorded]
        days += [china_day(t) for t in (record.published.start, record.source.taken_at) if t is not None]
        decided = None if record.penalty is None else record.penalty.decided_on
        # a day of publication before the decision is a slip of the source and proves nothing
        day = min((d for d in days if decided is None or d >= decided), default=recorded)
        name = (record.source.publisher, record.key)
        before = found.get(name)
        if before is None or day < before.collected_on:
            found[name] = Collected(
                authority=record.authority,
                decision_no=record.decision_no,
                list=record.list_code,
                decided_on=decided,
                collected_on=day,
                backlog=backlog,
            )
    yield from found.values()


def _versions(
    generation: Generation, known: int, wanted: frozenset[str]
) -> Iterator[tuple[_Record, int, bool]]:
    """Every version of the records on some lists, with the number that recorded it, and whether that was the first
    of its source."""
    begun: dict[tuple[str, str], int] = {}
    for entry in generation.manifest.snapshots:
        place = (entry.snapshot.dataset, entry.snapshot.source)
        begun[place] = min(entry.number, begun.get(place, entry.number))
    decode = msgspec.json.Decoder(_Record).decode
    for section in generation.manifest.lists:
        if not wanted.intersection(section.codes):
            continue
        docs = generation.column(f"{section.prefix}.docs", "u1").data
        offsets = generation.column(f"{section.prefix}.offsets", "<u8").tolist()
        codes = generation.column(f"{section.prefix}.code", "<u2").tolist()
        numbers = generation.column(f"{section.prefix}.from", "<u4").tolist()
        for at, (code, number) in enumerate(zip(codes, numbers, strict=True)):
            if section.codes[code] in wanted and number <= known:
                record = decode(docs[offsets[at] : offsets[at + 1]])
                yield record, number, number == begun.get((section.dataset, record.source.publisher))
