"""Decisions are found by party, verdict and day, sealed ones never; the index is made again from the decisions."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import create_engine, text

from graph.identifiers import citizen_check_character
from matching.decision import Bilingual, Decision, Effect, Evidence, PathNode, RelationPath, Verdict
from matching.ledger import Draft, Ledger, LedgerError, Viewer, open_ledger
from matching.ledger.decided import code_key, keys_of, party_key, tender_key
from matching.ledger.sealing import Resealed

LISTED, MEMBER, BUYER, NATURAL = (
    "91329901MAGLD00148", "91329901MAGLD00223", "11329901MB0000006N", "32990119800101001",
)  # fmt: skip
SUPERVISOR = Viewer(tenant="linjiang", roles=frozenset({"supervisor"}), principal="user:s")
PLATFORM = Viewer(tenant="linjiang", roles=frozenset({"platform"}), principal="platform-1")


def asked(*codes: str, member: str = "", buyer: str = "") -> bytes:
    bidders = [{"client_id": code, "identifiers": [{"id": code}]} for code in codes]
    if member:
        bidders[0]["consortium"] = {
            "members": [{"name": "成员", "identifiers": [{"scheme": "uscc", "id": member}]}]
        }  # type: ignore[assignment]
    tender = {"buyer": {"name": "采购人", "identifiers": [{"id": buyer}]}} if buyer else {}
    return json.dumps({"tender": tender, "bidders": bidders}).encode()


def found(
    ledger: Ledger, viewer: Viewer = SUPERVISOR, at: datetime | None = None, **more: object
) -> list[str]:
    moment = at or datetime.fromisoformat("2026-11-23T12:00:00+08:00")
    return [one.decision_id for one in ledger.decided.page(viewer, moment, **more)]  # type: ignore[arg-type]


def test_decisions_are_found_by_everybody_in_them(ledger: Ledger, record: Callable[..., Decision]) -> None:
    record("d-1", request=asked(LISTED, member=MEMBER, buyer=BUYER))
    record("d-2", request=asked(MEMBER.lower()))
    record("d-3", request=asked(LISTED), tenant="other")
    assert found(ledger) == ["d-2", "d-1"]
    assert found(ledger, keys=[code_key(LISTED)]) == ["d-1"]
    assert found(ledger, keys=[code_key(MEMBER)]) == ["d-2", "d-1"]
    assert found(ledger, keys=[code_key(BUYER)]) == ["d-1"]
    assert found(ledger, keys=[code_key(BUYER), code_key(MEMBER), code_key(LISTED)]) == ["d-2", "d-1"]
    assert found(ledger, keys=[code_key("91329901MAGLD0049T")]) == []


def test_decisions_are_found_by_the_number_of_the_tender(make_decision: Callable[..., Decision]) -> None:
    number = NATURAL + citizen_check_character(NATURAL)
    for given, expected in (
        (" T-1 ", (tender_key("T-1"),)), ("T\x00-1", ("tender:T-1",)), (number, ()), (7, ()), ("", ()),
    ):  # fmt: skip
        assert keys_of(make_decision("d"), json.dumps({"tender": {"id": given}}).encode()) == expected


def test_nobody_is_found_by_a_number_of_a_person(make_decision: Callable[..., Decision]) -> None:
    number = NATURAL + citizen_check_character(NATURAL)
    body = json.dumps({
        "bidders": [{
            "identifiers": [{"id": number}, {"id": LISTED}, {"id": 5}],
            "legal_rep": {"name": "虚构甲", "identifiers": [{"id": number}]},
        }, {"consortium": None, "identifiers": None}],
    }).encode()  # fmt: skip
    assert keys_of(make_decision("d"), body) == (code_key(LISTED),)


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"{", b'{"bidders":7,"tender":[]}'])
def test_a_request_that_cannot_be_read_states_nobody(
    body: bytes, make_decision: Callable[..., Decision]
) -> None:
    assert keys_of(make_decision("d"), body) == ()


def test_open_paths_are_found_and_restricted_ones_are_not(
    make_decision: Callable[..., Decision], make_evidence: Callable[..., Evidence]
) -> None:
    decision = make_decision("d", make_evidence())
    path = RelationPath(
        nodes=(PathNode(id="p1", name="甲", type="person"), PathNode(id="", name="乙", type="organization")),
        edges=(), sentence=Bilingual(zh="一", en="one"),
    )  # fmt: skip

    def holding(restricted: bool) -> Decision:
        (finding,) = decision.bidders[0].reasons
        with_path = msgspec.structs.replace(finding, path=path, restricted=restricted)
        bidder = msgspec.structs.replace(decision.bidders[0], reasons=(with_path,))
        return msgspec.structs.replace(decision, bidders=(bidder,))

    assert keys_of(holding(False), b"{}") == (party_key("p1"),)
    assert keys_of(holding(True), b"{}") == ()


def test_verdicts_days_and_pages(
    ledger: Ledger, record: Callable[..., Decision], make_evidence: Callable[..., Evidence], noon: datetime
) -> None:
    for number in range(6):
        evidence = () if number % 2 else (make_evidence(pair=f"p{number}"),)
        record(f"d-{number}", *evidence, effect=Effect.BLOCK, at=noon + timedelta(days=number // 2))
    day = noon.date()
    assert found(ledger, verdict=Verdict.BLOCK) == ["d-4", "d-2", "d-0"]
    assert found(ledger, verdict=Verdict.REVIEW) == []
    assert found(ledger, since=day + timedelta(days=1)) == ["d-5", "d-4", "d-3", "d-2"]
    assert found(ledger, until=day) == ["d-1", "d-0"]
    assert found(ledger, since=day + timedelta(days=1), until=day + timedelta(days=1)) == ["d-3", "d-2"]
    assert found(ledger, until=day - timedelta(days=1)) == []
    first = ledger.decided.page(SUPERVISOR, noon, limit=4)
    rest = ledger.decided.page(SUPERVISOR, noon, limit=4, before=first[-1].event_seq)
    assert [one.decision_id for one in (*first, *rest)] == [f"d-{number}" for number in range(5, -1, -1)]


def test_sealed_decisions_are_not_even_counted_in_a_page(
    ledger: Ledger, record: Callable[..., Decision], noon: datetime
) -> None:
    opening = noon + timedelta(days=3)
    record("open", request=asked(LISTED))
    for number in range(3):
        record(f"sealed-{number}", request=asked(LISTED), opening_at=opening)
    mine = [code_key(LISTED)]
    assert found(ledger, at=noon, keys=mine, limit=1) == ["open"]
    assert found(ledger, PLATFORM, noon, keys=mine) == ["sealed-2", "sealed-1", "sealed-0", "open"]
    another = Viewer(tenant="linjiang", roles=frozenset({"platform"}), principal="platform-2")
    assert found(ledger, another, noon, keys=mine) == ["open"]
    clerk = Viewer(tenant="linjiang", roles=frozenset({"clerk"}), principal="platform-1")
    assert found(ledger, clerk, noon, keys=mine) == ["open"]
    assert found(ledger, SUPERVISOR, opening, keys=mine) == ["sealed-2", "sealed-1", "sealed-0", "open"]


def test_days_are_days_in_china_and_counts_are_exact(
    ledger: Ledger, record: Callable[..., Decision], make_evidence: Callable[..., Evidence]
) -> None:
    late = datetime.fromisoformat("2026-11-22T23:59:59.999999+08:00")
    early = late + timedelta(microseconds=1)
    record("a", at=late, opening_at=late + timedelta(days=9))
    record("b", at=early, request=asked(LISTED, MEMBER))
    record("c", make_evidence(), effect=Effect.BLOCK, at=early)
    record("x", at=early, tenant="other")
    sunday, monday = date(2026, 11, 22), date(2026, 11, 23)
    opened = late + timedelta(days=9)
    assert ledger.decided.counts(SUPERVISOR, opened, since=sunday, until=monday) == {
        (sunday, Verdict.CLEAR): 1, (monday, Verdict.CLEAR): 1, (monday, Verdict.BLOCK): 1,
    }  # fmt: skip
    assert ledger.decided.counts(SUPERVISOR, opened, since=sunday, until=sunday) == {
        (sunday, Verdict.CLEAR): 1
    }
    assert ledger.decided.counts(SUPERVISOR, early, since=sunday, until=sunday) == {}, (
        "a sealed one is no number"
    )
    assert ledger.decided.counts(PLATFORM, early, since=sunday, until=sunday) == {(sunday, Verdict.CLEAR): 1}
    assert ledger.decided.counts(Viewer(tenant="nobody"), opened, since=sunday, until=monday) == {}


def test_of_an_erased_decision_only_that_there_was_one_is_left(
    ledger: Ledger, record: Callable[..., Decision], noon: datetime
) -> None:
    record("d-1", request=asked(LISTED))
    record("d-2", request=asked(LISTED))
    ledger.erase_decision_subject("d-1", tenant="linjiang", actor="a", at=noon)
    assert found(ledger, keys=[code_key(LISTED)]) == ["d-2"]
    assert found(ledger) == ["d-2", "d-1"]
    assert found(ledger, verdict=Verdict.CLEAR) == ["d-2"]
    assert sum(ledger.decided.counts(SUPERVISOR, noon, since=noon.date(), until=noon.date()).values()) == 1


def test_a_ledger_of_before_gets_the_same_index(
    ledger: Ledger, ledger_url: str, record: Callable[..., Decision], make_evidence: Callable[..., Evidence],
    noon: datetime,
) -> None:  # fmt: skip
    record("d-1", make_evidence(), request=asked(LISTED, member=MEMBER), opening_at=noon + timedelta(days=1))
    record("d-2", request=asked(MEMBER))
    record("d-3", request=asked(LISTED))
    ledger.erase_decision_subject("d-3", tenant="linjiang", actor="a", at=noon)
    ledger.close()
    url = ledger_url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    query = text("SELECT * FROM decision_index ORDER BY tenant, key, event_seq")
    with engine.begin() as connection:
        before = [tuple(row) for row in connection.execute(query)]
        connection.execute(text("DROP TABLE decision_index"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    with open_ledger(ledger_url, create=False) as again:
        assert again.verify().ok
        assert found(again, PLATFORM, keys=[code_key(MEMBER)]) == ["d-2", "d-1"]
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(query)] == before
    engine.dispose()
    assert len(before) == 3 + 3


def test_a_decision_that_cannot_be_read_keeps_no_ledger_shut(
    ledger: Ledger, ledger_url: str, record: Callable[..., Decision]
) -> None:
    for name in ("sound", "cut", "strange"):
        record(name, request=asked(LISTED))
    with ledger._engine.begin() as connection:
        change = text("UPDATE decision SET body = :body WHERE decision_id = :name")
        connection.execute(change, {"body": b"{\xff", "name": "cut"})
        connection.execute(change, {"body": b'{"verdict":"HELLO","bidders":[7]}', "name": "strange"})
        connection.execute(text("DROP TABLE decision_index"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    ledger.close()
    with open_ledger(ledger_url, create=False) as again:
        broken = {(one.seq, one.code) for one in again.verify().problems}
        assert broken == {(2, "audit.decision_altered"), (3, "audit.decision_altered")}
        newest = again.decided.page(SUPERVISOR, datetime.fromisoformat("2026-11-23T12:00:00+08:00"), before=2)
        assert [one.decision_id for one in newest] == ["sound"]
        with pytest.raises(LedgerError) as caught:
            found(again)
    assert caught.value.code == "ledger.tampered"


def test_what_an_older_program_recorded_meanwhile_is_indexed_when_it_is_opened(
    ledger: Ledger, ledger_url: str, record: Callable[..., Decision], noon: datetime
) -> None:
    record("d-1", request=asked(LISTED, member=MEMBER), opening_at=noon + timedelta(days=1))
    record("d-2", request=asked(MEMBER))
    query = text("SELECT * FROM decision_index ORDER BY tenant, key, event_seq")
    with ledger._engine.begin() as connection:
        before = [tuple(row) for row in connection.execute(query)]
        connection.execute(text("DELETE FROM decision_index WHERE event_seq = 1"))
    assert [(one.seq, one.code) for one in ledger.verify().problems] == [(1, "audit.decision_index")]
    ledger.close()
    with open_ledger(ledger_url, create=False) as again:
        with again._engine.connect() as connection:
            assert [tuple(row) for row in connection.execute(query)] == before
        assert again.verify().ok
    with open_ledger(ledger_url, create=False, reading=True) as again:
        assert again.verify().ok


def test_an_altered_index_opens_no_bid(
    ledger: Ledger, record: Callable[..., Decision], noon: datetime
) -> None:
    record("sealed", request=asked(LISTED), opening_at=noon + timedelta(days=3))
    for change in ("opening_at = NULL", "opening_at = 0", "actor = 'user:s'"):
        with ledger._engine.begin() as connection:
            connection.execute(text(f"UPDATE decision_index SET {change}"))
        who = Viewer(tenant="linjiang", roles=frozenset({"platform"}), principal="user:s")
        assert found(ledger, who, noon) == []
        assert found(ledger, who, noon, keys=[code_key(LISTED)]) == []
        assert [one.code for one in ledger.verify().problems] == ["audit.decision_index"]


@pytest.mark.parametrize("ledger_url", ["sqlite"], indirect=True)
def test_an_index_that_is_gone_is_damage(ledger: Ledger, noon: datetime) -> None:
    with ledger._engine.begin() as connection:
        connection.execute(text("DROP TABLE decision_index"))
    with pytest.raises(LedgerError) as caught:
        ledger.decided.counts(Viewer(tenant="t"), noon, since=noon.date(), until=noon.date())
    assert caught.value.code == "ledger.damaged"


def test_a_later_opening_seals_what_was_recorded_and_opens_nothing(
    ledger: Ledger, record: Callable[..., Decision], make_evidence: Callable[..., Evidence], noon: datetime
) -> None:
    first, later = noon + timedelta(days=1), noon + timedelta(days=5)
    body = b'{"tender":{"id":"T-1"},"bidders":[]}'
    record("seen", request=body, opening_at=noon, at=noon - timedelta(days=1))
    record("mine", make_evidence(), request=body, opening_at=first)
    record("other", request=body, opening_at=first, actor="platform-2")
    record("unstated", request=body)
    record("apart", request=body, actor="user:c")
    draft = Draft(kind="tender", id="t1", state="open", body=b"{}", opening_at=first)
    keep = {"tenant": "linjiang", "actor": "platform-1", "at": noon}
    ledger.watching.add(draft, [], **keep)  # type: ignore[arg-type]
    which = Resealed(key=tender_key("T-1"), ids=(), owner="platform-1")
    for expect, opening in enumerate((later, noon + timedelta(days=2)), 1):
        moved = msgspec.structs.replace(draft, opening_at=opening)
        ledger.watching.reseal(moved, **keep, expect=expect, decisions=which)  # type: ignore[arg-type]
        assert found(ledger, at=later - timedelta(seconds=1)) == ["apart", "seen"]
        assert found(ledger, PLATFORM, noon) == ["apart", "unstated", "mine", "seen"]
        assert ledger.pending_matches("linjiang", viewer=SUPERVISOR, at=later - timedelta(seconds=1)) == []
        stored = ledger.decision("mine", tenant="linjiang")
        assert stored is not None
        assert stored.opening_at == later
        assert ledger.decided.sealed_until(SUPERVISOR, noon, tender_key("T-1")) == later
    assert len(found(ledger, at=later)) == 5
    assert len(ledger.pending_matches("linjiang", viewer=SUPERVISOR, at=later)) == 1
    assert ledger.verify().ok
