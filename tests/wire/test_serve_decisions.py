"""Decisions over the wire: the same key asked again or all at once, a printed proof, a person's answer, the chain."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from serving import CLEAN, LISTED, NAME, Installation, ask


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    house = Installation(tmp_path_factory.mktemp("decisions") / "home", LIANCHENG_WORK="off")
    house.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18")]})
    with house.serving() as one:
        yield one


BY_CODE = ask(LISTED)
BY_NAME = ask() | {"bidders": [{"client_id": "b0", "name": NAME}]}


def events(client: httpx.Client) -> int:
    found: int = client.get("/v1/audit/verify").json()["events"]
    return found


def test_the_same_key_and_body_give_the_stored_answer(client: httpx.Client) -> None:
    first = client.post("/v1/decisions", json=BY_CODE, headers={"Idempotency-Key": "bid-1"})
    assert first.status_code == 200
    assert "idempotent-replayed" not in first.headers
    before = events(client)
    again = client.post("/v1/decisions", json=BY_CODE, headers={"Idempotency-Key": "bid-1"})
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-location"] == first.headers["content-location"]
    assert events(client) == before
    fresh = client.post("/v1/decisions", json=BY_CODE, headers={"Idempotency-Key": "bid-2"})
    assert fresh.json()["decision_id"] != first.json()["decision_id"]


def test_the_same_key_with_another_body_is_refused(client: httpx.Client) -> None:
    client.post("/v1/decisions", json=BY_CODE, headers={"Idempotency-Key": "bid-3"})
    other = ask(CLEAN)
    answer = client.post("/v1/decisions", json=other, headers={"Idempotency-Key": "bid-3"})
    assert (answer.status_code, answer.json()["code"]) == (422, "http.key_reused")


def test_of_many_requests_with_one_key_at_once_one_is_decided(client: httpx.Client) -> None:
    before = events(client)

    def once(_: int) -> httpx.Response:
        return client.post("/v1/decisions", json=BY_CODE, headers={"Idempotency-Key": "at-once"})

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(once, range(24)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    decided = {answer.json()["decision_id"] for answer in answers if answer.status_code == 200}
    assert len(decided) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert (answer.json()["code"], answer.headers["retry-after"]) == ("http.in_flight", "1")
    assert events(client) == before + 1
    late = client.post("/v1/decisions", json=BY_CODE, headers={"Idempotency-Key": "at-once"})
    assert late.json()["decision_id"] in decided


@pytest.mark.parametrize("key", ["", "k" * 256, "a\tb", '""'])
def test_a_key_that_is_none_is_refused(client: httpx.Client, key: str) -> None:
    answer = client.post("/v1/decisions", json=BY_CODE, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "http.bad_request")


def test_a_body_that_is_wrong_does_not_use_its_key_up(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": "wrong-first"}
    assert client.post("/v1/decisions", json={"bidders": []}, headers=headers).status_code == 422
    assert client.post("/v1/decisions", json=BY_CODE, headers=headers).status_code == 200


def test_a_certificate_is_a_page_with_its_verdict_and_nothing_from_elsewhere(client: httpx.Client) -> None:
    decision = client.post("/v1/decisions", json=BY_CODE).json()
    page = client.get(f"/v1/decisions/{decision['decision_id']}/certificate")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "BLOCK" in page.text
    assert decision["decision_id"] in page.text
    assert not re.search(r"(?:src|href)=[\"']https?:", page.text)
    chinese = client.get(
        f"/v1/decisions/{decision['decision_id']}/certificate", headers={"Accept-Language": "zh-CN"}
    )
    assert 'lang="zh-CN"' in chinese.text
    assert client.get("/v1/decisions/none/certificate").status_code == 404


def test_a_rejected_match_no_longer_asks_and_a_confirmed_one_blocks(client: httpx.Client) -> None:
    """By name alone the record is looked at by a person; what that person says decides from then on."""
    decision = client.post("/v1/decisions", json=BY_NAME).json()
    assert decision["verdict"] == "REVIEW"
    waiting = client.get("/v1/reviews").json()["matches"]
    mine = next(match for match in waiting if match["decision_id"] == decision["decision_id"])
    given = {
        "decision_id": decision["decision_id"],
        "record": mine["pair"],
        "answer": "reject",
        "reason": "seen",
    }
    made = client.post("/v1/reviews", json=given)
    assert (made.status_code, made.json()["pair"]) == (201, mine["pair"])
    after = client.post("/v1/decisions", json=BY_NAME).json()
    assert after["verdict"] == "CLEAR", after["bidders"][0]["reasons"]
    assert mine["pair"] not in {match["pair"] for match in client.get("/v1/reviews").json()["matches"]}
    again = client.post("/v1/reviews", json=given)
    assert (again.status_code, again.json()) == (200, {**made.json(), "recorded": False})
    before = events(client)
    other = client.post("/v1/reviews", json={**given, "answer": "confirm"})
    assert (other.status_code, other.json()["code"]) == (409, "http.conflict")
    assert "rejected this match" in other.json()["detail"]
    assert events(client) == before
    corrected = client.post("/v1/reviews", json={**given, "answer": "confirm", "correct": True})
    assert (corrected.status_code, corrected.json()["recorded"]) == (201, True)
    assert client.post("/v1/decisions", json=BY_NAME).json()["verdict"] == "BLOCK"
    replayed = client.post(f"/v1/decisions/{decision['decision_id']}/replay").json()
    assert replayed["identical"] is True


@pytest.mark.parametrize(
    "change",
    [{"record": "nothing"}, {"answer": "perhaps"}, {"reason": " "}, {"more": 1}, {"decision_id": "none"}],
)
def test_an_answer_that_can_not_be_kept_says_why(client: httpx.Client, change: dict[str, Any]) -> None:
    decision = client.post("/v1/decisions", json=BY_NAME).json()
    before = events(client)
    record = f"SXBZXR:{decision['bidders'][0]['reasons'][0]['evidence'][0]['record']}"
    given = {"decision_id": decision["decision_id"], "record": record, "answer": "confirm", "reason": "x"}
    answer = client.post("/v1/reviews", json={**given, **change})
    assert answer.status_code == (404 if "decision_id" in change else 422), answer.text
    assert events(client) == before


def test_the_chain_is_verified_against_a_head_kept_elsewhere(client: httpx.Client) -> None:
    head = client.get("/v1/audit/verify").json()
    assert head["ok"] is True
    assert client.get("/v1/audit/verify", params={"expect": head["head"]}).json()["ok"] is True
    forged = head["head"].partition(":")[0] + ":" + "0" * 64
    found = client.get("/v1/audit/verify", params={"expect": forged}).json()
    assert (found["ok"], found["problems"][0]["code"]) == (False, "audit.checkpoint")
    assert client.get("/v1/audit/verify", params={"expect": "x"}).status_code == 400
    kept = client.post("/v1/audit/checkpoint").json()
    assert client.post("/v1/audit/checkpoint").json() == kept


def test_what_is_asked_for_a_purpose_is_on_record(client: httpx.Client) -> None:
    decision = client.post("/v1/decisions", json=BY_CODE).json()
    before = events(client)
    shown = client.get(
        f"/v1/decisions/{decision['decision_id']}", headers=[(b"Purpose", "核查某案".encode())]
    )
    assert shown.status_code == 200
    assert events(client) == before + 1
    assert json.loads(shown.content)["decision_id"] == decision["decision_id"]
    long = client.get(f"/v1/decisions/{decision['decision_id']}", headers={"Purpose": "x" * 600})
    assert (long.status_code, events(client)) == (422, before + 1)


def test_decisions_are_listed_newest_first_page_by_page(client: httpx.Client) -> None:
    made = [client.post("/v1/decisions", json=ask(code)).json() for code in (LISTED, CLEAN, LISTED)]
    page = client.get("/v1/decisions", params={"limit": 2}).json()
    assert [one["decision_id"] for one in page["decisions"]] == [
        made[2]["decision_id"],
        made[1]["decision_id"],
    ]
    assert [one["verdict"] for one in page["decisions"]] == ["BLOCK", "CLEAR"]
    more = client.get("/v1/decisions", params={"limit": 2, "cursor": page["next"]}).json()
    assert more["decisions"][0]["decision_id"] == made[0]["decision_id"]
    assert client.get("/v1/decisions", params={"cursor": "?"}).status_code == 422
    seen, cursor = 0, ""
    while cursor is not None:
        part = client.get("/v1/decisions", params={"cursor": cursor, "limit": 200}).json()
        seen, cursor = seen + len(part["decisions"]), part["next"]
    assert seen >= len(made)
