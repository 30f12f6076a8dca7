"""Composition root: where settings become a store, a generation, a policy, a ledger, a screener.

Everything heavy is imported inside the functions that need it, so that `--help` stays instant.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from api.settings import Settings
from graph.dates import CST

if TYPE_CHECKING:
    from graph.generation import Generation
    from graph.generation.format import Progress
    from graph.store import GraphReader, Store
    from matching.ledger import Ledger
    from matching.policy import Policy
    from matching.replay import ReplayResult
    from matching.screening import Screener

KEY_BYTES = 32


class HomeError(Exception):
    """The home folder holds something that can't be used. `code` is a message of api/messages.toml."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


def now() -> datetime:
    """The current instant in China time: the one clock of the program."""
    return datetime.now(CST)  # noqa: TID251 - api/ is the room that reads the clock


def secret_key(settings: Settings) -> bytes:
    """The deployment's secret key, by which persons' pseudonyms are made; created at first use, mode 0600.

    Raises:
        HomeError: `home.secret` (damaged), `home.secret_open` (other users can read it).
        OSError: the home can't be written.
    """
    path = settings.secret_file
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # written under another name and linked: two first runs at once agree on one key, none sees half of it
        fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as out:
                out.write(secrets.token_hex(KEY_BYTES) + "\n")
                out.flush()
                os.fsync(out.fileno())
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(fresh)
        finally:
            fresh.unlink()
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise HomeError("home.secret_open", path=path)
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise HomeError("home.secret", path=path, bytes=KEY_BYTES)
    return key


def ensure_home(settings: Settings) -> Path:
    """Make the home folder, private to its owner; returns the folder of the store's generations."""
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.data_root.mkdir(parents=True, exist_ok=True, mode=0o700)
    return settings.data_root


@contextmanager
def opened_store(settings: Settings, *, create: bool = False) -> Iterator[Store]:
    """The graph store, closed afterwards."""
    from graph.store import open_store

    if create:
        ensure_home(settings)
    store = open_store(
        settings.store, create=create, user=settings.neo4j_user, password=settings.neo4j_password
    )
    try:
        yield store
    finally:
        store.close()


def open_current_generation(settings: Settings, *, searching: bool = False) -> Generation:
    """The generation that screenings read; built from the store when a load ended before it was published.

    Args:
        settings: whose.
        searching: names will be searched: a generation without an index of them, or with one that this version of
            the program can't read, is published anew.

    Raises:
        GenerationError: `generation.missing`, `generation.damaged`.
        StoreError: `store.missing`, `store.missing_database`: nothing has been loaded yet.
    """
    from graph.generation import GenerationError, current_generation

    try:
        generation = current_generation(settings.data_root)
    except GenerationError as error:
        # foreign: written by a program with other name functions, e.g. before an upgrade
        if error.code not in ("generation.missing", "generation.foreign"):
            raise
    else:
        projected = bool(generation.manifest.slots.get("projection"))  # missing: of an earlier program
        if projected and (not searching or _searchable(generation)):
            return generation
        generation.close()
    with opened_store(settings) as store:
        publish(settings, store)
    return current_generation(settings.data_root)


def _searchable(generation: Generation) -> bool:
    from matching.index.tables import fingerprint

    return generation.index == fingerprint()


def compile_ahead(notice: Callable[[], None]) -> None:
    """Compile the matching functions where that was not done at installation; first `notice` says why it takes long."""
    from matching.warm import compile_all, compiled_state

    if compiled_state() != "ready":
        notice()
        compile_all()


def publish(settings: Settings, store: GraphReader, progress: Progress | None = None) -> str:
    """Make the store's newest state the current generation, with an index of its names; returns its reference.

    The names for the search box are made ready after the switch: whoever asks before waits for them.

    Raises:
        GenerationError: `generation.busy`, `.empty`, `.inconsistent`, `.unwritable`.
        StoreError: the store can't be read.
    """
    from graph.generation import GenerationError, open_generation
    from graph.generation import publish as write
    from matching.explore.names import ensure
    from matching.index.write import write_index

    home = ensure_home(settings)
    ref = write(store, home, progress=progress, index=write_index)
    with open_generation(home, ref) as generation, contextlib.suppress(GenerationError):
        # what can't be made now is made, or said to be impossible, when somebody searches
        ensure(home, generation)
    return ref


def load_policy(settings: Settings) -> Policy:
    """The policy in force: the installation's file, else the one that ships with the program."""
    from matching import policy

    return policy.load_policy(settings.policy)


@contextmanager
def opened_ledger(settings: Settings, *, create: bool = True, reading: bool = False) -> Iterator[Ledger]:
    """The ledger of decisions, closed afterwards; `reading` needs no write access to the home."""
    from matching.ledger import open_ledger

    if create:
        ensure_home(settings)
    ledger = open_ledger(settings.ledger, create=create, reading=reading)
    try:
        yield ledger
    finally:
        ledger.close()


class Desk:
    """What a run decides with: one generation, one policy, the ledger, and the screener made of them."""

    def __init__(self, settings: Settings, screener: Screener, ledger: Ledger, policy: Policy) -> None:
        self.settings = settings
        self.screener = screener
        self.ledger = ledger
        self.policy = policy


@contextmanager
def opened_desk(settings: Settings) -> Iterator[Desk]:
    """The front door of decisions over the current generation; every decision is recorded in the ledger.

    The policy is kept in the ledger first, so that each decision can be replayed.
    """
    from graph.generation import Earlier
    from matching.screening import Screener

    policy = load_policy(settings)
    key = secret_key(settings)
    generation = open_current_generation(settings, searching=True)
    earlier = Earlier(settings.data_root)
    try:
        with opened_ledger(settings) as ledger:
            ledger.put_document("policy", policy.hash, policy.text.encode(), at=now())
            screener = Screener(generation, policy, ledger, pseudonym_key=key, older=earlier.open)
            yield Desk(settings, screener, ledger, policy)
    finally:
        earlier.close()
        generation.close()


def open_pinned_generation(settings: Settings, ref: str) -> Generation:
    """A generation by reference, of whichever store of this home it was made from.

    Raises:
        GenerationError: `generation.missing`, `generation.damaged`.
    """
    from graph.generation import open_generation

    roots = [settings.data_root, settings.home, *sorted((settings.home / "stores").glob("*"))]
    root = next((r for r in roots if (r / "generations" / ref).is_dir()), settings.data_root)
    return open_generation(root, ref)


def replay(settings: Settings, decision_id: str) -> ReplayResult:
    """Calculate a recorded decision again and compare it with what was recorded.

    Raises:
        LedgerError: `ledger.missing`, `ledger.no_decision`.
    """
    from matching import replay as engine

    with opened_ledger(settings, create=False, reading=True) as ledger:
        return engine.replay(
            decision_id,
            ledger=ledger,
            open_generation=lambda ref: open_pinned_generation(settings, ref),
            pseudonym_key=secret_key(settings),
            tenant=settings.tenant,
        )
