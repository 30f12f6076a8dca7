"""Pairs of names, one after the other: what each comes to, and where its names stand in the row."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from matching.bulk.parties import Cells, Side
from matching.bulk.verdict import DIFFERENT, UNDETERMINED, Found, Reason, decide

PAIR_FIELDS = ("left", "right", "left_code", "right_code", "left_legal_rep", "right_legal_rep")


class PairPlaces(msgspec.Struct, frozen=True):
    """At which positions of a row the fields of a pair stand; -1 where a file has no such column."""

    left: int
    right: int
    left_code: int = -1
    right_code: int = -1
    left_legal_rep: int = -1
    right_legal_rep: int = -1

    def sides(self, cells: Sequence[str]) -> tuple[Side, Side]:
        """Both sides of a row."""

        def cell(place: int) -> str:
            return cells[place] if 0 <= place < len(cells) else ""

        return (
            Side(Cells(cell(self.left), cell(self.left_code), cell(self.left_legal_rep))),
            Side(Cells(cell(self.right), cell(self.right_code), cell(self.right_legal_rep))),
        )


def judge(places: PairPlaces, cells: Sequence[str], problem: str = "") -> Found:
    """What a row comes to. A row that could not be read is undetermined."""
    if problem:
        return Found(DIFFERENT, "", 0, UNDETERMINED, (Reason(problem),), rejected=True)
    return decide(*places.sides(cells))
