"""Writes the index of a generation: over the last one's base when little changed, else anew.

A base is immutable. Names added since stand in a small segment of their own, removed ones in a bitmap, so that a
daily update costs a fraction of a rebuild and readers of the last generation go on undisturbed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from graph.compiled.jit import kernel
from graph.generation.errors import GenerationError
from graph.generation.format import FileInfo, Mapped, Progress, Sink, map_file
from graph.generation.manifest import Manifest
from matching.index.build import Names, build_segment
from matching.index.hashing import long
from matching.index.segment import BASE, DEAD, DELTA, MAX_ENTRIES, PARTS
from matching.index.tables import fingerprint
from matching.names.coding import encode_many
from matching.names.layout import MAX_NAME

Array = npt.NDArray[Any]

ADDED: Final = 20_000
"""Names beside the base that are always allowed; more up to a twentieth of the base."""
ADDED_PART: Final = 20
REMOVED: Final = 2_000
"""Removed names that are always allowed; more up to a tenth of the base."""
REMOVED_PART: Final = 10


def write_index(
    sink: Sink,
    texts: Sequence[str],
    keys: Iterable[int] | Array,
    previous: Manifest | None = None,
    progress: Progress | None = None,
) -> str:
    """Write the files `index.*` of a generation.

    Args:
        sink: the generation under construction.
        texts: the names in their searched form (`graph.text.index_text`), in any order.
        keys: `graph.keys.org_name` of each name's comparison form.
        previous: the manifest whose base may be taken over; its contents are in the sink's segments.
        progress: told how many names are done in each step.

    Returns:
        The value for the manifest's slot `index`, which `NameIndex` wants back.

    Raises:
        GenerationError: `generation.inconsistent`: texts and keys differ in number, or there are more than an
        index holds (2^26 names, 2^32 characters).
    """
    names = _names(texts, keys)
    value = fingerprint()
    if not (
        previous is not None
        and previous.slots.get("index") == value
        and _update(sink, names, previous, progress)
    ):
        build_segment(sink, BASE, names, progress)
    return value


def _names(texts: Sequence[str], keys: Iterable[int] | Array) -> Names:
    keyed = keys.astype("<u8") if isinstance(keys, np.ndarray) else np.fromiter(keys, "<u8")
    if len(texts) != len(keyed):
        raise GenerationError("generation.inconsistent", detail=f"{len(texts)} names, {len(keyed)} keys")
    if len(keyed) > 1 and not bool((keyed[1:] > keyed[:-1]).all()):
        pairs = sorted(set(zip(keyed.tolist(), texts, strict=True)))
        texts = [text for _, text in pairs]
        keyed = np.fromiter((key for key, _ in pairs), "<u8", len(pairs))
    chars, offsets = _encode(texts)
    if len(keyed) > MAX_ENTRIES or len(chars) >= 1 << 32:
        raise GenerationError(
            "generation.inconsistent", detail=f"{len(keyed)} names, {len(chars)} characters"
        )
    return Names(chars, offsets.astype("<u4"), keyed)


def _encode(texts: Sequence[str]) -> tuple[Array, Array]:
    """As `encode_many`, without looking at every character of millions of ordinary names."""
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
    data = "".join(texts).encode("utf-16-le", "surrogatepass")
    if len(data) != 2 * int(offsets[-1]) or int(np.diff(offsets).max(initial=0)) > MAX_NAME:
        return encode_many(texts)
    return np.frombuffer(data, "<u2"), offsets


@kernel
def _same(left: Any, left_begin: int, left_end: int, right: Any, right_begin: int, right_end: int) -> bool:
    if left_end - left_begin != right_end - right_begin:
        return False
    for place in range(left_end - left_begin):  # noqa: SIM110  (compiled)
        if left[left_begin + place] != right[right_begin + place]:
            return False
    return True


@kernel
def _compare(
    keys: Any, chars: Any, starts: Any, new_keys: Any, new_chars: Any, new_starts: Any, gone: Any, added: Any
) -> None:
    """Mark what stands only in the old names and what only in the new ones; both in the order of their keys."""
    gone[:] = 1
    added[:] = 1
    low = 0
    for new in range(len(new_keys)):
        while low < len(keys) and keys[low] < new_keys[new]:
            low += 1
        old = low
        while old < len(keys) and keys[old] == new_keys[new]:
            if _same(
                chars, long(starts[old]), long(starts[old + 1]),
                new_chars, long(new_starts[new]), long(new_starts[new + 1]),
            ):  # fmt: skip
                gone[old] = 0
                added[new] = 0
            old += 1


def _update(sink: Sink, names: Names, previous: Manifest, progress: Progress | None) -> bool:
    """Take over the previous base with what changed; False when it is gone, damaged or too different."""
    infos = {BASE + part: previous.files.get(BASE + part) for part in PARTS}
    known = {name: info for name, info in infos.items() if info is not None}
    old = _look(sink, known) if len(known) == len(infos) else None
    if old is None:
        return False
    gone, added = np.empty(len(old.keys), np.uint8), np.empty(len(names.keys), np.uint8)
    _compare(*_flat(old), *_flat(names), gone, added)
    more, fewer = int(added.sum()), int(gone.sum())
    if more > min(len(old.keys), max(ADDED, len(old.keys) // ADDED_PART)):
        return False
    if fewer > min(len(old.keys) // 2, max(REMOVED, len(old.keys) // REMOVED_PART)):
        return False
    if not _adopt(sink, known):
        return False
    if fewer:
        sink.put(DEAD, "dead", np.packbits(gone, bitorder="little"))
    if more:
        build_segment(sink, DELTA, _chosen(names, np.flatnonzero(added)), progress)
    return True


def _flat(names: Names) -> tuple[Array, Array, Array]:
    return names.keys, names.chars, names.starts


def _look(sink: Sink, infos: Mapping[str, FileInfo]) -> Names | None:
    """The previous base's names, read where contents are shared, before anything is put into the folder."""
    if sink.segments is None:
        return None
    parts: dict[str, Mapped] = {}
    for part in ("chars", "starts", "keys"):
        info = infos[BASE + part]
        try:
            parts[part] = map_file(sink.segments / info.segment, info)
        except GenerationError:
            return None
    if not len(parts["keys"].payload):
        return None
    return Names(parts["chars"].array("<u2"), parts["starts"].array("<u4"), parts["keys"].array("<u8"))


def _adopt(sink: Sink, infos: Mapping[str, FileInfo]) -> bool:
    """Link the base's files into the folder: all or none, as a link must never be written through."""
    for name, info in infos.items():
        if sink.adopt(name, info) is None:
            for taken in infos:
                if sink.files.pop(taken, None) is not None:
                    (sink.folder / taken).unlink()
            return False
    return True


def _chosen(names: Names, places: Array) -> Names:
    parts = [
        names.chars[int(names.starts[place]) : int(names.starts[place + 1])] for place in places.tolist()
    ]
    starts = np.zeros(len(parts) + 1, "<u4")
    np.cumsum([len(part) for part in parts], out=starts[1:])
    return Names(np.concatenate(parts), starts, names.keys[places])
