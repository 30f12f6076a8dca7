"""The chain's bytes are RFC 8785, compared with an independent implementation; and no edit goes unseen."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from matching.decision import Decision
from matching.ledger.chain import GENESIS, MAX_INT, Event, agrees, canonical, decode, link, salted

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
"""Any text that UTF-8 can hold: control characters, planes beyond the basic one, unassigned code points."""

ASCII = st.text(st.characters(max_codepoint=127), max_size=20)

EVENTS = st.builds(
    Event,
    seq=st.integers(0, MAX_INT),
    kind=TEXT,
    at=st.integers(-MAX_INT, MAX_INT),
    tenant=TEXT,
    actor=TEXT,
    ref=TEXT,
    digest=TEXT,
    data=st.dictionaries(ASCII, TEXT, max_size=6),
)


@given(EVENTS)
def test_events_are_written_as_rfc_8785_says(event: Event) -> None:
    assert canonical(event) == rfc8785.dumps(msgspec.to_builtins(event))


@given(EVENTS)
def test_events_are_read_back_only_from_their_own_bytes(event: Event) -> None:
    body = canonical(event)
    assert decode(body) == event
    assert decode(body + b" ") is None
    assert decode(body.replace(b"{", b"{ ", 1)) is None


@given(st.binary(max_size=60))
def test_noise_is_no_event(noise: bytes) -> None:
    assert decode(noise) is None


@pytest.mark.parametrize("key", ["名", "\U0001f600", "\ufb33", "é"])
def test_keys_that_rfc_8785_would_sort_otherwise_are_refused(key: str) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        canonical(Event(seq=1, kind="k", at=0, tenant="", actor="", ref="", data={key: "x"}))


@pytest.mark.parametrize("number", [MAX_INT + 1, 2**63, -1])
def test_numbers_that_json_cannot_carry_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="exact"):
        canonical(Event(seq=number, kind="k", at=0, tenant="", actor="", ref=""))
    with pytest.raises(ValueError, match="exact"):
        canonical(Event(seq=1, kind="k", at=2**53, tenant="", actor="", ref=""))


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        canonical(Event(seq=1, kind="k", at=0, tenant="", actor="\ud800", ref=""))


def test_every_field_name_of_an_event_is_ascii_and_no_value_is_a_float() -> None:
    names = {field.name: field.type for field in msgspec.structs.fields(Event)}
    assert all(name.isascii() for name in names)
    assert set(names.values()) == {int, str, dict[str, str]}


def test_no_field_of_a_decision_is_a_float() -> None:
    schema = msgspec.json.encode(msgspec.json.schema(Decision)).decode()
    assert '"type":"number"' not in schema
    assert '"integer"' in schema


@given(st.lists(EVENTS, min_size=2, max_size=5), st.data())
def test_changing_any_byte_changes_every_later_hash(events: list[Event], data: st.DataObject) -> None:
    bodies = [canonical(event) for event in events]

    def heads(parts: list[bytes]) -> list[bytes]:
        found, head = [], GENESIS
        for body in parts:
            head = link(head, body)
            found.append(head)
        return found

    index = data.draw(st.integers(0, len(bodies) - 1))
    place = data.draw(st.integers(0, len(bodies[index]) - 1))
    changed = list(bodies)
    changed[index] = (
        bodies[index][:place]
        + bytes([bodies[index][place] ^ data.draw(st.integers(1, 255))])
        + bodies[index][place + 1 :]
    )
    before, after = heads(bodies), heads(changed)
    assert before[:index] == after[:index]
    assert all(a != b for a, b in zip(before[index:], after[index:], strict=True))
    assert before[0] == hashlib.sha256(GENESIS + bodies[0]).digest()


@given(st.binary(min_size=16, max_size=16), st.binary(max_size=50), st.binary(max_size=50))
def test_a_digest_agrees_with_its_body_alone(salt: bytes, body: bytes, other: bytes) -> None:
    digest = salted(salt, body)
    assert agrees(salt, body, digest)
    assert agrees(salt, other, digest) is (body == other)
    assert not agrees(None, body, digest)
    assert not agrees(salt, None, digest)
    assert not agrees(salt, body.hex(), digest)
