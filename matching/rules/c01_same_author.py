"""C01: signs that one unit or person made the files of two bids (条例 40(1), 87号令 37(1))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import codes, having, kinds_of, together
from matching.rules.common import answers


@answers("C01")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """Several equal device codes, or an equal mark of the tool or person that made the files."""
    devices = codes(pair.ties)
    if devices and kinds_of(devices) >= case.policy.option("devices_equal"):
        yield together(case, RULE, "devices", pair, devices)
    marks = having(pair.ties, "file.id", "file.valuation", "file.author")
    if marks:
        yield together(case, RULE, "file", pair, marks, person=any(t.kind == "file.author" for t in marks))


RULE = Rule(
    code="C01",
    title=Bilingual(
        zh="投标文件疑由同一单位或者个人编制", en="Bid files that one unit or person may have made"
    ),
    scope="pair",
    basis=law.presumed(1),
    evaluate=evaluate,
    cases={"devices": Effect.REVIEW, "file": Effect.REVIEW, "confirmed": Effect.BLOCK},
    effective_from=date(2012, 2, 1),
)
