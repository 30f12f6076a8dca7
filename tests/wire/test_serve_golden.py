"""The golden scenarios over HTTP: the same decisions as the command line, byte for byte in what is pinned.

One real server answers them all; between two scenarios it is given the next one's home, and its clock is the step's.
One scenario of every rule here; all of them by `make soak`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import msgspec
import pytest
import uvicorn
from fastapi import FastAPI

from api import bootstrap
from api.app import create_app
from api.deciding import Deciding
from api.masking import mask_json
from api.problems import validate_request
from api.scenario import KEY, World, memory_folder, scenario_files
from api.scenario_facts import Scenario, read_scenario
from api.service import Service
from api.settings import Settings, read_settings
from graph.store import open_store
from matching.decision import Decision, to_json
from matching.ledger import open_ledger
from matching.policy import Policy, load_policy
from matching.request import DecisionRequest
from matching.screening import Screener

GOLDEN = Path(__file__).parents[1] / "golden"
EVERY = scenario_files([GOLDEN])
FIRST = {path.stem.partition("-")[0]: path for path in reversed(EVERY)}
FILES = EVERY if int(os.environ.get("LIANCHENG_SOAK", "10")) >= 200 else sorted(FIRST.values())


class Clock:
    """The server's clock: what the step says."""

    def __init__(self) -> None:
        self.now = bootstrap.now()

    def __call__(self) -> datetime:
        return self.now


class Server:
    """One HTTP server whose installation is exchanged between two scenarios."""

    def __init__(self, home: Path) -> None:
        self.clock = Clock()
        self.app: FastAPI = create_app(settings_of(home))
        listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(self.app, log_level="warning", loop="asyncio"))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(listener,), daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        self._own = (self.app.state.service, self.app.state.deciding)

    def _run(self, listener: socket.socket) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve(sockets=[listener]))

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(30)
        self._loop.close()

    def move_to(self, home: Path) -> None:
        """Serve another home."""
        service = Service(settings_of(home))

        async def begin() -> Deciding:
            return Deciding(service, self.app.state.telemetry, most_waiting=8)

        self.app.state.service = service
        self.app.state.deciding = asyncio.run_coroutine_threadsafe(begin(), self._loop).result(30)

    def move_back(self) -> None:
        """Serve the home of the beginning."""
        service, deciding = self.app.state.service, self.app.state.deciding
        self.app.state.service, self.app.state.deciding = self._own
        asyncio.run_coroutine_threadsafe(deciding.close(), self._loop).result(30)
        service.close()


def settings_of(home: Path) -> Settings:
    (home / "secret.key").write_text(KEY.hex() + "\n", "ascii")
    (home / "secret.key").chmod(0o600)
    return read_settings(
        {"LIANCHENG_HOME": str(home), "LIANCHENG_LANG": "en", "LIANCHENG_RATE": "0"}, folder=home
    )


class OverHttp(World):
    """A scenario's world whose questions are also asked over HTTP."""

    server: Server
    client: httpx.Client
    asked_for: list[str]
    asking: object

    def decide(self, screener: Screener, request: DecisionRequest, now: datetime) -> Decision:
        own = super().decide(screener, request, now)
        self.server.clock.now = now
        answer = self.client.post("/v1/decisions", json=self.asking)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["decision_hash"] == own.decision_hash
        same = msgspec.structs.replace(own, decision_id=told["decision_id"], decided_at=now)
        assert answer.content == mask_json(to_json(same))
        self.asked_for.append(told["decision_id"])
        return own


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        server = Server(tmp_path_factory.mktemp("golden"))
        patch.setattr(bootstrap, "now", server.clock)
        yield server
        server.stop()


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_over_http_is_decided_as_on_the_command_line(
    path: Path, server: Server, policy: Policy
) -> None:
    scenario = read_scenario(path)
    folder = Path(tempfile.mkdtemp(prefix="liancheng-golden-", dir=memory_folder()))
    try:
        decided = play(scenario, folder, server, policy)
    finally:
        shutil.rmtree(folder)
    asked = [step for step in scenario.steps if step.request is not None and _is_request(step.request)]
    assert len(decided) == len(asked)


def _is_request(document: object) -> bool:
    try:
        validate_request(document)
    except Exception:  # noqa: BLE001 - scenarios of requests that are refused are refused over HTTP as well
        return False
    return True


def play(scenario: Scenario, home: Path, server: Server, policy: Policy) -> list[str]:
    """Play every step; the decisions that were answered over HTTP."""
    store = open_store(str(home / "store.db"), create=True)
    ledger = open_ledger(f"sqlite:///{home}/ledger.db")
    world = OverHttp(store, home, policy, ledger)
    world.server, world.asked_for = server, []
    server.move_to(home)
    try:
        with httpx.Client(base_url=server.address, timeout=60) as world.client:
            for step in scenario.steps:
                world.asking = step.request
                for _ in world.play(step):
                    continue
    finally:
        server.move_back()
        world.close()
        store.close()
    return world.asked_for
