"""How soon decisions are collected: 双公示 asks for seven working days from the day of the decision (SPEC 1 #19).

Decisions are penalties, which generations hold, and permits, which stay in the store because no verdict reads them.

A decision counts by the day on which it was made and by the first day on which it is proven to have been collected: its
own day of publication, or the publisher's state in which we saw it first. What can't be told is neither on time nor
late.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final, NamedTuple

import msgspec
import numpy as np

from graph.dates import china_day
from graph.generation import Generation
from graph.generation.format import Array
from graph.store import GraphReader
from graph.workdays import due, is_working_day
from graph.workdays import known as known_year

PENALTIES: Final = ("XZCF", "ZTBJ", "ZDWF")
"""The lists on which penalty decisions of 双公示 stand."""
PERMITS: Final = "XZXK"
"""The list of permits, whose records stay in the store."""
LISTS: Final = (*PENALTIES, PERMITS)
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


class _Rows(NamedTuple):
    """Decisions as columns, a row each; days are proleptic ordinals, -1 for none."""

    key: Array
    decided: Array
    collected: Array
    authority: Array
    backlog: Array
    place: Array
    """Where the record stands among those of the lists, to read it again."""


class _Spans(NamedTuple):
    """Working days from decision to collection, as far as known and within bounds."""

    days: Array
    least: Array
    most: Array


def timeliness(
    generation: Generation,
    *,
    known: int,
    lists: Iterable[str] = LISTS,
    permits: Iterable[tuple[bytes, int]] = (),
    first: date | None = None,
    last: date | None = None,
) -> Timeliness:
    """The report on the decisions of a period, as known at a generation number.

    Args:
        generation: what to read.
        known: the newest generation number that counts.
        lists: which of the lists of decisions.
        permits: the versions of permits as the store keeps them (`stored_permits`): JSON document, and the generation
            number that recorded it.
        first: the first day of decisions that count; None: without a bound.
        last: the last such day.
    """
    wanted = tuple(dict.fromkeys(lists))
    records = _Records(generation, frozenset(wanted), permits if PERMITS in wanted else ())
    rows, authorities = records.read(known)
    rows = _within(_once(rows), first, last)
    spans = _spans(rows)
    each = [
        _counted(records, rows, spans, name, np.flatnonzero(rows.authority == number))
        for number, name in enumerate(authorities)
    ]
    least_punctual = sorted(
        (one for one in each if one.decisions), key=lambda one: (-one.late, one.authority)
    )
    return Timeliness(
        first=first,
        last=last,
        lists=wanted,
        days=DAYS,
        generation=generation.ref,
        total=_counted(records, rows, spans, "", np.arange(len(rows.key))),
        authorities=tuple(least_punctual),
    )


def deadline(decided: date) -> date:
    """The last day on which a decision is collected in time."""
    return due(decided, DAYS).day


def _counted(records: _Records, rows: _Rows, spans: _Spans, name: str, at: Array) -> Punctuality:
    """The counts of some rows."""
    dated = rows.decided[at] >= 0
    on_time = dated & (spans.most[at] <= DAYS)
    late = dated & (spans.least[at] > DAYS)
    sure = int(on_time.sum() + late.sum())
    worst = None
    if dated.any():
        longest = at[dated][np.argmax(spans.days[at[dated]])]
        worst = Worst(
            decision_no=records.decision_no(int(rows.place[longest])),
            decided_on=date.fromordinal(int(rows.decided[longest])),
            collected_on=date.fromordinal(int(rows.collected[longest])),
            working_days=int(spans.days[longest]),
        )
    return Punctuality(
        authority=name,
        decisions=len(at),
        on_time=int(on_time.sum()),
        late=int(late.sum()),
        not_known=len(at) - sure,
        backlog=int((late & rows.backlog[at]).sum()),
        on_time_permille=int(on_time.sum()) * 1000 // sure if sure else None,
        worst=worst,
    )


def _once(rows: _Rows) -> _Rows:
    """Every decision once, as it was first collected, whatever lists it stands on, however often it was corrected."""
    order = np.lexsort((rows.place, rows.collected, rows.key))
    key = rows.key[order]
    first = np.ones(len(key), dtype=bool)
    first[1:] = key[1:] != key[:-1]
    return _Rows(*(column[order[first]] for column in rows))


def _within(rows: _Rows, first: date | None, last: date | None) -> _Rows:
    """The decisions of a period; of an undated one nobody can say that it belongs to one."""
    kept = np.ones(len(rows.key), dtype=bool)
    if first is not None:
        kept &= rows.decided >= first.toordinal()
    if last is not None:
        kept &= (rows.decided >= 0) & (rows.decided <= last.toordinal())
    return _Rows(*(column[kept] for column in rows))


def _spans(rows: _Rows) -> _Spans:
    """Working days of every row, worked out at once; 0 without a day of decision."""
    dated = rows.decided >= 0
    if not dated.any():
        nothing = np.zeros(len(rows.key), dtype=np.int64)
        return _Spans(nothing, nothing, nothing)
    # collected before it was made: a slip of the source, and no proof of delay
    ends = np.maximum(rows.collected, rows.decided)
    low, high = int(rows.decided[dated].min()), int(ends.max())
    ordinals = np.arange(low, high + 1)
    worked, sure = (ordinals - 1) % 7 < 5, np.zeros(len(ordinals), dtype=bool)
    for year in range(date.fromordinal(low).year, date.fromordinal(high).year + 1):
        if known_year(year):
            begin = max(date(year, 1, 1).toordinal(), low)
            for ordinal in range(begin, min(date(year, 12, 31).toordinal(), high) + 1):
                worked[ordinal - low] = is_working_day(date.fromordinal(ordinal))
                sure[ordinal - low] = True

    def between(counted: Array) -> Array:
        sums = np.cumsum(counted)
        begins = np.where(dated, rows.decided, low) - low
        return np.where(dated, sums[np.where(dated, ends, low) - low] - sums[begins], 0)

    least = between(worked & sure)
    return _Spans(between(worked), least, least + between(~sure))


class _Records:
    """The records of some lists in a generation, in the order in which they stand there, and then the permits."""

    def __init__(
        self, generation: Generation, wanted: frozenset[str], permits: Iterable[tuple[bytes, int]]
    ) -> None:
        self._permits = permits
        self._permit_numbers: list[str] = []
        self._decode = msgspec.json.Decoder(_Record).decode
        self._published = {one.number: china_day(one.recorded_at) for one in generation.manifest.publications}
        self._begun: dict[tuple[str, str], int] = {}
        for entry in generation.manifest.snapshots:
            place = (entry.snapshot.dataset, entry.snapshot.source)
            self._begun[place] = min(entry.number, self._begun.get(place, entry.number))
        self._wanted = wanted
        self._sections = [
            (
                section,
                generation.column(f"{section.prefix}.docs", "u1").data,
                generation.column(f"{section.prefix}.offsets", "<u8"),
                generation.column(f"{section.prefix}.code", "<u2"),
                generation.column(f"{section.prefix}.from", "<u4"),
            )
            for section in generation.manifest.lists
            if wanted.intersection(section.codes)
        ]

    def decision_no(self, place: int) -> str:
        """The document number of a record by its place."""
        for _, docs, offsets, _, _ in self._sections:
            count = len(offsets) - 1
            if place < count:
                return self._decode(docs[offsets[place] : offsets[place + 1]]).decision_no
            place -= count
        return self._permit_numbers[place]

    def read(self, known: int) -> tuple[_Rows, list[str]]:
        """Every version recorded by a generation number, and the authorities that their numbers stand for."""
        columns = tuple(array("q") for _ in _Rows._fields)
        authorities: dict[str, int] = {}
        for place, number, dataset, doc in self._documents(known):
            record = self._decode(doc)
            if dataset == PERMITS:
                self._permit_numbers.append(record.decision_no)
            decided = None if record.penalty is None else record.penalty.decided_on
            publisher = record.source.publisher
            row = (
                hash((dataset == PERMITS, publisher, record.key)),
                -1 if decided is None else decided.toordinal(),
                _collected(record, decided, self._published[number]).toordinal(),
                authorities.setdefault(record.authority, len(authorities)),
                int(number == self._begun.get((dataset, publisher))),
                place,
            )
            for column, value in zip(columns, row, strict=True):
                column.append(value)
        key, decided_on, collected, authority, backlog, place_ = (
            np.frombuffer(column, dtype=np.int64) if column else np.zeros(0, dtype=np.int64)
            for column in columns
        )
        return _Rows(key, decided_on, collected, authority, backlog.astype(bool), place_), list(authorities)

    def _documents(self, known: int) -> Iterator[tuple[int, int, str, bytes]]:
        """Place, generation number, dataset and JSON document of every version recorded by a generation number."""
        base = 0
        for section, docs, offsets, codes, numbers in self._sections:
            wanted = [code in self._wanted for code in section.codes]
            places = np.flatnonzero(np.asarray(wanted)[codes] & (numbers <= known))
            for place, number in zip(places.tolist(), numbers[places].tolist(), strict=True):
                yield base + place, number, section.dataset, bytes(docs[offsets[place] : offsets[place + 1]])
            base += len(offsets) - 1
        for place, (doc, number) in enumerate(
            (doc, number) for doc, number in self._permits if number <= known
        ):
            yield base + place, number, PERMITS, doc


def stored_permits(store: GraphReader) -> Iterator[tuple[bytes, int]]:
    """Every version of every permit, and the generation number that recorded it, as `timeliness` asks for them.

    Raises:
        StoreError: the store can't be read.
    """
    return ((doc, number) for doc, _, number, _, _ in store.iter_listing_rows(PERMITS))


def _collected(record: _Record, decided: date | None, recorded: date) -> date:
    """The first day for which there is proof; a day before the decision is a slip of the source and proves nothing."""
    stated = (record.published.start, record.source.taken_at)
    days = [recorded, *(china_day(instant) for instant in stated if instant is not None)]
    return min((day for day in days if decided is None or day >= decided), default=recorded)
