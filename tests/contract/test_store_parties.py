"""What every store owes a party: linked by identifier or by a human, never by name; nothing cut off in silence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from store_records import LIST, batch, day, listing, load, org, person, relation, row, snapshot, uscc

from graph.model import Id, Interval, Mention, Name, NameKind, PartyType, SameAs
from graph.relations import RelationType
from graph.store import Store, StoreError

REGISTER = [snapshot("register", "r")]
NUMBER = "32089919900101003X"
PASSPORT = "E00000001"
JIA, YI = org("临江市甲有限公司", uscc(1)), org("临江市乙有限公司", uscc(2))


def keys(store: Store) -> list[str]:
    """Keys of all parties."""
    return [one.key for one in store.iter_parties()]


def linked(store: Store, party: str | None) -> list[str]:
    """Keys of the mentions of a party."""
    assert party is not None
    return [one.mention for one in store.same_as(party)]


def test_identifier_joins_a_list_and_the_register(store: Store) -> None:
    load(store, [listing("A", org("临江市甲旧名有限公司", uscc(1)))], at=day(1))
    load(store, [row("1", JIA, founded_on="2001-02-03")], at=day(2), snapshots=REGISTER)
    party = store.find("uscc", uscc(1))
    assert party is not None
    assert [(one.text, one.kind) for one in party.names] == [
        ("临江市甲有限公司", NameKind.REGISTERED), ("临江市甲旧名有限公司", NameKind.ALIAS),
    ]  # fmt: skip
    assert party.attributes == {"founded_on": "2001-02-03"}
    assert party.mentions == ("register/r/1", "SXBZXR/court/A")
    (version,) = store.listings_of(party.key)
    assert (version.listing.key, version.party) == ("A", party.key)
    assert {one.tier for one in store.same_as(party.key)} == {"E1"}
    assert store.get(party.key) == party
    assert list(store.iter_parties()) == [party]
    assert store.find("uscc", uscc(1), known=1).attributes == {}  # type: ignore[union-attr]


def test_nested_organisation_code_is_the_same_party(store: Store) -> None:
    code = uscc(1)[8:17]
    bare = Mention(type=PartyType.ORGANIZATION, name="甲", n6="甲", ids=(Id(scheme="org_code", value=code),))
    load(store, [listing("A", bare), listing("B", JIA)], at=day(1))
    assert len(keys(store)) == 1
    assert store.find("org_code", code) == store.find("uscc", uscc(1))


def test_identifier_that_says_otherwise_is_not_found(store: Store) -> None:
    load(store, [listing("A", JIA)], at=day(1))
    assert store.find("uscc", "12" + uscc(1)[2:]) is None
    assert store.find("citizen_id", uscc(1)) is None
    assert store.find("reg_no", "320899000000001") is None


def test_names_never_link(store: Store) -> None:
    load(store, [listing("A", org("临江市甲有限公司")), listing("B", org("临江市甲有限公司")),
                 listing("C", person("虚构张三")), listing("D", person("虚构张三"))], at=day(1))  # fmt: skip
    assert len(keys(store)) == 4
    assert all(one.party is None for one in store.iter_listings(LIST))


@pytest.mark.parametrize("state", ["checksum", "masked", "malformed"])
def test_only_valid_identifiers_link(store: Store, state: str) -> None:
    bad = Mention(
        type=PartyType.ORGANIZATION, name="甲", n6="甲", ids=(Id(scheme="uscc", value=uscc(1), state=state),)
    )
    load(store, [listing("A", bad), listing("B", bad)], at=day(1))
    assert len(keys(store)) == 2
    assert store.find("uscc", uscc(1)) is None


def test_registration_number_does_not_link(store: Store) -> None:
    weak = Mention(
        type=PartyType.ORGANIZATION, name="甲", n6="甲", ids=(Id(scheme="reg_no", value="320899000000001"),)
    )
    load(store, [listing("A", weak), listing("B", weak)], at=day(1))
    assert len(keys(store)) == 2


def test_person_links_by_full_number_and_never_as_a_company(store: Store) -> None:
    number = Id(scheme="citizen_id", value=NUMBER)
    company = Mention(type=PartyType.ORGANIZATION, name="甲", n6="甲", ids=(number,))
    man = person("虚构张三", NUMBER)
    load(store, [listing("A", man), listing("B", man), listing("C", company)], at=day(1))
    party = store.find("citizen_id", NUMBER)
    assert party is not None
    assert len(party.mentions) == 2
    assert NUMBER not in party.key
    assert not any(NUMBER in one for one in party.mentions)


def test_party_keys_follow_the_order_of_arrival(store: Store) -> None:
    load(store, [listing("A", JIA), listing("B", person("虚构张三")), listing("C", YI)], at=day(1))
    assert keys(store) == ["P0000000001", "P0000000002", "P0000000003"]
    assert store.find("uscc", uscc(2)).key == "P0000000003"  # type: ignore[union-attr]


def both() -> Mention:
    """A person with two identifiers."""
    ids = (Id(scheme="citizen_id", value=NUMBER), Id(scheme="passport", value=PASSPORT))
    return Mention(type=PartyType.PERSON, name="虚构张三", n6="虚构张三", ids=ids)


def abroad() -> Mention:
    """The same person with the passport only."""
    return Mention(
        type=PartyType.PERSON, name="ZHANG SAN", n6="zhangsan", ids=(Id(scheme="passport", value=PASSPORT),)
    )


def test_record_with_two_identifiers_joins_two_parties(store: Store) -> None:
    load(store, [listing("A", person("虚构张三", NUMBER)), listing("B", abroad())], at=day(1))
    old, young = store.find("citizen_id", NUMBER), store.find("passport", PASSPORT)
    assert old is not None and young is not None  # noqa: PT018
    assert old.key < young.key
    load(store, [listing("C", both())], at=day(2), full=False)
    joined = store.find("passport", PASSPORT)
    assert joined is not None
    assert joined.key == old.key
    assert joined.mentions == ("SXBZXR/court/A", "SXBZXR/court/B", "SXBZXR/court/C")
    assert store.get(young.key) == joined
    assert keys(store) == [old.key]
    assert {one.party for one in store.iter_listings(LIST)} == {old.key}
    # What was known before stays as it was.
    assert store.find("passport", PASSPORT, known=1).key == young.key  # type: ignore[union-attr]
    assert [one.listing.key for one in store.listings_of(young.key, known=1)] == ["B"]
    # The joining record is corrected: links are worked out anew.
    load(store, [listing("C", person("虚构张三", NUMBER))], at=day(3), full=False)
    assert store.find("passport", PASSPORT).key == young.key  # type: ignore[union-attr]
    assert store.find("passport", PASSPORT, known=2).key == old.key  # type: ignore[union-attr]
    assert keys(store) == [old.key, young.key]


def test_mention_that_gains_an_identifier_keeps_its_party(store: Store) -> None:
    load(store, [listing("A", org("临江市甲有限公司"))], at=day(1))
    load(store, [listing("A", JIA)], at=day(2))
    party = store.find("uscc", uscc(1))
    assert party is not None
    assert party.key == "P0000000001"
    assert [one.party for one in store.iter_listings(LIST)] == [None, party.key]


def test_mention_that_gains_another_ones_identifier_is_joined(store: Store) -> None:
    load(store, [listing("A", org("临江市甲有限公司")), listing("B", JIA)], at=day(1))
    load(store, [listing("A", JIA)], at=day(2), full=False)
    party = store.find("uscc", uscc(1))
    assert party is not None
    assert party.key == "P0000000001"
    assert store.get("P0000000002") == party
    load(store, [listing("A", JIA, measure="新")], at=day(3), full=False)
    assert store.find("uscc", uscc(1)).key == "P0000000001"  # type: ignore[union-attr]
    load(store, [listing("B", JIA)], at=day(4))
    assert store.find("uscc", uscc(1)).key == "P0000000001"  # type: ignore[union-attr]
    load(store, [listing("A", YI), listing("B", JIA)], at=day(5))
    assert store.find("uscc", uscc(1)).key == "P0000000002"  # type: ignore[union-attr]


def test_corrected_identifier_moves_the_mention(store: Store) -> None:
    load(store, [listing("A", JIA), listing("B", YI)], at=day(1))
    load(store, [listing("A", YI), listing("B", YI)], at=day(2))
    jia, yi = store.find("uscc", uscc(1)), store.find("uscc", uscc(2))
    assert yi is not None and jia is not None  # noqa: PT018
    assert sorted(linked(store, yi.key)) == ["SXBZXR/court/A", "SXBZXR/court/B"]
    assert jia.mentions == ()
    assert store.listings_of(jia.key) == []
    assert {one.party for one in store.iter_listings(LIST)} == {jia.key, yi.key}
    assert set(keys(store)) == {jia.key, yi.key}


def test_human_link_and_separation(store: Store) -> None:
    load(store, [listing("A", JIA), listing("B", org("临江市甲有限公司"))], at=day(1))
    jia = store.find("uscc", uscc(1))
    assert jia is not None
    link = SameAs(mention="SXBZXR/court/B", party=jia.key, tier="human", decided_by="reviewer-1")
    store.link(link, recorded_at=day(2))
    assert linked(store, jia.key) == ["SXBZXR/court/A", "SXBZXR/court/B"]
    assert link in store.same_as(jia.key)
    assert {one.party for one in store.iter_listings(LIST)} == {jia.key}
    assert keys(store) == [jia.key]
    assert linked(store, "P0000000002") == []
    assert [one.listing.key for one in store.listings_of(jia.key, known=1)] == ["A"]
    store.separate(link, reason="另一家公司", recorded_at=day(3))
    assert linked(store, jia.key) == ["SXBZXR/court/A"]
    assert linked(store, "P0000000002") == ["SXBZXR/court/B"]
    assert {one.listing.key: one.party for one in store.iter_listings(LIST)} == {"A": jia.key, "B": None}
    with pytest.raises(StoreError, match=r"store\.separated"):
        store.link(link, recorded_at=day(4))
    assert linked(store, jia.key) == ["SXBZXR/court/A"]
    assert [one.number for one in store.publications()] == [1, 2, 3]
    assert len(linked_at(store, jia.key, 2)) == 2


def linked_at(store: Store, party: str, known: int) -> list[str]:
    """Mentions of a party as known at a generation."""
    return [one.mention for one in store.same_as(party, known=known)]


def test_separation_wins_over_an_identifier(store: Store) -> None:
    load(store, [listing("A", JIA), listing("B", JIA)], at=day(1))
    jia = store.find("uscc", uscc(1))
    assert jia is not None
    apart = SameAs(mention="SXBZXR/court/B", party=jia.key, tier="human", decided_by="reviewer-1")
    store.separate(apart, reason="代码抄错", recorded_at=day(2))
    assert linked(store, jia.key) == ["SXBZXR/court/A"]
    assert {one.listing.key: one.party for one in store.iter_listings(LIST)} == {"A": jia.key, "B": None}
    others = [key for key in keys(store) if key != jia.key]
    assert len(others) == 1
    assert linked(store, others[0]) == ["SXBZXR/court/B"]
    load(store, [listing("A", JIA), listing("B", JIA, measure="新")], at=day(3))
    assert linked(store, jia.key) == ["SXBZXR/court/A"]
    assert linked(store, others[0]) == ["SXBZXR/court/B"]


def test_separated_record_joins_nobody(store: Store) -> None:
    load(
        store,
        [listing("A", person("虚构张三", NUMBER)), listing("B", abroad()), listing("C", both())],
        at=day(1),
    )
    party = store.find("citizen_id", NUMBER)
    assert party is not None
    assert len(party.mentions) == 3
    apart = SameAs(mention="SXBZXR/court/C", party=party.key, tier="human", decided_by="reviewer-1")
    store.separate(apart, reason="", recorded_at=day(2))
    assert linked(store, party.key) == ["SXBZXR/court/A"]
    assert store.find("passport", PASSPORT).mentions == ("SXBZXR/court/B",)  # type: ignore[union-attr]
    assert len(keys(store)) == 3


def test_decisions_about_what_is_not_there(store: Store) -> None:
    load(store, [listing("A", JIA)], at=day(1))
    with pytest.raises(StoreError, match=r"store\.mention"):
        store.link(
            SameAs(mention="SXBZXR/court/Z", party="P0000000001", tier="human", decided_by="r"),
            recorded_at=day(2),
        )
    with pytest.raises(StoreError, match=r"store\.party"):
        store.link(
            SameAs(mention="SXBZXR/court/A", party="P0000000099", tier="human", decided_by="r"),
            recorded_at=day(2),
        )
    assert store.generation() == 1
    assert store.begin("free again", []) == 2


def test_expand_one_hop(store: Store) -> None:
    zhang = person("虚构张三", NUMBER)
    load(store, [
        row("1", JIA), row("2", YI),
        relation("E1", RelationType.HOLDS, JIA, YI, valid=Interval(start=day(1), end=day(5))),
        relation("E2", RelationType.LEGAL_REP_OF, zhang, JIA),
        relation("E3", RelationType.LEGAL_REP_OF, person("虚构李四"), YI),
    ], at=day(1), snapshots=REGISTER)  # fmt: skip
    jia, yi, man = (
        store.find(*one) for one in (("uscc", uscc(1)), ("uscc", uscc(2)), ("citizen_id", NUMBER))
    )
    assert jia and yi and man  # noqa: PT018
    edges, total = store.expand([jia.key])
    assert total == 2
    assert [(one.type, one.src, one.dst, one.by) for one in edges] == [
        (RelationType.HOLDS, jia.key, yi.key, "code"), (RelationType.LEGAL_REP_OF, man.key, jia.key, "code"),
    ]  # fmt: skip
    assert store.expand([jia.key, yi.key])[1] == 3
    assert [one.by for one in store.expand([yi.key], types=[RelationType.LEGAL_REP_OF])[0]] == ["name"]
    assert store.expand([jia.key], types=[])[1] == 0
    assert store.expand([jia.key], types=[RelationType.HOLDS], as_of=day(5))[1] == 0
    assert store.expand([jia.key], types=[RelationType.HOLDS], as_of=day(4))[1] == 1
    assert store.expand([jia.key], known=0) == ([], 0)
    assert len(list(store.iter_edges())) == 3


def test_expand_after_a_human_link(store: Store) -> None:
    load(store, [row("1", JIA), relation("E", RelationType.LEGAL_REP_OF, person("虚构李四"), JIA),
                 row("9", person("虚构李四", NUMBER))], at=day(1), snapshots=REGISTER)  # fmt: skip
    man = store.find("citizen_id", NUMBER)
    assert man is not None
    assert store.expand([man.key])[1] == 0
    store.link(
        SameAs(mention="register/r/E#src", party=man.key, tier="human", decided_by="r"), recorded_at=day(2)
    )
    edges, total = store.expand([man.key])
    assert (total, [(one.src, one.by) for one in edges]) == (1, [(man.key, "code")])
    assert store.expand([man.key], known=1)[1] == 0


def test_register_key_joins_relations_to_rows_without_codes(store: Store) -> None:
    bare = org("临江市无码有限公司", key="R1")
    load(
        store,
        [relation("E", RelationType.BRANCH_OF, bare, JIA), row("R1", bare)],
        at=day(1),
        snapshots=REGISTER,
    )
    ((_, edge),) = store.iter_edges()
    party = store.get(edge.src)
    assert party is not None
    assert party.mentions == ("register/r/R1", "register/r/E#src")


def test_hub_is_cut_with_its_full_count(store: Store) -> None:
    edges = [relation(f"E{n}", RelationType.LEGAL_REP_OF, person(f"虚构{n}"), JIA) for n in range(5000)]
    load(store, edges, at=day(1), snapshots=REGISTER)
    hub = store.find("uscc", uscc(1))
    assert hub is not None
    found, total = store.expand([hub.key], limit=30)
    assert (len(found), total) == (30, 5000)
    assert len(hub.mentions) == 5000


def test_search_kinds(store: Store) -> None:
    former = (Name(text="临江市旧字号建设有限公司", kind=NameKind.FORMER),)
    load(store, [row("1", org("临江市华安建设有限公司", uscc(1), names=former)),
                 row("2", org("临江市华安建设有限公司第一分公司", uscc(2))),
                 row("3", org("江北华安建设有限公司", uscc(3))),
                 row("4", person("虚构张三", NUMBER))], at=day(1), snapshots=REGISTER)  # fmt: skip
    hits = store.search("临江市华安建设有限公司")
    assert [(one.how, one.matched) for one in hits] == [
        ("exact", "临江市华安建设有限公司"), ("prefix", "临江市华安建设有限公司第一分公司"),
    ]  # fmt: skip
    assert [(one.how, one.matched) for one in store.search("临江市旧字号建设有限公司")] == [
        ("exact", "临江市旧字号建设有限公司")
    ]
    assert {(one.how, one.matched) for one in store.search("华安建设")} == {
        ("infix", "临江市华安建设有限公司"),
        ("infix", "临江市华安建设有限公司第一分公司"),
        ("infix", "江北华安建设有限公司"),
    }  # fmt: skip
    assert len(store.search("华安")) == 3
    assert len(store.search("华安建设", limit=2)) == 2
    for code in (uscc(1), uscc(1).lower(), uscc(1)[8:17]):
        assert [(one.how, one.party.names[0].text) for one in store.search(code)] == [
            ("code", "临江市华安建设有限公司")
        ]
    assert [(one.how, one.matched) for one in store.search("虚构张三")] == [("exact", "虚构张三")]
    assert store.search("虚构张") == []
    assert store.search(NUMBER) == []
    assert store.search(NUMBER[:17]) == []
    assert store.search("") == []
    assert store.search('"华 OR *') == []
    assert store.search("华安建设", known=0) == []


def test_search_by_registration_number(store: Store) -> None:
    weak = Mention(type=PartyType.ORGANIZATION, name="临江市老厂", n6="临江市老厂",
                   ids=(Id(scheme="reg_no", value="320899000000001"),))  # fmt: skip
    load(store, [row("1", weak)], at=day(1), snapshots=REGISTER)
    assert [(one.how, one.matched) for one in store.search("320899000000001")] == [
        ("code", "320899000000001")
    ]


def test_search_knows_only_names_still_borne(store: Store) -> None:
    load(store, [row("1", org("临江市错名有限公司", uscc(1)))], at=day(1), snapshots=REGISTER)
    load(store, [row("1", org("临江市正名有限公司", uscc(1)))], at=day(2), snapshots=REGISTER)
    assert store.search("临江市错名有限公司") == []
    assert [one.how for one in store.search("临江市错名有限公司", known=1)] == ["exact"]
    assert [one.how for one in store.search("临江市正名有限公司")] == ["exact"]


def test_comparison_form_is_worked_out_where_the_loader_left_it(store: Store) -> None:
    load(store, [listing("A", org("临江市（甲）有限公司", n6=""))], at=day(1))
    (version,) = store.iter_listings(LIST)
    assert version.listing.subject.n6
    assert [one.how for one in store.search("临江市(甲)有限公司")] == ["exact"]


def test_reads_from_several_threads(store_factory: Callable[[], Store]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    store = store_factory()
    load(store, [listing(f"K{n}", org(f"临江市{n}有限公司", uscc(n))) for n in range(200)], at=day(1))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: store.find("uscc", uscc(n)), range(200)))
    assert [one.names[0].text for one in found if one] == [f"临江市{n}有限公司" for n in range(200)]


def test_decision_discards_what_an_interrupted_load_staged(store_factory: Callable[[], Store]) -> None:
    first = store_factory()
    load(first, [listing("A", JIA), listing("B", YI)], at=day(1))
    first.begin("t", [snapshot()])
    first.write(batch([listing("C")]))
    first.staged_changes()
    first.close()
    second = store_factory()
    apart = SameAs(mention="SXBZXR/court/A", party="P0000000001", tier="human", decided_by="r")
    second.separate(apart, reason="", recorded_at=day(2))
    assert [one.listing.key for one in second.iter_listings(LIST)] == ["A", "B"]
    assert second.begin("t", [snapshot()]) == 3
    assert second.staged() == 0
