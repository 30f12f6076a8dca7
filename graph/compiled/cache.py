"""Where compiled functions are kept, so that they are compiled once per installation.

Beside the modules, in the folder that NUMBA_CACHE_DIR names, or in the user's own cache folder, whichever can be
written first. The folder beside the modules serves as well when it can only be read but everything was compiled into it
before: the image runs so. Where there is neither, functions are compiled in memory, in every process.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import numba
import xxhash
from llvmlite import binding
from numba.core import caching

_config: Final[Any] = numba.config
MARK: Final = "liancheng-compiled"
"""The file that says, with `fingerprint`, that everything was compiled."""
_ROOT: Final = Path(__file__).parents[2]
_BESIDE: Final = Path(__file__).parent / "__pycache__"
COMPILED: Final = (
    "graph/compiled", "graph/control", "graph/projection", "matching", "matching/names", "matching/index",
)  # fmt: skip
"""The folders whose modules are compiled, or are called by what is."""


@cache
def fingerprint() -> str:
    """What compiled code depends on: all sources that may be compiled, the compiler, the interpreter, the processor."""
    told = xxhash.xxh3_64()
    for file in sorted(file for place in COMPILED for file in (_ROOT / place).glob("*.py")):
        told.update(str(file.relative_to(_ROOT)).encode() + b"\0" + file.read_bytes())
    processor = (_config.CPU_NAME, _config.CPU_FEATURES, binding.get_host_cpu_name())
    told.update(repr((numba.__version__, sys.version_info[:3], processor)).encode())
    return told.hexdigest()


def marked(place: Path) -> bool:
    """Whether all functions were compiled into this folder by this program on such a machine."""
    try:
        return (place / MARK).read_text("ascii") == fingerprint()
    except (OSError, UnicodeDecodeError):
        return False


class _ReadInTree(caching.InTreeCacheLocator):
    """The folder beside the modules, when it can't be written but everything was compiled into it earlier."""

    def ensure_cache_path(self) -> None:
        """Raise OSError where that is not so: the next place is tried then."""
        if not marked(_BESIDE):
            raise FileNotFoundError(_BESIDE)


class _Places(caching.CompileResultCacheImpl):
    _locator_classes: Any = (
        caching.UserProvidedCacheLocator,
        caching.InTreeCacheLocator,
        _ReadInTree,
        caching.UserWideCacheLocator,
    )


class Kept(caching.FunctionCache):
    """The machine code of one function on disk."""

    _impl_class = _Places

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What was kept, or None: a place that can't be read only costs time."""
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except OSError:
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled; a folder that can't be written, or is full, only costs time."""
        with contextlib.suppress(OSError):
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]


def keep(dispatcher: Any, function: Callable[..., Any]) -> None:
    """Let a compiled function be kept on disk; where there is no place it stays in memory."""
    if hasattr(dispatcher, "enable_caching"):  # without compilation there is nothing to keep
        with contextlib.suppress(RuntimeError):  # no place
            dispatcher._cache = Kept(function)  # type: ignore[no-untyped-call]


def folder(function: Callable[..., Any]) -> Path | None:
    """Where a function's machine code is kept, None for nowhere."""
    file = inspect.getfile(function)
    for place in _Places._locator_classes:
        found = place.from_function(function, file)
        if found is not None:
            return Path(found.get_cache_path())
    return None
