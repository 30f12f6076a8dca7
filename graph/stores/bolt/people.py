"""What humans decide about parties, in Neo4j: link, separate, erase. Each decision is a publication of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from graph.model import Party, PartyType, SameAs
from graph.store import StoreError
from graph.stores import content
from graph.stores import rows as r
from graph.stores.blank import Blanks
from graph.stores.bolt import convert
from graph.stores.bolt.read import Reading, party_at, read_links, rows_at
from graph.stores.bolt.schema import KEYS
from graph.stores.bolt.server import Asking
from graph.stores.bolt.write import Writing
from graph.stores.links import Links, Place
from graph.stores.staging import Deciding

_PAGE = 10_000


class People(Deciding, Reading, Writing):
    """`GraphWriter.link`, `separate` and `erase`.

    They take the next generation, and therefore discard what an interrupted load had staged (it starts anew).
    """

    def erase(self, party: str, *, reason: str, recorded_at: datetime) -> int:
        """Remove a person's data from every version (PIPL art. 47).

        Names, identifiers, rows as published and every text that holds them go; keys, hashes, dates and generations
        stay, so that histories still add up. The person's strong identifiers are also blanked where other records
        quote them. The server's transaction logs and backups keep the old state for as long as they are kept.

        Returns:
            How many record versions were blanked; 0 when there is no such party.

        Raises:
            StoreError: `store.not_person`; `store.busy`: another one writes.
        """
        number = content.party_number(party)
        with self._idle():
            found, links = self._server.read(lambda ask: self._seen_now(ask, number))
            if number is None or found is None:
                return 0
            if found.type is not PartyType.PERSON:
                raise StoreError("store.not_person", party=party)
            return self._blank(links, links.of(number), found, reason, recorded_at)

    def _seen_now(self, ask: Asking, number: int | None) -> tuple[Party | None, Links]:
        known = ask("newest_published", until=None)[0][0]
        links = read_links(ask, known)
        return (None if number is None else party_at(ask, links, links.of(number), known)), links

    def _decide(self, same_as: SameAs, *, differs: bool, reason: str, recorded_at: datetime) -> None:
        number = content.party_number(same_as.party)
        with self._idle():
            found, links = self._server.read(lambda ask: self._seen_now(ask, number))
            if number is None or found is None:
                raise StoreError("store.party", party=same_as.party)
            self._keys_indexed()
            place = self._server.read(lambda ask: _place(ask, links, same_as.mention))
            verdict = links.verdicts.get(place)
            if not differs and verdict and links.of(number) in {links.of(one) for one in verdict.differs}:
                raise StoreError("store.separated", party=same_as.party)
            own = verdict.own if verdict is not None else None

            def work(ask: Asking, generation: int, recorded: int) -> None:
                apart = own
                if differs and apart is None:
                    apart = _allot(ask, generation)
                at = {"source": place[0], "kh": place[1], "role": place[2]}
                if not differs:
                    ask("end_verdict", gen=generation, **at)
                ask(
                    "create_verdict",
                    id=ask("last_verdict")[0][0] + 1,
                    mention=same_as.mention,
                    party=number,
                    differs=differs,
                    own=apart if differs else None,
                    tier=same_as.tier,
                    decided_by=same_as.decided_by,
                    reason=reason,
                    recorded=recorded,
                    gen=generation,
                    **at,
                )

            self._decided("decision", recorded_at, work)

    def _keys_indexed(self) -> None:
        types = {one for *_, types in self._server.ask("sources") for one in types or ()}
        self._schema.indexes(KEYS, [convert.TYPES[one] for one in sorted(types) if one in convert.TYPES])

    def _blank(self, links: Links, party: int, person: Party, reason: str, recorded_at: datetime) -> int:
        self._keys_indexed()
        rows = self._server.read(lambda ask: _rows_ever(ask, links, party))
        blanks = Blanks(person)
        for row, role in rows:
            blanks.learn(row, role)
        changed: dict[int, r.Row] = {}
        for row, role in rows:
            changed[row.id] = blanks.own(changed.get(row.id, row), role)
        files = self._server.ask("origins")
        for token in sorted(blanks.numbers):
            quoting = convert.Origins(files).holding(token)
            for row in self._quoting(token, quoting):
                changed[row.id] = blanks.quoted(changed.get(row.id, row))
        named = self._unused([number for number, text in files if blanks.text(text) != text], sorted(changed))
        members = links.members(party)

        def work(ask: Asking, generation: int, recorded: int) -> None:
            origins = convert.Origins(ask("origins"))
            for row in changed.values():
                _put(ask, row, origins)
            ask("merge_origins", rows=origins.taken())
            ask("delete_origins", numbers=named)
            ask("blank_parties", numbers=members)
            ask("blank_names", numbers=members)
            ask("blank_identifiers", numbers=members)
            for number, mention, why in ask("verdict_texts"):
                ask("blank_verdict", id=number, mention=blanks.text(mention), reason=blanks.text(why))
            ask(
                "create_erasure",
                party=party,
                reason=blanks.text(reason),
                recorded=recorded,
                gen=generation,
                rows=len(changed),
            )

        self._decided("erasure", recorded_at, work)
        return len(changed)

    def _quoting(self, token: str, origins: list[int]) -> list[r.Row]:
        """Versions that quote a number anywhere, also in what is said of their file (`origins`)."""
        asked = {"token": token, "origins": origins}
        found = [convert.record(row) for row in self._records_paged("records_quoting", **asked)]
        found += map(convert.relation, self._relations_paged("relations_quoting", **asked))
        return found

    def _unused(self, origins: list[int], changed: list[int]) -> list[int]:
        """Files from which no row comes but those that are changed."""
        if not origins:
            return []
        asked = {"origins": origins, "changed": changed}
        pages = (
            self._records_paged("origin_used", **asked),
            self._relations_paged("origin_used_by_relations", **asked),
        )
        return sorted(set(origins) - {one for rows in pages for (found,) in rows for one in found})

    def _records_paged(self, name: str, **asked: object) -> Iterator[list[Any]]:
        last = self._server.ask("last_generation")[0][1]
        for low in range(0, last, _PAGE):
            yield from self._server.ask(name, low=low, high=low + _PAGE, **asked)

    def _relations_paged(self, name: str, **asked: object) -> Iterator[list[Any]]:
        last = self._server.ask("last_party")[0][0]
        for low in range(0, last, _PAGE):
            yield from self._server.ask(name, low=low, high=low + _PAGE, **asked)


def _allot(ask: Asking, generation: int) -> int:
    """A party of its own for a mention that was separated."""
    number = ask("allot_party", number=generation)[0][0]
    ask("create_separated", number=number, gen=generation)
    return int(number)


def _place(ask: Asking, links: Links, mention: str) -> Place:
    """Where a mention stands, from its key."""
    for source, (dataset, name) in links.sources.items():
        prefix = content.mention_key(dataset, name, "")
        if not mention.startswith(prefix):
            continue
        rest = mention.removeprefix(prefix)
        tries = [(kind, rest, 0) for kind in (r.LISTING, r.REGISTER)]
        tries += [
            (r.RELATION, rest[:-4], role) for role, end in enumerate(("#src", "#dst")) if rest.endswith(end)
        ]
        for kind, key, role in tries:
            place = source, r.natural(kind, key), role
            rows = rows_at(ask, place)
            if rows and rows[-1].key == key:
                return place
    raise StoreError("store.mention")


def _rows_ever(ask: Asking, links: Links, party: int) -> list[tuple[r.Row, int]]:
    """Every version that ever named the party, with the role in which it did."""
    members = links.members(party)
    rows = [convert.record(row) for row in ask("records_of_parties", numbers=members)]
    rows += [convert.relation(row) for row in ask("relations_of_parties", numbers=members)]
    found: list[tuple[r.Row, int]] = []
    for role in (0, 1):
        for row in rows:
            base = row.other if role else row.party
            if base in members and links.resolve(base, (row.source, row.kh, role)) == party:
                found.append((row, role))
    for place in links.moved.get(party, ()):
        for row in rows_at(ask, place):
            base = row.other if place[2] else row.party
            if base is not None and links.resolve(base, place) == party and (row, place[2]) not in found:
                found.append((row, place[2]))
    return found


def _put(ask: Asking, row: r.Row, origins: convert.Origins) -> None:
    if row.kind == r.RELATION:
        edge = convert.edge(r.decode_relation(row.doc), row.doc, origins)
        ask("blank_relation", party=row.party, id=row.id, key=row.key, role=edge.role, doc=edge.doc, ends=edge.ends,
            zone=edge.zone, origin=edge.origin, line=edge.line)  # fmt: skip
        return
    doc: tuple[str, int | None, int | None] = row.doc.decode(), None, None
    if row.kind == r.REGISTER:
        doc = convert.register_row(r.decode_register(row.doc), row.doc, origins)
    ask("blank_record", id=row.id, key=row.key, own=row.own, doc=doc[0], origin=doc[1], line=doc[2])
