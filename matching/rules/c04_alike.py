"""C04: bid files abnormally alike, or prices in a regular pattern (条例 40(4), 87号令 37(4))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import having, together
from matching.rules.common import answers


@answers("C04")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """The same file, texts alike beyond the tender's own, equal slips; prices of a long series."""
    files = having(pair.ties, "file.hash")
    if files:
        yield together(case, RULE, "file", pair, files)
    texts = having(pair.ties, "text.similar", "text.copied", "text.errors")
    if texts:
        yield together(case, RULE, "text", pair, texts)
    prices = having(pair.ties, "price.series")
    if prices:
        yield together(case, RULE, "prices", pair, prices)


RULE = Rule(
    code="C04",
    title=Bilingual(
        zh="投标文件异常一致或者报价呈规律性差异",
        en="Bid files abnormally alike, or prices that differ regularly",
    ),
    scope="pair",
    basis=law.presumed(4),
    evaluate=evaluate,
    cases={"file": Effect.REVIEW, "text": Effect.REVIEW, "prices": Effect.REVIEW, "confirmed": Effect.BLOCK},
    effective_from=date(2012, 2, 1),
)
