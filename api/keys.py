"""API keys: shown once, kept as hashes, with scopes, expiry, rotation and when they were last used.

A key reads `lc_<prefix>_<secret>`: 8 characters that name it in lists and logs, and 32 random bytes. Random bytes of
that length need no slow hash: nobody tries them all.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from api.principals import Principal, Scope
from matching.ledger import Draft, Item

if TYPE_CHECKING:
    from matching.ledger import Ledger

KIND: Final = "api_key"
ACTIVE: Final = "active"
"""Under it the keys that were not revoked are found, however many there have been."""
SECRET_BYTES: Final = 32
GRACE: Final = timedelta(hours=24)
"""How long a rotated key goes on beside its successor."""
FRESH_SECONDS: Final = 2.0
"""For how long a key that was looked up is trusted without asking the ledger: a revocation works within it."""
USE_EVERY: Final = timedelta(minutes=1)
"""How often the time of the last use is written."""
MOST_REMEMBERED: Final = 4_096

_FORM = re.compile(r"lc_([0-9a-z]{8})_([0-9a-z]{52})")


class ApiKeyError(Exception):
    """A key can't be made or changed. `code` is a message of api/messages.toml."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class KeyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a key: never the key."""

    prefix: str
    name: str
    scopes: tuple[Scope, ...]
    hash: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    successor: str = ""


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key as lists show it."""

    prefix: str
    tenant: str
    name: str
    scopes: tuple[Scope, ...]
    state: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    last_used_at: datetime | None
    successor: str


def digest(secret: str) -> str:
    """What is stored of a key's secret part."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make(
    ledger: Ledger,
    *,
    tenant: str,
    name: str,
    scopes: Iterable[Scope],
    actor: str,
    at: datetime,
    expires_at: datetime | None = None,
    seed: str = "",
) -> tuple[str, KeyView]:
    """Make a key; the first value is the key itself, which nobody can show again.

    Its prefix follows from `seed`, where there is one, so that nothing is made of the same seed twice.

    Raises:
        ApiKeyError: `keys.name`, `keys.scopes`, `keys.expired`.
        LedgerError: `ledger.item_exists`: a key of that seed was made; nothing was kept.
    """
    chosen = tuple(sorted(set(scopes)))
    if not name.strip() or len(name) > 100:
        raise ApiKeyError("keys.name")
    if not chosen:
        raise ApiKeyError("keys.scopes")
    if expires_at is not None and expires_at <= at:
        raise ApiKeyError("keys.expired")
    named = hashlib.sha256(f"{tenant}\x1f{seed}".encode()).digest() if seed else secrets.token_bytes(5)
    key, record = _fresh(named[:5], name.strip(), chosen, actor, at, expires_at)
    item = ledger.items.put(_draft(record, "active"), tenant=tenant, actor=actor, at=at)
    return key, _view(item, None)


def _fresh(
    named: bytes, name: str, scopes: tuple[Scope, ...], actor: str, at: datetime, expires_at: datetime | None
) -> tuple[str, KeyRecord]:
    """A key and what is kept of it."""
    prefix = base64.b32encode(named).decode().lower()
    secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode().lower().rstrip("=")
    record = KeyRecord(
        prefix=prefix,
        name=name,
        scopes=scopes,
        hash=digest(secret),
        created_at=at,
        created_by=actor,
        expires_at=expires_at,
    )
    return f"lc_{prefix}_{secret}", record


def revoke(ledger: Ledger, prefix: str, *, tenant: str, actor: str, at: datetime) -> KeyView:
    """End a key at once (within `FRESH_SECONDS` in every worker). Ending it twice changes nothing.

    Raises:
        ApiKeyError: `keys.unknown`.
    """
    item = _item(ledger, prefix, tenant)
    if item.state == "revoked":
        return _view(item, None)
    changed = ledger.items.put(
        _draft(_record(item), "revoked"), tenant=tenant, actor=actor, at=at, expect=item.version
    )
    return _view(changed, None)


def rotate(
    ledger: Ledger, prefix: str, *, tenant: str, actor: str, at: datetime, grace: timedelta = GRACE
) -> tuple[str, KeyView]:
    """Make a successor with the same name, scopes and expiry; the old key goes on for `grace`: nobody is cut off.

    Raises:
        ApiKeyError: `keys.unknown`, `keys.ended` (revoked or expired).
        LedgerError: `ledger.item_stale`: somebody changed it meanwhile; neither was kept.
    """
    item = _item(ledger, prefix, tenant)
    record = _record(item)
    if item.state != "active" or (record.expires_at is not None and record.expires_at <= at):
        raise ApiKeyError("keys.ended", prefix=prefix)
    key, fresh = _fresh(secrets.token_bytes(5), record.name, record.scopes, actor, at, record.expires_at)
    end = at + grace if record.expires_at is None else min(at + grace, record.expires_at)
    old = msgspec.structs.replace(record, expires_at=end, successor=fresh.prefix)
    drafts = [(_draft(fresh, "active"), None), (_draft(old, "active"), item.version)]
    made, _ = ledger.items.put_many(drafts, tenant=tenant, actor=actor, at=at)
    return key, _view(made, None)


def find(ledger: Ledger, prefix: str, *, tenant: str) -> KeyView:
    """A key of a tenant.

    Raises:
        ApiKeyError: `keys.unknown`.
    """
    return _view(_item(ledger, prefix, tenant), ledger.key_uses().get(prefix))


def listed(ledger: Ledger, *, tenant: str) -> list[KeyView]:
    """All keys of a tenant, newest first."""
    used = ledger.key_uses()
    return [_view(item, used.get(item.id)) for item in ledger.items.page(KIND, tenant=tenant, limit=1_000)]


def any_key(ledger: Ledger) -> bool:
    """Whether there is a key at all: without one nothing beyond loopback is served."""
    return bool(ledger.items.with_key(KIND, [ACTIVE], limit=1))


class KeyRing:
    """Tells whose key a request bears. One a process; threads share it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Item | None]] = {}
        self._written: dict[str, datetime] = {}
        self._asked = (float("-inf"), False)

    def principal(self, token: str, at: datetime) -> Principal | None:
        """Whose key it is; None for an unknown, revoked or expired one, told in the same time."""
        form = _FORM.fullmatch(token)
        prefix, secret = (form[1], form[2]) if form else ("", "")
        item = self._item(prefix) if form else None
        record = _record(item) if item is not None else None
        same = hmac.compare_digest(digest(secret), record.hash if record is not None else digest("-"))
        if record is None or item is None or not same or item.state != "active":
            return None
        if record.expires_at is not None and record.expires_at <= at:
            return None
        self._used(prefix, at)
        return Principal(
            id=f"key:{prefix}", tenant=item.tenant, scopes=frozenset(record.scopes), name=record.name
        )

    def any(self) -> bool:
        """Whether a key is in force: then even the operator at this machine needs one."""
        now = time.monotonic()
        if now - self._asked[0] >= FRESH_SECONDS:
            self._asked = (now, any_key(self._ledger))
        return self._asked[1]

    def _item(self, prefix: str) -> Item | None:
        now = time.monotonic()
        with self._lock:
            kept = self._known.get(prefix)
        if kept is not None and now - kept[0] < FRESH_SECONDS:
            return kept[1]
        found = self._ledger.items.with_key(KIND, [f"prefix:{prefix}"], limit=1)
        item = found[0] if found else None
        with self._lock:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[prefix] = (now, item)
        return item

    def _used(self, prefix: str, at: datetime) -> None:
        with self._lock:
            last = self._written.get(prefix)
            if last is not None and at - last < USE_EVERY:
                return
            self._written[prefix] = at
        self._ledger.key_used(prefix, at)


def _draft(record: KeyRecord, state: str) -> Draft:
    return Draft(
        kind=KIND,
        id=record.prefix,
        state=state,
        body=msgspec.json.encode(record),
        keys=(f"prefix:{record.prefix}", *((ACTIVE,) if state == "active" else ())),
    )


def _record(item: Item) -> KeyRecord:
    return msgspec.json.decode(item.body or b"", type=KeyRecord)


def _item(ledger: Ledger, prefix: str, tenant: str) -> Item:
    item = ledger.items.get(KIND, prefix, tenant=tenant)
    if item is None:
        raise ApiKeyError("keys.unknown", prefix=prefix[:8])
    return item


def _view(item: Item, used: datetime | None) -> KeyView:
    record = _record(item)
    return KeyView(
        prefix=record.prefix,
        tenant=item.tenant,
        name=record.name,
        scopes=record.scopes,
        state=item.state,
        created_at=record.created_at,
        created_by=record.created_by,
        expires_at=record.expires_at,
        last_used_at=used,
        successor=record.successor,
    )
