"""The sentences of this room: every code that is used exists, and every one that exists is used."""

from __future__ import annotations

import re
from pathlib import Path

from graph.messages import catalogue

ROOM = Path(__file__).resolve().parents[2] / "api"
CALL = re.compile(r'"((?:[a-z]+)(?:\.[A-Za-z0-9_]+)+)"')
BUILT = (
    "cases.col.",
    "cmd.", "verdict.", "effect.", "status.", "tier.", "role.", "field.", "outcome.", "remedy.", "trace.", "doctor.",
    "report.", "lists.", "load.col.", "demo.col.", "scenario.", "review.col.", "screen.col.", "bench.col.", "body.",
    "request.", "http.", "edit.", "veto.", "part.", "match.reason.", "match.edit.", "match.side.", "redflags.col.",
    "control.column.", "relation.", "graph.col.", "contact.", "keys.col.", "users.col.", "responsible.col.",
    "desk.col.", "measures.col.", "timeliness.", "explore.control.",
)  # fmt: skip
"""Families whose codes are put together from a value; tests of the commands meet them."""
NO_SENTENCES = frozenset({"http.response.start", "monitor.changed", "tender.changed", "webhook.test"})
"""What reads like a code: a message between server and program, events that webhooks tell."""
OTHERS = ("api.", "graph.", "matching.", "loaders.", "generation.", "store.", "ledger.", "liancheng.")


def literals(*, pages: bool = False) -> set[str]:
    # the pages have a catalogue of their own, which tests/unit/test_web_words.py looks at; they use this one, too
    ours = (path for path in ROOM.rglob("*.py") if pages or "web" not in path.relative_to(ROOM).parts)
    text = "\n".join(path.read_text("utf-8") for path in ours)
    return set(CALL.findall(text))


def test_every_code_that_is_used_has_a_sentence() -> None:
    families = {code.partition(".")[0] for code in catalogue("api")}
    known = {*catalogue("api"), *catalogue("matching"), *NO_SENTENCES}
    used = {code for code in literals() if code.partition(".")[0] in families and not code.startswith(OTHERS)}
    assert {
        code for code in used if code not in known and not code.endswith((".toml", ".html", ".json", ".js"))
    } == set()


def test_every_sentence_is_used() -> None:
    used = literals(pages=True)
    assert {code for code in catalogue("api") if code not in used and not code.startswith(BUILT)} == set()
