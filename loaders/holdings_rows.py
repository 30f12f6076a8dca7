"""Rows of a file of holdings: what is in force on a day, in exact units, and what was refused and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from loaders import holdings_bytes as raw
from loaders.holdings_bytes import EMPTY, FROM, LEAST, MOST, SHARE, TO, VOTES
from loaders.shares import SCALE, stated
from loaders.values import moment

NAMED: Final = 20
"""So many rejected rows are named; the others are counted."""
FLAWS: Final[dict[int, tuple[int | None, str]]] = {
    raw.FLAW_OWNER: (raw.OWNER, "holdings.empty"),
    raw.FLAW_OWNED: (raw.OWNED, "holdings.empty"),
    raw.FLAW_CELLS: (None, "holdings.cells"),
}
WHOLE: Final = 10**12
FOREVER: Final = 99_999_999


class Rejected(NamedTuple):
    """A row that could not be used: its number as a person counts, the heading, a message code."""

    row: int
    column: str
    code: str


@dataclass(eq=False)
class HoldingsFile:
    """A file of holdings as read. Shares and votes are in ten-thousand-millionths of a percent, -1 where unknown."""

    headings: tuple[str, ...] = ()
    columns: dict[int, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    names: list[str] | raw.Names = field(default_factory=list)
    """Names by number; in a large file places in `data`, and `spelt` where another spelling is shown."""
    data: raw.Bytes | None = None
    spelt: dict[int, str] = field(default_factory=dict)
    same: raw.Places | None = None
    """In a large file: the number that stands for each name, -1 for a word for nothing."""
    owner: raw.Places = field(default_factory=lambda: np.zeros(0, np.int32))
    owned: raw.Places = field(default_factory=lambda: np.zeros(0, np.int32))
    share: tuple[raw.Ints, raw.Ints] = field(
        default_factory=lambda: (np.zeros(0, np.int64), np.zeros(0, np.int64))
    )
    votes: tuple[raw.Ints, raw.Ints] | None = None
    row: raw.Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    parts: bool = False
    """Numbers without a percent sign were read as parts of one."""
    small: int = 0
    """Rows with a number above 0 and up to 1 that was read as percent."""
    read: int = 0
    outside: int = 0
    """Rows that are not in force on the day."""
    unstated: int = 0
    """Rows without a share."""
    repeated: int = 0
    """Rows that say the same as an earlier one."""
    rejected: list[Rejected] = field(default_factory=list)
    rejected_count: int = 0

    @property
    def count(self) -> int:
        """How many names there are."""
        return len(self.names) if isinstance(self.names, list) else int(self.names.total[0])

    def name(self, number: int) -> str:
        """A name as the file writes it first."""
        if isinstance(self.names, list):
            return self.names[number]
        if number in self.spelt:
            return self.spelt[number]
        return text_at(self.data, int(self.names.start[number]), int(self.names.size[number]))


class Cells(NamedTuple):
    """A column as read: a range has two ends, a number twice the same, EMPTY where nothing stands."""

    least: raw.Ints
    """Times SCALE; days as 20240701."""
    most: raw.Ints
    signed: npt.NDArray[np.int8]
    """1 with a percent sign, 2 where the most is all there is, 3 both."""


class Part(NamedTuple):
    """Rows with their cells read."""

    owner: raw.Places
    owned: raw.Places
    cells: dict[int, Cells]
    """By field (`holdings_bytes`), those that have a column."""
    row: raw.Ints
    flaw: raw.Places


def part_for(rows: int, fields: Iterable[int]) -> Part:
    """Empty rows with these columns."""
    owner, owned, flaw = (np.zeros(rows, np.int32) for _ in range(3))
    cells = {which: cells_for(rows) for which in fields if which >= SHARE}
    return Part(owner, owned, cells, np.zeros(rows, np.int64), flaw)


def cells_for(rows: int) -> Cells:
    """An empty column."""
    return Cells(np.full(rows, EMPTY, np.int64), np.full(rows, EMPTY, np.int64), np.zeros(rows, np.int8))


def joined(parts: Sequence[Part]) -> Part:
    """Rows one after another. Tables of one file may have different columns."""
    rows = sum(len(part.row) for part in parts)
    whole = part_for(rows, {which for part in parts for which in part.cells})
    at = 0
    for part in parts:
        end = at + len(part.row)
        whole.owner[at:end], whole.owned[at:end] = part.owner, part.owned
        whole.row[at:end], whole.flaw[at:end] = part.row, part.flaw
        for which, cells in part.cells.items():
            mine = whole.cells[which]
            mine.least[at:end], mine.most[at:end], mine.signed[at:end] = cells.least, cells.most, cells.signed
        at = end
    return whole


def text_at(data: raw.Bytes | None, start: int, size: int) -> str:
    """A cell of a large file."""
    return "" if data is None else data[start : start + size].tobytes().decode("utf-8", "replace")


def refuse(found: HoldingsFile, part: Part, place: int, which: int | None, code: str) -> None:
    """Mark a row as refused; the first ones are kept by name."""
    part.flaw[place] = 1
    found.rejected_count += 1
    if len(found.rejected) < NAMED:
        column = found.columns.get(which, "-") if which is not None else "-"
        found.rejected.append(Rejected(int(part.row[place]), column, code))


def read_cell(found: HoldingsFile, part: Part, place: int, which: int, text: str) -> None:
    """Read a share or a day into its place."""
    try:
        if which >= FROM:
            when = moment(text) if text.strip() else None
            if when is not None and when.day is not None:
                day = 10_000 * when.day.year + 100 * when.day.month + when.day.day
                part.cells[which].least[place] = part.cells[which].most[place] = day
            return
        share = stated(text)
    except ValueError:
        refuse(found, part, place, which, "holdings.date" if which >= FROM else "holdings.share")
        return
    if share is not None:
        cells = part.cells[which]
        cells.least[place], cells.most[place] = share.least, share.most
        cells.signed[place] = share.signed + 2 * share.open


def settle(found: HoldingsFile, part: Part, as_of: date, parts: bool | None) -> None:
    """Keep what is in force on the day, in units; decide whether plain numbers are percent."""
    part = _named(found, part)
    cells = _bounds(part)
    found.parts = _parts(cells, part.flaw) if parts is None else parts
    sides: dict[int, tuple[raw.Ints, raw.Ints]] = {}
    for which in (SHARE, VOTES):
        sides[which] = low, high = _units(cells[which], found.parts)
        for place in np.flatnonzero((high > WHOLE) & (part.flaw == 0)).tolist():
            refuse(found, part, place, which, "holdings.share")
        for place in np.flatnonzero((high < low) & (part.flaw == 0)).tolist():
            refuse(found, part, place, which, "holdings.range")
    first, last = cells[FROM].least, np.where(cells[TO].least < 0, FOREVER, cells[TO].least)
    for place in np.flatnonzero((first > last) & (part.flaw == 0)).tolist():
        refuse(found, part, place, TO, "holdings.period")
    fine = part.flaw == 0
    if not found.parts:
        one = ((cells[SHARE].signed & 1) == 0) & (cells[SHARE].most > 0) & (cells[SHARE].most <= SCALE)
        found.small = int(np.count_nonzero(one & fine))
    day = 10_000 * as_of.year + 100 * as_of.month + as_of.day
    now = fine & (first <= day) & (day <= last)
    found.outside = int(np.count_nonzero(fine & ~now))
    kept = np.flatnonzero(now)
    found.owner, found.owned, found.row = part.owner[kept], part.owned[kept], part.row[kept]
    share = sides[SHARE][0][kept], sides[SHARE][1][kept]
    votes = sides[VOTES][0][kept], sides[VOTES][1][kept]
    found.unstated = int(np.count_nonzero(share[0] == EMPTY))
    again = _repeated(found, share, votes, first[kept], last[kept])
    found.repeated = len(again)
    for column in (share[0], votes[0]):
        # said twice: once for sure, and perhaps two holdings
        column[again] = np.where(column[again] == EMPTY, EMPTY, 0)
    found.share = share
    found.votes = votes if bool((votes[0] != EMPTY).any()) else None


def _units(cells: Cells, parts: bool) -> tuple[raw.Ints, raw.Ints]:
    factor = np.where(((cells.signed & 1) == 0) & parts, 100, 1)
    low = np.where(cells.least >= 0, cells.least * factor // 100, EMPTY)
    high = np.where(cells.most >= 0, -(-cells.most * factor // 100), EMPTY)
    return low, np.where((cells.signed & 2) != 0, WHOLE, high)


def _named(found: HoldingsFile, part: Part) -> Part:
    """One number for each name, however it is written; rows without a name are refused."""
    if found.same is not None:
        owner = np.where(part.owner >= 0, found.same[part.owner], -1).astype(np.int32)
        owned = np.where(part.owned >= 0, found.same[part.owned], -1).astype(np.int32)
        part = part._replace(owner=owner, owned=owned)
    for which, column in ((raw.OWNER, part.owner), (raw.OWNED, part.owned)):
        for place in np.flatnonzero((column < 0) & (part.flaw == 0)).tolist():
            refuse(found, part, place, which, "holdings.empty")
    return part


def _bounds(part: Part) -> dict[int, Cells]:
    """All columns; those for the ends of a range stand for the share where the share itself is not stated."""
    cells = {which: part.cells.get(which) or cells_for(len(part.row)) for which in (SHARE, VOTES, FROM, TO)}
    if LEAST not in part.cells and MOST not in part.cells:
        return cells
    least, most = (part.cells.get(which) or cells_for(len(part.row)) for which in (LEAST, MOST))
    share = cells[SHARE]
    use = ((least.least != EMPTY) | (most.most != EMPTY)) & (share.least == EMPTY)
    share.least[use] = np.where(least.least == EMPTY, 0, least.least)[use]
    share.most[use] = np.where(most.most == EMPTY, 0, most.most)[use]
    share.signed[use] = (((least.signed | most.signed) & 1) | np.where(most.most == EMPTY, 2, 0))[use]
    return cells


def _parts(cells: dict[int, Cells], flaw: raw.Places) -> bool:
    """Whether plain numbers are parts of one: there are some, and none is above 1."""
    some = False
    for column in (cells[SHARE], cells[VOTES]):
        plain = ((column.signed & 1) == 0) & (flaw == 0)
        most = np.where((column.signed & 2) != 0, column.least, column.most)[plain]
        some = some or bool((most > 0).any())
        if bool((most > SCALE).any()):
            return False
    return some


def _repeated(
    found: HoldingsFile, share: tuple[raw.Ints, raw.Ints], votes: tuple[raw.Ints, raw.Ints], first: raw.Ints,
    last: raw.Ints,
) -> raw.Ints:  # fmt: skip
    """Rows that say exactly what an earlier row says."""
    pair = found.owner.astype(np.int64) * max(found.count, 1) + found.owned
    order = np.argsort(pair, kind="stable")
    twin = pair[order][1:] == pair[order][:-1]
    several = np.unique(np.concatenate([order[1:][twin], order[:-1][twin]]))
    keys = np.stack([c[several] for c in (pair, share[0], share[1], votes[0], votes[1], first, last)])
    inner = np.lexsort(keys[::-1])
    sorted_keys = keys[:, inner]
    same = (sorted_keys[:, 1:] == sorted_keys[:, :-1]).all(axis=0)
    return np.sort(several[inner[1:][same]]).astype(np.int64)
