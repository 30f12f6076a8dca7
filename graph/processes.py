"""How processes that work for this one are ended."""

from __future__ import annotations

import contextlib
import subprocess
from typing import Final

_WITHIN: Final = 30.0
"""Seconds in which a process has to end once its pipes are closed."""


def end(process: subprocess.Popen[bytes]) -> None:
    """Close the pipes to a process, by which it knows that it is to end; one that does not is killed."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    try:
        process.wait(_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
