"""Relations that are wrong, circular or endless: a decision about bidders ends, says what it cut, repeats itself."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from graph.dates import CST
from graph.generation import current_generation, publish
from graph.identifiers.checks import citizen_check_character, uscc_check_character
from graph.model import Id, Mention, PartyRecord, PartyType, Source
from graph.relations import Relation, RelationType
from graph.store import Batch, SnapshotInfo, open_store
from matching.decision import Decision
from matching.index.write import write_index
from matching.policy import load_policy
from matching.request import DecisionRequest
from matching.screening import Screener

NOW = datetime(2026, 11, 22, 10, tzinfo=CST)
SOURCE = Source(dataset="register", publisher="test")
Edge = tuple[int, int, str]


def org(number: int) -> Mention:
    body = f"91329901{number:09d}"
    code = Id(scheme="uscc", value=body + uscc_check_character(body))
    return Mention(
        type=PartyType.ORGANIZATION, name=f"临江虚构{number}号有限公司", key=f"c{number}", ids=(code,)
    )


def person(number: int) -> Mention:
    body = f"3299011980{1 + number % 12:02d}{1 + number % 28:02d}{number % 1000:03d}"
    code = Id(scheme="citizen_id", value=body + citizen_check_character(body))
    return Mention(type=PartyType.PERSON, name="虚构甲", key=f"h{number}", ids=(code,))


def edge(kind: RelationType, src: Mention, dst: Mention, share: str = "") -> Relation:
    return Relation(
        type=kind, key=f"{kind}|{src.key}|{dst.key}", src=src, dst=dst, source=SOURCE,
        share=Decimal(share) if share else None,
    )  # fmt: skip


def held(edges: Iterable[Edge]) -> list[Relation]:
    return [edge(RelationType.HOLDS, org(a), org(b), share) for a, b, share in edges]


def decide(home: Path, relations: list[Relation], bidders: Iterable[int]) -> tuple[Decision, float]:
    """Two decisions on a register of these relations: the first warms up, the second is timed and returned."""
    store = open_store(str(home / "store.db"), create=True)
    lists = [
        SnapshotInfo(dataset=code, source="test", full=True, taken_at=NOW) for code in ("SXBZXR", "ZTBJ")
    ]
    store.begin("test", [*lists, SnapshotInfo(dataset="register", source="test", full=False, taken_at=NOW)])
    store.write(
        Batch(parties=tuple(PartyRecord(key=f"c{n}", subject=org(n), source=SOURCE) for n in bidders))
    )
    for first in range(0, len(relations), 10_000):
        store.write(Batch(relations=tuple(relations[first : first + 10_000])))
    store.publish(NOW)
    publish(store, home, index=write_index)
    store.close()
    asked = [
        {"client_id": f"b{n}", "name": org(n).name, "identifiers": [{"id": org(n).ids[0].value}]}
        for n in bidders
    ]
    request = DecisionRequest.model_validate({"tender": {"regime": "mandatory_tender"}, "bidders": asked})
    with current_generation(home) as generation:
        screener = Screener(generation, load_policy(), None, pseudonym_key=b"test")
        first_answer = screener.screen(request, now=NOW)
        start = time.perf_counter()
        decision = screener.screen(request, now=NOW)
        seconds = time.perf_counter() - start
    assert decision.decision_hash == first_answer.decision_hash
    return decision, seconds


def codes(decision: Decision) -> set[str]:
    return {finding.code for pair in decision.pairs for finding in pair.reasons}


def not_read(decision: Decision) -> list[str]:
    return [gap.what for gap in decision.not_assessed if gap.code == "RELATIONS"]


def test_a_long_chain_ends_and_says_so(tmp_path: Path) -> None:
    links = [(n + 1, n, "60") for n in range(2, 3_000)]
    decision, seconds = decide(tmp_path, held([*links, (2, 0, "60"), (2, 1, "60")]), (0, 1))
    assert "B06" in codes(decision)
    assert "relation:HOLDS" in not_read(decision)
    assert seconds < 5


def test_a_star_connects_by_its_centre_without_reading_it(tmp_path: Path) -> None:
    relations = held((9_999, n, "30") for n in range(6_000))
    decision, seconds = decide(tmp_path, relations, (0, 1))
    assert {"B07", "R09"} <= codes(decision)
    assert "B06" not in codes(decision)
    assert "relation:HOLDS" in not_read(decision)
    assert seconds < 5


def test_everybody_owns_everybody(tmp_path: Path) -> None:
    ring = [(a, b, "9") for a, b in itertools.permutations(range(12), 2)]
    decision, seconds = decide(tmp_path, held(ring), (0, 1, 2))
    assert decision.verdict.value != "BLOCK"
    assert seconds < 5


@pytest.mark.parametrize("share", ["60", "100"])
def test_two_companies_that_own_each_other(tmp_path: Path, share: str) -> None:
    decision, _ = decide(tmp_path, held([(0, 1, share), (1, 0, share), (0, 0, "10")]), (0, 1))
    assert "B02" in codes(decision)
    assert decision.verdict.value in ("BLOCK", "REVIEW")


def test_many_that_share_one_head_are_paired_each_with_the_next(tmp_path: Path) -> None:
    relations = [edge(RelationType.LEGAL_REP_OF, person(1), org(n)) for n in range(60)]
    decision, seconds = decide(tmp_path, relations, tuple(range(60)))
    assert len(decision.pairs) == 59
    assert all(bidder.verdict.value == "BLOCK" for bidder in decision.bidders)
    assert seconds < 5
