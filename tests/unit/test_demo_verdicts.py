"""The demo, loaded and decided: every file is read whole, every verdict and nearly every rule is shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from api.tenders import request_of
from graph.dates import CST
from graph.generation import Generation, current_generation, publish
from graph.store import open_store
from loaders.demo import DemoManifest, write_demo
from loaders.run import LoadOptions, load
from matching.decision import Decision
from matching.ledger import Ledger, open_ledger
from matching.policy import load_policy
from matching.request import DecisionRequest
from matching.screening import Screener

TAKEN = datetime(2026, 11, 22, 8, tzinfo=CST)

SHOWN = {f"A{number:02d}" for number in range(1, 25)} - {"A16"} | {"B13", "B14", "R19", "R20"}
"""A16 needs holdings, which no published list states."""


class Screened:
    """The demo city, loaded, with its three requests and its open tender decided."""

    def __init__(
        self, home: Path, generation: Generation, ledger: Ledger, manifest: DemoManifest, loaded: DecisionRequest
    ) -> None:
        screener = Screener(generation, load_policy(None), ledger, pseudonym_key=b"0" * 32)
        self.manifest = manifest
        self.ledger = ledger
        self.decisions: list[Decision] = []
        for tender in manifest.tenders:
            request = DecisionRequest.model_validate_json((home / tender.request).read_bytes())
            self.decisions.append(screener.screen(request, now=TAKEN + timedelta(hours=1)))
        self.loaded = screener.screen(loaded, now=TAKEN + timedelta(hours=1))


@pytest.fixture(scope="module", params=[20261122, 7])
def screened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screened]:
    """Two cities of different seeds: the stories don't depend on what is drawn."""
    home = tmp_path_factory.mktemp("demo")
    manifest = write_demo(home, seed=request.param, today=TAKEN.date(), taken_at=TAKEN)
    store = open_store(f"sqlite:///{home / 'graph.db'}", create=True)
    try:
        report = load(
            store,
            [home / file.path for file in manifest.files if file.snapshot],
            options=LoadOptions(taken_at=TAKEN, workers=0),
            recorded_at=TAKEN + timedelta(minutes=5),
        )
        publish(store, home / "generations")
        loaded = DecisionRequest.model_validate(request_of(store, manifest.loaded.tender))
    finally:
        store.close()
    assert report.published
    assert [(file.kind, file.accepted) for file in report.files] == [
        (file.kind, file.rows) for file in manifest.files if file.snapshot
    ]
    generation = current_generation(home / "generations")
    with open_ledger(f"sqlite:///{home / 'ledger.db'}") as ledger:
        yield Screened(home, generation, ledger, manifest, loaded)
    generation.close()


def test_every_bid_gets_the_verdict_that_it_is_there_to_show(screened: Screened) -> None:
    told = [(bid.client_id, bid.expect) for tender in screened.manifest.tenders for bid in tender.bids]
    found = [
        (bidder.client_id, bidder.verdict.value)
        for decision in screened.decisions
        for bidder in decision.bidders
    ]
    assert found == told
    assert {verdict for _, verdict in found} == {"CLEAR", "FLAG", "REVIEW", "UNDETERMINED", "BLOCK"}


def test_every_bid_fires_the_rules_that_it_is_there_to_show(screened: Screened) -> None:
    fired = set()
    for tender, decision in zip(screened.manifest.tenders, screened.decisions, strict=True):
        for bid, bidder in zip(tender.bids, decision.bidders, strict=True):
            codes = {finding.code for finding in bidder.reasons}
            assert set(bid.rules) <= codes, bid
            fired |= codes
        fired |= {finding.code for subject in decision.subjects for finding in subject.reasons}
    assert fired == SHOWN


def test_possible_matches_wait_for_a_person(screened: Screened) -> None:
    waiting = screened.ledger.pending_matches("default", 100)
    assert {"A11", "A12"} <= {match.rule for match in waiting}
    assert screened.ledger.verify().ok


def test_the_open_tender_shows_what_connects_its_bidders(screened: Screened) -> None:
    told = {bid.name: bid for bid in screened.manifest.loaded.bids}
    assert len(screened.loaded.bidders) == len(told)
    for bidder in screened.loaded.bidders:
        codes = {finding.code for finding in bidder.reasons}
        bid = told[bidder.name]
        assert bidder.verdict.value == bid.expect, (bid, codes)
        assert set(bid.rules) <= codes, bid
    held = next(one for one in screened.loaded.bidders if "B02" in {finding.code for finding in one.reasons})
    path = next(finding.path for finding in held.reasons if finding.code == "B02")
    assert path is not None
    assert path.edges[0].source.file == "股东及出资信息.csv"
    others = {(one.client_id, finding.code) for one in screened.loaded.subjects for finding in one.reasons}
    assert {("buyer", "D07"), ("expert-3", "D04")} <= others
