"""The pages of a batch in a real Chromium.

    python benchmarks/bench_pages_batch.py --json benchmarks/results/pages_batch.json

A spreadsheet of 10,000 made-up bidders is handed in by the form and decided by the background process; then the pages
of its rows are turned by the button, a verdict is chosen, and the report is made. A page counts from the click to the
second frame after its rows stand in it. Browser, server and background process share the machine.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

import explored
from chromium import Site, Watched, browser
from openpyxl import Workbook
from playwright.sync_api import Page
from serving import Installation

TURN = """name => new Promise(resolve => {
  const begun = performance.now();
  document.body.addEventListener("htmx:afterSettle", () =>
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - begun))), {once: true});
  document.getElementById(name).click();
})"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
Result = dict[str, Any]


def workbook(rows: int) -> bytes:
    """Bidders, one in fifty of them barred, one in a hundred with a name that is too long to be one."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("名单")
    sheet.append(["投标人名称", "统一社会信用代码", "联系人"])
    for number in range(rows):
        name, code = f"临江虚构{number:05d}建设有限公司", ""
        if number % 50 == 0:
            name, code = "临江澄远建设工程有限公司", explored.CHENGYUAN
        elif number % 100 == 1:
            name = "长" * 300
        sheet.append([name, code, "虚构甲"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def spread(times: list[float]) -> Result:
    """Milliseconds in the middle, at 95 of 100, and the longest."""
    ordered = sorted(times)
    return {
        "count": len(ordered),
        "p50_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[max(0, -(-95 * len(ordered) // 100) - 1)], 1),
        "longest_ms": round(ordered[-1], 1),
    }


def measured(page: Page, rows: int, turns: int) -> Result:
    """Hand in, wait, turn pages, choose verdicts, make the report."""
    found: Result = {"rows": rows}
    page.goto("/batches")
    page.locator("#file").set_input_files({"name": "名单.xlsx", "mimeType": "", "buffer": workbook(rows)})
    begun = time.perf_counter()
    page.locator("form[enctype] button").click()
    page.wait_for_url("**done=handed_in")
    found["handed_in_s"] = round(time.perf_counter() - begun, 2)
    page.locator("#progress", has_text="Done").wait_for(timeout=1_200_000)
    found["decided_s"] = round(time.perf_counter() - begun, 2)
    address = page.url.partition("?")[0]
    page.goto(address)
    # the first paint is told a little after the page is there
    page.wait_for_timeout(1_000)
    found["first_paint_ms"] = round(page.evaluate(PAINT), 1)
    found["next_page"] = spread([page.evaluate(TURN, "next") for _ in range(min(turns, rows // 100 - 1))])
    kinds = ("only-BLOCK", "only-errors", "only-UNDETERMINED", "only-all")
    found["other_verdict"] = spread([page.evaluate(TURN, kind) for _ in range(5) for kind in kinds])
    found["last_page"] = spread([page.evaluate(TURN, name) for _ in range(10) for name in ("last", "first")])
    begun = time.perf_counter()
    report = page.context.request.get(f"{address}/report", timeout=600_000)
    found["report_s"], found["report_kb"] = round(time.perf_counter() - begun, 2), len(report.body()) // 1024
    begun = time.perf_counter()
    lines = page.context.request.get(f"{address}/results.csv", timeout=600_000).text()
    found["csv_s"] = round(time.perf_counter() - begun, 2)
    found["csv_rows"] = sum(1 for _ in csv.reader(io.StringIO(lines))) - 1
    begun = time.perf_counter()
    page.context.request.get(f"{address}/results.xlsx", timeout=600_000)
    found["xlsx_s"] = round(time.perf_counter() - begun, 2)
    return found


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=10_000)
    arguments.add_argument("--turns", type=int, default=99)
    arguments.add_argument("--json", type=Path)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        house = Installation(Path(folder) / "home")
        explored.loaded(house.home, explored.SINCE)
        with house.started() as (_, address), browser() as chromium:
            site = Site(address.rstrip("/"), chromium)
            with Watched(site, locale="en", viewport={"width": 1280, "height": 900}) as window:
                window.page.set_default_timeout(120_000)
                found = measured(window.page, asked.rows, asked.turns)
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
