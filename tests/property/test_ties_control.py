"""Random holdings between bidders: what the rules find is what a fixpoint worked out by hand finds, pair by pair."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path

import pytest
from owners import decide, held

from matching.decision import Effect

SHARES = (10, 15, 20, 24, 25, 26, 30, 40, 45, 49, 50, 51, 60, 70)
BIDDERS, OUTSIDE = 6, 4
Holdings = dict[tuple[int, int], int]


def drawn(seed: int) -> Holdings:
    """Holdings of ten companies in each other, circles included, never more than 100 % of one."""
    draw = random.Random(seed)
    held_of: Holdings = {}
    for company in range(BIDDERS + OUTSIDE):
        left = 100
        owners = draw.sample([n for n in range(BIDDERS + OUTSIDE) if n != company], draw.randint(0, 3))
        for owner in owners:
            share = draw.choice(SHARES)
            if share <= left:
                held_of[owner, company] = share
                left -= share
    return held_of


def controlled(held_of: Holdings, owner: int) -> set[int]:
    """Everything that an owner controls: more than half together with what it controls."""
    mine = {owner}
    while True:
        more = {
            company
            for company in range(BIDDERS + OUTSIDE)
            if company not in mine
            and sum(share for (a, b), share in held_of.items() if b == company and a in mine) > 50
        }
        if not more:
            return mine - {owner}
        mine |= more


def chained(held_of: Holdings, owner: int) -> set[int]:
    """What an owner controls along links that are each more than half."""
    found, waiting = set(), [owner]
    while waiting:
        node = waiting.pop()
        for (a, b), share in held_of.items():
            if a == node and share > 50 and b not in found and b != owner:
                found.add(b)
                waiting.append(b)
    return found


@pytest.mark.parametrize("seed", range(14))
def test_pairs_are_those_of_the_fixpoint(tmp_path: Path, seed: int) -> None:
    held_of = drawn(seed)
    relations = held((a, b, str(share)) for (a, b), share in held_of.items())
    decision, _ = decide(tmp_path, relations, range(BIDDERS))
    found = {
        frozenset((int(pair.a[1:]), int(pair.b[1:]))): {(f.code, f.effect) for f in pair.reasons}
        for pair in decision.pairs
    }
    control = {owner: controlled(held_of, owner) for owner in range(BIDDERS + OUTSIDE)}
    chains = {owner: chained(held_of, owner) for owner in range(BIDDERS + OUTSIDE)}
    for a, b in combinations(range(BIDDERS), 2):
        reasons = found.get(frozenset((a, b)), set())
        codes = {code for code, _ in reasons}
        direct = held_of.get((a, b), 0) > 50 or held_of.get((b, a), 0) > 50
        assert ("B02" in codes) == direct, (a, b)
        indirect = [(x, y) for x, y in ((a, b), (b, a)) if y in control[x] and held_of.get((x, y), 0) <= 50]
        assert ("B03" in codes) == bool(indirect), (a, b)
        by_chain = any(y in chains[x] for x, y in indirect)
        assert (("B03", Effect.BLOCK) in reasons) == by_chain, (a, b)
        above = [x for x in control if {a, b} <= control[x]]
        over = b in control[a] or a in control[b]
        if above and not over:
            assert "B06" in codes, (a, b, above)
        large = {x for (x, y), share in held_of.items() if y == a and share >= 20} & {
            x for (x, y), share in held_of.items() if y == b and share >= 20
        }
        assert ("B07" in codes) == bool(large - {a, b}), (a, b)
