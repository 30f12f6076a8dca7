"""The report on timeliness over the wire: the same numbers as the command line, and what it refuses."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from serving import LISTED, NAME, OTHER, Installation, bearer

from api.principals import Scope

HEAD = (
    "行政相对人名称", "行政相对人代码_1(统一社会信用代码)", "行政处罚决定书文号", "处罚类别", "处罚内容",
    "罚款金额（万元）", "处罚决定日期", "处罚机关",
)  # fmt: skip
ROWS = tuple(
    (
        name,
        code,
        f"临市监罚〔2020〕{day}号",
        "罚款",
        "罚款一万元",
        "1",
        f"2020-03-0{day}",
        "临江市市场监督管理局",
    )
    for name, code, day in ((NAME, LISTED, 2), ("临江他方有限公司", OTHER, 3))
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("timeliness") / "home", LIANCHENG_WORK="off")
    path: Path = made.home.parent / "penalties.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEAD, *ROWS])
    loaded = made.load(path)
    assert loaded["files"][0]["accepted"] == 2, loaded
    return made


def test_the_report_is_that_of_the_command_line(place: Installation) -> None:
    key = place.key()
    other = bearer(place.key(Scope.LISTS))
    with place.serving(key=key) as client:
        wire = client.get("/v1/reports/timeliness")
        assert wire.status_code == 200, wire.text
        found = wire.json()
        assert (found["total"]["decisions"], found["total"]["late"], found["total"]["backlog"]) == (2, 2, 2)
        assert json.loads(place.run("report", "timeliness", "--format", "json")) == found
        one = client.get(
            "/v1/reports/timeliness", params={"from": "2020-03-03", "to": "2020-03-03", "list": "XZCF"}
        )
        assert one.json()["total"]["decisions"] == 1
        for wrong, pointer in (
            ({"from": "2020-03-03", "to": "2020-03-02"}, "/to"),
            ({"list": "SXBZXR"}, "/list"),
        ):
            refused = client.get("/v1/reports/timeliness", params=wrong)
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
        assert client.get("/v1/reports/timeliness", params={"from": "soon"}).status_code == 422
        assert client.get("/v1/reports/timeliness", headers=other).status_code == 403


def test_before_anything_is_loaded_there_is_nothing_to_report(tmp_path: Path) -> None:
    place = Installation(tmp_path / "home", LIANCHENG_WORK="off")
    with place.serving(key=place.key()) as client:
        answer = client.get("/v1/reports/timeliness")
        assert (answer.status_code, answer.json()["code"]) == (503, "http.unavailable")
