"""The audit chain: hash_n = SHA-256(hash_{n-1} ‖ canonical JSON (RFC 8785) of event n).

An event holds references and salted digests, never bodies, so that erasing a body leaves the chain valid.

RFC 8785 sorts keys by UTF-16 units and writes numbers as ECMAScript doubles. Both can't differ here: keys are
ASCII (where every order agrees), numbers are whole and below 2^53, and there is nothing else.
"""

from __future__ import annotations

import hashlib

import msgspec

from graph.model import Doc

GENESIS = bytes(32)
"""hash_0, before the first event."""

MAX_INT = 2**53 - 1
"""The largest whole number that JSON carries exactly (RFC 8785, ECMAScript Number.MAX_SAFE_INTEGER)."""

SALT_BYTES = 16


class Event(Doc, omit_defaults=False):
    """One entry of the chain. `at` is microseconds since 1970 UTC; `data` holds further references."""

    v: int = 1
    seq: int
    kind: str
    at: int
    tenant: str
    actor: str
    ref: str
    digest: str = ""
    data: dict[str, str] = msgspec.field(default_factory=dict)


_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(Event)


def canonical(event: Event) -> bytes:
    """The RFC 8785 bytes of an event.

    Raises:
        ValueError: a key that is not ASCII, a number beyond 2^53 - 1, or text with a lone surrogate.
    """
    if not all(key.isascii() for key in event.data):
        raise ValueError("event keys are ASCII")
    if not (0 <= event.seq <= MAX_INT and -MAX_INT <= event.at <= MAX_INT and 0 <= event.v <= MAX_INT):
        raise ValueError("event numbers are exact in JSON")
    return _ENCODER.encode(event)


def decode(body: bytes) -> Event | None:
    """The event of canonical bytes; None when they are not exactly what `canonical` writes."""
    try:
        event = _DECODER.decode(body)
        return event if canonical(event) == body else None
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        return None


def link(previous: bytes, body: bytes) -> bytes:
    """The hash of an event whose canonical bytes are `body`, after an event with hash `previous`."""
    return hashlib.sha256(previous + body).digest()


def salted(salt: bytes, body: bytes) -> str:
    """Digest of a body under a salt, in hex: without the salt, nobody can guess the body from it."""
    return hashlib.sha256(salt + body).hexdigest()


def octets(value: object) -> bytes:
    """A stored binary value. Anything else, such as text that somebody wrote into its place, is nothing."""
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else b""


def agrees(salt: object, body: object, digest: str) -> bool:
    """Whether a stored body is the one whose digest stands in the chain."""
    return (
        octets(salt) != b""
        and isinstance(body, bytes | memoryview)
        and salted(octets(salt), octets(body)) == digest
    )
