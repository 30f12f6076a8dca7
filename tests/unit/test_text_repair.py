"""Repair of damaged text (SPEC 7.6): what is undone, and what must be left alone."""

from __future__ import annotations

import pytest

from graph.text import repair, repaired_what

NAME = "临江市虚构测试有限公司"


@pytest.mark.parametrize(
    ("damaged", "whole", "what"),
    [
        ("服務(wù)中心", "服務中心", ("pinyin",)),
        ("誠（chéng）信", "誠信", ("pinyin",)),
        ("体(tǐ)系", "体系", ("pinyin",)),
        ("体(ti3)系", "体(ti3)系", ()),
        ("绿(lǜ)色", "绿色", ("pinyin",)),
        ("安(an)全", "安全", ("pinyin",)),
        (f"\ufeff{NAME}", NAME, ("invisible",)),
        ("临\u200b江", "临江", ("invisible",)),
        ("临\x07江", "临江", ("control",)),
        ("临\u3000江", "临 江", ("space",)),
        ("临\r\n江", "临 江", ("space",)),
        ("甲&amp;乙", "甲&乙", ("entity",)),
        ("甲&amp;amp;乙", "甲&乙", ("entity",)),
        ("&#20020;江", "临江", ("entity",)),
        ("&lt;临江&gt;", "<临江>", ("entity",)),
    ],
)
def test_repair(damaged: str, whole: str, what: tuple[str, ...]) -> None:
    assert repair(damaged) == whole
    assert repaired_what(damaged) == what


@pytest.mark.parametrize(
    "text",
    [
        NAME,
        "虚构诚(NISHIZAKIMAKOTO)",
        "虚构（集团）有限公司",
        "虚构股份(A股)",
        "虚构(a)",
        "虚构(China)有限公司",
        "虚构(test)",
        "R&D",
        "A&B;",
        "何\ue7d9公司",
        "刘?",
        "刘\ufffd",
        "Müller Österreich GmbH",
        "𫖯仰",
        "鑫鑫",
        "····",
        "目录····1",
        "虚××××构",
        "3208××××1239 ×÷×÷",
        "",
    ],
)
def test_left_alone(text: str) -> None:
    assert repair(text) == text
    assert repaired_what(text) == ()


@pytest.mark.parametrize("text", [NAME, "（虚构）临江市", "临江市虚构建筑工程有限公司（联合体）"])
def test_text_read_in_the_wrong_encoding_comes_back(text: str) -> None:
    as_latin = text.encode("utf-8").decode("latin-1")
    as_windows = text.encode("utf-8").decode("cp1252", errors="ignore")
    assert repair(as_latin) == text
    assert repaired_what(as_latin)[0] == "mojibake"
    if as_windows.encode("cp1252") == text.encode("utf-8"):
        assert repair(as_windows) == text


def test_utf8_read_as_gbk_comes_back_only_when_nothing_was_lost() -> None:
    whole = "（临江）"
    damaged = whole.encode("utf-8").decode("gb18030")
    assert damaged != whole
    assert repair(damaged) == whole
    assert repair(damaged[:-1] + "?") == damaged[:-1] + "?"


def test_signs_stay_signs_when_something_else_is_repaired() -> None:
    assert repair("虚××××\u3000····") == "虚×××× ····"


def test_gb2312_read_as_latin_comes_back() -> None:
    assert repair("临江市虚构".encode("gb2312").decode("latin-1")) == "临江市虚构"
