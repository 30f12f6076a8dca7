"""A store in a folder, files written into it, and what a load made of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from list_files import write_csv

from graph.model import Listing
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

    def close(self) -> None:
        """Close the store."""
        self.store.close()
