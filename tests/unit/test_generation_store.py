"""From a real store to a generation: the same records, parties and relations, at every publication."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph import keys
from graph.generation import Generation, current_generation, open_generation, publish
from graph.generation.publish import prune
from graph.model import Id, Listing, Mention, Name, NameKind, PartyRecord, PartyType, Related, SameAs, Source
from graph.relations import Relation, RelationType
from graph.store import Batch, SnapshotInfo, Store, open_store

DAY = datetime(2026, 3, 1, 9, tzinfo=UTC)
FIRM, BUILDER = "临江市虚构贸易有限公司", "临江市虚构建设工程有限公司"
FIRM_CODE, BUILDER_CODE = "91320899MA1AAAAA0T", "91320899MA1BBBBB0X"
NUMBER = "320899197502281239"


def organization(name: str, code: str = "", names: tuple[Name, ...] = ()) -> Mention:
    ids = (Id(scheme="uscc", value=code),) if code else ()
    return Mention(type=PartyType.ORGANIZATION, name=name, ids=ids, names=names)


def person(name: str, number: str = "", state: str = "valid") -> Mention:
    ids = (Id(scheme="citizen_id", value=number, state=state),) if number else ()
    return Mention(type=PartyType.PERSON, name=name, ids=ids)


def listing(key: str, subject: Mention, **more: object) -> Listing:
    return Listing(list_code="SXBZXR", key=key, subject=subject, source=Source(dataset="SXBZXR"), **more)  # type: ignore[arg-type]


def load(store: Store, day: int, dataset: str, batch: Batch, *, full: bool = True) -> int:
    """One load of one file: stage, end what is missing, publish."""
    taken = DAY + timedelta(days=day)
    snapshot = SnapshotInfo(
        dataset=dataset, source="city", full=full, taken_at=taken, sha256=f"{dataset}{day}"
    )
    store.begin(f"{dataset}{day}", (snapshot,))
    store.write(batch)
    if full:
        store.end_missing(dataset, "city")
    return store.publish(taken + timedelta(hours=1)).number


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "graph.db"), create=True)
    register = Source(dataset="REGISTER")
    firm = organization(FIRM, FIRM_CODE, (Name(text="临江市虚构旧名有限公司", kind=NameKind.FORMER),))
    builder = organization(BUILDER, BUILDER_CODE)
    load(
        opened,
        1,
        "REGISTER",
        Batch(
            parties=(
                PartyRecord(key="1", subject=firm, attributes={"founded_on": "2010-01-01"}, source=register),
                PartyRecord(key="2", subject=builder, source=register),
            ),
            relations=(Relation(type=RelationType.HOLDS, key="1-2", src=firm, dst=builder, source=register),),
        ),
    )
    legal_rep = Related(role="legal_rep", mention=person("虚构甲", NUMBER))
    branch = organization(f"{BUILDER}临江第一分公司")
    load(
        opened,
        2,
        "SXBZXR",
        Batch(
            listings=(
                listing("a", firm, related=(legal_rep,)),
                listing("b", branch),
                listing("c", person("虚构乙", "3208991976****1239", "masked")),
            )
        ),
    )
    yield opened
    opened.close()


@pytest.fixture
def generation(store: Store, tmp_path: Path) -> Iterator[Generation]:
    with open_generation(tmp_path / "home", publish(store, tmp_path / "home")) as opened:
        yield opened


def found(generation: Generation, key: int) -> list[str]:
    return [generation.listing(ordinal).key for ordinal in generation.listings(key)]


def test_records_are_found_by_every_key(generation: Generation) -> None:
    assert (generation.number, len(generation)) == (2, 3)
    assert found(generation, keys.identifier("uscc", FIRM_CODE)) == ["a"]
    assert found(generation, keys.org_name("临江市虚构旧名有限公司")) == ["a"]
    assert found(generation, keys.branch_parent(BUILDER)) == ["b"]
    assert found(generation, keys.related(keys.person_name("虚构甲"))) == ["a"]
    assert len(generation.persons(keys.person_name("虚构乙"), "")) == 1
    assert len(generation.persons(keys.person_name("虚构乙"), NUMBER)) == 0


def test_the_register_knows_its_rows_only(generation: Generation) -> None:
    assert generation.registered(FIRM)
    assert generation.registered(BUILDER), "a row without attributes is a row"
    assert not generation.registered("临江市虚构旧名有限公司")
    assert not generation.registered(f"{BUILDER}临江第一分公司"), "only a list names it"


def test_parties_have_their_listings_and_relations(generation: Generation) -> None:
    (firm,) = generation.parties(keys.identifier("uscc", FIRM_CODE))
    (builder,) = generation.parties(keys.org_name(BUILDER))
    assert [generation.listing(ordinal).key for ordinal in generation.party_listings(firm)] == ["a"]
    (relation,) = generation.relations(builder, 2)
    assert (relation.src, relation.dst) == (generation.party(firm).key, generation.party(builder).key)
    assert generation.relations(firm, 0) == ()


def test_every_version_stands_as_the_store_has_it(store: Store, tmp_path: Path) -> None:
    load(store, 3, "SXBZXR", Batch(listings=(listing("a", organization(FIRM, FIRM_CODE), reason="改"),)))
    home = tmp_path / "home"
    with open_generation(home, publish(store, home)) as generation:
        versions = list(store.iter_listings("SXBZXR"))
        assert len(versions) == len(generation) > 3
        for ordinal, version in enumerate(versions):
            assert generation.listing(ordinal) == version.listing
            assert generation.listing_hash(ordinal) == version.content_hash
            for known in range(1, 4):
                shown = version.from_gen <= known and (version.to_gen is None or known < version.to_gen)
                assert generation.recorded(ordinal, known) == shown
        for known in range(1, 4):
            assert generation.lists(known).keys() == {s.dataset for s in store.snapshots(known)}
            if known > 1:
                assert generation.lists(known)["SXBZXR"].records == store.counts(known)["SXBZXR"]
            assert generation.known(store.publications()[known - 1].recorded_at) == known


def test_an_untouched_list_keeps_its_files(store: Store, tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = publish(store, home)
    load(store, 3, "ZFCG", Batch(listings=()))
    second = publish(store, home)
    assert first != second
    inodes = {(home / "generations" / ref / "list00-SXBZXR.docs").stat().st_ino for ref in (first, second)}
    assert len(inodes) == 1
    with current_generation(home) as generation:
        assert generation.lists(3)["ZFCG"].records == 0
        assert generation.lists(3)["ZFCG"].taken_at == DAY + timedelta(days=3)
        assert "ZFCG" not in generation.lists(2)


def test_a_humans_link_reaches_the_next_generation(
    store: Store, generation: Generation, tmp_path: Path
) -> None:
    (builder,) = generation.parties(keys.org_name(BUILDER))
    assert list(generation.party_listings(builder)) == []
    link = SameAs(
        mention="SXBZXR/city/b", party=generation.party(builder).key, tier="human", decided_by="审核员"
    )
    store.link(link, recorded_at=DAY + timedelta(days=5))
    with open_generation(tmp_path / "home", publish(store, tmp_path / "home")) as after:
        (builder,) = after.parties(keys.identifier("uscc", BUILDER_CODE))
        assert [after.listing(ordinal).key for ordinal in after.party_listings(builder)] == ["b"]


def test_what_is_erased_is_gone_after_pruning(store: Store, generation: Generation, tmp_path: Path) -> None:
    home = tmp_path / "home"
    name = "虚构乙"
    (ordinal,) = generation.persons(keys.person_name(name), "")
    (hit,) = store.search(name)
    assert name in generation.listing(ordinal).subject.name
    store.erase(hit.party.key, reason="个人信息保护法 47", recorded_at=DAY + timedelta(days=5))
    with open_generation(home, publish(store, home)) as after:
        assert after.persons(keys.person_name(name), "") == ()
    prune(home, set())
    held = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert FIRM.encode() in held
    assert name.encode() not in held
