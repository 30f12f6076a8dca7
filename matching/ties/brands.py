"""Bidders that offer the same brand: `brand` ties, for B16 (87号令 31)."""

from __future__ import annotations

import unicodedata

from matching.decision import Fact
from matching.rules.base import Case, Tie
from matching.ties.base import Ties, grouped
from matching.ties.field import Field


def read(case: Case) -> Ties:
    """Pairs of opponents whose bids name one brand, however it is written."""
    if len(case.bidders) < 2 or not any(view.bidder.brand for view in case.bidders):
        return Ties()
    field = Field(case)
    brands = ((_form(view.bidder.brand), view.index) for view in case.bidders if view.bidder.brand)
    for _, places in grouped((brand, place) for brand, place in brands if brand):
        for i, j in field.pairs(places):
            a, b = case.bidders[i].bidder.brand, case.bidders[j].bidder.brand
            fact = Fact(field="brand", a=a, b=b)
            tie = Tie(kind="brand", by="stated", facts=(fact,), other=a, size=len(places))
            field.add(i, j, tie)
    return field.ties


def _form(brand: str) -> str:
    """A brand as compared: width, case and spaces don't matter."""
    return "".join(unicodedata.normalize("NFKC", brand).casefold().split())
