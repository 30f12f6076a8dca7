"""The pages in a real Chromium: accessible in both themes and widths, nothing from elsewhere, and whole journeys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest
from chromium import LOOKS, Site, Watched, browser, look_at
from visited import CHOSEN, CODES, city, found, request


class Visited(NamedTuple):
    """A served installation while nobody has to sign in, and its pages."""

    site: Site
    pages: dict[str, str]
    """A name and an address of each page."""


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], None]) -> Iterator[Visited]:
    needs("chromium")
    house = city(tmp_path_factory.mktemp("browser") / "home")
    with ExitStack() as stack:
        client = stack.enter_context(house.serving(LIANCHENG_WORK="off"))
        decision = client.post("/v1/decisions", json=request()).json()["decision_id"]
        listed = found(client.get("/search?q=临江澄远").text, r'href="(/parties/[^"]+)"')
        hostile = found(client.get(f"/search?q={CODES[0]}").text, r'href="(/parties/[^"]+)"')
        pages = {
            "front": "/", "search": "/search", "results": "/search?q=临江众多", "nothing": "/search?q=没有这家公司",
            "dossier": listed, "hostile": hostile, "decisions": "/decisions", "decision": f"/decisions/{decision}",
            "reviews": "/reviews", "match": found(client.get("/reviews").text, r'href="(/reviews/[^"]+/[^"]+)"'),
            "lists": "/lists", "sign-in": "/sign-in", "set-up": "/set-up", "problem": "/no-such-page",
        }  # fmt: skip
        chromium = stack.enter_context(browser())
        yield Visited(Site(str(client.base_url), chromium), pages)


@pytest.fixture(scope="module")
def site(visited: Visited) -> Site:
    return visited.site


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_fits_and_asks_nothing_elsewhere(visited: Visited, look: str) -> None:
    look_at(visited.site, visited.pages, look)


def test_typing_finds_without_leaving_the_page(site: Site) -> None:
    with Watched(site, locale="zh-CN") as window:
        page = window.page
        page.goto("/search")
        page.locator("#q").press_sequentially("虚构甲", delay=20)
        page.locator("#results tbody tr").first.wait_for()
        assert "虚构甲" in page.inner_text("#results")
        assert page.url == f"{site.base}/search"
        page.fill("#q", "临江澄远")
        page.get_by_role("link", name="临江澄远建设工程有限公司").wait_for()
        assert window.quiet()


def test_everything_is_reached_by_keyboard(site: Site) -> None:
    with Watched(site, locale="en") as window:
        page = window.page
        page.goto("/lists")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.locator("#main:focus").wait_for()
        page.goto("/")
        page.keyboard.press("/")
        page.keyboard.type("临江澄远")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=*")
        page.get_by_role("link", name="临江澄远建设工程有限公司").wait_for()
        for _ in range(20):
            page.keyboard.press("Tab")
            if "/parties/" in (page.evaluate("document.activeElement.getAttribute('href')") or ""):
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/parties/**")
        assert "临江澄远" in page.inner_text("h1")
        assert window.quiet()


def test_without_javascript_one_searches_reads_and_answers(site: Site, visited: Visited) -> None:
    with Watched(site, java_script_enabled=False, locale="en") as window:
        page = window.page
        page.goto("/search")
        page.fill("#q", "临江澄远")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="临江澄远建设工程有限公司").click()
        assert "Judgment defaulters" in page.inner_text("main")
        page.goto(visited.pages["match"])
        page.fill("#reason", "another company of the name")
        page.get_by_role("button", name="Not the same: reject").click()
        assert "Rejected" in page.inner_text("[role=status] >> nth=0")
        page.goto(visited.pages["decision"])
        page.get_by_role("button", name="Calculate again").click()
        assert "identical" in page.inner_text("#replayed")
        assert window.quiet()


def test_on_paper_stands_what_matters(site: Site, visited: Visited) -> None:
    with Watched(site, locale="zh-CN", color_scheme="dark") as window:
        page = window.page
        page.goto(visited.pages["decision"])
        page.emulate_media(media="print")
        assert not page.locator(".top nav").is_visible()
        assert not page.get_by_role("button").first.is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.locator("footer").is_visible()


def test_the_first_administrator_is_made_and_signs_in(site: Site) -> None:
    with Watched(site, locale="en") as window:
        page = window.page
        page.goto("/")
        page.get_by_role("link", name="Make the first administrator").click()
        page.fill("#name", "root")
        page.get_by_role("button", name="Make").click()
        first = page.inner_text(".secret")
        page.get_by_role("link", name="Sign in").click()
        for password in (first, CHOSEN):
            page.fill("#name", "root")
            page.fill("#password", password)
            page.get_by_role("button", name="Sign in").click()
            if password == first:
                page.fill("#current", first)
                page.fill("#new", CHOSEN)
                page.fill("#again", CHOSEN)
                page.get_by_role("button", name="Change").click()
                page.get_by_text("Password changed").wait_for()
                page.get_by_role("button", name="Sign out").click()
                page.get_by_text("You have signed out").wait_for()
        assert page.locator(".visitor").inner_text() == "root"
        page.get_by_role("button", name="中文").click()
        page.locator("html[lang=zh-CN]").wait_for()
        assert window.quiet()
