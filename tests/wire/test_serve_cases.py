"""Cases over a real connection: no note is lost, fields conflict, sealed parts stay sealed, keys decide nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
from serving import LISTED, NAME, Installation, ask, bearer

from api.bootstrap import now
from api.principals import Role, Scope

NUMBER = "329901198803072469"


class World(NamedTuple):
    """A server and who asks it: the deciding platform, an investigator's key, and one of another tenant."""

    installation: Installation
    client: httpx.Client
    platform: dict[str, str]
    reader: dict[str, str]
    stranger: dict[str, str]

    def hire(self, name: str, role: Role) -> httpx.Client:
        """Somebody who signed in, in a browser of their own."""
        said = self.installation.run("users", "add", name, "--role", role.value, "--format", "json")
        first = json.loads(said)["users"][0]["password"]
        browser = httpx.Client(base_url=self.client.base_url, timeout=60)
        begun = browser.post("/v1/sessions", json={"name": name, "password": first, "tenant": "default"})
        browser.headers["X-CSRF-Token"] = begun.json()["csrf_token"]
        chosen = browser.post(
            "/v1/sessions/current/password", json={"current": first, "password": "seven boats on the Lin"}
        )
        browser.headers["X-CSRF-Token"] = chosen.json()["csrf_token"]
        return browser


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    installation = Installation(tmp_path_factory.mktemp("cases") / "home", LIANCHENG_WORK="off")
    installation.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18")]}, ("SXBZXR",))
    platform = installation.key(Scope.DECIDE, Scope.READ, Scope.CASES)
    reader = installation.key(Scope.READ, Scope.CASES)
    stranger = installation.key(Scope.READ, Scope.CASES, tenant="elsewhere")
    with installation.serving() as client:
        yield World(installation, client, bearer(platform), bearer(reader), bearer(stranger))


def decided(world: World, **tender: Any) -> dict[str, Any]:
    found: dict[str, Any] = world.client.post(
        "/v1/decisions", json=ask(LISTED, **tender), headers=world.platform
    ).json()
    return found


def opened(world: World, who: dict[str, str], **body: Any) -> str:
    answer = world.client.post("/v1/cases", json={"title": "虚构案件", **body}, headers=who)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def changed_by(browser: httpx.Client, path: str, version: int, **body: Any) -> httpx.Response:
    return browser.patch(path, json=body, headers={"If-Match": f'"v{version}"'})


def changed(world: World, who: dict[str, str], path: str, version: int, **body: Any) -> httpx.Response:
    return world.client.patch(path, json=body, headers={**who, "If-Match": f'"v{version}"'})


def test_two_who_write_notes_at_once_lose_none(world: World) -> None:
    path = opened(world, world.reader)

    def write(number: int) -> int:
        who = world.reader if number % 2 else world.platform
        return world.client.post(f"{path}/notes", json={"text": f"备注{number}"}, headers=who).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(write, range(40))) == {201}
    notes = world.client.get(f"{path}/notes", headers=world.reader).json()["notes"]
    assert sorted(note["text"] for note in notes) == sorted(f"备注{n}" for n in range(40))
    assert world.client.get(path, headers=world.reader).headers["etag"] == '"v1"'


def test_of_two_changes_of_one_version_the_second_is_refused(world: World) -> None:
    path = opened(world, world.reader, assignee="甲组")
    assert changed(world, world.reader, path, 1, assignee="乙组").status_code == 200
    late = changed(world, world.platform, path, 1, assignee="丙组")
    assert (late.status_code, late.json()["code"]) == (412, "http.stale")
    assert world.client.patch(path, json={"assignee": "x"}, headers=world.reader).status_code == 428
    assert world.client.get(path, headers=world.reader).json()["assignee"] == "乙组"
    listed = world.client.get("/v1/cases", params={"assignee": "乙组"}, headers=world.reader).json()["cases"]
    assert [path.endswith(case["id"]) for case in listed] == [True]
    versions = world.client.get(f"{path}/history", headers=world.reader).json()["versions"]
    assert versions[1]["changed"] == ["assignee"]


def test_a_closed_case_takes_nothing_before_it_is_opened_again(world: World) -> None:
    path = opened(world, world.reader)
    assert changed(world, world.reader, path, 1, step="close").status_code == 422
    assert changed(world, world.reader, path, 1, step="close", reason="查清").json()["state"] == "closed"
    assert changed(world, world.reader, path, 2, title="改名").status_code == 409
    assert world.client.post(f"{path}/notes", json={"text": "x"}, headers=world.reader).status_code == 409
    again = changed(world, world.reader, path, 2, step="reopen", reason="新线索")
    assert (again.json()["state"], again.json()["closed_at"]) == ("open", None)


def test_parts_of_sealed_bids_are_hidden_until_the_opening(world: World) -> None:
    known = decided(world)["decision_id"]
    secret = decided(world, opening_at=(now() + timedelta(hours=1)).isoformat())["decision_id"]
    path = opened(
        world, world.platform, parties=[{"name": "临江甲有限公司"}], decisions=[{"decision_id": known}]
    )
    both = [{"decision_id": known}, {"decision_id": secret, "remark": "评标前"}]
    parties = [{"name": "临江甲有限公司"}, {"name": NAME}]
    mine = changed(world, world.platform, path, 1, decisions=both, parties=parties)
    assert mine.json()["parties"][1]["decision_id"] == secret
    assert world.client.post(f"{path}/notes", json={"text": "密"}, headers=world.platform).status_code == 201

    seen = world.client.get(path, headers=world.reader)
    assert NAME not in seen.text
    assert [d["sealed"] for d in seen.json()["decisions"]] == [False, True]
    assert (seen.json()["notes"], seen.json()["sealed"]) == ([], 3)
    kept = changed(world, world.reader, path, 2, parties=[{"name": "临江乙有限公司"}])
    assert kept.status_code == 200
    assert {p["name"] for p in kept.json()["parties"]} == {"临江乙有限公司"}
    whole = world.client.get(path, headers=world.platform).json()
    assert {p["name"] for p in whole["parties"]} == {NAME, "临江乙有限公司"}
    note = {"text": "x", "decision_id": secret}
    assert world.client.post(f"{path}/notes", json=note, headers=world.reader).status_code == 422
    add = {"decisions": [{"decision_id": secret}], "title": "x"}
    assert world.client.post("/v1/cases", json=add, headers=world.reader).status_code == 403

    full = world.client.post(f"{path}/snapshots", headers=world.platform)
    part = world.client.post(f"{path}/snapshots", headers=world.reader)
    assert NAME not in part.text
    assert part.json()["content"]["withheld"] == 3
    assert world.client.get(full.headers["location"], headers=world.reader).status_code == 403
    assert world.client.get(part.headers["location"], headers=world.reader).status_code == 200
    refs = world.client.get(f"{path}/snapshots", headers=world.reader).json()["snapshots"]
    assert [ref["id"] for ref in refs] == [part.json()["id"]]


def test_a_snapshot_says_what_was_known_then_under_its_hash(world: World) -> None:
    decision = decided(world)
    path = opened(world, world.reader, decisions=[{"decision_id": decision["decision_id"]}])
    world.client.post(f"{path}/notes", json={"text": f"号码{NUMBER}"}, headers=world.reader)
    made = world.client.post(f"{path}/snapshots", headers=world.reader)
    content = made.json()["content"]
    assert (
        hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
        == made.json()["content_hash"]
    )
    assert content["decisions"][0]["verdict"] == decision["verdict"]
    assert content["decisions"][0]["decision_hash"] == decision["decision_hash"]
    assert NUMBER not in made.text
    changed(world, world.reader, path, 1, title="后来的标题")
    again = world.client.get(made.headers["location"], headers=world.reader)
    assert again.content == made.content
    other = opened(world, world.reader)
    assert world.client.get(f"{other}/snapshots/{made.json()['id']}", headers=world.reader).status_code == 404


def test_another_tenant_finds_nothing(world: World) -> None:
    path = opened(world, world.reader)
    snapshot = world.client.post(f"{path}/snapshots", headers=world.reader).headers["location"]
    for one in (path, f"{path}/notes", f"{path}/history", f"{path}/snapshots", snapshot):
        assert world.client.get(one, headers=world.stranger).status_code == 404
    assert changed(world, world.stranger, path, 1, title="x").status_code == 404
    assert world.client.post(f"{path}/notes", json={"text": "x"}, headers=world.stranger).status_code == 404
    assert world.client.get("/v1/cases", headers=world.stranger).json() == {"cases": [], "next": None}


def test_pages_of_cases_go_on_where_they_ended(world: World) -> None:
    made = [opened(world, world.reader, assignee="翻页组").rpartition("/")[2] for _ in range(5)]
    found, after = [], ""
    while after is not None:
        query = {"limit": 2, "assignee": "翻页组", **({"cursor": after} if after else {})}
        page = world.client.get("/v1/cases", params=query, headers=world.reader).json()  # type: ignore[arg-type]
        found += [case["id"] for case in page["cases"]]
        after = page["next"]
    assert found == made[::-1]


def test_a_key_decides_no_objection_and_another_tenant_disputes_nothing(world: World) -> None:
    decision = decided(world)
    found = [e for r in decision["bidders"][0]["reasons"] for e in r["evidence"]]
    body = {
        "decision_id": decision["decision_id"], "ground": "identity", "record": found[0]["pair"], "text": "x",
    }  # fmt: skip
    assert world.client.post("/v1/objections", json=body, headers=world.stranger).status_code == 404
    made = world.client.post("/v1/objections", json=body, headers=world.reader)
    path = made.headers["location"]
    for step in ("uphold", "reject"):
        document = [{"name": "x", "sha256": "ab" * 32}]
        answer = changed(world, world.platform, path, 1, step=step, reason="x", documents=document)
        assert (answer.status_code, answer.json()["code"]) == (403, "http.person")
    assert world.client.get(path, headers=world.stranger).status_code == 404
    assert changed(world, world.reader, path, 1, step="withdraw", reason="误会").status_code == 200
    asked = {
        "list": "SXBZXR", "kind": "temporary", "ground": "grace", "record": found[0]["record"],
        "party": {"name": NAME}, "documents": [{"name": "x", "sha256": "ab" * 32}],
    }  # fmt: skip
    repair = world.client.post("/v1/repairs", json=asked, headers=world.reader).headers["location"]
    assert changed(world, world.reader, repair, 1, step="accept").status_code == 200
    for step in ("lift", "refuse"):
        answer = changed(world, world.reader, repair, 2, step=step, reason="x", documents=asked["documents"])
        assert (answer.status_code, answer.json()["code"]) == (403, "http.person")


def test_an_investigator_decides_objections_and_a_supervisor_repairs(world: World) -> None:
    decision = decided(world)
    found = next(e for r in decision["bidders"][0]["reasons"] for e in r["evidence"])
    document = [{"name": "x", "sha256": "cd" * 32}]
    objection = {
        "decision_id": decision["decision_id"], "ground": "listing", "record": found["record"], "text": "x",
    }  # fmt: skip
    lift = {
        "list": "SXBZXR", "kind": "temporary", "ground": "grace", "record": found["record"],
        "party": {"name": NAME}, "documents": document,
    }  # fmt: skip
    ruling = {
        "authority": "临江市虚构人民法院",
        "document_no": "1",
        "decided_on": "2026-11-20",
        "until": "2199-01-01",
    }
    with (
        closing(world.hire("ivy", Role.INVESTIGATOR)) as ivy,
        closing(world.hire("sue", Role.SUPERVISOR)) as sue,
    ):
        path = ivy.post("/v1/objections", json=objection).headers["location"]
        assert changed_by(ivy, path, 1, step="reject", reason="x").json()["steps"][0]["by"] == "user:ivy"
        path = ivy.post("/v1/repairs", json=lift).headers["location"]
        assert changed_by(ivy, path, 1, step="accept").status_code == 200
        step = {"step": "lift", "reason": "宽限期", "documents": document, "ruling": ruling}
        refused = changed_by(ivy, path, 2, **step)
        assert (refused.status_code, refused.json()["code"]) == (403, "http.person")
        assert decided(world)["bidders"][0]["verdict"] == decision["bidders"][0]["verdict"]
        assert changed_by(sue, path, 2, **step).json()["steps"][-1]["by"] == "user:sue"
        assert "SXBZXR" not in json.dumps(decided(world)["bidders"][0]["reasons"])
        assert changed_by(sue, path, 3, step="restore", reason="x", documents=document).status_code == 200


def test_objections_to_sealed_decisions_are_sealed(world: World) -> None:
    secret = decided(world, opening_at=(now() + timedelta(hours=1)).isoformat())
    body = {
        "decision_id": secret["decision_id"], "ground": "documents_objection", "reference": "1", "text": "x",
    }  # fmt: skip
    assert world.client.post("/v1/objections", json=body, headers=world.reader).status_code == 403
    made = world.client.post("/v1/objections", json=body, headers=world.platform)
    assert made.status_code == 201
    assert world.client.get(made.headers["location"], headers=world.reader).status_code == 403
    listed = world.client.get("/v1/objections", headers=world.reader).json()["objections"]
    assert made.json()["id"] not in {one["id"] for one in listed}
