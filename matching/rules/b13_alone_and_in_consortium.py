"""B13: one unit bids alone and in a consortium, or in two consortia, for the same project (条例 37(3))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, EntityView, Outcome, Rule
from matching.rules.common import answers, finding
from matching.rules.identity import same


@answers("B13")
def evaluate(case: Case, a: BidderView, b: BidderView) -> Iterable[Outcome]:
    """All those bids are invalid; sameness by name alone goes to a human. Two sole bids are no B13."""
    if not _consortium(a) and not _consortium(b):
        return
    if not _overlap(a, b):
        return
    by_code: EntityView | None = None
    by_name: EntityView | None = None
    for one in a.entities:
        for other in b.entities:
            match same(one.identity, other.identity):
                case "code":
                    by_code = by_code or one
                case "name":
                    by_name = by_name or one
    unit = by_code or by_name
    if unit is None:
        return
    params = {"a": _name(a), "b": _name(b)}
    person = unit.type.value == "person"
    name = "by_code" if by_code is not None else "by_name"
    yield finding(case, RULE, name, party=unit.label, params=params, person=person)


def _consortium(view: BidderView) -> bool:
    return view.bidder.consortium is not None or len(view.entities) > 1


def _overlap(a: BidderView, b: BidderView) -> bool:
    """Whether the bids meet in a lot; a bid that names no lot is for the whole project."""
    return not a.bidder.lots or not b.bidder.lots or bool(set(a.bidder.lots) & set(b.bidder.lots))


def _name(view: BidderView) -> str:
    return view.bidder.name or "、".join(entity.label for entity in view.entities)


RULE = Rule(
    code="B13",
    title=Bilingual(
        zh="同一单位单独投标又参加联合体，或者参加两个联合体",
        en="One unit in more than one bid through a consortium",
    ),
    scope="pair",
    basis=(law.RULES_37_3, law.before(law.RULES_37_3, law.TENDER_RULES_2011, date(2012, 2, 1))),
    evaluate=evaluate,
    cases={"by_code": Effect.BLOCK, "by_name": Effect.REVIEW},
    effective_from=date(2012, 2, 1),
)
