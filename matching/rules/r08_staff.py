"""R08: one person in the service of two bids, by number (SPEC 8; 条例 40(3), 1117号 (十一) 人员混用)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import having, together
from matching.rules.common import answers


@answers("R08")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """By number a review; a head who serves a rival, or masked numbers that fit together, a remark; a name nothing."""
    for kind, name in (
        ("person.staff", "staff"),
        ("person.crossed", "crossed"),
        ("person.head", "head"),
        ("person.employer", "employer"),
        ("person.masked", "masked"),
    ):
        found = having(pair.ties, kind)
        if found:
            yield together(case, RULE, name, pair, found, person=True)


RULE = Rule(
    code="R08",
    title=Bilingual(
        zh="项目负责人、主要人员为同一人或者人员混用", en="One person in the service of two bids"
    ),
    scope="pair",
    basis=law.sign(3),
    evaluate=evaluate,
    cases={
        "staff": Effect.REVIEW,
        "crossed": Effect.REVIEW,
        "head": Effect.FLAG,
        "employer": Effect.REVIEW,
        "masked": Effect.FLAG,
    },
    may_block=False,
    effective_from=date(2012, 2, 1),
)
