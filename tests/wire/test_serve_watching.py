"""Watching over the wire: a list changes and its owner learns of it; tenants apart, bids sealed till the opening."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import CLEAN, LISTED, NAME, OTHER, Installation, ask, bearer
from webhook_receiver import Receiver, genuine, receiving

from api.bootstrap import now
from api.principals import Scope

PATIENCE = 120.0
CLIENTS = Path(__file__).parents[2] / "docs" / "clients"
PLATFORM = (Scope.DECIDE, Scope.READ)
Keys = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("watching") / "home", LIANCHENG_WEBHOOK_ALLOW="127.0.0.0/8")
    made.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18")]})
    return made


@pytest.fixture(scope="module")
def keys(house: Installation) -> Keys:
    """The header of each caller."""
    return {
        "platform": bearer(house.key(*PLATFORM)),
        "other platform": bearer(house.key(*PLATFORM)),
        "investigator": bearer(house.key(Scope.READ, Scope.CASES)),
        "administrator": bearer(house.key(Scope.ADMIN)),
        "stranger": bearer(house.key(tenant="elsewhere")),
    }


@pytest.fixture(scope="module")
def client(house: Installation, keys: Keys) -> Iterator[httpx.Client]:
    assert keys
    with house.serving() as one:
        one.headers.update(keys["platform"])
        yield one


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def until(ask_: Callable[[], Any]) -> Any:
    """What is asked for, as soon as it is there."""
    end = time.monotonic() + PATIENCE
    while not (found := ask_()):
        assert time.monotonic() < end
        time.sleep(0.2)
    return found


def changes(client: httpx.Client, since: str, **more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/v1/changes", params={"since": since, **more}).json()["changes"]
    return found


@pytest.fixture(scope="module")
def webhook(client: httpx.Client, keys: Keys, receiver: Receiver) -> dict[str, Any]:
    made = client.post("/v1/webhooks", json={"url": receiver.url}, headers=keys["administrator"])
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


@pytest.fixture(scope="module")
def world(house: Installation, client: httpx.Client, webhook: dict[str, Any]) -> dict[str, Any]:
    """A monitor and a sealed tender, after a list changed: CLEAN is listed and LISTED no longer is."""
    assert webhook
    parties = [
        {"client_id": "a", "name": NAME, "identifiers": [{"id": LISTED}]},
        {"client_id": "b", "identifiers": [{"id": CLEAN}]},
    ]
    made = client.post(
        "/v1/monitors",
        json={"reference": "合格供应商", "tender": {"regime": "procurement_tender"}, "parties": parties},
    )
    assert made.status_code == 201, made.text
    monitor = made.json()["id"]
    assert made.headers["location"] == f"/v1/monitors/{monitor}"
    first = until(lambda: changes(client, "", monitor=monitor))
    opening = (now() + timedelta(hours=1)).isoformat()
    tender = client.post(
        "/v1/tenders",
        json={"reference": "2026-077", "request": ask(CLEAN, OTHER, id="LJ-077", opening_at=opening)},
    )
    assert tender.status_code == 201, tender.text
    since = client.get("/v1/changes", params={"since": "latest"}).json()["next"]
    house.publish({"SXBZXR": [("临江清白建设有限公司", CLEAN, "2026-06-18")]}, ["SXBZXR"])
    own = tender.json()["id"]
    # of this monitor and this tender: others may be watched already
    until(lambda: len(changes(client, since, monitor=monitor)) >= 2 and changes(client, since, tender=own))
    return {"monitor": monitor, "tender": own, "first": first, "since": since}


def test_what_is_found_at_first_is_told_too(world: dict[str, Any]) -> None:
    (only,) = world["first"]
    assert (only["ref"], only["change"], only["code"], only["initial"]) == ("a", "new", "A01", True)
    assert only["monitor_id"] == world["monitor"]


def test_a_listing_and_a_removal_reach_monitor_and_tender(
    world: dict[str, Any], client: httpx.Client
) -> None:
    found = changes(client, world["since"])
    told = {(one["ref"], one["change"], one["code"], one["cause"]) for one in found}
    assert {("a", "ended", "A01", "removed"), ("b", "new", "A01", ""), ("2026-077", "new", "A01", "")} <= told
    by_tender = changes(client, world["since"], tender=world["tender"])
    assert {one["who"] for one in by_tender} == {"b0"}
    decision = client.get(f"/v1/decisions/{by_tender[0]['decision_id']}").json()
    assert decision["bidders"][0]["verdict"] == "BLOCK"
    shown = client.get(f"/v1/tenders/{world['tender']}").json()
    assert (shown["verdict"], shown["decision_id"], shown["sealed"]) == (
        "BLOCK",
        by_tender[0]["decision_id"],
        False,
    )
    parties = client.get(f"/v1/monitors/{world['monitor']}/parties").json()["parties"]
    assert [(one["ref"], one["verdict"]) for one in parties] == [("a", "CLEAR"), ("b", "BLOCK")]


def test_changes_are_read_page_by_page_and_each_once(world: dict[str, Any], client: httpx.Client) -> None:
    whole = changes(client, "")
    since, seen = "", []
    while True:
        page = client.get("/v1/changes", params={"since": since, "limit": 1}).json()
        seen += page["changes"]
        since = page["next"]
        if not page["more"]:
            break
    assert seen == whole
    assert client.get("/v1/changes", params={"since": since}).json() == {
        "changes": [],
        "more": False,
        "next": since,
    }
    assert client.get("/v1/changes", params={"since": "?"}).status_code == 422


@pytest.mark.parametrize("who", ["other platform", "investigator"])
def test_before_the_opening_nobody_else_learns_who_bids(
    world: dict[str, Any], client: httpx.Client, keys: Keys, who: str
) -> None:
    headers = keys[who]
    shown = client.get(f"/v1/tenders/{world['tender']}", headers=headers).json()
    assert (shown["sealed"], shown["number"]) == (True, "LJ-077")
    assert [shown[name] for name in ("verdict", "decision_id", "bidders", "codes")] == [None] * 4
    assert client.get("/v1/tenders", headers=headers).json()["tenders"][0] == shown
    told = client.get("/v1/changes", params={"since": world["since"]}, headers=headers)
    for one in told.json()["changes"]:
        if one["tender_id"]:
            assert one["sealed"]
            shown = {name for name, value in one.items() if value is not None}
            assert shown == {"cursor", "at", "tender_id", "sealed"}
    assert (
        client.get("/v1/alerts", params={"tender": world["tender"]}, headers=headers).json()["alerts"] == []
    )
    mine = client.get("/v1/alerts", params={"tender": world["tender"]}).json()["alerts"]
    assert [one["ref"] for one in mine] == ["2026-077"]
    assert client.get(f"/v1/alerts/{mine[0]['id']}", headers=headers).json()["code"] == "http.sealed"


def test_the_opening_is_moved_by_its_platform_only_and_unseals(
    house: Installation, client: httpx.Client, keys: Keys
) -> None:
    opening = now() + timedelta(hours=1)
    made = client.post("/v1/tenders", json={"request": ask(CLEAN, opening_at=opening.isoformat())})
    assert made.status_code == 201, made.text
    path, etag = f"/v1/tenders/{made.json()['id']}", made.headers["etag"]
    past = {"opening_at": (now() - timedelta(seconds=1)).isoformat()}
    early = client.patch(path, json=past, headers={"If-Match": etag})
    assert (early.status_code, early.json()["errors"][0]["code"]) == (422, "tender.opening_early")
    earlier = {"opening_at": (now() + timedelta(minutes=30)).isoformat()}
    moved = client.patch(path, json=earlier, headers=keys["other platform"] | {"If-Match": etag})
    assert moved.json()["code"] == "http.sealed"
    assert client.patch(path, json=earlier).status_code == 428
    assert client.patch(path, json=earlier, headers={"If-Match": '"v9"'}).status_code == 412
    assert client.patch(path, json={"state": "signed"}, headers={"If-Match": etag}).status_code == 409
    refused = client.patch(path, json={"state": "opened"}, headers={"If-Match": etag})
    assert refused.json()["errors"][0]["code"] == "tender.not_yet"
    moved = client.patch(path, json=earlier, headers={"If-Match": etag})
    assert (moved.status_code, moved.json()["state"]) == (200, "open")
    assert client.get(path, headers=keys["investigator"]).json()["sealed"]
    soon = {"opening_at": (now() + timedelta(seconds=2)).isoformat()}
    moved = client.patch(path, json=soon, headers={"If-Match": moved.headers["etag"]})
    assert moved.status_code == 200, moved.text
    until(lambda: client.get(path).json()["state"] == "opened")
    shown = client.get(path, headers=keys["investigator"]).json()
    assert (shown["sealed"], shown["bidders"]) == (False, 1)
    until(lambda: client.get(path).json()["version"] == 4)  # the opening was noted
    etag = client.get(path).headers["etag"]
    signed = client.patch(path, json={"state": "signed"}, headers={"If-Match": etag})
    assert signed.json()["state"] == "signed"
    over = client.patch(path, json={"state": "void"}, headers={"If-Match": signed.headers["etag"]})
    assert over.status_code == 409


def test_a_later_opening_seals_what_was_decided(client: httpx.Client, keys: Keys) -> None:
    later = {"opening_at": (now() + timedelta(hours=1)).isoformat()}
    every = [client.post("/v1/decisions", json=ask(CLEAN)).json()["decision_id"] for _ in range(2)]
    for one in every:
        assert client.get(f"/v1/decisions/{one}", headers=keys["investigator"]).status_code == 200
    assert client.post("/v1/tenders", json={"decision_id": every[0], **later}).status_code == 201
    early = {"decision_id": every[0], "opening_at": now().isoformat()}
    assert client.post("/v1/tenders", json=early).json()["errors"][0]["code"] == "tender.opening_early"
    made = client.post("/v1/tenders", json={"decision_id": every[1]})
    path, etag = f"/v1/tenders/{made.json()['id']}", {"If-Match": made.headers["etag"]}
    assert client.patch(path, json=later, headers=etag).status_code == 200
    for one in every:
        kept = client.get(f"/v1/decisions/{one}", headers=keys["investigator"])
        assert (kept.status_code, kept.json()["code"]) == (403, "http.sealed")
        assert client.get(f"/v1/decisions/{one}").status_code == 200


def test_another_tenant_sees_nothing_and_changes_nothing(
    world: dict[str, Any], client: httpx.Client, keys: Keys, webhook: dict[str, Any]
) -> None:
    stranger = keys["stranger"]
    for path, name in (
        ("/v1/monitors", "monitors"),
        ("/v1/tenders", "tenders"),
        ("/v1/alerts", "alerts"),
        ("/v1/changes", "changes"),
        ("/v1/webhooks", "webhooks"),
    ):
        assert client.get(path, headers=stranger).json()[name] == []
    alert = client.get("/v1/alerts").json()["alerts"][0]["id"]
    hook = webhook["webhook"]["id"]
    for method, path in (
        ("GET", f"/v1/monitors/{world['monitor']}"),
        ("GET", f"/v1/monitors/{world['monitor']}/parties"),
        ("DELETE", f"/v1/monitors/{world['monitor']}"),
        ("GET", f"/v1/tenders/{world['tender']}"),
        ("GET", f"/v1/alerts/{alert}"),
        ("GET", f"/v1/webhooks/{hook}"),
        ("DELETE", f"/v1/webhooks/{hook}"),
        ("POST", f"/v1/webhooks/{hook}/rotate"),
        ("POST", f"/v1/webhooks/{hook}/test"),
        ("GET", f"/v1/webhooks/{hook}/deliveries"),
    ):
        assert client.request(method, path, headers=stranger).status_code == 404, (method, path)
    told = client.get("/v1/changes", params={"monitor": world["monitor"]}, headers=stranger).json()
    assert told["changes"] == []
    made = client.post("/v1/monitors", json={"webhook": hook}, headers=stranger)
    assert made.json()["errors"][0]["pointer"] == "/webhook"


def test_an_alert_is_taken_over_and_closed_with_a_ground(
    world: dict[str, Any], client: httpx.Client, keys: Keys
) -> None:
    (alert,) = client.get("/v1/alerts", params={"monitor": world["monitor"], "state": "open"}).json()[
        "alerts"
    ]
    path, headers = f"/v1/alerts/{alert['id']}", keys["investigator"]
    assert (alert["ref"], alert["effect"], alert["codes"]) == ("b", "BLOCK", ["A01"])
    etag = {"If-Match": client.get(path).headers["etag"]}
    assert client.patch(path, json={"state": "closed"}, headers=headers | etag).status_code == 422
    taken = client.patch(
        path, json={"state": "acknowledged", "assignee": "user:wang"}, headers=headers | etag
    )
    assert (taken.status_code, taken.json()["assignee"]) == (200, "user:wang")
    assert client.patch(path, json={"note": "x"}, headers=headers | etag).status_code == 412
    mine = client.get("/v1/alerts", params={"assignee": "user:wang"}).json()["alerts"]
    assert [one["id"] for one in mine] == [alert["id"]]
    etag = {"If-Match": taken.headers["etag"]}
    closed = client.patch(path, json={"state": "closed", "ground": "handled"}, headers=headers | etag)
    assert (closed.json()["state"], closed.json()["ground"]) == ("closed", "handled")


def test_webhooks_tell_where_to_read_and_not_who(
    world: dict[str, Any], client: httpx.Client, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    def arrived(kind: str, place: str, item: str) -> list[dict[str, Any]]:
        found = [json.loads(one.body) for one in receiver.requests]
        return [one["data"] for one in found if one["type"] == kind and one["data"].get(place) == item]

    tenders = until(lambda: arrived("tender.changed", "tender_id", world["tender"]))
    monitor = until(lambda: arrived("monitor.changed", "monitor_id", world["monitor"]))[-1]
    assert all(genuine(webhook["secret"], one) == [True] for one in receiver.requests)
    for one in receiver.requests:
        for word in (NAME, LISTED, CLEAN, OTHER, "A01", "BLOCK"):
            assert word not in one.body.decode()
    assert not any("changes" in one for one in tenders)  # not even how many, before the opening
    found = changes(client, monitor["since"], monitor=world["monitor"])
    assert len(found) >= monitor["changes"] >= 1


def test_a_test_message_and_one_more_time(
    client: httpx.Client, keys: Keys, receiver: Receiver, webhook: dict[str, Any]
) -> None:
    admin, path = keys["administrator"], f"/v1/webhooks/{webhook['webhook']['id']}"
    assert "secret" not in client.get(path, headers=admin).json()
    made = client.post(f"{path}/test", headers=admin)
    assert made.status_code == 202
    one = f"{path}/deliveries/{made.json()['id']}"
    until(lambda: client.get(one, headers=admin).json()["state"] == "delivered")
    assert client.post(f"{one}/redeliver", headers=admin).status_code == 202
    until(lambda: len([r for r in receiver.requests if r.headers["webhook-id"] == made.json()["id"]]) >= 2)
    again = client.post(f"{path}/test", headers=admin)
    listed = client.get(f"{path}/deliveries", params={"limit": 1}, headers=admin).json()
    assert len(listed["deliveries"]) == 1
    assert listed["next"]
    every = client.get(f"{path}/deliveries", headers=admin).json()["deliveries"]
    told = {one["id"]: one["event"] for one in every}
    assert (told[made.json()["id"]], told[again.json()["id"]]) == ("webhook.test", "webhook.test")
    rotated = client.post(f"{path}/rotate", headers=admin).json()
    assert rotated["secret"] != webhook["secret"]
    client.post(f"{path}/test", headers=admin)
    until(lambda: genuine(rotated["secret"], receiver.requests[-1]) == [True, False])
    webhook["secret"] = rotated["secret"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"url": "http://10.0.0.1/"}, "/url"),
        ({"url": "https://192.168.0.1/"}, "/url"),
        ({"url": "https://a.example/", "events": ["nothing"]}, "/events/0"),
        ({}, "/url"),
    ],
)
def test_an_endpoint_that_can_not_be(
    client: httpx.Client, keys: Keys, body: dict[str, Any], place: str
) -> None:
    refused = client.post("/v1/webhooks", json=body, headers=keys["administrator"])
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == place


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("/v1/monitors", {"parties": [{"client_id": "x"}]}, "/parties/0"),
        ("/v1/monitors", {"tender": {"opening_at": "2027-01-01"}}, "/tender"),
        ("/v1/monitors", {"webhook": "nobody"}, "/webhook"),
        ("/v1/tenders", {}, ""),
        ("/v1/tenders", {"decision_id": "x", "number": "y"}, ""),
        ("/v1/tenders", {"decision_id": "x"}, "/decision_id"),
    ],
)
def test_what_can_not_be_watched(client: httpx.Client, path: str, body: dict[str, Any], place: str) -> None:
    refused = client.post(path, json=body)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["pointer"] == place


def test_a_tender_from_a_decision_and_with_other_bids(client: httpx.Client, keys: Keys) -> None:
    decision = client.post("/v1/decisions", json=ask(OTHER, id="LJ-5")).json()
    made = client.post("/v1/tenders", json={"decision_id": decision["decision_id"]})
    assert (made.status_code, made.json()["number"], made.json()["decision_id"]) == (
        201,
        "LJ-5",
        decision["decision_id"],
    )
    path = f"/v1/tenders/{made.json()['id']}"
    changed = client.patch(
        path, json={"request": ask(OTHER, CLEAN)}, headers={"If-Match": made.headers["etag"]}
    )
    assert (changed.status_code, changed.json()["bidders"], changed.json()["version"]) == (200, 2, 2)
    assert changed.json()["decision_id"] != decision["decision_id"]
    assert (
        client.get("/v1/tenders", params={"number": "LJ-5"}).json()["tenders"][0]["id"] == made.json()["id"]
    )


def test_parties_are_added_and_removed_and_a_monitor_ends(client: httpx.Client) -> None:
    path = f"/v1/monitors/{client.post('/v1/monitors', json={}).json()['id']}"
    more = [{"name": f"临江第{n}商贸有限公司"} for n in range(250)]
    assert client.post(f"{path}/parties", json={"parties": more}).json()["parties"] == 250
    first = client.get(f"{path}/parties", params={"limit": 200}).json()
    rest = client.get(f"{path}/parties", params={"limit": 200, "cursor": first["next"]}).json()
    assert (len(first["parties"]), len(rest["parties"]), rest["next"]) == (200, 50, None)
    gone = rest["parties"][0]["id"]
    assert client.delete(f"{path}/parties/{gone}").status_code == 204
    assert client.delete(f"{path}/parties/{gone}").status_code == 404
    assert client.get(path).json()["parties"] == 249
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404
    assert client.get(path).json()["state"] == "ended"
    assert client.get(f"{path}/parties").json()["parties"] == []


def test_the_example_receivers_know_a_genuine_message(
    client: httpx.Client, keys: Keys, receiver: Receiver, webhook: dict[str, Any], world: dict[str, Any]
) -> None:
    assert world
    received = until(lambda: [one for one in receiver.requests if genuine(webhook["secret"], one)[0]])[-1]
    headers = received.headers
    stamp = headers["webhook-timestamp"]
    environment = os.environ | {"WEBHOOK_SECRET": webhook["secret"]}

    def java(seconds: int, body: bytes) -> str:
        done = subprocess.run(
            ["java", str(CLIENTS / "VerifyWebhook.java"), headers["webhook-id"], stamp, headers["webhook-signature"],
             str(int(stamp) + seconds)],
            env=environment, input=body, capture_output=True, check=False,
        )  # fmt: skip
        return done.stdout.decode().strip()

    process = subprocess.Popen(
        [sys.executable, str(CLIENTS / "webhook_receiver.py"), "0"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip().rpartition(" ")[2]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as example:
            sent = {name: value for name, value in headers.items() if name.startswith("webhook-")}
            assert example.post("/", content=received.body, headers=sent).status_code == 204
            assert example.post("/", content=received.body + b" ", headers=sent).status_code == 400
            old = sent | {"webhook-timestamp": str(int(stamp) - 3_000)}
            assert example.post("/", content=received.body, headers=old).status_code == 400
            assert example.post("/", content=received.body).status_code == 400
    finally:
        process.terminate()
        said, _ = process.communicate()
    assert said.splitlines()[0].startswith(json.loads(received.body)["type"])
    if shutil.which("javac") is not None:
        assert java(0, received.body) == "genuine"
        assert java(301, received.body) == "refused"
        assert java(0, received.body + b" ") == "refused"
