"""Users: people who sign in. Each change of one is an event of the audit chain, with who made it.

Whoever gives rights does not use them: an administrator has no other role and never changes their own roles or state.
A key never makes or changes a user: a second person is a person.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from api import passwords
from api.errors import mask_numbers
from api.principals import Role
from matching.ledger import Draft, Item

if TYPE_CHECKING:
    from matching.ledger import Ledger
    from matching.ledger.writer import Transaction

KIND: Final = "user"
ACTIVE, DISABLED, ERASED = "active", "disabled", "erased"
"""States of a user; the last one is never written: it is how a user shows whose item says nothing any more."""
TEMPORARY: Final = timedelta(days=7)
"""How long a password that somebody else made can be used for the first sign-in."""
MOST_USERS: Final = 1_000

_NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")


class UserError(Exception):
    """A user can't be made or changed. `code` is a message of api/messages.toml."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class UserRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a user: never the password, and of its hash only a digest."""

    name: str
    display: str
    roles: tuple[Role, ...]
    credential: str
    password_at: datetime
    must_change: bool
    epoch: int
    """Raised when all sessions have to end: sessions of another epoch are over."""
    created_at: datetime
    created_by: str


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    """A person who may sign in, as lists show them."""

    name: str
    display: str
    tenant: str
    roles: tuple[Role, ...]
    state: str
    must_change_password: bool
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    version: int


def digest(hashed: str) -> str:
    """What the user's item holds of a password hash."""
    return hashlib.sha256(hashed.encode()).hexdigest()


def identifier(tenant: str, name: str) -> str:
    """The id of a user's item: two tenants may each have a user of a name."""
    return f"{tenant}/{name}"


def named(name: str) -> str:
    """A name to sign in with, as it is kept.

    Raises:
        UserError: `users.name`: not a letter with 1 to 39 letters, digits, dots or dashes after it.
    """
    found = name.strip().lower()
    if not _NAME.fullmatch(found) or mask_numbers(found) != found:
        raise UserError("users.name")
    return found


def chosen(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Roles that one user may have together.

    Raises:
        UserError: `users.roles` (none), `users.alone` (an administrator with another role).
    """
    found = tuple(sorted(set(roles)))
    if not found:
        raise UserError("users.roles")
    if Role.ADMINISTRATOR in found and len(found) > 1:
        raise UserError("users.alone")
    return found


def _displayed(display: str, name: str) -> str:
    found = " ".join(display.split()) or name
    if len(found) > 60 or not found.isprintable() or mask_numbers(found) != found:
        raise UserError("users.display")
    return found


class Users:
    """The users of a ledger."""

    def __init__(self, ledger: Ledger, hasher: passwords.Hasher) -> None:
        self._ledger = ledger
        self._hasher = hasher

    def add(
        self,
        name: str,
        *,
        tenant: str,
        roles: Iterable[Role],
        actor: str,
        at: datetime,
        display: str = "",
        password: str | None = None,
    ) -> tuple[str, UserView]:
        """Make a user, who has to choose a password at the first sign-in.

        Args:
            name: to sign in with.
            tenant: whose.
            roles: what the person is.
            actor: who makes it.
            at: when.
            display: how people call the person.
            password: the first one; None: a random one.

        Returns:
            The first password, which nobody can show again, and the user.

        Raises:
            UserError: `users.name`, `users.display`, `users.roles`, `users.alone`, `users.exists`.
            PasswordError: it can't be taken.
        """
        known, held = named(name), chosen(roles)
        shown = _displayed(display, known)
        if self.find(known, tenant=tenant) is not None:
            raise UserError("users.exists", name=known)
        first, hashed = self._first(password, (known, shown))
        record = UserRecord(
            name=known,
            display=shown,
            roles=held,
            credential=digest(hashed),
            password_at=at,
            must_change=True,
            epoch=0,
            created_at=at,
            created_by=actor,
        )
        item = self._put(record, ACTIVE, tenant=tenant, actor=actor, at=at, expect=None, hashed=hashed)
        return first, view(item)

    def reset(
        self,
        name: str,
        *,
        tenant: str,
        actor: str,
        at: datetime,
        password: str | None = None,
        expect: int | None = None,
    ) -> tuple[str, UserView]:
        """Give a user a new first password; every session of the user ends. `expect` is the version that was seen.

        Raises:
            LedgerError: `ledger.item_stale`: it is another version by now.
            UserError: `users.unknown`, `users.erased`, `users.own` (people change their own password by signing in).
            PasswordError: it can't be taken.
        """
        item = self._living(name, tenant=tenant)
        record = read(item)
        if actor == principal_id(record.name):
            raise UserError("users.own")
        first, hashed = self._first(password, (record.name, record.display))
        changed = msgspec.structs.replace(
            record, credential=digest(hashed), password_at=at, must_change=True, epoch=record.epoch + 1
        )
        put = self._put(
            changed, item.state, tenant=tenant, actor=actor, at=at, hashed=hashed,
            expect=item.version if expect is None else expect,
        )  # fmt: skip
        return first, view(put)

    def choose(self, item: Item, current: str, password: str, *, at: datetime) -> Item:
        """Replace one's own password, after the current one was verified; every session ends.

        Raises:
            UserError: `users.same`.
            PasswordError: it can't be taken.
        """
        record = read(item)
        if passwords.normalized(current) == passwords.normalized(password):
            raise UserError("users.same")
        passwords.check(password, (record.name, record.display))
        hashed = self._hasher.hash(password)
        changed = msgspec.structs.replace(
            record, credential=digest(hashed), password_at=at, must_change=False, epoch=record.epoch + 1
        )
        actor = principal_id(record.name)
        return self._put(
            changed, item.state, tenant=item.tenant, actor=actor, at=at, expect=item.version, hashed=hashed
        )

    def change(
        self,
        name: str,
        *,
        tenant: str,
        actor: str,
        at: datetime,
        roles: Iterable[Role] | None = None,
        state: str | None = None,
        display: str | None = None,
        expect: int | None = None,
    ) -> UserView:
        """Change what a user is, or disable or enable one. Disabling ends every session.

        Args:
            name: whose.
            tenant: of which tenant.
            actor: who changes it.
            at: when.
            roles: None: as before.
            state: `active` or `disabled`; None: as before.
            display: None: as before.
            expect: the version that the caller saw; None: the newest.

        Raises:
            UserError: `users.unknown`, `users.erased`, `users.own`, `users.last` (nobody could administer any more),
                and those of roles and display.
            LedgerError: `ledger.item_stale`: somebody was faster.
        """
        item = self._living(name, tenant=tenant)
        record = read(item)
        if actor == principal_id(record.name):
            raise UserError("users.own")
        held = record.roles if roles is None else chosen(roles)
        wanted = item.state if state is None else state
        stays = wanted == ACTIVE and Role.ADMINISTRATOR in held
        if item.state == ACTIVE and Role.ADMINISTRATOR in record.roles and not stays:
            others = [one for one in self.listed(tenant=tenant) if one.name != record.name]
            if not any(one.state == ACTIVE and Role.ADMINISTRATOR in one.roles for one in others):
                raise UserError("users.last")
        ended = wanted != item.state and wanted == DISABLED
        changed = msgspec.structs.replace(
            record,
            roles=held,
            display=record.display if display is None else _displayed(display, record.name),
            epoch=record.epoch + ended,
        )
        version = item.version if expect is None else expect
        put = self._put(changed, wanted, tenant=tenant, actor=actor, at=at, expect=version)
        return view(put)

    def erase(self, name: str, *, tenant: str, actor: str, at: datetime) -> UserView:
        """Erase what is kept of a user: how the person is called, roles, password. Every session ends.

        The name to sign in with stays, for the chain has to say who decided what (个人信息保护法 47: what a law
        requires to be kept is kept and used for nothing else), and so that nobody else ever gets it. Doing it twice
        changes nothing.

        Raises:
            UserError: `users.unknown`, `users.own`, `users.last`.
            LedgerError: nothing was erased; `ledger.busy`: perhaps all but what the files still hold of it, which
                erasing again clears.
        """
        item = self.item(name, tenant=tenant)
        known = _name_of(item)
        if actor == principal_id(known):
            raise UserError("users.own")
        if item.body is not None and item.state == ACTIVE:
            self.change(known, tenant=tenant, actor=actor, at=at, state=DISABLED)

        def also(transaction: Transaction) -> None:
            self._ledger.people.drop_credential(transaction, tenant, known)

        # also of one erased before: the files may still have to be cleared
        self._ledger.items.erase(KIND, item.id, tenant=tenant, actor=actor, at=at, also=also)
        return view(self.item(known, tenant=tenant))

    def _living(self, name: str, *, tenant: str) -> Item:
        found = self.item(name, tenant=tenant)
        if found.body is None:
            raise UserError("users.erased")
        return found

    def item(self, name: str, *, tenant: str) -> Item:
        """A user's item; of one who was erased it says nothing.

        Raises:
            UserError: `users.unknown`.
        """
        found = self.find(name, tenant=tenant)
        if found is None:
            raise UserError("users.unknown")
        return found

    def find(self, name: str, *, tenant: str) -> Item | None:
        """A user's item, or None; names that can't be one are nobody's."""
        known = name.strip().lower()
        if not _NAME.fullmatch(known):
            return None
        return self._ledger.items.get(KIND, identifier(tenant, known), tenant=tenant)

    def listed(self, *, tenant: str) -> list[UserView]:
        """All users of a tenant by name."""
        found = self._ledger.items.page(KIND, tenant=tenant, limit=MOST_USERS)
        return sorted(map(view, found), key=lambda one: one.name)

    def verify(self, item: Item | None, password: str) -> bool:
        """Whether it is the user's password; for nobody's item it takes as long and is never true.

        Raises:
            LedgerError: `ledger.tampered`: the hash is not the one that was recorded.
        """
        from matching.ledger import LedgerError

        hashed = None
        if item is not None and item.body is not None:
            record = read(item)
            hashed = self._ledger.people.credential(item.tenant, record.name)
            if hashed is None or not hmac.compare_digest(digest(hashed), record.credential):
                raise LedgerError("ledger.tampered", path=self._ledger.where, seq=item.event_seq)
        return self._hasher.verify(hashed, password)

    def _first(self, password: str | None, personal: tuple[str, ...]) -> tuple[str, str]:
        if password is not None:
            passwords.check(password, personal)
        first = passwords.one_time() if password is None else password
        return first, self._hasher.hash(first)

    def _put(
        self,
        record: UserRecord,
        state: str,
        *,
        tenant: str,
        actor: str,
        at: datetime,
        expect: int | None,
        hashed: str = "",
    ) -> Item:
        draft = Draft(
            kind=KIND,
            id=identifier(tenant, record.name),
            state=state,
            body=msgspec.json.encode(record),
            keys=(ACTIVE,) if state == ACTIVE else (),
        )

        def also(transaction: Transaction) -> None:
            if hashed:
                self._ledger.people.set_credential(transaction, tenant, record.name, hashed, at)

        return self._ledger.items.put_many([(draft, expect)], tenant=tenant, actor=actor, at=at, also=also)[0]


def principal_id(name: str) -> str:
    """What the ledger records as actor when a user acts."""
    return f"user:{name}"


def any_user(ledger: Ledger) -> bool:
    """Whether anybody can sign in: then the operator at this machine has to, too."""
    return bool(ledger.items.with_key(KIND, [ACTIVE], limit=1))


def _name_of(item: Item) -> str:
    return item.id.rpartition("/")[2]


def read(item: Item) -> UserRecord:
    """What an item says of a user who was not erased."""
    return msgspec.json.decode(item.body or b"", type=UserRecord)


def view(item: Item) -> UserView:
    """A user as lists show them; of one who was erased no more than the name and when."""
    if item.body is None:
        return UserView(
            name=_name_of(item),
            display="",
            tenant=item.tenant,
            roles=(),
            state=ERASED,
            must_change_password=False,
            created_at=item.created_at,
            created_by=item.owner,
            changed_at=item.changed_at,
            changed_by=item.actor,
            version=item.version,
        )
    record = read(item)
    return UserView(
        name=record.name,
        display=record.display,
        tenant=item.tenant,
        roles=record.roles,
        state=item.state,
        must_change_password=record.must_change,
        created_at=record.created_at,
        created_by=record.created_by,
        changed_at=item.changed_at,
        changed_by=item.actor,
        version=item.version,
    )
