"""Batches over the wire: handed in, decided in the background, told by events, fetched as tables, forgotten."""

from __future__ import annotations

import csv
import io
import json
import time
import zipfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest
from openpyxl import Workbook, load_workbook
from serving import CLEAN, LISTED, Installation

from api.bootstrap import now
from api.principals import Scope
from api.uploads import XLSX

HEAD = ("名称", "统一社会信用代码")
EVIL = '=HYPERLINK("http://x","y")临江有限公司'


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("batches") / "home")
    made.publish({"SXBZXR": [("临江澄远建设工程有限公司", LISTED, "2025-06-18")]}, ("SXBZXR",))
    return made


@pytest.fixture(scope="module")
def keys(house: Installation) -> dict[str, str]:
    both = (Scope.DECIDE, Scope.READ)
    return {
        "platform": house.key(*both),
        "other": house.key(*both),
        "tenant": house.key(*both, tenant="county"),
        "reader": house.key(Scope.READ),
    }


@pytest.fixture(scope="module")
def client(house: Installation, keys: dict[str, str]) -> Iterator[httpx.Client]:
    with house.serving(key=keys["platform"]) as one:
        yield one


def table(rows: Sequence[tuple[str, ...]], head: tuple[str, ...] = HEAD) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode()


def workbook(rows: Sequence[tuple[str, ...]]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for number, row in enumerate([HEAD, *rows], 1):
        for column, text in enumerate(row, 1):
            book.active.cell(number, column, text).data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def hand_in(client: httpx.Client, data: bytes, media: str = "text/csv", **params: str) -> Any:
    asked = {"regime": "procurement_tender", **params}
    answer = client.post("/v1/batches", content=data, params=asked, headers={"Content-Type": media})
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/batches/{answer.json()['id']}"
    return answer.json()


def ended(client: httpx.Client, batch: Any, seconds: float = 180) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = client.get(f"/v1/batches/{batch['id']}").json()
        if found["state"] != "working":
            return found
        time.sleep(0.2)
    raise AssertionError("the batch did not end")


def rows_of(client: httpx.Client, batch: Any, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        asked = {**params, "cursor": cursor}
        page = client.get(f"/v1/batches/{batch['id']}/results", params=asked).json()
        found += page["rows"]
        cursor = page["next"] or ""
        if not cursor:
            return found


LIST = [
    ("临江澄远建设工程有限公司", LISTED), ("临江清白有限公司", CLEAN), ("合计", ""),
    ("临江四有限公司", "123"), (EVIL, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("media", "data"),
    [
        ("text/csv", table(LIST)),
        (XLSX, workbook(LIST)),
        (
            "application/x-ndjson",
            "\n".join(
                json.dumps(dict(zip(HEAD, row, strict=True)), ensure_ascii=False) for row in LIST
            ).encode(),
        ),
    ],
)
def test_a_list_is_decided_row_by_row_and_a_bad_row_fails_alone(
    client: httpx.Client, media: str, data: bytes
) -> None:
    batch = ended(client, hand_in(client, data, media, name="一批"))
    assert (batch["state"], batch["rows"], batch["decided"], batch["rejected"]) == ("done", 5, 4, 1)
    assert (batch["remaining"], batch["name"], batch["verdict"]) == (0, "一批", "BLOCK")
    rows = rows_of(client, batch)
    assert len(rows) == 5
    first, clean, bad = rows[0], rows[1], rows[2]
    assert (first["verdict"], first["rules"]) == ("BLOCK", ["A01"])
    assert (bad["verdict"], bad["error"], bad["column"], bad["decision_id"]) == (
        "UNDETERMINED",
        "row.total",
        "名称",
        "",
    )
    assert bad["row"] == first["row"] + 2
    assert client.get(f"/v1/decisions/{clean['decision_id']}").json()["bidders"][0]["code"] == CLEAN
    chinese = client.get(f"/v1/batches/{batch['id']}/results", headers={"Accept-Language": "zh-CN"}).json()
    assert chinese["rows"][2]["remark"] != bad["remark"]


def test_the_results_are_files_that_no_spreadsheet_runs(client: httpx.Client) -> None:
    batch = ended(client, hand_in(client, table(LIST)))
    url = f"/v1/batches/{batch['id']}/results"
    plain = client.get(url, params={"format": "csv"})
    assert plain.headers["content-type"] == "text/csv; charset=utf-8"
    assert plain.headers["content-disposition"] == f'attachment; filename="batch-{batch["id"]}.csv"'
    read = list(csv.DictReader(io.StringIO(plain.content.decode("utf-8-sig"))))
    assert [row["verdict"] for row in read][:1] == ["BLOCK"]
    assert "'" + EVIL in [row["name"] for row in read]
    book = load_workbook(io.BytesIO(client.get(url, params={"format": "xlsx"}).content))
    assert book.active is not None
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert any(cell.value == EVIL for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)
    lines = client.get(url, params={"format": "jsonl"}).text.splitlines()
    assert [json.loads(line)["row"] for line in lines] == [2, 3, 4, 5, 6]


def test_a_form_of_a_browser_is_taken_with_its_tender(client: httpx.Client) -> None:
    tender = {"id": "T-1", "regime": "procurement_tender", "invoked_lists": ["SXBZXR"]}
    answer = client.post(
        "/v1/batches",
        files={"file": ("投标人.csv", table(LIST[:2]), "application/octet-stream")},
        data={"tender": json.dumps(tender)},
    )
    assert answer.status_code == 202, answer.text
    batch = ended(client, answer.json())
    assert batch["name"] == "投标人.csv"
    rows = rows_of(client, batch)
    assert len({row["decision_id"] for row in rows}) == 1
    decision = client.get(f"/v1/decisions/{rows[0]['decision_id']}").json()
    assert [one["client_id"] for one in decision["bidders"]] == ["2", "3"]


def test_a_row_with_what_no_database_keeps_is_refused_alone(client: httpx.Client) -> None:
    line = b'{"\xe5\x90\x8d\xe7\xa7\xb0": "Linjiang\\u0000 Clean Co Ltd"}\n'
    batch = ended(client, hand_in(client, line, "application/x-ndjson"))
    assert [row["error"] for row in rows_of(client, batch)] == ["row.control"]


def test_a_persons_number_in_the_name_of_a_file_is_in_no_answer(client: httpx.Client) -> None:
    number = "11010519900307293X"
    answer = client.post("/v1/batches", files={"file": (f"{number}.csv", table(LIST[:1]), "text/csv")})
    assert answer.status_code == 202, answer.text
    address = answer.headers["location"]
    ended(client, answer.json())
    listed, events = client.get("/v1/batches"), client.get(f"{address}/events")
    for told in (answer, client.get(address), listed, events):
        assert number not in told.text
    assert answer.json()["name"].endswith(".csv")


def test_progress_is_told_by_events_until_the_end(client: httpx.Client) -> None:
    batch = hand_in(client, table([(f"临江虚构{number:04d}有限公司", "") for number in range(300)]))
    told: list[tuple[str, int, Any]] = []
    with client.stream("GET", f"/v1/batches/{batch['id']}/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        event, data = "", ""
        for line in stream.iter_lines():
            name, _, text = line.partition(": ")
            if name == "event":
                event = text
            elif name == "data":
                data = text
            elif name == "id":
                told.append((event, int(text), json.loads(data)))
    assert told[-1][0] == "done"
    assert {event for event, _, _ in told[:-1]} <= {"progress"}
    assert [number for _, number, _ in told] == sorted({number for _, number, _ in told})
    decided = [found["decided"] for _, _, found in told]
    assert decided == sorted(decided)
    assert decided[-1] == 300
    again = client.get(f"/v1/batches/{batch['id']}/events", headers={"Last-Event-ID": str(told[-1][1])})
    assert again.text.count("event: done") == 1
    assert "event: progress" not in again.text


def test_ten_thousand_rows_are_paged(client: httpx.Client) -> None:
    """Rows that are no bidders cost no decision: what is measured is taking in, keeping and paging."""
    rows = [("临江澄远建设工程有限公司", LISTED), *((f"合计：{number}家", "") for number in range(9_999))]
    batch = ended(client, hand_in(client, table(rows)), 300)
    assert (batch["rows"], batch["decided"], batch["rejected"]) == (10_000, 1, 9_999)
    found = rows_of(client, batch, limit=1_000)
    assert [row["row"] for row in found] == list(range(2, 10_002))
    small = client.get(f"/v1/batches/{batch['id']}/results", params={"limit": 7}).json()
    assert [row["row"] for row in small["rows"]] == list(range(2, 9))
    further = client.get(
        f"/v1/batches/{batch['id']}/results", params={"limit": 7, "cursor": small["next"]}
    ).json()
    assert [row["row"] for row in further["rows"]] == list(range(9, 16))
    lines = client.get(f"/v1/batches/{batch['id']}/results", params={"format": "jsonl"}).text
    assert lines.count("\n") == 10_000


def test_other_tenants_and_keys_without_the_scope_see_nothing(
    client: httpx.Client, keys: dict[str, str]
) -> None:
    batch = ended(client, hand_in(client, table(LIST[:1])))
    stranger = {"Authorization": f"Bearer {keys['tenant']}"}
    for method, path in (
        ("GET", ""), ("GET", "/results"), ("GET", "/events"), ("POST", "/cancel"), ("DELETE", ""),
    ):  # fmt: skip
        answer = client.request(method, f"/v1/batches/{batch['id']}{path}", headers=stranger)
        assert (answer.status_code, answer.json()["code"]) == (404, "http.not_found"), path
    assert client.get("/v1/batches", headers=stranger).json()["batches"] == []
    reader = {"Authorization": f"Bearer {keys['reader']}"}
    assert client.get(f"/v1/batches/{batch['id']}", headers=reader).status_code == 200
    assert client.delete(f"/v1/batches/{batch['id']}", headers=reader).status_code == 403
    assert client.get(f"/v1/batches/{batch['id']}").status_code == 200


def test_a_batch_of_sealed_bids_is_its_platforms_alone(client: httpx.Client, keys: dict[str, str]) -> None:
    opening = (now() + timedelta(days=1)).isoformat()
    batch = hand_in(client, table(LIST[:1]), tender="T-2", opening_at=opening)
    assert ended(client, batch)["state"] == "done"
    assert len(rows_of(client, batch)) == 1
    other = {"Authorization": f"Bearer {keys['other']}"}
    for path in ("", "/results", "/events"):
        answer = client.get(f"/v1/batches/{batch['id']}{path}", headers=other)
        assert (answer.status_code, answer.json()["code"]) == (403, "http.sealed"), path
    assert batch["id"] not in client.get("/v1/batches", headers=other).text
    assert batch["id"] in client.get("/v1/batches").text


def test_a_batch_is_cancelled_and_forgotten(client: httpx.Client) -> None:
    batch = hand_in(client, table([(f"临江虚构{number:05d}有限公司", "") for number in range(5_000)]))
    stopped = client.post(f"/v1/batches/{batch['id']}/cancel").json()
    assert stopped["state"] == "cancelled"
    time.sleep(1.5)
    later = client.get(f"/v1/batches/{batch['id']}").json()
    assert (later["state"], later["decided"]) == ("cancelled", stopped["decided"])
    assert later["decided"] < 5_000
    assert len(rows_of(client, batch, limit=1_000)) == later["decided"]
    assert client.post(f"/v1/batches/{batch['id']}/cancel").json()["state"] == "cancelled"
    assert client.delete(f"/v1/batches/{batch['id']}").status_code == 204
    for path in ("", "/results", "/events"):
        gone = client.get(f"/v1/batches/{batch['id']}{path}")
        assert (gone.status_code, gone.json()["code"]) == (410, "http.erased"), path


def bomb(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in members.items():
            package.writestr(name, data)
    return out.getvalue()


def far() -> bytes:
    """A workbook of a few bytes with one cell in its last corner."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(LIST[:1]))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                cell = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
                data = data.replace(b"</sheetData>", cell)
            new.writestr(name, data)
    return out.getvalue()


SHEET = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"}


@pytest.mark.parametrize(
    ("media", "data", "status", "code"),
    [
        ("application/json", b"[]", 415, ""), ("application/zip", bomb({"a.csv": table(LIST)}), 415, ""),
        ("text/csv", bomb({"a.csv": table(LIST)}), 422, "batch.format"), (XLSX, table(LIST), 422, "batch.format"),
        ("text/csv", b"\x1f\x8b\x08\x00", 422, "batch.format"),
        ("text/csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 99, 422, "batch.format"),
        ("application/x-ndjson", b"a,b", 422, "file.no_header"),
        ("text/csv", b"", 422, "file.empty"), ("text/csv", b"a,b\r\n1,2\r\n", 422, "file.no_header"),
        ("text/csv", b"%PDF-1.7", 422, "file.pdf"),
        (XLSX, bomb({**SHEET, "xl/worksheets/sheet1.xml": b"<c/>" * 12_000_000}), 422, "archive.ratio"),
        (XLSX, bomb({**SHEET, **{f"xl/a{number}": b"" for number in range(300)}}), 422, "archive.members"),
        (XLSX, far(), 422, "file.sheet_size"), (XLSX, bomb({"a.csv": table(LIST)}), 422, "bidders.not_bidders"),
        (XLSX, b"PK\x03\x04broken", 422, "file.damaged"),
        ("text/csv", table([("合计", "")] * 20_001), 413, ""),
    ],
    ids=lambda value: str(value)[:24],
)  # fmt: skip
def test_what_is_no_list_is_refused_before_it_does_harm(
    client: httpx.Client, house: Installation, media: str, data: bytes, status: int, code: str
) -> None:
    begun = time.monotonic()
    answer = client.post("/v1/batches", content=data, headers={"Content-Type": media})
    assert answer.status_code == status, answer.text
    assert time.monotonic() - begun < 40
    if code:
        assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == ("/file", code)
    assert not list(house.home.glob(".upload-*"))


def test_more_bytes_than_a_list_has_are_not_even_read(client: httpx.Client) -> None:
    answer = client.post("/v1/batches", content=b"x" * (33 << 20), headers={"Content-Type": "text/csv"})
    assert (answer.status_code, answer.json()["code"]) == (413, "http.too_large")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"regime": "imaginary"}, "body.choice"), ({"invoked": "SXBZXR,NOPE"}, "query.list"),
        ({"opening_at": "soon"}, "body.time"), ({"tender": LISTED, "tenderr": "x"}, "body.unknown"),
    ],
)  # fmt: skip
def test_wrong_options_are_told_at_once(client: httpx.Client, params: dict[str, str], code: str) -> None:
    answer = client.post(
        "/v1/batches", content=table(LIST), params=params, headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == code
