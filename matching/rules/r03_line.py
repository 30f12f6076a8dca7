"""R03: two bids uploaded from one internet address (SPEC 8; 条例 40(2))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import codes, having, together
from matching.rules.common import answers


@answers("R03")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """The line alone is a remark; with a device code it asks for a review."""
    lines = having(pair.ties, "ip")
    if not lines:
        return
    devices = codes(pair.ties)
    if devices:
        yield together(case, RULE, "with_device", pair, [*lines, *devices])
    else:
        yield together(case, RULE, "line", pair, lines)


RULE = Rule(
    code="R03",
    title=Bilingual(zh="投标文件上传IP地址相同", en="Equal upload addresses"),
    scope="pair",
    basis=law.sign(2),
    evaluate=evaluate,
    cases={"line": Effect.FLAG, "with_device": Effect.REVIEW},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
