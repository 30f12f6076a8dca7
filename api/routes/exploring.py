"""What the routes of the reading side share: a view of the current generation, who is meant, and what may be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from fastapi import Request
from pydantic import Field, field_validator

from api import bootstrap, watched_tenders
from api.explore.search import personal, search
from api.explore.told import Teller
from api.principals import Scope
from api.routes.access import asking
from api.routes.base import refused, service
from api.routes.decisions import in_full
from api.routes.problem import ProblemError
from api.settings import Settings
from graph.generation import Generation, GenerationError
from graph.paths import find
from graph.relations import RelationType
from graph.store import StoreError
from matching.explore.names import Finders, NameFinder
from matching.explore.view import RESTRICTED, Openings, View, Views
from matching.ledger import Ledger
from matching.request import Instant, Model

TYPES = [kind.value for kind in RelationType]
PURPOSE: dict[str, Any] = {
    "name": "Purpose",
    "in": "header",
    "required": False,
    "description": "What officials' restricted records are wanted for; needs `restricted:read`, and is recorded.",
    "schema": {"type": "string", "maxLength": 500},
}
Relations = Annotated[tuple[str, ...], Field(json_schema_extra={"items": {"enum": TYPES, "type": "string"}})]


class Clocked(Model):
    """The two clocks: the facts of which instant, as recorded by when."""

    as_of: Instant | None = None
    known_at: Instant | None = None


class Walked(Clocked):
    """Which relations are followed."""

    types: Relations = ()
    former: bool = False
    possibly_same: bool = True

    @field_validator("types")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(one.upper() for one in value)
        if any(one not in RelationType.__members__ for one in found):
            raise ValueError("query.relation")
        return found

    @property
    def kinds(self) -> tuple[RelationType, ...]:
        """The types as the graph knows them."""
        return tuple(RelationType(one) for one in self.types)


class Explorer:
    """The views and the search boxes of this process. One an application."""

    def __init__(self, settings: Settings) -> None:
        self.views = Views()
        self._openings: dict[str, tuple[int, Openings]] = {}
        self.finders = Finders(settings.data_root)

    def view(self, ledger: Ledger, tenant: str, generation: Generation, at: datetime) -> View:
        """A generation as a tenant may look at it, closed too where its ledger knows of a later opening.

        Raises:
            GenerationError: `generation.unprojected`, `generation.damaged`.
            LedgerError: the ledger can't be read.
        """
        last = ledger.items.last(watched_tenders.KIND, tenant=tenant)
        known = self._openings.get(tenant)
        if known is None or known[0] != last:
            found = ledger.items.openings(watched_tenders.KIND, tenant=tenant, after=at)
            named = ((key.removeprefix("number:"), when) for key, when in found if key.startswith("number:"))
            known = self._openings[tenant] = (last, frozenset(named))
        return self.views.of(generation, at, known[1])

    def ready(self, generation: Generation) -> None:
        """Read what the first question about a generation would wait for; what can't be read is said when one asks.

        Names that the load is still making ready are not waited for.
        """
        with suppress(GenerationError, StoreError):
            view = self.views.of(generation, bootstrap.now())
            view.hidden()
            projection = view.projection()
            if projection.parties > 1:
                projection.neighbours(0)
                projection.closure((0,), hops=1)
                projection.shortest_path(0, 1, hops=2)
            if self.finders.made(generation):
                teller = Teller(view, as_of=bootstrap.now())
                search(teller, self.finders.of(generation), "临", limit=1)


class Looking(NamedTuple):
    """A request's view of the current generation."""

    teller: Teller
    names: Callable[[], NameFinder]
    """The search box, opened when it is needed."""


def explorer(request: Request) -> Explorer:
    """The explorer of this application."""
    found: Explorer = request.app.state.explorer
    return found


@contextmanager
def looking(request: Request, clocks: Clocked, *, subject: str = "") -> Iterator[Looking]:
    """The current generation as the caller may see it, held open while it is read.

    Args:
        request: who asks; with a `Purpose`, officials' restricted records are shown and the look is recorded first.
        clocks: the facts of which instant, as recorded by when.
        subject: what is looked at, for that record; empty where nothing restricted can be asked for.

    Raises:
        ProblemError: `http.scope`, `http.invalid`.
        GenerationError, StoreError: nothing has been loaded yet, or it is damaged.
    """
    restricted = bool(subject) and in_full(request, subject)
    now = bootstrap.now()
    parts = explorer(request)
    with service(request).generation() as generation:
        teller = Teller(
            parts.view(service(request).ledger, asking(request).tenant, generation, now),
            as_of=clocks.as_of or now,
            known_at=clocks.known_at,
            restricted=restricted,
            unmasked=asking(request).may(Scope.PERSONAL),
        )
        yield Looking(teller, lambda: parts.finders.of(generation))


def one_party(request: Request, teller: Teller, asked: str, pointer: str) -> int:
    """The party that a key, an organisation's code or `type:number` of a published thing means.

    Raises:
        ProblemError: `http.invalid` (a number of a person), `http.not_found`.
    """
    if personal(asked):
        raise refused(request, pointer, "query.personal")
    own = teller.generation.party_ordinal(asked.strip())
    found = (own,) if own is not None else find(teller.generation, asked) if _coded(asked) else ()
    there = [one for one in found if not teller.hidden(one)]
    if len(there) != 1:
        raise ProblemError("http.not_found")
    return there[0]


def _coded(asked: str) -> bool:
    """Whether it is a code or a thing's number, not a name: names are searched for, not guessed."""
    scheme, sep, _ = asked.partition(":")
    return (bool(sep) and scheme.islower()) or (asked.isascii() and any(map(str.isdigit, asked)))


def checked_types(request: Request, walked: Walked) -> None:
    """Refuse kinds of relations that only a stated purpose shows.

    Raises:
        ProblemError: `http.invalid` at `/types`.
    """
    if RESTRICTED & set(walked.kinds) and not request.headers.get("purpose"):
        raise refused(request, "/types", "query.restricted")


__all__ = [
    "PURPOSE", "TYPES", "Clocked", "Looking", "Relations", "Walked", "checked_types", "looking", "one_party",
]  # fmt: skip
