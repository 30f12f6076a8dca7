"""The one place where functions are compiled: numba with a cache on disk, without the interpreter's lock.

Compiled functions take numpy arrays, numbers and named tuples of them, and compute with integers only, so that
every machine gives the same answer. `NUMBA_DISABLE_JIT=1` runs them as plain Python, slowly.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar, cast

import numba
import xxhash
from numba.core import types

from graph.compiled.cache import keep

P = ParamSpec("P")
R = TypeVar("R")

_types: Final[Any] = types  # without types of their own
_IMPORTS: Final = re.compile(
    r"^from ((?:matching|graph\.(?:compiled|control|projection))[\w.]*) import (\([^)]*\)|[^\n#]*)",
    re.MULTILINE,
)


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function at its first call and keep the machine code beside the module."""
    return cast("Callable[P, R]", _prepared(numba.njit(function, nogil=True), function))


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that creates no array: without reference counts, which cost more than small functions do."""
    options: dict[str, Any] = {"_nrt": False}  # an option that numba's own types leave out
    return cast("Callable[P, R]", _prepared(numba.njit(function, nogil=True, **options), function))


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a `kernel` into each of its callers: for small functions that take many arrays, whose hand-over costs
    more than their work does."""
    options: dict[str, Any] = {"_nrt": False, "forceinline": True}
    return cast("Callable[P, R]", _prepared(numba.njit(function, nogil=True, **options), function))


def _prepared(dispatcher: Any, function: Callable[..., Any]) -> Any:
    keep(dispatcher, function)
    return _widened(_stamped(dispatcher, function))


def _widened(dispatcher: Any) -> Any:
    """Let compiled callers share one compilation for whole numbers of all sizes and for constants.

    numba would compile a function anew for a character, a label, a field and a counter in the same place.
    """
    found = getattr(dispatcher, "get_call_template", None)  # without compilation there is none
    if found is not None:

        def get_call_template(args: Any, kws: Any) -> Any:
            wide = {name: _wide(each) for name, each in kws.items()}
            return found(tuple(map(_wide, args)), wide)

        dispatcher.get_call_template = get_call_template
    return dispatcher


def _wide(kind: Any) -> Any:
    """The type that a caller's type is taken for: constants are numbers, and small whole numbers are 64-bit ones."""
    plain = _types.unliteral(kind)
    if isinstance(plain, _types.Integer) and plain.bitwidth < _types.int64.bitwidth:
        return _types.int64
    return plain if isinstance(plain, (_types.Integer, _types.Boolean)) else kind


def _stamped(dispatcher: Any, function: Callable[..., Any]) -> Any:
    """Make machine code depend on all sources that it was made from.

    numba itself looks at the function's own file only, and would go on using what a changed callee was.
    """
    file = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if file is not None:
        file._source_stamp = (file._source_stamp, _stamp(function.__module__))
    return dispatcher


@cache
def _stamp(module: str) -> str:
    """A hash of the sources of a module and of those with compiled functions that it imports, directly or not."""
    found: dict[str, None] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found and name in sys.modules:
            found[name] = None
            waiting.extend(_source(name)[1])
    told = xxhash.xxh3_64()
    for name in sorted(found):
        told.update(_source(name)[0])
    return told.hexdigest()


@cache
def _source(module: str) -> tuple[bytes, tuple[str, ...]]:
    """A module's source and the modules that may hold compiled functions that it names in its imports."""
    path = getattr(sys.modules[module], "__file__", None)
    if path is None or not path.endswith(".py"):
        return b"", ()
    source = Path(path).read_bytes()
    named: list[str] = []
    for package, names in _IMPORTS.findall(source.decode("utf-8")):
        named.append(package)
        named += [f"{package}.{name.split(' as ')[0].strip()}" for name in names.strip("()").split(",")]
    return source, tuple(named)
