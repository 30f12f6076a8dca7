"""Looking decisions up: by party, verdict and day, for HTTP and page alike; and how many were made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from fastapi import Request

from api import bootstrap
from api.explore.search import personal
from api.principals import Principal
from api.routes.base import refused, service
from api.service import Service
from graph.generation import Generation, GenerationError
from graph.identifiers import parse_organization
from graph.paths import find
from graph.store import StoreError
from matching.decision import Verdict
from matching.ledger import StoredDecision, Viewer
from matching.ledger.decided import ALL, code_key, party_key

LONGEST_PARTY = 200


class Wanted(NamedTuple):
    """Which decisions are looked for; what is empty or None asks nothing."""

    party: str = ""
    """A unified social credit code, or a party's key in the graph."""
    verdict: Verdict | None = None
    since: date | None = None
    until: date | None = None


def found(
    request: Request, who: Principal, wanted: Wanted, *, before: int | None, limit: int
) -> tuple[list[StoredDecision], int | None]:
    """The decisions that somebody may see, newest first, and where to go on; None at the end.

    Raises:
        ProblemError: `http.invalid` at `/party`: a number of a person.
    """
    stored = service(request).ledger.decided.page(
        who.viewer,
        bootstrap.now(),
        keys=keys(request, wanted.party) if wanted.party else (ALL,),
        verdict=wanted.verdict,
        since=wanted.since,
        until=wanted.until,
        before=before,
        limit=limit + 1,
    )
    return stored[:limit], stored[limit - 1].event_seq if len(stored) > limit else None


def keys(request: Request, party: str) -> Sequence[str]:
    """Under which keys the ledger knows the decisions of a party: its codes, and itself on paths.

    Raises:
        ProblemError: `http.invalid` at `/party`: a number of a person.
    """
    if personal(party):
        raise refused(request, "/party", "query.personal")
    code = parse_organization(party)
    known = [code_key(code.value)] if code.scheme == "uscc" and code.state in ("valid", "checksum") else []
    try:
        with service(request).generation() as generation:
            known += _in_graph(generation, party, coded=bool(known))
    except (GenerationError, StoreError):
        # decisions are kept whatever is loaded now: by its own number a party is found all the same
        pass
    return tuple(dict.fromkeys(known or [party_key(party)]))


def _in_graph(generation: Generation, party: str, *, coded: bool) -> list[str]:
    own = generation.party_ordinal(party)
    found_ = find(generation, party) if coded else () if own is None else (own,)
    told = []
    for ordinal in found_:
        one = generation.party(ordinal)
        told.append(party_key(one.key))
        told += [code_key(number.value) for number in one.ids if number.scheme == "uscc"]
    return told


def counted(
    parts: Service, viewer: Viewer, at: datetime, since: date, until: date
) -> dict[tuple[date, Verdict], int]:
    """How many of the decisions that a viewer may see were recorded on each day in China, by verdict."""
    return parts.ledger.decided.counts(viewer, at, since=since, until=until)


__all__ = ["LONGEST_PARTY", "Wanted", "counted", "found", "keys"]
