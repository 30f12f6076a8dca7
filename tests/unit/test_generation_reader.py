"""What a screening asks a generation: by number, name, branch and person, at a moment in our records."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from graph import keys
from graph.generation import Generation, GenerationError, open_generation
from graph.generation.build import EdgeRow, ListingRow
from graph.generation.language import Language
from graph.generation.publish import publish_source
from graph.generation.source import Source
from graph.model import Id, Interval, Listing, Mention, Name, NameKind, Party, PartyType, Related
from graph.relations import PartyRelation, RelationType
from graph.store import Publication, SnapshotInfo

DAY = datetime(2026, 3, 1, 9, tzinfo=UTC)
LANGUAGE = Language(
    n6=lambda name, person: name.replace(" ", "").replace("（", "").replace("）", ""),
    stems=lambda n6: (n6.removesuffix("临江分公司"), n6[:4]) if n6.endswith("临江分公司") else (),
)
ORG, PERSON = PartyType.ORGANIZATION, PartyType.PERSON
CODE = "91320899MA1UUP363X"


def organization(name: str, *ids: Id, names: tuple[Name, ...] = ()) -> Mention:
    return Mention(type=ORG, name=name, n6=LANGUAGE.n6(name, False), ids=ids, names=names)


def person(name: str, number: str = "", state: str = "valid") -> Mention:
    ids = (Id(scheme="citizen_id", value=number, state=state),) if number else ()
    return Mention(type=PERSON, name=name, n6=LANGUAGE.n6(name, True), ids=ids)


def uscc(value: str = CODE, state: str = "valid") -> Id:
    return Id(scheme="uscc", value=value, state=state)


def row(listing: Listing, from_gen: int = 1, to_gen: int | None = None, party: str = "") -> ListingRow:
    doc = msgspec.json.encode(listing)
    return ListingRow(doc, hashlib.sha256(doc).digest(), from_gen, to_gen, party)


def listing(key: str, subject: Mention, code: str = "SXBZXR", **more: object) -> Listing:
    return Listing(list_code=code, key=key, subject=subject, **more)  # type: ignore[arg-type]


def snapshot(
    dataset: str, day: int, source: str = "court", *, full: bool = True, unknown: bool = False
) -> SnapshotInfo:
    taken = None if unknown else DAY + timedelta(days=day)
    return SnapshotInfo(
        dataset=dataset, source=source, full=full, taken_at=taken, sha256=f"{dataset}{source}{day}"
    )


def published(number: int, *snapshots: SnapshotInfo) -> Publication:
    return Publication(number=number, recorded_at=DAY + timedelta(days=number), snapshots=snapshots)


def make(
    home: Path,
    lists: dict[str, list[ListingRow]],
    *,
    publications: Sequence[Publication] = (published(1),),
    parties: Iterable[Party] = (),
    edges: Sequence[EdgeRow] = (),
) -> Generation:
    rows = [msgspec.json.encode(one) for one in parties]
    number = publications[-1].number
    source = Source(
        number=number,
        newest=lambda: number,
        publications=publications,
        counts={name: len(found) for name, found in lists.items()},
        datasets=sorted(lists),
        touched=lambda dataset: "",
        listings=lambda dataset: lists[dataset],
        parties=lambda: rows,
        edges=lambda: edges,
    )
    return open_generation(home, publish_source(lambda: source, home, language=LANGUAGE), language=LANGUAGE)


def found(generation: Generation, key: int) -> list[str]:
    return [generation.listing(ordinal).key for ordinal in generation.listings(key)]


def test_a_code_finds_its_records_and_the_nested_code_too(tmp_path: Path) -> None:
    rows = [
        row(listing("a", organization("虚构甲公司", uscc()))),
        row(listing("b", organization("虚构乙公司"))),
    ]
    with make(tmp_path, {"SXBZXR": rows}) as generation:
        assert found(generation, keys.identifier("uscc", CODE)) == ["a"]
        assert found(generation, keys.identifier("org_code", CODE[8:17])) == ["a"]
        assert found(generation, keys.identifier("uscc", "91320899MA1UUP364X")) == []
        assert found(generation, keys.org_name("虚构乙公司")) == ["b"]
        assert found(generation, keys.person_name("虚构乙公司")) == []


@pytest.mark.parametrize(
    ("state", "expected"), [("valid", 1), ("checksum", 1), ("masked", 0), ("malformed", 0)]
)
def test_only_readable_codes_are_looked_up(tmp_path: Path, state: str, expected: int) -> None:
    with make(
        tmp_path, {"SXBZXR": [row(listing("a", organization("虚构甲公司", uscc(state=state))))]}
    ) as generation:
        assert len(generation.listings(keys.identifier("uscc", CODE))) == expected


def test_former_names_of_the_record_find_it(tmp_path: Path) -> None:
    subject = organization("虚构甲公司", names=(Name(text="虚构 旧公司", kind=NameKind.FORMER),))
    with make(tmp_path, {"SXBZXR": [row(listing("a", subject))]}) as generation:
        assert found(generation, keys.org_name("虚构旧公司")) == ["a"]


def test_a_branch_is_found_under_each_possible_parent(tmp_path: Path) -> None:
    subject = organization("虚构建设有限公司临江分公司")
    with make(tmp_path, {"SXBZXR": [row(listing("a", subject))]}) as generation:
        assert found(generation, keys.branch_parent("虚构建设有限公司")) == ["a"]
        assert found(generation, keys.branch_parent("虚构建设")) == ["a"]
        assert found(generation, keys.org_name("虚构建设有限公司")) == []


def test_people_named_beside_a_subject_have_keys_of_their_own(tmp_path: Path) -> None:
    number = "320899197502281239"
    legal_rep = Related(role="legal_rep", mention=person("虚构丙", number))
    record = listing("a", organization("虚构甲公司", uscc()), related=(legal_rep,))
    with make(tmp_path, {"TQGZ": [row(record)]}) as generation:
        own, beside = keys.person_name("虚构丙"), keys.related(keys.person_name("虚构丙"))
        assert found(generation, own) == []
        assert generation.persons(own, "") == ()
        assert found(generation, beside) == ["a"]
        assert found(generation, keys.related(keys.identifier("citizen_id", number))) == ["a"]
        assert found(generation, keys.identifier("citizen_id", number)) == []
        assert list(generation.persons(beside, "3208991975****1239")) == [0]
        assert list(generation.persons(beside, "3208991976****1239")) == []


def test_namesakes_with_a_contradicting_number_are_left_out(tmp_path: Path) -> None:
    numbers = [
        ("full", "320899197502281239", "valid"), ("court", "3208991975****1239", "masked"),
        ("other year", "3208991976****1239", "masked"), ("tax", "320899********1239", "masked"),
        ("none", "", ""), ("broken", "3208991976", "malformed"), ("x", "32089919750228123X", "valid"),
        ("check digit", "320899197502281238", "checksum"),
    ]  # fmt: skip
    rows = [row(listing(key, person("虚构丁", number, state))) for key, number, state in numbers]
    with make(tmp_path, {"SXBZXR": rows}) as generation:
        key = keys.person_name("虚构丁")

        def compatible(number: str) -> list[str]:
            return [generation.listing(ordinal).key for ordinal in generation.persons(key, number)]

        every = [key for key, _, _ in numbers]
        assert compatible("320899197502281239") == ["full", "court", "tax", "none", "broken"]
        assert compatible("3208991976****1239") == ["other year", "tax", "none", "broken"]
        assert compatible("32089919750228123x") == ["none", "broken", "x"]
        assert compatible("") == every
        assert compatible("*" * 18) == every
        assert compatible("32089919") == every, "a number of another length proves nothing"
        assert generation.persons(keys.person_name("虚构戊"), "") == ()


def test_numbers_of_other_kinds_exclude_nobody(tmp_path: Path) -> None:
    foreign = Id(scheme="foreign_permanent", value="911124198108030024")
    two = (
        Id(scheme="citizen_id", value="320899197502281239"),
        Id(scheme="citizen_id", value="320899197602281230"),
    )
    rows = [
        row(listing("foreign", Mention(type=PERSON, name="虚构己", n6="虚构己", ids=(foreign,)))),
        row(listing("two", Mention(type=PERSON, name="虚构己", n6="虚构己", ids=two))),
    ]
    with make(tmp_path, {"SXBZXR": rows}) as generation:
        assert len(generation.persons(keys.person_name("虚构己"), "320899197502281239")) == 2


def test_a_long_row_of_namesakes_is_compared_alike(tmp_path: Path) -> None:
    rows = [
        row(listing(f"k{i:03}", person("虚构庚", f"320899{1950 + i}****1239", "masked"))) for i in range(60)
    ]
    with make(tmp_path, {"SXBZXR": rows}) as generation:
        key = keys.person_name("虚构庚")
        assert list(generation.persons(key, "320899197502281239")) == [25]
        assert list(generation.persons(key, "32089919******1239")) == list(range(50))
        assert list(generation.persons(key, "")) == list(range(60))


@pytest.mark.parametrize("count", [2, 20])
def test_a_record_that_names_two_namesakes_is_found_once(tmp_path: Path, count: int) -> None:
    beside = tuple(
        Related(role="shareholder", mention=person("虚构辛", f"320899{1950 + i}****1239", "masked"))
        for i in range(count)
    )
    rows = [row(listing(key, organization("虚构甲公司"), related=beside)) for key in "ab"]
    with make(tmp_path, {"TQGZ": rows}) as generation:
        assert list(generation.persons(keys.related(keys.person_name("虚构辛")), "")) == [0, 1]


def test_each_version_shows_between_its_generations(tmp_path: Path) -> None:
    subject = organization("虚构甲公司", uscc())
    rows = [
        row(listing("a", subject), 1, 3),
        row(listing("a", subject, reason="改"), 3),
        row(listing("b", subject), 2, 9),
        row(listing("c", subject), 4),
    ]
    publications = [published(n, snapshot("SXBZXR", n)) for n in (1, 2, 3)]
    with make(tmp_path, {"SXBZXR": rows}, publications=publications) as generation:
        assert len(generation) == 3, "what a later load recorded is not in it"
        shown = {n: [o for o in range(3) if generation.recorded(o, n)] for n in range(5)}
        assert shown == {0: [], 1: [0], 2: [0, 2], 3: [1, 2], 4: [1, 2]}
        assert generation.listing(1).reason == "改"
        assert {n: generation.lists(n)["SXBZXR"].records for n in (1, 2, 3)} == {1: 1, 2: 2, 3: 2}


def test_hash_and_list_come_without_the_document(tmp_path: Path) -> None:
    first, second = (
        row(listing("a", organization("虚构甲公司"))),
        row(listing("b", organization("虚构乙公司"), "ZFCG")),
    )
    with make(tmp_path, {"SXBZXR": [first], "ZFCG": [second]}) as generation:
        assert [generation.list_code(o) for o in (0, 1)] == ["SXBZXR", "ZFCG"]
        assert [generation.listing_hash(o) for o in (0, 1)] == [r.content_hash.hex() for r in (first, second)]
        for ordinal in (-1, 2):
            with pytest.raises(IndexError):
                generation.listing(ordinal)


def test_the_clock_of_our_records_ends_at_a_publication(tmp_path: Path) -> None:
    publications = [published(n) for n in (1, 2, 5)]
    with make(tmp_path, {"SXBZXR": []}, publications=publications) as generation:
        at = {n: generation.known(DAY + timedelta(days=n)) for n in range(7)}
        assert at == {0: 0, 1: 1, 2: 2, 3: 2, 4: 2, 5: 5, 6: 5}
        assert generation.known(DAY + timedelta(days=5, microseconds=-1)) == 2
        assert (generation.number, generation.created_at) == (5, publications[-1].recorded_at)


def test_a_clock_set_back_hides_no_publication(tmp_path: Path) -> None:
    early = Publication(number=2, recorded_at=DAY)
    with make(tmp_path, {"SXBZXR": []}, publications=[published(1), early]) as generation:
        assert generation.known(DAY) == 2
        assert generation.known(DAY + timedelta(days=1)) == 2


def test_a_list_is_as_old_as_its_oldest_source(tmp_path: Path) -> None:
    publications = [
        published(
            1,
            snapshot("SXBZXR", 0, full=False),
            snapshot("ZFCG", 0),
            snapshot("TQGZ", 0),
            snapshot("AQSC", 0, unknown=True),
        ),
        published(2, snapshot("SXBZXR", 2), snapshot("SXBZXR", 3, "province")),
        published(
            3,
            snapshot("SXBZXR", 5),
            snapshot("TQGZ", 5, unknown=True),
            snapshot("TQGZ", 6, "city"),
            snapshot("AQSC", 4, full=False),
        ),
    ]
    with make(tmp_path, {"SXBZXR": []}, publications=publications) as generation:
        one, two, three = (generation.lists(n) for n in (1, 2, 3))
        assert generation.lists(0) == {}
        assert one["SXBZXR"].taken_at == DAY
        assert one["SXBZXR"].covered_from == DAY, "changes alone are all there is"
        assert two["SXBZXR"].taken_at == DAY + timedelta(days=2)
        assert two["SXBZXR"].covered_from == DAY + timedelta(days=3), "the later of the first full states"
        assert three["SXBZXR"].taken_at == DAY + timedelta(days=3)
        assert three["SXBZXR"].covered_from == DAY + timedelta(days=3)
        assert [s.source for s in three["SXBZXR"].snapshots] == ["court", "province"]
        assert one["AQSC"].covered_from is None, "nothing says when"
        assert three["AQSC"].covered_from == DAY + timedelta(days=4), (
            "the first dated state after the first full one"
        )
        assert three["TQGZ"].taken_at is None, "one unknown age makes the list's unknown"
        assert three["TQGZ"].covered_from == DAY + timedelta(days=6)
        assert three["ZFCG"].records == 0
        pins = {state["SXBZXR"].sha256 for state in (one, two, three)}
        assert len(pins) == 3
        assert one["ZFCG"].sha256 == three["ZFCG"].sha256


def company(
    key: str, name: str, code: str = "", former: str = "", kind: PartyType = ORG, mention: str = "REG/city/1"
) -> Party:
    names = (Name(text=name), *((Name(text=former, kind=NameKind.FORMER),) if former else ()))
    scheme = "uscc" if kind is ORG else "citizen_id"
    return Party(key=key, type=kind, names=names, ids=(Id(scheme=scheme, value=code),) if code else (),
                 mentions=(mention,) if mention else ())  # fmt: skip


def test_parties_are_found_by_code_and_every_name(tmp_path: Path) -> None:
    parties = [
        company("p1", "虚构甲公司", CODE, "虚构旧公司"),
        company("p2", "虚构丙", "320899197502281239", kind=PERSON),
        company("p3", "虚构无号", kind=PERSON),
    ]
    parties += [
        company("p4", "虚构名单公司", mention="SXBZXR/court/a"),
        company("p5", "虚构股东公司", mention="REG/city/7#src"),
        company("p6", "虚构注销公司", mention=""),
    ]
    listed = row(listing("a", organization("虚构名单公司")))
    with make(tmp_path, {"SXBZXR": [listed]}, parties=parties) as generation:
        for key in (
            keys.identifier("uscc", CODE), keys.identifier("org_code", CODE[8:17]),
            keys.org_name("虚构甲公司"), keys.org_name("虚构旧公司"),
        ):  # fmt: skip
            assert [generation.party(o).key for o in generation.parties(key)] == ["p1"]
        assert list(generation.parties(keys.person_name("虚构丙"))) == [1]
        assert list(generation.parties(keys.person_name("虚构无号"))) == []
        assert [generation.party_ordinal(p) for p in ("p1", "p3", "p4", "p9")] == [0, 2, 3, None]
        assert generation.registered("虚构甲公司")
        assert not generation.registered("虚构旧公司"), "a former name is free again"
        assert not generation.registered("虚构名单公司"), "on a list, in no register"
        assert not generation.registered("虚构股东公司"), "a relation names it, no row of its own"
        assert not generation.registered("虚构注销公司"), "no record of it is in force"
        assert not generation.registered("虚构丙"), "a person is no company"
        for ordinal in (-1, 6):
            with pytest.raises(IndexError):
                generation.party(ordinal)


def test_a_name_that_ended_is_not_registered(tmp_path: Path) -> None:
    party = Party(
        key="p1",
        type=ORG,
        names=(Name(text="虚构甲公司", valid=Interval(end=DAY)),),
        mentions=("REG/city/1",),
    )
    with make(tmp_path, {"SXBZXR": []}, parties=[party]) as generation:
        assert not generation.registered("虚构甲公司")


def test_a_partys_listings_and_relations(tmp_path: Path) -> None:
    parties = [company(f"p{i}", f"虚构{i}公司") for i in range(4)]
    rows = [
        row(listing("a", organization("虚构1公司")), party="p1"),
        row(listing("b", organization("虚构2公司")), party="p2"),
        row(listing("c", organization("虚构1公司")), party="p1"),
        row(listing("d", organization("虚构无"))),
    ]
    holds, heads = RelationType.HOLDS, RelationType.LEGAL_REP_OF
    edges = [
        EdgeRow(PartyRelation(type=holds, src="p0", dst="p1"), 1, 2),
        EdgeRow(PartyRelation(type=holds, src="p1", dst="p2"), 1, None),
        EdgeRow(PartyRelation(type=holds, src="p1", dst="p1"), 1, None),
        EdgeRow(PartyRelation(type=heads, src="p0", dst="p1"), 2, None),
        EdgeRow(PartyRelation(type=heads, src="gone", dst="p3"), 1, None),
        EdgeRow(PartyRelation(type=heads, src="p3", dst="p2"), 7, None),
    ]
    publications = [published(1), published(2)]
    with make(
        tmp_path, {"SXBZXR": rows}, parties=parties, edges=edges, publications=publications
    ) as generation:
        assert [list(generation.party_listings(o)) for o in range(4)] == [[], [0, 2], [1], []]
        assert [generation.listing_party(o) for o in range(4)] == [1, 2, 1, None]

        def ends(ordinal: int, known: int) -> list[tuple[str, str, str]]:
            return [(r.type, r.src, r.dst) for r in generation.relations(ordinal, known)]

        assert ends(1, 1) == [(holds, "p0", "p1"), (holds, "p1", "p2"), (holds, "p1", "p1")]
        assert ends(1, 2) == [(holds, "p1", "p2"), (holds, "p1", "p1"), (heads, "p0", "p1")]
        assert ends(2, 2) == [(holds, "p1", "p2")], "recorded later: not in this generation"
        assert ends(3, 1) == [(heads, "gone", "p3")]
        assert generation.manifest.relations.outside == 1


def test_nothing_is_found_in_an_empty_generation(tmp_path: Path) -> None:
    with make(tmp_path, {"SXBZXR": []}) as generation:
        assert len(generation) == 0
        assert generation.listings(keys.org_name("虚构甲公司")) == ()
        assert generation.parties(0) == ()
        assert generation.party_ordinal("p1") is None
        assert not generation.registered("虚构甲公司")
        generation.verify()


def test_a_subject_known_from_one_record_alone_has_no_party_here(tmp_path: Path) -> None:
    with make(tmp_path, {"SXBZXR": [row(listing("a", organization("虚构甲公司")), party="p1")]}) as generation:
        assert generation.listing_party(0) is None
        assert len(generation.listings(keys.org_name("虚构甲公司"))) == 1


def test_two_parties_of_one_key_stop_the_publication(tmp_path: Path) -> None:
    with pytest.raises(GenerationError) as caught:
        make(tmp_path, {"SXBZXR": []}, parties=[company("p1", "虚构甲公司"), company("p1", "虚构乙公司")])
    assert caught.value.code == "generation.inconsistent"


def test_a_closed_generation_answers_nothing(tmp_path: Path) -> None:
    generation = make(tmp_path, {"SXBZXR": [row(listing("a", organization("虚构甲公司")))]})
    generation.close()
    with pytest.raises(AttributeError):
        generation.listing(0)
    assert generation.number == 1
