"""Whatever a process says, it is written and read again unchanged; whatever a file says, reading it ends."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from graph.dates import CST
from graph.procurement import Actor, Award, Bid, Contract, Item, Lot, Money, OrgRef, Process
from loaders.ocds import convert, write
from loaders.ocds.merge import merge
from loaders.ocds.paths import collect

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8).map(str.strip)
names = texts.filter(bool)
times = st.none() | st.integers(0, 10**9).map(
    lambda n: datetime(2000, 1, 1, tzinfo=CST) + timedelta(seconds=n)
)
amounts = st.decimals(-(10**12), 10**12, allow_nan=False, places=2)
money = st.none() | st.builds(Money, amount=amounts, currency=st.sampled_from(["", "CNY", "USD"]))
refs = st.builds(OrgRef, id=names, name=texts)
many = st.lists(refs, max_size=3, unique_by=lambda ref: ref.id).map(tuple)
lot_ids = st.lists(names, max_size=2).map(tuple)
items = st.lists(
    st.builds(
        Item, id=texts, description=texts, scheme=texts, code=texts, quantity=st.none() | amounts, unit=texts,
        unit_price=money,
    ),
    max_size=2,
).map(tuple)  # fmt: skip
processes = st.builds(
    Process,
    key=names,
    release=texts,
    date=times,
    language=texts,
    tender=texts,
    title=texts,
    status=texts,
    method=texts,
    method_details=texts,
    category=texts,
    criteria=texts,
    start=times,
    deadline=times,
    tenderer_count=st.none() | st.integers(0, 99),
    value=money,
    min_value=money,
    buyer=st.none() | refs,
    procuring_entity=st.none() | refs,
    parties=st.lists(
        st.builds(
            Actor, id=names, name=texts, roles=st.lists(names, max_size=2).map(tuple), scheme=texts, code=texts,
            legal_name=texts, street=texts, locality=texts, region=texts, postal_code=texts, country=texts,
            contact=texts, email=texts, phone=texts, more=st.lists(st.tuples(texts, names), max_size=2).map(tuple),
        ),
        max_size=3, unique_by=lambda actor: actor.id,
    ).map(tuple),
    tenderers=many,
    items=items,
    lots=st.lists(st.builds(Lot, id=names, title=texts, status=texts, value=money), max_size=2).map(tuple),
    bids=st.just(()),
    awards=st.lists(
        st.builds(
            Award, id=texts, status=texts, date=times, suppliers=many, value=money, items=items, lots=lot_ids,
            bid=texts,
        ),
        max_size=2,
    ).map(tuple),
    contracts=st.lists(
        st.builds(
            Contract, id=texts, award=texts, title=texts, status=texts, signed=times, start=times, end=times,
            value=money, items=items, lots=lot_ids, suppliers=many, subcontractors=many,
        ),
        max_size=2,
    ).map(tuple),
)  # fmt: skip
bids = st.lists(
    st.builds(Bid, id=texts, status=texts, tenderers=many, value=money, date=times, lots=lot_ids, rank=texts),
    max_size=3,
).map(tuple)


@given(processes, st.none() | bids)
def test_a_process_goes_out_and_comes_in(one: Process, offers: tuple[Bid, ...] | None) -> None:
    if offers is not None:
        one = msgspec.structs.replace(one, bids=offers, bids_known=True)
    line = b"".join(write.lines([one]))
    back, troubles = convert.process(json.loads(line, parse_float=Decimal))
    assert troubles == []
    assert back == one


words = [
    "id", "ocid", "tender", "bids", "details", "awards", "parties", "tenderers", "value", "amount", "lots", "date",
    "items",
]  # fmt: skip
json_keys = st.sampled_from(words) | st.text(max_size=3)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(json_keys, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(json_keys, values, max_size=6))
def test_any_json_is_read_without_an_error(release: dict[str, object]) -> None:
    made, troubles = convert.process({"ocid": "a", **{k: v for k, v in release.items() if k != "ocid"}})
    assert made is not None
    assert all(trouble.code for trouble in troubles)
    collect(release, set())


@given(st.lists(st.dictionaries(json_keys, values, max_size=4), min_size=1, max_size=3))
def test_merging_changes_none_of_its_parts_and_does_not_depend_on_their_order(
    parts: list[dict[str, object]],
) -> None:
    dated = [{**one, "ocid": "a", "date": f"2026-01-{n + 1:02d}T00:00:00Z"} for n, one in enumerate(parts)]
    before = json.dumps(dated, default=str)
    made = merge(dated)
    assert merge(list(reversed(dated))) == made
    assert json.dumps(dated, default=str) == before
    assert made["tag"] == ["compiled"]
