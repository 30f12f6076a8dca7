"""Proof that nothing in the ledger was altered, removed or reordered since it was recorded."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, exists, func, or_, select

from matching.ledger import schema
from matching.ledger.chain import GENESIS, Event, agrees, decode, link, octets, salted
from matching.ledger.indexed import differing, strays
from matching.ledger.model import Checkpoint, Problem, VerifyResult
from matching.ledger.untelling import UNTOLD
from matching.ledger.watchrows import CHANGE_BITS, digest

CHUNK: Final = 1_000
"""Events checked together with the rows that they speak of; bounds memory."""


def verify_chain(connection: Connection, anchors: tuple[Checkpoint, ...]) -> VerifyResult:
    """Walk the whole chain in one snapshot and compare it with every stored body."""
    check = _Check(connection)
    last = 0
    while True:
        events = connection.execute(
            select(schema.event).where(schema.event.c.seq > last).order_by(schema.event.c.seq).limit(CHUNK)
        ).all()
        if not events:
            break
        check.chunk(last, events)
        last = events[-1].seq
    check.tail(last)
    check.anchors(anchors)
    problems = tuple(sorted(set(check.problems), key=lambda problem: (problem.seq, problem.code)))
    return VerifyResult(
        ok=not problems, events=check.count, head_seq=last, head_hash=check.previous.hex(), problems=problems
    )


class _Check:
    """The state of one walk."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.problems: list[Problem] = []
        self.previous = GENESIS
        self.count = 0
        self.expected = 1
        self.erasures: dict[int, str] = {}
        self.erased: dict[int, tuple[int, str]] = {}
        self.marks: dict[int, tuple[int, str]] = {}
        self.untold: dict[int, str] = {}
        """Steps some of whose changes are blank, with the digest of what is left."""
        self.left: dict[int, str] = {}
        """The same by the erasures of the chain, the last of each."""

    def report(self, seq: int, code: str) -> None:
        self.problems.append(Problem(seq, code))

    def chunk(self, after: int, rows: Any) -> None:
        """Check a run of events, then what they refer to."""
        events: dict[int, Event] = {}
        for row in rows:
            self.count += 1
            for missing in range(self.expected, min(row.seq, self.expected + CHUNK)):
                self.report(missing, "audit.missing")
            body, stored = octets(row.body), octets(row.hash)
            event = decode(body)
            if event is None:
                self.report(row.seq, "audit.altered")
            elif event.seq != row.seq:
                self.report(row.seq, "audit.order")
            else:
                events[row.seq] = event
            # After a gap the hash can't be worked out again; the gap itself is the finding.
            if row.seq == self.expected and link(self.previous, body) != stored:
                self.report(row.seq, "audit.altered")
            self.previous = stored
            self.expected = row.seq + 1
        for event in events.values():
            if event.kind == "erasure":
                self.erasures[event.seq] = event.ref
                step = event.ref.removeprefix(UNTOLD)
                if step != event.ref and step.isdecimal():
                    self.left[int(step)] = event.digest
            elif event.kind == "checkpoint":
                self._mark(event)
        span = (after, rows[-1].seq)
        self._decisions(span, events)
        self._reviews(span, events)
        self._documents(span, events)
        self._items(span, events)
        self._changes(span, events)
        self._marks(span, rows)

    def _mark(self, event: Event) -> None:
        try:
            self.marks[event.seq] = (int(event.data["seq"]), event.data["hash"])
        except (KeyError, ValueError):
            self.report(event.seq, "audit.altered")

    def _marks(self, span: tuple[int, int], rows: Any) -> None:
        hashes = {row.seq: octets(row.hash).hex() for row in rows}
        for number, (seq, head) in list(self.marks.items()):
            known = hashes.get(seq) if span[0] < seq <= span[1] else self._hash(seq)
            if known != head:
                self.report(number, "audit.checkpoint")
            del self.marks[number]

    def _hash(self, seq: int) -> str | None:
        if seq == 0:
            return GENESIS.hex()
        found = self.connection.execute(select(schema.event.c.hash).where(schema.event.c.seq == seq)).scalar()
        return None if found is None else octets(found).hex()

    def _rows(self, table: Any, span: tuple[int, int]) -> dict[int, Any]:
        key = table.c.event_seq
        return {
            row.event_seq: row
            for row in self.connection.execute(select(table).where(key > span[0], key <= span[1]))
        }

    def _pair(
        self, kind: str, table: Any, span: tuple[int, int], events: dict[int, Event]
    ) -> list[tuple[Event, Any]]:
        """Events of a kind with their rows; one without the other is a finding."""
        rows = self._rows(table, span)
        wanted = {event.seq: event for event in events.values() if event.kind == kind}
        for seq in wanted.keys() - rows.keys():
            self.report(seq, f"audit.{kind}_missing")
        for seq in rows.keys() - wanted.keys():
            self.report(seq, f"audit.{kind}_unrecorded")
        return [(wanted[seq], rows[seq]) for seq in sorted(wanted.keys() & rows.keys())]

    def _decisions(self, span: tuple[int, int], events: dict[int, Event]) -> None:
        sound = []
        for event, row in self._pair("decision", schema.decision, span, events):
            if row.decision_id != event.ref or row.tenant != event.tenant:
                self.report(event.seq, "audit.decision_altered")
                continue
            if row.erased_seq is not None:
                self._erased(event, row, event.ref, "audit.decision_altered")
            elif not (
                agrees(row.salt, row.body, event.digest)
                and agrees(row.salt, row.request, event.data.get("request", ""))
            ):
                self.report(event.seq, "audit.decision_altered")
                continue
            sound.append((event, row))
        for seq in differing(self.connection, sound):
            self.report(seq, "audit.decision_index")

    def _reviews(self, span: tuple[int, int], events: dict[int, Event]) -> None:
        for event, row in self._pair("review", schema.review, span, events):
            if row.decision_id != event.data.get("decision"):
                self.report(event.seq, "audit.review_altered")
            elif row.erased_seq is not None:
                self._erased(event, row, row.decision_id, "audit.review_altered")
            elif not agrees(row.salt, row.body, event.digest):
                self.report(event.seq, "audit.review_altered")

    def _documents(self, span: tuple[int, int], events: dict[int, Event]) -> None:
        for event, row in self._pair("document", schema.document, span, events):
            same = row.sha256 == event.ref and row.kind == event.data.get("kind")
            if not (same and salted(b"", octets(row.body)) == event.digest):
                self.report(event.seq, "audit.document_altered")

    def _items(self, span: tuple[int, int], events: dict[int, Event]) -> None:
        for event, row in self._pair("item", schema.item_version, span, events):
            if f"{row.kind}/{row.id}" != event.ref or row.tenant != event.tenant:
                self.report(event.seq, "audit.item_altered")
            elif row.erased_seq is not None:
                self._erased(event, row, event.ref, "audit.item_altered")
            elif not agrees(row.salt, row.body, event.digest):
                self.report(event.seq, "audit.item_altered")
        heads = self._rows(schema.item, span)
        for seq, event in events.items():
            head = heads.get(seq)
            if head is not None and (
                event.kind != "item"
                or (f"{head.kind}/{head.id}", head.tenant) != (event.ref, event.tenant)
                or (str(head.version), head.state) != (event.data.get("version"), event.data.get("state"))
            ):
                self.report(seq, "audit.item_altered")

    def _changes(self, span: tuple[int, int], events: dict[int, Event]) -> None:
        """The changes that each step of re-screening told, all of them and as they were told."""
        told: dict[int, list[bytes]] = {}
        place = schema.watch_change.c.seq
        query = select(place, schema.watch_change.c.body).order_by(place)
        wanted = place >= (span[0] + 1) << CHANGE_BITS, place < (span[1] + 1) << CHANGE_BITS
        for row in self.connection.execute(query.where(*wanted)):
            body = b"" if row.body is None else octets(row.body)
            told.setdefault(row.seq >> CHANGE_BITS, []).append(body)
        recorded = {seq: event.digest for seq, event in events.items() if event.kind == "watch"}
        for seq in told.keys() | recorded.keys():
            bodies = told.get(seq, [])
            if seq in recorded and b"" in bodies:
                self.untold[seq] = digest(bodies)
            elif recorded.get(seq) != digest(bodies):
                self.report(seq, "audit.watch_altered")

    def _newest(self) -> None:
        """Each item shows its newest version."""
        versions, heads = schema.item_version, schema.item
        newest = (
            select(versions.c.kind, versions.c.id, func.max(versions.c.event_seq).label("seq"))
            .group_by(versions.c.kind, versions.c.id)
            .subquery()
        )
        joined = newest.outerjoin(heads, (heads.c.kind == newest.c.kind) & (heads.c.id == newest.c.id))
        behind = or_(heads.c.event_seq.is_(None), heads.c.event_seq != newest.c.seq)
        for row in self.connection.execute(select(newest.c.seq).select_from(joined).where(behind)):
            self.report(row.seq, "audit.item_altered")
        orphans = select(heads.c.event_seq).where(
            ~exists().where(versions.c.kind == heads.c.kind, versions.c.id == heads.c.id)
        )
        for row in self.connection.execute(orphans):
            self.report(row.event_seq, "audit.item_unrecorded")

    def _erased(self, event: Event, row: Any, decision_id: str, code: str) -> None:
        leftovers = [row.body, row.salt, getattr(row, "request", None)]
        if any(value is not None for value in leftovers):
            self.report(event.seq, code)
        else:
            self.erased[event.seq] = (row.erased_seq, decision_id)

    def tail(self, last: int) -> None:
        """Check what lies behind the last event, and that every erasure is one that the chain tells of."""
        head = self.connection.execute(select(schema.chain_head)).one_or_none()
        if head is None or head.seq != last or octets(head.hash) != self.previous:
            self.report(last if head is None else max(last, head.seq), "audit.tail")
        for table, kind in (
            (schema.decision, "decision"),
            (schema.review, "review"),
            (schema.document, "document"),
            (schema.item_version, "item"),
        ):
            for seq in self._rows(table, (last, 2**62)):
                self.report(seq, f"audit.{kind}_unrecorded")
        self._newest()
        for seq in strays(self.connection):
            self.report(seq, "audit.decision_index")
        for seq, (erasure, decision_id) in self.erased.items():
            if self.erasures.get(erasure) != decision_id:
                self.report(seq, "audit.erasure")
        for seq in self.untold.keys() | self.left.keys():
            if self.untold.get(seq) != self.left.get(seq):
                self.report(seq, "audit.watch_altered")

    def anchors(self, anchors: tuple[Checkpoint, ...]) -> None:
        """Compare with checkpoints that were kept outside the ledger."""
        for anchor in anchors:
            if self._hash(anchor.seq) != anchor.hash:
                self.report(anchor.seq, "audit.checkpoint")
