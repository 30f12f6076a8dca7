"""R02: equal marks of the files themselves: creation id, pricing software, author, hash (SPEC 8; 条例 40(1))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import having, together
from matching.rules.common import answers


@answers("R02")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """An equal mark asks for a review; a file that nearly every bid holds may be the tender's form: a remark."""
    marks = having(pair.ties, "file.id", "file.valuation", "file.hash")
    if marks:
        yield together(case, RULE, "mark", pair, marks)
    authors = having(pair.ties, "file.author")
    if authors:
        yield together(case, RULE, "author", pair, authors, person=True)
    common = having(pair.ties, "file.common")
    if common:
        yield together(case, RULE, "common", pair, common)


RULE = Rule(
    code="R02",
    title=Bilingual(zh="投标文件标识、作者或者校验值相同", en="Equal marks, authors or hashes of files"),
    scope="pair",
    basis=law.sign(1),
    evaluate=evaluate,
    cases={"mark": Effect.REVIEW, "author": Effect.REVIEW, "common": Effect.FLAG},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
