"""How generations are searched: opened once each, by likeness too where there is an index of names."""

from __future__ import annotations

from threading import Lock
from typing import Final, NamedTuple

from graph.generation import Generation, GenerationError
from matching.candidates import CandidateSource, ExactCandidates, FuzzyCandidates, NameSearch
from matching.kept import Kept
from matching.matcher import Likeness
from matching.policy import Policy

OPEN: Final = 4
"""Generations whose searches are kept, the current one among them: each holds what it found of thousands of names."""


class Search(NamedTuple):
    """How one generation is searched, and what decisions are pinned to because of it."""

    source: CandidateSource
    likeness: Likeness | None = None
    names: str = ""
    """Which index of names; empty: names are searched as written only."""
    model: str = ""
    """By which model names are scored."""


class Searches:
    """The searches of the generations that a screener reads, under one policy. Threads may share it."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._open: Kept[str, Search] = Kept(OPEN)
        self._lock = Lock()

    def of(self, generation: Generation) -> Search:
        """How a generation is searched; its index is opened and made ready the first time, or after a long rest.

        Raises:
            GenerationError: `generation.damaged`, `generation.foreign`: another program's index.
        """
        kept = self._open.get(generation.ref)
        if kept is None:
            with self._lock:
                kept = self._open.get(generation.ref) or self._begin(generation)
                self._open.put(generation.ref, kept)
        return kept

    def readable(self, generation: Generation | None) -> Generation | None:
        """An earlier generation, unless another version of the program made its index of names."""
        try:
            if generation is not None:
                self.of(generation)
        except GenerationError:
            return None
        return generation

    def _begin(self, generation: Generation) -> Search:
        index = name_index(generation) if self._policy.candidates else None
        if index is None:
            return Search(ExactCandidates(generation))
        from matching.similarity import Similar, model_name, warm

        warm(index)
        return Search(
            FuzzyCandidates(generation, index, self._policy.candidates),
            Similar(generation, index, self._policy),
            generation.index,
            model_name(),
        )


def name_index(generation: Generation) -> NameSearch | None:
    """The index of a generation's names; None where it was published without one.

    Raises:
        GenerationError: `generation.damaged`, `generation.foreign`: the index can't be read by this program.
    """
    files = generation.index_files()
    if files is None:
        return None
    from matching.index.names import NameIndex  # compiles functions: loaded only where there is an index

    return NameIndex(files, generation.index)
