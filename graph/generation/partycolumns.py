"""What a generation knows of parties beside their documents: one number or key each, and tables to look up."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Container
from typing import NamedTuple

import numpy as np

from graph import keys
from graph.generation.errors import GenerationError
from graph.generation.format import Array, Sink
from graph.generation.indexing import Indexer, SlimParty, in_register, stated
from graph.generation.lookup import put_table
from graph.generation.projected import TYPE_NUMBERS, write_shared
from graph.model import Party
from graph.projection.contacts import KINDS


class PartyColumns(NamedTuple):
    """By ordinal: hash of the key, whether a register has it, its kind. By entry: keys it is found by, and what it
    states of address, telephone, e-mail and domain."""

    hash: Array
    register: Array
    kind: Array
    keys: Array
    ords: Array
    shared_keys: Array
    sharers: Array
    shared_kinds: Array


class Gathered:
    """Grows the columns party by party."""

    def __init__(self, indexer: Indexer, lists: Container[str]) -> None:
        self._indexer = indexer
        self._lists = lists
        self._hash, self._register, self._kind = array("Q"), array("B"), array("B")
        self._keys, self._ords = array("Q"), array("I")
        self._shared, self._sharers, self._shared_kinds = array("Q"), array("I"), array("B")

    def __len__(self) -> int:
        return len(self._hash)

    def add(self, party: SlimParty | Party, ordinal: int) -> None:
        """Take a party that has this ordinal."""
        self._hash.append(keys.party(party.key))
        self._register.append(in_register(party.mentions, self._lists))
        self._kind.append(TYPE_NUMBERS[party.type])
        for key in self._indexer.party(party):
            self._keys.append(key)
            self._ords.append(ordinal)
        for kind, value in stated(party.attributes):
            self._shared.append(keys.contact(kind, value))
            self._sharers.append(ordinal)
            self._shared_kinds.append(KINDS.index(kind))

    def columns(self) -> PartyColumns:
        """All of them, without a copy."""
        return PartyColumns(
            hash=np.frombuffer(self._hash, "<u8"),
            register=np.frombuffer(self._register, "u1"),
            kind=np.frombuffer(self._kind, "u1"),
            keys=np.frombuffer(self._keys, "<u8"),
            ords=np.frombuffer(self._ords, "<u4"),
            shared_keys=np.frombuffer(self._shared, "<u8"),
            sharers=np.frombuffer(self._sharers, "<u4"),
            shared_kinds=np.frombuffer(self._shared_kinds, "u1"),
        )


def overlay(
    old: PartyColumns, stay: Array, moved: Callable[[Array], Array], new: PartyColumns, targets: Array
) -> PartyColumns:
    """The columns after a change.

    Args:
        old: as they were.
        stay: by old ordinal, whether the party is as it was.
        moved: gives new ordinals for old ones.
        new: of the parties that changed or are new.
        targets: their ordinals.
    """
    count = int(stay.sum()) + len(targets)
    places = moved(np.flatnonzero(stay).astype("<u4"))

    def by_ordinal(before: Array, now: Array) -> Array:
        whole = np.empty(count, now.dtype)
        whole[places] = before[stay]
        whole[targets] = now
        return whole

    kept, sharing = stay[old.ords], stay[old.sharers]
    return PartyColumns(
        hash=by_ordinal(old.hash, new.hash),
        register=by_ordinal(old.register, new.register),
        kind=by_ordinal(old.kind, new.kind),
        keys=np.concatenate([old.keys[kept], new.keys]),
        ords=np.concatenate([moved(old.ords[kept]), new.ords]),
        shared_keys=np.concatenate([old.shared_keys[sharing], new.shared_keys]),
        sharers=np.concatenate([moved(old.sharers[sharing]), new.sharers]),
        shared_kinds=np.concatenate([old.shared_kinds[sharing], new.shared_kinds]),
    )


def put_parties(sink: Sink, columns: PartyColumns) -> None:
    """Write the parties' files but for the documents.

    Raises:
        GenerationError: `generation.inconsistent`: two parties have one key.
    """
    count = len(columns.hash)
    sink.put("party.hash", "partyhash", columns.hash)
    sink.put("party.register", "flag", columns.register)
    sink.put("party.kind", "kind", columns.kind)
    order = np.lexsort((columns.ords, columns.keys))
    put_table(sink, "party", "", columns.keys[order], columns.ords[order])
    by_hash = np.argsort(columns.hash, kind="stable")
    own = columns.hash[by_hash]
    if bool((own[1:] == own[:-1]).any()):
        raise GenerationError("generation.inconsistent", detail="parties: two have one key")
    put_table(sink, "party", "h", own, by_hash.astype("<u4"))
    write_shared(sink, columns.shared_keys, columns.sharers, columns.shared_kinds, count)
