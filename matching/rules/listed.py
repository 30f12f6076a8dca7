"""What a record does to its own subject as a bidder, by list, regime and tender documents (SPEC 2, 3 A).

The bidder's own rules (A01–A05, A07–A09) read their part of these rulings; rules about people and connected
organisations (A14–A19, A24) ask for all of them, so that a branch gets what its parent would get.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

import msgspec

from graph.dates import china_day, last_day, within_years_before
from matching.decision import Effect, Outcome
from matching.request import Funding, ProjectObject, Regime
from matching.rules.base import BidderView, Case, Hit, Rule
from matching.rules.capacity import barred_capacities
from matching.rules.common import (
    BAN_YEARS,
    counts,
    end_known,
    event_day,
    finding,
    grouped,
    lower,
    member_of,
)
from matching.rules.jurisdiction import Reach, covers
from matching.rules.wording import both, doubtful

REGIME = ("tender.regime",)
REGION = ("tender.region",)
FINE_DEFINED_FROM = date(2022, 2, 8)
"""财库〔2022〕3号: 较大数额罚款 is 2,000,000 CNY and more from this day; before, the words had no number."""

SEVERE_KINDS = frozenset({"criminal", "suspension", "revocation"})
READ_KINDS = SEVERE_KINDS | {"fine", "confiscation", "bid_ban", "warning"}


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's answer to one record: which of its cases, and what was missing to be certain."""

    code: str
    case: str
    missing: tuple[str, ...] = ()

    def effect(self, case: Case, hit: Hit) -> Effect:
        """The effect on the record's subject, by policy, tier and what is missing."""
        return lower(case, hit, case.policy.effect(self.code, self.case), self.missing)


def rulings(case: Case, hit: Hit) -> Iterator[Ruling]:
    """Everything that a record does to its own subject, by every rule that reads its list."""
    if counts(hit):
        yield from _BY_LIST.get(hit.listing.list_code, _other)(case, hit)


class Consequence(msgspec.Struct, frozen=True, kw_only=True):
    """The strictest ruling on a record: by law, what it comes to with this match, and what was missing."""

    by_law: Effect = Effect.INFO
    in_fact: Effect = Effect.INFO
    missing: tuple[str, ...] = ()


def consequence(case: Case, hit: Hit) -> Consequence:
    """The strictest thing that a record does to its own subject."""
    best = Consequence()
    for ruling in rulings(case, hit):
        effect = ruling.effect(case, hit)
        if effect.rank > best.in_fact.rank:
            by_law = case.policy.effect(ruling.code, ruling.case)
            best = Consequence(by_law=by_law, in_fact=effect, missing=ruling.missing)
    return best


def inherited_findings(
    case: Case,
    rule: Rule,
    name: str,
    hits: Iterable[Hit],
    *,
    party: str,
    role: str = "",
    person: bool = False,
    consortium: bool = False,
    severity: str = "",
    least: Effect = Effect.FLAG,
) -> Iterator[Outcome]:
    """The findings of a rule that passes the records of someone else on to the bidder.

    Args:
        case: the case at hand.
        rule: the rule that passes them on.
        name: its case; its effect is the most that is passed on.
        hits: the other's records.
        party: how sentences call the bidder.
        role: the other's role, as a message code.
        person: whether a natural person is concerned.
        consortium: whether the bidder is a member of a consortium.
        severity: `high` where the rule says so.
        least: records that do less than this to their own subject are left alone.
    """
    most = case.policy.effect(rule.code, name)
    groups: dict[tuple[Effect, tuple[str, ...], str, bool, Effect], list[Hit]] = {}
    for hit in hits:
        own = consequence(case, hit)
        if own.by_law.rank < least.rank:
            continue
        effect = own.by_law.at_most(most)
        in_fact = lower(case, hit, effect, own.missing)
        key = (effect, own.missing, hit.listing.list_code, doubtful(hit), in_fact)
        groups.setdefault(key, []).append(hit)
    for (effect, missing, *_), found in groups.items():
        yield finding(
            case,
            rule,
            name,
            found,
            party=party,
            effect=effect,
            missing=missing,
            person=person,
            consortium=consortium,
            severity=severity,
            params={"role": both(f"rule.role.{role}")} if role else None,
        )


def own_findings(case: Case, view: BidderView, rule: Rule) -> Iterator[Outcome]:
    """The findings of a rule on the records of the bidder itself and of every member of a consortium."""
    for entity in view.entities:
        if not entity.hits:
            continue
        found = [
            (ruling.case, ruling.missing, hit)
            for hit in entity.hits
            for ruling in rulings(case, hit)
            if ruling.code == rule.code
        ]
        for name, missing, hits in grouped(case, found, rule.code):
            yield finding(
                case,
                rule,
                name,
                hits,
                party=entity.label,
                missing=missing,
                person=entity.type.value == "person",
                consortium=member_of(entity, view.entities),
            )


def ban(case: Case, hit: Hit) -> Literal["running", "unreadable", "over"]:
    """Whether a ban in effect runs: one without a readable end has to be read by a human, and lasts no longer
    than the law behind its list allows."""
    if end_known(hit.listing):
        return "running"
    decided = event_day(hit.listing)
    years = case.policy.option(BAN_YEARS[hit.listing.list_code])
    if decided is not None and china_day(case.as_of) > last_day(decided, years=years):
        return "over"
    return "unreadable"


def reach(case: Case, hit: Hit) -> tuple[Reach, tuple[str, ...]]:
    """Whether a ban reaches the tender's region, and what was missing to tell."""
    found = covers(hit.listing, case.tender.region)
    return found, REGION if found == "unknown" and not case.tender.region else ()


def window(case: Case, hit: Hit) -> Literal["in", "before", "after", "undated"]:
    """Where a decision or judgment lies against the look-back that ends on the day of the activity."""
    day = event_day(hit.listing)
    if day is None:
        return "undated"
    if day > case.activity:
        return "after"
    return "in" if within_years_before(day, case.activity, case.policy.option("lookback_years")) else "before"


def _sxbzxr(case: Case, hit: Hit) -> Iterator[Ruling]:
    regime = case.tender.regime
    if regime is None or regime.procurement:
        yield Ruling(code="A01", case="sxbzxr", missing=REGIME if regime is None else ())
    if regime is None or regime is Regime.MANDATORY:
        invoked = case.invoked("SXBZXR")
        name = "invoked" if invoked else "not_invoked"
        if invoked is None and case.policy.assume_invoked("A02"):
            name = "assumed"
        yield Ruling(code="A02", case=name, missing=REGIME if regime is None else ())
    if regime is Regime.VOLUNTARY or (regime is None and case.invoked("SXBZXR")):
        yield from _other(case, hit)


def _zdss(case: Case, hit: Hit) -> Iterator[Ruling]:
    regime = case.tender.regime
    if regime is None or regime.procurement:
        yield Ruling(code="A01", case="zdss", missing=REGIME if regime is None else ())
    if (regime is not None and not regime.procurement) or (regime is None and case.invoked("ZDSS")):
        yield from _other(case, hit)


def _zfcg(case: Case, hit: Hit) -> Iterator[Ruling]:
    state = ban(case, hit)
    if state == "over":
        return
    regime = case.tender.regime
    if regime is None or regime.procurement:
        name = "zfcg" if state == "running" else "zfcg_unreadable"
        yield Ruling(code="A01", case=name, missing=REGIME if regime is None else ())
    if (regime is not None and not regime.procurement) or (regime is None and case.invoked("ZFCG")):
        if state == "running":
            yield from _other(case, hit)
        else:
            yield Ruling(code="A07", case="unreadable")


def _ztbj(case: Case, hit: Hit) -> Iterator[Ruling]:
    state = ban(case, hit)
    if state == "over":
        return
    capacities = barred_capacities(hit.listing)
    if capacities and "bidder" not in capacities:
        yield Ruling(code="A03", case="capacity")
        return
    regime = case.tender.regime
    reached, missing = reach(case, hit)
    if reached == "no":
        yield Ruling(code="A03", case="elsewhere")
        return
    if case.invoked("ZTBJ"):
        name = "invoked"
    elif regime is None or regime is Regime.MANDATORY:
        name = "mandatory"
        missing = missing if regime is not None else (*missing, *REGIME)
    else:
        yield Ruling(code="A03", case="procurement" if regime.procurement else "voluntary")
        return
    if state != "running":
        name = "unreadable"
    elif reached == "unknown" and not missing:
        name = "place"
    yield Ruling(code="A03", case=name, missing=missing)


def _zdwf(case: Case, hit: Hit) -> Iterator[Ruling]:
    name = _violation(case, hit)
    if name is None:
        return
    regime = case.tender.regime
    if regime is None or regime.procurement:
        yield Ruling(code="A04", case=name, missing=REGIME if regime is None else ())
    if case.invoked("ZDWF") and (regime is None or not regime.procurement):
        certain = name in ("severe", "fine")
        yield Ruling(code="A07", case="invoked" if certain else "unreadable")


def _violation(case: Case, hit: Hit) -> str | None:
    """Which kind of major violation a record is (采条例 19), or None for none within the look-back."""
    where = window(case, hit)
    if where == "before":
        return None
    penalty = hit.listing.penalty
    kinds = frozenset(penalty.kinds) if penalty is not None else frozenset()
    amount = penalty.fine_cny if penalty is not None else None
    if kinds & SEVERE_KINDS:
        name = "severe"
    elif china_day(case.as_of) < FINE_DEFINED_FROM and (amount or "fine" in kinds):
        name = "fine_undefined"
    elif amount is not None and amount >= case.policy.option("fine_threshold_cny"):
        name = "fine"
    elif (amount is None and "fine" in kinds) or not kinds <= READ_KINDS or (amount is None and not kinds):
        name = "unreadable"
    else:
        return None
    if where == "in":
        return name
    return "undated" if where == "undated" else "later"


def _tqgz(case: Case, hit: Hit) -> Iterator[Ruling]:
    tender = case.tender
    if tender.regime is not None and tender.regime.procurement:
        yield Ruling(code="A05", case="procurement")
    elif tender.object is ProjectObject.WORKS and tender.funding is Funding.GOVERNMENT:
        yield Ruling(code="A05", case="government_works")
    elif case.invoked("TQGZ"):
        yield Ruling(code="A05", case="invoked")
    elif tender.regime is None:
        yield Ruling(code="A05", case="procurement", missing=REGIME)
    else:
        unknown = (
            ("tender.object", tender.object is None and tender.funding in (None, Funding.GOVERNMENT)),
            ("tender.funding", tender.funding is None and tender.object in (None, ProjectObject.WORKS)),
        )
        yield Ruling(code="A05", case="elsewhere", missing=tuple(name for name, absent in unknown if absent))


def _jyyc(case: Case, hit: Hit) -> Iterator[Ruling]:
    yield Ruling(code="A08", case="listed")


def _xhfz(case: Case, hit: Hit) -> Iterator[Ruling]:
    name = bribery(case, hit)
    if name is not None:
        yield Ruling(code="A09", case=name)


def bribery(case: Case, hit: Hit) -> str | None:
    """Which case of A09 a conviction is, or None before the look-back."""
    where = window(case, hit)
    if where == "before":
        return None
    if where == "in":
        return "invoked" if case.invoked("XHFZ") else "not_invoked"
    return "undated" if where == "undated" else "later"


def _noted(case: Case, hit: Hit) -> Iterator[Ruling]:
    """Lists that bar nobody from bidding: other rules note them."""
    yield from ()


def _ordinary(case: Case, hit: Hit) -> Iterator[Ruling]:
    """Ordinary published penalties bar nobody, unless the documents make them a ground."""
    if case.invoked("XZCF"):
        yield Ruling(code="A07", case="invoked")


def _other(case: Case, hit: Hit) -> Iterator[Ruling]:
    """A severe list that no rule of this regime decides, and every list that we have no rule for."""
    yield Ruling(code="A07", case="invoked" if case.invoked(hit.listing.list_code) else "not_invoked")


_BY_LIST: Mapping[str, Callable[[Case, Hit], Iterator[Ruling]]] = {
    "SXBZXR": _sxbzxr,
    "ZDSS": _zdss,
    "ZFCG": _zfcg,
    "ZTBJ": _ztbj,
    "ZDWF": _zdwf,
    "TQGZ": _tqgz,
    "JYYC": _jyyc,
    "XHFZ": _xhfz,
    "XZXF": _noted,
    "RED": _noted,
    "XZCF": _ordinary,
}
