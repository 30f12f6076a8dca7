"""Administrative permits: they load, bar nobody, speak against nobody, and count in the report on timeliness."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from list_files import CODES
from loading import Bench
from serving import LISTED, NAME, Installation

from graph.lists import APART, FAVOURABLE, code_of
from loaders.kinds import detect

PLAIN = (
    "行政相对人名称", "行政相对人类别", "行政相对人代码_1(统一社会信用代码)", "行政许可决定文书名称",
    "行政许可决定文书号", "许可类别", "许可证书名称", "许可编号", "许可内容", "许可决定日期", "有效期自", "有效期至",
    "许可机关", "当前状态", "备注",
)  # fmt: skip
CODED = (
    "XK_XDR_MC", "XK_XDR_LB", "XK_XDR_SHXYM", "XK_XKWS", "XK_WSH", "XK_XKLB", "XK_XKZS", "XK_XKBH", "XK_NR", "XK_JDRQ",
    "XK_YXQZ", "XK_YXQZI", "XK_XKJG", "XK_ZT", "BZ",
)  # fmt: skip


def row(
    number: int, *, name: str = "临江市测试环保有限公司", code: str = CODES[4], day: str = "2020/03/02"
) -> list[str]:
    return [
        name, "法人及非法人组织", code, "准予许可决定书", f"临住建许〔2020〕{number}号", "普通", "建筑业企业资质证书",
        f"D33299{number}", "施工总承包", day, "2020/04/01", "2025/03/31", "临江市住房和城乡建设局", "1", "",
    ]  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("head", [PLAIN, CODED])
def test_both_headings_are_known_and_nothing_is_left_over(bench: Bench, head: tuple[str, ...]) -> None:
    report = bench.load([list(head), row(1), row(2)]).files[0]
    assert (report.kind, report.accepted, report.rejected) == ("permit", 2, [])
    assert report.unknown == []
    first, second = bench.open("XZXK")
    assert {first.decision_no, second.decision_no} == {"临住建许〔2020〕1号", "临住建许〔2020〕2号"}
    assert first.penalty is not None
    assert first.penalty.decided_on == date(2020, 3, 2)
    assert first.effect.start is not None
    assert first.effect.start.date() == date(2020, 4, 1)


def test_a_row_without_a_day_is_kept_and_said(bench: Bench) -> None:
    report = bench.load([list(PLAIN), row(1, day="")]).files[0]
    assert report.accepted == 1
    assert "row.no_date" in {problem.code for problem in report.warnings}


def test_penalties_and_permits_are_told_apart() -> None:
    penalty = ("行政相对人名称", "行政处罚决定书文号", "处罚内容", "处罚决定日期", "处罚机关", "行政相对人类别")
    assert detect(PLAIN)[0].name == "permit"
    assert detect(penalty)[0].name == "penalty2018"


def test_a_permit_reaches_no_decision_and_counts_in_the_report(tmp_path: Path) -> None:
    house = Installation(tmp_path / "home")
    permits, red = tmp_path / "permits.csv", tmp_path / "red.csv"
    table = [PLAIN, row(1, name=NAME, code=LISTED), row(2, name=NAME, code=LISTED, day="")]
    permits.write_text("\n".join(",".join(one) for one in table), "utf-8")
    red.write_text(f"纳税人名称,统一社会信用代码,纳税信用等级,评价年度\n{NAME},{LISTED},A,2025\n", "utf-8")
    assert house.load(permits)["files"][0]["kind"] == "permit"
    assert house.load(red)["files"][0]["kind"] == "red"
    lists = {one["code"]: one for one in json.loads(house.run("lists", "--format", "json"))["lists"]}
    assert (lists["XZXK"]["state"], lists["XZXK"]["records"]) == ("counted", 2)
    total = json.loads(house.run("report", "timeliness", "--format", "json"))["total"]
    assert (total["decisions"], total["late"], total["backlog"], total["not_known"]) == (2, 1, 1, 1)
    assert json.loads(house.run("report", "timeliness", "--list", "XZXK", "--format", "json"))["total"] == total
    only = json.loads(house.run("report", "timeliness", "--list", "XZCF", "--format", "json"))["total"]
    assert only["decisions"] == 0
    with house.serving(key=house.key()) as client:
        found = client.get("/v1/parties/search", params={"name": NAME}).json()
        assert [one["party"]["listed"] for one in found["parties"]] == ["no"]
        decided = client.post(
            "/v1/decisions",
            json={"tender": {"invoked_lists": ["XZXK"]}, "bidders": [{"name": NAME, "identifiers": [{"id": LISTED}]}]},
        ).json()
        assert "XZXK" not in json.dumps(decided["bidders"])
        assert "list:XZXK" in json.dumps(decided)


def test_the_lists_kept_apart_are_named() -> None:
    assert "XZXK" in APART
    assert {"RED", "XZXK"} == FAVOURABLE
    assert code_of("行政许可") == "XZXK"


def test_a_permit_tells_decisions_nothing_of_names_and_codes(bench: Bench) -> None:
    bench.load([list(PLAIN), row(1, name="临江市测试环保有限公司"), row(2, name="临江市滑行他方有限公司")])
    assert len(bench.open("XZXK")) == 2
    assert not list(bench.store.iter_party_rows())
    assert all(not one.subject.ids for one in bench.open("XZXK"))
    assert {one.raw["行政相对人代码_1(统一社会信用代码)"] for one in bench.open("XZXK")} == {CODES[4]}
