"""A loaded tender as a decision request: who buys, who bids, through whom and with what, as the tables said it.

What no table said stays out of the request, so that the rules that need it answer `not assessed` and never guess.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from graph.relations import PartyRelation, RelationType

if TYPE_CHECKING:
    from graph.model import Party
    from graph.store import GraphReader

MOST_EDGES = 200_000
"""Relations read of one tender at most; a larger one is refused whole, because a part of it would look complete."""
_SHOWN_STATES = frozenset({"valid", "masked", "checksum"})
_TENDER = ("regime", "object", "funding", "region", "method", "opening_at")
_DEVICE_FIELDS = ("cpu", "disk", "memory", "mac", "dongle", "ip")
_DOCUMENTS = {"md5": "file_md5", "file_id": "file_id", "author": "author"}


class TenderError(Exception):
    """No request can be made of a tender. `code` is a message of api/messages.toml."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class _Graph:
    """Reads of one published state, each party once."""

    def __init__(self, store: GraphReader) -> None:
        self._store = store
        self._known = store.generation()
        self._parties: dict[str, Party] = {}

    def find(self, scheme: str, value: str) -> Party | None:
        return self._store.find(scheme, value, known=self._known)

    def edges(self, parties: Sequence[str], types: Sequence[RelationType]) -> Sequence[PartyRelation]:
        if not parties:
            return ()
        found, total = self._store.expand(parties, types=types, known=self._known, limit=MOST_EDGES)
        if total > len(found):
            raise TenderError("tender.too_large", count=total, limit=MOST_EDGES)
        return found

    def party(self, key: str) -> Party:
        found = self._parties.get(key)
        if found is None:
            read = self._store.get(key, known=self._known)
            if read is None:
                raise TenderError("tender.inconsistent")
            found = self._parties[key] = read
        return found


def request_of(store: GraphReader, tender: str, lot: str = "") -> dict[str, Any]:
    """The body of `POST /v1/decisions` for a tender that was loaded.

    Args:
        store: the graph.
        tender: its number.
        lot: only this lot of it; empty: all.

    Raises:
        TenderError: `tender.unknown`, `tender.lot_unknown`, `tender.no_bids`, `tender.too_large`.
        StoreError: the store can't be read.
    """
    graph = _Graph(store)
    whole = graph.find("tender", tender)
    if whole is None:
        raise TenderError("tender.unknown")
    around = graph.edges(
        [whole.key],
        [
            RelationType.BUYER_OF, RelationType.AGENT_FOR, RelationType.PLATFORM_FOR, RelationType.SERVED,
            RelationType.LOT_OF, RelationType.BID_IN, RelationType.EVALUATES,
        ],
    )  # fmt: skip
    lots = {edge.src: graph.party(edge.src) for edge in around if edge.type is RelationType.LOT_OF}
    if lot:
        lots = {key: party for key, party in lots.items() if _value(party, "lot") == f"{tender}/{lot}"}
        if not lots:
            raise TenderError("tender.lot_unknown")
        around = [edge for edge in around if edge.type not in (RelationType.BID_IN, RelationType.EVALUATES)]
    within = [*around, *graph.edges(list(lots), [RelationType.BID_IN, RelationType.EVALUATES])]
    bids = _bids(graph, [edge for edge in within if edge.type is RelationType.BID_IN])
    if not bids:
        raise TenderError("tender.no_bids")
    return {
        "tender": _tender(graph, whole, within, tender),
        "lots": [{"id": _lot_code(_value(party, "lot")), "name": _name(party)} for party in lots.values()],
        "bidders": bids,
    }


def _tender(graph: _Graph, whole: Party, edges: Iterable[PartyRelation], number: str) -> dict[str, Any]:
    body: dict[str, Any] = {"id": number, "name": _name(whole)}
    body |= {name: whole.attributes[name] for name in _TENDER if whole.attributes.get(name)}
    single = {
        RelationType.BUYER_OF: "buyer", RelationType.AGENT_FOR: "agency", RelationType.PLATFORM_FOR: "platform_operator"
    }  # fmt: skip
    served: list[dict[str, Any]] = []
    judges: dict[str, list[dict[str, Any]]] = {"experts": [], "committee": []}
    seen: set[tuple[str, str]] = set()
    for edge in edges:
        if (edge.type, edge.src) in seen:
            continue
        seen.add((edge.type, edge.src))
        who = graph.party(edge.src) if edge.type is not RelationType.LOT_OF else None
        if who is None:
            continue
        if edge.type in single and edge.role != "owner":
            body.setdefault(single[edge.type], _ref(who))
        elif edge.type is RelationType.SERVED:
            served.append(_ref(who))
        elif edge.type is RelationType.EVALUATES:
            seat = "committee" if edge.attributes.get("seat") == "buyer_representative" else "experts"
            judges[seat].append(_person(who, edge.role))
    if served:
        body["prior_service_providers"] = served
    return body | {seat: found for seat, found in judges.items() if found}


def _bids(graph: _Graph, edges: Iterable[PartyRelation]) -> list[dict[str, Any]]:
    """One bidder a bid: its leader with the members of its consortium, and what it left behind in that lot."""
    groups: dict[tuple[str, str], dict[str, PartyRelation]] = defaultdict(dict)
    for edge in edges:
        known = groups[edge.dst, edge.attributes.get("bid", edge.src)]
        known[edge.src] = _merged(known.get(edge.src), edge)
    members = sorted({key for group in groups.values() for key in group})
    traces: dict[tuple[str, str], list[PartyRelation]] = defaultdict(list)
    for edge in graph.edges(members, [RelationType.ACTS_FOR, RelationType.USES]):
        owner = edge.dst if edge.type is RelationType.ACTS_FOR else edge.src
        traces[owner, edge.attributes.get("lot", "")].append(edge)
    found: list[dict[str, Any]] = []
    for place, ((target, _), group) in enumerate(sorted(groups.items()), 1):
        ordered = sorted(group.values(), key=lambda edge: (edge.role == "member", edge.src))
        about = graph.party(target)
        value = _value(about, "lot") or _value(about, "tender")
        lead = graph.party(ordered[0].src)
        body: dict[str, Any] = {"client_id": str(place), **_ref(lead)}
        if "/" in value:
            body["lots"] = [_lot_code(value)]
        if len(ordered) > 1:
            body["consortium"] = {"members": [_ref(graph.party(edge.src)) for edge in ordered]}
        for name in ("price", "brand"):
            if text := ordered[0].attributes.get(name):
                body[name] = text
        for edge in ordered:
            _add_traces(graph, body, traces.get((edge.src, value), ()))
        found.append(body)
    return found


def _merged(one: PartyRelation | None, other: PartyRelation) -> PartyRelation:
    """A bid that two tables tell of: the one that states its price counts, with what the other adds."""
    if one is None:
        return other
    first, second = (one, other) if one.attributes.get("price") else (other, one)
    return msgspec.structs.replace(first, attributes=second.attributes | first.attributes)


def _add_traces(graph: _Graph, body: dict[str, Any], edges: Iterable[PartyRelation]) -> None:
    devices: list[dict[str, str]] = body.get("devices", [])
    contacts: list[dict[str, str]] = body.get("contacts", [])
    documents: list[dict[str, str]] = body.get("documents", [])
    for edge in edges:
        if edge.type is RelationType.ACTS_FOR:
            _act(body, edge.role, _person(graph.party(edge.src), edge.role), contacts)
            continue
        thing = graph.party(edge.dst)
        kind = thing.type.value
        value = _value(thing, kind)
        if kind in ("phone", "email", "address"):
            contacts.append({kind: value})
        elif kind == "account":
            body.setdefault("bond_account", value)
        elif kind == "device":
            name, _, code = value.partition(":")
            _put(
                devices,
                name if name in _DEVICE_FIELDS else "file_id",
                code if name in _DEVICE_FIELDS else value,
            )
        elif kind == "document" and value.startswith("guarantee:"):
            body.setdefault("bond_letter", value.rpartition(":")[2])
        elif kind == "document":
            _document(thing, value, devices, documents)
    for name, found in (("devices", devices), ("contacts", contacts), ("documents", documents)):
        if found:
            body[name] = found


def _document(
    thing: Party, value: str, devices: list[dict[str, str]], documents: list[dict[str, str]]
) -> None:
    scheme, _, code = value.partition(":")
    if scheme in _DOCUMENTS:
        _put(devices, _DOCUMENTS[scheme], code)
    if scheme == "sha256" or thing.attributes.get("text"):
        entry = {"name": _name(thing), "text": thing.attributes.get("text", "")}
        documents.append({**entry, "sha256": code} if scheme == "sha256" else entry)


def _act(body: dict[str, Any], role: str, person: dict[str, Any], contacts: list[dict[str, str]]) -> None:
    """Someone who acts for a bidder, where a request has a place for the role; a second one is key staff."""
    if role in ("project_manager", "agent", "legal_rep"):
        held = body.setdefault(role, person)
        if held is not person and held != person:
            body.setdefault("key_staff", []).append(person)
    elif role == "contact":
        contacts.append({"name": person["name"]})
    else:
        body.setdefault("key_staff", []).append(person)


def _put(devices: list[dict[str, str]], name: str, value: str) -> None:
    """A code into the first description of a machine that has none of its kind yet."""
    for device in devices:
        if device.get(name) == value:
            return
        if name not in device:
            device[name] = value
            return
    devices.append({name: value})


def _value(party: Party, scheme: str) -> str:
    return next((one.value for one in party.ids if one.scheme == scheme), "")


def _lot_code(value: str) -> str:
    return value.rpartition("/")[2]


def _name(party: Party) -> str:
    return party.names[0].text[:200] if party.names else ""


def _identifiers(party: Party) -> list[Mapping[str, str]]:
    return [
        {"scheme": one.scheme, "id": one.value}
        for one in party.ids
        if one.state in _SHOWN_STATES and one.scheme not in ("source_id", "foreign_document")
    ]


def _ref(party: Party) -> dict[str, Any]:
    return {"type": party.type.value, "name": _name(party), "identifiers": _identifiers(party)}


def _person(party: Party, role: str) -> dict[str, Any]:
    return {"name": _name(party), "role": role, "identifiers": _identifiers(party)}
