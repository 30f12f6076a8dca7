"""Officers, declared relatives, officials and former ones, employment, oversight, PPP responsibility."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from list_files import CITIZEN, CODES
from loading import Bench

from graph.dates import CST
from graph.model import PartyType
from graph.relations import RelationType
from loaders.headers import plan
from loaders.kinds import detect
from loaders.kinds.people import posts
from loaders.kinds.ppp import phase_of

R = RelationType


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def codes(report: object) -> list[str]:
    return [problem.code for file in report.files for problem in file.warnings]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("法定代表人", [R.LEGAL_REP_OF]),
        ("董事长兼总经理", [R.DIRECTOR_OF, R.EXEC_OF]),
        ("执行董事、经理", [R.DIRECTOR_OF, R.EXEC_OF]),
        ("独立董事", [R.DIRECTOR_OF]),
        ("监事会主席", [R.SUPERVISOR_OF]),
        ("副总经理", [R.EXEC_OF]),
        ("财务负责人", [R.EXEC_OF]),
        ("董事会秘书", [R.EXEC_OF]),
        ("负责人", [R.HEAD_OF]),
        ("项目经理", [R.EMPLOYED_BY]),
        ("总经理助理", [R.EMPLOYED_BY]),
        ("技术负责人", [R.EMPLOYED_BY]),
    ],
)
def test_posts_as_company_law_tells_them_apart(text: str, kinds: list[RelationType]) -> None:
    assert [kind for kind, _ in posts(text)] == kinds


def test_officers_with_terms(bench: Bench) -> None:
    report = bench.load(
        [
            ["姓名", "公民身份号码", "任职单位", "统一社会信用代码", "职务", "任职日期", "离任日期"],
            ["虚构张三", CITIZEN, "临江甲有限公司", CODES[0], "执行董事兼总经理", "2020-01-01", "2023-06-30"],
            ["虚构李四", "", "临江甲有限公司", CODES[0], "施工员", "", ""],
        ]
    )
    assert report.files[0].kind == "officers"
    assert codes(report) == ["officer.post"]
    found = {(src, edge.type, edge.role) for src, edge, _ in bench.edges()}
    assert found == {
        ("虚构张三", R.DIRECTOR_OF, "执行董事"),
        ("虚构张三", R.EXEC_OF, "总经理"),
        ("虚构李四", R.EMPLOYED_BY, "施工员"),
    }
    term = bench.edge(R.DIRECTOR_OF)[1].valid
    assert (term.start, term.end) == (datetime(2020, 1, 1, tzinfo=CST), datetime(2023, 7, 1, tzinfo=CST))


KIN_HEAD = [
    "报告人姓名",
    "报告人身份证号",
    "亲属姓名",
    "亲属身份证号",
    "与本人关系",
    "亲属工作单位",
    "亲属职务",
]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("配偶", "spouse"),
        ("妻子", "spouse"),
        ("儿子", "child"),
        ("父亲", "parent"),
        ("女婿", "child_spouse"),
        ("表弟", "cousin"),
    ],
)
def test_the_relative_is_the_kin_of_whoever_declares(bench: Bench, word: str, code: str) -> None:
    report = bench.load([KIN_HEAD, ["虚构局长", CITIZEN, "虚构亲属", "", word, "", ""]])
    assert report.files[0].kind == "kinship"
    src, edge, dst = bench.edge(R.KIN_OF)
    assert (src, edge.role, dst) == ("虚构亲属", code, "虚构局长")
    assert edge.attributes == {"restricted": "yes"}


def test_unknown_kinship_is_kept_for_a_person_and_none_is_rejected(bench: Bench) -> None:
    report = bench.load(
        [
            KIN_HEAD,
            ["虚构局长", CITIZEN, "虚构甲", "", "干亲", "", ""],
            ["虚构局长", CITIZEN, "虚构乙", "", "非亲属", "", ""],
        ]
    )
    assert codes(report) == ["kinship.unknown"]
    assert [p.code for p in report.files[0].rejected] == ["kinship.none"]
    assert bench.edge(R.KIN_OF)[1].role == "干亲"


def test_what_a_relative_runs_comes_with_the_declaration(bench: Bench) -> None:
    bench.load([KIN_HEAD, ["虚构局长", CITIZEN, "虚构配偶", "", "配偶", "临江甲有限公司", "法定代表人"]])
    src, edge, dst = bench.edge(R.LEGAL_REP_OF)
    assert (src, dst, edge.attributes) == ("虚构配偶", "临江甲有限公司", {"restricted": "yes"})


def test_officials_with_level_leadership_and_term(bench: Bench) -> None:
    report = bench.load(
        [
            ["姓名", "公民身份号码", "单位", "职务", "级别", "是否领导班子成员", "任职日期", "免职日期"],
            ["虚构局长", CITIZEN, "临江市虚构局", "局长", "县处级正职", "是", "2019-03-01", ""],
            ["虚构科员", "", "临江市虚构局", "科员", "乡科级以下", "否", "2019-03-01", "2024-05-31"],
            ["虚构某人", "", "临江市虚构局", "科员", "", "不详吧", "", ""],
        ]
    )
    assert report.files[0].kind == "officials"
    assert codes(report) == ["value.yes_no"]
    found = {src: edge for src, edge, _ in bench.edges(R.OFFICIAL_OF)}
    assert found["虚构局长"].attributes == {"level": "县处级正职", "leading": "yes"}
    assert found["虚构局长"].valid.end is None
    assert found["虚构科员"].attributes["leading"] == "no"
    assert found["虚构科员"].valid.end == datetime(2024, 6, 1, tzinfo=CST)
    assert "leading" not in found["虚构某人"].attributes


def test_former_officials_and_where_they_went(bench: Bench) -> None:
    report = bench.load(
        [
            [
                "姓名",
                "公民身份号码",
                "原任职单位",
                "原职务",
                "原职级",
                "辞去公职日期",
                "现任职企业",
                "现任职企业统一社会信用代码",
                "入职日期",
            ],
            [
                "虚构前局长",
                CITIZEN,
                "临江市虚构局",
                "局长",
                "县处级",
                "2024-01-31",
                "临江甲有限公司",
                CODES[0],
                "2024-06-01",
            ],
        ]
    )
    assert report.files[0].kind == "officials"
    _, post, _ = bench.edge(R.OFFICIAL_OF)
    assert post.valid.end == datetime(2024, 2, 1, tzinfo=CST)
    _, job, where = bench.edge(R.EMPLOYED_BY)
    assert (where, job.valid.start) == ("临江甲有限公司", datetime(2024, 6, 1, tzinfo=CST))


def test_employment_by_social_insurance(bench: Bench) -> None:
    report = bench.load(
        [
            ["姓名", "身份证号", "参保单位", "统一社会信用代码", "参保开始日期", "参保截止日期"],
            ["虚构张三", CITIZEN, "临江甲有限公司", CODES[0], "2020-01-01", "2022-12-31"],
        ]
    )
    assert report.files[0].kind == "employment"
    assert bench.edge(R.EMPLOYED_BY)[1].valid.end == datetime(2023, 1, 1, tzinfo=CST)


@pytest.mark.parametrize(
    ("word", "kind"), [("委托管理", R.MANAGES), ("行业监督", R.OVERSEES), ("主管", R.OVERSEES)]
)
def test_managing_is_not_supervising(bench: Bench, word: str, kind: RelationType) -> None:
    report = bench.load(
        [
            ["主管部门", "被监管单位", "被监管单位统一社会信用代码", "关系"],
            ["临江市虚构局", "临江甲中心", CODES[0], word],
        ]
    )
    assert report.files[0].kind == "oversight"
    src, _, dst = bench.edge(kind)
    assert (src, dst) == ("临江市虚构局", "临江甲中心")


def test_ppp_responsibility_in_a_row_per_project(bench: Bench) -> None:
    report = bench.load(
        [
            ["项目编号", "项目名称", "实施机构", "社会资本方", "社会资本方统一社会信用代码", "识别阶段责任人",
             "采购阶段责任人", "采购阶段责任人证件号码", "采购阶段开始日期", "采购阶段结束日期", "违约日期"],
            ["PPP-1", "临江虚构大桥", "临江市虚构局", "临江甲有限公司", CODES[0], "虚构张三",
             "虚构李四、虚构王五", CITIZEN, "2020-01-01", "2020-12-31", "2024-05-06"],
        ]
    )  # fmt: skip
    assert report.files[0].kind == "ppp"
    assert codes(report) == ["ppp.counts"], "two names and one number can't be paired"
    found = {(src, edge.role) for src, edge, _ in bench.edges(R.RESPONSIBLE_FOR)}
    assert found == {("虚构张三", "identification"), ("虚构李四", "procurement"), ("虚构王五", "procurement")}
    ended = {edge.valid.end for _, edge, _ in bench.edges(R.RESPONSIBLE_FOR) if edge.role == "procurement"}
    assert ended == {datetime(2021, 1, 1, tzinfo=CST)}
    assert bench.store.find("citizen_id", CITIZEN) is None
    project = bench.store.find("project", "PPP-1")
    assert project is not None
    assert project.attributes["defaulted_on"] == "2024-05-06"
    assert bench.edge(R.BUYER_OF)[0] == "临江市虚构局"
    assert bench.edge(R.PARTY_TO)[1].role == "supplier"


def test_ppp_responsibility_in_a_row_per_phase(bench: Bench) -> None:
    report = bench.load(
        [
            ["PPP项目编号", "责任阶段", "责任人", "责任人证件号码", "责任起始日期", "责任截止日期"],
            ["PPP-1", "执行阶段", "虚构张三", CITIZEN, "2021-01-01", "2022-06-30"],
            ["PPP-1", "运营", "虚构李四", "", "", ""],
        ]
    )
    assert [(p.row, p.code) for p in report.files[0].rejected] == [(3, "ppp.phase")]
    assert bench.edge(R.RESPONSIBLE_FOR)[1].role == "execution"
    assert bench.things(PartyType.PROJECT) == {"PPP-1"}


def test_a_text_with_two_phases_names_none() -> None:
    assert phase_of("采购及执行") == ""
    assert phase_of("项目移交阶段") == "transfer"


@pytest.mark.parametrize(
    ("headings", "kind"),
    [
        ("企业名称,统一社会信用代码,姓名,职务", "officers"),
        ("公司名称,姓名,职位,任职起始日期,任职结束日期", "officers"),
        ("姓名,身份证号,任职企业名称,担任职务,是否在任", "officers"),
        ("姓名,身份证号码,工作单位,职务,职级,是否班子成员,任职时间,离任时间", "officials"),
        ("姓名,公民身份号码,所在单位,现任职务,级别,分管工作", "officials"),
        ("姓名,身份证号,原单位,原职务,离职日期,现任职单位,现单位职务", "officials"),
        ("姓名,身份证号码,参保单位,参保起止时间", "employment"),
        ("申报人,申报人身份证号,家庭成员姓名,家庭成员身份证号,与申报人关系", "kinship"),
        ("项目编号,阶段,责任人,单位,职务,起始日期,截止日期", "ppp"),
        ("项目编号,项目名称,招标人,代理机构,招标方式", "tenders"),
        ("招标项目编号,标段编号,标段名称", "lots"),
        ("招标项目编号,标段编号,评委姓名,身份证号,工作单位", "committee"),
        ("招标项目编号,合同编号,合同名称,甲方,乙方,合同金额,签订日期", "contracts"),
        ("项目编号,标段编号,投标人,统一社会信用代码,投标报价", "bids"),
        ("招标项目编号,标段编号,投标人名称,投标文件正文", "bid_texts"),
    ],
)
def test_tables_made_by_hand_are_told_apart(headings: str, kind: str) -> None:
    found, _ = detect(headings.split(","))
    assert found.name == kind
    assert plan(found, headings.split(",")).unknown == ()


def test_a_company_with_its_people_in_a_cell_each(bench: Bench) -> None:
    head = ["企业名称", "统一社会信用代码", "法定代表人", "董事", "监事", "高级管理人员"]
    bench.load([head, ["临江甲有限公司", CODES[0], "虚构张三", "虚构张三、虚构李四", "虚构王五", ""]])
    assert {(src, edge.type) for src, edge, _ in bench.edges()} == {
        ("虚构张三", R.LEGAL_REP_OF), ("虚构张三", R.DIRECTOR_OF), ("虚构李四", R.DIRECTOR_OF),
        ("虚构王五", R.SUPERVISOR_OF),
    }  # fmt: skip


@pytest.mark.parametrize(
    "span", ["2020-01-01至2022-12-31", "2020年1月1日—2022年12月31日", "20200101 - 20221231"]
)
def test_a_term_in_one_cell(bench: Bench, span: str) -> None:
    head = ["姓名", "参保单位", "统一社会信用代码", "参保起止时间"]
    bench.load([head, ["虚构张三", "临江甲有限公司", CODES[0], span]])
    valid = bench.edge(R.EMPLOYED_BY)[1].valid
    assert (valid.start, valid.end) == (datetime(2020, 1, 1, tzinfo=CST), datetime(2023, 1, 1, tzinfo=CST))


def test_a_term_that_nobody_understands_is_said(bench: Bench) -> None:
    head = ["姓名", "参保单位", "统一社会信用代码", "参保起止时间"]
    report = bench.load([head, ["虚构张三", "临江甲有限公司", CODES[0], "三年左右"]])
    assert codes(report) == ["value.date"]
    assert bench.edge(R.EMPLOYED_BY)[1].valid.start is None
