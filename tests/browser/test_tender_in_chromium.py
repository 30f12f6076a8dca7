"""Tenders, decisions looked up and overridden, and the public look-up of agencies in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest
import visited
from chromium import LOOKS, Site, Watched, browser, look_at
from explored import CHENGYUAN
from tendered import city, request


class Tendered(NamedTuple):
    """A served installation while nobody has to sign in, and its pages."""

    site: Site
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
        pages = {
            "tenders": "/tenders", "tender": f"/tenders/{made['id']}", "tender-loaded": loaded,
            "decisions-of-party": f"/decisions?party={CHENGYUAN}", "decisions-none": "/decisions?verdict=FLAG&until=2001-01-01",
        }  # fmt: skip
        chromium = stack.enter_context(browser())
        yield Tendered(Site(str(client.base_url), chromium), pages)


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_fits_and_asks_nothing_elsewhere(tendered: Tendered, look: str) -> None:
    look_at(tendered.site, tendered.pages, look)
