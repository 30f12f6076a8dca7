"""The graph's scripts: every sentence that they say is given to them, and each asks for its parts by their content."""

from __future__ import annotations

import re
from pathlib import Path

from api.web.assets import FILES, content, version

ROOM = Path(__file__).resolve().parents[2] / "api" / "web"
SCRIPTS = sorted((ROOM / "static" / "graph").glob("*.js"))


def test_every_sentence_that_scripts_say_stands_in_the_page_and_none_in_vain() -> None:
    source = "\n".join(path.read_text("utf-8") for path in SCRIPTS)
    page = (ROOM / "templates" / "graph.html").read_text("utf-8")
    words = page[page.index('id="graph-words"') :]
    given = set(re.findall(r'data-code="([a-z_.]+)"', words)) | set(
        re.findall(r'"((?:said|drawer)\.[a-z_.]+)"', words)
    )
    said = set(re.findall(r'say\(\s*"([a-z_.]+)"', source))
    said |= set(re.findall(r'say\([^()"]*\? "([a-z_.]+)" : "([a-z_.]+)"', source)[0])
    said |= set(re.findall(r'"(said\.[a-z_]+)"', source))
    assert len(said) > 30
    assert said - given == set()
    assert {one for one in given - said if not one.startswith("listed.")} == set()


def test_scripts_write_texts_and_never_markup() -> None:
    for path in SCRIPTS:
        text = path.read_text("utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text
        ), path.name


def test_a_script_asks_for_its_parts_by_their_content() -> None:
    main = content("graph/main.js").decode()
    parts = re.findall(r'from "\./(\w+\.js)\?v=(\w+)"', main)
    assert len(parts) >= 7
    for name, mark in parts:
        assert f"graph/{name}" in FILES
        assert mark == version(f"graph/{name}")
    assert not re.search(r'from "\./\w+\.js"', main)
