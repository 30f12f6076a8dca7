"""The pages in a real Chromium, over a served installation of any size: first paint, search while typing, paths.

    python benchmarks/bench_pages.py --parties 1000000 --home DIR --json benchmarks/results/pages.json

The installation is that of `bench_explore.py` (kept in `--home`, built there first where it is missing). Browser and
server share the machine. Milliseconds are the browser's own: *first paint* is the first contentful paint after the
visit began; *search* runs from the request that htmx sends to the settled results, *search since the key* also has the
150 ms that the page waits for the next key; *answer* runs from a visit's request to the last byte of its page; *expand*
runs from the step to the second frame after it. Work lists are given cases, monitors and a tender of 30 bidders first;
pages that hold little are visited half as often.
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
from urllib.parse import quote

import numpy as np
from playwright.sync_api import Page

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from bench_explore import LETTERS, case_number, prepared
from bench_pages_graph import DRAWN, IDS, STEP
from chromium import browser
from graphworld import World, key, world
from serving import Installation

from api.settings import read_settings
from graph.generation.reader import current_generation

WATCH: Final = """() => {
  window.taken = [];
  let begun = 0;
  let key = 0;
  document.getElementById("q").addEventListener("input", () => { key = performance.now(); });
  document.body.addEventListener("htmx:beforeRequest", () => { begun = performance.now(); });
  document.body.addEventListener("htmx:afterSettle", () => {
    window.taken.push([performance.now() - begun, performance.now() - key]);
  });
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
LISTS: Final = (
    "lists", "tenders", "cases", "alerts", "monitors", "measures", "measures/catalogue", "decisions", "reviews",
    "batches", "overrides", "objections", "repairs", "audit", "reports/timeliness",
)  # fmt: skip
"""Addresses of the work lists."""
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


def typed(page: Page, texts: Callable[[], str], count: int) -> tuple[Figures, Figures]:
    """Type so many texts into the search box; since the request, and since the key."""
    page.goto("/search", wait_until="load")
    page.evaluate(WATCH)
    for number in range(1, count + 3):
        page.fill("#q", "")
        page.fill("#q", texts())
        page.evaluate(WAIT, number)
    taken: list[list[float]] = page.evaluate("window.taken")[2 : count + 2]
    return told([one for one, _ in taken]), told([one for _, one in taken])


def expanded(page: Page, parties: Callable[[], str], count: int) -> Figures:
    """Open the graph of so many parties, and in each expand the party that stands there second."""
    taken: list[float] = []
    refused: list[int] = []
    while len(taken) < count + 2:
        response = page.goto(f"/graph?party={parties()}", wait_until="load")
        if not page.locator("#graph-canvas").count():
            refused.append(response.status if response else 0)
            assert len(refused) < 3, (refused, page.inner_text("main"))
            continue
        page.evaluate(DRAWN)
        shown: list[str] = page.evaluate(IDS)
        if len(shown) > 1:
            taken.append(float(page.evaluate(STEP, ["open", shown[1]])))
    return {**told(taken[2:]), "refused": float(len(refused))}


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


def asked(client: Any, address: str, body: dict[str, Any]) -> dict[str, Any]:
    """What the interface answers to a body."""
    answer = client.post(address, json=body)
    assert answer.is_success, answer.text
    said: dict[str, Any] = answer.json()
    return said


def worked(client: Any, made: World) -> dict[str, str]:
    """Something in every work list, and the addresses of a decision on 30 bidders, its tender, a case, a monitor."""
    listed = next(int(one) for one in made.listed if one < made.companies)
    bidders = [
        {
            "client_id": f"b{number}",
            "name": f"临江虚构{number}号建设有限公司",
            "identifiers": [{"id": f"{number:09d}"}],
        }
        for number in (listed, *range(1, 30))
    ]
    regime = {"regime": "procurement_tender"}
    few = asked(client, "/v1/decisions", {"tender": regime, "bidders": bidders[:5]})
    whole = asked(client, "/v1/decisions", {"tender": {**regime, "id": "T-PAGES"}, "bidders": bidders})
    tender = asked(
        client, "/v1/tenders", {"decision_id": whole["decision_id"], "reference": "临江虚构一号桥"}
    )
    case: dict[str, Any] = {}
    monitor: dict[str, Any] = {}
    for number in range(30):
        case = asked(client, "/v1/cases", {"title": f"临江虚构{number}号线索"})
        monitor = asked(client, "/v1/monitors", {"reference": f"临江虚构{number}号名单"})
    return {
        "decision": f"/decisions/{few['decision_id']}",
        "tender": f"/tenders/{tender['id']}",
        "case": f"/cases/{case['id']}",
        "monitor": f"/monitors/{monitor['id']}",
    }


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
    work = worked(client, made)
    pairs = connected(made, given.seed)
    typing = questions(made, home, given.seed)

    def anybody() -> str:
        return key(dice.randrange(made.companies + made.persons))

    def company() -> str:
        return key(dice.randrange(made.companies))

    pages: dict[str, Callable[[], str]] = {
        "front": lambda: "/",
        "dossier": lambda: f"/parties/{anybody()}",
        "decision": lambda: work["decision"],
        "path, any two parties": lambda: f"/paths?from={anybody()}&to={anybody()}",
        "path, two that are connected": lambda: "/paths?from={}&to={}".format(*dice.choice(pairs)),
        "ownership": lambda: f"/parties/{company()}/ownership",
        "20 parties with each other": lambda: "/paths/among?ids=" + ",".join(company() for _ in range(20)),
        "search results": lambda: f"/search?q={quote(typing['prefix']())}",
        "tender": lambda: work["tender"],
        "graph": lambda: f"/graph?party={company()}",
    }
    light = {
        **{name: work[name] for name in ("case", "monitor")},
        **{one: f"/{one}" for one in LISTS},
    }
    found: dict[str, Any] = {
        "first_paint_ms": {},
        "answer_ms": {},
        "search_ms": {},
        "search_since_key_ms": {},
    }
    with browser() as chromium:
        context = chromium.new_context(base_url=str(client.base_url), locale="zh-CN")
        page = context.new_page()
        few = max(given.visits // 2, 1)
        for name, addresses in (pages | {name: lambda at=at: at for name, at in light.items()}).items():
            painted, answered = visits(page, addresses, few if name in light else given.visits)
            found["first_paint_ms"][name], found["answer_ms"][name] = painted, answered
            print(f"{name:28} first paint {painted}  answer {answered}", flush=True)
        for name, texts in typing.items():
            since, whole = typed(page, texts, given.visits)
            found["search_ms"][name], found["search_since_key_ms"][name] = since, whole
            print(f"search, {name:20} {since}  since the key {whole}", flush=True)
        found["expand_ms"] = expanded(page, company, few)
        print(f"expand {found['expand_ms']}", flush=True)
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
