"""An index in a folder of its own, for a list that is matched without a generation.

`manifest.json` names the subfolder in use and every file with size and checksums. A build goes into a new
subfolder; replacing the manifest is the one step that makes it current, so that a process that dies anywhere
leaves the last index as it was.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from graph.generation.errors import GenerationError, damaged
from graph.generation.format import Array, FileInfo, Progress, Sink, check_host, fsync_folder, map_file
from graph.model import Doc
from matching.index.names import NameIndex
from matching.index.tables import FORMAT
from matching.index.write import write_index

MANIFEST: Final = "manifest.json"
_BUILDING: Final = "building"
_ATTEMPTS: Final = 3


class _Manifest(Doc):
    format: int
    folder: str
    index: str
    files: dict[str, FileInfo]


def build_folder(
    folder: Path, texts: Sequence[str], keys: Iterable[int] | Array, progress: Progress | None = None
) -> None:
    """Build an index of names and make it the folder's.

    Args:
        folder: made when missing; an index that stands there is replaced once the new one is whole.
        texts: the names in their searched form (`graph.text.index_text`).
        keys: `graph.keys.org_name` of each name's comparison form.
        progress: told how many names are done in each step.

    Raises:
        GenerationError: `generation.unwritable`, `.inconsistent`, `.busy` (another process builds there), `.foreign`
        (a machine that can't map the files).
    """
    check_host()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(folder):
            _clean(folder, _used(folder))
            building = folder / _BUILDING
            building.mkdir()
            with Sink(building) as sink:
                value = write_index(sink, texts, keys, None, progress)
            fsync_folder(building)
            named = _free_name(folder)
            building.rename(folder / named)
            _switch(folder, _Manifest(format=FORMAT, folder=named, index=value, files=sink.files))
            _clean(folder, named)
    except OSError as error:
        raise GenerationError(
            "generation.unwritable", path=str(folder), detail=error.strerror or ""
        ) from error


def open_folder(folder: Path) -> NameIndex:
    """The index in a folder, after all its files' headers and checksums were compared with the manifest.

    Raises:
        GenerationError: `generation.missing`: no index there; `generation.damaged`; `generation.foreign`: made by
        other tables or another format, so build it anew.
    """
    for attempt in range(_ATTEMPTS):
        manifest = _read(folder)
        inside = folder / manifest.folder
        try:
            files = {name: map_file(inside / name, info) for name, info in manifest.files.items()}
        except GenerationError:
            if attempt + 1 == _ATTEMPTS or _read(folder) == manifest:
                raise
            continue  # a build replaced the index between the two readings
        return NameIndex(files, manifest.index)
    raise damaged(folder, MANIFEST)


def _read(folder: Path) -> _Manifest:
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise GenerationError("generation.missing", path=str(folder)) from None
    except OSError as error:
        raise damaged(folder, error.strerror or MANIFEST) from error
    try:
        found = msgspec.json.decode(data, type=dict[str, object]).get("format")
        if found != FORMAT:
            raise GenerationError("generation.foreign", path=str(path), found=found, known=FORMAT)
        manifest = msgspec.json.decode(data, type=_Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise damaged(folder, MANIFEST) from error
    if "/" in manifest.folder or any("/" in name for name in manifest.files):
        raise damaged(folder, MANIFEST)
    return manifest


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Held by one builder at a time; it goes with the process."""
    handle = os.open(folder / "build.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise GenerationError("generation.busy", path=str(folder)) from None
        yield
    finally:
        os.close(handle)


def _used(folder: Path) -> str:
    """The subfolder in use; none where the manifest can't be read."""
    try:
        return _read(folder).folder
    except GenerationError:
        return ""


def _free_name(folder: Path) -> str:
    """A name that no subfolder had since the last clean-up, so that a reader never meets other files under it."""
    taken = [int(each.name) for each in folder.iterdir() if each.name.isdigit()]
    return str(max(taken, default=0) + 1)


def _clean(folder: Path, used: str) -> None:
    """Remove the subfolders of earlier and interrupted builds."""
    for each in folder.iterdir():
        if each.is_dir() and each.name != used and (each.name.isdigit() or each.name == _BUILDING):
            shutil.rmtree(each)


def _switch(folder: Path, manifest: _Manifest) -> None:
    part = folder / f"{MANIFEST}.part"
    with part.open("wb") as handle:
        handle.write(msgspec.json.encode(manifest, order="sorted"))
        handle.flush()
        os.fsync(handle.fileno())
    fsync_folder(folder)
    part.replace(folder / MANIFEST)
    fsync_folder(folder)
