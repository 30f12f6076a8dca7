"""Re-screening: whoever a change can touch is decided anew, others are left alone, each change is told once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest
from watch_house import (
    TENANT,
    Record,
    WatchHouse,
    code,
    listing,
    org,
    party,
    person,
    relation,
    row,
)

from api import alerts
from graph.dates import start_of_day
from graph.model import Interval, Name, NameKind, Status, StatusEvent
from graph.relations import RelationType
from matching.decision import Effect
from matching.ledger import LedgerError
from matching.policy import load_policy
from matching.watch.alerts import read_alert
from matching.watch.rescreen import NAME, SLICE, ChangeBody, Progress

CHENGYUAN = org("临江澄远建设工程有限公司", 1)
QINGBAI = org("临江清白建设有限公司", 2)
STRANGER = org("临江他方商贸有限公司", 9)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[WatchHouse]:
    made = WatchHouse(tmp_path)
    yield made
    made.close()


def told(changes: list[ChangeBody]) -> list[tuple[str, str, str, str]]:
    return sorted((one.ref, one.change, one.code, one.cause) for one in changes)


def test_the_first_decision_tells_what_stands_already(house: WatchHouse) -> None:
    house.load(listing("A", CHENGYUAN))
    house.watch(party(CHENGYUAN.name, 1, "a"), party(QINGBAI.name, 2, "b"))
    found = house.turn()
    assert told(found) == [("a", "new", "A01", "")]
    assert found[0].initial
    assert (found[0].list, found[0].record, found[0].tier) == ("SXBZXR", "A", "E1")
    assert house.ledger.items.page("alert", tenant=TENANT) == []
    assert house.turn() == []
    assert house.decided == 0


def test_a_listing_and_its_removal_reach_the_party_and_nobody_else(house: WatchHouse) -> None:
    house.load(listing("A", STRANGER))
    house.watch(party(CHENGYUAN.name, 1, "a"), party(QINGBAI.name, 2, "b"))
    house.turn()
    house.load(listing("A", STRANGER), listing("B", CHENGYUAN))
    found = house.turn()
    assert told(found) == [("a", "new", "A01", "")]
    assert house.decided == 1
    decision = house.ledger.decision(found[0].decision_id, tenant=TENANT)
    assert decision is not None
    assert decision.decision is not None
    assert (decision.actor, decision.decision.verdict) == ("key:platform", "BLOCK")
    house.load(listing("A", STRANGER))
    assert told(house.turn()) == [("a", "ended", "A01", "removed")]
    assert house.ledger.verify().ok


def test_a_repaired_record_lifts_at_once_and_says_so(house: WatchHouse) -> None:
    house.load(listing("A", CHENGYUAN, list_code="ZDSS"))
    house.watch(party("", 1, "a"))
    house.turn()
    house.load()
    repaired = StatusEvent(status=Status.REPAIRED, span=Interval(start=house.now))
    house.load(listing("A", CHENGYUAN, list_code="ZDSS", events=(repaired,)))
    assert told(house.turn()) == [("a", "ended", "A01", "repaired")]


def test_a_record_that_says_something_else_is_a_change(house: WatchHouse) -> None:
    house.load(listing("A", CHENGYUAN))
    house.watch(party("", 1, "a"))
    house.turn()
    house.load(listing("A", CHENGYUAN, reason="有履行能力而拒不履行"))
    found = house.turn()
    assert told(found) == [("a", "changed", "A01", "")]
    assert found[0].was is Effect.BLOCK


def test_a_listing_by_name_only_is_told_as_a_question(house: WatchHouse) -> None:
    house.load()
    house.watch(party(QINGBAI.name, 0, "b"))
    house.turn()
    house.load(listing("B", org(QINGBAI.name)))
    found = house.turn()
    assert [(one.change, one.effect) for one in found] == [("new", Effect.REVIEW)]


def test_a_name_that_resembles_a_new_one_is_found(house: WatchHouse) -> None:
    others = [listing(str(n), org(f"临江市虚构{n}号商贸有限公司", 100 + n)) for n in range(40)]
    house.load(*others, similar=True)
    house.watch(party("临江澄远建设工程有限公司", 0, "a"), party("临江清白建设有限公司", 0, "b"))
    house.turn()
    house.load(*others, listing("B", org("临江澄远健设工程有限公司")), similar=True)
    found = house.turn()
    assert [(one.ref, one.change, one.tier, one.effect) for one in found] == [
        ("a", "new", "E5", Effect.REVIEW)
    ]
    assert house.decided == 1
    house.load(*others, similar=True)
    assert [(one.ref, one.change) for one in house.turn()] == [("a", "ended")]


def test_a_parents_listing_reaches_its_branch_and_its_subsidiary(house: WatchHouse) -> None:
    branch, child = org("临江澄远建设工程有限公司清溪分公司", 11), org("临江澄远投资有限公司", 12)
    register: list[Record] = [row(one) for one in (CHENGYUAN, QINGBAI, branch, child)]
    ties: list[Record] = [
        relation(RelationType.BRANCH_OF, branch, CHENGYUAN),
        relation(RelationType.HOLDS, CHENGYUAN, child, share="80"),
    ]
    house.load(*register, *ties)
    house.watch(party("", 11, "branch"), party("", 12, "child"), party("", 2, "other"))
    house.turn()
    house.load(*register, *ties, listing("A", CHENGYUAN))
    expected = {("branch", "new", "A14", ""), ("child", "new", "A16", ""), ("child", "new", "R20", "")}
    assert set(told(house.turn())) == expected
    assert house.decided == 2
    house.load(*register, ties[1], listing("A", CHENGYUAN))  # the branch is no longer one
    (only,) = house.turn()
    assert (only.ref, only.change, only.was, only.effect) == (
        "branch",
        "changed",
        Effect.BLOCK,
        Effect.REVIEW,
    )


def test_a_company_that_the_register_renames_is_found_by_its_former_name(house: WatchHouse) -> None:
    house.load(row(CHENGYUAN), row(QINGBAI), listing("A", org("临江旧名工程有限公司")))
    house.watch(party("", 1, "a"), party("", 2, "b"))
    assert house.turn() == []
    former = Name(text="临江旧名工程有限公司", kind=NameKind.FORMER)
    renamed = msgspec.structs.replace(CHENGYUAN, names=(former,))
    house.load(row(renamed), row(QINGBAI), listing("A", org("临江旧名工程有限公司")))
    found = house.turn()
    assert [(one.ref, one.change, one.record) for one in found] == [("a", "new", "A")]
    assert house.decided == 1
    assert house.recorded() == house.expected()


def test_a_director_who_is_listed_touches_the_company(house: WatchHouse) -> None:
    head = person("虚构赵一", "329901198001010117")
    ties: list[Record] = [row(CHENGYUAN), relation(RelationType.LEGAL_REP_OF, head, CHENGYUAN)]
    house.load(*ties)
    house.watch(party("", 1, "a"))
    house.turn()
    house.load(*ties, listing("P", head))
    assert told(house.turn()) == [("a", "new", "A13", "")]


def test_a_ban_ends_and_begins_by_time_alone(house: WatchHouse) -> None:
    tomorrow, after = start_of_day(date(2026, 11, 23)), start_of_day(date(2026, 11, 24))
    house.load(
        listing("A", CHENGYUAN, list_code="ZFCG", end=tomorrow),
        listing("B", QINGBAI, list_code="ZFCG", start=tomorrow, end=after),
    )
    house.watch(party("", 1, "a"), party("", 2, "b"))
    assert told(house.turn()) == [("a", "new", "A01", "")]
    house.now = tomorrow - timedelta(minutes=5)
    assert house.turn() == []
    house.now = tomorrow
    assert told(house.turn()) == [("a", "ended", "A01", "expired"), ("b", "new", "A01", "")]
    house.now = after
    assert told(house.turn()) == [("b", "ended", "A01", "expired")]


def test_a_reviewers_answer_ends_a_question(house: WatchHouse) -> None:
    house.load(listing("B", org(QINGBAI.name)))
    house.watch(party(QINGBAI.name, 0, "b"), party("", 1, "a"))
    first = house.turn()[0]
    stored = house.ledger.decision(first.decision_id, tenant=TENANT)
    assert stored is not None
    assert stored.decision is not None
    evidence = stored.decision.bidders[0].reasons[0].evidence[0]
    for answer, expected in (("reject", "ended"), ("confirm", "new")):
        house.ledger.add_review(
            pair_key=evidence.pair, answer=answer, reviewer="user:wang", reason="核对营业执照",  # type: ignore[arg-type]
            decision_id=first.decision_id, list=evidence.list, record=evidence.record,
            record_hash=evidence.record_hash, subject=evidence.subject, tier=evidence.tier.value, tenant=TENANT,
            at=house.now,
        )  # fmt: skip
        assert [(one.ref, one.change) for one in house.turn()] == [("b", expected)]
        assert house.decided == 1


def test_another_policy_is_a_reason_to_look_at_everybody(house: WatchHouse, tmp_path: Path) -> None:
    house.load(listing("A", CHENGYUAN))
    house.watch(party("", 1, "a"), party("", 2, "b"))
    house.turn()
    file = tmp_path / "policy.toml"
    shipped = files("matching").joinpath("policy.toml").read_text("utf-8")
    file.write_text(shipped.replace("[A01]\nenabled = true", "[A01]\nenabled = false", 1), "utf-8")
    house.policy = load_policy(file)
    assert house.policy.hash != load_policy().hash
    house.ledger.put_document("policy", house.policy.hash, house.policy.text.encode())
    changed = house.turn()
    assert house.decided == 2
    assert told(changed) == [("a", "ended", "A01", "gone")]


def test_everybody_is_looked_at_again_after_a_week(house: WatchHouse) -> None:
    house.load()
    house.watch(party("", 1, "a"))
    house.turn()
    house.now += timedelta(days=8)
    house.turn()
    assert house.decided == 1


def test_a_tender_is_compared_with_the_decision_that_was_made_of_it(house: WatchHouse) -> None:
    house.load(listing("A", CHENGYUAN))
    bidders = [{"client_id": f"b{n}", "identifiers": [{"id": code(n)}]} for n in (1, 2)]
    house.watch_tender({"tender": {"regime": "procurement_tender"}, "bidders": bidders})
    assert house.turn() == []
    house.load(listing("A", CHENGYUAN), listing("B", QINGBAI))
    found = house.turn()
    assert [(one.change, one.code, one.who) for one in found] == [("new", "A01", "b2")]


def test_an_alert_opens_grows_and_closes_with_the_findings(house: WatchHouse) -> None:
    house.load()
    house.watch(party("", 1, "a"))
    house.turn()
    house.load(listing("A", CHENGYUAN))
    house.turn()
    (item,) = house.ledger.items.page("alert", tenant=TENANT)
    assert (item.state, read_alert(item).effect, read_alert(item).codes) == ("open", Effect.BLOCK, ("A01",))
    item = alerts.change(
        house.ledger, item, state="acknowledged", assignee="user:li", note="", ground=None, actor="user:li",
        at=house.now, expect=1,
    )  # fmt: skip
    house.load(listing("A", CHENGYUAN), listing("B", CHENGYUAN, list_code="ZDSS"))
    house.turn()
    (item,) = house.ledger.items.page("alert", tenant=TENANT)
    alert = read_alert(item)
    assert (item.state, alert.assignee, alert.changes) == ("open", "user:li", 2)  # worse than what was seen
    house.load()
    house.turn()
    (item,) = house.ledger.items.page("alert", tenant=TENANT)
    assert (item.state, read_alert(item).ground) == ("closed", "lifted")
    with pytest.raises(alerts.AlertChangeError, match="state"):
        alerts.change(
            house.ledger, item, state="acknowledged", assignee=None, note=None, ground=None, actor="user:li",
            at=house.now, expect=item.version,
        )  # fmt: skip


def test_work_that_is_stopped_goes_on_where_it_stood_and_tells_each_change_once(house: WatchHouse) -> None:
    subjects = [org(f"临江第{n}建材有限公司", 100 + n) for n in range(300)]
    house.load()
    house.watch(*(party("", 100 + n, str(n)) for n in range(300)))
    house.turn()
    house.load(*(listing(str(n), one) for n, one in enumerate(subjects)))

    class StoppedError(Exception):
        pass

    for budget in (40, 150, 150, 7):
        left = [budget]

        def go_on(left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise StoppedError

        with pytest.raises(StoppedError):
            house.rescreening(go_on).turn()
    kept = house.ledger.watching.progress(NAME)
    assert kept is not None
    assert msgspec.json.decode(kept.value, type=Progress).cursor
    house.turn()
    assert sorted(int(one.ref) for one in house.changes()) == list(range(300))
    assert house.ledger.verify().ok


def test_two_workers_at_once_tell_each_change_once(house: WatchHouse) -> None:
    house.load()
    house.watch(party("", 1, "a"))
    house.turn()
    house.load(listing("A", CHENGYUAN))
    other = house.rescreening()
    tripped: list[bool] = []

    def go_on() -> None:
        if not tripped:
            tripped.append(True)
            other.turn()

    with pytest.raises(LedgerError, match="stale_work"):
        house.rescreening(go_on).turn()
    assert told(house.changes()) == [("a", "new", "A01", "")]


def test_what_is_due_does_not_keep_changes_waiting(house: WatchHouse) -> None:
    house.load()
    house.watch(*(party("", 100 + n, str(n)) for n in range(5)))
    work = house.rescreening()
    work._clock = iter([house.now, house.now, house.now, *[house.now + SLICE] * 9]).__next__
    work.turn()
    assert work.decided == 0


@pytest.mark.parametrize("seed", range(3))
def test_nobody_is_missed_in_worlds_of_relations(house: WatchHouse, seed: int) -> None:
    """An oracle: after any change, what is recorded is what deciding everybody anew would find."""
    chance = random.Random(seed)
    companies = [org(f"临江第{n}建设有限公司", n) for n in range(1, 25)]
    people = [person(f"虚构{n}某", f"3299011980010{n:02d}01{n % 10}X"[:18]) for n in range(10, 16)]
    kinds = [RelationType.HOLDS, RelationType.BRANCH_OF, RelationType.SUCCEEDS, RelationType.CONTROLS]
    register: list[Record] = [row(one) for one in companies]

    def ties() -> list[Record]:
        made: dict[str, Record] = {}
        for _ in range(20):
            src, dst = chance.sample(companies, 2)
            kind = chance.choice(kinds)
            more = {"share": chance.choice(["30", "51", "100"])} if kind is RelationType.HOLDS else {}
            one = relation(kind, src, dst, **more)
            made[one.key] = one
        for _ in range(8):
            kind = chance.choice([RelationType.LEGAL_REP_OF, RelationType.DIRECTOR_OF, RelationType.HOLDS])
            more = {"share": "60"} if kind is RelationType.HOLDS else {}
            one = relation(kind, chance.choice(people), chance.choice(companies), **more)
            made[one.key] = one
        return list(made.values())

    def lists() -> list[Record]:
        subjects = chance.sample([*companies, *people], 4)
        return [
            listing(
                f"{one.name}-{chance.randrange(2)}", one, list_code=chance.choice(["SXBZXR", "ZDSS", "TQGZ"])
            )
            for one in subjects
        ]

    related, listed = ties(), lists()
    house.load(*register, *related, *listed)
    house.watch(
        *(party("", n, str(n)) for n in range(1, 21)), *(party(c.name, 0, c.name) for c in companies[20:])
    )
    house.turn()
    for step in range(4):
        if step % 2:
            related = [*chance.sample(related, 18), *chance.sample(ties(), 3)]
            related = list({one.key: one for one in related}.values())
        else:
            listed = lists()
        house.load(*register, *related, *listed)
        house.turn()
        assert house.recorded() == house.expected()
