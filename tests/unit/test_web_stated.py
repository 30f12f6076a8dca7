"""What parties and relations state stands on the pages in words: posts, amounts, codes, data sets."""

from __future__ import annotations

import pytest

from api.explore.shapes import RelationShown
from api.web.stated import facts, note, role, sides
from api.web.words import Words
from graph.lists import BY_CODE
from graph.messages import Lang
from loaders.kinds import KINDS
from matching.decision import Bilingual, Feature

ZH, EN = Words("zh"), Words("en")


@pytest.mark.parametrize(
    ("kind", "value", "zh", "en"),
    [
        ("KIN_OF", "spouse", "配偶", "spouse"),
        ("EVALUATES", "member", "成员", "member"),
        ("BID_IN", "member", "联合体成员", "consortium member"),
        ("ACTS_FOR", "project_manager", "项目负责人", "project manager"),
        ("EXEC_OF", "总经理", "总经理", "总经理"),
        ("HOLDS", "", "", ""),
    ],
)
def test_a_post_is_a_word_where_it_is_a_code(kind: str, value: str, zh: str, en: str) -> None:
    assert (role(ZH, kind, value), role(EN, kind, value)) == (zh, en)


def test_what_is_stated_is_named_and_what_only_joins_rows_is_left_out() -> None:
    given = {
        "bid": "e0d58c", "lot": "T/1", "restricted": "yes", "price": "36880000", "incomplete": "yes",
        "opening_at": "2026-11-24T00:59:20+08:00", "regime": "mandatory_tender", "object": "works", "none": "",
        "amount": "about 3", "own heading": "=1+1",
    }  # fmt: skip
    assert facts(EN, given) == (
        ("Price (CNY)", "36,880,000"), ("Members may be missing", "yes"), ("Opening of bids", "2026-11-24 00:59"),
        ("Regime", "Tender that the law requires"), ("Object", "works"), ("Amount (CNY)", "about 3"),
        ("own heading", "=1+1"),
    )  # fmt: skip
    shown = RelationShown(
        type="BID_IN", words=Bilingual(zh="投标", en="bid in"), source="a", target="b", role="sole", share="60",
        attributes={"price": "1000", "bid": "x"},
    )  # fmt: skip
    assert note(ZH, shown) == "持股 60% · 投标人 · 报价（元）：1,000"


@pytest.mark.parametrize(
    ("lang", "sex", "age"),
    [("zh", ("男", "女"), ("1972 年出生", "53 岁")), ("en", ("male", "female"), ("born in 1972", "aged 53"))],
)
def test_a_sex_and_an_age_are_words(lang: Lang, sex: tuple[str, str], age: tuple[str, str]) -> None:
    words = Words(lang)
    assert sides(words, Feature(name="sex", submitted="m", matched="f", outcome="different")) == sex
    assert sides(words, Feature(name="age", submitted="1972", matched="53", outcome="consistent")) == age
    assert sides(words, Feature(name="age", submitted="", matched="53", outcome="missing")) == ("", "53")


def test_every_data_set_has_a_name() -> None:
    codes = {code for kind in KINDS for code in kind.covers} - {*BY_CODE}
    assert len(codes) > 15
    for words in (ZH, EN):
        assert [code for code in sorted(codes) if words.dataset(code) == code] == []


def test_of_many_names_the_number_is_said() -> None:
    names = ["甲", "乙", "丙"]
    assert (ZH.listed(names, 3), EN.listed(names, 3)) == ("甲、乙、丙", "甲, 乙, 丙")
    assert (ZH.listed(names, 2), EN.listed(names, 2)) == ("甲、乙 等（共 3）", "甲, 乙 and others, 3 in all")
