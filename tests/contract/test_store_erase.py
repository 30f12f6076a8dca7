"""What every store owes a person: erased from every version, while histories still add up (PIPL art. 47)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from store_records import LIST, day, listing, load, org, person, relation, row, snapshot, uscc

from graph.model import PartyType, Related, SameAs, Status
from graph.relations import RelationType
from graph.store import Store, StoreError

NUMBER = "32089919900101003X"
NAME = "虚构欧阳小甲"
OTHER = "虚构诸葛小乙"


@pytest.fixture
def loaded(store: Store) -> Store:
    """A person in two versions of a listing, in the register, in a relation, and quoted in someone else's row."""
    man = person(NAME, NUMBER, address="临江市虚构路1号")
    company = listing(
        "公司", org("临江市甲有限公司", uscc(1)), raw={"法定代表人": NAME, "证件号码": NUMBER, "案号": "虚案1"},
        related=(Related(role="legal_rep", mention=man),),
    )  # fmt: skip
    load(
        store,
        [listing(f"案1-{NAME}", man, raw={"姓名": NAME, "证件": NUMBER}, reason=f"{NAME}拒不履行")],
        at=day(1),
    )
    load(store, [listing(f"案1-{NAME}", man, raw={"姓名": NAME, "证件": NUMBER}, measure="部分履行"), company,
                 listing("案2", person(OTHER))], at=day(2))  # fmt: skip
    edge = relation("E", RelationType.LEGAL_REP_OF, man, org("临江市甲有限公司", uscc(1)))
    load(store, [row("9", man, phone="000"), edge], at=day(3), snapshots=[snapshot("register", "r")])
    return store


def test_person_is_gone_from_every_version(loaded: Store) -> None:
    party = loaded.find("citizen_id", NUMBER)
    assert party is not None
    before = [(one.from_gen, one.to_gen, one.content_hash) for one in loaded.iter_listings(LIST)]
    assert loaded.erase(party.key, reason="本人请求", recorded_at=day(4)) == 5
    assert loaded.find("citizen_id", NUMBER) is None
    assert loaded.find("citizen_id", NUMBER, known=1) is None
    assert loaded.search(NAME) == []
    blank = loaded.get(party.key)
    assert blank is not None
    assert (blank.type, blank.names, blank.ids) == (PartyType.PERSON, (), ())
    text = repr([list(loaded.iter_listings(LIST)), list(loaded.iter_parties()), list(loaded.iter_edges()),
                 loaded.same_as(party.key), loaded.listings_of(party.key, known=1)])  # fmt: skip
    assert NUMBER not in text
    assert f"{NAME}拒不履行" not in text
    assert [(one.from_gen, one.to_gen, one.content_hash) for one in loaded.iter_listings(LIST)] == before
    assert loaded.counts() == {LIST: 3, "register": 2}
    assert [one.number for one in loaded.publications()] == [1, 2, 3, 4]


def test_others_are_left_as_they_are(loaded: Store) -> None:
    party = loaded.find("citizen_id", NUMBER)
    assert party is not None
    loaded.erase(party.key, reason="", recorded_at=day(4))
    listings = {one.listing.key: one.listing for one in loaded.iter_listings(LIST) if one.to_gen is None}
    assert listings["案2"].subject.name == OTHER
    assert listings["公司"].raw == {"法定代表人": NAME, "证件号码": "", "案号": "虚案1"}
    assert loaded.find("uscc", uscc(1)) is not None
    assert loaded.search(OTHER)


@pytest.mark.parametrize("store_factory", ["embedded"], indirect=True)
def test_bytes_are_gone_from_the_file(loaded: Store, store_factory: Callable[[], Store]) -> None:
    path = Path(loaded.url.removeprefix("sqlite://"))
    files = [path, Path(f"{path}-wal")]
    party = loaded.find("citizen_id", NUMBER)
    assert party is not None
    assert any(NUMBER.encode() in one.read_bytes() for one in files)
    loaded.erase(party.key, reason="本人请求", recorded_at=day(4))
    for one in files:
        assert NUMBER.encode() not in one.read_bytes()
        assert f"{NAME}拒不履行".encode() not in one.read_bytes()
        assert f"案1-{NAME}".encode() not in one.read_bytes()


def test_the_same_list_again_does_not_bring_the_person_back(loaded: Store) -> None:
    party = loaded.find("citizen_id", NUMBER)
    assert party is not None
    loaded.erase(party.key, reason="", recorded_at=day(4))
    man = person(NAME, NUMBER, address="临江市虚构路1号")
    again = listing(f"案1-{NAME}", man, raw={"姓名": NAME, "证件": NUMBER}, measure="部分履行")
    changes = load(loaded, [again], at=day(5), full=False).changes
    assert (changes[0].added, changes[0].updated, changes[0].unchanged) == (0, 0, 1)
    assert loaded.find("citizen_id", NUMBER) is None


def test_erased_record_still_ends(loaded: Store) -> None:
    party = loaded.find("citizen_id", NUMBER)
    assert party is not None
    loaded.erase(party.key, reason="", recorded_at=day(4))
    load(loaded, [listing("案2", person(OTHER))], at=day(6))
    erased = [one.listing for one in loaded.listings_of(party.key)]
    assert [one.status(day(7)) for one in erased] == [Status.REMOVED]


def test_person_without_a_number(store: Store) -> None:
    load(store, [listing("A", person(NAME)), listing("B", person(NAME))], at=day(1))
    assert store.erase("P0000000001", reason="", recorded_at=day(2)) == 1
    names = {one.listing.key: one.listing.subject.name for one in store.iter_listings(LIST)}
    assert names == {"A": "", "B": NAME}
    assert [one.party.key for one in store.search(NAME)] == ["P0000000002"]


def test_mention_that_a_human_linked_goes_too(store: Store) -> None:
    load(store, [listing("A", person(NAME, NUMBER)), listing("B", person(NAME))], at=day(1))
    store.link(
        SameAs(mention="SXBZXR/court/B", party="P0000000001", tier="human", decided_by="r"),
        recorded_at=day(2),
    )
    assert store.erase("P0000000001", reason="", recorded_at=day(3)) == 2
    assert {one.listing.subject.name for one in store.iter_listings(LIST)} == {""}


def test_companies_and_strangers_are_not_erased(loaded: Store) -> None:
    company = loaded.find("uscc", uscc(1))
    assert company is not None
    with pytest.raises(StoreError, match=r"store\.not_person"):
        loaded.erase(company.key, reason="", recorded_at=day(4))
    assert loaded.erase("P0000009999", reason="", recorded_at=day(4)) == 0
    assert loaded.erase("nobody", reason="", recorded_at=day(4)) == 0
    assert loaded.generation() == 3
