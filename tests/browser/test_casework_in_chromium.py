"""Measures, objections, repairs and settings in a real Chromium: whole journeys of several people, and how all look."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import explored
import httpx
import pytest
from chromium import LOOKS, Site, Watched, browser, look_at, until
from playwright.sync_api import Page, expect
from serving import Installation
from visited import CHOSEN, HOSTILE, SCRIPT, TURNED, Browser, Seen, found, hostile, request

from api import bootstrap
from api.passwords import Hasher
from api.principals import Role
from api.settings import read_settings
from api.users import Users
from graph.model import Id, Interval, Listing, Mention, PartyType, Penalty, Source

DIGEST = "ab" * 32
NAV = {
    "clerk": {"/", "/search", "/decisions", "/measures", "/lists"},
    "supervisor": {"/", "/search", "/decisions", "/reviews", "/measures", "/lists"},
    "auditor": {"/", "/decisions", "/measures", "/lists"},
    "administrator": {"/"},
}
"""Entries that each role sees at least."""
HIDDEN = {
    "clerk": {"/reviews", "/cases", "/audit", "/objections"},
    "supervisor": {"/audit"},
    "auditor": {"/search", "/reviews", "/cases", "/objections"},
    "administrator": {"/search", "/decisions", "/reviews", "/cases", "/measures"},
}
"""Addresses that lead each role nowhere, so that no link to them may stand there."""


class Town(NamedTuple):
    """A served installation with people of every role, and a decision that bars a party by a match of tier E2."""

    site: Site
    house: Installation
    people: dict[str, Browser]
    ask: Callable[..., dict[str, object]]
    decision: str


def built(home: Path) -> tuple[Installation, str]:
    """The city with a record that bears an organisation code only, whose match is of tier E2; and a first password."""
    subject = Mention(
        type=PartyType.ORGANIZATION,
        name="临江恒泰投资控股有限公司",
        ids=(Id(scheme="org_code", value=explored.HENGTAI[8:17]),),
    )
    record = Listing(
        list_code="SXBZXR",
        key="by-code",
        subject=subject,
        effect=Interval(start=explored.SINCE),
        source=Source(dataset="SXBZXR", publisher="court"),
    )
    explored.loaded(home, explored.SINCE, companies=5, more=[*hostile(), record, *penalties()])
    settings = read_settings({"LIANCHENG_HOME": str(home)})
    with bootstrap.opened_ledger(settings, create=True) as ledger:
        first, _ = Users(ledger, Hasher()).add(
            "root", tenant=settings.tenant, roles=[Role.ADMINISTRATOR], actor="local", at=bootstrap.now()
        )
    return Installation(home), first


def penalties() -> Iterator[Listing]:
    """What the report on timeliness counts: decisions of two authorities, in time, late and not known."""
    for number, (authority, decided) in enumerate(
        (("虚构市场监督管理局", 1), ("虚构市场监督管理局", 90), ("虚构市场监督管理局", None), (SCRIPT, 60))
    ):
        day = None if decided is None else (explored.SINCE - timedelta(days=decided)).date()
        yield Listing(
            list_code="XZCF",
            key=f"penalty-{number}",
            subject=explored.org(f"临江被罚{number}号有限公司", f"91329901MAGLD200{number}A"),
            effect=Interval(start=explored.SINCE),
            authority=authority,
            decision_no=f"虚罚〔2025〕{number}号",
            penalty=Penalty(kinds=("fine",), decided_on=day),
            source=Source(dataset="XZCF", publisher="city"),
        )


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], None]) -> Iterator[Town]:
    needs("chromium")
    house, first = built(tmp_path_factory.mktemp("casework") / "home")
    key = house.settings["LIANCHENG_API_KEY"] = "k" * 40
    with ExitStack() as stack:
        client = stack.enter_context(house.serving(key=key, LIANCHENG_WORK="off"))

        def ask(*places: int) -> dict[str, object]:
            body = request()
            # the company alone whose only record is one of another with the same organisation code
            body["bidders"] = [body["bidders"][place] for place in places or (1,)]
            answer = client.post("/v1/decisions", json=body)
            assert answer.status_code == 200, answer.text
            decided: dict[str, object] = answer.json()
            return decided

        people = users(client, first)
        for one in people.values():
            stack.callback(one.client.close)
        chromium = stack.enter_context(browser())
        yield Town(
            Site(str(client.base_url).rstrip("/"), chromium),
            house,
            people,
            ask,
            str(ask(0, 2, 3, 4, 5, 6, 7)["decision_id"]),
        )


def users(client: httpx.Client, first: str) -> dict[str, Browser]:
    """The first administrator was made at the server; everybody else is made on the pages."""
    root = Browser(client.base_url)
    root.sign_in("root", first)
    people = {"administrator": root}
    for role in (Role.CLERK, Role.INVESTIGATOR, Role.SUPERVISOR, Role.AUDITOR):
        fields = {"name": role.value, "display": f"虚构<b>{role.value}", f"role_{role.value}": "yes"}
        made = root.post("/settings/users", fields, page="/settings/users")
        assert made.status_code == 201, made.text
        people[role.value] = Browser(client.base_url)
        people[role.value].sign_in(role.value, found(made.text, r'class="secret">([^<]+)<'))
    return people


def signed_in(town: Town, name: str, **looks: object) -> Watched:
    """A window of somebody who has signed in."""
    window = Watched(town.site, **({"locale": "en"} | looks))
    name = "root" if name == "administrator" else name
    page = window.page
    page.goto("/sign-in")
    page.fill("#name", name)
    page.fill("#password", CHOSEN)
    page.locator("main form button").click()
    page.wait_for_url(f"{town.site.base}/")
    return window


def paper(page: Page, name: str = "证明.pdf") -> None:
    page.fill("#document_0", name)
    page.fill("#sha_0", DIGEST)


def chosen(page: Page) -> None:
    """A document chosen beside its row: the browser works its digest out; its field speaks the page's language."""
    name = "证明.pdf"
    assert page.locator(".dressed .face").all_inner_texts() == ["Choose a file\nNo file chosen"] * 4
    file = page.locator(".paper input[type=file]").first
    file.set_input_files({"name": name, "mimeType": "application/pdf", "buffer": name.encode()})
    expect(page.locator("#sha_0")).to_have_value(hashlib.sha256(name.encode()).hexdigest())
    assert page.input_value("#document_0") == name
    assert name in page.locator(".face").first.inner_text()


def test_an_objection_ends_in_a_lifted_block(town: Town) -> None:
    before = town.ask()
    first = before["bidders"][0]  # type: ignore[index]
    assert (first["verdict"], {one["code"] for one in first["reasons"] if one["effect"] == "BLOCK"}) == (
        "BLOCK",
        {"A01"},
    )
    with signed_in(town, "investigator") as window:
        page = window.page
        page.goto(f"/objections/new?decision_id={before['decision_id']}")
        page.select_option("#ground", "identity")
        page.locator("fieldset .choice", has_text="SXBZXR").first.locator("input").check()
        page.fill("#text", f"不是本公司 {SCRIPT}")
        chosen(page)
        page.get_by_role("button", name="Enter it").click()
        page.wait_for_url("**/objections/*done=objection_filed")
        address = page.url.partition("?")[0]
        assert "bars nobody" in page.inner_text("main")
        assert "working day" in page.inner_text("main")
        assert window.quiet()
    with signed_in(town, "supervisor") as window:
        page = window.page
        page.goto("/objections")
        page.locator("tbody a").first.click()
        page.wait_for_url(address)
        page.get_by_role("button", name="Acknowledge").click()
        page.wait_for_url("**done=objection_acknowledge")
        page.fill("#reason", "证照不同，不是同一主体")
        page.get_by_role("button", name="Uphold").click()
        page.wait_for_url("**done=objection_uphold")
        text = page.inner_text("main")
        assert "Found not to be the same party" in text
        assert "(supervisor)" in text
        assert "(investigator)" in text
        assert window.quiet()
    after = town.ask()
    second = after["bidders"][0]  # type: ignore[index]
    assert second["verdict"] != "BLOCK"
    assert "rejected_by_review" in {one["why"] for one in second["trace"]}
    assert after["pins"]["reviews_seq"] > before["pins"]["reviews_seq"]  # type: ignore[index]
    # the mark is pinned: the decision of before still says what it said, and that of after what it says
    for decision, verdict in ((before, "BLOCK"), (after, second["verdict"])):
        kept = town.people["supervisor"].client.get(f"/v1/decisions/{decision['decision_id']}").json()
        assert kept["bidders"][0]["verdict"] == verdict
        again = town.people["supervisor"].post(
            f"/decisions/{decision['decision_id']}/replay", {}, page="/objections"
        )
        assert "Calculated again: identical." in again.text


def test_a_measure_is_reported_on_its_ticket_and_lifted_by_keyboard_alone(town: Town) -> None:
    with signed_in(town, "clerk") as window:
        page = window.page
        page.goto("/measures")
        page.locator("tbody a", has_text="临江澄远").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/measures/*-*")
        address = page.url
        assert "政府采购" in page.inner_text("ul.law")
        page.locator("#implementer").focus()
        page.keyboard.type(f"临江采购人 {TURNED}")
        page.get_by_role("button", name="Report").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**done=measure_report")
        assert "Its ground stands" in page.inner_text("main")
        page.locator("#reason").focus()
        page.keyboard.type("记录已移出名单")
        page.get_by_role("button", name="Lift").focus()
        page.keyboard.press("Space")
        page.wait_for_url("**done=measure_revoke")
        text = page.inner_text("main")
        assert "Record removed from the list" in text
        assert text.count("event ") == 2
        assert "\u202e" not in page.content()
        page.goto("/measures?view=revoked")
        assert page.locator(f"tbody a[href='{address.removeprefix(town.site.base)}']").count() == 1
        assert window.quiet()


def test_a_repair_without_javascript_in_chinese(town: Town) -> None:
    with signed_in(town, "supervisor", java_script_enabled=False, locale="zh-CN") as window:
        page = window.page
        page.goto("/repairs/new")
        page.select_option("#list", "ZFCG")
        page.fill("#record", "hostile-0")
        page.fill("#party", SCRIPT)
        page.fill("#decided_on", "2024-06-18")
        page.check("#duties")
        page.fill("#text", "第一行\n第二行")
        page.get_by_role("button", name="登记").click()
        # without a document it is not taken, and nothing that was typed is lost
        assert "材料" in page.inner_text("#trouble")
        assert page.input_value("#text") == "第一行\n第二行"
        assert page.is_checked("#duties")
        window.said.clear()
        paper(page, SCRIPT[:60])
        page.get_by_role("button", name="登记").click()
        page.wait_for_url("**/repairs/*done=repair_filed")
        assert "可修复日" in page.inner_text("main")
        page.get_by_role("button", name="受理", exact=True).click()
        page.wait_for_url("**done=repair_accept")
        assert "个工作日" in page.inner_text("main")
        page.fill("#reason", "准予修复")
        page.check("#committed")
        page.fill("#authority", SCRIPT)
        page.fill("#document_no", "修〔2026〕1号")
        page.fill("#decided_on", "2026-11-02")
        paper(page)
        page.get_by_role("button", name="准予修复").click()
        page.wait_for_url("**done=repair_repair")
        text = page.inner_text("main")
        assert "已生效" in text
        assert "名单同步" in text or "同步名单" in text
        assert page.locator("main img, main script").count() == 0
        assert window.quiet()


def test_two_people_at_once_lose_nothing(town: Town) -> None:
    asked = town.ask()
    person = town.people["investigator"]
    form = f"/objections/new?decision_id={asked['decision_id']}"
    fields = {
        "decision_id": str(asked["decision_id"]),
        "ground": "procurement_query",
        "reference": "质疑1号",
        "text": "x",
    }
    made = person.post("/objections", fields, page=form)
    assert made.status_code == 303, made.text
    address = made.headers["location"].partition("?")[0]
    with signed_in(town, "supervisor") as one, signed_in(town, "investigator") as other:
        for window in (one, other):
            window.page.goto(address)
        other.page.get_by_role("button", name="Acknowledge").click()
        other.page.wait_for_url("**done=objection_acknowledge")
        one.page.fill("#reason", "驳回的理由写了很久")
        one.page.get_by_role("button", name="Reject").click()
        one.page.locator("#trouble").wait_for()
        assert "Somebody changed it" in one.page.inner_text("#trouble")
        assert one.page.input_value("#reason") == "驳回的理由写了很久"
        one.page.get_by_role("button", name="Reject").click()
        one.page.wait_for_url("**done=objection_reject")


def test_each_role_sees_its_own_entries_and_nothing_else(town: Town) -> None:
    for role, wanted in NAV.items():
        page = Seen(town.people[role].get("/").text)
        here = {link for link in page.links() if link.startswith("/") and "?" not in link}
        assert wanted <= here, (role, wanted - here)
        assert not HIDDEN[role] & here, (role, HIDDEN[role] & here)
        casework = town.people[role].get("/measures")
        assert (casework.status_code == 200) == (role != "administrator"), role
        shown = 'href="/objections"' in casework.text
        assert shown == (role == "supervisor"), role
        for address in ("/settings/users", "/settings/keys"):
            assert (town.people[role].get(address).status_code == 200) == (role == "administrator"), (
                role,
                address,
            )
        assert ('href="/settings/users"' in town.people[role].get("/").text) == (role == "administrator")


def test_a_user_is_made_seen_locked_and_erased_on_the_pages(town: Town) -> None:
    with signed_in(town, "administrator") as window:
        page = window.page
        page.get_by_role("banner").get_by_role("link", name="Settings").click()
        page.fill("#name", "code-seventeen")
        page.fill("#display", TURNED[:40].replace("\u202e", "").replace("\u2066", "").replace("\u2069", ""))
        page.check("#role-clerk")
        page.get_by_role("button", name="Make").click()
        first = page.inner_text(".secret")
        assert len(first) > 12
        page.goto("/settings/users")
        assert first not in page.content()
        visitor = Browser(town.site.base)
        visitor.sign_in("code-seventeen", first)
        page.get_by_role("link", name="code-seventeen").click()
        page.get_by_role("button", name="Lock").click()
        page.wait_for_url("**done=user_disable")
        page.get_by_role("button", name="Erase").click()
        page.get_by_text("Confirm first").first.wait_for()
        window.said.clear()
        page.check("#sure")
        page.get_by_role("button", name="Erase").click()
        page.wait_for_url("**done=user_erase")
        assert "Erased" in page.inner_text("main")
        until(lambda: visitor.get("/").status_code == 303)
        visitor.client.close()
        assert window.quiet()
    assert town.house.run("audit", "verify").strip()


def test_a_key_is_made_by_an_administrator_for_a_program_and_shown_once(town: Town) -> None:
    with signed_in(town, "administrator") as window:
        page = window.page
        page.goto("/settings/keys")
        page.fill("main form.panel #name", SCRIPT[:60])
        page.get_by_label("Make decisions").check()
        assert page.get_by_label("Identity numbers in full").count() == 0
        page.get_by_role("button", name="Make").click()
        key = page.inner_text(".secret")
        assert re.fullmatch(r"lc_[0-9a-z]{8}_[0-9a-z]{52}", key)
        town.house.secrets.add(key)
        asked = httpx.post(
            f"{town.site.base}/v1/decisions",
            json=request(),
            headers={"Authorization": f"Bearer {key}"},
            timeout=60,
        )
        assert asked.status_code == 200
        page.goto("/settings/keys")
        assert key not in page.content()
        prefix = key[3:11]
        page.get_by_role("button", name=f"Revoke {prefix}").click()
        page.wait_for_url("**done=key_revoke")
        assert window.quiet()


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_of_casework_is_accessible_and_fits(town: Town, look: str) -> None:
    supervisor, decision = town.people["supervisor"], town.decision
    ticket = found(supervisor.get("/measures").text, r'href="(/measures/[0-9a-f-]+-[a-p]{16})"')
    pages = {
        "measures": "/measures", "measures-to-lift": "/measures?view=lift", "measure": ticket,
        "catalogue": "/measures/catalogue", "catalogue-one": "/measures/catalogue?list=SXBZXR&role=bidder",
        "objections": "/objections?view=all", "objection-new": f"/objections/new?decision_id={decision}",
        "objection": entered(supervisor, decision), "repairs": "/repairs?view=all", "repair-new": "/repairs/new",
        "timeliness": "/reports/timeliness", "account": "/account", "password": "/account/password",
    }  # fmt: skip
    assert found(supervisor.get("/reports/timeliness").text, r"(虚构市场监督管理局)")
    repairs = re.search(r'href="(/repairs/[0-9a-f-]{36})"', supervisor.get("/repairs?view=all").text)
    if repairs is not None:
        pages["repair"] = repairs[1]
    for name, shown in (("supervisor", pages), ("administrator", SETTINGS)):
        with signed_in(town, name) as window:
            state = window.context.storage_state()
        look_at(town.site, shown, look, storage_state=state)


SETTINGS = {
    "settings-users": "/settings/users", "settings-user": "/settings/users/clerk", "settings-keys": "/settings/keys",
    "front-administrator": "/",
}  # fmt: skip


def entered(person: Browser, decision: str) -> str:
    """An objection with hostile words in every field."""
    form = f"/objections/new?decision_id={decision}"
    record = Seen(person.get(form).text).field("record")
    fields = {"decision_id": decision, "ground": "listing", "record": record, "text": " ".join(HOSTILE)[:900]}
    fields |= {
        "reference": HOSTILE[4][:90],
        "contact_name": SCRIPT[:90],
        "document_0": TURNED,
        "sha_0": DIGEST,
    }
    made = person.post("/objections", fields, page=form)
    assert made.status_code == 303, made.text
    address = made.headers["location"].partition("?")[0]
    shown = person.get(address).text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert not set(shown) & set("\u202e\u2066\u2069\u0007\u001b\u0085")
    return address
