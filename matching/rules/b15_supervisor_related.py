"""B15: works: the bidder is tied to supervisor, project manager or agency (标准施工招标文件 1.4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from matching.request import ProjectObject, Regime
from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule, Tie
from matching.rules.common import answers
from matching.rules.related import bidder_findings, other_party, services

OBJECT = ("tender.object",)
PARTIES = ("监理人", "代建人", "代理机构")
TIES = ("法定代表人", "控股", "参股", "任职")
FORM = "标准施工招标文件"
_PROHIBITED = re.compile("不得(?!要求|以)|不能|禁止|否决|无效|不接受|拒绝")
_NOT_USED = re.compile("(?:不|未)(?:适用|采用|使用|执行|按照?)")
_SENTENCE = re.compile("[。!?！？]+")
_ITEM = re.compile(r"[；;\n]+")
WATCHED = frozenset({"supervision", "management", "unknown"})
KINDS = frozenset({"same_head", "holds", "controls", "shareholding"})


@answers("B15")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Invalid where the documents use the standard form for works, which says so; else a human looks. A provider
    whose service nobody states may be no supervisor at all."""
    tender = case.tender
    other = tender.regime is Regime.PROCUREMENT_OTHER
    if tender.object is not ProjectObject.WORKS and (tender.object is not None or other):
        return
    standard = any(_standard(text) for text in tender.extra_conditions)
    missing = OBJECT if tender.object is None else ()
    named = list(_named(view, standard))
    yield from bidder_findings(case, RULE, view, named, missing={name: missing for name, _ in named})


def _standard(text: str) -> bool:
    """Whether a condition is the standard form's, by its name or by its words."""
    return any(
        (FORM in sentence and not _NOT_USED.search(sentence))
        or (
            # the form forbids in its first words, and the relations stand below as items
            _PROHIBITED.search(sentence) is not None
            and any(_relation(item) for item in _ITEM.split(sentence))
        )
        for sentence in _SENTENCE.split(text)
    )


def _relation(item: str) -> bool:
    return "与" in item and any(party in item for party in PARTIES) and any(tie in item for tie in TIES)


def _certain(tie: Tie) -> bool:
    """Whether a connection is one that the form names, and sure: one's own head, shares or people; control along
    links of more than half; no person who only sits on both boards."""
    if tie.kind == "controls" and "chain" not in tie.notes:
        return False
    return {"name", "outdated", "principal", "doubtful", "third"}.isdisjoint(tie.notes)


def _named(view: BidderView, standard: bool) -> Iterable[tuple[str, Tie]]:
    doubted = {other_party(tie) for tie in view.ties if "doubtful" in tie.notes}
    for tie in view.ties:
        served = services(tie) if tie.role == "prior_service_provider" else frozenset()
        if tie.role != "agency" and not served & WATCHED:
            continue
        if tie.kind in KINDS or (tie.kind == "common_post" and "now" in tie.notes):
            if served == {"unknown"}:
                yield "service_unknown", tie
            else:
                held = tie.kind == "shareholding" and other_party(tie) in doubted
                yield "standard" if standard and _certain(tie) and not held else "not_stated", tie


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
