"""B11: the agency that runs the project, or its branch, bids in it (87号令 8(2); 条例 13(2))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Finding, Outcome, Rule, Tie
from matching.rules.common import answers
from matching.rules.related import bidder_findings, services


@answers("B11")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Neither the agency nor a branch of it may bid; consultants of the project go to a human, who sees whether they
    prepared its reserve price (条例 27), and so does an employee of the agency who acts in the bid: whoever runs the
    project may not advise its bidders."""
    named = list(_named(case, view))
    for consultant in (False, True):
        some = [(name, tie) for name, tie in named if (name == "consultant") is consultant]
        for found in bidder_findings(case, RULE, view, some):
            yield _cited(found, consultant)


def _cited(found: Finding, consultant: bool) -> Finding:
    """The finding with the law of its case: 条例 27 is only about who prepared the reserve price."""
    basis = tuple(b for b in found.legal_basis if (b.article == law.RULES_27_2.article) is consultant)
    return msgspec.structs.replace(found, legal_basis=basis) if basis else found


def _named(case: Case, view: BidderView) -> Iterable[tuple[str, Tie]]:
    tender = case.tender.regime is None or not case.tender.regime.procurement
    for tie in view.ties:
        if tie.kind == "common_post" and tie.role == "agency" and "staff" in tie.notes:
            yield "adviser", tie
        if tie.kind not in ("same", "branch"):
            continue
        served = services(tie) if tie.role == "prior_service_provider" else frozenset()
        if tie.role == "agency" or "agency" in served:
            yield "agency" if tie.kind == "same" else "branch", tie
        elif tender and "consulting" in served:
            yield "consultant", tie


RULE = Rule(
    code="B11",
    title=Bilingual(zh="代理机构在所代理的项目中投标", en="The agency bids in a project that it runs"),
    scope="bidder",
    basis=(law.ORDER_87_8, law.RULES_13_2, law.RULES_13_2_2011, law.RULES_27_2, law.RULES_27_2_2011),
    evaluate=evaluate,
    cases={
        "agency": Effect.BLOCK,
        "branch": Effect.BLOCK,
        "consultant": Effect.REVIEW,
        "adviser": Effect.REVIEW,
    },
    inputs=("tender.agency",),
    effective_from=date(2012, 2, 1),
)
