"""The threat model: every threat has a mitigation and tests that exist, and nothing in it is only said."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def threats() -> list[list[str]]:
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    part = page.partition("## Threats")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in part.splitlines()
        if line.startswith("| **")
    ]
    assert len(rows) > 25
    return rows


def test_every_threat_names_what_stands_against_it_and_a_test_that_exists() -> None:
    for threat, mitigation, tests in threats():
        assert mitigation, threat
        named = re.findall(r"`([^`]+)`", tests)
        assert named, threat
        assert [one for one in named if not (ROOT / one).is_file()] == [], threat


def test_each_kind_of_threat_is_looked_at() -> None:
    assert {threat[2] for threat, _, _ in threats()} == set("STRIDE")


def test_the_tests_over_the_wire_that_guard_it_are_all_named() -> None:
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    for name in ("keys", "users", "setup", "table", "bounds", "restricted"):
        assert f"tests/wire/test_serve_{name}.py" in page
