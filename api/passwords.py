"""Passwords as NIST SP 800-63B asks: long, not a common one, no rules about characters; kept as argon2id hashes.

Hashing is slow and takes memory on purpose, so only a few run at once in a process: a flood of attempts to sign in
costs those who make it their time, and nobody else their decisions.
"""

from __future__ import annotations

import base64
import os
import secrets
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

SHORTEST, LONGEST = 12, 128
"""Characters. What is longer than the longest is refused, not cut."""
STRONG: Final = 3
"""zxcvbn's score from which a guess offline takes too long to be tried: dictionaries, names, keyboards, repetitions."""
TIME_COST, MEMORY_KIB, LANES = 2, 47_104, 1
"""argon2id with 46 MiB: above what OWASP's password storage page asks at least."""
AT_ONCE: Final = 2
WAIT_SECONDS: Final = 5.0
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody takes for another: for passwords that are read from paper."""


class PasswordError(Exception):
    """A password can't be taken. `code` is a message of api/messages.toml; the password never stands in it."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class HashingBusyError(Exception):
    """Too many hashes are being made at once."""


def normalized(password: str) -> str:
    """A password as it is hashed: the same however a keyboard composes its characters."""
    return unicodedata.normalize("NFKC", password)


def check(password: str, personal: Iterable[str] = ()) -> None:
    """Whether a password may be chosen.

    Args:
        password: as typed.
        personal: words that stand close to its owner, such as the name to sign in with.

    Raises:
        PasswordError: `password.short`, `password.long`, `password.common`.
    """
    text = normalized(password)
    if len(text) < SHORTEST:
        raise PasswordError("password.short", shortest=SHORTEST)
    if len(text) > LONGEST:
        raise PasswordError("password.long", longest=LONGEST)
    from zxcvbn import zxcvbn

    words = [word for word in (*personal, "liancheng", "联惩") if word]
    rest = text.casefold()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word.casefold(), "")
    if sum(c.isalnum() for c in rest) < SHORTEST // 2:
        raise PasswordError("password.common")
    # the library looks at 72 characters: a guess at the rest is not easier
    if zxcvbn(text[:72], user_inputs=words)["score"] < STRONG:
        raise PasswordError("password.common")


def one_time() -> str:
    """A random password to be shown once and replaced at the first sign-in: 100 bits, in groups of five."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(20))
    return "-".join(letters[i : i + 5] for i in range(0, 20, 5))


class Hasher:
    """Makes and checks hashes, a few at a time. One a process; threads share it."""

    def __init__(self) -> None:
        from argon2 import PasswordHasher, Type

        self._slots = threading.BoundedSemaphore(AT_ONCE)
        self._argon = PasswordHasher(
            time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID
        )
        # the hash of no password: checking it takes an unknown name as long as a known one
        salt, digest = (base64.b64encode(os.urandom(n)).decode().rstrip("=") for n in (16, 32))
        self._nobody = f"$argon2id$v=19$m={MEMORY_KIB},t={TIME_COST},p={LANES}${salt}${digest}"

    def hash(self, password: str) -> str:
        """The hash to keep.

        Raises:
            HashingBusyError: too many at once.
        """
        with self._slot():
            return self._argon.hash(normalized(password))

    def verify(self, hashed: str | None, password: str) -> bool:
        """Whether a password has a hash; without one it takes as long and is never true.

        Raises:
            HashingBusyError: too many at once.
        """
        from argon2.exceptions import InvalidHashError, VerificationError

        with self._slot():
            try:
                same = self._argon.verify(hashed or self._nobody, normalized(password))
            except (VerificationError, InvalidHashError):
                return False
        return same and hashed is not None

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=WAIT_SECONDS):
            raise HashingBusyError
        try:
            yield
        finally:
            self._slots.release()
