"""What signing in needs beside the chain: password hashes that are replaced, sessions in use, attempts that fail."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from api import users
from api.passwords import Hasher
from api.principals import Role
from api.sessions import ABSOLUTE, IDLE, Sessions, SignInError
from matching.ledger import Ledger, LedgerError
from matching.ledger.people import FORGOTTEN, REMEMBERED, Limit

T0 = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LIMIT = Limit(free=3, longest=60)
FIRST = "amber kites above the weir"
Open = Callable[[], Ledger]


@pytest.fixture(scope="module")
def hasher() -> Hasher:
    return Hasher()


def test_an_attempt_waits_longer_after_each_failure_and_never_beyond_its_limit(ledger: Ledger) -> None:
    at, waits = T0, []
    for _ in range(12):
        while (wait := ledger.people.attempt({"a": LIMIT}, at=at)) > 0:
            waits.append(wait)
            at += timedelta(seconds=wait)
    assert waits[:4] == [4.0, 8.0, 16.0, 32.0]
    assert max(waits) == 60.0
    assert ledger.people.attempt({"b": LIMIT}, at=at) == 0


def test_what_is_refused_is_not_counted_and_what_is_old_is_forgotten(ledger: Ledger) -> None:
    for _ in range(3):
        assert ledger.people.attempt({"a": LIMIT}, at=T0) == 0
    for _ in range(50):
        assert ledger.people.attempt({"a": LIMIT}, at=T0) == 4.0
    assert ledger.people.attempt({"a": LIMIT}, at=T0 + timedelta(seconds=4)) == 0
    later = T0 + FORGOTTEN + timedelta(minutes=1)
    assert [ledger.people.attempt({"a": LIMIT}, at=later) for _ in range(3)] == [0, 0, 0]
    assert ledger.people.attempt({"a": LIMIT}, at=later) == 4.0


def test_many_at_once_are_counted_one_by_one(ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: ledger.people.attempt({"a": LIMIT}, at=T0), range(24)))
    assert waits.count(0) == 3


def test_strangers_do_not_lock_out_whoever_signed_in_from_there_before(ledger: Ledger) -> None:
    ledger.people.succeeded(clear=("pair",), taken_back=("name",), known="known", at=T0)
    for _ in range(10):
        ledger.people.attempt({"other pair": LIMIT, "name": LIMIT}, at=T0)
    assert ledger.people.attempt({"third": LIMIT, "name": LIMIT}, at=T0) > 0
    assert ledger.people.attempt({"pair": LIMIT, "name": LIMIT}, at=T0, known="known", spared="name") == 0
    later = T0 + REMEMBERED + timedelta(days=1)
    for _ in range(3):
        ledger.people.attempt({"name": LIMIT}, at=later)
    limits = {"pair": LIMIT, "name": LIMIT}
    assert ledger.people.attempt(limits, at=later, known="known", spared="name") > 0
    ledger.people.forget_attempts(("name",))
    assert ledger.people.attempt(limits, at=later, known="known", spared="name") == 0


def test_a_clock_that_steps_back_locks_nobody_out(ledger: Ledger) -> None:
    for _ in range(5):
        ledger.people.attempt({"a": LIMIT}, at=T0)
    assert ledger.people.attempt({"a": LIMIT}, at=T0 - timedelta(days=3)) == 0


def house(ledger: Ledger, hasher: Hasher) -> tuple[users.Users, Sessions]:
    people = users.Users(ledger, hasher)
    return people, Sessions(ledger, people, b"k" * 32)


def signed_in(ledger: Ledger, hasher: Hasher, at: datetime = T0) -> tuple[users.Users, Sessions, str]:
    people, sessions = house(ledger, hasher)
    people.add("wang", tenant="t", roles=[Role.CLERK], actor="cli", at=at, password=FIRST)
    token, session = sessions.sign_in("wang", FIRST, tenant="t", address="192.0.2.1", at=at)
    assert session.principal.must_change
    return people, sessions, token


def test_a_session_ends_when_nobody_uses_it_and_after_its_time(ledger: Ledger, hasher: Hasher) -> None:
    _, _, token = signed_in(ledger, hasher)

    def alive(at: datetime) -> bool:
        # another process each time: nothing is remembered
        return house(ledger, hasher)[1].find(token, at) is not None

    at = T0
    while at < T0 + ABSOLUTE - IDLE:
        at += IDLE - timedelta(minutes=1)
        assert alive(at), at - T0
    assert not alive(T0 + ABSOLUTE)
    _, other, token = signed_in_again(ledger, hasher, T0)
    assert other.find(token, T0) is not None
    assert not alive(T0 + IDLE + timedelta(minutes=1))


def signed_in_again(ledger: Ledger, hasher: Hasher, at: datetime) -> tuple[users.Users, Sessions, str]:
    people, sessions = house(ledger, hasher)
    token, _ = sessions.sign_in("wang", FIRST, tenant="t", address="192.0.2.1", at=at)
    return people, sessions, token


def test_an_end_in_one_process_is_one_in_every_other(ledger: Ledger, hasher: Hasher) -> None:
    people, sessions, token = signed_in(ledger, hasher)
    session = sessions.find(token, T0)
    assert session is not None
    sessions.end(session, T0)
    sessions.end(session, T0)
    assert house(ledger, hasher)[1].find(token, T0) is None
    _, _, second = signed_in_again(ledger, hasher, T0)
    people.change("wang", tenant="t", actor="user:li", at=T0, state=users.DISABLED)
    people.change("wang", tenant="t", actor="user:li", at=T0, state=users.ACTIVE)
    assert house(ledger, hasher)[1].find(second, T0) is None


def test_a_first_password_is_old_after_a_week(ledger: Ledger, hasher: Hasher) -> None:
    people, sessions, _ = signed_in(ledger, hasher)
    with pytest.raises(SignInError):
        sessions.sign_in(
            "wang", FIRST, tenant="t", address="a", at=T0 + users.TEMPORARY + timedelta(minutes=1)
        )
    fresh, _ = people.reset("wang", tenant="t", actor="cli", at=T0 + timedelta(days=8))
    sessions.sign_in("wang", fresh, tenant="t", address="a", at=T0 + timedelta(days=8))


def test_a_hash_that_somebody_put_into_the_database_opens_nothing(ledger: Ledger, hasher: Hasher) -> None:
    _, sessions, _ = signed_in(ledger, hasher)
    forged = hasher.hash(FIRST + " forged")
    ledger._writer.submit(lambda t: ledger.people.set_credential(t, "t", "wang", forged, T0))
    with pytest.raises(LedgerError) as caught:
        sessions.sign_in("wang", FIRST + " forged", tenant="t", address="b", at=T0)
    assert caught.value.code == "ledger.tampered"


def test_two_processes_make_one_user_of_a_name(ledger: Ledger, hasher: Hasher) -> None:
    people, _ = house(ledger, hasher)

    def make(_: int) -> str:
        try:
            people.add("li", tenant="t", roles=[Role.CLERK], actor="cli", at=T0)
        except (users.UserError, LedgerError) as error:
            return error.code
        return "made"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(make, range(4)))
    assert answers.count("made") == 1
    assert set(answers) <= {"made", "users.exists", "ledger.item_exists"}
