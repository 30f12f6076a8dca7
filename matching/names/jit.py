"""The one place where functions are compiled: numba with a cache on disk, without the interpreter's lock.

Compiled functions take numpy arrays, numbers and named tuples of them, and compute with integers only, so that
every machine gives the same answer. `NUMBA_DISABLE_JIT=1` runs them as plain Python, slowly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function at its first call and keep the machine code beside the module."""
    return cast("Callable[P, R]", numba.njit(function, cache=True, nogil=True))



def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that creates no array: without reference counts, which cost more than small functions do."""
    options: dict[str, Any] = {"_nrt": False}  # an option that numba's own types leave out
    return cast("Callable[P, R]", numba.njit(function, cache=True, nogil=True, **options))
