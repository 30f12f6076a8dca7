"""How a listing ends and comes back, in every store."""

from __future__ import annotations

from datetime import timedelta

import pytest
from store_records import LIST, batch, current, day, listing, load, snapshot, status

from graph.model import Interval, Status, StatusEvent
from graph.store import Changes, Store
from graph.stores.content import content_hash


def test_missing_record_is_removed_from_when_the_snapshot_was_taken(store: Store) -> None:
    load(store, [listing("A"), listing("B")], at=day(1))
    store.begin("t", [snapshot(taken_at=day(10))])
    store.write(batch([listing("A")]))
    assert store.end_missing(LIST, "court") == 1
    assert store.end_missing(LIST, "court") == 0
    publication = store.publish(day(12))
    assert publication.changes == (Changes(dataset=LIST, source="court", ended=1, unchanged=1),)
    assert status(store, "B", day(10) - timedelta(seconds=1)) is Status.ACTIVE
    assert status(store, "B", day(10)) is Status.REMOVED
    assert status(store, "B", day(11), known=1) is Status.ACTIVE
    assert status(store, "A", day(11)) is Status.ACTIVE
    assert store.counts() == {LIST: 1}
    assert store.counts(1) == {LIST: 2}
    for version in store.iter_listings(LIST):
        assert version.content_hash == content_hash(version.listing).hex()


def test_removal_without_a_time_counts_from_the_publication(store: Store) -> None:
    load(store, [listing("A"), listing("B")], at=day(1))
    load(store, [listing("A")], at=day(12), snapshots=[snapshot(taken_at=None)])
    assert status(store, "B", day(12) - timedelta(microseconds=1)) is Status.ACTIVE
    assert status(store, "B", day(12)) is Status.REMOVED
    version = current(store, "B")
    assert version.content_hash == content_hash(version.listing).hex()
    load(store, [listing("A"), listing("B")], at=day(20), snapshots=[snapshot(taken_at=None)])
    assert status(store, "B", day(15)) is Status.REMOVED
    assert status(store, "B", day(20)) is Status.ACTIVE


def test_record_that_comes_back_is_in_force_again_and_keeps_the_gap(store: Store) -> None:
    load(store, [listing("A"), listing("B")], at=day(1))
    load(store, [listing("A")], at=day(10))
    publication = load(store, [listing("A"), listing("B")], at=day(20))
    assert publication.changes == (Changes(dataset=LIST, source="court", updated=1, unchanged=1),)
    assert [status(store, "B", day(number)) for number in (5, 10, 19, 20, 30)] == [
        Status.ACTIVE, Status.REMOVED, Status.REMOVED, Status.ACTIVE, Status.ACTIVE,
    ]  # fmt: skip
    assert store.counts() == {LIST: 2}
    again = load(store, [listing("A"), listing("B")], at=day(21))
    assert again.changes == (Changes(dataset=LIST, source="court", unchanged=2),)
    load(store, [listing("A")], at=day(30))
    assert [status(store, "B", day(number)) for number in (15, 25, 30)] == [
        Status.REMOVED, Status.ACTIVE, Status.REMOVED,
    ]  # fmt: skip


def test_end_with_a_decision(store: Store) -> None:
    load(store, [listing("A"), listing("B"), listing("C")], at=day(1))
    store.begin("t", [])
    at = day(5) + timedelta(hours=9)
    assert store.end(LIST, ["A", "nobody"], event="REPAIRED", at=at, reason="信用修复") == 1
    assert store.end(LIST, ["A"], event="REPAIRED", at=at, reason="信用修复") == 1
    assert store.end(LIST, ["B"], event="REVOKED", at=at) == 1
    assert store.end(LIST, ["C"], event="TEMP_LIFTED", at=at) == 1
    assert store.end("XZXF", ["A"], event="REPAIRED", at=at) == 0
    with pytest.raises(ValueError):
        store.end(LIST, ["C"], event="ACTIVE", at=at)
    changes = store.publish(day(6)).changes
    assert changes == (Changes(dataset=LIST, source="court", ended=2, updated=1),)
    assert status(store, "A", at - timedelta(minutes=1)) is Status.ACTIVE
    assert status(store, "A", at) is Status.REPAIRED
    assert status(store, "B", at) is Status.REVOKED
    assert status(store, "C", at) is Status.TEMP_LIFTED
    assert current(store, "A").listing.events[0].reason == "信用修复"
    assert store.counts() == {LIST: 1}


def test_being_named_again_does_not_undo_a_decision(store: Store) -> None:
    load(store, [listing("A")], at=day(1))
    store.begin("t", [])
    store.end(LIST, ["A"], event="REPAIRED", at=day(5))
    store.publish(day(6))
    assert load(store, [listing("A")], at=day(7)).changes[0].unchanged == 1
    load(store, [listing("A", measure="别的")], at=day(8))
    assert status(store, "A", day(9)) is Status.REPAIRED
    # Gone from the list and named again: a new listing.
    load(store, [], at=day(10))
    load(store, [listing("A", measure="别的")], at=day(20))
    assert status(store, "A", day(15)) is Status.REPAIRED
    assert status(store, "A", day(21)) is Status.ACTIVE


def test_listing_that_begins_after_the_decision_is_in_force(store: Store) -> None:
    load(store, [listing("A")], at=day(1))
    store.begin("t", [])
    store.end(LIST, ["A"], event="REPAIRED", at=day(5))
    store.publish(day(6))
    load(store, [listing("A", effect=Interval(start=day(8)))], at=day(9))
    assert status(store, "A", day(9)) is Status.ACTIVE


def test_events_of_the_publisher_are_kept(store: Store) -> None:
    pause = StatusEvent(status=Status.TEMP_LIFTED, span=Interval(start=day(2), end=day(4)))
    repaired = StatusEvent(status=Status.REPAIRED, span=Interval(start=day(3)))
    load(store, [listing("A", events=(pause,)), listing("B", events=(repaired,))], at=day(5))
    assert store.counts() == {LIST: 1}
    load(store, [], at=day(10))
    assert [one.status for one in current(store, "A").listing.events] == [Status.TEMP_LIFTED, Status.REMOVED]
    load(store, [listing("A"), listing("B", events=(repaired,))], at=day(12))
    assert [one.status for one in current(store, "A").listing.events] == [Status.REMOVED]
    assert status(store, "A", day(13)) is Status.ACTIVE
    assert status(store, "B", day(13)) is Status.REPAIRED
