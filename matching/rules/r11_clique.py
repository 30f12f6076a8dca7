"""R11: bidders that meet far more often than by chance (SPEC 8; 1117号 (十一): 经常性“抱团”投标)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.common import answers, finding
from matching.rules.past import label, words


@answers("R11")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """One remark for each sign in the earlier bids."""
    for tie in pair.ties:
        if tie.kind == "past.clique":
            yield finding(
                case,
                RULE,
                "clique",
                party=f"{label(pair.a)}、{label(pair.b)}",
                params=words(tie),
                ties=(tie,),
            )


RULE = Rule(
    code="R11",
    title=Bilingual(zh="投标人经常共同投标", en="Bidders that bid together far more often than by chance"),
    scope="pair",
    basis=law.sign(0),
    evaluate=evaluate,
    cases={"clique": Effect.FLAG},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
