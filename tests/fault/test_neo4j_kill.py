"""A load into Neo4j whose loader or server is killed leaves the old state or the new one; the same load goes on.

20 kills of each kind, by `make soak` (`LIANCHENG_SOAK` of 200) or `make neo4j-kill`, with nothing else beside them; two
of each from `LIANCHENG_SOAK` of 20 on, where servers that hang or are away are left out.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import neo4j_shared
import pytest
from neo4j_server import Server
from store_records import LIST, batch, day, listing, org, person, relation, row, snapshot, uscc

from api import bootstrap
from api.loading import load_files
from api.settings import read_settings
from graph.messages import LANGS, say
from graph.model import Listing, PartyRecord
from graph.relations import Relation, RelationType
from graph.store import Store, StoreError, open_store
from loaders.run import LoadOptions

SOAK = int(os.environ.get("LIANCHENG_SOAK", "10"))
ROUNDS = 20 if SOAK >= 200 else 2
COUNT, STEP = 600, 40
WITHIN = 15.0
"""Seconds in which a load has to say that the server is away."""
SUPPORT = Path(__file__).resolve().parents[1] / "support"
BOTH = [snapshot(taken_at=day(10)), snapshot("register", "r", taken_at=day(10))]

pytestmark = [
    pytest.mark.fault,
    pytest.mark.slow,
    pytest.mark.skipif(SOAK < 20, reason="servers are killed by `make soak` and `make neo4j-kill`"),
]
at_length = pytest.mark.skipif(SOAK < 200, reason="runs by `make soak` and `make neo4j-kill`")

Record = Listing | PartyRecord | Relation


def company(number: int) -> tuple[str, str]:
    """Name and code of a made-up company."""
    return f"临江市{number}有限公司", uscc(number)


def old(number: int) -> list[Record]:
    """A company of the first snapshot: listed, registered, and held by the one before it."""
    mention, above = org(*company(number)), org(*company(max(0, number - 1)))
    return [
        listing(f"K{number}", mention),
        row(f"R{number}", mention),
        relation(f"E{number}", RelationType.HOLDS, above, mention),
    ]


def new(number: int) -> list[Record]:
    """The same in the second: every third one has changed, some relations are of another type, some are new."""
    if number >= COUNT:
        return [listing(f"K{number}", person(f"虚构{number}"))]
    mention, above = org(*company(number)), org(*company(max(0, number - 1)))
    kind = RelationType.CONTROLS if number % 5 == 0 else RelationType.HOLDS
    return [
        listing(f"K{number}", mention, measure="新" if number % 3 == 0 else ""),
        row(f"R{number}", mention, founded_on="2001-02-03" if number % 4 == 0 else ""),
        relation(f"E{number}", kind, above, mention),
    ]


SECOND = range(20, COUNT + 40)
"""The second snapshot: twenty are gone."""


def load(store: Store, token: str, records: Callable[[int], list[Record]], numbers: range) -> None:
    """Load in small steps, going on where an earlier attempt stopped."""
    store.begin(token, BOTH)
    print("begun", flush=True)
    skip = store.staged()
    for start in range(numbers.start, numbers.stop, STEP):
        part = [one for number in numbers if start <= number < start + STEP for one in records(number)]
        if skip >= len(part):
            skip -= len(part)
            continue
        skip = 0
        store.write(batch(part))
        print(start, flush=True)
    store.end_missing(LIST, "court")
    store.end_missing("register", "r")
    print("publishing", flush=True)
    store.publish(day(1) if token == "first" else day(11))
    print("published", flush=True)


def child() -> None:
    """In the child: the second load, in small transactions; errors are said as the command line says them."""
    from graph.stores.bolt import stage

    stage.SEND = 30
    url, user = sys.argv[1], sys.argv[2]
    began = time.monotonic()
    try:
        store = open_store(url, user=user, password=os.environ["NEO4J_PASSWORD"])
        load(store, "second", new, SECOND)
        store.close()
    except StoreError as error:
        print(f"refused {error.code} {time.monotonic() - began:.1f}", flush=True)


def started(target: neo4j_shared.Target) -> subprocess.Popen[str]:
    """The second load in a process of its own, begun."""
    path = os.pathsep.join([str(SUPPORT), str(Path(__file__).parent)])
    process = subprocess.Popen(
        [sys.executable, "-c", "import test_neo4j_kill as t; t.child()", target.url, target.user],
        stdout=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "PYTHONPATH": path, "NEO4J_PASSWORD": target.password},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def contents(store: Store) -> list[object]:
    """Everything a reader sees, in an order that does not depend on the store."""
    rows = [
        (one.listing, one.content_hash, one.from_gen, one.to_gen, one.party)
        for one in store.iter_listings(LIST)
    ]
    edges = sorted(store.iter_edges(), key=repr)
    parties = list(store.iter_parties())
    return [rows, edges, parties, store.counts(), [one.changes for one in store.publications()]]


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[object], list[object]]:
    """What readers of an embedded store see of the first state, and after an undisturbed second load."""
    store = open_store(str(tmp_path_factory.mktemp("whole") / "store.sqlite3"), create=True)
    load(store, "first", old, range(COUNT))
    before = contents(store)
    load(store, "second", new, SECOND)
    after = contents(store)
    store.close()
    return before, after


def check_and_complete(
    target: neo4j_shared.Target, states: tuple[list[object], list[object]], said: str
) -> None:
    """Readers see the old state or the new one; the same load, run again, ends with exactly the new one."""
    before, after = states
    store = open_store(target.url, user=target.user, password=target.password)
    try:
        seen = contents(store)
        assert seen in (before, after)
        if "published\n" in said:
            assert seen == after
        if store.generation() == 1:
            load(store, "second", new, SECOND)
        assert contents(store) == after
    finally:
        store.close()


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_killed_loader(
    neo4j_database: neo4j_shared.Target, states: tuple[list[object], list[object]], round_: int
) -> None:
    store = open_store(
        neo4j_database.url, create=True, user=neo4j_database.user, password=neo4j_database.password
    )
    load(store, "first", old, range(COUNT))
    store.close()
    process = started(neo4j_database)
    with process:
        time.sleep(random.Random(round_).uniform(0, 1.5))
        process.kill()
        assert process.stdout is not None
        said = process.stdout.read()
    check_and_complete(neo4j_database, states, said)


@pytest.fixture(scope="module")
def own_server(needs: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that may be killed: not the one that other tests use."""
    needs("neo4j server")
    memory = Path("/dev/shm")
    home = tmp_path_factory.mktemp("neo4j")
    server = Server(memory / f"liancheng-{os.getpid()}" if os.access(memory, os.W_OK) else home, brief=True)
    server.start()
    yield server
    server.kill()
    server.remove()


@pytest.fixture
def doomed(own_server: Server) -> neo4j_shared.Target:
    """That server's database with the first state in it."""
    from graph.store import open_trial_store

    target = neo4j_shared.Target(own_server.uri, "neo4j", own_server.password)
    store = open_trial_store(target.url, user=target.user, password=target.password)
    store.empty()
    load(store, "first", old, range(COUNT))
    store.close()
    return target


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_killed_server(
    own_server: Server, doomed: neo4j_shared.Target, states: tuple[list[object], list[object]], round_: int
) -> None:
    process = started(doomed)
    with process:
        time.sleep(random.Random(round_).uniform(0, 1.5))
        own_server.kill()
        began = time.monotonic()
        assert process.stdout is not None
        said = process.stdout.read()
        took = time.monotonic() - began
    own_server.start()
    assert took < WITHIN + 2
    if "published\n" not in said:
        assert "refused store.unavailable" in said or "refused store.slow" in said
    check_and_complete(doomed, states, said)


@at_length
def test_server_that_hangs(own_server: Server, doomed: neo4j_shared.Target) -> None:
    store = open_store(doomed.url, user=doomed.user, password=doomed.password)
    store.begin("second", BOTH)
    store.write(batch(new(SECOND.start)))
    own_server.signal(signal.SIGSTOP)
    try:
        calls: tuple[Callable[[], object], ...] = (
            lambda: store.search("临江市"),
            store.staged_changes,
            lambda: open_store(doomed.url, user=doomed.user, password=doomed.password),
        )
        for call in calls:
            began = time.monotonic()
            with pytest.raises(StoreError) as caught:
                call()
            assert time.monotonic() - began < WITHIN + 3
            assert caught.value.code in ("store.slow", "store.unavailable")
        store.close()
    finally:
        own_server.signal(signal.SIGCONT)
    store = open_store(doomed.url, user=doomed.user, password=doomed.password)
    load(store, "second", new, SECOND)
    assert store.generation() == 2
    store.close()


@at_length
def test_decisions_go_on_without_the_server(
    own_server: Server, doomed: neo4j_shared.Target, tmp_path: Path
) -> None:
    settings = read_settings(
        {
            "LIANCHENG_HOME": str(tmp_path),
            "LIANCHENG_STORE": doomed.url,
            "NEO4J_USER": doomed.user,
            "NEO4J_PASSWORD": doomed.password,
        },
        tmp_path,
    )
    with bootstrap.opened_store(settings) as store:
        bootstrap.publish(settings, store)
    own_server.kill()
    try:
        generation = bootstrap.open_current_generation(settings)
        party = generation.party_ordinal("P0000000002")
        assert party is not None
        assert generation.relations(party, 1)
        generation.close()
        began = time.monotonic()
        with pytest.raises(StoreError, match=r"store\.unavailable"):
            load_files(settings, [tmp_path / "any.csv"], LoadOptions(), recorded_at=day(20))
        assert time.monotonic() - began < WITHIN
    finally:
        own_server.start()


@at_length
@pytest.mark.parametrize("listening", [False, True], ids=["refuses", "never answers"])
def test_no_server(listening: bool) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listening:
            silent.listen()
        port = silent.getsockname()[1]
        for scheme in ("bolt", "neo4j"):
            began = time.monotonic()
            with pytest.raises(StoreError) as caught:
                open_store(f"{scheme}://127.0.0.1:{port}", password="geheim-geheim")
            assert time.monotonic() - began < WITHIN
            assert caught.value.code in ("store.unavailable", "store.slow")
            for lang in LANGS:
                sentence = say("graph", caught.value.code, lang, **caught.value.params)
                assert f"{scheme}://127.0.0.1:{port}/neo4j" in sentence
                assert "geheim" not in sentence + repr(caught.value)
