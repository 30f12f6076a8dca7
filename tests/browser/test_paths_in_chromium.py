"""Connections, ownership and control in a real Chromium: choosing, reading, and who stands behind two bidders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import explored
import pytest
from chromium import LOOKS, Site, Watched, browser, faults, look_at
from explored import YUANHE, B, C, D, Q, org
from playwright.sync_api import Page
from serving import Installation
from visited import CODES, LONG, hostile

from graph.export import read
from graph.relations import Relation
from graph.relations import RelationType as Kind

HIDDEN = org("临江隐石投资有限公司", "91329901MAGLD2001A")
BETWEEN = org("临江中间控股有限公司", "91329901MAGLD2002A")
HALF = org("临江对半材料有限公司", "91329901MAGLD2003A")
RANGED = org("临江区间贸易有限公司", "91329901MAGLD2004A")


def owners() -> Iterator[Relation]:
    """Who stands behind two bidders: one company holds the first directly and the second through another company."""
    for src, dst, share in ((HIDDEN, B, "51"), (HIDDEN, BETWEEN, "60"), (BETWEEN, D, "55"), (Q, HIDDEN, "70"),
                            (HIDDEN, HALF, "50")):  # fmt: skip
        yield explored._relation(Kind.HOLDS, src, dst, share=share)
    yield explored._relation(Kind.HOLDS, HIDDEN, RANGED, share_min=Decimal(20), share_max=Decimal(30))


class Visited(NamedTuple):
    """A served installation and the keys of its parties."""

    site: Site
    keys: dict[str, str]

    def path(self, first: str, second: str) -> str:
        return f"/paths?from={self.keys[first]}&to={self.keys[second]}"

    def ownership(self, name: str) -> str:
        return f"/parties/{self.keys[name]}/ownership"


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], None]) -> Iterator[Visited]:
    needs("chromium")
    home: Path = tmp_path_factory.mktemp("paths") / "home"
    explored.loaded(home, explored.SINCE, companies=45, more=[*hostile(), *owners()])
    with ExitStack() as stack:
        client = stack.enter_context(Installation(home).serving(LIANCHENG_WORK="off"))

        def key(asked: str) -> str:
            answer = client.post("/v1/parties/search", json={"query": asked}).json()
            return str(answer["parties"][0]["party"]["id"])

        keys = {
            name: key(asked)
            for name, asked in {
                "a": "临江澄远建设工程有限公司", "b": "临江远禾贸易有限公司", "c": C.name, "d": "临江蓝天材料有限公司",
                "hidden": HIDDEN.name, "half": HALF.name, "ranged": RANGED.name, "q": "虚构乙", "p": "虚构甲",
                "script": CODES[0], "long": CODES[1], "turned": CODES[2], "formula": CODES[4],
                "tender": "tender:T-OPEN", "buyer": "临江市虚构建设局", "many": "临江众多00001号有限公司",
            }.items()
        }  # fmt: skip
        chromium = stack.enter_context(browser())
        yield Visited(Site(str(client.base_url), chromium), keys)


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_fits_and_asks_nothing_elsewhere(visited: Visited, look: str) -> None:
    keys = visited.keys
    everyone = ",".join(
        keys[one] for one in ("a", "b", "d", "hidden", "q", "script", "long", "turned", "many")
    )
    pages = {
        "paths-form": "/paths", "paths": visited.path("b", "d"), "paths-hostile": visited.path("script", "long"),
        "paths-none": visited.path("b", "d") + "&types=MANAGES", "paths-same": visited.path("b", "b"),
        "among-form": "/paths/among", "among-tender": f"/paths/among?tender={keys['tender']}",
        "among-many": f"/paths/among?ids={everyone}", "ownership": visited.ownership("d"),
        "ownership-hostile": visited.ownership("a"), "ownership-half": visited.ownership("half"),
        "ownership-person": visited.ownership("q"), "ownership-none": visited.ownership("tender"),
        "search-pages": "/search?q=临江众多",
    }  # fmt: skip
    look_at(visited.site, pages, look)


def test_an_investigator_goes_from_a_bidder_to_a_hidden_common_controller(
    visited: Visited, tmp_path: Path
) -> None:
    with Watched(visited.site, locale="en") as window:
        page = window.page
        page.goto("/search")
        page.fill("#q", B.name)
        page.get_by_role("link", name=B.name).first.click()
        page.get_by_role("link", name="Control and ownership").click()
        page.wait_for_url("**/ownership")
        row = page.locator("section[aria-labelledby=control-up] tbody tr", has_text=HIDDEN.name).first
        assert "Controls" in row.inner_text()
        assert "51%" in row.inner_text()
        page.locator("section[aria-labelledby=control-up]").get_by_role(
            "link", name=HIDDEN.name, exact=True
        ).click()
        page.get_by_role("link", name="Control and ownership").click()
        page.wait_for_url(f"**{visited.ownership('hidden')}")
        below = page.locator("section[aria-labelledby=control-down]").inner_text()
        assert B.name in below
        assert D.name in below
        # the way between the two bidders
        page.goto(f"/paths/among?tender={visited.keys['tender']}")
        assert "bidding in the same tender connects nobody" in page.inner_text("main")
        assert "T-OPEN" not in page.inner_text("main")
        page.get_by_text("Types of relations").click()
        page.get_by_label("holds").first.check()
        page.get_by_role("button", name="Apply").click()
        page.wait_for_url("**types=HOLDS*")
        assert page.inner_text("h1") == "All bidders of 临江一号桥工程"
        assert HIDDEN.name in page.get_by_role("table", name="Parties in the middle").inner_text()
        page.get_by_role("link", name="and 临江").first.click()
        page.wait_for_url("**/paths?from=*")
        assert "types=HOLDS" in page.url
        told = page.inner_text("article >> nth=0")
        assert f"{B.name} ←holds shares of 51%— {HIDDEN.name}" in told or f"51%— {HIDDEN.name}" in told
        assert [row.inner_text() for row in page.locator("article >> nth=0").locator("tbody tr").all()] != []
        assert "虚构.csv" in told
        assert page.locator("svg.layers rect.box").count() >= 4
        graph = page.get_by_role("link", name="Show in the picture of relations", exact=True)
        ids = parse_qs(urlsplit(graph.get_attribute("href") or "").query)["ids"][0].split(",")
        assert visited.keys["hidden"] in ids
        graph.click()
        page.wait_for_url("**/graph?**")
        # the picture, and its data, for the report
        page.locator("#graph-canvas[aria-busy=false]").wait_for()
        assert HIDDEN.name in page.inner_text("#twin-nodes")
        assert kept(page, "PNG", tmp_path).read_bytes().startswith(b"\x89PNG")
        made = read(kept(page, "GraphML", tmp_path))
        names = {node.key: node.name for node in made.nodes()}
        assert names[visited.keys["hidden"]] == HIDDEN.name
        assert {names[edge.src] for edge in made.edges() if names[edge.dst] == B.name} >= {HIDDEN.name}
        assert window.elsewhere == []


def kept(page: Page, button: str, folder: Path) -> Path:
    """What a button of the graph page downloads."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def test_typing_offers_candidates_and_no_name_of_a_person_stands_in_an_address(visited: Visited) -> None:
    with Watched(visited.site, locale="zh-CN") as window:
        page = window.page
        asked: list[str] = []
        page.on("request", lambda one: asked.append(unquote(one.url)))
        page.goto("/paths")
        page.locator("#from").press_sequentially("虚构", delay=10)
        page.locator("#from").fill("虚构乙")
        page.locator("#from-found button", has_text="虚构乙").click()
        page.locator("#from-hint a").wait_for()
        page.locator("#to").press_sequentially("临江蓝天", delay=10)
        page.locator("#to-found button", has_text=D.name).first.click()
        page.wait_for_url("**/paths?from=*")
        assert page.input_value("#from") == "虚构乙"
        assert "虚构乙 —持股 70%→ 临江隐石投资有限公司" in page.inner_text("main")
        assert not any("虚构" in address for address in asked)
        # what is typed over is looked up anew
        page.fill("#to", C.name)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**to={visited.keys['c']}*")
        assert window.quiet()


def test_without_javascript_names_become_candidates_and_lists_are_checked(visited: Visited) -> None:
    with Watched(visited.site, java_script_enabled=False, locale="en") as window:
        page = window.page
        page.goto("/paths")
        page.fill("#from", "临江众多0000")
        page.fill("#to", "临江澄远建设工程有限公司")
        page.keyboard.press("Enter")
        page.get_by_text("8 of 10 shown").wait_for()
        page.get_by_role("button", name="临江众多00003号有限公司").click()
        page.wait_for_url("**/paths?from=*")
        assert "2 steps apart" in page.inner_text("#answer")
        page.goto("/paths/among")
        page.fill("#list", f"{YUANHE}\n{C.name}\n没有这家公司\n临江众多0000")
        page.get_by_role("button", name="Compare").click()
        assert "没有这家公司" in page.inner_text("main")
        assert page.locator("select[name^=line-]").count() == 1
        page.select_option("select[name^=line-]", index=1)
        page.get_by_role("button", name="Compare").click()
        page.wait_for_url("**/paths/among?ids=*")
        assert "Pairs among 3 parties that are connected within" in page.inner_text("#answer")
        assert page.locator("table.matrix tbody tr").count() == 3
        page.goto("/paths/among")
        page.fill("#tender", "临江一号桥")
        page.get_by_role("button", name="Compare").click()
        page.wait_for_url("**/paths/among?tender=*")
        assert window.quiet()


def test_filters_say_what_is_followed(visited: Visited) -> None:
    with Watched(visited.site, locale="en") as window:
        page = window.page
        page.goto(visited.path("a", "b"))
        assert "legal representative" in page.inner_text("article >> nth=0")
        page.get_by_text("Types of relations").click()
        page.get_by_label("holds").first.check()
        page.select_option("#limit", "1")
        page.get_by_role("button", name="Apply").click()
        page.wait_for_url("**types=HOLDS*")
        assert page.locator("article").count() == 1
        assert "legal representative" not in page.inner_text("article")
        assert "types chosen: 1" in page.inner_text("main")
        page.fill("#as_of", "2020-01-01")
        page.get_by_role("button", name="Apply").click()
        page.wait_for_url("**as_of=2020-01-01*")
        assert "No connection" in page.inner_text("#answer")
        page.select_option("#former", "true")
        page.get_by_role("button", name="Apply").click()
        page.wait_for_url("**former=true*")
        assert page.locator("article").count() == 1
        assert window.quiet()


def test_restricted_records_take_a_stated_purpose(visited: Visited) -> None:
    with Watched(visited.site, locale="en") as window:
        page = window.page
        page.goto("/audit")
        before = page.locator("tbody tr").count()
        page.goto(visited.path("d", "buyer") + "&limit=20")
        assert "虚构丙" not in page.inner_text("main")
        page.fill("#purpose", "recusal check of the bureau")
        page.get_by_role("button", name="Record and show").click()
        page.get_by_text("this look is in the audit chain").wait_for()
        assert "虚构丙" in page.inner_text("main")
        page.locator("summary", has_text="Evidence").last.click()
        assert page.locator(".tag", has_text="Restricted").count() > 0
        assert "recusal" not in page.url
        page.goto("/audit")
        assert page.locator("tbody tr").count() == before + 1
        assert window.quiet()


def test_votes_and_shares_are_two_things_with_their_ranges(visited: Visited) -> None:
    with Watched(visited.site, locale="en") as window:
        page = window.page
        page.goto(visited.ownership("half"))
        said = page.inner_text("section[aria-labelledby=control-up]")
        assert "REVIEW: no control by itself" in said
        assert "exactly 50%" in said
        assert "35%" in page.inner_text("section[aria-labelledby=shares-up]")
        assert "1: 25% or more of the shares" in page.inner_text("section[aria-labelledby=beneficial]")
        page.goto(visited.ownership("ranged"))
        assert "20% – 30%" in page.inner_text("section[aria-labelledby=shares-up]")
        assert "14% – 21%" in page.inner_text("section[aria-labelledby=shares-up]")
        page.goto(visited.ownership("d"))
        steps = [
            one.inner_text().split()[:2]
            for one in page.locator("table.steps >> nth=0").locator("tbody tr").all()
        ]
        assert ["1", "临江中间控股有限公司"] in steps
        assert ["2", "临江隐石投资有限公司"] in steps
        assert ["3", "虚构乙"] in steps
        assert page.locator("svg.layers rect.box").count() >= 5
        assert window.quiet()


def test_hostile_names_are_words_in_pictures_and_tables(visited: Visited) -> None:
    with Watched(visited.site, locale="zh-CN") as window:
        page = window.page
        three = ",".join(visited.keys[one] for one in ("script", "long", "turned"))
        pages = (visited.path("script", "formula"), visited.ownership("a"), visited.ownership("script"))
        for address in (*pages, f"/paths/among?ids={three}"):
            page.goto(address)
            text = page.content()
            assert not set(text) & set("\u202e\u2066\u2069\u0007\u001b\u0085"), address
            assert page.locator("main script, main img").count() == 0
        page.goto(visited.path("script", "long"))
        assert "<script>alert(1)</script>" in page.inner_text("main")
        assert LONG in page.inner_text("main")
        page.goto("/paths")
        page.fill("#from", LONG)
        page.fill("#to", CODES[0])
        page.keyboard.press("Enter")
        page.wait_for_url("**/paths?from=*")
        assert window.quiet()


def test_everything_is_reached_by_keyboard(visited: Visited) -> None:
    with Watched(visited.site, locale="en") as window:
        page = window.page
        page.goto("/paths")
        assert page.evaluate("document.activeElement.id") == "from"
        page.keyboard.type(C.name)
        _tab(page, "to")
        page.keyboard.type(D.name)
        page.keyboard.press("Enter")
        page.wait_for_url("**/paths?from=*")
        _tab(page, "hops")
        page.keyboard.type("3")
        _tab(page, "as_of")
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.tagName") == "SUMMARY":
                break
        page.keyboard.press("Enter")
        assert page.locator("details[open] fieldset").first.is_visible()
        assert faults(page) == []
        page.goto(f"/paths/among?tender={visited.keys['tender']}")
        for _ in range(60):
            page.keyboard.press("Tab")
            if "/paths?from=" in (page.evaluate("document.activeElement.getAttribute('href')") or ""):
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/paths?from=*")
        assert window.quiet()


def _tab(page: Page, name: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == name:
            return
    raise AssertionError(f"{name} is not reached")


def test_results_are_paged(visited: Visited) -> None:
    with Watched(visited.site, locale="en") as window:
        page = window.page
        page.goto("/search?q=临江众多")
        names: set[str] = set()
        for first in (1, 21, 41):
            page.get_by_text(f"{first} to {min(first + 19, 45)} of 45").wait_for()
            names.update(page.locator("#results tbody th").all_inner_texts())
            if first < 41:
                page.get_by_role("link", name="Next 20").click()
        assert len(names) == 45
        assert page.get_by_role("link", name="Next 20").count() == 0
        page.goto("/search")
        page.locator("#q").press_sequentially("临江众多", delay=5)
        page.get_by_role("button", name="Next 20").click()
        page.get_by_text("21 to 40 of 45").wait_for()
        assert page.url.endswith("/search")
        assert window.quiet()
