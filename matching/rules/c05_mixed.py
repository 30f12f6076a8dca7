"""C05: a rival's name in a bid's documents: files may have been mixed up (条例 40(5), 87号令 37(5))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import having, name_of, together
from matching.rules.common import answers


@answers("C05")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """One finding for each direction: whose documents name whom."""
    for tie in having(pair.ties, "text.named"):
        writer, named = (pair.a, pair.b) if tie.other == pair.a.client_id else (pair.b, pair.a)
        params = {"writer": name_of(writer), "named": name_of(named)}
        yield together(case, RULE, "named", pair, [tie], params=params)


RULE = Rule(
    code="C05",
    title=Bilingual(zh="投标文件中出现其他投标人", en="A rival named in a bid's documents"),
    scope="pair",
    basis=law.presumed(5),
    evaluate=evaluate,
    cases={"named": Effect.REVIEW, "confirmed": Effect.BLOCK},
    effective_from=date(2012, 2, 1),
)
