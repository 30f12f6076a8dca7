"""B14: the consortium that bids is not the one that was prequalified (条例 37(2))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, finding, not_supplied
from matching.rules.identity import NAME, same
from matching.subjects import party_subject


@answers("B14")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Members added, dropped or replaced; names alone that differ may be a renaming: a human decides."""
    consortium = view.bidder.consortium
    if consortium is None:
        return
    if consortium.prequalified_members is None:
        yield not_supplied(RULE, "bidder.consortium.prequalified_members")
        return
    subjects = [party_subject(ref) for ref in consortium.prequalified_members]
    before = [(s.label, (*s.codes, *(f"{NAME}{n6}" for n6 in (s.n6, *s.former) if n6))) for s in subjects]
    now = [(entity.label, entity.identity) for entity in view.entities]
    gone = [(label, keys) for label, keys in before if all(same(keys, other) == "no" for _, other in now)]
    added = [(label, keys) for label, keys in now if all(same(keys, other) == "no" for _, other in before)]
    if not gone and not added:
        return
    renamed = len(gone) == len(added) and not (_coded(gone) and _coded(added))
    params = {"gone": _labels(gone), "added": _labels(added)}
    yield finding(case, RULE, "unsure" if renamed else "changed", party=_name(view), params=params)


def _coded(members: list[tuple[str, tuple[str, ...]]]) -> bool:
    return all(any(not key.startswith(NAME) for key in keys) for _, keys in members)


def _labels(members: list[tuple[str, tuple[str, ...]]]) -> str:
    return "、".join(label for label, _ in members) or "—"


def _name(view: BidderView) -> str:
    return view.bidder.name or "、".join(entity.label for entity in view.entities)


RULE = Rule(
    code="B14",
    title=Bilingual(zh="资格预审后联合体成员变化", en="Consortium changed after prequalification"),
    scope="bidder",
    basis=(law.RULES_37_2, law.before(law.RULES_37_2, law.TENDER_RULES_2011, date(2012, 2, 1))),
    evaluate=evaluate,
    cases={"changed": Effect.BLOCK, "unsure": Effect.REVIEW},
    effective_from=date(2012, 2, 1),
)
