"""B10: procurement: the bidder designed, specified, managed, supervised or tested the project (采条例 18(2))."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule
from matching.rules.common import answers
from matching.rules.related import bidder_findings, services

REGIME = ("tender.regime",)
NAMED_BY_LAW = frozenset({"design", "specification", "management", "supervision", "testing", "unknown"})
_SINGLE = re.compile("单一来源|single[-_ ]?source")
_NOT = re.compile(
    "(?:非|不(?:是|属于|采用|采取|使用|适用|得采用)?|未(?:采用|采取)?|non[-_ ]?|not (?:an? )?)$"
)


@answers("B10")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """The provider itself may not take part again, except where there is a single source; other services that the
    law leaves open go to a human."""
    regime = case.tender.regime
    if (regime is not None and not regime.procurement) or _single_source(case.tender.method.lower()):
        return
    named = [
        ("provider" if services(tie) & NAMED_BY_LAW else "other_service", tie)
        for tie in view.ties
        if tie.role == "prior_service_provider" and tie.kind in ("same", "branch")
    ]
    yield from bidder_findings(
        case, RULE, view, named, missing={"provider": REGIME} if regime is None else None
    )


def _single_source(method: str) -> bool:
    return any(_NOT.search(method[: found.start()]) is None for found in _SINGLE.finditer(method))


RULE = Rule(
    code="B10",
    title=Bilingual(
        zh="为采购项目提供过整体设计、规范编制、项目管理、监理、检测等服务",
        en="Supplier provided services for the project before",
    ),
    scope="bidder",
    basis=(law.PROCUREMENT_RULES_18_2,),
    evaluate=evaluate,
    cases={"provider": Effect.BLOCK, "other_service": Effect.REVIEW},
    inputs=("tender.prior_service_providers",),
    effective_from=date(2015, 3, 1),
)
