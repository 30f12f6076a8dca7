"""kill -9 of server processes under load: what was acknowledged is there, a retry with the same key gives one decision.

`make soak` (LIANCHENG_SOAK=200) makes it 20 rounds instead of 3.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psutil
import pytest
from serving import LISTED, Installation, ask

from matching.ledger import open_ledger

pytestmark = [pytest.mark.fault, pytest.mark.slow]

ROUNDS = 20 if int(os.environ.get("LIANCHENG_SOAK", "10")) >= 200 else 3
IN_FLIGHT = 200


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installation = Installation(
        tmp_path_factory.mktemp("killed") / "home", LIANCHENG_RATE="0", LIANCHENG_WORK="off"
    )
    installation.publish({"SXBZXR": [("临江被列有限公司", LISTED, "2025-06-18")]})
    return installation


@pytest.fixture(scope="module")
def server(installation: Installation) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with installation.started("--workers", "2") as (process, address):
        wait_for(address)
        yield process, address


def wait_for(address: str) -> None:
    end = time.monotonic() + 120
    while True:
        try:
            if httpx.get(f"{address}/readyz", timeout=10).status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < end
        time.sleep(0.1)


def workers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes that answer."""
    found = []
    for child in psutil.Process(process.pid).children():
        try:
            if any("api.worker" in part for part in child.cmdline()):
                found.append(child)
        except psutil.Error:
            # it ended while it was looked at
            continue
    return found


def both(process: subprocess.Popen[str]) -> set[int]:
    """The two processes that answer, once one that was killed has been replaced."""
    until(lambda: len(workers(process)) == 2)
    return {one.pid for one in workers(process)}


def until(done: Callable[[], object]) -> None:
    end = time.monotonic() + 120
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


async def decide(client: httpx.AsyncClient, key: str, body: dict[str, Any]) -> str | None:
    """The decision's id; None where no answer came."""
    try:
        answer = await client.post("/v1/decisions", json=body, headers={"Idempotency-Key": key})
    except httpx.TransportError:
        return None
    if answer.status_code in (409, 503):
        return None
    assert answer.status_code == 200, answer.text
    return str(answer.json()["decision_id"])


async def a_round(
    process: subprocess.Popen[str], address: str, number: int, chance: random.Random
) -> tuple[dict[str, str], dict[str, str]]:
    """What was acknowledged before and during a kill, and what each retry was answered."""
    keys = [f"round-{number}-{i}" for i in range(IN_FLIGHT)]
    bodies = [ask(LISTED, id=key) for key in keys]
    limits = httpx.Limits(max_connections=IN_FLIGHT)
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
        sent = [asyncio.create_task(decide(client, *pair)) for pair in zip(keys, bodies, strict=True)]
        # in the middle of it: some have their answer, the others are on their way
        enough = chance.randint(1, IN_FLIGHT // 2)
        while sum(task.done() for task in sent) < enough:
            await asyncio.sleep(0)
        doomed = workers(process)
        for one in doomed if number % 2 else doomed[:1]:
            one.send_signal(signal.SIGKILL)
        first = dict(zip(keys, await asyncio.gather(*sent), strict=True))
        retried: dict[str, str] = {}
        end = time.monotonic() + 180
        while len(retried) < len(keys) and time.monotonic() < end:
            missing = [(key, body) for key, body in zip(keys, bodies, strict=True) if key not in retried]
            again = await asyncio.gather(*(decide(client, key, body) for key, body in missing))
            retried |= {
                key: found for (key, _), found in zip(missing, again, strict=True) if found is not None
            }
    return {key: found for key, found in first.items() if found is not None}, retried


def test_what_was_acknowledged_is_there_and_a_retry_gives_one_decision(
    installation: Installation, server: tuple[subprocess.Popen[str], str]
) -> None:
    process, address = server
    chance = random.Random(6)
    every: dict[str, str] = {}
    lost = 0
    for number in range(ROUNDS):
        acknowledged, retried = asyncio.run(a_round(process, address, number, chance))
        assert len(retried) == IN_FLIGHT
        assert {key: retried[key] for key in acknowledged} == acknowledged
        lost += IN_FLIGHT - len(acknowledged)
        every |= retried
        wait_for(address)
    assert lost, "no kill met a request: the test has shown nothing"
    assert process.poll() is None
    with open_ledger(f"sqlite:///{installation.home / 'ledger.db'}", create=False) as ledger:
        recorded, before = [], None
        while page := ledger.decisions(tenant="default", limit=500, before=before):
            recorded += [one.decision_id for one in page]
            before = page[-1].event_seq
        # one decision a key: none twice, none missing
        assert sorted(recorded) == sorted(every.values())
        assert ledger.verify().ok


def test_renewing_every_process_drops_no_request(server: tuple[subprocess.Popen[str], str]) -> None:
    process, address = server
    before = both(process)

    async def load() -> tuple[int, list[str]]:
        wrong: list[str] = []
        answered = 0
        ending = asyncio.Event()

        async def caller(client: httpx.AsyncClient) -> None:
            nonlocal answered
            while not ending.is_set():
                try:
                    answer = await client.post("/v1/decisions", json=ask(LISTED))
                except httpx.TransportError as error:
                    wrong.append(repr(error))
                    continue
                answered += answer.status_code == 200
                if answer.status_code != 200:
                    wrong.append(answer.text)
                await asyncio.sleep(0.01)

        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            callers = [asyncio.create_task(caller(client)) for _ in range(6)]
            await asyncio.sleep(0.5)
            process.send_signal(signal.SIGHUP)
            end = time.monotonic() + 180
            while before & {one.pid for one in workers(process)} and time.monotonic() < end:
                await asyncio.sleep(0.2)
            await asyncio.sleep(0.5)
            ending.set()
            await asyncio.gather(*callers)
        return answered, wrong

    answered, wrong = asyncio.run(load())
    assert wrong == []
    assert answered > 20
    after = {one.pid for one in workers(process)}
    assert len(after) == 2
    assert not after & before


def test_a_renewal_that_cannot_start_leaves_the_old_ones_serving(
    installation: Installation, server: tuple[subprocess.Popen[str], str]
) -> None:
    process, address = server
    before = both(process)
    policy = installation.home / "policy.toml"
    policy.write_text("no = 'policy'\n", "utf-8")
    try:
        process.send_signal(signal.SIGHUP)
        until(lambda: {one.pid for one in workers(process)} - before)
        until(lambda: {one.pid for one in workers(process)} == before)
        answer = httpx.post(f"{address}/v1/decisions", json=ask(LISTED), timeout=60)
        assert answer.status_code == 200, answer.text
        assert {one.pid for one in workers(process)} == before
    finally:
        policy.unlink()
