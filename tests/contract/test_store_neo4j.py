"""What the store in Neo4j owes beyond the contract: its database, its transactions, its pages, what people see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, LiteralString

import neo4j
import pytest
from neo4j_shared import Target
from store_records import LIST, batch, day, listing, load, org, person, relation, row, snapshot, uscc

from graph.model import Id, Interval, Listing, Mention, PartyRecord, PartyType
from graph.relations import Relation, RelationType
from graph.store import Changes, Store, StoreError, TrialStore, open_store, open_trial_store
from graph.stores.bolt import stage, streams, write
from graph.stores.bolt.server import Server

pytestmark = pytest.mark.slow

REGISTER = [snapshot("register", "r")]
NUMBER = "32089919900101003X"
JIA, YI = org("临江市甲有限公司", uscc(1)), org("临江市乙有限公司", uscc(2))
Record = Listing | PartyRecord | Relation
Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def ask(neo4j_database: Target) -> Iterator[Ask]:
    """The database as anybody with its password sees it."""
    auth = (neo4j_database.user or "neo4j", neo4j_database.password)
    with neo4j.GraphDatabase.driver(neo4j_database.url.removesuffix("/neo4j"), auth=auth) as driver:

        def run(text: LiteralString, **parameters: object) -> list[dict[str, Any]]:
            found = driver.execute_query(text, parameters, database_="neo4j")
            return [record.data() for record in found.records]

        yield run


def again(target: Target, **changes: str) -> Store:
    """Another handle on the database."""
    return open_store(target.url, user=target.user, password=changes.get("password", target.password))


def test_wrong_password_and_wrong_database(neo4j_database: Target) -> None:
    with pytest.raises(StoreError, match=r"store\.auth") as caught:
        again(neo4j_database, password="geheim-geheim")
    assert "geheim" not in repr(caught.value)
    with pytest.raises(StoreError, match=r"store\.database"):
        open_store(
            f"{neo4j_database.url.removesuffix('/neo4j')}/keine",
            user=neo4j_database.user,
            password=neo4j_database.password,
        )


def test_a_database_of_others_is_left_alone(neo4j_database: Target, ask: Ask) -> None:
    ask("MATCH (n) WHERE n:Store OR n:Writer DETACH DELETE n")
    try:
        with pytest.raises(StoreError, match=r"store\.missing_database"):
            again(neo4j_database)
        ask("CREATE (:Other)")
        for create in (False, True):
            with pytest.raises(StoreError, match=r"store\.foreign"):
                open_store(
                    neo4j_database.url,
                    create=create,
                    user=neo4j_database.user,
                    password=neo4j_database.password,
                )
        assert ask("MATCH (n) RETURN labels(n) AS labels") == [{"labels": ["Other"]}]
    finally:
        ask("MATCH (n:Other) DELETE n")
        open_trial_store(
            neo4j_database.url, user=neo4j_database.user, password=neo4j_database.password
        ).close()


def test_only_a_database_for_trials_is_emptied(neo4j_trial: TrialStore, ask: Ask) -> None:
    load(neo4j_trial, [listing("A")], at=day(1))
    ask("MATCH (s:Store) SET s.trials = false")
    try:
        with pytest.raises(StoreError, match=r"store\.not_scratch"):
            neo4j_trial.empty()
        assert neo4j_trial.counts() == {LIST: 1}
    finally:
        ask("MATCH (s:Store) SET s.trials = true")


def test_newer_layout_is_refused(neo4j_database: Target, ask: Ask) -> None:
    ask("MATCH (s:Store) SET s.layout = 99")
    try:
        with pytest.raises(StoreError, match=r"store\.version"):
            again(neo4j_database)
    finally:
        ask("MATCH (s:Store) SET s.layout = 1")


def test_what_people_see(neo4j_trial: TrialStore, ask: Ask) -> None:
    phone = Mention(type=PartyType.PHONE, name="13800000000", ids=(Id(scheme="phone", value="13800000000"),))
    load(neo4j_trial, [
        row("1", JIA), relation("E1", RelationType.HOLDS, JIA, YI, share=Decimal(60), valid=Interval(start=day(1))),
        relation("E2", RelationType.USES, JIA, phone, role="contact"),
        relation("E3", RelationType.LEGAL_REP_OF, person("虚构张三"), JIA),
    ], at=day(2), snapshots=REGISTER)  # fmt: skip
    assert ask(
        "MATCH (a:Organization)-[h:HOLDS]->(b:Organization) RETURN a.name, h.share, b.name, h.from_gen"
    ) == [{"a.name": JIA.name, "h.share": "60", "b.name": YI.name, "h.from_gen": 1}]
    assert ask("MATCH (:Organization)-[u:USES]->(p:Phone) RETURN u.role, p.name") == [
        {"u.role": "contact", "p.name": "13800000000"}
    ]
    assert ask("MATCH (p:Person)-[:LEGAL_REP_OF]->(o) RETURN p.name, o.number") == [
        {"p.name": "虚构张三", "o.number": 1}
    ]
    assert ask("MATCH (r:RegisterRow)-[:NAMES]->(p:Party) RETURN r.key, p.number") == [
        {"r.key": "1", "p.number": 1}
    ]


def test_erased_from_every_property(neo4j_trial: TrialStore, ask: Ask) -> None:
    man = person("虚构欧阳小甲", NUMBER, address="临江市虚构路1号")
    load(neo4j_trial, [listing("案1", man, raw={"证件": NUMBER}, reason="虚构欧阳小甲拒不履行")], at=day(1))
    load(neo4j_trial, [row("9", man), relation("E", RelationType.LEGAL_REP_OF, man, JIA, role="虚构欧阳小甲")],
         at=day(2), snapshots=REGISTER)  # fmt: skip
    everything = (
        "MATCH (n) RETURN [k IN keys(n) | toStringOrNull(n[k])] AS texts"
        " UNION ALL MATCH ()-[r]->() RETURN [k IN keys(r) | toStringOrNull(r[k])] AS texts"
    )
    assert NUMBER in repr(ask(everything))
    party = neo4j_trial.find("citizen_id", NUMBER)
    assert party is not None
    assert neo4j_trial.erase(party.key, reason="本人请求", recorded_at=day(4)) == 3
    text = repr(ask(everything))
    for form in (NUMBER, "虚构欧阳小甲", "虚构路"):
        assert form not in text


def test_transaction_whose_answer_was_lost_is_done_once(
    neo4j_trial: TrialStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Server._managed

    def twice(self: Server, work: Any, *, write: bool) -> Any:
        first = original(self, work, write=write)
        return original(self, work, write=write) if write and work.__name__ == "send" else first

    monkeypatch.setattr(Server, "_managed", twice)
    records: list[Record] = [listing("A", JIA), row("1", YI), relation("E", RelationType.HOLDS, JIA, YI)]
    both = [snapshot(), snapshot("register", "r")]
    load(neo4j_trial, records, at=day(1), snapshots=both)
    assert len(list(neo4j_trial.iter_edges())) == 1
    assert len(list(neo4j_trial.iter_listings(LIST))) == 1
    assert [one.added for one in neo4j_trial.publications()[0].changes] == [2, 1]


def test_writer_that_lost_its_lock_is_stopped(neo4j_trial: TrialStore, ask: Ask) -> None:
    neo4j_trial.begin("t", [snapshot()])
    neo4j_trial.write(batch([listing("A")]))
    neo4j_trial.staged_changes()
    ask("MATCH (g:Generation) SET g.owner = 'another'")
    neo4j_trial.write(batch([listing("B")]))
    with pytest.raises(StoreError, match=r"store\.busy"):
        neo4j_trial.staged_changes()
    assert neo4j_trial.begin("t", [snapshot()]) == 1
    assert neo4j_trial.staged() == 1
    neo4j_trial.write(batch([listing("B")]))
    assert neo4j_trial.publish(day(1)).changes == (Changes(dataset=LIST, source="court", added=2),)


def test_interrupted_discarding_is_gone_on_with(
    neo4j_trial: TrialStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(
        neo4j_trial,
        [row("1", JIA), relation("E", RelationType.HOLDS, JIA, YI)],
        at=day(1),
        snapshots=REGISTER,
    )
    before = list(neo4j_trial.iter_parties()), list(neo4j_trial.iter_edges())
    neo4j_trial.begin("t", REGISTER)
    neo4j_trial.write(batch([row("1", YI), relation("F", RelationType.HOLDS, YI, JIA)]))
    neo4j_trial.end_missing("register", "r")
    original = write.Writing._repeat

    def fail(self: Any, name: str, **parameters: object) -> None:
        if name == "discard_relations":
            raise StoreError("store.unavailable", path="x", detail="y")
        original(self, name, **parameters)

    monkeypatch.setattr(write.Writing, "_repeat", fail)
    with pytest.raises(StoreError, match=r"store\.unavailable"):
        neo4j_trial.abort()
    monkeypatch.undo()
    assert (list(neo4j_trial.iter_parties()), list(neo4j_trial.iter_edges())) == before
    # the same token does not go on with half of it
    assert neo4j_trial.begin("t", REGISTER) == 2
    assert neo4j_trial.staged() == 0
    neo4j_trial.abort()
    assert (list(neo4j_trial.iter_parties()), list(neo4j_trial.iter_edges())) == before


def test_pages_make_no_difference(neo4j_trial: TrialStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "SEND", 7)
    companies = [org(f"临江市{n}有限公司", uscc(n)) for n in range(30)]
    records: list[Record] = [row(f"R{n}", one) for n, one in enumerate(companies)]
    records += [listing(f"K{n}", one) for n, one in enumerate(companies)]
    records += [
        relation(f"E{n}", RelationType.HOLDS, companies[n % 3], one) for n, one in enumerate(companies)
    ]
    both = [snapshot(), snapshot("register", "r")]
    load(neo4j_trial, records, at=day(1), snapshots=both)
    load(neo4j_trial, records[7:], at=day(2), snapshots=both)

    def everything() -> list[object]:
        return [list(neo4j_trial.iter_parties()), list(neo4j_trial.iter_edges()), list(neo4j_trial.iter_listings(LIST)),
                list(neo4j_trial.iter_party_rows())]  # fmt: skip

    whole = everything()
    assert len(whole[0]) == len(whole[1]) == 30  # type: ignore[arg-type]
    for name, size in (("_LISTINGS", 4), ("_PARTIES", 4), ("_HUB", 3), ("_STARTS", 5), ("_EDGES", 3)):
        monkeypatch.setattr(streams, name, size)
    assert everything() == whole


def test_relation_that_changes_its_type_is_one_record(neo4j_trial: TrialStore) -> None:
    for at, kind in enumerate((RelationType.HOLDS, RelationType.CONTROLS, RelationType.CONTROLS), 1):
        load(neo4j_trial, [relation("E", kind, JIA, YI)], at=day(at), snapshots=REGISTER)
    edges = sorted(
        (version.from_gen, version.to_gen, edge.type) for version, edge in neo4j_trial.iter_edges()
    )
    assert edges == [(1, 2, RelationType.HOLDS), (2, None, RelationType.CONTROLS)]
    assert neo4j_trial.counts() == {"register": 1}


def test_prefixes_and_parts_of_many_names(neo4j_trial: TrialStore) -> None:
    rows = [row(f"R{n}", org(f"临江市{n:04d}建设有限公司", uscc(n))) for n in range(450)]
    load(neo4j_trial, rows, at=day(1), snapshots=REGISTER)
    assert len(neo4j_trial.search("临江市", limit=100)) == 100
    assert len(neo4j_trial.search("建设有限", limit=1000)) == 450
