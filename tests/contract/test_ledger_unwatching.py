"""Erasing a decision where its parties are watched: they are forgotten, their alerts go, the chain stays valid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from api import watched_tenders
from matching.decision import Decision
from matching.ledger import Draft, Ledger, LedgerError, chain, open_ledger, schema
from matching.ledger.unwatching import ALERT, TENDER, look, look_first
from matching.ledger.watchrows import NewWatched, Outcome
from matching.watch import alerts

NAME = "虚构被遗忘者"
TENANT = "linjiang"
Record = Callable[..., Decision]


def asked(name: str) -> bytes:
    """What is asked of a watched party."""
    return f'{{"tender":{{}},"bidders":[{{"name":"{name}"}}]}}'.encode()


def found(decision: str) -> bytes:
    """What was found of one, and the decision that was recorded of it."""
    return f'{{"verdict":"REVIEW","decision_id":"{decision}"}}'.encode()


def watch(
    ledger: Ledger, at: datetime, kind: str, name: str, rows: list[NewWatched], body: bytes = b"{}"
) -> None:
    """A monitor or tender with those who are watched for it."""
    draft = Draft(kind=kind, id=name, state="active", body=body)
    ledger.watching.add(draft, rows, tenant=TENANT, actor="key:a", at=at)


def row(name: str, decision: str = "") -> NewWatched:
    """A party to watch, decided once where a decision is named."""
    return NewWatched(ref=name, traces=b"t", party=asked(name), found=found(decision) if decision else None)


def alert(ledger: Ledger, at: datetime, name: str, decision: str, number: int, state: str = "open") -> None:
    """An alert about a watched party."""
    body = f'{{"ref":"{NAME}","decision_id":"{decision}"}}'.encode()
    keys = (f"watched:{number}", f"open:{number}")
    draft = Draft(kind=ALERT, id=name, state=state, body=body, keys=keys)
    ledger.items.put(draft, tenant=TENANT, actor="watch", at=at)


def left(ledger: Ledger, kind: str, name: str) -> list[str]:
    """How those are called who are still watched for a monitor or tender."""
    return [one.ref for one in ledger.watching.of(kind, name, tenant=TENANT)]


def everywhere(ledger: Ledger) -> str:
    """All that the ledger holds."""
    with ledger._engine.connect() as connection:
        tables = schema.metadata.sorted_tables
        rows = [value for one in tables for row in connection.execute(select(one)) for value in row]
    return "".join(
        bytes(v).decode("utf-8", "replace") if isinstance(v, bytes | memoryview) else str(v) for v in rows
    )


def test_the_kinds_are_those_of_watching() -> None:
    assert (TENDER, ALERT) == (watched_tenders.KIND, alerts.KIND)


def test_who_is_watched_by_an_erased_decision_is_forgotten_with_the_alerts(
    ledger: Ledger, ledger_url: str, record: Record, noon: datetime
) -> None:
    record("d-1", request=asked(NAME))
    record("d-10", request=asked("临江留存有限公司"))
    watch(ledger, noon, "monitor", "m", [row(NAME), row("临江留存有限公司", "d-10")])
    watch(ledger, noon, "tender", "found", [row(f"{NAME}甲", "d-1")])
    watch(ledger, noon, "tender", "made", [row(f"{NAME}乙")], b'{"decision_id":"d-1"}')
    watch(ledger, noon, "tender", "other", [row("临江另行有限公司", "d-10")], b'{"decision_id":"d-10"}')
    mine, other = ledger.watching.of("monitor", "m", tenant=TENANT)
    alert(ledger, noon, "named", "d-1", 1)
    alert(ledger, noon, "about", "d-0", mine.id)
    alert(ledger, noon, "done", "d-1", 2, state="closed")
    stays = b'{"ref":"stays","decision_id":"d-10"}'
    kept = Draft(kind=ALERT, id="kept", state="open", body=stays, keys=(f"watched:{other.id}",))
    ledger.items.put(kept, tenant=TENANT, actor="watch", at=noon)

    for _ in range(2):
        ledger.erase_decision_subject("d-1", tenant=TENANT, actor="officer", at=noon)

    assert left(ledger, "monitor", "m") == ["临江留存有限公司"]
    assert (left(ledger, "tender", "found"), left(ledger, "tender", "made")) == ([], [])
    assert left(ledger, "tender", "other") == ["临江另行有限公司"]
    for name in ("named", "about", "done"):
        gone = ledger.items.get(ALERT, name, tenant=TENANT)
        assert gone is not None
        assert (gone.body, gone.state) == (None, "closed")
    assert ledger.items.with_key(ALERT, [f"open:{mine.id}", "open:1"]) == []
    still = ledger.items.get(ALERT, "kept", tenant=TENANT)
    assert still is not None
    assert (still.body, still.state) == (stays, "open")
    assert ledger.verify().ok
    told = [one.data["watched"] for one in events(ledger) if one.ref.startswith("watched/")]
    assert told == ["1", "1", "1"]
    assert NAME not in everywhere(ledger)
    ledger.close()
    if ledger_url.startswith("sqlite"):
        files = Path(ledger_url.removeprefix("sqlite:///")).parent.iterdir()
        assert not any(NAME.encode() in path.read_bytes() for path in files)


def test_what_changes_told_of_them_goes_and_the_others_are_still_checked(
    ledger: Ledger, record: Record, noon: datetime
) -> None:
    record("d-1", request=asked(NAME))
    watch(ledger, noon, "monitor", "m", [row(NAME), row("临江留存有限公司")])
    mine, other = ledger.watching.of("monitor", "m", tenant=TENANT)
    told = [(mine, b'{"id":"a1","decision_id":"d-1"}'), (other, b'{"id":"b2"}'), (mine, b'{"id":"c3"}')]
    outcomes = [
        Outcome(row=one, found=b"{}", traces=b"t", due_at=None, changes=(body,)) for one, body in told
    ]
    ledger.watching.step(outcomes, at=noon)
    for _ in range(2):
        ledger.erase_decision_subject("d-1", tenant=TENANT, actor="officer", at=noon)
    left = [one.body for one in ledger.watching.changes(tenant=TENANT)]
    assert left == [None, b'{"id":"b2"}', None]
    assert ledger.verify().ok
    assert [one.data["changes"] for one in events(ledger) if one.ref.startswith("watch/")] == ["2"]

    table = schema.watch_change
    first, second, _ = (one.seq for one in ledger.watching.changes(tenant=TENANT))
    for seq, forged, real in ((second, b'{"id":"b3"}', b'{"id":"b2"}'), (first, told[0][1], None)):
        for body, problems in ((forged, {"audit.watch_altered"}), (real, set())):
            with ledger._engine.begin() as connection:
                connection.execute(table.update().where(table.c.seq == seq).values(body=body))
            assert {one.code for one in ledger.verify().problems} == problems


def test_who_came_to_be_watched_while_it_was_looked_for_is_found_in_the_write(
    ledger: Ledger, record: Record, noon: datetime
) -> None:
    record("d-1", request=asked(NAME))
    watch(ledger, noon, "monitor", "before", [row(NAME)])
    with ledger._engine.connect() as connection:
        sought = look_first(connection, "d-1", asked(NAME), TENANT)
    watch(ledger, noon, "monitor", "after", [row(NAME)])
    watch(ledger, noon, "tender", "made", [row(f"{NAME}乙")], b'{"decision_id":"d-1"}')
    with ledger._engine.connect() as connection:
        later = look(connection, "d-1", asked(NAME), TENANT, sought)
    assert len(sought.watched) == 1 < len(later.watched) == 2
    assert not sought.tenders
    assert later.tenders == frozenset({"made"})


def events(ledger: Ledger) -> list[chain.Event]:
    """The erasures of the chain, oldest first."""
    with ledger._engine.connect() as connection:
        bodies = connection.execute(select(schema.event.c.body).order_by(schema.event.c.seq)).scalars().all()
    found = [chain.decode(bytes(body)) for body in bodies]
    return [one for one in found if one is not None and one.kind == "erasure"]


def test_a_step_that_was_under_way_brings_nobody_back(ledger: Ledger, record: Record, noon: datetime) -> None:
    record("d-1", request=asked(NAME))
    watch(ledger, noon, "monitor", "m", [row(NAME)])
    taken = ledger.watching.of("monitor", "m", tenant=TENANT)[0]
    ledger.erase_decision_subject("d-1", tenant=TENANT, actor="officer", at=noon)
    late = Outcome(row=taken, found=found("d-2"), traces=b"u", due_at=None, changes=(b"one",))
    assert ledger.watching.step([late], at=noon) == []
    assert left(ledger, "monitor", "m") == []
    assert NAME not in everywhere(ledger)
    assert ledger.verify().ok


@pytest.mark.parametrize("state", ["open", "closed"])
def test_who_had_an_alert_open_does_not_write_it_again(
    ledger: Ledger, record: Record, noon: datetime, state: str
) -> None:
    record("d-1", request=asked(NAME))
    alert(ledger, noon, "seen", "d-1", 1, state=state)
    seen = ledger.items.get(ALERT, "seen", tenant=TENANT)
    assert seen is not None
    assert seen.body is not None
    ledger.erase_decision_subject("d-1", tenant=TENANT, actor="officer", at=noon)
    noted = Draft(kind=ALERT, id="seen", state="open", body=seen.body)
    with pytest.raises(LedgerError) as caught:
        ledger.items.put(noted, tenant=TENANT, actor="user:late", at=noon, expect=seen.version)
    assert caught.value.code == "ledger.item_stale"
    assert NAME not in everywhere(ledger)
    assert ledger.verify().ok


def test_another_tenants_watch_and_alerts_stay(ledger: Ledger, record: Record, noon: datetime) -> None:
    record("d-1", request=asked(NAME))
    draft = Draft(kind="monitor", id="theirs", state="active", body=b"{}")
    ledger.watching.add(draft, [row(NAME, "d-1")], tenant="other", actor="key:b", at=noon)
    body = b'{"ref":"theirs","decision_id":"d-1"}'
    theirs = Draft(kind=ALERT, id="a", state="open", body=body)
    ledger.items.put(theirs, tenant="other", actor="watch", at=noon)
    ledger.erase_decision_subject("d-1", tenant=TENANT, actor="officer", at=noon)
    assert ledger.watching.count("monitor", "theirs", tenant="other") == 1
    kept = ledger.items.get(ALERT, "a", tenant="other")
    assert kept is not None
    assert kept.body == body


def test_an_erasure_in_the_chain_is_no_cover_for_a_row_that_was_taken_away(
    ledger_url: str, ledger: Ledger, record: Record, noon: datetime
) -> None:
    record("d-1", request=asked(NAME))
    watch(ledger, noon, "tender", "t", [row(NAME)], b'{"decision_id":"d-1"}')
    alert(ledger, noon, "named", "d-1", 1)
    ledger.erase_decision_subject("d-1", tenant=TENANT, actor="officer", at=noon)
    with ledger._engine.begin() as connection:
        versions = schema.item_version
        connection.execute(versions.update().where(versions.c.kind == "tender").values(salt=None, body=None))
    with open_ledger(ledger_url) as again, pytest.raises(LedgerError):
        again.items.get("tender", "t", tenant=TENANT)
    assert not ledger.verify().ok
