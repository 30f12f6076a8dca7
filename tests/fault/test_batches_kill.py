"""A worker that is killed in the middle of a batch: no row is decided twice, none is lost, the chain stays whole."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import explored
import pytest
from serving import PROGRAM, Installation

from api import batches, bootstrap
from api.batch_pages import results
from api.batches import Reading
from api.screening import InputRow
from api.settings import Settings, read_settings
from matching.ledger.items import read_body

ROWS, KILLS = 300, 3


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("batchkill") / "home")
    explored.loaded(made.home, explored.SINCE)
    return made


def handed_in(settings: Settings) -> str:
    rows = [
        InputRow(row=number + 2, client_id=str(number), fields={"name": f"临江虚构{number:05d}有限公司"})
        for number in range(ROWS)
    ]
    reading = Reading(format="csv", rows=rows, bad=(), unknown=(), notes=())
    with bootstrap.opened_ledger(settings) as ledger:
        item = batches.create(
            ledger, reading, name="", frame={"tender": {}}, together=False, tenant="default", actor="key:test",
            at=bootstrap.now(), opening_at=None,
        )  # fmt: skip
    return item.id


def progress(settings: Settings, batch: str) -> tuple[str, int]:
    with bootstrap.opened_ledger(settings, reading=True) as ledger:
        item = ledger.items.get(batches.BATCH, batch, tenant="default")
    assert item is not None
    body: batches.Batch = read_body(item, batches.Batch)
    return item.state, body.decided


def worker(house: Installation) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*PROGRAM, "work"], env=house.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.mark.slow
@pytest.mark.fault
def test_a_killed_worker_leaves_each_row_decided_once(house: Installation, tmp_path: Path) -> None:
    settings = read_settings({"LIANCHENG_HOME": str(house.home)})
    batch = handed_in(settings)
    dice = random.Random(7)
    seen = 0
    for _ in range(KILLS):
        process = worker(house)
        until = time.monotonic() + 120
        while progress(settings, batch)[1] <= seen and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(dice.random() * 0.3)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        state, seen = progress(settings, batch)
        if state == batches.DONE:
            break
    process = worker(house)
    until = time.monotonic() + 180
    while progress(settings, batch)[0] != batches.DONE and time.monotonic() < until:
        time.sleep(0.2)
    process.terminate()
    process.wait()
    assert progress(settings, batch) == (batches.DONE, ROWS)
    with bootstrap.opened_ledger(settings, reading=True) as ledger:
        item = ledger.items.get(batches.BATCH, batch, tenant="default")
        assert item is not None
        rows = [row for _, told in results(ledger, item) for row in told]
        recorded = {one.decision_id for one in ledger.decisions(tenant="default", limit=ROWS * 2)}
        assert ledger.verify().ok
    assert [row["row"] for row in rows] == list(range(2, ROWS + 2))
    assert len({row["decision_id"] for row in rows}) == ROWS
    assert recorded == {row["decision_id"] for row in rows}
