"""R10: relatives at the head or among the owners of two bidders (1117号 十一)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.common import answers
from matching.rules.related import pair_findings


@answers("R10")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """A flag, and only where a typed, sourced edge says that they are relatives: names and addresses never do."""
    yield from pair_findings(case, RULE, pair, [("kin", tie) for tie in pair.ties if tie.kind == "kin"])


RULE = Rule(
    code="R10",
    title=Bilingual(
        zh="投标人的负责人、股东之间存在亲属关系", en="Relatives at the head or among the owners"
    ),
    scope="pair",
    basis=(law.NO_1117_11, law.RULES_39_4, law.RULES_39_4_2011),
    evaluate=evaluate,
    cases={"kin": Effect.FLAG},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
