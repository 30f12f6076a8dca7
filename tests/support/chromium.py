"""A real Chromium for tests of the pages: what is watched while one looks, what axe finds, and the looks of each page.

Screenshots of every page are left in artifacts/screens, but for CI's shorter run (`LIANCHENG_SOAK` below 10).
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ROOT / "artifacts" / "screens"
AXE = (ROOT / "tests" / "data" / "axe-core" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_ALL: dict[str, dict[str, Any]] = {
    "light-zh-1280": {"color_scheme": "light", "locale": "zh-CN", "viewport": {"width": 1280, "height": 900}},
    "dark-en-390": {"color_scheme": "dark", "locale": "en", "viewport": {"width": 390, "height": 844}},
    "dark-en-1280": {"color_scheme": "dark", "locale": "en", "viewport": {"width": 1280, "height": 900}},
    "light-zh-390": {"color_scheme": "light", "locale": "zh-CN", "viewport": {"width": 390, "height": 844}},
}
SOAK = int(os.environ.get("LIANCHENG_SOAK", "10"))
LOOKS = dict(list(_ALL.items())[: 4 if SOAK >= 20 else 2])
"""How pages are looked at: both themes, languages and widths; every pair of language and width from
`LIANCHENG_SOAK` of 20 on (`make soak`)."""


PATIENCE = 90_000
"""Milliseconds in which a page does what is waited for: other tests work beside this one, on slower machines too."""


class Site(NamedTuple):
    """A served installation, and a browser."""

    base: str
    chromium: Browser


@contextmanager
def browser() -> Iterator[Browser]:
    """The distribution's Chromium, started."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=sandbox, timeout=PATIENCE * 2
        )
        try:
            yield chromium
        finally:
            chromium.close()


class Watched:
    """A page whose every request, message and failure is noted."""

    def __init__(self, site: Site, **looks: Any) -> None:
        self.context: BrowserContext = site.chromium.new_context(base_url=site.base, **looks)
        self.context.set_default_timeout(PATIENCE)
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
        assert self.elsewhere == [], self.elsewhere
        assert said == [], said
        return True

    def __enter__(self) -> Watched:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the window."""
        self.context.close()


def until(what: Callable[[], Any], seconds: float = 120) -> Any:
    """What is asked for, as soon as it is there; the page's policy lets no function of a test wait inside it."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


def faults(page: Page) -> list[str]:
    """What axe finds wrong: rule, place and why."""
    # evaluated over the debugging protocol: the page's own policy lets no other script in
    page.evaluate(AXE)
    asked = "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})"
    result = page.evaluate(asked, RULES)
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in result["violations"]
        for node in one["nodes"]
    ]


def keep(page: Page, path: Path, **how: Any) -> None:
    """Leave a picture of a page for people to look at; CI has nobody who does."""
    if SOAK >= 10:
        page.screenshot(path=path, **how)


def look_at(site: Site, pages: Mapping[str, str], look: str, **more: Any) -> None:
    """Look at pages (name to address) in one of `LOOKS`, keep a screenshot of each, and let axe judge it.

    `more` goes to the browser's context, for example `storage_state` of somebody who has signed in.
    """
    SCREENS.mkdir(parents=True, exist_ok=True)
    width = LOOKS[look]["viewport"]["width"]
    wrong: list[str] = []
    with Watched(site, **LOOKS[look], **more) as window:
        page = window.page
        for name, address in pages.items():
            page.goto(address, wait_until="load")
            keep(page, SCREENS / f"{name}-{look}.png", full_page=True)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                wrong.append(f"{name}: wider than the window")
            wrong += [f"{name}: {one}" for one in faults(page)]
            assert page.get_attribute("html", "lang") == ("zh-CN" if "-zh-" in look else "en")
        assert wrong == [], wrong
        assert window.quiet(missing=True)
