"""Overrides over the wire: two persons with sessions make a new decision; keys, one person and strangers make none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import httpx
import pytest
from serving import LISTED, NAME, Installation, ask

from api.bootstrap import now
from api.principals import Role

PASSWORD = "nine lanterns over Linjiang"
LISTS = ("SXBZXR", "ZDSS", "ZFCG", "ZDWF")


class People:
    """Browsers of people who signed in."""

    def __init__(self, place: Installation, address: httpx.URL, opened: ExitStack) -> None:
        self.place = place
        self.address = address
        self.opened = opened

    def browser(self) -> httpx.Client:
        transport = httpx.HTTPTransport(retries=7)
        return self.opened.enter_context(httpx.Client(base_url=self.address, timeout=60, transport=transport))

    def hire(self, name: str, *roles: Role, tenant: str = "default") -> httpx.Client:
        """Make a user who signs in and chooses a password."""
        options = [part for role in roles for part in ("--role", role.value)]
        said = self.place.run("users", "add", name, *options, "--format", "json", LIANCHENG_TENANT=tenant)
        first = json.loads(said)["users"][0]["password"]
        browser = self.enter(self.browser(), name, first, tenant)
        chosen = browser.post("/v1/sessions/current/password", json={"current": first, "password": PASSWORD})
        assert chosen.status_code == 200, chosen.text
        browser.headers["X-CSRF-Token"] = chosen.json()["csrf_token"]
        return browser

    def enter(self, browser: httpx.Client, name: str, password: str, tenant: str = "default") -> httpx.Client:
        begun = browser.post("/v1/sessions", json={"name": name, "password": password, "tenant": tenant})
        assert begun.status_code == 201, begun.text
        browser.headers["X-CSRF-Token"] = begun.json()["csrf_token"]
        return browser


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("overrides") / "home", LIANCHENG_WORK="off")
    made.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18")]}, LISTS)
    return made


@pytest.fixture(scope="module")
def platform(place: Installation) -> Iterator[httpx.Client]:
    with place.serving(key=place.key()) as one:
        yield one


@pytest.fixture(scope="module")
def people(place: Installation, platform: httpx.Client) -> Iterator[People]:
    with ExitStack() as opened:
        yield People(place, platform.base_url, opened)


@pytest.fixture(scope="module")
def clerk(people: People) -> httpx.Client:
    return people.hire("ann", Role.CLERK)


@pytest.fixture(scope="module")
def supervisor(people: People) -> httpx.Client:
    return people.hire("bo", Role.SUPERVISOR)


def blocked(platform: httpx.Client, **tender: Any) -> dict[str, Any]:
    """A decision that bars the bidder."""
    found: dict[str, Any] = platform.post("/v1/decisions", json=ask(LISTED, **tender)).json()
    assert found["verdict"] == "BLOCK"
    return found


def wanted(decision: dict[str, Any], **more: Any) -> dict[str, Any]:
    reason = next(one for one in decision["bidders"][0]["reasons"] if one["code"] == "A01")
    return {
        "client_id": "b0",
        "code": "A01",
        "list": "SXBZXR",
        "records": [one["record"] for one in reason["evidence"]],
        "ground": "court_one_off_lift",
        "reason": "法院准许一次性参加投标",
        "documents": [{"number": "(2026)临0102执501号之一"}],
        **more,
    }


def propose(who: httpx.Client, decision: dict[str, Any], **more: Any) -> httpx.Response:
    return who.post(f"/v1/decisions/{decision['decision_id']}/override", json=wanted(decision, **more))


def confirm(who: httpx.Client, proposal: httpx.Response, **more: str) -> httpx.Response:
    headers = {"If-Match": proposal.headers["etag"], **more}
    return who.post(proposal.headers["location"] + "/confirm", json={}, headers=headers)


def test_two_persons_make_a_new_decision(
    platform: httpx.Client, clerk: httpx.Client, supervisor: httpx.Client
) -> None:
    old = blocked(platform)
    before = platform.get(f"/v1/decisions/{old['decision_id']}").content
    proposal = propose(clerk, old)
    assert proposal.status_code == 202, proposal.text
    assert (proposal.json()["state"], proposal.json()["proposed_by"]) == ("proposed", "user:ann")
    # nothing has changed yet
    assert platform.get(f"/v1/decisions/{old['decision_id']}").content == before

    made = confirm(supervisor, proposal)
    assert made.status_code == 201, made.text
    new = made.json()
    assert (new["verdict"], new["bidders"][0]["reasons"][0]["effect"]) == ("FLAG", "FLAG")
    assert new["overrides"][0]["confirmed_by"] == "user:bo"
    stored = platform.get(made.headers["location"])
    assert stored.json() == new
    assert f'</v1/decisions/{old["decision_id"]}>; rel="predecessor-version"' in stored.headers["link"]
    kept = platform.get(f"/v1/decisions/{old['decision_id']}")
    assert kept.content == before
    assert kept.headers["link"] == f'</v1/decisions/{new["decision_id"]}>; rel="successor-version"'
    for one in (old, new):
        replayed = platform.post(f"/v1/decisions/{one['decision_id']}/replay").json()
        assert replayed["identical"] is True, replayed

    answered = clerk.get(proposal.headers["location"])
    assert (answered.json()["state"], answered.json()["made"]) == ("confirmed", new["decision_id"])
    for name in (old["decision_id"], new["decision_id"]):
        found = clerk.get("/v1/overrides", params={"decision_id": name}).json()["overrides"]
        assert [one["id"] for one in found] == [answered.json()["id"]]
    assert platform.get("/v1/audit/verify").json()["ok"]


def test_certificate_and_explanation_show_it(
    place: Installation, platform: httpx.Client, clerk: httpx.Client, supervisor: httpx.Client
) -> None:
    old = blocked(platform)
    new = confirm(supervisor, propose(clerk, old)).json()
    papers = platform.get(f"/v1/decisions/{new['decision_id']}/certificate").text
    for told in ("user:ann", "user:bo", "(2026)临0102执501号之一", old["decision_id"]):
        assert told in papers
    assert new["decision_id"] in platform.get(f"/v1/decisions/{old['decision_id']}/certificate").text
    assert "user:bo" in place.run("explain", new["decision_id"])
    assert new["decision_id"] in place.run("explain", old["decision_id"])
    assert '"identical": true' in place.run("replay", new["decision_id"], "--format", "json")


def test_what_was_lifted_may_no_longer_be_carried_out(
    platform: httpx.Client, clerk: httpx.Client, supervisor: httpx.Client
) -> None:
    old = blocked(platform)
    url = f"/v1/decisions/{old['decision_id']}/tickets"
    ticket = platform.get(url).json()["tickets"][0]
    new = confirm(supervisor, propose(clerk, old)).json()
    assert platform.get(url).json()["tickets"][0]["state"] == "void"
    assert platform.get(f"/v1/decisions/{new['decision_id']}/tickets").json()["tickets"] == []
    given = {
        "ticket": ticket["ticket"],
        "measure": ticket["measure"],
        "implementer": "中心",
        "date": str(now().date()),
    }
    assert platform.post("/v1/measures", json=given).status_code == 409


def test_neither_keys_nor_one_person_nor_two_sessions_of_one_person(
    place: Installation, platform: httpx.Client, people: People, clerk: httpx.Client, supervisor: httpx.Client
) -> None:
    old = blocked(platform)
    by_key = propose(platform, old)
    assert (by_key.status_code, by_key.json()["code"]) == (403, "http.person")
    proposal = propose(supervisor, old)
    assert proposal.status_code == 202
    # the same person, in the same session and in another one
    other = people.enter(people.browser(), "bo", PASSWORD)
    for who in (supervisor, other):
        assert confirm(who, proposal).json()["code"] == "http.second_person"
    # keys with every scope
    with_key = confirm(platform, proposal)
    assert (with_key.status_code, with_key.json()["code"]) == (403, "http.person")
    # another person without the role
    assert confirm(clerk, proposal).json()["code"] == "http.scope"
    investigator = people.hire("ivy", Role.INVESTIGATOR)
    assert confirm(investigator, proposal).json()["code"] == "http.second_person"
    assert clerk.get(proposal.headers["location"]).json()["state"] == "proposed"
    assert "link" not in platform.get(f"/v1/decisions/{old['decision_id']}").headers


def test_a_proposal_is_seen_and_answered_once(
    platform: httpx.Client, clerk: httpx.Client, supervisor: httpx.Client
) -> None:
    old = blocked(platform)
    proposal = propose(clerk, old)
    url = proposal.headers["location"]
    assert propose(clerk, old).status_code == 409
    assert supervisor.post(url + "/confirm", json={}).status_code == 428
    assert confirm(supervisor, proposal, **{"If-Match": '"v9"'}).status_code == 412
    first = {"If-Match": proposal.headers["etag"]}
    assert supervisor.post(url + "/withdraw", json={}, headers=first).json()["code"] == "http.second_person"
    turned = supervisor.post(url + "/reject", json={"reason": "文书不符"}, headers=first)
    assert (turned.status_code, turned.json()["state"], turned.json()["answer"]) == (
        200,
        "rejected",
        "文书不符",
    )
    assert confirm(supervisor, proposal, **{"If-Match": turned.headers["etag"]}).status_code == 409
    again = propose(clerk, old)
    taken = clerk.post(
        again.headers["location"] + "/withdraw", json={}, headers={"If-Match": again.headers["etag"]}
    )
    assert taken.json()["state"] == "withdrawn"
    waiting = supervisor.get("/v1/overrides", params={"state": "proposed"}).json()["overrides"]
    assert again.json()["id"] not in {one["id"] for one in waiting}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"ground": "repair_proven"}, "/ground"),
        ({"ground": "mercy"}, "/ground"),
        ({"records": []}, "/records"),
        ({"records": ["none"]}, "/records"),
        ({"documents": []}, "/documents"),
        ({"reason": ""}, "/reason"),
        ({"client_id": "b7"}, "/client_id"),
        ({"code": "A02"}, "/code"),
        ({"code": "all"}, "/code"),
        ({"effect": "CLEAR"}, "/effect"),
    ],
)
def test_only_a_finding_on_a_ground_with_documents(
    platform: httpx.Client, clerk: httpx.Client, wrong: dict[str, Any], pointer: str
) -> None:
    answer = propose(clerk, blocked(platform), **wrong)
    assert answer.status_code == 422, answer.text
    assert pointer in {one["pointer"] for one in answer.json()["errors"]}


def test_another_tenant_and_sealed_bids(platform: httpx.Client, people: People, clerk: httpx.Client) -> None:
    old = blocked(platform)
    proposal = propose(clerk, old)
    stranger = people.hire("ann", Role.SUPERVISOR, tenant="清溪")
    assert propose(stranger, old).status_code == 404
    assert stranger.get(proposal.headers["location"]).status_code == 404
    assert confirm(stranger, proposal).status_code == 404
    assert stranger.get("/v1/overrides").json()["overrides"] == []
    sealed = blocked(platform, opening_at=(now() + timedelta(days=1)).isoformat())
    assert propose(clerk, sealed).json()["code"] == "http.sealed"


def test_the_grounds_are_told(platform: httpx.Client) -> None:
    found = platform.get("/v1/overrides/grounds").json()["grounds"]
    assert {one["imposes"] for one in found} == {True, False}
    assert all("basis_verified" in basis for one in found for basis in one["legal_basis"])
