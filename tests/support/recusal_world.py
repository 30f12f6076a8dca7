"""A small city of companies, people and organs: builds a generation from a few lines and decides a request on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from graph.dates import CST, end_of_day, parse_instant, start_of_day
from graph.generation import Generation, current_generation, publish
from graph.identifiers import citizen_check_character, uscc_check_character
from graph.model import Id, Interval, Mention, PartyRecord, PartyType, Source
from graph.relations import Relation, RelationType
from graph.store import Batch, SnapshotInfo, open_store
from matching.decision import Decision, Finding
from matching.policy import Policy, load_policy
from matching.request import DecisionRequest
from matching.screening import Screener

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=CST)
REQUIRED = ("SXBZXR", "ZDSS", "ZFCG", "ZDWF", "ZTBJ")
PEOPLE = {"expert": 1, "rep": 2, "spouse": 3, "child": 4, "other": 5}
FIRMS = {"firm": 1, "branch": 2, "holding": 3, "buyer": 4, "agency": 5, "bureau": 6}
NAMES = {
    "expert": "虚构张三", "rep": "虚构李四", "spouse": "虚构王五", "child": "虚构赵六", "other": "虚构孙七",
    "firm": "临江澄远建设工程有限公司", "branch": "临江澄远建设工程有限公司虚构分公司",
    "holding": "临江虚构控股有限公司", "buyer": "临江市虚构教育局", "agency": "临江诚和招标代理有限公司",
    "bureau": "临江市虚构监督局",
}  # fmt: skip


def number(who: str) -> str:
    """The number of somebody of the city."""
    if who in PEOPLE:
        body = f"32990119750228{PEOPLE[who]:03d}"
        return body + citizen_check_character(body)
    body = f"91329901MAGR{FIRMS[who]:05d}"
    return body + uscc_check_character(body)


def given(who: str, **more: Any) -> dict[str, Any]:
    """Somebody as a request names them."""
    return {"name": NAMES[who], "identifiers": [{"id": number(who)}], **more}


def mention(who: str) -> Mention:
    """Somebody as a record names them; what is no person or firm is a project of that number."""
    if who in PEOPLE:
        return Mention(
            type=PartyType.PERSON, name=NAMES[who], key=who, ids=(Id(scheme="citizen_id", value=number(who)),)
        )
    if who in FIRMS:
        return Mention(
            type=PartyType.ORGANIZATION, name=NAMES[who], key=who, ids=(Id(scheme="uscc", value=number(who)),)
        )
    return Mention(type=PartyType.PROJECT, name=who, key=who, ids=(Id(scheme="project", value=who),))


@dataclass(frozen=True)
class Edge:
    """A relation in one line; the last day counts."""

    src: str
    type: str
    dst: str
    start: str = ""
    end: str = ""
    role: str = ""
    share: str = ""
    attributes: Mapping[str, str] | None = None
    by_name: bool = False
    """The record gives the target's name only."""

    def relation(self, place: int) -> Relation:
        """The relation as a register would state it in that row."""
        span = Interval(
            start=start_of_day(parse_instant(self.start).date()) if self.start else None,
            end=end_of_day(parse_instant(self.end).date()) if self.end else None,
        )
        return Relation(
            type=RelationType(self.type),
            key=f"e{place}",
            src=mention(self.src),
            dst=msgspec.structs.replace(mention(self.dst), ids=(), key=f"e{place}")
            if self.by_name
            else mention(self.dst),
            role=self.role,
            share=Decimal(self.share) if self.share else None,
            attributes=dict(self.attributes or {}),
            valid=span,
            source=Source(dataset="register", file="register.csv", row=place, publisher="test"),
        )


@contextmanager
def city(home: Path, edges: Sequence[Edge]) -> Iterator[Generation]:
    """A generation with everybody, these edges, and the required lists, all empty."""
    source = Source(dataset="register", publisher="test")
    rows = tuple(PartyRecord(key=who, subject=mention(who), source=source) for who in (*PEOPLE, *FIRMS))
    with closing(open_store(f"sqlite:///{home / 'store.db'}", create=True)) as store:
        snapshots = [
            SnapshotInfo(dataset=code, source="test", full=True, taken_at=NOW, sha256=f"{n:064x}")
            for n, code in enumerate(REQUIRED)
        ]
        snapshots.append(SnapshotInfo(dataset="register", source="test", full=False, taken_at=NOW))
        store.begin("city", snapshots)
        store.write(Batch(parties=rows, relations=tuple(edge.relation(n) for n, edge in enumerate(edges, 1))))
        store.publish(NOW)
        publish(store, home)
    generation = current_generation(home)
    try:
        yield generation
    finally:
        generation.close()


def decide(
    home: Path,
    edges: Sequence[Edge],
    tender: Mapping[str, Any],
    *,
    bidder: Mapping[str, Any] | None = None,
    policy: Policy | None = None,
) -> Decision:
    """The decision on one bidder, the firm unless another is given."""
    request = DecisionRequest.model_validate(
        {
            "tender": {"id": "T1", "regime": "procurement_tender", **tender},
            "bidders": [{"client_id": "b1", **(bidder or given("firm"))}],
        }
    )
    with city(home, edges) as generation:
        screener = Screener(generation, policy or load_policy(), None, pseudonym_key=b"k" * 32)
        return screener.screen(request, now=NOW)


def of(decision: Decision, who: str, code: str) -> list[Finding]:
    """The findings of a rule on a subject (`expert-1`, `buyer`) or bidder (`b1`)."""
    results = [*decision.subjects, *decision.bidders]
    return [f for result in results if result.client_id == who for f in result.reasons if f.code == code]
