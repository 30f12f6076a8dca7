"""What must hold of every decision, whatever the records: monotone, deterministic, closed when something is missing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from graph import text
from graph.dates import CST, end_of_day, start_of_day
from graph.generation import current_generation, publish
from graph.identifiers import org_code_check_character, uscc_check_character
from graph.model import Id, Interval, Listing, Mention, PartyType, Penalty, Source, Status, StatusEvent
from graph.store import Batch, SnapshotInfo, open_store
from matching.decision import Decision, Verdict, to_json
from matching.policy import load_policy
from matching.request import DecisionRequest
from matching.screening import Screener

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=CST)
TAKEN = NOW - timedelta(hours=2)
LISTS = ("SXBZXR", "ZDSS", "ZFCG", "ZDWF", "ZTBJ", "YZWF", "JYYC", "TQGZ", "XZXF", "RED")
NAMES = ("临江澄远建设工程有限公司", "临江启禾市政园林有限公司", "临江朗佑信息科技有限公司")
KEY = b"k" * 32


def _code(number: int) -> str:
    body = f"MAPRP{number:03d}"
    first = "91329901" + body + org_code_check_character(body)
    return first + uscc_check_character(first)


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    """A record about one of three companies, with or without its code, in any state."""
    who = draw(st.integers(0, 2))
    ids = draw(
        st.sampled_from(
            (
                (Id(scheme="uscc", value=_code(who)),),
                (Id(scheme="org_code", value=_code(who)[8:17]),),
                (),
                (Id(scheme="uscc", value=_code(who + 10)),),
            )
        )
    )
    start = start_of_day(date(2024, 1, 1) + timedelta(days=draw(st.integers(0, 1200))))
    end = draw(st.one_of(st.none(), st.integers(1, 900).map(lambda d: start + timedelta(days=d))))
    events: tuple[StatusEvent, ...] = ()
    if draw(st.booleans()):
        status = draw(st.sampled_from((Status.REMOVED, Status.REPAIRED, Status.TEMP_LIFTED, Status.DISPUTED)))
        since = start + timedelta(days=draw(st.integers(0, 1000)))
        until = end_of_day(since.date()) + timedelta(days=30) if status is Status.TEMP_LIFTED else None
        events = (StatusEvent(status=status, span=Interval(start=since, end=until)),)
    return Listing(
        list_code=draw(st.sampled_from(LISTS)),
        key=f"r{draw(st.integers(0, 10**9))}",
        subject=Mention(type=PartyType.ORGANIZATION, name=NAMES[who], n6=text.org_key(NAMES[who]), ids=ids),
        effect=Interval(start=start, end=end),
        events=events,
        penalty=Penalty(kinds=("suspension",), decided_on=start.date()),
        authority="临江市清溪区人民法院",
        source=Source(dataset="test", taken_at=TAKEN),
    )


@contextmanager
def screener(records: Sequence[Listing], lists: Sequence[str] = LISTS) -> Iterator[Screener]:
    """A screener over exactly these records and lists."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        store = open_store(str(home / "store.db"), create=True)
        try:
            snapshots = [
                SnapshotInfo(dataset=code, source="test", full=True, taken_at=TAKEN) for code in lists
            ]
            store.begin("t", snapshots)
            listed = tuple({(r.list_code, r.key): r for r in records if r.list_code in lists}.values())
            store.write(Batch(listings=listed))
            store.publish(NOW - timedelta(hours=1))
            publish(store, home)
        finally:
            store.close()
        generation = current_generation(home)
        try:
            yield Screener(generation, load_policy(), None, pseudonym_key=KEY)
        finally:
            generation.close()


def _request(regime: str | None, order: Sequence[int] = (0, 1, 2)) -> DecisionRequest:
    bidders = [
        {"client_id": f"b{i}", "name": NAMES[i], "identifiers": [{"scheme": "uscc", "id": _code(i)}]}
        for i in order
    ]
    tender = {"id": "T", "object": "works", "funding": "government"} | ({"regime": regime} if regime else {})
    return DecisionRequest.model_validate({"tender": tender, "bidders": bidders})


def _screen(engine: Screener, request: DecisionRequest) -> Decision:
    return engine.evaluate(request, as_of=NOW, known_at=NOW, reviews_seq=0)


def _ranks(decision: Decision) -> dict[str, int]:
    return {bidder.client_id: bidder.verdict.rank for bidder in decision.bidders}


REGIMES = st.sampled_from(("mandatory_tender", "procurement_tender", "voluntary", None))
SLOW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SLOW
@given(st.lists(listings(), max_size=4), listings(), REGIMES)
def test_adding_a_record_never_lowers_a_verdict(
    base: list[Listing], extra: Listing, regime: str | None
) -> None:
    assume((extra.list_code, extra.key) not in {(one.list_code, one.key) for one in base})
    request = _request(regime)
    with screener(base) as engine:
        before = _ranks(_screen(engine, request))
    with screener([*base, extra]) as engine:
        after = _ranks(_screen(engine, request))
    assert all(after[client] >= before[client] for client in before)


@SLOW
@given(st.lists(listings(), max_size=3), st.sampled_from(("SXBZXR", "ZDSS", "ZFCG", "ZDWF")))
def test_without_a_required_list_nothing_is_clear(records: list[Listing], absent: str) -> None:
    with screener(records, [code for code in LISTS if code != absent]) as engine:
        decision = _screen(engine, _request("procurement_tender"))
    assert {bidder.verdict for bidder in decision.bidders} <= {Verdict.UNDETERMINED, Verdict.BLOCK}
    assert f"list:{absent}" in {entry.what for entry in decision.not_assessed}


@SLOW
@given(st.lists(listings(), max_size=4), st.permutations((0, 1, 2)), REGIMES)
def test_the_order_of_bidders_decides_nothing(
    records: list[Listing], order: list[int], regime: str | None
) -> None:
    with screener(records) as engine:
        straight = _screen(engine, _request(regime))
        mixed = _screen(engine, _request(regime, order))
    assert {b.client_id: to_json(b) for b in straight.bidders} == {
        b.client_id: to_json(b) for b in mixed.bidders
    }


@SLOW
@given(st.lists(listings(), max_size=4), REGIMES)
def test_the_same_records_give_the_same_bytes_in_another_store(
    records: list[Listing], regime: str | None
) -> None:
    request = _request(regime)
    with screener(records) as engine:
        first = _screen(engine, request)
    with screener(records) as engine:
        second = _screen(engine, request)
    assert to_json(first) == to_json(second)
    again = msgspec.json.decode(to_json(first), type=Decision)
    assert to_json(again) == to_json(first)


def test_only_a_strong_match_blocks() -> None:
    named = Listing(
        list_code="SXBZXR",
        key="n",
        subject=Mention(type=PartyType.ORGANIZATION, name=NAMES[0], n6=text.org_key(NAMES[0])),
        effect=Interval(start=start_of_day(date(2025, 1, 1))),
        source=Source(dataset="test", taken_at=TAKEN),
    )
    with screener([named]) as engine:
        decision = _screen(engine, _request("procurement_tender"))
    assert decision.bidders[0].verdict is Verdict.REVIEW


@pytest.mark.parametrize("zone", ["+00:00", "+08:00", "-05:00"])
def test_the_zone_of_the_clock_does_not_matter(zone: str) -> None:
    moment = NOW.astimezone(datetime.fromisoformat(f"2026-11-22T00:00:00{zone}").tzinfo)
    with screener([]) as engine:
        request = _request("procurement_tender")
        here = engine.evaluate(request, as_of=NOW, known_at=NOW, reviews_seq=0)
        there = engine.evaluate(request, as_of=moment, known_at=moment, reviews_seq=0)
    assert [b.verdict for b in here.bidders] == [b.verdict for b in there.bidders]
