"""A small fictitious city for the reading side: companies, people, holdings, an opened tender and a sealed one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from store_records import batch

from graph.dates import CST, iso
from graph.identifiers import citizen_check_character
from graph.model import (
    Id,
    Interval,
    Listing,
    Mention,
    Name,
    NameKind,
    PartyRecord,
    PartyType,
    Source,
    Status,
    StatusEvent,
)
from graph.relations import Relation
from graph.relations import RelationType as Kind
from graph.store import SnapshotInfo

SINCE = datetime(2025, 1, 1, tzinfo=CST)
CHENGYUAN, YUANHE, HENGTAI, LANTIAN, SECRET = (
    "91329901MAGLD00148", "91329901MAGLD00223", "91329901MAGLD0049T", "91329901MAGLD0073Y", "91329901MAGLD0081T",
)  # fmt: skip
HEAD, OWNER, OFFICIAL, KIN, AGENT = (
    first + citizen_check_character(first)
    for first in (
        "32990119800101001", "32990119700101002", "32990119650101003", "32990119900101004", "32990119850505005",
    )
)  # fmt: skip
CASE = "（2025）临01执虚123号"
REGISTER = Source(dataset="REGISTER", file="虚构.csv", publisher="city")


def org(name: str, code: str = "", **more: Any) -> Mention:
    ids = (Id(scheme="uscc", value=code),) if code else ()
    return Mention(type=PartyType.ORGANIZATION, name=name, ids=ids, **more)


def person(name: str, number: str = "") -> Mention:
    ids = (Id(scheme="citizen_id", value=number),) if number else ()
    return Mention(type=PartyType.PERSON, name=name, ids=ids)


def thing(kind: PartyType, number: str, title: str = "") -> Mention:
    return Mention(type=kind, name=title or number, ids=(Id(scheme=kind.value, value=number),))


A = org("临江澄远建设工程有限公司", CHENGYUAN, names=(Name(text="临江旧名建筑公司", kind=NameKind.FORMER),))
B = org("临江远禾贸易有限公司", YUANHE)
C = org("临江恒泰投资控股有限公司", HENGTAI)
D = org("临江蓝天材料有限公司", LANTIAN)
S = org("临江密标科技有限公司", SECRET)
TWIN = org("临江远禾贸易有限公司")
P, Q = person("虚构甲", HEAD), person("虚构乙", OWNER)
OPENED, SEALED = (
    thing(PartyType.TENDER, "T-OPEN", "临江一号桥工程"),
    thing(PartyType.TENDER, "T-SEALED", "临江二号桥工程"),
)
OPEN_LOT, SEALED_LOT = thing(PartyType.LOT, "T-OPEN/1"), thing(PartyType.LOT, "T-SEALED/1")
BUYER = org("临江市虚构建设局", "11329901MB0000006N")
DEVICE = thing(PartyType.DEVICE, "mac:02AABBCCDD01")
BID_PHONE = thing(PartyType.PHONE, "13900000001")
RELATIVE, OFFICE = person("虚构丙", KIN), person("虚构丁", OFFICIAL)
ACTING = person("虚构戊", AGENT)


def _relation(kind: Kind, src: Mention, dst: Mention, dataset: str = "REGISTER", **more: Any) -> Relation:
    valid = more.pop("valid", Interval(start=SINCE))
    attributes: dict[str, str] = {}
    for name in ("lot", "restricted", "bid"):
        if name in more:
            attributes[name] = more.pop(name)
    share = more.pop("share", None)
    return Relation(
        type=kind, key=f"{kind}-{src.name}-{dst.name}-{attributes.get('lot', '')}", src=src, dst=dst, valid=valid,
        share=None if share is None else Decimal(share), attributes=attributes,
        source=Source(dataset=dataset, file="虚构.csv", row=2, publisher="city"), **more,
    )  # fmt: skip


def records(opening: datetime, *, companies: int = 0) -> Iterator[Listing | PartyRecord | Relation]:
    """Everything; `opening` is when the sealed tender is opened, `companies` adds so many that one person heads."""
    for mention, region in ((A, "临江市"), (B, "临江市"), (C, "临江市"), (D, ""), (BUYER, "")):
        key = mention.ids[0].value
        fields = {"region": region, "address": f"临江市虚构路{key[-3:]}号", "founded_on": "2010-05-06"}
        yield PartyRecord(
            key=key, subject=mention, attributes={k: v for k, v in fields.items() if v}, source=REGISTER
        )
    yield PartyRecord(key="TWIN", subject=TWIN, source=REGISTER)
    for who in (P, Q):
        yield PartyRecord(key=f"person-{who.name}", subject=who, source=REGISTER)
    yield from (
        _relation(Kind.LEGAL_REP_OF, P, A), _relation(Kind.LEGAL_REP_OF, P, B),
        _relation(Kind.HOLDS, Q, C, share="60"), _relation(Kind.HOLDS, C, A, share="55"),
        _relation(Kind.HOLDS, Q, A, share="10"), _relation(Kind.HOLDS, A, D, share="40"),
        _relation(Kind.KIN_OF, RELATIVE, OFFICE, "KINSHIP", role="01", restricted="yes"),
        _relation(Kind.DIRECTOR_OF, RELATIVE, D, "KINSHIP", restricted="yes"),
        _relation(Kind.OFFICIAL_OF, OFFICE, BUYER, "OFFICIALS"),
    )  # fmt: skip
    for tender, lot, when in ((OPENED, OPEN_LOT, SINCE), (SEALED, SEALED_LOT, opening)):
        yield PartyRecord(
            key=tender.name, subject=tender, attributes={"opening_at": iso(when), "region": "临江市"},
            source=Source(dataset="TENDERS", publisher="city"),
        )  # fmt: skip
        yield _relation(Kind.LOT_OF, lot, tender, "TENDERS")
        yield _relation(Kind.BUYER_OF, BUYER, tender, "TENDERS")
    yield from (
        _relation(Kind.BID_IN, B, OPEN_LOT, "BIDS"), _relation(Kind.BID_IN, D, OPEN_LOT, "BIDS"),
        _relation(Kind.BID_IN, A, SEALED_LOT, "BIDS", role="lead"),
        _relation(Kind.BID_IN, S, SEALED_LOT, "BIDS", role="member"),
        _relation(Kind.USES, A, DEVICE, "DEVICES", lot="T-SEALED/1"),
        _relation(Kind.USES, S, DEVICE, "DEVICES", lot="T-SEALED/1"),
        _relation(Kind.USES, S, BID_PHONE, "BIDS", lot="T-SEALED/1", role="contact"),
        _relation(Kind.ACTS_FOR, ACTING, A, "BIDS", lot="T-SEALED/1", role="agent"),
    )  # fmt: skip
    for number in range(companies):
        one = org(f"临江众多{number:05d}号有限公司", f"91329901MA{number:06d}HX")
        yield PartyRecord(key=f"hub-{number}", subject=one, source=REGISTER)
        yield _relation(Kind.SUPERVISOR_OF, P, one)
    ended = StatusEvent(status=Status.REPAIRED, span=Interval(start=SINCE + timedelta(days=30)))
    for key, subject, events in (("1", A, ()), ("2", B, (ended,)), ("3", org("临江蓝天材料有限公司"), ())):
        yield Listing(
            list_code="SXBZXR", key=key, subject=subject, effect=Interval(start=SINCE),
            case_no=CASE if key == "1" else "", authority="虚构人民法院", events=events, raw={"案号": key},
            source=Source(dataset="SXBZXR", publisher="court"),
        )  # fmt: skip


def loaded(
    home: Path, opening: datetime, *, companies: int = 0, more: Iterable[Listing | PartyRecord | Relation] = ()
) -> None:
    """Load and publish the city into the home of an installation, with `more` in it."""
    from api import bootstrap
    from api.settings import read_settings

    settings = read_settings({"LIANCHENG_HOME": str(home)})
    found = [*records(opening, companies=companies), *more]
    datasets = {one.source.dataset for one in found}
    with bootstrap.opened_store(settings, create=True) as store:
        store.begin("explored", _snapshots(datasets))
        store.write(batch(found))
        store.publish(SINCE)
        bootstrap.publish(settings, store)


def _snapshots(datasets: Iterable[str]) -> list[SnapshotInfo]:
    return [
        SnapshotInfo(dataset=one, source="court" if one == "SXBZXR" else "city", full=True, taken_at=SINCE)
        for one in sorted(datasets)
    ]
