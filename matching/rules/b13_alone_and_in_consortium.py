"""B13: one unit bids alone and in a consortium, or in two consortia, for the same project (条例 37(3))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from matching.prices import lot_key
from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, EntityView, Outcome, PairView, Rule, Tie
from matching.rules.common import answers, finding
from matching.rules.identity import common, same
from matching.rules.related import bare, of_regime


@answers("B13")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """All those bids are invalid; sameness by name alone goes to a human. Two sole bids are no B13, nor are
    two rows of one bid."""
    a, b = pair.a, pair.b
    if not _consortium(a) and not _consortium(b):
        return
    if not _overlap(a, b):
        return
    unit, tie = _shared(a, b)
    if unit is None or tie is None:
        return
    one_bid = _one_bid(a, b)
    if one_bid == "yes":
        return
    name = "unsure" if one_bid == "unknown" else f"by_{tie.by}"
    params = {"a": _name(a), "b": _name(b)}
    person = unit.type.value == "person"
    found = finding(case, RULE, name, party=unit.label, params=params, ties=[tie], person=person)
    yield of_regime(case, found)


def _shared(a: BidderView, b: BidderView) -> tuple[EntityView | None, Tie | None]:
    """A unit that stands in both bids, by code if there is one, and what it is known by."""
    unit: EntityView | None = None
    tie: Tie | None = None
    for one in a.entities:
        for other in b.entities:
            how = same(one.identity, other.identity)
            if how == "code" or (how == "name" and unit is None):
                unit, tie = one, Tie(kind="same", by=how, facts=common(one, other))
                if how == "code":
                    return unit, tie
    return unit, tie


def _one_bid(a: BidderView, b: BidderView) -> Literal["yes", "no", "unknown"]:
    """Whether two rows are one bid: platforms list a consortium once for each member.

    The same consortium number, or the same members. Rows that name one consortium but members that don't fit
    together or another price, or that are in a consortium of which nothing is said, leave it open.
    """
    one, other = a.bidder.consortium, b.bidder.consortium
    inside, around = _among(a, b), _among(b, a)
    if one is None or other is None:
        return "no"
    number = lot_key(one.id)
    named = bool(number) and number == lot_key(other.id)
    if (named and (inside or around)) or (inside and around):
        prices = {a.bidder.price, b.bidder.price} - {None}
        return "yes" if len(prices) <= 1 else "unknown"
    if named:
        return "unknown"
    return "unknown" if bare(a) or bare(b) else "no"


def _among(a: BidderView, b: BidderView) -> bool:
    """Whether every unit of one bid stands in the other."""
    return all(any(same(x.identity, y.identity) != "no" for y in b.entities) for x in a.entities)


def _consortium(view: BidderView) -> bool:
    return view.bidder.consortium is not None or len(view.entities) > 1


def _overlap(a: BidderView, b: BidderView) -> bool:
    """Whether the bids meet in a lot; a bid that names no lot is for the whole project."""
    one, other = (set(filter(None, map(lot_key, view.bidder.lots))) for view in (a, b))
    return not one or not other or bool(one & other)


def _name(view: BidderView) -> str:
    return view.bidder.name or "、".join(entity.label for entity in view.entities)


RULE = Rule(
    code="B13",
    title=Bilingual(
        zh="同一单位单独投标又参加联合体，或者参加两个联合体",
        en="One unit in more than one bid through a consortium",
    ),
    scope="pair",
    basis=(
        law.RULES_37_3,
        law.before(law.RULES_37_3, law.TENDER_RULES_2011, date(2012, 2, 1)),
        law.PROCUREMENT_RULES_22,
    ),
    evaluate=evaluate,
    cases={
        "by_code": Effect.BLOCK,
        "by_name": Effect.REVIEW,
        "unsure": Effect.REVIEW,
    },
    effective_from=date(2012, 2, 1),
)
