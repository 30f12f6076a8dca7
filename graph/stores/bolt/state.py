"""Generations as Neo4j keeps them: one node each, with what was loaded and what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from graph.dates import from_micros
from graph.store import Changes, Publication, SnapshotInfo
from graph.stores.bolt.server import Asking
from graph.stores.run import ADDED, ENDED, IN_FORCE, UNCHANGED, UPDATED

_decode_figures = msgspec.json.Decoder(dict[int, list[int]], strict=False).decode
_decode_snapshots = msgspec.json.Decoder(tuple[SnapshotInfo, ...]).decode


class Generation(msgspec.Struct, frozen=True):
    """A generation: published, or staged (`recorded_at` None)."""

    number: int
    token: str
    recorded_at: int | None
    asked_at: int | None
    staged: int
    first_record: int
    next_record: int
    next_party: int
    snapshots: tuple[SnapshotInfo, ...]
    figures: Mapping[int, list[int]]
    step: int


def generations(ask: Asking, known: int | None = None) -> list[Generation]:
    """All of them, oldest first; with `known`, the published ones up to it."""
    found = [
        Generation(
            number=row[0],
            token=row[1],
            recorded_at=row[2],
            asked_at=row[3],
            staged=row[4],
            first_record=row[5],
            next_record=row[6],
            next_party=row[7],
            snapshots=_decode_snapshots(row[8]) if row[8] else (),
            figures=_decode_figures(row[9]) if row[9] else {},
            step=row[10],
        )
        for row in ask("generations")
    ]
    return (
        found
        if known is None
        else [one for one in found if one.recorded_at is not None and one.number <= known]
    )


def newest_figures(published: Iterable[Generation]) -> dict[int, list[int]]:
    """The newest figures of each source."""
    return {source: counts for one in published for source, counts in one.figures.items()}


def open_counts(published: Iterable[Generation], sources: Mapping[int, tuple[str, str]]) -> dict[str, int]:
    """Open records by data set."""
    found: dict[str, int] = {}
    for source, counts in newest_figures(published).items():
        dataset = sources[source][0]
        found[dataset] = found.get(dataset, 0) + counts[IN_FORCE]
    return dict(sorted(found.items()))


def newest_snapshots(published: Iterable[Generation]) -> list[SnapshotInfo]:
    """The newest snapshot of each data set and source."""
    newest = {(one.dataset, one.source): one for gen in published for one in gen.snapshots}
    return [one for _, one in sorted(newest.items())]


def publications(
    published: Sequence[Generation], sources: Mapping[int, tuple[str, str]]
) -> list[Publication]:
    """The same as publications."""
    return [
        Publication(
            number=one.number,
            recorded_at=from_micros(one.recorded_at or 0),
            asked_at=None if one.asked_at is None else from_micros(one.asked_at),
            snapshots=one.snapshots,
            changes=tuple(
                Changes(
                    dataset=sources[source][0],
                    source=sources[source][1],
                    added=counts[ADDED],
                    updated=counts[UPDATED],
                    ended=counts[ENDED],
                    unchanged=counts[UNCHANGED],
                )
                for source, counts in sorted(one.figures.items())
            ),
        )
        for one in published
    ]
