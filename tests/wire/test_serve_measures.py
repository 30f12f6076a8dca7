"""Measures over the wire: ticket, feedback, revocation, and everything that may not be reported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import CLEAN, LISTED, NAME, Installation, ask, bearer

from api.bootstrap import now
from api.principals import Scope
from graph.dates import china_day

READ_ONLY = (Scope.READ,)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("measures") / "home", LIANCHENG_WORK="off")
    record = (NAME, LISTED, "2025-06-18")
    made.publish(
        {"SXBZXR": [record], "ZDSS": [record], "YZWF": [record]}, ("SXBZXR", "ZDSS", "ZFCG", "ZDWF", "YZWF")
    )
    return made


@pytest.fixture(scope="module")
def client(place: Installation) -> Iterator[httpx.Client]:
    with place.serving(key=place.key()) as one:
        yield one


def decided(client: httpx.Client, *codes: str, **tender: Any) -> str:
    """A decision on bidders, `b0` first; its id."""
    answer = client.post("/v1/decisions", json=ask(*codes, **tender))
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["decision_id"]
    return found


def tickets(client: httpx.Client, decision: str) -> dict[str, dict[str, Any]]:
    """A decision's tickets by list."""
    answer = client.get(f"/v1/decisions/{decision}/tickets")
    assert answer.status_code == 200, answer.text
    return {one["list"]: one for one in answer.json()["tickets"]}


def feedback(ticket: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "ticket": ticket["ticket"],
        "measure": ticket["measure"],
        "amount": "1200000.00",
        "implementer": "临江市公共资源交易中心",
        "date": china_day(now()).isoformat(),
        "document": {"number": "临公资〔2026〕1号"},
        **more,
    }


def test_check_ticket_submit_revoke(client: httpx.Client) -> None:
    decision = decided(client, LISTED)
    found = tickets(client, decision)
    assert set(found) == {"SXBZXR", "ZDSS"}
    ticket = found["SXBZXR"]
    assert (ticket["state"], ticket["measure"], ticket["decision"]) == ("open", "REFUSE_PROCUREMENT", "BLOCK")
    assert ticket["legal_basis"][0]["instrument"].endswith("（财库〔2016〕125号）")
    assert ticket["legal_basis"][0]["basis_verified"] is False
    made = client.post("/v1/measures", json=feedback(ticket))
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"/v1/measures/{ticket['ticket']}"
    assert made.json()["measure"]["amount"] == "1200000.00"
    assert tickets(client, decision)["SXBZXR"]["state"] == "reported"
    assert tickets(client, decision)["ZDSS"]["state"] == "open"

    lifted = client.post(
        made.headers["location"] + "/revoke",
        json={"ground": "listing_removed", "reason": "名单已移出"},
        headers={"If-Match": made.headers["etag"]},
    )
    assert lifted.status_code == 200, lifted.text
    assert lifted.json()["measure"]["revocation"]["ground"] == "listing_removed"
    kept = client.get(made.headers["location"])
    assert kept.headers["etag"] == lifted.headers["etag"]
    assert [one["state"] for one in kept.json()["history"]] == ["reported", "revoked"]
    assert kept.json()["measure"]["amount"] == "1200000.00"
    assert client.get("/v1/audit/verify").json()["ok"]


def test_the_same_feedback_again_is_answered_and_another_one_refused(client: httpx.Client) -> None:
    ticket = tickets(client, decided(client, LISTED))["SXBZXR"]
    first = client.post("/v1/measures", json=feedback(ticket))
    again = client.post("/v1/measures", json=feedback(ticket))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = client.post("/v1/measures", json=feedback(ticket, amount="2"))
    assert (other.status_code, other.json()["code"]) == (409, "http.conflict")


def test_what_was_lifted_stays_lifted(client: httpx.Client) -> None:
    ticket = tickets(client, decided(client, LISTED))["SXBZXR"]
    made = client.post("/v1/measures", json=feedback(ticket))
    url, first = made.headers["location"] + "/revoke", {"If-Match": made.headers["etag"]}
    why = {"ground": "listing_repaired", "reason": "信用修复", "document": {"number": "修〔2026〕2号"}}
    lifted = client.post(url, json=why, headers=first)
    assert lifted.status_code == 200
    # a lost answer is asked for again with the version that was seen then
    again = client.post(url, json=why, headers=first)
    assert (again.status_code, again.json()) == (200, lifted.json())
    other = client.post(url, json={**why, "reason": "另一理由"}, headers={"If-Match": lifted.headers["etag"]})
    assert other.status_code == 409
    assert client.post("/v1/measures", json=feedback(ticket, amount="3")).status_code == 409
    states = {
        state: client.get("/v1/measures", params={"state": state}).json()["measures"]
        for state in ("reported", "revoked")
    }
    assert ticket["ticket"] in {one["id"] for one in states["revoked"]}
    assert ticket["ticket"] not in {one["id"] for one in states["reported"]}


def test_lifting_needs_the_version_that_was_seen(client: httpx.Client) -> None:
    ticket = tickets(client, decided(client, LISTED))["SXBZXR"]
    made = client.post("/v1/measures", json=feedback(ticket))
    url, why = made.headers["location"] + "/revoke", {"ground": "measure_error", "reason": "录入错误"}
    assert client.post(url, json=why).status_code == 428
    for stale in ('"v7"', "x", '"v0"'):
        assert client.post(url, json=why, headers={"If-Match": stale}).status_code == 412
    assert (
        client.post(
            url, json={**why, "ground": "mercy"}, headers={"If-Match": made.headers["etag"]}
        ).status_code
        == 422
    )
    unknown = client.post("/v1/measures/0000/revoke", json=why, headers={"If-Match": '"v1"'})
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    "ticket", ["x", "-", "0000-aaaa", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee-abcdefghijklmnop"]
)
def test_no_feedback_without_a_ticket(client: httpx.Client, ticket: str) -> None:
    given = {**feedback({"ticket": ticket, "measure": "REFUSE_PROCUREMENT"})}
    answer = client.post("/v1/measures", json=given)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "measures.no_ticket")


def test_a_decision_that_bars_nobody_gives_no_ticket(client: httpx.Client) -> None:
    decision = decided(client, CLEAN)
    assert tickets(client, decision) == {}
    forged = {"ticket": f"{decision}-abcdefghijklmnop", "measure": "REFUSE_PROCUREMENT"}
    answer = client.post("/v1/measures", json=feedback(forged))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "measures.no_ticket")


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"measure": "REJECT_BID"}, "/measure"),
        ({"date": -2}, "/date"),
        ({"date": 1}, "/date"),
        ({"amount": "-1"}, "/amount"),
        ({"amount": "1.234"}, "/amount"),
        ({"implementer": ""}, "/implementer"),
        ({"extra": 1}, "/extra"),
    ],
)
def test_only_what_the_ticket_allows_is_taken(
    client: httpx.Client, wrong: dict[str, Any], pointer: str
) -> None:
    ticket = tickets(client, decided(client, LISTED))["SXBZXR"]
    if "date" in wrong:  # so many days from this one, which may be another than when the tests were collected
        wrong = {"date": (china_day(now()) + timedelta(days=wrong["date"])).isoformat()}
    answer = client.post("/v1/measures", json=feedback(ticket, **wrong))
    assert answer.status_code == 422, answer.text
    assert pointer in {one["pointer"] for one in answer.json()["errors"]}
    assert tickets(client, ticket["decision_id"])["SXBZXR"]["state"] == "open"


def test_a_review_gives_a_ticket_when_a_person_has_confirmed_its_match(client: httpx.Client) -> None:
    record = decided(client, LISTED, regime="voluntary")
    assert tickets(client, record) == {}
    body = client.get(f"/v1/decisions/{record}").json()
    found = [e for reason in body["bidders"][0]["reasons"] for e in reason["evidence"] if e["list"] == "YZWF"]
    said = client.post(
        "/v1/reviews",
        json={"decision_id": record, "record": found[0]["pair"], "answer": "confirm", "reason": "已核对"},
    )
    assert said.status_code == 201, said.text
    ticket = tickets(client, record)["YZWF"]
    assert (ticket["measure"], ticket["decision"]) == ("VERIFY", "REVIEW")
    assert client.post("/v1/measures", json=feedback(ticket)).status_code == 201


def test_another_tenant_knows_nothing_of_it(place: Installation, client: httpx.Client) -> None:
    ticket = tickets(client, decided(client, LISTED))["SXBZXR"]
    made = client.post("/v1/measures", json=feedback(ticket))
    stranger = bearer(place.key(tenant="清溪"))
    url = made.headers["location"]
    assert client.get(url, headers=stranger).status_code == 404
    assert client.get(f"/v1/decisions/{ticket['decision_id']}/tickets", headers=stranger).status_code == 404
    assert client.get("/v1/measures", headers=stranger).json()["measures"] == []
    why = {"ground": "measure_error", "reason": "不"}
    assert client.post(url + "/revoke", json=why, headers={**stranger, "If-Match": '"v1"'}).status_code == 404
    other = tickets(client, ticket["decision_id"])["ZDSS"]
    answer = client.post("/v1/measures", json=feedback(other), headers=stranger)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "measures.no_ticket")


def test_who_bids_is_sealed_until_the_opening(place: Installation, client: httpx.Client) -> None:
    opening = (now() + timedelta(days=2)).isoformat()
    decision = decided(client, LISTED, opening_at=opening)
    ticket = tickets(client, decision)["SXBZXR"]
    made = client.post("/v1/measures", json=feedback(ticket))
    assert made.status_code == 201
    other = bearer(place.key())
    url = made.headers["location"]
    why = {"ground": "measure_error", "reason": "不"}
    assert client.get(url, headers=other).json()["code"] == "http.sealed"
    assert client.get(f"/v1/decisions/{decision}/tickets", headers=other).json()["code"] == "http.sealed"
    assert client.post("/v1/measures", json=feedback(ticket), headers=other).json()["code"] == "http.sealed"
    answer = client.post(url + "/revoke", json=why, headers={**other, "If-Match": '"v1"'})
    assert answer.json()["code"] == "http.sealed"
    assert ticket["ticket"] not in client.get("/v1/measures", params={"limit": 500}, headers=other).text
    assert ticket["ticket"] in client.get("/v1/measures", params={"limit": 500}).text


def test_pages_hand_out_every_measure_once(client: httpx.Client) -> None:
    for _ in range(2):
        for ticket in tickets(client, decided(client, LISTED)).values():
            assert client.post("/v1/measures", json=feedback(ticket)).status_code == 201
    everything = client.get("/v1/measures", params={"limit": 500}).json()["measures"]
    seen, start = [], ""
    while True:
        page = client.get("/v1/measures", params={"limit": 2, "cursor": start}).json()
        seen += [one["id"] for one in page["measures"]]
        start = page.get("next")
        if not start:
            break
    assert seen == [one["id"] for one in everything]
    assert len(seen) > 3
    decision = everything[0]["decision_id"]
    only = client.get("/v1/measures", params={"decision_id": decision}).json()["measures"]
    assert {one["decision_id"] for one in only} == {decision}


def test_the_catalogue_says_what_a_list_allows_where(client: httpx.Client) -> None:
    asked = {
        "list": "失信被执行人名单",
        "regime": "procurement_tender",
        "role": "bidder",
        "as_of": "2026-11-22",
    }
    found = client.get("/v1/measures/catalogue", params=asked).json()
    assert [(one["measure_code"], one["decision"]) for one in found["measures"]] == [
        ("REFUSE_PROCUREMENT", "BLOCK")
    ]
    assert found["edition"]["basis_verified"] is False
    assert (
        client.get("/v1/measures/catalogue", params={**asked, "as_of": "2016-07-31"}).json()["measures"] == []
    )
    assert client.get("/v1/measures/catalogue", params={"list": "OFAC_SDN"}).json()["measures"] == []
    for wrong in ({"regime": "war"}, {"as_of": "yesterday"}, {"role": "king"}, {"as_of": "0001-01-01"}):
        assert client.get("/v1/measures/catalogue", params=wrong).status_code == 422


def test_reading_does_not_report(place: Installation, client: httpx.Client) -> None:
    ticket = tickets(client, decided(client, LISTED))["SXBZXR"]
    reader = bearer(place.key(*READ_ONLY))
    assert client.post("/v1/measures", json=feedback(ticket), headers=reader).json()["code"] == "http.scope"
    assert client.get(f"/v1/decisions/{ticket['decision_id']}/tickets", headers=reader).status_code == 200


def test_a_number_of_a_person_in_a_remark_is_masked(client: httpx.Client) -> None:
    ticket = tickets(client, decided(client, LISTED))["SXBZXR"]
    made = client.post("/v1/measures", json=feedback(ticket, note="经办人 110101199003070070"))
    assert made.status_code == 201
    assert "110101199003070070" not in made.text


def test_the_commands_say_the_same(place: Installation, client: httpx.Client, tmp_path: Path) -> None:
    said = place.run(
        "measures", "catalogue", "--list", "SXBZXR", "--regime", "mandatory_tender", "--format", "json"
    )
    wire = client.get("/v1/measures/catalogue", params={"list": "SXBZXR", "regime": "mandatory_tender"})
    assert json.loads(said) == wire.json()


def test_a_measure_is_to_be_lifted_when_its_record_is_gone(tmp_path: Path) -> None:
    place = Installation(tmp_path / "home", LIANCHENG_WORK="off")
    codes = ("SXBZXR", "ZDSS", "ZFCG", "ZDWF")
    record = (NAME, LISTED, "2025-06-18")
    place.publish({"SXBZXR": [record], "ZDSS": [record]}, codes)
    with place.serving(key=place.key()) as client:
        found = tickets(client, decided(client, LISTED))
        for ticket in found.values():
            assert client.post("/v1/measures", json=feedback(ticket)).status_code == 201
        before = client.get("/v1/measures/to-lift").json()
        assert (before["examined"], before["measures"]) == (2, [])
        place.publish({"ZDSS": [record]}, ("SXBZXR",))
        after = client.get("/v1/measures/to-lift").json()["measures"]
        assert [(one["ground"], one["measure"]["list"]) for one in after] == [("gone", "SXBZXR")]
        gone = after[0]["measure"]
        lifted = client.post(
            f"/v1/measures/{gone['id']}/revoke",
            json={"ground": "listing_removed", "reason": "名单已移出"},
            headers={"If-Match": f'"v{gone["version"]}"'},
        )
        assert lifted.status_code == 200
        assert client.get("/v1/measures/to-lift", params={"limit": 1}).json()["measures"] == []
