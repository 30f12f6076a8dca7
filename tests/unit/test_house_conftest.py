"""The net under the tests itself: a leaked number fails, a missing part is named or fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LEAK = """
import logging
BODY, CHECK = "32089919900307123", "10X98765432"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
NUMBER = BODY + CHECK[sum(w * int(d) for w, d in zip(WEIGHTS, BODY)) % 11]
OTHER = BODY + CHECK[(sum(w * int(d) for w, d in zip(WEIGHTS, BODY)) + 1) % 11]

def test_logs_a_number():
    logging.getLogger("x").warning("bidder %s", NUMBER)

def test_prints_a_number():
    print(NUMBER)

def test_prints_something_else():
    print(OTHER, "91" + NUMBER, NUMBER[:6] + "****" + NUMBER[14:])
"""

MISSING = """
import pytest

def test_asks(needs, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    needs("make")
"""


def run(root: Path, folder: Path, text: str, **env: str) -> str:
    (folder / "conftest.py").write_text((root / "tests" / "conftest.py").read_text("utf-8"), "utf-8")
    (folder / "test_inner.py").write_text(text, "utf-8")
    # LIANCHENG: the inner run must not end the Neo4j server of the outer one
    keep = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "REQUIRE_ALL", "LIANCHENG"))
    }
    keep["PYTHONPATH"] = str(root / "tests" / "support")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-q", "-rA", "."]
    done = subprocess.run(
        command, env=keep | env, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    return done.stdout


def test_a_citizen_number_in_a_log_or_output_fails_the_test(root: Path, tmp_path: Path) -> None:
    out = run(root, tmp_path, LEAK)
    assert "2 failed, 1 passed" in out
    assert "shows 1 citizen number(s) in its captured log" in out
    assert "shows 1 citizen number(s) in its captured output" in out


def test_a_missing_part_is_skipped_with_its_reason(root: Path, tmp_path: Path) -> None:
    out = run(root, tmp_path, MISSING)
    assert "1 skipped" in out
    assert "needs make: make is not installed (GNU make)" in out


def test_a_missing_part_fails_where_all_is_required(root: Path, tmp_path: Path) -> None:
    out = run(root, tmp_path, MISSING, REQUIRE_ALL="1")
    assert "1 failed" in out
    assert "REQUIRE_ALL=1, but make is not installed (GNU make)" in out
