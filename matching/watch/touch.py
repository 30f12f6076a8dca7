"""Which watched parties and tenders a change of the lists can touch: by number, by name, by likeness, by relations.

Everybody who could be touched is found, and some who turn out not to be: each is decided anew, and only a difference
is told. Who is not found here is not decided anew, so whatever leads a decision to a record has to lead back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph import keys, text
from graph.generation import Generation, GenerationError
from graph.generation.changes import (
    Reach,
    changed_parties,
    changed_since,
    contained,
    linked_parties,
    listing_keys,
    parties_under,
    party_keys,
)
from graph.model import PartyType
from graph.relations import RelationType
from matching.policy import Policy
from matching.watch.traces import NUMBER, REGION, REP, UNCODED, coded, decode, record_key

if TYPE_CHECKING:
    from matching.index.names import NameIndex

Array = npt.NDArray[Any]

GROUP: Final = (
    RelationType.HOLDS,
    RelationType.CONTROLS,
    RelationType.UBO_OF,
    RelationType.IN_CONCERT,
    RelationType.BRANCH_OF,
    RelationType.SUCCEEDS,
    RelationType.RENAMED_FROM,
)
"""Relations that decisions follow over many steps: groups under one control, branches, predecessors."""
MOST_STEPS: Final = 8
NEAR_SHOWN: Final = 24
"""Watched names looked at for one listed name."""


class Watchlist(NamedTuple):
    """What is watched, as arrays: row `rows[i]` is found by `keys[i]`, the keys ascending."""

    ids: Array
    keys: Array
    rows: Array
    texts: tuple[tuple[str, int, int], ...] = ()
    """Names in their searched form, with the key under which the row is found, and what else is known of it."""

    def under(self, wanted: Array) -> Array:
        """The ids of the rows that one of these sorted keys finds, ascending."""
        return np.unique(self.ids[self.rows[contained(self.keys, wanted)]])


def watchlist(rows: Iterable[tuple[int, bytes]], *, texts: bool) -> Watchlist:
    """Read what is watched; `texts` also its names, for the search by likeness."""
    ids: list[int] = []
    found: list[Array] = []
    counts: list[int] = []
    names: dict[str, tuple[int, int]] = {}
    for number, data in rows:
        traces = decode(data)
        ids.append(number)
        found.append(np.array((*traces.keys, *traces.records), "<u8"))
        counts.append(len(found[-1]))
        if texts:
            for name in traces.texts:
                key, facts = names.get(name) or (keys.org_name(text.org_key(name)), 0)
                names[name] = key, facts | traces.facts
    flat = np.concatenate([np.empty(0, "<u8"), *found])
    places = np.repeat(np.arange(len(ids)), np.array(counts, np.int64))
    order = np.argsort(flat, kind="stable")
    return Watchlist(
        np.array(ids, np.int64),
        flat[order],
        places[order],
        tuple((name, *known) for name, known in names.items()),
    )


class Touched(NamedTuple):
    """Whom a change can touch: ids of what is watched, ascending, and how much changed."""

    ids: Array
    listings: int
    parties: int


def touched(
    generation: Generation,
    since: int,
    watched: Watchlist,
    policy: Policy,
    *,
    earlier: Generation | None = None,
    answers: Iterable[int] = (),
    likeness: Callable[[Mapping[str, bool]], Array] | None,
    go_on: Callable[[], None] = lambda: None,
) -> Touched:
    """Whom everything recorded after publication `since` can touch.

    Args:
        generation: the state to compare with; it knows every earlier version.
        since: the publication up to which everybody watched has been decided.
        watched: who is watched.
        policy: for the caps of walks.
        earlier: the generation of that publication, where it is kept: by it changed entries of the register are found.
        answers: keys of what people have answered about since (`traces.answer_key`).
        likeness: keys of watched names that resemble one of these listed names (each with whether it stands beside
            a valid code on every record); None: names as written only.
        go_on: called between the steps; may raise to stop.
    """
    changed = changed_since(generation, since)
    wanted = [listing_keys(generation, changed.listings), np.fromiter(answers, "<u8")]
    seeds = [
        linked_parties(generation, changed.listings),
        changed.parties,
        parties_under(generation, wanted[0]),
    ]
    if earlier is not None:
        seeds.append(changed_parties(generation, earlier))
    go_on()
    records, names = _read(generation, changed.listings)
    wanted.append(records)
    if likeness is not None and names:
        wanted.append(likeness(names))
    go_on()
    parties = np.unique(np.concatenate(seeds))
    if len(parties):
        wanted.append(party_keys(generation, reached(generation, parties, policy)))
    go_on()
    found = watched.under(np.unique(np.concatenate(wanted)))
    return Touched(found, len(changed.listings), len(parties))


def reached(generation: Generation, parties: Array, policy: Policy) -> Array:
    """The parties whose decisions can read something of these: their people, groups, branches, neighbours."""
    reach = Reach(generation, cap=policy.option("relation_cap"))
    begun = reach.marks(parties)
    near = reach.step(reach.step(begun))
    group = reach.step(reach.closure(begun, GROUP, MOST_STEPS))
    found: Array = np.flatnonzero(near | group | reach.beside(begun))
    return found


def _read(generation: Generation, ordinals: Array) -> tuple[Array, dict[str, bool]]:
    """Keys of the records, and the names of the organisations on them with whether each is coded everywhere."""
    found: set[int] = set()
    names: dict[str, bool] = {}
    for ordinal in ordinals.tolist():
        listing = generation.listing(ordinal)
        found.add(record_key(listing.list_code, listing.key))
        if listing.subject.type is PartyType.ORGANIZATION:
            own = coded(listing.subject.ids)
            for name in (listing.subject.name, *(one.text for one in listing.subject.names)):
                searched = text.index_text(name)
                names[searched] = own and names.get(searched, True)
    names.pop("", None)
    return np.unique(np.fromiter(found, "<u8", len(found))), names


class Names:
    """Watched names that can be searched for likeness; kept in a folder until other parties are watched."""

    def __init__(self, folder: Path, watched: Watchlist) -> None:
        """Open the folder's index, or build it anew where others are watched now.

        Raises:
            GenerationError: the folder can't be written.
        """
        from matching.index.folder import build_folder, open_folder

        stamp = folder / "watched.txt"
        state = _state(watched)
        if not stamp.is_file() or stamp.read_text("ascii") != state or not _sound(folder):
            stamp.unlink(missing_ok=True)
            texts = [name for name, _, _ in watched.texts]
            build_folder(folder, texts, np.array([key for _, key, _ in watched.texts], "<u8"))
            stamp.write_text(state, "ascii")
        self._index: NameIndex = open_folder(folder)
        self._facts = {name: facts for name, _, facts in watched.texts if facts}

    def resembling(self, names: Mapping[str, bool], *, threshold: int) -> Array:
        """Keys of the watched names that could count as similar to one of these listed names.

        Args:
            names: listed names in their searched form; whether each stands beside a valid code on every record.
            threshold: points from which names count as similar; what else is known may add to them.
        """
        from matching.names.coding import encode_many
        from matching.names.score import OTHER_SCRIPT, score_pairs

        if not len(self._index) or not names:
            return np.empty(0, "<u8")
        entries, _ = self._index.search_many(list(names), NEAR_SHOWN)
        which, column = np.nonzero(entries >= 0)
        found = entries[which, column]
        unique, place = np.unique(found, return_inverse=True)
        texts = [self._index.text(entry) for entry in unique.tolist()]
        points, vetoes = score_pairs(
            *encode_many(list(names)), *encode_many(texts), np.stack([which, place], axis=1).astype(np.int64)
        )
        # the other script is judged by another model: let the decision do it
        facts = np.array([self._facts.get(name, 0) for name in texts], np.int32)
        least = threshold - np.array([_potential(one) for one in facts.tolist()], np.int32)
        hopeful = (points >= least[place]) & (vetoes == 0)
        hopeful |= vetoes & OTHER_SCRIPT != 0
        # two valid codes are equal, which is found by the code, or two parties, whatever their names
        hopeful &= ((facts & UNCODED) != 0)[place] | ~np.array([*names.values()], bool)[which]
        near = unique[np.unique(place[hopeful])]
        return np.unique(np.fromiter((self._index.key(entry) for entry in near.tolist()), "<u8", len(near)))


def _potential(facts: int) -> int:
    """The most that what else is known can add to the points of two names."""
    from matching import similarity

    return (
        similarity.SAME_REP * bool(facts & REP)
        + similarity.SAME_PROVINCE * bool(facts & REGION)
        + similarity.SAME_NUMBER * bool(facts & NUMBER)
    )


def _state(watched: Watchlist) -> str:
    import xxhash

    digest = xxhash.xxh3_128()
    for name, _, facts in watched.texts:
        digest.update(f"{name}\t{facts}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _sound(folder: Path) -> bool:
    from matching.index.folder import open_folder

    try:
        open_folder(folder)
    except GenerationError:
        return False
    return True
