"""What the ledger hands out: stored decisions, reviews, the review queue, proofs, and who may see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from graph.model import Doc
from matching.decision import Decision, Tier


class LedgerError(Exception):
    """The ledger refused or could not do something. `code` is a message code of matching/messages.toml."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One decision to record: the answer, the request as it came, for whom, by whom, when.

    `opening_at` is the bid opening until which the bidders are sealed (招标投标法 22); `at` is when it is
    recorded. `idempotency_key` closes that reserved slot in the same commit; with `body_hash` the slot is taken in it,
    too, and an error when somebody else has it: then nothing has to be reserved beforehand, nor is left behind by a
    process that dies.
    """

    decision: Decision
    request: bytes
    tenant: str
    actor: str
    opening_at: datetime | None
    at: datetime
    idempotency_key: str = ""
    body_hash: str = ""
    body: bytes = b""
    """The decision's canonical bytes, where the caller has them already."""


class StoredDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded decision. After erasure `decision`, `body` and `request` are None; the chain stays valid."""

    decision_id: str
    tenant: str
    actor: str
    event_seq: int
    recorded_at: datetime
    opening_at: datetime | None
    decision: Decision | None
    body: bytes | None
    """The canonical bytes as recorded."""
    request: bytes | None
    erased: bool = False


class Review(Doc):
    """A person's answer to a possible match: `confirm` or `reject`, with the reason, for one pair."""

    seq: int
    pair_key: str
    answer: Literal["confirm", "reject"]
    reviewer: str
    reason: str
    decision_id: str
    list: str
    record: str
    record_hash: str
    subject: str
    tier: str
    tenant: str
    at: datetime


class Mark(Doc):
    """A dispute about a pair or its end, for or against the record; the lifting of a record or its taking back.

    `record_ref` names the record by a keyed hash (`matching.marks.record_ref`), `item` the objection or repair.
    A dispute is about the pair `pair_key` as the record stood under `record_hash`; one that was upheld says that the
    record as it stood then or under `now_hash` is not about the party. A lift holds from `since` until
    `until` (None: for good); after `confirm_by` a newer full state of the list that still shows the record prevails.
    """

    seq: int = 0
    kind: Literal["dispute", "settle", "uphold", "lift", "restore"]
    record_ref: str
    item: str
    tenant: str
    at: datetime
    decision_id: str = ""
    pair_key: str = ""
    record_hash: str = ""
    now_hash: str = ""
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None
    confirm_by: datetime | None = None


class TenantBook:
    """What people of one tenant answered and entered, as its decisions read it: nobody else's changes them."""

    __slots__ = ("_book", "_tenant")

    def __init__(self, book: ReviewBook, tenant: str) -> None:
        self._book = book
        self._tenant = tenant

    @property
    def marked(self) -> bool:
        """Whether any record has a mark."""
        return self._book.marked

    def answer(self, pair_key: str) -> Review | None:
        """The last answer given for a pair by then, or None."""
        return self._book.answer(pair_key, self._tenant)

    def marks(self, record_ref: str) -> tuple[Mark, ...]:
        """The tenant's marks of a record by then, oldest first."""
        return tuple(mark for mark in self._book.marks(record_ref) if mark.tenant == self._tenant)


class ReviewBook:
    """All answers and marks up to one event of the ledger: an immutable view, so that a replay sees the same ones."""

    __slots__ = ("_answers", "_marks", "seq")

    def __init__(
        self,
        seq: int,
        answers: Mapping[tuple[str, str], Review],
        marks: Mapping[str, tuple[Mark, ...]] | None = None,
    ) -> None:
        self.seq = seq
        self._answers = answers
        self._marks = marks or {}

    @property
    def marked(self) -> bool:
        """Whether any record has a mark."""
        return bool(self._marks)

    def marks(self, record_ref: str) -> tuple[Mark, ...]:
        """Every mark of a record by then, oldest first."""
        return self._marks.get(record_ref, ())

    def all_marks(self) -> dict[str, tuple[Mark, ...]]:
        """A copy of all marks by record."""
        return dict(self._marks)

    def of(self, tenant: str) -> TenantBook:
        """What one tenant's decisions read of it."""
        return TenantBook(self, tenant)

    def answer(self, pair_key: str, tenant: str) -> Review | None:
        """The last answer that a tenant gave for a pair by then, or None."""
        return self._answers.get((tenant, pair_key))

    def given(self, tenant: str) -> Iterator[Review]:
        """Every last answer of a tenant; what it said of a record that was erased is gone."""
        return (one for (whose, _), one in self._answers.items() if whose == tenant)

    def answers(self) -> dict[tuple[str, str], Review]:
        """A copy of all answers by tenant and pair."""
        return dict(self._answers)

    def __len__(self) -> int:
        """How many pairs have an answer."""
        return len(self._answers)


class PendingMatch(msgspec.Struct, frozen=True, kw_only=True):
    """A possible match that a person has to look at: seen in a decision, not yet answered."""

    pair_key: str
    tenant: str
    actor: str
    decision_id: str
    opening_at: datetime | None
    seen_at: datetime
    list: str
    record: str
    record_hash: str
    subject: str
    tier: Tier
    role: str
    submitted: str
    matched: str
    rule: str

    @property
    def presumption(self) -> bool:
        """Whether it asks if the fact behind a presumption of collusion is so, and not who is meant."""
        return self.list == self.rule


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A version of an item to record: what it is, in which state, and what it says (JSON).

    `keys` are what it is looked up by; they are stored as they are, so they hold no identity number of a person.
    `opening_at` seals it like a decision; `due_at` is when a worker or a person has to act.
    """

    kind: str
    id: str
    state: str
    body: bytes
    keys: tuple[str, ...] = ()
    opening_at: datetime | None = None
    due_at: datetime | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A version of an item as recorded; `owner` opened it, `actor` made this version. Erased: `body` is None."""

    kind: str
    id: str
    tenant: str
    version: int
    state: str
    owner: str
    actor: str
    created_at: datetime
    changed_at: datetime
    opening_at: datetime | None
    due_at: datetime | None
    event_seq: int
    body: bytes | None


class Problem(msgspec.Struct, frozen=True):
    """Something that the audit chain proves wrong, at an event number. `code` is a message code."""

    seq: int
    code: str


class VerifyResult(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of checking the whole chain and everything that it refers to."""

    ok: bool
    events: int
    head_seq: int
    head_hash: str
    problems: tuple[Problem, ...] = ()


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The head of the chain on one day: what to print, sign or keep elsewhere, so that a cut tail shows."""

    day: str
    seq: int
    hash: str
    event_seq: int


class KeyState(msgspec.Struct, frozen=True):
    """What an Idempotency-Key stands for: a new slot, the stored decision, another body's, or one in work."""

    state: Literal["new", "done", "conflict", "in_flight"]
    decision_id: str = ""


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: the tenant, the roles held, and the principal's own id (as recorded in `actor`)."""

    tenant: str
    roles: frozenset[str] = frozenset()
    principal: str = ""


class Sealed(Protocol):
    """Anything that tells who bids: a stored decision or a pending match."""

    @property
    def tenant(self) -> str:
        """The tenant it belongs to."""
        ...

    @property
    def actor(self) -> str:
        """The principal who asked for the decision."""
        ...

    @property
    def opening_at(self) -> datetime | None:
        """The bid opening; None where none was stated."""
        ...


def visible(stored: Sealed, viewer: Viewer, at: datetime) -> bool:
    """Whether a viewer may see who bids at an instant (招标投标法 22: sealed until the opening).

    Other tenants never may. Before the opening only the deciding principal may, and only in the role
    `platform`; investigators and administrators wait like everybody else.
    """
    if viewer.tenant != stored.tenant:
        return False
    if stored.opening_at is None or at >= stored.opening_at:
        return True
    return "platform" in viewer.roles and viewer.principal != "" and viewer.principal == stored.actor
