"""How fast the embedded store loads and reads: `python benchmarks/bench_store.py --n 100000 [--json FILE]`.

Records are made outside the timed parts, batch by batch (10,000 a batch). Memory is the process's peak.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from graph.dates import CST
from graph.model import Id, Interval, Listing, Mention, PartyRecord, PartyType, Source
from graph.store import Batch, SnapshotInfo, Store, open_store

BATCH = 10_000
TAKEN = datetime(2024, 6, 1, tzinfo=CST)
WORDS = "华安恒信瑞丰泰盛达通金源宏图远大"
HANZI = bytes(code for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFA) for code in (high, low)).decode("gb2312")
"""The common characters (GB 2312 level 1), in which company names are written."""
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(number: int) -> str:
    """A made-up code of 18 characters (region 320899), different for each number."""
    tail = ""
    for _ in range(8):
        number, digit = divmod(number, len(ALPHABET))
        tail += ALPHABET[digit]
    return f"91320899{tail}0X"


def company(number: int) -> str:
    """A made-up company name, different for each number."""
    a, b = number % len(WORDS), number // 7 % len(WORDS)
    letters = HANZI[number % len(HANZI)] + HANZI[number // len(HANZI) % len(HANZI)]
    return f"临江市{WORDS[a]}{WORDS[b]}{letters}建设工程有限公司"


def unknown(number: int) -> str:
    """The name of a company that stands on no list and in no register."""
    return f"临江市未名{number}建材经营有限公司"


def listing(number: int) -> Listing:
    """A made-up judgment defaulter: two of five are companies with a code, the others persons with a masked one."""
    org = number % 5 < 2
    name = company(number) if org else f"虚构{HANZI[number % len(HANZI)]}{HANZI[number // len(HANZI) % len(HANZI)]}"
    code = uscc(number) if org else f"320899{1950 + number % 50}****{number % 10000:04d}"
    case = f"(2023)苏0899执{number}号"
    day = datetime(2023, 1 + number % 12, 1 + number % 28, tzinfo=CST)
    duty = "支付工程款及利息，负担案件受理费"
    return Listing(
        list_code="SXBZXR",
        key=f"{case}|临江市人民法院|{number}",
        subject=Mention(
            type=PartyType.ORGANIZATION if org else PartyType.PERSON,
            name=name,
            n6=name,
            ids=(Id(scheme="uscc", value=code) if org else Id(scheme="citizen_id", value=code, state="masked"),),
            sex="" if org else "m",
            region="虚构省",
        ),
        effect=Interval(start=day),
        published=Interval(start=day),
        authority="临江市人民法院",
        case_no=case,
        grounds=("1",),
        measure="全部未履行",
        region="虚构省",
        raw={
            "被执行人姓名/名称": name, "身份证号码/组织机构代码": code, "执行法院": "临江市人民法院", "省份": "虚构省",
            "案号": case, "立案时间": "2023年01月05日", "发布时间": day.date().isoformat(),
            "生效法律文书确定的义务": duty, "被执行人的履行情况": "全部未履行",
            "失信被执行人行为具体情形": "有履行能力而拒不履行生效法律文书确定义务",
        },
        source=Source(dataset="SXBZXR", file="sxbzxr.csv", file_sha256="0" * 64, row=number + 2, taken_at=TAKEN),
    )  # fmt: skip


def party(number: int) -> PartyRecord:
    """A made-up company of the register."""
    name = company(number)
    return PartyRecord(
        key=uscc(number),
        subject=Mention(
            type=PartyType.ORGANIZATION, name=name, n6=name, ids=(Id(scheme="uscc", value=uscc(number)),),
            legal_rep="虚构王五",
        ),
        attributes={"founded_on": "2010-05-01", "capital_cny": "10000000", "status": "存续", "region": "320899"},
        raw={"企业名称": name, "统一社会信用代码": uscc(number), "法定代表人": "虚构王五", "注册资本": "1000万元"},
        source=Source(dataset="register", file="register.csv", file_sha256="0" * 64, row=number + 2, taken_at=TAKEN),
    )  # fmt: skip


def batches(count: int, kind: str) -> Iterator[Batch]:
    """Made-up records in batches."""
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        if kind == "SXBZXR":
            yield Batch(listings=tuple(map(listing, numbers)))
        else:
            yield Batch(parties=tuple(map(party, numbers)))


def load(store: Store, count: int, dataset: str, token: str) -> tuple[float, float]:
    """Seconds (by the clock, and of processor time) that the store takes to stage, check for missing ones and
    publish; making records is left out."""
    snapshot = SnapshotInfo(dataset=dataset, source="bench", full=True, taken_at=TAKEN)
    spent = [0.0, 0.0]

    def measured(action: Callable[[], object]) -> None:
        clock, processor = time.perf_counter(), time.process_time()
        action()
        spent[0] += time.perf_counter() - clock
        spent[1] += time.process_time() - processor

    measured(lambda: store.begin(token, [snapshot]))
    for batch in batches(count, dataset):
        measured(partial(store.write, batch))
    measured(lambda: store.end_missing(dataset, "bench"))
    measured(lambda: store.publish(datetime(2024, 6, 2, tzinfo=UTC)))
    return spent[0], spent[1]


def timed(action: Callable[[], object]) -> float:
    """Seconds that an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def exhaust(rows: Iterator[object]) -> None:
    """Read to the end."""
    for _ in rows:
        pass


def median_ms(action: Callable[[int], object], count: int = 200) -> float:
    """Median milliseconds of `count` calls."""
    return sorted(timed(lambda at=at: action(at)) for at in range(count))[count // 2] * 1000  # type: ignore[misc]


def run(count: int, path: Path) -> dict[str, object]:
    """All measurements, by name."""
    found: dict[str, object] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}",
        "records": count,
    }
    store = open_store(str(path), create=True)

    def note(name: str, value: float) -> None:
        found[name] = round(value, 3)
        print(f"{name:42} {value:10.3f}", flush=True)

    def note_load(name: str, dataset: str, token: str) -> None:
        clock, processor = load(store, count, dataset, token)
        note(f"{name}, s", clock)
        note(f"{name}, processor s", processor)

    note_load("listings, first load", "SXBZXR", "a")
    note_load("listings, the same again", "SXBZXR", "b")
    note("memory after listings, MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    note_load("register after listings, first load", "register", "c")
    note("memory, peak, MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    note("read listings, raw rows, s", timed(lambda: exhaust(store.iter_listing_rows("SXBZXR"))))
    note("read listings, decoded, s", timed(lambda: exhaust(store.iter_listings("SXBZXR"))))
    note("read parties, s", timed(lambda: exhaust(store.iter_party_rows())))
    step = max(1, count // 200)
    note("find by code, median ms", median_ms(lambda at: store.find("uscc", uscc(at * step))))
    note("search by exact name, median ms", median_ms(lambda at: store.search(company(at * step))))
    note("search inside names, median ms", median_ms(lambda at: store.search(company(at * step)[5:9])))
    note("search two characters, median ms", median_ms(lambda at: store.search(company(at * step)[4:6]), 20))
    store.close()
    note("file, MB", path.stat().st_size / 1e6)
    return found


def main() -> None:
    """Measure in a temporary folder and print; `--json` also writes the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100_000, help="records of each kind")
    parser.add_argument("--repeat", type=int, default=1, help="runs")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    runs = []
    for _ in range(options.repeat):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(run(options.n, Path(folder) / "store.sqlite3"))
    if options.json:
        options.json.write_text(json.dumps(runs, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
