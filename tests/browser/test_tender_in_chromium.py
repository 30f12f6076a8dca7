"""Tenders, decisions looked up and overridden, and the public look-up of agencies in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

import httpx
import pytest
import visited
from chromium import LOOKS, Site, Watched, browser, look_at
from explored import CHENGYUAN
from playwright.sync_api import Page
from serving import Installation, bearer
from tendered import city, request
from visited import CHOSEN

from api.principals import Role

NAME_ONLY = "临江蓝天材料有限公司"
ROLES = (Role.CLERK, Role.SUPERVISOR)


class Tendered(NamedTuple):
    """A served installation while nobody has to sign in, and its pages."""

    site: Site
    house: Installation
    client: httpx.Client
    decision: str
    tender: str
    pages: dict[str, str]
    """A name and an address of each page."""


@pytest.fixture(scope="module")
def tendered(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], None]) -> Iterator[Tendered]:
    needs("chromium")
    house = city(tmp_path_factory.mktemp("tender") / "home", LIANCHENG_PUBLIC_AGENCIES="on")
    with ExitStack() as stack:
        client = stack.enter_context(house.serving(LIANCHENG_WORK="off"))
        decision = client.post("/v1/decisions", json=request()).json()["decision_id"]
        made = client.post("/v1/tenders", json={"decision_id": decision, "reference": visited.SCRIPT}).json()
        loaded = visited.found(client.get("/tenders").text, r'href="(/tenders/P[^"]+)"><bdi>临江旧桥')
        dossier = visited.found(client.get(f"/search?q={CHENGYUAN}").text, r'href="(/parties/[^"]+)"')
        pages = {
            "tenders": "/tenders", "tender": f"/tenders/{made['id']}", "tender-loaded": loaded,
            "decisions-of-party": f"/decisions?party={CHENGYUAN}",
            "decisions-none": "/decisions?verdict=FLAG&until=2001-01-01", "decision-tender": f"/decisions/{decision}",
            "dossier-decided": f"{dossier}?as_of=2025-06-01", "overrides": "/overrides", "agencies": "/public/agencies",
            "override-form": f"/decisions/{decision}/override?finding=0",
            "certificate": f"/decisions/{decision}/certificate",
            "tender-sealed": visited.found(client.get("/tenders").text, r'href="(/tenders/P[^"]+)"><bdi>临江二号桥'),
        }  # fmt: skip
        chromium = stack.enter_context(browser())
        yield Tendered(Site(str(client.base_url), chromium), house, client, decision, made["id"], pages)


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_fits_and_asks_nothing_elsewhere(tendered: Tendered, look: str) -> None:
    look_at(tendered.site, tendered.pages, look)


def test_the_picture_and_its_matrix_say_the_same(tendered: Tendered) -> None:
    with Watched(tendered.site, locale="en") as window:
        page = window.page
        page.goto(tendered.pages["tender"])
        drawn = " ".join(page.locator("svg.ties .tie title").all_text_contents())
        cells = page.locator("table.matrix td.tied a").all_inner_texts()
        assert cells[0] == cells[1]
        assert set(cells[0].split()) == {
            word for word in drawn.split() if word[0] in "ABCR" and word[1:].isdigit()
        }
        page.locator("table.matrix td.tied a").first.click()
        page.wait_for_url("**#pair-1-2")
        assert page.locator("svg.ties .bid").count() == 7
        assert "who bids" not in page.inner_text("main"), (
            "what is sealed till the opening is said before it only"
        )
        assert window.quiet()


def test_what_is_folded_on_the_screen_stands_on_paper(tendered: Tendered) -> None:
    folded = """[...document.querySelectorAll("main details")].filter(
        one => ![...one.children].slice(1).every(child => child.checkVisibility())).length"""
    with Watched(tendered.site, locale="zh-CN") as window:
        page = window.page
        page.goto(tendered.pages["dossier-decided"])
        assert page.evaluate(folded) > 0
        page.emulate_media(media="print")
        assert page.evaluate(folded) == 0
        assert window.quiet()


def test_decisions_are_narrowed_by_keyboard_and_without_javascript(tendered: Tendered) -> None:
    with Watched(tendered.site, locale="en", java_script_enabled=False) as window:
        page = window.page
        page.goto("/decisions")
        page.locator("#party").focus()
        page.keyboard.type(CHENGYUAN)
        page.keyboard.press("Tab")
        page.keyboard.type("BLOCK")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Look up").click()
        page.wait_for_url("**/decisions?party=*")
        assert "临江澄远建设工程有限公司" in page.inner_text("tbody")
        assert page.locator("#verdict").input_value() in ("BLOCK", "")
        page.fill("#since", "2001-01-01")
        page.fill("#until", "2001-01-02")
        page.get_by_role("button", name="Look up").click()
        page.get_by_text("No decision is like that").wait_for()
        assert window.quiet()


@contextmanager
def signed_in(site: Site, name: str, **looks: Any) -> Iterator[Page]:
    """A window of somebody who has signed in."""
    with Watched(site, locale="en", **looks) as window:
        window.page.goto("/sign-in")
        window.page.fill("#name", name)
        window.page.fill("#password", CHOSEN)
        window.page.get_by_role("button", name="Sign in").click()
        window.page.get_by_text("Sign out").wait_for()
        yield window.page
        # a refused step is a page with its status, of which the browser tells its console
        window.said = [one for one in window.said if "409" not in one]
        assert window.quiet()


@pytest.fixture(scope="module")
def platform(tendered: Tendered) -> dict[str, str]:
    """People who can sign in, and the header of the platform; from here on nobody is let in unnamed."""
    base = tendered.client.base_url
    operator = visited.Browser(base)
    made = operator.post("/set-up", {"name": "root"}, page="/set-up")
    admin = visited.Browser(base)
    admin.sign_in("root", visited.found(made.text, r'class="secret">([^<]+)<'))
    for role in ROLES:
        one = visited.Browser(base)
        one.sign_in(f"{role.value}-1", admin.new_user(f"{role.value}-1", role.value))
        one.client.close()
    operator.client.close()
    admin.client.close()
    return bearer(tendered.house.key())


def test_a_supervisor_confirms_a_match_and_the_decision_follows(
    tendered: Tendered, platform: dict[str, str]
) -> None:
    asked = {"tender": {"regime": "procurement_tender"}, "bidders": [{"client_id": "1", "name": NAME_ONLY}]}
    before = tendered.client.post("/v1/decisions", json=asked, headers=platform).json()
    assert before["verdict"] != "BLOCK"
    with signed_in(tendered.site, "supervisor-1") as page:
        page.goto("/reviews")
        page.get_by_role("link", name=NAME_ONLY).first.click()
        page.fill("#reason", "the same code stands on the court's document")
        page.get_by_role("button", name="confirm").click()
        assert "Confirmed; decisions follow it." in page.inner_text("main")
        after = tendered.client.post("/v1/decisions", json=asked, headers=platform).json()
        assert after["verdict"] == "BLOCK"
        page.goto("/decisions?verdict=BLOCK")
        page.locator("tbody").get_by_role("link", name=NAME_ONLY).first.click()
        page.wait_for_url(f"**/decisions/{after['decision_id']}")
        assert "BLOCK" in page.inner_text(".head .verdict")
        assert "supervisor-1" in page.inner_text("main")


def test_two_people_override_a_decision(tendered: Tendered, platform: dict[str, str]) -> None:
    with signed_in(tendered.site, "clerk-1", java_script_enabled=False) as page:
        page.goto(f"/decisions/{tendered.decision}")
        page.get_by_role("link", name="Propose to override").click()
        page.locator("#findings + ul a").first.click()
        page.locator("input[name=ground]").first.check()
        page.fill("#reason", visited.SCRIPT)
        page.fill("#documents", "虚构（2026）1号 " + "a" * 64)
        page.get_by_role("button", name="Propose").click()
        page.get_by_text("takes effect when another person confirms it").wait_for()
        proposal = page.url.partition("?")[0].removeprefix(tendered.site.base)
        assert page.get_by_role("button", name="Confirm").count() == 0
    with signed_in(tendered.site, "supervisor-1") as page:
        for look in LOOKS:
            look_at(tendered.site, {"override": proposal}, look, storage_state=page.context.storage_state())
        page.goto(proposal)
        page.get_by_role("button", name="Confirm the override").click()
        page.wait_for_url("**/decisions/*done=overridden")
        assert tendered.decision not in page.url
        assert page.locator("h4 .tag.warn").count() > 0
        page.get_by_role("link", name="the decision that it overrides").click()
        assert "This decision was replaced" in page.inner_text(".head")


def test_a_tender_moves_on_and_a_stale_step_is_refused(tendered: Tendered, platform: dict[str, str]) -> None:
    with signed_in(tendered.site, "clerk-1") as first, signed_in(tendered.site, "supervisor-1") as second:
        for page in (first, second):
            page.goto(f"/tenders/{tendered.tender}")
        first.get_by_role("button", name="contract signed").click()
        first.get_by_text("The tender has moved on.").wait_for()
        assert first.inner_text(".steps [aria-current]").startswith("contract signed")
        assert first.locator("form[action$='/state']").count() == 0
        second.get_by_role("button", name="void").click()
        second.get_by_role("alert").wait_for()
        assert second.inner_text(".steps [aria-current]").startswith("contract signed")
