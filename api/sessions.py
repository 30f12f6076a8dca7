"""Sessions of people who signed in: a random token in a cookie, of which only the hash is kept.

A session ends when nobody used it for half an hour, after twelve hours, when its owner signs out, changes the password
or is disabled. Whatever changes something needs the session's second token in a header, which no other web page can
read (CSRF). Signing in is slowed down per name and address; where a person signed in before, strangers can't lock
them out.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
import uuid_utils

from api import users
from api.principals import ROLE_SCOPES, Principal
from matching.ledger import Draft, Item, LedgerError
from matching.ledger.people import Limit

if TYPE_CHECKING:
    from matching.ledger import Ledger

KIND: Final = "session"
OPEN, ENDED = "open", "ended"
TOKEN_BYTES: Final = 32
IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
USE_EVERY: Final = timedelta(minutes=1)
"""How often the time of the last use is written."""
FRESH_SECONDS: Final = 2.0
"""For how long a session that was looked up is trusted without asking the ledger: an end works within it."""
MOST_REMEMBERED: Final = 4_096
MOST_LISTED: Final = 100
"""Sessions of a person that their own page shows."""
PAIR, NAME, ADDRESS = Limit(free=5, longest=900), Limit(free=20, longest=60), Limit(free=50, longest=60)
"""Attempts that may fail at once, and the longest wait in seconds: of a name from an address, of a name, of an address.

A stranger can make a name wait a minute at most, and not at all for those who signed in from their address before."""


class SignInError(Exception):
    """Nobody was signed in, for a reason that is the same for every cause."""


class TooManyAttemptsError(Exception):
    """Too many attempts failed: `seconds` to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class SessionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a session: whose, of which epoch, until when at most."""

    user: str
    epoch: int
    expires_at: datetime


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session in use."""

    id: str
    principal: Principal
    csrf: str
    expires_at: datetime
    item: Item
    user: Item


class OpenSession(msgspec.Struct, frozen=True, kw_only=True):
    """Where a person is signed in, as their own page shows it: nothing of it opens the session."""

    id: str
    begun_at: datetime
    used_at: datetime
    expires_at: datetime


def csrf_token(token: str) -> str:
    """The second token of a session, made from the first: nothing has to be kept of it."""
    made = hmac.new(token.encode(), b"liancheng csrf", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Sessions:
    """Begins, finds and ends sessions. One a process; threads share it.

    Args:
        ledger: where users and sessions are kept, so that every process knows them.
        people: the users.
        secret: the installation's key, by which names and addresses of attempts are hidden.
    """

    def __init__(self, ledger: Ledger, people: users.Users, secret: bytes) -> None:
        self._ledger = ledger
        self._users = people
        self._secret = secret
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Session | None]] = {}
        self._written: dict[str, datetime] = {}
        self._asked = (float("-inf"), False)

    def sign_in(
        self, name: str, password: str, *, tenant: str, address: str, at: datetime
    ) -> tuple[str, Session]:
        """Begin a session; the first value is the token, which stands nowhere else.

        Raises:
            SignInError: unknown name, wrong password, disabled, or a first password that is too old: never which.
            TooManyAttemptsError: after failures.
            HashingBusyError: too many at once.
        """
        item = self._users.find(name, tenant=tenant)
        subjects = self._subjects(tenant, name.strip().lower(), address)
        self._attempt(subjects, at)
        if not self._users.verify(item, password) or item is None:
            raise SignInError
        record = users.read(item)
        late = record.must_change and at - record.password_at > users.TEMPORARY
        if item.state != users.ACTIVE or late:
            raise SignInError
        self._succeeded(subjects, at)
        return self._begin(item, at)

    def change_password(
        self, session: Session, current: str, password: str, *, address: str, at: datetime
    ) -> tuple[str, Session]:
        """Replace one's own password; every session ends and a new one begins.

        Raises:
            UserError: `users.password`, `users.same`.
            PasswordError: the new one can't be taken.
            TooManyAttemptsError: after failures.
            HashingBusyError: too many at once.
        """
        item = self._users.find(users.read(session.user).name, tenant=session.user.tenant)
        if item is None:
            raise users.UserError("users.unknown")
        subjects = self._subjects(item.tenant, users.read(item).name, address)
        self._attempt(subjects, at)
        if not self._users.verify(item, current):
            raise users.UserError("users.password")
        self._succeeded(subjects, at)
        changed = self._users.choose(item, current, password, at=at)
        self.end(session, at)
        return self._begin(changed, at)

    def find(self, token: str, at: datetime) -> Session | None:
        """The session of a token; None for an unknown, ended, expired or idle one."""
        digest = _digest(token)
        now = time.monotonic()
        with self._lock:
            kept = self._known.get(digest)
        if kept is None or now - kept[0] >= FRESH_SECONDS:
            found = self._look_up(digest, token, at)
            with self._lock:
                if len(self._known) >= MOST_REMEMBERED:
                    self._known.clear()
                    self._written.clear()
                self._known[digest] = (now, found)
        else:
            found = kept[1]
        if found is None or found.expires_at <= at:
            return None
        self._used(found.id, at)
        return found

    def end(self, session: Session, at: datetime) -> None:
        """Sign out. Ending it twice changes nothing."""
        keys = (f"user:{session.user.id}",)
        draft = Draft(kind=KIND, id=session.id, state=ENDED, body=session.item.body or b"", keys=keys)
        tenant, actor = session.principal.tenant, session.principal.id
        with self._lock:
            self._known = {key: kept for key, kept in self._known.items() if kept[1] is not session}
        try:
            self._ledger.items.put(draft, tenant=tenant, actor=actor, at=at, expect=session.item.version)
        except LedgerError as error:
            if error.code != "ledger.item_stale":
                raise

    def of(self, session: Session, at: datetime) -> list[OpenSession]:
        """The sessions of a session's owner that are not over, last begun first."""
        epoch = users.read(session.user).epoch
        found = self._ledger.items.page(
            KIND, tenant=session.user.tenant, key=f"user:{session.user.id}", state=OPEN, limit=MOST_LISTED
        )
        listed = []
        for item in found:
            if item.body is None:
                continue
            kept = msgspec.json.decode(item.body, type=SessionRecord)
            last = self._ledger.people.session_last_used(item.id) or item.created_at
            if kept.epoch == epoch and kept.expires_at > at and at - last <= IDLE:
                listed.append(
                    OpenSession(
                        id=item.id, begun_at=item.created_at, used_at=last, expires_at=kept.expires_at
                    )
                )
        return listed

    def end_other(self, session: Session, other: str, at: datetime) -> None:
        """End another session of the same owner; one that is over or somebody else's stays as it is."""
        item = self._ledger.items.get(KIND, other, tenant=session.user.tenant)
        if item is None or item.state != OPEN or item.body is None:
            return
        if msgspec.json.decode(item.body, type=SessionRecord).user != users.read(session.user).name:
            return
        draft = Draft(kind=KIND, id=other, state=ENDED, body=item.body, keys=(f"user:{session.user.id}",))
        with self._lock:
            self._known = {
                key: kept for key, kept in self._known.items() if kept[1] is None or kept[1].id != other
            }
        self._ledger.items.put(
            draft, tenant=item.tenant, actor=session.principal.id, at=at, expect=item.version
        )

    def any(self) -> bool:
        """Whether anybody can sign in."""
        now = time.monotonic()
        if now - self._asked[0] >= FRESH_SECONDS:
            self._asked = (now, users.any_user(self._ledger))
        return self._asked[1]

    def unlock(self, tenant: str, name: str) -> None:
        """Let a name be tried again at once, wherever from it was not tried before."""
        self._ledger.people.forget_attempts((self._hidden("name", tenant, name),))

    def _begin(self, item: Item, at: datetime) -> tuple[str, Session]:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        record = users.read(item)
        kept = SessionRecord(user=record.name, epoch=record.epoch, expires_at=at + ABSOLUTE)
        draft = Draft(
            kind=KIND,
            id=str(uuid_utils.uuid7()),
            state=OPEN,
            body=msgspec.json.encode(kept),
            keys=(f"hash:{_digest(token)}", f"user:{item.id}"),
        )
        actor = users.principal_id(record.name)
        opened = self._ledger.items.put(draft, tenant=item.tenant, actor=actor, at=at)
        return token, self._session(opened, item, token, kept)

    def _look_up(self, digest: str, token: str, at: datetime) -> Session | None:
        found = self._ledger.items.with_key(KIND, [f"hash:{digest}"], limit=1)
        if not found or found[0].state != OPEN or found[0].body is None:
            return None
        kept = msgspec.json.decode(found[0].body, type=SessionRecord)
        item = self._users.find(kept.user, tenant=found[0].tenant)
        if item is None or item.body is None or item.state != users.ACTIVE:
            return None
        if users.read(item).epoch != kept.epoch:
            return None
        last = self._ledger.people.session_last_used(found[0].id) or found[0].created_at
        if at - last > IDLE:
            return None
        return self._session(found[0], item, token, kept)

    def _session(self, item: Item, user: Item, token: str, kept: SessionRecord) -> Session:
        record = users.read(user)
        principal = Principal(
            id=users.principal_id(record.name),
            tenant=user.tenant,
            scopes=frozenset(scope for role in record.roles for scope in ROLE_SCOPES[role]),
            roles=frozenset(record.roles),
            name=record.display,
            must_change=record.must_change,
        )
        return Session(
            id=item.id,
            principal=principal,
            csrf=csrf_token(token),
            expires_at=kept.expires_at,
            item=item,
            user=user,
        )

    def _used(self, session: str, at: datetime) -> None:
        with self._lock:
            last = self._written.get(session)
            if last is not None and at - last < USE_EVERY:
                return
            self._written[session] = at
        self._ledger.people.session_used(session, at)

    def _attempt(self, subjects: tuple[str, str, str, str], at: datetime) -> None:
        pair, whole, place, known = subjects
        limits = {pair: PAIR, whole: NAME, place: ADDRESS}
        seconds = self._ledger.people.attempt(limits, at=at, known=known, spared=whole)
        if seconds > 0:
            raise TooManyAttemptsError(seconds)

    def _succeeded(self, subjects: tuple[str, str, str, str], at: datetime) -> None:
        pair, whole, place, known = subjects
        self._ledger.people.succeeded(clear=(pair,), taken_back=(whole, place), known=known, at=at)

    def _subjects(self, tenant: str, name: str, address: str) -> tuple[str, str, str, str]:
        return (
            self._hidden("pair", tenant, name, address),
            self._hidden("name", tenant, name),
            self._hidden("address", address),
            self._hidden("known", tenant, name, address),
        )

    def _hidden(self, *parts: str) -> str:
        return hmac.new(self._secret, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()
