"""Whom a relation names is read from Neo4j as it was written, in the short form and in the long one."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from graph.model import Id, Mention, PartyType, Source
from graph.relations import Relation, RelationType
from graph.stores import rows as r
from graph.stores.bolt import convert

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAME = st.one_of(
    st.sampled_from(["临江市虚构有限公司", "虚构张三", 'a","b', "a\\", '{"dst":{', "[", ""]), TEXT
)
IDS = st.lists(
    st.builds(
        Id,
        scheme=st.sampled_from(["uscc", "passport"]),
        value=NAME,
        state=st.sampled_from(["valid", "masked"]),
    ),
    max_size=2,
).map(tuple)


@st.composite
def mentions(draw: st.DrawFn) -> Mention:
    """A mention with a name, mostly its own comparison form, identifiers and sometimes a key."""
    name = draw(NAME)
    form = draw(st.one_of(st.just(name), NAME))
    return Mention(
        type=draw(st.sampled_from(list(PartyType))), name=name, n6=form, ids=draw(IDS),
        key=draw(st.sampled_from(["", "", "K1"])), region=draw(st.sampled_from(["", "", "临江"])),
    )  # fmt: skip


def plain(name: str = "临江市虚构有限公司") -> Mention:
    """A mention as most are."""
    return Mention(
        type=PartyType.ORGANIZATION, name=name, n6=name, ids=(Id(scheme="uscc", value="91320899000000001X"),)
    )


@given(mentions(), mentions())
@example(plain(), plain("虚构'乙"))
@example(plain('甲","乙'), plain())
def test_mentions_come_back(src: Mention, dst: Mention) -> None:
    record = Relation(
        type=RelationType.HOLDS, key='E"1', src=src, dst=dst, source=Source(dataset="register", row=2)
    )
    formed = r.form(record)
    ends = convert.edge(record, formed.doc, convert.Origins([])).ends
    whole = json.loads(formed.doc)
    assert json.loads(convert.ends_doc(ends)) == {"dst": whole["dst"], "src": whole["src"]}


def test_plain_mentions_take_half_the_space() -> None:
    record = Relation(
        type=RelationType.HOLDS, key="E", src=plain(), dst=plain(), source=Source(dataset="register")
    )
    doc = r.form(record).doc
    ends = convert.edge(record, doc, convert.Origins([])).ends
    assert json.loads(ends) == ["uscc", "91320899000000001X", "临江市虚构有限公司", "organization"] * 2
    assert len(ends.encode()) * 2 < len(convert.ends_doc(ends))
