"""Who asks, and what each may do: scopes of API keys, roles of people, and the tenant that both belong to."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from matching.ledger import Viewer


class Scope(StrEnum):
    """What a key or a role allows. Every route names the one that it needs."""

    DECIDE = "decisions:write"
    READ = "decisions:read"
    LISTS = "lists:write"
    CASES = "cases:write"
    GRAPH = "graph:read"
    AUDIT = "audit:read"
    RESTRICTED = "restricted:read"
    """Officials' restricted records, with a stated purpose; each look is logged (SPEC 1 #14, #29)."""
    PERSONAL = "personal:read"
    """Identity numbers unmasked."""
    ADMIN = "admin"


class Role(StrEnum):
    """What a person is in this program."""

    CLERK = "clerk"
    INVESTIGATOR = "investigator"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ROLE_SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.CLERK: frozenset({Scope.DECIDE, Scope.READ, Scope.GRAPH}),
    Role.INVESTIGATOR: frozenset({Scope.READ, Scope.GRAPH, Scope.CASES, Scope.RESTRICTED}),
    Role.SUPERVISOR: frozenset({Scope.DECIDE, Scope.READ, Scope.GRAPH, Scope.CASES}),
    Role.AUDITOR: frozenset({Scope.READ, Scope.AUDIT}),
    Role.ADMINISTRATOR: frozenset({Scope.ADMIN, Scope.LISTS, Scope.AUDIT}),
}
"""An administrator keeps keys and lists and decides nothing: whoever can give rights does not use them."""

KEY_SCOPES: tuple[Scope, ...] = tuple(Scope)
PROGRAM_SCOPES = frozenset(Scope) - {Scope.RESTRICTED, Scope.PERSONAL}
"""What programs work with: whatever shows nobody's restricted records or whole numbers."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Someone whose request was let in: a person who signed in, a key, or the operator at this machine.

    `id` is what the ledger records as actor (`user:…`, `key:…`, `local`); a second person is another `user`, not
    another key.
    """

    id: str
    tenant: str
    scopes: frozenset[Scope]
    roles: frozenset[Role] = frozenset()
    name: str = ""
    must_change: bool = False
    """Whether the person has to choose a password before anything else."""

    @property
    def person(self) -> bool:
        """Whether a human being who signed in."""
        return self.id.startswith("user:")

    def may(self, scope: Scope) -> bool:
        """Whether the principal has a scope."""
        return scope in self.scopes

    @property
    def gives(self) -> frozenset[Scope]:
        """The scopes that the principal may give to a key.

        Its own; and an administrator, who makes users of every role too, also those that programs work with. What
        shows people's particulars (`restricted:read`, `personal:read`) is given at the server only, and a key never
        gives what it lacks.
        """
        if self.person and Role.ADMINISTRATOR in self.roles:
            return self.scopes | PROGRAM_SCOPES
        return self.scopes

    @property
    def viewer(self) -> Viewer:
        """How the ledger sees the principal when it asks who may know who bids (招标投标法 22)."""
        platform = not self.person and Scope.DECIDE in self.scopes
        roles = {role.value for role in self.roles} | ({"platform"} if platform else set())
        return Viewer(tenant=self.tenant, roles=frozenset(roles), principal=self.id)


def local(tenant: str) -> Principal:
    """The operator at this machine, where no key exists and only loopback is served."""
    return Principal(id="local", tenant=tenant, scopes=frozenset(Scope))
