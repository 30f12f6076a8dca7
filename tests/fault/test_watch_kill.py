"""Background work that is killed: another process takes over, and no change is lost or told twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
from serving import PROGRAM, RETRIES, Installation
from watch_house import WatchHouse, listing, org, party

from matching.ledger import open_ledger

PARTIES = 400
ROUNDS = 4
SCRIPT = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from datetime import datetime
from pathlib import Path
from watch_house import WatchHouse
house = WatchHouse(Path(sys.argv[2]))
house.now = datetime.fromisoformat(sys.argv[3])
print("ready", flush=True)
house.turn()
print("done", flush=True)
"""


@contextmanager
def worker(house: WatchHouse) -> Iterator[subprocess.Popen[str]]:
    """A process that does one turn of the re-screening."""
    command = [sys.executable, "-c", SCRIPT, json.dumps(sys.path), str(house.home), house.now.isoformat()]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_no_change_is_lost_or_told_twice(tmp_path: Path) -> None:
    house = WatchHouse(tmp_path)
    house.load()
    house.watch(*(party("", 1_000 + n, str(n)) for n in range(PARTIES)))
    house.turn()
    house.turn()
    house.load(*(listing(str(n), org(f"临江第{n}建材有限公司", 1_000 + n)) for n in range(PARTIES)))
    told: list[int] = []
    for number in range(1, ROUNDS + 1):
        with worker(house) as process:
            # killed when it has come so far: sometimes between two steps, sometimes inside one
            end = time.monotonic() + 120
            while len(house.changes()) <= number * PARTIES // (ROUNDS + 2) and time.monotonic() < end:
                time.sleep(0.01 * number)
            process.send_signal(signal.SIGKILL)
        told.append(len(house.changes()))
    assert told == sorted(told)
    assert any(0 < one < PARTIES for one in told), "none was killed in the middle of its work"
    with worker(house) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "done\n"
    assert sorted(int(one.ref) for one in house.changes()) == list(range(PARTIES))
    assert house.recorded() == house.expected()
    assert len(house.ledger.items.page("alert", tenant="linjiang", limit=1_000)) == PARTIES
    assert house.ledger.verify().ok
    house.close()


def holder(path: Path) -> str:
    """Who holds the work; empty where nobody does."""
    with open_ledger(f"sqlite:///{path}") as ledger:
        found = ledger.leases.holder("work")
    return "" if found is None else found[0]


def held_by_another(path: Path, before: str, seconds: float) -> str:
    """The next holder, who has to come within so many seconds."""
    end = time.monotonic() + seconds
    while (found := holder(path)) in ("", before):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def test_one_of_two_works_and_the_other_takes_over(tmp_path: Path) -> None:
    house = Installation(tmp_path / "home")
    ledger = tmp_path / "home" / "ledger.db"
    house.run("work", "--once")
    processes = [
        subprocess.Popen([*PROGRAM, "work"], env=house.environment(), stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    try:
        first = held_by_another(ledger, "", 120)
        by_id = {str(process.pid): process for process in processes}
        by_id[first.partition("-")[0]].kill()
        # the lease of ten seconds, up to three until the other looks, and what a busy machine adds
        second = held_by_another(ledger, first, 90)
        survivor = by_id[second.partition("-")[0]]
        survivor.send_signal(signal.SIGTERM)
        assert survivor.wait(60) == 0
        assert holder(ledger) == ""
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_the_worker_beside_a_server_ends_with_it_even_when_that_is_killed(tmp_path: Path) -> None:
    house = Installation(tmp_path / "home")
    ledger = tmp_path / "home" / "ledger.db"
    house.run("work", "--once")
    with house.started() as (process, _):
        assert held_by_another(ledger, "", 120)
        process.kill()
        process.communicate()
        end = time.monotonic() + 90
        while holder(ledger):
            assert time.monotonic() < end
            time.sleep(0.1)


def test_without_the_setting_a_server_works_on_nothing(tmp_path: Path) -> None:
    house = Installation(tmp_path / "home", LIANCHENG_WORK="off")
    with house.started() as (process, address):
        with httpx.Client(transport=httpx.HTTPTransport(retries=RETRIES), timeout=60) as client:
            assert client.get(f"{address}/healthz").status_code == 200
        beside = [child.cmdline() for child in psutil.Process(process.pid).children(recursive=True)]
        assert not [line for line in beside if "work" in line]
        assert holder(tmp_path / "home" / "ledger.db") == ""
