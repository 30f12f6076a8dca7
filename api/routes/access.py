"""Who may use a route: the key, the session or the local operator behind a request, its scope, how often it may ask.

Where a browser sends the proof by itself (a cookie, or the mere fact of running on this machine), whatever changes
something is only taken from a page of this program: the session's second token must stand in a header, and a request
that another site caused is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import math
import re
import threading
import time
from collections.abc import Callable

from fastapi import Depends, Request
from fastapi.params import Depends as Dependency

from api import bootstrap
from api.keys import KeyRing
from api.principals import Principal, Scope, local
from api.routes.problem import ProblemError
from api.sessions import Session, Sessions
from api.settings import Settings

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
MOST_BUCKETS = 10_000
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"
PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""Fields by which proxies tell for whom they ask."""
COOKIE, PLAIN_COOKIE = "__Host-liancheng", "liancheng"
"""The session's cookie; on loopback without TLS a browser takes no name that begins with `__Host-`."""


_PORT = re.compile(r":[0-9]{1,5}$")
_HOST = re.compile(r"([0-9A-Za-z._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def host_of(request: Request) -> str:
    """The name under which the caller addresses the program; empty without one, with two, or with what is none."""
    given = request.headers.getlist("host")
    found = _HOST.fullmatch(given[0]) if len(given) == 1 else None
    return found[1].strip("[]").lower() if found is not None else ""


def at_this_machine(request: Request) -> bool:
    """Whether a request was made on this machine, and not passed on by a proxy on it."""
    try:
        near = request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
    return near and not any(name in request.headers for name in PASSED_ON)


def behind_tls(request: Request, settings: Settings) -> bool:
    """Whether the cookie is only for TLS: always, but for loopback where no host name is set."""
    return bool(settings.host_names) or host_of(request) not in LOOPBACK_NAMES


def known_host(request: Request, settings: Settings) -> bool:
    """Whether the caller uses a name of this installation, or of loopback."""
    host = host_of(request)
    return host in LOOPBACK_NAMES or host in settings.host_names


def refuse_other_sites(request: Request) -> None:
    """Refuse what a page of another site made a browser send.

    Raises:
        ProblemError: `http.csrf`.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    own = request.headers.get("host", "").lower()
    page = (origin or "").lower().partition("://")[2]
    # a proxy may leave the port out of Host, never out of Origin; the second token tells the rest
    foreign = origin is not None and page != own and _PORT.sub("", page) != own
    if site not in ("same-origin", "none") or foreign:
        raise ProblemError("http.csrf")


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

    def __init__(self, settings: Settings, ring: KeyRing, sessions: Sessions) -> None:
        self._settings = settings
        self._ring = ring
        self.sessions = sessions
        self._limiter = Limiter(settings.rate)
        self._wanted = hashlib.sha256(settings.api_key.encode()).digest()

    def principal(self, request: Request) -> Principal:
        """Who asks.

        Raises:
            ProblemError: `http.auth`, `http.host` (no key, and not addressed to loopback), `http.rate`.
        """
        return self.admit(request, self.identify(request))

    def admit(self, request: Request, found: Principal) -> Principal:
        """The principal, unless that one has asked too often. Reads nothing.

        Raises:
            ProblemError: `http.rate`.
        """
        granted, left, wait = self._limiter.take(f"{found.tenant}/{found.id}")
        if self._limiter.rate:
            request.state.limits = {
                "RateLimit-Policy": f'"principal";q={self._limiter.rate};w=1',
                "RateLimit": f'"principal";r={left};t={max(wait, 1)}',
            }
        if not granted:
            raise ProblemError("http.rate", headers={"Retry-After": str(wait), **request.state.limits})
        return found

    def identify(self, request: Request) -> Principal:
        """Who asks, however often.

        Raises:
            ProblemError: `http.auth`, `http.host`.
        """
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
        session = self.session(request)
        if session is not None:
            return session.principal
        if self._settings.api_key or self._ring.any() or self.sessions.any():
            raise ProblemError("http.auth")
        # the operator sits at this machine: nobody from elsewhere becomes one by a name, or when the last key ends;
        # and no web page reaches the program through the operator's browser under a name of its own
        if host_of(request) not in LOOPBACK_NAMES or not at_this_machine(request):
            raise ProblemError("http.host")
        if request.method not in SAFE_METHODS:
            refuse_other_sites(request)
        return local(self._settings.tenant)

    def session(self, request: Request) -> Session | None:
        """The session whose cookie a request bears; None without one that is in force.

        Raises:
            ProblemError: `http.host` (an unknown name of this installation), `http.csrf`.
        """
        token = request.cookies.get(COOKIE if behind_tls(request, self._settings) else PLAIN_COOKIE)
        found = None if not token else self.sessions.find(token, bootstrap.now())
        if found is None:
            return None
        if not known_host(request, self._settings):
            raise ProblemError("http.host")
        if request.method not in SAFE_METHODS:
            refuse_other_sites(request)
            given = request.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(given.encode(), found.csrf.encode()):
                raise ProblemError("http.csrf")
        return found


def asking(request: Request) -> Principal:
    """The principal of a request that was let in."""
    found: Principal = request.state.principal
    return found


def access_of(request: Request) -> Access:
    """What lets requests of this process in."""
    found: Access = request.app.state.access
    return found


def known() -> Dependency:
    """The dependency of a route that everybody may use who says who they are."""

    def check(request: Request) -> None:
        request.state.principal = access_of(request).principal(request)

    dependency: Dependency = Depends(check)
    return dependency


def needs(scope: Scope) -> Dependency:
    """The dependency of a route that only principals with a scope may use."""

    def check(request: Request) -> None:
        found = access_of(request).principal(request)
        request.state.principal = found
        if found.must_change:
            raise ProblemError("http.password")
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
