"""Checks of a whole folder: sizes and fast checksums, or everything by SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

from graph.generation.errors import damaged
from graph.generation.format import map_file
from graph.generation.manifest import MANIFEST, Manifest


def verify_folder(path: Path, manifest: Manifest, *, full: bool) -> None:
    """Check every file of a generation, with `full` by SHA-256; foreign files are a finding too.

    Raises:
        GenerationError: `generation.damaged`, `generation.foreign`.
    """
    present = {entry.name for entry in path.iterdir()}
    if extra := present - {MANIFEST, *manifest.files}:
        raise damaged(path, f"not in the manifest: {min(extra)}")
    for name, info in manifest.files.items():
        mapped = map_file(path / name, info)
        if full and hashlib.sha256(mapped.payload).hexdigest() != info.sha256:
            raise damaged(path / name, "sha256")
