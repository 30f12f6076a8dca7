"""A change worked into the last generation gives the same files, byte for byte, as reading everything anew."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projections import MEMORY
from store_records import LIST, T0, listing, load, org, person, relation, row, snapshot, uscc

from graph.generation import current_generation
from graph.generation import write as generation_write
from graph.generation.publish import publish
from graph.model import Listing, Mention, PartyRecord, SameAs
from graph.relations import Relation, RelationType
from graph.store import Store, open_store

CITIZENS = ("329901198811062462", "329901197210158022", "329902197210158022")


def subject(dice: random.Random) -> Mention:
    number = dice.randrange(14)
    if number < 3:
        return person(f"虚构{number}", CITIZENS[number])
    if number == 3:
        return person("虚构某")
    return org(f"临江虚构{number}有限公司", uscc(number) if number < 12 else "")


def records(dice: random.Random, count: int) -> Iterator[Listing | PartyRecord | Relation]:
    for _ in range(count):
        kind, key = dice.randrange(3), f"{dice.randrange(12)}"
        if kind == 0:
            yield listing(key, subject(dice))
        elif kind == 1:
            yield row(key, subject(dice), address=f"临江市虚构路{dice.randrange(3)}号", phone="0999-6543210")
        else:
            share = dice.choice((None, Decimal(60), Decimal("33.3333333333")))
            yield relation(
                f"r{key}", dice.choice((RelationType.HOLDS, RelationType.KIN_OF)), subject(dice), subject(dice),
                share=share,
            )  # fmt: skip


def day(store: Store, dice: random.Random, number: int) -> None:
    """A load of a few records; a full one ends what it does not name."""
    at = T0 + timedelta(days=number)
    full = dice.random() < 0.4
    snapshots = [snapshot(LIST, "court", at, full), snapshot("register", "city", at, full)]
    load(store, records(dice, dice.randrange(1, 12)), at=at, snapshots=snapshots, full=full)


def files(home: Path) -> dict[str, str]:
    with current_generation(home) as generation:
        generation.verify()
        return {name: info.sha256 for name, info in generation.manifest.files.items()}


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32))
def test_changes_worked_in_are_what_a_full_reading_gives(seed: int) -> None:
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        store = open_store(str(Path(folder, "store.db")), create=True)
        for number in range(1, 4):
            day(store, dice, number)
            if dice.random() < 0.1:
                party = next(iter(store.iter_parties())).key
                mention = store.same_as(party)[0].mention if store.same_as(party) else ""
                if mention:
                    link = SameAs(mention=mention, party=party, tier="human", decided_by="虚构审核员")
                    store.link(link, recorded_at=T0 + timedelta(days=number, hours=1))
            ref = publish(store, Path(folder, "grown"))
            again = publish(store, Path(folder, f"fresh{number}"))
            assert files(Path(folder, "grown")) == files(Path(folder, f"fresh{number}"))
            assert ref == again
        store.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "store.db"), create=True)
    companies = [row(f"{n}", org(f"临江虚构{n}有限公司", uscc(n))) for n in range(4, 12)]
    relations = [
        relation(f"r{n}", RelationType.HOLDS, org(f"临江虚构{n}有限公司", uscc(n)), org("x", uscc(n + 1)))
        for n in range(4, 11)
    ]
    load(opened, [*companies, *relations], at=T0, snapshots=[snapshot("register", "city")])
    yield opened
    opened.close()


def test_a_change_is_worked_in_without_reading_everything(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    publish(store, home)
    more: list[PartyRecord | Relation] = [
        row("4", org("临江虚构改名有限公司", uscc(4))),
        row("99", org("临江虚构新立有限公司", uscc(99))),
        relation(
            "r4", RelationType.HOLDS, org("临江虚构4有限公司", uscc(4)), org("x", uscc(5)), share=Decimal(51)
        ),
        relation("r99", RelationType.KIN_OF, org("新", uscc(99)), org("x", uscc(11))),
    ]
    load(
        store,
        more,
        at=T0 + timedelta(days=1),
        snapshots=[snapshot("register", "city", full=False)],
        full=False,
    )

    def read_everything(*_: object, **__: object) -> None:
        raise AssertionError("everything was read")

    monkeypatch.setattr(generation_write, "build_parties", read_everything)
    monkeypatch.setattr(generation_write, "build_relations", read_everything)
    publish(store, home)
    with current_generation(home) as generation:
        first, last = (
            generation.party_ordinal(p.key)
            for p in (store.find("uscc", uscc(4)), store.find("uscc", uscc(99)))
            if p
        )
        assert first is not None
        assert last is not None
        route = generation.projection.shortest_path(first, last).route
        assert route is not None
        assert generation.relation(route.edges[0]).share == Decimal(51)
        assert len(generation.relations(first, 2)) == 1
        assert len(generation.relations(first, 1)) == 1
        assert generation.relation_count(first) == 2


def test_the_state_of_another_store_is_never_built_upon(store: Store, tmp_path: Path) -> None:
    home = tmp_path / "home"
    publish(store, home)
    other = open_store(str(tmp_path / "other.db"), create=True)
    for number in (0, 1):
        subject_ = org(f"临江虚构他处{number}有限公司", uscc(50 + number))
        load(other, [row(f"{number}", subject_)], at=T0 + timedelta(hours=1 + number),
             snapshots=[snapshot("register", "city")], full=False)  # fmt: skip
    publish(other, home)
    publish(other, tmp_path / "fresh")
    assert files(home) == files(tmp_path / "fresh")
    other.close()


def test_a_damaged_earlier_file_only_costs_a_full_reading(store: Store, tmp_path: Path) -> None:
    home = tmp_path / "home"
    publish(store, home)
    with current_generation(home) as generation:
        segments = [generation.manifest.files[name].segment for name in ("walk.rows", "party.docs")]
    for segment in segments:
        path = home / "segments" / segment
        damaged = bytearray(path.read_bytes())
        damaged[-1] ^= 1
        path.unlink()
        path.write_bytes(damaged)
    load(store, [row("98", org("临江虚构新", uscc(98)))], at=T0 + timedelta(days=1),
         snapshots=[snapshot("register", "city", full=False)], full=False)  # fmt: skip
    publish(store, home)
    publish(store, tmp_path / "fresh")
    assert files(home) == files(tmp_path / "fresh")
