"""Objections and repairs over a real connection: what they do to decisions at once, who may decide, what is refused."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from serving import CLEAN, LISTED, NAME, Installation

DOCUMENT = [{"name": "决定书.pdf", "sha256": "ab" * 32}]
PARTY = {"name": NAME, "identifiers": [{"id": LISTED}]}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server whose lists name the company by organisation code (E2), by full code (E1), and ban it."""
    installation = Installation(tmp_path_factory.mktemp("objections") / "home", LIANCHENG_WORK="off")
    installation.publish({"YZWF": [(NAME, LISTED, "2024-06-18")]}, ("YZWF",))
    path = installation.home.parent / "codes.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = [(NAME, LISTED[8:17], "2025-06-18")]
        csv.writer(out).writerows([("名称", "组织机构代码", "列入日期"), *rows])
    installation.load(path, "--list", "SXBZXR", "--kind", "generic")
    with installation.serving() as one:
        yield one


def decided(client: httpx.Client, **tender: Any) -> dict[str, Any]:
    asked = {"tender": {"regime": "procurement_tender", **tender}, "bidders": [{"client_id": "b0", **PARTY}]}
    answer = client.post("/v1/decisions", json=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def evidence(decision: dict[str, Any], list_code: str) -> dict[str, Any]:
    found = [e for r in decision["bidders"][0]["reasons"] for e in r["evidence"] if e["list"] == list_code]
    one: dict[str, Any] = found[0]
    return one


def effects(decision: dict[str, Any]) -> dict[str, str]:
    """What each list's record does to the bidder."""
    reasons = decision["bidders"][0]["reasons"]
    return {e["list"]: reason["effect"] for reason in reasons for e in reason["evidence"]}


def patched(client: httpx.Client, path: str, version: int, **body: Any) -> httpx.Response:
    return client.patch(path, json=body, headers={"If-Match": f'"v{version}"'})


def replayed(client: httpx.Client, decision: dict[str, Any]) -> Any:
    return client.post(f"/v1/decisions/{decision['decision_id']}/replay").json()["identical"]


def test_an_identity_objection_from_its_receipt_to_its_end(client: httpx.Client) -> None:
    before = decided(client)
    assert effects(before)["SXBZXR"] == "BLOCK"
    body = {
        "decision_id": before["decision_id"], "ground": "identity", "text": "不是本公司",
        "record": evidence(before, "SXBZXR")["pair"], "contact": {"phone": "13900000000"},
    }  # fmt: skip
    made = client.post("/v1/objections", json=body)
    assert made.status_code == 201
    assert made.headers["etag"] == '"v1"'
    path = made.headers["location"]
    objection = made.json()
    assert (objection["state"], objection["tier"], objection["suspends"]) == ("received", "E2", True)
    assert objection["due"]["stage"] == "acknowledge"
    assert not objection["overdue"]

    during = decided(client)
    seen = evidence(during, "SXBZXR")
    assert (seen["status"], seen["objection"]) == ("DISPUTED", objection["id"])
    assert effects(during)["SXBZXR"] == "REVIEW"
    assert effects(during)["YZWF"] == effects(before)["YZWF"]

    assert patched(client, path, 2, step="acknowledge").status_code == 412
    assert client.patch(path, json={"step": "acknowledge"}).status_code == 428
    assert patched(client, path, 1, step="verify", reason="请核对").status_code == 422
    answer = patched(client, path, 1, step="verify", reason="请核对", source="临江市虚构人民法院")
    assert (answer.status_code, answer.json()["due"]["stage"]) == (200, "verify")
    assert patched(client, path, 2, step="uphold", reason="证照不同").status_code == 422
    answer = patched(client, path, 2, step="uphold", reason="证照不同", documents=DOCUMENT)
    assert (answer.status_code, answer.json()["state"]) == (200, "upheld")
    refused = patched(client, path, 3, step="reject", reason="x")
    assert (refused.status_code, refused.json()["code"]) == (409, "http.conflict")
    assert answer.json()["steps"][1]["documents"] == DOCUMENT

    after = decided(client)
    assert "SXBZXR" not in effects(after)
    assert "rejected_by_review" in {one["why"] for one in after["bidders"][0]["trace"]}
    assert [replayed(client, one) for one in (before, during, after)] == [True, True, True]
    assert client.get(path).json() == answer.json()
    assert path.rpartition("/")[2] in {o["id"] for o in client.get("/v1/objections").json()["objections"]}
    assert client.get("/v1/objections", params={"state": "received"}).json()["objections"] == []


def test_objections_that_suspend_nothing(client: httpx.Client) -> None:
    decision = decided(client)
    about = {"decision_id": decision["decision_id"], "text": "列入有误"}
    record = evidence(decision, "YZWF")["record"]
    listing = client.post("/v1/objections", json={**about, "ground": "listing", "record": record})
    assert (listing.status_code, listing.json()["suspends"]) == (201, False)
    full = client.post("/v1/objections", json={**about, "ground": "identity", "record": f"YZWF:{record}"})
    assert (full.json()["tier"], full.json()["suspends"]) == ("E1", False)
    again = decided(client)
    assert effects(again)["YZWF"] == effects(decision)["YZWF"]
    assert evidence(again, "YZWF")["objection"] == full.json()["id"]
    query = {**about, "ground": "procurement_query"}
    assert client.post("/v1/objections", json=query).status_code == 422
    taken = client.post("/v1/objections", json={**query, "reference": "质疑〔2026〕1号"})
    assert taken.status_code == 201
    assert [d["stage"] for d in taken.json()["deadlines"]] == ["decide"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"ground": "identity", "record": "nothing"}, 422),
        ({"ground": "identity"}, 422),
        ({"ground": "listing", "record": ""}, 422),
        ({"ground": "unheard"}, 422),
        ({"text": " "}, 422),
        ({"decision_id": "0000"}, 404),
        ({"documents": [{"name": "x", "sha256": "AB"}]}, 422),
        ({"surprise": 1}, 422),
    ],
)
def test_what_is_no_objection_is_refused(client: httpx.Client, changes: dict[str, Any], status: int) -> None:
    decision = decided(client)
    body = {
        "decision_id": decision["decision_id"],
        "ground": "tender_complaint",
        "reference": "1",
        "text": "x",
    }
    answer = client.post("/v1/objections", json={**body, **changes})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_repair_from_application_to_restoration(client: httpx.Client) -> None:
    before = decided(client)
    asked = {
        "list": "市场监管严重违法失信名单", "record": evidence(before, "YZWF")["record"], "party": PARTY,
        "documents": DOCUMENT,
    }  # fmt: skip
    assert client.post("/v1/repairs", json={**asked, "documents": []}).status_code == 422
    assert (
        client.post("/v1/repairs", json={**asked, "party": {"identifiers": [{"id": CLEAN}]}}).status_code
        == 422
    )
    made = client.post("/v1/repairs", json=asked)
    assert made.status_code == 201, made.text
    path, repair = made.headers["location"], made.json()
    assert (repair["class"], repair["counted_from"], repair["repairable_from"]) == (
        "serious", "2024-06-18", "2025-06-19",
    )  # fmt: skip
    assert effects(decided(client))["YZWF"] == effects(before)["YZWF"]

    assert patched(client, path, 1, step="repair", reason="x", documents=DOCUMENT).status_code == 409
    accepted = patched(client, path, 1, step="accept", complex=True)
    assert accepted.json()["due"]["stage"] == "decide"
    ruling = {"authority": "临江市虚构市场监管局", "document_no": "修〔2026〕1号", "decided_on": "2026-11-02"}
    step = {"step": "repair", "reason": "准予修复", "ruling": ruling}
    codes = {
        "casework.document": step,
        "repair.condition": {**step, "documents": DOCUMENT},
        "repair.ruling": {"step": "repair", "reason": "准予修复", "documents": DOCUMENT},
        "casework.blank": {**step, "reason": "", "documents": DOCUMENT},
        "repair.kind": {**step, "step": "lift", "documents": DOCUMENT},
        "casework.future": {**step, "documents": DOCUMENT, "ruling": {**ruling, "since": "2199-01-01"}},  # type: ignore[dict-item]
    }
    for code, body in codes.items():
        answer = patched(client, path, 2, **body)  # type: ignore[arg-type]
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["code"] == code
    met = {"duties_performed": True, "committed": True}
    done = patched(client, path, 2, **step, documents=DOCUMENT, conditions=met)
    assert (done.status_code, done.json()["state"], done.json()["in_effect"]) == (200, "repaired", True)
    assert not done.json()["contradicted"]
    after = decided(client)
    assert "YZWF" not in effects(after)
    earlier = decided(client, as_of=before["pins"]["as_of"])
    assert effects(earlier)["YZWF"] == effects(before)["YZWF"]

    restored = patched(client, path, 3, step="restore", reason="材料虚假", documents=DOCUMENT)
    assert restored.json()["state"] == "restored"
    assert effects(decided(client))["YZWF"] == effects(before)["YZWF"]
    assert replayed(client, after) is True
    assert client.get("/v1/repairs", params={"state": "restored"}).json()["repairs"][0]["id"] == repair["id"]


def test_court_lists_have_a_route_of_their_own(client: httpx.Client) -> None:
    asked = {"list": "SXBZXR", "record": "any", "party": PARTY, "documents": DOCUMENT}
    answer = client.post("/v1/repairs", json=asked, headers={"Accept-Language": "zh"})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["code"] == "repair.court"
    assert "执行法院" in error["message"]
