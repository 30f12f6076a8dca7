"""What is done with cases, whoever asks by which way: opened, changed, noted on, frozen; bodies and their parts."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Request
from pydantic import Field, StrictBool

from api import bootstrap
from api.case_pictures import bare, handed, picture_of
from api.explore.told import Teller
from api.masking import mask_value
from api.principals import Scope
from api.routes.access import asking
from api.routes.base import refused, service
from api.routes.casework import Documents, documents_of, item_of, refusals
from api.routes.decisions import stored_decision
from api.routes.exploring import explorer
from api.routes.problem import ProblemError
from graph.generation import GenerationError
from graph.store import StoreError
from matching.casework import cases, snapshots
from matching.casework.cases import CaseDecision, CaseFile, CaseLink, CaseNote, CaseParty, CasePin
from matching.casework.pictures import Picture
from matching.ledger import Item
from matching.request import Instant, Model, Short, Text

_MASK = re.compile(r"[0-9A-Za-z]*\*{8,}[0-9A-Za-z]*")
"""A number of a person as outputs show it."""
Parts = Field(default=(), max_length=cases.MOST_PARTS)
DueOn = Annotated[str, Field(pattern="^([0-9]{4}-[0-9]{2}-[0-9]{2})?$", max_length=10)]
"""The last day on which a case should be done; empty: none."""


class CasePartyRef(Model):
    """A party of a case, by the graph's key, code or name; `decision_id`: the case's decision that it comes from."""

    id: Short = ""
    name: Short = ""
    code: Short = ""
    role: Short = ""
    decision_id: Short = ""


class CaseDecisionRef(Model):
    """A decision that a case is about."""

    decision_id: Short
    remark: Text = ""


class CaseLinkRef(Model):
    """Something else that a case points to: `kind` (objection, repair, case, page …) and where it is found."""

    kind: Short
    ref: Short
    title: Short = ""
    decision_id: Short = ""


class CasePinRef(Model):
    """A node that is pinned in the case's picture, by the graph's key, and where it stands."""

    node: Short
    x: int = Field(0, ge=-1_000_000, le=1_000_000)
    y: int = Field(0, ge=-1_000_000, le=1_000_000)
    label: Short = ""
    decision_id: Short = ""
    pinned: StrictBool = True


class NewCase(Model):
    """A case to open."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    summary: Text = ""
    assignee: Short = ""
    parties: tuple[CasePartyRef, ...] = Parts
    decisions: tuple[CaseDecisionRef, ...] = Parts
    links: tuple[CaseLinkRef, ...] = Parts
    pins: tuple[CasePinRef, ...] = Parts
    due_on: DueOn = ""
    as_of: Instant | None = None


class CasePatch(Model):
    """Changed fields of a case; `step` closes it or opens it again, with a reason. Parts hidden from you stay."""

    title: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    summary: Text | None = None
    assignee: Short | None = None
    parties: Annotated[tuple[CasePartyRef, ...], Field(max_length=cases.MOST_PARTS)] | None = None
    decisions: Annotated[tuple[CaseDecisionRef, ...], Field(max_length=cases.MOST_PARTS)] | None = None
    links: Annotated[tuple[CaseLinkRef, ...], Field(max_length=cases.MOST_PARTS)] | None = None
    pins: Annotated[tuple[CasePinRef, ...], Field(max_length=cases.MOST_PARTS)] | None = None
    due_on: DueOn | None = None
    as_of: Instant | None = None
    step: Literal["close", "reopen"] | None = None
    reason: Text = ""


class NewNote(Model):
    """A note on a case; `decision_id` says which of the case's decisions it is about, and is sealed with it."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    documents: Documents = ()
    decision_id: Short = ""


def open_case(request: Request, given: NewCase) -> Item:
    """Open a case about parties and decisions that the caller may see.

    Raises:
        ProblemError: `http.invalid`, `http.not_found`, `http.sealed`, `http.erased`.
    """
    parts, who, now = service(request), asking(request), bootstrap.now()
    changes = _parts(request, given, None, frozenset())
    case = CaseFile(
        title=given.title, summary=given.summary, assignee=given.assignee, opened_at=now, due_on=given.due_on,
        as_of=given.as_of, **changes,
    )  # fmt: skip
    case = _sealed_with(request, case, changes, None)
    with refusals(request):
        return cases.open_case(parts.ledger, case, tenant=who.tenant, actor=who.id, at=now)


def change_case(request: Request, case_id: str, given: CasePatch, expect: int) -> Item:
    """Change fields of a case, close it or open it again; `expect` is the version that the caller saw.

    Raises:
        ProblemError: `http.stale` (somebody was faster), `http.conflict`, `http.invalid` and as `item_of`.
    """
    parts, who, now = service(request), asking(request), bootstrap.now()
    item = item_of(request, cases.KIND, case_id)
    if expect != item.version:
        raise ProblemError("http.stale")
    before = cases.read(item)
    sealed = cases.sealed_decisions(before, item, who.viewer, now)
    changes = _parts(request, given, before, sealed)
    _nothing_masked(request, given, before)
    for name in ("title", "summary", "assignee", "due_on", "as_of"):
        if (value := getattr(given, name)) is not None:
            changes[name] = value
    if given.step:
        changes["reason"] = given.reason
    merged = _sealed_with(request, msgspec.structs.replace(before, **changes), changes, before)
    with refusals(request):
        return cases.change(
            parts.ledger,
            item,
            {name: getattr(merged, name) for name in changes},
            step=given.step or "",
            actor=who.id,
            at=now,
            expect=expect,
        )


def _nothing_masked(request: Request, given: CasePatch, before: cases.CaseFile) -> None:
    """Refuse a text with a masked number in it that the stored one does not hold as it is.

    Whoever reads a case sees masks in the place of numbers: kept, they would take the numbers' place.

    Raises:
        ProblemError: `http.invalid`.
    """
    for name in ("title", "summary", "assignee"):
        value = getattr(given, name) or ""
        if set(_MASK.findall(value)) - set(_MASK.findall(getattr(before, name))):
            raise refused(request, f"/{name}", "case.masked")


def note_case(request: Request, case_id: str, given: NewNote) -> Item:
    """Append a note; it is sealed with the decision that it is about.

    Raises:
        ProblemError: `http.conflict` (the case is closed), `http.invalid` and as `item_of`.
    """
    parts, who, now = service(request), asking(request), bootstrap.now()
    item = item_of(request, cases.KIND, case_id)
    case = cases.read(item)
    about = given.decision_id or cases.last_sealed(case.decisions, item.tenant, who.viewer, now)
    decision = next((one for one in case.decisions if one.decision_id == about), None)
    if about and (decision is None or about in cases.sealed_decisions(case, item, who.viewer, now)):
        raise refused(request, "/decision_id", "body.invalid")
    with refusals(request):
        return cases.add_note(
            parts.ledger,
            item,
            CaseNote(
                case_id=item.id, text=given.text, documents=documents_of(given.documents), decision_id=about
            ),
            actor=who.id,
            at=now,
            opening_at=None if decision is None else decision.opening_at,
        )


def freeze_case(request: Request, case_id: str) -> Item:
    """Freeze a case as the caller sees it now, with its picture where the caller may explore the graph."""
    parts, who, now = service(request), asking(request), bootstrap.now()
    item = item_of(request, cases.KIND, case_id)
    whole = cases.read(item)
    case, _ = cases.unsealed(whole, cases.sealed_decisions(whole, item, who.viewer, now))
    generation, picture = "", picture_now(request, case)
    if picture is None and case.pins:
        picture = bare(case.pins, case.as_of or now)
    with suppress(GenerationError, StoreError), parts.generation() as current:
        generation = current.ref
    return snapshots.freeze(
        parts.ledger,
        item,
        viewer=who.viewer,
        lookup=lambda name: parts.ledger.decision(name, tenant=who.tenant),
        clean=mask_value,
        generation=generation,
        actor=who.id,
        at=now,
        picture=None if picture is None else handed(picture),
    )


def picture_now(request: Request, case: CaseFile) -> Picture | None:
    """The picture of a case from the current records: None without pins, records, or the right to explore them."""
    if not case.pins or not asking(request).may(Scope.GRAPH):
        return None
    now = bootstrap.now()
    with suppress(GenerationError, StoreError), service(request).generation() as generation:
        who = asking(request)
        view = explorer(request).view(service(request).ledger, who.tenant, generation, now)
        return picture_of(Teller(view, as_of=case.as_of or now), case.pins)
    return None


def _parts(
    request: Request, given: NewCase | CasePatch, before: CaseFile | None, sealed: frozenset[str]
) -> dict[str, Any]:
    """The given parts as they are recorded; those that the caller may not see stay as they are."""
    found: dict[str, Any] = {}
    if given.decisions is not None:
        kept = () if before is None else tuple(d for d in before.decisions if d.decision_id in sealed)
        named = tuple(_decision(request, one) for one in given.decisions if one.decision_id not in sealed)
        found["decisions"] = tuple({one.decision_id: one for one in (*kept, *named)}.values())
    shapes: dict[str, type[Any]] = {"parties": CaseParty, "links": CaseLink, "pins": CasePin}
    known = {one.decision_id for one in found.get("decisions", before.decisions if before else ())} - sealed
    for name, shape in shapes.items():
        values = getattr(given, name)
        if values is None:
            continue
        for place, one in enumerate(values):
            if one.decision_id and one.decision_id not in known:
                raise refused(request, f"/{name}/{place}/decision_id", "body.invalid")
        hidden = () if before is None else tuple(p for p in getattr(before, name) if p.decision_id in sealed)
        found[name] = (*hidden, *(shape(**one.model_dump()) for one in values))
    return found


def _decision(request: Request, given: CaseDecisionRef) -> CaseDecision:
    stored = stored_decision(request, given.decision_id)
    return CaseDecision(
        decision_id=stored.decision_id,
        remark=given.remark,
        opening_at=stored.opening_at,
        actor=stored.actor,
    )


def _sealed_with(
    request: Request, case: CaseFile, changes: dict[str, Any], before: CaseFile | None
) -> CaseFile:
    """The case with new parts sealed together with a decision that only the caller may see yet."""
    who = asking(request)
    last = cases.last_sealed(case.decisions, who.tenant, who.viewer, bootstrap.now())
    return msgspec.structs.replace(case, **cases.tied(case, changes, before, last))
