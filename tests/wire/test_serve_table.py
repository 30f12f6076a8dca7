"""Over the whole route table: tenants apart, bids sealed, roles, other sites, headers. New routes are in it at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from every_kind import (
    ANYBODY,
    BODIES,
    CSRF,
    MAKERS,
    OPEN,
    OPENED,
    SEALED,
    SHARED,
    World,
    named,
    routes,
    world,
)
from serving import Installation

from api.principals import ROLE_SCOPES, Role

NEVER = "01a20000-0000-7000-8000-000000000000"
VERSION = {"If-Match": '"v1"'}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
STREAMS = ("/events",)
"""Ends of addresses whose answer goes on until the caller leaves."""


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(Installation(tmp_path_factory.mktemp("table") / "home")) as made:
        yield made


@pytest.fixture(scope="module")
def opened(one: World) -> dict[str, str]:
    """An object of each kind about bids that were opened, by address."""
    return {place: make(one, OPENED) for place, make in MAKERS.items()}


@pytest.fixture(scope="module")
def sealed(one: World) -> dict[str, str]:
    """An object of each kind about bids that nobody may know yet."""
    return {place: make(one, SEALED) for place, make in MAKERS.items()}


def filled(path: str, objects: dict[str, str]) -> str:
    """An address with the object's name in it; further names are of nothing."""
    place = named(path)
    known = place.partition("{")[0] + objects[place] + path[len(place) :] if place in objects else path
    return re.sub(r"\{[^}]+\}", "0000", known)


def call(who: httpx.Client, method: str, path: str, address: str, **headers: str) -> httpx.Response:
    body = BODIES.get(f"{method} {path}")
    sent: dict[str, Any] = {"json": body} if body is not None else {}
    if body is None and method in UNSAFE:
        sent = {"content": b"{}", "headers": {"Content-Type": "application/json"}}
    return who.request(method, address, **sent | {"headers": sent.get("headers", {}) | VERSION | headers})


def test_every_route_with_a_name_in_it_has_an_object_and_every_body_an_example(one: World) -> None:
    named_routes = [(m, p) for m, p, _ in routes() if "{" in p and not p.startswith(SHARED) and p not in OPEN]
    assert {named(path) for _, path in named_routes} - set(MAKERS) == set(), (
        "a maker in tests/support/every_kind.py"
    )
    missing = {f"{m} {p}" for m, p in named_routes if one.takes_body(m, p)} - set(BODIES)
    assert missing == set(), "a body in tests/support/every_kind.py"
    assert set(BODIES) <= {f"{m} {p}" for m, p in named_routes}
    assert {path for _, path, scope in routes() if scope is None} == OPEN | ANYBODY


def blank(text: str, name: str) -> str:
    """A message without the name that it repeats, whole or, as of a key, its first letters only."""
    return text.replace(name, "").replace(name[:8], "")


def test_what_belongs_to_a_tenant_is_not_there_for_another(one: World, opened: dict[str, str]) -> None:
    """404 whatever is asked of it, and no list and no message names it."""
    readable = {(method, path) for method, path, _ in routes()}
    for method, path, scope in routes():
        if scope is None or path.startswith(SHARED):
            continue
        address = filled(path, opened)
        if "{" not in path and method not in ("GET", "HEAD"):
            continue
        answer = call(one.client, method, path, address, **one.stranger)
        assert [mark for mark in OPENED.marks if mark in answer.text] == [], (method, path)
        if "{" in path:
            if ("GET", named(path)) in readable:
                known = call(one.client, "GET", path, filled(named(path), opened), **one.owner)
                assert known.status_code == 200, (path, known.text)
            person = answer.status_code == 403 and answer.json()["code"] == "http.person"
            assert answer.status_code == 404 or person, (method, path, answer.status_code, answer.text)
            never = call(one.client, method, path, filled(path, dict.fromkeys(opened, NEVER)), **one.stranger)
            assert blank(answer.text, opened[named(path)]) == blank(never.text, NEVER), "as for what never was"


def test_people_of_another_tenant_reach_nothing_here(one: World, opened: dict[str, str]) -> None:
    """The routes that only people use, asked by people of another tenant who have every role between them."""
    others = [role.value for role in Role if role is not Role.ADMINISTRATOR]
    people = {
        frozenset(ROLE_SCOPES[Role.ADMINISTRATOR]): one.stranger_person("boss", Role.ADMINISTRATOR.value),
        frozenset(scope for role in others for scope in ROLE_SCOPES[Role(role)]): one.stranger_person(
            "crew", *others
        ),
    }
    asked = 0
    for method, path, scope in routes():
        if "{" not in path or path.startswith(SHARED) or scope is None:
            continue
        for scopes, person in people.items():
            if scope in scopes:
                answer = call(person, method, path, filled(path, opened))
                assert answer.status_code == 404, (method, path, answer.text)
                asked += 1
    assert asked > 30


def test_nobody_but_the_platform_that_decided_learns_who_bids_before_the_opening(
    one: World, sealed: dict[str, str]
) -> None:
    """Every route that reads, asked by another key with every scope and by people of each role (招标投标法 22)."""
    asking: list[tuple[str, httpx.Client, dict[str, str]]] = [("key", one.client, one.colleague)]
    asking += [(role.value, person, {}) for role, person in one.people.items()]
    told = 0
    for method, path, scope in routes():
        if method not in ("GET", "HEAD") and not path.endswith(("/replay", "/search", "/paths")):
            continue
        address = filled(path, sealed)
        for name, who, headers in asking:
            answer = call(who, method, path, address, **headers)
            assert answer.status_code < 500, (name, method, path, answer.text)
            if scope is None or answer.status_code != 200:
                continue
            found = [mark for mark in SEALED.marks if mark in answer.text]
            assert found == [], (name, method, path)
        if path.endswith(STREAMS):
            continue
        mine = call(one.client, method, path, address, **one.owner)
        told += any(mark in mine.text for mark in SEALED.marks)
    assert told >= 3, "the platform itself sees what it decided: else this test looks at nothing"


def test_each_role_uses_the_routes_of_its_scopes_and_no_other(one: World) -> None:
    """The matrix of roles over the whole table."""
    for role, person in one.people.items():
        for method, path, scope in routes():
            if scope is None:
                continue
            address = re.sub(r"\{[^}]+\}", "0000", path)
            answer = call(person, method, path, address)
            refused = answer.status_code == 403 and answer.json()["code"] == "http.scope"
            assert refused is (scope not in ROLE_SCOPES[role]), (role, method, path, answer.text)
            assert answer.status_code not in (401, 500), (role, method, path, answer.text)


def test_a_page_of_another_site_changes_nothing_through_a_browser(one: World) -> None:
    """Every route that changes something, in a browser whose user may: no second token, or another site's."""
    tried = 0
    for method, path, scope in routes():
        if method not in UNSAFE or path == "/v1/sessions":
            continue
        role = next((r for r in Role if scope is None or scope in ROLE_SCOPES[r]), None)
        if role is None:
            continue
        address = re.sub(r"\{[^}]+\}", "0000", path)
        for headers in (
            {CSRF: "forged"},
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            answer = call(one.people[role], method, path, address, **headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "http.csrf"), (method, path)
            tried += 1
    assert tried > 30


HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


def test_every_answer_has_the_security_headers_and_none_opens_itself_to_other_sites(one: World) -> None:
    origin = {"Origin": "https://evil.example"}
    asked = [(m, re.sub(r"\{[^}]+\}", "0000", p)) for m, p, _ in routes()]
    asked += [("GET", "/nowhere"), ("PUT", "/v1/lists"), ("OPTIONS", "/v1/decisions"), ("TRACE", "/v1/lists")]
    for method, address in asked:
        for headers in ({}, one.colleague):
            answer = one.client.request(method, address, headers=headers | origin)
            for name, value in HEADERS.items():
                if name == "cache-control" and answer.headers.get(name, "").startswith(("public", "private")):
                    continue
                assert answer.headers.get(name) == value, (method, address, name)
            assert "content-security-policy" in answer.headers, (method, address)
            assert "unsafe-inline" not in answer.headers["content-security-policy"].partition("style-src")[0]
            assert not [name for name in answer.headers if name.startswith("access-control-")], address
            assert "server" not in answer.headers
            assert "traceback" not in answer.text.lower()
