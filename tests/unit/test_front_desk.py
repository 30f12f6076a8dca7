"""What the front page says of open casework, and who acts next: objections and repairs counted each by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from api.casework import objection_view
from api.web.views.front_parts import desk_of
from api.web.views.objections import next_of
from api.web.words import Words
from graph.dates import CST, start_of_day
from graph.model import Id, Interval, Listing, Mention, PartyType, Source
from matching.casework import objections, repairs
from matching.casework.base import NamedDocument
from matching.casework.objections import Matched, Objection, ObjectionGround, StepTaken
from matching.casework.repairs import Conditions, Repair, RepairKind
from matching.casework.terms import load_terms
from matching.decision import Tier
from matching.ledger import Item, Ledger, Viewer, open_ledger

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=CST)
PAPER = (NamedDocument(name="d", sha256="0" * 64),)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as one:
        yield one


def visit(ledger: Ledger) -> Any:
    who = SimpleNamespace(tenant="t", viewer=Viewer(tenant="t"))
    return SimpleNamespace(
        principal=who, service=SimpleNamespace(ledger=ledger), at=NOW, words=Words("en"), lang="en",
        may=lambda scope: True,
    )  # fmt: skip


def objected(ledger: Ledger, ground: ObjectionGround, at: datetime) -> Item:
    match = Matched(
        list="SXBZXR", record="r1", record_hash="h", record_ref="x", pair="p", tier=Tier.E2
    )  # fmt: skip
    given = Objection(ground=ground, decision_id="d", match=match, text="x", documents=PAPER, received_at=at)
    return objections.receive(ledger, load_terms(), given, tenant="t", actor="user:a", at=at)


def applied(ledger: Ledger, at: datetime) -> Item:
    code = Id(scheme="uscc", value="91329901MAGLD00148")
    record = Listing(
        list_code="ZDSS", key="z1", effect=Interval(start=start_of_day(date(2025, 3, 1))),
        subject=Mention(type=PartyType.ORGANIZATION, name="临江澄远建设工程有限公司", ids=(code,)),
        authority="临江市虚构机关", source=Source(dataset="ZDSS", publisher="test"),
    )  # fmt: skip
    given = Repair(
        kind=RepairKind.REPAIR, list="ZDSS", record="z1", record_ref="y", record_hash="",
        conditions=Conditions(duties_performed=True, committed=True), documents=PAPER, received_at=at,
    )  # fmt: skip
    item = repairs.receive(
        ledger, load_terms(), given, record, decided_on=None, tenant="t", actor="user:a", at=at
    )
    taken = StepTaken(step="accept", at=at, by="user:a", reason="x", documents=PAPER)
    return repairs.take(ledger, load_terms(), item, taken, expect=item.version, ruling=None)


def test_only_the_card_of_what_is_overdue_says_so(ledger: Ledger) -> None:
    objected(ledger, ObjectionGround.IDENTITY, NOW - timedelta(days=30))
    applied(ledger, NOW - timedelta(hours=1))
    desk = desk_of(visit(ledger))
    assert desk is not None
    assert (desk.objections, desk.late_objections, desk.repairs, desk.late_repairs) == (1, 1, 1, 0)
    applied(ledger, NOW - timedelta(days=60))
    both = desk_of(visit(ledger))
    assert both is not None
    assert (both.late_objections, both.repairs, both.late_repairs) == (1, 2, 1)


@pytest.mark.parametrize(
    ("ground", "said"),
    [
        (ObjectionGround.IDENTITY, "Nobody: the match is rejected"),
        (ObjectionGround.LISTING, "The listing authority corrects, where it has not yet"),
    ],
)
def test_after_an_upheld_objection_only_a_wrong_listing_waits_for_its_authority(
    ledger: Ledger, ground: ObjectionGround, said: str
) -> None:
    item = objected(ledger, ground, NOW)
    taken = StepTaken(step="uphold", at=NOW, by="user:b", reason="papers seen", documents=PAPER)
    done = objections.take(ledger, load_terms(), item, taken, expect=item.version)
    assert next_of(visit(ledger), objection_view(done, NOW)) == said
