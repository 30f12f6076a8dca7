"""A recorded decision gives the same bytes again, after later loads too, or says why it can't."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from graph import text
from graph.dates import CST, start_of_day
from graph.generation import current_generation, open_generation, publish
from graph.model import Id, Interval, Listing, Mention, PartyType, Source
from graph.store import Batch, SnapshotInfo, open_store
from matching.decision import Decision, Verdict
from matching.ledger import Ledger, LedgerError, open_ledger
from matching.policy import load_policy
from matching.replay import ReplayResult, replay
from matching.request import DecisionRequest
from matching.screening import Screener

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=CST)
CODE = "91329901MATTR0016Y"
NAME = "临江澄远建设工程有限公司"
KEY = b"k" * 32


def listing(name: str = NAME) -> Listing:
    return Listing(
        list_code="SXBZXR",
        key="(2025)临0102执501号",
        subject=Mention(
            type=PartyType.ORGANIZATION,
            name=name,
            n6=text.org_key(name),
            ids=(Id(scheme="uscc", value=CODE),),
        ),
        effect=Interval(start=start_of_day(date(2025, 6, 18))),
        authority="临江市清溪区人民法院",
        source=Source(dataset="SXBZXR", taken_at=NOW),
    )


class House:
    """A home with store, generations and ledger."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ledger: Ledger = open_ledger(f"sqlite:///{home}/ledger.db")
        policy = load_policy()
        self.ledger.put_document("policy", policy.hash, policy.text.encode())

    def load(self, *records: Listing, at: datetime) -> None:
        store = open_store(str(self.home / "store.db"), create=True)
        try:
            lists = ("SXBZXR", "ZDSS", "ZFCG", "ZDWF")
            store.begin(
                at.isoformat(), [SnapshotInfo(dataset=c, source="t", full=True, taken_at=at) for c in lists]
            )
            store.write(Batch(listings=records))
            store.end_missing("SXBZXR", "t")
            store.publish(at)
            publish(store, self.home)
        finally:
            store.close()

    def decide(self, at: datetime) -> Decision:
        generation = current_generation(self.home)
        try:
            request = DecisionRequest.model_validate(
                {
                    "tender": {"regime": "政府采购(招标)"},
                    "bidders": [{"name": NAME, "identifiers": [{"id": CODE}]}],
                }
            )
            return Screener(generation, load_policy(), self.ledger, pseudonym_key=KEY).screen(request, now=at)
        finally:
            generation.close()

    def replay(self, decision_id: str) -> ReplayResult:
        return replay(
            decision_id,
            ledger=self.ledger,
            open_generation=lambda ref: open_generation(self.home, ref),
            pseudonym_key=KEY,
        )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.load(listing(), at=NOW)
    yield made
    made.ledger.close()


def test_a_replay_is_identical_after_later_loads(house: House) -> None:
    first = house.decide(NOW)
    house.load(at=NOW + timedelta(hours=1))
    second = house.decide(NOW + timedelta(hours=1))
    assert (first.verdict, second.verdict) == (Verdict.BLOCK, Verdict.CLEAR)
    for decision in (first, second):
        result = house.replay(decision.decision_id)
        assert result.identical is True, result
        assert result.decision_hash == decision.decision_hash


def test_without_its_generation_a_decision_is_not_replayable(house: House) -> None:
    decision = house.decide(NOW)
    shutil.rmtree(house.home / "generations" / decision.pins.generation)
    result = house.replay(decision.decision_id)
    assert (result.replayable, result.identical) == (False, None)
    assert result.why is not None
    assert decision.pins.generation in result.why.en


def test_a_damaged_generation_is_never_read(house: House) -> None:
    decision = house.decide(NOW)
    folder = house.home / "generations" / decision.pins.generation
    victim = next(p for p in sorted(folder.iterdir()) if p.name.endswith(".docs"))
    data = bytearray(victim.read_bytes())
    data[-1] ^= 0xFF
    victim.chmod(0o644)
    victim.write_bytes(data)
    assert house.replay(decision.decision_id).replayable is False


def test_after_erasure_a_decision_is_not_replayable(house: House) -> None:
    decision = house.decide(NOW)
    house.ledger.erase_decision_subject(
        decision.decision_id, tenant="default", actor="dpo", at=NOW + timedelta(days=1)
    )
    result = house.replay(decision.decision_id)
    assert result.replayable is False
    assert house.ledger.verify().ok


def test_another_tenant_has_no_such_decision(house: House) -> None:
    decision = house.decide(NOW)
    with pytest.raises(LedgerError) as error:
        replay(
            decision.decision_id,
            ledger=house.ledger,
            open_generation=lambda ref: open_generation(house.home, ref),
            pseudonym_key=KEY,
            tenant="other",
        )
    assert error.value.code == "ledger.no_decision"


def test_another_key_shows_as_a_difference(house: House) -> None:
    decision = house.decide(NOW)
    result = replay(
        decision.decision_id,
        ledger=house.ledger,
        open_generation=lambda ref: open_generation(house.home, ref),
        pseudonym_key=b"x" * 32,
    )
    assert result.identical is False
    assert "/pins/input_hash" in result.differences


def test_a_confirmed_match_blocks_and_a_rejected_one_is_gone(house: House) -> None:
    named = Listing(
        list_code="SXBZXR",
        key="(2025)临0102执502号",
        subject=Mention(
            type=PartyType.ORGANIZATION, name="临江无码商贸有限公司", n6=text.org_key("临江无码商贸有限公司")
        ),
        effect=Interval(start=start_of_day(date(2025, 6, 18))),
        source=Source(dataset="SXBZXR", taken_at=NOW),
    )
    house.load(named, at=NOW + timedelta(minutes=1))
    generation = current_generation(house.home)
    request = DecisionRequest.model_validate(
        {"tender": {"regime": "政府采购(招标)"}, "bidders": [{"name": "临江无码商贸有限公司"}]}
    )
    try:
        screener = Screener(generation, load_policy(), house.ledger, pseudonym_key=KEY)
        at = NOW + timedelta(minutes=2)
        first = screener.screen(request, now=at)
        assert first.verdict is Verdict.REVIEW
        evidence = first.bidders[0].reasons[0].evidence[0]
        answers: tuple[tuple[Literal["confirm", "reject"], Verdict], ...] = (
            ("confirm", Verdict.BLOCK),
            ("reject", Verdict.CLEAR),
        )
        for answer, verdict in answers:
            house.ledger.add_review(
                pair_key=evidence.pair,
                answer=answer,
                reviewer="clerk-2",
                reason="checked against the register",
                decision_id=first.decision_id,
                list=evidence.list,
                record=evidence.record,
                record_hash=evidence.record_hash,
                subject=evidence.subject,
                tier=evidence.tier.value,
                tenant="default",
                at=at,
            )
            assert screener.screen(request, now=at).verdict is verdict
    finally:
        generation.close()
    assert house.replay(first.decision_id).identical is True
