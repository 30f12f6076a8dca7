"""The page on the data model names every kind of party and every relation, and its picture is the one drawn."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

from graph.model import PartyType
from graph.relations import RelationType

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/data-model.md").read_text(encoding="utf-8")


def test_the_page_explains_each_kind_and_relation_once() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE)
    assert sorted(rows) == sorted([*(kind.value for kind in PartyType), *(type_.value for type_ in RelationType)])


def test_the_picture_is_what_the_script_draws_and_shows_every_relation() -> None:
    drawn = runpy.run_path(str(ROOT / "scripts/data_model.py"))["picture"]()
    assert (ROOT / "docs/reference/data-model.svg").read_text(encoding="utf-8") == drawn
    shown = set(re.findall(r"[A-Z]+(?:_[A-Z]+)+|\bUSES\b|\bHOLDS\b|\bWON\b|\b[A-Z]{5,}\b", drawn))
    assert shown >= {type_.value for type_ in RelationType}
