"""A23: records that were repaired, removed, revoked, lifted or have run out have no effect (令36 art. 3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from graph.model import Status
from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, EntityView, Hit, Outcome, Rule
from matching.rules.common import answers, counts, finding, grouped
from matching.rules.listed import ban
from matching.rules.wording import both

ENDED = (Status.EXPIRED, Status.REMOVED, Status.REPAIRED, Status.REVOKED, Status.TEMP_LIFTED)


@answers("A23")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """Kept for audit and hidden from ordinary views: they may be neither published nor used."""
    for entity in view.entities:
        by_status: dict[Status, list[Hit]] = {}
        for hit in _all(entity):
            status = _ended(case, hit)
            if status is not None:
                by_status.setdefault(status, []).append(hit)
        for status, ended in by_status.items():
            word = both(f"rule.status.{status.value}")
            for _, _, hits in grouped(case, (("ended", (), hit) for hit in ended), RULE.code):
                yield finding(
                    case, RULE, "ended", hits, party=entity.label, params={"status": word}, restricted=True
                )


def _all(entity: EntityView) -> Iterable[Hit]:
    yield from entity.hits
    for person in entity.persons:
        yield from person.hits


def _ended(case: Case, hit: Hit) -> Status | None:
    """The state by which a record has no effect; an unreadable ban that must be over has run out."""
    if hit.status in ENDED:
        return None if counts(hit) else hit.status
    if hit.listing.list_code in ("ZFCG", "ZTBJ") and hit.active and ban(case, hit) == "over":
        return Status.EXPIRED
    return None


RULE = Rule(
    code="A23",
    title=Bilingual(zh="已失效记录（仅供审计）", en="Ended records (for audit only)"),
    scope="bidder",
    basis=(law.REPAIR_36, law.REPAIR_58, law.PRIVATE_SECTOR_54, law.PROCUREMENT_RULES_19_2),
    evaluate=evaluate,
    cases={"ended": Effect.INFO},
    may_block=False,
    effective_from=date(2015, 3, 1),
)
