"""What a generation is written from: a store's rows, in an order by which equal stores give equal bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph.generation.build import EdgeRow, ListingRow
from graph.store import GraphReader, Publication


@dataclass(frozen=True)
class Source:
    """Rows by kind. Every iterable may be taken again and then yields the same.

    Attributes:
        number: the newest publication's number; rows recorded later are left out.
        publications: all of them, oldest first.
        datasets: names of the lists.
        touched: a mark for a list (`""`: the parties) that changes with its rows; empty: read anew each time.
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

    return Source(
        number=number,
        newest=store.generation,
        publications=publications,
        counts=counts,
        datasets=sorted({*named, *counts}),
        touched=store.touched,
        listings=listings,
        parties=parties,
        edges=edges,
    )
