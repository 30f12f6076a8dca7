"""A register full of fictitious companies: the same for a seed, and its beginning the same whatever its size.

Every name is put together from word lists; that one is also borne by a real company is chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import chain, count
from typing import Final

from xxhash import xxh3_64_intdigest

from namelab.company import Company
from namelab.register import Register, chains

BLOCK: Final = 8_192
"""Companies that one register office makes from one stream of draws."""

_PLAIN: Final = str.maketrans("", "", "（）()")


def companies(seed: int, names: int) -> Iterator[Company]:
    """The first companies of a world one after another, no two with one name (brackets aside).

    Args:
        seed: of the world.
        names: how many.
    """
    seen: set[int] = set()
    heads = chains(seed)
    for company in chain(heads, _drawn(seed, len(heads))):
        if len(seen) >= names:
            return
        name = company.name
        plain = name.translate(_PLAIN) if "（" in name or "(" in name else name
        key = xxh3_64_intdigest(plain.encode())
        if key not in seen:
            seen.add(key)
            yield company


def _drawn(seed: int, first: int) -> Iterator[Company]:
    for block in count():
        office = Register(seed, block)
        for number in range(max(block * BLOCK, first), (block + 1) * BLOCK):
            yield office.next(number)


class World:
    """A register of a given size.

    Args:
        seed: the same seed gives the same companies in the same order; a smaller world is the beginning of a larger.
        names: how many companies.
    """

    def __init__(self, seed: int, names: int) -> None:
        self.seed = seed
        self.size = names

    @cached_property
    def companies(self) -> list[Company]:
        """Every company of the register."""
        return list(companies(self.seed, self.size))

    @property
    def names(self) -> Iterator[str]:
        """The names alone, without keeping the companies: for worlds of many millions."""
        return (company.name for company in companies(self.seed, self.size))
