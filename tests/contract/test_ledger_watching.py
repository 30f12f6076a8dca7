"""Leases, watched rows, steps and the outbox, on every database of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from matching.decision import Decision
from matching.ledger import Draft, Entry, Ledger, LedgerError, open_ledger
from matching.ledger.deliveries import DEAD, DELIVERED, Delivery
from matching.ledger.leases import LEASE
from matching.ledger.schema import watch_change
from matching.ledger.watching import SCREENED, WAITING
from matching.ledger.watchrows import NewWatched, Outcome, Told, Watched

TENANT = "linjiang"
DRAFT = Draft(kind="monitor", id="m1", state="active", body=b"{}")
Make = Callable[..., Decision]


def add(ledger: Ledger, noon: datetime, count: int = 2, name: str = "m1", **more: Any) -> list[Watched]:
    rows = [NewWatched(ref=f"r{n}", traces=b"t", party=b"{}") for n in range(count)]
    draft = Draft(
        kind="monitor", id=name, state="active", body=b"{}", opening_at=more.pop("opening_at", None)
    )
    ledger.watching.add(draft, rows, tenant=TENANT, actor="key:a", at=noon, **more)
    return ledger.watching.of("monitor", name, tenant=TENANT)


def outcome(row: Watched, *changes: bytes, **more: Any) -> Outcome:
    return Outcome(
        row=row, found=b"{}", traces=b"u", due_at=more.pop("due_at", None), changes=changes, **more
    )


def test_one_holds_the_lease_until_it_says_nothing_for_long(ledger: Ledger, noon: datetime) -> None:
    leases = ledger.leases
    assert leases.take("work", "a", noon)
    assert not leases.take("work", "b", noon)
    assert leases.take("work", "a", noon + LEASE / 2)
    assert not leases.take("work", "b", noon + LEASE)
    assert leases.take("work", "b", noon + LEASE * 1.5)
    assert not leases.take("work", "a", noon + LEASE * 1.6)
    assert leases.holder("work") == ("b", noon + LEASE * 2.5)
    leases.release("work", "a")
    assert leases.holder("work") is not None
    leases.release("work", "b")
    assert leases.take("work", "a", noon)
    assert leases.take("other", "b", noon)


def test_a_clock_that_was_set_back_does_not_leave_the_work_undone(ledger: Ledger, noon: datetime) -> None:
    assert ledger.leases.take("work", "a", noon + timedelta(days=1))
    assert ledger.leases.take("work", "b", noon)


def test_the_diary_counts_what_went_well_and_what_failed(ledger: Ledger, noon: datetime) -> None:
    for error in ("", "OSError", ""):
        ledger.leases.started("tidy", noon)
        assert ledger.leases.runs()["tidy"].ended_at is None
        ledger.leases.ended("tidy", noon, error)
    run = ledger.leases.runs()["tidy"]
    assert (run.done, run.failed, run.error, run.ended_at) == (2, 1, "", noon)


def test_rows_come_back_as_they_were_and_in_order(ledger: Ledger, noon: datetime) -> None:
    opening = noon + timedelta(days=1)
    rows = add(ledger, noon, 3, opening_at=opening, owner="key:owner")
    assert [(row.ref, row.state, row.owner, row.opening_at) for row in rows] == [
        (f"r{n}", WAITING, "key:owner", opening) for n in range(3)
    ]
    more = add(ledger, noon, 1, expect=1)
    assert [row.ref for row in more] == ["r0", "r1", "r2", "r0"]
    assert [row.id for row in more] == sorted(row.id for row in more)
    assert list(ledger.watching.traces()) == [(row.id, b"t") for row in more]
    assert [row.id for row in ledger.watching.after(more[1].id, 10)] == [more[2].id, more[3].id]
    assert ledger.watching.count("monitor", "m1", tenant="other") == 0
    with pytest.raises(LedgerError, match="item_stale"):
        add(ledger, noon, 1, expect=1)
    assert ledger.watching.count("monitor", "m1", tenant=TENANT) == 4
    ledger.watching.end(DRAFT, tenant=TENANT, actor="key:a", at=noon, expect=2)
    assert not ledger.watching.any()


def test_a_step_keeps_everything_or_nothing(ledger: Ledger, noon: datetime, make_decision: Make) -> None:
    first, second = add(ledger, noon)
    entry = Entry(
        decision=make_decision("d1"), request=b"{}", tenant=TENANT, actor="key:a", opening_at=None, at=noon
    )
    alert = Draft(kind="alert", id="a1", state="open", body=b"{}")
    seen: list[Told] = []

    def messages(told: list[Told]) -> list[Delivery]:
        seen.extend(told)
        return [delivery("msg_1", noon)]

    told = ledger.watching.step(
        [outcome(first, b"one", b"two", entry=entry, drafts=((alert, None),), due_at=noon), outcome(second)],
        at=noon,
        progress=("work", 0, b"1"),
        messages=messages,
    )
    assert told == seen
    assert [(one.item, one.changes) for one in told] == [("m1", 2)]
    assert [one.body for one in ledger.watching.changes(tenant=TENANT)] == [b"one", b"two"]
    assert (
        ledger.watching.changes(tenant=TENANT)[1].seq
        == told[0].last
        == ledger.watching.last_change(tenant=TENANT)
    )
    assert ledger.watching.changes(tenant="other") == []
    assert ledger.decision("d1", tenant=TENANT) is not None
    assert ledger.items.get("alert", "a1", tenant=TENANT) is not None
    assert [one.id for one in ledger.deliveries.due(noon, 10)] == ["msg_1"]
    kept = ledger.watching.take([first.id, second.id])
    assert [(row.state, row.version, row.traces, row.found) for row in kept] == [
        (SCREENED, 2, b"u", b"{}")
    ] * 2
    assert [row.id for row in ledger.watching.due(noon, 10)] == [first.id]
    assert ledger.watching.waiting(10) == []
    with pytest.raises(LedgerError, match="stale_work"):
        ledger.watching.step([outcome(kept[0], b"three")], at=noon, progress=("work", 0, b"2"))
    with pytest.raises(LedgerError, match="item_exists"):
        ledger.watching.step(
            [outcome(kept[0], b"three", drafts=((alert, None),))], at=noon, progress=("work", 1, b"2")
        )
    progress = ledger.watching.progress("work")
    assert progress is not None
    assert (progress.version, progress.value) == (1, b"1")
    assert len(ledger.watching.changes(tenant=TENANT)) == 2
    assert ledger.verify().ok


def test_whoever_changed_meanwhile_is_left_alone(ledger: Ledger, noon: datetime) -> None:
    first, second = add(ledger, noon)
    ledger.watching.step([outcome(first, b"one")], at=noon)
    ledger.watching.remove(DRAFT, second.id, tenant=TENANT, actor="key:a", at=noon, expect=1)
    assert ledger.watching.step([outcome(first, b"again"), outcome(second, b"gone")], at=noon) == []
    assert [one.body for one in ledger.watching.changes(tenant=TENANT)] == [b"one"]


def test_more_changes_than_one_event_holds_keep_their_order(ledger: Ledger, noon: datetime) -> None:
    (row,) = add(ledger, noon, 1)
    bodies = [str(n).encode() for n in range(5_000)]
    assert [one.changes for one in ledger.watching.step([outcome(row, *bodies)], at=noon)] == [4_096, 904]
    found, after = [], 0
    while page := ledger.watching.changes(tenant=TENANT, after=after, limit=999):
        found += [one.body for one in page]
        after = page[-1].seq
    assert found == bodies
    assert ledger.verify().ok


def test_a_change_that_somebody_altered_or_took_away_is_found(ledger: Ledger, noon: datetime) -> None:
    (row,) = add(ledger, noon, 1)
    ledger.watching.step([outcome(row, b"one", b"two")], at=noon)
    first = ledger.watching.changes(tenant=TENANT)[0]
    for body in (b"other", None):
        with ledger._engine.begin() as connection:
            connection.execute(update(watch_change).where(watch_change.c.seq == first.seq).values(body=body))
        assert {one.code for one in ledger.verify().problems} == {"audit.watch_altered"}
    with ledger._engine.begin() as connection:
        connection.execute(watch_change.delete().where(watch_change.c.seq == first.seq))
    assert {one.code for one in ledger.verify().problems} == {"audit.watch_altered"}


def delivery(name: str, at: datetime, **more: Any) -> Delivery:
    fields = {"tenant": TENANT, "webhook": "w1", "event": "e", "body": b"{}", "created_at": at, "next_at": at}
    return Delivery(id=name, **(fields | more))  # type: ignore[arg-type]


def test_the_outbox(ledger_url: str, noon: datetime) -> None:
    later = noon + timedelta(minutes=5)
    with open_ledger(ledger_url) as ledger:
        box = ledger.deliveries
        box.put([delivery("msg_1", noon), delivery("msg_2", noon, next_at=later)])
        assert [one.id for one in box.due(noon, 10)] == ["msg_1"]
        assert box.get("msg_1", tenant="other") is None
        one = delivery("msg_1", noon, state=DELIVERED, attempts=1, tried_at=noon, status=204)
        box.tried([one])
        assert box.get("msg_1", tenant=TENANT) == one
        box.tried([delivery("msg_1", noon, state=DEAD, attempts=1)])  # of another worker that came too late
        assert box.get("msg_1", tenant=TENANT) == one
        box.again(one, later)
        assert [two.id for two in box.due(later, 10)] == ["msg_1", "msg_2"]
        assert [two.id for two in box.page("w1", tenant=TENANT)] == ["msg_2", "msg_1"]
        assert [two.id for two in box.page("w1", tenant=TENANT, before="msg_2")] == ["msg_1"]
        box.drop("w1", tenant=TENANT)
        assert {two.state for two in box.page("w1", tenant=TENANT, state=DEAD)} == {DEAD}
        assert box.due(later, 10) == []
        assert box.forget(noon) == 0
        assert box.forget(later) == 2
