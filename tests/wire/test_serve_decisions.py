"""Decisions over the wire: the same key asked again or all at once, a printed proof, a person's answer, the chain."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.bootstrap import now

PROGRAM = [sys.executable, "-c", "from api.cli.main import main; main()"]
LISTED, CLEAN = "91329901MAGLD00148", "91329901MAGLD00223"
NAME = "临江澄远建设工程有限公司"


def environment(home: Path) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LIANCHENG_HOME": str(home), "LIANCHENG_LANG": "en"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("decisions")
    for code in ("SXBZXR", "ZDSS", "ZFCG", "ZDWF", "ZTBJ"):
        path = folder / f"{code}.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            row = (NAME, LISTED) if code == "SXBZXR" else ("临江他方有限公司", "91329901MAGLD0049T")
            csv.writer(out).writerows([("名称", "统一社会信用代码", "列入日期"), (*row, "2025-06-18")])
        arguments = ["load", str(path), "--list", code, "--kind", "generic", "--taken-at", now().isoformat()]
        subprocess.run(
            [*PROGRAM, *arguments], env=environment(folder / "home"), check=True, capture_output=True
        )
    return folder / "home"


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[httpx.Client]:
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0"], env=environment(home), stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    found = next(found for line in process.stderr if (found := re.search(r"http://\S+", line)))
    with httpx.Client(base_url=found[0], timeout=60, transport=httpx.HTTPTransport(retries=5)) as one:
        yield one
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert "Traceback" not in said


def ask(*bidders: dict[str, Any], **tender: Any) -> dict[str, Any]:
    return {"tender": {"regime": "procurement_tender", **tender}, "bidders": list(bidders)}


BY_CODE = ask({"client_id": "b1", "identifiers": [{"id": LISTED}]})


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
    other = ask({"client_id": "b1", "identifiers": [{"id": CLEAN}]})
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
    body = ask({"client_id": "b1", "name": NAME})
    decision = client.post("/v1/decisions", json=body).json()
    assert decision["verdict"] == "REVIEW"
    waiting = client.get("/v1/reviews").json()["matches"]
    mine = next(match for match in waiting if match["decision_id"] == decision["decision_id"])
    given = {"decision_id": decision["decision_id"], "record": mine["pair"], "answer": "reject", "reason": "seen"}
    made = client.post("/v1/reviews", json=given)
    assert (made.status_code, made.json()["pair"]) == (201, mine["pair"])
    after = client.post("/v1/decisions", json=body).json()
    assert after["verdict"] == "CLEAR", after["bidders"][0]["reasons"]
    assert mine["pair"] not in {match["pair"] for match in client.get("/v1/reviews").json()["matches"]}
    client.post("/v1/reviews", json={**given, "answer": "confirm"})
    assert client.post("/v1/decisions", json=body).json()["verdict"] == "BLOCK"
    replayed = client.post(f"/v1/decisions/{decision['decision_id']}/replay").json()
    assert replayed["identical"] is True


@pytest.mark.parametrize(
    "change",
    [{"record": "nothing"}, {"answer": "perhaps"}, {"reason": " "}, {"more": 1}, {"decision_id": "none"}],
)
def test_an_answer_that_can_not_be_kept_says_why(client: httpx.Client, change: dict[str, Any]) -> None:
    decision = client.post("/v1/decisions", json=ask({"client_id": "b1", "name": NAME})).json()
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
    shown = client.get(f"/v1/decisions/{decision['decision_id']}", headers=[(b"Purpose", "核查某案".encode())])
    assert shown.status_code == 200
    assert events(client) == before + 1
    assert json.loads(shown.content)["decision_id"] == decision["decision_id"]
    long = client.get(f"/v1/decisions/{decision['decision_id']}", headers={"Purpose": "x" * 600})
    assert (long.status_code, events(client)) == (422, before + 1)
