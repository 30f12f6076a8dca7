"""Transactions into Neo4j that are made ready while the one before is being committed."""

from __future__ import annotations

import logging
import time

import pytest
from neo4j.exceptions import TransientError
from store_records import batch, day, org, relation, row, snapshot, uscc

from graph.relations import RelationType
from graph.store import TrialStore
from graph.stores.bolt import stage
from graph.stores.bolt.server import Asking
from graph.stores.bolt.work import Work

pytestmark = pytest.mark.slow

REGISTER = [snapshot("register", "r")]


def test_rows_that_are_made_ahead_find_their_parties(
    neo4j_trial: TrialStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "SEND", 1)
    original, ahead = Work.only_new, list[bool]()

    def told(self: Work, low: int, high: int) -> bool:
        ahead.append(original(self, low, high))
        return ahead[-1]

    monkeypatch.setattr(Work, "only_new", told)
    companies = [org(f"临江市{number}有限公司", uscc(number)) for number in range(9)]
    for token, at, more in (("one", day(1), ""), ("two", day(2), "*")):
        neo4j_trial.begin(token, REGISTER)
        for number in range(1, 9):
            held = relation(f"E{number}{more}", RelationType.HOLDS, companies[number - 1], companies[number])
            neo4j_trial.write(
                batch([row(f"R{number}", companies[number], founded_on=f"2001-02-0{number}{more}"), held])
            )
        neo4j_trial.publish(at)
    assert set(ahead) == {True, False}
    found = [one for _, one in neo4j_trial.iter_edges()]
    assert len(found) == 16
    assert len({(one.src, one.dst) for one in found}) == 8
    assert [one.added for one in neo4j_trial.publications()[0].changes] == [16]


def test_a_row_that_is_replaced_does_not_wait_for_those_made_ahead(
    neo4j_trial: TrialStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A row of the same run stands on its party's node; a relation made ahead would hold that until its turn comes.
    monkeypatch.setattr(stage, "SEND", 1)
    original = Work.end

    def slowly(self: Work, ask: Asking, gen: int) -> None:
        if self.removed:
            time.sleep(0.5)
        original(self, ask, gen)

    monkeypatch.setattr(Work, "end", slowly)
    first, second = org("临江市甲有限公司", uscc(1)), org("临江市乙有限公司", uscc(2))
    neo4j_trial.begin("one", REGISTER)
    one, two = (relation(key, RelationType.HOLDS, first, second) for key in ("E1", "E2"))
    neo4j_trial.write(batch([row("R1", first), row("R2", second)]))
    neo4j_trial.write(batch([one]))
    neo4j_trial.write(batch([row("R1", first, founded_on="2001-02-03"), two]))
    neo4j_trial.publish(day(1))
    assert len(list(neo4j_trial.iter_edges())) == 2


@pytest.mark.parametrize("passes", [True, False])
def test_a_transaction_that_fails_takes_those_made_ahead_with_it(
    neo4j_trial: TrialStore, monkeypatch: pytest.MonkeyPatch, passes: bool
) -> None:
    monkeypatch.setattr(stage, "SEND", 1)
    original, calls = Work.add, list[int]()

    def failing(self: Work, ask: Asking, gen: int) -> None:
        original(self, ask, gen)
        calls.append(gen)
        time.sleep(0.2)  # the next one is made ahead
        if len(calls) == 5:
            raise TransientError if passes else ZeroDivisionError

    monkeypatch.setattr(Work, "add", failing)
    companies = [org(f"临江市{number}有限公司", uscc(number)) for number in range(6)]

    def load() -> None:
        neo4j_trial.begin("one", REGISTER)
        neo4j_trial.write(batch([row(f"R{number}", one) for number, one in enumerate(companies)]))
        for number in range(1, 6):
            one = relation(f"E{number}", RelationType.HOLDS, companies[number - 1], companies[number])
            neo4j_trial.write(batch([one]))
        neo4j_trial.publish(day(1))

    if passes:
        load()
    else:
        with pytest.raises(ZeroDivisionError):
            load()
        neo4j_trial.abort()
        assert neo4j_trial.generation() == 0
        load()
    held = [one for _, one in neo4j_trial.iter_edges()]
    assert len({(one.src, one.dst) for one in held}) == len(held) == 5
    assert [one.added for one in neo4j_trial.publications()[0].changes] == [11]


def test_the_driver_writes_no_rows_for_its_log(
    neo4j_trial: TrialStore, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "neo4j"):
        neo4j_trial.begin("one", REGISTER)
        neo4j_trial.write(batch([row("R1", org("临江市甲有限公司", uscc(1)))]))
        neo4j_trial.staged_changes()
    assert "[1 rows]" in caplog.text
    assert "临江市甲有限公司" not in caplog.text
    assert uscc(1)[8:17] not in caplog.text
    neo4j_trial.abort()
