"""B09: works: the bidder is part of the tenderer, or it or an affiliate prepared or supervises the project.

Source: 工程建设项目施工招标投标办法 (30号令) art. 35.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.request import ProjectObject, Regime
from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule, Tie
from matching.rules.common import answers
from matching.rules.related import bidder_findings, services

OBJECT = ("tender.object",)
PREPARED = frozenset({"design", "consulting", "supervision", "specification", "management", "unknown"})
AFFILIATED = frozenset({"branch", "holds"})
RELATED = frozenset({"controls", "influences", "manages", "common_controller"})


@answers("B09")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Construction only. Affiliated is who controls, or is controlled, along links that are each more than half;
    weaker or doubtful connections go to a human."""
    tender = case.tender
    other = tender.regime is Regime.PROCUREMENT_OTHER
    if tender.object is not ProjectObject.WORKS and (tender.object is not None or other):
        return
    missing = OBJECT if tender.object is None else ()
    named = list(_named(view))
    yield from bidder_findings(case, RULE, view, named, missing={name: missing for name, _ in named})


def _named(view: BidderView) -> Iterable[tuple[str, Tie]]:
    for tie in view.ties:
        if tie.role == "buyer" and tie.kind == "branch":
            yield "part_of_buyer", tie
        if tie.role != "prior_service_provider" or not services(tie) & PREPARED:
            continue
        if tie.kind == "same":
            yield "provider", tie
        elif (tie.kind in AFFILIATED and "doubtful" not in tie.notes) or (
            tie.kind == "controls" and "chain" in tie.notes
        ):
            yield "affiliate", tie
        elif tie.kind in AFFILIATED or tie.kind in RELATED:
            yield "related", tie


RULE = Rule(
    code="B09",
    title=Bilingual(
        zh="投标人是招标人的附属机构，或者为项目提供过前期服务、监理，或者是其附属机构",
        en="Bidder is part of the tenderer, prepared the project or is affiliated with who did",
    ),
    scope="bidder",
    basis=(law.CONSTRUCTION_35, law.CONSTRUCTION_35_2003),
    evaluate=evaluate,
    cases={
        "part_of_buyer": Effect.BLOCK,
        "provider": Effect.BLOCK,
        "affiliate": Effect.BLOCK,
        "related": Effect.REVIEW,
    },
    inputs=("tender.prior_service_providers",),
    effective_from=date(2003, 5, 1),
)
