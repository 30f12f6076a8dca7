"""What people make on the pages as programs make it over HTTP: endpoints, watched persons, files named by digest."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import explored
import httpx
import pytest
from serving import Installation
from visited import NUMBERS, SCRIPT, Browser, Seen, city, found, namesakes, request

from api.problems import MAX_BODY

SECRET = r"whsec_[A-Za-z0-9+/=]{40,}"
URL = "https://hooks.example/of-the-city"


class Town(NamedTuple):
    """A served installation, the operator at it, an administrator, a clerk, an investigator, a supervisor."""

    house: Installation
    client: httpx.Client
    root: Browser
    clerk: Browser
    investigator: Browser
    supervisor: Browser


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    house = city(tmp_path_factory.mktemp("makes") / "home", namesakes())
    with ExitStack() as stack:
        client = stack.enter_context(house.serving(LIANCHENG_WORK="off"))
        operator, root, clerk, investigator, supervisor = (Browser(client.base_url) for _ in range(5))
        for one in (operator, root, clerk, investigator, supervisor):
            stack.callback(one.client.close)
        made = operator.post("/set-up", {"name": "root", "display": "虚构管理员"}, page="/set-up")
        root.sign_in("root", found(made.text, r'class="secret">([^<]+)<'))
        clerk.sign_in("li", root.new_user("li", "clerk"))
        investigator.sign_in("wei", root.new_user("wei", "investigator"))
        supervisor.sign_in("sun", root.new_user("sun", "supervisor"))
        bearing = {"Authorization": f"Bearer {house.key()}"}
        programs = httpx.Client(base_url=client.base_url, headers=bearing, timeout=60)
        stack.callback(programs.close)
        yield Town(house, programs, root, clerk, investigator, supervisor)


def endpoints(town: Town) -> dict[str, dict[str, Any]]:
    """The endpoints by description, as the interface shows them."""
    return {one["description"]: one for one in town.client.get("/v1/webhooks").json()["webhooks"]}


def test_an_endpoint_is_made_and_its_secret_shown_once(town: Town) -> None:
    fields = {"do": "make", "url": URL, "description": SCRIPT[:60], "event_tender.changed": "yes"}
    made = town.root.post("/webhooks", fields, page="/webhooks")
    assert made.status_code == 201, made.text
    assert made.headers["cache-control"] == "no-store"
    first = found(made.text, f"({SECRET})")
    assert "<script>alert" not in made.text
    one = endpoints(town)[SCRIPT[:60]]
    assert (one["url"], one["events"], one["state"]) == (URL, ["tender.changed"], "active")
    later = town.root.get("/webhooks").text
    assert not re.search(SECRET, later)
    named = {"webhook": one["id"]}
    rotate = {"do": "rotate", "version": Seen(later).field("version"), **named}
    again = town.root.post("/webhooks", rotate, page="/webhooks")
    second = found(again.text, f"({SECRET})")
    assert (again.status_code, second == first) == (201, False)
    reloaded = town.root.post("/webhooks", rotate, page="/webhooks")
    assert (reloaded.status_code, re.search(SECRET, reloaded.text)) == (412, None)
    assert endpoints(town)[SCRIPT[:60]]["version"] == 2
    assert "The old one signs until" in town.root.get("/webhooks").text
    assert town.root.post("/webhooks", {"do": "test", **named}, page="/webhooks").status_code == 303
    sent = town.client.get(f"/v1/webhooks/{one['id']}/deliveries").json()["deliveries"]
    assert [(message["event"], message["state"]) for message in sent] == [("webhook.test", "pending")]
    switch = {"do": "off", "version": str(endpoints(town)[SCRIPT[:60]]["version"]), **named}
    assert town.root.post("/webhooks", switch, page="/webhooks").status_code == 303
    stale = town.root.post("/webhooks", switch, page="/webhooks")
    assert stale.status_code == 412
    assert endpoints(town)[SCRIPT[:60]]["state"] == "disabled"
    unsure = town.root.post("/webhooks", {"do": "remove", **named}, page="/webhooks")
    assert unsure.status_code == 422
    assert "Tick the box first" in unsure.text
    gone = town.root.post("/webhooks", {"do": "remove", "sure": "yes", **named}, page="/webhooks")
    assert gone.headers["location"] == "/webhooks?done=webhook_removed"
    assert SCRIPT[:60] not in endpoints(town)


def test_a_form_that_shows_a_secret_is_sent_twice_and_makes_one(town: Town) -> None:
    form = {
        "do": "make",
        "url": URL,
        "description": "once",
        "once": Seen(town.root.get("/webhooks").text).field("once"),
    }
    assert re.search(SECRET, town.root.post("/webhooks", form, page="/webhooks").text)
    again = town.root.post("/webhooks", form, page="/webhooks")
    assert (again.status_code, re.search(SECRET, again.text)) == (409, None)
    assert "no second one was made" in again.text
    assert Seen(again.text).field("once") not in ("", form["once"])
    found_ = town.client.get("/v1/webhooks").json()["webhooks"]
    assert [one["description"] for one in found_].count("once") == 1

    def keys(name: str) -> list[dict[str, Any]]:
        return [one for one in town.root.get("/v1/keys").json()["keys"] if one["name"] == name]

    key = {"name": "once", "scope_decisions:read": "yes", "once": form["once"]}
    assert 'class="secret"' in town.root.post("/settings/keys", key, page="/settings/keys").text
    again = town.root.post("/settings/keys", key, page="/settings/keys")
    assert (again.status_code, len(keys("once"))) == (409, 1)
    address = f"/settings/keys/{keys('once')[0]['prefix']}"
    assert 'class="secret"' in town.root.post(address, {"step": "rotate"}, page="/settings/keys").text
    again = town.root.post(address, {"step": "rotate"}, page="/settings/keys")
    assert (again.status_code, len(keys("once"))) == (409, 2)

    town.root.new_user("zhou", "clerk")
    version = {
        "step": "password",
        "version": Seen(town.root.get("/settings/users/zhou").text).field("version"),
    }
    assert 'class="secret"' in town.root.post("/settings/users/zhou", version, page="/account").text
    again = town.root.post("/settings/users/zhou", version, page="/account")
    assert (again.status_code, 'class="secret"' in again.text) == (412, False)


@pytest.mark.parametrize(
    "url",
    ["http://hooks.example/", "https://127.0.0.1/", "https://[::1]/", "https://10.1.2.3/x", "https://169.254.169.254/",
     "https://a:b@hooks.example/", "ftp://hooks.example/", "javascript:alert(1)", ""],
)  # fmt: skip
def test_an_address_within_or_without_reason_is_refused_and_shown_again(town: Town, url: str) -> None:
    fields = {"do": "make", "url": url, "description": f"refused {url}"}
    answer = town.root.post("/webhooks", fields, page="/webhooks")
    assert answer.status_code == 422, answer.text
    assert 'role="alert"' in answer.text
    assert f"refused {url}" in answer.text
    assert f"refused {url}" not in endpoints(town)


@pytest.mark.parametrize("what", ["make", "rotate", "remove", "test", "on"])
def test_only_administrators_make_and_change_endpoints(town: Town, what: str) -> None:
    made = town.client.post("/v1/webhooks", json={"url": URL, "description": f"kept {what}"}).json()[
        "webhook"
    ]
    fields = {
        "do": what,
        "webhook": made["id"],
        "url": URL,
        "description": "theirs",
        "sure": "yes",
        "version": "1",
    }
    answer = town.clerk.post("/webhooks", fields, page="/")
    assert answer.status_code == 403
    assert not re.search(SECRET, answer.text)
    assert endpoints(town)[f"kept {what}"]["version"] == 1
    assert "theirs" not in endpoints(town)


def watched(town: Town, monitor: str) -> list[dict[str, str]]:
    """The parties of a monitor, as the interface shows them."""
    rows: list[dict[str, str]] = town.client.get(f"/v1{monitor}/parties").json()["parties"]
    return rows


def test_a_person_is_watched_by_the_whole_number_and_never_by_the_name(town: Town) -> None:
    made = town.clerk.post("/monitors", {"lines": explored.HENGTAI}, page="/monitors")
    monitor = made.headers["location"].partition("?")[0]
    form = {"do": "person", "person": "张伟", "identity": NUMBERS[0]}
    done = town.clerk.post(monitor, form, page=monitor)
    assert (done.status_code, done.headers["location"]) == (303, f"{monitor}?done=monitor_more")
    rows = watched(town, monitor)
    assert [row["name"] for row in rows] == ["", "张伟"]
    assert rows[1]["ref"].startswith("person-")
    for number in (
        "",
        "张伟",
        f"{NUMBERS[0][:4]}{'*' * 10}{NUMBERS[0][-4:]}",
        NUMBERS[0][:-1] + "?",
        explored.HENGTAI,
    ):
        answer = town.clerk.post(monitor, {**form, "identity": number}, page=monitor)
        assert answer.status_code == 422, number
        assert "A whole and valid identity number is needed." in answer.text
    unnamed = town.clerk.post(monitor, {**form, "person": NUMBERS[0]}, page=monitor)
    assert unnamed.status_code == 422
    assert len(watched(town, monitor)) == 2
    for text in (
        unnamed.text,
        town.clerk.get(monitor).text,
        str(town.client.get(f"/v1{monitor}/parties").json()),
    ):
        assert NUMBERS[0] not in text
        assert NUMBERS[0][6:14] not in text


def dossier(town: Town, name: str) -> str:
    """The address of somebody's dossier, found by a search that is no address."""
    answer = town.clerk.post("/search", {"q": name}, page="/search")
    if answer.status_code == 303:  # a name of nobody may stand in an address
        answer = town.clerk.get(answer.headers["location"])
    return found(answer.text, r'href="(/parties/[^"]+)"')


@pytest.mark.parametrize("name", ["虚构甲", "临江恒泰投资控股有限公司"])
def test_whoever_a_dossier_shows_is_watched_from_it(town: Town, name: str) -> None:
    address = dossier(town, name)
    fields = {"monitor": "new", "reference": f"watching {SCRIPT[:40]}"}
    made = town.clerk.post(f"{address}/watch", fields, page=address)
    assert made.status_code == 303, made.text
    monitor = made.headers["location"].partition("?")[0]
    assert [row["name"] for row in watched(town, monitor)] == [name]
    named = monitor.removeprefix("/monitors/")
    assert f'<option value="{named}">' in town.clerk.get(address).text
    again = town.clerk.post(f"{address}/watch", {"monitor": named}, page=address)
    assert again.headers["location"] == f"{monitor}?done=monitor_more"
    assert town.clerk.post(f"{address}/watch", {"monitor": "nobody"}, page=address).status_code == 404
    assert not re.search(r"\d{17}[\dX]", town.clerk.get(monitor).text)


def test_nobody_is_watched_from_a_dossier_without_a_number_or_the_right(town: Town) -> None:
    person, tender = dossier(town, "虚构甲"), dossier(town, "临江一号桥工程")
    assert 'id="watch"' not in town.clerk.get(tender).text
    assert town.clerk.post(f"{tender}/watch", {"monitor": "new"}, page="/").status_code == 404
    numbered = town.clerk.post(f"/parties/{NUMBERS[0]}/watch", {"monitor": "new"}, page="/")
    assert numbered.status_code == 404
    assert town.investigator.post(f"{person}/watch", {"monitor": "new"}, page="/").status_code == 403
    seen = town.investigator.get(person)
    assert (seen.status_code, 'id="watch"' in seen.text) == (200, False)


def sent(
    town: Town, address: str, page: str, fields: dict[str, str], name: str, data: bytes, media: str
) -> httpx.Response:
    """A form with a file, as a browser without scripts sends it."""
    token = Seen(town.supervisor.get(page).text).field("csrf")
    files = {"file": (name, data, media)}
    return town.supervisor.client.post(address, data={**fields, "csrf": token}, files=files)


def test_a_file_of_an_objection_is_named_by_its_digest_and_let_go(town: Town) -> None:
    decision = town.client.post("/v1/decisions", json=request()).json()["decision_id"]
    page = f"/objections/new?decision_id={decision}"
    shown = town.supervisor.get(page).text
    assert 'type="file"' in shown
    assert "the file itself is not: keep it elsewhere" in shown
    fields = {
        "decision_id": decision, "ground": "documents_objection", "reference": "质疑-1", "text": "见附件",
        "document_0": "typed.pdf", "sha_0": "ab" * 32,
    }  # fmt: skip
    data = "虚构附件，不得留存".encode() * 3
    made = sent(town, "/objections", page, fields, f"../{SCRIPT[:30]}.pdf", data, "application/pdf")
    assert made.status_code == 303, made.text
    address = made.headers["location"].partition("?")[0]
    typed, digested = town.client.get(f"/v1{address}").json()["documents"]
    assert (typed["name"], typed["sha256"]) == ("typed.pdf", "ab" * 32)
    assert digested["sha256"] == hashlib.sha256(data).hexdigest()
    assert (digested["size"], digested["type"]) == (len(data), "application/pdf")
    assert "/" not in digested["name"].replace("</script>", "")
    seen = town.supervisor.get(address).text
    assert digested["sha256"] in seen
    assert f"{len(data)} bytes" in seen
    assert "<script>alert" not in seen
    assert not any(data in path.read_bytes() for path in town.house.home.rglob("*") if path.is_file())
    version = {"version": Seen(seen).field("version")}
    step = sent(town, address, address, {"step": "acknowledge", **version}, "b.bin", b"x", "no type; x=1")
    assert step.status_code == 303, step.text
    taken = town.client.get(f"/v1{address}").json()["steps"][-1]["documents"]
    assert [(one["name"], one["size"]) for one in taken] == [("b.bin", 1)]


def test_a_file_that_is_not_taken_loses_nothing_that_was_typed(town: Town) -> None:
    decision = town.client.post("/v1/decisions", json=request()).json()["decision_id"]
    page = f"/objections/new?decision_id={decision}"
    fields = {"decision_id": decision, "ground": "documents_objection", "text": "what was typed"}
    empty = sent(town, "/objections", page, fields, "empty.pdf", b"", "application/pdf")
    assert empty.status_code == 422
    assert "The chosen file is empty." in empty.text
    assert "what was typed" in empty.text
    lacking = sent(town, "/objections", page, {**fields, "text": ""}, "kept.pdf", b"abc", "application/pdf")
    assert lacking.status_code == 422
    assert hashlib.sha256(b"abc").hexdigest() in lacking.text
    named = {f"document_{n}": f"typed-{n}" for n in range(3)} | {f"sha_{n}": "ab" * 32 for n in range(3)}
    fourth = sent(
        town, "/objections", page, {**fields, **named, "text": ""}, "4.pdf", b"abcd", "application/pdf"
    )
    assert fourth.status_code == 422
    again = {name: Seen(fourth.text).field(name) for name in ("document_3", "sha_3")}
    assert again == {"document_3": "4.pdf", "sha_3": hashlib.sha256(b"abcd").hexdigest()}
    form = {**fields, **named, **again, "reference": "质疑-4"}
    made = sent(town, "/objections", page, form, "5.pdf", b"abcde", "application/pdf")
    address = made.headers["location"].partition("?")[0]
    names = [one["name"] for one in town.client.get(f"/v1{address}").json()["documents"]]
    assert names == ["typed-0", "typed-1", "typed-2", "4.pdf", "5.pdf"]
    large = sent(town, "/objections", page, fields, "large.pdf", b"0" * (MAX_BODY + 1), "application/pdf")
    assert large.status_code == 413
    forged = town.supervisor.client.post("/objections", data=fields, files={"file": ("a", b"a", "a/b")})
    assert forged.status_code == 403
