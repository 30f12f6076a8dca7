"""Several server processes on one socket: each gets its share of the callers, also after one of them was replaced."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
import uvicorn
from serving import Installation

from api.tally import Tally, shared
from api.worker import Server

CALLERS = 24


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], str]]:
    house = Installation(tmp_path_factory.mktemp("shares") / "home", LIANCHENG_WORK="off")
    with house.started("--workers", "2") as (process, address):
        yield process, address


def workers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes that answer."""
    found = []
    for one in psutil.Process(process.pid).children():
        # one that has just died tells nothing more
        with suppress(psutil.Error):
            if any("api.worker" in part for part in one.cmdline()):
                found.append(one)
    return found


def connected(process: subprocess.Popen[str]) -> list[int]:
    """How many callers each process holds."""
    found = []
    for worker in workers(process):
        with suppress(psutil.Error):
            found.append(sum(one.status == psutil.CONN_ESTABLISHED for one in worker.net_connections()))
    return found


def held(process: subprocess.Popen[str], address: str) -> list[int]:
    """How many of the callers that connect at once each process holds."""
    parts = urlsplit(address)
    with ExitStack() as callers:
        for _ in range(CALLERS):
            callers.enter_context(socket.create_connection((str(parts.hostname), parts.port or 0), 60))
        end = time.monotonic() + 20
        while True:
            found = connected(process)
            if sum(found) == CALLERS or time.monotonic() > end:
                return found
            time.sleep(0.05)


def shares(process: subprocess.Popen[str], address: str) -> list[int]:
    """The same, once two processes take all connections evenly; one that waits for its turn may come too late."""
    end = time.monotonic() + 90
    while len(found := held(process, address)) < 2 or sum(found) != CALLERS or min(found) < CALLERS / 3:
        assert time.monotonic() < end, found
        # until those of this time are closed
        time.sleep(0.5)
    return found


def test_callers_are_shared_evenly(server: tuple[subprocess.Popen[str], str]) -> None:
    found = shares(*server)
    assert sum(found) == CALLERS
    assert min(found) >= CALLERS / 3


def test_callers_are_shared_after_a_process_died(server: tuple[subprocess.Popen[str], str]) -> None:
    process, address = server
    killed = workers(process)[0]
    killed.kill()
    with suppress(psutil.NoSuchProcess):
        while killed.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.05)
    # nobody waits for the one that is gone
    assert httpx.get(f"{address}/healthz", timeout=60).status_code == 200
    time.sleep(0.7)
    assert min(shares(process, address)) >= CALLERS / 3


def test_callers_who_stay_are_shared_again_after_a_process_died(
    server: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = server
    shares(process, address)
    with ExitStack() as stack:
        callers = [stack.enter_context(httpx.Client(base_url=address, timeout=60)) for _ in range(CALLERS)]
        workers(process)[0].kill()
        end = time.monotonic() + 120
        while True:
            for caller in callers:
                # the one whose process was killed under it connects again
                with suppress(httpx.TransportError):
                    assert caller.get("/healthz").status_code == 200
            found = connected(process)
            if len(found) == 2 and min(found) >= CALLERS / 3:
                break
            assert time.monotonic() < end, found
            time.sleep(0.3)


@pytest.fixture
def memory() -> Iterator[int]:
    """What the processes of one server share."""
    descriptor = shared()
    yield descriptor
    os.close(descriptor)


def test_only_who_holds_many_more_sends_callers_away(memory: int) -> None:
    first, second = Tally(memory, 1), Tally(memory, 2)
    first.set(30)
    assert first.surplus(30) == 0, "alone"
    second.set(0)
    assert first.surplus(30) == 15
    assert second.surplus(0) == 0
    second.set(26)
    assert first.surplus(30) == 0


def test_the_process_with_the_fewest_is_next_and_nobody_waits_for_one_that_leaves(memory: int) -> None:
    first, second = Tally(memory, 1), Tally(memory, 2)
    assert first.is_next(100), "alone"
    first.set(3)
    second.set(2)
    assert second.is_next(2)
    assert not first.is_next(3)
    second.set(3)
    assert first.is_next(3)
    assert second.is_next(3)
    second.set(0)
    assert not first.is_next(3)
    second.leave()
    assert first.is_next(3)
    second.set(0)
    first.leave(2)
    assert first.is_next(3)


def test_the_counts_have_their_room_before_anybody_counts(memory: int) -> None:
    Tally(memory, 1)
    # a page that came to be only when somebody writes would kill the writer where nothing is left
    assert os.fstat(memory).st_blocks > 0


def test_a_connection_counts_once(memory: int) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("nothing is asked")

    async def counted() -> list[tuple[bool, bool]]:
        seen, callers = Tally(memory, 2), []
        config = uvicorn.Config(app, lifespan="off", log_level="warning")
        config.load()
        server = Server(config, SimpleNamespace(state=SimpleNamespace()), Tally(memory, 1))
        server.lifespan = config.lifespan_class(config)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            await server.startup([listener])
            found = []
            for held in (1, 2, 3):
                callers.append(await asyncio.open_connection(*listener.getsockname()))
                end = time.monotonic() + 60
                while len(server.server_state.connections) < held and time.monotonic() < end:
                    await asyncio.sleep(0.01)
                # until whatever else that connection sets going has had its turn
                for _ in range(10):
                    await asyncio.sleep(0.005)
                # as many as it holds: who has as many is next beside it, who has one more is not
                found.append((seen.is_next(held), seen.is_next(held + 1)))
            for _, writer in callers:
                writer.close()
                await writer.wait_closed()
            await server.shutdown()
        return found

    assert asyncio.run(counted()) == [(True, False)] * 3
