"""Small cases for rules, built directly: what the screening would hand to a rule, without a store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from graph.dates import CST, china_day, end_of_day, start_of_day
from graph.model import Interval, Listing, Mention, PartyType, Penalty, Source, Status, StatusEvent
from matching.decision import Effect, Evidence, Finding, NotAssessable, Outcome, Tier
from matching.policy import Policy, load_policy
from matching.request import Bidder, DecisionRequest, PartyRef, Person, Tender
from matching.rules import RULES
from matching.rules.base import (
    BidderView,
    Case,
    EntityView,
    Hit,
    Kin,
    PairView,
    PersonView,
    Rule,
    SubjectView,
)

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=CST)
POLICY = load_policy()
BY_CODE: dict[str, Rule] = {rule.code: rule for rule in RULES}
PERSON_CAP = {Tier.E1: Effect.BLOCK}
ORG_CAP = {Tier.E1: Effect.BLOCK, Tier.E2: Effect.BLOCK}


def listing(
    code: str,
    *,
    name: str = "临江市虚构建设有限公司",
    person: bool = False,
    start: date | None = date(2026, 1, 2),
    until: date | None = None,
    published: tuple[date | None, date | None] = (None, None),
    events: Iterable[tuple[Status, datetime, datetime | None]] = (),
    penalty: Penalty | None = None,
    measure: str = "",
    scope: str = "",
    key: str = "r1",
) -> Listing:
    """A record with the fields that rules read. `until` is the last day of effect."""
    shown_from, shown_to = published
    return Listing(
        list_code=code,
        key=key,
        subject=Mention(type=PartyType.PERSON if person else PartyType.ORGANIZATION, name=name),
        effect=_days(start, until),
        published=_days(shown_from, shown_to),
        events=tuple(StatusEvent(status=s, span=Interval(start=a, end=b)) for s, a, b in events),
        authority="临江市虚构机关",
        decision_no="临虚字〔2026〕1号" if key == "r1" else f"临虚字〔2026〕{key}号",
        penalty=penalty,
        measure=measure,
        scope=scope,
    )


def _days(first: date | None, last: date | None) -> Interval:
    return Interval(
        start=None if first is None else start_of_day(first), end=None if last is None else end_of_day(last)
    )


def fine(amount: str | None, on: date | None, *kinds: str) -> Penalty:
    """A penalty decision."""
    return Penalty(kinds=kinds or ("fine",), fine_cny=Decimal(amount) if amount else None, decided_on=on)


def hit(
    record: Listing | str, tier: Tier = Tier.E1, *, as_of: datetime = NOW, cap: Effect | None = None
) -> Hit:
    """A match of a record at a tier, capped as SPEC 7.7 says."""
    record = listing(record) if isinstance(record, str) else record
    caps = PERSON_CAP if record.subject.type is PartyType.PERSON else ORG_CAP
    status = record.status(as_of)
    return Hit(
        listing=record,
        record_hash="0" * 64,
        status=status,
        tier=tier,
        cap=cap or caps.get(tier, Effect.REVIEW),
        evidence=Evidence(
            list=record.list_code, record=record.key, record_hash="0" * 64, subject=record.subject.name,
            status=status.value, tier=tier, role="sole", submitted="", matched="", field="name",
            source=Source(dataset=record.list_code),
        ),
    )  # fmt: skip


def person(role: str, *hits: Hit, name: str = "虚构甲") -> PersonView:
    """Someone of the bid in a role."""
    return PersonView(role=role, person=Person(name=name), hits=hits)


def kin(role: str, *hits: Hit, by: str = "code") -> Kin:
    """A connected organisation with its records."""
    return Kin(role=cast(Any, role), by=cast(Any, by), hits=hits)


def entity(
    *hits: Hit,
    label: str = "临江市虚构建设有限公司",
    role: str = "sole",
    persons: Iterable[PersonView] = (),
    kin: Iterable[Kin] = (),
    identity: Iterable[str] = (),
    individual: bool = False,
    legal_form: str = "",
    type: PartyType = PartyType.ORGANIZATION,
) -> EntityView:
    """An organisation or person that bids."""
    return EntityView(
        role=role, ref=PartyRef(name=label), type=type, label=label,
        identity=tuple(identity) or (f"name:{label}",),
        party=None, hits=hits, persons=tuple(persons), kin=tuple(kin), individual_business=individual,
        legal_form=legal_form,
    )  # fmt: skip


def bidder(*entities: EntityView, index: int = 0, **fields: Any) -> BidderView:
    """A bidder of one entity, or a consortium of several."""
    fields.setdefault("name", entities[0].label)
    if len(entities) > 1:
        members = [{"name": e.label} for e in entities]
        fields.setdefault("consortium", {"members": members})
    given = Bidder.model_validate(fields)
    return BidderView(index=index, client_id=str(index + 1), bidder=given, entities=entities)


def subject(role: str, *hits: Hit, label: str = "虚构单位") -> SubjectView:
    """Someone else who takes part."""
    if role in ("expert", "committee", "official"):
        return SubjectView(role=role, client_id=role, label=label, person=person(role, *hits, name=label))
    return SubjectView(role=role, client_id=role, label=label, entity=entity(*hits, label=label, role=role))


def case(
    *bidders: BidderView,
    as_of: datetime = NOW,
    activity: date | None = None,
    policy: Policy = POLICY,
    **tender: Any,
) -> Case:
    """A case of these bidders under a tender's fields."""
    given = bidders or (bidder(entity()),)
    request = DecisionRequest(
        tender=Tender.model_validate(tender), bidders=tuple(view.bidder for view in given)
    )
    return Case(
        request=request, as_of=as_of, activity=activity or china_day(as_of), known=1, policy=policy, lists={},
        generation=cast(Any, None), bidders=given,
    )  # fmt: skip


def run(code: str, the_case: Case, *views: object) -> list[Outcome]:
    """All outcomes of one rule."""
    rule = BY_CODE[code]
    if rule.scope == "pair" and len(views) == 2:
        a, b = cast("tuple[BidderView, BidderView]", views)
        views = (PairView(a=a, b=b, ties=()),)
    return list(rule.evaluate(the_case, *views))


def findings(code: str, the_case: Case, *views: object) -> list[Finding]:
    """The findings of one rule."""
    return [outcome for outcome in run(code, the_case, *views) if isinstance(outcome, Finding)]


def effects(code: str, *hits: Hit, **tender: Any) -> list[Effect]:
    """The effects of a rule on a sole bidder with these records of its own."""
    view = bidder(entity(*hits))
    return [finding.effect for finding in findings(code, case(view, **tender), view)]


def everything(the_case: Case, view: BidderView) -> list[Finding]:
    """The findings of every rule about bidders."""
    return [f for rule in RULES if rule.scope == "bidder" for f in findings(rule.code, the_case, view)]


def absent(outcomes: Iterable[Outcome]) -> list[str]:
    """What was reported as not supplied."""
    return [outcome.what for outcome in outcomes if isinstance(outcome, NotAssessable)]
