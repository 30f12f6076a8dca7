"""A list of parties as arrays: made from chunks that any process can read, mapped by all that search it.

Rows keep what the file says; names of comparison (own, former, others) are entries under their 64-bit keys, and so
are numbers, parents of branches, and names with lost characters. A key only finds; what is found is compared in full.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from graph import keys, text
from matching.bulk.codes import code_key, plain_codes
from matching.bulk.parties import LONGEST, Cells, read_codes
from matching.names.coding import encode_many
from matching.party_names import ReadName, read_name

Array = npt.NDArray[Any]

OTHER_CODE: Final = 1
"""Stands for numbers that are no single valid credit code: they are compared one by one."""
_BRANCH_ENDS: Final = ("分公司", "支公司")
_USABLE: Final = ("valid", "checksum", "masked")
FIRST_BAD: Final = 5
"""Rows without name or number that are named; the others are counted."""


class Block(NamedTuple):
    """A chunk of rows, read. Positions count from the first row of the chunk."""

    names: list[str]
    codes: list[str]
    reps: list[str]
    texts: list[str]
    """Forms for index and score, one an entry."""
    entry_keys: Array
    entry_rows: Array
    own: Array
    """Whether the entry is the row's own name (not a former or further one)."""
    code_keys: Array
    code_rows: Array
    branch_keys: Array
    branch_rows: Array
    wild_keys: Array
    wild_rows: Array
    row_code: Array
    """Key of the row's one valid credit code; OTHER_CODE where it has other numbers, 0 where none."""
    state: Array
    """READABLE, DOUBTFUL, SEVERAL or UNREADABLE, one a row."""


READABLE, DOUBTFUL, SEVERAL, UNREADABLE = 0, 1, 2, 3


def _keyed(found: Sequence[tuple[int, int]]) -> tuple[Array, Array]:
    made = np.fromiter((key for key, _ in found), np.uint64, len(found))
    return made, np.fromiter((row for _, row in found), np.int32, len(found))


def read_block(rows: Sequence[Cells]) -> Block:
    """Read a chunk of rows."""
    texts: list[str] = []
    entries: list[tuple[int, int]] = []
    own: list[bool] = []
    codes: list[tuple[int, int]] = []
    branches: list[tuple[int, int]] = []
    wild: list[tuple[int, int]] = []
    row_code = np.zeros(len(rows), np.uint64)
    state = np.zeros(len(rows), np.uint8)
    places, whole, inner = plain_codes([cells.code for cells in rows])
    row_code[places] = np.maximum(whole, OTHER_CODE + 1)
    enter, org_name = entries.append, keys.org_name
    for row, cells in enumerate(rows):
        read = read_name(cells.name[:LONGEST])
        n6 = read.n6
        if n6:
            enter((org_name(n6), row))
            texts.append(n6 if not read.foreign else text.index_text(read.name))
            own.append(True)
            for other in read.former:
                enter((org_name(other), row))
                texts.append(text.index_text(other))
                own.append(False)
            if read.several and (field := text.org_key(cells.name[:LONGEST])) not in (n6, *read.former):
                enter((org_name(field), row))
                texts.append(text.index_text(cells.name[:LONGEST]))
                own.append(False)
            if text.WILDCARD in n6:
                wild += [(key, row) for key in keys.org_wildcard(n6)]
            if n6[-1] != "司" or n6[-3:] in _BRANCH_ENDS:
                parts = text.branch(n6)
                if parts is not None and parts.stated:
                    branches += [(keys.branch_parent(stem), row) for stem in parts.stem_candidates]
        if read.codes or (cells.code and not row_code[row]):
            row_code[row] = _numbers(cells, read, row, codes)
        if read.several:
            state[row] = SEVERAL
        elif not read.plausible:
            state[row] = DOUBTFUL if n6 or row_code[row] else UNREADABLE
    other_keys, other_rows = _keyed(codes)
    found = places.astype(np.int32)
    return Block(
        [cells.name for cells in rows], [cells.code for cells in rows], [cells.legal_rep for cells in rows],
        texts, *_keyed(entries), np.array(own, bool),
        np.concatenate([whole, inner, other_keys]), np.concatenate([found, found, other_rows]),
        *_keyed(branches), *_keyed(wild), row_code, state,
    )  # fmt: skip


def _numbers(cells: Cells, read: ReadName, row: int, found: list[tuple[int, int]]) -> int:
    """Enter the numbers of a row that are not one plain credit code; those are compared one by one."""
    usable = [p for p in (*read_codes(cells.code), *read.codes) if p.value and p.state in _USABLE]
    for parsed in usable:
        if parsed.state == "masked":
            continue
        found.append((code_key(parsed.value), row))
        if parsed.scheme == "uscc" and parsed.state == "valid":
            found.append((code_key(parsed.value[8:17]), row))
        elif parsed.scheme == "tax_no" and len(parsed.value) == 15:
            found.append((code_key(parsed.value[6:]), row))
    return OTHER_CODE if usable else 0


class Facts(msgspec.Struct, frozen=True):
    """What is known of a table as a whole."""

    rows: int
    entries: int
    bad: int
    """Rows without name or number."""
    first_bad: tuple[int, ...] = ()


class _Texts:
    """Texts end to end on the disk, written as they come."""

    def __init__(self, folder: Path, name: str) -> None:
        self._out = (folder / f"{name}.bin").open("wb")
        self._folder, self._name = folder, name
        self._lengths: list[Array] = []

    def add(self, texts: Sequence[str]) -> None:
        data = [text.encode("utf-8", "surrogatepass") for text in texts]
        self._out.write(b"".join(data))
        self._lengths.append(np.fromiter(map(len, data), np.int64, len(data)))

    def close(self) -> None:
        self._out.close()
        ends = np.cumsum(np.concatenate([np.zeros(1, np.int64), *self._lengths]), dtype=np.int64)
        np.save(self._folder / f"{self._name}.npy", ends)


def build(folder: Path, blocks: Iterable[Block], *, index: bool, progress: Any = None) -> Facts:
    """Write a table from its chunks.

    Args:
        folder: an empty folder.
        blocks: the chunks, in order.
        index: whether names will be searched by likeness: then the index of names is made too.
        progress: told how far the index is.
    """
    columns = [_Texts(folder, name) for name in ("names", "codes", "reps")]
    parts: dict[str, list[Array]] = {name: [] for name in Block._fields[4:]}
    texts: list[str] = []
    rows, bad = 0, 0
    first: list[int] = []
    for block in blocks:
        for column, found in zip(columns, (block.names, block.codes, block.reps), strict=True):
            column.add(found)
        texts += block.texts
        for name in parts:
            array = getattr(block, name)
            parts[name].append(array + np.int32(rows) if name.endswith("_rows") else array)
        wrong = np.flatnonzero(block.state == UNREADABLE)
        bad += len(wrong)
        first += [rows + int(place) + 1 for place in wrong[: FIRST_BAD - len(first)]]
        rows += len(block.names)
    for column in columns:
        column.close()
    joined = {name: np.concatenate(arrays) if arrays else np.zeros(0) for name, arrays in parts.items()}
    if not rows:
        joined = {
            name: np.asarray(value, getattr(read_block([]), name).dtype) for name, value in joined.items()
        }
    for family in ("code", "branch", "wild"):
        order = np.argsort(joined[f"{family}_keys"], kind="stable")
        np.save(folder / f"{family}_keys.npy", joined[f"{family}_keys"][order])
        np.save(folder / f"{family}_rows.npy", joined[f"{family}_rows"][order])
    np.save(folder / "row_code.npy", joined["row_code"])
    # under one name those first whose code can't contradict: so many rows only are looked at
    plain = np.minimum(joined["row_code"][joined["entry_rows"]], OTHER_CODE + 1)
    order = np.lexsort((plain, joined["entry_keys"]))
    sorted_keys = joined["entry_keys"][order]
    unique, starts = np.unique(sorted_keys, return_index=True)
    np.save(folder / "entry_keys.npy", unique)
    np.save(folder / "entry_starts.npy", np.append(starts, len(sorted_keys)).astype(np.int64))
    np.save(folder / "entry_rows.npy", joined["entry_rows"][order])
    np.save(folder / "own.npy", joined["own"][order])
    facts = Facts(rows=rows, entries=len(unique), bad=bad, first_bad=tuple(first))
    (folder / "facts.json").write_bytes(msgspec.json.encode(facts))
    if index:
        shown = [texts[place] for place in order[starts].tolist()]
        chars, offsets = encode_many(shown)
        np.save(folder / "chars.npy", chars)
        np.save(folder / "offsets.npy", offsets)
        _index(folder / "index", shown, unique, progress)
    return facts


def _index(folder: Path, texts: list[str], entry_keys: Array, progress: Any) -> None:
    from matching.index.folder import build_folder

    folder.mkdir(exist_ok=True)
    build_folder(folder, texts, entry_keys, progress)


class Table:
    """A table, mapped."""

    def __init__(self, folder: Path) -> None:
        """Open a table that `build` wrote.

        Raises:
            OSError: it is not there, or not whole.
        """
        self.folder = folder
        self.facts = msgspec.json.decode((folder / "facts.json").read_bytes(), type=Facts)
        self.entry_keys = self._load("entry_keys")
        self.entry_starts = self._load("entry_starts")
        self.entry_rows = self._load("entry_rows")
        self.own = self._load("own")
        self.code_keys, self.code_rows = self._load("code_keys"), self._load("code_rows")
        self.branch_keys, self.branch_rows = self._load("branch_keys"), self._load("branch_rows")
        self.wild_keys, self.wild_rows = self._load("wild_keys"), self._load("wild_rows")
        self.row_code = self._load("row_code")
        self.has_rep = np.diff(self._load("reps")) > 0
        """Rows that state a legal representative."""
        self._texts = {name: (self._load(name), self._map(name)) for name in ("names", "codes", "reps")}

    def _load(self, name: str) -> Array:
        found: Array = np.load(self.folder / f"{name}.npy", mmap_mode="r")
        return found.view(np.ndarray)

    def _map(self, name: str) -> Array:
        path = self.folder / f"{name}.bin"
        return (
            np.memmap(path, np.uint8, "r").view(np.ndarray) if path.stat().st_size else np.zeros(0, np.uint8)
        )

    def _text(self, column: str, row: int) -> str:
        ends, data = self._texts[column]
        return data[int(ends[row]) : int(ends[row + 1])].tobytes().decode("utf-8", "surrogatepass")

    def name(self, row: int) -> str:
        """The name of a row as the file has it."""
        return self._text("names", row)

    def cells(self, row: int) -> Cells:
        """A row as the file has it."""
        return Cells(self.name(row), self._text("codes", row), self._text("reps", row))

    def chars(self) -> tuple[Array, Array]:
        """Characters of all entries, and where each begins."""
        return self._load("chars"), self._load("offsets")

    def index(self) -> Any:
        """The index of names."""
        from matching.index.folder import open_folder

        return open_folder(self.folder / "index")

    def entries_of(self, wanted: Array) -> Array:
        """The entry of each key, or -1."""
        return _places(self.entry_keys, wanted)


def _places(sorted_keys: Array, wanted: Array) -> Array:
    if not len(sorted_keys):
        return np.full(len(wanted), -1, np.int64)
    at = np.searchsorted(sorted_keys, wanted)
    at[at == len(sorted_keys)] = 0
    return np.where(sorted_keys[at] == wanted, at, -1)


def runs(sorted_keys: Array, wanted: Array, most: int) -> tuple[Array, Array]:
    """Positions under each key, at most so many of each: which of the wanted, and the position."""
    low = np.searchsorted(sorted_keys, wanted, "left")
    counts = np.minimum(np.searchsorted(sorted_keys, wanted, "right") - low, most)
    return expand(low, counts)


def expand(low: Array, counts: Array) -> tuple[Array, Array]:
    """Every position of several runs: which run, and the position."""
    which = np.repeat(np.arange(len(counts)), counts)
    begins = np.cumsum(counts) - counts
    return which, np.repeat(low, counts) + (np.arange(len(which)) - np.repeat(begins, counts))
