"""A loaded tender becomes the request that a caller would have written: nothing lost, nothing added."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from list_files import CITIZEN, CODES, write_csv
from loading import Bench

from api.cli.main import cli
from api.tenders import TenderError, request_of
from matching.request import DecisionRequest

T = "T1"
A, B, C = "临江甲建设有限公司", "临江乙建设有限公司", "临江丙建设有限公司"
TENDER = [
    [
        "招标项目编号",
        "招标项目名称",
        "是否依法必须招标",
        "招标人名称",
        "招标代理机构名称",
        "招标代理机构代码",
        "开标时间",
    ],
    [T, "临江虚构大桥施工", "1", "临江市虚构局", "临江虚构代理有限公司", CODES[4], "2026-11-20 09:00:00"],
]
LOTS = [
    ["招标项目编号", "标段编号", "标段名称", "标段合同估算价"],
    [T, "L1", "一标段", "1"],
    [T, "L2", "二标段", "1"],
]
BIDS = [
    ["招标项目编号", "标段编号", "投标人名称", "投标人代码", "项目负责人", "项目负责人证件号码", "投标报价金额",
     "联合体名称", "联合体成员代码", "联合体联系电话"],
    [T, "L1", A, CODES[0], "虚构张三", CITIZEN, "3568", "", "", "13912345670"],
    [T, "L1", B, CODES[1], "虚构李四", "", "3570", f"{B}、{C}", f"{CODES[1]},{CODES[2]}", ""],
    [T, "L2", A, CODES[0], "虚构王五", "", "1200", "", "", ""],
]  # fmt: skip
DEVICES = [
    [
        "招标项目编号",
        "标段编号",
        "投标人名称",
        "投标人代码",
        "CPU序列号",
        "硬盘序列号",
        "IP地址",
        "投标文件MD5码",
    ],
    [T, "L1", A, CODES[0], "BFEBFBFF000906EA", "WD-123456", "58.20.1.9", "0123456789abcdef" * 2],
    [T, "L1", B, CODES[1], "无", "WD-123456", "58.20.1.9", ""],
]
BONDS = [
    ["招标项目编号", "标段编号", "投标人名称", "投标人代码", "保证金缴纳账号"],
    [T, "L1", A, CODES[0], "6222021001112223334"],
]
JUDGES = [
    ["招标项目编号", "标段编号", "专家姓名", "专家身份证件号", "专家类别", "是否为评标组长"],
    [T, "L1", "虚构专家", "", "经济", "1"],
    [T, "L1", "虚构代表", "", "招标人代表", "0"],
]
SERVED = [["招标项目编号", "服务单位名称", "服务内容"], [T, "临江虚构设计院有限公司", "初步设计"]]
TEXTS = [
    ["招标项目编号", "标段编号", "投标人名称", "投标人代码", "投标文件文本"],
    [T, "L1", A, CODES[0], "施工组织设计"],
]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("tender"))
    report = made.load(TENDER, LOTS, BIDS, DEVICES, BONDS, JUDGES, SERVED, TEXTS)
    assert report.published
    assert report.clean, report.to_json("zh")["problems"]
    yield made
    made.close()


def test_the_tender_with_everyone_who_takes_part(bench: Bench) -> None:
    body = request_of(bench.store, T)
    request = DecisionRequest.model_validate(body)
    tender = request.tender
    assert (tender.id, tender.name, str(tender.regime)) == (T, "临江虚构大桥施工", "mandatory_tender")
    assert tender.opening_at is not None
    assert tender.buyer is not None
    assert tender.agency is not None
    assert (tender.buyer.name, tender.agency.identifiers[0].id) == ("临江市虚构局", CODES[4])
    assert [one.name for one in tender.prior_service_providers] == ["临江虚构设计院有限公司"]
    assert [one.name for one in tender.experts] == ["虚构专家"]
    assert [one.name for one in tender.committee] == ["虚构代表"]
    assert {lot.id for lot in request.lots} == {"L1", "L2"}
    assert {(one.name, one.lots) for one in request.bidders} == {(A, ("L1",)), (B, ("L1",)), (A, ("L2",))}


def test_one_lot_with_what_its_bids_left_behind(bench: Bench) -> None:
    request = DecisionRequest.model_validate(request_of(bench.store, T, "L1"))
    first, second = sorted(request.bidders, key=lambda one: one.name != A)
    assert (first.name, str(first.price)) == (A, "3568")
    assert first.project_manager is not None
    assert first.project_manager.identifiers[0].id == CITIZEN
    assert first.bond_account == "6222021001112223334"
    assert [contact.phone for contact in first.contacts] == ["13912345670"]
    device = first.devices[0]
    assert (device.cpu, device.disk, device.ip) == ("BFEBFBFF000906EA", "WD123456", "58.20.1.9")
    assert device.file_md5 == "0123456789abcdef" * 2
    assert [document.text for document in first.documents] == ["施工组织设计"]
    assert second.consortium is not None
    assert {member.name for member in second.consortium.members} == {B, C}
    assert (second.devices[0].cpu, second.devices[0].disk) == ("", "WD123456"), "a placeholder is no code"
    assert {lot.id for lot in request.lots} == {"L1"}


def test_what_belongs_to_another_lot_stays_there(bench: Bench) -> None:
    (only,) = DecisionRequest.model_validate(request_of(bench.store, T, "L2")).bidders
    assert only.project_manager is not None
    assert only.project_manager.name == "虚构王五"
    assert (only.devices, only.bond_account, only.contacts) == ((), "", ())


@pytest.mark.parametrize(
    ("tender", "lot", "code"), [("T9", "", "tender.unknown"), (T, "L9", "tender.lot_unknown")]
)
def test_unknown_tenders_and_lots_are_refused(bench: Bench, tender: str, lot: str, code: str) -> None:
    with pytest.raises(TenderError) as refused:
        request_of(bench.store, tender, lot)
    assert refused.value.code == code


def test_a_tender_without_bids_is_refused(tmp_path: Path) -> None:
    empty = Bench(tmp_path)
    empty.load(TENDER)
    with pytest.raises(TenderError) as refused:
        request_of(empty.store, T)
    assert refused.value.code == "tender.no_bids"
    empty.close()


def test_the_command_decides_a_loaded_tender(tmp_path: Path) -> None:
    holdings = [
        ["股东名称", "股东统一社会信用代码", "被投资企业", "统一社会信用代码", "持股比例"],
        [A, CODES[0], B, CODES[1], "60%"],
    ]
    names = {"tender": TENDER, "lots": LOTS, "bids": BIDS, "devices": DEVICES, "holdings": holdings}
    paths = [str(write_csv(tmp_path / f"{name}.csv", rows)) for name, rows in names.items()]
    env = {"LIANCHENG_HOME": str(tmp_path / "home"), "LIANCHENG_LANG": "en"}
    runner = CliRunner()
    loaded = runner.invoke(cli, ["load", *paths, "--format", "json"], env=env)
    assert loaded.exit_code == 0, loaded.output
    decided = runner.invoke(cli, ["decide", "--tender", T, "--lot", "L1"], env=env)
    assert decided.exit_code == 0, decided.output
    answer = json.loads(decided.stdout)
    found = {reason["code"] for one in answer["bidders"] for reason in one["reasons"]}
    assert {"B02", "R03"} <= found, "held by 60 %, and sent by one line"
    assert CITIZEN not in decided.stdout
    neither = runner.invoke(cli, ["decide"], env=env)
    assert neither.exit_code == 2
    unknown = runner.invoke(cli, ["decide", "--tender", "T9"], env=env)
    assert unknown.exit_code == 3


@pytest.mark.parametrize(
    ("share", "code", "verdict"),
    [
        ("超过50%", "B02", "BLOCK"),
        ("50.01%", "B02", "BLOCK"),
        ("50%以上", "B04", "REVIEW"),
        ("50%", "B04", "REVIEW"),
    ],
)
def test_more_than_a_half_is_more_than_a_half(tmp_path: Path, share: str, code: str, verdict: str) -> None:
    holdings = [
        ["股东名称", "股东统一社会信用代码", "被投资企业", "统一社会信用代码", "持股比例"],
        [A, CODES[0], B, CODES[1], share],
    ]
    court = [
        [
            "被执行人姓名/名称",
            "身份证号码/组织机构代码",
            "执行法院",
            "案号",
            "失信被执行人行为具体情形",
            "发布时间",
        ],
        ["临江丁有限公司", CODES[3], "虚构法院", "(2026)虚0000执1号", "违反财产报告制度", "2026-10-01"],
    ]
    plain = [row[:4] for row in BIDS[:3]]
    paths = [
        str(write_csv(tmp_path / f"{place}.csv", rows))
        for place, rows in enumerate((TENDER, LOTS, plain, holdings, court))
    ]
    env = {"LIANCHENG_HOME": str(tmp_path / "home"), "LIANCHENG_LANG": "en"}
    runner = CliRunner()
    assert runner.invoke(cli, ["load", *paths], env=env).exit_code == 0
    answer = json.loads(runner.invoke(cli, ["decide", "--tender", T, "--lot", "L1"], env=env).stdout)
    effects = {reason["code"]: reason["effect"] for one in answer["bidders"] for reason in one["reasons"]}
    assert effects.get(code) == verdict, effects
