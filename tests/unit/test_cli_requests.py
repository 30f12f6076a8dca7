"""Bodies of decision requests: at least two thousand malformed ones, each refused with a clear error."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.problems import RequestError, parse_request, pointer
from graph.messages import LANGS

NUMBER = "329901198811062462"
SOUND: dict[str, Any] = {
    "tender": {
        "id": "T1",
        "regime": "政府采购",
        "stage": "评标",
        "as_of": "2026-11-22",
        "invoked_lists": ["YZWF"],
    },
    "lots": [{"id": "L1", "name": "一标段"}],
    "bidders": [
        {
            "client_id": "b1",
            "name": "临江市示例有限公司",
            "identifiers": [{"scheme": "uscc", "id": "91329901MAGLD00148"}],
            "legal_rep": {"name": "虚构甲", "identifiers": [{"id": NUMBER}], "age": 38},
            "project_manager": "虚构乙",
            "contacts": [{"phone": "00000000000"}],
            "price": "12.50",
            "lots": ["L1"],
            "consortium": {"role": "lead", "members": ["临江市另一有限公司", {"name": "临江市第三有限公司"}]},
            "documents": [{"sha256": "0" * 64}],
        }
    ],
}


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a document."""
    inner: list[tuple[str | int, ...]] = []
    if isinstance(value, dict):
        inner = [p for key, item in value.items() for p in places(item, (*path, key))]
    elif isinstance(value, list):
        inner = [p for index, item in enumerate(value) for p in places(item, (*path, index))]
    return [path, *inner] if path else inner


def changed(document: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """A copy with another value at a place."""
    copy = json.loads(json.dumps(document))
    target = copy
    for part in path[:-1]:
        target = target[part]
    target[path[-1]] = value
    return copy


WRONG: tuple[Any, ...] = (
    {"unknown": 1}, [[[]]], {"": {}}, [{"unknown": None}], "x" * 2_000_001, {"name": {"name": 1}}, [NUMBER, 1, None],
)  # fmt: skip


def refused(body: bytes) -> RequestError | None:
    """The refusal of a body; anything but a refusal or a request is a defect."""
    try:
        parse_request(body)
    except RequestError as error:
        return error
    return None


def check(error: RequestError) -> None:
    assert error.problems
    for problem in error.problems:
        for lang in LANGS:
            document = problem.document(lang)
            assert document["message"]
            assert "Traceback" not in document["message"]
            assert NUMBER not in document["message"]
        assert problem.pointer == "" or problem.pointer.startswith("/")


def test_the_sound_one_is_read() -> None:
    assert refused(json.dumps(SOUND).encode()) is None


def test_wrong_values_at_every_place_are_refused_where_they_stand() -> None:
    count = 0
    for path in places(SOUND):
        for value in WRONG:
            error = refused(json.dumps(changed(SOUND, path, value)).encode())
            if error is not None:
                check(error)
                count += 1
                assert any(p.pointer.startswith(pointer(path[:1])) for p in error.problems)
    assert count > 200


def test_two_thousand_damaged_texts() -> None:
    rng = random.Random(20261122)
    text = json.dumps(SOUND, ensure_ascii=False).encode()
    refusals = 0
    for _ in range(2_500):
        damaged = bytearray(text)
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(len(damaged))
            match rng.randrange(4):
                case 0:
                    damaged[place] = rng.randrange(256)
                case 1:
                    del damaged[place : place + rng.randint(1, 40)]
                case 2:
                    damaged[place:place] = rng.choice(
                        [b"{", b"]", b'"', b"\\", b",", b"\x00", b"NaN", b"1e999"]
                    )
                case _:
                    del damaged[place:]
            if not damaged:
                break
        error = refused(bytes(damaged))
        if error is not None:
            check(error)
            refusals += 1
    assert refusals > 2_000


@given(st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["bidders", "tender", "name", "identifiers", "id", "regime", "lots", "x"]), inner, max_size=4
    ),
    max_leaves=20,
))  # fmt: skip
def test_any_document_is_a_request_or_a_clear_refusal(document: Any) -> None:
    error = refused(json.dumps(document).encode())
    if error is not None:
        check(error)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "body.json"),
        (b"\xff\xfe", "body.encoding"),
        (b'{"bidders":[{"name":"\\ud800"}]}', "body.text"),
        (b'{"bidders":[],"bidders":[]}', "body.duplicate"),
        (b'{"bidders":[{"name":"a","price":NaN}]}', "body.number"),
        (b'{"bidders":[{"name":"a","price":1' + b"0" * 99 + b"}]}", "body.number"),
        (b"[" * 100_000, "body.deep"),
        (b"3", "body.object"),
        (b"{}", "body.missing"),
        (b'{"bidders":[]}', "body.empty"),
        (b'{"bidders":[{}]}', "request.bidder_unnamed"),
        (b'{"bidders":[{"name":"' + b"a" * 201 + b'"}]}', "body.long"),
        (b'{"bidders":[{"name":"a"}],"tender":{"as_of":"soon"}}', "body.time"),
        (b'{"bidders":[{"name":"a"}],"tender":{"activity_date":"soon"}}', "body.date"),
        (b'{"bidders":[{"name":"a"}],"tender":{"as_of":"9999-12-31T23:59:59-08:00"}}', "body.time"),
        (b'{"bidders":[{"name":"a"}],"known_at":"0001-01-01"}', "body.time"),
        (b'{"bidders":[{"name":"a"}],"tender":{"activity_date":"0001-01-01"}}', "body.date"),
        (
            b'{"bidders":[{"name":"a","client_id":"1"},{"name":"b","client_id":"1"}]}',
            "request.duplicate_client_id",
        ),
        (b'{"bidders":[{"name":"a","client_id":"2"},{"name":"b"}]}', "request.duplicate_client_id"),
        (b'{"bidders":[{"name":"a","age":-1}]}', "body.greater_than_equal"),
        (b'{"bidders":[{"name":"a","age":1.5}]}', "body.integer"),
        (b'{"bidders":[{"name":"a","documents":[{"sha256":"x"}]}]}', "body.pattern"),
    ],
)
def test_codes(body: bytes, code: str) -> None:
    error = refused(body)
    assert error is not None
    assert [p.code for p in error.problems] == [code]


def test_pointers_are_escaped() -> None:
    assert pointer(("a/b", 0, "c~d")) == "/a~1b/0/c~0d"
    assert pointer(()) == ""


def test_decimals_are_exact() -> None:
    request = parse_request(b'{"bidders":[{"name":"a","price":0.1}]}')
    assert str(request.bidders[0].price) == "0.1"
