"""Who is watched from a page: a person by name and whole identity number, or whoever a dossier shows.

A person's name alone is never a hit, so that nobody is watched by it. The number is sent in the body of a form, kept
with the watched party alone, and shown again nowhere.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from fastapi import Response

from api import monitors
from api.explore.search import personal
from api.explore.shapes import Dossier
from api.principals import Scope
from api.routes.exploring import Clocked, looking, one_party
from api.routes.monitors import NewMonitor, WatchedParty, person_numbered, person_typed
from api.routes.problem import ProblemError
from api.web.answers import onward
from api.web.casework import checked, text
from api.web.door import Visit
from graph.model import PartyType
from matching.ledger import LedgerError

LONGEST: Final = 200
MOST: Final = 100
"""Monitors that a dossier offers, the last changed first."""
NEW: Final = "new"


class Watch(NamedTuple):
    """What a dossier offers: the monitors to which its party can be added."""

    possible: bool
    """Whether a number is known by which the party can be told from its namesakes."""
    monitors: tuple[tuple[str, str], ...]
    cut: bool


def typed(visit: Visit) -> WatchedParty:
    """The person whom a form names.

    Raises:
        ProblemError: `http.invalid`: no name, or no whole and valid number.
    """
    return person_typed(visit.request, text(visit, "person"), visit.form.get("identity", "").strip())


def known(visit: Visit, party_id: str) -> WatchedParty:
    """A party of the graph as it is watched: an organisation by its code or name, a person by the whole number.

    Raises:
        ProblemError: `http.scope`, `http.not_found`; `http.invalid`: a person of whom no whole number is known.
    """
    if not visit.may(Scope.GRAPH):
        raise ProblemError("http.scope", detail=Scope.GRAPH.value)
    with looking(visit.request, Clocked()) as here:
        ordinal = one_party(visit.request, here.teller, party_id, "/party")
        found, party = here.teller.party(ordinal), here.teller.generation.party(ordinal)
    if party.type is PartyType.PERSON:
        numbers = [(one.scheme, one.value) for one in party.ids if one.state == "valid"]
        return person_numbered(visit.request, found.name, numbers, "/party")
    if party.type is not PartyType.ORGANIZATION:
        raise ProblemError("http.not_found")
    ids = [{"id": found.code}] if found.code else []
    return WatchedParty.model_validate(
        {"client_id": found.code, "name": found.name[:LONGEST], "identifiers": ids}
    )


def offer(visit: Visit, found: Dossier) -> Watch | None:
    """What a dossier offers its visitor; None where there is nobody to watch, or the visitor may not."""
    if not (visit.may(Scope.DECIDE) and visit.may(Scope.READ)):
        return None
    if found.party.type not in (PartyType.PERSON, PartyType.ORGANIZATION):
        return None
    told = found.party.type == PartyType.ORGANIZATION or any(
        one.state == "valid" for one in found.identifiers
    )
    items = visit.service.ledger.items.page(
        monitors.KIND, tenant=visit.principal.tenant, state=monitors.ACTIVE, limit=MOST + 1
    )
    views = [monitors.view(item) for item in items[:MOST] if item.body is not None]
    return Watch(told, tuple((one.id, one.reference or one.id) for one in views), len(items) > MOST)


def watch(visit: Visit) -> Response:
    """Watch the party of a dossier, in a monitor that is there or a new one."""
    party_id, chosen = str(visit.request.path_params["party_id"]), visit.asked("monitor", 100)
    if personal(party_id):
        raise ProblemError("http.not_found")
    party, ledger, who = known(visit, party_id), visit.service.ledger, visit.principal
    if chosen != NEW:
        try:
            monitors.add(ledger, chosen, [party], tenant=who.tenant, actor=who.id, at=visit.at)
        except LedgerError as error:
            if error.code != "ledger.no_item":
                raise
            raise ProblemError("http.not_found") from None
        return onward(visit, f"/monitors/{chosen}", done="monitor_more")
    given = checked(visit, NewMonitor, {"reference": text(visit, "reference")})
    made = monitors.create(
        ledger, [party], reference=given.reference, webhook="", tender=given.tender, tenant=who.tenant,
        actor=who.id, at=visit.at,
    )  # fmt: skip
    return onward(visit, f"/monitors/{made.id}", done="monitor_made")
