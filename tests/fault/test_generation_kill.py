"""kill -9 anywhere in a publication leaves the generation that was current, or the new one; never a part.

`LIANCHENG_SOAK` sets how often a publisher is killed at random (10 by default; 5 in CI, 200 by `make soak`).
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from graph.generation import current_generation, open_generation
from graph.generation.build import EdgeRow, ListingRow
from graph.generation.language import Language
from graph.generation.publish import prune, publish_source
from graph.generation.source import Changes, Source
from graph.model import Listing, Mention, Party, PartyType
from graph.relations import PartyRelation, RelationType
from graph.store import Publication

ROUNDS = int(os.environ.get("LIANCHENG_SOAK", "10"))

pytestmark = pytest.mark.fault
DAY = datetime(2026, 3, 1, 9, tzinfo=UTC)
LANGUAGE = Language(n6=lambda name, person: name, stems=lambda n6: ())


def source(number: int) -> Source:
    """Generation `number` holds `number` records on one list, an unchanged second list, and `number` relations.

    What changed since an earlier one is known, so that relations are worked into the last generation.
    """

    def listings(dataset: str) -> list[ListingRow]:
        rows = []
        for i in range(number if dataset == "SXBZXR" else 3):
            subject = Mention(type=PartyType.ORGANIZATION, name=f"虚构{i}", n6=f"虚构{i}")
            doc = msgspec.json.encode(Listing(list_code=dataset, key=f"{i}", subject=subject))
            rows.append(ListingRow(doc, hashlib.sha256(doc).digest(), min(i + 1, number), None, "p0"))
        return rows

    def edges(since: int = 0) -> list[EdgeRow]:
        held = PartyRelation(type=RelationType.HOLDS, src="p0", dst="p0")
        return [EdgeRow(held, n, None) for n in range(since + 1, number + 1)]

    party = msgspec.json.encode(Party(key="p0", type=PartyType.ORGANIZATION))
    return Source(
        number=number,
        newest=lambda: number,
        publications=[Publication(number=n, recorded_at=DAY) for n in range(1, number + 1)],
        counts={},
        datasets=["SXBZXR", "ZFCG"],
        touched=lambda dataset: "1" if dataset == "ZFCG" else f"{number}",
        listings=listings,
        parties=lambda: [party],
        edges=edges,
        changes=lambda since, mark: Changes((), edges(since)) if mark == f"{since}" else None,
    )


def publish(home: Path, number: int) -> str:
    return publish_source(lambda: source(number), home, language=LANGUAGE)


def whole(home: Path) -> int:
    """The current generation's number, after checking all of it."""
    with current_generation(home, language=LANGUAGE) as generation:
        generation.verify()
        (told,) = generation.projection.neighbours(0).tallies[:1]
        assert told.total == generation.number
        assert [generation.listing(o).key for o in range(len(generation) - 3)] == [
            str(i) for i in range(generation.number)
        ]
        return generation.number


_STEPS: tuple[tuple[Any, str], ...] = (
    (os, "fsync"), (os, "link"), (Path, "replace"), (Path, "rename"), (Path, "unlink"), (Path, "mkdir"),
)  # fmt: skip


def _die_at(step: int, action: Callable[[], object]) -> bool:
    """Run `action` in a child that kills itself before the `step`-th call that changes the disk."""
    child = os.fork()
    if child == 0:
        left = step

        def counted(original: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **more: Any) -> Any:
                nonlocal left
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1
                return original(*args, **more)

            return call

        for owner, name in _STEPS:
            setattr(owner, name, counted(getattr(owner, name)))
        try:
            action()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def test_dying_at_any_step_of_a_publication(tmp_path: Path) -> None:
    """Every sixth step while files are written, and every one of the last forty: naming, checking, switching."""
    first = publish(tmp_path, 1)
    seen = {1: 0, 2: 0, 3: 0}

    def die_through(number: int, begin: int, stride: int) -> int:
        step = begin
        while _die_at(step, lambda: publish(tmp_path, number)):
            seen[whole(tmp_path)] += 1
            step += stride
        assert whole(tmp_path) == number
        return step

    steps = die_through(2, 0, 6)
    assert steps > 80, "the steps were counted"
    die_through(3, steps - 40, 1)
    assert seen[1] > 20
    assert seen[2] > 20
    assert seen[3] >= 1, "dying after the switch shows the new one"
    publish(tmp_path, 3)
    assert [
        p.name for p in tmp_path.rglob("*") if p.name.startswith("tmp-") or p.name.endswith(".part")
    ] == []
    with open_generation(tmp_path, first, language=LANGUAGE) as old:
        old.verify()


def test_dying_at_any_step_of_pruning(tmp_path: Path) -> None:
    refs = [publish(tmp_path, number) for number in (1, 2, 3)]
    step = 0
    while _die_at(step, lambda: prune(tmp_path, {refs[1]})):
        assert whole(tmp_path) == 3
        with open_generation(tmp_path, refs[1], language=LANGUAGE) as kept:
            kept.verify()
        step += 1
    assert step > 3
    prune(tmp_path, {refs[1]})
    assert sorted(path.name for path in (tmp_path / "generations").iterdir()) == sorted(refs[1:])


_WORKER = """
import importlib.util, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("killed", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
number = int(sys.argv[3])
while True:
    module.publish(Path(sys.argv[2]), number)
    print(number, flush=True)
    number += 1
"""


def test_killed_at_random_moments(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    dice = random.Random(7)
    number = 1
    for _ in range(ROUNDS):
        worker = subprocess.Popen(
            [sys.executable, "-c", _WORKER, __file__, str(tmp_path), str(number + 1)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert worker.stdout is not None
        with worker.stdout as told:
            acknowledged = int(told.readline())
            time.sleep(dice.uniform(0, 0.12))
            worker.kill()
            rest = [line for line in told.read().split("\n") if line]
        worker.wait()
        acknowledged = int(rest[-1]) if rest else acknowledged
        number = whole(tmp_path)
        assert number >= acknowledged, "what was acknowledged stays"
        assert number <= acknowledged + 1
    assert number > ROUNDS
