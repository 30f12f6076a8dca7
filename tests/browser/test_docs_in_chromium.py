"""The OpenAPI page in a real Chromium: it opens offline under its own policy and shows every route."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from chromium import Site, Watched, browser
from playwright.sync_api import expect
from visited import city


def test_the_openapi_page_opens_without_any_network(tmp_path: Path, needs: Callable[[str], None]) -> None:
    needs("chromium")
    with city(tmp_path / "home").serving(LIANCHENG_WORK="off") as client, browser() as chromium:
        site = Site(str(client.base_url), chromium)
        paths = client.get("/openapi.json").json()["paths"]
        with Watched(site, locale="en") as window:
            page = window.page
            page.goto("/docs")
            every = sum(len(set(one) & {"get", "post", "put", "patch", "delete"}) for one in paths.values())
            expect(page.locator(".opblock")).to_have_count(every)
            page.locator("#operations-decisions-decide, .opblock-post").first.click()
            page.locator(".opblock-body").first.wait_for()
            assert window.quiet()
