"""Who may use a route: the key or the local operator behind a request, its scope, and how often it may ask."""

from __future__ import annotations

import hashlib
import hmac
import math
import threading
import time
from collections.abc import Callable

from fastapi import Depends, Request
from fastapi.params import Depends as Dependency

from api import bootstrap
from api.keys import KeyRing
from api.principals import Principal, Scope, local
from api.routes.problem import ProblemError
from api.settings import Settings

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1", "testserver"})
MOST_BUCKETS = 10_000


class Limiter:
    """A bucket a principal: `rate` requests a second, and as many at once after a pause. 0 never limits."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, who: str) -> tuple[bool, int, int]:
        """Whether one more request is let in, how many are left, and in how many seconds to come again."""
        if not self.rate:
            return True, 0, 0
        now = time.monotonic()
        with self._lock:
            left, last = self._buckets.get(who, (float(self.rate), now))
            left = min(float(self.rate), left + (now - last) * self.rate)
            granted = left >= 1
            if len(self._buckets) >= MOST_BUCKETS and who not in self._buckets:
                self._buckets.clear()
            self._buckets[who] = (left - 1 if granted else left, now)
        return granted, int(left - granted), math.ceil((1 - left) / self.rate) if not granted else 0


class Access:
    """Lets requests in. One an application."""

    def __init__(self, settings: Settings, ring: KeyRing) -> None:
        self._settings = settings
        self._ring = ring
        self._limiter = Limiter(settings.rate)
        self._wanted = hashlib.sha256(settings.api_key.encode()).digest()

    def principal(self, request: Request) -> Principal:
        """Who asks.

        Raises:
            ProblemError: `http.auth`, `http.host` (no key, and not addressed to loopback), `http.rate`.
        """
        found = self._identify(request)
        granted, left, wait = self._limiter.take(found.id)
        if self._limiter.rate:
            request.state.limits = {
                "RateLimit-Policy": f'"principal";q={self._limiter.rate};w=1',
                "RateLimit": f'"principal";r={left};t={max(wait, 1)}',
            }
        if not granted:
            raise ProblemError("http.rate", headers={"Retry-After": str(wait), **request.state.limits})
        return found

    def _identify(self, request: Request) -> Principal:
        header = request.headers.get("authorization", "")
        scheme, _, token = header.partition(" ")
        if header:
            if scheme.lower() == "bearer":
                given = hashlib.sha256(token.strip().encode()).digest()
                if self._settings.api_key and hmac.compare_digest(given, self._wanted):
                    return Principal(
                        id="key:environment", tenant=self._settings.tenant, scopes=frozenset(Scope)
                    )
                found = self._ring.principal(token.strip(), bootstrap.now())
                if found is not None:
                    return found
            raise ProblemError("http.auth")
        if self._settings.api_key or self._ring.any():
            raise ProblemError("http.auth")
        # without a key no web page may reach the program through somebody's browser
        if (request.url.hostname or "").lower() not in LOOPBACK_NAMES:
            raise ProblemError("http.host")
        return local(self._settings.tenant)


def asking(request: Request) -> Principal:
    """The principal of a request that was let in."""
    found: Principal = request.state.principal
    return found


def needs(scope: Scope) -> Dependency:
    """The dependency of a route that only principals with a scope may use."""

    def check(request: Request) -> None:
        access: Access = request.app.state.access
        found = access.principal(request)
        request.state.principal = found
        if not found.may(scope):
            raise ProblemError("http.scope", detail=scope.value)

    check.__dict__["scope"] = scope
    dependency: Dependency = Depends(check)
    return dependency


def scope_of(dependencies: list[Dependency]) -> Scope | None:
    """The scope that a route's dependencies ask for: what the test of the whole route table reads."""
    for one in dependencies:
        function: Callable[..., object] | None = one.dependency
        found = getattr(function, "scope", None)
        if isinstance(found, Scope):
            return found
    return None
