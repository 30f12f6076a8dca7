"""How long loading a list takes: a fictitious list of judgment defaulters as courts publish it, store included.

Usage: python benchmarks/bench_load.py [--rows 1000000] [--workers N] [--runs 1] [--dir DIR] [--json FILE]

Prints machine, size, rows a second, peak memory of this process and of its workers, and the time without a store.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import random
import resource
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from graph.identifiers import citizen_check_character, org_code_check_character, uscc_check_character
from graph.store import open_store
from loaders.files import open_tables
from loaders.kinds import Spec, recognise, resolve
from loaders.mapping import Mapper, Origin
from loaders.run import LoadOptions, load

HEAD = (
    "被执行人姓名/名称",
    "性别",
    "年龄",
    "身份证号码/组织机构代码",
    "法定代表人或者负责人姓名",
    "执行法院",
    "省份",
    "执行依据文号",
    "立案时间",
    "案号",
    "做出执行依据单位",
    "生效法律文书确定的义务",
    "被执行人的履行情况",
    "失信被执行人行为具体情形",
    "发布时间",
)
GROUNDS = (
    "有履行能力而拒不履行生效法律文书确定义务",
    "违反财产报告制度",
    "违反限制消费令",
    "以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行",
    "有履行能力而拒不履行生效法律文书确定义务,违反财产报告制度",
)
FAMILY = "虚构临拟试样例假设"
GIVEN = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒"
TRADES = ("建设工程", "市政园林", "信息科技", "商贸", "环保设备", "装饰工程", "机电设备", "物业服务")
CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def row(rng: random.Random, number: int) -> list[str]:
    """One fictitious row; two thirds are persons."""
    year, court = rng.randrange(2015, 2026), rng.randrange(1, 200)
    case = f"（{year}）拟{court:04d}执{number}号"
    filed = f"{year}年{rng.randrange(1, 13):02d}月{rng.randrange(1, 29):02d}日"
    shared = [
        f"临江市第{court}拟设人民法院",
        "拟省",
        f"({year})拟{court:04d}民初{number % 9000}号",
        filed,
        case,
        f"临江市第{court}拟设人民法院",
        f"偿还借款{rng.randrange(1, 900)}0000元及利息",
        "全部未履行",
        rng.choice(GROUNDS),
        filed,
    ]
    person = rng.choice(FAMILY) + "".join(rng.choices(GIVEN, k=2))
    if number % 3:
        born = f"{rng.randrange(1950, 2004)}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
        body = f"320899{born}{rng.randrange(1000):03d}"
        card = body[:10] + "****" + body[14:] + citizen_check_character(body)
        return [person, rng.choice("男女"), str(rng.randrange(20, 75)), card, "", *shared]
    name = f"临江市{''.join(rng.choices(GIVEN, k=3))}{number % 977}{rng.choice(TRADES)}有限公司"
    body = "".join(rng.choices(CODE[:30], k=8))
    org = body + org_code_check_character(body)
    code = f"91320899{org}"
    return [
        name,
        "",
        "",
        code + uscc_check_character(code) if number % 2 else f"{body}-{org[8]}",
        person,
        *shared,
    ]


def make(path: Path, rows: int) -> None:
    """Write the list; the same bytes for the same size."""
    rng = random.Random(20261122)
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(HEAD)
        for number in range(rows):
            writer.writerow(row(rng, number))


def read_only(path: Path) -> float:
    """Seconds to read all rows into records in this process, with no store."""
    start = time.perf_counter()
    table = open_tables(path, recognise).tables[0]
    mapper = Mapper(
        resolve(Spec(name="sxbzxr")), Origin(dataset="SXBZXR", publisher="sxbzxr", file="f", sha256="")
    )
    for chunk in table.chunks():
        mapper.map(chunk)
    return time.perf_counter() - start


def once(path: Path, folder: Path, workers: int | None) -> tuple[float, int]:
    """Load into a new store; seconds and accepted rows."""
    store = open_store(str(folder / f"bench-{time.monotonic_ns()}.db"), create=True)
    last = [0]

    def progress(label: str, rows: int) -> None:
        if rows - last[0] >= 100_000:
            last[0] = rows
            print(f"\r{rows:,}", end="", file=sys.stderr)

    start = time.perf_counter()
    report = load(
        store,
        [path],
        options=LoadOptions(workers=workers, taken_at=datetime(2026, 11, 22, tzinfo=UTC)),
        recorded_at=datetime(2026, 11, 22, 1, tzinfo=UTC),
        progress=progress,
    )
    seconds = time.perf_counter() - start
    store.close()
    print("\r", end="", file=sys.stderr)
    if not report.published:
        raise SystemExit(json.dumps(report.to_json("en"), ensure_ascii=False)[:2000])
    return seconds, report.files[0].accepted


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--dir", type=Path, default=None)
    parser.add_argument("--json", type=Path, default=None)
    parser.add_argument("--read-only", action="store_true", help="also measure reading without a store")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.dir) as name:
        folder = Path(name)
        path = folder / "失信被执行人.csv"
        make(path, args.rows)
        size = path.stat().st_size
        load_before = os.getloadavg()[0]
        before = resource.getrusage(resource.RUSAGE_SELF)
        runs = [once(path, folder, args.workers) for _ in range(args.runs)]
        after, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        own = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        seconds = [run[0] for run in runs]
        result = {
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "rows": args.rows,
            "accepted": runs[0][1],
            "file_mb": round(size / 1e6, 1),
            "seconds_median": round(statistics.median(seconds), 2),
            "seconds_min": round(min(seconds), 2),
            "seconds_max": round(max(seconds), 2),
            "rows_per_second": round(args.rows / statistics.median(seconds)),
            "cpu_seconds_a_run": round(own / args.runs, 2),
            "cpu_seconds_a_run_workers": round((children.ru_utime + children.ru_stime) / args.runs, 2),
            "load_average_before": round(load_before, 2),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "peak_worker_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
        }
        if args.read_only:
            result["seconds_reading_only_one_process"] = round(read_only(path), 2)
    print(json.dumps(result, indent=1))
    if args.json:
        args.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
