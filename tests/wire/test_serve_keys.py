"""Keys and scopes over the wire: the whole route table, a key that is made, rotated, revoked, and tenants apart."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.principals import Scope
from api.routes.openapi import operations
from api.routes.table import ROUTERS

PROGRAM = [sys.executable, "-c", "from api.cli.main import main; main()"]
OPEN = {"/healthz", "/readyz"}
"""Routes without a key: nobody's data stands in their answers."""


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LIANCHENG_HOME": str(home), "LIANCHENG_LANG": "en", **more}


def cli(home: Path, *arguments: str, **more: str) -> Any:
    done = subprocess.run(
        [*PROGRAM, *arguments, "--format", "json"], env=environment(home, **more), capture_output=True, check=True
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "home"


@pytest.fixture(scope="module")
def key(home: Path) -> Callable[..., str]:
    """Make a key with scopes, for a tenant."""

    def make(*scopes: Scope, tenant: str = "default") -> str:
        options = [part for scope in scopes for part in ("--scope", scope.value)]
        made = cli(home, "keys", "create", "test", *options, LIANCHENG_TENANT=tenant)
        found: str = made["keys"][0]["key"]
        return found

    return make


@pytest.fixture(scope="module")
def client(home: Path, key: Callable[..., str]) -> Iterator[httpx.Client]:
    """A server whose ledger has a key, so that none of its routes answers without one."""
    key(Scope.ADMIN)
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0"], env=environment(home), stderr=subprocess.PIPE, text=True
    )
    found = address(process)
    with httpx.Client(base_url=found, timeout=20, transport=httpx.HTTPTransport(retries=5)) as one:
        yield one
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)


def address(process: subprocess.Popen[str]) -> str:
    """Where a server that is starting listens; it may say first that it compiles."""
    assert process.stderr is not None
    for line in process.stderr:
        found = re.search(r"http://\S+", line)
        if found:
            return found[0]
    pytest.fail("the server did not start")


def routes() -> list[tuple[str, str, Scope | None]]:
    """Method, path and scope of every route of the program."""
    found = list(operations(ROUTERS))
    assert len(found) > 8
    return found


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def path_of(route: str) -> str:
    return re.sub(r"\{[^}]+\}", "0000", route)


def test_every_route_names_its_scope_or_is_open() -> None:
    assert {path for _, path, scope in routes() if scope is None} == OPEN


def test_no_route_answers_without_a_key_once_there_is_one(client: httpx.Client) -> None:
    for method, path, scope in routes():
        if scope is None:
            continue
        answer = client.request(method, path_of(path), content=b"{}", headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (401, "http.auth"), path
        assert answer.headers["www-authenticate"] == "Bearer"


def test_each_route_refuses_every_key_but_one_with_its_scope(
    client: httpx.Client, key: Callable[..., str]
) -> None:
    """The scope matrix, over the whole route table."""
    tokens = {scope: key(scope) for scope in Scope}
    for method, path, needed in routes():
        if needed is None:
            continue
        for scope, token in tokens.items():
            answer = client.request(method, path_of(path), content=b"{}", headers=bearer(token))
            refused = answer.status_code == 403 and answer.json()["code"] == "http.scope"
            assert refused is (scope is not needed), (method, path, scope, answer.text)
            assert answer.status_code != 401


@pytest.mark.parametrize("token", ["x", "x y", "lc_00000000_" + "a" * 52, "lc_", "lc_ä_b", "a" * 100_00])
def test_what_is_no_key_opens_nothing(client: httpx.Client, token: str) -> None:
    headers = {"Authorization": b"Bearer " + token.encode()}
    answer = client.get("/v1/lists", headers=headers)  # type: ignore[arg-type]
    assert answer.status_code in (401, 431, 400)


def test_a_key_is_made_rotated_and_revoked_and_never_shown_again(
    client: httpx.Client, key: Callable[..., str], home: Path
) -> None:
    admin = bearer(key(Scope.ADMIN, Scope.READ))
    made = client.post("/v1/keys", json={"name": "platform", "scopes": ["decisions:read"]}, headers=admin)
    assert made.status_code == 201
    first = made.json()
    assert client.get("/v1/keys", headers=bearer(first["key"])).status_code == 403
    rotated = client.post(f"/v1/keys/{first['prefix']}/rotate", headers=admin)
    assert rotated.status_code == 201
    second = rotated.json()
    assert second["scopes"] == first["scopes"]
    assert second["key"] != first["key"]
    for one in (first, second):
        assert client.get("/v1/keys", headers=bearer(one["key"])).json()["code"] == "http.scope"
    assert client.post(f"/v1/keys/{first['prefix']}/revoke", headers=admin).json()["state"] == "revoked"
    end = time.monotonic() + 10
    while client.get("/v1/keys", headers=bearer(first["key"])).status_code != 401:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert client.post(f"/v1/keys/{first['prefix']}/rotate", headers=admin).status_code == 409
    assert client.post("/v1/keys/00000000/revoke", headers=admin).status_code == 404
    listed = client.get("/v1/keys", headers=admin)
    assert first["key"] not in listed.text
    shown = {one["prefix"]: one for one in listed.json()["keys"]}
    assert shown[first["prefix"]]["successor"] == second["prefix"]
    assert shown[second["prefix"]]["last_used_at"] is not None
    for stored in home.iterdir():
        if stored.is_file():
            assert first["key"].rpartition("_")[2].encode() not in stored.read_bytes()


def test_nobody_gives_a_scope_that_they_do_not_have(client: httpx.Client, key: Callable[..., str]) -> None:
    admin = bearer(key(Scope.ADMIN))
    answer = client.post("/v1/keys", json={"name": "x", "scopes": ["audit:read"]}, headers=admin)
    assert (answer.status_code, answer.json()["code"]) == (403, "http.scope")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"name":"x"}',
        b'{"name":"x","scopes":[]}',
        b'{"name":"x","scopes":["root"]}',
        b'{"name":" ","scopes":["admin"]}',
        b'{"name":"x","scopes":["admin"],"expires_at":"2001-01-01"}',
        b'{"name":"x","scopes":["admin"],"more":1}',
    ],
)
def test_a_key_that_can_not_be_made_says_why(
    client: httpx.Client, key: Callable[..., str], body: bytes
) -> None:
    answer = client.post("/v1/keys", content=body, headers=bearer(key(Scope.ADMIN)))
    assert (answer.status_code, answer.json()["code"]) == (422, "http.invalid")


def test_tenants_do_not_see_each_others_keys(client: httpx.Client, key: Callable[..., str]) -> None:
    mine, other = key(Scope.ADMIN), key(Scope.ADMIN, tenant="elsewhere")
    shown = client.get("/v1/keys", headers=bearer(other)).json()["keys"]
    assert {one["tenant"] for one in shown} == {"elsewhere"}
    prefix = mine.split("_")[1]
    assert client.post(f"/v1/keys/{prefix}/revoke", headers=bearer(other)).status_code == 404


def test_a_key_asks_as_often_as_its_bucket_allows(home: Path, key: Callable[..., str]) -> None:
    token = key(Scope.READ)
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0"], env=environment(home, LIANCHENG_RATE="3"), stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        found = address(process)
        with httpx.Client(base_url=found, timeout=20, transport=httpx.HTTPTransport(retries=5)) as one:
            answers = [one.get("/v1/decisions/x", headers=bearer(token)) for _ in range(12)]
        limited = [answer for answer in answers if answer.status_code == 429]
        assert limited
        assert int(limited[0].headers["retry-after"]) >= 1
        assert limited[0].json()["code"] == "http.rate"
        assert answers[0].headers["ratelimit-policy"] == '"principal";q=3;w=1'
        assert answers[0].status_code == 404
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
