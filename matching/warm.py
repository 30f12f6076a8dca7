"""Compile the matching functions once per installation, instead of silently in the first decision.

`python -m matching.warm` does it; it ends at once when everything is compiled already.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

import numba

from graph import keys, text
from graph.compiled.cache import MARK, fingerprint, folder, marked

State = Literal["ready", "missing", "memory"]
Progress = Callable[[str, int, int], None]
NOTICE: Final = "compiling the matching functions, once per installation: about a minute"
_NAMES: Final = ("临江市虚构建设工程有限公司", "临江虚構建设有限责任公司第一分公司", "XUGOU TRADING CO., LTD")


def compiled_state() -> State:
    """Whether the matching functions are compiled: `ready`; `missing`, so that first use compiles them and keeps them;
    `memory`: there is no folder to keep them in, and every process compiles them anew."""
    if vars(numba.config).get("DISABLE_JIT"):
        return "ready"
    place = folder(marked)
    if place is None:
        return "memory"
    if marked(place):
        return "ready"
    return "missing" if os.access(place, os.W_OK) else "memory"


def compile_all(progress: Progress | None = None) -> State:
    """Compile what a load and a decision need, by indexing, finding and comparing three invented names, and
    by walking among three invented parties.

    Args:
        progress: told the step, how many steps are done, and how many there are.

    Returns:
        How it stands afterwards (`compiled_state`): `memory` when nothing could be kept.
    """
    from graph.control.warm import warm as warm_control
    from graph.projection.warm import warm as warm_walks
    from matching.index.folder import build_folder, open_folder
    from matching.similarity import warm

    told = progress or (lambda step, done, of: None)
    names = [text.index_text(name) for name in _NAMES]
    with tempfile.TemporaryDirectory() as made:
        told("build", 0, 3)
        build_folder(Path(made), names, [keys.org_name(name) for name in names])
        told("search", 1, 3)
        warm(open_folder(Path(made)))
    with tempfile.TemporaryDirectory() as made:
        told("walk", 2, 3)
        warm_walks(Path(made))
        warm_control()
        told("done", 3, 3)
    place = folder(marked)
    if place is not None:
        with contextlib.suppress(OSError):
            part = place / f"{MARK}.{os.getpid()}"
            part.write_text(fingerprint(), "ascii")
            part.replace(place / MARK)
    return compiled_state()


def main() -> int:
    """Compile with one line on stderr, or do nothing when it is done; a failure stops no installation."""
    if compiled_state() == "ready":
        return 0
    sys.stderr.write(NOTICE + "\n")
    sys.stderr.flush()
    if compile_all() == "memory":
        sys.stderr.write("no folder can be written to keep them: every process compiles them anew\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
