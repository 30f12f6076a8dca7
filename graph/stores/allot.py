"""Gives staged mentions their parties: by strong identifier, else one of their own. Names are only indexed."""

from __future__ import annotations

from collections.abc import Iterable

from graph.model import Mention
from graph.relations import Relation
from graph.stores import content
from graph.stores import rows as r


class Allotment:
    """Allots parties to the mentions of one run, in the order in which they arrive.

    A store finds the parties of known identifiers (`look_up`), ends the bonds of older versions (`release`,
    `carry_all`), and writes what `place` gathered (`store`).
    """

    def __init__(self, next_party: int) -> None:
        self.next = next_party
        self._known: dict[str, int] = {}
        self._new: list[tuple[str, int]] = []
        self._names: dict[tuple[str, int], None] = {}
        self._bonds: list[tuple[int, int, int, int, int]] = []
        self._released: dict[int, list[tuple[int, int]]] = {}

    def look_up(self, source: int, kind: int, batch: Iterable[r.Formed]) -> None:
        """Read the strong identifiers of a batch, and find the parties of all of them at once."""
        raise NotImplementedError

    def release(self, record: int, *, same_run: bool) -> None:
        """End the bonds that an older version gave; `place` takes up those that still hold."""
        raise NotImplementedError

    def carry_all(self, old: int, new: int) -> None:
        """Give all bonds of a version to the next one, which says the same of its subject."""
        raise NotImplementedError

    def store(self) -> None:
        """Write what `place` gathered."""
        raise NotImplementedError

    def _read(self, source: int, kind: int, batch: Iterable[r.Formed]) -> list[str]:
        """Note the strong identifiers of each mention of a batch; returns all of them."""
        wanted: list[str] = []
        strong, alone = content.strong_ids, ((),)
        for formed in batch:
            record = formed.record
            if isinstance(record, Relation):
                formed.ids = (self._local(record.src, source), self._local(record.dst, source))
                wanted += formed.ids[0]
                wanted += formed.ids[1]
            else:
                mention = record.subject
                found = self._local(mention, source) if kind == r.REGISTER else strong(mention)
                formed.ids = (found,) if found else alone
                wanted += found
        return wanted

    @staticmethod
    def _local(mention: Mention, source: int) -> tuple[str, ...]:
        """Strong identifiers, and in registers and relations the publisher's own key of the subject."""
        found = content.strong_ids(mention)
        return (*found, f"k:{source}:{mention.key}") if mention.key else found

    def place(
        self, mention: Mention, ids: tuple[str, ...], record: int, role: int, before: r.Row | None
    ) -> int:
        """The base party of a mention.

        A mention that was alone keeps its party; when it gains the identifier of another one, both are joined.
        """
        if before is None and not ids:
            party = self.next
            self.next += 1
            for form in r.search_forms(mention, coded=False):
                self._names[form, party] = None
            return party
        alone: int | None = None
        if before is not None and not before.strong >> role & 1:
            alone = before.other if role else before.party
        known = [found for one in ids if (found := self._known.get(one)) is not None]
        if known:
            party = min(known)
        elif alone is not None:
            party = alone
        else:
            party = self.next
            self.next += 1
        for one in ids:
            if one not in self._known:
                self._known[one] = party
                self._new.append((one, party))
        if len(known) > 1:
            self._bonds.extend((party, one, record, role, 0) for one in sorted(set(known)) if one != party)
        if before is not None and ids:
            old = [(alone, party)] if alone is not None and alone != party else []
            old += [(a, b) for a, b in self._released.get(role, ()) if b in known]
            self._bonds.extend((a, b, record, role, 1) for a, b in old)
        for form in r.search_forms(mention, coded=bool(ids)):
            self._names[form, party] = None
        return party
