"""Names of persons (SPEC 7.7): form, aliases, masks, nearness. All names are invented."""

from __future__ import annotations

import pytest

from graph.text import person_key, person_name, person_names_near


@pytest.mark.parametrize(
    ("raw", "n6"),
    [
        ("虚构甲", "虚构甲"),
        ("虚 构　甲", "虚构甲"),
        ("虛構甲", "虚构甲"),
        ("虚构木·测试买提", "虚构木测试买提"),
        ("虚构木．测试买提", "虚构木测试买提"),
        ("虚构木•测试买提", "虚构木测试买提"),
        ("XU GOUJIA", "GOUJIAXU"),
        ("Goujia Xu", "GOUJIAXU"),
        ("Xú-Gòu, Jiǎ", "JIAXUGOU"),
        ("虚构甲（男）", "虚构甲"),
        ("虚构甲先生", "虚构甲"),
        ("虚构甲(法定代表人)", "虚构甲"),
        ("虚构甲等3人", "虚构甲"),
        ("虚构甲A", "虚构甲A"),
        ("虚构?测试", "虚构?测试"),
        ("虚构\ue000测试", "虚构?测试"),
        ("沈重構", "沈重构"),
        ("", ""),
    ],
)
def test_comparison_form(raw: str, n6: str) -> None:
    assert person_key(raw) == n6
    assert person_name(raw).n6 == n6


@pytest.mark.parametrize(
    ("raw", "n6", "alias", "kind"),
    [
        ("虚﨑诚（XUGOUMAKOTO）", "虚崎诚", "XUGOUMAKOTO", "foreign"),
        ("XU GOUJIA (虚构甲)", "GOUJIAXU", "虚构甲", "foreign"),
        ("虚构甲 XU GOUJIA", "虚构甲", "XU GOUJIA", "foreign"),
        ("虚构甲(曾用名：虚构乙)", "虚构甲", "虚构乙", "alias"),
    ],
)
def test_brackets_and_second_scripts_are_aliases(raw: str, n6: str, alias: str, kind: str) -> None:
    name = person_name(raw)
    assert name.n6 == n6
    assert [(other.text, str(other.kind)) for other in name.aliases] == [(alias, kind)]


@pytest.mark.parametrize("raw", ["虚*", "虚某某", "虚某", "虚*甲", "虚＊甲", "虚××", "虚XX", "虚○○", "虚●甲"])
def test_masked(raw: str) -> None:
    name = person_name(raw)
    assert name.masked
    assert "*" in person_key(raw)
    assert person_names_near(raw, raw) == "different"


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("虚构甲", "虛構甲", "equal"),
        ("虚构木·测试", "虚构木测试", "equal"),
        ("XU GOUJIA", "GOUJIA XU", "equal"),
        ("虚构木?测试", "虚构木测试", "near"),
        ("虚构?", "虚构甲", "near"),
        ("虚构?", "虚构?", "near"),
        ("闫虚构", "颜虚构", "near"),
        ("肖虚构", "蕭虚构", "near"),
        ("付虚构", "傅虚构", "near"),
        ("戴虚构", "代虚构", "near"),
        ("XUGOUJIA", "GOUJIA XU", "near"),
        ("虚构诚(XUGOU MAKOTO)", "MAKOTO XUGOU", "near"),
        ("测试买提·虚构木", "虚构木·测试买提", "near"),
        ("虚构克然木·测试都", "虚构克然木", "near"),
        ("阿不都虚构克然木阿不都测试买买提虚构尼亚", "阿不都虚构克然木阿不都测试买买提虚构尼亚孜", "near"),
        ("阿不都虚构克然木", "阿不都虚构克然木买提", "different"),
        ("虚构甲", "虚构乙", "different"),
        ("闫虚", "颜构", "different"),
        ("虚闫构", "虚颜构", "different"),
        ("张虚构", "李虚构", "different"),
        ("", "", "different"),
        ("虚构甲", "", "different"),
    ],
)
def test_nearness(a: str, b: str, expected: str) -> None:
    assert person_names_near(a, b) == expected
    assert person_names_near(b, a) == expected
