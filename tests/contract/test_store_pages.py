"""What a generation is made from, read all at once, is what the store says row by row: to the byte."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import msgspec
import numpy as np
import pytest
from store_records import day, listing, load, org, person, relation, row, snapshot, uscc

from graph import keys
from graph.generation import relationpages
from graph.generation.publish import publish_source
from graph.generation.relationpages import Beside, Relations
from graph.generation.source import PageReader, store_source
from graph.model import Interval, Listing, Name, NameKind, PartyRecord, SameAs, Source
from graph.projection.columns import EdgeColumns
from graph.projection.layout import OPEN
from graph.relations import Relation, RelationType
from graph.store import Store
from graph.stores import assemble, naming
from graph.stores.embedded import pages

Record = Listing | PartyRecord | Relation
K = RelationType
COMPANIES = [org(f"临江市虚构{n}有限公司", uscc(n)) for n in range(12)]
FORMER = org(
    "临江市虚构新名有限公司", uscc(3), names=(Name(text="临江市虚构旧名有限公司", kind=NameKind.FORMER),)
)
NOBODY = person("虚构张三")
FILE = Source(
    dataset="register", file='虚构"row":987654321.csv', file_sha256="0" * 64, row=7, taken_at=day(1)
)
FAR = datetime(2024, 2, 29, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=9)))
BOTH = [snapshot(), snapshot("register", "r")]


class Watched(Beside):
    """Notes whether the other process gave all relations."""

    told: ClassVar[list[bool]] = []

    def relations(self) -> Relations | None:
        found = super().relations()
        self.told.append(found is not None)
        return found


def relations() -> Iterator[Relation]:
    one, two, three = COMPANIES[:3]
    yield relation("plain", K.HOLDS, one, two)
    yield relation("share", K.HOLDS, one, two, share=Decimal("50.00"), votes=Decimal("33.3333333333"))
    yield relation("range", K.HOLDS, one, two, share_min=Decimal(50), share_max=Decimal("66.6"),
                   attributes={"share_above_min": "yes"})  # fmt: skip
    yield relation("role", K.KIN_OF, NOBODY, two, role='配偶"\\', valid=Interval(start=day(1)))
    yield relation("itself", K.HOLDS, three, three, valid=Interval(start=day(1), end=day(9)))
    yield relation("价#dst", K.BID_IN, one, three, attributes={"price": "100", "价": "\U00020000"})
    yield Relation(key="file", type=K.WON, src=one, dst=three, source=FILE, valid=Interval(end=FAR))
    yield Relation(
        key="row", type=K.WON, src=two, dst=three, source=FILE, valid=Interval(start=FAR.astimezone(UTC))
    )
    yield Relation(key="url", type=K.SERVED, src=one, dst=two,
                   source=Source(dataset="register", url='https://example.org/"1', row=3))  # fmt: skip
    yield from (relation(f"hub{n}", K.USES, one, COMPANIES[n % 12]) for n in range(9, 23))


def records() -> list[Record]:
    found: list[Record] = [
        row(f"R{n}", one, address=f"临江市虚构路{n}号") for n, one in enumerate(COMPANIES[2:8])
    ]
    found += [
        row("R-former", FORMER),
        listing("known", COMPANIES[4]),
        listing("unknown"),
        listing("only", COMPANIES[9]),
    ]
    return [*found, *relations()]


def same_by_rows(store: Store) -> None:
    """Compare all that is read at once with what is read row by row."""
    assert isinstance(store, PageReader)
    known = store.generation()
    whole = store.graph_pages(known)
    found_pages = list(whole.edges())
    edges = list(store.iter_edges())
    assert [doc for page in found_pages for doc in page.docs] == [
        msgspec.json.encode(edge) for _, edge in edges
    ]
    for end in ("src", "dst"):
        found = [int(one) for page in found_pages for one in getattr(page, end)]
        assert found == [keys.party(getattr(edge, end)) for _, edge in edges]
    assert [int(one) for page in found_pages for one in page.from_gen] == [v.from_gen for v, _ in edges]
    ends = [OPEN if v.to_gen is None else v.to_gen for v, _ in edges]
    assert [int(one) for page in found_pages for one in page.to_gen] == ends
    expected, columns = EdgeColumns(), EdgeColumns()
    for _, edge in edges:
        expected.add(edge)
    for page in found_pages:
        columns.extend(page.columns)
    none = np.zeros(len(edges), "<u4")
    assert (expected.rows(none, none, none, none) == columns.rows(none, none, none, none)).all()
    parties = list(whole.parties())
    assert [(party.key, doc) for party, doc in parties] == list(store.iter_party_rows())
    assert [msgspec.json.encode(party) for party, _ in parties] == [doc for _, doc in parties]


def test_all_at_once_is_what_stands_in_the_rows(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (assemble, naming):
        monkeypatch.setattr(module, "RELATIONS_TOLD", 3)
    load(store, records(), at=day(1), snapshots=BOTH)
    same_by_rows(store)
    # rows end, relations end, one register row brings two parties together
    joined = org("临江市虚构5有限公司", uscc(5), ids=(*COMPANIES[5].ids, *COMPANIES[6].ids))
    later = [one for n, one in enumerate(records()) if n % 3] + [row("R-join", joined)]
    load(store, later, at=day(2), snapshots=BOTH)
    same_by_rows(store)
    party = store.find("uscc", uscc(1))
    assert party is not None
    said = SameAs(mention="register/r/role#src", party=party.key, tier="E4", decided_by="ma")
    store.link(said, recorded_at=day(3))
    same_by_rows(store)
    apart = SameAs(mention="register/r/plain#dst", party=party.key, tier="E4", decided_by="ma")
    store.separate(apart, reason="", recorded_at=day(4))
    same_by_rows(store)


def test_generation_is_the_same_by_every_way(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(store, records(), at=day(1), snapshots=BOTH)
    load(store, records()[::2], at=day(2), snapshots=BOTH)
    by_rows = dataclasses.replace(store_source(store), graph_pages=lambda: None)
    ref = publish_source(lambda: by_rows, tmp_path / "rows")
    assert publish_source(lambda: store_source(store), tmp_path / "pages") == ref
    assert isinstance(store, PageReader)
    monkeypatch.setattr(pages, "APART_FROM", 1)
    monkeypatch.setattr(relationpages, "_processors", lambda: 2)
    if store.graph_pages(2).apart:  # with another process, and with one that fails
        monkeypatch.setattr(relationpages, "Beside", Watched)
        monkeypatch.setattr(Watched, "told", [])
        assert publish_source(lambda: store_source(store), tmp_path / "beside") == ref
        monkeypatch.setattr(relationpages, "_PROGRAM", "raise SystemExit(3)")
        assert publish_source(lambda: store_source(store), tmp_path / "alone") == ref
        assert Watched.told == [True, False]
