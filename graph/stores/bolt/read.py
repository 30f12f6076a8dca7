"""The reading side of the store in Neo4j: each call sees one published generation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from graph.dates import to_micros
from graph.model import Party, SameAs
from graph.relations import PartyRelation, RelationType
from graph.store import ListingVersion, PartyHit, Publication, SnapshotInfo
from graph.stores import content, search, views
from graph.stores import rows as r
from graph.stores.assemble import RELATIONS_READ, RELATIONS_TOLD, Part, assemble
from graph.stores.bolt import convert, state
from graph.stores.bolt.server import Asking, Server
from graph.stores.links import BondRow, Links, Place, VerdictRow

T = TypeVar("T")
_LINKS_KEPT = 4
_NAMES_PAGE = 200


class Reading:
    """`GraphReader` without its streams."""

    _server: Server
    _links_cache: dict[int, Links]

    def generation(self, known_at: datetime | None = None) -> int:
        """The newest generation published by `known_at`; 0 when there is none."""
        until = None if known_at is None else to_micros(known_at)
        return int(self._server.ask("newest_published", until=until)[0][0])

    def publications(self) -> Sequence[Publication]:
        """All published generations, oldest first."""
        return self._reading(
            lambda ask, at, links: state.publications(state.generations(ask, at), _sources(ask))
        )

    def snapshots(self, known: int | None = None) -> Sequence[SnapshotInfo]:
        """Newest snapshot of each (dataset, source); its `taken_at` is what a list's age counts from."""
        return self._reading(lambda ask, at, links: state.newest_snapshots(state.generations(ask, at)), known)

    def counts(self, known: int | None = None) -> Mapping[str, int]:
        """Open records by dataset."""
        return self._reading(
            lambda ask, at, links: state.open_counts(state.generations(ask, at), _sources(ask)), known
        )

    def get(self, party: str, *, known: int | None = None) -> Party | None:
        """A party by its key, or by one that it had before it turned out to be the same as an older one.

        When none of its records is in force any more it is shown as they last said, without mentions.
        """
        number = content.party_number(party)
        if number is None:
            return None
        return self._reading(lambda ask, at, links: party_at(ask, links, links.of(number), at), known)

    def find(self, scheme: str, value: str, *, known: int | None = None) -> Party | None:
        """The party that owns a strong identifier."""
        form = content.strong(scheme, value)
        if form is None:
            return None

        def work(ask: Asking, at: int, links: Links) -> Party | None:
            owner = ServerNames(ask).owner(form)
            if owner is None:
                return None
            candidates = dict.fromkeys([links.of(owner)])
            if links.verdicts:
                rows = mentions(ask, links.members(links.of(owner)), at)
                candidates.update((links.resolve(one.base, one.place), None) for one in rows if one.role == 0)
            for number in candidates:
                party = party_at(ask, links, number, at)
                if party is not None and content.owns(party.ids, scheme, value):
                    return party
            return None

        return self._reading(work, known)

    def search(self, text: str, *, limit: int = 20, known: int | None = None) -> Sequence[PartyHit]:
        """Organisations by code, name, former name (exact, prefix, infix); persons by exact name, never by number."""

        def work(ask: Asking, at: int, links: Links) -> list[PartyHit]:
            hits: dict[str, PartyHit] = {}
            for number, how, matches in search.candidates(ServerNames(ask), text):
                if len(hits) >= limit:
                    break
                if content.party_key(links.of(number)) in hits:
                    continue
                party = party_at(ask, links, links.of(number), at)
                matched = None if party is None else search.matched(party, matches)
                if party is not None and matched is not None:
                    hits.setdefault(party.key, PartyHit(party=party, matched=matched, how=how))
            return list(hits.values())

        return self._reading(work, known)

    def expand(
        self,
        parties: Sequence[str],
        *,
        types: Sequence[RelationType] | None = None,
        as_of: datetime | None = None,
        known: int | None = None,
        limit: int = 1000,
    ) -> tuple[Sequence[PartyRelation], int]:
        """One hop from several parties in one query: edges (at most `limit`) and how many there are in all."""
        numbers = {number for one in parties if (number := content.party_number(one)) is not None}

        def work(ask: Asking, at: int, links: Links) -> tuple[list[PartyRelation], int]:
            wanted = {links.of(number) for number in numbers}
            bases = {base for number in wanted for base in links.members(number)}
            judged = bool(links.verdicts)
            if judged:
                places = [place for number in wanted for place in links.moved.get(number, ())]
                bases.update(base for place in places for base in bases_of(ask, place))
            asked = {
                "numbers": sorted(bases),
                "types": None if types is None else [one.value for one in types],
                "as_of": r.micros(as_of),
                "known": at,
            }
            if not judged:
                total = ask("count_touching", **asked)[0][0]
                rows = ask("touching", **asked, limit=limit)
                return [views.edge(links, convert.relation(row)) for row in rows], total
            keys = {content.party_key(number) for number in wanted}
            rows = ask("touching", **asked, limit=1 << 62)
            edges = (views.edge(links, convert.relation(row)) for row in rows)
            found = [one for one in edges if one.src in keys or one.dst in keys]
            return found[:limit], len(found)

        return self._reading(work, known)

    def listings_of(self, party: str, *, known: int | None = None) -> Sequence[ListingVersion]:
        """The listings linked to a party, ended ones included; of each the version in force at `known`."""
        number = content.party_number(party)
        if number is None:
            return []

        def work(ask: Asking, at: int, links: Links) -> list[ListingVersion]:
            parts = parts_of(ask, links, links.of(number), at)
            ids = [part.id for part in parts if part.kind == r.LISTING]
            rows = ask("rows_of_records", ids=ids)
            return [views.version(links, convert.record(row), at) for row in rows]

        return self._reading(work, known)

    def same_as(self, party: str, *, known: int | None = None) -> Sequence[SameAs]:
        """The mentions linked to a party: by identifier (`E1`), by a human, or the only one (`own`)."""
        number = content.party_number(party)
        if number is None:
            return []

        def work(ask: Asking, at: int, links: Links) -> list[SameAs]:
            return views.same_as(links, links.of(number), parts_of(ask, links, links.of(number), at))

        return self._reading(work, known)

    def _reading(self, work: Callable[[Asking, int, Links], T], known: int | None = None) -> T:
        """Run `work` with the generation to read (at most the newest) and its links."""

        def unit(ask: Asking) -> T:
            newest = ask("newest_published", until=None)[0][0]
            at = newest if known is None else min(known, newest)
            return work(ask, at, self._links(ask, at))

        return self._server.read(unit)

    def _links(self, ask: Asking, at: int) -> Links:
        links = self._links_cache.get(at)
        if links is None:
            links = read_links(ask, at)
            cache = {key: self._links_cache[key] for key in sorted(self._links_cache)[-_LINKS_KEPT:]}
            self._links_cache = {**cache, at: links}
        return links


class ServerNames:
    """`graph.stores.search.Names` inside one transaction."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    def owner(self, identifier: str) -> int | None:
        """The party to which a strong identifier was given first."""
        for name in ("find_idents", "find_identifiers"):
            for _, party, _ in convert.columns(self._ask(name, values=[identifier])):
                return int(party)
        return None

    def exact(self, form: str) -> list[int]:
        """Parties with this form, in order of number."""
        found = {
            row[0] for which in ("party", "further") for row in self._ask(f"names_exact_{which}", form=form)
        }
        return sorted(found)

    def prefix(self, form: str) -> Iterator[int]:
        """Parties with a longer form that begins so, in order of the form; at most a few hundred."""
        rows = [
            (row[0], row[1])
            for which in ("party", "further")
            for row in self._ask(f"names_prefix_{which}", form=form, size=_NAMES_PAGE)
        ]
        return (party for _, party in sorted(rows))

    def inside(self, text: str) -> Iterator[int]:
        """Organisations with `text` inside a form, page by page."""
        for which in ("party", "further"):
            after = 0
            while True:
                rows = self._ask(f"names_inside_{which}", text=text, after=after, size=_NAMES_PAGE)
                yield from (row[0] for row in rows)
                if len(rows) < _NAMES_PAGE:
                    break
                after = rows[-1][0]


def _sources(ask: Asking) -> dict[int, tuple[str, str]]:
    return {number: (dataset, source) for number, dataset, source, _ in ask("sources")}


def read_links(ask: Asking, known: int) -> Links:
    """The links visible to a generation."""
    return Links(
        _sources(ask),
        map(VerdictRow._make, ask("verdicts", known=known)),
        map(BondRow._make, ask("bonds", known=known)),
    )


def rows_at(ask: Asking, place: Place) -> list[r.Row]:
    """Every version of the record of a mention."""
    source, kh, _ = place
    found = [convert.record(row) for row in ask("records_of_key", kh=kh, source=source)]
    for number, _, _, types in ask("sources"):
        for kind in types or () if number == source else ():
            if kind in convert.TYPES:
                rows = ask("relations_of_key", convert.TYPES[kind], kh=kh, source=source)
                found += map(convert.relation, rows)
    return sorted(found, key=lambda row: row.id)


def bases_of(ask: Asking, place: Place) -> list[int]:
    """The base parties that a mention ever had."""
    return [base for row in rows_at(ask, place) if (base := row.other if place[2] else row.party) is not None]


def mentions(ask: Asking, numbers: Iterable[int], known: int, *, ended: bool = False) -> list[Part]:
    """The mentions of parties; of a hub not all that are relations (`further`)."""
    rows = ask("mentions_of_parties", numbers=list(numbers), known=known, ended=ended, most=RELATIONS_TOLD)
    return [part(*row) for row in rows]


def further(ask: Asking, numbers: Iterable[int], parts: Sequence[Part], known: int) -> int:
    """How many relations name parties beside those among their mentions."""
    found = sum(one.kind == r.RELATION for one in parts)
    if found < RELATIONS_TOLD:
        return 0
    return max(0, int(ask("count_mentions", numbers=list(numbers), known=known)[0][0]) - found)


def part(
    role: int,
    base: int,
    number: int,
    kind: int,
    source: int,
    kh: int,
    key: str,
    strong: int,
    to_gen: int | None,
    doc: str | None,
) -> Part:
    """A mention as the queries return it."""
    return Part(
        role, base, number, kind, source, kh, key, strong, to_gen, None if doc is None else doc.encode()
    )


def parts_of(ask: Asking, links: Links, party: int, known: int) -> list[Part]:
    """The mentions of a party (an oldest number, `Links.of`) in force at a generation."""
    found = _of(links, party, mentions(ask, links.members(party), known))
    for place in links.moved.get(party, ()):
        have = {(one.id, one.role) for one in found}
        role = place[2]
        for row in rows_at(ask, place):
            base = row.other if role else row.party
            current = row.from_gen <= known and (row.to_gen is None or row.to_gen > known)
            if base is None or not current or (row.id, role) in have or links.resolve(base, place) != party:
                continue
            doc = None if row.kind == r.RELATION else row.doc
            found.append(
                Part(role, base, row.id, row.kind, row.source, row.kh, row.key, row.strong, row.to_gen, doc)
            )
    return found


def last_parts_of(ask: Asking, links: Links, party: int, known: int) -> list[Part]:
    """The mentions that a party had when the last of its records ended."""
    found = _of(links, party, mentions(ask, links.members(party), known, ended=True))
    last = max((part.to_gen or 0 for part in found), default=0)
    return [part for part in found if part.to_gen == last]


def _of(links: Links, party: int, parts: list[Part]) -> list[Part]:
    return parts if links.plain else [one for one in parts if links.resolve(one.base, one.place) == party]


def party_at(ask: Asking, links: Links, number: int, known: int) -> Party | None:
    """The party as known at a generation; None when nothing ever named it by then."""
    parts = parts_of(ask, links, number, known)
    if parts:
        more = further(ask, links.members(number), parts, known)
        return assembled(ask, links, number, parts, more=more)
    parts = last_parts_of(ask, links, number, known)
    return assembled(ask, links, number, parts, current=False) if parts else None


def assembled(
    ask: Asking | None,
    links: Links,
    party: int,
    parts: Sequence[Part],
    *,
    current: bool = True,
    more: int = 0,
) -> Party:
    """Put a party together; the documents of its relations are asked for only where it is known by nothing else."""
    docs: dict[int, bytes] = {}
    if ask is not None and all(part.kind == r.RELATION for part in parts):
        ids = sorted({part.id for part in parts})[:RELATIONS_READ]
        bases = sorted({part.base for part in parts})
        docs = {
            number: convert.ends_doc(ends)
            for number, ends in ask("ends_of_relations", numbers=bases, ids=ids)
        }
    return assemble(links, party, parts, lambda part: docs[part.id], current=current, further=more)
