"""What `liancheng lists`, `doctor` and the interface show: lists, and no registers; periods with their last day."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from api.explain import final_day, first_day
from api.liststate import list_rows
from graph.dates import CST, end_of_day, start_of_day
from graph.generation import ListState
from graph.messages import Lang
from graph.store import SnapshotInfo
from matching.policy import load_policy

NOW = datetime(2026, 11, 22, 10, tzinfo=CST)


def state(code: str, records: int) -> ListState:
    """A list that was loaded an hour ago."""
    taken = datetime(2026, 11, 22, 9, tzinfo=CST)
    snapshot = SnapshotInfo(dataset=code, source="city", full=True, taken_at=taken)
    return ListState(code=code, snapshots=(snapshot,), taken_at=taken, records=records)


def test_registers_are_no_lists_and_an_empty_list_is_one() -> None:
    states = {code: state(code, n) for code, n in (("register", 0), ("CITY", 3), ("YZWF", 0), ("SXBZXR", 5))}
    shown = {row["code"]: row["records"] for row in list_rows(states, load_policy(), NOW, "en")}
    assert shown == {"SXBZXR": 5, "ZFCG": 0, "ZDSS": 0, "ZTBJ": 0, "ZDWF": 0, "YZWF": 0, "CITY": 3}


def test_further_names_and_addresses_are_no_records() -> None:
    """OFAC publishes three files: the persons and firms, their further names, their addresses."""
    snapshots = tuple(
        SnapshotInfo(dataset="OFAC_SDN", source=source, full=True, taken_at=NOW, accepted=accepted)
        for source, accepted in (("ofac_sdn", 5), ("ofac_alt", 7), ("ofac_add", 9))
    )
    states = {"OFAC_SDN": ListState(code="OFAC_SDN", snapshots=snapshots, taken_at=NOW, records=0)}
    shown = {row["code"]: row["records"] for row in list_rows(states, load_policy(), NOW, "en")}
    assert shown["OFAC_SDN"] == 5


@pytest.mark.parametrize(
    ("lang", "last", "open_end"),
    [("zh", "2026-11-22（含当日）", "未定"), ("en", "2026-11-22 inclusive", "open")],
)
def test_a_period_is_shown_with_the_last_day_that_counts(lang: Lang, last: str, open_end: str) -> None:
    assert final_day(end_of_day(date(2026, 11, 22)), lang) == last
    assert final_day(datetime(2026, 11, 22, 9, 30, tzinfo=CST), lang) == "2026-11-22 09:30:00"
    assert final_day(None, lang) == open_end
    assert first_day(start_of_day(date(2025, 11, 23)), lang) == "2025-11-23"
