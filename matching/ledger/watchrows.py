"""What the ledger keeps of those who are watched, and of what changed for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from matching.ledger.model import Draft, Entry

CHANGE_BITS: Final = 12
"""Changes told with one event: their numbers are its own with so many bits behind."""


class NewWatched(msgspec.Struct, frozen=True, kw_only=True):
    """A party or tender to watch: `ref` is what its owner calls it, `traces` finds it, `party` is what is asked."""

    ref: str
    traces: bytes
    party: bytes
    found: bytes | None = None


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """A party or tender that is watched, with what was found of it last."""

    id: int
    tenant: str
    kind: str
    item: str
    ref: str
    owner: str
    opening_at: datetime | None
    state: int
    version: int
    due_at: datetime | None
    traces: bytes
    party: bytes | None
    found: bytes | None

    @property
    def actor(self) -> str:
        """Who may see it before the opening (`matching.ledger.visible`)."""
        return self.owner


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Something that changed for one of them, as recorded; `seq` orders all changes of an installation."""

    seq: int
    tenant: str
    kind: str
    item: str
    watched: int
    owner: str
    opening_at: datetime | None
    at: datetime
    body: bytes | None

    @property
    def actor(self) -> str:
        """Who may see it before the opening (`matching.ledger.visible`)."""
        return self.owner


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One of them decided anew: what was found, when to look again, and what to tell."""

    row: Watched
    found: bytes
    traces: bytes
    due_at: datetime | None
    changes: tuple[bytes, ...] = ()
    entry: Entry | None = None
    """The decision that proves the change; recorded with it."""
    drafts: tuple[tuple[Draft, int | None], ...] = ()
    """Items that follow (alerts), each with the version that was seen."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a step told about one monitor or tender."""

    tenant: str
    kind: str
    item: str
    opening_at: datetime | None
    """Until then not even the number of changes is told to others (招标投标法 22)."""
    changes: int
    first: int
    last: int


class Progress(msgspec.Struct, frozen=True):
    """How far a piece of work has come; `version` is what the next writer has to have seen."""

    version: int
    value: bytes


def digest(bodies: Iterable[bytes]) -> str:
    """Digest of the changes of one event. Each body holds a random name, so that nobody can guess it from this."""
    whole = hashlib.sha256()
    for body in bodies:
        whole.update(len(body).to_bytes(8, "big") + body)
    return whole.hexdigest()
