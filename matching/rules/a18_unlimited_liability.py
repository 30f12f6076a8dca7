"""A18: an investor or partner with unlimited liability is listed (个人独资企业法 31; 合伙企业法 2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import (
    BidderView,
    Bilingual,
    Case,
    Effect,
    EntityView,
    Hit,
    Outcome,
    PersonView,
    Rule,
)
from matching.rules.common import answers, member_of
from matching.rules.listed import inherited_findings


@answers("A18")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Their debts and the firm's run together: a human decides, a doubtful match is flagged as high. Limited partners
    answer with their share only and don't count."""
    for entity in view.entities:
        yield from _firms(case, entity, member_of(entity, view.entities))
        for person in entity.persons:
            role = _role(entity, person)
            if role is None or not person.hits:
                continue
            certain = [hit for hit in person.hits if hit.cap is Effect.BLOCK]
            doubtful: list[Hit] = [hit for hit in person.hits if hit.cap is not Effect.BLOCK]
            for name, hits in ((role, certain), ("unconfirmed", doubtful)):
                yield from inherited_findings(
                    case,
                    RULE,
                    name,
                    hits,
                    party=entity.label,
                    role=role,
                    person=True,
                    least=Effect.REVIEW,
                    severity="high" if name == "unconfirmed" else "",
                    consortium=member_of(entity, view.entities),
                )


def _firms(case: Case, entity: EntityView, consortium: bool) -> Iterable[Outcome]:
    """General partners that are organisations themselves (合伙企业法 2)."""
    for kin in entity.kin:
        if kin.role == "partner":
            yield from inherited_findings(
                case, RULE, "partner", kin.hits, party=entity.label, role="partner", least=Effect.REVIEW,
                consortium=consortium,
            )  # fmt: skip


def _role(entity: EntityView, person: PersonView) -> str | None:
    """Whether a person answers for the firm's debts without limit, and as what."""
    if person.role in ("investor", "partner"):
        return person.role
    if person.role not in ("legal_rep", "principal"):
        return None
    if "个人独资" in entity.legal_form:
        return "investor"
    return "partner" if "合伙" in entity.legal_form else None


RULE = Rule(
    code="A18",
    title=Bilingual(
        zh="承担无限责任的投资人或者合伙人被列入名单",
        en="Investor or partner with unlimited liability is listed",
    ),
    scope="bidder",
    basis=(law.SOLE_PROPRIETOR_31, law.PARTNERSHIP_2),
    evaluate=evaluate,
    lists=("SXBZXR", "ZDSS", "ZFCG", "TQGZ"),
    cases={"investor": Effect.REVIEW, "partner": Effect.REVIEW, "unconfirmed": Effect.FLAG},
    may_block=False,
    effective_from=date(2000, 1, 1),
)
