"""Cases, alerts, monitors and the audit chain in a real Chromium: two people at one case, and journeys to their end."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import explored
import httpx
import pytest
from chromium import LOOKS, Site, Watched, browser, faults, look_at, until
from playwright.sync_api import expect
from serving import Installation, ask
from visited import FORMULA, HOSTILE, LONG, SCRIPT, TURNED, Browser, Seen, city, found, request

from api.bootstrap import now
from graph.dates import china_day

NAME, PROJECT = "临江恒泰投资控股有限公司", "临江三号桥工程"


class Town(NamedTuple):
    """A served installation where an alert has come up, and who has signed in."""

    house: Installation
    site: Site
    states: dict[str, Any]
    """The session of each, as a browser keeps it."""
    people: dict[str, Browser]
    case: str
    alert: str
    monitor: str
    keys: list[str]
    day: str
    """When the notes of the case were made."""

    def window(self, who: str, **looks: Any) -> Watched:
        """A window of somebody's own browser."""
        return Watched(self.site, storage_state=self.states[who], **{"locale": "en", **looks})


def kept(one: Browser) -> dict[str, Any]:
    """The session of a browser without scripts, for one with."""
    base = one.client.base_url
    cookies = [
        {"name": cookie.name, "value": cookie.value or "", "domain": base.host, "path": "/"}
        for cookie in one.client.cookies.jar
    ]
    return {"cookies": cookies, "origins": []}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], None]) -> Iterator[Town]:
    needs("chromium")
    house = city(tmp_path_factory.mktemp("casebook") / "home")
    with ExitStack() as stack:
        client = stack.enter_context(house.serving(LIANCHENG_WEBHOOK_ALLOW="127.0.0.0/8"))
        decision = client.post("/v1/decisions", json=request()).json()["decision_id"]
        hook = client.post(
            "/v1/webhooks", json={"url": "http://127.0.0.1:9/hook", "description": SCRIPT[:60]}
        )
        assert hook.status_code == 201, hook.text
        operator = Browser(client.base_url)
        lines = "\n".join(
            [f"{explored.HENGTAI},{NAME}", "91329901MAGLD0049X", explored.HEAD, TURNED, LONG[:150], FORMULA]
        )
        made = operator.post("/monitors", {"reference": SCRIPT[:150], "lines": lines}, page="/monitors")
        assert made.status_code == 303, made.text
        monitor = made.headers["location"].partition("?")[0]
        bids = ask(explored.HENGTAI, explored.LANTIAN, id="LJ-088", name=PROJECT)
        watched = client.post("/v1/tenders", json={"reference": "2026-088", "request": bids})
        assert watched.status_code == 201, watched.text
        rows = [(NAME, explored.HENGTAI, "2026-06-18")]
        until(lambda: all(one["screened"] for one in parties(client, monitor)))
        house.publish({"ZDSS": rows}, ["ZDSS"])
        alert = until(
            lambda: [one for one in client.get("/v1/alerts").json()["alerts"] if one["kind"] == "tender"]
        )
        keys = [
            one.removeprefix("/parties/")
            for one in Seen(operator.get("/search?q=临江").text).links()
            if one.startswith("/parties/")
        ]
        nodes = [
            {"id": key, "x": n % 4 * 160.4, "y": n // 4 * 120, "pinned": n != 2}
            for n, key in enumerate(keys[:9])
        ]
        opened = operator.post(
            "/cases",
            {"title": SCRIPT[:190], "summary": f"{TURNED}\n{LONG}", "assignee": "甲组", "due_on": "2026-11-01",
             "party": keys[0], "decision": decision, "tender": "T-OPEN", "graph": json.dumps({"nodes": nodes})},
            page="/cases",
        )  # fmt: skip
        assert opened.status_code == 303, opened.text
        case = opened.headers["location"].partition("?")[0]
        day = china_day(now()).isoformat()
        for text in HOSTILE:
            assert operator.post(f"{case}/notes", {"text": text}, page=case).status_code == 303
        root = operator.post("/set-up", {"name": "root", "display": "虚构管理员"}, page="/set-up")
        people = {"root": Browser(client.base_url)}
        people["root"].sign_in("root", found(root.text, r'class="secret">([^<]+)<'))
        for name, role in (
            ("sun", "supervisor"),
            ("wei", "investigator"),
            ("an", "auditor"),
            ("li", "clerk"),
        ):
            people[name] = Browser(client.base_url)
            people[name].sign_in(name, people["root"].new_user(name, role))
        for one in (operator, *people.values()):
            stack.callback(one.client.close)
        states = {name: kept(one) for name, one in people.items()}
        chromium = stack.enter_context(browser())
        site = Site(str(client.base_url).rstrip("/"), chromium)
        yield Town(house, site, states, people, case, f"/alerts/{alert[0]['id']}", monitor, keys, day)


def parties(client: httpx.Client, monitor: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(f"/v1{monitor}/parties").json()["parties"]
    return rows


def pages_of(town: Town, who: str) -> dict[str, str]:
    """The pages of a role, by name."""
    if who == "sun":
        links = Seen(town.people["sun"].get(town.case).text).links()
        share = [one for one in links if one.startswith("/shared/")]
        if not share:
            made = town.people["sun"].post(f"{town.case}/snapshots", {}, page=town.case)
            share = [made.headers["location"].partition("?")[0]]
        return {
            "cases": "/cases", "cases-none": "/cases?assignee=nobody", "case": town.case, "shared": share[0],
            "alerts": "/alerts", "alert": town.alert, "monitors": "/monitors", "monitor": town.monitor,
        }  # fmt: skip
    return {
        "an": {"audit": "/audit", "audit-none": "/audit?actor=nobody"},
        "root": {"webhooks": "/webhooks"},
    }[who]


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_are_accessible_fit_and_ask_nothing_elsewhere(town: Town, look: str) -> None:
    for who in ("sun", "an", "root"):
        look_at(town.site, pages_of(town, who), look, storage_state=town.states[who])


def opened(town: Town, title: str, **fields: str) -> str:
    """A case of somebody; its address."""
    made = town.people["wei"].post("/cases", {"title": title, **fields}, page="/cases")
    assert made.status_code == 303, made.text
    return made.headers["location"].partition("?")[0]


def test_two_people_edit_one_case_and_nothing_of_either_is_lost(town: Town) -> None:
    case = opened(town, "虚构案件", assignee="甲组", summary="开始")
    with town.window("sun") as first, town.window("wei") as second:
        sun, wei = first.page, second.page
        sun.goto(case)
        wei.goto(case)
        sun.fill("#text", "孙的备注\n第二行")
        wei.fill("#text", "魏的备注")
        for page in (sun, wei):
            page.get_by_role("button", name="Add the note").click()
            page.get_by_text("The note was added.").wait_for()
        for page in (sun, wei):
            page.goto(case)
            said = page.inner_text(".notes")
            assert "孙的备注\n第二行" in said
            assert "魏的备注" in said
        sun.fill("#assignee", "孙组")
        sun.select_option("#state", "closed")
        sun.fill("#reason", "已查清")
        wei.fill("#assignee", "魏组")
        wei.fill("#summary", "开始\n魏补充的摘要")
        sun.get_by_role("button", name="Save").click()
        sun.get_by_text("The case was changed.").wait_for()
        wei.get_by_role("button", name="Save").click()
        both = wei.inner_text("#meanwhile")
        for word in ("sun changed it", "甲组", "孙组", "魏组", "Closed", "魏补充的摘要"):
            assert word in both
        assert wei.input_value("#assignee") == "魏组"
        assert wei.input_value("#summary") == "开始\n魏补充的摘要"
        assert wei.input_value("#state") == "closed"
        assert faults(wei) == []
        # a note can still not be taken while the case is closed, and its words stay
        wei.fill("#text", "结案后的备注")
        wei.get_by_role("button", name="Add the note").click()
        wei.locator("#trouble").wait_for()
        assert wei.input_value("#text") == "结案后的备注"
        wei.select_option("#state", "open")
        wei.fill("#reason", "还有线索")
        wei.fill("#assignee", "魏组")
        wei.get_by_role("button", name="Save").click()
        wei.get_by_text("The case was changed.").wait_for()
        assert "魏组" in wei.inner_text(".facts >> nth=0")
        history = wei.inner_text("section[aria-labelledby=history]")
        assert "closed it" in history
        assert "opened it again" in history
        assert history.count("added a note") == 2
        assert first.quiet()
        assert [one for one in second.said if "412" not in one and "409" not in one] == []


def test_what_nobody_else_changed_is_no_conflict(town: Town) -> None:
    case = opened(town, "虚构案件二")
    with town.window("sun") as window:
        window.page.goto(case)
        added = town.people["wei"].post(
            f"{case}/links", {"kind": "party", "ref": explored.CHENGYUAN}, page=case
        )
        assert added.status_code == 303
        window.page.fill("#assignee", "孙组")
        window.page.get_by_role("button", name="Save").click()
        window.page.get_by_text("The case was changed.").wait_for()
        parts = window.page.inner_text("section[aria-labelledby=about]")
        assert "临江澄远建设工程有限公司" in parts
        window.page.get_by_role("button", name="Untie").first.click()
        window.page.get_by_text("Untied from the case.").wait_for()
        assert window.quiet()


def test_a_snapshot_stays_as_it_was_though_records_and_case_change(town: Town) -> None:
    shared_by = town.people["wei"]
    fresh, other = (
        found(shared_by.get(f"/search?q={code}").text, r'href="/parties/([^"]+)"')
        for code in (explored.LANTIAN, explored.CHENGYUAN)
    )
    nodes = [
        {"id": fresh, "x": -40.5, "y": 0, "pinned": True},
        {"id": other, "x": 220, "y": 90, "pinned": False},
    ]
    case = opened(town, "虚构快照", graph=json.dumps({"nodes": nodes, "as_of": now().isoformat()}))
    with town.window("wei") as window:
        page = window.page
        page.goto(case)
        assert page.locator(".picture .place").count() == 2
        assert page.locator(".picture .tie").count() >= 1
        page.get_by_role("button", name="Freeze a snapshot").click()
        page.get_by_text("The address of this page can be handed on").wait_for()
        address = page.url.partition("?")[0]
        before = page.inner_html("main section:has(h2#picture)")
        content = shared_by.get(f"{address.removeprefix(town.site.base)}/content")
        assert hashlib.sha256(content.content).hexdigest() == address.rpartition("/")[2]
        assert not any(key in content.text for key in (fresh, other))
        town.house.publish({"ZTBJ": [("临江蓝天材料有限公司", explored.LANTIAN, "2026-06-18")]}, ["ZTBJ"])
        moved = json.dumps({"nodes": [{"id": fresh, "x": 500, "y": 500, "pinned": True}]})
        assert shared_by.post(f"{case}/picture", {"graph": moved}, page=case).status_code == 303
        until(lambda: "ZTBJ" in shared_by.get(case).text)
        page.goto(address)
        assert page.inner_html("main section:has(h2#picture)") == before
        assert "ZTBJ" not in page.inner_text("main")
        page.goto(case)
        assert (
            "ZTBJ" in page.inner_text("section[aria-labelledby=picture]") or page.locator("text=ZTBJ").count()
        )
        assert window.quiet()
    assert town.people["li"].get(address.removeprefix(town.site.base)).status_code == 403
    assert town.people["sun"].get("/shared/" + "0" * 64).status_code == 404
    assert town.people["sun"].get("/shared/x").status_code == 404


@pytest.mark.parametrize(
    "graph",
    [
        "", "x", "[]", '{"nodes": 1}', '{"nodes": [1]}', '{"nodes": [{"id": "", "x": 1, "y": 1}]}',
        '{"nodes": [{"id": "P1", "x": "1", "y": 1}]}', '{"nodes": [{"id": "P1", "x": true, "y": 1}]}',
        '{"nodes": [{"id": "P1", "x": 1e300, "y": 1}]}', '{"nodes": [{"id": "P1", "x": 1, "y": 1, "evil": 1}]}',
        '{"nodes": [], "as_of": "never"}', json.dumps({"nodes": [{"id": explored.HEAD, "x": 1, "y": 1}]}),
        json.dumps({"nodes": [{"id": f"P{n}", "x": 1, "y": 1} for n in range(501)]}),
    ],
)  # fmt: skip
def test_a_picture_that_is_none_is_refused_and_changes_nothing(town: Town, graph: str) -> None:
    wei = town.people["wei"]
    answer = wei.post(f"{town.case}/picture", {"graph": graph}, page=town.case)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert explored.HEAD not in answer.text


def test_an_alert_is_followed_to_its_cause_taken_and_closed_with_a_ground(town: Town) -> None:
    with town.window("sun") as window:
        page = window.page
        page.goto("/")
        page.get_by_role("link", name="Alerts", exact=True).click()
        page.get_by_role("link", name=PROJECT).click()
        cause = page.inner_text("section[aria-labelledby=cause]")
        assert "new" in cause
        assert "Major tax offenders" in cause
        page.get_by_role("link", name="Watched tender").click()
        page.wait_for_url("**/tenders/**")
        page.goto(town.alert)
        page.get_by_role("link", name="Decision", exact=True).last.click()
        page.wait_for_url("**/decisions/**")
        page.goto(town.alert)
        page.get_by_role("button", name="Take it").click()
        page.get_by_text("The alert was changed.").wait_for()
        assert "sun" in page.inner_text(".facts")
        stale = page.input_value("input[name=version]")
        page.fill("#note", "电话核实")
        page.get_by_role("button", name="Close it").click()
        assert "needs a ground" in page.inner_text("#trouble")
        assert page.input_value("#note") == "电话核实"
        late = {"version": str(int(stale) - 1), "step": "close", "ground": "handled", "note": "慢了一步"}
        missed = town.people["wei"].post(town.alert, late, page=town.alert)
        assert missed.status_code == 412
        assert "慢了一步" in missed.text
        page.select_option("#ground", "handled")
        page.get_by_role("button", name="Close it").click()
        page.get_by_text("The alert was changed.").wait_for()
        assert "Closed" in page.inner_text("section[aria-labelledby=history]")
        page.goto("/alerts?state=closed&effect=&order=newest")
        assert page.get_by_role("link", name=PROJECT).is_visible()
        assert [one for one in window.said if "422" not in one] == []
    seen = town.people["li"].get(town.alert)
    assert seen.status_code == 200
    assert 'name="step"' not in seen.text


def test_parties_are_found_watched_removed_and_the_monitor_ended(town: Town) -> None:
    with town.window("sun") as window:
        page = window.page
        page.goto("/monitors")
        page.fill("#reference", "临时监测")
        page.fill("#lines", f"{explored.YUANHE},临江远禾贸易有限公司\n91329901MAGLD00224\n{explored.HEAD}")
        page.get_by_role("button", name="Make a monitor").click()
        page.get_by_text("The monitor was made").wait_for()
        left = page.inner_text("#left")
        assert "2 lines were not taken" in left
        assert "line 2: the code does not check out" in left
        assert "line 3: holds a number of a person" in left
        assert explored.HEAD not in page.content()
        page.fill("#find", "蓝天")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("button", name="Watch").first.click()
        page.get_by_text("More parties are watched.").wait_for()
        rows = page.locator("section[aria-labelledby=parties] tbody tr")
        expect(rows).to_have_count(2)
        page.get_by_role("button", name="Remove").first.click()
        page.get_by_text("One party is watched no more.").wait_for()
        expect(rows).to_have_count(1)
        page.check("input[name=sure]")
        page.get_by_role("button", name="End the monitor").click()
        page.get_by_text("The monitor has ended").wait_for()
        assert "临时监测" not in page.inner_text("main")
        assert window.quiet()


def test_an_auditor_filters_verifies_and_exports_the_chain(town: Town) -> None:
    with town.window("an") as window:
        page = window.page
        page.goto("/audit")
        page.get_by_role("button", name="Verify the whole chain").click()
        assert "verified up to event" in page.inner_text("#verified")
        assert "✓" in page.inner_text("#verified")
        page.goto("/audit")
        page.select_option("#kind", "case_note")
        page.fill("#actor", "local")
        page.fill("#day", town.day)
        page.get_by_role("button", name="Filter").click()
        expect(page.locator("section[aria-labelledby=events] tbody tr")).to_have_count(len(HOSTILE))
        assert window.quiet()
    an = town.people["an"]
    whole = an.get("/audit/export?format=json").json()["events"]
    head = max(one["seq"] for one in whole)
    assert [one["seq"] for one in whole] == list(range(head, 0, -1))
    assert an.get("/audit?day=2026-02-30").status_code == 422
    assert an.get(f"/audit?subject={explored.HEAD}").status_code == 400
    assert an.get("/audit/export?format=exe").status_code == 400
    assert town.people["li"].get("/audit").status_code == 403


def test_an_administrator_sees_what_became_of_messages_and_sends_one_again(town: Town) -> None:
    with town.window("root") as window:
        page = window.page
        page.goto("/webhooks")
        page.get_by_role("button", name="Send a test").click()
        page.get_by_text("A test message waits to be sent.").wait_for()
        assert page.locator("tbody tr").count() >= 1
        page.get_by_role("button", name="Send again").first.click()
        page.get_by_text("It is sent once more.").wait_for()
        page.get_by_role("button", name="Switch off").click()
        page.get_by_text("The endpoint was switched.").wait_for()
        assert "switched off by hand" in page.inner_text("main")
        page.get_by_role("button", name="Switch on").click()
        page.get_by_text("The endpoint was switched.").wait_for()
        assert window.quiet()


def test_without_javascript_and_by_keyboard_alone_a_case_is_opened_noted_on_and_frozen(town: Town) -> None:
    with town.window("wei", java_script_enabled=False) as window:
        page = window.page
        page.goto("/cases#new")
        page.locator("summary").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("键盘案件")
        page.keyboard.press("Enter")
        page.get_by_text("The case was opened.").wait_for()
        page.locator("#text").focus()
        page.keyboard.type("键盘备注")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("The note was added.").wait_for()
        assert "键盘备注" in page.inner_text(".notes")
        page.get_by_role("button", name="Freeze a snapshot").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/shared/**")
        assert "键盘备注" in page.inner_text("main")
        page.emulate_media(media="print")
        assert page.locator("footer").is_visible()
        assert not page.locator(".actions").first.is_visible()
        assert window.quiet()


def test_exports_hold_the_whole_case_and_run_nowhere(town: Town) -> None:
    wei = town.people["wei"]
    table = wei.get(f"{town.case}/export?format=csv").text
    rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
    assert {"case", "party", "decision", "link", "note", "node", "change"} <= {row["section"] for row in rows}
    assert len([row for row in rows if row["section"] == "note"]) >= len(HOSTILE)
    assert all(not (cell or "").startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    document = wei.get(f"{town.case}/export?format=json").json()
    assert document["case"]["title"] == SCRIPT[:190]
    assert wei.get(f"{town.case}/export?format=xlsx").content[:2] == b"PK"
    assert wei.get(f"{town.case}/export?format=exe").status_code == 400


def test_hostile_words_are_words_and_nothing_else(town: Town) -> None:
    for who in ("sun", "an", "root"):
        for name, address in pages_of(town, who).items():
            text = town.people[who].get(address).text
            assert "<script>alert" not in text, name
            assert "<img src=x" not in text, name
            assert not set(text) & set("\u202e\u2066\u2069\u0007\u001b\u0085"), name
            seen = Seen(text)
            assert seen.in_place() == [], name
            assert len(seen.ids()) == len(set(seen.ids())), name
            assert "Presence here is not wrongdoing" in text, name
