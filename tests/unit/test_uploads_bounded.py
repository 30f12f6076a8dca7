"""What is uploaded at once is bounded, whoever sends it: more is refused and told to come again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import Request

from api.problems import MAX_BODY
from api.routes.problem import ProblemError
from api.uploads import ROOM, let_go, take


@pytest.fixture
def full() -> Iterator[int]:
    """Room for no more than ten bytes."""
    size = 4 * MAX_BODY - 10
    assert ROOM.take(size)
    yield size
    ROOM.give(size)


def request(*parts: bytes) -> Request:
    told = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    left = iter([*told, {"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        return next(left)

    return Request({"type": "http", "method": "POST", "headers": [(b"content-type", b"text/csv")]}, receive)


def test_a_list_has_its_room_until_it_is_answered(full: int) -> None:
    first, second = request(b"a,b\r\n", b"1,2"), request(b"a,b")
    assert asyncio.run(take(first)).data == b"a,b\r\n1,2"
    with pytest.raises(ProblemError) as caught:
        asyncio.run(take(second))
    assert (caught.value.code, caught.value.headers) == ("http.busy", {"Retry-After": "5"})
    let_go(second)
    let_go(first)
    let_go(first)
    third = request(b"0123456789")
    assert asyncio.run(take(third)).data == b"0123456789"
    let_go(third)
    assert ROOM.take(10)
    assert not ROOM.take(1)
    ROOM.give(10)
