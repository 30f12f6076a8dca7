"""The folder in which server processes share their counts: what the supervisor knows of it, without the library."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus-client knows the folder."""


def forget(pid: int) -> None:
    """Drop the states of a process that has ended, as the library's `mark_process_dead` does; its counts stay."""
    folder = os.environ.get(SHARED)
    if folder:
        for path in Path(folder).glob(f"gauge_live*_{pid}.db"):
            path.unlink(missing_ok=True)
