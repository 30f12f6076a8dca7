"""B07: two bidders share a shareholder of 20 % or more, or people in their offices (1117号 十一)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.common import answers
from matching.rules.related import pair_findings


@answers("B07")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """A flag: shared owners and officers are a sign, not a bar. Posts left within three years count too."""
    named = []
    for tie in pair.ties:
        if tie.kind == "common_holder":
            named.append(("shareholder" if "sure" in tie.notes else "possible", tie))
        elif tie.kind == "common_post":
            named.append(("former" if "former" in tie.notes else "post", tie))
    yield from pair_findings(case, RULE, pair, named)


RULE = Rule(
    code="B07",
    title=Bilingual(zh="投标人有共同的重要股东或者人员", en="Bidders share a large shareholder or officers"),
    scope="pair",
    basis=(law.RULES_39_4, law.RULES_39_4_2011, law.NO_1117_11, law.CONSTRAINTS_49),
    evaluate=evaluate,
    cases={"shareholder": Effect.FLAG, "possible": Effect.FLAG, "post": Effect.FLAG, "former": Effect.FLAG},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
