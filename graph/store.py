"""The seam to whatever keeps the graph: protocols that the embedded file and Neo4j both fulfil.

A store is versioned by *generation*: a whole number that grows by one with each publication. A run stages its
rows under the next number; readers see published numbers only, so that an interrupted load leaves the old state.
Every row carries the generation that recorded it and the one that ended it; `known_at` becomes a generation by
the publication times, and that is the second clock of the house (what we had recorded by then).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from graph.model import Doc, Listing, Party, PartyRecord, Related, SameAs
from graph.relations import PartyRelation, Relation, RelationType


class StoreError(Exception):
    """A store is missing, locked, damaged or of a foreign version. `code` is a message code of graph/messages.toml."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class Batch(Doc):
    """Records that arrive together. Registers are taken first, then lists, then relations; of two records with one
    key the later wins, also across the batches of a run."""

    listings: tuple[Listing, ...] = ()
    parties: tuple[PartyRecord, ...] = ()
    relations: tuple[Relation, ...] = ()

    def __len__(self) -> int:
        return len(self.listings) + len(self.parties) + len(self.relations)


class SnapshotInfo(Doc):
    """What a load says of one list or register: where from, as of when, and whether it is all of it.

    `dataset` is a list code or a register name; `source` tells apart the publishers or shapes that feed one list.
    `taken_at` is when the publisher's state was fetched; None is unknown, and unknown is stale.
    """

    dataset: str
    source: str
    full: bool
    taken_at: datetime | None = None
    sha256: str = ""
    files: tuple[str, ...] = ()
    rows: int = 0
    accepted: int = 0
    rejected: int = 0


class Changes(Doc):
    """What a publication did to one (dataset, source)."""

    dataset: str
    source: str
    added: int = 0
    updated: int = 0
    ended: int = 0
    unchanged: int = 0


class Publication(Doc):
    """A published generation: its number, when, from which snapshots, and what changed."""

    number: int
    recorded_at: datetime
    snapshots: tuple[SnapshotInfo, ...] = ()
    changes: tuple[Changes, ...] = ()
    asked_at: datetime | None = None
    """The time that the caller gave, where it was not after the last publication: `recorded_at` always grows."""


class Versioned(Doc):
    """A record version as kept: `from_gen` recorded it, `to_gen` ended it (None: current)."""

    from_gen: int
    to_gen: int | None = None


class ListingVersion(Versioned, kw_only=True):
    """A listing with its versions and, where its subject has a strong identifier, its party."""

    listing: Listing
    content_hash: str
    party: str | None = None


class PartyHit(Doc):
    """An answer of `search`: the party, the name or code that matched, and how (`code`, `exact`, `prefix`, `infix`)."""

    party: Party
    matched: str
    how: str


class GraphReader(Protocol):
    """Reads of published generations. Every read takes `known` (a generation; None: the newest).

    Raises:
        StoreError: `store.unavailable`, `store.damaged`, `store.version`.
    """

    def generation(self, known_at: datetime | None = None) -> int:
        """The newest generation published by `known_at`; 0 when there is none."""
        ...

    def publications(self) -> Sequence[Publication]:
        """All published generations, oldest first."""
        ...

    def snapshots(self, known: int | None = None) -> Sequence[SnapshotInfo]:
        """Newest snapshot of each (dataset, source); its `taken_at` is what a list's age counts from."""
        ...

    def counts(self, known: int | None = None) -> Mapping[str, int]:
        """Open records by dataset."""
        ...

    def get(self, party: str, *, known: int | None = None) -> Party | None:
        """A party by its key, or by one it had before it turned out to be the same as an older party."""
        ...

    def find(self, scheme: str, value: str, *, known: int | None = None) -> Party | None:
        """The party that owns a strong identifier."""
        ...

    def search(self, text: str, *, limit: int = 20, known: int | None = None) -> Sequence[PartyHit]:
        """Organisations by code, name, former name (exact, prefix, infix); persons never by number."""
        ...

    def expand(
        self,
        parties: Sequence[str],
        *,
        types: Sequence[RelationType] | None = None,
        as_of: datetime | None = None,
        known: int | None = None,
        limit: int = 1000,
    ) -> tuple[Sequence[PartyRelation], int]:
        """One hop from several parties in one query: edges (at most `limit`) and how many there are in all."""
        ...

    def listings_of(self, party: str, *, known: int | None = None) -> Sequence[ListingVersion]:
        """The listings linked to a party, ended ones included."""
        ...

    def same_as(self, party: str, *, known: int | None = None) -> Sequence[SameAs]:
        """The mentions linked to a party."""
        ...

    def touched(self, dataset: str) -> str:
        """A mark of what `iter_listings(dataset)` yields; with `""`, of what `iter_parties` yields.

        It changes with every publication, erasure or link that changes a row of theirs; equal marks mean equal
        rows, so that the next generation takes over the files of an untouched list.
        """
        ...

    def iter_listings(self, dataset: str) -> Iterator[ListingVersion]:
        """All versions of a list, every generation, in a fixed order: what a generation folder is built from."""
        ...

    def iter_listing_rows(self, dataset: str) -> Iterator[tuple[bytes, str, int, int | None, str | None]]:
        """The same without decoding: JSON of the `Listing`, content hash (hex), from_gen, to_gen, party key."""
        ...

    def iter_parties(self) -> Iterator[Party]:
        """All parties in key order; one whose records have all ended as they last said, without mentions."""
        ...

    def iter_party_rows(self) -> Iterator[tuple[str, bytes]]:
        """Key and JSON of every `Party` that more is known of than one record on a list, in key order.

        Left out is who has no strong identifier, no register row and no relation: nothing leads to or from such a
        party, and a generation does without it.
        """
        ...

    def iter_edges(self) -> Iterator[tuple[Versioned, PartyRelation]]:
        """All relation versions, ends resolved."""
        ...


class GraphWriter(Protocol):
    """Writes. One writer at a time; others get `store.busy`.

    `begin` resumes the staged run of the same `token` (a hash of what is loaded) or discards another one's. A record
    belongs to (dataset, source): its data set (`list_code`, else `source.dataset`) and `source.publisher`, which may
    be empty where the run has one snapshot of that data set.
    """

    def begin(self, token: str, snapshots: Sequence[SnapshotInfo]) -> int:
        """Stage the next generation; returns its number."""
        ...

    def staged(self) -> int:
        """How many records of the begun run are already staged (a resumed run skips them)."""
        ...

    def write(self, batch: Batch) -> None:
        """Stage records. The same record again changes nothing. What a crash takes is not in `staged` afterwards."""
        ...

    def end_missing(self, dataset: str, source: str) -> int:
        """End the open records of (dataset, source) that the staged run did not name; returns how many.

        A listing gets REMOVED from the time at which the snapshot was taken (unknown: from the publication), so that
        it stays in force for any `as_of` before. Named again later, it is in force again and the gap is kept.
        """
        ...

    def end(self, dataset: str, keys: Iterable[str], *, event: str, at: datetime, reason: str = "") -> int:
        """End records by key with an exit (`REMOVED`, `REPAIRED`, `REVOKED`) or pause them (`TEMP_LIFTED`,
        `DISPUTED`); returns how many were found.

        Being named again does not undo an exit, unless the record begins after it or had left its list since.
        """
        ...

    def staged_changes(self) -> Sequence[Changes]:
        """What publishing would do: the figures that minimums are checked against."""
        ...

    def publish(self, recorded_at: datetime) -> Publication:
        """Make the staged generation the newest, in one step. No-op publications (nothing changed) still record
        their snapshots, so that list ages move."""
        ...

    def abort(self) -> None:
        """Discard the staged run."""
        ...

    def link(self, same_as: SameAs, *, recorded_at: datetime) -> None:
        """Record a human's link between a mention and a party."""
        ...

    def separate(self, same_as: SameAs, *, reason: str, recorded_at: datetime) -> None:
        """Record NOT_SAME_AS; it wins over any link."""
        ...

    def erase(self, party: str, *, reason: str, recorded_at: datetime) -> int:
        """Remove a person's data from every version (PIPL art. 47); returns how many rows were blanked."""
        ...


class Store(GraphReader, GraphWriter, Protocol):
    """Both sides, with a lifetime."""

    url: str

    def close(self) -> None:
        """Release the file or the connections."""
        ...


def open_store(url: str, *, create: bool = False, user: str = "", password: str = "") -> Store:
    """Open a store by URL: a path or `sqlite:///path` for the embedded file, `neo4j://user@host:7687/database`
    (also `bolt://`, and either with `+s` or `+ssc` for TLS) for Neo4j.

    Args:
        url: where. A password in it is refused.
        create: make a store where there is none.
        user: for Neo4j, where the URL does not name one.
        password: for Neo4j.

    Raises:
        StoreError: `store.missing` (and not `create`), `store.scheme`, `store.version`, `store.damaged`; of Neo4j
            also `store.unavailable`, `store.slow`, `store.auth`, `store.database`, `store.server_version`,
            `store.foreign`, `store.url`, `store.url_password`, `store.missing_database`.
    """
    scheme, sep, rest = url.partition("://")
    if not sep or scheme == "sqlite":
        from graph.stores.embedded.store import EmbeddedStore

        return EmbeddedStore(rest.lstrip("/").join(("/", "")) if sep else url, create=create)
    if scheme.partition("+")[0] in ("neo4j", "bolt"):
        from graph.stores.bolt.store import BoltStore

        return BoltStore(url, create=create, user=user, password=password)
    raise StoreError("store.scheme", scheme=scheme)


class TrialStore(Store, Protocol):
    """A store that may be emptied."""

    def empty(self) -> None:
        """Remove everything."""
        ...


def open_trial_store(url: str, *, user: str = "", password: str = "") -> TrialStore:
    """Open a database of Neo4j for trials: scenarios and tests empty it between one and the next.

    It becomes one for trials when it holds nothing at first; one that holds data is never emptied.

    Raises:
        StoreError: `store.not_scratch`: it holds data that was loaded for good; `store.scheme`: not Neo4j; as
            `open_store`.
    """
    from graph.stores.bolt.store import BoltStore

    scheme, sep, _ = url.partition("://")
    if not sep or scheme.partition("+")[0] not in ("neo4j", "bolt"):
        raise StoreError("store.scheme", scheme=scheme if sep else "file")
    return BoltStore(url, create=True, user=user, password=password, trials=True)


__all__ = [
    "Batch", "Changes", "GraphReader", "GraphWriter", "ListingVersion", "PartyHit", "Publication", "Related",
    "SnapshotInfo", "Store", "StoreError", "TrialStore", "Versioned", "open_store", "open_trial_store",
]  # fmt: skip
