"""The companies among which neighbours are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from random import Random

from namelab.company import Company


class Pool:
    """The companies among which neighbours are looked for."""

    def __init__(self, companies: Sequence[Company]) -> None:
        self.companies = companies

    def draw(self, rng: Random) -> Company:
        """Any company."""
        return self.companies[rng.randrange(len(self.companies))]

    @cached_property
    def _postings(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at, company in enumerate(self.companies):
            for gram in _grams(company.name):
                found.setdefault(gram, []).append(at)
        return found

    def nearest(self, company: Company) -> Company | None:
        """The other company whose name shares most rare pairs of characters."""
        scores: dict[int, float] = {}
        for gram in _grams(company.name):
            rows = self._postings.get(gram, [])
            if len(rows) <= 300:
                for at in rows:
                    scores[at] = scores.get(at, 0.0) + (1 + len(rows)) ** -0.5
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:3]
        return next((self.companies[at] for at, _ in best if self.companies[at].name != company.name), None)


def _grams(name: str) -> set[str]:
    return {name[at : at + 2] for at in range(len(name) - 1)}
