"""What is known of a tender: the newest decision about it, what the graph says, and what is watched of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from api import watched_tenders
from api.alerts import KIND as ALERT
from api.alerts import AlertView, may_see
from api.alerts import view as alert_view
from api.explore.cobidding import CoBidding, together
from api.explore.search import personal
from api.explore.shapes import PartyShown
from api.explore.told import Teller, moment
from api.openings import ledger_opening
from api.principals import Scope
from api.restricted import ordinary
from api.routes.exploring import Clocked, looking
from api.routes.problem import ProblemError
from api.watched_tenders import TenderView
from api.web.door import Visit
from graph.generation import Generation, GenerationError
from graph.model import PartyType
from graph.paths import find
from graph.relations import PartyRelation, RelationType
from graph.store import StoreError
from matching.decision import Decision
from matching.explore.view import PUBLIC, opening_of
from matching.ledger import Item, StoredDecision, visible
from matching.ledger.decided import tender_key
from matching.request import DecisionRequest, PartyRef

LOTS: Final = 200
"""Lots of a tender that are looked into."""
BIDS: Final = 500
"""Relations of each type that are read of a tender or lot."""
ALERTS: Final = 20
_PARTS: Final = (
    RelationType.BUYER_OF, RelationType.AGENT_FOR, RelationType.PLATFORM_FOR, RelationType.SERVED,
    RelationType.OVERSEES, RelationType.EVALUATES, RelationType.WON,
)  # fmt: skip
_ALL: Final = (*_PARTS, RelationType.BID_IN, RelationType.LOT_OF)


class Part(NamedTuple):
    """Somebody who takes part in the tender, as a loaded table says."""

    type: RelationType
    party: PartyShown
    lot: PartyShown | None
    role: str
    bid: str
    """What joins the rows of a consortium."""


class InGraph(NamedTuple):
    """What the graph says of a tender."""

    party: PartyShown
    lots: tuple[PartyShown, ...]
    parts: tuple[Part, ...]
    places: frozenset[int]
    """The tender and its lots, by ordinal."""
    cut: bool
    opening: datetime | None
    """When tables say that it is or was opened."""


class Facts(NamedTuple):
    """All of it; what the visitor may not see is absent."""

    id: str
    number: str
    item: Item | None
    watched: TenderView | None
    stored: StoredDecision | None
    decision: Decision | None
    """The newest decision without what only some may see."""
    request: DecisionRequest | None
    graph: InGraph | None
    known: dict[str, PartyShown]
    """Parties of the graph by the credit code with which the request names them."""
    cobidding: CoBidding | None
    names: tuple[str, ...]
    """Of whom common bids were counted."""
    alerts: tuple[AlertView, ...]
    sealed: bool
    until: datetime | None
    """Until when who bids is kept from the visitor, as tables or the ledger say; None where it is not."""


def facts(visit: Visit, asked: str) -> Facts:
    """Everything about a tender that the visitor may see now.

    Args:
        visit: who looks.
        asked: the id of a watched tender, or the key of one in the graph.

    Raises:
        ProblemError: `http.not_found`.
    """
    ledger, who = visit.service.ledger, visit.principal
    item = None if personal(asked) else ledger.items.get(watched_tenders.KIND, asked, tenant=who.tenant)
    number = "" if item is None else watched_tenders.view(ledger, item, who.viewer, visit.at).number
    try:
        with looking(visit.request, Clocked()) as here:
            graph = (
                _in_graph(here.teller, asked if item is None else "", number)
                if visit.may(Scope.GRAPH)
                else None
            )
            if item is None and graph is not None:
                number = graph.party.code or graph.party.name
                item = _watched(visit, number)
            if item is None and graph is None:
                raise ProblemError("http.not_found")
            stored = _newest(visit, item, number)
            later = ledger_opening(ledger, number, who.viewer, visit.at)
            if graph is not None and later is not None:
                graph = _public(graph, later)
            beside = _beside(here.teller, graph, _request(stored)) if visit.may(Scope.GRAPH) else _Beside()
    except (GenerationError, StoreError):
        # without a graph a watched tender is still shown: decisions stand in the ledger
        if item is None:
            raise
        stored, graph, beside = _newest(visit, item, number), None, _Beside()
        later = ledger_opening(ledger, number, who.viewer, visit.at)
    view = None if item is None else watched_tenders.view(ledger, item, who.viewer, visit.at)
    decision = None if stored is None or stored.decision is None else ordinary(stored.decision)
    loaded = None if graph is None else _instant(graph.party.sealed_until)
    until = max((one for one in (later, loaded) if one is not None), default=None)
    shut = (view is not None and view.sealed) or until is not None
    return Facts(
        id=asked,
        number=number,
        item=item,
        watched=view,
        stored=stored,
        decision=decision,
        request=_request(stored),
        graph=graph,
        known=beside.known,
        cobidding=beside.cobidding,
        names=beside.names,
        alerts=() if item is None or (view is not None and view.sealed) else _alerts(visit, item),
        sealed=shut and decision is None,
        until=until,
    )


class _Beside(NamedTuple):
    """What the graph says of the bidders."""

    known: dict[str, PartyShown] = {}
    cobidding: CoBidding | None = None
    names: tuple[str, ...] = ()


def _in_graph(teller: Teller, key: str, number: str) -> InGraph | None:
    """The tender in the graph, by its key or by its number; None where nothing is known of it."""
    generation = teller.generation
    own = generation.party_ordinal(key) if key else None
    found = [own] if own is not None else list(find(generation, f"tender:{number}")) if number else []
    there = [one for one in found if one is not None and generation.party(one).type is PartyType.TENDER]
    if not there:
        return None
    ordinal = there[0]
    walk = teller.walk(_ALL, former=True)
    lots: list[int] = []
    parts: list[Part] = []
    tallies = teller.projection.neighbours(ordinal, walk, limit=BIDS).tallies
    cut = any(len(tally.edges) < tally.total for tally in tallies)
    for tally in tallies:
        if tally.type is RelationType.LOT_OF:
            lots += [edge.peer for edge in tally.edges if not edge.out]
        else:
            parts += [_part(teller, edge.edge, edge.peer, None) for edge in tally.edges if not edge.out]
    for lot in lots[:LOTS]:
        for tally in teller.projection.neighbours(lot, walk, limit=BIDS):
            cut = cut or len(tally.edges) < tally.total
            if tally.type is not RelationType.LOT_OF:
                parts += [_part(teller, edge.edge, edge.peer, lot) for edge in tally.edges if not edge.out]
    return InGraph(
        party=teller.party(ordinal),
        lots=tuple(teller.party(lot) for lot in lots[:LOTS]),
        parts=tuple(parts),
        places=frozenset((ordinal, *lots)),
        cut=cut or len(lots) > LOTS,
        opening=opening_of(generation.party(ordinal).attributes.get("opening_at", "")),
    )


def _public(graph: InGraph, until: datetime) -> InGraph:
    """What may be known of a tender that the ledger keeps sealed, whatever tables said of its opening."""
    parts = tuple(one for one in graph.parts if one.type in PUBLIC)
    return graph._replace(
        party=msgspec.structs.replace(graph.party, sealed_until=moment(until)), parts=parts, cut=False
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _part(teller: Teller, edge: int, peer: int, lot: int | None) -> Part:
    relation: PartyRelation = teller.generation.relation(edge)
    return Part(
        type=relation.type,
        party=teller.party(peer),
        lot=None if lot is None else teller.party(lot),
        role=relation.role,
        bid=relation.attributes.get("bid", ""),
    )


def _beside(teller: Teller, graph: InGraph | None, request: DecisionRequest | None) -> _Beside:
    """Whom the graph knows of the bidders, and how often they bid together elsewhere."""
    generation = teller.generation
    known: dict[str, PartyShown] = {}
    ordinals: list[int | None] = []
    names: list[str] = []
    if request is not None:
        for bidder in request.bidders:
            for party in (bidder, *(bidder.consortium.members if bidder.consortium is not None else ())):
                ordinal = _by_code(generation, teller, party)
                if ordinal is not None:
                    known |= {one.id: teller.party(ordinal) for one in party.identifiers}
                if party is bidder or ordinal not in ordinals:
                    ordinals.append(ordinal)
                    names.append(
                        party.name or (party.identifiers[0].id if party.identifiers else party.client_id)
                    )
        asked = request.tender
        for other in (asked.buyer, asked.agency, asked.platform_operator, *asked.prior_service_providers):
            ordinal = None if other is None else _by_code(generation, teller, other)
            if other is not None and ordinal is not None:
                known |= {one.id: teller.party(ordinal) for one in other.identifiers}
    elif graph is not None:
        bids = {one.party.id: one.party for one in graph.parts if one.type is RelationType.BID_IN}
        ordinals = [generation.party_ordinal(key) for key in bids]
        names = [one.name for one in bids.values()]
    if len(ordinals) < 2:
        return _Beside(known)
    places = frozenset() if graph is None else graph.places
    return _Beside(known, together(teller, ordinals, without=places), tuple(names))


def _by_code(generation: Generation, teller: Teller, party: PartyRef) -> int | None:
    """The party that a bidder's code means; never one that only bears the name."""
    for one in party.identifiers:
        if one.id.isascii() and not personal(one.id):
            found = [ordinal for ordinal in find(generation, one.id) if not teller.hidden(ordinal)]
            if len(found) == 1:
                return found[0]
    return None


def _watched(visit: Visit, number: str) -> Item | None:
    """The watched tender of a number that changed last."""
    found = visit.service.ledger.items.page(
        watched_tenders.KIND, tenant=visit.principal.tenant, key=f"number:{number}", limit=1
    )
    return found[0] if found else None


def _newest(visit: Visit, item: Item | None, number: str) -> StoredDecision | None:
    """The newest decision about the tender that the visitor may see: the watched one's, or of its number."""
    ledger, who = visit.service.ledger, visit.principal
    if item is not None:
        decided = watched_tenders.view(ledger, item, who.viewer, visit.at).decision_id
        stored = ledger.decision(decided, tenant=who.tenant) if decided else None
        return stored if stored is not None and visible(stored, who.viewer, visit.at) else None
    found = ledger.decided.page(who.viewer, visit.at, keys=[tender_key(number)], limit=1) if number else []
    return found[0] if found else None


def _request(stored: StoredDecision | None) -> DecisionRequest | None:
    if stored is None or stored.request is None:
        return None
    return DecisionRequest.model_validate_json(stored.request)


def _alerts(visit: Visit, item: Item) -> tuple[AlertView, ...]:
    found: Sequence[Item] = visit.service.ledger.items.page(
        ALERT, tenant=visit.principal.tenant, key=f"tender:{item.id}", limit=ALERTS
    )
    viewer = visit.principal.viewer
    return tuple(alert_view(one) for one in found if one.body is not None and may_see(one, viewer, visit.at))


__all__ = ["Facts", "InGraph", "Part", "facts"]
