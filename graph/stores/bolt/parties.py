"""The parties of a run, in Neo4j: identifiers once found are remembered for as long as the run lasts."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any

import xxhash

from graph.model import Mention, PartyType
from graph.stores import allot
from graph.stores import rows as r
from graph.stores.bolt import convert
from graph.stores.bolt.server import Rows
from graph.stores.bolt.work import Work
from graph.stores.run import chunks

_ORG = PartyType.ORGANIZATION
_SLICE = 5_000
_LOCAL = "k:"


class Allotment(allot.Allotment):
    """Allots parties to the mentions of one run, in the order in which they arrive.

    The run is the only writer, and parties keep the identifiers they were given: what was found stays true, and what
    was not found is new.
    """

    def __init__(
        self,
        ask: Callable[..., Rows],
        work: Work,
        next_party: int,
        bonds: Rows,
        last_bond: int,
        *,
        empty: bool,
    ) -> None:
        super().__init__(next_party)
        self._ask = ask
        self._work = work
        self._empty = empty
        self._asked: set[str] = set()
        self._fresh: dict[int, Mention] = {}
        self._formed: set[int] = set()
        self._last_bond = last_bond
        self._open_bonds: dict[int, list[tuple[int, int, int, int, int]]] = {}
        """By record: number, a, b, role, carried."""
        self._places: dict[int, tuple[int, int]] = {}
        self._forms = array("q")
        """By party: a form under which it is found already, as a hash."""
        self._seats: dict[int, list[Any]] = {}
        """By new party: the register row that stands on it."""
        for number, a, b, record, source, kh, role, carried in bonds:
            self._open_bonds.setdefault(record, []).append((number, a, b, role, carried))
            self._places[record] = source, kh

    def look_up(self, source: int, kind: int, batch: Iterable[r.Formed]) -> None:
        """Read the strong identifiers of a batch, and find the parties of those not met before."""
        wanted = self._read(source, kind, batch)
        if self._empty:
            return
        fresh = [one for one in dict.fromkeys(wanted) if one not in self._known and one not in self._asked]
        for part in chunks(fresh, _SLICE):
            self._asked.update(part)
            local = [one for one in part if one.startswith(_LOCAL)]
            coded = [one for one in part if not one.startswith(_LOCAL)]
            found: list[tuple[Any, ...]] = []
            for name, values in (("find_idents", coded), ("find_locals", local), ("find_identifiers", part)):
                if values:
                    found += convert.columns(self._ask(name, values=values))
            for value, party, form in found:
                self._known[value] = party
                if form:
                    self._formed.add(_pair(form, party))

    def place(
        self, mention: Mention, ids: tuple[str, ...], record: int, role: int, before: r.Row | None
    ) -> int:
        """The base party of a mention; a new one becomes a node."""
        if before is None and len(ids) == 1 and not mention.names:
            # Most parties are named by most records in the same way.
            known = self._known.get(ids[0])
            if known is not None and known < len(self._forms) and self._forms[known] == _form(mention):
                return known
        new = self.next
        party = super().place(mention, ids, record, role, before)
        if party == new:
            self._fresh[party] = mention
        return party

    def located(self, record: int, source: int, kh: int) -> None:
        """Where a record stands whose mentions may join parties."""
        if self._bonds:
            self._places[record] = source, kh

    def seat(self, party: int, line: list[Any]) -> bool:
        """Let a register row stand on its party, if that is new and none stands there yet."""
        if party not in self._fresh or party in self._seats:
            return False
        self._seats[party] = line
        return True

    def release(self, record: int, *, same_run: bool) -> None:
        """End the bonds that an older version gave; `place` takes up those that still hold."""
        self._released = {}
        for number, a, b, role, carried in self._open_bonds.pop(record, ()):
            (self._work.removed_bonds if same_run else self._work.ended_bonds).append(number)
            if carried:
                self._released.setdefault(role, []).append((a, b))

    def carry_all(self, old: int, new: int) -> None:
        """Give all bonds of a version to the next one, which says the same of its subject."""
        for number, a, b, role, carried in self._open_bonds.pop(old, ()):
            self._work.ended_bonds.append(number)
            self._places[new] = self._places[old]
            self._add_bond(a, b, new, role, carried)

    def _add_bond(self, a: int, b: int, record: int, role: int, carried: int) -> None:
        self._last_bond += 1
        source, kh = self._places[record]
        self._work.bonds.append([self._last_bond, a, b, record, source, kh, role, carried])
        self._open_bonds.setdefault(record, []).append((self._last_bond, a, b, role, carried))

    def store(self) -> None:
        """Hand over what `place` gathered: each new party with its first identifiers and name, others apart."""
        idents: dict[int, str] = {}
        local: dict[int, str] = {}
        forms: dict[int, str] = {}
        for value, party in self._new:
            slot = local if value.startswith(_LOCAL) else idents
            if party in self._fresh and party not in slot:
                slot[party] = value
            else:
                self._work.identifiers.append([value, party])
        for form, party in self._names:
            pair = _pair(form, party)
            if pair in self._formed:
                continue
            self._formed.add(pair)
            if party in self._fresh and party not in forms:
                forms[party] = form
            else:
                self._work.names.append([form, party])
        self._forms.extend(repeat(0, self.next - len(self._forms)))
        for party, mention in self._fresh.items():
            self._forms[party] = _form(mention)
            line = [party, mention.name or None, forms.get(party), idents.get(party), local.get(party)]
            seat = self._seats.get(party)
            if seat is None:
                self._work.parties.setdefault(mention.type, []).append(line)
            else:
                self._work.register_parties.setdefault(mention.type, []).append(line + seat)
        for a, b, record, role, carried in self._bonds:
            self._add_bond(a, b, record, role, carried)
        self._new.clear()
        self._names.clear()
        self._fresh.clear()
        self._seats.clear()
        self._bonds.clear()


def _form(mention: Mention) -> int:
    """The comparison form as 64 bits; organisations and others of one name differ."""
    return hash(mention.n6) if mention.type is _ORG else ~hash(mention.n6)


def _pair(form: str, party: int) -> int:
    return xxhash.xxh3_64_intdigest(form.encode("utf-8", "surrogatepass"), seed=party)
