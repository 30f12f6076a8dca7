"""B15: works: the bidder is tied to supervisor, project manager or agency (标准施工招标文件 1.4.3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.request import ProjectObject
from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule, Tie
from matching.rules.common import answers
from matching.rules.related import bidder_findings, services

OBJECT = ("tender.object",)
PARTIES = ("监理人", "代建人", "代理机构")
TIES = ("法定代表人", "控股", "参股", "任职", "工作")
FORM = "标准施工招标文件"
WATCHED = frozenset({"supervision", "management", "unknown"})
KINDS = frozenset({"same_head", "holds", "controls", "shareholding"})


@answers("B15")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Invalid where the documents use the standard form for works, which says so; else a human looks. A provider
    whose service nobody states may be no supervisor at all."""
    tender = case.tender
    procurement = tender.regime is not None and tender.regime.procurement
    if tender.object is not ProjectObject.WORKS and (tender.object is not None or procurement):
        return
    standard = any(_standard(text) for text in tender.extra_conditions)
    missing = OBJECT if tender.object is None else ()
    named = list(_named(view, standard))
    yield from bidder_findings(case, RULE, view, named, missing={"standard": missing})


def _standard(text: str) -> bool:
    """Whether a condition is the standard form's, by its name or by its words."""
    return FORM in text or (any(p in text for p in PARTIES) and any(t in text for t in TIES))


def _named(view: BidderView, standard: bool) -> Iterable[tuple[str, Tie]]:
    for tie in view.ties:
        served = services(tie) if tie.role == "prior_service_provider" else frozenset()
        if tie.role != "agency" and not served & WATCHED:
            continue
        if tie.kind in KINDS or (tie.kind == "common_post" and "now" in tie.notes):
            if served == {"unknown"}:
                yield "service_unknown", tie
            else:
                certain = "name" not in tie.notes and "outdated" not in tie.notes
                yield "standard" if standard and certain else "not_stated", tie


RULE = Rule(
    code="B15",
    title=Bilingual(
        zh="投标人与监理人、代建人、招标代理机构同一法定代表人、相互持股或者任职",
        en="Bidder tied to the supervisor, the project manager or the agency",
    ),
    scope="bidder",
    basis=(law.STANDARD_143,),
    evaluate=evaluate,
    cases={"standard": Effect.BLOCK, "not_stated": Effect.REVIEW, "service_unknown": Effect.REVIEW},
    inputs=("tender.agency",),
    effective_from=date(2008, 5, 1),
)
