"""What happens to files on their way: cut, changed, filled with rubbish, doubled."""

from __future__ import annotations

import random
from collections.abc import Callable

Damage = Callable[[random.Random, bytes], bytes]


def _cut(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def _flip(rng: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randrange(1, 30)):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _insert(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    junk = rng.choice(
        [b"\0" * 9, b'"', b'"""', b"\xff\xfe", b"\r", b"\n\n", b",,,,,,", b"=1+1", b"\x1a", b"x" * 150_000]
    )
    return data[:at] + junk + data[at:]


def _drop(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.randrange(1, 400) :]


def _double(rng: random.Random, data: bytes) -> bytes:
    return data + data[rng.randrange(len(data)) :]


def same(rng: random.Random, data: bytes) -> bytes:
    return data


DAMAGES: tuple[Damage, ...] = (_cut, _flip, _insert, _drop, _double)
