"""Answers about control as JSON lines, written by compiled code: millions of them within seconds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from api.masking import mask_text
from graph.compiled.cache import folder
from graph.compiled.jit import compiled, kernel
from graph.control import Holdings
from graph.control.bulk import Piece
from graph.control.engine import SELF_HELD, SHARES_ONLY, VOTES_ONLY
from graph.control.flows import Floats
from graph.control.holdings import Flags
from graph.control.votes import CHAIN, HALF, POSSIBLE, SUM
from loaders.holdings_bytes import ESCAPE, NUMBER, Bytes, Ints, Places
from loaders.holdings_bytes import Names as Found
from loaders.holdings_rows import HoldingsFile

SCALE: Final = 10**12
TEXTS: Final = (
    '{"owner":"', '","owned":"', '","controls":"', '","votes":', ',"votes_max":', ',"economic_share":',
    ',"economic_share_max":', ',"path":[', '],"notes":[', "]}\n", "yes", "no", "possibly", "null",
    '","share":', ',"share_max":', ',"rows":[', "]}", '"by_sum"', '"exactly_half"', '"excess"', '"self_held_votes"',
    '"decisive_votes"', '"majority_of_shares"', '"path_cut"', '"no_solution"', ',"votes":',
)  # fmt: skip
"""Everything that a line is put together from, names and numbers apart."""


class Texts(NamedTuple):
    """Texts one after another, and where each begins."""

    data: Bytes
    ptr: Ints


def compiled_before() -> bool:
    """Whether the code of this module was compiled and kept in an earlier run."""
    place = folder(texts)
    return place is not None and any(place.glob("control_lines._write-*.nbi"))


def texts(parts: list[bytes]) -> Texts:
    """Texts put together."""
    ptr = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=ptr[1:])
    return Texts(np.frombuffer(b"".join(parts) or b"\0", np.uint8), ptr)


def names_of(found: HoldingsFile) -> Texts:
    """All names as they stand between the quotes of JSON, persons' numbers masked."""
    names = found.names
    if isinstance(names, list):
        return texts([_shown(name) for name in names])
    assert found.data is not None  # noqa: S101 - names stand in the file then
    special = {number: _shown(text) for number, text in found.spelt.items()}
    marked = np.flatnonzero(names.mark[: found.count] & (ESCAPE | NUMBER)).tolist()
    special |= {number: _shown(found.name(number)) for number in marked}
    size = names.size[: found.count].astype(np.int64)
    keys = np.array(sorted(special), np.int64)
    size[keys] = [len(special[key]) for key in keys.tolist()]
    ptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(size)])
    data = np.empty(max(int(ptr[-1]), 1), np.uint8)
    _copy(found.data, names, found.count, ptr, data)
    for key in keys.tolist():
        data[ptr[key] : ptr[key + 1]] = np.frombuffer(special[key], np.uint8)
    return Texts(data, ptr)


def _shown(name: str) -> bytes:
    return json.dumps(mask_text(name), ensure_ascii=False).encode("utf-8", "replace")[1:-1]


@compiled
def _copy(data: Bytes, names: Found, count: int, ptr: Ints, out: Bytes) -> None:
    for number in range(count):
        at, size = ptr[number], ptr[number + 1] - ptr[number]
        if size == names.size[number]:
            for place in range(size):
                out[at + place] = data[names.start[number] + place]


class Facts(NamedTuple):
    """The holdings, as far as lines show them."""

    src: Places
    dst: Places
    share_lo: Ints
    share_hi: Ints
    vote_lo: Ints
    vote_hi: Ints
    row_ptr: Ints
    row: Ints
    line: Ints
    """Number of each input row, as a person counts."""
    doubtful: Places
    owner: Places
    """Node of each group."""


def facts_of(holdings: Holdings, line: Ints, owner: Places) -> Facts:
    """What lines show of holdings."""
    h = holdings
    return Facts(
        h.src, h.dst, h.share_lo, h.share_hi, h.vote_lo, h.vote_hi, h.row_ptr, h.row, line,
        h.doubtful.astype(np.int32), owner,
    )  # fmt: skip


def lines(piece: Piece, facts: Facts, names: Texts, rows: int) -> Iterator[bytes]:
    """The first `rows` rows of a piece as JSON lines, in blocks."""
    words = texts([text.encode() for text in TEXTS])
    answers, proofs = piece.answers.rows, piece.proofs
    out = np.empty(1 << 20, np.uint8)
    done = 0
    while done < rows:
        after, size = _write(
            answers.group[:rows], answers.node, answers.level, answers.low, answers.high, piece.answers.mark,
            piece.least, piece.most, proofs.ptr, proofs.pair, proofs.cut, facts, names, words, out, done,
        )  # fmt: skip
        if after == done:
            out = np.empty(4 * len(out), np.uint8)
            continue
        done = after
        yield out[:size].tobytes()


@kernel
def _put(out: Bytes, at: int, text: Texts, which: int) -> int:
    first = text.ptr[which]
    size = int(text.ptr[which + 1] - first)
    if at + size + 64 < len(out):
        for place in range(size):
            out[at + place] = text.data[first + place]
    return at + size


@kernel
def _number(out: Bytes, at: int, value: int) -> int:
    """A whole number."""
    if at + 64 >= len(out):
        return at + 20
    size, rest = 1, value
    while rest >= 10:
        rest //= 10
        size += 1
    for place in range(size):
        out[at + size - 1 - place] = 48 + value % 10
        value //= 10
    return at + size


@kernel
def _decimal(out: Bytes, at: int, value: int) -> int:
    """So many parts of SCALE as a decimal number without zeros at its end."""
    at = _number(out, at, value // SCALE)
    rest = value % SCALE
    if rest == 0 or at + 64 >= len(out):
        return at
    out[at] = 46
    digits = 12
    while rest % 10 == 0:
        rest //= 10
        digits -= 1
    for place in range(digits):
        out[at + digits - place] = 48 + rest % 10
        rest //= 10
    return at + 1 + digits


@kernel
def _economic(out: Bytes, at: int, value: float, words: Texts) -> int:
    if not 0.0 <= value < 1e6:
        return _put(out, at, words, 13)
    return _decimal(out, at, int(value * SCALE + 0.5))


@kernel
def _note(out: Bytes, at: int, words: Texts, which: int, first: bool) -> int:
    if not first:
        if at + 64 < len(out):
            out[at] = 44
        at += 1
    return _put(out, at, words, which)


@kernel
def _step(out: Bytes, at: int, pair: int, facts: Facts, names: Texts, words: Texts) -> int:
    at = _put(out, at, words, 0)
    at = _put(out, at, names, facts.src[pair])
    at = _put(out, at, words, 1)
    at = _put(out, at, names, facts.dst[pair])
    at = _put(out, at, words, 14)
    at = _decimal(out, at, facts.share_lo[pair])
    if facts.share_hi[pair] != facts.share_lo[pair]:
        at = _put(out, at, words, 15)
        at = _decimal(out, at, facts.share_hi[pair])
    if facts.vote_lo[pair] != facts.share_lo[pair] or facts.vote_hi[pair] != facts.share_hi[pair]:
        at = _put(out, at, words, 26)
        at = _decimal(out, at, facts.vote_lo[pair])
        if facts.vote_hi[pair] != facts.vote_lo[pair]:
            at = _put(out, at, words, 4)
            at = _decimal(out, at, facts.vote_hi[pair])
    at = _put(out, at, words, 16)
    for place in range(facts.row_ptr[pair], min(facts.row_ptr[pair + 1], facts.row_ptr[pair] + 20)):
        if place > facts.row_ptr[pair]:
            out[min(at, len(out) - 1)] = 44
            at += 1
        at = _number(out, at, facts.line[facts.row[place]])
    return _put(out, at, words, 17)


@compiled
def _write(
    group: Places, node: Places, level: Places, low: Ints, high: Ints, mark: Places, least: Floats,
    most: Floats, ptr: Ints, pair: Places, cut: Flags, facts: Facts, names: Texts, words: Texts,
    out: Bytes, first: int,
) -> tuple[int, int]:  # fmt: skip
    """Lines from row `first` on, as many as fit; returns the row to go on with and how many bytes."""
    end = 0
    for row in range(first, len(group)):
        at = _put(out, end, words, 0)
        at = _put(out, at, names, facts.owner[group[row]])
        at = _put(out, at, words, 1)
        at = _put(out, at, names, node[row])
        at = _put(out, at, words, 2)
        sure = level[row] == CHAIN or level[row] == SUM
        at = _put(out, at, words, 10 if sure else 12 if level[row] == POSSIBLE else 11)
        at = _put(out, at, words, 3)
        at = _decimal(out, at, low[row])
        if high[row] != low[row]:
            at = _put(out, at, words, 4)
            at = _decimal(out, at, high[row])
        at = _put(out, at, words, 5)
        at = _economic(out, at, least[row], words)
        if most[row] - least[row] > 1e-13:
            at = _put(out, at, words, 6)
            at = _economic(out, at, most[row], words)
        at = _put(out, at, words, 7)
        for place in range(ptr[row], ptr[row + 1]):
            if place > ptr[row]:
                out[min(at, len(out) - 1)] = 44
                at += 1
            at = _step(out, at, pair[place], facts, names, words)
        at = _put(out, at, words, 8)
        begun = at
        for place in range(8):
            said = (
                (place == 0 and level[row] == SUM)
                or (place == 1 and level[row] == HALF)
                or (place == 2 and facts.doubtful[node[row]] != 0)
                or (place == 3 and mark[row] & SELF_HELD != 0)
                or (place == 4 and mark[row] & VOTES_ONLY != 0)
                or (place == 5 and mark[row] & SHARES_ONLY != 0)
                or (place == 6 and cut[row])
                or (place == 7 and not least[row] >= 0.0)
            )
            if said:
                at = _note(out, at, words, 18 + place, at == begun)
        at = _put(out, at, words, 9)
        if at + 64 >= len(out):
            return row, end
        end = at
    return len(group), end
