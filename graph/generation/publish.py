"""Makes a store's newest state the current generation: build aside, flush, check, rename, switch.

`home/generations/<number>-<hash>/` are the generations, `home/segments/` keeps each content once (folders
hold hard links to it), `home/current` names the one in use. A process that dies anywhere leaves `current`
as it was.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from graph.generation.errors import GenerationError, damaged
from graph.generation.format import Progress, Sink, check_host, fsync_folder
from graph.generation.language import Language, house_language
from graph.generation.manifest import Manifest, read_manifest
from graph.generation.reader import Generation, current_ref
from graph.generation.source import Source, store_source
from graph.generation.write import IndexWriter, build
from graph.store import GraphReader

__all__ = ["prune", "publish", "publish_source"]

_ATTEMPTS = 3
_TEMPORARY = "tmp-"


def publish(
    store: GraphReader,
    home: Path,
    *,
    created_at: datetime | None = None,
    progress: Progress | None = None,
    language: Language | None = None,
    index: IndexWriter | None = None,
) -> str:
    """Write the store's newest publication as a generation and make it current.

    The same store state gives the same reference, with an index as long as it is published over the same
    generations; an interrupted call leaves the generation that was current.

    Args:
        store: what to read; loads may go on meanwhile.
        home: the folder of the generations; made when missing.
        created_at: instead of the newest publication's time (an empty store has none).
        progress: called with (list or step, records done, records in all or 0).
        language: the name functions; those of `graph.text` unless given.
        index: writes the index of names (`matching.index.write_index`); without it the generation has none and
            is searched for equal names only.

    Returns:
        The reference, `<number>-<first 12 digits of the hash>`.

    Raises:
        GenerationError: `generation.busy`, `.empty`, `.inconsistent`, `.unwritable`.
        StoreError: the store can't be read.
    """
    return publish_source(
        lambda: store_source(store),
        home,
        created_at=created_at,
        progress=progress,
        language=language,
        index=index,
    )


def publish_source(
    take: Callable[[], Source],
    home: Path,
    *,
    created_at: datetime | None = None,
    progress: Progress | None = None,
    language: Language | None = None,
    index: IndexWriter | None = None,
) -> str:
    """As `publish`, from rows of any origin: `take` begins a reading, anew if a load published meanwhile."""
    check_host()
    language = language or house_language()
    generations, segments = home / "generations", home / "segments"
    with _writing(home):
        try:
            previous = _previous(home)
            for attempt in range(_ATTEMPTS):
                folder = generations / f"{_TEMPORARY}{attempt}"
                folder.mkdir()
                source = take()
                with Sink(folder, segments) as sink:
                    ref = build(
                        sink,
                        source,
                        language,
                        previous=previous,
                        created_at=created_at,
                        progress=progress,
                        index=index,
                    )
                if source.newest() == source.number:
                    break
            else:
                raise GenerationError("generation.busy", path=str(home))
            _place(folder, generations / ref, language)
            fsync_folder(segments)
            _switch(home, ref)
        finally:
            _clean(home)
    return ref


def prune(home: Path, keep: set[str]) -> list[str]:
    """Remove generations that no decision needs, and contents that no generation uses.

    Args:
        home: the folder of the generations.
        keep: references to keep; the current one always stays.

    Returns:
        The references that were removed.

    Raises:
        GenerationError: `generation.busy`; `generation.damaged`: `current` can't be read, so nothing is
        removed.
    """
    generations, segments = home / "generations", home / "segments"
    removed: list[str] = []
    if not generations.is_dir():
        return removed
    with _writing(home):
        current = current_ref(home)
        used: set[str] = set()
        for folder in sorted(generations.iterdir()):
            if folder.name == current or folder.name in keep:
                manifest = _manifest(folder)
                used.update(info.segment for info in manifest.files.values()) if manifest else None
                continue
            aside = generations / f"{_TEMPORARY}{folder.name}"
            folder.rename(aside)
            fsync_folder(generations)
            shutil.rmtree(aside)
            removed.append(folder.name)
        for segment in segments.iterdir() if segments.is_dir() else ():
            if segment.name not in used:
                segment.unlink()
    return removed


@contextmanager
def _writing(home: Path) -> Iterator[None]:
    """The home folder, made when missing, for one publisher at a time and without earlier leftovers."""
    try:
        for folder in (home / "generations", home / "segments"):
            folder.mkdir(parents=True, exist_ok=True)
        with _lock(home):
            _clean(home)
            yield
    except OSError as error:
        raise GenerationError("generation.unwritable", path=str(home), detail=error.strerror or "") from error


@contextmanager
def _lock(home: Path) -> Iterator[None]:
    """Held by one process at a time; it goes with the process."""
    handle = os.open(home / "publish.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise GenerationError("generation.busy", path=str(home)) from None
        yield
    finally:
        os.close(handle)


def _clean(home: Path) -> None:
    """Remove what an interrupted publication left behind."""
    for entry in (home / "generations").glob(f"{_TEMPORARY}*"):
        shutil.rmtree(entry)
    for part in (home / "segments").glob("*.part"):
        part.unlink()
    (home / "current.part").unlink(missing_ok=True)


def _manifest(folder: Path) -> Manifest | None:
    try:
        return read_manifest(folder)[0]
    except GenerationError:
        return None


def _previous(home: Path) -> Manifest | None:
    """The current generation's manifest; None when there is none to take files over from."""
    try:
        ref = current_ref(home)
    except GenerationError:
        return None
    return _manifest(home / "generations" / ref) if ref else None


def _place(folder: Path, target: Path, language: Language) -> None:
    """Move a finished folder to its name, unless a sound one stands there; then check what is there."""
    if target.exists():
        try:
            _check(target, language)
        except GenerationError:
            target.rename(folder.with_name(f"{_TEMPORARY}damaged"))
        else:
            return
    folder.rename(target)
    fsync_folder(target.parent)
    _check(target, language)


def _check(target: Path, language: Language) -> None:
    with Generation(target, language) as generation:
        if generation.ref != target.name:
            raise damaged(target, "name")


def _switch(home: Path, ref: str) -> None:
    part = home / "current.part"
    with part.open("w", encoding="ascii") as handle:
        handle.write(ref + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    part.replace(home / "current")
    fsync_folder(home)
