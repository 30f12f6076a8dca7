"""Transactions into Neo4j that are made ready while the one before is being committed."""

from __future__ import annotations

import logging

import pytest
from store_records import batch, day, org, relation, row, snapshot, uscc

from graph.relations import RelationType
from graph.store import TrialStore
from graph.stores.bolt import stage
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
