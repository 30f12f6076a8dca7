"""Opens a generation's projection, when it is first asked for: compiled functions take a while to import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from graph.generation.errors import GenerationError, damaged
from graph.generation.format import Mapped

if TYPE_CHECKING:
    from graph.generation.reader import Generation
    from graph.projection.read import Projection


def open_projection(generation: Generation, files: Mapping[str, Mapped]) -> Projection:
    """The projection over a generation's mapped files.

    Raises:
        GenerationError: `generation.unprojected`: published by an earlier program; `generation.foreign`: in a later
        format; `generation.damaged`: its files do not fit each other.
    """
    from graph.projection.read import Projection

    slot = generation.manifest.slots.get("projection")
    if not slot:
        raise GenerationError("generation.unprojected", path=str(generation.path))
    try:
        return Projection(files, slot, generation.number, generation.party, generation.relation)
    except (KeyError, TypeError, ValueError, msgspec.MsgspecError) as error:
        raise damaged(generation.path, "projection") from error
