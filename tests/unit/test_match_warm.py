"""Compiled functions: kept once, found again, shared by callers, and harmless where nothing can be written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph.compiled import cache, jit
from matching import warm
from matching.names.coding import Chars, Ints

ROOM = Path(warm.__file__).parent
CODE = "import sys; from graph.compiled import jit; import toy; print(toy.twice(int(sys.argv[1])))"
TOY = """
from graph.compiled.jit import kernel

@kernel
def twice(value: int) -> int:
    return 2 * value
"""


def run_toy(tmp_path: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CODE, "21"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOM.parent}", **extra},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_without_any_folder_functions_compile_in_memory(tmp_path: Path) -> None:
    (tmp_path / "toy.py").write_text(TOY, "utf-8")
    (tmp_path / "__pycache__").write_text("a file in the way", "ascii")
    done = run_toy(tmp_path, HOME="/dev/null", XDG_CACHE_HOME="/dev/null", NUMBA_CACHE_DIR="/dev/null/none")
    assert done.stdout == "42\n", done.stderr


def test_functions_are_kept_in_the_named_folder(tmp_path: Path) -> None:
    (tmp_path / "toy.py").write_text(TOY, "utf-8")
    kept = tmp_path / "kept"
    assert run_toy(tmp_path, NUMBA_CACHE_DIR=str(kept)).stdout == "42\n"
    assert list(kept.rglob("toy.twice-*.nbc"))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(warm, "folder", lambda function: tmp_path)
    return tmp_path


def test_state_is_missing_until_marked_and_again_after_a_change(place: Path) -> None:
    assert warm.compiled_state() == "missing"
    (place / cache.MARK).write_text(cache.fingerprint(), "ascii")
    assert warm.compiled_state() == "ready"
    assert warm.main() == 0
    (place / cache.MARK).write_text("of another program", "ascii")
    assert warm.compiled_state() == "missing"


def test_state_is_memory_where_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "folder", lambda function: None)
    assert warm.compiled_state() == "memory"


def test_a_place_that_vanished_is_not_ready(place: Path) -> None:
    shutil.rmtree(place)
    assert warm.compiled_state() == "memory"


@jit.kernel
def _one_more(value: int) -> int:
    return value + 1


@jit.kernel
def _callers(chars: Chars, small: Ints) -> int:
    return _one_more(chars[0]) + _one_more(small[0]) + _one_more(7) + _one_more(len(chars))


@pytest.mark.skipif(not hasattr(_one_more, "signatures"), reason="compilation is switched off")
def test_callers_with_numbers_of_all_sizes_share_one_compilation() -> None:
    assert _callers(np.array([65_535], np.uint16), np.array([-5], np.int32)) == 65_536 - 4 + 8 + 2
    # none where the machine code of an earlier run is used
    assert len(_one_more.signatures) <= 1  # type: ignore[attr-defined]


def test_a_folder_that_can_only_be_read_serves_when_all_was_compiled_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = str(ROOM / "names" / "model.py")
    monkeypatch.setattr(
        cache, "marked", lambda place: place == ROOM.parent / "graph" / "compiled" / "__pycache__"
    )
    place: Any = cache._ReadInTree
    found = place.from_function(jit.kernel, file)
    assert found is not None
    assert Path(found.get_cache_path()) == ROOM / "names" / "__pycache__"
    monkeypatch.setattr(cache, "marked", lambda place: False)
    assert place.from_function(jit.kernel, file) is None
