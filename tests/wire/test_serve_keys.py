"""Keys and scopes over the wire: the whole route table, a key that is made, rotated, revoked, and tenants apart."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from every_kind import ANYBODY, OPEN
from serving import Installation

from api.principals import Scope
from api.routes.openapi import operations
from api.routes.table import ROUTERS

MakeKey = Callable[..., str]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("keys") / "home", LIANCHENG_WORK="off")


@pytest.fixture(scope="module")
def first(house: Installation) -> str:
    """The first key, made at set-up."""
    return house.key()


@pytest.fixture(scope="module")
def client(house: Installation, first: str) -> Iterator[httpx.Client]:
    """A server whose ledger has a key, so that none of its routes answers without one."""
    assert first
    with house.serving() as one:
        yield one


@pytest.fixture(scope="module")
def key(house: Installation, client: httpx.Client, first: str) -> MakeKey:
    """Make a key with scopes; for another tenant on the command line."""

    def make(*scopes: Scope, tenant: str = "default") -> str:
        if tenant != "default":
            return house.key(*scopes, tenant=tenant)
        body = {"name": "test", "scopes": [scope.value for scope in scopes]}
        made: str = client.post("/v1/keys", json=body, headers=bearer(first)).json()["key"]
        return made

    return make


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
    assert {path for _, path, scope in routes() if scope is None} == OPEN | ANYBODY


def test_no_route_answers_without_a_key_once_there_is_one(client: httpx.Client) -> None:
    for method, path, scope in routes():
        if scope is None:
            continue
        answer = client.request(
            method, path_of(path), content=b"{}", headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "http.auth"), path
        assert answer.headers["www-authenticate"] == "Bearer"


def test_each_route_refuses_every_key_but_one_with_its_scope(client: httpx.Client, key: MakeKey) -> None:
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
    client: httpx.Client, key: MakeKey, house: Installation
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
    end = time.monotonic() + 60
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
    for stored in house.home.iterdir():
        if stored.is_file():
            assert first["key"].rpartition("_")[2].encode() not in stored.read_bytes()


def test_nobody_gives_a_scope_that_they_do_not_have(client: httpx.Client, key: MakeKey) -> None:
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
def test_a_key_that_can_not_be_made_says_why(client: httpx.Client, key: MakeKey, body: bytes) -> None:
    answer = client.post("/v1/keys", content=body, headers=bearer(key(Scope.ADMIN)))
    assert (answer.status_code, answer.json()["code"]) == (422, "http.invalid")


def test_tenants_do_not_see_each_others_keys(client: httpx.Client, key: MakeKey) -> None:
    mine, other = key(Scope.ADMIN), key(Scope.ADMIN, tenant="elsewhere")
    shown = client.get("/v1/keys", headers=bearer(other)).json()["keys"]
    assert {one["tenant"] for one in shown} == {"elsewhere"}
    prefix = mine.split("_")[1]
    assert client.post(f"/v1/keys/{prefix}/revoke", headers=bearer(other)).status_code == 404


def test_a_key_asks_as_often_as_its_bucket_allows(house: Installation, key: MakeKey) -> None:
    token = key(Scope.READ)
    with house.serving(LIANCHENG_RATE="1") as one:
        # more in a moment than the bucket holds, however slowly this machine asks
        answers = [one.get("/v1/decisions/x", headers=bearer(token))]
        with ThreadPoolExecutor(12) as pool:
            answers += pool.map(lambda _: one.get("/v1/decisions/x", headers=bearer(token)), range(24))
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert int(limited[0].headers["retry-after"]) >= 1
    assert limited[0].json()["code"] == "http.rate"
    assert answers[0].headers["ratelimit-policy"] == '"principal";q=1;w=1'
    assert answers[0].status_code == 404
