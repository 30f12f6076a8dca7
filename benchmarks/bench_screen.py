"""How long a clerk waits for a list: `python benchmarks/bench_screen.py` screens 10,000 bidders as whole processes.

Makes the demo city in a fresh home, writes a bidder list from its register, and runs `liancheng screen` and
`liancheng --help` several times: start of the interpreter, reading, deciding, ledger and writing included.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def liancheng(home: Path, *words: str) -> float:
    """Seconds of one command."""
    start = time.perf_counter()
    subprocess.run(
        [str(Path(sys.executable).with_name("liancheng")), *words],
        env={**os.environ, "LIANCHENG_HOME": str(home)},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def bidder_list(home: Path, size: int) -> Path:
    """A list of bidders from the demo's register, going round it as often as needed."""
    register = next((home / "demo" / "register").glob("企业*.csv"))
    with register.open(encoding="utf-8-sig", newline="") as handle:
        rows = [(row["企业名称"], row["统一社会信用代码"]) for row in csv.DictReader(handle)]
    path = home / "bidders.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("投标人名称", "统一社会信用代码"))
        writer.writerows(rows[number % len(rows)] for number in range(size))
    return path


def spread(samples: list[float]) -> dict[str, float]:
    """Seconds: least, median, most."""
    return {
        "min_s": round(min(samples), 2),
        "median_s": round(statistics.median(samples), 2),
        "max_s": round(max(samples), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="bidders")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path, help="also write the result here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        demo = liancheng(home, "demo", "--run", "--no-serve")
        bidders = str(bidder_list(home, given.size))
        out = str(home / "out.xlsx")
        screen = [
            liancheng(home, "screen", bidders, "--regime", "政府采购", "-o", out) for _ in range(given.runs)
        ]
        start = [liancheng(home, "--help") for _ in range(max(5, given.runs))]
    result = {
        "command": " ".join(["python", "benchmarks/bench_screen.py", *sys.argv[1:]]),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "bidders": given.size,
        "runs": given.runs,
        "demo_load_screen_explain_s": round(demo, 2),
        "screen_to_xlsx": spread(screen),
        "help": spread(start),
        "largest_process_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
        "load_average_after": round(os.getloadavg()[0], 2),
    }
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if given.json:
        given.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
