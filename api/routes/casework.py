"""What the routes of objections, repairs and cases share: bodies, refused steps as problems, who counts as human."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Request
from pydantic import Field

from api import bootstrap
from api.errors import CommandError, sentence
from api.principals import Principal
from api.routes.access import asking
from api.routes.base import lang_of, refused, service
from api.routes.problem import ProblemError
from api.uploads import Upload
from graph.messages import say
from matching.casework.base import CaseworkError, ContactDetails, NamedDocument
from matching.ledger import Item, visible
from matching.request import Contact, Model, Short, Text

Limit = Annotated[int, Field(ge=1, le=500)]
MOST_DOCUMENTS = 50


_LONGEST_TYPE = 100
_TYPE = "[A-Za-z0-9.+_-]+/[A-Za-z0-9.+_-]+"


class DocumentRef(Model):
    """A document that somebody relies on: kept elsewhere, named by its SHA-256."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=0, le=2**53)] = 0
    type: Annotated[str, Field(max_length=_LONGEST_TYPE, pattern=f"^({_TYPE})?$")] = ""


IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The version that you saw (`ETag`); without it 428, and 412 where somebody was faster.",
    "schema": {"type": "string"},
}
Documents = Annotated[tuple[DocumentRef, ...], Field(max_length=MOST_DOCUMENTS)]
Reason = Text
Name = Short


def documents_of(given: tuple[DocumentRef, ...]) -> tuple[NamedDocument, ...]:
    """Documents as they are recorded."""
    return tuple(
        NamedDocument(name=one.name, sha256=one.sha256, size=one.size, type=one.type) for one in given
    )


def digested(request: Request, sent: Upload) -> dict[str, Any]:
    """A file that was sent, as a document is named: by name, size, type and digest; the file itself is let go.

    Raises:
        ProblemError: `http.invalid`: it is empty.
    """
    if not sent.data:
        raise refused(request, "/documents", "casework.file_empty")
    return {
        "name": sent.name,
        "sha256": hashlib.sha256(sent.data).hexdigest(),
        "size": len(sent.data),
        "type": sent.media if len(sent.media) <= _LONGEST_TYPE and re.fullmatch(_TYPE, sent.media) else "",
    }


def contact_of(given: Contact) -> ContactDetails:
    """A contact as it is recorded."""
    return ContactDetails(name=given.name, phone=given.phone, email=given.email, address=given.address)


def human(request: Request) -> Principal:
    """Whoever asks, if that is a human being: a person who signed in, or the operator at this machine.

    Raises:
        ProblemError: `http.person`: a key decides nothing about anybody (个人信息保护法 24).
    """
    who = asking(request)
    if not (who.person or who.id == "local"):
        raise ProblemError("http.person")
    return who


@contextmanager
def refusals(request: Request) -> Iterator[None]:
    """Turn what casework refuses into problems: a step that the state forbids is a conflict, the rest is invalid.

    Raises:
        ProblemError: `http.conflict`, `http.invalid` with the sentence at its place.
    """
    try:
        yield
    except CaseworkError as error:
        lang = lang_of(request)
        said = say("matching", error.code, lang, **error.params)
        if not error.field:
            raise ProblemError("http.conflict", detail=said) from None
        found = {"pointer": error.field, "code": error.code, "message": said}
        raise ProblemError("http.invalid", errors=[found]) from None
    except CommandError as error:
        raise ProblemError("http.invalid", detail=sentence(error, lang_of(request)) or "") from None


def item_of(request: Request, kind: str, name: str) -> Item:
    """An item of the caller's tenant that the caller may see.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`.
    """
    who = asking(request)
    item = service(request).ledger.items.get(kind, name, tenant=who.tenant)
    if item is None:
        raise ProblemError("http.not_found")
    if not visible(item, who.viewer, bootstrap.now()):
        raise ProblemError("http.sealed")
    if item.body is None:
        raise ProblemError("http.erased")
    return item
