"""A clerk's spreadsheet in a real Chromium: handed in, watched, read row by row, taken away and printed."""

from __future__ import annotations

import csv
import io
import os
import signal
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import explored
import pytest
from chromium import LOOKS, SCREENS, Site, Watched, browser, look_at, until
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page
from serving import Installation
from visited import CODES, HOSTILE, city

HEAD = ("投标人名称", "统一社会信用代码", "没有人认识的列", "备注")
NUMBER = "11010519900307293X"
BROKEN = "坏" * 300
ROWS: list[tuple[str, ...]] = [
    ("临江澄远建设工程有限公司", explored.CHENGYUAN, "甲", ""),
    ("临江恒泰投资控股有限公司", explored.HENGTAI, "乙", ""),
    ("合计", "", "", ""),
    (BROKEN, "", "", ""),
    *((name, code, name, name) for name, code in zip(HOSTILE, CODES, strict=True)),
    ("临江清白有限公司", NUMBER, "", ""),
]
"""Bidders of all kinds: barred, clear, by hostile names, and a row that is none."""
MANY = 250


def workbook(rows: Sequence[tuple[str, ...]]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for number, row in enumerate([HEAD, *rows], 1):
        for column, text in enumerate(row, 1):
            # what a real spreadsheet can't hold is not in this one either
            kept = "".join(c for c in text if c >= " " and c != "\x85")
            book.active.cell(number, column, kept).data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def list_file() -> bytes:
    """A published list with rows that can't be used and a heading that nobody knows, and with hostile names."""
    rows = [("名称", "统一社会信用代码", "列入日期", HOSTILE[0])]
    rows += [(name, code, "2025-06-18", name) for name, code in zip(HOSTILE, CODES, strict=True)]
    rows += [("", "", "2025-06-18", ""), ("", "", "2025-06-19", "")]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


class Office(NamedTuple):
    """A served installation whose background work runs, and a list that is done in it."""

    site: Site
    house: Installation
    done: str
    process: Any


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], None]) -> Iterator[Office]:
    needs("chromium")
    house = city(tmp_path_factory.mktemp("clerk") / "home")
    published = house.home.parent / "黑名单<script>.csv"
    published.write_bytes(list_file())
    house.load(published, "--list", "ZDWF", "--kind", "generic")
    with ExitStack() as stack:
        process, address = stack.enter_context(house.started())
        site = Site(address.rstrip("/"), stack.enter_context(browser()))
        with Watched(site, locale="zh-CN") as window:
            window.context.set_default_timeout(240_000)
            many = [*ROWS, *((f"临江虚构{number:04d}有限公司", "", "", "") for number in range(MANY))]
            done = hand_in(window.page, workbook(many), name="六月名单.xlsx")
            window.page.locator("#progress", has_text="已完成").wait_for()
        yield Office(site, house, done, process)


def hand_in(page: Page, data: bytes, name: str = "名单.xlsx", **choices: str) -> str:
    """Hand in a list by the form; the address of its page."""
    page.goto("/batches")
    page.locator("#file").set_input_files({"name": name, "mimeType": "", "buffer": data})
    for face in page.locator(".pick.dressed .face").all():  # scripts dress it; without them it is the browser's own
        assert name in face.inner_text()
    page.select_option("#regime", choices.get("regime", "procurement_tender"))
    page.select_option("#stage", "opening")
    page.locator("form[enctype] button").click()
    page.wait_for_url("**/batches/*?done=handed_in")
    return page.url.partition("?")[0].removeprefix(page.url.split("/batches")[0])


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_of_batches_and_loads_are_accessible_and_fit(office: Office, look: str) -> None:
    with Watched(office.site) as window:
        window.page.goto("/lists")
        load = window.page.locator("a[href^='/lists/loads/']").first.get_attribute("href")
    pages = {
        "batches": "/batches", "batch": office.done, "batch-errors": f"{office.done}?verdict=errors",
        "batch-none": f"{office.done}?verdict=FLAG&page=9", "lists-loads": "/lists", "load": str(load),
        "batch-report": f"{office.done}/report",
    }  # fmt: skip
    look_at(office.site, pages, look)


def test_a_clerk_screens_a_spreadsheet_and_takes_the_results_home(office: Office, tmp_path: Path) -> None:
    with Watched(office.site, locale="zh-CN", accept_downloads=True) as window:
        page = window.page
        page.goto("/")
        page.get_by_role("link", name="批量筛查", exact=True).click()
        with page.expect_download() as kept:
            page.get_by_role("link", name="XLSX 模板").click()
        kept.value.save_as(tmp_path / "template.xlsx")
        filled = fill(tmp_path / "template.xlsx")
        address = hand_in(page, filled, name="模板.xlsx")
        page.locator("#progress", has_text="已完成").wait_for()
        assert "不认识" not in page.locator(".note.warn").all_inner_texts()
        page.locator("#rows tbody tr").first.wait_for()
        assert "BLOCK" in page.inner_text("#rows")

        address = hand_in(
            page, workbook([*ROWS, *((f"临江再试{n:04d}有限公司", "", "", "") for n in range(MANY))])
        )
        page.locator("#progress", has_text="已完成").wait_for()
        page.locator("#rows nav.pager").wait_for()
        assert "1 行读不懂" in page.inner_text("#progress")
        assert "没有人认识的列" in page.inner_text(".note.warn")
        page.locator("#progress a", has_text="行读不懂").click()
        broken = page.locator("#rows tr.broken")
        assert broken.count() == 1
        assert "投标人名称" in broken.inner_text()
        assert broken.locator("td").first.inner_text() == "5"
        page.locator("#only-all").click()
        page.locator("#next").wait_for()
        page.locator("#next").click()
        page.locator("#rows", has_text="第 2 页").wait_for()
        assert "page=2" in page.url
        page.go_back()
        page.locator("#rows", has_text="第 1 页").wait_for()
        with page.expect_download() as kept:
            page.get_by_role("link", name="结果 XLSX").click()
        kept.value.save_as(tmp_path / "results.xlsx")
        harmless(tmp_path / "results.xlsx", len(ROWS) - 1 + MANY)
        page.get_by_role("link", name="打印报告").click()
        page.wait_for_url(f"**{address}/report")
        assert "筛查报告" in page.inner_text("h1")
        said = page.inner_text(".head")
        for part in ("打印人", "查询人", "规则包版本", "程序版本", "已过期"):
            assert part in said
        SCREENS.mkdir(parents=True, exist_ok=True)
        printed = page.pdf(path=SCREENS / "batch-report.pdf", format="A4")
        assert printed.startswith(b"%PDF")
        assert window.quiet()


def fill(path: Path) -> bytes:
    """The template with one bidder in it."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    heads = {cell.value: number for number, cell in enumerate(sheet[1], 1)}
    sheet.cell(2, heads["投标人名称"], "临江澄远建设工程有限公司")
    sheet.cell(2, heads["统一社会信用代码"], explored.CHENGYUAN)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def harmless(path: Path, rows: int) -> None:
    """Whether a workbook has all rows, and neither a formula nor a person's number in it."""
    with zipfile.ZipFile(path) as packed:
        parts = [packed.read(name) for name in packed.namelist() if name.endswith(".xml")]
    assert not any(b"<f>" in part or NUMBER.encode() in part for part in parts)
    sheet = load_workbook(path).worksheets[0]
    found = list(sheet.iter_rows(min_row=2))
    assert len(found) == rows
    names = [str(row[2].value) for row in found]
    assert any(name.startswith("=HYPERLINK") for name in names)
    assert "f" not in {cell.data_type for row in found for cell in row}
    numbers = [int(str(row[0].value)) for row in found]
    assert numbers == sorted(numbers)


def test_the_progress_is_live_and_goes_on_after_the_working_process_was_killed(office: Office) -> None:
    many = [(f"临江中断{number:04d}有限公司", "", "", "") for number in range(1_500)]
    with Watched(office.site, locale="en") as window:
        page = window.page
        page.context.set_default_timeout(240_000)
        hand_in(page, workbook(many), name="killed.xlsx")
        until(lambda: page.locator("#progress progress").get_attribute("value") != "0")
        worker = worker_of(office.process.pid)
        os.kill(worker, signal.SIGKILL)
        seen = page.locator("#progress progress").get_attribute("value")
        assert int(seen or 0) < len(many)
        page.locator("#progress", has_text="Done").wait_for()
        assert worker_of(office.process.pid) != worker
        page.locator("#rows .count", has_text="page 1 of 15").wait_for()
        page.goto(page.url.partition("?")[0] + "?page=15")
        assert page.locator("#rows tbody tr").count() == 100
        assert window.quiet()


def worker_of(server: int) -> int:
    """The process beside a server that works in the background."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            line = (path / "cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if parent == server and b"\0work\0" in line:
            return int(path.name)
    raise AssertionError("nobody works beside the server")


def test_without_javascript_a_list_is_handed_in_refreshed_and_read(office: Office) -> None:
    with Watched(office.site, java_script_enabled=False, locale="en") as window:
        page = window.page
        hand_in(page, workbook(ROWS))
        while "Done" not in page.inner_text("#progress"):
            page.get_by_role("link", name="Show how far it is now").click()
            page.wait_for_load_state()
        assert page.locator("#rows tbody tr").count() == len(ROWS) - 1
        page.locator("#only-BLOCK").click()
        page.wait_for_url("**verdict=BLOCK**")
        assert page.locator("#rows tbody tr").count() >= 1
        assert set(page.locator("#rows tbody .verdict b").all_inner_texts()) == {"BLOCK"}
        page.goto(f"{office.done}?page=2")
        page.locator("#next").click()
        page.locator("#rows", has_text="page 3 of 3").wait_for()
        assert window.quiet()


def test_by_keyboard_alone_a_batch_is_paged_and_filtered(office: Office) -> None:
    with Watched(office.site, locale="en") as window:
        page = window.page
        page.goto(office.done)
        tab_to(page, "only-UNDETERMINED")
        page.keyboard.press("Enter")
        page.wait_for_url("**verdict=UNDETERMINED**")
        until(lambda: page.evaluate("document.activeElement.id") == "only-UNDETERMINED")
        tab_to(page, "next")
        page.keyboard.press("Enter")
        page.locator("#rows", has_text="page 2 of").wait_for()
        until(lambda: page.evaluate("document.activeElement.id") == "next")
        assert window.quiet()


def tab_to(page: Page, name: str) -> None:
    """Go on by the tab key until an element has the focus."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == name:
            return
    raise AssertionError(f"{name} is not reached")


def test_what_is_no_list_is_refused_beside_the_form_and_what_was_typed_stays(
    office: Office, tmp_path: Path
) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (20 << 20))
    files = {
        "program.xlsx": b"MZ\x90\x00" * 50, "bomb.xlsx": bomb.getvalue(), "nothing.csv": "甲,乙\n1,2\n".encode(),
        "photo.png": b"\x89PNG\r\n\x1a\n" + b"0" * 99,
    }  # fmt: skip
    with Watched(office.site, locale="en") as window:
        page = window.page
        for name, data in files.items():
            page.goto("/batches")
            page.fill("#name", "October")
            page.locator("#file").set_input_files({"name": name, "mimeType": "", "buffer": data})
            page.locator("form[enctype] button").click()
            page.locator("#trouble").wait_for()
            assert "The list was not taken" in page.inner_text("#trouble"), name
            assert page.input_value("#name") == "October", name
        page.goto("/batches")
        page.locator("#file").set_input_files(
            {"name": "big.csv", "mimeType": "", "buffer": b"x" * (33 << 20)}
        )
        page.locator("form[enctype] button").click()
        page.get_by_role("alert").wait_for()
        assert "too large" in page.inner_text("main")
        assert "32 MiB" in page.inner_text("main")
        assert window.elsewhere == []
