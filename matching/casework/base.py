"""What objections, repairs and cases share: refused steps, documents by hash, contacts, and workflows as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import uuid_utils

from graph.model import Doc


class CaseworkError(Exception):
    """Something that can't be done to an objection, repair or case. `code` is a message of matching/messages.toml.

    `field` is the JSON pointer of the value that stands in the way; empty for a step that the state does not allow.
    """

    def __init__(self, code: str, /, *, field: str = "", **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.field = field
        self.params = params


class NamedDocument(Doc):
    """A document that somebody relies on: kept elsewhere, named here by its SHA-256."""

    name: str
    sha256: str
    size: int = 0
    """Its bytes; 0 where nobody has counted them."""
    type: str = ""
    """What its sender calls it (`application/pdf` …)."""


class ContactDetails(Doc, omit_defaults=False):
    """How somebody who objects or applies is reached."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


class Step(NamedTuple):
    """A step of a workflow: from which states it may be taken, and the state that it leads to."""

    sources: tuple[str, ...]
    target: str


Workflow = Mapping[str, Step]


def advance(workflow: Workflow, state: str, step: str) -> str:
    """The state after a step.

    Raises:
        CaseworkError: `casework.step`: the state does not allow it.
    """
    found = workflow.get(step)
    if found is None or state not in found.sources:
        raise CaseworkError("casework.step", step=step, state=state)
    return found.target


def steps_from(workflow: Workflow, state: str) -> tuple[str, ...]:
    """The steps that a state allows, in the order in which they are usually taken."""
    return tuple(name for name, step in workflow.items() if state in step.sources)


def new_id() -> str:
    """The id of a new objection, repair, case, note or snapshot: a UUIDv7, which tells nothing of its content."""
    return str(uuid_utils.uuid7())


def needs_text(value: str, field: str) -> str:
    """A text that has to be there.

    Raises:
        CaseworkError: `casework.blank`.
    """
    if not value.strip():
        raise CaseworkError("casework.blank", field=field)
    return value.strip()


def needs_documents(documents: Sequence[NamedDocument], field: str) -> tuple[NamedDocument, ...]:
    """Documents of which at least one has to be there.

    Raises:
        CaseworkError: `casework.document`.
    """
    if not documents:
        raise CaseworkError("casework.document", field=field)
    return tuple(documents)


def not_later(moment: datetime, now: datetime, field: str) -> datetime:
    """An instant that must not lie in the future.

    Raises:
        CaseworkError: `casework.future`.
    """
    if moment > now:
        raise CaseworkError("casework.future", field=field)
    return moment
