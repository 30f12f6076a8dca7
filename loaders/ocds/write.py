"""Contracting processes out as OCDS 1.1: releases, a package, JSON lines. What goes out comes in again unchanged.

Fields of extensions are used for bids, lots, joint suppliers and subcontractors; the package names the extensions
that are published. Nothing is written that a process does not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from graph.dates import iso
from graph.procurement import Actor, Award, Bid, Contract, Item, Lot, Money, OrgRef, Process

EXTENSIONS = (
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_bid_extension/v1.1.5/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/v1.1.5/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_contract_suppliers_extension/master/extension.json",
)
VERSION = "1.1"
Object = dict[str, Any]
_encode = msgspec.json.Encoder(decimal_format="number").encode


def _given(pairs: Mapping[str, Any]) -> Object:
    """Without what is absent: OCDS would read an empty value as one."""
    return {
        key: value
        for key, value in pairs.items()
        if value is not None and value != "" and value != [] and value != {}
    }


def _number(value: Decimal) -> int | Decimal:
    """A whole number without a point."""
    return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else value


def _money(money: Money | None) -> Object | None:
    if money is None:
        return None
    return _given({"amount": _number(money.amount), "currency": money.currency})


def _time(value: datetime | None) -> str | None:
    return iso(value) if value is not None else None


def _ref(ref: OrgRef) -> Object:
    return _given({"id": ref.id, "name": ref.name})


def _refs(refs: Sequence[OrgRef]) -> list[Object]:
    return [_ref(ref) for ref in refs]


def _party(actor: Actor) -> Object:
    return _given(
        {
            "id": actor.id,
            "name": actor.name,
            "roles": list(actor.roles),
            "identifier": _given({"scheme": actor.scheme, "id": actor.code, "legalName": actor.legal_name}),
            "additionalIdentifiers": [_given({"scheme": scheme, "id": code}) for scheme, code in actor.more],
            "address": _given(
                {
                    "streetAddress": actor.street,
                    "locality": actor.locality,
                    "region": actor.region,
                    "postalCode": actor.postal_code,
                    "countryName": actor.country,
                }
            ),
            "contactPoint": _given({"name": actor.contact, "email": actor.email, "telephone": actor.phone}),
        }
    )


def _item(item: Item) -> Object:
    return _given(
        {
            "id": item.id,
            "description": item.description,
            "classification": _given({"scheme": item.scheme, "id": item.code}),
            "quantity": None if item.quantity is None else _number(item.quantity),
            "unit": _given({"name": item.unit, "value": _money(item.unit_price)}),
        }
    )


def _items(items: Sequence[Item]) -> list[Object]:
    return [_item(item) for item in items]


def _lot(lot: Lot) -> Object:
    return _given({"id": lot.id, "title": lot.title, "status": lot.status, "value": _money(lot.value)})


def _bid(bid: Bid) -> Object:
    return _given(
        {
            "id": bid.id,
            "date": _time(bid.date),
            "status": bid.status,
            "tenderers": _refs(bid.tenderers),
            "value": _money(bid.value),
            "relatedLots": list(bid.lots),
            "rank": bid.rank,
        }
    )


def _award(award: Award) -> Object:
    return _given(
        {
            "id": award.id,
            "status": award.status,
            "date": _time(award.date),
            "value": _money(award.value),
            "suppliers": _refs(award.suppliers),
            "items": _items(award.items),
            "relatedLots": list(award.lots),
            "relatedBid": award.bid,
        }
    )


def _contract(contract: Contract) -> Object:
    return _given(
        {
            "id": contract.id,
            "awardID": contract.award,
            "title": contract.title,
            "status": contract.status,
            "period": _given({"startDate": _time(contract.start), "endDate": _time(contract.end)}),
            "value": _money(contract.value),
            "items": _items(contract.items),
            "dateSigned": _time(contract.signed),
            "relatedLots": list(contract.lots),
            "suppliers": _refs(contract.suppliers),
            "subcontractors": _refs(contract.subcontractors),
        }
    )


def release(process: Process) -> Object:
    """The compiled release of a process."""
    tender = _given(
        {
            "id": process.tender,
            "title": process.title,
            "status": process.status,
            "value": _money(process.value),
            "minValue": _money(process.min_value),
            "procurementMethod": process.method,
            "procurementMethodDetails": process.method_details,
            "mainProcurementCategory": process.category,
            "awardCriteria": process.criteria,
            "tenderPeriod": _given({"startDate": _time(process.start), "endDate": _time(process.deadline)}),
            "numberOfTenderers": process.tenderer_count,
            "tenderers": _refs(process.tenderers),
            "procuringEntity": _ref(process.procuring_entity) if process.procuring_entity else None,
            "items": _items(process.items),
            "lots": [_lot(lot) for lot in process.lots],
        }
    )
    made = _given(
        {
            "id": process.release,
            "date": _time(process.date),
            "tag": ["compiled"],
            "initiationType": "tender",
            "language": process.language,
            "parties": [_party(actor) for actor in process.parties],
            "buyer": _ref(process.buyer) if process.buyer else None,
            "tender": tender,
            "awards": [_award(award) for award in process.awards],
            "contracts": [_contract(contract) for contract in process.contracts],
        }
    )
    bids = {"bids": {"details": [_bid(bid) for bid in process.bids]}} if process.bids_known else {}
    return {"ocid": process.key, **made, **bids}


def lines(processes: Iterable[Process]) -> Iterator[bytes]:
    """JSON lines, one compiled release a line."""
    for process in processes:
        yield _encode(release(process)) + b"\n"


def package(
    processes: Iterable[Process], *, uri: str, publisher: str, published: datetime
) -> Iterator[bytes]:
    """A record package, in parts, so that no more than one process is in memory.

    Args:
        processes: what goes out.
        uri: where the package can be found.
        publisher: who publishes it.
        published: when.
    """
    head = {
        "uri": uri,
        "version": VERSION,
        "extensions": list(EXTENSIONS),
        "publisher": {"name": publisher},
        "publishedDate": iso(published),
    }
    yield _encode(head)[:-1] + b',"records":['
    for place, process in enumerate(processes):
        made = release(process)
        # the schema asks for the releases of a record: the compiled one is all that is known
        yield (b"," if place else b"") + _encode(
            {"ocid": process.key, "releases": [made], "compiledRelease": made}
        )
    yield b"]}\n"
