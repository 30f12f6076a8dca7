"""Trading-platform tables: tenders, lots, bids, what bids leave behind, committees, awards, contracts (SPEC 6.1)."""

from __future__ import annotations

import csv
import json
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
from loaders.mapping import Mapper, Origin

R = RelationType
T, L = "A3299010000000000001", "A3299010000000000001001"
LOT = f"{T}/{L}"
A, B = "临江甲建设有限公司", "临江乙建设有限公司"
FIELDS = Path("/work/shared/data/formats/trading_platform_fields.csv")
KINDS_OF_TABLES = {
    "TENDER_PROJECT": "tenders", "PURCHASE_PROJECT": "tenders", "SECTION": "lots", "TENDER_LIST": "bids",
    "PURCHASE_TENDER_LIST": "bids",
    "BID_DOC_CHARACT_CODE": "bid_devices", "BIDDER_MAKE_TOOL_INFO": "bid_devices", "BIDDER_MARGIN_INFO": "bid_bonds",
    "LETTER_OF_GUARANTEE": "bid_bonds", "BIDDER_PROJECT_MEMBER": "bid_members", "BID_EVALUATION_EXPERT": "committee",
    "WIN_RESULT_ANNO": "awards", "BID_WINNING_NOTICE": "awards",
    "BID_DEAL_ANNOUNCE": "awards", "CONTRACT_PERFORMANCE": "contracts", "PURCHASE_CONTRACT": "contracts",
    "PERFORMANCE": "contracts", "PERFORMANCE_INFO": "contracts", "TENDER_CANDIDATE": "evaluations",
    "EVALUATION_RESULT": "evaluations", "REJECTED_BID_INFO": "evaluations", "LEGAL_PERSON_BASE": "register",
    "BLACK_LIST": "black_list", "VIOLATING_LAWS_RULES_INFO": "violations", "EXPERT_CREDIT_RECORD": "experts",
}  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def codes(report: object) -> list[tuple[int, str]]:
    return [(p.row, p.code) for file in report.files for p in file.warnings]  # type: ignore[attr-defined]


@pytest.mark.skipif(not FIELDS.is_file(), reason="the dictionary of platform tables is not here")
def test_every_column_of_the_published_dictionary_is_mapped_or_ignored_by_name() -> None:
    tables: dict[str, list[dict[str, str]]] = {}
    with FIELDS.open(encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle):
            tables.setdefault(row["table"], []).append(row)
    seen = set()
    for table, rows in tables.items():
        sector, _, rest = table.partition("_")
        plain = rest if sector in ("ZJ", "SL", "JT", "GY", "YG", "XX") else table
        if plain not in KINDS_OF_TABLES:
            continue
        seen.add(plain)
        for name in ("field", "field_cn"):
            headings = [row[name] for row in rows]
            kind, _ = detect(headings)
            assert (table, kind.name) == (table, KINDS_OF_TABLES[plain])
            if kind.covers[0] not in ("ZTBHMD", "ZTBJ"):
                assert (table, plan(kind, headings).unknown) == (table, ())
    assert seen == set(KINDS_OF_TABLES)


def test_a_tender_with_buyer_agency_and_regime(bench: Bench) -> None:
    report = bench.load(
        [
            ["TENDER_PROJECT_CODE", "TENDER_PROJECT_NAME", "IS_TO_LAW", "TENDERER_NAME", "TENDER_AGENCY_NAME",
             "TENDER_AGENCY_CODE", "TENDER_MODE", "SUPERVISE_DEPT_NAME"],
            [T, "临江虚构大桥施工", "1", "临江市虚构局", "临江虚构代理有限公司", CODES[4], "公开招标", "临江市虚构委"],
        ]
    )  # fmt: skip
    assert report.files[0].kind == "tenders"
    assert bench.edge(R.BUYER_OF)[0] == "临江市虚构局"
    assert bench.edge(R.AGENT_FOR)[0] == "临江虚构代理有限公司"
    assert bench.edge(R.OVERSEES)[1].role == "supervision"
    tender = bench.store.find("tender", T)
    assert tender is not None
    assert tender.attributes["regime"] == "mandatory_tender"


@pytest.mark.parametrize(
    ("by_law", "regime"), [("是", "mandatory_tender"), ("0", "voluntary"), ("", None), ("待定", None)]
)
def test_the_regime_is_what_the_table_says_and_never_guessed(
    bench: Bench, by_law: str, regime: str | None
) -> None:
    bench.load(
        [
            ["招标项目编号", "招标项目名称", "是否依法必须招标", "招标人名称"],
            [T, "临江虚构大桥", by_law, "临江市虚构局"],
        ]
    )
    tender = bench.store.find("tender", T)
    assert tender is not None
    assert tender.attributes.get("regime") == regime


@pytest.mark.parametrize(
    ("method", "regime"),
    [("公开招标", "procurement_tender"), ("竞争性磋商", "procurement_other"), ("1", None)],
)
def test_procurement_is_told_by_its_method(bench: Bench, method: str, regime: str | None) -> None:
    bench.load(
        [
            ["采购项目编号", "采购项目名称", "采购人名称", "采购方式", "采购项目子包编号"],
            ["CG-1", "虚构采购", "临江市虚构局", method, "1"],
        ]
    )
    tender = bench.store.find("tender", "CG-1")
    assert tender is not None
    assert tender.attributes.get("regime") == regime
    assert bench.things(PartyType.LOT) == {"CG-1/1"}


BID_HEAD = [
    "招标项目编号", "标段（包）编号", "投标人名称", "投标人代码", "投标单位项目负责人", "项目负责人证件号码",
    "投标报价金额",
    "投标报价单位", "联合体名称（如有）", "联合体组织机构代码证（联合体招标时填写）", "投标文件递交时间",
    "投标操作人员", "投标操作人联系方式",
]  # fmt: skip


def bid(name: str, code: str, **more: str) -> list[str]:
    given = {"投标报价金额": "3568.12", "投标报价单位": "万元", "投标文件递交时间": "20261102093000", **more}
    return [T, L, name, code, *(given.get(heading, "") for heading in BID_HEAD[4:])]


def test_a_bid_with_its_people_price_and_contact(bench: Bench) -> None:
    people = {"投标单位项目负责人": "虚构张三", "项目负责人证件号码": CITIZEN, "投标操作人员": "虚构操作员"}
    report = bench.load([BID_HEAD, bid(A, CODES[0], **people, 投标操作人联系方式="13912345670")])
    assert report.files[0].kind == "bids"
    src, edge, _ = bench.edge(R.BID_IN)
    assert (src, edge.role, edge.attributes["price"]) == (A, "sole", "35681200")
    assert edge.valid.start == datetime(2026, 11, 2, 9, 30, tzinfo=CST)
    assert bench.things(PartyType.LOT) == {LOT}
    acting = {(name, one.role, one.attributes["lot"]) for name, one, _ in bench.edges(R.ACTS_FOR)}
    assert acting == {("虚构张三", "project_manager", LOT), ("虚构操作员", "agent", LOT)}
    _, uses, phone = bench.edge(R.USES)
    assert (uses.role, phone) == ("contact", "13912345670")


def test_a_consortium_in_free_text_is_one_bid_of_all_its_members(bench: Bench) -> None:
    union = {
        "联合体名称（如有）": f"{A}、{B}",
        "联合体组织机构代码证（联合体招标时填写）": f"{CODES[0]},{CODES[1]}",
    }
    bench.load([BID_HEAD, bid(A, CODES[0], **union)])
    found = bench.edges(R.BID_IN)
    assert {(src, edge.role) for src, edge, _ in found} == {(A, "lead"), (B, "member")}
    assert len({edge.attributes["bid"] for _, edge, _ in found}) == 1


def test_an_unclear_consortium_is_marked_and_said(bench: Bench) -> None:
    report = bench.load([BID_HEAD, bid(f"{A}等3家", CODES[0])])
    assert (2, "bidders.others") in codes(report)
    assert bench.edge(R.BID_IN)[1].attributes["incomplete"] == "yes"


def test_a_unit_code_that_nobody_confirmed_makes_no_amount(bench: Bench) -> None:
    report = bench.load([BID_HEAD, bid(A, CODES[0], 投标报价单位="1")])
    assert codes(report) == [(2, "price.unit")]
    assert "price" not in bench.edge(R.BID_IN)[1].attributes


def test_a_list_of_bidders_without_a_tender_is_not_loaded(bench: Bench) -> None:
    report = bench.load([["投标人名称", "投标人代码", "投标报价"], [A, CODES[0], "100"]])
    assert [p.code for _, p in report.problems] == ["kind.bidders"]


def test_firms_to_be_avoided_are_no_bids(bench: Bench) -> None:
    head = ["TENDER_PROJECT_CODE", "BID_SECTION_CODE", "BIDDER_NAME", "BIDDER_ORG_CODE", "AVOID_REASON"]
    report = bench.load([head, [T, L, A, CODES[0], "回避"]])
    assert not report.published


DEVICE_HEAD = [
    "招标项目编号", "标段（包）编号", "投标人名称", "投标人代码", "CPU序列号", "硬盘序列号", "网卡MAC地址", "IP地址",
    "投标文件MD5码", "计价软硬件信息xml",
]  # fmt: skip


def test_codes_of_machines_and_files(bench: Bench) -> None:
    machine = ["BFEBFBFF000906EA", "WD-WX 123456", "00-e0-4c-68-00-01", "58.20.1.9", "0123456789abcdef" * 2]
    xml = "<r 加密锁号='JZ20200011' 机器码='AB12CD34EF' 说明='x'/>"
    report = bench.load([DEVICE_HEAD, [T, L, A, CODES[0], *machine, xml]])
    assert report.files[0].kind == "bid_devices"
    assert bench.things(PartyType.DEVICE) == {
        "cpu:BFEBFBFF000906EA", "disk:WDWX123456", "mac:00E04C680001", "ip:58.20.1.9", "dongle:JZ20200011",
        "machine:AB12CD34EF",
    }  # fmt: skip
    assert bench.things(PartyType.DOCUMENT) == {f"md5:{'0123456789abcdef' * 2}"}
    roles = {dst: edge.role for _, edge, dst in bench.edges(R.USES)}
    assert roles["ip:58.20.1.9"] == "upload"
    assert roles["mac:00E04C680001"] == "file"
    assert report.files[0].unknown == ["valuation/说明"]


@pytest.mark.parametrize(
    "values",
    [
        ["无", "暂无", "-", "/", "", ""],
        ["0000000000000000", "To be filled by O.E.M.", "00:00:00:00:00:00", "192.168.1.20", "0" * 32, ""],
        ["None", "VBOX HARDDISK", "00:50:56:C0:00:08", "10.0.0.8", "d41d8cd98f00b204e9800998ecf8427e", ""],
        ["FFFFFFFF", "Default string", "FF-FF-FF-FF-FF-FF", "127.0.0.1", "不是校验码", "<r CPU='无'/>"],
    ],
)
def test_placeholders_and_defaults_make_no_device(bench: Bench, values: list[str]) -> None:
    report = bench.load([DEVICE_HEAD, [T, L, A, CODES[0], *values], [T, L, B, CODES[1], *values]])
    assert report.files[0].accepted == 2
    assert bench.edges(R.USES) == []
    assert bench.things(PartyType.DEVICE) == set()


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><r 锁号="&b;"/>',
        '<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><r 锁号="1">&f;</r>',
        "<r 锁号='1'",
        "无法识别",
    ],
)
def test_unsafe_xml_in_a_cell_is_not_read(bench: Bench, xml: str) -> None:
    report = bench.load([DEVICE_HEAD, [T, L, A, CODES[0], "", "", "", "58.20.1.9", "", xml]])
    assert codes(report) == [(2, "xml.cell")]
    assert bench.things(PartyType.DEVICE) == {"ip:58.20.1.9"}


def test_bonds_by_account_and_by_letter(bench: Bench) -> None:
    head = [
        "招标项目编号",
        "标段（包）编号",
        "投标人名称",
        "投标人代码",
        "保证金缴纳基本户账号",
        "保函编号",
        "承保人",
    ]
    report = bench.load(
        [
            head,
            [T, L, A, CODES[0], "6222 0210 0111 2223 334", "", ""],
            [T, L, B, CODES[1], "****3334", "BH-0001", "虚构担保"],
        ]
    )
    assert report.files[0].kind == "bid_bonds"
    assert codes(report) == [(3, "thing.account")]
    assert bench.things(PartyType.ACCOUNT) == {"6222021001112223334"}
    assert {dst: edge.attributes.get("serial") for _, edge, dst in bench.edges(R.USES)} == {
        "6222021001112223334": None,
        "guarantee:虚构担保:BH-0001": "BH-0001",
    }


def test_staff_of_a_bid(bench: Bench) -> None:
    head = [
        "招标项目编号",
        "标段（包）编号",
        "投标人名称",
        "投标人代码",
        "成员姓名",
        "成员身份证号",
        "成员岗位类型",
    ]
    report = bench.load(
        [
            head,
            [T, L, A, CODES[0], "虚构张三", CITIZEN, "项目经理"],
            [T, L, A, CODES[0], "虚构李四", "", "安全员"],
        ]
    )
    assert report.files[0].kind == "bid_members"
    assert {src: edge.role for src, edge, _ in bench.edges(R.ACTS_FOR)} == {
        "虚构张三": "project_manager",
        "虚构李四": "key_staff",
    }


def test_texts_of_bids_are_kept_whole_and_by_hash(bench: Bench) -> None:
    text = "施工组织设计。" * 20_000
    line = {"招标项目编号": T, "标段编号": L, "投标人名称": A, "投标人代码": CODES[0], "投标文件文本": text}
    report = bench.load(json.dumps([line], ensure_ascii=False).encode(), name="texts.json")
    assert report.files[0].kind == "bid_texts"
    assert report.files[0].accepted == 1, "longer than a cell of any other kind may be"
    (value,) = bench.things(PartyType.DOCUMENT)
    document = bench.store.find("document", value)
    assert document is not None
    assert document.attributes["text"] == text
    assert bench.edge(R.USES)[1].role == "text"


def test_committees(bench: Bench) -> None:
    head = [
        "TENDER_PROJECT_CODE",
        "BID_SECTION_CODE",
        "EXPERT_TYPE",
        "EXPERT_NAME",
        "ID_CARD",
        "EXPERT_CHECK_IN_TIME",
        "IS_CHAIR_MAN",
    ]
    report = bench.load(
        [
            head,
            [T, L, "招标人代表", "虚构张三", CITIZEN, "20261103080000", "1"],
            [T, L, "1", "虚构李四", "", "", "0"],
        ]
    )
    assert report.files[0].kind == "committee"
    found = {src: (edge.role, edge.attributes["seat"]) for src, edge, _ in bench.edges(R.EVALUATES)}
    assert found == {"虚构张三": ("chair", "buyer_representative"), "虚构李四": ("member", "expert")}


def test_awards_and_contracts(bench: Bench) -> None:
    head = ["TENDER_PROJECT_CODE", "BID_SECTION_CODE", "WIN_BIDDER_NAME", "WIN_BIDDER_CODE", "BID_AMOUNT", "PRICE_UNIT",
            "NOTICE_SEND_TIME", "PROJECT_LEAD", "PROJECT_LEAD_ID"]  # fmt: skip
    report = bench.load([head, [T, L, A, CODES[0], "1100", "万元", "20261110", "虚构张三", CITIZEN]])
    assert report.files[0].kind == "awards"
    src, won, _ = bench.edge(R.WON)
    assert (src, won.attributes["price"], won.valid.start) == (
        A,
        "11000000",
        datetime(2026, 11, 10, tzinfo=CST),
    )
    head = [
        "招标项目编号",
        "标段（包）编号",
        "合同名称",
        "招标人名称",
        "中标人名称",
        "中标人代码",
        "合同金额",
        "合同签署时间",
        "合同编号",
    ]
    report = bench.load(
        [head, [T, L, "施工合同", "临江市虚构局", A, CODES[0], "11000000", "2026-11-20", "HT-1"]]
    )
    assert report.files[0].kind == "contracts"
    assert {(who, edge.role) for who, edge, _ in bench.edges(R.PARTY_TO)} == {
        ("临江市虚构局", "buyer"),
        (A, "supplier"),
    }
    contract = bench.store.find("contract", f"{LOT}#HT-1")
    assert contract is not None
    assert contract.attributes["amount_cny"] == "11000000"
    assert len(bench.edges(R.CONTRACT_OF)) == 1


def test_ranks_and_rejections(bench: Bench) -> None:
    head = ["招标项目编号", "标段（包）编号", "投标人名称", "投标人代码", "评分结果排位", "废标理由"]
    report = bench.load([head, [T, L, A, CODES[0], "1", ""], [T, L, B, CODES[1], "", "未盖章"]])
    assert report.files[0].kind == "evaluations"
    found = {src: edge.attributes for src, edge, _ in bench.edges(R.BID_IN)}
    assert (found[A]["rank"], found[A]["status"]) == ("1", "valid")
    assert (found[B]["status"], found[B]["reason"]) == ("disqualified", "未盖章")


def test_who_served_the_project_before(bench: Bench) -> None:
    head = ["招标项目编号", "前期服务单位", "前期服务单位统一社会信用代码", "服务内容"]
    report = bench.load(
        [
            head,
            [T, "临江虚构设计院有限公司", CODES[3], "初步设计"],
            [T, "临江虚构咨询有限公司", CODES[2], "设计与监理"],
        ]
    )
    assert codes(report) == [(3, "service.unclear")]
    assert {src: edge.role for src, edge, _ in bench.edges(R.SERVED)} == {
        "临江虚构设计院有限公司": "design",
        "临江虚构咨询有限公司": "设计与监理",
    }


def test_a_bid_for_an_undivided_tender_is_in_the_tender(bench: Bench) -> None:
    bench.load([["招标项目编号", "投标人名称", "投标人代码", "投标报价金额"], [T, A, CODES[0], "100"]])
    assert bench.things(PartyType.TENDER) == {T}
    assert bench.things(PartyType.LOT) == set()
    assert len(bench.edges(R.BID_IN)) == 1


@pytest.mark.parametrize(
    "table", ["TENDER_LIST", "SECTION", "WIN_RESULT_ANNO", "BID_EVALUATION_EXPERT", "BID_DOC_CHARACT_CODE"]
)
def test_rows_without_a_tender_are_rejected_by_row_and_column(bench: Bench, table: str) -> None:
    heads = {
        "TENDER_LIST": BID_HEAD,
        "SECTION": ["TENDER_PROJECT_CODE", "BID_SECTION_CODE", "BID_SECTION_NAME", "CONTRACT_RECKON_PRICE"],
        "WIN_RESULT_ANNO": ["TENDER_PROJECT_CODE", "BID_SECTION_CODE", "WIN_BIDDER_NAME", "BID_AMOUNT"],
        "BID_EVALUATION_EXPERT": [
            "TENDER_PROJECT_CODE",
            "BID_SECTION_CODE",
            "EXPERT_NAME",
            "EXPERT_CHECK_IN_TIME",
        ],
        "BID_DOC_CHARACT_CODE": [
            "TENDER_PROJECT_CODE",
            "BID_SECTION_CODE",
            "BIDDER_NAME",
            "CPU_ID",
            "MAC_ADDRESS",
        ],
    }
    head = heads[table]
    report = bench.load([head, ["", L, *["临江甲建设有限公司"] * (len(head) - 2)]])
    assert [(p.row, p.column, p.code) for p in report.files[0].rejected] == [(2, head[0], "row.missing")]


def test_the_register_of_a_platform_brings_the_basic_account(bench: Bench) -> None:
    head = [
        "LEGAL_NAME",
        "LEGAL_CODE",
        "LEGAL_REPRESENT",
        "BASIC_ACCOUNT_NO",
        "REG_CAPITAL",
        "REG_UNIT",
        "LEGAL_CONTACT_PHONE",
    ]
    report = bench.load([head, [A, CODES[0], "虚构张三", "6222021001112223334", "1000", "1", "13912345670"]])
    assert report.files[0].kind == "register"
    assert codes(report) == [(2, "price.unit")]
    assert bench.edge(R.USES)[1].role == "registered"


def test_long_numbers_are_refused_and_not_cut() -> None:
    kind, _ = detect(BID_HEAD)
    mapper = Mapper(kind, Origin(dataset="bids", publisher="", file="", sha256=""))
    from loaders.tables import Chunk, Line

    line = Line(2, ["9" * 101, L, A, CODES[0], *[""] * (len(BID_HEAD) - 4)])
    outcome = mapper.map(Chunk(tuple(BID_HEAD), [line]))
    assert [p.code for p in outcome.rejected] == ["thing.code"]
