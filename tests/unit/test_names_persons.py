"""Names of persons compared as writing (SPEC 7.7). All persons are invented."""

from __future__ import annotations

import pytest

from matching.names.persons import LIMIT, compare_persons


@pytest.mark.parametrize(
    ("left", "right", "outcome", "why"),
    [
        ("虚构甲", "虚构甲", "equal", "equal"),
        ("虛構甲", "虚构甲", "equal", "writing"),
        ("虚构克然木·测试都", "虚构克然木测试都", "equal", "writing"),
        ("虚构克然木•测试都", "虚构克然木．测试都", "equal", "writing"),
        ("虚构木?测试", "虚构木测试", "near", "lost_character"),
        ("测试买提·虚构木", "虚构木·测试买提", "near", "order"),
        ("虚构克然木·测试都", "虚构克然木", "near", "name_missing"),
        ("闫虚构", "颜虚构", "near", "same_sound"),
        ("章虚构", "张虚构", "candidate", "same_sound"),
        ("虚构诚（XUGOU MAKOTO）", "XUGOU MAKOTO", "near", "alias"),
        ("虚构诚（XUGOUMAKOTO）", "Makoto Xugou", "candidate", "writing"),
        ("XU GOUJIA", "虚构佳", "candidate", "pinyin"),
        ("Goujia Xu", "虚构佳", "candidate", "pinyin"),
        ("XUGOUJIA", "虚构佳", "candidate", "pinyin"),
        ("OUYANG Xugou", "欧阳虚构", "candidate", "pinyin"),
        ("Xugou Zeng", "曾虚构", "candidate", "pinyin"),
        ("ZHAI XUGOU", "翟虚构", "candidate", "pinyin"),
        ("XU GOULIN", "虚构佳", "different", "other_name"),
        ("张*", "张虚", "different", "masked"),
        ("张某某", "张某某", "different", "masked"),
        ("", "虚构甲", "different", "unreadable"),
        ("虚构甲", "虚构丁", "different", "other_name"),
        ("Marlow Verrick", "VERRICK, Marlow", "equal", "writing"),
        ("M. Verrick", "Marlow Verrick", "candidate", "initial"),
        ("Marlow Verrik", "Marlow Verrick", "candidate", "spelling"),
        ("Octavian Verrick", "Marlow Verrick", "different", "other_name"),
        ("Marlow Tiberius Verrick", "Marlow Verrick", "candidate", "name_missing"),
        ("Marlow G. Verrick", "Marlow T. Verrick", "different", "other_name"),
    ],
)
def test_outcomes(left: str, right: str, outcome: str, why: str) -> None:
    found = compare_persons(left, right)
    assert (found.outcome, why in found.why) == (outcome, True), found
    turned = compare_persons(right, left)
    assert (turned.outcome, turned.points, turned.why) == (found.outcome, found.points, found.why)


def test_no_name_is_certain() -> None:
    best = compare_persons("虚构甲", "虚构甲").points
    assert best == LIMIT
    for left, right in (
        ("XU GOUJIA", "虚构佳"),
        ("Marlow Verrick", "Marlow T. Verrick"),
        ("章虚构", "张虚构"),
    ):
        assert compare_persons(left, right).points < best


def test_characters_of_one_sound_weigh_less_than_even() -> None:
    assert compare_persons("章虚构", "张虚构").points < 0
    assert compare_persons("章虚购", "张虚构").points < compare_persons("章虚构", "张虚构").points


def test_edits_stand_on_the_side_they_were_read_from() -> None:
    found = compare_persons("Marlow Verrik", "Marlow Verrick")
    assert [(e.left, e.right) for e in found.edits] == [("VERRIK", "VERRICK")]
    turned = compare_persons("Marlow Verrick", "Marlow Verrik")
    assert [(e.left, e.right) for e in turned.edits] == [("VERRICK", "VERRIK")]
