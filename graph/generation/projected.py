"""Writes the projection into a generation: adjacency, parties and their listings, what parties have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from graph.generation.format import Array, Sink
from graph.generation.lookup import buckets, order_of
from graph.model import Doc, PartyType
from graph.projection import layout
from graph.projection.columns import TYPES, packed
from graph.projection.contacts import KINDS

WALK_FILES: Final = ("starts", "places", "tags", "rows")
"""Of relations alone: taken over as long as no party or relation changed."""
LISTED_FILES: Final = ("spans", "lists")
SHARED_FILES: Final = ("keys", "ords", "kinds", "starts", "firsts", "places")
TYPE_NUMBERS: Final = {kind: number for number, kind in enumerate(PartyType)}
"""How `party.kind` numbers what a party is."""
MAX_LISTS: Final = 65_535


class Slot(Doc):
    """What the manifest says of the projection: how its numbers are to be read."""

    format: int = layout.FORMAT
    types: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


def slot_text(lists: Sequence[str]) -> str:
    """The manifest's entry for a projection written by this program."""
    slot = Slot(types=tuple(TYPES), kinds=tuple(TYPE_NUMBERS), lists=tuple(lists), contacts=tuple(KINDS))
    return msgspec.json.encode({**msgspec.to_builtins(slot), "format": slot.format}, order="sorted").decode()


def write_walks(sink: Sink, rows: Array, parties: int) -> None:
    """Write the relations' rows and each party's places, in both directions; no place leads outside.

    The places of a party are ordered by type and direction, then by the other party, so that a walk finds each
    kind at once and equal stores give equal answers.

    Args:
        sink: where.
        rows: the table of relations (`graph.projection.columns.EdgeColumns.rows`).
        parties: how many parties there are.
    """
    src, dst = ends_of(rows)
    numbers = np.flatnonzero((src != layout.OPEN) & (dst != layout.OPEN)).astype("<u4")
    src, dst = src[numbers], dst[numbers]
    kind = (rows[numbers, layout.MARKS] & layout.TYPE).astype("<u4")
    day = _days(rows)[numbers]
    owner = np.concatenate([src, dst])
    peer = np.concatenate([dst, src])
    tag = np.concatenate([kind * 2, kind * 2 + 1]) << np.uint32(layout.CODE) | np.concatenate([day, day])
    # Relations stand in ascending order already, so two stable sorts give (owner, code, peer, edge).
    order = order_of(peer)
    first = owner[order].astype("<u8") << np.uint64(8) | tag[order] >> np.uint32(layout.CODE)
    order = order[order_of(first)]
    starts = np.zeros(parties + 1, "<u8")
    np.cumsum(np.bincount(owner, minlength=parties), out=starts[1:])
    sink.put("walk.starts", "starts", starts)
    sink.put("walk.places", "places", packed(peer[order], np.concatenate([numbers, numbers])[order]))
    sink.put("walk.tags", "tags", tag[order])
    sink.put("walk.rows", "relations", rows)


def ends_of(rows: Array) -> tuple[Array, Array]:
    """The ordinals of the sources and of the targets of relations."""
    ends = rows[:, layout.ENDS].view("<u8")
    return (ends & np.uint64(layout.OPEN)).astype("<u4"), (ends >> np.uint64(32)).astype("<u4")


def _days(rows: Array) -> Array:
    """Of each relation the day from which on it holds for good, by the newest generation (`layout.DAY`)."""
    start = rows[:, layout.START]
    plain = rows[:, layout.END] == layout.MOST
    plain &= (rows[:, layout.GENERATIONS] >> 32) == -1
    plain &= (rows[:, layout.MARKS] & layout.BY_NAME) == 0
    day = -(-start // layout.MICROS_A_DAY) - layout.FIRST_DAY + 1
    day = np.where(start == layout.LEAST, 0, day)
    return np.where(plain & (day >= 0) & (day < layout.LATER), day, layout.LATER).astype("<u4")


def write_listed(
    sink: Sink, items: Array, spans: Array, from_gen: Array, to_gen: Array, codes: Array
) -> None:
    """Write, for each listing that belongs to a party, when it is in force and on which list it stands.

    Args:
        sink: where.
        items: ordinals of the listings, party by party (the file `links.items`).
        spans: of every listing: in force from, until (microseconds).
        from_gen: of every listing: the generation that recorded this version.
        to_gen: the one that ended it.
        codes: the number of its list.
    """
    table = np.empty((len(items), layout.LISTED_COLUMNS), "<i8")
    table[:, :2] = spans[items]
    table[:, layout.LISTED_GENERATIONS] = packed(from_gen[items], to_gen[items])
    sink.put("listed.spans", "listed", table)
    sink.put("listed.lists", "code", codes[items].astype("<u2"))


def write_shared(sink: Sink, keys: Array, owners: Array, kinds: Array, parties: int) -> None:
    """Write who has the same address, telephone, e-mail or domain.

    Args:
        sink: where.
        keys: `graph.keys.contact` of each value of each party.
        owners: the party of each.
        kinds: the number of its kind.
        parties: how many parties there are.
    """
    order = np.lexsort((owners, keys))
    sorted_keys, ordinals = keys[order], owners[order].astype("<u4")
    by_party = np.argsort(ordinals, kind="stable").astype("<u4")
    firsts = np.zeros(parties + 1, "<u8")
    np.cumsum(np.bincount(ordinals, minlength=parties), out=firsts[1:])
    sink.put("shared.keys", "keys", sorted_keys)
    sink.put("shared.ords", "ordinals", ordinals)
    sink.put("shared.kinds", "kind", kinds[order].astype("u1"))
    sink.put("shared.starts", "starts", buckets(sorted_keys))
    sink.put("shared.firsts", "starts", firsts)
    sink.put("shared.places", "ordinals", by_party)
