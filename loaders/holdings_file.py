"""A file of holdings for `liancheng control`: who holds how much of whom, when; any format, named what can't be read.

A large plain UTF-8 file goes through compiled code (`holdings_bytes`); everything else row by row. Both give the same.
"""

from __future__ import annotations

import codecs
import mmap
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from graph.text import clean, is_empty
from loaders import holdings_bytes as raw
from loaders.delimited import DELIMITERS
from loaders.errors import FileError
from loaders.files import open_tables
from loaders.headers import names
from loaders.holdings_bytes import EMPTY, FROM, LEAST, MOST, OWNED, OWNER, SHARE, SLOW, TO, VOTES
from loaders.holdings_rows import (
    FLAWS,
    HoldingsFile,
    Part,
    joined,
    part_for,
    read_cell,
    refuse,
    settle,
    text_at,
)

LARGE: Final = 4 << 20
"""From this size on a plain file is read by compiled code."""
ROWS: Final = 1 << 18
MAX_HEAD: Final = 1 << 16

HEADINGS: Final[dict[int, tuple[str, ...]]] = {
    OWNER: (
        "owner", "holder", "shareholder", "parent", "investor", "owner_name", "股东", "股东名称", "股东姓名",
        "股东（发起人）", "投资方", "投资者", "投资人", "出资人", "出资方",
        "持股人", "持有人", "发起人", "控股股东", "母公司", "合伙人",
    ),
    OWNED: (
        "owned", "company", "subsidiary", "investee", "owned_name", "被投资企业", "被投资单位", "被投资公司",
        "被投资企业名称", "被持股企业", "被持股公司", "投资企业", "目标公司", "标的公司", "标的企业", "子公司",
        "企业名称", "公司名称", "单位名称",
    ),
    SHARE: (
        "share", "shares", "percentage", "percent", "pct", "stake", "ownership", "持股比例",
        "出资比例", "股权比例", "股份比例", "投资比例", "认缴出资比例", "认缴比例", "持股占比",
        "占股比例", "持有比例", "股比", "比例",
    ),
    LEAST: ("share_min", "min_share", "minimum", "持股比例下限", "最低持股比例", "比例下限"),
    MOST: ("share_max", "max_share", "maximum", "持股比例上限", "最高持股比例", "比例上限"),
    VOTES: ("votes", "voting", "voting_rights", "vote", "表决权", "表决权比例", "投票权", "投票权比例"),
    FROM: (
        "from", "start", "valid_from", "start_date", "since", "开始日期", "起始日期", "生效日期", "持股起始日期",
        "投资日期", "入股日期", "自", "起",
    ),
    TO: (
        "to", "end", "valid_to", "end_date", "until", "结束日期", "终止日期", "截止日期", "失效日期", "持股截止日期",
        "退出日期", "至", "止",
    ),
}  # fmt: skip


def canonical(name: str) -> str:
    """A name for comparison: one form of compatible characters, single blanks. Letters keep their case."""
    return " ".join(unicodedata.normalize("NFKC", clean(name)).split())


def number_of(found: HoldingsFile, name: str) -> int | None:
    """The number of a party, however its name is spaced or bracketed; None where it stands nowhere."""
    key = canonical(name)
    if isinstance(found.names, list):
        return next((number for number, other in enumerate(found.names) if canonical(other) == key), None)
    if found.data is not None:
        number = raw.find_name(found.data, np.frombuffer(key.encode(), np.uint8), found.names)
        if number >= 0:
            same = number if found.same is None else int(found.same[number])
            return same if same >= 0 else None
    return next((number for number, other in found.spelt.items() if canonical(other) == key), None)


def read_holdings(
    path: Path, *, as_of: date, parts: bool | None = None, progress: Callable[[int], None] | None = None
) -> HoldingsFile:
    """Read a file of holdings that are in force on a day.

    Args:
        path: CSV (any delimiter and encoding), XLSX, JSON lines or an archive of one.
        as_of: the day; a row counts from its first day to its last, both included.
        parts: whether numbers without a percent sign are parts of one; None: they are if none is above 1.
        progress: told how many rows were read.

    Raises:
        FileError: not readable, or `holdings.columns`: owner, owned or share has no column.
    """
    plain = _plain(path)
    found = HoldingsFile()
    parts_read: list[Part] = []
    for part in _by_bytes(path, *plain, found) if plain is not None else _by_rows(path, found):
        parts_read.append(part)
        found.read += len(part.row)
        if progress is not None:
            progress(found.read)
    settle(found, joined(parts_read), as_of, parts)
    return found


def places_of(headings: Sequence[str]) -> dict[int, int]:
    """Where each field stands: the first column whose heading is one of its names."""
    known = {names(heading)[0]: f for f, listed in HEADINGS.items() for heading in listed}
    found: dict[int, int] = {}
    for place, heading in enumerate(headings):
        full, bare = names(heading)
        which = known.get(full, known.get(bare))
        if which is not None:
            found.setdefault(which, place)
    return found


def _complete(places: dict[int, int]) -> bool:
    return OWNER in places and OWNED in places and bool({SHARE, LEAST, MOST} & set(places))


def _use(found: HoldingsFile, headings: Sequence[str], places: dict[int, int]) -> None:
    found.headings = tuple(headings)
    found.columns = {which: headings[place] for which, place in places.items()}
    used = set(places.values())
    found.unknown = tuple(h for p, h in enumerate(headings) if p not in used and h.strip())


def _plain(path: Path) -> tuple[int, tuple[str, ...], int] | None:
    """Delimiter, headings and begin of the rows of a large plain UTF-8 file; None for any other file."""
    if path.stat().st_size < LARGE:
        return None
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = 3 if data[:3] == codecs.BOM_UTF8 else 0
        end = data.find(b"\n")
        if not 0 < end < MAX_HEAD or data.find(b'"') >= 0 or data.find(b"\0") >= 0:
            return None
        decoder = codecs.getincrementaldecoder("utf-8")("strict")
        try:
            for at in range(0, len(data), 1 << 20):
                decoder.decode(data[at : at + (1 << 20)])
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            return None
        head = data[start:end].decode("utf-8").strip("\r")
    for delimiter in DELIMITERS:
        headings = tuple(head.split(delimiter))
        if delimiter.isascii() and _complete(places_of(headings)):
            return ord(delimiter), headings, end + 1
    return None


def _by_bytes(
    path: Path, delimiter: int, headings: tuple[str, ...], at: int, found: HoldingsFile
) -> Iterator[Part]:
    places = places_of(headings)
    _use(found, headings, places)
    data = np.memmap(path, np.uint8, "r")
    fields = np.full(len(headings), -1, np.int32)
    for which, place in places.items():
        fields[place] = which
    table, block, line = raw.names_for(1 << 16), raw.block_for(ROWS), 2
    while at < len(data):
        at, line, rows = raw.read_rows(data, at, line, delimiter, fields, table, block)
        if rows:
            yield _part(found, data, block, rows)
        elif at < len(data):
            table = raw.grown(table)
    _spell(found, data, table)


def _part(found: HoldingsFile, data: raw.Bytes, block: raw.Block, rows: int) -> Part:
    """A block with its slow cells read."""
    part = part_for(rows, found.columns)
    part.owner[:], part.owned[:], part.row[:] = block.owner[:rows], block.owned[:rows], block.line[:rows]
    for which, cells in part.cells.items():
        value = block.value[:rows, which]
        cells.least[:] = cells.most[:] = np.where(value == SLOW, EMPTY, value)
    for place in np.flatnonzero(block.flaw[:rows]).tolist():
        refuse(found, part, place, *FLAWS[int(block.flaw[place])])
    for place, which in np.argwhere(block.value[:rows] == SLOW).tolist():
        if part.flaw[place] == 0:
            start, size = int(block.start[place, which]), int(block.size[place, which])
            read_cell(found, part, place, which, text_at(data, start, size))
    return part


def _spell(found: HoldingsFile, data: raw.Bytes, table: raw.Names) -> None:
    """Make names that are written in several ways one, and take out words for nothing."""
    count = int(table.total[0])
    same = np.arange(count, dtype=np.int32)
    first: dict[str, int] = {}
    for number in np.flatnonzero(table.mark[:count] & (raw.ODD | raw.SHORT)).tolist():
        text = text_at(data, int(table.start[number]), int(table.size[number]))
        if is_empty(text) and canonical(text) != "0":
            same[number] = -1
            continue
        if not table.mark[number] & raw.ODD:
            continue
        key = canonical(text)
        if key in first:
            same[number] = first[key]
            continue
        other = raw.find_name(data, np.frombuffer(key.encode(), np.uint8), table)
        first[key] = same[number] = min(number, other) if other >= 0 else number
        if other > number:
            same[other] = number
        if same[number] == number:
            found.spelt[number] = clean(text)
    found.names, found.data = table, data
    found.same = same


def _by_rows(path: Path, found: HoldingsFile) -> Iterator[Part]:
    numbers: dict[str, int] = {}
    listed: list[str] = []
    try:
        opened = open_tables(path, lambda cells: len(places_of(cells)))
    except FileError as error:
        if error.code != "file.no_header":
            raise
        raise FileError("holdings.columns", path=path.name, known="-") from error
    tables = [t for t in opened.tables if _complete(places_of(t.headings))]
    if not tables:
        shown = next((t.headings for t in opened.tables), ())
        raise FileError("holdings.columns", path=path.name, known=", ".join(shown[:12]) or "-")

    def number(text: str) -> int:
        key = canonical(text)
        if not key or (is_empty(text) and key != "0"):
            return -1
        known = numbers.setdefault(key, len(listed))
        if known == len(listed):
            listed.append(clean(text))
        return known

    for table in tables:
        places = places_of(table.headings)
        _use(found, table.headings, places)
        parties = sorted((OWNER, OWNED), key=lambda which, at=places: at[which])  # type: ignore[misc]
        for chunk in table.chunks(ROWS):
            part = part_for(len(chunk.lines), places)
            for place, line in enumerate(chunk.lines):
                part.row[place] = line.number
                if line.problem:
                    refuse(found, part, place, None, line.problem)
                    continue
                cells = {w: line.cells[p] if p < len(line.cells) else "" for w, p in places.items()}
                for which in parties:
                    (part.owner if which == OWNER else part.owned)[place] = number(cells[which])
                for which, text in cells.items():
                    if which >= SHARE and part.flaw[place] == 0:
                        read_cell(found, part, place, which, text)
            yield part
    found.names = listed
