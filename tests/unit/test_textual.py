"""Texts of bids: what counts, what is whose, likeness at its threshold, many texts, names and slips."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from matching import slips, textual

HAN = [chr(code) for code in range(0x4E00, 0x5E00)]


def _text(seed: int, length: int) -> str:
    rng = random.Random(seed)
    return "".join(rng.choice(HAN) for _ in range(length))


def _sets(texts: Sequence[str], known: Sequence[str] = (), template: int = 75) -> textual.Sets:
    return textual.Sets([textual.plain(t) for t in texts], [textual.plain(t) for t in known], template)


def _alike(texts: Sequence[str], known: Sequence[str] = (), percent: int = 80) -> list[tuple[int, int, bool]]:
    return sorted((f.i, f.j, f.copied) for f in textual.alike(_sets(texts, known), percent))


def test_only_letters_digits_and_characters_count() -> None:
    assert textual.written(textual.plain("（一）ＡBc，１２3。\n\t—“工程”①")) == "一abc123工程1"
    assert textual.written(textual.plain("𠮷田")) == "𠮷田"
    assert len(textual.plain("")) == 0


def test_a_passage_has_six_characters() -> None:
    assert len(textual.passages(textual.plain("一二三四五"))) == 0
    assert len(textual.passages(textual.plain("一二三四五六七"))) == 2


def test_two_texts_are_alike_from_the_threshold_on() -> None:
    common, one, other = _text(1, 405), _text(2, 100), _text(3, 100)
    # 400 passages in common of 500 each, less the five that run across the seam: 400 / 500
    a, b = textual.plain(common + one), textual.plain(common + other)
    (found,) = textual.alike(textual.Sets([a, b], [], 75), 80)
    assert found.permille == 800
    assert list(textual.alike(textual.Sets([a, textual.plain(common + other + "末")], [], 75), 80)) == []


def test_what_most_hold_is_nobodys() -> None:
    form = _text(4, 600)
    assert _alike([form + _text(seed, 150) for seed in range(10, 15)]) == []
    own = _text(20, 150)
    assert _alike([form + own, form + own + "尾", form + _text(21, 150), form + _text(22, 150)]) == [
        (0, 1, False)
    ]


def test_what_the_tender_says_is_nobodys() -> None:
    form = _text(5, 600)
    bids = [form + _text(30, 60), form + _text(31, 60)]
    assert _alike(bids) == [(0, 1, False)]
    assert _alike(bids, [form]) == []


def test_when_all_copied_the_answer_says_so() -> None:
    body = _text(6, 1_500)
    assert _alike([body + _text(40 + n, 30) for n in range(3)]) == [(0, 1, True), (0, 2, True), (1, 2, True)]
    assert _alike([body + _text(40 + n, 30) for n in range(3)], [body]) == []


def test_bids_full_of_forms_with_little_of_their_own_are_not_copies() -> None:
    forms = _text(60, 2_000)
    assert _alike([forms + _text(61 + n, 100) for n in range(5)]) == []


def test_a_few_words_are_too_little() -> None:
    assert _alike(["同意招标文件的全部要求", "同意招标文件的全部要求"]) == []
    assert _alike(["", ""]) == []


def test_a_bid_without_anything_of_its_own_is_like_no_other() -> None:
    form = _text(7, 600)
    assert _alike([form, form + _text(50, 300), form + _text(51, 300), form + _text(52, 300)]) == []


def test_among_hundreds_a_pair_is_found() -> None:
    form = _text(8, 200)
    bids = [form + _text(100 + n, 300) for n in range(300)]
    bids[250] = bids[17][:470] + _text(9, 30)
    assert _alike(bids) == [(17, 250, False)]


def test_of_many_copies_each_is_in_a_pair() -> None:
    body = _text(11, 400)
    bids = [body + _text(400 + n, 20) for n in range(60)] + [_text(500 + n, 400) for n in range(60)]
    found = _alike(bids)
    assert {place for pair in found for place in pair[:2]} == set(range(60))


def test_long_texts_are_sampled_without_bias(monkeypatch: pytest.MonkeyPatch) -> None:
    common, one, other = _text(12, 18_000), _text(13, 2_000), _text(14, 2_000)
    monkeypatch.setattr(textual, "BUDGET", 6_000)
    sets = _sets([common + one, common + other])
    assert sets.every == 8
    (found,) = textual.alike(sets, 80)
    assert found.permille == pytest.approx(900, abs=25)


def test_the_passage_shown_is_in_both() -> None:
    common = _text(15, 300)
    one, other = textual.plain(_text(16, 50) + common), textual.plain(common + _text(17, 70))
    passage = textual.common_passage(one, other, textual.Sets([one, other], [], 75), 0, 1)
    assert len(passage) == 40
    assert passage in common


def test_names_are_found_wherever_they_stand() -> None:
    names = [
        textual.plain(n)
        for n in ("临江澄远建设工程有限公司", "临江澄远建设工程咨询有限公司", "临江启禾市政园林有限公司")
    ]
    text = textual.plain(
        "投标人：临江澄远建设工程 有限公司（盖章）；参见临江启禾市政园林有限公司与临江澄远建设工程有限公司"
    )
    found = list(textual.Names(names).within(text))
    assert [number for number, _ in found] == [0, 2, 0]
    assert all(np.array_equal(text[at : at + len(names[n])], names[n]) for n, at in found)
    assert list(textual.Names([]).within(text)) == []
    assert list(textual.Names(names).within(textual.plain("短"))) == []


RIGHT = "项目经理应当保证质量每日检查安全措施及时报送进度计划妥善处理扬尘污染"
WRONG = RIGHT.replace("保证质量", "保正质量").replace("检查安全", "捡查安全")


def _slips(texts: Sequence[str], known: Sequence[str] = ()) -> list[tuple[tuple[int, ...], str, str]]:
    read = [textual.plain(t) for t in texts]
    return sorted((s.texts, s.wrong, s.right) for s in slips.slips(read, [textual.plain(t) for t in known]))


def test_slips_are_seen_by_what_others_write() -> None:
    assert _slips([WRONG, WRONG, RIGHT, RIGHT, RIGHT]) == [((0, 1), "捡", "检"), ((0, 1), "正", "证")]
    assert _slips([WRONG, WRONG], [RIGHT]) == [((0, 1), "捡", "检"), ((0, 1), "正", "证")]


def test_no_slip_without_another_spelling_or_when_the_tender_has_it() -> None:
    assert _slips([WRONG, WRONG]) == []
    assert _slips([WRONG, RIGHT, RIGHT]) == []
    assert _slips([WRONG, WRONG, RIGHT, RIGHT, RIGHT], [WRONG]) == []


def test_of_two_spellings_as_frequent_the_odd_one_is_the_slip() -> None:
    more = "质量保证措施齐全并保证工期"
    assert ((0, 1), "正", "证") in _slips([WRONG, WRONG, RIGHT + more, RIGHT + more])
    assert ((2, 3), "证", "正") not in _slips([WRONG, WRONG, RIGHT + more, RIGHT + more])


def test_usual_variants_and_other_words_are_no_slips() -> None:
    one, other = "我方承诺承担其它全部相关费用支出", "我方承诺承担其他全部相关费用支出"
    assert _slips([one, one, other, other, other]) == []
    red, blue = "外墙涂料采用浅红颜色进行施工", "外墙涂料采用浅蓝颜色进行施工"
    assert _slips([red, red, blue, blue, blue]) == []


def test_a_place_that_varies_freely_says_nothing() -> None:
    bids = [f"负责本区域的{c}班作业人员共计若干" for c in "甲乙丙丁戊"]
    assert _slips([*bids, *bids[:1]]) == []
