"""Names the tables by which an index was made, so that one made by others is never searched."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import xxhash

from matching.index.extract import VERSION
from matching.names.characters import characters
from matching.names.lexicon import lexicon

FORMAT: Final = 1
"""Of the files: another number makes every earlier index foreign."""


@cache
def fingerprint() -> str:
    """Format, version of what is extracted, and a hash of the tables that names are read by."""
    told = xxhash.xxh3_64()
    for array in (characters().near, *lexicon()):
        told.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return f"{FORMAT}.{VERSION}-{told.hexdigest()}"
