"""What the page of a batch shows, put into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from api import batches
from api.batch_rows import note_in
from api.explain import list_title
from api.service import Service
from api.web.words import Words
from api.work import LEASE
from graph.lists import BY_CODE
from matching.decision import Verdict
from matching.ledger import Item
from matching.ledger.items import read_body

PATIENCE: Final = timedelta(seconds=20)
"""How long it may take until somebody works on a batch: a process that died is replaced within this."""
STATED: Final = ("id", "regime", "object", "stage", "as_of", "opening_at")


class Counted(NamedTuple):
    """A verdict with how many rows have it."""

    kind: str
    word: str
    rows: int


class Progress(NamedTuple):
    """How far a batch is."""

    state: str
    """`working`, `done`, `cancelled`."""
    word: str
    rows: int
    done: int
    percent: int
    errors: int
    idle: bool
    """Whether rows wait and nobody works on them."""
    off: bool
    """Whether that is so because the installation says so."""
    can_resume: bool
    counts: tuple[Counted, ...]


class Line(NamedTuple):
    """A row with its verdict."""

    row: int
    client_id: str
    name: str
    code: str
    verdict: str
    verdict_word: str
    rules: str
    remark: str
    column: str
    error: bool
    decision_id: str


class BatchView(NamedTuple):
    """What a batch says of itself."""

    id: str
    name: str
    state: str
    format: str
    facts: tuple[tuple[str, str], ...]
    mapped: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]
    unknown: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    """Row, and what was noticed."""
    together: bool


def progress_of(service: Service, item: Item, words: Words, at: datetime) -> Progress:
    """How far a batch is, and whether anybody works on it."""
    body: batches.Batch = read_body(item, batches.Batch)
    done = body.decided + body.rejected
    working = item.state == batches.WORKING
    return Progress(
        state=item.state,
        word=words(f"batch.state.{item.state}"),
        rows=body.rows,
        done=done,
        percent=100 * done // body.rows if body.rows else 100,
        errors=body.rejected,
        idle=working and _idle(service, item, at),
        off=not service.settings.work,
        can_resume=item.state == batches.CANCELLED and body.done_parts < body.parts,
        counts=tuple(
            Counted(one.value, words.word("verdict", one.value), body.verdicts.get(one.value, 0))
            for one in reversed(Verdict)
        ),
    )


def _idle(service: Service, item: Item, at: datetime) -> bool:
    """Whether nobody holds the background work, for longer than it takes to replace a process that died."""
    holder = service.ledger.leases.holder(LEASE)
    if holder is not None and holder[1] > at:
        return False
    return not service.settings.work or at - item.changed_at > PATIENCE


def batch_view(item: Item, words: Words) -> BatchView:
    """A batch in words."""
    body: batches.Batch = read_body(item, batches.Batch)
    tender: Mapping[str, Any] = body.frame.get("tender") or {}
    facts = [
        (words("batch.at"), words.time(item.created_at)),
        (words("batch.by"), item.owner),
        (words("batch.format"), body.format.upper()),
        (words("batch.rows"), words.number(body.rows)),
    ]
    stated = [name for name in STATED if tender.get(name)]
    facts += [(words(f"batch.stated.{name}"), _stated(name, tender[name], words)) for name in stated]
    if "invoked_lists" in tender:
        codes = [
            list_title(code, words.lang) if code in BY_CODE else code for code in tender["invoked_lists"]
        ]
        facts.append((words("batch.invoked"), ", ".join(codes) or words("batch.none")))
    if body.frame.get("known_at"):
        facts.append((words("batch.known_at"), words.time(str(body.frame["known_at"]))))
    return BatchView(
        id=item.id,
        name=body.name or item.id,
        state=item.state,
        format=body.format,
        facts=tuple(facts),
        mapped=tuple((heading, field_name(field, words)) for heading, field in body.mapped_columns.items()),
        ignored=body.ignored_columns,
        unknown=body.unknown_columns,
        notes=tuple(
            (str(note.get("row") or ""), note_in(note, words.lang)["message"]) for note in body.notes
        ),
        together=body.together,
    )


def _stated(name: str, value: object, words: Words) -> str:
    if name in ("as_of", "opening_at"):
        return words.time(str(value))
    return words.known(f"batch.option.{value}", str(value))


def field_name(field: str, words: Words) -> str:
    """A field of a bidder in words; its own name where a list brings one that is taken as it is."""
    return words.known(f"batch.field.{field}", field)


def lines_of(rows: Iterable[Mapping[str, Any]], words: Words) -> tuple[Line, ...]:
    """Results as lines of the table."""
    return tuple(
        Line(
            row=row["row"],
            client_id=row["client_id"] if row["client_id"] != str(row["row"]) else "",
            name=row["name"],
            code=row["code"],
            verdict=row["verdict"],
            verdict_word=words.word("verdict", row["verdict"]),
            rules=" ".join(row["rules"]),
            remark=row["remark"],
            column=row["column"],
            error=bool(row["error"]),
            decision_id=row["decision_id"],
        )
        for row in rows
    )
