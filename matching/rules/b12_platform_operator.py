"""B12: the platform's operator, or a unit tied to it by control or management, bids there (电子招标投标办法 23)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule, Tie
from matching.rules.common import answers
from matching.rules.related import bidder_findings


@answers("B12")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """控股 is not limited to direct holdings here; control only by adding up, influence and common controllers go to
    a human."""
    yield from bidder_findings(case, RULE, view, _named(view))


def _named(view: BidderView) -> Iterable[tuple[str, Tie]]:
    for tie in view.ties:
        if tie.role != "platform_operator":
            continue
        if tie.kind in ("same", "branch"):
            yield "operator", tie
        elif (tie.kind == "holds" and "doubtful" not in tie.notes) or (
            tie.kind == "controls" and "chain" in tie.notes
        ):
            yield "controlled", tie
        elif tie.kind == "manages" and "documented" in tie.notes:
            yield "managed", tie
        elif tie.kind in ("holds", "controls", "influences", "manages", "common_controller"):
            yield "unclear", tie


RULE = Rule(
    code="B12",
    title=Bilingual(
        zh="电子交易平台运营机构及与其有控股、管理关系的单位在该平台投标",
        en="The platform's operator or a related unit bids on it",
    ),
    scope="bidder",
    basis=(law.ELECTRONIC_23,),
    evaluate=evaluate,
    cases={
        "operator": Effect.BLOCK,
        "controlled": Effect.BLOCK,
        "managed": Effect.BLOCK,
        "unclear": Effect.REVIEW,
    },
    inputs=("tender.platform_operator",),
    effective_from=date(2013, 5, 1),
)
