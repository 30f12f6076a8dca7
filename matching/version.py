"""Which program decided: a version for people and a hash over the source that answers depend on."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

VERSION = "fuzzy-2"
"""Version of candidate search and tiering; raised whenever a match could come out differently."""

_ROOMS = (
    "matching",
    "matching.names",
    "matching.index",
    "matching.ties",
    "graph.text",
    "graph.identifiers",
    "graph.generation",
    "graph.control",
    "graph.projection",
)
_ALONE = ("graph.dates", "graph.keys", "graph.model", "graph.relations", "graph.lists",
          "graph.kinship_codes", "graph.devices")  # fmt: skip


@cache
def algorithm() -> str:
    """The version with the first 16 digits of a SHA-256 over the source and tables of the path to a decision.

    Rules and policy have hashes of their own; command line, loaders and stores do not enter.
    """
    digest = hashlib.sha256()
    for room in _ROOMS:
        for entry in sorted(resources.files(room).iterdir(), key=lambda e: e.name):
            if entry.name.endswith((".py", ".tsv", ".txt", ".json")):
                _add(digest, f"{room}/{entry.name}", entry)
    for module in _ALONE:
        room, name = module.rsplit(".", 1)
        _add(digest, module, resources.files(room).joinpath(f"{name}.py"))
    return f"{VERSION}+{digest.hexdigest()[:16]}"


def _add(digest: hashlib._Hash, name: str, entry: Traversable) -> None:
    digest.update(name.encode() + b"\0" + hashlib.sha256(entry.read_bytes()).digest())
