"""Overrides from proposal to decision: one person proposes, another confirms, and a new decision is made and linked.

The old decision stays as it is. Confirming calculates the request anew, on what is published now, and changes the one
finding that was named; if it rests on something else by then, nothing is made. Decision, proposal and link are one
commit, so that no decision is ever overridden twice.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec
import uuid_utils

from matching.decision import Bilingual, Decision, Effect, Finding, Override, Paper
from matching.ledger.model import Draft, Entry, Item, LedgerError, StoredDecision
from matching.override import OverrideError, finding_key, overridden, reasons_on
from matching.overrides.grounds import BY_CODE, GroundCode, fits, lists_of, unsure
from matching.request import DecisionRequest

if TYPE_CHECKING:
    from matching.ledger import Ledger

KIND: Final = "override"
LINK: Final = "decision_link"
"""An item of this kind, named like a decision, says which decision replaced it."""
PROPOSED, CONFIRMED, REJECTED, WITHDRAWN = "proposed", "confirmed", "rejected", "withdrawn"
Again = Callable[[DecisionRequest, Decision], Decision]
"""Calculates a request again, on what is published now; the second value is the decision to be overridden."""
Names = Callable[[str], str]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a person wants to have overridden: the finding, the ground, why, and the documents that prove it.

    `records` names every record that the finding rests on: whoever lifts it has a document for each.
    """

    client_id: str
    role: str = "bidder"
    other: str = ""
    code: str
    list: str = ""
    records: tuple[str, ...] = ()
    ground: GroundCode
    reason: str
    documents: tuple[Paper, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Who answered a proposal, and why."""

    by: str
    reason: str = ""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal as the ledger keeps it."""

    decision_id: str
    asked: Asked
    finding: str
    before: Effect
    title: Bilingual
    detail: Bilingual
    answer: Answer | None = None
    made: str = ""
    """The decision that it made."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Which decision replaced another, by which override."""

    decision_id: str
    override: str


def body_of(item: Item) -> Proposal:
    """A proposal's content.

    Raises:
        LedgerError: `ledger.erased`.
    """
    if item.body is None:
        raise LedgerError("ledger.erased", kind=item.kind, id=item.id)
    return msgspec.json.decode(item.body, type=Proposal)


def successor(ledger: Ledger, decision_id: str, *, tenant: str) -> str:
    """The decision that replaced one by an override; empty where none did."""
    found = ledger.items.get(LINK, decision_id, tenant=tenant)
    if found is None or found.body is None:
        return ""
    return msgspec.json.decode(found.body, type=Link).decision_id


def propose(
    ledger: Ledger, stored: StoredDecision, asked: Asked, *, by: str, at: datetime, shown: Names = str
) -> Item:
    """Propose to override a finding; nothing changes before another person has confirmed.

    Args:
        ledger: where.
        stored: the decision; of one that was replaced its successor is to be overridden.
        asked: what and why.
        by: the person (`user:…`).
        at: when.
        shown: how answers show a record's name, by which callers know it.

    Raises:
        OverrideError: `override.person`, `.superseded`, `.subject`, `.pair`, `.finding`, `.records`, `.ground`,
            `.unsure`, `.open`.
        LedgerError: `ledger.erased`; nothing was kept.
    """
    _person(by)
    decision = _whole(stored)
    _unreplaced(ledger, stored)
    finding = _find(decision, asked, shown)
    ground = BY_CODE[asked.ground]
    if not fits(ground, finding):
        raise OverrideError("override.ground", "/ground", ground=asked.ground.value, rule=finding.code)
    if ground.imposes and unsure(finding):
        raise OverrideError("override.unsure", "/ground")
    key = finding_key(finding)
    waiting = ledger.items.page(
        KIND, tenant=stored.tenant, state=PROPOSED, key=f"decision:{stored.decision_id}"
    )
    if any(body_of(one).finding == key for one in waiting if one.body is not None):
        raise OverrideError("override.open")
    proposal = Proposal(
        decision_id=stored.decision_id,
        asked=asked,
        finding=key,
        before=finding.effect,
        title=finding.title,
        detail=finding.detail,
    )
    draft = _draft(str(uuid_utils.uuid7()), PROPOSED, proposal, stored.opening_at)
    return ledger.items.put(draft, tenant=stored.tenant, actor=by, at=at)


def confirm(
    ledger: Ledger, item: Item, *, by: str, at: datetime, expect: int, reason: str, again: Again
) -> tuple[Item, Decision]:
    """Confirm another person's proposal: a new decision is made, linked with the old one, and durable.

    Args:
        ledger: where.
        item: the proposal.
        by: the second person (`user:…`).
        at: when.
        expect: the version of the proposal that the person saw.
        reason: what the person adds; may be empty.
        again: calculates the request on what is published now.

    Raises:
        OverrideError: `override.person`, `.same_person`, `.answered`, `.superseded`, `.changed` (the finding rests on
            something else by now).
        LedgerError: `ledger.item_stale`, `ledger.erased`; nothing was kept.
    """
    _person(by)
    proposal = _open(item)
    if _same(by, item.owner):
        raise OverrideError("override.same_person")
    stored = ledger.decision(proposal.decision_id, tenant=item.tenant)
    if stored is None or stored.request is None:
        raise LedgerError("ledger.erased", kind=KIND, id=item.id)
    before = _whole(stored)
    _unreplaced(ledger, stored)
    request = DecisionRequest.model_validate_json(stored.request)
    calculated = again(request, before)
    made = overridden(calculated, (*_standing(calculated, before), _pinned(item, proposal, before, by, at)))
    made = msgspec.structs.replace(made, decision_id=str(uuid_utils.uuid7()), decided_at=at)
    done = msgspec.structs.replace(proposal, answer=Answer(by=by, reason=reason), made=made.decision_id)
    link = Link(decision_id=made.decision_id, override=item.id)
    drafts = [
        (_draft(item.id, CONFIRMED, done, item.opening_at), expect),
        (Draft(kind=LINK, id=before.decision_id, state="replaced", body=msgspec.json.encode(link)), None),
    ]
    entry = Entry(
        decision=made,
        request=stored.request,
        tenant=item.tenant,
        actor=by,
        opening_at=stored.opening_at,
        at=at,
    )
    try:
        written = ledger.items.put_many(
            drafts, tenant=item.tenant, actor=by, at=at, also=ledger.decision_writer(entry)
        )
    except LedgerError as error:
        if error.code == "ledger.item_exists":
            raise OverrideError("override.superseded", decision=before.decision_id) from None
        raise
    return written[0], made


def reject(ledger: Ledger, item: Item, *, by: str, at: datetime, expect: int, reason: str) -> Item:
    """Turn down another person's proposal, or, by whoever made it, take it back.

    Raises:
        OverrideError: `override.person`, `override.answered`.
        LedgerError: `ledger.item_stale`, `ledger.erased`; nothing was kept.
    """
    _person(by)
    done = msgspec.structs.replace(_open(item), answer=Answer(by=by, reason=reason))
    state = WITHDRAWN if _same(by, item.owner) else REJECTED
    draft = _draft(item.id, state, done, item.opening_at)
    return ledger.items.put(draft, tenant=item.tenant, actor=by, at=at, expect=expect)


def _person(by: str) -> None:
    """Only people override: never a key, nor the operator at the machine.

    Raises:
        OverrideError: `override.person`.
    """
    if not by.startswith("user:") or not by.removeprefix("user:").strip():
        raise OverrideError("override.person")


def _same(one: str, other: str) -> bool:
    """Whether two names are one user's, however they are written."""

    def plain(name: str) -> str:
        return "".join(unicodedata.normalize("NFKC", name).casefold().split())

    return plain(one) == plain(other)


def _whole(stored: StoredDecision) -> Decision:
    if stored.decision is None:
        raise LedgerError("ledger.erased", kind="decision", id=stored.decision_id)
    return stored.decision


def _unreplaced(ledger: Ledger, stored: StoredDecision) -> None:
    newer = successor(ledger, stored.decision_id, tenant=stored.tenant)
    if newer:
        raise OverrideError("override.superseded", decision=newer)


def _open(item: Item) -> Proposal:
    if item.state != PROPOSED:
        raise OverrideError("override.answered")
    return body_of(item)


def _find(decision: Decision, asked: Asked, shown: Names) -> Finding:
    """The one finding that a person means."""
    if not asked.other:
        subjects = (*decision.bidders, *decision.subjects)
        if not any((one.client_id, one.role) == (asked.client_id, asked.role) for one in subjects):
            raise OverrideError("override.subject", "/client_id")
    reasons = reasons_on(decision, asked.client_id, asked.role, asked.other)
    named = [
        one
        for one in reasons
        if one.code == asked.code and not one.restricted and (not asked.list or asked.list in lists_of(one))
    ]
    if not named:
        raise OverrideError("override.finding", "/code", rule=asked.code)
    shared = [one for pair in decision.pairs if asked.client_id in (pair.a, pair.b) for one in pair.reasons]
    if not asked.other and any(one in shared for one in named):
        raise OverrideError("override.pair", "/other", rule=asked.code)
    exact = [one for one in named if _names_all(one, asked.records, shown)]
    if len(exact) != 1:
        count = max(len(one.evidence) for one in named)
        raise OverrideError("override.records", "/records", count=count)
    return exact[0]


def _names_all(finding: Finding, records: Sequence[str], shown: Names) -> bool:
    """Whether the records named are those of the finding: none left out, none that is not there."""
    each = []
    for one in finding.evidence:
        names = {one.record, f"{one.list}:{one.record}", one.record_hash, one.pair} - {""}
        each.append(names | {shown(name) for name in names})
    given = set(records)
    return all(names & given for names in each) and given <= set().union(*each)


def _pinned(item: Item, proposal: Proposal, before: Decision, by: str, at: datetime) -> Override:
    asked, ground = proposal.asked, BY_CODE[proposal.asked.ground]
    return Override(
        id=item.id,
        of=before.decision_id,
        of_hash=before.decision_hash,
        ground=asked.ground.value,
        effect=ground.effect,
        client_id=asked.client_id,
        role=asked.role,
        other=asked.other,
        code=asked.code,
        finding=proposal.finding,
        before=proposal.before,
        reason=asked.reason,
        documents=asked.documents,
        legal_basis=ground.basis,
        proposed_by=item.owner,
        proposed_at=item.created_at,
        confirmed_by=by,
        confirmed_at=at,
    )


def _standing(calculated: Decision, before: Decision) -> tuple[Override, ...]:
    """The earlier overrides whose findings still come up; of a record that is gone there is nothing left to lift."""
    kept: tuple[Override, ...] = ()
    for one in before.overrides:
        try:
            overridden(calculated, (*kept, one))
        except OverrideError:
            continue
        kept = (*kept, one)
    return kept


def _draft(name: str, state: str, proposal: Proposal, opening_at: datetime | None) -> Draft:
    keys = [f"decision:{proposal.decision_id}"]
    if proposal.made:
        keys.append(f"decision:{proposal.made}")
    body = msgspec.json.encode(proposal, order="sorted")
    return Draft(kind=KIND, id=name, state=state, body=body, keys=tuple(keys), opening_at=opening_at)
