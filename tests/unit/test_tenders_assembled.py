"""Processes put together from the graph where a platform's tables filled it: yuan, states, tenders without lots."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from graph.dates import CST
from graph.model import Id, Interval, Name, Party, PartyType, Source
from graph.procurement import Money, Process
from graph.relations import PartyRelation, RelationType
from graph.tenders import processes
from matching.redflags.run import run
from matching.redflags.settings import Settings

DAY = datetime(2026, 3, 2, 9, tzinfo=CST)
CODES = {"a": "91329901MAGLD00148", "b": "91329901MAGLD00223"}


def org(key: str) -> Party:
    ids = (Id(scheme="uscc", value=CODES[key]),) if key in CODES else ()
    return Party(key=key, type=PartyType.ORGANIZATION, names=(Name(text=f"临江{key}公司"),), ids=ids)


def thing(key: str, kind: PartyType, value: str, **attributes: str) -> Party:
    return Party(
        key=key, type=kind, names=(Name(text=value),), ids=(Id(scheme=kind.value, value=value),), attributes=attributes
    )  # fmt: skip


def edge(
    kind: RelationType, src: str, dst: str, *, start: datetime | None = None, role: str = "", **facts: str
) -> PartyRelation:
    return PartyRelation(
        type=kind, src=src, dst=dst, role=role, attributes=facts, valid=Interval(start=start),
        source=Source(dataset="bids"),
    )  # fmt: skip


TENDER = thing(
    "t", PartyType.TENDER, "T-1", method="公开招标", opening_at="2026-03-02T09:00:00+08:00", budget_cny="900"
)
LOT = thing("l", PartyType.LOT, "T-1/01")
B, W = RelationType.BID_IN, RelationType.WON


def built(parties: list[Party], edges: list[PartyRelation]) -> list[Process]:
    known = {one.key: one for one in parties}
    return list(processes(edges, known.get))


def test_a_tender_without_lots() -> None:
    (one,) = built(
        [org("a"), org("b"), org("k"), TENDER],
        [
            edge(RelationType.BUYER_OF, "k", "t"),
            edge(B, "a", "t", start=DAY, role="sole", bid="x", price="100"),
            edge(B, "a", "t", role="sole", bid="x", rank="1", status="valid"),
            edge(B, "b", "t", start=DAY, role="sole", bid="y", price="90"),
            edge(B, "b", "t", role="sole", bid="y", status="disqualified"),
            edge(W, "a", "t", start=DAY, role="sole", bid="x", price="100"),
        ],
    )
    assert (one.key, one.method, one.method_details, one.deadline) == ("T-1", "open", "公开招标", DAY)
    assert one.value == Money(amount=Decimal(900), currency="CNY")
    assert [(bid.id, bid.status, bid.rank, bid.lots) for bid in one.bids] == [
        ("x", "valid", "1", ()),
        ("y", "disqualified", "", ()),
    ]
    assert one.bids[0].value == Money(amount=Decimal(100), currency="CNY")
    assert one.bids[0].tenderers[0].id == "CN-SAIC-91329901MAGLD00148"
    assert one.bids[0].date == DAY
    assert [(award.bid, award.status, award.lots) for award in one.awards] == [("x", "active", ())]
    flags = run([one], Settings(enabled=("R035", "R036"))).grouped()
    assert flags["OCID"] == {"T-1": {"R035": 1.0, "R036": 1.0}}


def test_lots_joint_bids_and_bids_that_nobody_evaluated() -> None:
    (one,) = built(
        [org("a"), org("b"), org("c"), TENDER, LOT],
        [
            edge(RelationType.LOT_OF, "l", "t"),
            edge(B, "a", "l", role="lead", bid="x"),
            edge(B, "b", "l", role="member", bid="x"),
            edge(B, "c", "l", role="sole", bid="y"),
            edge(W, "a", "l", role="lead"),
            edge(W, "b", "l", role="member"),
        ],
    )
    assert [lot.id for lot in one.lots] == ["01"]
    joint, alone = one.bids
    assert ([ref.name for ref in joint.tenderers], joint.status, joint.lots) == (
        ["临江a公司", "临江b公司"], "valid", ("01",),
    )  # fmt: skip
    assert (alone.tenderers[0].id, alone.status) == ("c", "pending")
    (award,) = one.awards
    assert (award.id, award.lots, len(award.suppliers)) == ("01", ("01",), 2)
    assert one.bids_known


def test_contracts_and_what_has_nothing_to_do_with_tenders() -> None:
    contract = thing(
        "c1", PartyType.CONTRACT, "T-1#C-9", amount_cny="880", signed_at="2026-04-01T00:00:00+08:00"
    )
    (one,) = built(
        [org("a"), org("k"), TENDER, contract],
        [
            edge(RelationType.CONTRACT_OF, "c1", "t", start=DAY),
            edge(RelationType.PARTY_TO, "k", "c1", role="buyer"),
            edge(RelationType.PARTY_TO, "a", "c1", role="supplier"),
            edge(RelationType.HOLDS, "k", "a"),
            edge(B, "a", "nowhere"),
        ],
    )
    (made,) = one.contracts
    assert made.value == Money(amount=Decimal(880), currency="CNY")
    assert made.signed == datetime(2026, 4, 1, tzinfo=CST)
    assert [ref.id for ref in made.suppliers] == ["CN-SAIC-91329901MAGLD00148"]
    assert not one.bids_known
    assert built([], []) == []


def test_bids_are_sealed_until_they_are_opened() -> None:
    parties = {one.key: one for one in (org("a"), org("k"), TENDER)}
    edges = [edge(RelationType.BUYER_OF, "k", "t"), edge(B, "a", "t", bid="x", price="100")]
    sealed: list[str] = []
    (before,) = processes(edges, parties.get, now=DAY - timedelta(seconds=1), sealed=sealed)
    assert (before.bids, before.bids_known, sealed) == ((), False, ["T-1"])
    assert [actor.name for actor in before.parties] == ["临江k公司"]
    (after,) = processes(edges, parties.get, now=DAY, sealed=sealed)
    assert (len(after.bids), sealed) == (1, ["T-1"])
