"""Laws that hold for any Latin name: symmetry, equality is best, parts add up, bounded time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from quickest import quickest

from matching.names.cross import LIMIT as CROSS_LIMIT
from matching.names.cross import compare_cross
from matching.names.latin import LIMIT, LatinComparison, compare_latin
from matching.names.latin_keys import latin_keys
from matching.names.latin_text import read_latin
from matching.names.persons import compare_persons

WORDS = (
    "Velmoria", "Velmorria", "Tarrick", "Shengda", "Shengtai", "Trading", "Trade", "Group", "Co", "Ltd", "Limited",
    "LLC", "GmbH", "AG", "Nanjing", "Dalian", "France", "II", "3", "First", "&", "The", "of", "Golden", "Reach",
    "Goldenreach",
    "Foods", "BRK", "B.R.K.", "Branch", "XI", "Велма", "Real", "Estate", "M", "T.", "O'Drennan",
)  # fmt: skip
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join)
ANY = st.one_of(NAMES, st.text(max_size=60))
CHINESE = st.text(alphabet="天津大连市旭虚阁圣达泰物业服务商贸有限公司分第一二3A", min_size=1, max_size=24)


def adds_up(found: LatinComparison) -> bool:
    return sum(part.points for part in found.parts) == found.points


@given(ANY, ANY)
def test_the_same_from_either_side(left: str, right: str) -> None:
    one, other = compare_latin(left, right), compare_latin(right, left)
    assert one.points == other.points
    assert one.parts == other.parts
    assert one.vetoes == other.vetoes
    assert [(e.kind, e.left, e.right) for e in one.edits] == [(e.kind, e.right, e.left) for e in other.edits]


@given(ANY, ANY)
def test_parts_add_up_within_bounds(left: str, right: str) -> None:
    found = compare_latin(left, right)
    assert adds_up(found)
    assert -LIMIT <= found.points <= LIMIT


@given(NAMES, NAMES)
def test_no_other_name_beats_the_identical_one(left: str, right: str) -> None:
    same, other = compare_latin(left, left), compare_latin(left, right)
    assert not same.vetoes
    assert other.points <= same.points


@given(ANY)
def test_reading_what_was_read_changes_nothing(raw: str) -> None:
    once = read_latin(raw)
    assert read_latin(once.collapsed).collapsed or not once.collapsed
    assert read_latin(raw.upper()).words == read_latin(raw.upper().lower().upper()).words


@given(ANY, ANY)
def test_equal_words_share_every_key(left: str, right: str) -> None:
    if read_latin(left).collapsed and left.upper() == right.upper():
        assert latin_keys(left) == latin_keys(right)
    assert latin_keys(left) == latin_keys(left)


@given(ANY, CHINESE)
def test_cross_parts_add_up_within_bounds(latin: str, chinese: str) -> None:
    found = compare_cross(latin, chinese)
    assert adds_up(found)
    assert -LIMIT <= found.points <= CROSS_LIMIT


@given(ANY, ANY)
def test_persons_from_either_side(left: str, right: str) -> None:
    one, other = compare_persons(left, right), compare_persons(right, left)
    assert (one.outcome, one.points, one.why) == (other.outcome, other.points, other.why)
    assert compare_persons(left, left).points >= one.points


@settings(max_examples=25, deadline=None)
@given(
    st.one_of(st.text(min_size=3000, max_size=4000), st.sampled_from(WORDS).map(lambda w: (w + " ") * 600))
)
def test_long_input_takes_bounded_time(raw: str) -> None:
    for call in (
        lambda: compare_latin(raw, raw[::-1]),
        lambda: compare_cross(raw, "天津旭虚阁文化传播有限公司" * 12),
        lambda: compare_cross("xuxuge" * 600, "天津旭虚阁文化传播有限公司" * 12),
        lambda: latin_keys(raw),
        lambda: compare_persons(raw, raw[::-1]),
    ):
        assert quickest(call, 0.1, tries=1) < 0.5
