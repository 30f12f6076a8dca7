"""Overrides for HTTP and page alike: how proposals, grounds and links between decisions are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from api.masking import mask_value
from graph.dates import iso
from matching.ledger import Item
from matching.overrides import proposals
from matching.overrides.grounds import GROUNDS

if TYPE_CHECKING:
    from api.service import Service
    from matching.decision import Decision
    from matching.request import DecisionRequest


class OverrideView(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal to override a decision: what, why, by whom, and what became of it. `made` is the new decision."""

    id: str
    state: str
    version: int
    decision_id: str
    client_id: str
    role: str
    other: str
    code: str
    list: str
    records: Sequence[str]
    title: dict[str, str]
    detail: dict[str, str]
    before: str
    ground: str
    reason: str
    documents: Sequence[dict[str, str]]
    proposed_by: str
    proposed_at: str
    answered_by: str
    answered_at: str
    answer: str
    made: str


class OverridePage(msgspec.Struct, frozen=True, kw_only=True):
    """Proposals, last changed first."""

    overrides: Sequence[OverrideView]
    next: str | None = None


class GroundView(msgspec.Struct, frozen=True, kw_only=True):
    """A ground for an override: whether it lifts or imposes, for which rules and lists, by which law."""

    code: str
    title: dict[str, str]
    imposes: bool
    rules: Sequence[str]
    lists: Sequence[str]
    legal_basis: Sequence[dict[str, Any]]


class GroundList(msgspec.Struct, frozen=True, kw_only=True):
    """Every ground on which a decision may be overridden; there is no other."""

    grounds: Sequence[GroundView]


def grounds() -> GroundList:
    """Every ground with its law."""
    return GroundList(
        grounds=[
            GroundView(
                code=one.code.value,
                title=msgspec.to_builtins(one.title),
                imposes=one.imposes,
                rules=one.rules,
                lists=sorted(one.lists),
                legal_basis=[{"basis_verified": False, **msgspec.to_builtins(b)} for b in one.basis],
            )
            for one in GROUNDS
        ]
    )


def view(item: Item) -> OverrideView:
    """A proposal as answers show it: numbers of persons masked."""
    body = proposals.body_of(item)
    asked, answer = body.asked, body.answer
    shown: dict[str, Any] = mask_value(
        {
            "client_id": asked.client_id,
            "role": asked.role,
            "other": asked.other,
            "code": asked.code,
            "list": asked.list,
            "records": list(asked.records),
            "title": msgspec.to_builtins(body.title),
            "detail": msgspec.to_builtins(body.detail),
            "reason": asked.reason,
            "documents": [msgspec.to_builtins(one) for one in asked.documents],
            "answer": "" if answer is None else answer.reason,
        }
    )
    return OverrideView(
        id=item.id,
        state=item.state,
        version=item.version,
        decision_id=body.decision_id,
        before=body.before.value,
        ground=asked.ground.value,
        proposed_by=item.owner,
        proposed_at=iso(item.created_at),
        answered_by="" if answer is None else answer.by,
        answered_at="" if answer is None else iso(item.changed_at),
        made=body.made,
        **shown,
    )


def confirm(
    service: Service, item: Item, *, by: str, expect: int, reason: str, at: datetime
) -> tuple[Item, Decision]:
    """Confirm a proposal: the request is calculated on what is published now, and the one finding is changed.

    Raises:
        OverrideError, LedgerError: see `matching.overrides.proposals.confirm`.
        GenerationError, StoreError: nothing is published, or it can't be read.
    """

    def again(request: DecisionRequest, before: Decision) -> Decision:
        # a time that was asked about is asked about again; one that was simply "now" is now
        asked_about = request.tender.as_of
        if asked_about is None and before.pins.as_of != before.decided_at:
            asked_about = before.pins.as_of
        with service.held() as lease:
            return lease.screener.evaluate(
                request,
                as_of=asked_about or at,
                known_at=request.known_at or at,
                reviews_seq=service.ledger.reviews_seq(),
                tenant=item.tenant,
            )

    return proposals.confirm(service.ledger, item, by=by, at=at, expect=expect, reason=reason, again=again)


def links(service: Service, decision_id: str, tenant: str, before: Sequence[str]) -> str:
    """The header `Link` of a decision: what replaced it, and what it replaced; empty where neither is."""
    newer = proposals.successor(service.ledger, decision_id, tenant=tenant)
    found = [("successor-version", newer)] if newer else []
    found += [("predecessor-version", name) for name in before]
    return ", ".join(f'</v1/decisions/{name}>; rel="{relation}"' for relation, name in found)
