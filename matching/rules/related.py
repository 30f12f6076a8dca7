"""What rules about connections share: from the ties of a pair or of a bidder to findings with path and raw values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from matching.decision import Bilingual, Effect, Finding, Outcome
from matching.prices import lot_key
from matching.request import ProjectObject, Regime
from matching.rules import law
from matching.rules.base import BidderView, Case, PairView, Rule, Tie
from matching.rules.common import finding
from matching.rules.identity import same

PEOPLE = frozenset({"same_head", "common_post", "owner_in_office", "kin", "common_owner"})
"""Kinds of ties that concern natural persons, who may ask for human review."""
OF_TENDERS = frozenset({law.TENDER_RULES, law.TENDER_RULES_2011})
OF_PROCUREMENT = frozenset({law.PROCUREMENT_RULES, law.ORDER_87})
MEMBERS = ("consortium.members",)
Named = tuple[str, Tie]
"""A tie with the case of the rule that it is."""


def pair_findings(
    case: Case,
    rule: Rule,
    pair: PairView,
    named: Iterable[Named],
    *,
    missing: Mapping[str, tuple[str, ...]] | None = None,
    severity: str = "",
) -> Iterator[Outcome]:
    """One finding for each case and certainty, whatever number of ties stands behind it.

    Args:
        case: the case at hand.
        rule: the rule that fires.
        pair: the two bidders.
        named: the ties, each with its case.
        missing: inputs on which a case depends and that were not supplied.
        severity: `high` where the rule says so.
    """
    joint = MEMBERS if maybe_one_bid(pair.a, pair.b) else ()
    for name, ties in _grouped(named):
        depends = joint if case.policy.effect(rule.code, name).rank >= Effect.REVIEW.rank else ()
        found = finding(
            case, rule, name, party=label(pair.a), ties=ties, severity=severity,
            missing=(*(missing or {}).get(name, ()), *depends), person=any(tie.kind in PEOPLE for tie in ties),
            params={"other": label(pair.b), "how": how(ties), **_said(ties[0])},
        )  # fmt: skip
        yield of_regime(case, found)


def bidder_findings(
    case: Case,
    rule: Rule,
    view: BidderView,
    named: Iterable[Named],
    *,
    missing: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterator[Finding]:
    """The same for ties of one bidder with somebody else in the tender."""
    by_other: dict[str, list[Named]] = {}
    for name, tie in named:
        by_other.setdefault(other_party(tie), []).append((name, tie))
    for other, ties_of in by_other.items():
        for name, ties in _grouped(ties_of):
            found = finding(
                case, rule, name, party=label(view), ties=ties, missing=(missing or {}).get(name, ()),
                person=any(tie.kind in PEOPLE for tie in ties),
                params={"other": other, "how": how(ties), **_said(ties[0])},
            )  # fmt: skip
            yield of_regime(case, found)


def of_regime(case: Case, found: Finding) -> Finding:
    """The finding with the law of the tender's regime only.

    All of it without a regime, and for works that are procured by tender, to which the tender law applies too
    (政府采购法 4). Where nothing would be left it stands, in procurement without a tender as not verified.
    """
    regime = case.tender.regime
    works = case.tender.object is ProjectObject.WORKS and regime is Regime.PROCUREMENT_TENDER
    if regime is None or works:
        return found
    other = OF_TENDERS if regime.procurement else OF_PROCUREMENT
    basis = tuple(b for b in found.legal_basis if b.instrument not in other)
    if basis:
        return msgspec.structs.replace(found, legal_basis=basis)
    if regime is not Regime.PROCUREMENT_OTHER:
        return found
    doubtful = tuple(msgspec.structs.replace(b, basis_verified=False) for b in found.legal_basis)
    return msgspec.structs.replace(found, legal_basis=doubtful)


def label(view: BidderView) -> str:
    """How sentences call a bidder."""
    return view.bidder.name or "、".join(entity.label for entity in view.entities)


def bare(view: BidderView) -> bool:
    """Whether a row says that it belongs to a consortium, but not to which."""
    consortium = view.bidder.consortium
    return consortium is not None and not lot_key(consortium.id) and len(view.entities) == 1


def maybe_one_bid(a: BidderView, b: BidderView) -> bool:
    """Whether two rows may be members of one consortium, who are no rivals: one of them does not say which it is in,
    and the other does not list members without it."""
    if a.bidder.consortium is None or b.bidder.consortium is None or not (bare(a) or bare(b)):
        return False
    return _may_list(a, b) and _may_list(b, a)


def _may_list(a: BidderView, b: BidderView) -> bool:
    return len(a.entities) == 1 or all(
        any(same(x.identity, y.identity) != "no" for y in a.entities) for x in b.entities
    )


def other_party(tie: Tie) -> str:
    """How sentences call the one beside the bidders with whom a tie connects."""
    return next((note.removeprefix("party:") for note in tie.notes if note.startswith("party:")), tie.other)


def services(tie: Tie) -> frozenset[str]:
    """What that one did for the project before; `unknown` where nobody says."""
    said = frozenset(n.removeprefix("service:") for n in tie.notes if n.startswith("service:"))
    return said or frozenset({"unknown"})


def how(ties: Sequence[Tie]) -> Bilingual:
    """The connection in words; nothing where the request says it by itself."""
    return next((tie.path.sentence for tie in ties if tie.path is not None), Bilingual(zh="", en=""))


def _said(tie: Tie) -> dict[str, str]:
    bearers = next((n.removeprefix("bearers:") for n in tie.notes if n.startswith("bearers:")), "0")
    return {"via": tie.other, "bearers": bearers}


def _grouped(named: Iterable[Named]) -> Iterator[tuple[str, list[Tie]]]:
    groups: dict[tuple[str, bool], list[Tie]] = {}
    for name, tie in named:
        groups.setdefault((name, tie.by == "name"), []).append(tie)
    for (name, _), ties in groups.items():
        yield name, ties
