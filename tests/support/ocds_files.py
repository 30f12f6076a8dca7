"""Fictitious contracting processes, as Process and as OCDS releases: what tests of red flags are made of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from graph.dates import CST
from graph.procurement import Award, Bid, Item, Money, OrgRef, Process
from matching.redflags.run import Answer, run
from matching.redflags.settings import Settings

DAY = datetime(2026, 3, 2, 9, tzinfo=CST)


def ref(name: str) -> OrgRef:
    return OrgRef(id=name)


def bid(
    who: str | Sequence[str],
    price: str | None = None,
    status: str = "valid",
    currency: str = "CNY",
    **more: Any,
) -> Bid:
    """A bid of one tenderer, or of several."""
    names = [who] if isinstance(who, str) else who
    value = None if price is None else Money(amount=Decimal(price), currency=currency)
    return Bid(status=status, tenderers=tuple(ref(name) for name in names), value=value, **more)


def award(*suppliers: str, status: str = "active", codes: Sequence[str] = (), **more: Any) -> Award:
    """An award, with items of these classification codes."""
    items = tuple(Item(id=str(n), scheme="CPV", code=code) for n, code in enumerate(codes, 1))
    return Award(status=status, suppliers=tuple(ref(name) for name in suppliers), items=items, **more)


def process(key: str, bids: Sequence[Bid] = (), awards: Sequence[Award] = (), **more: Any) -> Process:
    """A process whose bids are known."""
    return Process(key=key, bids=tuple(bids), awards=tuple(awards), bids_known=True, **more)


def duel(key: str, winner: str, loser: str, low: str = "100", high: str = "110", **more: Any) -> Process:
    """Two valid bids, the lower one wins."""
    return process(key, [bid(winner, low), bid(loser, high)], [award(winner)], **more)


def at(days: int) -> datetime:
    return DAY + timedelta(days=days)


def write_lines(path: Path, releases: Iterable[dict[str, Any]]) -> Path:
    """A file of JSON lines."""
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in releases), "utf-8")
    return path


USCC = ("91329901MAGLD00148", "91329901MAGLD00223")
"""Invented credit codes with right check characters, in the invented region 329901."""


def full_release(ocid: str = "ocds-lj0001-2026-001") -> dict[str, Any]:
    """A release that says everything the program uses, with two lots and a joint bid."""
    return {
        "ocid": ocid,
        "id": f"{ocid}-5",
        "date": "2026-03-30T10:00:00+08:00",
        "tag": ["compiled"],
        "initiationType": "tender",
        "language": "zh",
        "buyer": {"id": "LJ-JTJ", "name": "临江市交通局（虚构）"},
        "parties": [
            {
                "id": "LJ-JTJ",
                "name": "临江市交通局（虚构）",
                "roles": ["buyer"],
                "address": {"region": "虚构省", "locality": "临江市"},
            },
            {
                "id": f"CN-SAIC-{USCC[0]}",
                "name": "临江澄远建设工程有限公司",
                "roles": ["tenderer", "supplier"],
                "identifier": {"scheme": "CN-SAIC", "id": USCC[0]},
                "contactPoint": {
                    "name": "联系人",
                    "telephone": "+86 138-0000-0001",
                    "email": "Bid@Chengyuan.example",
                },
            },
            {
                "id": "b2",
                "name": "临江汇川机电有限公司",
                "roles": ["tenderer"],
                "identifier": {"scheme": "CN-SAIC", "id": USCC[1]},
            },
            {"id": "b3", "name": "临江启明设备有限公司", "roles": ["tenderer"]},
        ],
        "tender": {
            "id": "T-1",
            "title": "临江市道路养护（虚构）",
            "status": "complete",
            "procurementMethod": "open",
            "procurementMethodDetails": "公开招标",
            "mainProcurementCategory": "works",
            "awardCriteria": "priceOnly",
            "numberOfTenderers": 3,
            "value": {"amount": 5000000, "currency": "CNY"},
            "minValue": {"amount": 1000000.55, "currency": "CNY"},
            "procuringEntity": {"id": "LJ-DLJG", "name": "临江招标代理有限公司（虚构）"},
            "tenderPeriod": {
                "startDate": "2026-02-01T09:00:00+08:00",
                "endDate": "2026-03-02T09:00:00+08:00",
            },
            "tenderers": [{"id": f"CN-SAIC-{USCC[0]}"}, {"id": "b2"}, {"id": "b3"}],
            "lots": [
                {
                    "id": "1",
                    "title": "一标段",
                    "status": "complete",
                    "value": {"amount": 3000000, "currency": "CNY"},
                },
                {"id": "2", "title": "二标段"},
            ],
            "items": [
                {
                    "id": "i1",
                    "description": "养护",
                    "classification": {"scheme": "CPV", "id": "45233141"},
                    "quantity": 12.5,
                    "unit": {"name": "km", "value": {"amount": 100, "currency": "CNY"}},
                }
            ],
        },
        "bids": {
            "details": [
                {
                    "id": "bid-1",
                    "date": "2026-03-01T08:00:00+08:00",
                    "status": "valid",
                    "tenderers": [{"id": f"CN-SAIC-{USCC[0]}", "name": "临江澄远建设工程有限公司"}],
                    "value": {"amount": 2990000.1, "currency": "CNY"},
                    "relatedLots": ["1"],
                    "rank": 1,
                },
                {
                    "id": "bid-2",
                    "status": "disqualified",
                    "tenderers": [{"id": "b2"}, {"id": "b3"}],
                    "value": {"amount": 2950000, "currency": "CNY"},
                },
            ]
        },
        "awards": [
            {
                "id": "a-1",
                "status": "active",
                "date": "2026-03-20T00:00:00+08:00",
                "value": {"amount": 2990000.1, "currency": "CNY"},
                "suppliers": [{"id": f"CN-SAIC-{USCC[0]}", "name": "临江澄远建设工程有限公司"}],
                "relatedLots": ["1"],
                "relatedBid": "bid-1",
                "items": [{"id": "i1", "classification": {"scheme": "CPV", "id": "45233141"}}],
            }
        ],
        "contracts": [
            {
                "id": "c-1",
                "awardID": "a-1",
                "title": "养护合同（虚构）",
                "status": "active",
                "dateSigned": "2026-03-28T00:00:00+08:00",
                "period": {"startDate": "2026-04-01T00:00:00+08:00", "endDate": "2027-03-31T00:00:00+08:00"},
                "value": {"amount": 2990000.1, "currency": "CNY"},
                "subcontractors": [{"id": "b3", "name": "临江启明设备有限公司"}],
            }
        ],
    }


def flags(processes: Sequence[Process], *codes: str, **settings: Any) -> Answer:
    """What these indicators say of the processes."""
    return run(processes, Settings(enabled=codes, **settings))


def found(
    processes: Sequence[Process], *codes: str, **settings: Any
) -> dict[str, dict[str, dict[str, float]]]:
    """The same by group, subject and indicator, as the published tool writes it."""
    return flags(processes, *codes, **settings).grouped()
