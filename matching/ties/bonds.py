"""Who paid the bid bonds: `bond.account` and `bond.serial` ties (C06, R07)."""

from __future__ import annotations

from itertools import pairwise

from matching.rules.base import Case, Fact, Tie
from matching.ties import values
from matching.ties.base import Ties
from matching.ties.rivals import Rivals, Values

RUN = 20
"""Consecutive letters in one run above which they show an issuer's counter and not its customers."""


def read(case: Case, rivals: Rivals, ties: Ties) -> None:
    """Ties of equal payers' accounts, equal letters, and letters numbered one after another."""
    accounts, letters = Values(), Values()
    numbered: dict[tuple[str, int], list[tuple[int, int, str]]] = {}
    for view in case.bidders:
        bidder, place = view.bidder, view.index
        if value := values.account(bidder.bond_account) if bidder.bond_account else "":
            accounts.put(place, value, bidder.bond_account)
        found = values.serial(bidder.bond_letter) if bidder.bond_letter else None
        if found is not None:
            head, number, length = found
            letters.put(place, f"{head}{number:0{length}d}", bidder.bond_letter)
            numbered.setdefault((head, length), []).append((number, place, bidder.bond_letter))
    accounts.link(ties, rivals, "bond.account", "bond_account")
    letters.link(ties, rivals, "bond.letter", "bond_letter")
    for found_numbers in numbered.values():
        _consecutive(rivals, ties, sorted(found_numbers))


Letter = tuple[int, int, str]
"""Running number, place of the bidder, the number as written."""


def _consecutive(rivals: Rivals, ties: Ties, letters: list[Letter]) -> None:
    """Ties of letters whose numbers follow one upon the other."""
    run: list[tuple[Letter, Letter]] = []
    for one, other in pairwise(letters):
        if other[0] - one[0] > 1:
            _keep(ties, run)
            run = []
        elif other[0] > one[0] and rivals.meet(min(one[1], other[1]), max(one[1], other[1])):
            run.append((one, other))
    _keep(ties, run)


def _keep(ties: Ties, run: list[tuple[Letter, Letter]]) -> None:
    """A run as ties; a long one is an issuer's counter and says so (`hub`)."""
    notes = ("hub",) if len(run) > RUN else ()
    for pair in run:
        (_, i, one), (_, j, other) = sorted(pair, key=lambda letter: letter[1])
        fact = Fact(field="bond_letter", a=one, b=other)
        ties.pair(i, j, Tie(kind="bond.serial", by="stated", facts=(fact,), notes=notes, size=len(run) + 1))
