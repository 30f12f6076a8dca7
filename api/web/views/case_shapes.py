"""How a case's page shows its parts, its history, and two people's changes side by side."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

import msgspec

from api import cases as shown_cases
from api.cases import CaseView
from api.masking import mask_text
from api.output import plain
from api.web.words import Words
from matching.casework import cases
from matching.casework.cases import CaseFile
from matching.ledger import Item

if TYPE_CHECKING:
    from matching.ledger import Ledger

PAGES: Final = {
    "decision": "/decisions/", "tender": "/tenders/", "objection": "/objections/", "repair": "/repairs/",
    "case": "/cases/",
}  # fmt: skip
"""Where what a case points to has a page."""
FIELDS: Final = ("title", "state", "assignee", "due_on", "summary")


class Part(NamedTuple):
    """Something that a case is tied to."""

    name: str
    """By which it is untied: of its content, so that it is the same whatever else changed."""
    kind: str
    said: str
    address: str
    note: str
    sealed_until: str


class Moment(NamedTuple):
    """Something that was done with a case."""

    at: str
    by: str
    said: str
    order: tuple[str, int]


class Side(NamedTuple):
    """A field that two people changed, or one did while the other looked at it."""

    field: str
    label: str
    before: str
    now: str
    mine: str
    both: bool
    """Whether both changed it."""


class Conflict(NamedTuple):
    """What others changed since the visitor opened the form, beside what the visitor typed."""

    by: str
    at: str
    sides: tuple[Side, ...]
    typed: Mapping[str, str]
    """What the form shows again."""


def fields_of(case: CaseFile, state: str) -> dict[str, str]:
    """The fields that the form of a case has."""
    return {
        "title": case.title, "state": state, "assignee": case.assignee, "due_on": case.due_on,
        "summary": case.summary,
    }  # fmt: skip


def as_shown(text: str) -> str:
    """A text as a form shows it: numbers of persons masked, no control characters but line ends."""
    return _written(text, mask_text)


def same_words(typed: str, kept: str) -> bool:
    """Whether a form's text is the stored one, or the one with masks that the form was made with.

    Two numbers with the same mask are two texts.
    """
    return _written(typed, str) in (_written(kept, str), as_shown(kept))


def _written(text: str, said: Callable[[str], str]) -> str:
    return "\n".join(plain(said(line)).rstrip() for line in text.splitlines()).strip()


def name_of(part: msgspec.Struct) -> str:
    """A part by its content."""
    return hashlib.sha256(msgspec.json.encode(part, order="sorted")).hexdigest()[:24]


def label_of(field: str, words: Words) -> str:
    """The label of a field."""
    return words.known(f"case.field.{field}", field)


def conflict_of(
    words: Words, item: Item, base: Mapping[str, str], now: Mapping[str, str], mine: Mapping[str, str]
) -> Conflict:
    """Both sides, field by field."""
    sides = []
    for field in FIELDS:
        theirs, ours = not same_words(now[field], base[field]), field in mine
        if theirs or ours:
            sides.append(
                Side(
                    field=field,
                    label=label_of(field, words),
                    before=_value(field, base[field], words),
                    now=_value(field, now[field], words),
                    mine=_value(field, mine[field], words) if ours else "",
                    both=theirs and ours and not same_words(now[field], mine[field]),
                )
            )
    return Conflict(by=item.actor, at=words.time(item.changed_at), sides=tuple(sides), typed={**now, **mine})


def _value(field: str, value: str, words: Words) -> str:
    if field == "state":
        return words("case.state.open") if value == "open" else words("case.state.closed")
    return value or "–"


def parts_of(case: CaseFile, words: Words) -> tuple[Part, ...]:
    """What a case is tied to, in one table."""
    found = [
        Part(
            name=name_of(one),
            kind=words("case.kind.party"),
            said=one.name or one.code or one.id,
            address=f"/parties/{quote(one.id)}" if one.id else "",
            note=" · ".join(filter(None, (one.code, one.role))),
            sealed_until="",
        )
        for one in case.parties
    ]
    found += [
        Part(
            name=name_of(one),
            kind=words("case.kind.decision"),
            said=one.decision_id,
            address=f"/decisions/{quote(one.decision_id)}",
            note=one.remark,
            sealed_until="" if one.actor or one.opening_at is None else words.time(one.opening_at),
        )
        for one in case.decisions
    ]
    found += [
        Part(
            name=name_of(one),
            kind=words.known(f"case.kind.{one.kind}", one.kind),
            said=one.title or one.ref,
            address=address_of(one.kind, one.ref),
            note=one.ref if one.title else "",
            sealed_until="",
        )
        for one in case.links
    ]
    return tuple(found)


def address_of(kind: str, ref: str) -> str:
    """The page of what a link points to; none where it is no page of this program."""
    if kind == "page":
        own = (
            ref.startswith("/")
            and not ref.startswith(("//", "/\\"))
            and ref.isprintable()
            and "\\" not in ref
        )
        return quote(ref, safe="/?=&#%:") if own else ""
    return f"{PAGES[kind]}{quote(ref, safe='')}" if kind in PAGES else ""


def moments_of(ledger: Ledger, item: Item, view: CaseView, words: Words) -> tuple[Moment, ...]:
    """What was done with a case, by whom and when, newest first."""
    versions = ledger.items.history(cases.KIND, item.id, tenant=item.tenant)
    history = shown_cases.history_view(versions)
    found: list[Moment] = []
    state = ""
    for one in history.versions:
        found.append(Moment(words.time(one.at), one.by, _step(one, state, words), (one.at, one.version)))
        state = one.state
    found += [
        Moment(words.time(note.at), note.by, words("case.did.note"), (note.at, 10**6 + place))
        for place, note in enumerate(view.notes)
    ]
    found += [
        Moment(words.time(one.taken_at), one.taken_by, words("case.did.freeze"), (one.taken_at, 10**7))
        for one in view.snapshots
    ]
    return tuple(sorted(found, key=lambda one: one.order, reverse=True))


def _step(one: Any, before: str, words: Words) -> str:
    if one.version == 1:
        return words("case.did.open")
    fields = [
        label_of(name, words) for name in one.changed if name not in ("reason", "closed_at", "opened_at")
    ]
    said = []
    if before != one.state:
        said.append(words("case.did.close") if one.state == "closed" else words("case.did.reopen"))
    if fields:
        said.append(words("case.did.change", fields=words("case.comma").join(fields)))
    return " · ".join(said) or words("case.did.reason")
