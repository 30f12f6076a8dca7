"""Whatever people do with objections and repairs, in whatever order: effects follow the state, and replays stay."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from graph.dates import CST, start_of_day
from graph.generation import Generation, current_generation, publish
from graph.model import Id, Interval, Listing, Mention, PartyType, Penalty, Source
from graph.store import Batch, SnapshotInfo, open_store
from matching.casework import objections, repairs
from matching.casework.base import CaseworkError, NamedDocument
from matching.casework.objections import Matched, Objection, ObjectionGround, StepTaken
from matching.casework.repairs import Conditions, Repair, RepairKind, Ruling
from matching.casework.terms import load_terms
from matching.decision import Decision, to_json
from matching.ledger import Item, LedgerError, open_ledger
from matching.marks import record_ref
from matching.policy import load_policy
from matching.request import DecisionRequest
from matching.screening import Screener

NAME, CODE = "临江澄远建设工程有限公司", "91329901MAGLD00148"
START = datetime(2026, 11, 22, 10, 0, tzinfo=CST)
KEY = b"k" * 32
DOCUMENT = (NamedDocument(name="d", sha256="0" * 64),)
OBJECTION_STEPS = tuple(objections.WORKFLOW)
REPAIR_STEPS = tuple(repairs.WORKFLOW)


def listing(list_code: str, key: str, scheme: str, value: str) -> Listing:
    return Listing(
        list_code=list_code,
        key=key,
        subject=Mention(
            type=PartyType.ORGANIZATION,
            name=NAME,
            key=f"{list_code}:{key}",
            n6=NAME,
            ids=(Id(scheme=scheme, value=value),),
        ),
        effect=Interval(start=start_of_day(date(2025, 3, 1))),
        authority="临江市虚构机关",
        penalty=Penalty(decided_on=date(2025, 3, 1)),
        source=Source(dataset=list_code, publisher="test"),
    )


@pytest.fixture(scope="module", autouse=True)
def generation() -> Any:
    """A world with a match of tier E2 on the defaulters' list and one of E1 on a list that is repaired."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        store = open_store(str(home / "store.db"), create=True)
        records = (
            listing("SXBZXR", "r1", "org_code", CODE[8:17]),
            listing("ZDSS", "z1", "uscc", CODE),
        )
        taken = START - timedelta(hours=1)
        store.begin(
            "one",
            [SnapshotInfo(dataset=r.list_code, source="test", full=True, taken_at=taken) for r in records],
        )
        store.write(Batch(listings=records))
        store.publish(taken)
        publish(store, home)
        store.close()
        with current_generation(home) as opened:
            Desk.generation = opened
            yield


class Desk(RuleBasedStateMachine):
    """People who open, decide and take back, and a platform that asks after each step."""

    generation: Generation

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.ledger = open_ledger(f"sqlite:///{self.folder.name}/ledger.db")
        self.screener = Screener(self.generation, load_policy(), self.ledger, pseudonym_key=KEY)
        self.now = START
        self.asked: list[Decision] = []
        self.objections: list[Item] = []
        self.repairs: list[Item] = []
        self.rejected = False
        self.suspending: set[str] = set()
        self.lifted: set[str] = set()

    def teardown(self) -> None:
        assert self.ledger.verify().ok
        self.ledger.close()
        self.folder.cleanup()

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    @initialize()
    def ask_first(self) -> None:
        self.evaluate()
        self.match = self.evidence("SXBZXR")
        assert self.match is not None

    def evaluate(self) -> Decision:
        request = DecisionRequest.model_validate(
            {
                "tender": {"regime": "procurement_tender"},
                "bidders": [{"client_id": "b", "name": NAME, "identifiers": [{"id": CODE}]}],
            }
        )
        found = self.screener.evaluate(
            request, as_of=self.now, known_at=self.now, reviews_seq=self.ledger.reviews_seq(), tenant="t"
        )
        self.request = request
        self.asked.append(found)
        return found

    def effect(self, list_code: str) -> str:
        for reason in self.asked[-1].bidders[0].reasons:
            if reason.code != "A23" and any(e.list == list_code for e in reason.evidence):
                return reason.effect.value
        return "none"

    def evidence(self, list_code: str) -> Any:
        reasons = self.asked[-1].bidders[0].reasons
        return next((e for r in reasons for e in r.evidence if e.list == list_code), None)

    @rule(
        document=st.sampled_from("abc"),
        ground=st.sampled_from([ObjectionGround.IDENTITY, ObjectionGround.LISTING]),
    )
    def object(self, document: str, ground: ObjectionGround) -> None:
        assume(len(self.objections) < 6)
        match = Matched(
            list="SXBZXR",
            record="r1",
            record_hash=self.match.record_hash,
            record_ref=record_ref(KEY, "SXBZXR", "r1"),
            pair=self.match.pair,
            tier=self.match.tier,
        )
        at = self.tick()
        item = objections.receive(
            self.ledger,
            load_terms(),
            Objection(
                ground=ground,
                decision_id="d",
                match=match,
                text="x",
                documents=(NamedDocument(name="d", sha256=document * 64),),
                received_at=at,
            ),
            tenant="t",
            actor="user:a",
            at=at,
        )
        self.objections.append(item)
        if objections.read(item).suspends:
            self.suspending.add(item.id)

    @precondition(lambda self: self.objections)
    @rule(data=st.data(), step=st.sampled_from(OBJECTION_STEPS), stale=st.booleans())
    def decide(self, data: Any, step: str, stale: bool) -> None:
        place = data.draw(st.integers(0, len(self.objections) - 1))
        item = self.objections[place]
        taken = StepTaken(step=step, at=self.tick(), by="user:b", reason="x", source="s", documents=DOCUMENT)
        if stale:
            with pytest.raises((CaseworkError, LedgerError)):
                objections.take(self.ledger, load_terms(), item, taken, expect=item.version + 1)
            return
        if step not in objections.allowed(item.state):
            with pytest.raises(CaseworkError):
                objections.take(self.ledger, load_terms(), item, taken, expect=item.version)
            return
        done = objections.take(self.ledger, load_terms(), item, taken, expect=item.version)
        self.objections[place] = done
        if done.state not in objections.OPEN:
            self.suspending.discard(item.id)
        if done.state == "upheld" and objections.read(done).ground is ObjectionGround.IDENTITY:
            self.rejected = True

    @rule()
    def apply_for_a_repair(self) -> None:
        assume(len(self.repairs) < 3)
        at = self.tick()
        given = Repair(
            kind=RepairKind.REPAIR,
            list="ZDSS",
            record="z1",
            record_ref=record_ref(KEY, "ZDSS", "z1"),
            record_hash="",
            conditions=Conditions(duties_performed=True, committed=True),
            documents=DOCUMENT,
            received_at=at,
        )
        record = listing("ZDSS", "z1", "uscc", CODE)
        self.repairs.append(
            repairs.receive(
                self.ledger, load_terms(), given, record, decided_on=None, tenant="t", actor="user:a", at=at
            )
        )

    @precondition(lambda self: self.repairs)
    @rule(data=st.data(), step=st.sampled_from(REPAIR_STEPS))
    def rule_on_a_repair(self, data: Any, step: str) -> None:
        place = data.draw(st.integers(0, len(self.repairs) - 1))
        item = self.repairs[place]
        at = self.tick()
        taken = StepTaken(step=step, at=at, by="user:b", reason="x", documents=DOCUMENT)
        ruling = Ruling(authority="临江市虚构机关", document_no="1", decided_on=date(2026, 11, 2), since=at)
        if step not in repairs.allowed(repairs.read(item), item.state):
            with pytest.raises(CaseworkError):
                repairs.take(self.ledger, load_terms(), item, taken, expect=item.version, ruling=ruling)
            return
        done = repairs.take(self.ledger, load_terms(), item, taken, expect=item.version, ruling=ruling)
        self.repairs[place] = done
        if step == "repair":
            self.lifted.add(done.id)
        elif step == "restore":
            self.lifted.discard(done.id)

    @invariant()
    def the_effects_follow_the_states(self) -> None:
        if not self.asked:
            return
        self.evaluate()
        wanted = "none" if self.rejected else "REVIEW" if self.suspending else "BLOCK"
        assert self.effect("SXBZXR") == wanted
        assert self.effect("ZDSS") == ("none" if self.lifted else "BLOCK")

    @invariant()
    def what_was_answered_is_answered_again(self) -> None:
        for earlier in self.asked[:: max(1, len(self.asked) // 4)]:
            pins = earlier.pins
            again = self.screener.evaluate(
                self.request,
                as_of=pins.as_of,
                known_at=pins.known_at,
                reviews_seq=pins.reviews_seq,
                tenant="t",
            )
            assert to_json(again) == to_json(earlier)

    @invariant()
    def another_tenant_sees_nothing_of_it(self) -> None:
        if not self.asked:
            return
        there = self.screener.evaluate(
            self.request, as_of=self.now, known_at=self.now, reviews_seq=self.ledger.reviews_seq(), tenant="u"
        )
        for reason in there.bidders[0].reasons:
            assert all(not e.objection and not e.repair for e in reason.evidence)


TestDesk = Desk.TestCase
TestDesk.settings = settings(
    max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
