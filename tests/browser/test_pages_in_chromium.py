"""The pages in a real Chromium: accessible in both themes and widths, nothing from elsewhere, and whole journeys.

Screenshots of every page are left in artifacts/screens.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from visited import CHOSEN, CODES, city, found, request

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ROOT / "artifacts" / "screens"
AXE = (ROOT / "tests" / "data" / "axe-core" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: dict[str, dict[str, Any]] = {
    "light-zh-1280": {"color_scheme": "light", "locale": "zh-CN", "viewport": {"width": 1280, "height": 900}},
    "dark-en-1280": {"color_scheme": "dark", "locale": "en", "viewport": {"width": 1280, "height": 900}},
    "dark-zh-390": {"color_scheme": "dark", "locale": "zh-CN", "viewport": {"width": 390, "height": 844}},
    "light-en-390": {"color_scheme": "light", "locale": "en", "viewport": {"width": 390, "height": 844}},
}


class Site(NamedTuple):
    """A served installation while nobody has to sign in, and a browser."""

    base: str
    chromium: Browser
    pages: dict[str, str]
    """A name and an address of each page."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], None]) -> Iterator[Site]:
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
        driver = stack.enter_context(sync_playwright())
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=sandbox)
        stack.callback(chromium.close)
        yield Site(str(client.base_url), chromium, pages)


class Watched:
    """A page whose every request, message and failure is noted."""

    def __init__(self, site: Site, **looks: Any) -> None:
        self.context: BrowserContext = site.chromium.new_context(base_url=site.base, **looks)
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()
        self.elsewhere: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda one: self._asked(site, one.url))
        self.page.on("console", lambda one: self.said.append(f"{one.type}: {one.text}"))
        self.page.on("pageerror", lambda one: self.said.append(str(one)))

    def _asked(self, site: Site, address: str) -> None:
        if not address.startswith(site.base):
            self.elsewhere.append(address)

    def quiet(self, *, missing: bool = False) -> bool:
        """Whether nothing was asked elsewhere and nothing complained of; `missing`: but for the page itself."""
        said = [one for one in self.said if not (missing and "404" in one)]
        assert self.elsewhere == []
        assert said == []
        return True

    def __enter__(self) -> Watched:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the window."""
        self.context.close()


def faults(page: Page) -> list[str]:
    """What axe finds wrong: rule, place and why."""
    # evaluated over the debugging protocol: the page's own policy lets no other script in
    page.evaluate(AXE)
    result = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in result["violations"]
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_fits_and_asks_nothing_elsewhere(site: Site, look: str) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    width = LOOKS[look]["viewport"]["width"]
    wrong: list[str] = []
    with Watched(site, **LOOKS[look]) as window:
        page = window.page
        for name, address in site.pages.items():
            page.goto(address, wait_until="load")
            page.screenshot(path=SCREENS / f"{name}-{look}.png", full_page=True)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{name}: wider than the window")
            wrong += [f"{name}: {one}" for one in faults(page)]
            assert page.get_attribute("html", "lang") == ("zh-CN" if "-zh-" in look else "en")
        assert wrong == []
        assert window.quiet(missing=True)


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
        assert page.evaluate("document.activeElement.id") == "main"
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


def test_without_javascript_one_searches_reads_and_answers(site: Site) -> None:
    with Watched(site, java_script_enabled=False, locale="en") as window:
        page = window.page
        page.goto("/search")
        page.fill("#q", "临江澄远")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name="临江澄远建设工程有限公司").click()
        assert "Judgment defaulters" in page.inner_text("main")
        page.goto(site.pages["match"])
        page.fill("#reason", "another company of the name")
        page.get_by_role("button", name="Not the same: reject").click()
        assert "Rejected" in page.inner_text("[role=status] >> nth=0")
        page.goto(site.pages["decision"])
        page.get_by_role("button", name="Calculate again").click()
        assert "identical" in page.inner_text("#replayed")
        assert window.quiet()


def test_on_paper_stands_what_matters(site: Site) -> None:
    with Watched(site, locale="zh-CN", color_scheme="dark") as window:
        page = window.page
        page.goto(site.pages["decision"])
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
        assert page.get_attribute("html", "lang") == "zh-CN"
        assert window.quiet()
