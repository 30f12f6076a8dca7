"""Erasing what the ledger says of a person: everything about a decision goes, the chain stays valid."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select, update

from api import users
from api.passwords import Hasher
from api.principals import Role
from api.sessions import Sessions, SignInError
from matching.casework import objections
from matching.decision import Decision
from matching.ledger import Draft, Ledger, LedgerError, schema
from matching.ledger.erasing import ABOUT_DECISION
from matching.ledger.families import LINK, OVERRIDE
from matching.measures import feedback
from matching.overrides import proposals

NAME = "虚构被遗忘者"
Record = Callable[..., Decision]


def about(kind: str, name: str, decision: str, **more: Any) -> Draft:
    body = f'{{"text":"{NAME}"}}'.encode()
    return Draft(kind=kind, id=name, state="open", body=body, keys=(f"decision:{decision}",), **more)


def everywhere(ledger: Ledger) -> str:
    with ledger._engine.connect() as connection:
        return "".join(
            str(connection.execute(select(table)).all()) for table in schema.metadata.sorted_tables
        )


def test_what_is_erased_with_a_decision_are_the_kinds_that_say_the_same_of_people() -> None:
    assert set(ABOUT_DECISION) == {feedback.KIND, proposals.KIND, objections.KIND}


def test_measures_overrides_and_objections_go_with_their_decision(
    ledger: Ledger, ledger_url: str, record: Record, noon: datetime
) -> None:
    for name in ("d-1", "d-2"):
        record(name)
    for kind in ABOUT_DECISION:
        first = ledger.items.put(about(kind, f"{kind}-1", "d-1"), tenant="linjiang", actor="user:a", at=noon)
        ledger.items.put(
            about(kind, f"{kind}-1", "d-1"), tenant="linjiang", actor="user:b", at=noon, expect=first.version
        )
        ledger.items.put(
            Draft(kind=kind, id=f"{kind}-2", state="open", body=b'{"text":"stays"}', keys=("decision:d-2",)),
            tenant="linjiang", actor="user:a", at=noon,
        )  # fmt: skip
    for _ in range(2):
        ledger.erase_decision_subject("d-1", tenant="linjiang", actor="officer", at=noon)
    for kind in ABOUT_DECISION:
        gone = ledger.items.get(kind, f"{kind}-1", tenant="linjiang")
        kept = ledger.items.get(kind, f"{kind}-2", tenant="linjiang")
        assert gone is not None
        assert (gone.body, gone.version, gone.state) == (None, 2, "open")
        assert [one.body for one in ledger.items.history(kind, f"{kind}-1", tenant="linjiang")] == [
            None,
            None,
        ]
        assert ledger.items.page(kind, tenant="linjiang", key="decision:d-1") == []
        assert kept is not None
        assert kept.body == b'{"text":"stays"}'
    found = ledger.verify()
    # two decisions, nine versions, one erasure of the decision and one of each of its items
    assert (found.ok, found.events) == (True, 15)
    assert NAME not in everywhere(ledger)
    ledger.close()
    if ledger_url.startswith("sqlite"):
        files = Path(ledger_url.removeprefix("sqlite:///")).parent.iterdir()
        assert not any(NAME.encode() in path.read_bytes() for path in files)


def test_what_was_read_before_an_erasure_is_not_written_again_after_it(
    ledger: Ledger, record: Record, noon: datetime
) -> None:
    record("d-1")
    drafts = [about(kind, f"{kind}-1", "d-1") for kind in ABOUT_DECISION]
    seen = [ledger.items.put(draft, tenant="linjiang", actor="user:a", at=noon) for draft in drafts]
    ledger.erase_decision_subject("d-1", tenant="linjiang", actor="officer", at=noon)
    for draft, item in zip(drafts, seen, strict=True):
        with pytest.raises(LedgerError) as caught:
            ledger.items.put(draft, tenant="linjiang", actor="user:late", at=noon, expect=item.version)
        assert caught.value.code == "ledger.item_stale"
    assert NAME not in everywhere(ledger)
    assert ledger.verify().ok


@pytest.mark.parametrize("asked", ["d-1", "d-2", "d-3"])
def test_decisions_of_one_request_that_overrides_made_go_together(
    ledger: Ledger, record: Record, noon: datetime, asked: str
) -> None:
    assert (OVERRIDE, LINK) == (proposals.KIND, proposals.LINK)
    for name in ("d-1", "d-2", "d-3", "other"):
        record(name, request=f'{{"text":"{NAME}"}}'.encode() if name != "other" else b"{}")
    for old, new in (("d-1", "d-2"), ("d-2", "d-3")):
        put_override(ledger, old, new, noon)
    ledger.items.put(about("measure", "m", "d-3"), tenant="linjiang", actor="user:a", at=noon)
    names = ledger.erase_decision_subject(asked, tenant="linjiang", actor="officer", at=noon)
    assert sorted(names) == ["d-1", "d-2", "d-3"]
    assert NAME not in everywhere(ledger)
    other = ledger.decision("other", tenant="linjiang")
    assert other is not None
    assert not other.erased
    assert ledger.verify().ok


def test_a_decision_that_came_of_one_erased_before_goes_when_that_is_asked_for_again(
    ledger: Ledger, record: Record, noon: datetime
) -> None:
    record("d-1")
    ledger.erase_decision_subject("d-1", tenant="linjiang", actor="officer", at=noon)
    record("d-2", request=f'{{"text":"{NAME}"}}'.encode())
    put_override(ledger, "d-1", "d-2", noon)
    ledger.items.erase("override", "d-1>d-2", tenant="linjiang", actor="officer", at=noon)
    names = ledger.erase_decision_subject("d-1", tenant="linjiang", actor="officer", at=noon)
    assert names == ("d-1", "d-2")
    assert NAME not in everywhere(ledger)


def test_a_forged_tie_erases_nothing(ledger: Ledger, record: Record, noon: datetime) -> None:
    record("d-1")
    record("theirs")
    put_override(ledger, "d-1", "d-2", noon)
    with ledger._engine.begin() as connection:
        forged = update(schema.item_version).values(body=b'{"decision_id":"theirs"}')
        connection.execute(forged.where(schema.item_version.c.kind == LINK))
    with pytest.raises(LedgerError) as caught:
        ledger.erase_decision_subject("d-1", tenant="linjiang", actor="officer", at=noon)
    assert caught.value.code == "ledger.tampered"
    theirs = ledger.decision("theirs", tenant="linjiang")
    assert theirs is not None
    assert not theirs.erased


def put_override(ledger: Ledger, old: str, new: str, at: datetime) -> None:
    body = f'{{"text":"{NAME}","decision_id":"{old}","made":"{new}"}}'.encode()
    keys = (f"decision:{old}", f"decision:{new}")
    done = Draft(kind="override", id=f"{old}>{new}", state="confirmed", body=body, keys=keys)
    link = f'{{"decision_id":"{new}","override":"{old}>{new}"}}'.encode()
    tie = Draft(kind=LINK, id=old, state="replaced", body=link)
    ledger.items.put_many([(done, None), (tie, None)], tenant="linjiang", actor="user:a", at=at)


@pytest.mark.parametrize("ledger_url", ["sqlite"], indirect=True)
def test_a_log_that_a_reader_holds_is_no_erasure_done(
    ledger: Ledger, ledger_url: str, record: Record, noon: datetime
) -> None:
    @event.listens_for(ledger._engine, "checkout")
    def _at_once(raw: Any, *_: object) -> None:
        raw.execute("PRAGMA busy_timeout=0")

    record("d-1", request=f'{{"text":"{NAME}"}}'.encode())
    path = Path(ledger_url.removeprefix("sqlite:///"))
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM decision").fetchone() == (1,)
    with pytest.raises(LedgerError) as caught:
        ledger.erase_decision_subject("d-1", tenant="linjiang", actor="officer", at=noon)
    assert caught.value.code == "ledger.busy"
    assert any(NAME.encode() in one.read_bytes() for one in path.parent.iterdir())
    reader.close()
    ledger.erase_decision_subject("d-1", tenant="linjiang", actor="officer", at=noon)
    assert not any(NAME.encode() in one.read_bytes() for one in path.parent.iterdir())
    found = ledger.verify()
    assert (found.ok, found.events) == (True, 2)


FOLDING = """
import fcntl, sys, time
with open(sys.argv[1], "r+b") as shared:
    # the byte that SQLite locks while a log is folded: nobody waits for it
    fcntl.lockf(shared, fcntl.LOCK_EX, 1, 121)
    print("held", flush=True)
    time.sleep(0.5)
"""


@pytest.mark.parametrize("ledger_url", ["sqlite"], indirect=True)
def test_an_erasure_waits_for_a_server_that_folds_the_log(
    ledger: Ledger, ledger_url: str, record: Record, noon: datetime
) -> None:
    record("d-1", request=f'{{"text":"{NAME}"}}'.encode())
    path = Path(ledger_url.removeprefix("sqlite:///"))
    command = [sys.executable, "-c", FOLDING, f"{path}-shm"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "held\n"
        ledger.erase_decision_subject("d-1", tenant="linjiang", actor="officer", at=noon)
    assert not any(NAME.encode() in one.read_bytes() for one in path.parent.iterdir())


def test_what_came_after_an_erasure_of_before_goes_when_it_is_asked_for_again(
    ledger: Ledger, record: Record, noon: datetime
) -> None:
    record("d-1")
    ledger.erase_decision_subject("d-1", tenant="linjiang", actor="officer", at=noon)
    ledger.items.put(about("objection", "late", "d-1"), tenant="linjiang", actor="user:a", at=noon)
    ledger.erase_decision_subject("d-1", tenant="linjiang", actor="officer", at=noon)
    late = ledger.items.get("objection", "late", tenant="linjiang")
    assert late is not None
    assert late.body is None
    assert ledger.verify().ok


def test_nothing_of_another_tenant_goes_with_it(ledger: Ledger, record: Record, noon: datetime) -> None:
    record("d-1")
    ledger.items.put(about("measure", "theirs", "d-1"), tenant="other", actor="user:a", at=noon)
    ledger.erase_decision_subject("d-1", tenant="linjiang", actor="officer", at=noon)
    theirs = ledger.items.get("measure", "theirs", tenant="other")
    assert theirs is not None
    assert theirs.body is not None


@pytest.fixture(scope="module")
def hasher() -> Hasher:
    return Hasher()


def test_an_erased_user_is_nobody_and_what_they_did_stays(
    ledger: Ledger, hasher: Hasher, noon: datetime
) -> None:
    people = users.Users(ledger, hasher)
    sessions = Sessions(ledger, people, b"k" * 32)
    people.add("root", tenant="t", roles=[Role.ADMINISTRATOR], actor="local", at=noon)
    first, _ = people.add("wang", tenant="t", roles=[Role.CLERK], actor="user:root", at=noon, display=NAME)
    token, _session = sessions.sign_in("wang", first, tenant="t", address="a", at=noon)
    kept = Draft(kind="case", id="c", state="open", body=b"{}")
    ledger.items.put(kept, tenant="t", actor="user:wang", at=noon)
    gone = people.erase("wang", tenant="t", actor="user:root", at=noon)
    assert (gone.state, gone.display, gone.roles) == (users.ERASED, "", ())
    assert ledger.verify().ok
    assert people.erase("wang", tenant="t", actor="user:root", at=noon).state == users.ERASED
    # another process, which remembers no session
    assert Sessions(ledger, people, b"k" * 32).find(token, noon) is None
    with pytest.raises(SignInError):
        sessions.sign_in("wang", first, tenant="t", address="b", at=noon + timedelta(hours=1))
    assert ledger.people.credential("t", "wang") is None
    assert [(one.name, one.state) for one in people.listed(tenant="t")] == [
        ("root", "active"),
        ("wang", "erased"),
    ]
    done = ledger.items.get("case", "c", tenant="t")
    assert done is not None
    assert done.actor == "user:wang"
    for work in (
        lambda: people.add("wang", tenant="t", roles=[Role.CLERK], actor="user:root", at=noon),
        lambda: people.change("wang", tenant="t", actor="user:root", at=noon, state="active"),
        lambda: people.reset("wang", tenant="t", actor="user:root", at=noon),
    ):
        with pytest.raises(users.UserError) as caught:
            work()
        assert caught.value.code in ("users.exists", "users.erased")
    assert NAME not in everywhere(ledger)


def test_nobody_erases_themselves_or_the_last_administrator(
    ledger: Ledger, hasher: Hasher, noon: datetime
) -> None:
    people = users.Users(ledger, hasher)
    people.add("root", tenant="t", roles=[Role.ADMINISTRATOR], actor="local", at=noon)
    people.add("other", tenant="u", roles=[Role.ADMINISTRATOR], actor="local", at=noon)
    for actor, name, code in (
        ("user:root", "root", "users.own"), ("local", "root", "users.last"), ("local", "nobody", "users.unknown"),
        ("local", "other", "users.unknown"),
    ):  # fmt: skip
        with pytest.raises(users.UserError) as caught:
            people.erase(name, tenant="t", actor=actor, at=noon)
        assert caught.value.code == code
    assert ledger.items.get("user", "t/root", tenant="t") is not None
    with pytest.raises(LedgerError):
        ledger.items.erase("user", "u/other", tenant="t", actor="local", at=noon)
