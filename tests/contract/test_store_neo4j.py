"""What the store in Neo4j owes beyond the contract: its database, its transactions, its pages, what people see."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, LiteralString

import msgspec
import neo4j
import numpy as np
import pytest
from neo4j_shared import Target
from store_records import LIST, batch, day, listing, load, org, person, relation, row, snapshot, uscc

from graph import keys
from graph.generation.source import PageReader
from graph.model import Id, Interval, Listing, Mention, PartyRecord, PartyType, SameAs, Source
from graph.projection.columns import EdgeColumns
from graph.projection.layout import OPEN
from graph.relations import Relation, RelationType
from graph.store import Changes, Store, StoreError, TrialStore, open_store, open_trial_store
from graph.stores.bolt import stage, streams, write
from graph.stores.bolt.server import Server
from graph.stores.bolt.work import Work

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
    server = neo4j_database.url.removesuffix("/neo4j")
    with pytest.raises(StoreError, match=r"store\.database"):
        open_store(f"{server}/keine", user=neo4j_database.user, password=neo4j_database.password)


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
        ask("MATCH (s:Store) SET s.layout = 3")


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
    assert ask("MATCH (r:RegisterRow:Organization) RETURN r.key, r.number") == [{"r.key": "1", "r.number": 1}]
    load(neo4j_trial, [row("2", JIA)], at=day(3), snapshots=REGISTER)
    assert ask("MATCH (r:RegisterRow)-[:NAMES]->(p:Party) RETURN r.key, p.number") == [
        {"r.key": "2", "p.number": 1}
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

    def twice(self: Server, work: Any, *, write: bool, **more: Any) -> Any:
        first = original(self, work, write=write, **more)
        return original(self, work, write=write, **more) if write and work.__name__ == "send" else first

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


@pytest.mark.parametrize("early", [True, False])
def test_nothing_of_a_discarded_run_comes_after_it(
    neo4j_trial: TrialStore, monkeypatch: pytest.MonkeyPatch, early: bool
) -> None:
    monkeypatch.setattr(stage, "SEND", 1)
    monkeypatch.setattr(Work, "only_new", lambda *_: early)
    original, drain, go_on = Server._managed, stage.Run.drain, threading.Event()
    begun, done, after = [threading.Event() for _ in range(3)], list[int](), list[int]()

    def slow(self: Server, work: Any, *, write: bool, **more: Any) -> Any:
        if work.__name__ != "send":
            return original(self, work, write=write, **more)
        number = sum(one.is_set() for one in begun)
        begun[number].set()
        assert number == 0 or go_on.wait(60)
        result = original(self, work, write=write, **more)
        done.append(number)
        return result

    monkeypatch.setattr(Server, "_managed", slow)
    neo4j_trial.begin("t", [snapshot()])
    for key in "ABC":
        neo4j_trial.write(batch([listing(key)]))
    assert begun[1].wait(60)  # the first has arrived or does so now, the second is under way, the third waits
    call_off = stage.Run._call_off

    def called_off(run: stage.Run) -> None:
        call_off(run)
        go_on.set()

    monkeypatch.setattr(stage.Run, "_call_off", called_off)

    def drained(run: stage.Run) -> None:
        drain(run)
        after.extend(done)

    monkeypatch.setattr(stage.Run, "drain", drained)
    neo4j_trial.abort()
    assert after == ([0] if early else [0, 1])  # before its turn, a transaction is taken back
    assert neo4j_trial.counts() == {}


def test_transaction_that_waits_for_the_discarding_does_not_begin(neo4j_trial: Any) -> None:
    neo4j_trial.begin("t", [snapshot()])
    server, run, told, go_on = neo4j_trial._server, neo4j_trial._run, threading.Event(), threading.Event()

    def forget(ask: Any) -> None:
        ask("forget_token", number=run.number)
        told.set()
        go_on.wait(60)

    asked = {"number": run.number, "owner": run._owner, "step": run._step}
    forgetting = server.start_writing(forget)
    assert told.wait(60)
    stepping = server.start_writing(lambda ask: ask("step", **asked) or ask("step_done", **asked))
    stepping._thread.join(0.5)
    go_on.set()
    server.landed(forgetting)
    assert server.landed(stepping) == []
    neo4j_trial.abort()


def test_defect_on_the_way_is_raised_and_lets_others_write(
    neo4j_database: Target, neo4j_trial: TrialStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "SEND", 1)
    original = Server._managed

    def defect(self: Server, work: Any, *, write: bool, **more: Any) -> Any:
        if work.__name__ == "send":
            raise TypeError("first")
        return original(self, work, write=write, **more)

    monkeypatch.setattr(Server, "_managed", defect)
    neo4j_trial.begin("t", [snapshot()])
    neo4j_trial.write(batch([listing("A"), listing("B")]))
    with pytest.raises(TypeError, match="first"):
        neo4j_trial.staged_changes()
    other = again(neo4j_database)
    assert other.begin("another", [snapshot()]) == 1
    other.close()


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
    for name, size in (("_LISTINGS", 4), ("_PARTIES", 4), ("_HUB", 3), ("_STARTS", 5), ("EDGES", 3)):
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


def test_relations_as_columns_say_what_they_say_one_by_one(
    neo4j_trial: TrialStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def about(key: str, kind: RelationType, **more: Any) -> Relation:
        fields = {
            "key": key,
            "type": kind,
            "src": JIA,
            "dst": YI,
            "source": Source(dataset="register"),
            **more,
        }
        return Relation(**fields)

    day_utc = datetime(2024, 2, 29, 1, 2, 3, 4, tzinfo=UTC)
    far = datetime(2024, 2, 29, tzinfo=timezone(timedelta(hours=9)))
    file = Source(dataset="register", file='虚构"甲".csv', file_sha256="0" * 64, row=7, taken_at=day(1))
    kinds = RelationType
    records = [
        about("plain", kinds.HOLDS),
        about("share", kinds.HOLDS, share=Decimal("50.00"), votes=Decimal("33.3333333333")),
        about("range", kinds.HOLDS, share_min=Decimal(50), share_max=Decimal("66.6"),
              attributes={"share_above_min": "yes"}),
        about("role", kinds.KIN_OF, role='配偶"\\', valid=Interval(start=day(1))),
        about("attributes", kinds.BID_IN, attributes={"price": "100", "价": "\U00020000"}, source=file),
        about("utc", kinds.WON, valid=Interval(start=day_utc, end=day_utc + timedelta(days=1)), source=file),
        about("zones", kinds.WON, valid=Interval(start=day(3), end=day_utc + timedelta(days=1)), source=file),
        about("far", kinds.WON, valid=Interval(end=far), source=file),
        about("url", kinds.SERVED, source=Source(dataset="register", url="https://example.org/1", row=3)),
        about("name", kinds.LEGAL_REP_OF, src=person("虚构张三"), valid=Interval(start=day(2), end=day(9))),
    ]  # fmt: skip
    load(neo4j_trial, records, at=day(1), snapshots=REGISTER)
    load(neo4j_trial, records[2:], at=day(2), snapshots=REGISTER)
    monkeypatch.setattr(streams, "_STARTS", 1)
    assert isinstance(neo4j_trial, PageReader)
    for known in (1, 2):
        pages = list(neo4j_trial.graph_pages(known).edges())
        edges = [one for one in neo4j_trial.iter_edges() if one[0].from_gen <= known]
        assert [doc for page in pages for doc in page.docs] == [
            msgspec.json.encode(edge) for _, edge in edges
        ]
        assert [keys.party(edge.src) for _, edge in edges] == [int(k) for page in pages for k in page.src]
        assert [keys.party(edge.dst) for _, edge in edges] == [int(k) for page in pages for k in page.dst]
        whole, parts = EdgeColumns(), EdgeColumns()
        for _, edge in edges:
            whole.add(edge)
        for page in pages:
            parts.extend(page.columns)
        none = np.zeros(len(edges), "<u4")
        assert (whole.rows(none, none, none, none) == parts.rows(none, none, none, none)).all()
        ends = [OPEN if v.to_gen is None or v.to_gen > known else v.to_gen for v, _ in edges]
        assert ends == [int(one) for page in pages for one in page.to_gen]
    # read back as they were given
    expanded, _ = neo4j_trial.expand([neo4j_trial.find("uscc", uscc(1)).key], limit=100)  # type: ignore[union-attr]
    given = {
        (one.type, one.share, one.role, one.source, one.valid, tuple(one.attributes.items()))
        for one in records[2:]
    }
    found = {
        (one.type, one.share, one.role, one.source, one.valid, tuple(one.attributes.items()))
        for one in expanded
    }
    assert found == given - {
        (r.type, r.share, r.role, r.source, r.valid, ()) for r in records if r.key == "name"
    }
    neo4j_trial.separate(
        SameAs(mention="register/r/name#src", party="P0000000001", tier="E4", decided_by="ma"),
        reason="", recorded_at=day(3),
    )  # fmt: skip
    judged = [doc for page in neo4j_trial.graph_pages(3).edges() for doc in page.docs]
    assert judged == [msgspec.json.encode(edge) for _, edge in neo4j_trial.iter_edges()]


def test_rows_of_the_earlier_layout_are_read_as_they_are(
    neo4j_database: Target, neo4j_trial: TrialStore, ask: Ask
) -> None:
    one = relation("E", RelationType.HOLDS, JIA, YI, share=Decimal(60), valid=Interval(start=day(1)))
    load(neo4j_trial, [row("1", JIA), one], at=day(2), snapshots=REGISTER)
    before = list(neo4j_trial.iter_edges()), list(neo4j_trial.iter_parties())
    fields = msgspec.to_builtins(one)
    doc = {name: value for name, value in fields.items() if name not in ("src", "dst")}
    ask(
        "MATCH ()-[r:HOLDS]->() REMOVE r.origin, r.line SET r.doc = $doc",
        doc=msgspec.json.encode(doc).decode(),
    )
    ask(
        "MATCH (r:RegisterRow) REMOVE r.origin, r.line SET r.doc = $doc",
        doc=msgspec.json.encode(row("1", JIA)).decode(),
    )
    ask("MATCH (p:Party:RegisterRow) REMOVE p:Record:RegisterRow CREATE (n:Record:RegisterRow)-[:NAMES]->(p)"
        " SET n = properties(p) REMOVE n.number, p.id")  # fmt: skip
    ask("MATCH (s:Store) SET s.layout = 1")
    again(neo4j_database).close()
    assert ask("MATCH (s:Store) RETURN s.layout AS layout") == [{"layout": 3}]
    assert (list(neo4j_trial.iter_edges()), list(neo4j_trial.iter_parties())) == before
    load(neo4j_trial, [row("1", JIA), one], at=day(3), snapshots=REGISTER)
    assert neo4j_trial.publications()[-1].changes[0].unchanged == 2


def test_a_file_named_after_a_person_is_forgotten_with_them(neo4j_trial: TrialStore, ask: Ask) -> None:
    man = person("虚构欧阳小甲", NUMBER)
    names = ("虚构欧阳小甲", NUMBER, "all")
    files = [Source(dataset="register", file=f"{name}.csv", row=2) for name in names]
    records: list[Record] = [msgspec.structs.replace(row("9", man), source=files[0])]
    records += [msgspec.structs.replace(row(f"{at}", YI), source=one) for at, one in enumerate(files[1:])]
    load(neo4j_trial, records, at=day(1), snapshots=REGISTER)
    assert len(ask("MATCH (o:Origin) RETURN o.doc")) == 3
    party = neo4j_trial.find("citizen_id", NUMBER)
    assert party is not None
    assert neo4j_trial.erase(party.key, reason="本人请求", recorded_at=day(4)) == 2
    text = repr(ask("MATCH (n) RETURN [k IN keys(n) | toStringOrNull(n[k])] AS texts"))
    assert NUMBER not in text
    assert "虚构欧阳小甲" not in text
    assert "all.csv" in text
