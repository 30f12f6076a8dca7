"""What every rule shares: building a finding with its sentences, evidence, law in force, caps and remedies.

A finding's effect is the policy's for the rule's case, lowered where the match is not sure enough (tier cap),
where an identity objection is open, or where an input is missing on which a BLOCK depends. Nothing here
raises an effect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache, wraps
from typing import TYPE_CHECKING

from graph.dates import add_years, china_day, last_day, within_years_before
from graph.model import Listing, PartyType, Status
from matching.decision import (
    Bilingual,
    Effect,
    Finding,
    LegalBasis,
    NoFinding,
    NotAssessable,
    Outcome,
    RelationPath,
    Tier,
)
from matching.rules.base import Case, EntityView, Hit, Rule, Tie
from matching.rules.wording import both, detail, doubtful, input_names

if TYPE_CHECKING:
    # The policy checks itself against the rules, which stand on this module.
    from matching.policy import Policy

REPAIRABLE = frozenset(
    {"ZFCG", "ZDSS", "TQGZ", "YZWF", "JYYC", "AQSC", "ZTBJ", "ZTBHMD", "ZDWF", "XZCF", "OTH"}
)
"""Lists whose authority repairs credit (令36). Court lists end by deletion, convictions by the look-back."""

LOOKBACK = frozenset({"ZDWF", "XHFZ"})
"""Lists that bind by a look-back from the activity, whatever term the record itself shows (采条例 19)."""


BAN_YEARS: Mapping[str, str] = {
    "ZFCG": "procurement_ban_years", "ZTBJ": "tender_ban_years", "ZTBHMD": "tender_ban_years",
}  # fmt: skip
"""Lists of bans, each with the policy's option for the longest ban that the law behind it knows."""


def answers(code: str) -> Callable[[Callable[..., Iterable[Outcome]]], Callable[..., tuple[Outcome, ...]]]:
    """Makes a rule's function answer `NoFinding` where it looked and found nothing: silence is no answer."""
    nothing = (NoFinding(code=code),)

    def wrap(evaluate: Callable[..., Iterable[Outcome]]) -> Callable[..., tuple[Outcome, ...]]:
        @wraps(evaluate)
        def ask(*views: object) -> tuple[Outcome, ...]:
            return tuple(evaluate(*views)) or nothing

        return ask

    return wrap


def counts(hit: Hit) -> bool:
    """Whether a record may have effect at `as_of`: in force, or on a look-back list, its own term over."""
    return hit.active or (hit.status is Status.EXPIRED and hit.listing.list_code in LOOKBACK)


def event_day(listing: Listing) -> date | None:
    """The day a look-back runs from: the decision's or judgment's; never the publication's."""
    if listing.penalty is not None and listing.penalty.decided_on is not None:
        return listing.penalty.decided_on
    start = listing.effect.start
    return china_day(start) if start is not None else None


def end_known(listing: Listing) -> bool:
    """Whether the end of a ban can be read from the record, or that it has none (kind `permanent`)."""
    penalty = listing.penalty
    if penalty is not None and penalty.ban_unreadable:
        return False
    return listing.effect.end is not None or (penalty is not None and "permanent" in penalty.kinds)


def turning_days(listing: Listing, policy: Policy) -> tuple[date, ...]:
    """The last days (China) on which rules that count years from the decision see a record as they do.

    Beside the record's own dates (`Listing.boundaries`): the day before the decision, the last day of the
    look-back, and the longest term of a ban whose end can't be read. Empty where nothing is counted.

    Args:
        listing: the record.
        policy: for `lookback_years`, `procurement_ban_years` and `tender_ban_years`.
    """
    day = event_day(listing)
    if day is None:
        return ()
    days: list[date] = []
    if listing.list_code in LOOKBACK:
        years = policy.option("lookback_years")
        last = add_years(day, years)
        if within_years_before(day, last + timedelta(days=1), years):  # 29 February
            last += timedelta(days=1)
        days += [day - timedelta(days=1), last]
    if listing.list_code in BAN_YEARS and not end_known(listing):
        days.append(last_day(day, years=policy.option(BAN_YEARS[listing.list_code])))
    return tuple(sorted(days))


def is_person(hit: Hit) -> bool:
    """Whether the record is about a natural person."""
    return hit.listing.subject.type is PartyType.PERSON


def lower(case: Case, hit: Hit, effect: Effect, missing: Sequence[str] = ()) -> Effect:
    """The effect that one record may cause: not above its tier's cap, nor BLOCK with an input missing.

    An open identity objection leaves E1 alone and makes every less certain match a REVIEW (SPEC 4.5).
    """
    effect = effect.at_most(hit.cap)
    if missing or (hit.status is Status.DISPUTED and hit.tier is not Tier.E1):
        effect = effect.at_most(Effect.REVIEW)
    return effect


def finding(
    case: Case,
    rule: Rule,
    case_name: str,
    hits: Sequence[Hit] = (),
    *,
    party: str,
    effect: Effect | None = None,
    params: Mapping[str, str | Bilingual] | None = None,
    missing: tuple[str, ...] = (),
    ties: Sequence[Tie] = (),
    severity: str = "",
    person: bool = False,
    consortium: bool = False,
    restricted: bool = False,
) -> Finding:
    """The finding of a rule in one of its cases.

    Args:
        case: the case at hand.
        rule: the rule that fires.
        case_name: which of `rule.cases`; its sentence is `rule.<code>.<case_name>`.
        hits: the records; the least certain one decides how far the effect goes, so group them first.
        party: how the sentence calls the subject.
        effect: the effect before lowering; default the policy's for this case.
        params: what else the sentence needs.
        missing: inputs whose absence lowered the effect.
        ties: the connections it rests on; one known by names only makes it a REVIEW at most.
        severity: `high` where the rule says so.
        person: a natural person is concerned, beside those that the records name.
        consortium: the subject is a member of a consortium.
        restricted: to be hidden from ordinary views.
    """
    before = case.policy.effect(rule.code, case_name) if effect is None else effect
    after = min((lower(case, hit, before, missing) for hit in hits), key=lambda e: e.rank, default=before)
    if missing or any(tie.by == "name" for tie in ties):
        after = after.at_most(Effect.REVIEW)
    person = person or any(is_person(hit) for hit in hits)
    return Finding(
        code=rule.code,
        effect=after,
        title=rule.title,
        detail=detail(
            f"rule.{rule.code}.{case_name}",
            hits,
            party=party,
            params=params or {},
            effect=after,
            missing=missing,
            person=person,
            consortium=consortium,
        ),
        legal_basis=_basis(case, rule, case_name, after),
        severity=severity,
        evidence=tuple(hit.evidence for hit in hits),
        path=_path(hits) or next((tie.path for tie in ties if tie.path is not None), None),
        facts=tuple(dict.fromkeys(fact for tie in ties for fact in tie.facts)),
        remedy=_remedy(after, hits, person),
        missing=missing,
        restricted=restricted,
    )


Group = tuple[str, tuple[str, ...], list[Hit]]
"""A rule's case, the inputs missing, and the records that share both and the effect they can have."""


def grouped(case: Case, hits: Iterable[tuple[str, tuple[str, ...], Hit]], code: str) -> list[Group]:
    """Records of one subject put together by rule case, missing inputs, list, certainty and effect.

    One subject often stands on a list many times: one finding then names them all, and a doubtful match never
    lowers a certain one.
    """
    groups: dict[tuple[str, tuple[str, ...], str, bool, Effect], list[Hit]] = {}
    for name, missing, hit in hits:
        effect = lower(case, hit, case.policy.effect(code, name), missing)
        groups.setdefault((name, missing, hit.listing.list_code, doubtful(hit), effect), []).append(hit)
    return [(name, missing, found) for (name, missing, *_), found in groups.items()]


def member_of(entity: EntityView, entities: Sequence[EntityView]) -> bool:
    """Whether the entity bids in a consortium, so that its record strikes all members."""
    return len(entities) > 1


def not_supplied(rule: Rule, what: str) -> NotAssessable:
    """An input that the rule needs and nobody supplied: reported, and it does not decide the verdict."""
    return _absent(rule.code, what)


@cache
def _absent(code: str, what: str) -> NotAssessable:
    text = both("rule.not_supplied", input=input_names((what,)))
    return NotAssessable(code=code, what=f"input:{what}", reason="not_supplied", detail=text)


def _basis(case: Case, rule: Rule, case_name: str, effect: Effect) -> tuple[LegalBasis, ...]:
    day = china_day(case.as_of)
    basis = tuple(
        b for b in rule.basis if b.effective_from <= day and (b.effective_to is None or day <= b.effective_to)
    )
    override = case.policy.overrides.get(rule.code)
    if override is not None and effect is Effect.BLOCK and rule.cases[case_name] is not Effect.BLOCK:
        added = LegalBasis(instrument=override.legal_basis, article="", effective_from=override.date)
        return (*basis, added)
    return basis


def _remedy(effect: Effect, hits: Sequence[Hit], person: bool) -> tuple[str, ...]:
    if effect is Effect.INFO:
        return ()
    remedy = ["objection"]
    if any(hit.listing.list_code in REPAIRABLE for hit in hits):
        remedy.append("repair")
    if person or any(hit.cap.rank < Effect.BLOCK.rank for hit in hits):
        remedy.append("human_review")
    return tuple(remedy)


def _path(hits: Sequence[Hit]) -> RelationPath | None:
    return next((hit.path for hit in hits if hit.path is not None), None)
