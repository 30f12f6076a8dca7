"""One immutable folder that a screening reads: lists, identifiers, names, relations; hashed and mapped.

`publish(store, home)` builds `home/generations/<number>-<hash>/` from a store and switches `home/current` to
it in one rename. `open_generation(home, ref)` maps one. Nothing here queries a database while a bidder waits.
"""

from graph.generation.earlier import Earlier
from graph.generation.publish import publish
from graph.generation.reader import (
    Generation,
    GenerationError,
    ListState,
    current_generation,
    open_generation,
)
from graph.generation.write import IndexWriter

__all__ = [
    "Earlier",
    "Generation",
    "GenerationError",
    "IndexWriter",
    "ListState",
    "current_generation",
    "open_generation",
    "publish",
]
