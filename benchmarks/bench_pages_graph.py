"""The graph page in a real Chromium: how long an expansion and a layout take, to the second frame after.

    python benchmarks/bench_pages_graph.py --json benchmarks/results/pages_graph.json

A made-up person supervises 520 companies, which hold shares of each other. The hub is opened in pages of 30, five
times until 150 parties are shown and once until 500 are; then 150 and 300 of them are laid out in each way. Browser
and server share the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

import explored
from chromium import Site, Watched, browser
from playwright.sync_api import Page
from serving import Installation

from graph.relations import Relation
from graph.relations import RelationType as Kind

COMPANIES = 520
DONE = "document.getElementById('graph-canvas').getAttribute('aria-busy') === 'false'"
STEP = """async ([name, value]) => {
  const { steps } = document.getElementById("graph").graph;
  const begun = performance.now();
  steps[name](value);
  await steps.waits;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - begun;
}"""
SHOWN = "document.getElementById('graph').graph.model.now.ids.length"
IDS = "document.getElementById('graph').graph.model.now.ids"
GROUP = "document.getElementById('graph').graph.model.groups()[0].id"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
DRAWN = f"""() => new Promise((done) => {{
  const look = () => {DONE} ? done(performance.now()) : requestAnimationFrame(look);
  look();
}})"""
Result = dict[str, Any]


def holdings() -> Iterator[Relation]:
    """Each company holds a part of two others."""
    made = [explored.org(f"临江众多{n:05d}号有限公司", f"91329901MA{n:06d}HX") for n in range(COMPANIES)]
    for number, one in enumerate(made):
        for other in {(2 * number + 1) % COMPANIES, (7 * number + 3) % COMPANIES} - {number}:
            yield explored._relation(Kind.HOLDS, one, made[other], share="12")


def spread(times: list[float]) -> Result:
    """Milliseconds in the middle, at 95 of 100, and the longest."""
    ordered = sorted(times)
    return {
        "count": len(ordered),
        "p50_ms": round(statistics.median(ordered)),
        "p95_ms": round(ordered[-(-95 * len(ordered) // 100) - 1]),
        "longest_ms": round(ordered[-1]),
    }


def expanded(page: Page, party: str, rounds: int) -> tuple[Result, list[str]]:
    """Open the hub page by page: so many times up to 150 parties, the last time up to 500."""
    few: list[float] = []
    many: list[float] = []
    for turn in range(rounds + 1):
        page.goto(f"/graph?party={party}&nodes=500")
        page.evaluate(DRAWN)
        while (before := page.evaluate(SHOWN)) < (500 if turn == rounds else 120):
            taken = page.evaluate(STEP, ["open", page.evaluate(GROUP)])
            (few if before <= 120 else many).append(taken)
    return {"up_to_150": spread(few), "to_500": spread(many)}, page.evaluate(IDS)


def laid_out(page: Page, ids: list[str], runs: int) -> Result:
    """Open a page of so many parties, and lay them out in each way."""
    page.goto(f"/graph?ids={','.join(ids)}&nodes=500")
    drawn = page.evaluate(DRAWN)
    found: Result = {
        "relations": page.evaluate("document.getElementById('graph').graph.model.edges().length"),
        "first_paint_ms": round(page.evaluate(PAINT)),
        "drawn_ms": round(drawn),
    }
    for kind in ("ego", "ownership", "free"):
        found[kind] = spread([page.evaluate(STEP, ["again", kind]) for _ in range(runs)])
    return found


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--json", type=Path)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        house = Installation(Path(folder) / "home")
        explored.loaded(house.home, explored.SINCE, companies=COMPANIES, more=holdings())
        with house.serving(LIANCHENG_WORK="off") as client, browser() as chromium:
            answer = client.post("/v1/parties/search", json={"query": "虚构甲"}).json()
            party = answer["parties"][0]["party"]["id"]
            site = Site(str(client.base_url), chromium)
            with Watched(site, locale="zh-CN", viewport={"width": 1280, "height": 900}) as window:
                window.page.set_default_timeout(60_000)
                opening, ids = expanded(window.page, party, asked.runs)
                found: Result = {"expand": opening}
                for size in (150, 300):
                    found[f"nodes_{size}"] = laid_out(window.page, ids[:size], asked.runs)
                assert window.quiet()
            found["browser"] = chromium.version
    found |= {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1),
    }
    text = json.dumps(found, ensure_ascii=False, indent=2)
    print(text)
    if asked.json:
        asked.json.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
