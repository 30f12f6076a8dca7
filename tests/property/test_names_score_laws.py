"""What holds for any two names: symmetry, an upper bound for equal names, parts that add up, evidence against."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.text import index_text
from matching.names import features
from matching.names.align import align, edit_cost, workspace
from matching.names.characters import characters
from matching.names.coding import encode, encode_many
from matching.names.model import evaluate, model
from matching.names.score import EQUAL, OTHER_SCRIPT, compare_names, probability, score_pairs

PIECES = (
    ["临江市", "临江", "苏州", "江苏省", "上海", "云岭县", ""],
    ["宏达", "鸿达", "宏大", "华兴", "新世纪", "万家乐", "三一", "金"],
    ["商贸", "贸易", "建筑工程", "科技", "物业管理", "房地产开发", ""],
    ["有限公司", "有限责任公司", "公司", "厂", "专业合作社", ""],
    ["", "", "", "第一分公司", "第二分公司", "云岭营业部"],
)
NAMES = st.tuples(*(st.sampled_from(piece) for piece in PIECES)).map("".join)
ANY = st.one_of(NAMES, st.text(max_size=40))


@settings(max_examples=300, deadline=None)
@given(ANY, ANY)
def test_both_sides_give_the_same_score(left: str, right: str) -> None:
    a, b = index_text(left), index_text(right)
    one, other = compare_names(a, b), compare_names(b, a)
    assert (one.points, one.relation, one.vetoes) == (other.points, other.relation, other.vetoes)
    assert sorted((p.name, p.points) for p in one.parts) == sorted((p.name, p.points) for p in other.parts)
    assert [(e.kind, e.left, e.right) for e in one.edits] == [(e.kind, e.right, e.left) for e in other.edits]


@settings(max_examples=300, deadline=None)
@given(ANY, ANY)
def test_no_name_is_nearer_than_itself(left: str, right: str) -> None:
    a, b = index_text(left), index_text(right)
    found = compare_names(a, b)
    assert found.points <= EQUAL
    if a and a == b:
        assert found.points == EQUAL
        assert found.relation == "same"
    else:
        assert found.points < EQUAL


@settings(max_examples=300, deadline=None)
@given(ANY, ANY)
def test_the_parts_are_the_points(left: str, right: str) -> None:
    found = compare_names(index_text(left), index_text(right))
    assert sum(part.points for part in found.parts) == found.points
    known = {feature.group for feature in features.FEATURES} | {"start", "limit", "equal", "empty"}
    if not any(c.isalpha() and c < "\u2e80" for c in left + right):
        assert {part.name for part in found.parts} <= known


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=20))
def test_many_at_once_score_as_one_by_one(pairs: list[tuple[str, str]]) -> None:
    texts = [(index_text(a), index_text(b)) for a, b in pairs]
    left, right = encode_many([a for a, _ in texts]), encode_many([b for _, b in texts])
    places = np.repeat(np.arange(len(texts), dtype=np.int64), 2).reshape(-1, 2)
    points, vetoes = score_pairs(*left, *right, places)
    for (a, b), score, veto in zip(texts, points.tolist(), vetoes.tolist(), strict=True):
        if not veto & OTHER_SCRIPT and a and b:
            found = compare_names(a, b)
            assert score == found.points
            assert tuple(text for bit, text in features.VETOES.items() if veto & bit) == found.vetoes


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_the_distance_is_symmetric_and_zero_only_for_equals(left: str, right: str) -> None:
    a, b = encode(left), encode(right)
    space, tables = workspace(), characters()
    none = np.zeros(len(a), np.uint8), np.zeros(len(b), np.uint8)
    cost = edit_cost(a, none[0], b, none[1], tables, space.grid, 1 << 20)
    assert cost == edit_cost(b, none[1], a, none[0], tables, space.grid, 1 << 20)
    assert (cost == 0) == (a.tolist() == b.tolist())
    again, count = align(a, none[0], b, none[1], tables, space.grid, space.edits)
    assert again == cost
    assert (count == 0) == (cost == 0)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 300), min_size=features.COUNT, max_size=features.COUNT),
    st.integers(0, features.COUNT - 1),
    st.integers(1, 200),
)
def test_evidence_against_never_raises(row: list[int], place: int, more: int) -> None:
    direction = features.FEATURES[place].direction
    if direction == 0:
        return
    base = np.array(row, np.int32)
    changed = base.copy()
    changed[place] -= more * direction
    worse, better = evaluate(model(), changed), evaluate(model(), base)
    assert worse <= better


def test_chances_are_those_of_the_logistic_curve() -> None:
    assert probability(0) == 500
    assert probability(2197) == 900
    assert probability(-2197) == 100
    assert probability(10**9) == 1000


@pytest.mark.parametrize(
    ("left", "right", "kinds"),
    [
        ("临江市宏达商贸有限公司", "临江市鸿达商贸有限公司", ["same_sound"]),
        ("临江市宏达商贸有限公司", "临江市达宏商贸有限公司", ["swapped"]),
        ("临江市科手支商贸有限公司", "临江市科技商贸有限公司", ["split"]),
        ("临江市宏达商贸有限公司", "临江市宏达商贸公司", ["gap"]),
    ],
)
def test_each_edit_is_named(left: str, right: str, kinds: list[str]) -> None:
    assert [edit.kind for edit in compare_names(left, right).edits] == kinds
