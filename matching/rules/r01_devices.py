"""R01: equal codes of the machines that made two bids (SPEC 8; 条例 40(1))."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, PairView, Rule
from matching.rules.collusion import DEVICES, codes, having, kinds_of, together
from matching.rules.common import answers


@answers("R01")
def evaluate(case: Case, pair: PairView) -> Iterable[Outcome]:
    """Several of five kinds of codes ask for a review; one alone is a remark: many machines have one CPU number.
    So is the computer of a hall, whose codes very many bids bear."""
    devices = codes(pair.ties)
    if devices:
        several = kinds_of(devices) >= case.policy.option("devices_equal")
        yield together(case, RULE, "several" if several else "one", pair, devices)
    elif shared := having(pair.ties, *DEVICES):
        yield together(case, RULE, "many", pair, shared)


RULE = Rule(
    code="R01",
    title=Bilingual(zh="投标文件制作设备特征码相同", en="Equal device codes"),
    scope="pair",
    basis=law.sign(1),
    evaluate=evaluate,
    cases={"several": Effect.REVIEW, "one": Effect.FLAG, "many": Effect.FLAG},
    may_block=False,
    effective_from=date(2012, 2, 1),
)
