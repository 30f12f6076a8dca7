"""The projection as a reader sees it: shares, hubs, what is shared, refusals, threads, processes, replay."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
import projections
import pytest
from projections import DAY, PLAIN, generation, listing, party, publish, relation

from graph.generation import Earlier, Generation, GenerationError, current_generation, open_generation
from graph.generation.build import EdgeRow
from graph.generation.manifest import MANIFEST, digest
from graph.model import Interval, PartyType, Status, StatusEvent
from graph.paths import find, name_of, tell
from graph.projection import ContactKind, Walk
from graph.projection.model import HUB_OF_THING
from graph.relations import RelationType

HOLDS, USES = RelationType.HOLDS, RelationType.USES


def test_shares_are_exact_ranges_or_unknown(tmp_path: Path) -> None:
    stated = [
        {"share": Decimal("50.00"), "votes": Decimal("51.5")}, {"share_min": Decimal(25), "share_max": Decimal("33.4")},
        {"share_min": Decimal(25)}, {"share_max": Decimal(5)}, {}, {"share": Decimal("33.33333333333")},
        {"share": Decimal(-1)}, {"share": Decimal("NaN")}, {"share_min": Decimal(9), "share_max": Decimal(8)},
        {"share": Decimal("1E+30")},
    ]  # fmt: skip
    with generation(tmp_path, 2, [relation(0, 1, HOLDS, **one) for one in stated]) as made:
        told = [made.projection.share(edge) for edge in range(len(stated))]
        assert [(one.low, one.high, one.exact) for one in told] == [
            (50, 50, True), (25, Decimal("33.4"), True), (25, 100, True), (0, 5, True), (None, None, True),
            (Decimal("33.333333333"), Decimal("33.333333334"), False),
            (None, None, False), (None, None, False), (None, None, False),
            (Decimal(1_000_000_000), Decimal(1_000_000_000), False),
        ]  # fmt: skip
        assert told[0].votes == Decimal("51.5")
        half = Walk.along(HOLDS, share=Decimal(50), above=True)
        assert made.projection.neighbours(0, half).total == 1, (
            "50.00 is not above 50; what is unknown is not either"
        )
        possibly = Walk.along(HOLDS, share=Decimal(50), above=True, possible=True)
        assert made.projection.neighbours(0, possibly).total == 6, (
            "a range up to 100, and four that nobody knows"
        )


def test_relations_are_counted_also_where_none_is_asked_for(tmp_path: Path) -> None:
    rows = [relation(0, 1, HOLDS), relation(0, 2, HOLDS), relation(2, 0, HOLDS), relation(1, 0, USES)]
    with generation(tmp_path, 3, rows) as made:
        counted = made.projection.neighbours(0, limit=0)
        told = made.projection.neighbours(0, limit=1)
        assert [(one.type, one.out, one.total, one.edges) for one in counted] == [
            (one.type, one.out, one.total, ()) for one in told
        ]
        assert sorted((one.type, one.out, one.total) for one in counted) == [
            (HOLDS, False, 1), (HOLDS, True, 2), (USES, False, 1),
        ]  # fmt: skip
        assert (counted.total, counted.shown, told.shown) == (4, 0, 3)


def test_an_address_of_more_than_twenty_connects_nobody(tmp_path: Path) -> None:
    address, companies = 0, range(1, HUB_OF_THING + 3)

    def made_of(users: int) -> Generation:
        everyone = [party(address, PartyType.ADDRESS), *(party(n) for n in companies)]
        return generation(
            tmp_path / f"{users}", everyone, [relation(n, address, USES) for n in companies[:users]]
        )

    with made_of(HUB_OF_THING) as small, made_of(HUB_OF_THING + 1) as large:
        found = small.projection.shortest_path(1, 2)
        assert found.route is not None
        assert found.route.nodes == (1, address, 2)
        assert not found.cut
        assert len(small.projection.groups((1, 2, 3)).groups) == 1
        found = large.projection.shortest_path(1, 2)
        assert found.route is None
        assert found.cut
        assert not large.projection.groups((1, 2, 3)).groups
        assert large.projection.groups((1, 2, 3)).cut
        with_it = large.projection.groups((1, 2, address)).groups
        assert {group.through for group in with_it} == {1, 2, address}, "a member itself may have any number"


def test_who_has_ended_does_not_make_a_hub(tmp_path: Path) -> None:
    ended = Interval(end=DAY)
    users = range(1, 40)
    edges = [relation(n, 0, USES, valid=ended if n > 3 else Interval()) for n in users]
    everyone = [party(0, PartyType.PHONE), *(party(n) for n in users)]
    with generation(tmp_path, everyone, edges) as made:
        assert made.projection.shortest_path(1, 2).route is None
        now = Walk(as_of=DAY + timedelta(days=1))
        assert made.projection.shortest_path(1, 2, now).route is not None


def test_listings_count_while_they_are_in_force(tmp_path: Path) -> None:
    removed = StatusEvent(status=Status.REMOVED, span=Interval(start=DAY + timedelta(days=5)))
    paused = StatusEvent(status=Status.TEMP_LIFTED, span=Interval(start=DAY, end=DAY + timedelta(days=1)))
    rows = [
        listing(1, effect=Interval(start=DAY, end=DAY + timedelta(days=9)), events=(removed, paused)),
        listing(2, "RED"),
        listing(3, "ZDSS", from_gen=2),
        listing(3, "ZFCG", to_gen=2),
    ]
    edges = [relation(0, n) for n in (1, 2, 3)]
    with generation(tmp_path, 4, edges, rows, number=3) as made:

        def near(days: float, known: int | None = None, *lists: str) -> list[int]:
            walk = Walk(as_of=DAY + timedelta(days=days), known=known)
            found = made.projection.listed_within((0,), walk, lists=lists or None)
            return found.ordinals

        assert near(0.5) == [1, 3], "a pause is not taken off: the record says what it means"
        assert near(-1) == [3]
        assert near(5) == [3], "removed"
        assert near(0.5, None, "RED") == [2], "good credit is no reproach: only who asks for it finds it"
        assert near(0.5, 1, "ZDSS") == []
        assert near(0.5, 1, "ZFCG") == [3]
        assert near(0.5, None, "ZFCG") == []
        assert near(0.5, None, "SXBZXR", "ZDSS") == [1, 3]


def test_parties_that_state_the_same_are_told_up_to_a_cap(tmp_path: Path) -> None:
    everyone = [
        party(
            0,
            address="临江市 虚构路１２号（虚构大厦）",
            phone="0999-6540218；13900009001",
            email="a@xugou.invalid",
        ),
        party(1, address="临江市虚构路12号", phone="+86 139 0000 9001"),
        party(2, email="b@xugou.invalid，c@qq.com"),
        party(3, address="临江市高新区", phone="6540218", email="d@qq.com"),
        *(party(n, address="临江市集群路1号") for n in range(4, 30)),
    ]
    with generation(tmp_path, everyone, []) as made:
        sharing = made.projection.sharing
        (address,) = sharing("address", 0)
        assert (address.value, address.ordinals, address.total) == ("临江市虚构路12号", (1,), 1)
        assert [one.ordinals for one in sharing(ContactKind.PHONE, 1)] == [(0,)]
        assert [(one.value, one.ordinals) for one in sharing("domain", 2)] == [("xugou.invalid", (0,))]
        assert sharing("email", 2) == ()
        assert all(sharing(kind, 3) == () for kind in ContactKind), (
            "a town, a number without area, a public provider"
        )
        (crowd,) = sharing("address", 4)
        assert (crowd.ordinals, crowd.total) == ((), 25)
        (few,) = sharing("address", 4, cap=25)
        assert len(few.ordinals) == 25


def test_routes_become_parties_and_relations(tmp_path: Path) -> None:
    edges = [relation(0, 1, share=Decimal(60)), relation(2, 1, RelationType.LEGAL_REP_OF, by="name")]
    with generation(tmp_path, 3, edges) as made:
        projection = made.projection
        assert (projection.parties, projection.relations) == (3, 2)
        route = projection.shortest_path(0, 2).route
        assert route is not None
        path = tell(made, route)
        assert [name_of(one) for one in path.nodes] == [f"临江虚构{n}号" for n in range(3)]
        assert [one.type for one in path.relations] == [HOLDS, RelationType.LEGAL_REP_OF]
        assert path.out == (True, False)
        back = projection.shortest_path(2, 0).route
        assert back is not None
        assert back.reversed() == route
        assert [projection.by_name(edge) for edge in route.edges] == [False, True]
        by_code = projection.shortest_path(0, 2, Walk(by_name=False))
        assert by_code.route is None
        assert projection.degree(1) == 2
        assert projection.kind(0) is PartyType.ORGANIZATION
        assert find(made, "p00000001") == (1,)
        assert find(made, "临江虚构2号") == (2,)
        assert find(made, "临江不存在公司") == ()
        for wrong in (-1, 3):
            with pytest.raises(IndexError):
                projection.neighbours(wrong)
            with pytest.raises(IndexError):
                projection.closure((wrong,))
        with pytest.raises(IndexError):
            made.relation(2)
        assert projection.shortest_path(1, 1).route == ((1,), (), ())
        assert projection.groups(()).groups == ()
        assert projection.closure(()).ordinals == []


def test_an_empty_generation_has_an_empty_projection(tmp_path: Path) -> None:
    with generation(tmp_path, 0, []) as made:
        assert made.projection.parties == 0
        assert made.projection.closure(()).ordinals == []
        with pytest.raises(IndexError):
            made.projection.neighbours(0)


@pytest.mark.parametrize("name", ["walk.places", "walk.rows", "listed.spans", "shared.keys", "party.kind"])
def test_damaged_files_are_refused(tmp_path: Path, name: str) -> None:
    made = generation(
        tmp_path, [party(n, address="临江市虚构路12号") for n in range(2)], [relation(0, 1)], [listing(1)]
    )
    path = made.path / name
    made.close()
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.unlink()
    path.write_bytes(content)
    with pytest.raises(GenerationError) as refused:
        open_generation(tmp_path, made.ref, language=PLAIN)
    assert refused.value.code == "generation.damaged"


def rewritten(made: Generation, home: Path, slot: str | None, drop: str = "") -> Generation:
    """The same folder with another entry for the projection, and a file left out of the manifest."""
    manifest = msgspec.json.decode((made.path / MANIFEST).read_bytes())
    manifest["slots"]["projection"] = slot
    manifest["files"].pop(drop, None)
    data = msgspec.json.encode(manifest, order="sorted")
    folder = home / "generations" / f"{made.number}-{digest(data)[:12]}"
    made.path.rename(folder)
    (folder / MANIFEST).write_bytes(data)
    return open_generation(home, folder.name, language=PLAIN)


@pytest.mark.parametrize(
    ("slot", "drop", "code"),
    [
        (None, "", "generation.unprojected"),
        ('{"format":99}', "", "generation.foreign"),
        ('{"format":1,"types":["NOSUCH"]}', "", "generation.damaged"),
        ("{", "", "generation.damaged"),
        ("same", "walk.tags", "generation.damaged"),
    ],
)
def test_what_this_program_can_not_read_is_refused(
    tmp_path: Path, slot: str | None, drop: str, code: str
) -> None:
    with generation(tmp_path, 2, [relation(0, 1)]) as made:
        told = made.manifest.slots["projection"]
        with rewritten(made, tmp_path, told if slot == "same" else slot, drop) as other:
            with pytest.raises(GenerationError) as refused:
                _ = other.projection
            assert refused.value.code == code
            assert other.relations(0, 1), "the rest can be read"


def test_threads_share_one_projection(tmp_path: Path) -> None:
    count = 300
    with generation(tmp_path, count, [relation(n, n + 1) for n in range(count - 1)]) as made:
        wrong: list[object] = []

        def work(step: int) -> None:
            for n in range(200):
                first, last = (n * step) % count, (n * 7) % count
                found = made.projection.shortest_path(first, last, hops=count).route
                if found is None or len(found) != abs(first - last):
                    wrong.append((first, last, found))

        threads = [threading.Thread(target=work, args=(step,)) for step in (1, 3, 5, 11)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert not wrong


OTHER = """
import sys
from pathlib import Path
from projections import PLAIN
from graph.generation import current_generation
with current_generation(Path(sys.argv[1]), language=PLAIN) as made:
    print(made.projection.shortest_path(0, 2).route)
"""


def test_processes_read_the_same_files(tmp_path: Path) -> None:
    with generation(tmp_path, 3, [relation(0, 1), relation(1, 2)]) as made:
        own = made.projection.shortest_path(0, 2).route
        folders = (Path(projections.__file__).parent, Path(__file__).parents[2])
        done = subprocess.run(
            [sys.executable, "-c", OTHER, str(tmp_path)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))},
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.stdout.strip() == str(own), done.stderr
        files = sum(made.path.joinpath(name).stat().st_nlink > 1 for name in made.manifest.files)
        assert files == len(made.manifest.files), "one file for each content, mapped by all"


def test_an_earlier_generation_still_answers_as_it_did(tmp_path: Path) -> None:
    everyone = [party(n) for n in range(3)]
    first = publish(tmp_path, everyone, [relation(0, 1)], number=1)
    publish(tmp_path, everyone, [EdgeRow(relation(0, 1), 1, 2), EdgeRow(relation(1, 2), 2, None)], number=2)
    with (
        current_generation(tmp_path, language=PLAIN) as now,
        open_generation(tmp_path, first, language=PLAIN) as then,
    ):
        assert now.projection.shortest_path(0, 1).route is None
        assert (
            now.projection.shortest_path(0, 1, Walk(known=1)).route
            == then.projection.shortest_path(0, 1).route
        )
        assert now.projection.shortest_path(1, 2).route is not None
        assert now.projection.shortest_path(1, 2, Walk(known=1)).route is None
    assert Earlier(tmp_path).open(7) is None
