"""Trouble on the wire: whatever is away or damaged is said with its status, and nobody is answered CLEAR for it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from postgres_server import running
from serving import CLEAN, LISTED, NAME, Installation, ask

from api import bootstrap
from api.service import Service
from api.settings import read_settings
from matching.ledger import open_ledger
from matching.request import DecisionRequest

BY_CODE = ask(LISTED)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "home", LIANCHENG_RATE="0", LIANCHENG_WORK="off")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with lists, to be copied."""
    installation = Installation(tmp_path_factory.mktemp("published") / "home", LIANCHENG_WORK="off")
    installation.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18")]})
    return installation.home


@pytest.fixture
def loaded(installation: Installation, published: Path) -> Installation:
    shutil.copytree(published, installation.home)
    return installation


@pytest.fixture
def server(loaded: Installation) -> Iterator[httpx.Client]:
    with loaded.serving() as client:
        yield client


def refused(answer: httpx.Response) -> str:
    """The code of a problem that says that a part is away; nothing in it is a verdict."""
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "verdict" not in answer.text
    return str(answer.json()["code"])


def recorded(home: Path) -> int:
    """Decisions in the ledger, whose chain is whole."""
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        assert ledger.verify().ok
        return len(ledger.decisions(tenant="default", limit=1_000))


def until(done: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_nothing_loaded_is_503_and_then_lists_that_are_missing_are_undetermined(
    installation: Installation,
) -> None:
    with installation.serving() as client:
        assert refused(client.post("/v1/decisions", json=BY_CODE)) == "http.unavailable"
        assert refused(client.get("/readyz")) == "http.unavailable"
        installation.publish({}, codes=("ZDSS",))
        answer = client.post("/v1/decisions", json=ask(CLEAN))
        assert answer.status_code == 200
        assert answer.json()["verdict"] == "UNDETERMINED"
        assert "list:SXBZXR" in {gap["what"] for gap in answer.json()["not_assessed"]}


def test_a_list_that_is_stale_is_200_and_undetermined(server: httpx.Client, loaded: Installation) -> None:
    assert server.post("/v1/decisions", json=ask(CLEAN)).json()["verdict"] == "CLEAR"
    late = (bootstrap.now() + timedelta(days=30)).isoformat()
    answer = server.post("/v1/decisions", json={**ask(CLEAN, as_of=late), "known_at": late})
    assert (answer.status_code, answer.json()["verdict"]) == (200, "UNDETERMINED")


def test_a_published_generation_that_is_damaged_is_503_until_it_is_whole(
    server: httpx.Client, loaded: Installation
) -> None:
    current = loaded.home / "current"
    good = current.read_text("ascii")
    before = recorded(loaded.home)
    folder = loaded.home / "generations" / good.strip()
    broken = folder.with_name(f"9-{'a' * 12}")
    shutil.copytree(folder, broken)
    for text in (broken.name, "no reference"):
        part = current.with_name("current.part")
        part.write_text(text + "\n", "ascii")
        part.replace(current)
        assert refused(server.post("/v1/decisions", json=ask(CLEAN))) == "http.unavailable"
        assert refused(server.get("/readyz")) == "http.unavailable"
    assert server.get("/healthz").status_code == 200
    part.write_text(good, "ascii")
    part.replace(current)
    assert server.post("/v1/decisions", json=ask(CLEAN)).json()["verdict"] == "CLEAR"
    assert recorded(loaded.home) == before + 1


def answering(process: subprocess.Popen[str]) -> psutil.Process:
    return psutil.Process(process.pid)


def test_a_disk_that_is_full_is_503_and_leaves_no_half_record(loaded: Installation) -> None:
    with loaded.started() as (process, address), httpx.Client(base_url=address, timeout=60) as client:
        until(lambda: _ready(client))
        assert client.post("/v1/decisions", json=BY_CODE).status_code == 200
        before = recorded(loaded.home)
        largest = max(path.stat().st_size for path in loaded.home.glob("ledger.db*"))
        server = answering(process)
        unlimited = server.rlimit(psutil.RLIMIT_FSIZE)
        server.rlimit(psutil.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: client.post("/v1/decisions", json=BY_CODE), range(24)))
        failed = [answer for answer in answers if answer.status_code != 200]
        assert failed
        assert {refused(answer) for answer in failed} == {"http.unavailable"}
        server.rlimit(psutil.RLIMIT_FSIZE, unlimited)
        key = {"Idempotency-Key": "after"}
        until(lambda: client.post("/v1/decisions", json=BY_CODE, headers=key).status_code == 200)
        kept = len(answers) - len(failed)
    assert recorded(loaded.home) == before + kept + 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_ledger_that_cannot_be_written_is_503(server: httpx.Client, loaded: Installation) -> None:
    for path in loaded.home.glob("ledger.db*"):
        path.chmod(0o400)
    assert refused(server.post("/v1/decisions", json=BY_CODE)) == "http.unavailable"


def _ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.slow
def test_postgresql_that_is_stopped_is_503_until_it_is_back(
    loaded: Installation, postgres_tool: Callable[[str], str]
) -> None:
    with running(postgres_tool) as database:
        url = database.database()
        with loaded.serving("--workers", "2", LIANCHENG_LEDGER=url) as client:
            until(lambda: _ready(client))
            first = client.post("/v1/decisions", json=BY_CODE, headers={"Idempotency-Key": "one"}).json()
            database.stop()
            for _ in range(3):
                assert refused(client.post("/v1/decisions", json=ask(CLEAN))) == "http.unavailable"
            assert refused(client.get("/readyz")) == "http.unavailable"
            assert client.get("/healthz").status_code == 200
            database.start()
            until(lambda: client.post("/v1/decisions", json=BY_CODE).status_code == 200)
            again = client.post("/v1/decisions", json=BY_CODE, headers={"Idempotency-Key": "one"})
            assert again.json()["decision_id"] == first["decision_id"]
            assert again.headers["idempotent-replayed"] == "true"
            assert client.get("/v1/audit/verify").json()["ok"] is True


def test_callers_that_leave_cost_nothing(server: httpx.Client, loaded: Installation) -> None:
    before = recorded(loaded.home)
    body = json.dumps(BY_CODE).encode()
    where = (server.base_url.host, server.base_url.port or 0)
    head = (
        "POST /v1/decisions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    for sent in (head.encode()[:40], head.encode(), head.encode() + body[:20], head.encode() + body) * 5:
        with socket.create_connection(where) as caller:
            caller.sendall(sent)
    # half a request is never decided; a whole one may be, though nobody waits for it
    assert server.post("/v1/decisions", json=BY_CODE).status_code == 200
    assert before < recorded(loaded.home) <= before + 6


def test_the_same_key_at_once_at_two_processes_is_one_decision(loaded: Installation) -> None:
    with (
        loaded.started("--workers", "2") as (_, address),
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        until(lambda: _ready(client))

        def send(number: int) -> httpx.Response:
            # a connection of its own: it may reach either process
            headers = {"Idempotency-Key": f"at-once-{number // 16}"}
            return httpx.post(f"{address}/v1/decisions", json=BY_CODE, headers=headers, timeout=60)

        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(send, range(64)))
        found: dict[int, set[str]] = {}
        for number, answer in enumerate(answers):
            assert answer.status_code in (200, 409), answer.text
            if answer.status_code == 200:
                found.setdefault(number // 16, set()).add(answer.json()["decision_id"])
            else:
                assert answer.json()["code"] == "http.in_flight"
        assert sorted(found) == [0, 1, 2, 3]
        assert {len(ids) for ids in found.values()} == {1}
    assert recorded(loaded.home) == 4


def test_too_much_at_once_is_refused_with_a_time_to_come_again(loaded: Installation) -> None:
    """More than may wait: what was taken is answered, the rest is told when to come again, and nothing collapses."""
    with (
        loaded.started(LIANCHENG_QUEUE="8") as (_, address),
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        until(lambda: _ready(client))
        body = json.dumps(BY_CODE).encode()
        head = (
            "POST /v1/decisions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        callers = []
        for _ in range(200):
            caller = socket.create_connection((client.base_url.host, client.base_url.port or 0))
            caller.sendall(head.encode() + body[:-1])
            callers.append(caller)
        for caller in callers:
            caller.sendall(body[-1:])
        answers = [_whole(caller) for caller in callers]
        statuses = [int(answer[9:12]) for answer in answers]
        assert set(statuses) == {200, 503}
        assert all(b"retry-after: 1" in answer.lower() for answer in answers if answer[9:12] == b"503")
        assert client.post("/v1/decisions", json=BY_CODE).status_code == 200
    assert recorded(loaded.home) == statuses.count(200) + 1


def _whole(caller: socket.socket) -> bytes:
    parts = []
    with caller:
        while part := caller.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def test_two_processes_on_different_generations_each_decide_by_what_they_pin(loaded: Installation) -> None:
    settings = read_settings(loaded.environment(), folder=loaded.home)
    request = DecisionRequest.model_validate(ask(CLEAN))
    older, newer = Service(settings), Service(settings)
    try:
        with older.held() as lease:
            loaded.publish(
                {"SXBZXR": [(NAME, LISTED, "2025-06-18"), ("临江新列有限公司", CLEAN, "2025-06-18")]},
                codes=("SXBZXR",),
            )
            entry = older.prepared(lease, request, "a", "default", seq=0)
            older.ledger.record_decisions((entry,))
            after = newer.decide(request, "a", "default")
        before = entry.decision
        assert before.pins.generation != after.pins.generation
        assert (before.verdict.value, after.verdict.value) == ("CLEAR", "BLOCK")
        for service in (older, newer):
            for decision in (before, after):
                assert service.replay(decision.decision_id, "default").identical
    finally:
        older.close()
        newer.close()


def test_a_clock_that_steps_never_makes_a_decision_milder(
    loaded: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read_settings(loaded.environment(), folder=loaded.home)
    service = Service(settings)
    real = bootstrap.now()
    steps: dict[str, Any] = {}

    def told() -> datetime:
        moment: datetime = steps["now"]
        return moment

    monkeypatch.setattr(bootstrap, "now", told)
    try:
        for name, step in (("now", 0), ("back", -86_400 * 2), ("ahead", 86_400 * 400), ("again", 1)):
            steps["now"] = real + timedelta(seconds=step)
            for code, good in ((CLEAN, "CLEAR"), (LISTED, "BLOCK")):
                found = service.decide(
                    DecisionRequest.model_validate(ask(code)), "a", "default"
                ).verdict.value
                # before anything was recorded, and long after, nothing is known
                usual = good if name in ("now", "again") else "UNDETERMINED"
                assert found in (usual, "BLOCK"), (name, code)
        assert service.ledger.verify().ok
    finally:
        service.close()


def test_a_question_about_the_far_future_changes_nothing_for_others(server: httpx.Client) -> None:
    far = ask(CLEAN, as_of=(bootstrap.now() + timedelta(days=400)).isoformat())
    assert server.post("/v1/decisions", json=far).json()["verdict"] == "UNDETERMINED"
    assert server.post("/v1/decisions", json=ask(CLEAN)).json()["verdict"] == "CLEAR"
