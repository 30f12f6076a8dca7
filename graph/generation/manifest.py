"""The manifest: what a generation holds, from which publications and snapshots, and what names it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from graph.dates import from_micros, to_micros
from graph.generation.errors import GenerationError, damaged
from graph.generation.format import FORMAT, FileInfo
from graph.model import Doc
from graph.store import Publication, SnapshotInfo

MANIFEST = "manifest.json"


class Recorded(Doc):
    """A publication that the generation knows of: its number and when it was recorded."""

    number: int
    recorded_at: datetime


class SnapshotEntry(Doc):
    """A snapshot with the generation number that recorded it."""

    number: int
    snapshot: SnapshotInfo


class ListSection(Doc):
    """The records of one list: the files `<prefix>.*`, every version of each record in key order."""

    dataset: str
    prefix: str
    codes: tuple[str, ...]
    rows: int
    touched: str = ""
    """The store's mark for the state these rows were read in; equal marks mean equal rows."""


class PartySection(Doc):
    """The register: parties in key order, files `party.*`."""

    rows: int
    touched: str = ""


class RelationSection(Doc):
    """Relations of parties, every version, files `relation.*`; `outside`: ends that are no party here."""

    rows: int
    outside: int = 0


class Manifest(Doc):
    """Everything that is needed to check and read the folder. Its SHA-256 names the generation."""

    format: int = FORMAT
    number: int = 0
    created_at: datetime = from_micros(0)
    publications: tuple[Recorded, ...] = ()
    snapshots: tuple[SnapshotEntry, ...] = ()
    counts: dict[str, int] = msgspec.field(default_factory=dict)
    lists: tuple[ListSection, ...] = ()
    listings: int = 0
    parties: PartySection = PartySection(rows=0)
    relations: RelationSection = RelationSection(rows=0)
    files: dict[str, FileInfo] = msgspec.field(default_factory=dict)
    slots: dict[str, str | None] = msgspec.field(default_factory=dict)
    language: str = ""
    """Fingerprint of the name functions by which the keys were made."""


class ListState(Doc):
    """The state of one list as known at a generation number.

    `taken_at` is the oldest of the sources' newest states (None: unknown, which is stale). Before
    `covered_from` records that had been removed again are unknown: it is the latest, over sources, of the
    first full snapshot's time (of the first dated one after it where that is unknown, of the first of any
    kind where none was full; None: unknown). `sha256` pins the newest snapshots. `records` counts those that
    stand on the list.
    """

    code: str
    snapshots: tuple[SnapshotInfo, ...] = ()
    taken_at: datetime | None = None
    covered_from: datetime | None = None
    sha256: str = ""
    records: int = 0
    times: tuple[tuple[datetime, ...], ...] = ()
    """For each source the dated states that we hold, ascending: between two that lie far apart nothing is known."""


_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(Manifest)


def encode(manifest: Manifest) -> bytes:
    """The manifest as written: sorted keys, defaults left out except the format version."""
    return _encoder.encode({**msgspec.to_builtins(manifest), "format": manifest.format})


def digest(data: bytes) -> str:
    """The generation's hash."""
    return hashlib.sha256(data).hexdigest()


def reference(number: int, hash_: str) -> str:
    """The folder's name: number and first twelve digits of the hash."""
    return f"{number}-{hash_[:12]}"


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """The manifest of a folder and its hash, compared with the folder's name.

    Raises:
        GenerationError: `generation.missing`, `generation.damaged`, `generation.foreign`.
    """
    try:
        data = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        code = "generation.damaged" if folder.is_dir() else "generation.missing"
        raise GenerationError(code, path=str(folder), detail=MANIFEST) from None
    except OSError as error:
        raise damaged(folder, error.strerror or MANIFEST) from error
    hash_ = digest(data)
    number, _, short = folder.name.partition("-")
    if not (number.isdigit() and len(short) == 12 and hash_.startswith(short)):
        raise damaged(folder, "the manifest is not the one that named the folder")
    try:
        found = msgspec.json.decode(data, type=dict[str, object]).get("format")
        if found != FORMAT:
            raise GenerationError("generation.foreign", path=str(folder), found=found, known=FORMAT)
        manifest = _decoder.decode(data)
    except msgspec.DecodeError as error:
        raise damaged(folder, MANIFEST) from error
    if manifest.number != int(number):
        raise damaged(folder, "number")
    return manifest, hash_


def history(publications: Iterable[Publication]) -> tuple[SnapshotEntry, ...]:
    """All snapshots with the generation that recorded each, oldest first."""
    return tuple(
        SnapshotEntry(number=publication.number, snapshot=snapshot)
        for publication in publications
        for snapshot in sorted(publication.snapshots, key=lambda one: (one.dataset, one.source))
    )


def timeline(publications: Iterable[Recorded]) -> tuple[list[int], list[int]]:
    """Publication times in microseconds, ascending, and the newest number recorded by each.

    A clock that was set back between two publications must not hide the newer one.
    """
    times: list[int] = []
    numbers: list[int] = []
    for one in sorted(publications, key=lambda each: (to_micros(each.recorded_at), each.number)):
        times.append(to_micros(one.recorded_at))
        numbers.append(max(one.number, numbers[-1] if numbers else 0))
    return times, numbers


def list_states(
    snapshots: Iterable[SnapshotEntry],
    datasets: Mapping[str, Iterable[str]],
    records: Mapping[str, int],
    known: int,
) -> dict[str, ListState]:
    """The state of every list at `known`; `datasets` names, for a list code, the data sets that feed it."""
    by_dataset: dict[str, dict[str, list[SnapshotInfo]]] = {}
    for entry in snapshots:
        if entry.number <= known:
            sources = by_dataset.setdefault(entry.snapshot.dataset, {})
            sources.setdefault(entry.snapshot.source, []).append(entry.snapshot)
    states: dict[str, ListState] = {}
    for code in sorted({*by_dataset, *datasets}):
        feeds = sorted({code, *datasets.get(code, ())})
        chains = [chain for feed in feeds for _, chain in sorted(by_dataset.get(feed, {}).items())]
        if not chains and not records.get(code):
            continue
        newest = tuple(chain[-1] for chain in chains)
        taken = _all_known(one.taken_at for one in newest)
        first = _all_known(_begun(chain) for chain in chains)
        states[code] = ListState(
            code=code,
            snapshots=newest,
            taken_at=min(taken, default=None),
            covered_from=max(first, default=None),
            sha256=hashlib.sha256(msgspec.json.encode(newest, order="sorted")).hexdigest(),
            records=records.get(code, 0),
            times=tuple(
                tuple(sorted({one.taken_at for one in chain if one.taken_at is not None})) for chain in chains
            ),
        )
    return states


def _begun(chain: Sequence[SnapshotInfo]) -> datetime | None:
    """From when on a source is covered: its first full state, or the first dated one after that."""
    full = next((place for place, one in enumerate(chain) if one.full), 0)
    return next((one.taken_at for one in chain[full:] if one.taken_at is not None), None)


def _all_known(times: Iterable[datetime | None]) -> list[datetime]:
    """The times, or nothing at all when one of them is unknown."""
    found = list(times)
    known = [time for time in found if time is not None]
    return known if len(known) == len(found) else []
