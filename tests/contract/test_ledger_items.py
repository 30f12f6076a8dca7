"""Items: versions that nobody overwrites unseen, found by state, key and time, each in the chain, erasable."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from matching.ledger import Draft, Item, Ledger, LedgerError, open_ledger, schema

TENANT = "linjiang"


def draft(name: str = "c-1", state: str = "open", body: bytes = b'{"note":"one"}', **more: object) -> Draft:
    return Draft(kind="case", id=name, state=state, body=body, **more)  # type: ignore[arg-type]


def put(ledger: Ledger, one: Draft, at: datetime, expect: int | None = None, actor: str = "user-1") -> Item:
    return ledger.items.put(one, tenant=TENANT, actor=actor, at=at, expect=expect)


def code(caught: pytest.ExceptionInfo[LedgerError]) -> str:
    return caught.value.code


def test_a_version_is_kept_with_who_and_when_and_is_found_again(
    ledger: Ledger, ledger_url: str, noon: datetime
) -> None:
    first = put(ledger, draft(opening_at=noon + timedelta(days=1), due_at=noon), noon)
    later = noon + timedelta(hours=1)
    second = put(ledger, draft(state="closed", body=b'{"note":"two"}'), later, expect=1, actor="user-2")
    assert (first.version, first.opening_at, first.due_at) == (1, noon + timedelta(days=1), noon)
    ledger.close()
    with open_ledger(ledger_url) as again:
        found = again.items.get("case", "c-1", tenant=TENANT)
        assert found == second
        assert (second.version, second.state, second.owner, second.actor) == (2, "closed", "user-1", "user-2")
        assert (second.created_at, second.changed_at) == (noon, later)
        assert again.items.history("case", "c-1", tenant=TENANT) == [first, second]
        assert again.items.get("case", "c-1", tenant="other") is None
        assert again.items.get("monitor", "c-1", tenant=TENANT) is None
        assert again.verify().ok


def test_nobody_overwrites_what_they_have_not_seen(ledger: Ledger, noon: datetime) -> None:
    put(ledger, draft(), noon)
    for expect, problem in ((None, "ledger.item_exists"), (2, "ledger.item_stale"), (0, "ledger.item_stale")):
        with pytest.raises(LedgerError) as caught:
            put(ledger, draft(), noon, expect=expect)
        assert code(caught) == problem
    with pytest.raises(LedgerError) as caught:
        put(ledger, draft("c-2"), noon, expect=1)
    assert code(caught) == "ledger.no_item"
    with pytest.raises(LedgerError) as caught:
        ledger.items.put(draft(), tenant="other", actor="x", at=noon, expect=1)
    assert code(caught) == "ledger.item_exists"
    assert ledger.verify().events == 1


def test_of_many_at_once_each_change_is_kept_or_refused(ledger: Ledger, noon: datetime) -> None:
    put(ledger, draft(), noon)
    outcomes: list[str] = []

    def edit(worker: int) -> None:
        for number in range(5):
            seen = ledger.items.get("case", "c-1", tenant=TENANT)
            assert seen is not None
            note = f'{{"note":"{worker}-{number}"}}'.encode()
            try:
                put(ledger, draft(body=note), noon, expect=seen.version)
                outcomes.append("kept")
            except LedgerError as error:
                outcomes.append(error.code)

    threads = [threading.Thread(target=edit, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    newest = ledger.items.get("case", "c-1", tenant=TENANT)
    assert newest is not None
    assert newest.version == 1 + outcomes.count("kept")
    assert set(outcomes) <= {"kept", "ledger.item_stale"}
    assert len(ledger.items.history("case", "c-1", tenant=TENANT)) == newest.version
    assert ledger.verify().ok


def test_several_are_recorded_together_or_not_at_all(ledger: Ledger, noon: datetime) -> None:
    put(ledger, draft("c-9"), noon)
    with pytest.raises(LedgerError):
        ledger.items.put_many(
            [(draft("c-1"), None), (draft("c-9"), None)], tenant=TENANT, actor="u", at=noon
        )
    assert ledger.items.get("case", "c-1", tenant=TENANT) is None
    made = ledger.items.put_many(
        [(draft("c-1"), None), (draft("c-1", state="closed"), 1)], tenant=TENANT, actor="u", at=noon
    )
    assert [one.version for one in made] == [1, 2]
    assert ledger.items.put_many([], tenant=TENANT, actor="u", at=noon) == []


def test_they_are_found_by_state_key_time_and_in_pages(ledger: Ledger, noon: datetime) -> None:
    for number in range(5):
        state = "open" if number % 2 else "closed"
        due = noon + timedelta(minutes=10 - number)
        put(ledger, draft(f"c-{number}", state=state, keys=("k", f"k{number}"), due_at=due), noon)
    ledger.items.put(draft("foreign", keys=("k",), due_at=noon), tenant="other", actor="x", at=noon)

    def ids(found: list[Item]) -> list[str]:
        return [one.id for one in found]

    assert ids(ledger.items.page("case", tenant=TENANT)) == ["c-4", "c-3", "c-2", "c-1", "c-0"]
    page = ledger.items.page("case", tenant=TENANT, limit=2)
    assert ids(ledger.items.page("case", tenant=TENANT, before=page[-1].event_seq)) == ["c-2", "c-1", "c-0"]
    assert ids(ledger.items.page("case", tenant=TENANT, after=page[-1].event_seq)) == ["c-4"]
    assert ids(ledger.items.page("case", tenant=TENANT, state="open")) == ["c-3", "c-1"]
    assert ids(ledger.items.page("case", tenant=TENANT, key="k2")) == ["c-2"]
    assert ids(ledger.items.page("case", tenant=TENANT, key="k", limit=0)) == []
    assert ids(ledger.items.with_key("case", ["k1", "k"])) == ["c-0", "c-1", "c-2", "c-3", "c-4", "foreign"]
    at = noon + timedelta(minutes=7)
    assert ids(ledger.items.due("case", by=at, state="open")) == ["foreign", "c-3"]
    put(ledger, draft("c-2", keys=("new",)), noon, expect=1)
    assert ids(ledger.items.page("case", tenant=TENANT, key="k2")) == []
    assert ids(ledger.items.page("case", tenant=TENANT, key="new")) == ["c-2"]


def test_erasure_blanks_every_version_and_leaves_the_chain(ledger: Ledger, noon: datetime) -> None:
    put(ledger, draft(body='{"note":"虚构甲某"}'.encode(), keys=("k",)), noon)
    put(ledger, draft(body='{"note":"虚构甲某二"}'.encode()), noon, expect=1)
    with pytest.raises(LedgerError):
        ledger.items.erase("case", "c-1", tenant="other", actor="o", at=noon)
    ledger.items.erase("case", "c-1", tenant=TENANT, actor="officer", at=noon)
    found = ledger.items.get("case", "c-1", tenant=TENANT)
    assert found is not None
    assert (found.body, found.state, found.version) == (None, "open", 2)
    assert [one.body for one in ledger.items.history("case", "c-1", tenant=TENANT)] == [None, None]
    assert ledger.verify().ok


@pytest.mark.parametrize(
    ("table", "values", "problem"),
    [
        ("item_version", {"body": b'{"note":"forged"}'}, "audit.item_altered"),
        ("item_version", {"tenant": "other"}, "audit.item_altered"),
        ("item", {"state": "closed"}, "audit.item_altered"),
        ("item", {"version": 7}, "audit.item_altered"),
        ("item", {"event_seq": 1}, "audit.item_altered"),
    ],
)
def test_tampering_with_items_is_found(
    ledger: Ledger, noon: datetime, table: str, values: dict[str, object], problem: str
) -> None:
    put(ledger, draft(), noon)
    put(ledger, draft("c-2"), noon)
    put(ledger, draft(), noon, expect=1)
    target = schema.metadata.tables[table]
    where = target.c.id == "c-1"
    if table == "item_version":
        where &= target.c.event_seq == 3
    with ledger._engine.begin() as connection:
        assert connection.execute(update(target).where(where).values(**values)).rowcount == 1
    found = ledger.verify()
    assert (False, problem) == (found.ok, found.problems[0].code)
    if "body" in values:
        with pytest.raises(LedgerError) as caught:
            ledger.items.get("case", "c-1", tenant=TENANT)
        assert code(caught) == "ledger.tampered"


def test_rows_without_an_event_and_events_without_a_row_are_found(ledger: Ledger, noon: datetime) -> None:
    put(ledger, draft(), noon)
    put(ledger, draft("c-2"), noon)
    versions, heads = schema.item_version, schema.item
    with ledger._engine.begin() as connection:
        connection.execute(versions.delete().where(versions.c.id == "c-1"))
        connection.execute(heads.delete().where(heads.c.id == "c-2"))
    assert {(p.seq, p.code) for p in ledger.verify().problems} == {
        (1, "audit.item_missing"), (1, "audit.item_unrecorded"), (2, "audit.item_altered"),
    }  # fmt: skip
