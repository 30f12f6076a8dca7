"""The demo city: the same bytes for a seed, right check characters, nothing real, valid requests."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from graph.dates import CST
from graph.identifiers import citizen_valid, nested_org_code, org_code_valid, reg_no_valid, uscc_valid
from loaders.demo import DemoManifest, variants, words, write_demo
from loaders.demo.world import Somebody
from matching.request import DecisionRequest, Regime

TODAY = date(2026, 11, 22)
TAKEN = datetime(2026, 11, 22, 8, tzinfo=CST)
City = tuple[Path, DemoManifest]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The demo city in a folder, written once for this file."""
    folder = tmp_path_factory.mktemp("city")
    return folder, write_demo(folder, today=TODAY, taken_at=TAKEN)


def table(path: Path, encoding: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding))))


def test_the_same_seed_gives_the_same_bytes(city: City, tmp_path: Path) -> None:
    folder, manifest = city
    assert write_demo(tmp_path, today=TODAY, taken_at=TAKEN) == manifest
    for path in folder.rglob("*"):
        if path.is_file():
            assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes()
    other = write_demo(tmp_path, seed=7, today=TODAY, taken_at=TAKEN)
    assert other.files[0].sha256 != manifest.files[0].sha256


def test_the_manifest_names_every_file(city: City) -> None:
    folder, manifest = city
    on_disk = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert on_disk == {file.path for file in manifest.files} | {"manifest.json"}
    for file in manifest.files:
        assert hashlib.sha256((folder / file.path).read_bytes()).hexdigest() == file.sha256
        assert (file.snapshot == "") or file.load.startswith("liancheng load ")
    assert json.loads((folder / "manifest.json").read_bytes())["taken_at"] == "2026-11-22T08:00:00+08:00"


def test_it_has_the_size_of_a_small_city(city: City) -> None:
    folder, manifest = city
    register = table(folder / "register/企业登记信息.csv", "utf-8-sig")
    staff = table(folder / "register/人员任职.csv", "gb18030")
    assert len(register) == manifest.companies == 5_000
    assert manifest.persons == 20_000
    assert len({row["公民身份号码"] for row in staff}) > 19_000
    branches = [row for row in register if row["企业名称"].endswith("分公司")]
    assert sum(not row["总公司统一社会信用代码"] for row in branches) > 90
    assert sum(bool(row["总公司统一社会信用代码"]) for row in branches) > 190
    assert sum(bool(row["曾用名"]) for row in register) >= 250
    assert {row["统一社会信用代码"][:2] for row in register} == {"91", "92", "93", "11", "12"}
    assert len({row["统一社会信用代码"] for row in register}) == 5_000


def test_numbers_are_right_and_of_nowhere(city: City) -> None:
    folder, _ = city
    for row in table(folder / "register/企业登记信息.csv", "utf-8-sig"):
        code, number = row["统一社会信用代码"], row["法定代表人证件号码"]
        assert uscc_valid(code)
        assert org_code_valid(nested_org_code(code))
        assert citizen_valid(number)
        assert code[2:8] == words.REGION
        assert number.startswith("3299")
        assert row["电子邮箱"].endswith(".invalid")


def test_registration_numbers_are_right_but_for_a_few_typos(city: City) -> None:
    folder, _ = city
    numbers = [row["注册号"] for row in table(folder / "register/企业登记信息.csv", "utf-8-sig")]
    assert len(set(numbers)) == 5_000
    assert all(re.fullmatch(rf"{words.REGION}\d{{9}}", number) for number in numbers)
    assert 5 <= sum(not reg_no_valid(number) for number in numbers) <= 12


def test_lists_are_masked_as_their_publishers_mask(city: City) -> None:
    folder, _ = city
    court = [
        row["身份证号码/组织机构代码"] for row in table(folder / "lists/失信被执行人_zxgk.csv", "utf-8-sig")
    ]
    persons = [number for number in court if re.fullmatch(r"\d{10}\*{4}\d{3}[\dX]", number)]
    assert len(persons) > 900
    assert not any(re.fullmatch(r"3299\d{13}[\dX]", number) for number in court)
    tax = table(folder / "lists/重大税收违法失信主体.csv", "gb18030")
    assert all(
        re.search(
            r"居民身份证：3299\d\d\*{8}\d{3}[\dX]$", row["法定代表人或者负责人姓名、性别、证件名称及号码"]
        )
        for row in tax
    )
    somebody = Somebody("虚构甲某", "男", date(1988, 1, 5), "329900198801052469")
    assert somebody.court_mask == "3299001988****2469"
    assert somebody.tax_mask == "329900********2469"
    assert [somebody.age(date(2026, 1, day)) for day in (4, 5)] == [37, 38]


def test_publishers_have_their_habits(city: City) -> None:
    folder, manifest = city
    encodings = {file.encoding for file in manifest.files}
    assert encodings >= {"utf-8-sig", "gb18030", "utf-16", "utf-8", "xlsx", "zip:gb18030"}
    sheet = openpyxl.load_workbook(folder / "lists/政府采购严重违法失信_ccgp.xlsx").active
    assert isinstance(sheet, Worksheet)
    assert {str(span) for span in sheet.merged_cells.ranges} == {"A1:K1", "A2:K2"}
    assert [sheet.cell(3, column).value for column in (1, 2)] == ["序号", "企业名称"]
    with zipfile.ZipFile(folder / "lists/行政处罚_双公示2018版.zip") as archive:
        assert archive.testzip() is None
        assert "行政相对人代码_5(事业单位证书号)" in archive.read("行政处罚.csv").decode("gb18030")
    court = table(folder / "lists/失信被执行人_zxgk.csv", "utf-8-sig")
    names = [row["被执行人姓名/名称"] for row in court]
    codes = [row["身份证号码/组织机构代码"] for row in court]
    assert any("(" in name for name in names)
    assert any("（" in name for name in names)
    assert any(name != name.strip() or " " in name for name in names)
    assert any("設" in name or "業" in name for name in names)
    assert any(code != code.upper() for code in codes)
    assert any("９" in code for code in codes)
    assert any(re.fullmatch(r"[0-9A-Z]{8}-[0-9X]", code) for code in codes)
    assert any(row["发布时间"] == "2019年06月18日" for row in court)


def test_spellings_keep_the_name() -> None:
    assert variants.full_width("91AB") == "９１ＡＢ"
    assert variants.half_brackets("鑫（临江）") == "鑫(临江)"
    assert variants.traditional("建设业") == "建設業"
    assert variants.spaced("临江市") == "临 江市"


def test_requests_are_valid_and_of_three_regimes(city: City) -> None:
    folder, manifest = city
    regimes = []
    for tender in manifest.tenders:
        request = DecisionRequest.model_validate_json((folder / tender.request).read_bytes())
        regimes.append(request.tender.regime)
        assert [bidder.client_id for bidder in request.bidders] == [bid.client_id for bid in tender.bids]
        assert request.tender.as_of == TAKEN
    assert regimes == [Regime.MANDATORY, Regime.PROCUREMENT_TENDER, Regime.VOLUNTARY]


def test_bidder_lists_hold_the_same_bids(city: City) -> None:
    folder, manifest = city
    works, goods, services = manifest.tenders
    platform = table(folder / works.bidders, "utf-8-sig")
    assert [row["投标人名称"] for row in platform] == [bid.name for bid in works.bids]
    assert sum("、" in row["联合体名称（如有）"] for row in platform) == 3
    sheet = openpyxl.load_workbook(folder / goods.bidders).active
    assert isinstance(sheet, Worksheet)
    assert [sheet.cell(row, 2).value for row in range(4, 4 + len(goods.bids))] == [
        bid.name for bid in goods.bids
    ]
    assert [row["投标单位"] for row in table(folder / services.bidders, "gb18030")] == [
        bid.name for bid in services.bids
    ]


def test_the_open_tender_is_tables_and_nothing_else(city: City) -> None:
    folder, manifest = city
    bids = table(folder / "graph/开标名单.csv", "utf-8-sig")
    assert [row["投标人名称"] for row in bids] == [bid.name for bid in manifest.loaded.bids]
    assert {row["招标项目编号"] for row in bids} == {manifest.loaded.tender}
    kinds = {file.kind for file in manifest.files if file.path.startswith("graph/")}
    assert kinds == {
        "tenders", "lots", "bids", "bid_devices", "bid_bonds", "committee", "holdings", "employment", "officials",
        "kinship", "ppp",
    }  # fmt: skip
    for name in ("graph/股东及出资信息.csv", "graph/评标专家.csv", "graph/公职人员.csv", "graph/亲属关系申报.csv"):
        for row in table(folder / name, "utf-8-sig"):
            for heading, cell in row.items():
                if cell and ("证件" in heading or "身份" in heading):
                    assert citizen_valid(cell)
                    assert cell.startswith("3299")
