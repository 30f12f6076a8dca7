"""Contracting processes put together again from the edges of the graph: what exports write.

The edges of a tender, its lots, bids, wins and contracts carry what their sources said; nothing else is made up. All
edges of procurement are held at once: about a kilobyte for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from msgspec.structs import replace

from graph.dates import parse_instant
from graph.model import NameKind, Party, PartyType
from graph.procurement import (
    ACTIVE,
    FOREIGN,
    PENDING,
    VALID,
    Actor,
    Award,
    Bid,
    Contract,
    Item,
    Lot,
    Money,
    OrgRef,
    Process,
)
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
OCDS = "ocds"
"""Data set whose edges say everything themselves; other sources state yuan, and what was handed in."""
METHODS = (
    ("公开", "open"), ("邀请", "selective"), ("单一来源", "direct"), ("直接", "direct"), ("谈判", "limited"),
    ("磋商", "limited"), ("询价", "limited"), ("竞价", "limited"),
)  # fmt: skip
"""Procurement methods as OCDS knows them, by words in the name of the method."""
Facts = dict[str, str]
Find = Callable[[str], Party | None]


def _time(text: str) -> datetime | None:
    try:
        return parse_instant(text) if text else None
    except ValueError:
        return None


def _money(facts: Facts, name: str = "price", currency: str = "") -> Money | None:
    try:
        amount = Decimal(facts[name])
    except (KeyError, InvalidOperation):
        return None
    stated = facts.get("currency" if name == "price" else f"{name}_currency", "")
    return Money(amount=amount, currency=stated or currency)


def _merged(edges: Iterable[PartyRelation]) -> Facts:
    """What several edges of one bid, award or contract say together; the first that says something counts."""
    found: Facts = {}
    for edge in edges:
        for name, text in edge.attributes.items():
            found.setdefault(name, text)
    return found


def _own(edge: PartyRelation) -> bool:
    """Whether an edge comes from OCDS and so says all that its source did."""
    return edge.source.dataset == OCDS


def _begun(edges: Sequence[PartyRelation], facts: Facts) -> datetime | None:
    """When a bid was handed in or an award made: as stated, else when the edges begin, but for those from OCDS."""
    stated = _time(facts.get("date", ""))
    return stated or min((e.valid.start for e in edges if e.valid.start and not _own(e)), default=None)


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
        if key == self.key:
            return ""
        stated = self.lots[key].attributes.get("lot", "") if key in self.lots else ""
        return stated or _value(self.find(key), PartyType.LOT).removeprefix(f"{self.value}/")

    def named(self, edges: Sequence[PartyRelation]) -> tuple[str, ...]:
        """The lots that something names: none where it is for the whole tender."""
        if edges[0].attributes.get("lots") == "all" or self._whole():
            return ()
        return tuple(filter(None, dict.fromkeys(self.lot_id(edge.dst) for edge in edges)))

    def _whole(self) -> bool:
        return all(edge.role == "whole" for edge in self.lots.values())

    def process(self) -> Process:
        party = self.find(self.key)
        self.value = _value(party, PartyType.TENDER) or self.key
        facts = self._facts(party)
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

    def _facts(self, party: Party | None) -> Facts:
        """What is known of the tender: from its lots' edges, else from its row in the register of tenders."""
        facts = _merged(self.lots.values())
        known = party.attributes if party is not None else {}
        method = known.get("method", "")
        added = {
            "method": next((code for word, code in METHODS if word in method), ""),
            "method_details": method,
            "category": known.get("object", ""),
            "deadline": known.get("opening_at", ""),
            "value": known.get("budget_cny", ""),
            "value_currency": "CNY" if known.get("budget_cny") else "",
        }
        return {**{name: text for name, text in added.items() if text}, **facts}

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
        return tuple(self._bid(name, edges) for name, edges in sorted(groups.items()))

    def _bid(self, name: str, edges: Sequence[PartyRelation]) -> Bid:
        facts = _merged(edges)
        status, own = facts.get("status", ""), all(_own(edge) for edge in edges)
        if not status and not own:
            won = {(edge.src, edge.dst) for edge in self.wins}
            status = VALID if any((edge.src, edge.dst) in won for edge in edges) else PENDING
        return Bid(
            id=name if facts.get("bid") else "",
            status=status,
            tenderers=self._refs(edges, "tenderer"),
            value=_money(facts, currency="" if own else "CNY"),
            date=_begun(edges, facts),
            lots=self.named(edges),
            rank=facts.get("rank", ""),
        )

    def _refs(self, edges: Iterable[PartyRelation], role: str) -> tuple[OrgRef, ...]:
        found = {edge.src: edge for edge in edges}
        refs = [self.ref(edge, role) for edge in found.values()]
        return tuple(sorted({ref.id: ref for ref in refs}.values(), key=lambda ref: ref.id))

    def _awards(self) -> tuple[Award, ...]:
        groups: dict[str, list[PartyRelation]] = {}
        for edge in self.wins:
            name = edge.attributes.get("award") or edge.attributes.get("bid") or edge.dst
            groups.setdefault(name, []).append(edge)
        return tuple(self._award(name, edges) for name, edges in sorted(groups.items()))

    def _award(self, name: str, edges: Sequence[PartyRelation]) -> Award:
        facts = _merged(edges)
        own = all(_own(edge) for edge in edges)
        return Award(
            id=name if name != edges[0].dst else self.lot_id(name),
            status=ACTIVE,
            date=_begun(edges, facts),
            suppliers=self._refs(edges, "supplier"),
            value=_money(facts, currency="" if own else "CNY"),
            items=_items(facts.get("classes", "")),
            lots=self.named(edges),
            bid=facts.get("bid", ""),
        )

    def _contract(self, key: str) -> Contract:
        edges = self.contracts[key]
        facts = _merged(edges)
        party = self.find(key)
        known = party.attributes if party is not None else {}
        sides = self.sides.get(key, [])
        stated = [edge for edge in sides if edge.role == "supplier" and edge.attributes.get("stated")]
        lots = tuple(dict.fromkeys(self.lot_id(edge.dst) for edge in edges if edge.dst in self.lots))
        return Contract(
            id=facts.get("contract", "") or _value(party, PartyType.CONTRACT).removeprefix(f"{self.value}/"),
            award=facts.get("award", ""),
            title=facts.get("title", ""),
            status=facts.get("status", ""),
            signed=_time(facts.get("signed", "") or known.get("signed_at", "")),
            start=edges[0].valid.start,
            end=edges[0].valid.end,
            value=_money(facts) or _money(known, "amount_cny", "CNY"),
            lots=lots,
            suppliers=self._refs(
                stated or ([e for e in sides if e.role == "supplier"] if not facts.get("award") else []),
                "supplier",
            ),
            subcontractors=self._refs(
                [edge for edge in sides if edge.role == "subcontractor"], "subcontractor"
            ),
        )


def processes(
    edges: Iterable[PartyRelation],
    find: Find,
    *,
    now: datetime | None = None,
    sealed: list[str] | None = None,
) -> Iterator[Process]:
    """Every tender of the graph as a process, in the order of their keys.

    Until bids are opened nobody may learn who bids (招标投标法 22): a tender whose deadline lies ahead comes without
    tenderers, bids and those who made them.

    Args:
        edges: relations as they stand; those that have nothing to do with tenders are passed over.
        find: a party by its key.
        now: the present; None: all tenders are taken for opened.
        sealed: gets the keys of the tenders whose bids were left out.
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

    def about(key: str) -> _Tender | None:
        """The tender that a bid, a win or a contract is about: that of its lot, or the one it names itself."""
        if key in of_lot or key in tenders:
            return of_lot.get(key) or tenders[key]
        party = find(key)
        return tender(key) if party is not None and party.type is PartyType.TENDER else None

    for edge in kept[RelationType.BID_IN]:
        if (found := about(edge.dst)) is not None:
            found.bids.append(edge)
    for edge in kept[RelationType.WON]:
        if (found := about(edge.dst)) is not None:
            found.wins.append(edge)
    owner: dict[str, _Tender] = {}
    for edge in kept[RelationType.CONTRACT_OF]:
        if (found := about(edge.dst)) is not None:
            found.contracts.setdefault(edge.src, []).append(edge)
            owner[edge.src] = found
    for edge in kept[RelationType.PARTY_TO]:
        if edge.dst in owner:
            owner[edge.dst].sides.setdefault(edge.dst, []).append(edge)
    for key in sorted(tenders):
        made = tenders[key].process()
        if (
            now is not None
            and made.deadline is not None
            and made.deadline > now
            and (made.bids or made.tenderers)
        ):
            made = _closed(made)
            if sealed is not None:
                sealed.append(made.key)
        yield made


def _closed(process: Process) -> Process:
    ordering = {ref.id for ref in (process.buyer, process.procuring_entity) if ref is not None}
    return replace(
        process,
        tenderers=(),
        tenderer_count=None,
        bids=(),
        bids_known=False,
        awards=(),
        contracts=(),
        parties=tuple(actor for actor in process.parties if actor.id in ordering),
    )
