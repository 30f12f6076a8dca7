"""A person's answer to a possible match, for command line and HTTP alike: which one is meant, durably recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from api.errors import USAGE, CommandError, mask_identity, mask_numbers
from api.masking import mask_text
from graph.dates import iso
from matching.decision import Decision, Evidence

if TYPE_CHECKING:
    from matching.ledger import Ledger, PendingMatch, Review


def row_of(match: PendingMatch) -> dict[str, Any]:
    """A match that waits, as answers show it."""
    return {
        "decision_id": match.decision_id,
        "record": match.record,
        "list": match.list,
        "subject": match.subject,
        "role": match.role,
        "tier": match.tier.value,
        "submitted": match.submitted,
        "matched": match.matched,
        "rule": match.rule,
        "seen_at": iso(match.seen_at),
        "pair": match.pair_key,
    }


def evidence_in(decision: Decision) -> Iterator[Evidence]:
    """Every record that a decision names."""
    groups = [subject.reasons for subject in (*decision.bidders, *decision.subjects)]
    groups += [pair.reasons for pair in decision.pairs]
    groups.append(decision.tender.reasons)
    for reasons in groups:
        for reason in reasons:
            yield from reason.evidence


def _names(evidence: Evidence) -> set[str]:
    """How a person may call a match: as it is, or as answers show it."""
    names = {evidence.pair, evidence.record, f"{evidence.list}:{evidence.record}"}
    return names | {mask_text(name) for name in names}


def find_pair(decision: Decision, record: str) -> Evidence:
    """The match that a person means, by record, `LIST:record` or pair key.

    Raises:
        CommandError: `review.none`, `review.several` (status 2).
    """
    found = {e.pair: e for e in evidence_in(decision) if e.pair and record in _names(e)}
    if not found:
        raise CommandError("review.none", status=USAGE, record=mask_identity(record), id=decision.decision_id)
    if len(found) > 1:
        raise CommandError(
            "review.several", status=USAGE, record=mask_identity(record), pairs=", ".join(found)
        )
    return next(iter(found.values()))


def add(
    ledger: Ledger,
    decision: Decision,
    record: str,
    answer: Literal["confirm", "reject"],
    *,
    reviewer: str,
    reason: str,
    tenant: str,
    at: datetime,
) -> Review:
    """Record a person's answer durably.

    Raises:
        CommandError: `review.none`, `review.several`, `review.by` (a number of a person as the reviewer's name).
        LedgerError: nothing was kept.
    """
    if mask_numbers(reviewer) != reviewer:
        raise CommandError("review.by", status=USAGE)
    match = find_pair(decision, record)
    return ledger.add_review(
        pair_key=match.pair,
        answer=answer,
        reviewer=reviewer,
        reason=reason,
        decision_id=decision.decision_id,
        list=match.list,
        record=match.record,
        record_hash=match.record_hash,
        subject=match.submitted,
        tier=match.tier.value,
        tenant=tenant,
        at=at,
    )
