"""The graph page in a real Chromium: expanding with counts, hubs, dates, undo, keyboard, files, looks, no scripts."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import explored
import pytest
from chromium import LOOKS, SCREENS, Site, Watched, browser, faults, keep
from defusedxml.ElementTree import fromstring
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from serving import Installation
from visited import HOSTILE, found, hostile

from graph.dates import CST
from graph.export import read
from graph.model import Interval, PartyRecord
from graph.relations import RelationType as Kind

OLD = explored.org("临江从前股东有限公司", "91329901MAGLD2001A")
ENDED = Interval(start=datetime(2019, 1, 1, tzinfo=CST), end=datetime(2021, 1, 1, tzinfo=CST))


class Visited(NamedTuple):
    """A served installation, and the parties that the tests draw."""

    site: Site
    company: str
    head: str
    """A person who supervises 40 companies: a hub."""
    twin: str
    """A company of which another bears the name."""


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], None]) -> Iterator[Visited]:
    needs("chromium")
    home = tmp_path_factory.mktemp("graph") / "home"
    former = (
        PartyRecord(key="old", subject=OLD, source=explored.REGISTER),
        explored._relation(Kind.HOLDS, OLD, explored.A, share="30", valid=ENDED),
    )
    explored.loaded(home, explored.SINCE, companies=40, more=(*hostile(), *former))
    with ExitStack() as stack:
        client = stack.enter_context(Installation(home).serving(LIANCHENG_WORK="off"))

        def party(name: str) -> str:
            answer = client.post("/v1/parties/search", json={"query": name}).json()
            return str(answer["parties"][0]["party"]["id"])

        site = Site(str(client.base_url), stack.enter_context(browser()))
        yield Visited(site, party("临江澄远建设工程有限公司"), party("虚构甲"), party("临江远禾贸易有限公司"))


@pytest.fixture
def window(visited: Visited) -> Iterator[Watched]:
    with Watched(visited.site, locale="zh-CN", viewport={"width": 1280, "height": 900}) as watched:
        yield watched
        assert watched.quiet()


def opened(window: Watched, party: str, more: str = "") -> Page:
    """The graph of a party, drawn."""
    window.page.goto(f"/graph?party={party}{more}")
    expect(window.page.locator("#graph-said")).to_contain_text("图已绘制")
    settled(window.page)
    return window.page


def settled(page: Page) -> None:
    expect(page.locator("#graph-canvas")).to_have_attribute("aria-busy", "false")


def drawn(page: Page) -> dict[str, Any]:
    """What the canvas holds."""
    told: dict[str, Any] = page.evaluate("""() => {
      const { picture } = document.getElementById("graph").graph;
      const all = picture.cy.elements().map((one) => ({id: one.id(), label: one.data("label"), type: one.data("type"),
        classes: one.classes(), place: one.isNode() ? one.position() : null, node: one.isNode()}));
      return {nodes: all.filter((one) => one.node), edges: all.filter((one) => !one.node)};
    }""")
    return told


def labels(page: Page) -> set[str]:
    return {one["label"] for one in drawn(page)["nodes"]}


def press(page: Page, key: str) -> None:
    page.locator("#graph-canvas").press(key)
    settled(page)


def test_a_hub_is_one_node_with_its_number_and_opens_in_pages(visited: Visited, window: Watched) -> None:
    page = opened(window, visited.head)
    assert "监事 ×40" in labels(page)
    assert len(drawn(page)["nodes"]) == 4
    assert "共 55 条关系，显示 2 条" in page.inner_text("#graph-seen")
    assert "0 / 40" in page.inner_text("#graph-drawer")
    page.get_by_role("button", name="展开 监事").click()
    settled(page)
    assert "监事 ×40\n30 / 40" in labels(page)
    assert len(drawn(page)["nodes"]) == 34
    assert "共 40 条，显示 30 条" in page.inner_text("#twin-groups")
    page.get_by_role("button", name="◎ 监事").or_(
        page.get_by_role("button", name="在图中 监事（由其出发）")
    ).first.click()
    page.get_by_role("button", name="展开下 10 条").click()
    settled(page)
    assert len(drawn(page)["nodes"]) == 43
    assert not any("×40" in one for one in labels(page))
    assert page.locator("#twin-nodes tbody tr").count() == 43
    for _ in range(2):
        page.get_by_role("button", name="撤销").click()
        settled(page)
    assert len(drawn(page)["nodes"]) == 4
    page.get_by_role("button", name="重做").click()
    settled(page)
    assert len(drawn(page)["nodes"]) == 34


def test_rows_that_say_the_same_stay_and_stand_in_the_order_of_the_picture(
    visited: Visited, window: Watched
) -> None:
    page = opened(window, visited.head)
    expect(page.locator("#twin-nodes tbody button")).to_have_count(3)
    mark = "for (const one of document.querySelectorAll('#twin-nodes tbody tr')) one.kept = true"
    page.evaluate(mark)
    rows = """() => [...document.querySelectorAll("#twin-nodes tbody tr")].map((one) =>
      [one.querySelector("a").getAttribute("href").split("/").pop(), Boolean(one.kept)])"""
    wanted = "document.getElementById('graph').graph.model.now.ids"
    before = page.evaluate(wanted)
    page.get_by_role("button", name="展开 监事").click()
    settled(page)
    after = page.evaluate(rows)
    assert [one for one, _ in after] == page.evaluate(wanted)
    assert [one for one, kept in after if kept] == before
    assert len(after) == 33
    page.evaluate(mark)
    page.evaluate("id => document.getElementById('graph').graph.steps.hide(id)", before[1])
    settled(page)
    assert [one for one, _ in page.evaluate(rows)] == [one for one, _ in after if one != before[1]]
    page.get_by_role("button", name="撤销").click()
    settled(page)
    assert page.evaluate(rows) == [[one, one != before[1]] for one, _ in after]


def test_the_limit_is_kept_and_said(visited: Visited, window: Watched) -> None:
    page = opened(window, visited.head)
    page.evaluate("document.getElementById('graph').graph.model.room = 10")
    page.get_by_role("button", name="展开 监事").click()
    settled(page)
    assert len([one for one in drawn(page)["nodes"] if "hub" not in one["classes"]]) == 10
    assert "已达 10 个主体的上限，23 个未加入" in page.inner_text("#graph-note")


def test_everything_by_keyboard_alone(visited: Visited, window: Watched) -> None:
    page = opened(window, visited.company)
    page.locator("[data-do=again]").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "graph-canvas"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    said = page.locator("#graph-said")
    page.keyboard.press("Home")
    expect(said).to_contain_text("临江澄远建设工程有限公司，组织，在名单上，关系 12 / 12")
    page.keyboard.press("ArrowUp")
    expect(said).not_to_contain_text("临江澄远建设工程有限公司，组织")
    up = next(one for one in drawn(page)["nodes"] if "chosen" in one["classes"])
    page.keyboard.press("p")
    settled(page)
    expect(said).to_contain_text("已固定")
    assert next(one for one in drawn(page)["nodes"] if one["id"] == up["id"])["label"].startswith("◆ ")
    page.keyboard.press("e")
    expect(page.locator("#graph-drawer")).to_contain_text("有效期")
    assert "可信度" in page.inner_text("#graph-drawer")
    assert "虚构.csv · 2" in page.inner_text("#graph-drawer")
    page.keyboard.press("Escape")
    page.keyboard.press("Delete")
    settled(page)
    expect(said).to_contain_text("已隐藏")
    assert up["id"] not in {one["id"] for one in drawn(page)["nodes"]}
    page.keyboard.press("Control+z")
    settled(page)
    back = next(one for one in drawn(page)["nodes"] if one["id"] == up["id"])
    assert back["place"] == up["place"]
    page.keyboard.press("Control+y")
    settled(page)
    assert up["id"] not in {one["id"] for one in drawn(page)["nodes"]}
    page.keyboard.press("Home")
    before = len(drawn(page)["nodes"])
    page.keyboard.press("Enter")
    settled(page)
    expect(said).to_contain_text("新增 1 个主体")
    assert len(drawn(page)["nodes"]) == before + 1
    page.keyboard.press(" ")
    assert page.evaluate("document.activeElement.id") == "graph-drawer"
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") != "graph-canvas"


def test_what_is_pinned_stays_when_everything_is_laid_out_again(visited: Visited, window: Watched) -> None:
    page = opened(window, visited.company)
    press(page, "Home")
    press(page, "ArrowRight")
    press(page, "p")
    pinned = next(one for one in drawn(page)["nodes"] if "pinned" in one["classes"])
    for layout in ("free", "ownership", "ego"):
        page.select_option("#g-layout", layout)
        settled(page)
        now = {one["id"]: one["place"] for one in drawn(page)["nodes"]}
        assert now[pinned["id"]] == pinned["place"], layout
        assert len({(round(one["x"]), round(one["y"])) for one in now.values()}) == len(now), layout


def test_owners_stand_above_what_they_own_with_their_shares(visited: Visited, window: Watched) -> None:
    page = opened(window, visited.company, "&view=ownership")
    shown = drawn(page)
    height = {one["id"]: one["place"]["y"] for one in shown["nodes"]}
    names = {one["label"].partition("\n")[0]: height[one["id"]] for one in shown["nodes"]}
    held = dict(one["label"].split("\n") for one in shown["nodes"] if "\n" in one["label"])
    assert held["临江恒泰投资控股有限公司"] == "控制 · 经济份额 55%"
    assert held["？ 临江蓝天材料有限公司"] == "经济份额 40%"
    assert "控制 · 经济份额 55%" in page.inner_text("#twin-nodes")
    assert names["临江恒泰投资控股有限公司"] < height[visited.company] < names["？ 临江蓝天材料有限公司"]
    assert "持股 55%" in {one["label"] for one in shown["edges"]}


def test_possibly_the_same_is_dashed_named_and_can_be_hidden(visited: Visited, window: Watched) -> None:
    page = opened(window, visited.twin)
    alike = [one for one in drawn(page)["edges"] if "alike" in one["classes"]]
    assert [one["label"] for one in alike] == ["可能是同一主体"]
    look = page.evaluate("""id => { const one = document.getElementById("graph").graph.picture.cy.getElementById(id);
      return one.style("line-style"); }""", alike[0]["id"])  # fmt: skip
    assert look == "dashed"
    page.get_by_label("隐藏“可能是同一主体”").check()
    settled(page)
    assert not [one for one in drawn(page)["edges"] if "alike" in one["classes"]]
    assert "筛选后隐藏 1 条关系" in page.inner_text("#graph-seen")
    assert "可能是同一主体" not in page.inner_text("#twin-edges")
    press(page, "Control+z")
    assert [one for one in drawn(page)["edges"] if "alike" in one["classes"]]
    assert not page.get_by_label("隐藏“可能是同一主体”").is_checked()


def test_another_day_has_other_relations_and_former_ones_are_marked(
    visited: Visited, window: Watched
) -> None:
    page = opened(window, visited.company)
    assert len(drawn(page)["edges"]) == 13
    assert "临江从前股东有限公司" not in labels(page)
    page.fill("#g-day", "2020-06-01")
    page.locator("#g-day").dispatch_event("change")
    settled(page)
    expect(page.locator("#graph-said")).to_contain_text("截至 2020-06-01")
    assert drawn(page)["edges"] == []
    press(page, "Home")
    press(page, "Enter")
    assert "临江从前股东有限公司" in labels(page)
    assert [one["label"] for one in drawn(page)["edges"]] == ["持股 30%"]
    page.locator("#g-slide").focus()
    page.keyboard.press("End")
    settled(page)
    assert len(drawn(page)["edges"]) == 13
    page.get_by_label("包括已终止的关系").check()
    settled(page)
    former = [one for one in drawn(page)["edges"] if "former" in one["classes"]]
    assert [one["label"] for one in former] == ["持股 30%"]
    page.get_by_label("持股 ×").uncheck()
    settled(page)
    assert not [one for one in drawn(page)["edges"] if one["type"] == "HOLDS"]


def downloaded(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    kept = folder / waiting.value.suggested_filename
    waiting.value.save_as(kept)
    return kept


def test_pictures_and_files_hold_what_is_shown(visited: Visited, window: Watched, tmp_path: Path) -> None:
    page = opened(window, visited.company)
    press(page, "Home")
    press(page, "ArrowUp")
    press(page, "Delete")
    nodes = {one["id"] for one in drawn(page)["nodes"]}
    edges = {one["id"] for one in drawn(page)["edges"]}
    png = downloaded(page, "PNG", tmp_path)
    assert png.read_bytes().startswith(b"\x89PNG")
    assert int.from_bytes(png.read_bytes()[16:20], "big") >= 1600
    drawing: Element = fromstring(downloaded(page, "SVG", tmp_path).read_text("utf-8"))
    words = " ".join(drawing.itertext())
    assert "出现在这些页面上并不意味着存在违法行为" in words
    assert "临江恒泰投资控股有限公司" in words.replace(" ", "") or "临江恒泰" in words
    assert {one.tag.rpartition("}")[2] for one in drawing.iter()} <= {
        "svg", "title", "rect", "path", "polygon", "ellipse", "text", "tspan",
    }  # fmt: skip
    for button in ("GraphML", "GEXF", "JSON"):
        made = read(downloaded(page, button, tmp_path))
        assert {node.key for node in made.nodes()} == nodes, button
        assert {edge.key for edge in made.edges()} == edges, button
    with zipfile.ZipFile(downloaded(page, "CSV", tmp_path)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("nodes.csv").decode("utf-8-sig"))))
        assert {row["id"] for row in rows} == nodes
        assert not any(row["name"].startswith("=") for row in rows)
        assert explored.HEAD not in archive.read("nodes.csv").decode()
    book = load_workbook(downloaded(page, "XLSX", tmp_path))
    for sheet, ids in (("nodes", nodes), ("edges", edges)):
        assert {row[0].value for row in book[sheet].iter_rows(min_row=2)} == ids
        assert not any(cell.data_type == "f" for row in book[sheet].iter_rows() for cell in row)


def test_hostile_names_are_words_and_numbers_of_persons_are_masked(visited: Visited, window: Watched) -> None:
    page = opened(window, visited.company)
    assert page.locator("img[src=x]").count() == 0
    steering = set("\u202e\u2066\u2069\u0007\u001b\u0085")
    assert not steering & set("".join(labels(page)))
    assert any("<script>" in one for one in labels(page))
    for number in range(len(HOSTILE)):
        page.locator(
            "#twin-nodes tbody tr", has_text=("<script>", "长长长", "翻转", "控制", "HYPERLINK")[number]
        ).get_by_role("button").first.click()
        expect(page.locator("#graph-drawer dl").nth(1)).to_be_visible()
        assert not steering & set(page.inner_text("#graph-drawer"))
    assert page.locator("img[src=x]").count() == 0
    page = opened(window, visited.head)
    expect(page.locator("#graph-drawer dl").first).to_be_visible()
    assert explored.HEAD not in page.content()
    answer = page.request.post("/graph/data", form={"about": visited.head})
    assert explored.HEAD not in answer.text()


@pytest.mark.parametrize("look", LOOKS)
def test_it_is_accessible_and_fits_in_each_look(visited: Visited, look: str) -> None:
    width = LOOKS[look]["viewport"]["width"]
    with Watched(visited.site, **LOOKS[look]) as window:
        page = window.page
        for name, address in {
            "graph": f"/graph?party={visited.company}", "graph-hub": f"/graph?party={visited.head}",
            "graph-ownership": f"/graph?party={visited.company}&view=ownership", "graph-none": "/graph",
        }.items():  # fmt: skip
            page.goto(address)
            if name != "graph-none":
                settled(page)
                expect(page.locator("#graph-drawer dl").first).to_be_visible()
            keep(page, SCREENS / f"{name}-{look}.png", full_page=True)
            assert faults(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert window.quiet()


def test_without_javascript_the_tables_hold_the_same(visited: Visited) -> None:
    with Watched(visited.site, java_script_enabled=False, locale="en") as window:
        page = window.page
        page.goto(f"/graph?party={visited.company}")
        assert page.locator("#twin-nodes tbody tr").count() == 13
        assert page.locator("#twin-edges tbody tr").count() == 13
        assert "Without scripts there is no picture" in page.inner_text("main")
        assert not page.locator("#graph").is_visible()
        page.fill("#g-day", "2020-06-01")
        page.get_by_role("button", name="Update").click()
        assert "临江从前股东有限公司" in page.inner_text("#twin-nodes")
        assert page.locator("#twin-edges tbody tr").count() == 1
        page.goto(f"/graph?party={visited.head}")
        assert "0 of 40 shown" in page.inner_text("#twin-groups")
        page.goto(f"/graph?ids={visited.company},{visited.head},P9999999999")
        assert page.locator("#twin-edges tbody tr").count() == 1
        assert "1 parties can't be found" in page.inner_text("main")
        assert window.quiet()


def test_the_dossier_leads_here_and_the_picture_goes_into_a_case(visited: Visited, window: Watched) -> None:
    page = window.page
    page.goto(f"/parties/{visited.company}")
    page.get_by_role("link", name="关系图").first.click()
    expect(page.locator("#graph-said")).to_contain_text("图已绘制")
    settled(page)
    page.get_by_role("button", name="存入案件").click()
    page.wait_for_url("**/cases/*")
    assert "临江澄远建设工程有限公司" in found(page.content(), r"<h1[^>]*>(.*?)</h1>")
