"""What one transaction of a run does: gathered here, sent at once, done once."""

from __future__ import annotations

from typing import Any

import msgspec

from graph.model import PartyType
from graph.relations import RelationType
from graph.stores.bolt import convert
from graph.stores.bolt.places import Places
from graph.stores.bolt.server import Asking

Lines = list[list[Any]]


class Work(msgspec.Struct):
    """Changes that belong together, in the order in which `send` makes them."""

    removed: list[int] = []
    removed_relations: dict[str, Lines] = {}
    ended: list[int] = []
    ended_relations: dict[str, Lines] = {}
    origins: Lines = []
    parties: dict[PartyType, Lines] = {}
    register_parties: dict[PartyType, Lines] = {}
    listings: Lines = []
    register: Lines = []
    relations: dict[RelationType, Lines] = {}
    identifiers: Lines = []
    names: Lines = []
    removed_bonds: list[int] = []
    ended_bonds: list[int] = []
    bonds: Lines = []
    pending: list[int] = []
    sources: Lines = []
    seen: bytes = b""
    size: int = 0
    """About how many bytes the documents have."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not any(getattr(self, name) for name in self.__struct_fields__)

    def taken(self) -> Work:
        """What was gathered; this one is empty afterwards, for what comes next."""
        taken = Work(**{name: getattr(self, name) for name in self.__struct_fields__})
        for name, value in msgspec.structs.asdict(Work()).items():
            setattr(self, name, value)
        return taken

    def only_new(self, low: int, high: int) -> bool:
        """Whether its rows can be made before it is sure what stands there: nothing that was there changes, and none
        of them names a party from `low` up to, not including, `high`."""
        if self.removed or self.removed_relations or self.ended or self.ended_relations:
            return False
        if low == high:
            return True
        named = (row[:2] for rows in self.relations.values() for row in rows)
        alone = (row[at] for rows, at in ((self.register, 0), (self.listings, 7)) for row in rows)
        return not any(low <= one < high for one in (*(one for two in named for one in two), *alone))

    def end(self, ask: Asking, gen: int) -> None:
        """Take away or end what stood there, inside a transaction."""
        if self.removed:
            ask("remove_records", ids=self.removed)
            ask("remove_rows_of_parties", ids=self.removed)
        for name, rows in self.removed_relations.items():
            ask("remove_relations", convert.TYPES[name], rows=rows)
        if self.ended:
            ask("end_records", ids=self.ended, gen=gen)
        for name, rows in self.ended_relations.items():
            ask("end_relations", convert.TYPES[name], rows=rows, gen=gen)

    def create(self, ask: Asking, gen: int, places: Places) -> bool:
        """Make new parties and rows, inside a transaction; returns whether the parties of all rows were found.

        Args:
            ask: the transaction.
            gen: the generation.
            places: where new parties are noted, and those of relations looked up.
        """
        made: list[tuple[int, Lines]] = []
        for kind, rows in self.parties.items():
            places.note(*ask("create_parties", kind, rows=rows, gen=gen)[0])
        for kind, rows in self.register_parties.items():
            places.note(*ask("create_register_parties", kind, rows=rows, gen=gen)[0])
        if self.listings:
            made.append((ask("create_listings", rows=self.listings)[0][0], self.listings))
        if self.register:
            made.append((ask("create_register_rows", rows=self.register, gen=gen)[0][0], self.register))
        for type_, rows in self.relations.items():
            named = ("create_relations_placed", "create_relations")
            for name, lines in zip(named, places.split(sorted(rows, key=_endpoints)), strict=True):
                if lines:
                    made.append((ask(name, type_, rows=lines, gen=gen)[0][0], lines))
        return all(count == len(rows) for count, rows in made)

    def add(self, ask: Asking, gen: int) -> None:
        """Add what the new rows bring with them, inside a transaction."""
        if self.sources:
            ask("merge_sources", rows=self.sources)
        if self.origins:
            ask("merge_origins", rows=self.origins)
        if self.identifiers:
            ask("merge_identifiers", rows=self.identifiers, gen=gen)
        if self.names:
            ask("merge_names", rows=self.names, gen=gen)
        if self.removed_bonds:
            ask("remove_bonds", ids=self.removed_bonds)
        if self.ended_bonds:
            ask("end_bonds", ids=self.ended_bonds, gen=gen)
        if self.bonds:
            ask("create_bonds", rows=self.bonds, gen=gen)
        if self.pending:
            ask("pend_records", ids=self.pending)
        if self.seen:
            ask("add_seen", gen=gen, records=self.seen)


def _endpoints(row: list[Any]) -> tuple[int, int]:
    return row[0], row[1]
