"""B08: a bidder is connected with the tenderer in a way that may affect fairness (条例 34(1))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule, Tie
from matching.rules.common import answers
from matching.rules.related import bidder_findings

KINDS = frozenset(
    {
        "holds", "controls", "influences", "manages", "branch", "common_controller", "common_owner",
        "common_holder", "same_head", "owner_in_office", "kin",
    }
)  # fmt: skip
"""Connections that may matter; a smaller shareholding does from significant influence on."""


@answers("B08")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Always for a human: the law asks for a relation and that it may affect fairness, and no register shows the
    second."""
    yield from bidder_findings(case, RULE, view, _named(case, view))


def _named(case: Case, view: BidderView) -> Iterable[tuple[str, Tie]]:
    influence = case.policy.option("significant_influence")
    for tie in view.ties:
        if tie.role != "buyer":
            continue
        if tie.kind == "same":
            yield "same", tie
        elif tie.kind == "shareholding":
            if tie.share is None or tie.share >= influence:
                yield "related", tie
        elif tie.kind in KINDS or (tie.kind == "common_post" and "now" in tie.notes):
            yield "related", tie


RULE = Rule(
    code="B08",
    title=Bilingual(zh="投标人与招标人存在利害关系", en="Bidder connected with the tenderer"),
    scope="bidder",
    basis=(law.RULES_34_1, law.RULES_34_1_2011),
    evaluate=evaluate,
    cases={"same": Effect.REVIEW, "related": Effect.REVIEW},
    inputs=("tender.buyer",),
    effective_from=date(2012, 2, 1),
)
