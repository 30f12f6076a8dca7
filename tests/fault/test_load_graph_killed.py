"""Tables of the graph under kill -9, damaged files of foreign formats: the exact graph in the end, or the old one."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from list_files import write_csv
from loading import T0, Bench
from store_records import uscc

from graph.store import Store, open_store
from loaders.run import LoadOptions, load

ROUNDS = int(os.environ.get("LIANCHENG_SOAK", "6"))
FIRMS = 900
LOAD = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from graph.store import open_store
from loaders.run import LoadOptions, load
store = open_store(sys.argv[1], create=True)
print("begun", flush=True)
report = load(store, [Path(p) for p in sys.argv[2:]], options=LoadOptions(workers=0),
              recorded_at=datetime(2026, 11, 20, tzinfo=UTC))
print("published" if report.published else "refused", flush=True)
store.close()
"""


def tables(folder: Path) -> list[Path]:
    """Holdings, bids and their machines of one tender, and a package of BODS."""
    firms = [(f"临江虚构{one}有限公司", uscc(one)) for one in range(1, FIRMS + 1)]
    holdings = [["股东名称", "股东统一社会信用代码", "被投资企业", "统一社会信用代码", "持股比例"]]
    holdings += [[*firms[one - 1], *firms[one], "51%"] for one in range(1, FIRMS)]
    bids = [["招标项目编号", "标段编号", "投标人名称", "投标人代码", "投标报价金额"]]
    bids += [["T1", f"L{one % 40}", name, code, str(1000 + one)] for one, (name, code) in enumerate(firms)]
    devices = [["招标项目编号", "标段编号", "投标人名称", "投标人代码", "网卡MAC地址"]]
    devices += [
        ["T1", f"L{one % 40}", *firm, f"E0-D5-5E-12-34-{one % 90 + 10}"] for one, firm in enumerate(firms)
    ]
    package = [
        {
            "statementId": f"s{one}", "recordId": f"e{one}", "recordType": "entity", "recordStatus": "new",
            "recordDetails": {"entityType": {"type": "registeredEntity"}, "name": f"Fictitious {one}"},
        }
        for one in range(300)
    ]  # fmt: skip
    path = folder / "bods.json"
    path.write_text(json.dumps(package), "utf-8")
    rows = (("holdings", holdings), ("bids", bids), ("devices", devices))
    return [*(write_csv(folder / f"{name}.csv", found) for name, found in rows), path]


def content(store: Store) -> list[tuple[Any, ...]]:
    """All current relations by the codes of their ends, and how many parties there are."""

    def who(key: str) -> str:
        party = store.get(key)
        assert party is not None
        return min(f"{one.scheme}:{one.value}" for one in party.ids)

    edges = sorted(
        (edge.type, who(edge.src), who(edge.dst), edge.role, str(edge.share))
        for version, edge in store.iter_edges()
        if version.to_gen is None
    )
    return [*edges, (sum(1 for _ in store.iter_parties()),)]


@pytest.mark.fault
@pytest.mark.slow
def test_a_killed_load_run_again_ends_with_the_exact_graph(tmp_path: Path) -> None:
    paths = [str(path) for path in tables(tmp_path)]
    whole = open_store(str(tmp_path / "whole.db"), create=True)
    report = load(whole, [Path(path) for path in paths], options=LoadOptions(workers=0), recorded_at=T0)
    assert report.published
    assert report.clean
    wanted = content(whole)
    whole.close()
    rng = random.Random(11)
    url = str(tmp_path / "killed.db")
    killed = 0
    for number in range(ROUNDS):
        process = subprocess.Popen([sys.executable, "-c", LOAD, url, *paths], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        # anywhere, and every other time so early that no machine has finished
        time.sleep(rng.random() * (0.8 if number % 2 else 0.05))
        os.kill(process.pid, signal.SIGKILL)
        done = process.stdout.read() == b"published\n"
        process.wait()
        process.stdout.close()
        killed += not done
        store = open_store(url)
        if store.generation():
            assert content(store) == wanted
        store.close()
    assert killed, "no load was killed before its end"
    again = subprocess.run([sys.executable, "-c", LOAD, url, *paths], capture_output=True, check=True)
    assert again.stdout.endswith(b"published\n")
    store = open_store(url)
    assert content(store) == wanted
    store.close()


def test_damaged_files_of_nested_formats_cost_rows_or_the_load_and_never_more(tmp_path: Path) -> None:
    """Bytes changed at random: a load ends with a report, and the store is the old or the new one."""
    good = (tmp_path / "good").absolute()
    good.mkdir()
    package = tables(good)[-1].read_bytes()
    lines = b"\n".join(
        json.dumps(
            {"id": f"c{one}", "schema": "Company", "properties": {"name": [f"Fictitious {one}"]}}
        ).encode()
        for one in range(60)
    )
    xml = (
        "<?xml version='1.0' encoding='UTF-8'?><CONSOLIDATED_LIST><ENTITIES>"
        + "".join(
            f"<ENTITY><DATAID>{one}</DATAID><FIRST_NAME>FICTITIOUS {one}</FIRST_NAME><UN_LIST_TYPE>X</UN_LIST_TYPE>"
            f"<REFERENCE_NUMBER>E.{one}</REFERENCE_NUMBER><LISTED_ON>2020-01-01</LISTED_ON></ENTITY>"
            for one in range(40)
        )
        + "</ENTITIES></CONSOLIDATED_LIST>"
    ).encode()
    rng = random.Random(5)
    bench = Bench(tmp_path)
    outcomes = set()
    for seed in range(60):
        data = bytearray((package, lines, xml)[seed % 3])
        for _ in range(rng.randrange(1, 6)):
            place = rng.randrange(len(data))
            change = rng.random()
            if change < 0.5:
                data[place] = rng.randrange(256)
            elif change < 0.8:
                del data[place : place + rng.randrange(1, 200)]
            else:
                data[place:place] = data[place : place + 50]
        before = bench.store.generation()
        report = bench.load(bytes(data), name=f"damaged{seed}", allow_shrink=True)
        outcomes.add(report.published)
        assert bench.store.generation() == before + report.published
        assert all(file.accepted + file.rejected_count == file.rows for file in report.files)
    assert outcomes == {True, False}
    bench.close()
