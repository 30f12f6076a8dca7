"""Batches and loads as pages over the wire: what the page shows is what the interface and the command line say."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import explored
import httpx
import pytest
from openpyxl import load_workbook
from serving import Installation
from visited import CODES, HOSTILE, Browser, Seen, city, found

from api.bootstrap import now, opened_ledger
from api.settings import read_settings
from api.work import LEASE

NUMBER = "11010519900307293X"
HEAD = ("投标人名称", "统一社会信用代码", "没有人认识的列")


class Town(NamedTuple):
    """An installation in which nobody works in the background, before anybody has to sign in."""

    house: Installation
    client: httpx.Client
    visitor: Browser


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    house = city(tmp_path_factory.mktemp("batchpages") / "home")
    bad = house.home.parent / "names.csv"
    bad.write_bytes(
        table(
            [("名称", "统一社会信用代码", "列入日期"), (HOSTILE[0], CODES[0], "2025-06-18"), ("", "", NUMBER)]
        )
    )
    house.load(bad, "--list", "ZDWF", "--kind", "generic")
    with ExitStack() as stack:
        client = stack.enter_context(house.serving(LIANCHENG_WORK="off"))
        visitor = Browser(client.base_url)
        stack.callback(visitor.client.close)
        yield Town(house, client, visitor)


def table(rows: Sequence[tuple[str, ...]], encoding: str = "gb18030") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding, "replace")


def hand_in(town: Town, data: bytes, name: str = "名单.csv", **fields: str) -> httpx.Response:
    return town.visitor.client.post("/batches", files={"file": (name, data, "")}, data=fields)


def handed_in(town: Town, data: bytes, **fields: str) -> str:
    """The address of a list's page, once all of it is decided."""
    answer = hand_in(town, data, **fields)
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"].partition("?")[0]
    waiting = town.visitor.get(address).text
    assert "LIANCHENG_WORK=off" in waiting
    for _ in range(50):
        town.visitor.post(address, {"action": "go"})
        if 'hx-trigger="every 1s"' not in town.visitor.get(address).text:
            return str(address)
    raise AssertionError("the list is not done")


LIST = [
    HEAD, ("临江澄远建设工程有限公司", explored.CHENGYUAN, ""), ("坏" * 300, "", ""), (NUMBER, "", ""),
    *((name, code, name) for name, code in zip(HOSTILE, CODES, strict=True)),
]  # fmt: skip


def test_where_nobody_works_it_is_said_and_rows_are_decided_by_hand(town: Town) -> None:
    address = handed_in(town, table(LIST), regime="procurement_tender")
    text = town.visitor.get(address).text
    assert "8 of 8 rows (100 %)" in text
    assert "rows with errors: 1" in text
    assert "<script>alert" not in text
    assert NUMBER not in text
    assert not set(text) & set("\u202e\u2066\u2069\u0007\u001b\u0085")
    assert Seen(text).in_place() == []
    assert len(Seen(text).ids()) == len(set(Seen(text).ids()))
    only = town.visitor.get(f"{address}?verdict=errors").text
    rows = only[only.index("<tbody>", only.index('id="rows"')) :]
    assert rows.count("<tr") == 1
    assert "Column: <bdi>投标人名称</bdi>" in rows
    part = town.visitor.get(f"{address}?part=rows", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    told = town.visitor.get(f"{address}?part=progress&have=3", headers={"HX-Request": "true"})
    assert told.headers["hx-trigger"] == "batch-rows"


def test_the_report_is_the_one_that_the_command_line_makes(town: Town, tmp_path: Path) -> None:
    data = table(LIST)
    address = handed_in(town, data, regime="procurement_tender")
    page = town.visitor.get(f"{address}/report")
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src")
    path, out = tmp_path / "名单.csv", tmp_path / "report.html"
    path.write_bytes(data)
    done = town.house.command("screen", str(path), "--regime", "procurement_tender", "-o", str(out))
    assert done.returncode == 1, done.stderr
    assert comparable(page.text) == comparable(out.read_text("utf-8"))
    assert page.text.count("<section>") > 1
    for said in ("Asked by", "Handed in", "Rule pack", "Version of the program", "Age when decided"):
        assert said in page.text


def comparable(page: str) -> list[str]:
    """A report without who made it when, and without what is new in every decision."""
    page = re.sub(r"(?s)<dl class=\"head\">.*?</dl>", "", page)
    page = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", page)
    page = re.sub(r"(input|decision) <code>[0-9a-f]{64}</code>", "HASH", page)
    page = re.sub(r"[0-9,.]+ hours|\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "TIME", page)
    return page.splitlines()


def test_results_and_template_are_files_that_are_read_again(town: Town) -> None:
    address = handed_in(town, table(LIST))
    book = load_workbook(io.BytesIO(town.visitor.get(f"{address}/results.xlsx").content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows[0][:5] == ("row", "client_id", "name", "code", "verdict")
    assert len(rows) == len(LIST)
    text = town.visitor.get(f"{address}/results.csv").content.decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert NUMBER not in text
    assert town.visitor.get(f"{address}/results.exe").status_code == 404
    for format in ("xlsx", "csv"):
        given = town.visitor.get(f"/batches/template.{format}")
        assert given.status_code == 200
        answer = hand_in(town, given.content, f"t.{format}")
        shown = (
            town.visitor.get(answer.headers["location"]).text if answer.status_code == 303 else answer.text
        )
        assert answer.status_code == 303, shown
        assert "Columns: 18 read, 0 left out on purpose, 0 unknown" in shown
    assert town.visitor.get("/batches/template.exe").status_code == 404


def test_a_batch_is_cancelled_gone_on_with_and_forgotten(town: Town) -> None:
    answer = hand_in(town, table([HEAD, *((f"临江第{n}有限公司", "", "") for n in range(120))]))
    address = answer.headers["location"].partition("?")[0]
    page = town.visitor.post(address, {"action": "cancel"})
    assert page.headers["location"] == f"{address}?done=batch_cancelled"
    assert "Cancelled" in town.visitor.get(address).text
    town.visitor.post(address, {"action": "go"})
    assert "0 of 120 rows" in town.visitor.get(address).text
    assert town.client.post(f"/v1{address}/resume").json()["state"] == "working"
    assert town.visitor.post(address, {"action": "forget"}).status_code == 400
    for _ in range(20):
        town.visitor.post(address, {"action": "go"})
    page = town.visitor.get(address)
    assert "120 of 120 rows" in page.text
    assert "page 1 of 2" in page.text
    gone = town.visitor.post(address, {"action": "forget", "sure": "yes"})
    assert gone.headers["location"] == "/batches?done=batch_forgotten"
    assert town.visitor.get(address).status_code == 410


def test_where_somebody_works_no_rows_are_decided_by_hand(town: Town) -> None:
    answer = hand_in(town, table([HEAD, ("临江清闲有限公司", "", "")]))
    address = answer.headers["location"].partition("?")[0]
    with opened_ledger(read_settings(town.house.environment())) as ledger:
        assert ledger.leases.take(LEASE, "somebody", now())
        town.visitor.post(address, {"action": "go"})
        assert "0 of 1 row" in town.visitor.get(address).text
        ledger.leases.release(LEASE, "somebody")
    town.visitor.post(address, {"action": "go"})
    assert "1 of 1 row" in town.visitor.get(address).text
    odd = town.visitor.get(f"{address}?part=progress&have=²", headers={"HX-Request": "true"})
    assert odd.status_code == 200


def test_what_can_not_be_taken_is_said_in_the_visitors_language(town: Town) -> None:
    chinese = Browser(town.client.base_url, "zh-CN")
    try:
        empty = chinese.client.post(
            "/batches", data={"name": "十月", "regime": "voluntary"}, files={"other": b""}
        )
        assert empty.status_code == 422
        assert "请先选择名单文件" in empty.text
        assert 'value="十月"' in empty.text
        assert 'value="voluntary" selected' in empty.text
        wrong = chinese.client.post(
            "/batches", files={"file": ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "")}
        )
        assert wrong.status_code == 422
        assert "没有接收这份名单" in wrong.text
        day = chinese.client.post(
            "/batches", files={"file": ("a.csv", table(LIST), "")}, data={"as_of": "gestern"}
        )
        assert day.status_code == 422
        assert "截至时点" in day.text
        many = [HEAD, *((f"临江{n}有限公司", "", "") for n in range(20_001))]
        large = chinese.client.post("/batches", files={"file": ("a.csv", table(many), "")})
        assert large.status_code == 413
        assert "20000" in large.text
        fields = {f"f{n}": "x" for n in range(60)}
        assert (
            chinese.client.post("/batches", files={"file": ("a.csv", b"x", "")}, data=fields).status_code
            == 400
        )
        for field, file in (("T\x00-1", "a.csv"), ("T-1", "a\x00.csv")):
            body = (
                f'--b\r\nContent-Disposition: form-data; name="tender"\r\n\r\n{field}\r\n'
                f'--b\r\nContent-Disposition: form-data; name="file"; filename="{file}"\r\n\r\nx\r\n--b--\r\n'
            )
            media = {"Content-Type": "multipart/form-data; boundary=b"}
            assert chinese.client.post("/batches", content=body.encode(), headers=media).status_code == 400
        foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        sent = chinese.client.post("/batches", files={"file": ("a.csv", table(LIST), "")}, headers=foreign)
        assert sent.status_code == 403
    finally:
        chinese.client.close()


def test_notes_and_errors_are_in_the_readers_language_whoever_handed_the_list_in(town: Town) -> None:
    address = handed_in(town, table(LIST))
    english, chinese = town.visitor, Browser(town.client.base_url, "zh-CN")
    try:
        for path in (address, f"{address}?verdict=errors"):
            text = english.get(path).text
            assert "名称过长" not in text
            rows = Seen(chinese.get(path).text)
            assert rows.lang == "zh-CN"
        one, other = (
            town.client.get(f"/v1{address}", headers={"Accept-Language": lang}).json()["notes"]
            for lang in ("en", "zh-CN")
        )
        assert [note["code"] for note in one] == [note["code"] for note in other]
        assert all(isinstance(note["message"], str) for note in [*one, *other])
    finally:
        chinese.client.close()


def test_a_load_tells_its_rejected_rows_and_no_number(town: Town) -> None:
    lists = town.visitor.get("/lists")
    address = found(lists.text, r'href="(/lists/loads/[^"]+)"')
    page = town.visitor.get(address)
    assert "2 rows: 1 taken, 1 refused" in page.text
    assert "names.csv" in page.text
    assert NUMBER not in page.text
    document = town.client.get(f"/v1{address}").json()
    assert document["files"][0]["rejected_count"] == 1
    assert document["files"][0]["changed"] == {"added": 1, "updated": 0, "ended": 0}
    assert town.client.get("/v1/lists/loads").json()["loads"][0]["id"] == document["id"]
    assert town.visitor.get("/lists/loads/0").status_code == 404
    assert town.client.get("/v1/lists/loads/0").status_code == 404
