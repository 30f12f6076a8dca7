"""What rules about two bids share: ties in words, the law by regime, when it is a matter for the police.

条例 40 and 87号令 37 presume collusion where a fact is proven. What a program sees is a sign of the fact: it asks for
a review. The committee's answer is kept as that about a doubtful match is: a confirmed fact strikes both bids, one
found untrue is only noted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import msgspec

from graph.identifiers import mask_numbers_in_text
from graph.messages import Lang, say
from matching.decision import Bilingual, Effect, Evidence, Finding, LegalBasis, Tier
from matching.request import ProjectObject, Regime
from matching.rules import law
from matching.rules.base import BidderView, Case, PairView, Rule, Tie
from matching.rules.common import finding
from matching.rules.wording import both

SHOWN = 3
"""Values named in a sentence; all of them stand in the facts."""
DEVICES = ("device.mac", "device.cpu", "device.disk", "device.memory", "device.dongle")
_ITEMS: Mapping[int, tuple[str, ...]] = {
    1: (*DEVICES, "file.id", "file.valuation", "file.author"),
    2: ("person.agent", "phone", "ip"),
    3: ("person.staff", "person.contact"),
    4: ("file.hash", "text.similar", "text.copied", "text.errors", "price.series"),
    5: ("text.named",),
    6: ("bond.account",),
}
"""By the number of the presumption (条例 40) the ties that are signs of its fact."""
_ITEM_OF: Mapping[str, int] = {kind: item for item, kinds in _ITEMS.items() for kind in kinds}


def having(ties: Iterable[Tie], *kinds: str, without: str = "") -> list[Tie]:
    """The ties of some kinds, in that order, but for those with a note."""
    found = [tie for tie in ties if tie.kind in kinds and not (without and without in tie.notes)]
    return sorted(found, key=lambda tie: kinds.index(tie.kind))


def codes(ties: Iterable[Tie]) -> list[Tie]:
    """The ties of equal device codes, but for those that very many bids bear: the computers of a hall."""
    return having(ties, *DEVICES, without="hub")


def kinds_of(ties: Iterable[Tie]) -> int:
    """How many different kinds of ties there are."""
    return len({tie.kind for tie in ties})


def together(
    case: Case,
    rule: Rule,
    name: str,
    pair: PairView,
    ties: Sequence[Tie],
    *,
    missing: tuple[str, ...] = (),
    person: bool = False,
    params: Mapping[str, str | Bilingual] | None = None,
) -> Finding:
    """The finding of a rule on two bidders by what ties them.

    Args:
        case: the case at hand.
        rule: the rule that fires.
        name: its situation; the sentence gets `party`, `what`, `values` and `size`.
        pair: the two.
        ties: what the finding rests on.
        missing: inputs whose absence lowered it.
        person: whether a natural person is concerned.
        params: what else the sentence needs.
    """
    presumption = rule.code.startswith("C")
    question = _question(case, rule, pair, ties)
    effect: Effect | None = None
    if question is not None and question.answer == "reject":
        effect = case.policy.effect(rule.code, name).at_most(Effect.INFO if presumption else Effect.FLAG)
    elif question is not None and question.answer == "confirm" and presumption:
        name = "confirmed"
    given = {
        "what": _names(tuple(dict.fromkeys(tie.kind for tie in ties))),
        "values": _values(ties),
        "by": question.evidence.confirmed_by if question is not None else "",
        "size": str(max((tie.size for tie in ties), default=2) or 2),
        **(params or {}),
    }
    found = finding(
        case,
        rule,
        name,
        party=sides(pair),
        effect=effect,
        params=given,
        missing=missing,
        ties=ties,
        person=person,
    )
    basis = tuple(b for b in found.legal_basis if _applies(case, b)) or found.legal_basis
    remedy = tuple(dict.fromkeys((*found.remedy, "human_review"))) if found.remedy else ()
    evidence = (question.evidence,) if question is not None and presumption else ()
    found = msgspec.structs.replace(found, legal_basis=basis, remedy=remedy, evidence=evidence)
    if question is not None and question.answer == "reject":
        found = _noted(found, "rule.note.unfounded")
    return _presumed(case, found, (pair.a, pair.b)) if presumption else found


class _Question(NamedTuple):
    """A question for the committee: whether the fact behind a presumption is so, and what it answered."""

    answer: str
    evidence: Evidence


def _question(case: Case, rule: Rule, pair: PairView, ties: Sequence[Tie]) -> _Question | None:
    """The question about a presumption between two bidders; new signs of the fact make it a new question."""
    item = int(rule.code[2]) if rule.code.startswith("C") else _ITEM_OF.get(ties[0].kind, 0)
    if case.asks is None or not item:
        return None
    units = sorted(sorted(key for e in view.entities for key in e.identity) for view in (pair.a, pair.b))
    facts = sorted((f.field, f.a, f.b) for tie in pair.ties if tie.kind in _ITEMS[item] for f in tie.facts)
    about = json.dumps([f"C{item:02d}", case.tender.id, units, facts], ensure_ascii=False)
    key, answer, by = case.asks(about)
    evidence = Evidence(
        list=f"C{item:02d}",
        record=key[:16],
        record_hash=key,
        subject=name_of(pair.b),
        status="ACTIVE",
        tier=Tier.E4,
        role="bidder",
        submitted=name_of(pair.a),
        matched=name_of(pair.b),
        field="presumption",
        confirmed_by=by if answer == "confirm" else "",
        pair=key,
    )
    return _Question(answer, evidence)


def sides(pair: PairView) -> str:
    """How sentences call two bidders."""
    return f"{name_of(pair.a)}、{name_of(pair.b)}"


def name_of(view: BidderView) -> str:
    """How sentences call a bidder."""
    return mask_numbers_in_text(view.bidder.name) or "、".join(entity.label for entity in view.entities)


def _presumed(case: Case, found: Finding, views: Sequence[BidderView]) -> Finding:
    """A presumption: `high` from the amount that concerns the police."""
    limit = case.policy.option("criminal_amount_cny")
    prices = [view.bidder.price for view in views if view.bidder.price is not None]
    if not any(price >= limit for price in prices):
        return found
    return msgspec.structs.replace(_noted(found, "rule.note.criminal", amount=f"{limit:,}"), severity="high")


def _noted(found: Finding, note: str, **params: str) -> Finding:
    """A finding with one more sentence."""
    added = both(note, **params)
    detail = Bilingual(zh=found.detail.zh + added.zh, en=f"{found.detail.en} {added.en}")
    return msgspec.structs.replace(found, detail=detail)


def _applies(case: Case, basis: LegalBasis) -> bool:
    """Whether an instrument is the one for the tender's regime; without a regime each may be."""
    regime, works = case.tender.regime, case.tender.object is ProjectObject.WORKS
    if regime is None:
        return True
    if basis.instrument in (law.TENDER_RULES, law.TENDER_RULES_2011, law.NO_1117):
        return not regime.procurement or (works and regime is Regime.PROCUREMENT_TENDER)
    if basis.instrument == law.ORDER_87:
        return regime is Regime.PROCUREMENT_TENDER
    if basis.instrument == law.PROCUREMENT_RULES:
        return regime.procurement
    return True


@cache
def _names(kinds: tuple[str, ...]) -> Bilingual:
    def words(lang: Lang) -> str:
        return ("、" if lang == "zh" else ", ").join(
            say("matching", f"rule.tie.{kind}", lang) for kind in kinds
        )

    return Bilingual(zh=words("zh"), en=words("en"))


def _values(ties: Sequence[Tie]) -> str:
    facts = dict.fromkeys(f for tie in ties for f in tie.facts if not f.field.endswith(".similarity"))
    shown = [f.a if f.a == f.b or not f.b else f"{f.a} / {f.b}" for f in facts if f.a]
    return "; ".join(shown[:SHOWN]) + ("; …" if len(shown) > SHOWN else "")
