"""Pages of a batch's rows: whole and of one kind, in order, whatever the parts are."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from api.batch_pages import counts, rows_page
from api.batch_rows import ERRORS, KINDS, kinds_of, note_in, tally
from api.batches import (
    BATCH,
    CANCELLED,
    DONE,
    PART,
    WORKING,
    Batch,
    Part,
    cancel,
    may_see,
    part_id,
    resume,
    work,
)
from api.bootstrap import now
from api.work import Parts
from matching.ledger import Draft, Item, Ledger, LedgerError, Viewer, open_ledger
from matching.ledger.schema import item_version

VERDICTS = KINDS[:-1]
ROW = st.tuples(st.sampled_from(VERDICTS), st.booleans())


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    found = open_ledger(f"sqlite:///{tmp_path_factory.mktemp('rows') / 'ledger.db'}")
    yield found
    found.close()


def batch(ledger: Ledger, identity: str, parts: list[list[dict[str, Any]]], *, counted: bool) -> Item:
    """A batch that is done, with these results by part."""
    body = Batch(
        name="", format="csv", frame={}, together=False, rows=sum(map(len, parts)), parts=len(parts),
        done_parts=len(parts), tallies=tuple(tally(rows) for rows in parts) if counted else (),
    )  # fmt: skip
    drafts = [(Draft(kind=BATCH, id=identity, state=DONE, body=msgspec.json.encode(body)), None)]
    for number, rows in enumerate(parts):
        data = msgspec.json.encode(Part(results=tuple(rows)))
        drafts.append((Draft(kind=PART, id=part_id(identity, number), state=DONE, body=data), None))
    return ledger.items.put_many(drafts, tenant="t", actor="a", at=now())[0]


def results(parts: list[list[tuple[str, bool]]]) -> list[list[dict[str, Any]]]:
    """Rows numbered through, with their verdicts; those that are wrong are UNDETERMINED."""
    number = 0
    made = []
    for part in parts:
        rows = []
        for verdict, wrong in part:
            number += 1
            row: dict[str, Any] = {"row": number, "verdict": "UNDETERMINED" if wrong else verdict}
            rows.append({**row, "error": {}} if wrong else row)
        made.append(rows)
    return made


@settings(
    max_examples=40,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    parts=st.lists(st.lists(ROW, max_size=7), max_size=6),
    kind=st.sampled_from(["", *KINDS]),
    size=st.integers(1, 9),
    counted=st.booleans(),
)
def test_pages_together_are_all_rows_of_a_kind_once_and_in_order(
    ledger: Ledger, parts: list[list[tuple[str, bool]]], kind: str, size: int, counted: bool
) -> None:
    made = results(parts)
    item = batch(ledger, str(uuid.uuid4()), made, counted=counted)
    wanted = [row for rows in made for row in rows if not kind or kind in kinds_of(row)]
    first = rows_page(ledger, item, kind=kind, number=1, size=size)
    seen = list(first.rows)
    for number in range(2, first.pages + 1):
        page = rows_page(ledger, item, kind=kind, number=number, size=size)
        assert page.first == len(seen) + 1
        assert len(seen) == (number - 1) * size
        seen += page.rows
    assert seen == wanted
    assert first.total == len(wanted)
    assert counts(ledger, item) == {
        one: sum(one in kinds_of(row) for rows in made for row in rows) for one in KINDS
    }
    beyond = rows_page(ledger, item, kind=kind, number=first.pages + 5, size=size)
    assert beyond.number == first.pages
    assert list(beyond.rows) == wanted[(first.pages - 1) * size :]


def test_a_row_that_is_wrong_counts_twice_and_once_in_all() -> None:
    assert kinds_of({"verdict": "UNDETERMINED", "error": {"code": "x"}}) == ("UNDETERMINED", ERRORS)
    assert sum(tally([{"verdict": "UNDETERMINED", "error": {}}])) == 2
    assert kinds_of({"verdict": "BLOCK"}) == ("BLOCK",)


def test_a_note_reads_in_both_languages_also_one_that_was_kept_in_one() -> None:
    assert note_in({"code": "x", "message": {"zh": "甲", "en": "a"}}, "zh")["message"] == "甲"
    assert note_in({"code": "x", "message": "only one"}, "zh")["message"] == "only one"


def test_who_stops_or_goes_on_with_a_batch_is_on_record_and_its_owner_still_sees_it(ledger: Ledger) -> None:
    opening = now() + timedelta(days=1)
    body = Batch(name="", format="csv", frame={}, together=False, rows=1, parts=1)
    draft = Draft(
        kind=BATCH,
        id="moved",
        state=WORKING,
        body=msgspec.json.encode(body),
        opening_at=opening,
        due_at=now(),
    )
    ledger.items.put(draft, tenant="t", actor="key:owner", at=now())
    stopped = cancel(ledger, "moved", tenant="t", actor="user:clerk", at=now())
    assert (stopped.state, stopped.actor, stopped.owner) == (CANCELLED, "user:clerk", "key:owner")
    further = resume(ledger, "moved", tenant="t", actor="user:other", at=now())
    assert (further.state, further.actor, further.owner) == (WORKING, "user:other", "key:owner")
    assert further.due_at is not None
    roles = frozenset({"platform"})
    assert may_see(further, Viewer(tenant="t", roles=roles, principal="key:owner"), now())
    assert not may_see(further, Viewer(tenant="t", roles=roles, principal="user:other"), now())


def test_a_batch_that_fails_holds_up_no_other(ledger: Ledger) -> None:
    body = msgspec.json.encode(Batch(name="", format="csv", frame={}, together=False, rows=1, parts=1))
    for name in ("breaks", "behind"):
        draft = Draft(kind=BATCH, id=name, state=WORKING, body=body, due_at=now() - timedelta(hours=1))
        ledger.items.put(draft, tenant=name, actor="a", at=now())
    part = Draft(kind=PART, id=part_id("breaks", 0), state=WORKING, body=b"{}")
    ledger.items.put(part, tenant="breaks", actor="a", at=now())
    with ledger._engine.begin() as connection:
        connection.execute(
            update(item_version).where(item_version.c.id == part_id("breaks", 0)).values(body=b"[]")
        )
    parts = Parts(cast(Any, SimpleNamespace(ledger=ledger)), threading.Event())
    with pytest.raises(LedgerError, match=r"ledger\.tampered"):
        work(parts, now())
    waiting, other = (ledger.items.get(BATCH, name, tenant=name) for name in ("breaks", "behind"))
    assert waiting is not None
    assert other is not None
    assert waiting.state == WORKING
    # its rows are gone: it is closed
    assert other.state == CANCELLED
