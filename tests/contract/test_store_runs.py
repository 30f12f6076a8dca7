"""What every store owes a load: old state or new state, nothing lost, nothing counted twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta, timezone

import msgspec
import pytest
from store_records import (
    LIST,
    batch,
    current,
    day,
    listing,
    load,
    org,
    person,
    relation,
    row,
    snapshot,
    status,
    uscc,
)

from graph.model import Party, Status
from graph.relations import RelationType
from graph.store import Batch, Changes, Store, StoreError
from graph.stores.content import content_hash


def test_empty_store_answers(store: Store) -> None:
    assert store.generation() == 0
    assert store.publications() == []
    assert store.snapshots() == []
    assert store.counts() == {}
    assert list(store.iter_listings(LIST)) == []
    assert list(store.iter_parties()) == []
    assert list(store.iter_edges()) == []
    assert store.get("P0000000001") is None
    assert store.get("nobody") is None
    assert store.find("uscc", uscc(1)) is None
    assert store.search("临江市") == []
    assert store.expand(["P0000000001", "x"]) == ([], 0)
    assert store.listings_of("P0000000001") == []
    assert store.same_as("P0000000001") == []


def test_first_load_is_published_with_its_figures(store: Store) -> None:
    publication = load(store, [listing("A"), listing("B")], at=day(1))
    assert publication.number == 1
    assert publication.changes == (Changes(dataset=LIST, source="court", added=2),)
    assert store.publications() == [publication]
    assert store.counts() == {LIST: 2}
    assert [one.taken_at for one in store.snapshots()] == [day(1)]
    assert store.generation() == 1


def test_second_load_of_the_same_changes_nothing_but_the_age(store: Store) -> None:
    records = [listing("A"), listing("B", person("虚构张三"))]
    load(store, records, at=day(1))
    before = list(store.iter_listings(LIST))
    moved = msgspec.structs.replace(records[0].source, file="b.csv", row=9, taken_at=day(2))
    again = [msgspec.structs.replace(one, source=moved) for one in records]
    publication = load(store, again, at=day(2))
    assert publication.changes == (Changes(dataset=LIST, source="court", unchanged=2),)
    assert list(store.iter_listings(LIST)) == before
    assert store.snapshots()[0].taken_at == day(2)
    assert store.snapshots(1)[0].taken_at == day(1)


def test_same_record_twice_in_a_run_counts_once(store: Store) -> None:
    store.begin("t", [snapshot()])
    store.write(batch([listing("A"), listing("A")]))
    store.write(batch([listing("A")]))
    assert store.publish(day(1)).changes == (Changes(dataset=LIST, source="court", added=1),)
    store.begin("u", [snapshot()])
    store.write(batch([listing("A")]))
    store.write(batch([listing("A")]))
    assert store.publish(day(2)).changes == (Changes(dataset=LIST, source="court", unchanged=1),)
    assert len(list(store.iter_listings(LIST))) == 1


def test_later_batch_of_a_run_wins(store: Store) -> None:
    load(store, [listing("A", measure="一")], at=day(1))
    store.begin("t", [snapshot()])
    store.write(batch([listing("A", measure="二"), listing("N", measure="二")]))
    store.write(batch([listing("A", measure="三"), listing("N", measure="三")]))
    changes = store.publish(day(2)).changes
    assert changes == (Changes(dataset=LIST, source="court", added=1, updated=1),)
    assert current(store, "A").listing.measure == "三"
    assert current(store, "N").listing.measure == "三"
    assert store.counts() == {LIST: 2}


def test_changed_record_gets_a_version_and_keeps_the_old_one(store: Store) -> None:
    load(store, [listing("A", measure="全部未履行")], at=day(1))
    publication = load(store, [listing("A", measure="部分履行")], at=day(2))
    assert publication.changes == (Changes(dataset=LIST, source="court", updated=1),)
    old, new = store.iter_listings(LIST)
    assert (old.from_gen, old.to_gen, old.listing.measure) == (1, 2, "全部未履行")
    assert (new.from_gen, new.to_gen, new.listing.measure) == (2, None, "部分履行")
    assert old.party == new.party
    assert current(store, "A", known=1).listing.measure == "全部未履行"


def test_content_hash_is_what_the_listing_says(store: Store) -> None:
    load(
        store,
        [listing("A", org("临江市华安有限公司", uscc(1)), reason='引号 "source":{"x":1},"s 与换行\n')],
        at=day(1),
    )
    for version in store.iter_listings(LIST):
        assert version.content_hash == content_hash(version.listing).hex()


def test_readers_see_nothing_of_a_staged_run(store_factory: Callable[[], Store]) -> None:
    writer, reader = store_factory(), store_factory()
    load(writer, [listing("A"), listing("B")], at=day(1))
    before = list(reader.iter_listings(LIST))
    writer.begin("t", [snapshot(taken_at=day(2))])
    writer.write(batch([listing("A", measure="新"), listing("C", org("临江市丙有限公司", uscc(3)))]))
    writer.end_missing(LIST, "court")
    assert [one.added for one in writer.staged_changes()] == [1]
    for handle in (reader, writer):
        assert handle.generation() == 1
        assert list(handle.iter_listings(LIST)) == before
        assert handle.counts() == {LIST: 2}
        assert handle.find("uscc", uscc(3)) is None
        assert handle.search("临江市丙有限公司") == []
        assert len(list(handle.iter_parties())) == 2
    writer.publish(day(2))
    assert reader.generation() == 2
    assert reader.find("uscc", uscc(3)) is not None


def test_abort_leaves_no_trace(store: Store) -> None:
    load(store, [listing("A"), listing("B")], at=day(1))
    before, parties = list(store.iter_listings(LIST)), list(store.iter_parties())
    store.begin("t", [snapshot(taken_at=day(2))])
    store.write(batch([listing("A", measure="新"), listing("C", org("临江市丙有限公司", uscc(3)))]))
    store.end_missing(LIST, "court")
    store.abort()
    assert list(store.iter_listings(LIST)) == before
    assert list(store.iter_parties()) == parties
    with pytest.raises(StoreError, match=r"store\.no_run"):
        store.write(Batch())
    publication = load(store, [listing("A"), listing("B")], at=day(2))
    assert publication.number == 2
    assert publication.changes == (Changes(dataset=LIST, source="court", unchanged=2),)


def test_other_token_discards_an_interrupted_run(store_factory: Callable[[], Store]) -> None:
    first = store_factory()
    first.begin("one", [snapshot()])
    first.write(batch([listing("A"), listing("B")]))
    first.staged_changes()
    first.close()
    second = store_factory()
    assert second.begin("two", [snapshot()]) == 1
    assert second.staged() == 0
    second.write(batch([listing("C")]))
    assert second.publish(day(1)).changes == (Changes(dataset=LIST, source="court", added=1),)
    assert [one.listing.key for one in second.iter_listings(LIST)] == ["C"]


def test_same_token_resumes_with_everything_it_named(store_factory: Callable[[], Store]) -> None:
    first = store_factory()
    load(first, [listing("A"), listing("B"), listing("Z")], at=day(1))
    first.begin("t", [snapshot(taken_at=day(2))])
    first.write(batch([listing("A"), listing("N", org("临江市新有限公司", uscc(9)))]))
    first.staged_changes()
    first.close()
    second = store_factory()
    assert second.begin("t", [snapshot(taken_at=day(2))]) == 2
    assert second.staged() == 2
    second.write(batch([listing("B", measure="新")]))
    assert second.staged() == 3
    assert second.end_missing(LIST, "court") == 1
    changes = second.publish(day(2)).changes
    assert changes == (Changes(dataset=LIST, source="court", added=1, updated=1, ended=1, unchanged=1),)
    assert status(second, "Z", day(3)) is Status.REMOVED


def test_begin_again_in_the_midst_keeps_what_is_staged(store: Store) -> None:
    load(store, [listing("A"), listing("B"), listing("C")], at=day(1))
    store.begin("t", [snapshot(taken_at=None)])
    store.write(batch([listing("A"), listing("N")]))
    assert store.begin("t", [snapshot(taken_at=day(5))]) == 2
    assert store.staged() == 2
    store.write(batch([listing("B")]))
    store.end(LIST, ["B"], event="REPAIRED", at=day(4))
    assert store.begin("t", [snapshot(taken_at=day(5))]) == 2
    assert store.end_missing(LIST, "court") == 1
    publication = store.publish(day(6))
    assert publication.changes == (Changes(dataset=LIST, source="court", added=1, ended=2, unchanged=2),)
    assert store.snapshots()[0].taken_at == day(5)
    assert [status(store, key, day(7)) for key in "ABCN"] == [
        Status.ACTIVE, Status.REPAIRED, Status.REMOVED, Status.ACTIVE,
    ]  # fmt: skip


def test_failed_write_gives_up_the_run_and_nothing_else(store: Store) -> None:
    load(store, [listing("A")], at=day(1))
    store.begin("t", [snapshot()])
    store.write(batch([listing("B")]))
    with pytest.raises(UnicodeEncodeError):
        store.write(batch([listing("\ud800")]))
    with pytest.raises(StoreError, match=r"store\.no_run"):
        store.staged()
    assert store.begin("t", [snapshot()]) == 2
    assert store.staged() == 0
    store.write(batch([listing("A"), listing("B")]))
    assert store.publish(day(2)).changes == (Changes(dataset=LIST, source="court", added=1, unchanged=1),)


def test_one_writer_at_a_time(store_factory: Callable[[], Store]) -> None:
    first, second = store_factory(), store_factory()
    load(first, [listing("A", person("虚构张三"))], at=day(1))
    first.begin("t", [snapshot()])
    for write in (
        lambda: second.begin("u", []),
        lambda: second.abort(),
        lambda: second.erase("P0000000001", reason="", recorded_at=day(2)),
    ):
        with pytest.raises(StoreError, match=r"store\.busy"):
            write()
    first.publish(day(2))
    assert second.begin("u", []) == 3


def test_delta_ends_nothing(store: Store) -> None:
    load(store, [listing("A"), listing("B")], at=day(1))
    publication = load(store, [listing("C")], at=day(2), full=False)
    assert publication.changes == (Changes(dataset=LIST, source="court", added=1),)
    assert store.counts() == {LIST: 3}


def test_two_sources_of_a_list_do_not_end_each_other(store: Store) -> None:
    load(store, [listing("A")], at=day(1), snapshots=[snapshot(source="court-1")])
    load(
        store, [listing("B"), listing("A", measure="别处")], at=day(2), snapshots=[snapshot(source="court-2")]
    )
    assert store.counts() == {LIST: 3}
    load(store, [listing("C")], at=day(3), snapshots=[snapshot(source="court-2", taken_at=day(3))])
    states = {(one.listing.key, one.listing.measure): one.listing.status(day(4)) for one in store.iter_listings(LIST)
              if one.to_gen is None}  # fmt: skip
    assert states == {
        ("A", ""): Status.ACTIVE, ("B", ""): Status.REMOVED, ("A", "别处"): Status.REMOVED, ("C", ""): Status.ACTIVE,
    }  # fmt: skip
    assert [one.source for one in store.snapshots()] == ["court-1", "court-2"]


def test_two_sources_in_one_run_are_told_apart_by_their_records(store: Store) -> None:
    both = [snapshot(source="one"), snapshot(source="two")]
    load(store, [listing("A", publisher="one"), listing("A", publisher="two")], at=day(1), snapshots=both)
    assert store.counts() == {LIST: 2}
    store.begin("t", both)
    with pytest.raises(StoreError, match=r"store\.source"):
        store.write(batch([listing("A")]))
    assert store.generation() == 1


def test_known_at_finds_the_generation_by_time_whatever_the_zone(store: Store) -> None:
    load(store, [listing("A")], at=day(1))
    load(store, [listing("B")], at=day(2))
    west = timezone(timedelta(hours=-8))
    assert store.generation(day(1) - timedelta(microseconds=1)) == 0
    assert store.generation(day(1).astimezone(UTC)) == 1
    assert store.generation((day(2) - timedelta(microseconds=1)).astimezone(west)) == 1
    assert store.generation(day(2).astimezone(west)) == 2


def test_publications_never_go_back_in_time(store: Store) -> None:
    load(store, [listing("A")], at=day(5))
    publication = load(store, [listing("B")], at=day(4))
    assert publication.recorded_at == day(5) + timedelta(microseconds=1)
    assert publication.asked_at == day(4)
    assert store.publications()[1] == publication
    assert store.generation(day(5)) == 1


@pytest.mark.parametrize(
    "name",
    [
        "临江市𠮷𡘙建设有限公司",
        "临江市😀有限公司",
        "شركة لينجيانغ",
        "a\u0000b",
        "e\u0301\u202e",
        "临江市'\";--有限公司",
    ],
)
def test_any_text_comes_back_as_it_was(store: Store, name: str) -> None:
    record = listing(f"键{name}", org(name, uscc(1)), reason=name, raw={name: name})
    load(store, [record, row(name, org(name, uscc(1))), relation(name, RelationType.HOLDS, org(name), org(name))],
         at=day(1), snapshots=[snapshot(), snapshot("register", "r")])  # fmt: skip
    (version,) = store.iter_listings(LIST)
    assert version.listing == record
    party = store.find("uscc", uscc(1))
    assert party is not None
    assert name in [one.text for one in party.names]
    assert len(store.same_as(party.key)) == 2


def test_large_evidence(store: Store) -> None:
    record = listing("A", raw={"正文": "虚" * 100_000})
    load(store, [record], at=day(1))
    assert next(iter(store.iter_listings(LIST))).listing == record


def test_raw_rows_are_the_same_as_the_versions(store: Store) -> None:
    load(store, [listing("A", org("临江市甲有限公司", uscc(1))), listing("B", person("虚构张三"))], at=day(1))
    load(store, [listing("A", org("临江市甲有限公司", uscc(1)), measure="新")], at=day(2))
    versions = list(store.iter_listings(LIST))
    rows = list(store.iter_listing_rows(LIST))
    assert [(msgspec.json.decode(doc, type=type(one.listing)), digest, low, high, party)
            for (doc, digest, low, high, party), one in zip(rows, versions, strict=True)] == [
        (one.listing, one.content_hash, one.from_gen, one.to_gen, one.party) for one in versions
    ]  # fmt: skip
    assert len(rows) == 4
    # the person with a name only leads nowhere: among all parties, not among those a screening reads
    coded = [one for one in store.iter_parties() if one.ids]
    assert len(coded) == len(list(store.iter_parties())) - 1
    assert [(key, msgspec.json.decode(doc, type=Party)) for key, doc in store.iter_party_rows()] == [
        (one.key, one) for one in coded
    ]


def test_register_rows_and_relations_end_too(store: Store) -> None:
    register = [snapshot("register", "r")]
    edge = relation("E", RelationType.LEGAL_REP_OF, person("虚构张三"), org("临江市甲有限公司", uscc(1)))
    first = load(store, [row("1", org("临江市甲有限公司", uscc(1))), row("2", org("临江市乙有限公司", uscc(2))), edge],
                 at=day(1), snapshots=register)  # fmt: skip
    assert first.changes[0].added == 3
    second = load(store, [row("1", org("临江市甲有限公司", uscc(1)))], at=day(2), snapshots=register)
    assert second.changes == (Changes(dataset="register", source="r", ended=2, unchanged=1),)
    assert store.counts() == {"register": 1}
    gone = store.find("uscc", uscc(2))
    assert gone is not None
    assert gone.mentions == ()
    assert store.find("uscc", uscc(2), known=1) is not None
    (version, _), = store.iter_edges()  # fmt: skip
    assert (version.from_gen, version.to_gen) == (1, 2)
    third = load(store, [row("1", org("临江市甲有限公司", uscc(1))), edge], at=day(3), snapshots=register)
    assert third.changes == (Changes(dataset="register", source="r", added=1, unchanged=1),)


def test_touched_marks_change_with_the_rows(store: Store) -> None:
    load(store, [listing("A")], at=day(1))
    marks = store.touched(LIST), store.touched("XZXF"), store.touched("")
    load(store, [listing("A")], at=day(2))
    assert (store.touched(LIST), store.touched("XZXF"), store.touched("")) == marks
    load(store, [listing("B")], at=day(3), full=False)
    assert store.touched(LIST) != marks[0]
    assert store.touched("") != marks[2]
    load(store, [listing("X", code="XZXF")], at=day(4), snapshots=[snapshot("XZXF")])
    assert store.touched(LIST) != store.touched("")
