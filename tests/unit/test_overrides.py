"""Overrides: two persons, enumerated grounds, a new decision that replays; the old one stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.scenario import World
from api.scenario_facts import Scenario, read_scenario
from graph.dates import CST, start_of_day
from graph.generation import current_generation, open_generation, publish
from graph.model import Id, Interval, Listing, Mention, PartyType, Source
from graph.store import Batch, SnapshotInfo, open_store
from matching.decision import Decision, Effect, Finding, Override, Paper, Verdict, to_json
from matching.ledger import Item, Ledger, LedgerError, StoredDecision, open_ledger
from matching.override import OverrideError, finding_key, overridden
from matching.overrides import proposals
from matching.overrides.grounds import GROUNDS, GroundCode
from matching.overrides.proposals import Asked, confirm, propose, reject, successor
from matching.policy import load_policy
from matching.replay import replay
from matching.request import DecisionRequest
from matching.rules import RULES
from matching.screening import Screener

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=CST)
LATER = NOW + timedelta(minutes=5)
CODE, OTHER = "91329901MAGLD00148", "91329901MAGLD0049T"
NAME = "临江澄远建设工程有限公司"
KEY = b"k" * 32
LISTS = ("SXBZXR", "ZDSS", "ZFCG", "ZDWF", "ZTBJ")
ANN, BO = "user:ann", "user:bo"


def record(number: int, code: str = "SXBZXR", uscc: str = CODE) -> Listing:
    return Listing(
        list_code=code,
        key=f"({number})临0102执501号",
        case_no=f"({number})临0102执501号",
        subject=Mention(type=PartyType.ORGANIZATION, name=NAME, ids=(Id(scheme="uscc", value=uscc),)),
        effect=Interval(start=start_of_day(date(2025, 6, 18))),
        authority="临江市清溪区人民法院",
        source=Source(dataset=code, taken_at=NOW),
    )


class House:
    """A home with a store, generations and a ledger."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ledger: Ledger = open_ledger(f"sqlite:///{home}/ledger.db")
        policy = load_policy()
        self.ledger.put_document("policy", policy.hash, policy.text.encode())

    def load(self, *records: Listing, at: datetime = NOW - timedelta(hours=1)) -> None:
        """Publish full snapshots of the lists, taken at that time."""
        store = open_store(str(self.home / "store.db"), create=True)
        try:
            store.begin(
                at.isoformat(), [SnapshotInfo(dataset=c, source="t", full=True, taken_at=at) for c in LISTS]
            )
            store.write(Batch(listings=records))
            for code in LISTS:
                store.end_missing(code, "t")
            store.publish(at)
            publish(store, self.home)
        finally:
            store.close()

    def again(
        self, request: DecisionRequest, before: Decision | None = None, at: datetime = LATER
    ) -> Decision:
        with current_generation(self.home) as generation:
            screener = Screener(generation, load_policy(), self.ledger, pseudonym_key=KEY)
            as_of = request.tender.as_of or at
            return screener.evaluate(request, as_of=as_of, known_at=at, reviews_seq=self.ledger.reviews_seq())

    def decide(self, *bidders: dict[str, Any], at: datetime = NOW, **tender: Any) -> StoredDecision:
        body = {"tender": {"regime": "procurement_tender", **tender}, "bidders": bidders or (bidder(),)}
        request = DecisionRequest.model_validate(body)
        with current_generation(self.home) as generation:
            screener = Screener(generation, load_policy(), self.ledger, pseudonym_key=KEY)
            made = screener.screen(request, now=at)
        return self.stored(made.decision_id)

    def stored(self, decision_id: str) -> StoredDecision:
        found = self.ledger.decision(decision_id, tenant="default")
        assert found is not None
        return found

    def confirmed(self, item: Item, by: str = BO, at: datetime = LATER) -> Decision:
        _, made = confirm(
            self.ledger,
            item,
            by=by,
            at=at,
            expect=item.version,
            reason="",
            again=lambda r, b: self.again(r, b, at),
        )
        return made

    def replays(self, decision_id: str) -> bool | None:
        return replay(
            decision_id,
            ledger=self.ledger,
            open_generation=lambda ref: open_generation(self.home, ref),
            pseudonym_key=KEY,
        ).identical


def bidder(client_id: str = "b1", code: str = CODE, **more: Any) -> dict[str, Any]:
    return {"client_id": client_id, "identifiers": [{"scheme": "uscc", "id": code}], **more}


def asked(**more: Any) -> Asked:
    given: dict[str, Any] = {
        "client_id": "b1",
        "code": "A01",
        "list": "SXBZXR",
        "records": ("(1)临0102执501号",),
        "ground": GroundCode.COURT_ONE_OFF_LIFT,
        "reason": "法院准许一次性参加投标",
        "documents": (Paper(number="(2026)临0102执501号之一"),),
    }
    return Asked(**{**given, **more})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.load(record(1))
    yield made
    made.ledger.close()


def refusal(house: House, stored: StoredDecision, by: str = ANN, **more: Any) -> str:
    with pytest.raises(OverrideError) as caught:
        propose(house.ledger, stored, asked(**more), by=by, at=NOW)
    return caught.value.code


def test_two_persons_lift_a_block_by_a_new_decision_that_replays(house: House) -> None:
    old = house.decide()
    assert old.decision is not None
    assert old.decision.verdict is Verdict.BLOCK
    item = propose(house.ledger, old, asked(), by=ANN, at=NOW)
    assert item.state == "proposed"
    made = house.confirmed(item)
    assert made.verdict is Verdict.FLAG
    finding = made.bidders[0].reasons[0]
    assert (finding.code, finding.effect, finding.before, finding.overridden_by) == (
        "A01", Effect.FLAG, Effect.BLOCK, item.id
    )  # fmt: skip
    pinned = made.overrides[0]
    assert (pinned.of, pinned.proposed_by, pinned.confirmed_by) == (old.decision_id, ANN, BO)
    assert pinned.of_hash == old.decision.decision_hash
    # the old one is what it was, both replay, and each leads to the other
    assert house.stored(old.decision_id).body == old.body
    assert house.replays(old.decision_id) is True
    assert house.replays(made.decision_id) is True
    assert successor(house.ledger, old.decision_id, tenant="default") == made.decision_id
    assert to_json(made) == house.stored(made.decision_id).body
    assert made.decision_hash != old.decision.decision_hash
    history = house.ledger.items.history(proposals.KIND, item.id, tenant="default")
    assert [(one.state, one.actor) for one in history] == [("proposed", ANN), ("confirmed", BO)]
    assert house.ledger.verify().ok


@pytest.mark.parametrize("second", [ANN, "user:ANN", "user: ann", "user:ａｎｎ"])
def test_one_person_is_never_two(house: House, second: str) -> None:
    item = propose(house.ledger, house.decide(), asked(), by=ANN, at=NOW)
    with pytest.raises(OverrideError) as caught:
        house.confirmed(item, by=second)
    assert caught.value.code == "override.same_person"


@pytest.mark.parametrize("who", ["key:abcd1234", "local", "key:environment", "cli", "", "user:", "user: "])
def test_keys_and_the_operator_are_no_persons(house: House, who: str) -> None:
    stored = house.decide()
    assert refusal(house, stored, by=who) == "override.person"
    item = propose(house.ledger, stored, asked(), by=ANN, at=NOW)
    for act in (
        lambda: house.confirmed(item, by=who),
        lambda: reject(house.ledger, item, by=who, at=NOW, expect=1, reason="x"),
    ):
        with pytest.raises(OverrideError) as caught:
            act()
        assert caught.value.code == "override.person"
    assert successor(house.ledger, stored.decision_id, tenant="default") == ""


def test_every_record_needs_its_document(house: House) -> None:
    house.load(record(1), record(2))
    stored = house.decide()
    assert refusal(house, stored) == "override.records"
    assert refusal(house, stored, records=("(1)临0102执501号", "(3)临0102执501号")) == "override.records"
    both = ("(1)临0102执501号", "SXBZXR:(2)临0102执501号")
    made = house.confirmed(propose(house.ledger, stored, asked(records=both), by=ANN, at=NOW))
    assert made.verdict is Verdict.FLAG


def test_another_ground_for_the_same_bidder_still_blocks(house: House) -> None:
    house.load(record(1), record(9, "ZDSS"))
    old = house.decide()
    first = house.confirmed(propose(house.ledger, old, asked(), by=ANN, at=NOW))
    assert first.verdict is Verdict.BLOCK
    # the next override stands on the first one's decision and keeps it
    assert refusal(house, old, ground=GroundCode.COURT_DELETION) == "override.superseded"
    tax = asked(list="ZDSS", records=("(9)临0102执501号",), ground=GroundCode.REPAIR_PROVEN)
    second = house.confirmed(
        propose(house.ledger, house.stored(first.decision_id), tax, by=BO, at=LATER), by=ANN
    )
    assert second.verdict is Verdict.FLAG
    assert [one.ground for one in second.overrides] == ["court_one_off_lift", "repair_proven"]
    assert house.replays(second.decision_id) is True


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"client_id": "b9"}, "override.subject"),
        ({"role": "expert"}, "override.subject"),
        ({"other": "b2"}, "override.finding"),
        ({"code": "A02"}, "override.finding"),
        ({"list": "ZDSS"}, "override.finding"),
        ({"records": ()}, "override.records"),
        ({"ground": GroundCode.REPAIR_PROVEN}, "override.ground"),
        ({"ground": GroundCode.RELATION_DISPROVED}, "override.ground"),
        ({"ground": GroundCode.COLLUSION_ESTABLISHED}, "override.ground"),
    ],
)
def test_only_what_was_found_on_a_ground_that_fits(house: House, wrong: dict[str, Any], code: str) -> None:
    assert refusal(house, house.decide(), **wrong) == code


def test_what_has_changed_since_is_not_lifted_with_the_old_paper(house: House) -> None:
    item = propose(house.ledger, house.decide(), asked(), by=ANN, at=NOW)
    house.load(record(1), record(2), at=LATER - timedelta(minutes=1))
    with pytest.raises(OverrideError) as caught:
        house.confirmed(item)
    assert caught.value.code == "override.changed"
    assert house.ledger.items.get(proposals.KIND, item.id, tenant="default") == item


def test_what_came_up_since_blocks_all_the_same(house: House) -> None:
    item = propose(house.ledger, house.decide(), asked(), by=ANN, at=NOW)
    house.load(record(1), record(9, "ZFCG"), at=LATER - timedelta(minutes=1))
    made = house.confirmed(item)
    assert made.bidders[0].verdict is not Verdict.FLAG
    assert made.overrides


def test_lists_that_are_stale_by_then_leave_it_undetermined(house: House) -> None:
    item = propose(house.ledger, house.decide(), asked(), by=ANN, at=NOW)
    late = NOW + timedelta(days=3)
    made = house.confirmed(item, at=late)
    assert made.verdict is Verdict.UNDETERMINED
    assert house.replays(made.decision_id) is True


def test_a_proposal_is_answered_once(house: House) -> None:
    stored = house.decide()
    item = propose(house.ledger, stored, asked(), by=ANN, at=NOW)
    assert refusal(house, stored, by=BO) == "override.open"
    with pytest.raises(LedgerError, match=r"item_stale"):
        confirm(house.ledger, item, by=BO, at=LATER, expect=7, reason="", again=house.again)
    turned = reject(house.ledger, item, by=BO, at=LATER, expect=1, reason="文书不符")
    assert turned.state == "rejected"
    for act in (
        lambda: house.confirmed(turned),
        lambda: reject(house.ledger, turned, by=BO, at=LATER, expect=2, reason=""),
    ):
        with pytest.raises(OverrideError) as caught:
            act()
        assert caught.value.code == "override.answered"
    again = propose(house.ledger, stored, asked(), by=ANN, at=LATER)
    assert reject(house.ledger, again, by=ANN, at=LATER, expect=1, reason="").state == "withdrawn"
    assert house.ledger.verify().ok


def test_of_two_proposals_on_one_decision_only_one_becomes_a_decision(house: House) -> None:
    house.load(record(1), record(9, "ZDSS"))
    stored = house.decide()
    one = propose(house.ledger, stored, asked(), by=ANN, at=NOW)
    tax = asked(list="ZDSS", records=("(9)临0102执501号",), ground=GroundCode.REPAIR_PROVEN)
    two = propose(house.ledger, stored, tax, by=ANN, at=NOW)
    made = house.confirmed(one)
    with pytest.raises(OverrideError) as caught:
        house.confirmed(two)
    assert caught.value.code == "override.superseded"
    assert successor(house.ledger, stored.decision_id, tenant="default") == made.decision_id


# Two bidders together

HEAD = {"name": "虚构甲", "identifiers": [{"scheme": "citizen_id", "id": "320899198002030016"}]}
MACHINE = {"devices": [{"cpu": "BFEBFBFF000906EA", "disk": "WD-WCC4N7XYZ123"}]}


def test_a_relation_of_two_bidders_is_lifted_for_both(house: House) -> None:
    house.load()
    stored = house.decide(bidder(legal_rep=HEAD), bidder("b2", OTHER, legal_rep=HEAD))
    assert stored.decision is not None
    assert [one.verdict for one in stored.decision.bidders] == [Verdict.BLOCK, Verdict.BLOCK]
    pair = {"code": "B01", "list": "", "records": (), "ground": GroundCode.RELATION_DISPROVED}
    assert refusal(house, stored, **pair) == "override.pair"  # type: ignore[arg-type]
    made = house.confirmed(propose(house.ledger, stored, asked(**pair, other="b2"), by=ANN, at=NOW))
    assert [one.verdict for one in made.bidders] == [made.pairs[0].verdict, made.pairs[0].verdict]
    assert made.pairs[0].verdict is not Verdict.BLOCK
    assert all(f.effect is not Effect.BLOCK for b in made.bidders for f in b.reasons)
    assert house.replays(made.decision_id) is True


def test_of_three_bidders_a_pair_is_lifted_and_the_others_stay_blocked(house: House) -> None:
    house.load()
    stored = house.decide(
        bidder(legal_rep=HEAD),
        bidder("b2", OTHER, legal_rep=HEAD),
        bidder("b3", "91329901MAGLD00223", legal_rep=HEAD),
    )
    pair = {"code": "B01", "list": "", "records": (), "ground": GroundCode.RELATION_DISPROVED}
    made = house.confirmed(propose(house.ledger, stored, asked(**pair, other="b2"), by=ANN, at=NOW))
    verdicts = {frozenset((one.a, one.b)): one.verdict for one in made.pairs}
    assert verdicts[frozenset(("b1", "b3"))] is Verdict.BLOCK
    assert verdicts[frozenset(("b1", "b2"))] is not Verdict.BLOCK
    assert [one.verdict for one in made.bidders] == [Verdict.BLOCK] * 3


def test_the_committee_establishes_collusion_with_two_persons(house: House) -> None:
    house.load()
    stored = house.decide(bidder(**MACHINE), bidder("b2", OTHER, **MACHINE), regime="mandatory_tender")  # type: ignore[arg-type]
    assert stored.decision is not None
    assert stored.decision.bidders[0].verdict is Verdict.REVIEW
    finding = next(one for one in stored.decision.pairs[0].reasons if one.code == "C01")
    pair = {
        "code": "C01", "list": "", "other": "b2", "ground": GroundCode.COLLUSION_ESTABLISHED,
        "records": tuple(one.record for one in finding.evidence),
    }  # fmt: skip
    made = house.confirmed(propose(house.ledger, stored, asked(**pair), by=ANN, at=NOW))
    assert [one.verdict for one in made.bidders] == [Verdict.BLOCK, Verdict.BLOCK]
    assert house.replays(made.decision_id) is True


# The grounds


def test_every_ground_names_law_and_rules_that_exist() -> None:
    codes = {rule.code for rule in RULES}
    assert {ground.code for ground in GROUNDS} == set(GroundCode)
    for ground in GROUNDS:
        assert ground.basis
        assert set(ground.rules) <= codes
        assert ground.rules or ground.lists
        assert all(basis.basis_verified is (basis.quote is not None) for basis in ground.basis)


def test_no_ground_bars_where_the_law_forbids_it() -> None:
    forbidden = {"B06", "B07", "A13", "A16"}
    for ground in GROUNDS:
        if ground.imposes:
            assert ground.rules
            assert not forbidden & set(ground.rules)


# What is made up again after an override is made up as the screening does


SCENARIOS = sorted((Path(__file__).parents[1] / "golden").glob("[A-D][0-9][0-9]-*.json"))[::20]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_verdicts_are_made_up_as_the_screening_makes_them_up(path: Path, tmp_path: Path) -> None:
    decision = decided_in(read_scenario(path), tmp_path)
    for place, bidder_ in enumerate(decision.bidders):
        for finding in bidder_.reasons:
            other = next(
                (
                    pair.b if pair.a == bidder_.client_id else pair.a
                    for pair in decision.pairs
                    if bidder_.client_id in (pair.a, pair.b) and finding in pair.reasons
                ),
                "",
            )
            same = overridden(decision, (unchanged(decision, bidder_.client_id, other, finding),))
            assert same.verdict is decision.verdict
            assert [one.verdict for one in same.bidders] == [one.verdict for one in decision.bidders]
            assert [one.verdict for one in same.pairs] == [one.verdict for one in decision.pairs]
            assert same.bidders[place].not_assessed == bidder_.not_assessed


def decided_in(scenario: Scenario, home: Path) -> Decision:
    """The last decision of a scenario."""
    asked_: list[Decision] = []
    store = open_store(str(home / "store.db"), create=True)
    world = World(store, home, load_policy(), open_ledger(f"sqlite:///{home}/ledger.db"))
    try:
        for step in scenario.steps:
            list(world.play(step))
            if world.asked is not None:
                asked_.append(world.asked)
    finally:
        world.close()
        store.close()
    return asked_[-1]


def unchanged(decision: Decision, client_id: str, other: str, finding: Finding) -> Override:
    """An override that leaves a finding's effect as it is."""
    return Override(
        id="0", of=decision.decision_id, of_hash="", ground="", effect=finding.effect, client_id=client_id, other=other,
        code=finding.code, finding=finding_key(finding), before=finding.effect, reason="", proposed_by=ANN,
        proposed_at=NOW, confirmed_by=BO, confirmed_at=NOW,
    )  # fmt: skip


def test_an_expert_is_seated_again_and_no_bidder_is_touched(house: House) -> None:
    expert = {"name": "虚构甲", "identifiers": [{"scheme": "citizen_id", "id": "320899198002030016"}]}
    listed = Listing(
        list_code="SXBZXR",
        key="(3)临0102执501号",
        subject=Mention(
            type=PartyType.PERSON, name="虚构甲", ids=(Id(scheme="citizen_id", value="320899198002030016"),)
        ),
        effect=Interval(start=start_of_day(date(2025, 6, 18))),
        source=Source(dataset="SXBZXR", taken_at=NOW),
    )
    house.load(record(1), listed)
    stored = house.decide(regime="mandatory_tender", experts=[expert])
    assert stored.decision is not None
    found = stored.decision.subjects[0]
    assert found.verdict is Verdict.BLOCK
    wanted = asked(
        client_id=found.client_id,
        role=found.role,
        code="A11",
        records=(found.reasons[0].evidence[0].record,),
        ground=GroundCode.COURT_DELETION,
    )
    made = house.confirmed(propose(house.ledger, stored, wanted, by=ANN, at=NOW))
    assert made.subjects[0].verdict is Verdict.FLAG
    assert made.bidders[0].verdict is Verdict.BLOCK
    assert made.verdict is Verdict.BLOCK
    assert house.replays(made.decision_id) is True
