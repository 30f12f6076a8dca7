"""Large plain files of holdings, read as bytes by compiled code: ten million rows in seconds.

Only what needs no thought is done here: rows without quotes, numbers with up to twelve decimals, dates in digits.
Everything else is flagged and read by the ordinary code. Names are kept where they stand in the file.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import compiled, kernel

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]

OWNER: Final = 0
OWNED: Final = 1
SHARE: Final = 2
LEAST: Final = 3
MOST: Final = 4
VOTES: Final = 5
FROM: Final = 6
TO: Final = 7
FIELDS: Final = 8
EMPTY: Final = -1
SLOW: Final = -2
"""A cell that the ordinary code has to read."""
SCALE: Final = 10**12
ODD: Final = 1
"""A name with anything but Chinese characters and plain ASCII: it may be written in several ways."""
NUMBER: Final = 2
"""A name with fourteen digits in a row: it may be a person's number."""
ESCAPE: Final = 4
"""A name with characters that JSON writes otherwise."""
SHORT: Final = 8
"""A short name without digits: it may be a word for nothing."""


class Names(NamedTuple):
    """All names so far, as places in the file, found again by a hash."""

    slots: Ints
    """Name number plus one; 0 is free. The length is a power of two."""
    start: Ints
    size: Places
    mark: Places
    hash: Ints
    total: Ints
    """One place: how many there are."""


class Block(NamedTuple):
    """Rows as read; what is `SLOW` stands in the file at `start`, `size`."""

    owner: Places
    owned: Places
    value: Ints
    """FIELDS columns: share, least, most, votes times SCALE; from and to as 20240701."""
    start: Ints
    size: Places
    line: Ints
    flaw: Places
    """0, or what is wrong with the row: `FLAW_…`."""


FLAW_OWNER: Final = 1
FLAW_OWNED: Final = 2
FLAW_CELLS: Final = 3


def names_for(count: int) -> Names:
    """Room for so many names."""
    slots = np.zeros(1 << max(4 * count - 1, 15).bit_length(), np.int64)
    size, mark = np.zeros(count, np.int32), np.zeros(count, np.int32)
    start, told = np.zeros(count, np.int64), np.zeros(count, np.int64)
    return Names(slots, start, size, mark, told, np.zeros(1, np.int64))


def grown(names: Names) -> Names:
    """The same names with twice the room."""
    more = names_for(2 * len(names.start))
    count = int(names.total[0])
    more.start[:count], more.size[:count] = names.start[:count], names.size[:count]
    more.mark[:count], more.hash[:count] = names.mark[:count], names.hash[:count]
    more.total[0] = count
    _fill(more)
    return more


def block_for(rows: int) -> Block:
    """Room for so many rows."""
    small = [np.zeros(rows, np.int32) for _ in range(3)]
    wide = [np.zeros((rows, FIELDS), np.int64) for _ in range(2)]
    return Block(
        small[0], small[1], wide[0], wide[1], np.zeros((rows, FIELDS), np.int32), np.zeros(rows, np.int64),
        small[2],
    )  # fmt: skip


@compiled
def _fill(names: Names) -> None:
    mask = len(names.slots) - 1
    for number in range(names.total[0]):
        place = names.hash[number] & mask
        while names.slots[place] != 0:
            place = (place + 1) & mask
        names.slots[place] = number + 1


@kernel
def _hashed(text: Bytes, start: int, end: int) -> int:
    told = np.int64(-3750763034362895579)
    for place in range(start, end):
        told = (told ^ np.int64(text[place])) * np.int64(1099511628211)
    return int(told ^ (told >> 29))


@kernel
def _known(data: Bytes, text: Bytes, start: int, end: int, told: int, names: Names) -> tuple[int, int]:
    """The number of a name that stands in `text`, -1 for none; and the slot where the search ended."""
    mask = len(names.slots) - 1
    slot = told & mask
    while names.slots[slot] != 0:
        number = names.slots[slot] - 1
        if names.hash[number] == told and names.size[number] == end - start:
            at = names.start[number]
            same = True
            for place in range(end - start):
                if data[at + place] != text[start + place]:
                    same = False
                    break
            if same:
                return number, slot
        slot = (slot + 1) & mask
    return -1, slot


@compiled
def find_name(data: Bytes, name: Bytes, names: Names) -> int:
    """The number of a name, -1 where it stands nowhere.

    Args:
        data: the file.
        name: in UTF-8.
        names: where to look.
    """
    return _known(data, name, 0, len(name), _hashed(name, 0, len(name)), names)[0]


@kernel
def _number_of(data: Bytes, start: int, end: int, names: Names) -> int:
    """The number of a name; a new one where there is none."""
    told = _hashed(data, start, end)
    number, slot = _known(data, data, start, end, told, names)
    if number >= 0:
        return number
    size = end - start
    number = int(names.total[0])
    names.total[0] = number + 1
    names.slots[slot] = number + 1
    names.start[number], names.size[number], names.hash[number] = start, size, told
    names.mark[number] = _marks(data, start, end)
    return number


@kernel
def _marks(data: Bytes, start: int, end: int) -> int:
    marks = run = digits = 0
    first = data[start]
    if first == 39 or first == 96 or first == 61:  # ' ` =
        marks |= ODD
    place = start
    before = 32
    while place < end:
        byte = data[place]
        if byte < 0x80:
            if byte == 34 or byte == 92:
                marks |= ESCAPE | ODD
            if byte < 32 or byte == 127:
                marks |= ESCAPE | ODD
            if byte == 32 and before == 32:
                marks |= ODD
            if 48 <= byte <= 57:
                digits += 1
                run += 1
                if run >= 14:
                    marks |= NUMBER
            elif byte != 32 and byte != 45:
                run = 0
            before = byte
            place += 1
            continue
        run, before = 0, 0
        # three bytes of U+4E00 to U+9FFF are written in one way only
        if place + 2 < end and 0xE4 <= byte <= 0xE9 and (byte > 0xE4 or data[place + 1] >= 0xB8):
            if data[place + 1] & 0xC0 != 0x80 or data[place + 2] & 0xC0 != 0x80:
                marks |= ODD | ESCAPE
            place += 3
            continue
        marks |= ODD | ESCAPE | NUMBER
        place += 1
    if digits == 0 and end - start <= 15:
        marks |= SHORT
    return marks


@kernel
def _scaled(data: Bytes, start: int, end: int) -> int:
    """Digits with at most twelve decimals, times SCALE."""
    whole = part = 0
    place, decimals, seen = start, -1, 0
    while place < end:
        byte = data[place]
        if byte == 46 and decimals < 0:
            decimals = 0
        elif 48 <= byte <= 57:
            seen += 1
            if decimals < 0:
                whole = 10 * whole + byte - 48
                if whole > 1000:
                    return SLOW
            else:
                part = 10 * part + byte - 48
                decimals += 1
                if decimals > 12:
                    return SLOW
        else:
            return SLOW
        place += 1
    if seen == 0:
        return SLOW
    for _ in range(12 - max(decimals, 0)):
        part *= 10
    found = whole * SCALE + part
    return found if found <= 100 * SCALE else SLOW


@kernel
def _day(data: Bytes, start: int, end: int) -> int:
    """20240701, 2024-07-01 or 2024/7/1 as 20240701."""
    year = month = day = 0
    part, digits = 0, 0
    for place in range(start, end):
        byte = data[place]
        if 48 <= byte <= 57:
            digits += 1
            if part == 0 and digits <= 4:
                year = 10 * year + byte - 48
            elif part == 0:
                return _packed(data, start, end)
            elif part == 1:
                month = 10 * month + byte - 48
            else:
                day = 10 * day + byte - 48
        elif (byte == 45 or byte == 47) and part < 2:
            part += 1
        else:
            return SLOW
    if part != 2 or not (1900 <= year < 2099 and 1 <= month <= 12 and 1 <= day <= 28):
        return SLOW
    return 10_000 * year + 100 * month + day


@kernel
def _packed(data: Bytes, start: int, end: int) -> int:
    if end - start != 8:
        return SLOW
    found = 0
    for place in range(start, end):
        byte = data[place]
        if not 48 <= byte <= 57:
            return SLOW
        found = 10 * found + byte - 48
    day, month, year = found % 100, found // 100 % 100, found // 10_000
    return found if 1900 <= year < 2099 and 1 <= month <= 12 and 1 <= day <= 28 else SLOW


@compiled
def read_rows(
    data: Bytes, at: int, line: int, delimiter: int, fields: Places, names: Names, block: Block
) -> tuple[int, int, int]:
    """Read rows from `at` until the block or the room for names is full.

    Args:
        data: the file.
        at: where the next row begins.
        line: its number, as a person counts lines.
        delimiter: the byte between cells.
        fields: field of each column, -1 for none.
        names: grows.
        block: where rows go.

    Returns:
        Where the next row begins, its line, and how many rows were read.
    """
    size = len(data)
    rows = 0
    columns = len(fields)
    while at < size and rows < len(block.line) and names.total[0] + 2 <= len(names.start):
        flaw = column = 0
        filled = False
        for field in range(FIELDS):
            block.value[rows, field] = EMPTY
        block.owner[rows] = block.owned[rows] = -1
        while True:
            end = at
            while end < size and data[end] != delimiter and data[end] != 10:
                end += 1
            first, last = at, end
            while first < last and data[first] <= 32:
                first += 1
            while last > first and data[last - 1] <= 32:
                last -= 1
            while (
                last - first >= 3
                and data[first] == 0xE3
                and data[first + 1] == 0x80
                and data[first + 2] == 0x80
            ):
                first += 3
            while (
                last - first >= 3
                and data[last - 3] == 0xE3
                and data[last - 2] == 0x80
                and data[last - 1] == 0x80
            ):
                last -= 3
            if last > first:
                filled = True
                field = fields[column] if column < columns else -1
                if column >= columns:
                    flaw = FLAW_CELLS
                elif field == OWNER:
                    block.owner[rows] = _number_of(data, first, last, names)
                elif field == OWNED:
                    block.owned[rows] = _number_of(data, first, last, names)
                elif field >= FROM:
                    block.value[rows, field] = _day(data, first, last)
                elif field >= SHARE:
                    block.value[rows, field] = _scaled(data, first, last)
                if field >= 0:
                    block.start[rows, field], block.size[rows, field] = first, last - first
            column += 1
            at = end + 1
            if end >= size or data[end] == 10:
                break
        line += 1
        if not filled:
            continue
        if flaw == 0 and block.owner[rows] < 0:
            flaw = FLAW_OWNER
        if flaw == 0 and block.owned[rows] < 0:
            flaw = FLAW_OWNED
        block.line[rows] = line - 1
        block.flaw[rows] = flaw
        rows += 1
    return min(at, size), line, rows
