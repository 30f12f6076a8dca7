"""Co-bidding: Jaccard and lift by hand, communities, rotation, and bounds that are said."""

from __future__ import annotations

import pytest

from graph.cobidding import CoBid, co_bidding, communities, rotation


def lots(*bidders: str) -> dict[str, str]:
    return {f"l{n}": names for n, names in enumerate(bidders)}


def test_jaccard_and_lift_by_hand() -> None:
    found = co_bidding(lots("AB", "AB", "AC", "B", "D"))
    pairs = {(pair.first, pair.second): pair for pair in found.pairs}
    assert set(pairs) == {("A", "B"), ("A", "C")}
    one = pairs["A", "B"]
    assert (one.together, one.first_bids, one.second_bids, one.lots) == (2, 3, 3, 5)
    assert one.jaccard == 2 / 4
    assert one.lift == 2 * 5 / 9
    assert pairs["A", "C"].lift == 1 * 5 / 3


def test_support_universe_and_chosen_bidders() -> None:
    given = lots("ABZ", "AB", "AC", "BC")
    assert [(pair.first, pair.second) for pair in co_bidding(given, support=2).pairs] == [("A", "B")]
    (one,) = co_bidding(given, among=["A", "C"], universe=40).pairs
    assert (one.first, one.second, one.together, one.first_bids, one.lots) == ("A", "C", 1, 3, 40)


def test_a_bidder_counts_once_a_lot() -> None:
    (one,) = co_bidding({"l": ["A", "A", "B"]}).pairs
    assert one.together == 1


def test_crowded_lots_are_left_out_and_counted() -> None:
    found = co_bidding(lots("ABCDE", "AB"), max_bidders=4)
    assert (found.crowded, found.lots, len(found.pairs)) == (1, 1, 1)
    assert found.pairs[0].first_bids == 1
    bounded = co_bidding(lots("ABC", "AB", "CD"), max_meetings=2)
    assert (bounded.crowded, bounded.lots) == (1, 2)


def test_communities_are_told_apart() -> None:
    ring = [combination for combination in ("AB", "BC", "AC") for _ in range(4)]
    other = [combination for combination in ("XY", "YZ", "XZ") for _ in range(4)]
    found = co_bidding(lots(*ring, *other, "AX"))
    groups = communities(found.pairs)
    assert [group.members for group in groups] == [("A", "B", "C"), ("X", "Y", "Z")]
    first = groups[0]
    # A meets B and C 4 times each of 13 lots of either, B meets C 4 of 12; A meets X once of 17
    weights = (4 / 13, 4 / 13, 4 / 12)
    inside = sum(weights)
    assert first.coherence == pytest.approx((weights[0] * weights[1] * weights[2]) ** (1 / 3) / (inside / 3))
    assert first.exclusivity == pytest.approx(inside / (inside + 1 / 17))
    assert first.density == 1
    assert groups == communities(reversed(found.pairs))


def test_small_groups_and_cut_pairs() -> None:
    pairs = co_bidding(lots("AB", "CD")).pairs
    assert communities(pairs) == ()
    assert communities([]) == ()
    assert [group.cut for group in communities(pairs, least=2, max_edges=1)] == [1]


def test_a_perfect_group_has_coherence_and_exclusivity_one() -> None:
    pair = {"together": 6, "first_bids": 6, "second_bids": 6, "lots": 9}
    (group,) = communities([CoBid(first=a, second=b, **pair) for a, b in ("AB", "AC", "BC")])
    assert group.coherence == pytest.approx(1)
    assert group.exclusivity == pytest.approx(1)


def test_perfect_rotation() -> None:
    one = rotation("ABCABCABC", 3)
    assert one is not None
    assert (one.entropy, one.repeated, one.lots) == (1.0, 0.0, 9)
    assert one.herfindahl == pytest.approx(1 / 3)


def test_one_winner_and_unequal_wins() -> None:
    one = rotation("AAAA", 3)
    assert one is not None
    assert (one.entropy, one.herfindahl, one.repeated) == (0.0, 1.0, 1.0)
    two = rotation("AABB", 4)
    assert two is not None
    # half of the entropy of four: log 2 / log 4; two of three wins repeat
    assert (two.entropy, two.herfindahl) == (0.5, 0.5)
    assert two.repeated == pytest.approx(2 / 3)
    single = rotation("A", 2)
    assert single is not None
    assert single.repeated == 0


def test_rotation_needs_wins_and_a_group() -> None:
    assert rotation("", 3) is None
    assert rotation("AAA", 1) is None
