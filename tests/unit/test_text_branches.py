"""Branches, parents and regions (SPEC 7.3)."""

from __future__ import annotations

import pytest

from graph.text import branch, org_key, parent_of, province_name, province_of

PARENT = "临江市虚构建设有限公司"
BANK = "虚构银行股份有限公司"
REGISTER = {PARENT, BANK, f"{BANK}临江分行", "临江市虚构供销合作社", "虚构科技临江有限公司"}


@pytest.mark.parametrize(
    ("name", "parent"),
    [
        (f"{PARENT}临海分公司", PARENT),
        (f"{PARENT}第一分公司", PARENT),
        (f"{PARENT}大桥工程项目部", PARENT),
        (f"{PARENT}临海办事处", PARENT),
        (f"{BANK}临海支行", BANK),
        (f"{BANK}临江分行大桥支行", f"{BANK}临江分行"),
        ("临江市虚构供销合作社大桥门市部", "临江市虚构供销合作社"),
        ("虚构科技（临江）有限公司临海分公司", "虚构科技临江有限公司"),
        (PARENT, None),
        (f"{PARENT}子公司", None),
        (f"{PARENT}临海有限公司", None),
        ("临江市虚构实业有限公司临海分公司", None),
        ("临海分公司", None),
        ("", None),
    ],
)
def test_parent_is_the_longest_registered_prefix(name: str, parent: str | None) -> None:
    assert parent_of(org_key(name), REGISTER.__contains__) == parent


def test_an_outlet_named_after_a_company_is_not_taken_for_its_branch_unasked() -> None:
    name = org_key(f"{PARENT}大桥加油站")
    parts = branch(name)
    assert parts is not None
    assert not parts.stated
    assert parent_of(name, REGISTER.__contains__) is None
    assert parent_of(name, REGISTER.__contains__, stated_only=False) == PARENT


def test_the_parts_of_a_branch() -> None:
    parts = branch(f"{PARENT}临海第二分公司")
    assert parts is not None
    assert (parts.suffix, parts.place, parts.ordinal, parts.kind) == ("分公司", "临海", "第二", "company")
    assert parts.stem_candidates == (PARENT,)
    nested = branch(f"{BANK}临江分行大桥支行")
    assert nested is not None
    assert nested.stem_candidates[0] == f"{BANK}临江分行"
    assert [len(stem) for stem in nested.stem_candidates] == sorted(
        map(len, nested.stem_candidates), reverse=True
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("江苏", "32"),
        ("江苏省淮安市清江浦区虚构路1号", "32"),
        ("淮安市虚构有限公司", "32"),
        ("昆山市虚构路1号", "32"),
        ("虚构技术（深圳）有限公司", "44"),
        ("虚构技术深圳有限公司", "44"),
        ("中国虚构内蒙古分公司", "15"),
        ("内蒙古自治区虚构", "15"),
        ("襄樊市虚构厂", "42"),
        ("北京市朝阳区虚构路", "11"),
        ("海南藏族自治州", "63"),
        ("海南省虚构", "46"),
        ("恩施虚构公司", "42"),
        ("闽", "35"),
        ("320000", "32"),
        ("320899", "32"),
        ("99", ""),
        ("朝阳区虚构路", ""),
        ("九江县虚构厂", "36"),
        ("中山路1号", ""),
        ("南京西路1号", ""),
        ("虚构有限公司", ""),
        ("", ""),
    ],
)
def test_province_of(text: str, code: str) -> None:
    assert province_of(text) == code


def test_province_name() -> None:
    assert province_name("32") == "江苏"
    assert province_name("45") == "广西"
    assert province_name("81") == "香港"
    assert province_name("99") == ""
