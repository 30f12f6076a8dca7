"""The databases that every ledger and store test runs on, and a small decision to record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from postgres_server import PostgresServer, running

from graph.dates import CST
from graph.store import Store, open_store
from matching.decision import (
    Bilingual,
    Decision,
    Effect,
    Evidence,
    Finding,
    LegalBasis,
    Pins,
    SubjectResult,
    TenderResult,
    Tier,
    Verdict,
)
from matching.ledger import Ledger, open_ledger

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=CST)


@pytest.fixture(scope="session")
def postgres_server(postgres_tool: Callable[[str], str]) -> Iterator[PostgresServer]:
    """A real PostgreSQL server for the tests of this process."""
    with running(postgres_tool) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database for a ledger; every contract test runs on each kind."""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        return server.database()
    return f"sqlite:///{tmp_path / 'var' / 'ledger.db'}"


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """An open, empty ledger."""
    with open_ledger(ledger_url) as opened:
        yield opened


@pytest.fixture
def make_evidence() -> Callable[..., Evidence]:
    """Evidence of a possible match; every field can be given."""

    def make(**changes: Any) -> Evidence:
        fields: dict[str, Any] = {
            "list": "SXBZXR",
            "record": "（2024）临0001执12号",
            "record_hash": "ab" * 32,
            "subject": "虚构甲某",
            "status": "ACTIVE",
            "tier": Tier.E2,
            "role": "project_manager",
            "submitted": "虚构甲某 3299001988********",
            "matched": "虚构甲某 3299001988****2469",
            "field": "citizen_id",
            "pair": "pair-1",
        }
        return Evidence(**(fields | changes))

    return make


@pytest.fixture
def make_decision() -> Callable[..., Decision]:
    """A decision with an id and, if given, evidence under one finding of an effect."""

    def make(
        decision_id: str, *evidence: Evidence, effect: Effect = Effect.REVIEW, where: str = "bidders"
    ) -> Decision:
        finding = Finding(
            code="A12",
            effect=effect,
            title=Bilingual(zh="测试", en="test"),
            detail=Bilingual(zh="测试", en="test"),
            legal_basis=(LegalBasis(instrument="测试", article="1", effective_from=NOON.date()),),
            evidence=evidence,
        )
        subject = SubjectResult(
            client_id="1",
            role="sole",
            name="临江市虚构建设有限公司",
            code="",
            verdict=effect.verdict,
            reasons=(finding,) if evidence else (),
        )
        return Decision(
            verdict=effect.verdict if evidence else Verdict.CLEAR,
            bidders=(subject,) if where == "bidders" else (),
            subjects=(subject,) if where == "subjects" else (),
            tender=TenderResult(verdict=Verdict.CLEAR),
            pins=Pins(
                generation="1-000000000000",
                generation_hash="1" * 64,
                known=1,
                lists=(),
                policy_hash="2" * 64,
                rule_pack="2026.11",
                rule_pack_hash="3" * 64,
                algorithm="1",
                reviews_seq=0,
                as_of=NOON,
                known_at=NOON,
                input_hash="4" * 64,
            ),
            decision_id=decision_id,
            decided_at=NOON,
            decision_hash="5" * 64,
        )

    return make


@pytest.fixture
def noon() -> datetime:
    """The time at which the tests' world stands."""
    return NOON


@pytest.fixture
def record(ledger: Ledger, make_decision: Callable[..., Decision]) -> Callable[..., Decision]:
    """Record a decision in the ledger and return it."""

    def run(
        decision_id: str, *evidence: Evidence, effect: Effect = Effect.REVIEW, **changes: Any
    ) -> Decision:
        decision = make_decision(decision_id, *evidence, effect=effect)
        fields: dict[str, Any] = {
            "request": b'{"bidders":[]}',
            "tenant": "linjiang",
            "actor": "platform-1",
            "opening_at": None,
            "at": NOON,
        }
        ledger.record_decision(decision=decision, **(fields | changes))
        return decision

    return run


StoreFactory = Callable[[], Store]
"""Opens the test's store; called again, it opens the same one once more (another reader or writer)."""


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.slow)])
def store_factory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreFactory]:
    """Handles on one graph store, empty at first; every contract test runs on each kind, and all are closed after."""
    url, user, password = str(tmp_path / "graph.sqlite3"), "", ""
    if request.param == "neo4j":
        url, user, password = request.getfixturevalue("neo4j_database")
    opened: list[Store] = []

    def factory() -> Store:
        store = open_store(url, create=True, user=user, password=password)
        opened.append(store)
        return store

    yield factory
    for one in opened:
        one.close()


@pytest.fixture
def store(store_factory: StoreFactory) -> Store:
    """One handle on an empty graph store."""
    return store_factory()
