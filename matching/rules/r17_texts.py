"""R17: texts of two bids alike beyond the tender's own, or with equal slips (SPEC 8; 条例 40(4))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import having, together
from matching.rules.common import answers


@answers("R17")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """Each kind of likeness is a review of its own."""
    for kind, name in (("text.similar", "similar"), ("text.copied", "copied"), ("text.errors", "errors")):
        for tie in having(pair.ties, kind):
            yield together(case, RULE, name, pair, [tie], params={"amount": tie.role})


RULE = Rule(
    code="R17",
    title=Bilingual(zh="投标文件文本雷同或者错误一致", en="Texts of bids alike, or equal slips"),
    scope="pair",
    basis=law.sign(4),
    evaluate=evaluate,
    cases={"similar": Effect.REVIEW, "copied": Effect.REVIEW, "errors": Effect.REVIEW},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
