"""The HTTP interface over the wire: a real process on a loopback port, asked with a real client."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import CLEAN, LISTED, NAME, Installation, ask

from api.bootstrap import now

KEY = "k" * 40


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    found = Installation(tmp_path_factory.mktemp("wire") / "home", LIANCHENG_WORK="off")
    found.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18")]})
    return found


@pytest.fixture(scope="module")
def client(house: Installation) -> Iterator[httpx.Client]:
    with house.serving() as one:
        yield one


def test_a_block_is_an_answer(client: httpx.Client) -> None:
    answer = client.post("/v1/decisions", json=ask(LISTED, CLEAN))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    decision = answer.json()
    assert [b["verdict"] for b in decision["bidders"]] == ["BLOCK", "CLEAR"]
    stored = client.get(f"/v1/decisions/{decision['decision_id']}")
    assert stored.content == answer.content
    assert answer.headers["content-location"] == f"/v1/decisions/{decision['decision_id']}"


def test_replay(client: httpx.Client) -> None:
    decision = client.post("/v1/decisions", json=ask(LISTED)).json()
    replayed = client.post(f"/v1/decisions/{decision['decision_id']}/replay").json()
    assert replayed["identical"] is True
    assert replayed["decision_hash"] == decision["decision_hash"]


def test_command_line_and_http_answer_alike(client: httpx.Client, house: Installation) -> None:
    body = ask(LISTED, CLEAN, as_of=now().isoformat(timespec="seconds"))
    typed = json.loads(house.run("decide", "-", given=json.dumps(body)))
    wired = client.post("/v1/decisions", json=body).json()
    for part in ("verdict", "bidders", "pairs", "subjects", "tender", "not_assessed"):
        assert typed.get(part) == wired.get(part), part
    assert typed["pins"]["input_hash"] == wired["pins"]["input_hash"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 422, "http.invalid"),
        (b"[]", 422, "http.invalid"),
        (b"\xff", 422, "http.invalid"),
        (b'{"bidders":[]}', 422, "http.invalid"),
        (b'{"bidders":[{"name":"a","name":"b"}]}', 422, "http.invalid"),
        (b'{"bidders":[{"name":"a"}],"tender":{"regime":"barter"}}', 422, "http.invalid"),
        (b"[" * 200_000, 422, "http.invalid"),
        (b" " * (32 * 1024 * 1024 + 1), 413, "http.too_large"),
    ],
)
def test_bad_bodies_are_problems(client: httpx.Client, body: bytes, status: int, code: str) -> None:
    answer = client.post("/v1/decisions", content=body, headers={"content-type": "application/json"})
    check_problem(answer, status, code)


def check_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["code"] == code
    assert {"type", "title", "instance"} <= document.keys()
    return document


def test_errors_name_the_place_in_the_callers_language(client: httpx.Client) -> None:
    body = {"bidders": [{"name": 1}], "tender": {"stage": "later"}}
    chinese = client.post("/v1/decisions", json=body, headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.5"})
    document = check_problem(chinese, 422, "http.invalid")
    assert chinese.headers["content-language"] == "zh-CN"
    assert {e["pointer"] for e in document["errors"]} == {"/bidders/0/name", "/tender/stage"}
    assert "请求" in document["title"]
    english = client.post("/v1/decisions", json=body, headers={"accept-language": "en"})
    assert "errors" in english.json()["title"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/decisions/0193f0a2-0000-7000-8000-000000000000", 404, "http.not_found"),
        ("POST", "/v1/decisions/0193f0a2-0000-7000-8000-000000000000/replay", 404, "http.not_found"),
        ("GET", "/nowhere", 404, "http.not_found"),
        ("DELETE", "/v1/lists", 405, "http.method"),
    ],
)
def test_wrong_addresses_are_problems(
    client: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    check_problem(client.request(method, path), status, code)


def test_an_identity_number_in_an_address_is_not_repeated(client: httpx.Client) -> None:
    answer = client.get("/v1/decisions/329901198811062462")
    assert "329901198811062462" not in answer.text


def test_only_json_is_read(client: httpx.Client) -> None:
    answer = client.post("/v1/decisions", content=b"{}", headers={"content-type": "text/plain"})
    check_problem(answer, 415, "http.media_type")


def test_another_host_name_is_refused_without_a_key(client: httpx.Client) -> None:
    check_problem(client.get("/v1/lists", headers={"host": "evil.example"}), 421, "http.host")


def test_an_answer_bears_the_trace_that_it_was_asked_in(client: httpx.Client) -> None:
    trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    for path, status in (("/v1/lists", 200), ("/v1/nothing", 404)):
        answer = client.get(path, headers={"traceparent": f"00-{trace}-{span}-01"})
        version, found, own, flags = answer.headers["traceparent"].split("-")
        assert (answer.status_code, version, found, flags) == (status, "00", trace, "01")
        assert len(own) == 16
        assert own != span
    for wrong in (
        "",
        "00",
        f"ff-{trace}-{span}-01",
        f"00-{'0' * 32}-{span}-01",
        f"00-{trace}-{'0' * 16}-01",
        f"00-{trace}x",
    ):
        assert "traceparent" not in client.get("/v1/lists", headers={"traceparent": wrong}).headers


def test_lists_and_health(client: httpx.Client) -> None:
    lists = {row["code"]: row for row in client.get("/v1/lists").json()["lists"]}
    assert lists["SXBZXR"]["records"] == 1
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert ready["status"] == "ready"
    assert ready["stale"] == []


def test_sealed_until_opening_for_others_than_the_decider(client: httpx.Client, house: Installation) -> None:
    decision = client.post("/v1/decisions", json=ask(LISTED, opening_at="2199-01-01")).json()
    assert client.get(f"/v1/decisions/{decision['decision_id']}").status_code == 200
    done = house.command("explain", decision["decision_id"])
    assert done.returncode == 3
    assert "secret" in done.stderr
    assert done.stdout == ""


def test_the_openapi_document_describes_the_request(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    body = document["paths"]["/v1/decisions"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    shape = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    assert "bidders" in shape["properties"]


def test_a_newly_loaded_list_is_used_from_the_next_request_on(
    client: httpx.Client, house: Installation
) -> None:
    other = "91329901MAGLD0030X"
    assert client.post("/v1/decisions", json=ask(other)).json()["bidders"][0]["verdict"] == "CLEAR"
    path = house.home.parent / "more.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(
            [("名称", "统一社会信用代码", "列入日期"), ("临江新列有限公司", other, "2026-01-01")]
        )
    house.load(path, "--list", "SXBZXR", "--kind", "generic", "--snapshot", "delta")
    assert client.post("/v1/decisions", json=ask(other)).json()["bidders"][0]["verdict"] == "BLOCK"


def test_with_a_key_only_its_bearer_is_answered(house: Installation) -> None:
    with house.serving(LIANCHENG_API_KEY=KEY) as guarded:
        for headers in ({}, {"authorization": "Bearer " + "x" * 40}, {"authorization": f"Basic {KEY}"}):
            answer = guarded.get("/v1/lists", headers=headers)
            check_problem(answer, 401, "http.auth")
            assert answer.headers["www-authenticate"] == "Bearer"
            assert KEY not in answer.text
        assert guarded.get("/v1/lists", headers={"authorization": f"Bearer {KEY}"}).status_code == 200
        assert guarded.get("/healthz").status_code == 200


def test_without_lists_it_starts_and_says_that_it_is_not_ready(tmp_path: Path) -> None:
    with Installation(tmp_path / "home", LIANCHENG_WORK="off").serving() as empty:
        assert empty.get("/healthz").status_code == 200
        assert "No store" in check_problem(empty.get("/readyz"), 503, "http.unavailable")["detail"]
        check_problem(empty.post("/v1/decisions", json=ask(LISTED)), 503, "http.unavailable")


def test_several_workers_answer(house: Installation) -> None:
    with house.serving("--workers", "2") as several:
        assert several.get("/readyz").json()["status"] == "ready"


def test_a_taken_port_is_one_sentence(client: httpx.Client, house: Installation) -> None:
    done = house.command("serve", "--port", str(client.base_url.port))
    assert done.returncode == 3
    assert "port is in use" in done.stderr
    assert "Traceback" not in done.stderr
