"""What rules about people share: the roles the law names, and findings on the people of a bidder."""

from __future__ import annotations

from collections.abc import Iterator

from matching.decision import Outcome
from matching.rules.base import BidderView, Case, EntityView, Rule
from matching.rules.common import finding, grouped, member_of
from matching.rules.wording import both

HEADS = ("legal_rep", "principal")
"""法定代表人 and 主要负责人 (单位负责人)."""

MANAGERS = ("legal_rep", "principal", "director", "supervisor", "executive")
"""Those whom 公司法 178 bars from office when they default on large debts."""

STAFF = ("agent", "project_manager", "key_staff")
"""Those who act for the bidder in the tender."""


def person_findings(
    case: Case, view: BidderView, rule: Rule, name: str, *, roles: tuple[str, ...], lists: tuple[str, ...]
) -> Iterator[Outcome]:
    """One finding for each person in `roles` with active records on `lists`, list by list."""
    for entity in view.entities:
        for person in entity.persons:
            if person.role not in roles or not person.hits:
                continue
            found = [(name, (), hit) for hit in person.hits if hit.active and hit.listing.list_code in lists]
            for _, missing, hits in grouped(case, found, rule.code):
                yield finding(
                    case,
                    rule,
                    name,
                    hits,
                    party=entity.label,
                    missing=missing,
                    person=True,
                    consortium=member_of(entity, view.entities),
                    params={"role": both(f"rule.role.{person.role}"), "person": person.person.name},
                )


def has_person(view: BidderView, roles: tuple[str, ...]) -> bool:
    """Whether every organisation of the bidder, or the bid as a whole for staff, names someone in `roles`."""
    return any(person.role in roles for entity in view.entities for person in entity.persons)


def is_organization(entity: EntityView) -> bool:
    """Whether the entity is an organisation, which has people in office."""
    return entity.type.value == "organization"
