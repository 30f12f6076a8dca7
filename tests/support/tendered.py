"""Tenders of the small city for tests of their pages: ties of every kind, a consortium, experts, one that is sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import explored
import visited
from serving import Installation

from api.bootstrap import now
from graph.dates import iso
from graph.model import Listing, PartyRecord, PartyType, Source
from graph.relations import Relation
from graph.relations import RelationType as Kind

NUMBER = "T-OPEN"
AGENCY = explored.org("临江虚构招标代理有限公司", "91329901MAGLD0095Q")
_TABLE = Source(dataset="TENDERS", file="虚构招标.csv", publisher="city")


def records() -> Iterator[Listing | PartyRecord | Relation]:
    """Older tenders in which the same two bid, one with a hostile title, and an agency with its record."""
    for number, title in enumerate(("临江旧桥工程", visited.SCRIPT, visited.LONG)):
        tender = explored.thing(PartyType.TENDER, f"T-OLD-{number}", title)
        lot = explored.thing(PartyType.LOT, f"T-OLD-{number}/1")
        yield PartyRecord(
            key=f"T-OLD-{number}", subject=tender, attributes={"region": "临江市"}, source=_TABLE
        )
        yield explored._relation(Kind.LOT_OF, lot, tender, "TENDERS")
        for bidder in (explored.B, explored.D, explored.A):
            yield explored._relation(Kind.BID_IN, bidder, lot, "BIDS")
    yield PartyRecord(
        key="agency-1", subject=AGENCY, source=Source(dataset="AGENCIES", file="虚构代理.csv", publisher="city"),
        attributes={"qualification": "政府采购代理机构", "address": "临江市虚构路95号"},
    )  # fmt: skip
    yield explored._relation(Kind.AGENT_FOR, AGENCY, explored.OPENED, "TENDERS")
    yield explored._relation(Kind.LEGAL_REP_OF, explored.P, AGENCY)


def city(home: Path, **settings: str) -> Installation:
    """The city with everything hostile and these tenders in it; one tender is opened in two days."""
    more = [*visited.hostile(), *records()]
    explored.loaded(home, now() + timedelta(days=2), companies=40, more=more)
    return Installation(home, **settings)


def request(*, opening_days: int = -1, number: str = NUMBER) -> dict[str, Any]:
    """Bidders of one lot who are tied, one of another lot, a consortium, and those who judge."""
    shared = {"mac": "02AABBCCDD01", "disk": "WD-FICT-0001"}
    bidders: list[dict[str, Any]] = [
        {
            "client_id": "a", "name": "临江澄远建设工程有限公司", "identifiers": [{"id": explored.CHENGYUAN}],
            "lots": ["1"], "devices": [shared], "contacts": [{"phone": "13900000001"}], "price": "1000000",
        },
        {
            "client_id": "b", "name": "临江远禾贸易有限公司", "identifiers": [{"id": explored.YUANHE}],
            "lots": ["1"], "devices": [shared], "contacts": [{"phone": "13900000001"}], "price": "1010000",
        },
        {
            "client_id": "c", "name": "临江恒泰投资控股有限公司", "identifiers": [{"id": explored.HENGTAI}],
            "lots": ["2"], "consortium": {"members": [
                {"name": "临江恒泰投资控股有限公司", "identifiers": [{"id": explored.HENGTAI}]},
                {"name": visited.SCRIPT, "identifiers": [{"id": visited.CODES[0]}]},
            ]},
        },
        *(
            {"client_id": f"h{place}", "name": name, "identifiers": [{"id": code}], "lots": ["1"]}
            for place, (name, code) in enumerate(zip(visited.HOSTILE[1:], visited.CODES[1:], strict=True))
        ),
    ]  # fmt: skip
    return {
        "tender": {
            "id": number, "name": "临江一号桥工程", "regime": "procurement_tender", "object": "works",
            "region": "临江市",
            "opening_at": iso(now() + timedelta(days=opening_days)),
            "agency": {"name": "临江虚构招标代理有限公司", "identifiers": [{"id": "91329901MAGLD0095Q"}]},
            "buyer": {"name": "临江市虚构建设局", "identifiers": [{"id": "11329901MB0000006N"}]},
            "experts": [{"name": "虚构甲", "identifiers": [{"id": explored.HEAD}]}, {"name": visited.TURNED}],
        },
        "lots": [{"id": "1"}, {"id": "2"}],
        "bidders": bidders,
    }  # fmt: skip
