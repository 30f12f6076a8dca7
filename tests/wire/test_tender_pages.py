"""The pages of tenders over the wire: sealed until the opening, hostile names, stale steps, and who may do what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import explored
import pytest
import visited
from serving import bearer
from tendered import city, request
from visited import Browser, Seen

from api.principals import Role, Scope


class Town(NamedTuple):
    """A served installation: its people, the address of each tender, and the platform's key."""

    people: dict[Role, Browser]
    opened: str
    sealed: str
    decision: str
    sealed_decision: str
    graph_sealed: str
    platform: Browser


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    house = city(tmp_path_factory.mktemp("tenders") / "home")
    with ExitStack() as stack:
        client = stack.enter_context(house.serving(LIANCHENG_WORK="off"))
        operator = Browser(client.base_url)
        made = operator.post("/set-up", {"name": "root"}, page="/set-up")
        admin = Browser(client.base_url)
        admin.sign_in("root", visited.found(made.text, r'class="secret">([^<]+)<'))
        people = {Role.ADMINISTRATOR: admin}
        for role in (Role.CLERK, Role.SUPERVISOR, Role.AUDITOR):
            one = people[role] = Browser(client.base_url)
            one.sign_in(f"{role.value}-1", admin.new_user(f"{role.value}-1", role.value))
        key = bearer(house.key(Scope.DECIDE, Scope.READ, Scope.GRAPH))
        tenders, decisions = [], []
        for days, number in ((-1, "T-OPEN"), (2, "T-SHUT")):
            asked = request(opening_days=days, number=number)
            decision = client.post("/v1/decisions", json=asked, headers=key).json()["decision_id"]
            body = {"decision_id": decision, "reference": visited.SCRIPT}
            tenders.append(client.post("/v1/tenders", json=body, headers=key).json()["id"])
            decisions.append(decision)
        platform = Browser(client.base_url)
        platform.client.headers.update(key)
        listed = people[Role.CLERK].get("/tenders").text
        sealed = visited.found(listed, r'href="(/tenders/P[^"]+)"><bdi>临江二号桥')
        for one in (operator, platform, *people.values()):
            stack.callback(one.client.close)
        first, second = (f"/tenders/{one}" for one in tenders)
        yield Town(people, first, second, decisions[0], decisions[1], sealed, platform)


def test_an_opened_tender_shows_everything(town: Town) -> None:
    answer = town.people[Role.CLERK].get(town.opened)
    assert answer.status_code == 200
    for told in (
        "临江澄远建设工程有限公司", "临江远禾贸易有限公司", "consortium member", "must withdraw", "agency", "T-OPEN",
        "opened", "class=\"matrix\"", "class=\"ties\"", "B01",
    ):  # fmt: skip
        assert told in answer.text, told
    assert "Tendering and Bidding Law, art. 22" not in answer.text, "it was opened"
    assert f'href="/decisions/{town.decision}"' in answer.text
    whole = town.people[Role.CLERK].get(f"/decisions/{town.decision}").text
    others = re.findall(r'<a href="#o\d+">.*?<td class="said">([^<]*)</td>', whole, re.DOTALL)
    assert others, "who does not bid stands in the summary"
    assert all(others), "each with the reason"
    parts = re.search(r'id="parts".*?</section>', answer.text, re.DOTALL)
    assert parts is not None
    assert re.search(r'href="/parties/[^"]+"><bdi>临江虚构招标代理有限公司', parts[0]), (
        "the agency leads to its dossier"
    )
    row = re.search(r'id="together".*?</section>', answer.text, re.DOTALL)
    assert row is not None
    assert re.search(r'<td class="count">3</td>', row[0]), "three older lots in which the two met"


def test_hostile_names_are_words_and_nothing_else(town: Town) -> None:
    pages = (
        "/tenders",
        town.opened,
        f"/decisions/{town.decision}",
        f"/decisions/{town.decision}/override?finding=0",
    )
    for address in pages:
        answer = town.people[Role.CLERK].get(address)
        assert answer.status_code == 200, address
        seen = Seen(answer.text)
        assert seen.in_place() == [], address
        assert "<script>alert" not in answer.text, address
        assert "<img src=x" not in answer.text, address
        assert not set(answer.text) & set("\u202e\u2066\u2069\u0007\u001b\u0085"), address
        assert len(seen.ids()) == len(set(seen.ids())), address
        assert "Presence here is not wrongdoing" in answer.text, address
        for link in seen.links():
            assert link.startswith(("/", "#")), (address, link)
            assert not link.startswith("#") or link[1:] in seen.ids(), (address, link)
    assert "&lt;script&gt;alert(1)" in town.people[Role.CLERK].get(town.opened).text


def test_before_the_opening_only_the_platform_sees_who_bids(town: Town) -> None:
    for role in (Role.CLERK, Role.SUPERVISOR, Role.AUDITOR):
        visitor = town.people[role]
        for address in (town.sealed, town.graph_sealed, "/tenders", f"/decisions?party={explored.CHENGYUAN}"):
            if role is Role.AUDITOR and address == town.graph_sealed:
                continue
            answer = visitor.get(address)
            assert answer.status_code == 200, (role, address)
            assert town.sealed_decision not in answer.text, (role, address)
            if address in (town.sealed, town.graph_sealed):
                for kept in (
                    "临江澄远",
                    "临江远禾",
                    "临江密标",
                    visited.FORMULA[:12],
                    "虚构甲",
                    'class="matrix"',
                ):
                    assert kept not in answer.text, (role, address, kept)
                assert "who bids is sealed" in answer.text, (role, address)
    own = town.platform.get(town.sealed)
    assert own.status_code == 200
    assert "临江澄远建设工程有限公司" in own.text
    assert 'class="matrix"' in own.text


def test_what_the_role_does_not_allow(town: Town) -> None:
    auditor, admin = town.people[Role.AUDITOR], town.people[Role.ADMINISTRATOR]
    assert admin.get("/tenders").status_code == 403
    seen = auditor.get(town.opened)
    assert seen.status_code == 200
    assert "bid together elsewhere" not in seen.text
    assert "/state" not in seen.text
    assert (
        auditor.post(f"{town.opened}/state", {"state": "void", "version": "1"}, page="/").status_code == 403
    )
    assert auditor.post("/tenders", {"number": "T-OLD-0"}, page="/").status_code == 403


def test_what_is_not_there(town: Town) -> None:
    clerk = town.people[Role.CLERK]
    for name in ("none", "P9999999999", "P0000000001", explored.HEAD, "%E4%B8%B4", "a" * 300):
        assert clerk.get(f"/tenders/{name}").status_code == 404, name


def test_a_loaded_tender_is_decided_and_watched(town: Town) -> None:
    clerk = town.people[Role.CLERK]
    old = visited.found(clerk.get("/tenders").text, r'href="(/tenders/P[^"]+)"><bdi>临江旧桥')
    page = clerk.get(old).text
    assert "This tender is not watched" in page
    assert "临江远禾贸易有限公司" in page
    made = clerk.post("/tenders", {"number": Seen(page).field("number")}, page=old)
    assert made.status_code == 303, re.findall(r'role="alert">([^<]+)', made.text)
    after = clerk.get(made.headers["location"])
    assert after.status_code == 200
    assert 'class="matrix"' in after.text
    assert "before the opening" in after.text
    wrong = clerk.post("/tenders", {"number": "no such tender"}, page="/tenders")
    assert wrong.status_code == 422
    assert "no such tender" in wrong.text
    assert clerk.post("/tenders", {}, page="/tenders").status_code == 422


def test_a_stale_step_changes_nothing(town: Town) -> None:
    clerk = town.people[Role.CLERK]
    for version, state, status in (
        ("99", "void", 409),
        ("x", "void", 409),
        ("1", "open", 422),
        ("1", "nowhere", 422),
    ):
        answer = clerk.post(f"{town.opened}/state", {"state": state, "version": version}, page=town.opened)
        assert answer.status_code == status, (version, state)
        assert 'role="alert"' in answer.text
    assert "contract signed</li>" in clerk.get(town.opened).text


def test_decisions_are_looked_up_on_their_page(town: Town) -> None:
    clerk = town.people[Role.CLERK]
    sent = clerk.post("/decisions", {"party": explored.CHENGYUAN, "verdict": "BLOCK"}, page="/decisions")
    assert (sent.status_code, sent.headers["location"]) == (
        303, f"/decisions?party={explored.CHENGYUAN}&verdict=BLOCK",
    )  # fmt: skip
    assert town.decision in clerk.get(sent.headers["location"]).text
    refused = clerk.post("/decisions", {"party": explored.HEAD}, page="/decisions")
    assert refused.status_code == 422
    assert explored.HEAD not in refused.text
    for wrong in ("verdict=NO", "since=2026-99-99", "since=2026-01-02&until=2026-01-01"):
        assert clerk.get(f"/decisions?{wrong}").status_code == 422, wrong


def test_the_chain_is_told_in_chinese_words_to_the_second(town: Town) -> None:
    answer = town.people[Role.AUDITOR].get("/audit", headers={"Accept-Language": "zh-CN"})
    events = answer.text.split("<tbody>")[1].split("</tbody>")[0]
    assert not re.search(r"[a-z_]+=", re.sub(r"<[^>]*>", "", events))
    assert re.search(r"状态：\S+ · 版本：1", events)
    assert re.search(r'class="date">\d{4}-\d\d-\d\d \d\d:\d\d:\d\d<', events)


def test_an_address_that_leads_nowhere_keeps_the_navigation(town: Town) -> None:
    clerk = town.people[Role.CLERK]
    for address, status in (("/nowhere", 404), ("/parties/P99", 404), ("/audit", 403)):
        answer = clerk.get(address)
        assert answer.status_code == status
        assert 'href="/tenders"' in answer.text, address
        assert "clerk-1" in answer.text
    stranger = Browser(clerk.client.base_url)
    assert 'href="/tenders"' not in stranger.get("/nowhere").text
    stranger.client.close()


def test_who_reads_sees_how_old_the_lists_are_after_the_decisions(town: Town) -> None:
    for role in (Role.CLERK, Role.ADMINISTRATOR):
        text = town.people[role].get("/").text
        assert 'id="ages-title"' in text
        assert text.find('id="plot-title"') < text.index('id="ages-title"')
        assert ('id="keeping-title"' in text) is (role is Role.ADMINISTRATOR)


def test_a_bid_stands_once_with_its_tender(town: Town) -> None:
    clerk = town.people[Role.CLERK]
    address = visited.found(clerk.get(f"/search?q={explored.LANTIAN}").text, r'href="(/parties/[^"]+)"')
    bids = clerk.get(address).text.split('aria-labelledby="bids"')[1].split("</section>")[0]
    assert bids.count('<tr><th scope="row">') == 4
    assert "Known: 4; the newest stand here: 4." in bids
    for title in ("临江一号桥工程", "临江旧桥工程"):
        assert len(re.findall(rf"Tender:\s+<a [^>]+><bdi>{title}</bdi>", bids)) == 1
    assert "T-OLD-0/1" in bids


def test_the_dossier_tells_the_decisions_about_a_party(town: Town) -> None:
    clerk = town.people[Role.CLERK]
    address = visited.found(clerk.get(f"/search?q={explored.CHENGYUAN}").text, r'href="(/parties/[^"]+)"')
    page = clerk.get(address).text
    assert f'href="/decisions/{town.decision}"' in page
    assert town.sealed_decision not in page
    assert 'class="drawer"' in page
    assert clerk.get(f"{address}?as_of=2025-02-01").status_code == 200
    assert clerk.get(f"{address}?as_of=yesterday").status_code == 422


def test_a_proposal_needs_everything_and_nobody_confirms_ones_own(town: Town) -> None:
    clerk, supervisor = town.people[Role.CLERK], town.people[Role.SUPERVISOR]
    form = f"/decisions/{town.decision}/override?finding=0"
    seen = Seen(clerk.get(form).text)
    finding = seen.field("finding")
    ground = visited.found(clerk.get(form).text, r'name="ground" value="([a-z_]+)"')
    target, whole = form.partition("?")[0], {"finding": finding, "ground": ground, "reason": visited.SCRIPT}
    for missing in (
        {"documents": ""},
        {"documents": "1", "ground": "none"},
        {"documents": "1", "finding": "x"},
    ):
        answer = clerk.post(target, whole | missing, page=form)
        assert answer.status_code == 422, missing
        assert "&lt;script&gt;alert(1)" in answer.text or "finding" in missing, "what was written is not lost"
    sent = clerk.post(target, whole | {"documents": "虚构1号\n虚构2号 " + "b" * 64}, page=form)
    assert sent.status_code == 303, re.findall(r'role="alert"[^>]*>([^<]+)', sent.text)
    address = sent.headers["location"].partition("?")[0]
    again = clerk.post(target, whole | {"documents": "1"}, page=form)
    assert again.status_code == 422
    version = Seen(clerk.get(address).text).field("version")
    answered = {"answer": "confirm", "version": version, "reason": ""}
    assert clerk.post(f"{address}/answer", answered, page=address).status_code == 403
    assert supervisor.post(f"{address}/withdraw", {"version": version}, page=address).status_code == 409
    assert supervisor.post(f"{address}/answer", answered | {"version": "9"}, page=address).status_code == 409
    assert (
        supervisor.post(f"{address}/answer", answered | {"answer": "maybe"}, page=address).status_code == 422
    )
    told = supervisor.post(f"{address}/answer", answered | {"answer": "reject"}, page=address)
    assert told.status_code == 303
    assert "turned down" in clerk.get(address).text
    assert "turned down" in clerk.get("/overrides?state=rejected").text


def test_what_the_ledger_knows_of_a_later_opening_seals_what_was_loaded(town: Town) -> None:
    clerk, platform = town.people[Role.CLERK], town.platform
    told = platform.client.get("/v1/parties/tender:T-OLD-2").json()
    address = f"/tenders/{told['party']['id']}"
    assert "临江远禾贸易有限公司" in clerk.get(address).text
    body = {"request": request(opening_days=2, number="T-OLD-2")}
    made = platform.client.post("/v1/tenders", json=body)
    assert made.status_code == 201, made.text
    for page in (address, f"/tenders/{made.json()['id']}"):
        answer = clerk.get(page)
        assert answer.status_code == 200
        assert "who bids is sealed" in answer.text
        assert "/paths/among" not in answer.text
        for kept in ("临江远禾", "临江澄远", "临江恒泰", 'id="together"'):
            assert kept not in answer.text, (page, kept)
    lots = platform.client.post("/v1/parties/search", json={"query": "T-OLD-2/1"}).json()["parties"]
    around = platform.client.get(f"/v1/parties/{lots[0]['party']['id']}/neighbourhood").json()
    assert {one["type"] for one in around["kinds"]} == {"LOT_OF"}
    refused = clerk.post("/tenders", {"number": "T-OLD-2"}, page="/tenders")
    assert refused.status_code == 403
