"""Contracting processes put together again from the edges of the graph: what exports write.

The edges of a tender, its lots, bids, wins and contracts carry what their sources said; nothing else is made up. All
edges of procurement are held at once: about a kilobyte for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from graph.dates import parse_instant
from graph.model import NameKind, Party, PartyType
from graph.procurement import ACTIVE, FOREIGN, Actor, Award, Bid, Contract, Item, Lot, Money, OrgRef, Process
from graph.relations import PartyRelation, RelationType

REGISTER = "CN-SAIC"
"""The register of unified social credit codes in org-id.guide."""
EDGES = frozenset(
    {
        RelationType.LOT_OF, RelationType.BUYER_OF, RelationType.AGENT_FOR, RelationType.BID_IN, RelationType.WON,
        RelationType.CONTRACT_OF, RelationType.PARTY_TO, RelationType.USES,
    }
)  # fmt: skip
"""The types that are read; others may be handed in and are passed over."""
Find = Callable[[str], Party | None]


def _time(text: str) -> datetime | None:
    try:
        return parse_instant(text) if text else None
    except ValueError:
        return None


def _money(facts: dict[str, str], name: str = "price") -> Money | None:
    try:
        amount = Decimal(facts[name])
    except (KeyError, InvalidOperation):
        return None
    return Money(amount=amount, currency=facts.get("currency" if name == "price" else f"{name}_currency", ""))


def _items(classes: str) -> tuple[Item, ...]:
    pairs = (one.partition(":") for one in classes.split("|") if one)
    return tuple(
        Item(id=str(number), scheme=scheme, code=code) for number, (scheme, _, code) in enumerate(pairs, 1)
    )


def _value(party: Party | None, kind: PartyType) -> str:
    """The identifier of a thing."""
    if party is None:
        return ""
    return next((one.value for one in party.ids if one.scheme == kind.value), "")


class _Tender:
    """The edges of one tender."""

    def __init__(self, key: str, find: Find, contacts: dict[str, list[str]]) -> None:
        self.key = key
        self.find = find
        self.contacts = contacts
        self.lots: dict[str, PartyRelation] = {}
        self.orders: list[PartyRelation] = []
        self.bids: list[PartyRelation] = []
        self.wins: list[PartyRelation] = []
        self.contracts: dict[str, list[PartyRelation]] = {}
        self.sides: dict[str, list[PartyRelation]] = {}
        self.actors: dict[str, Actor] = {}
        self.value = ""

    def ref(self, edge: PartyRelation, role: str) -> OrgRef:
        """Who stands at an edge's source, under the id that its source used."""
        party = self.find(edge.src)
        scheme, code = self._code(party)
        id_ = edge.attributes.get("id") or (f"{scheme}-{code}" if code else edge.src)
        name = next((one.text for one in party.names if one.kind is NameKind.REGISTERED), "") if party else ""
        known = self.actors.get(id_) or Actor(id=id_, name=name, scheme=scheme, code=code)
        roles = known.roles if role in known.roles else (*known.roles, role)
        phone, email = self._contact(edge.src)
        self.actors[id_] = Actor(
            id=id_,
            name=known.name,
            roles=roles,
            scheme=known.scheme,
            code=known.code,
            phone=phone,
            email=email,
        )
        return OrgRef(id=id_, name=name)

    @staticmethod
    def _code(party: Party | None) -> tuple[str, str]:
        """Register and code of an organisation; the number of a person never leaves the graph."""
        if party is None or party.type is not PartyType.ORGANIZATION:
            return "", ""
        own = (one.value for one in party.ids if one.scheme in ("uscc", "org_code") and one.state == "valid")
        if code := next(own, ""):
            return REGISTER, code
        foreign = ((one.scheme, one.value) for one in party.ids if one.scheme.startswith(FOREIGN))
        scheme, code = next(foreign, ("", ""))
        return scheme.removeprefix(FOREIGN), code

    def _contact(self, key: str) -> tuple[str, str]:
        found = [self.find(one) for one in self.contacts.get(key, ())]
        phone = next((text for one in found if (text := _value(one, PartyType.PHONE))), "")
        email = next((text for one in found if (text := _value(one, PartyType.EMAIL))), "")
        return phone, email

    def lot_id(self, key: str) -> str:
        """A lot's identifier within its tender."""
        stated = self.lots[key].attributes.get("lot", "") if key in self.lots else ""
        return stated or _value(self.find(key), PartyType.LOT).removeprefix(f"{self.value}/")

    def named(self, edges: Sequence[PartyRelation]) -> tuple[str, ...]:
        """The lots that something names: none where it is for the whole tender."""
        if edges[0].attributes.get("lots") == "all" or self._whole():
            return ()
        return tuple(dict.fromkeys(self.lot_id(edge.dst) for edge in edges))

    def _whole(self) -> bool:
        return all(edge.role == "whole" for edge in self.lots.values())

    def process(self) -> Process:
        party = self.find(self.key)
        self.value = _value(party, PartyType.TENDER) or self.key
        facts = next(iter(self.lots.values())).attributes if self.lots else {}
        title = party.names[0].text if party is not None and party.names else ""
        buyer = next((edge for edge in self.orders if edge.role != "procuring_entity"), None)
        entity = next((edge for edge in self.orders if edge.role == "procuring_entity"), None)
        count = facts.get("tenderers", "")
        made = {
            "buyer": self.ref(buyer, "buyer") if buyer else None,
            "procuring_entity": self.ref(entity, "procuringEntity") if entity else None,
            "lots": self._lots(),
            "bids": self._bids(),
            "tenderers": self._refs([edge for edge in self.bids if edge.role == "tenderer"], "tenderer"),
            "awards": self._awards(),
        }  # fmt: skip
        contracts = tuple(self._contract(key) for key in sorted(self.contracts))
        return Process(
            key=self.value,
            release=facts.get("release", ""),
            date=_time(facts.get("released", "")),
            language=facts.get("language", ""),
            tender=facts.get("tender", ""),
            title=title if title != self.value else "",
            status=facts.get("status", ""),
            method=facts.get("method", ""),
            method_details=facts.get("method_details", ""),
            category=facts.get("category", ""),
            criteria=facts.get("criteria", ""),
            start=_time(facts.get("start", "")),
            deadline=_time(facts.get("deadline", "")),
            tenderer_count=int(count) if count.isascii() and count.isdigit() else None,
            value=_money(facts, "value"),
            min_value=_money(facts, "min_value"),
            bids_known=facts.get("bids") == "known" or bool(made["bids"]),
            contracts=contracts,
            parties=tuple(self.actors.values()),
            **made,  # type: ignore[arg-type]
        )

    def _lots(self) -> tuple[Lot, ...]:
        if self._whole():
            return ()
        return tuple(
            Lot(
                id=self.lot_id(key),
                title=edge.attributes.get("lot_title", ""),
                status=edge.attributes.get("lot_status", ""),
                value=_money(edge.attributes, "lot_value"),
            )
            for key, edge in sorted(self.lots.items(), key=lambda pair: self.lot_id(pair[0]))
        )

    def _bids(self) -> tuple[Bid, ...]:
        groups: dict[str, list[PartyRelation]] = {}
        for edge in self.bids:
            if edge.role != "tenderer":
                groups.setdefault(edge.attributes.get("bid") or f"{edge.src}", []).append(edge)
        return tuple(
            Bid(
                id=name if edges[0].attributes.get("bid") else "",
                status=edges[0].attributes.get("status", ""),
                tenderers=self._refs(edges, "tenderer"),
                value=_money(edges[0].attributes),
                date=_time(edges[0].attributes.get("date", "")),
                lots=self.named(edges),
                rank=edges[0].attributes.get("rank", ""),
            )
            for name, edges in sorted(groups.items())
        )

    def _refs(self, edges: Iterable[PartyRelation], role: str) -> tuple[OrgRef, ...]:
        found = {edge.src: edge for edge in edges}
        refs = [self.ref(edge, role) for edge in found.values()]
        return tuple(sorted({ref.id: ref for ref in refs}.values(), key=lambda ref: ref.id))

    def _awards(self) -> tuple[Award, ...]:
        groups: dict[str, list[PartyRelation]] = {}
        for edge in self.wins:
            groups.setdefault(edge.attributes.get("award") or edge.dst, []).append(edge)
        return tuple(
            Award(
                id=name if edges[0].attributes.get("award") else self.lot_id(name),
                status=ACTIVE,
                date=_time(edges[0].attributes.get("date", "")),
                suppliers=self._refs(edges, "supplier"),
                value=_money(edges[0].attributes),
                items=_items(edges[0].attributes.get("classes", "")),
                lots=self.named(edges),
                bid=edges[0].attributes.get("bid", ""),
            )
            for name, edges in sorted(groups.items())
        )

    def _contract(self, key: str) -> Contract:
        edges = self.contracts[key]
        facts = edges[0].attributes
        sides = self.sides.get(key, [])
        stated = [edge for edge in sides if edge.role == "supplier" and edge.attributes.get("stated")]
        lots = tuple(dict.fromkeys(self.lot_id(edge.dst) for edge in edges if edge.dst in self.lots))
        return Contract(
            id=facts.get("contract", "")
            or _value(self.find(key), PartyType.CONTRACT).removeprefix(f"{self.value}/"),
            award=facts.get("award", ""),
            title=facts.get("title", ""),
            status=facts.get("status", ""),
            signed=_time(facts.get("signed", "")),
            start=edges[0].valid.start,
            end=edges[0].valid.end,
            value=_money(facts),
            lots=lots,
            suppliers=self._refs(
                stated or ([e for e in sides if e.role == "supplier"] if not facts.get("award") else []),
                "supplier",
            ),
            subcontractors=self._refs(
                [edge for edge in sides if edge.role == "subcontractor"], "subcontractor"
            ),
        )


def processes(edges: Iterable[PartyRelation], find: Find) -> Iterator[Process]:
    """Every tender of the graph as a process, in the order of their keys.

    Args:
        edges: relations as they stand; those that have nothing to do with tenders are passed over.
        find: a party by its key.
    """
    kept: dict[RelationType, list[PartyRelation]] = {kind: [] for kind in EDGES}
    for edge in edges:
        if edge.type in EDGES and (edge.type is not RelationType.USES or edge.role == "contact"):
            kept[edge.type].append(edge)
    contacts: dict[str, list[str]] = {}
    for edge in kept[RelationType.USES]:
        contacts.setdefault(edge.src, []).append(edge.dst)
    tenders: dict[str, _Tender] = {}
    of_lot: dict[str, _Tender] = {}

    def tender(key: str) -> _Tender:
        if key not in tenders:
            tenders[key] = _Tender(key, find, contacts)
        return tenders[key]

    for edge in kept[RelationType.LOT_OF]:
        of_lot[edge.src] = tender(edge.dst)
        of_lot[edge.src].lots[edge.src] = edge
    for kind in (RelationType.BUYER_OF, RelationType.AGENT_FOR):
        for edge in kept[kind]:
            tender(edge.dst).orders.append(edge)
    for edge in kept[RelationType.BID_IN]:
        if edge.dst in of_lot:
            of_lot[edge.dst].bids.append(edge)
    for edge in kept[RelationType.WON]:
        if edge.dst in of_lot:
            of_lot[edge.dst].wins.append(edge)
    owner: dict[str, _Tender] = {}
    for edge in kept[RelationType.CONTRACT_OF]:
        found = of_lot.get(edge.dst) or tenders.get(edge.dst)
        if found is not None:
            found.contracts.setdefault(edge.src, []).append(edge)
            owner[edge.src] = found
    for edge in kept[RelationType.PARTY_TO]:
        if edge.dst in owner:
            owner[edge.dst].sides.setdefault(edge.dst, []).append(edge)
    for key in sorted(tenders):
        yield tenders[key].process()
