"""What the pages of objections, repairs and measures share: deadlines in words, forms, why one was refused."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar

from markupsafe import Markup, escape
from pydantic import BaseModel

from api.casework import DeadlineView
from api.errors import sentence
from api.masking import mask_text
from api.output import plain
from api.problems import RequestError, validate
from api.routes.base import invalid
from api.routes.casework import digested
from api.routes.problem import STATUS, ProblemError, from_known_error
from api.web.door import Visit
from api.web.words import Words
from graph.dates import china_day, parse_instant
from graph.messages import say
from graph.workdays import count
from matching.ledger import LedgerError

M = TypeVar("M", bound=BaseModel)
SOON: Final = 1
"""Working days left from which a deadline is near."""
DOCUMENT_ROWS: Final = 3
"""Documents that an empty form has room for; the interface takes more."""
SHOWN_AGAIN: Final = frozenset({"http.invalid", "http.conflict", "http.stale", "http.person", "http.busy"})
"""Refusals after which the form stands there again with the visitor's own words."""


class Due(NamedTuple):
    """A deadline in words."""

    day: str
    """The last day on which it is kept."""
    stage: str
    said: str
    """“2 working days left”, “overdue by 3 working days” …"""
    tone: str
    """`bad`, `warn` or `good`: only beside the words."""
    basis: str
    unsure: bool
    """Whether the holidays on the way are not known yet."""
    verified: bool


class Trouble(NamedTuple):
    """Why a form was not taken: sentences, and the fields that they are about."""

    said: tuple[str, ...]
    fields: frozenset[str]
    status: int

    def mark(self, name: str) -> Markup:
        """What says of a field that the trouble is about it."""
        return Markup(' aria-invalid="true" aria-describedby="trouble"') if name in self.fields else Markup()


class Asked(NamedTuple):
    """What a form said, to be shown again: line breaks stay, numbers of persons are masked."""

    form: Mapping[str, str]

    def __call__(self, name: str) -> Markup:
        """A field as it may stand in the form again."""
        lines = self.form.get(name, "").splitlines()
        return Markup("\n").join(escape(plain(mask_text(line))) for line in lines)


NO_TROUBLE: Final = Trouble((), frozenset(), 200)


def due_of(words: Words, due: DeadlineView | None, now: datetime) -> Due | None:
    """A deadline in words, counted in working days; None where nothing is due.

    Args:
        words: the visitor's.
        due: the deadline: the first instant after its last day.
        now: the time of the visit.
    """
    if due is None:
        return None
    last = china_day(parse_instant(due.due_at) - timedelta(microseconds=1))
    today = china_day(now)
    if today > last:
        late = count(last, today)
        said, tone = (
            words("casework.late.one")
            if late.days == 1
            else words("casework.late", days=late.days)
            if late.days
            else words("casework.late.dayoff"),
            "bad",
        )
        unsure = not late.certain
    else:
        left = count(today, last)
        said = (
            words("casework.left.one")
            if left.days == 1
            else words("casework.left", days=left.days)
            if left.days
            else words("casework.today")
        )
        tone = "warn" if left.days <= SOON else "good"
        unsure = not left.certain
    return Due(
        day=last.isoformat(),
        stage=words.known(f"casework.stage.{due.stage}", due.stage),
        said=said,
        tone=tone,
        basis=due.basis,
        unsure=unsure or not due.certain,
        verified=due.verified,
    )


def checked(visit: Visit, model: type[M], value: dict[str, Any]) -> M:
    """A form's values as the body that the HTTP interface takes.

    Raises:
        ProblemError: `http.invalid` with every error at its place.
    """
    try:
        return validate(model, value)
    except RequestError as error:
        raise invalid(visit.request, error) from None


def documents(visit: Visit) -> list[dict[str, Any]]:
    """The documents that a form names, each with its digest, and the file that came with it."""
    rows: list[dict[str, Any]] = [
        {
            "name": visit.form.get(f"document_{n}", "").strip(),
            "sha256": visit.form.get(f"sha_{n}", "").strip().lower(),
        }
        for n in document_rows(visit.form)
    ]
    found = [row for row in rows if row["name"] or row["sha256"]]
    return found if visit.upload is None else [*found, digested(visit.request, visit.upload)]


def document_rows(said: Mapping[str, str]) -> range:
    """The rows of documents in a form: those that stand there always, and those that came with files."""
    rows = DOCUMENT_ROWS
    while f"document_{rows}" in said:
        rows += 1
    return range(rows)


def again(visit: Visit) -> dict[str, str]:
    """What a form said, to be shown again: the file that came with it as a document in a row that is free, or new."""
    said = dict(visit.form)
    if visit.upload is not None and visit.upload.data:
        rows = document_rows(said)
        empty = (n for n in rows if not said.get(f"document_{n}") and not said.get(f"sha_{n}"))
        free = next(empty, len(rows))
        said[f"document_{free}"] = visit.upload.name
        said[f"sha_{free}"] = hashlib.sha256(visit.upload.data).hexdigest()
    return said


def contact(visit: Visit) -> dict[str, str]:
    """How somebody is reached, as a form says it."""
    return {
        part: visit.form.get(f"contact_{part}", "").strip() for part in ("name", "phone", "email", "address")
    }


def text(visit: Visit, name: str) -> str:
    """A text of a form, without the ends that are blank."""
    return visit.form.get(name, "").replace("\r\n", "\n").strip()


def ticked(visit: Visit, name: str) -> bool:
    """Whether a box of a form is ticked."""
    return visit.form.get(name) == "yes"


def version(visit: Visit) -> int:
    """The version of an item that the visitor saw.

    Raises:
        ProblemError: `http.stale`: the form bears none.
    """
    given = visit.form.get("version", "")
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise ProblemError("http.stale")
    return int(given)


def trouble_of(visit: Visit, error: ProblemError | LedgerError) -> Trouble:
    """What a form was refused for, in words.

    Raises:
        ProblemError, LedgerError: the error itself, where the form need not be shown again.
    """
    known = error if isinstance(error, ProblemError) else from_known_error(error, visit.lang)
    if known is None or known.code not in SHOWN_AGAIN:
        raise error
    colon = visit.words("casework.colon")
    found = [(one["pointer"].strip("/").split("/"), one["message"]) for one in known.errors or ()]
    said = [f"{_field(visit.words, place)}{colon}{message}" for place, message in found]
    if not said and known.code == "http.stale":
        said = [visit.words("casework.stale")]
    if not said and known.detail and known.code != "http.person":
        said = [known.detail]
    if not said:
        title = say("api", known.code, visit.lang)
        role = visit.words.known(f"role.{known.detail}", known.detail)
        said = [f"{title}{colon}{role}" if known.detail else title]
    return Trouble(tuple(dict.fromkeys(said)), frozenset(place[0] for place, _ in found), STATUS[known.code])


def _field(words: Words, place: list[str]) -> str:
    """The label of a field; of the inmost one that has a label."""
    for name in reversed(place):
        label = words.known(f"casework.field.{name}", "")
        if label:
            return label
    return words("casework.form")


def plainly(visit: Visit, error: Exception) -> Trouble:
    """An error that has a sentence of its own, as what a form was refused for."""
    return Trouble((sentence(error, visit.lang) or visit.words("casework.form"),), frozenset(), 422)
