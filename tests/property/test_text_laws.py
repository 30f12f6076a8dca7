"""Laws of normalisation, over generated text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from quickest import quickest

from graph.text import (
    branch,
    clean,
    header,
    is_empty,
    org_key,
    organization_name,
    organizations,
    parent_of,
    person_key,
    person_name,
    person_names_near,
    province_of,
    repair,
    repaired_what,
    simplify,
    wildcard_equal,
)
from graph.text.repair import _run as run_repair

PIECES = [
    *(
        "临江市",
        "虚构",
        "有限公司",
        "（",
        "）",
        "(",
        ")",
        "原",
        "原名：",
        "第一名称:",
        "第二名称",
        "从属名称：",
        "等3家",
        "等",
    ),
    *(
        "（牵头人）",
        "(盖章)",
        "（筹）",
        "牵头人:",
        "公司名称：",
        "曾用名",
        "现名",
        "简称",
        " ",
        "\u3000",
        "·",
        "．",
        ".",
        "-",
        "—",
        "1",
    ),
    *(
        "6",
        "〇",
        "O",
        "o",
        "二",
        "五",
        "&amp;",
        "&lt;",
        "(tǐ)",
        "鈥",
        "锛",
        "計畫",
        "乾",
        "後",
        "\ufffd",
        "\ue001",
        "?",
        "CO.,LTD.",
    ),
    *(
        "ABC",
        "abc",
        "﨑",
        "釆",
        "[",
        "】",
        "。",
        "；",
        "\u200b",
        "\ufeff",
        "分公司",
        "支行",
        "项目部",
        "集团",
        "①",
        "㈱",
    ),
]
names = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=12).map("".join))


@given(names)
@example("(原(原(原虚构厂)))")
@example("第二名称第二名称第二名称")
@example("()()()")
@example("\x80―")
@example("等3家等3家")
def test_organisations_settle_in_one_step(text: str) -> None:
    key = org_key(text)
    assert org_key(key) == key
    assert organization_name(text).n6 == key
    assert organization_name(text).wildcard == ("?" in key)


@given(names)
@example("臨江市虛構（集團）有限公司")
@example("临江 虚构(中国)有限公司")
@example("甲（乙）丙（丁）")
@example("临江市虚构ＡＢ厂")
def test_short_cuts_say_what_the_whole_ladder_says(text: str) -> None:
    name, whole = organization_name(text), organizations._climb(text)
    assert (name.n1, name.n2, name.n3, name.n4, name.n5) == (whole.n1, whole.n2, whole.n3, whole.n4, whole.n5)
    assert (name.aliases, name.roles, name.others) == (whole.aliases, whole.roles, whole.others)
    assert name.n6 == organizations._settled(whole.n6)
    assert repair(text) == run_repair(text)[0]


@given(names)
def test_persons_settle_in_one_step(text: str) -> None:
    key = person_key(text)
    assert person_key(key) == key
    assert person_name(text).n6 == key
    assert person_name(text).masked == ("*" in key)


@given(names)
@example("一(è)(è)(è)(è)(è)")
def test_repair_settles(text: str) -> None:
    whole = repair(text)
    assert repair(whole) == whole
    assert bool(repaired_what(text)) == (whole != text)
    assert simplify(simplify(text)) == simplify(text)


@given(names)
@example("O¯")
def test_cells_settle_and_never_raise(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    name, _hint = header(text)
    assert header(name) == (name, "")
    is_empty(text)
    province_of(text)


@given(names, names)
def test_nearness_is_symmetric(a: str, b: str) -> None:
    assert person_names_near(a, b) == person_names_near(b, a)
    assert wildcard_equal(a, b) == wildcard_equal(b, a)


@given(names)
def test_a_parent_is_a_proper_prefix(text: str) -> None:
    key = org_key(text)
    parts = branch(key)
    if parts is not None:
        assert all(key.startswith(stem) and len(stem) < len(key) for stem in parts.stem_candidates)
    assert parent_of(key, lambda stem: False) is None
    assert (
        parent_of(f"{key}虚构有限公司临海分公司", lambda stem: stem.endswith("有限公司")) is not None
        or not key
    )


@given(st.text(alphabet="临江市虚构建设有限公司集团一二", min_size=2, max_size=30))
def test_brackets_spaces_and_width_change_nothing(text: str) -> None:
    key = org_key(text)
    assert org_key(" ".join(text)) == key
    assert org_key(f"\ufeff{text}。") == key
    assert org_key(f"{text[:1]}（{text[1:]}）") == key


LONG = [
    *("(" * 200_000, "（原" * 100_000, "第二名称" * 50_000, "&amp;" * 50_000, "锛" * 100_000, "a" * 200_000),
    *(
        "X·" * 100_000,
        "临江市虚构有限公司" * 20_000,
        "\u200b" * 200_000,
        "(ti)" * 50_000,
        "体(ti)" * 50_000,
        "体" + "(ti)" * 50_000,
    ),
    *("*" * 200_000, "1 " * 100_000),
]


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_very_long_text_is_read_in_bounded_time(text: str) -> None:
    def read() -> None:
        for function in (org_key, person_key, repair, clean, header, is_empty, province_of, branch):
            function(text)
        person_names_near(text, text[::-1])

    assert quickest(read, 2, tries=1) < 6
