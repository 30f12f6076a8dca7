"""The pages over the demo city, as `make run` shows them; their pictures are those of the guide.

Pictures are left in artifacts/guide; `python scripts/guide_pictures.py` makes those of docs/how-to/pictures of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import httpx
import pytest
from chromium import ROOT, Site, Watched, browser, keep
from serving import Installation
from visited import found

PICTURES = ROOT / "artifacts" / "guide"
OWNED, OWNER = "临江市浩川启建设工程有限公司", "临江市浩川基建设工程有限公司"
TENDER = "LJ2026GC004"


class City(NamedTuple):
    """The demo city, served, and the address of every page of the guide by the name of its picture."""

    site: Site
    places: dict[str, str]


def party(client: httpx.Client, name: str) -> str:
    """The party of a name."""
    answer = client.get("/v1/parties/search", params={"name": name})
    assert answer.status_code == 200, answer.text
    identity: str = answer.json()["parties"][0]["party"]["id"]
    return identity


def sent(client: httpx.Client, path: str, body: dict[str, Any]) -> str:
    """Make something over HTTP; returns its identity."""
    made = client.post(path, json=body)
    assert made.status_code in (201, 202), made.text
    return made.headers["location"].rpartition("/")[2]


def works(client: httpx.Client) -> dict[str, Any]:
    """The decision of the demo's open tender."""
    for one in client.get("/v1/decisions").json()["decisions"]:
        if one["bidders"] == 9:
            found_: dict[str, Any] = client.get(f"/v1/decisions/{one['decision_id']}").json()
            return found_
    raise AssertionError("the demo has not decided its tender")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], None]) -> Iterator[City]:
    needs("chromium")
    house = Installation(tmp_path_factory.mktemp("guide") / "home")
    house.run("demo", "--run", "--no-serve")
    with ExitStack() as stack:
        client = stack.enter_context(house.serving(LIANCHENG_WORK="off"))
        decision = works(client)["decision_id"]
        owned, owner = party(client, OWNED), party(client, OWNER)
        sent(client, "/v1/cases", {"title": "望湖大桥投标人关联核查"})
        sent(
            client,
            "/v1/monitors",
            {
                "reference": "合格供应商库",
                "tender": {"regime": "procurement_tender"},
                "parties": [{"client_id": "1", "name": OWNED, "identifiers": [{"id": "91329900LJ0000547C"}]}],
            },
        )
        reviews = client.get("/reviews").text
        places = {
            "front": "/", "search": "/search?q=浩川", "dossier": f"/parties/{owned}",
            "graph": f"/graph?party={owned}", "ownership": f"/parties/{owned}/ownership",
            "paths": f"/paths?from={owned}&to={owner}", "batches": "/batches", "tenders": "/tenders",
            "decisions": "/decisions", "decision": f"/decisions/{decision}", "reviews": "/reviews",
            "match": found(reviews, r'href="(/reviews/[^"]+/[^"]+)"'), "cases": "/cases", "alerts": "/alerts",
            "monitors": "/monitors", "measures": "/measures", "catalogue": "/measures/catalogue",
            "objections": "/objections", "repairs": "/repairs", "lists": "/lists", "audit": "/audit",
            "users": "/settings/users", "keys": "/settings/keys", "account": "/account", "set-up": "/set-up",
        }  # fmt: skip
        places["tender"] = found(client.get("/tenders").text, r'href="(/tenders/[^"?]+)"')
        chromium = stack.enter_context(browser())
        yield City(Site(str(client.base_url), chromium), places)


@pytest.mark.parametrize(("lang", "scheme"), [("zh-CN", "light"), ("en", "dark")])
def test_every_page_of_the_guide_opens_over_the_demo_city(shown: City, lang: str, scheme: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    looks: dict[str, Any] = {
        "locale": lang,
        "color_scheme": scheme,
        "viewport": {"width": 1280, "height": 860},
    }
    with Watched(shown.site, **looks) as window:
        for name, address in shown.places.items():
            answer = window.page.goto(address, wait_until="load")
            assert answer is not None
            assert answer.status == 200, address
            if name == "graph":
                window.page.locator("#graph-canvas[aria-busy=false]").wait_for()
                window.page.locator("#graph-drawer dl").first.wait_for()
            keep(window.page, PICTURES / f"{name}.{lang}.png")
        assert window.quiet()


def test_the_guide_tells_of_every_page_in_both_languages(shown: City) -> None:
    for tail in ("", ".zh-CN"):
        page = ROOT / "docs" / "how-to" / f"use-the-page{tail}.md"
        pictures = set(re.findall(r"\(pictures/([a-z-]+)\.(?:en|zh-CN)\.png\)", page.read_text("utf-8")))
        assert pictures == set(shown.places)
        for one in pictures:
            assert (page.parent / "pictures" / f"{one}.{'zh-CN' if tail else 'en'}.png").is_file()
