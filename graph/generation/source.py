"""What a generation is written from: a store's rows, in an order by which equal stores give equal bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from graph.generation.build import EdgeRow, ListingRow
from graph.lists import APART
from graph.model import Party
from graph.projection.columns import EdgePage
from graph.relations import PartyRelation
from graph.store import GraphReader, Publication, Versioned


@dataclass(frozen=True)
class Changes:
    """What a store recorded since a generation.

    Attributes:
        parties: key and JSON of every party that reads differently or is new.
        edges: relation versions that were ended or recorded since, in the order of a full reading.
    """

    parties: Sequence[tuple[str, bytes]]
    edges: Sequence[EdgeRow]


@runtime_checkable
class ChangeReader(Protocol):
    """A store that can say what changed since one of its generations."""

    def changes_since(
        self, number: int, touched: str
    ) -> tuple[Sequence[tuple[str, bytes]], Sequence[tuple[Versioned, PartyRelation]]] | None:
        """Parties (key and JSON, as of `iter_party_rows`) that read differently, and relation versions ended or
        recorded since generation `number`, in the order of `iter_edges`.

        Args:
            number: a generation of this store.
            touched: its mark for parties (`touched("")`) when it was the newest.

        Returns:
            None where it was another store's, or where more changed than rows: parties were joined, linked by
            humans or erased.
        """
        ...


class GraphPages(Protocol):
    """All relations and all parties of a store, as known at a generation."""

    @property
    def apart(self) -> str:
        """The store's address, where another process should read the relations meanwhile; else empty."""
        ...

    def edges(self, *, named: bool = True) -> Iterable[EdgePage]:
        """All relation versions, in the order of `iter_edges`.

        Args:
            named: keep what `parties` needs of them.
        """
        ...

    def names(self) -> None:
        """Read only what `parties` needs of the relations."""
        ...

    def parties(self) -> Iterable[tuple[Party, bytes]]:
        """The parties of `iter_party_rows`, each with its JSON, once all relations or their names were taken."""
        ...


@runtime_checkable
class PageReader(Protocol):
    """A store that can give its relations as columns, and put parties together while it does."""

    def graph_pages(self, known: int) -> GraphPages:
        """All relations and parties as known at a generation."""
        ...


def _unpaged() -> None:
    return None


def _unknown(number: int, touched: str) -> Changes | None:
    return None


@dataclass(frozen=True)
class Source:
    """Rows by kind. Every iterable may be taken again and then yields the same.

    Attributes:
        number: the newest publication's number; rows recorded later are left out.
        publications: all of them, oldest first.
        datasets: names of the lists. Those kept apart (`graph.lists.APART`) stay in the store.
        touched: a mark for a list (`""`: the parties) that changes with its rows; empty: read anew each time.
        changes: what was recorded since a generation with that mark; None where that is not known.
        graph_pages: relations as columns, and parties from them, which is faster; None where the store can't.
        newest: the number of the newest publication now; another than `number` means that rows may be mixed.
    """

    number: int
    newest: Callable[[], int]
    publications: Sequence[Publication]
    counts: Mapping[str, int]
    datasets: Sequence[str]
    touched: Callable[[str], str]
    listings: Callable[[str], Iterable[ListingRow]]
    parties: Callable[[], Iterable[bytes]]
    edges: Callable[[], Iterable[EdgeRow]]
    changes: Callable[[int, str], Changes | None] = _unknown
    graph_pages: Callable[[], GraphPages | None] = _unpaged


def store_source(store: GraphReader) -> Source:
    """The published rows of a store.

    Raises:
        StoreError: the store can't be read.
    """
    number = store.generation()
    publications = [one for one in store.publications() if one.number <= number]
    counts = dict(store.counts(number))
    named = {snapshot.dataset for one in publications for snapshot in one.snapshots}

    def listings(dataset: str) -> Iterator[ListingRow]:
        for doc, content_hash, from_gen, to_gen, party in store.iter_listing_rows(dataset):
            yield ListingRow(doc, bytes.fromhex(content_hash), from_gen, to_gen, party or "")

    def parties() -> Iterator[bytes]:
        return (doc for _, doc in store.iter_party_rows())

    def edges() -> Iterator[EdgeRow]:
        for version, relation in store.iter_edges():
            yield EdgeRow(relation, version.from_gen, version.to_gen)

    def changes(since: int, mark: str) -> Changes | None:
        found = store.changes_since(since, mark) if isinstance(store, ChangeReader) else None
        if found is None:
            return None
        rows = [EdgeRow(relation, version.from_gen, version.to_gen) for version, relation in found[1]]
        return Changes(found[0], rows)

    return Source(
        number=number,
        newest=store.generation,
        publications=publications,
        counts=counts,
        datasets=sorted({*named, *counts} - APART),
        touched=store.touched,
        listings=listings,
        parties=parties,
        edges=edges,
        changes=changes,
        graph_pages=lambda: store.graph_pages(number) if isinstance(store, PageReader) else None,
    )
