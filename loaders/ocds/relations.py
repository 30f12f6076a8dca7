"""A contracting process as edges of the graph: who bought, bid, won, signed and how they can be reached.

Facts of the tender stand on the edges from its lots, those of a bid, an award or a contract on theirs, so that the
process can be put together again from the graph. What the graph has no edge for is reported.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime

from graph.dates import iso
from graph.model import Id, Interval, Mention, PartyType, Source
from graph.procurement import ACTIVE, Award, Contract, Item, Money, OrgRef, Process
from graph.relations import Relation, RelationType
from loaders.ocds.parties import Parties

DATASET = "ocds"
WHOLE = "1"
"""The lot of a tender that is not divided; its edge has the role `whole`."""
MAX_EDGES = 100_000
"""Edges of one process; beyond, the process is refused and reported."""

Warn = Callable[[str, str], None]


class TooManyEdgesError(ValueError):
    """A process with more edges than one can have."""


def _money(money: Money | None, name: str = "price") -> dict[str, str]:
    if money is None:
        return {}
    found = {name: str(money.amount)}
    if money.currency:
        found["currency" if name == "price" else f"{name}_currency"] = money.currency
    return found


def _given(**texts: str) -> dict[str, str]:
    return {key: text for key, text in texts.items() if text}


def _time(value: datetime | None) -> str:
    return iso(value) if value is not None else ""


def _classes(items: tuple[Item, ...]) -> str:
    return "|".join(dict.fromkeys(f"{item.scheme}:{item.code}" for item in items if item.code))


def phone_number(text: str) -> str:
    """A telephone number for comparison: digits only, without the country's code; empty when it is none, or masked."""
    plain = unicodedata.normalize("NFKC", text)
    if "*" in plain:
        return ""
    digits = re.sub(r"\D", "", plain)
    if len(digits) > 11 and digits.startswith("86"):
        digits = digits[2:]
    return digits if 7 <= len(digits) <= 15 else ""


def email_address(text: str) -> str:
    """An e-mail address for comparison; empty when it is none."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    return plain if re.fullmatch(r"[^@\s]{1,80}@[^@\s]+\.[^@\s]{2,}", plain) else ""


class _Edges:
    def __init__(self, process: Process, source: Source, warn: Warn) -> None:
        self.process = process
        self.source = source
        self.warn = warn
        self.parties = Parties(process, DATASET)
        self.awards = {award.id: award for award in process.awards}
        self.count = 0

    def thing(self, kind: PartyType, value: str, name: str = "") -> Mention:
        key = f"{DATASET}:{kind.value}:{value}"
        return Mention(type=kind, name=name or value, key=key, ids=(Id(scheme=kind.value, value=value),))

    def tender(self) -> Mention:
        return self.thing(PartyType.TENDER, self.process.key, self.process.title)

    def lot(self, lot: str) -> Mention:
        title = next((one.title for one in self.process.lots if one.id == lot), "")
        return self.thing(PartyType.LOT, f"{self.process.key}/{lot}", title or self.process.title)

    def lots(self, named: tuple[str, ...]) -> tuple[str, ...]:
        """The lots that something is for: those it names, else all of the tender's."""
        return named or tuple(lot.id for lot in self.process.lots) or (WHOLE,)

    def edge(
        self,
        kind: RelationType,
        key: str,
        src: Mention,
        dst: Mention,
        *,
        role: str = "",
        start: datetime | None = None,
        end: datetime | None = None,
        attributes: dict[str, str] | None = None,
    ) -> Relation:
        self.count += 1
        if self.count > MAX_EDGES:
            raise TooManyEdgesError(self.process.key)
        return Relation(
            type=kind,
            key=f"{self.process.key}/{kind.value}/{key}",
            src=src,
            dst=dst,
            role=role,
            attributes=attributes or {},
            valid=Interval(start=start, end=end if end is None or start is None or end > start else None),
            source=self.source,
        )

    def all(self) -> Iterator[Relation]:
        yield from self._tender()
        yield from self._bids()
        yield from self._awards()
        yield from self._contracts()
        yield from self._contacts()

    def _tender(self) -> Iterator[Relation]:
        process = self.process
        facts = {
            **_given(
                status=process.status, method=process.method, method_details=process.method_details,
                category=process.category, criteria=process.criteria, start=_time(process.start),
                deadline=_time(process.deadline), tender=process.tender, release=process.release,
                released=_time(process.date), language=process.language,
                bids="known" if process.bids_known else "",
                tenderers="" if process.tenderer_count is None else str(process.tenderer_count),
            ),
            **_money(process.value, "value"),
            **_money(process.min_value, "min_value"),
        }  # fmt: skip
        tender = self.tender()
        for lot in process.lots:
            more = {
                **_given(lot=lot.id, lot_status=lot.status, lot_title=lot.title),
                **_money(lot.value, "lot_value"),
            }
            yield self.edge(
                RelationType.LOT_OF,
                lot.id,
                self.lot(lot.id),
                tender,
                start=process.start,
                attributes=facts | more,
            )
        if not process.lots:
            yield self.edge(
                RelationType.LOT_OF, WHOLE, self.lot(WHOLE), tender, role="whole", start=process.start,
                attributes=facts,
            )  # fmt: skip
        buyer, entity = process.buyer, process.procuring_entity
        if buyer is not None:
            yield self._ordering(buyer, RelationType.BUYER_OF, "buyer", tender)
        if entity is not None and (buyer is None or entity.id != buyer.id or not entity.id):
            kind = RelationType.BUYER_OF if buyer is None else RelationType.AGENT_FOR
            yield self._ordering(entity, kind, "procuring_entity", tender)
        elif entity is not None:
            yield self._ordering(entity, RelationType.BUYER_OF, "procuring_entity", tender)

    def _ordering(self, ref: OrgRef, kind: RelationType, role: str, tender: Mention) -> Relation:
        return self.edge(
            kind,
            f"{role}/{self.parties.part(ref)}",
            self.parties.mention(ref),
            tender,
            role=role,
            start=self.process.start,
            attributes=_given(id=self._plain(ref)),
        )

    def _plain(self, ref: OrgRef) -> str:
        """The id that the source uses, unless it is a person's number."""
        part = self.parties.part(ref)
        return ref.id if ref.id and part == ref.id else ""

    def _bids(self) -> Iterator[Relation]:
        process = self.process
        since = process.deadline or process.start
        offered: set[str] = set()
        for place, bid in enumerate(process.bids, 1):
            facts = {
                **_given(
                    bid=bid.id or str(place), status=bid.status, date=_time(bid.date), rank=bid.rank,
                    lots="all" if not bid.lots and process.lots else "",
                    members=str(len(bid.tenderers)) if len(bid.tenderers) > 1 else "",
                ),
                **_money(bid.value),
            }  # fmt: skip
            if not bid.tenderers:
                self.warn("ocds.bid_nobody", "bids/details/tenderers/id")
            for ref in bid.tenderers:
                offered.add(ref.id)
                for lot in self.lots(bid.lots):
                    yield self.edge(
                        RelationType.BID_IN,
                        f"{bid.id or place}/{lot}/{self.parties.part(ref)}",
                        self.parties.mention(ref),
                        self.lot(lot),
                        start=bid.date or since,
                        attributes=facts | _given(id=self._plain(ref)),
                    )
        for ref in process.tenderers:
            if ref.id and ref.id in offered:
                continue
            for lot in self.lots(()):
                yield self.edge(
                    RelationType.BID_IN,
                    f"tenderer/{lot}/{self.parties.part(ref)}",
                    self.parties.mention(ref),
                    self.lot(lot),
                    role="tenderer",
                    start=since,
                    attributes=_given(id=self._plain(ref)),
                )

    def _awards(self) -> Iterator[Relation]:
        for place, award in enumerate(self.process.awards, 1):
            if award.status != ACTIVE:
                self.warn("ocds.award_not_active", "awards/status")
                continue
            facts = {
                **_given(
                    award=award.id or str(place), bid=award.bid, date=_time(award.date),
                    classes=_classes(award.items), lots="all" if not award.lots and self.process.lots else "",
                ),
                **_money(award.value),
            }  # fmt: skip
            for ref in award.suppliers:
                for lot in self.lots(award.lots):
                    yield self.edge(
                        RelationType.WON,
                        f"{award.id or place}/{lot}/{self.parties.part(ref)}",
                        self.parties.mention(ref),
                        self.lot(lot),
                        start=award.date or self.process.deadline,
                        attributes=facts | _given(id=self._plain(ref)),
                    )

    def _contracts(self) -> Iterator[Relation]:
        process = self.process
        for place, contract in enumerate(process.contracts, 1):
            name = contract.id or str(place)
            thing = self.thing(PartyType.CONTRACT, f"{process.key}/{name}", contract.title)
            facts = {
                **_given(
                    contract=contract.id, award=contract.award, status=contract.status,
                    signed=_time(contract.signed), title=contract.title,
                ),
                **_money(contract.value),
            }  # fmt: skip
            award = self.awards.get(contract.award)
            start = contract.start or contract.signed
            named = contract.lots or (award.lots if award is not None else ())
            ends = [self.lot(lot) for lot in named] or [self.tender()]
            for number, end in enumerate(ends, 1):
                yield self.edge(
                    RelationType.CONTRACT_OF, f"{name}/{number}", thing, end, start=start, end=contract.end,
                    attributes=facts,
                )  # fmt: skip
            for role, refs in self._sides(contract, award):
                for ref in refs:
                    yield self.edge(
                        RelationType.PARTY_TO,
                        f"{name}/{role}/{self.parties.part(ref)}",
                        self.parties.mention(ref),
                        thing,
                        role=role,
                        start=start,
                        end=contract.end,
                        attributes=_given(
                            id=self._plain(ref),
                            stated="yes" if role != "buyer" and contract.suppliers else "",
                        ),
                    )

    def _sides(self, contract: Contract, award: Award | None) -> Iterator[tuple[str, tuple[OrgRef, ...]]]:
        if self.process.buyer is not None:
            yield "buyer", (self.process.buyer,)
        yield "supplier", contract.suppliers or (award.suppliers if award is not None else ())
        yield "subcontractor", contract.subcontractors

    def _contacts(self) -> Iterator[Relation]:
        """How bidders and suppliers can be reached: what shared contacts are found by."""
        for actor in self.process.parties:
            if not {"tenderer", "supplier", "subcontractor"} & set(actor.roles):
                continue
            ref = OrgRef(id=actor.id, name=actor.name)
            for kind, text, read in (
                (PartyType.PHONE, actor.phone, phone_number),
                (PartyType.EMAIL, actor.email, email_address),
            ):
                value = read(text)
                if text and not value:
                    self.warn(
                        f"ocds.{kind.value}",
                        f"parties/contactPoint/{'telephone' if kind is PartyType.PHONE else 'email'}",
                    )
                if value:
                    yield self.edge(
                        RelationType.USES,
                        f"{kind.value}/{self.parties.part(ref)}",
                        self.parties.mention(ref),
                        self.thing(kind, value),
                        role="contact",
                        attributes=_given(tender=self.process.key),
                    )


def relations(process: Process, source: Source, warn: Warn) -> list[Relation]:
    """The edges of a process.

    Args:
        process: as read.
        source: where from.
        warn: called with a message code and a path for what the graph can't hold.

    Raises:
        TooManyEdgesError: more than `MAX_EDGES`.
    """
    edges = _Edges(process, source, warn)
    found = list(edges.all())
    if edges.parties.damaged:
        warn("ocds.code", "parties/identifier/id")
    return found
