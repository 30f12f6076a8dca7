"""Equal slips of the pen in two bids: the same wrong character at the same place, where others have the right one.

SPEC 8 R17: three equal rare errors. An error is seen without a dictionary: within the same two characters before and
after it, other texts (or the tender's own) have a character that sounds or looks like it. What is only a usual
variant (其他, 其它) is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from matching.names.characters import Characters, characters
from matching.textual import Codes, written

Array = npt.NDArray[Any]

MOST: Final = 5_000_000
"""Characters in all beyond which equal errors are not looked for (some two seconds)."""
ALIKE: Final = 80
"""Likeness of shape from which one character is taken for another (己 and 已: 100)."""
VARIANTS: Final = tuple(
    frozenset(group)
    for group in (
        "的地得", "他它她", "帐账", "做作", "象像", "唯惟", "订定", "需须", "录陆", "份分", "采彩", "的得", "砼硂",
        "了啦", "哪那", "型形", "式试", "至致", "座坐", "副付", "渡度", "及级", "人仁", "一壹", "二贰", "三叁", "内里",
    )
)  # fmt: skip
"""Characters that careful writers use for one another, or that make two words."""
_FAR: Final = 4
"""Different characters at one place above which the place varies freely (a list, a number)."""


class Slip(NamedTuple):
    """An error that some texts share."""

    texts: tuple[int, ...]
    wrong: str
    right: str
    around: str
    """The error with what stands before and after it."""


def slips(texts: Sequence[Codes], known: Sequence[Codes]) -> Iterator[Slip]:
    """Errors that two or a few texts share and none of the others has.

    Args:
        texts: the bids'.
        known: the tender's own documents.
    """
    sources = [*texts, *known]
    few = max(2, len(texts) // 4)
    rows = _worth(_varying(sources), few)
    if not len(rows):
        return
    tables = characters()
    keys = rows["key"]
    edges = np.append(np.flatnonzero(np.append(True, keys[1:] != keys[:-1])), len(rows))
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        held: dict[int, dict[int, int]] = {}
        for _, centre, source, at in rows[low:high].tolist():
            held.setdefault(centre, {}).setdefault(source, at)
        for wrong, where in held.items():
            if not 2 <= len(where) <= few or max(where) >= len(texts):
                continue
            source, at = next(iter(where.items()))
            beside = int(sources[source][at - 1]), int(sources[source][at + 1])
            right = _right(tables, wrong, held, where)
            if not right:
                continue
            # what the tender itself writes is right
            written_so = max(held[right]) >= len(texts)
            if written_so or _rarer(sources, wrong, right, beside, len(where), len(held[right])):
                around = written(sources[source][at - 2 : at + 3])
                yield Slip(tuple(sorted(where)), chr(wrong), chr(right), around)


def _right(t: Characters, wrong: int, held: dict[int, dict[int, int]], where: dict[int, int]) -> int:
    """The character that others have in the place of `wrong`, if it may be mistaken for it; 0 if there is none."""
    for other, elsewhere in held.items():
        if other == wrong or not elsewhere.keys() - where.keys():
            continue
        usual = any(chr(wrong) in group and chr(other) in group for group in VARIANTS)
        if not usual and (_sounds_like(t, wrong, other) or _looks_like(t, wrong, other)):
            return other
    return 0


def _rarer(
    sources: Sequence[Codes], wrong: int, right: int, beside: tuple[int, int], these: int, others: int
) -> bool:
    """Whether of two spellings the first is the odd one: fewer texts have it, or where as many do, its pairs with the
    characters beside it are rarer in all texts."""
    if these != others:
        return these < others
    before, after = beside

    def pairs(centre: int) -> int:
        found = 0
        for codes in sources:
            hits = codes == centre
            found += int(np.count_nonzero(hits[1:] & (codes[:-1] == before)))
            found += int(np.count_nonzero(hits[:-1] & (codes[1:] == after)))
        return found

    return pairs(wrong) < pairs(right)


def _sounds_like(t: Characters, a: int, b: int) -> bool:
    return bool({int(s) for s in t.sound[a] if s} & {int(s) for s in t.sound[b] if s})


def _looks_like(t: Characters, a: int, b: int) -> bool:
    low, high = int(t.shape_start[a]), int(t.shape_start[a + 1])
    at = low + int(np.searchsorted(t.shape_other[low:high], b))
    return at < high and int(t.shape_other[at]) == b and int(t.shape_weight[at]) >= ALIKE


def _varying(sources: Sequence[Codes]) -> Array:
    """Places with the same neighbours at which the texts differ, by their neighbours: key, character, text, place."""
    total = sum(map(len, sources))
    size = 1 << min(25, max(10, (4 * total).bit_length()))
    seen = np.zeros(size, dtype=np.uint16)
    differs = np.zeros(size, dtype=bool)
    read = [_places(codes) for codes in sources]
    for keys, centres, _ in read:
        slots = (keys & np.uint64(size - 1)).astype(np.int64)
        fresh = seen[slots] == 0
        seen[slots[fresh]] = centres[fresh]
        differs[slots[seen[slots] != centres]] = True
    kept = []
    for number, (keys, centres, at) in enumerate(read):
        chosen = differs[(keys & np.uint64(size - 1)).astype(np.int64)]
        rows = np.empty(int(chosen.sum()), dtype=_ROW)
        rows["key"], rows["centre"] = keys[chosen], centres[chosen]
        rows["text"], rows["at"] = number, at[chosen]
        kept.append(rows)
    every = np.concatenate(kept) if kept else np.empty(0, dtype=_ROW)
    found: Array = every[np.lexsort((every["centre"], every["key"]))]
    return found


def _worth(rows: Array, few: int) -> Array:
    """Of sorted rows those of places where two to `_FAR` characters occur, one of them in two to `few` texts."""
    if not len(rows):
        return rows
    key, centre, text = rows["key"], rows["centre"], rows["text"]
    new_key = np.append(True, key[1:] != key[:-1])
    new_centre = new_key | np.append(True, centre[1:] != centre[:-1])
    # the sort is stable: rows of one text follow one another
    new_text = new_centre | np.append(True, text[1:] != text[:-1])
    key_of = np.cumsum(new_key) - 1
    centre_of = np.cumsum(new_centre) - 1
    texts = np.bincount(centre_of[new_text])
    centres = np.bincount(key_of[new_centre])
    shared = np.zeros(len(centres), dtype=bool)
    shared[key_of[new_centre][(texts >= 2) & (texts <= few)]] = True
    kept: Array = rows[((centres >= 2) & (centres <= _FAR) & shared)[key_of]]
    return kept


_ROW = np.dtype([("key", np.uint64), ("centre", np.uint16), ("text", np.int32), ("at", np.int64)])


def _places(codes: Codes) -> tuple[npt.NDArray[np.uint64], Codes, npt.NDArray[np.int64]]:
    """For each Chinese character with Chinese neighbours: a hash of two before and two after it, itself, its place."""
    han = (codes >= 0x4E00) & (codes <= 0x9FFF)
    if len(codes) < 5:
        at = np.empty(0, dtype=np.int64)
    else:
        at = np.flatnonzero(han[:-4] & han[1:-3] & han[2:-2] & han[3:-1] & han[4:]).astype(np.int64) + 2
    wide = codes.astype(np.uint64)
    keys = wide[at - 2] << np.uint64(48) | wide[at - 1] << np.uint64(32)
    keys |= wide[at + 1] << np.uint64(16) | wide[at + 2]
    keys ^= keys >> np.uint64(31)
    keys *= np.uint64(0x9E3779B97F4A7C15)
    keys ^= keys >> np.uint64(29)
    return keys, codes[at], at
