"""A13: a head, director, supervisor or senior manager is a judgment defaulter (公司法 178)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, not_supplied
from matching.rules.conditions import condition_on
from matching.rules.people import MANAGERS, has_person, is_organization, person_findings

_WORDS: Mapping[str, tuple[str, ...]] = {
    "legal_rep": ("法定代表人", "法人代表", "单位负责人"),
    "principal": ("主要负责人", "单位负责人", "企业负责人"),
    "director": ("董事",),
    "supervisor": ("监事",),
    "executive": ("高级管理人员", "高管", "总经理"),
}


@answers("A13")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """A flag: the debt is not the company's. It blocks only where the documents reject for that office; words
    on it that don't plainly reject go to a human."""
    said: dict[str, list[str]] = {}
    for role in MANAGERS:
        said.setdefault(condition_on(case.tender.extra_conditions, _WORDS[role]), []).append(role)
    for meaning, name in (("rejects", "condition"), ("unclear", "condition_unclear"), ("silent", "listed")):
        roles = tuple(said.get(meaning, ()))
        if roles:
            yield from person_findings(case, view, RULE, name, roles=roles, lists=RULE.lists)
    if any(is_organization(entity) for entity in view.entities) and not has_person(view, MANAGERS):
        yield not_supplied(RULE, "bidder.legal_rep")


RULE = Rule(
    code="A13",
    title=Bilingual(zh="法定代表人或者董监高为失信被执行人", en="Management is a judgment defaulter"),
    scope="bidder",
    asks=True,
    basis=(
        law.COMPANY_178,
        law.before(law.COMPANY_178, law.COMPANY_LAW_OLD, date(2006, 1, 1), "第一百四十六条第一款第五项"),
        law.COMPANY_10,
        law.CONSTRAINTS_49,
    ),
    evaluate=evaluate,
    lists=("SXBZXR",),
    cases={"listed": Effect.FLAG, "condition": Effect.BLOCK, "condition_unclear": Effect.REVIEW},
    may_block=False,
    effective_from=date(2006, 1, 1),
)
