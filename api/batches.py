"""Batches: a list of bidders taken in at once, decided in the background, row by row accounted for.

A batch is an item of the ledger and its rows lie in parts of it. A part's decisions, its results and the batch's
progress are recorded by one commit, so that a worker that is killed leaves a part undone or done, never half: no row
is decided twice and none is lost.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
import uuid_utils

from api.batch_rows import tally
from api.errors import log_unexpected
from api.masking import mask_value
from api.problems import Problem, RequestError
from api.rows import bidder_row
from api.screening import (
    MAX_BIDDERS,
    InputRow,
    RejectedRow,
    check_rows,
    group_rows,
    make_asks,
    rejected_row,
    with_doubt,
)
from graph.generation import GenerationError
from graph.messages import Lang, say
from graph.store import StoreError
from matching.decision import Verdict, strictest
from matching.ledger import Draft, Item, LedgerError, Viewer, visible
from matching.ledger.items import read_body
from matching.ledger.together import record_together

if TYPE_CHECKING:
    from api.service import Service
    from api.work import Parts
    from matching.ledger import Ledger

BATCH: Final = "batch"
PART: Final = "batch_part"
WORKING, DONE, CANCELLED = "working", "done", "cancelled"
PART_ROWS: Final = 50
"""Rows whose decisions are recorded together."""
MOST_ROWS: Final = 20_000
TURN_SECONDS: Final = 2.0
"""How long batches are worked on before other jobs have their turn."""
_TRIES: Final = 20


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch says of itself; its rows lie in its parts."""

    name: str
    format: str
    frame: dict[str, Any]
    together: bool
    rows: int
    parts: int
    decided: int = 0
    rejected: int = 0
    verdicts: dict[str, int] = {}
    done_parts: int = 0
    unknown_columns: tuple[str, ...] = ()
    mapped_columns: dict[str, str] = {}
    """By heading, the field that it was read as."""
    ignored_columns: tuple[str, ...] = ()
    notes: tuple[dict[str, Any], ...] = ()
    tallies: tuple[tuple[int, ...], ...] = ()
    """By part that is done, its rows by `batch_rows.KINDS`; empty for a batch that was begun without counting."""


class Bad(msgspec.Struct, frozen=True, kw_only=True):
    """A row that can't be decided: where, and why in both languages."""

    row: int
    column: str
    code: str
    name: str = ""
    client_id: str = ""
    message: dict[str, str]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows: the groups that are decided together, the rows that can't be, and what came of them."""

    groups: tuple[tuple[InputRow, ...], ...] = ()
    bad: tuple[Bad, ...] = ()
    results: tuple[dict[str, Any], ...] = ()


class Reading(NamedTuple):
    """A list as it was read, before anything is recorded."""

    format: str
    rows: Sequence[InputRow]
    bad: Sequence[Bad]
    unknown: Sequence[str]
    notes: Sequence[Mapping[str, Any]]
    mapped: Mapping[str, str] = {}
    ignored: Sequence[str] = ()


def create(
    ledger: Ledger,
    reading: Reading,
    *,
    name: str,
    frame: Mapping[str, Any],
    together: bool,
    tenant: str,
    actor: str,
    at: datetime,
    opening_at: datetime | None,
) -> Item:
    """Record a batch with all its rows by one commit; the background work begins with it.

    Args:
        ledger: where.
        reading: the list.
        name: what people call it.
        frame: what all rows share (`tender`, `known_at`).
        together: all rows bid in the one tender that the frame names.
        tenant: whose it is.
        actor: who hands it in, and in whose name its rows are decided.
        at: now.
        opening_at: until then nobody else sees who bids (招标投标法 22).

    Raises:
        RequestError: the frame is wrong, or a project has more bidders than a request may have.
        LedgerError: nothing was kept.
    """
    sound, bad = _checked(reading.rows)
    bad = sorted([*reading.bad, *bad], key=lambda one: one.row)
    # a wrong frame is the caller's affair now, not the worker's later
    make_asks(sound[:1], frame, together, "en")
    groups = group_rows(sound, together)
    if any(len(group) > MAX_BIDDERS for group in groups):
        raise RequestError([Problem(pointer="/bidders", code="body.long", params={"limit": MAX_BIDDERS})])
    parts = list(_parts(groups, bad))
    identity = str(uuid_utils.uuid7())
    body = Batch(
        name=name,
        format=reading.format,
        frame=dict(frame),
        together=together,
        rows=len(sound) + len(bad),
        parts=len(parts),
        unknown_columns=tuple(reading.unknown),
        mapped_columns=dict(reading.mapped),
        ignored_columns=tuple(reading.ignored),
        notes=tuple(dict(note) for note in reading.notes),
    )
    drafts: list[tuple[Draft, int | None]] = [
        (_draft(BATCH, identity, WORKING, body, opening_at, due=at), None),
        *(
            (_draft(PART, part_id(identity, number), WORKING, part, opening_at), None)
            for number, part in enumerate(parts)
        ),
    ]
    return record_together(ledger, (), drafts, tenant=tenant, actor=actor, at=at)[0]


def _checked(rows: Sequence[InputRow]) -> tuple[list[InputRow], list[Bad]]:
    """The rows that are bidders, and what is wrong with the others, in both languages."""
    sound, english = check_rows(rows, "en")
    if not english:
        return sound, []
    chinese = {one.row: one.message for one in check_rows(rows, "zh")[1]}
    return sound, [
        Bad(
            row=one.row,
            column="",
            code="row.invalid",
            name=one.name,
            client_id=one.client_id,
            message={"en": one.message, "zh": chinese.get(one.row, one.message)},
        )
        for one in english
    ]


def _parts(groups: Iterable[Sequence[InputRow]], bad: Sequence[Bad]) -> Iterator[Part]:
    """Rows in the order of the list, so many together; rows of one project stay together."""
    units: list[tuple[int, Sequence[InputRow], Bad | None]] = [
        (group[0].row, group, None) for group in groups
    ]
    units += [(one.row, (), one) for one in bad]
    units.sort(key=lambda unit: unit[0])
    inside: list[tuple[int, Sequence[InputRow], Bad | None]] = []
    count = 0
    for unit in units:
        size = len(unit[1]) or 1
        if inside and count + size > PART_ROWS:
            yield _part(inside)
            inside, count = [], 0
        inside.append(unit)
        count += size
    if inside or not units:
        yield _part(inside)


def _part(units: Iterable[tuple[int, Sequence[InputRow], Bad | None]]) -> Part:
    taken = list(units)
    return Part(
        groups=tuple(tuple(group) for _, group, one in taken if one is None),
        bad=tuple(one for _, _, one in taken if one is not None),
    )


def part_id(batch: str, number: int) -> str:
    """The name of a part: of its batch, and its number in it."""
    return f"{batch}.{number:05d}"


def _draft(
    kind: str,
    identity: str,
    state: str,
    body: Batch | Part,
    opening: datetime | None,
    due: datetime | None = None,
    about: Sequence[str] = (),
) -> Draft:
    keys = (identity.partition(".")[0], *about) if kind == PART else ()
    return Draft(
        kind=kind, id=identity, state=state, body=msgspec.json.encode(body), keys=keys, opening_at=opening, due_at=due
    )  # fmt: skip


# the background work


def work(parts: Parts, at: datetime) -> None:
    """Decide some of the rows that wait, the batch that waits longest first; a job of `api.work`.

    Raises:
        Exception: the first failure, after all other batches had their turn.
    """
    service = parts.service
    until = time.monotonic() + TURN_SECONDS
    failed: Exception | None = None
    for found in service.ledger.items.due(BATCH, by=at, state=WORKING, limit=50):
        item: Item | None = found
        while item is not None and item.state == WORKING and time.monotonic() < until:
            parts.go_on()
            begun = time.monotonic()
            try:
                item = step(service, item)
            except Exception as error:  # noqa: BLE001 - one batch holds up nobody else's, and takes none of their time
                failed, item, until = failed or error, None, until + time.monotonic() - begun
    if failed is not None:
        raise failed


def step(service: Service, item: Item) -> Item | None:
    """Decide the next part of a batch; the batch as it is then, None where it was erased meanwhile.

    Raises:
        GenerationError, StoreError, LedgerError: nothing was decided; the batch waits.
    """
    from api import bootstrap

    ledger = service.ledger
    body: Batch = read_body(item, Batch)
    now = bootstrap.now()
    found = ledger.items.get(PART, part_id(item.id, body.done_parts), tenant=item.tenant)
    if found is None or found.body is None:
        return _close(ledger, item, body, now)
    part: Part = read_body(found, Part)
    results: list[dict[str, Any]] = [_told_bad(one) for one in part.bad]
    entries = []
    with service.held() as lease:
        seq = ledger.reviews_seq()
        for group in part.groups:
            try:
                ask = make_asks(group, body.frame, True, "en")[0][0]
                entry = lease.screener.prepare(ask.request, now, None, None, item.tenant, item.owner, seq)
                told = [_told(entry.decision, index, row) for index, row in enumerate(ask.rows)]
            except (GenerationError, StoreError, LedgerError):
                raise
            except Exception as error:  # noqa: BLE001 - rows that can't be decided never hold up the others
                log_unexpected(error, service.settings.logs)
                results += [_told_bad(_undecided(row)) for row in group]
            else:
                entries.append(entry)
                results += told
    results.sort(key=lambda one: int(one["row"]))
    counts = dict(body.verdicts)
    for one in results:
        counts[one["verdict"]] = counts.get(one["verdict"], 0) + 1
    done = msgspec.structs.replace(
        body,
        decided=body.decided + sum(len(group) for group in part.groups),
        rejected=body.rejected + len(part.bad),
        verdicts=counts,
        done_parts=body.done_parts + 1,
        tallies=(*body.tallies, tally(results)) if len(body.tallies) == body.done_parts else (),
    )
    last = done.done_parts >= done.parts
    state, due = (DONE, None) if last else (WORKING, now)
    whole = _draft(BATCH, item.id, state, done, item.opening_at, due=due)
    about = sorted({f"decision:{one['decision_id']}" for one in results if one["decision_id"]})
    mine = _draft(PART, found.id, DONE, Part(results=tuple(results)), item.opening_at, about=about)
    drafts = [(whole, item.version), (mine, found.version)]
    try:
        return record_together(ledger, entries, drafts, tenant=item.tenant, actor=item.owner, at=now)[0]
    except LedgerError as error:
        if error.code not in ("ledger.item_stale", "ledger.no_item"):
            raise
        # cancelled or deleted meanwhile: nothing of this part was decided
        return ledger.items.get(BATCH, item.id, tenant=item.tenant)


def _close(ledger: Ledger, item: Item, body: Batch, at: datetime) -> Item | None:
    """End a batch whose parts are gone."""
    draft = _draft(BATCH, item.id, CANCELLED, body, item.opening_at)
    return ledger.items.put(draft, tenant=item.tenant, actor=item.owner, at=at, expect=item.version)


def _told(decision: Any, index: int, row: InputRow) -> dict[str, Any]:
    """A row's result, with its sentences in both languages."""
    told = {lang: with_doubt(bidder_row(decision, index, lang, row=row.row), row, lang) for lang in _LANGS}
    return _both(told)


def _told_bad(one: Bad) -> dict[str, Any]:
    told = {}
    for lang in _LANGS:
        rejected = RejectedRow(row=one.row, client_id=one.client_id, name=one.name, message=one.message[lang])
        told[lang] = mask_value(rejected_row(rejected, lang))
    return {**_both(told), "error": {"column": one.column, "code": one.code}}


def _undecided(row: InputRow) -> Bad:
    """A row at which the program itself failed: UNDETERMINED, never clear."""
    name = str(row.fields.get("name", ""))
    message: dict[str, str] = {lang: say("api", "batch.undecided", lang) for lang in _LANGS}
    return Bad(
        row=row.row, column="", code="batch.undecided", name=name, client_id=row.client_id, message=message
    )


def _both(told: Mapping[Lang, dict[str, Any]]) -> dict[str, Any]:
    return {**told["en"], "remark": {lang: told[lang]["remark"] for lang in _LANGS}}


_LANGS: tuple[Lang, ...] = ("zh", "en")


def go_on(service: Service, item: Item, seconds: float) -> Item | None:
    """Decide rows of one batch for so long, where nobody works in the background; the batch as it is then."""
    until = time.monotonic() + seconds
    left: Item | None = item
    while left is not None and left.state == WORKING and time.monotonic() < until:
        left = step(service, left)
    return left


# what callers do


def may_see(item: Item, viewer: Viewer, at: datetime) -> bool:
    """Whether a viewer may see a batch: one of sealed bids only whoever handed it in, till the opening."""
    return visible(msgspec.structs.replace(item, actor=item.owner), viewer, at)


def cancel(ledger: Ledger, identity: str, *, tenant: str, actor: str, at: datetime) -> Item:
    """End a batch that is being worked on; what was decided stays. One that has ended stays as it is.

    Raises:
        LedgerError: `ledger.no_item`, `ledger.erased`, `ledger.busy`.
    """
    return _moved(ledger, identity, WORKING, CANCELLED, tenant=tenant, actor=actor, at=at)


def resume(ledger: Ledger, identity: str, *, tenant: str, actor: str, at: datetime) -> Item:
    """Go on with a batch that was cancelled, from the first row that is not decided; others stay as they are.

    Raises:
        LedgerError: `ledger.no_item`, `ledger.erased`, `ledger.busy`.
    """
    return _moved(ledger, identity, CANCELLED, WORKING, tenant=tenant, actor=actor, at=at)


def _moved(
    ledger: Ledger, identity: str, before: str, after: str, *, tenant: str, actor: str, at: datetime
) -> Item:
    """A batch in another state, recorded as the act of whoever asked; its background work may be quicker."""
    for _ in range(_TRIES):
        item = ledger.items.get(BATCH, identity, tenant=tenant)
        if item is None:
            raise LedgerError("ledger.no_item", kind=BATCH, id=identity)
        body: Batch = read_body(item, Batch)
        if item.state != before or body.done_parts >= body.parts:
            return item
        due = at if after == WORKING else None
        draft = _draft(BATCH, identity, after, body, item.opening_at, due=due)
        try:
            return ledger.items.put(draft, tenant=tenant, actor=actor, at=at, expect=item.version)
        except LedgerError as error:
            if error.code != "ledger.item_stale":
                raise
    raise LedgerError("ledger.busy", path=ledger.where)


def delete(ledger: Ledger, identity: str, *, tenant: str, actor: str, at: datetime) -> None:
    """End a batch and blank its rows and results; the decisions stay, with the proof of what was asked.

    Raises:
        LedgerError: `ledger.no_item`, `ledger.erased`; `ledger.busy`: where it is blanked but the files still hold it,
            asking again clears them.
    """
    try:
        item = cancel(ledger, identity, tenant=tenant, actor=actor, at=at)
    except LedgerError as error:
        if error.code == "ledger.erased":
            ledger.items.erase(BATCH, identity, tenant=tenant, actor=actor, at=at)
        raise
    body: Batch = read_body(item, Batch)
    for number in range(body.parts):
        ledger.items.erase(PART, part_id(identity, number), tenant=tenant, actor=actor, at=at, last=False)
    ledger.items.erase(BATCH, identity, tenant=tenant, actor=actor, at=at)


def verdict(body: Batch) -> Verdict | None:
    """The strictest verdict so far; None where nothing is decided yet."""
    return strictest(Verdict(one) for one in body.verdicts) if body.verdicts else None


__all__ = [
    "BATCH", "CANCELLED", "DONE", "MOST_ROWS", "PART", "WORKING", "Bad", "Batch", "Part", "Reading",
    "cancel", "create", "delete", "go_on", "may_see", "part_id", "resume", "step", "verdict", "work",
]  # fmt: skip
