"""The pages in a real Chromium, over a served installation of any size: first paint, search while typing, paths.

    python benchmarks/bench_pages.py --parties 1000000 --home DIR --json benchmarks/results/pages.json

The installation is that of `bench_explore.py` (kept in `--home`, built there first where it is missing). Browser and
server share the machine. Milliseconds are the browser's own: *first paint* is the first contentful paint after the
visit began; *search* runs from the request that htmx sends to the settled results, without the 250 ms that the page
waits for the next key; *answer* runs from a visit's request to the last byte of its page.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from bench_explore import LETTERS, case_number, prepared
from chromium import browser
from graphworld import World, key, world
from serving import Installation

from api.settings import read_settings
from graph.generation.reader import current_generation

WATCH: Final = """() => {
  window.taken = [];
  let begun = 0;
  document.body.addEventListener("htmx:beforeRequest", () => { begun = performance.now(); });
  document.body.addEventListener("htmx:afterSettle", () => { window.taken.push(performance.now() - begun); });
}"""
WAIT: Final = """count => new Promise(done => {
  const look = () => window.taken.length >= count ? done(null) : setTimeout(look, 5);
  look();
})"""
PAINT: Final = """() => new Promise(done => {
  const visit = performance.getEntriesByType("navigation")[0];
  const look = () => {
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    return paint ? done([paint.startTime, visit.responseEnd - visit.requestStart]) : setTimeout(look, 5);
  };
  look();
})"""
Figures = dict[str, float]


def told(taken: list[float]) -> Figures:
    """Percentiles in milliseconds, and of how many."""
    return {
        **{f"p{p}": round(float(np.percentile(taken, p)), 1) for p in (50, 95)},
        "visits": float(len(taken)),
    }


def visits(page: Page, addresses: Callable[[], str], count: int) -> tuple[Figures, Figures]:
    """Visit so many pages; first paint and answer."""
    painted, answered = [], []
    for number in range(count + 2):
        response = page.goto(addresses(), wait_until="load")
        assert response is not None
        assert response.status == 200, response.url
        paint, answer = page.evaluate(PAINT)
        if number > 1:
            painted.append(float(paint))
            answered.append(float(answer))
    return told(painted), told(answered)


def typed(page: Page, texts: Callable[[], str], count: int) -> Figures:
    """Type so many texts into the search box."""
    page.goto("/search", wait_until="load")
    page.evaluate(WATCH)
    for number in range(1, count + 3):
        page.fill("#q", "")
        page.fill("#q", texts())
        page.evaluate(WAIT, number)
    taken: list[float] = page.evaluate("window.taken")
    return told(taken[2 : count + 2])


def questions(made: World, home: Path, seed: int) -> dict[str, Callable[[], str]]:
    """What is typed, something else each time."""
    dice = random.Random(seed + 2)
    settings = read_settings({"LIANCHENG_HOME": str(home)})
    with current_generation(settings.data_root) as generation:
        names = [generation.party(dice.randrange(made.companies)).names[0].text for _ in range(1_000)]

    def infix() -> str:
        name = dice.choice(names)
        at = dice.randrange(1, max(2, len(name) - 4))
        return name[at : at + dice.choice((2, 3, 4))]

    return {
        "prefix": lambda: dice.choice(names)[: dice.choice((3, 4, 5, 6))],
        "infix": infix,
        "pinyin initials": lambda: "".join(dice.choices(LETTERS, k=dice.choice((3, 4, 5)))),
        "code": lambda: f"{dice.randrange(made.companies):09d}",
        "case number": lambda: case_number(int(dice.choice(made.listed))),
        "whole name": lambda: dice.choice(names),
        "in most names": lambda: (
            dice.choice(("有限公司", "临江", "临江市", "公司")) + " " * dice.randrange(9)
        ),
    }


def decided(client: Any, made: World) -> str:
    """The address of a decision on five bidders, one of them listed."""
    listed = next(int(one) for one in made.listed if one < made.companies)
    bidders = [
        {
            "client_id": f"b{number}",
            "name": f"临江虚构{number}号建设有限公司",
            "identifiers": [{"id": f"{number:09d}"}],
        }
        for number in (listed, 1, 2, 3, 4)
    ]
    answer = client.post(
        "/v1/decisions", json={"tender": {"regime": "procurement_tender"}, "bidders": bidders}
    )
    assert answer.status_code == 200, answer.text
    return f"/decisions/{answer.json()['decision_id']}"


def connected(made: World, seed: int, count: int = 100) -> list[tuple[str, str]]:
    """Pairs of parties two relations apart."""
    dice = np.random.default_rng(seed)
    pairs: list[tuple[str, str]] = []
    while len(pairs) < count:
        edge = int(dice.integers(len(made.src)))
        beside = np.flatnonzero((made.src == made.src[edge]) & (made.dst != made.dst[edge]))
        if len(beside):
            pairs.append((key(int(made.dst[edge])), key(int(made.dst[dice.choice(beside)]))))
    return pairs


def measured(client: Any, made: World, home: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Everything, in one browser."""
    dice = random.Random(given.seed + 3)
    decision = decided(client, made)
    pairs = connected(made, given.seed)

    def anybody() -> str:
        return key(dice.randrange(made.companies + made.persons))

    def company() -> str:
        return key(dice.randrange(made.companies))

    pages: dict[str, Callable[[], str]] = {
        "front": lambda: "/",
        "dossier": lambda: f"/parties/{anybody()}",
        "decision": lambda: decision,
        "path, any two parties": lambda: f"/paths?from={anybody()}&to={anybody()}",
        "path, two that are connected": lambda: "/paths?from={}&to={}".format(*dice.choice(pairs)),
        "ownership": lambda: f"/parties/{company()}/ownership",
        "20 parties with each other": lambda: "/paths/among?ids=" + ",".join(company() for _ in range(20)),
    }
    found: dict[str, Any] = {"first_paint_ms": {}, "answer_ms": {}, "search_ms": {}}
    with browser() as chromium:
        context = chromium.new_context(base_url=str(client.base_url), locale="zh-CN")
        page = context.new_page()
        for name, addresses in pages.items():
            painted, answered = visits(page, addresses, given.visits)
            found["first_paint_ms"][name], found["answer_ms"][name] = painted, answered
            print(f"{name:28} first paint {painted}  answer {answered}", flush=True)
        for name, texts in questions(made, home, given.seed).items():
            found["search_ms"][name] = typed(page, texts, given.visits)
            print(f"search, {name:20} {found['search_ms'][name]}", flush=True)
        context.close()
    return found


def main() -> None:
    """Serve, look, print; write the figures where they are wanted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parties", type=int, default=20_000)
    parser.add_argument("--visits", type=int, default=40)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    made = world(given.parties, given.seed)
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder) / "home"
        prepared(home, made, given.seed)
        begun = time.perf_counter()
        with Installation(home, LIANCHENG_WORK="off", LIANCHENG_RATE="0").serving() as client:
            assert client.get("/healthz").status_code == 200
            started = (time.perf_counter() - begun) * 1000
            begun = time.perf_counter()
            assert client.post("/v1/parties/search", json={"query": "临江"}).status_code == 200
            first = (time.perf_counter() - begun) * 1000
            found = measured(client, made, home, given)
    told_all = {
        "machine": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "parties": made.nodes,
        "relations": len(made.src),
        "server_ready_ms": round(started, 1),
        "first_search_ms": round(first, 1),
        **found,
    }
    if given.json:
        given.json.write_text(json.dumps(told_all, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"ready {started:.0f} ms, first search {first:.0f} ms; load {told_all['load']}")


if __name__ == "__main__":
    main()
