"""The word lists behind the generated names, and how a word is drawn from them quickly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Final, Generic, TypeVar

T = TypeVar("T")

BITS: Final = 16
"""A wheel has 2 to this power slots: the rarest word that it can hold turns up once in 65,536 draws."""


class Wheel(Generic[T]):
    """Draws an item in proportion to its weight with one look into a table.

    Args:
        items: what may be drawn, each with its weight; every item gets at least one slot.
    """

    def __init__(self, items: Iterable[tuple[T, float]]) -> None:
        pairs = [(item, weight) for item, weight in items if weight > 0]
        size = 1 << BITS
        total = sum(weight for _, weight in pairs)
        slots = [max(1, round(weight / total * size)) for _, weight in pairs]
        slots[slots.index(max(slots))] += size - sum(slots)
        self.items: tuple[T, ...] = tuple(item for item, _ in pairs)
        self._table: list[T] = [
            item for (item, _), count in zip(pairs, slots, strict=True) for _ in range(count)
        ]
        if len(self._table) != size:
            raise ValueError(f"more than {size} items on one wheel")

    def draw(self, rng: Random) -> T:
        """One item."""
        return self._table[rng.getrandbits(BITS)]


def zipf(items: Iterable[T], power: float, head: float = 4.0) -> list[tuple[T, float]]:
    """Items in order of frequency with weights that fall as (rank + head) to the power."""
    return [(item, (rank + head) ** -power) for rank, item in enumerate(dict.fromkeys(items))]


def blend(*parts: tuple[float, Sequence[tuple[T, float]]]) -> Wheel[T]:
    """One wheel of several weighted lists, each of which gets its share of the draws."""
    joined: dict[T, float] = {}
    for share, items in parts:
        total = sum(weight for _, weight in items)
        for item, weight in items:
            joined[item] = joined.get(item, 0.0) + share * weight / total
    return Wheel(joined.items())


@cache
def blocks(name: str) -> dict[str, tuple[str, ...]]:
    """The words of each `[block]` of a list in the folder words/."""
    found: dict[str, list[str]] = {}
    block = ""
    for line in (Path(__file__).parent / "words" / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            block = line.strip("[] ")
        elif line and not line.startswith("#"):
            found.setdefault(block, []).extend(line.split())
    return {key: tuple(words) for key, words in found.items()}


@cache
def counted(block: str) -> Wheel[str]:
    """A block of other.txt as a wheel; words without a weight (`word*weight`) fall off by rank."""
    words = blocks("other.txt")[block]
    if any("*" in word for word in words):
        return Wheel((word.partition("*")[0], float(word.partition("*")[2] or 1)) for word in words)
    return Wheel(zipf(words, 0.7, 6))


@cache
def english() -> dict[str, tuple[str, ...]]:
    """English words of trades, the most usual first."""
    rows = (Path(__file__).parent / "words" / "english.txt").read_text(encoding="utf-8").splitlines()
    pairs = (row.partition("=") for row in rows if row and not row.startswith("#"))
    return {word: tuple(meanings.split("|")) for word, _, meanings in pairs}


@cache
def synonyms() -> dict[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Trades by their words, and other words for the same, in both directions."""
    found: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for line in (Path(__file__).parent / "words" / "synonyms.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            left, right = (tuple(word.split("/")) for word in line.split())
            found.setdefault(left, []).append(right)
            found.setdefault(right, []).append(left)
    return {key: tuple(others) for key, others in found.items()}
