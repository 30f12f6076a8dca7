"""B14: the consortium that bids is not the one that was prequalified (条例 37(2))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.request import Regime
from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Fact, Outcome, Rule, Tie
from matching.rules.common import answers, finding, not_supplied
from matching.rules.identity import NAME, apart, same
from matching.rules.related import of_regime
from matching.subjects import party_subject


@answers("B14")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Members added, dropped or replaced, by codes throughout; anything less certain goes to a human, and so does
    procurement without a tender, for which the article cited is no law.

    The bidder itself leads, whether the lists of members name it or not.
    """
    consortium = view.bidder.consortium
    if consortium is None:
        return
    if not consortium.prequalified_members:
        yield not_supplied(RULE, "bidder.consortium.prequalified_members")
        return
    subjects = [party_subject(ref) for ref in consortium.prequalified_members]
    before = [(s.label, (*s.codes, *(f"{NAME}{n6}" for n6 in (s.n6, *s.former) if n6))) for s in subjects]
    now = [(entity.label, entity.identity) for entity in view.entities]
    itself = [entity.identity for entity in view.entities if entity.role in ("lead", "sole")]
    gone = [(label, keys) for label, keys in before if all(same(keys, other) == "no" for _, other in now)]
    added = [
        (label, keys)
        for label, keys in now
        if keys not in itself and all(same(keys, other) == "no" for _, other in before)
    ]
    if not gone and not added:
        return
    certain = _certain(gone, now) and _certain(added, before)
    params = {"gone": _labels(gone), "added": _labels(added)}
    name = "changed" if certain else "unsure"
    effect = case.policy.effect(RULE.code, name)
    if case.tender.regime is Regime.PROCUREMENT_OTHER:
        effect = effect.at_most(Effect.REVIEW)
    members = Fact(field="bidder.consortium.members", a=_labels(before), b=_labels(now))
    tie = Tie(kind="consortium", by="code" if certain else "name", facts=(members,))
    found = finding(case, RULE, name, party=_name(view), effect=effect, params=params, ties=[tie])
    yield of_regime(case, found)


Member = tuple[str, tuple[str, ...]]


def _certain(members: list[Member], others: list[Member]) -> bool:
    """Whether codes show of each member that it is none of the others.

    A bid often gives the leader's name alone and its code among the members: the code speaks for both.
    """
    distinct = [keys for _, keys in others if not any(_restates(keys, other) for _, other in others)]
    return all(apart(keys, other) for _, keys in members for other in distinct)


def _restates(keys: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether a mention by name alone is of a party that stands elsewhere in the list with its code."""
    return all(key.startswith(NAME) for key in keys) and keys != other and same(keys, other) == "name"


def _labels(members: list[Member]) -> str:
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
