"""A contracting process as every source can tell it: tender, lots, bids, awards, contracts and who took part.

Neutral between formats: loaders make it (OCDS, trading platforms), indicators read it, writers give it out again.
Amounts are exact decimals with their currency; a time that is absent is unknown, and unknown is never read as fine.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from graph.model import Doc

VALID = "valid"
PENDING = "pending"
DISQUALIFIED = "disqualified"
SUBMITTED = frozenset({PENDING, VALID, DISQUALIFIED})
"""States of a bid that was handed in; an invitation or a bid that was withdrawn is none."""
ACTIVE = "active"
CLOSED_AWARDS = frozenset({"cancelled", "unsuccessful"})
"""States of an award that came to nothing; any other state than these and `active` is not final."""
CANCELLED = "cancelled"
COMPETITIVE = frozenset({"open", "selective"})
FOREIGN = "org-id:"
"""What the scheme of a code from another register than China's begins with: kept, never strong."""


class Money(Doc):
    """An amount in a currency (ISO 4217); an empty currency is unknown, not the local one."""

    amount: Decimal
    currency: str = ""


class OrgRef(Doc):
    """Who is meant, by the id that the process uses for an organisation. `id` may be empty: then nobody is known."""

    id: str
    name: str = ""


class Actor(Doc):
    """An organisation as the process describes it: identifier, address and how to reach it."""

    id: str
    name: str = ""
    roles: tuple[str, ...] = ()
    scheme: str = ""
    """Register that `code` comes from, e.g. `CN-SAIC`."""
    code: str = ""
    legal_name: str = ""
    more: tuple[tuple[str, str], ...] = ()
    """Further identifiers: register and code."""
    street: str = ""
    locality: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    contact: str = ""
    email: str = ""
    phone: str = ""

    @property
    def address(self) -> str:
        """The address on one line, the widest place first."""
        return "".join(part for part in (self.region, self.locality, self.street) if part)


class Item(Doc):
    """What is bought: classification by scheme and code, quantity and price a unit."""

    id: str = ""
    description: str = ""
    scheme: str = ""
    code: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Money | None = None


class Lot(Doc):
    """A part of the tender that is awarded on its own."""

    id: str
    title: str = ""
    status: str = ""
    value: Money | None = None


class Bid(Doc):
    """An offer. `lots` are the lots it is for (none: the whole tender)."""

    id: str = ""
    status: str = ""
    tenderers: tuple[OrgRef, ...] = ()
    value: Money | None = None
    date: datetime | None = None
    lots: tuple[str, ...] = ()
    rank: str = ""

    @property
    def submitted(self) -> bool:
        """Whether it was handed in: pending, valid or disqualified."""
        return self.status in SUBMITTED


class Award(Doc):
    """A decision on who gets the contract, for which lots and at what price."""

    id: str = ""
    status: str = ""
    date: datetime | None = None
    suppliers: tuple[OrgRef, ...] = ()
    value: Money | None = None
    items: tuple[Item, ...] = ()
    lots: tuple[str, ...] = ()
    bid: str = ""


class Contract(Doc):
    """A signed contract: which award it follows, its term, its value, who works under it."""

    id: str = ""
    award: str = ""
    title: str = ""
    status: str = ""
    signed: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    value: Money | None = None
    items: tuple[Item, ...] = ()
    lots: tuple[str, ...] = ()
    suppliers: tuple[OrgRef, ...] = ()
    subcontractors: tuple[OrgRef, ...] = ()


class Process(Doc):
    """A contracting process. `key` is its identifier (in OCDS the ocid)."""

    key: str
    release: str = ""
    """Identifier of the release that says so."""
    date: datetime | None = None
    language: str = ""
    tender: str = ""
    """Identifier of the tender within the process."""
    title: str = ""
    status: str = ""
    method: str = ""
    """`open`, `selective`, `limited` or `direct`."""
    method_details: str = ""
    category: str = ""
    criteria: str = ""
    """What decides: `priceOnly` or anything else; empty is unknown."""
    start: datetime | None = None
    """When offers may be handed in: the publication that periods count from."""
    deadline: datetime | None = None
    tenderer_count: int | None = None
    value: Money | None = None
    min_value: Money | None = None
    buyer: OrgRef | None = None
    procuring_entity: OrgRef | None = None
    parties: tuple[Actor, ...] = ()
    tenderers: tuple[OrgRef, ...] = ()
    items: tuple[Item, ...] = ()
    lots: tuple[Lot, ...] = ()
    bids: tuple[Bid, ...] = ()
    bids_known: bool = False
    """Whether the source says anything of bids: without it nobody knows who bid."""
    awards: tuple[Award, ...] = ()
    contracts: tuple[Contract, ...] = ()

    @property
    def cancelled(self) -> bool:
        """Whether the tender came to nothing: indicators leave it out."""
        return self.status.casefold() == CANCELLED
