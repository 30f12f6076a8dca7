"""A store in a folder, files written into it, and what a load made of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from list_files import write_csv

from graph.model import Listing, PartyType
from graph.relations import PartyRelation, RelationType
from graph.store import open_store
from loaders.report import LoadReport
from loaders.run import LoadOptions, load

T0 = datetime(2026, 11, 1, tzinfo=UTC)


class Bench:
    """One store; every load is recorded a day after the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = open_store(str(folder / "store.db"), create=True)
        self._count = 0

    def path(self, data: bytes | Sequence[Sequence[str]], name: str = "") -> Path:
        """A new file with these bytes or, as CSV, these rows."""
        self._count += 1
        path = self.folder / (name or f"file{self._count}.csv")
        if isinstance(data, bytes):
            path.write_bytes(data)
            return path
        return write_csv(path, data)

    def load(
        self, *data: bytes | Sequence[Sequence[str]] | Path, name: str = "", **options: Any
    ) -> LoadReport:
        """Load files, bytes or rows."""
        paths = [one if isinstance(one, Path) else self.path(one, name) for one in data]
        self._count += 1
        options.setdefault("workers", 0)
        return load(
            self.store, paths, options=LoadOptions(**options), recorded_at=T0 + timedelta(days=self._count)
        )

    def open(self, dataset: str) -> list[Listing]:
        """The current records of a list, in key order."""
        return [v.listing for v in self.store.iter_listings(dataset) if v.to_gen is None]

    def only(self, dataset: str) -> Listing:
        """The one current record of a list."""
        found = self.open(dataset)
        assert len(found) == 1, [listing.subject.name for listing in found]
        return found[0]

    def edges(self, *types: RelationType) -> list[tuple[str, PartyRelation, str]]:
        """The current relations of some types (all, if none is named) with the names of both ends."""
        found = []
        for version, edge in self.store.iter_edges():
            if version.to_gen is None and (not types or edge.type in types):
                found.append((self._name(edge.src), edge, self._name(edge.dst)))
        return sorted(found, key=lambda one: (one[1].type, one[0], one[2], one[1].role))

    def edge(self, kind: RelationType) -> tuple[str, PartyRelation, str]:
        """The one current relation of a type."""
        found = self.edges(kind)
        assert len(found) == 1, [(src, edge.role, dst) for src, edge, dst in found]
        return found[0]

    def things(self, kind: PartyType) -> set[str]:
        """The identifiers of all things of a type."""
        return {one.value for party in self.store.iter_parties() if party.type is kind for one in party.ids}

    def _name(self, key: str) -> str:
        party = self.store.get(key)
        assert party is not None
        return party.names[0].text if party.names else key

    def close(self) -> None:
        """Close the store."""
        self.store.close()
