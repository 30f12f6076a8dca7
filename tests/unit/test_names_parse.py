"""Names of firms taken apart: where the region stands, what is brand, what is trade, where a branch begins."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from graph.text import org_key
from matching.names import layout as at
from matching.names.coding import encode_many
from matching.names.lexicon import lexicon
from matching.names.parse import ParsedName, parse_name, read_many, regions_relation

HEADS = [
    # in front
    ("临江市星禾商贸有限公司", "临江市", "220681", "星禾", "商贸", "有限公司"),
    ("吉林省临江市星禾商贸有限公司", "吉林省临江市", "220681", "星禾", "商贸", "有限公司"),
    ("江苏星禾建筑安装工程有限公司", "江苏", "320000", "星禾", "建筑安装工程", "有限公司"),
    ("陕西西安市灞桥区星禾商店", "陕西西安市灞桥区", "610111", "星禾", "", "商店"),
    ("格尔木星禾信息科技有限公司", "格尔木", "632801", "星禾", "信息科技", "有限公司"),
    ("土右旗星禾种植农民专业合作社", "土右旗", "150221", "星禾", "种植", "农民专业合作社"),
    ("淮阴市星禾商贸有限公司", "淮阴市", "320800", "星禾", "商贸", "有限公司"),
    ("昆山星禾精密模具厂", "昆山", "320583", "星禾", "精密模具", "厂"),
    ("大余县池江镇星禾塑料制品厂", "大余县池江镇", "360723", "星禾", "塑料制品", "厂"),
    (
        "南昌小蓝经济技术开发区星禾食品有限公司",
        "南昌小蓝经济技术开发区",
        "360100",
        "星禾",
        "食品",
        "有限公司",
    ),
    ("南昌市政工程有限公司", "南昌", "360100", "", "市政工程", "有限公司"),
    # in former brackets, in the middle, before industry and form
    ("星禾技术(深圳)有限公司", "深圳", "440300", "星禾", "技术", "有限公司"),
    ("星禾蓝山合金铸造有限责任公司", "蓝山", "431127", "星禾", "合金铸造", "有限责任公司"),
    ("星禾(十堰)铸造材料有限公司", "十堰", "420300", "星禾", "铸造材料", "有限公司"),
    ("卡特虚构(青州)有限公司", "青州", "370781", "卡特虚构", "", "有限公司"),
    ("星禾税务师事务所(宁波)有限公司", "宁波", "330200", "星禾", "税务师事务所", "有限公司"),
    ("星禾实业有限公司(海南)", "海南", "460000", "星禾", "实业", "有限公司"),
    ("星禾塑料厂(四川自贡)", "四川自贡", "510300", "星禾", "塑料", "厂"),
    ("中国虚信集团江西有限公司", "中国江西", "360000", "虚信", "", "有限公司"),
    ("临江供销社", "临江", "220681", "", "", "供销社"),
    ("科左后星禾商贸有限公司", "科左后", "150522", "星禾", "商贸", "有限公司"),
    # a place's name that is a brand
    ("信丰农资(乌鲁木齐)有限公司", "乌鲁木齐", "650100", "信丰", "农资", "有限公司"),
    ("东海石油化工(南通)有限公司", "南通", "320600", "东海", "石油化工", "有限公司"),
    ("上海长春有限公司", "上海", "310000", "长春", "", "有限公司"),
    ("东方星禾商贸有限公司", "", "", "东方星禾", "商贸", "有限公司"),
    ("吉安康商贸有限公司", "", "", "吉安康", "商贸", "有限公司"),
    ("临江(厦门)实业有限公司", "厦门", "350200", "临江", "实业", "有限公司"),
    # trades and forms
    ("临江市星禾服装加工厂", "临江市", "220681", "星禾", "服装加工", "厂"),
    ("临江市星禾机床厂有限公司", "临江市", "220681", "星禾", "机床厂", "有限公司"),
    ("临江市永和商贸有限公司", "临江市", "220681", "永和", "商贸", "有限公司"),
    ("临江市三人和商贸有限公司", "临江市", "220681", "三人和", "商贸", "有限公司"),
    ("中国虚构信息技术有限公司", "中国", "", "虚构", "信息技术", "有限公司"),
    ("物业管理有限公司", "", "", "物业", "管理", "有限公司"),
    ("中节能物业管理有限公司", "", "", "中节能", "物业管理", "有限公司"),
    ("星禾", "", "", "星禾", "", ""),
    ("临江市星禾商贸有限责任", "临江市", "220681", "星禾", "商贸", "有限责任"),
]


@pytest.mark.parametrize(("name", "regions", "code", "brand", "industry", "form"), HEADS)
def test_head(name: str, regions: str, code: str, brand: str, industry: str, form: str) -> None:
    parsed = parse_name(name)
    assert (
        "".join(parsed.regions),
        parsed.region_code,
        parsed.brand,
        parsed.industry,
        parsed.form,
    ) == (regions, code, brand, industry, form)
    assert parsed.branch is None
    assert parsed.head == parsed.text == org_key(name)


BRANCHES = [
    ("临江市星禾有限公司常州第一分公司", "临江市星禾有限公司", "常州", "320400", "第一", "", "分公司"),
    ("星禾银行股份有限公司临江柳桥支行", "星禾银行股份有限公司", "临江", "220681", "", "柳桥", "支行"),
    ("星禾医药有限公司昆山春光连锁二店", "星禾医药有限公司", "昆山", "320583", "二", "春光连锁", "店"),
    ("临江市星禾供销合作社向阳分店", "临江市星禾供销合作社", "", "", "", "向阳", "分店"),
    ("临江市星禾食品厂第三门市部", "临江市星禾食品厂", "", "", "第三", "", "门市部"),
    ("中国虚信江西分公司", "中国虚信", "江西", "360000", "", "", "分公司"),
    ("星禾连锁有限公司峡江火车票代售点", "星禾连锁有限公司", "峡江", "360823", "", "火车票代售点", ""),
    ("星禾有限公司和平支行", "星禾有限公司", "和平", "", "", "", "支行"),
    ("星禾有限公司北京西路店", "星禾有限公司", "", "", "", "北京西路", "店"),
]


@pytest.mark.parametrize(("name", "head", "place", "code", "ordinal", "own", "kind"), BRANCHES)
def test_branch(name: str, head: str, place: str, code: str, ordinal: str, own: str, kind: str) -> None:
    parsed = parse_name(name)
    assert parsed.head == head
    assert parsed.branch is not None
    found = parsed.branch
    assert (found.place, found.ordinal, found.name, found.kind) == (place, ordinal, own, kind)
    assert found.region_code == code or not code


@pytest.mark.parametrize(
    "name",
    [
        "临江市星禾集团建筑有限公司",
        "临江市星禾子公司",
        "临江市星禾便民药店",
        "临江市星禾村镇银行股份有限公司",
        "临江市人民政府江北街道办事处",
        "天津虚构投资中心(有限合伙)",
    ],
)
def test_names_that_are_no_branches(name: str) -> None:
    assert parse_name(name).branch is None


def test_group_and_head_marks() -> None:
    group = parse_name("江西星禾(集团)股份有限公司")
    assert (group.brand, group.group, group.form) == ("星禾", "group", "股份有限公司")
    head = parse_name("临江市星禾实业总公司")
    assert (head.brand, head.group, head.form) == ("星禾", "head", "公司")
    middle = parse_name("星禾集团建筑有限公司")
    assert (middle.brand, middle.industry, middle.group) == ("星禾", "建筑", "group")


def fields(*names: str) -> np.ndarray:
    chars, offsets = encode_many([org_key(name) for name in names])
    rows = np.zeros((len(names), at.FIELDS), dtype=np.int32)
    read_many(chars, offsets, lexicon(), np.zeros(len(chars), dtype=np.uint8), rows)
    return rows


@pytest.mark.parametrize(
    ("one", "other", "column"),
    [
        ("星禾有限公司第91专柜", "星禾有限公司第九十一专柜", at.BRANCH_NUMBERS),
        ("星禾有限公司第131分公司", "星禾有限公司第一百三十一分公司", at.BRANCH_NUMBERS),
        ("星禾有限公司一三一分公司", "星禾有限公司131分公司", at.BRANCH_NUMBERS),
        ("临江市第二建筑有限公司", "临江市第2建筑有限公司", at.NUMBERS),
        ("临江市星禾第三机床厂", "临江市星禾三厂", at.NUMBERS),
        ("星禾有限公司第33零售部", "星禾有限公司第三十三零售部", at.BRANCH_NUMBERS),
        ("星禾有限公司第100零2分店", "星禾有限公司第一百零二分店", at.BRANCH_NUMBERS),
        ("江西第十五冶建设有限公司", "江西十五冶建设有限公司", at.NUMBERS),
    ],
)
def test_ordinals_agree_however_they_are_written(one: str, other: str, column: int) -> None:
    rows = fields(one, other)
    assert rows[0, column] == rows[1, column] != 0


@pytest.mark.parametrize(
    ("one", "other", "column"),
    [
        ("星禾有限公司第一分公司", "星禾有限公司第二分公司", at.BRANCH_NUMBERS),
        ("星禾建工三局有限公司", "星禾建工四局有限公司", at.NUMBERS),
        ("山西一建集团有限公司", "山西二建集团有限公司", at.NUMBERS),
        ("星禾三局第一工程有限公司", "星禾一局第三工程有限公司", at.NUMBERS),
        ("星禾有限公司柳桥二村药店", "星禾有限公司柳桥三村药店", at.BRANCH_NUMBERS),
        ("江西八〇五建设有限公司", "江西九一五建设有限公司", at.NUMBERS),
        ("江西虚构八冶有限公司", "江西虚构九冶有限公司", at.NUMBERS),
    ],
)
def test_ordinals_differ(one: str, other: str, column: int) -> None:
    rows = fields(one, other)
    assert rows[0, column] != rows[1, column]


@pytest.mark.parametrize(
    "name",
    [
        "江西三一重工有限公司",
        "临江市九州商贸有限公司",
        "临江市一品餐饮店",
        "星禾汽车零部件有限公司",
        "百货商店",
    ],
)
def test_numerals_of_a_brand_are_no_ordinals(name: str) -> None:
    assert fields(name)[0, at.NUMBERS] == 0


def test_synonyms_share_their_meaning_and_others_do_not() -> None:
    rows = fields(
        "星禾商贸有限公司", "星禾贸易有限公司", "星禾经贸有限公司", "星禾物流有限公司", "星禾房产开发有限公司",
        "星禾房地产开发有限公司",
    )  # fmt: skip
    meaning = rows[:, at.INDUSTRY_CLASS]
    assert meaning[0] == meaning[1] == meaning[2] != meaning[3]
    assert meaning[4] == meaning[5]
    assert rows[4, at.INDUSTRY_FIRST] == rows[5, at.INDUSTRY_FIRST] != 0


@pytest.mark.parametrize(
    ("name", "form_class", "kind"),
    [
        ("临江市星禾有限责任公司", 1, 1),
        ("临江市星禾股份有限公司", 2, 1),
        ("临江市星禾塑料厂", 3, 1),
        ("临江市星禾服装经营部", 4, 2),
        ("临江市星禾养殖专业合作社", 5, 3),
        ("临江市虚构街道办事处", 6, 4),
        ("临江市虚构人民医院", 7, 5),
        ("临江市虚构幼儿园", 8, 6),
        ("江西星禾律师事务所", 9, 7),
        ("江西星禾投资中心(有限合伙)", 10, 1),
        ("临江市农村信用合作联社", 11, 7),
        ("临江市虚构行业协会", 12, 7),
        ("临江市星禾家庭农场", 13, 7),
    ],
)
def test_form_class_and_kind(name: str, form_class: int, kind: int) -> None:
    row = fields(name)[0]
    assert (row[at.FORM_CLASS], row[at.KIND]) == (form_class, kind)


def test_a_name_shared_by_two_counties_keeps_both() -> None:
    both = parse_name("通州区星禾设备厂")
    assert {both.region_code, both.region_other} == {"110112", "320612"}
    known = parse_name("南通市通州区星禾设备厂")
    assert (known.region_code, known.region_other) == ("320612", "")
    many = parse_name("鼓楼区星禾设备厂")
    assert (many.regions, many.region_code) == (("鼓楼区",), "")


@pytest.mark.parametrize(
    ("left", "right", "relation"),
    [
        ((0, 0), (0, 0), 0),
        ((320000, 0), (0, 0), 1),
        ((320500, 0), (320500, 0), 2),
        ((320000, 0), (320583, 0), 3),
        ((320583, 0), (320500, 0), 3),
        ((320500, 0), (320100, 0), 4),
        ((320583, 0), (320581, 0), 4),
        ((320500, 0), (360100, 0), 5),
        ((110112, 320612), (320600, 0), 3),
        ((110112, 320612), (320612, 0), 2),
    ],
)
def test_regions_relation(left: tuple[int, int], right: tuple[int, int], relation: int) -> None:
    assert regions_relation(*left, *right) == relation
    assert regions_relation(*right, *left) == relation


def test_annotations_and_scripts() -> None:
    parsed = parse_name("星禾商贸有限公司（原名：星荷商贸有限公司）（牵头人）")
    assert parsed.roles == ("牵头人",)
    assert [alias.text for alias in parsed.aliases] == ["星荷商贸有限公司"]
    latin = parse_name("Xinghe Trading Co., Ltd.")
    assert (latin.script, latin.form, latin.kind) == ("latin", "", "unknown")
    assert parse_name("3M虚构材料有限公司").script == "both"
    assert parse_name("").script == "none"


def test_a_lost_character_is_counted_and_stays_in_the_brand() -> None:
    row = fields("临江市星?商贸有限公司")[0]
    assert (row[at.LOST], row[at.BRAND_LENGTH]) == (1, 2)


def test_parsed_names_survive_json() -> None:
    parsed = parse_name("临江市星禾科技（深圳）有限公司常州第一分公司（牵头人）")
    assert msgspec.json.decode(msgspec.json.encode(parsed), type=ParsedName) == parsed


def test_compiled_and_plain_code_agree(tmp_path: Path) -> None:
    names = [row[0] for row in HEADS] + [row[0] for row in BRANCHES]
    code = (
        "import sys, msgspec\n"
        "from matching.names.parse import parse_name\n"
        "names = msgspec.json.decode(sys.stdin.buffer.read())\n"
        "sys.stdout.buffer.write(msgspec.json.encode([parse_name(name) for name in names]))\n"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        input=msgspec.json.encode(names),
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    plain = msgspec.json.decode(result.stdout, type=list[ParsedName])
    assert plain == [parse_name(name) for name in names]
