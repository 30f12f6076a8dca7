"""Who gives which scopes to a key: an administrator what programs need, a key nothing that it lacks; rotation too."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from serving import Installation, bearer
from visited import Browser, Seen

from api import bootstrap
from api.passwords import Hasher
from api.principals import Role, Scope
from api.settings import read_settings
from api.users import Users

GIVEN = {scope.value for scope in Scope} - {"restricted:read", "personal:read"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(
        tmp_path_factory.mktemp("given") / "home", LIANCHENG_WORK="off", LIANCHENG_API_KEY="k" * 40
    )


@pytest.fixture(scope="module")
def client(house: Installation) -> Iterator[httpx.Client]:
    with house.serving() as one:
        yield one


@pytest.fixture(scope="module")
def root(house: Installation, client: httpx.Client) -> Iterator[Browser]:
    settings = read_settings({"LIANCHENG_HOME": str(house.home)})
    with bootstrap.opened_ledger(settings, create=True) as ledger:
        first, _ = Users(ledger, Hasher()).add(
            "root", tenant=settings.tenant, roles=[Role.ADMINISTRATOR], actor="local", at=bootstrap.now()
        )
    visitor = Browser(client.base_url)
    visitor.sign_in("root", first)
    yield visitor
    visitor.client.close()


def made(root: Browser, *scopes: str) -> httpx.Response:
    token = Seen(root.get("/account").text).field("csrf")
    return root.client.post("/v1/keys", json={"name": "x", "scopes": scopes}, headers={"X-CSRF-Token": token})


def test_an_administrator_gives_what_programs_need_and_no_more(root: Browser, client: httpx.Client) -> None:
    assert {scope.value for scope in Scope if made(root, scope.value).status_code == 201} == GIVEN
    refused = made(root, "decisions:write", "personal:read")
    assert (refused.status_code, refused.json()["code"]) == (403, "http.scope")
    key = made(root, *sorted(GIVEN)).json()["key"]
    assert client.get("/v1/decisions", headers=bearer(key)).status_code == 200
    page = root.post("/settings/keys", {"name": "x", "scope_restricted:read": "yes"}, page="/settings/keys")
    assert page.status_code == 403


def test_a_key_gives_and_rotates_only_what_it_has(
    root: Browser, client: httpx.Client, house: Installation
) -> None:
    admin = made(root, "admin").json()["key"]
    program = made(root, "decisions:write").json()
    answer = client.post("/v1/keys", json={"name": "y", "scopes": ["decisions:write"]}, headers=bearer(admin))
    assert answer.status_code == 403
    turned = client.post(f"/v1/keys/{program['prefix']}/rotate", headers=bearer(admin))
    assert (turned.status_code, turned.json()["code"]) == (403, "http.scope")
    assert client.get("/v1/decisions/0", headers=bearer(program["key"])).status_code == 403
    token = Seen(root.get("/account").text).field("csrf")
    whole = json.loads(house.run("keys", "create", "z", "--scope", "personal:read", "--format", "json"))[
        "keys"
    ][0]
    house.secrets |= {admin, program["key"], whole["key"]}
    for prefix, status in ((program["prefix"], 201), (whole["prefix"], 403)):
        turned = root.client.post(f"/v1/keys/{prefix}/rotate", headers={"X-CSRF-Token": token})
        assert turned.status_code == status, turned.text


def test_what_is_refused_says_where(root: Browser) -> None:
    token = Seen(root.get("/account").text).field("csrf")
    asked = {"name": " ", "scopes": ["decisions:read"]}
    answer = root.client.post("/v1/keys", json=asked, headers={"X-CSRF-Token": token})
    assert answer.json()["errors"][0] == {
        "pointer": "/name", "code": "keys.name", "message": "A key needs a name of at most 100 characters.",
    }  # fmt: skip


def test_erasing_over_http(root: Browser) -> None:
    first = root.new_user("to-erase", "clerk")
    token = Seen(root.get("/account").text).field("csrf")
    for _ in range(2):
        gone = root.client.post("/v1/users/to-erase/erase", headers={"X-CSRF-Token": token})
        assert (gone.status_code, gone.json()["state"], gone.json()["roles"]) == (200, "erased", [])
    again = root.client.post("/v1/users/to-erase/password", headers={"X-CSRF-Token": token})
    assert (again.status_code, again.json()["code"]) == (410, "http.erased")
    own = root.client.post("/v1/users/root/erase", headers={"X-CSRF-Token": token})
    assert own.status_code == 409
    assert root.client.post("/v1/users/nobody/erase", headers={"X-CSRF-Token": token}).status_code == 404
    visitor = Browser(root.client.base_url)
    assert visitor.post("/sign-in", {"name": "to-erase", "password": first}).status_code == 401
    visitor.client.close()
