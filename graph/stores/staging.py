"""What the writing sides of all stores do alike, with the run that they have begun and under their lock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Generic, TypeVar

from graph.model import SameAs, Status
from graph.store import Batch, Changes, StoreError
from graph.stores import rows as r
from graph.stores.run import Run

R = TypeVar("R", bound=Run)


class Staging(Generic[R]):
    """`GraphWriter` between `begin` and `publish`."""

    _run: R | None
    url: str

    def _writing(self) -> AbstractContextManager[object]:
        """Under the writer's lock. A failure gives up what was not committed, and the run."""
        raise NotImplementedError

    def staged(self) -> int:
        """How many records of the begun run are staged; after an interruption, those that are durable."""
        return self._staging().staged

    def write(self, batch: Batch) -> None:
        """Stage records; the same record again changes nothing.

        They are durable a part at a time, and at the latest when an end, the figures or the publication is asked
        for; what a crash takes, `staged` does not count.
        """
        run = self._staging()
        with self._writing():
            run.write(batch)

    def end_missing(self, dataset: str, source: str) -> int:
        """End the open records of a source that the run did not name; returns how many it ended now.

        A listing gets a REMOVED event from the time its snapshot was taken (where that is unknown, from the
        publication); a register row or a relation just ends.
        """
        run = self._staging()
        with self._writing():
            return run.end_missing(dataset, source)

    def end(self, dataset: str, keys: Iterable[str], *, event: str, at: datetime, reason: str = "") -> int:
        """End records by key, in every source of the data set, by a decision effective `at`.

        Returns:
            How many of the keys' records were found.

        Raises:
            ValueError: `event` is no exit.
        """
        status = Status(event)
        if status not in r.EXITS:
            raise ValueError(f"{event} is not an exit")
        run = self._staging()
        with self._writing():
            return run.end(dataset, keys, status, at, reason)

    def staged_changes(self) -> Sequence[Changes]:
        """What publishing would do: the figures that minimums are checked against."""
        run = self._staging()
        with self._writing():
            run.settle()
        return run.changes()

    def _staging(self) -> R:
        if self._run is None:
            raise StoreError("store.no_run", path=self._where())
        return self._run

    def _where(self) -> str:
        """The store, for messages."""
        raise NotImplementedError


class Deciding:
    """`GraphWriter.link` and `separate`: each decision of a human is a publication of its own.

    They take the next generation, and therefore discard what an interrupted load had staged (it starts anew).
    """

    def _decide(self, same_as: SameAs, *, differs: bool, reason: str, recorded_at: datetime) -> None:
        raise NotImplementedError

    def link(self, same_as: SameAs, *, recorded_at: datetime) -> None:
        """Record a human's link between a mention and a party, in place of an earlier one of that mention.

        Raises:
            StoreError: `store.mention`, `store.party`: there is none; `store.separated`: the mention was said to be
                someone else, which wins; `store.busy`.
        """
        self._decide(same_as, differs=False, reason="", recorded_at=recorded_at)

    def separate(self, same_as: SameAs, *, reason: str, recorded_at: datetime) -> None:
        """Record that a mention is not a party (NOT_SAME_AS). It wins over any link, also over identifiers.

        Raises:
            StoreError: `store.mention`, `store.party`: there is none; `store.busy`.
        """
        self._decide(same_as, differs=True, reason=reason, recorded_at=recorded_at)
