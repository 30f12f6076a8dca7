"""The report on timeliness: what counts as collected when, for whom, and what can't be told."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli.main import cli
from graph.dates import CST, start_of_day
from graph.generation import current_generation, publish
from graph.model import Interval, Listing, Mention, PartyType, Penalty, Source
from graph.store import Batch, SnapshotInfo, Store, open_store
from graph.workdays import count
from matching.reports.timeliness import Timeliness, deadline, timeliness

MARKET, HOUSING = "临江市市场监督管理局", "临江市住房和城乡建设局"


def record(
    number: int,
    decided: str | None,
    authority: str = MARKET,
    code: str = "XZCF",
    published: str = "",
    **more: Any,
) -> Listing:
    return Listing(
        list_code=code,
        key=f"record-{number}",
        subject=Mention(type=PartyType.ORGANIZATION, name="临江澄远建设工程有限公司"),
        authority=authority,
        decision_no=f"临罚〔2026〕{number}号",
        published=Interval(start=start_of_day(date.fromisoformat(published)) if published else None),
        penalty=Penalty(kinds=("fine",), decided_on=None if decided is None else date.fromisoformat(decided)),
        source=Source(dataset=code, publisher="p"),
        **more,
    )


class World:
    """A store in which penalties arrive day by day."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(parents=True)
        self.store: Store = open_store(str(home / "graph.db"), create=True)
        self.runs = 0

    def arrive(self, day: str, *records: Listing, taken_at: datetime | None = None) -> None:
        """Load records on a day, as a delta."""
        self.runs += 1
        codes = sorted({one.list_code for one in records})
        infos = [
            SnapshotInfo(dataset=code, source="p", full=False, taken_at=taken_at, sha256=f"{self.runs:064x}")
            for code in codes
        ]
        self.store.begin(f"run-{self.runs}", infos)
        self.store.write(Batch(listings=records))
        self.store.publish(
            datetime.combine(date.fromisoformat(day), datetime.min.time(), CST).replace(hour=9)
        )
        publish(self.store, self.home)

    def report(self, **asked: Any) -> Timeliness:
        with current_generation(self.home) as generation:
            return timeliness(generation, known=generation.number, **asked)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "home")


def test_the_seventh_working_day_is_in_time_and_the_eighth_is_late(world: World) -> None:
    assert deadline(date(2026, 11, 10)) == date(2026, 11, 19)
    world.arrive("2026-11-19", record(1, "2026-11-10"))
    world.arrive("2026-11-20", record(2, "2026-11-10"))
    total = world.report().total
    assert (total.decisions, total.on_time, total.late, total.on_time_permille) == (2, 1, 1, 500)
    assert total.backlog == 0
    assert total.worst is not None
    assert (total.worst.decision_no, total.worst.working_days) == ("临罚〔2026〕2号", 8)


def test_authorities_stand_apart_the_least_punctual_first(world: World) -> None:
    world.arrive(
        "2026-11-19", record(1, "2026-11-18"), record(2, "2026-10-12", HOUSING), record(3, "2026-11-17")
    )
    report = world.report()
    assert [(row.authority, row.on_time, row.late) for row in report.authorities] == [
        (HOUSING, 0, 1),
        (MARKET, 2, 0),
    ]
    # the first load of a source may bring what had been collected before
    assert report.authorities[0].backlog == 1


def test_a_record_that_is_corrected_later_was_collected_when_it_first_came(world: World) -> None:
    world.arrive("2026-11-12", record(1, "2026-11-10"))
    world.arrive("2026-12-10", record(1, "2026-11-10", reason="更正"))
    with current_generation(world.home) as generation:
        before = timeliness(generation, known=1).total
    after = world.report().total
    assert before == after
    assert (after.decisions, after.on_time) == (1, 1)
    assert after.worst is not None
    assert after.worst.collected_on == date(2026, 11, 12)


def test_a_decision_on_two_lists_counts_once(world: World) -> None:
    world.arrive("2026-11-12", record(1, "2026-11-10", code="ZTBJ"), record(1, "2026-11-10", code="ZDWF"))
    assert world.report().total.decisions == 1
    assert world.report(lists=("ZTBJ",)).total.decisions == 1
    assert world.report(lists=("XZCF",)).total.decisions == 0


def test_a_day_of_publication_proves_collection_unless_it_precedes_the_decision(world: World) -> None:
    world.arrive(
        "2026-12-10",
        record(1, "2026-11-10", published="2026-11-12"),
        record(2, "2026-11-10", published="2026-11-02"),
        record(3, "2026-12-14"),
    )
    total = world.report(last=date(2026, 12, 1)).total
    assert (total.on_time, total.late) == (1, 1)
    assert total.worst is not None
    assert (total.worst.decision_no, total.worst.collected_on) == ("临罚〔2026〕2号", date(2026, 12, 10))
    # decided after it was collected: a slip of the source, and no proof of delay
    assert world.report(first=date(2026, 12, 1)).total.on_time == 1


def test_what_has_no_day_is_neither_on_time_nor_late(world: World) -> None:
    world.arrive("2026-11-12", record(1, None), record(2, "2026-11-11"))
    total = world.report().total
    assert (total.decisions, total.on_time, total.late, total.not_known) == (2, 1, 0, 1)
    assert world.report(first=date(2026, 1, 1)).total.decisions == 1
    empty = world.report(last=date(2020, 1, 1)).total
    assert (empty.decisions, empty.on_time_permille, empty.worst) == (0, None, None)


def test_the_period_counts_both_its_ends(world: World) -> None:
    world.arrive("2026-11-12", record(1, "2026-11-02"), record(2, "2026-11-03"), record(3, "2026-11-04"))
    both = world.report(first=date(2026, 11, 2), last=date(2026, 11, 3))
    assert both.total.decisions == 2


@pytest.mark.parametrize("seed", range(4))
def test_many_at_once_count_like_one_by_one(world: World, seed: int) -> None:
    dice = random.Random(seed)
    loaded = date(2026, 12, 20) if seed % 2 else date(2027, 2, 10)
    days = [loaded - timedelta(days=dice.randrange(0, 60)) for _ in range(40)]
    world.arrive(
        loaded.isoformat(), *(record(n, day.isoformat(), f"机关{n % 3}") for n, day in enumerate(days))
    )
    each = [count(day, loaded) for day in days]
    total = world.report().total
    assert total.on_time == sum(one.most <= 7 for one in each)
    assert total.late == sum(one.least > 7 for one in each)
    assert total.not_known == len(each) - total.on_time - total.late
    assert total.worst is not None
    assert total.worst.working_days == max(one.days for one in each)
    assert sum(row.decisions for row in world.report().authorities) == 40


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    world.arrive(
        "2026-11-19", record(1, "2026-11-10"), record(2, "2026-10-12", "=HOUSING()"), record(3, None, "")
    )
    monkeypatch.setenv("LIANCHENG_HOME", str(world.home))
    monkeypatch.setenv("LIANCHENG_LANG", "en")
    for name in ("LIANCHENG_DATA", "LIANCHENG_STORE"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str, status: int = 0) -> str:
        done = CliRunner().invoke(cli, ["report", "timeliness", *arguments], standalone_mode=True)
        assert done.exit_code == status, done.output
        return done.stdout

    return call


def test_the_command_writes_data_tables_and_a_page(run: Callable[..., str]) -> None:
    document = json.loads(run("--format", "json"))
    assert (
        document["total"] | {"decisions": 3, "on_time": 1, "late": 1, "not_known": 1, "share": "50.0%"}
        == document["total"]
    )
    rows = list(csv.DictReader(io.StringIO(run("--format", "csv"))))
    assert [row["authority"] for row in rows] == ["'=HOUSING()", "(authority not stated)", MARKET, "Total"]
    page = run("--format", "html", "--lang", "zh")
    assert "双公示归集时效统计" in page
    assert "=HOUSING()" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "Total" in run()


@pytest.mark.parametrize(
    "wrong", [("--from", "2026-11-02", "--to", "2026-11-01"), ("--list", "SXBZXR"), ("--from", "soon")]
)
def test_the_command_refuses_what_it_can_not_count(run: Callable[..., str], wrong: tuple[str, ...]) -> None:
    run(*wrong, status=2)
