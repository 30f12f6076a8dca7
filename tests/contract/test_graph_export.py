"""What goes out comes in again unchanged: every format, from every store, with names that break files."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_records import day, listing, load, org, person, relation, row, snapshot, uscc

from graph.export import Edge, Export, Head, Node, around, gexf, graphml, nodelink, read, tables, whole
from graph.model import Id, Interval, Mention, Name, NameKind, PartyType, Source
from graph.relations import RelationType
from graph.store import Store

HOSTILE = (
    "=cmd|' /C calc'!A0", "'quoted", '"><script>&amp;</data>', "a\x00b\x07\x1f\x7f", "行\r\n二\t三", "\\u0041\\\\",
    " 两端空格　", "\u202e反向\u2028\ufeff", "\U00020000\U0001f468\u200d\U0001f469", "]]>",
    "＋1+1", "%s{0}", "\ufffe\uffff",
)  # fmt: skip
WRITERS: dict[str, Callable[..., None]] = {
    "graphml": graphml.write, "gexf": gexf.write, "json": nodelink.write,
}  # fmt: skip


def again(export: Export, kind: str, folder: Path) -> Export:
    """The export written and read back."""
    if kind == "csv":
        path = folder / "csv"
        path.mkdir(exist_ok=True)
        tables.write(export, path)
    else:
        path = folder / f"graph.{kind}"
        with path.open("wb") as out:
            WRITERS[kind](export, out)
    return read(path)


def same(export: Export, other: Export) -> None:
    assert other.head == export.head
    assert list(other.nodes()) == list(export.nodes())
    assert list(other.edges()) == list(export.edges())


@pytest.fixture
def filled(store: Store) -> Store:
    a, b = org("临江市虚构甲公司", uscc(1)), org(HOSTILE[0], uscc(2))
    p = person("虚构乙", "329901199001010010")
    phone = Mention(type=PartyType.PHONE, name="13800001234", ids=(Id(scheme="phone", value="13800001234"),))
    source = Source(
        dataset="register", file="股权.csv", row=7, url="https://demo.invalid/?a=1&b=2", taken_at=day(3)
    )
    load(
        store,
        [
            row("1", a, address="临江市<一>路\n2号", phone="13800001234"),
            row("2", b),
            relation("r1", RelationType.HOLDS, p, a, share=Decimal("33.3300"), votes=Decimal("50"), valid=Interval(
                start=day(1), end=day(400)), attributes={"note": HOSTILE[3]}),
            relation("r2", RelationType.HOLDS, a, b, share_min=Decimal(25), share_max=Decimal(50)),
            relation("r3", RelationType.HOLDS, a, b, share=Decimal("1e-7"), valid=Interval(start=day(500))),
            relation("r4", RelationType.USES, a, phone, role="contact"),
            relation("r5", RelationType.KIN_OF, p, person("虚构丙", "329901199202020020"), role="spouse"),
            listing("案1", a, source=source),
        ],
        at=day(10),
        snapshots=[snapshot(), snapshot("register", "register")],
    )  # fmt: skip
    return store


@pytest.mark.parametrize("kind", ["graphml", "gexf", "json", "csv"])
def test_a_store_goes_out_and_comes_back(filled: Store, kind: str, tmp_path: Path) -> None:
    export = whole(filled, at=day(20))
    assert len(list(export.edges())) == 5
    same(export, again(export, kind, tmp_path))


def test_only_what_holds_and_what_was_known(filled: Store) -> None:
    def kinds(**when: object) -> list[str]:
        found = whole(filled, at=day(20), **when)  # type: ignore[arg-type]
        return sorted(edge.type for edge in found.edges() if edge.type is RelationType.HOLDS)

    assert len(kinds()) == 3
    assert len(kinds(as_of=day(20))) == 2
    assert len(kinds(as_of=day(600))) == 2
    load(
        filled,
        [relation("r9", RelationType.HOLDS, org("新", uscc(9)), org("旧", uscc(1)), share=Decimal(5))],
        at=day(30),
        snapshots=[snapshot("more", "more")],
    )
    assert len(kinds()) == 4
    assert len(kinds(known_at=day(20))) == 3
    before = whole(filled, at=day(20), known_at=day(20))
    assert "新" not in {node.name for node in before.nodes()}
    assert list(whole(filled, at=day(20), known_at=day(5)).edges()) == []


def test_the_lists_that_a_party_is_on(filled: Store) -> None:
    nodes = {node.name: node.lists for node in whole(filled, at=day(20)).nodes()}
    assert nodes["临江市虚构甲公司"] == ("SXBZXR",)
    assert {node.lists for node in whole(filled, at=day(-5)).nodes()} == {()}


def test_numbers_of_persons_phones_and_accounts_are_masked(filled: Store, tmp_path: Path) -> None:
    export = whole(filled, at=day(20))
    folder = tmp_path / "out"
    folder.mkdir()
    for kind in ("graphml", "gexf", "json", "csv"):
        again(export, kind, folder)
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for number in (b"199001010010", b"19920202", b"13800001234"):
        assert number not in written
    node = next(node for node in export.nodes() if node.type is PartyType.PERSON and node.name == "虚构乙")
    assert [(one.value, one.state) for one in node.ids] == [("3299**********0010", "masked")]
    assert next(node for node in export.nodes() if node.type is PartyType.PHONE).name == "138****1234"


def test_an_account_keeps_four_digits_and_an_origin_no_number_of_a_person(store: Store) -> None:
    number, account = "329901199001010010", "6222021234567890128"
    bank = Mention(type=PartyType.ACCOUNT, name=account, ids=(Id(scheme="account", value=account),))
    source = Source(dataset="register", file=f"{number}.csv", url=f"https://demo.invalid/{number}")
    tie = relation("r1", RelationType.USES, org("临江市虚构甲公司", uscc(1)), bank)
    made = msgspec.structs.replace(tie, source=source)
    load(store, [made], at=day(10), snapshots=[snapshot("register", "register")])
    export = whole(store, at=day(20))
    assert [one.name for one in export.nodes() if one.type is PartyType.ACCOUNT] == ["***************0128"]
    written = repr([*export.nodes(), *export.edges()])
    assert account not in written
    assert number not in written


def test_around_a_party_and_its_limit(filled: Store) -> None:
    centre = filled.find("uscc", uscc(2))
    assert centre is not None
    one = around(filled, centre.key, hops=1, at=day(20))
    assert {node.name for node in one.nodes()} == {HOSTILE[0], "临江市虚构甲公司"}
    assert one.head == Head(generation=1, around=centre.key, hops=1)
    two = around(filled, centre.key, hops=2, at=day(20), types=[RelationType.HOLDS])
    assert {node.name for node in two.nodes()} == {HOSTILE[0], "临江市虚构甲公司", "虚构乙"}
    assert {edge.type for edge in two.edges()} == {RelationType.HOLDS}
    few = around(filled, centre.key, hops=3, at=day(20), limit=2)
    assert few.head.cut
    assert len(list(few.edges())) == 2
    whole_edges = {(e.type, e.src, e.dst, e.share, e.valid) for e in whole(filled, at=day(20)).edges()}
    assert {(e.type, e.src, e.dst, e.share, e.valid) for e in two.edges()} <= whole_edges


@pytest.mark.parametrize("kind", ["graphml", "gexf", "json"])
def test_networkx_reads_the_same_graph(filled: Store, kind: str, tmp_path: Path) -> None:
    export = whole(filled, at=day(20))
    again(export, kind, tmp_path)
    path = tmp_path / f"graph.{kind}"
    if kind == "json":
        graph = nx.node_link_graph(json.loads(path.read_text("utf-8")), edges="edges")
    else:
        graph = nx.read_graphml(path) if kind == "graphml" else nx.read_gexf(path)
    assert graph.is_directed()
    assert graph.is_multigraph()
    assert set(graph.nodes) == {node.key for node in export.nodes()}
    assert sorted(graph.edges()) == sorted((edge.src, edge.dst) for edge in export.edges())
    kinds = sorted(kind for _, _, kind in graph.edges(data="type"))
    assert kinds == sorted(edge.type.value for edge in export.edges())


TEXT = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
MOMENT = st.one_of(st.none(), st.integers(-9_000, 9_000).map(lambda n: day(0) + timedelta(hours=n)))
SHARE = st.one_of(st.none(), st.decimals(0, 100, places=6))
NODES = st.builds(
    Node, key=st.integers(0, 9).map(str), type=st.sampled_from(PartyType), name=TEXT,
    names=st.lists(st.builds(Name, text=TEXT, kind=st.sampled_from(NameKind), valid=st.builds(
        Interval, start=MOMENT, end=MOMENT)), max_size=2).map(tuple),
    ids=st.lists(st.builds(Id, scheme=TEXT, value=TEXT, state=TEXT), max_size=2).map(tuple),
    attributes=st.dictionaries(TEXT, TEXT, max_size=2), lists=st.lists(TEXT, max_size=2).map(tuple),
)  # fmt: skip
EDGES = st.builds(
    Edge, key=TEXT.filter(bool), type=st.sampled_from(RelationType), src=TEXT.filter(bool), dst=TEXT.filter(bool),
    share=SHARE, share_min=SHARE, share_max=SHARE, votes=SHARE, role=TEXT,
    attributes=st.dictionaries(TEXT, TEXT, max_size=2),
    valid=st.builds(Interval, start=MOMENT, end=MOMENT), by=st.sampled_from(["code", "name"]),
    origin=st.builds(Source, dataset=TEXT, file=TEXT, row=st.integers(0, 9), url=TEXT, taken_at=MOMENT, publisher=TEXT),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nodes=st.lists(NODES, max_size=3), edges=st.lists(EDGES, max_size=3), as_of=MOMENT, known=MOMENT)
def test_whatever_stands_in_it(
    nodes: list[Node], edges: list[Edge], as_of: object, known: object, tmp_path: Path
) -> None:
    head = Head(as_of=as_of, known_at=known, generation=3, around="P1", hops=2, cut=True)  # type: ignore[arg-type]
    export = Export(head, lambda: iter(nodes), lambda: iter(edges))
    for kind in ("graphml", "gexf", "json", "csv"):
        same(export, again(export, kind, tmp_path))


def test_nothing_at_all(tmp_path: Path) -> None:
    export = Export(Head(), lambda: iter(()), lambda: iter(()))
    for kind in ("graphml", "gexf", "json", "csv"):
        same(export, again(export, kind, tmp_path))


@pytest.mark.parametrize(
    ("name", "text"), [("x.json", "[]"), ("x.graphml", "<graphml/>x"), ("x.txt", ""), ("x.gexf", "<a")]
)
def test_other_files_are_refused(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises((ValueError, SyntaxError)):
        list(read(path).nodes())
