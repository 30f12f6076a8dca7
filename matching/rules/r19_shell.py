"""R19: signs of a shell: young, nobody insured, little capital, another trade (SPEC 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers, finding


@answers("R19")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """One remark for each sign that the register gives."""
    for tie in view.ties:
        if tie.kind.startswith("shell."):
            values = "; ".join(f"{fact.a} / {fact.b}" if fact.b else fact.a for fact in tie.facts)
            name = tie.kind.removeprefix("shell.")
            yield finding(case, RULE, name, party=tie.other, params={"values": values}, ties=(tie,))


RULE = Rule(
    code="R19",
    title=Bilingual(zh="疑似空壳企业", en="Signs of a shell company"),
    scope="bidder",
    basis=(*law.sign(0),),
    evaluate=evaluate,
    cases={
        "young": Effect.FLAG,
        "uninsured": Effect.FLAG,
        "capital": Effect.FLAG,
        "scope": Effect.FLAG,
    },
    may_block=False,
    effective_from=date(2012, 2, 1),
)
