"""R09: posts held in both bidders, or an owner, controller or beneficial owner in common (SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule, Tie
from matching.rules.common import answers
from matching.rules.related import pair_findings


@answers("R09")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """A flag with the path: what stands above both within few steps. B01 to B07 say what the law makes of it."""
    influence, hops = case.policy.option("significant_influence"), case.policy.option("related_hops")
    named = [
        (name, tie)
        for tie in pair.ties
        if (name := _case(tie, influence)) and tie.path is not None and len(tie.path.edges) <= hops
    ]
    yield from pair_findings(case, RULE, pair, named)


def _case(tie: Tie, influence: int) -> str:
    match tie.kind:
        case "owner_in_office":
            return "posts"
        case "common_post":
            return "" if "former" in tie.notes else "posts"
        case "common_holder":
            return "shareholder"
        case "common_controller":
            return "controller"
        case "common_owner":
            return "beneficial_owner"
        case "shareholding":
            return "cross_holding" if tie.share is not None and tie.share >= influence else ""
    return ""


RULE = Rule(
    code="R09",
    title=Bilingual(zh="投标人之间的股权、任职关联", en="Owners or posts in common"),
    scope="pair",
    basis=(law.NO_1117_11, law.RULES_39_4, law.RULES_39_4_2011),
    evaluate=evaluate,
    cases={
        "posts": Effect.FLAG,
        "shareholder": Effect.FLAG,
        "controller": Effect.FLAG,
        "beneficial_owner": Effect.FLAG,
        "cross_holding": Effect.FLAG,
    },
    may_block=False,
    effective_from=date(2012, 2, 1),
)
