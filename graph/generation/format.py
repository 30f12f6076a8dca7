"""Files of a generation: a 64-byte header, then flat little-endian values that can be mapped as they are.

Header: magic, format version, bytes per item, kind, item count, payload size, XXH3-128 of the payload. The
manifest repeats all of it with a SHA-256, so that a file is read only if header, size and checksum agree.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import xxhash

from graph.generation.errors import GenerationError, damaged

FORMAT = 1
MAGIC = b"LCGEN\r\n\x1a"
"""Line ends and an end-of-file mark inside: a transfer as text breaks it visibly."""
_HEADER = struct.Struct("<8sHH4x16sQQ16s")
HEADER_SIZE = _HEADER.size
_BLOCK = 4 << 20

Array = npt.NDArray[Any]


class FileInfo(msgspec.Struct, frozen=True):
    """What the manifest says of one file; `size` is the payload's, in bytes."""

    kind: str
    item: int
    count: int
    size: int
    xxh3: str
    sha256: str

    @property
    def segment(self) -> str:
        """The name under which equal content is shared between generations."""
        return f"{self.sha256}.{self.kind}"

    def header(self) -> bytes:
        """The file's first 64 bytes."""
        return _HEADER.pack(
            MAGIC, FORMAT, self.item, self.kind.encode(), self.count, self.size, bytes.fromhex(self.xxh3)
        )


class FileWriter:
    """Writes one file front to back, hashing as it goes; nothing is readable before `close`."""

    def __init__(self, path: Path, kind: str, item: int) -> None:
        self._path = path
        self._kind = kind
        self._item = item
        # a file that was taken over from an earlier generation shares its content: it is replaced, never overwritten
        path.unlink(missing_ok=True)
        self._file = path.open("xb")
        self._file.write(b"\0" * HEADER_SIZE)
        self._sha = hashlib.sha256()
        self._xxh = xxhash.xxh3_128()
        self.size = 0
        """Payload bytes so far."""

    def write(self, data: bytes | memoryview) -> None:
        """Append to the payload; large pieces are much cheaper than small ones."""
        self._sha.update(data)
        self._xxh.update(data)
        self._file.write(data)
        self.size += len(data)

    def write_array(self, array: Array) -> None:
        """Append a whole array in one piece."""
        flat = np.ascontiguousarray(array).reshape(-1)
        if flat.nbytes:
            self.write(flat.view(np.uint8).data)

    def close(self) -> FileInfo:
        """Write the header, flush to the disk and say what the file is."""
        info = FileInfo(
            kind=self._kind,
            item=self._item,
            count=self.size // self._item,
            size=self.size,
            xxh3=self._xxh.hexdigest(),
            sha256=self._sha.hexdigest(),
        )
        self._file.seek(0)
        self._file.write(info.header())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return info

    def discard(self) -> None:
        """Give up: close without a header, which no reader accepts."""
        self._file.close()


class Mapped:
    """One file's payload, read-only, in pages that all processes share."""

    def __init__(self, payload: memoryview) -> None:
        self.payload = payload

    def array(self, dtype: str) -> Array:
        """The payload as a read-only numpy array."""
        return np.frombuffer(self.payload, dtype=np.dtype(dtype))

    def items(self, code: str) -> memoryview:
        """The payload as a memoryview of `struct` code `code`: single items cost a tenth of numpy's."""
        return self.payload.cast(code)  # type: ignore[call-overload,no-any-return]


def check_host() -> None:
    """Refuse hosts on which the files can't be mapped.

    Raises:
        GenerationError: `generation.foreign` on big-endian machines.
    """
    if sys.byteorder != "little":
        raise GenerationError(
            "generation.foreign", path=sys.platform, found="big-endian", known="little-endian"
        )


def map_file(path: Path, info: FileInfo, *, check: bool = True) -> Mapped:
    """Map a file after comparing its header, size and (with `check`) XXH3 with the manifest.

    Raises:
        GenerationError: `generation.damaged`, `generation.foreign`.
    """
    try:
        with path.open("rb") as handle:
            size = os.fstat(handle.fileno()).st_size
            if size != HEADER_SIZE + info.size:
                raise damaged(path, f"{size} bytes, not {HEADER_SIZE + info.size}")
            data = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise damaged(path, error.strerror or "unreadable") from error
    if data[:HEADER_SIZE] != info.header():
        if data[:8] == MAGIC and (found := int.from_bytes(data[8:10], "little")) != FORMAT:
            raise GenerationError("generation.foreign", path=str(path), found=found, known=FORMAT)
        raise damaged(path, "header")
    payload = memoryview(data)[HEADER_SIZE:]
    if check and xxhash.xxh3_128_hexdigest(payload) != info.xxh3:
        raise damaged(path, "checksum")
    return Mapped(payload)


class Sink:
    """Where a generation under construction puts its files, sharing equal ones through `segments`.

    `folder` is the temporary folder; `segments` (None: don't share) keeps one file per content.
    """

    def __init__(self, folder: Path, segments: Path | None = None) -> None:
        self.folder = folder
        self.segments = segments
        self.files: dict[str, FileInfo] = {}
        self.written = 0
        """Bytes that were new, headers included: what a publication costs on the disk."""
        self._open: list[FileWriter] = []

    def __enter__(self) -> Sink:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._open:
            writer.discard()

    def open(self, name: str, kind: str, item: int = 1) -> FileWriter:
        """Begin a file; hand the writer to `done`."""
        writer = FileWriter(self.folder / name, kind, item)
        self._open.append(writer)
        return writer

    def done(self, name: str, writer: FileWriter) -> None:
        """Finish a file and share it."""
        info = writer.close()
        self._open.remove(writer)
        self.files[name] = info
        if self.segments is None or not self._reuse(name, info):
            self.written += info.size + HEADER_SIZE
            if self.segments is not None:
                share = self.segments / info.segment
                link_or_copy(self.folder / name, share)

    def put(self, name: str, kind: str, array: Array) -> None:
        """Write a whole column; an item is the array's element (its last axis for byte rows)."""
        item = array.itemsize * (array.shape[-1] if array.ndim == 2 and array.dtype == np.uint8 else 1)
        writer = self.open(name, kind, item)
        writer.write_array(array)
        self.done(name, writer)

    def adopt(self, name: str, info: FileInfo) -> Mapped | None:
        """Take over an earlier generation's file; None when it is gone or damaged (then write it anew)."""
        if self.segments is None:
            return None
        mapped = self.earlier(info)
        if mapped is None:
            return None
        link_or_copy(self.segments / info.segment, self.folder / name)
        self.files[name] = info
        return mapped

    def earlier(self, info: FileInfo) -> Mapped | None:
        """An earlier generation's file, to read from; None when it is gone or damaged."""
        if self.segments is None:
            return None
        try:
            return map_file(self.segments / info.segment, info)
        except GenerationError:
            return None

    def _reuse(self, name: str, info: FileInfo) -> bool:
        assert self.segments is not None  # noqa: S101  (narrowing only)
        share = self.segments / info.segment
        if not share.exists():
            return False
        try:
            map_file(share, info)
        except GenerationError:
            share.unlink()
            return False
        (self.folder / name).unlink()
        link_or_copy(share, self.folder / name)
        return True

    def read(self, name: str) -> Mapped:
        """Map a file that is finished already."""
        return map_file(self.folder / name, self.files[name], check=False)


def link_or_copy(source: Path, target: Path) -> None:
    """Hard-link, or copy where the file system can't; the target never shows a part of the content."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        os.link(source, part)
    except OSError:
        with source.open("rb") as reader, part.open("wb") as writer:
            while block := reader.read(_BLOCK):
                writer.write(block)
            writer.flush()
            os.fsync(writer.fileno())
    part.replace(target)


def fsync_folder(folder: Path) -> None:
    """Make renames and links in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


Progress = Callable[[str, int, int], None]
"""Called with (step, done, total); total 0 is unknown."""
