"""Constraints and indexes: the constraints before anything is written, the rest after a first load."""

from __future__ import annotations

import time
from collections.abc import Iterable

from graph.relations import RelationType
from graph.store import StoreError
from graph.stores.bolt.server import Server

LAYOUT = 3
"""Newest layout of the database that this program knows; property of the `Store` node. Rows of layout 1, whose
documents are whole, and of layout 2, whose `ends` are a document, are read as they are."""
CONSTRAINTS = (
    "store", "writer", "party", "record", "source", "origin", "generation", "identifier", "name", "bond", "verdict",
)  # fmt: skip
SEARCH = ("party_ident", "party_local", "party_form", "name_form")
"""What finding a party needs."""
KEYS = ("record_key", "record_ended")
"""What a later load needs to find the records that it names again."""
_WAIT = 1800.0


class Schema:
    """What is there already is asked once; making an index that exists would cost a round trip each time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._ready: set[str] = set()

    def constraints(self) -> None:
        """The constraints that every key relies on."""
        states = self._states()
        for name in CONSTRAINTS:
            if f"liancheng_{name}" not in states:
                self._server.change_schema(f"constraint_{name}")

    def indexes(
        self, names: Iterable[str], relations: Iterable[RelationType] = (), *, wait: bool = True
    ) -> None:
        """Make indexes where they are missing; `wait` until they can be used.

        Raises:
            StoreError: `store.slow`: not within half an hour; `store.damaged`: one can't be filled.
        """
        wanted: dict[str, tuple[str, RelationType | None]] = {
            f"liancheng_{name}": (f"index_{name}", None) for name in names
        }
        wanted |= {f"liancheng_key_{one.value}": ("index_relation_key", one) for one in relations}
        wanted = {name: how for name, how in wanted.items() if name not in self._ready}
        if not wanted:
            return
        states = self._states()
        for name, (query, relation) in wanted.items():
            if name not in states:
                self._server.change_schema(query, relation)
        end = time.monotonic() + _WAIT
        while wait:
            states = self._states()
            if any(states.get(name) == "FAILED" for name in wanted):
                raise StoreError("store.damaged", path=self._server.url, detail="index")
            if all(states.get(name) == "ONLINE" for name in wanted):
                self._ready.update(wanted)
                return
            if time.monotonic() > end:
                raise StoreError("store.slow", path=self._server.url, seconds=round(_WAIT))
            time.sleep(0.02)

    def _states(self) -> dict[str, str]:
        return {name: str(state) for name, state in self._server.ask("index_states")}


def claim(server: Server, schema: Schema, *, create: bool, trials: bool = False) -> None:
    """Refuse a database that is not ours; make an empty one ours on request.

    Args:
        server: where.
        schema: its constraints and indexes.
        create: make an empty database ours.
        trials: only one that is for trials; an empty one becomes one.

    Raises:
        StoreError: `store.missing_database` (empty, and not `create`), `store.foreign` (holds something else),
            `store.version` (a newer layout), `store.not_scratch` (ours, and not for trials).
    """
    mark = server.ask("store_mark")
    if not mark and server.ask("any_node"):
        # Another one may have made it ours between the two questions.
        mark = server.ask("store_mark")
        if not mark:
            raise StoreError("store.foreign", path=server.url)
    if not mark:
        if not create:
            raise StoreError("store.missing_database", path=server.url)
        schema.constraints()
        server.write(lambda ask: ask("make_store", layout=LAYOUT, trials=trials))
        return
    layout, for_trials = mark[0]
    if layout is None or layout > LAYOUT:
        raise StoreError("store.version", path=server.url, found=layout, known=LAYOUT)
    if layout < LAYOUT:
        schema.constraints()
        server.write(lambda ask: ask("mark_layout", layout=LAYOUT))
    if trials and not for_trials:
        raise StoreError("store.not_scratch", path=server.url)
