"""Holdings: exact shares, ranges, votes, contributions, dates; what is uncertain stays unknown and is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from list_files import CITIZEN, CODES
from loading import Bench

from graph.dates import CST
from graph.relations import RelationType
from loaders.percentages import part_of, read_share

HEAD = [
    "股东名称",
    "股东统一社会信用代码",
    "股东证件号码",
    "股东类型",
    "被投资企业",
    "统一社会信用代码",
    "持股比例",
    "入股日期",
    "退出日期",
]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def row(share: str, since: str = "", until: str = "") -> list[str]:
    return ["临江甲有限公司", CODES[0], "", "企业法人", "临江乙有限公司", CODES[1], share, since, until]


@pytest.mark.parametrize(
    ("text", "exact", "least", "most"),
    [
        ("60%", "60", None, None),
        ("50.00", "50", None, None),
        ("50.01%", "50.01", None, None),
        ("３３．３３％", "33.33", None, None),
        ("0%", "0", None, None),
        ("25%-50%", None, "25", "50"),
        ("25%至50%", None, "25", "50"),
        ("25%～50%", None, "25", "50"),
        ("不低于25%", None, "25", "100"),
        ("25%以上", None, "25", "100"),
        ("5%以下", None, "0", "5"),
        ("50%-50%", "50", None, None),
    ],
)
def test_shares_as_published(text: str, exact: str | None, least: str | None, most: str | None) -> None:
    share = read_share(text)
    wanted = [None if one is None else Decimal(one) for one in (exact, least, most)]
    assert [share.exact, share.least, share.most] == wanted


def test_a_bound_that_does_not_belong_to_the_range_is_marked() -> None:
    assert read_share("超过50%").attributes() == {"share_above_min": "yes"}
    assert read_share("不足5%").attributes() == {"share_below_max": "yes"}
    assert read_share("25%以上").attributes() == {}


@pytest.mark.parametrize("text", ["0.6", "1", "0.5-0.8"])
def test_a_number_that_may_be_a_fraction_is_refused_unless_the_heading_says_percent(text: str) -> None:
    with pytest.raises(ValueError, match="unit"):
        read_share(text)
    assert read_share(text, percent=True).stated


@pytest.mark.parametrize("text", ["120%", "-5%", "50%-25%", "控股", "60%左右"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="share"):
        read_share(text)


def test_a_part_is_exact_where_it_can_be() -> None:
    assert part_of(Decimal(500), Decimal(1000)) == 50
    third = part_of(Decimal(1), Decimal(3))
    assert third == Decimal("33.333333333333")
    above = part_of(Decimal("500.0001"), Decimal(1000))
    assert above is not None
    assert above > 50
    assert part_of(Decimal(2), Decimal(1)) is None
    assert part_of(None, Decimal(1)) is None


def test_a_holding_becomes_an_edge_with_dates_and_its_row(bench: Bench) -> None:
    report = bench.load([HEAD, row("60%", "2020-01-01", "2024-12-31")])
    assert report.published
    assert report.files[0].kind == "holdings"
    assert report.files[0].unknown == []
    src, edge, dst = bench.edge(RelationType.HOLDS)
    assert (src, dst) == ("临江甲有限公司", "临江乙有限公司")
    assert edge.share == 60
    assert edge.valid.start == datetime(2020, 1, 1, tzinfo=CST)
    assert edge.valid.end == datetime(2025, 1, 1, tzinfo=CST), "the last day counts"
    assert (edge.source.row, edge.by) == (2, "code")


def test_persons_hold_by_number_and_a_number_never_shows(bench: Bench) -> None:
    line = ["虚构张三", "", CITIZEN, "自然人股东", "临江乙有限公司", CODES[1], "25%-50%", "", ""]
    report = bench.load([HEAD, line])
    src, edge, _ = bench.edge(RelationType.HOLDS)
    assert src == "虚构张三"
    assert (edge.share, edge.share_min, edge.share_max) == (None, Decimal(25), Decimal(50))
    assert CITIZEN not in str(report.to_json("zh"))
    assert bench.store.find("citizen_id", CITIZEN) is not None


def test_uncertain_shares_are_reported_and_stay_unknown(bench: Bench) -> None:
    report = bench.load([HEAD, row("0.6"), row("约六成", "2021-01-01")])
    assert [p.code for p in report.files[0].warnings] == ["share.unit", "share.unreadable"]
    assert all(edge.share is None and edge.share_min is None for _, edge, _ in bench.edges())


def test_a_heading_in_percent_settles_the_unit(bench: Bench) -> None:
    head = [*HEAD]
    head[6] = "持股比例（%）"
    bench.load([head, row("0.6")])
    assert bench.edge(RelationType.HOLDS)[1].share == Decimal("0.6")


def test_the_share_is_worked_out_from_contribution_and_capital(bench: Bench) -> None:
    head = [
        "股东名称",
        "股东类型",
        "被投资企业",
        "统一社会信用代码",
        "认缴出资额（万元）",
        "注册资本（万元）",
        "表决权比例",
    ]
    bench.load([head, ["临江甲有限公司", "法人", "临江乙有限公司", CODES[1], "510", "1000", "67%"]])
    _, edge, _ = bench.edge(RelationType.HOLDS)
    assert (edge.share, edge.votes) == (Decimal(51), Decimal(67))
    assert edge.attributes["share_from"] == "subscribed_over_capital"
    assert edge.attributes["subscribed_cny"] == "5100000"


def test_a_later_file_updates_and_repeated_rows_are_said(bench: Bench) -> None:
    bench.load([HEAD, row("60%", "2020-01-01")])
    report = bench.load([HEAD, row("40%", "2020-01-01"), row("41%", "2020-01-01")])
    assert [p.code for p in report.files[0].warnings] == ["row.repeated"]
    assert bench.edge(RelationType.HOLDS)[1].share == 41


def test_rows_without_a_holder_are_rejected_by_row_and_column(bench: Bench) -> None:
    nobody = ["", "", "", "", "临江乙有限公司", CODES[1], "60%", "", ""]
    report = bench.load([HEAD, row("60%"), nobody])
    rejected = report.files[0].to_json("zh")["rejected"]
    assert [(one["row"], one["column"], one["code"]) for one in rejected] == [(3, "股东名称", "row.nameless")]


def test_an_end_before_its_beginning_is_reported(bench: Bench) -> None:
    report = bench.load([HEAD, row("60%", "2024-01-01", "2020-01-01")])
    assert [p.code for p in report.files[0].warnings] == ["value.reversed"]
    assert bench.edge(RelationType.HOLDS)[1].valid.end is None


def test_shareholders_of_a_trading_platform(bench: Bench) -> None:
    head = [
        "SUBJECT_COMPANY_NAME",
        "SUBJECT_COMPANY_CODE",
        "TOP10_HOLDER_NAME",
        "TOP10_HOLDER_NUMBER",
        "TOP10_HOLDER_PERCENT",
    ]
    report = bench.load([head, ["临江乙有限公司", CODES[1], "虚构张三", "1000", "30%"]])
    assert report.files[0].kind == "holdings"
    assert bench.edge(RelationType.HOLDS)[1].share == 30


@pytest.mark.parametrize(
    "head",
    [
        ["owner", "owner_code", "owned", "owned_code", "percentage"],
        ["shareholder", "shareholder_code", "company", "company_code", "share"],
        ["投资方", "投资方统一社会信用代码", "被投资公司", "被投资公司统一社会信用代码", "股权比例"],
        ["控股股东", "股东代码", "子公司", "子公司统一社会信用代码", "持股占比"],
    ],
)
def test_other_headings_of_the_same_table(bench: Bench, head: list[str]) -> None:
    report = bench.load([head, ["临江甲有限公司", CODES[0], "临江乙有限公司", CODES[1], "60%"]])
    assert report.files[0].kind == "holdings"
    assert report.files[0].unknown == []
    src, edge, dst = bench.edge(RelationType.HOLDS)
    assert (src, edge.share, dst) == ("临江甲有限公司", Decimal(60), "临江乙有限公司")


def test_a_range_in_two_columns(bench: Bench) -> None:
    head = ["股东名称", "被投资企业", "统一社会信用代码", "持股比例下限", "持股比例上限"]
    bench.load([head, ["临江甲有限公司", "临江乙有限公司", CODES[1], "25%", "50%"]])
    _, edge, _ = bench.edge(RelationType.HOLDS)
    assert (edge.share, edge.share_min, edge.share_max) == (None, Decimal(25), Decimal(50))


MAPPING = """kind = "holdings"
source = "commission"
ignored = ["编码"]
[columns]
"甲方名号" = "holder"
"乙方名号" = "company"
"乙方代码" = "company_code"
"占比" = "share"
"""


def test_a_mapping_file_reads_a_table_of_the_graph(bench: Bench) -> None:
    mapping = bench.path(MAPPING.encode(), "mapping.toml")
    rows = [
        ["编码", "甲方名号", "乙方名号", "乙方代码", "占比"],
        ["7", "临江甲有限公司", "临江乙有限公司", CODES[1], "60%"],
    ]
    report = bench.load(rows, mapping=mapping)
    assert report.files[0].unknown == []
    assert [one["mode"] for one in report.files[0].snapshots] == ["delta"]
    _, edge, _ = bench.edge(RelationType.HOLDS)
    assert (edge.share, edge.source.publisher) == (Decimal(60), "commission")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('"holdings"', '"sxbzxr"'), "mapping.kind"),
        (('"holdings"', '"holdings"\nlist = "OTH"'), "mapping.kind"),
        (('"share"', '"shares"'), "mapping.field"),
        (('"甲方名号" = "holder"\n', ""), "mapping.needs"),
    ],
)
def test_a_wrong_mapping_is_refused(bench: Bench, change: tuple[str, str], code: str) -> None:
    mapping = bench.path(MAPPING.replace(*change).encode(), "mapping.toml")
    report = bench.load([["甲方名号", "乙方名号"], ["临江甲有限公司", "临江乙有限公司"]], mapping=mapping)
    assert [p.code for _, p in report.problems] == [code]
    assert not report.published
