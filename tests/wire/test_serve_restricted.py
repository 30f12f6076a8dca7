"""Restricted records of officials over the wire: hidden from all, shown for a purpose, each look on record first."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta

import httpx
import msgspec
import pytest
from every_kind import OPENED as BIDS
from every_kind import World, decision, routes, world
from serving import Installation, bearer

from api.bootstrap import now
from api.principals import Role, Scope
from matching.decision import Bilingual, Decision, Effect, Finding, LegalBasis
from matching.ledger import Item, Ledger, open_ledger

SECRET = "虚构官员之配偶持有临江公司股份"
PURPOSE = "核查虚构线索一号"


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(Installation(tmp_path_factory.mktemp("restricted") / "home")) as made:
        yield made


def opened(one: World) -> Ledger:
    return open_ledger(f"sqlite:///{one.house.home / 'ledger.db'}")


@pytest.fixture(scope="module")
def restricted(one: World) -> str:
    """A decision that holds a finding about an official, recorded as the program records one."""
    answer = one.client.get(f"/v1/decisions/{decision(one, BIDS)}", headers=one.owner)
    plain = msgspec.json.decode(answer.content, type=Decision)
    finding = Finding(
        code="D07",
        effect=Effect.REVIEW,
        title=Bilingual(zh=SECRET, en=SECRET),
        detail=Bilingual(zh=SECRET, en=SECRET),
        legal_basis=(LegalBasis(instrument="公务员法", article="74", effective_from=date(2019, 6, 1)),),
        restricted=True,
    )
    bidder = msgspec.structs.replace(plain.bidders[0], reasons=(*plain.bidders[0].reasons, finding))
    name = plain.decision_id[:-4] + "0000"
    held = msgspec.structs.replace(plain, decision_id=name, bidders=(bidder, *plain.bidders[1:]))
    with opened(one) as ledger:
        ledger.record_decision(
            decision=held, request=b"{}", tenant="default", actor="key:test", opening_at=None, at=now()
        )
    return name


def looks(one: World, subject: str) -> list[Item]:
    with opened(one) as ledger:
        return ledger.items.page("restricted_access", tenant="default", key=subject)


def purpose(text: str = PURPOSE) -> list[tuple[bytes, bytes]]:
    return [(b"Purpose", text.encode())]


def test_no_route_shows_it_to_anybody_who_states_no_purpose(one: World, restricted: str) -> None:
    asking: list[tuple[httpx.Client, dict[str, str]]] = [(one.client, one.owner)]
    asking += [(person, {}) for person in one.people.values()]
    shown = 0
    for method, path, _ in routes():
        if "{decision_id}" not in path:
            continue
        for who, headers in asking:
            sent = {"If-Match": '"v1"', "Content-Type": "application/json"} | headers
            answer = who.request(
                method, path.replace("{decision_id}", restricted), content=b"{}", headers=sent
            )
            assert SECRET not in answer.text, (method, path)
            shown += answer.status_code == 200
    assert shown > 5
    hidden = one.client.get(f"/v1/decisions/{restricted}", headers=one.owner).json()
    kept = hidden["bidders"][0]["reasons"][-1]
    assert (kept["code"], kept["restricted"], kept["legal_basis"]) == ("D07", True, [])
    assert looks(one, restricted) == []


def test_an_investigator_sees_it_for_a_purpose_and_the_look_is_in_the_chain(
    one: World, restricted: str
) -> None:
    person = one.people[Role.INVESTIGATOR]
    answer = person.get(f"/v1/decisions/{restricted}", headers=purpose())
    assert answer.status_code == 200
    assert SECRET in answer.text
    (look,) = looks(one, restricted)
    assert look.actor == "user:investigator-x"
    assert look.changed_at > now() - timedelta(minutes=5)
    assert msgspec.json.decode(look.body or b"") == {"subject": restricted, "purpose": PURPOSE}
    person.get(f"/v1/decisions/{restricted}", headers=purpose())
    assert len(looks(one, restricted)) == 2


def test_a_purpose_without_the_right_shows_nothing_and_records_no_look(one: World, restricted: str) -> None:
    before = len(looks(one, restricted))
    reader = bearer(one.key(Scope.READ))
    tried: list[tuple[httpx.Client, dict[str, str]]] = [(one.client, reader)]
    tried += [(one.people[role], {}) for role in (Role.CLERK, Role.SUPERVISOR, Role.AUDITOR)]
    for who, headers in tried:
        stated = [*purpose(), *((name.encode(), value.encode()) for name, value in headers.items())]
        answer = who.get(f"/v1/decisions/{restricted}", headers=stated)
        assert (answer.status_code, answer.json()["code"]) == (403, "http.scope")
        assert SECRET not in answer.text
    for wrong in ("\u3000", "x" * 501):
        answer = one.people[Role.INVESTIGATOR].get(f"/v1/decisions/{restricted}", headers=purpose(wrong))
        assert SECRET not in answer.text
    assert len(looks(one, restricted)) == before


def test_what_can_not_be_recorded_is_not_shown(one: World, restricted: str) -> None:
    """The database refuses the record of the look, as on a full disk: nothing is answered."""
    before = len(looks(one, restricted))
    place = one.house.home / "ledger.db"
    refuse = """CREATE TRIGGER full BEFORE INSERT ON item_version WHEN NEW.kind = 'restricted_access'
                BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"""
    with sqlite3.connect(place, timeout=30) as raw:
        raw.execute(refuse)
    try:
        answer = one.people[Role.INVESTIGATOR].get(f"/v1/decisions/{restricted}", headers=purpose())
    finally:
        with sqlite3.connect(place, timeout=30) as raw:
            raw.execute("DROP TRIGGER full")
    assert answer.status_code == 503, answer.text
    assert SECRET not in answer.text
    assert len(looks(one, restricted)) == before
    assert (
        one.people[Role.INVESTIGATOR].get(f"/v1/decisions/{restricted}", headers=purpose()).status_code == 200
    )
