"""Objections and repairs in golden scenarios: the same state machines as everywhere else, at the scenario's clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal

import msgspec

from api.casework import evidence_of, matched_in, now_hash, the_record
from api.reviews import evidence_in
from graph.dates import parse_instant
from graph.generation import Generation
from matching.casework import objections, repairs
from matching.casework.base import CaseworkError, NamedDocument
from matching.casework.objections import Objection, ObjectionGround, StepTaken
from matching.casework.repairs import Conditions, Gravity, LiftGround, Repair, RepairKind, Ruling
from matching.casework.terms import load_terms
from matching.decision import Decision
from matching.ledger import Item, Ledger
from matching.marks import record_ref
from matching.request import PartyRef

WHO = "user:scenario"
DOCUMENT = (NamedDocument(name="scenario", sha256="0" * 64),)


class _Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    refused: str = ""
    """The message code with which the step is expected to be refused."""


class ObjectionSpec(_Spec, frozen=True, kw_only=True):
    """An objection to a record of the last decision, or a step with the one that was opened last."""

    step: Literal["open", "acknowledge", "verify", "uphold", "reject", "withdraw"] = "open"
    list: str = ""
    ground: ObjectionGround = ObjectionGround.IDENTITY
    documents: tuple[str, ...] = ()


class RepairSpec(_Spec, frozen=True, kw_only=True):
    """A repair or temporary lift of a record of the last decision; `restore` takes the last one back."""

    step: Literal["repair", "lift", "restore"] = "repair"
    list: str = ""
    gravity: Gravity = msgspec.field(default=Gravity.SERIOUS, name="class")
    ground: LiftGround | None = None
    authority: str = ""
    via: Literal["authority", "credit_china"] = "authority"
    since: str = ""
    until: str = ""
    conditions: bool = True


class Desk:
    """Whoever works on the objections and repairs of a scenario."""

    def __init__(self, ledger: Ledger, key: bytes) -> None:
        self._ledger = ledger
        self._key = key
        self._objection: Item | None = None
        self._repair: Item | None = None

    def play(
        self,
        objection: ObjectionSpec | None,
        repair: RepairSpec | None,
        decision: Decision | None,
        generation: Generation | None,
        at: datetime,
    ) -> Iterator[str]:
        """Do what the step says; what comes out otherwise than expected, as sentences for an engineer."""
        if objection is not None:
            yield from self._tried(objection, lambda: self._object(objection, decision, generation, at))
        if repair is not None:
            yield from self._tried(repair, lambda: self._do_repair(repair, decision, generation, at))

    def _tried(self, spec: _Spec, work: object) -> Iterator[str]:
        assert callable(work)  # noqa: S101  (narrowing only)
        try:
            work()
        except CaseworkError as error:
            if error.code != spec.refused:
                yield f"the step was refused as {error.code}"
        else:
            if spec.refused:
                yield f"the step was expected to be refused as {spec.refused}"

    def _object(
        self, spec: ObjectionSpec, decision: Decision | None, generation: Generation | None, at: datetime
    ) -> None:
        documents = tuple(NamedDocument(name=name, sha256=name * 64) for name in spec.documents)
        terms = load_terms()
        if spec.step != "open":
            assert self._objection is not None  # noqa: S101  (a scenario opens one first)
            item = self._objection
            seen = "" if generation is None else now_hash(generation, at, objections.read(item))
            taken = StepTaken(
                step=spec.step, at=at, by=WHO, reason=spec.step, source=WHO, documents=documents or DOCUMENT
            )
            self._objection = objections.take(
                self._ledger, terms, item, taken, expect=item.version, record_hash=seen
            )
            return
        assert decision is not None  # noqa: S101  (a scenario asks first)
        self._objection = objections.receive(
            self._ledger,
            terms,
            Objection(
                ground=spec.ground,
                decision_id=decision.decision_id,
                match=matched_in(decision, _record(decision, spec.list), spec.ground, self._key),
                text="scenario",
                documents=documents,
                received_at=at,
            ),
            tenant="default",
            actor=WHO,
            at=at,
        )

    def _do_repair(
        self, spec: RepairSpec, decision: Decision | None, generation: Generation | None, at: datetime
    ) -> None:
        terms = load_terms()
        if spec.step == "restore":
            assert self._repair is not None  # noqa: S101  (a scenario repairs first)
            taken = StepTaken(step="restore", at=at, by=WHO, reason="restore", documents=DOCUMENT)
            self._repair = repairs.take(
                self._ledger, terms, self._repair, taken, expect=self._repair.version
            )
            return
        assert decision is not None and generation is not None  # noqa: S101, PT018  (a scenario asks first)
        found = evidence_of(decision, _record(decision, spec.list))
        record = the_record(generation, at, found.list, found.record, PartyRef(name=found.subject))
        temporary = spec.step == "lift"
        given = Repair(
            kind=RepairKind.TEMPORARY if temporary else RepairKind.REPAIR,
            list=found.list,
            record=found.record,
            record_ref=record_ref(self._key, found.list, found.record),
            record_hash=record.hash,
            subject=found.subject,
            gravity=spec.gravity,
            ground=spec.ground,
            conditions=Conditions(duties_performed=spec.conditions, committed=spec.conditions),
            documents=DOCUMENT,
            received_at=at,
        )
        item = repairs.receive(
            self._ledger,
            terms,
            given,
            record.listing,
            decided_on=None,
            tenant="default",
            actor=WHO,
            at=at,
        )
        item = repairs.take(
            self._ledger, terms, item, StepTaken(step="accept", at=at, by=WHO), expect=item.version
        )
        ruling = Ruling(
            authority=spec.authority or record.listing.authority or "scenario",
            document_no="scenario",
            decided_on=date(2000, 1, 1),
            via=spec.via,
            since=parse_instant(spec.since) if spec.since else at,
            until=parse_instant(spec.until) if spec.until else None,
        )
        self._repair = repairs.take(
            self._ledger,
            terms,
            item,
            StepTaken(step=spec.step, at=at, by=WHO, reason=spec.step, documents=DOCUMENT),
            expect=item.version,
            ruling=ruling,
        )


def _record(decision: Decision, list_code: str) -> str:
    """The first record of a list that a decision names, ended ones included; by its pair where it has one."""
    found = next(e for e in evidence_in(decision) if not list_code or e.list == list_code)
    return found.pair or f"{found.list}:{found.record}"
