"""Names of organisations through the ladder (SPEC 7.2)."""

from __future__ import annotations

import pytest

from graph.model import NameKind
from graph.text import org_key, organization_name, wildcard_equal


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("虚构技术（临江）有限公司", "虚构技术(临江)有限公司"),
        ("虚构技术(临江)有限公司", "虚构技术临江有限公司"),
        ("虚构[中国]有限公司", "虚构（中国）有限公司"),
        ("臨江市虛構建築工程有限公司", "临江市虚构建筑工程有限公司"),
        ("临江市 虚构\u3000有限公司。", "临江市虚构有限公司"),
        ("临江·虚构有限公司", "临江虚构有限公司"),
        ("临江—虚构有限公司", "临江虚构有限公司"),
        ("ｘｙｚ（临江）有限公司", "XYZ临江有限公司"),
        ("第五四〇九厂", "第五四○九厂"),
        ("六O九厂", "六〇九厂"),
        ("０８４号店", "084号店"),
        ("临江釆购中心", "临江采购中心"),
        ("临江&amp;虚构有限公司", "临江&虚构有限公司"),
        ("临江虚构\u200b有限公司", "临江虚构有限公司"),
        ("临江(06)002店", "临江06-002店"),
        ("公司名称：临江虚构有限公司", "临江虚构有限公司"),
        ("称：临江虚构有限公司", "临江虚构有限公司"),
    ],
)
def test_written_alike(a: str, b: str) -> None:
    assert org_key(a) == org_key(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("虚构有限公司", "虚构有限责任公司"),
        ("虚构有限公司", "虚构股份有限公司"),
        ("虚构集团有限公司", "虚构有限公司"),
        ("虚构(临江)有限公司", "虚构(临海)有限公司"),
        ("虚构(临江)有限公司", "虚构有限公司"),
        ("虚构第一分公司", "虚构第二分公司"),
        ("虚构一厂", "虚构二厂"),
        ("虚构有限公司", "虚构有限公司临江分公司"),
        ("临江市虚构有限公司", "临江虚构有限公司"),
        ("虚构1.5厂", "虚构15厂"),
        ("虚构1-2号", "虚构12号"),
        ("虚构(1)2号", "虚构12号"),
        ("乾元虚构有限公司", "干元虚构有限公司"),
        ("OK虚构有限公司", "0K虚构有限公司"),
        ("TOP虚构有限公司", "T0P虚构有限公司"),
        ("虚构(特殊普通合伙)", "虚构(有限合伙)"),
        ("虚构(原生态)有限公司", "虚构有限公司"),
    ],
)
def test_kept_apart(a: str, b: str) -> None:
    assert org_key(a) != org_key(b)


def test_every_step_is_kept() -> None:
    name = organization_name("\ufeff臨江市虛構（２）廠 (原五〇一廠)。")
    assert name.n1 == "臨江市虛構（２）廠 (原五〇一廠)。"
    assert name.n2 == "臨江市虛構(2)廠(原五〇一廠)"
    assert name.n3 == "临江市虚构(2)厂(原五〇一厂)"
    assert name.n4 == "临江市虚构(2)厂(原五0一厂)"
    assert name.n5 == "临江市虚构(2)厂"
    assert name.n6 == "临江市虚构2厂"
    assert [alias.text for alias in name.aliases] == ["五0一厂"]


@pytest.mark.parametrize(
    ("raw", "n6", "aliases"),
    [
        ("临江虚构有限公司(原临江虚构厂)", "临江虚构有限公司", [("临江虚构厂", "former")]),
        ("临江虚构有限公司（原名称：临江虚构厂）", "临江虚构有限公司", [("临江虚构厂", "former")]),
        ("临江虚构有限公司（曾用名：甲（临江）厂）", "临江虚构有限公司", [("甲(临江)厂", "former")]),
        ("临江虚构有限公司曾用名称：临江旧名有限公司", "临江虚构有限公司", [("临江旧名有限公司", "former")]),
        ("临江虚构厂原名:临江测试厂", "临江虚构厂", [("临江测试厂", "former")]),
        ("第一名称:临江虚构所 第二名称:临江虚构公司", "临江虚构所", [("临江虚构公司", "alias")]),
        ("第一名称：临江虚构所;第二名称：临江虚构公司", "临江虚构所", [("临江虚构公司", "alias")]),
        ("临江虚构所第二名称临江虚构公司", "临江虚构所", [("临江虚构公司", "alias")]),
        ("临江虚构公司;从属名称:临江测试厂", "临江虚构公司", [("临江测试厂", "alias")]),
        ("临江虚构公司( 第二名称:临江测试厂)", "临江虚构公司", [("临江测试厂", "alias")]),
        ("临江虚构公司(第一名称) 临江虚构厂(第二名称)", "临江虚构公司", [("临江虚构厂", "alias")]),
        ("临江虚构公司 临江虚构厂（第二名称）", "临江虚构公司", [("临江虚构厂", "alias")]),
        ("临江虚构公司(现名：临江测试公司)", "临江虚构公司", [("临江测试公司", "alias")]),
        ("临江虚构公司(以下简称虚构)", "临江虚构公司", [("虚构", "alias")]),
        (
            "临江虚构公司(Linjiang Xugou Co., Ltd.)",
            "临江虚构公司",
            [("LINJIANGXUGOUCO,LTD", "foreign")],
        ),
        ("临江原名虚构公司", "临江原名虚构公司", []),
        ("临江虚构(原州)有限公司", "临江虚构原州有限公司", []),
        ("临江虚构农场(原种场)", "临江虚构农场原种场", []),
    ],
)
def test_aliases_are_split_off(raw: str, n6: str, aliases: list[tuple[str, str]]) -> None:
    name = organization_name(raw)
    assert name.n6 == n6
    assert [(alias.text, str(alias.kind)) for alias in name.aliases] == aliases
    assert all(isinstance(alias.kind, NameKind) for alias in name.aliases)


@pytest.mark.parametrize(
    ("raw", "n6", "roles", "others"),
    [
        ("临江虚构公司（牵头人）", "临江虚构公司", ("牵头人",), None),
        ("临江虚构公司（联合体成员）", "临江虚构公司", ("联合体成员",), None),
        ("牵头人：临江虚构公司", "临江虚构公司", ("牵头人",), None),
        ("临江虚构公司（盖章）", "临江虚构公司", ("盖章",), None),
        ("临江虚构公司（筹）", "临江虚构公司", ("筹",), None),
        ("临江虚构公司（已改制）（盖单位章）", "临江虚构公司", ("已改制", "盖单位章"), None),
        ("临江虚构公司等3家", "临江虚构公司", (), 3),
        ("临江虚构公司等三家单位", "临江虚构公司", (), 3),
        ("临江虚构公司（等十二家）", "临江虚构公司", (), 12),
        ("临江虚构公司等", "临江虚构公司", ("等",), None),
        ("临江虚构（普通合伙）", "临江虚构普通合伙", (), None),
        ("临江虚构（个体工商户）", "临江虚构个体工商户", (), None),
        ("临江平等有限公司", "临江平等有限公司", (), None),
        ("临江等3家", "临江", (), 3),
    ],
)
def test_roles_and_others(raw: str, n6: str, roles: tuple[str, ...], others: int | None) -> None:
    name = organization_name(raw)
    assert (name.n6, name.roles, name.others) == (n6, roles, others)


@pytest.mark.parametrize("lost", ["\ue7d9", "\ufffd", "?", "？", "\U000f1234"])
def test_lost_characters_are_wildcards_of_one(lost: str) -> None:
    name = organization_name(f"临江市{lost}构有限公司")
    assert name.wildcard
    assert name.n6 == "临江市?构有限公司"
    assert wildcard_equal(name.n6, org_key("临江市虚构有限公司"))
    assert not wildcard_equal(name.n6, org_key("临江市虚假构有限公司"))
    assert not wildcard_equal(name.n6, org_key("临江市虚创有限公司"))


def test_wildcard_equal_needs_equal_length_and_no_other_difference() -> None:
    assert wildcard_equal("甲?丙", "甲乙?")
    assert wildcard_equal("", "")
    assert not wildcard_equal("甲?", "甲")
    assert not wildcard_equal("甲乙", "甲丙")


def test_a_name_of_nothing_but_annotations_is_not_lost() -> None:
    assert organization_name("(盖章)").n6 == "盖章"
    assert organization_name("").n6 == ""


def test_rare_characters_keep_their_code_point() -> None:
    assert organization_name("临江𫖯虚构公司").n6 == "临江𫖯虚构公司"
    assert not organization_name("临江䶮虚构公司").wildcard
