"""A list that shows a repaired record after its time opens an alert, once, which closes when the list has followed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import explored
import msgspec
import pytest

from api import alerts as desk
from api import bootstrap, contradictions
from api.service import Service
from api.settings import read_settings
from api.work import Parts
from graph.dates import china_day
from graph.model import Interval, Listing, Source
from matching.casework.repairs import Repair, RepairKind, Ruling, State
from matching.ledger import Draft, Item
from matching.marks import record_ref
from matching.watch import alerts

NOW = bootstrap.now()
NAME = "临江旧账贸易有限公司"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("contradictions") / "home"
    listed = Listing(
        list_code="ZFCG", key="z1", subject=explored.org(NAME, "91329901MAGLD1006A"),
        effect=Interval(start=explored.SINCE - timedelta(days=400)), source=Source(dataset="ZFCG", publisher="city"),
    )  # fmt: skip
    explored.loaded(home, explored.SINCE, more=[listed])
    found = Service(read_settings({"LIANCHENG_HOME": str(home)}))
    yield found
    found.close()


def repaired(
    service: Service, name: str, record: str, *, state: State = State.REPAIRED, late: bool = True
) -> Item:
    before = explored.SINCE - timedelta(days=60)
    confirm_by = explored.SINCE - timedelta(days=30) if late else NOW + timedelta(days=30)
    repair = Repair(
        kind=RepairKind.REPAIR, list="ZFCG", record=record, record_hash="",
        record_ref=record_ref(bootstrap.secret_key(service.settings), "ZFCG", record), subject=NAME,
        ruling=Ruling(
            authority="临江市虚构财政局", document_no="修〔2026〕1号", decided_on=china_day(before), since=before
        ),
        confirm_by=confirm_by, received_at=before,
    )  # fmt: skip
    draft = Draft(
        kind="repair",
        id=name,
        state=state,
        body=msgspec.json.encode(repair),
        keys=("list:ZFCG",),
        due_at=confirm_by,
    )
    return service.ledger.items.put(draft, tenant="default", actor="user:a", at=before)


def turn(service: Service, at: datetime = NOW) -> None:
    contradictions.work(Parts(service, threading.Event()), at)


def about(service: Service, name: str) -> list[Item]:
    return service.ledger.items.page(alerts.KIND, tenant="default", key=f"repair:{name}")


def test_a_list_that_still_shows_the_record_opens_one_alert(service: Service) -> None:
    repaired(service, "still-there", "z1")
    repaired(service, "has-followed", "gone")
    repaired(service, "in-time", "z1", late=False)
    repaired(service, "noted-as-followed", "z1", state=State.SYNCHRONISED)
    turn(service)
    turn(service)
    assert [len(about(service, one)) for one in ("still-there", "has-followed", "in-time", "noted-as-followed")] == [
        1, 0, 0, 1,
    ]  # fmt: skip
    found = about(service, "still-there")[0]
    alert = alerts.read_alert(found)
    assert (found.state, found.actor, alert.kind, alert.item, alert.codes) == (
        "open", "watch", "repair", "still-there", ("A23",),
    )  # fmt: skip
    assert NAME not in (found.body or b"").decode()
    assert service.ledger.verify().ok


def test_it_closes_by_itself_and_opens_again_but_not_what_a_person_closed(service: Service) -> None:
    item = repaired(service, "to-and-fro", "z1")
    for denied, states in ((True, ["open"]), (False, ["closed"]), (True, ["open", "closed"])):
        contradictions.note(service.ledger, item, denied, NOW)
        contradictions.note(service.ledger, item, denied, NOW)
        assert [one.state for one in about(service, "to-and-fro")] == states
    newest, before = about(service, "to-and-fro")
    assert alerts.read_alert(before).ground == alerts.LIFTED
    closed = desk.change(
        service.ledger, newest, state="closed", assignee=None, note=None, ground="handled", actor="user:b", at=NOW,
        expect=newest.version,
    )  # fmt: skip
    contradictions.note(service.ledger, item, True, NOW)
    assert [one.version for one in about(service, "to-and-fro")] == [closed.version, before.version]


def test_the_work_does_nothing_before_anything_is_published(tmp_path: Path) -> None:
    bare = Service(read_settings({"LIANCHENG_HOME": str(tmp_path)}))
    try:
        turn(bare)
        assert bare.ledger.items.page(alerts.KIND, tenant="default") == []
    finally:
        bare.close()
