"""A small installation in one process, whose clock the test sets: store, generations, ledger, watching."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from api import monitors, watched_tenders
from graph import text
from graph.dates import CST, start_of_day
from graph.generation import Earlier, Generation, current_generation, publish
from graph.identifiers.checks import uscc_check_character
from graph.model import Id, Interval, Listing, Mention, PartyRecord, PartyType, Source, StatusEvent
from graph.relations import Relation, RelationType
from graph.store import Batch, SnapshotInfo, open_store
from matching.index.write import write_index
from matching.ledger import Ledger, open_ledger
from matching.policy import Policy, load_policy
from matching.request import DecisionRequest, PartyRef, Tender
from matching.screening import Screener
from matching.watch import compare
from matching.watch.rescreen import ChangeBody, Rescreening

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=CST)
KEY = b"k" * 32
TENANT = "linjiang"
LISTS = ("SXBZXR", "ZDSS", "ZFCG", "ZDWF", "ZTBJ")
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


Record = Listing | PartyRecord | Relation
"""What a load brings."""


def code(number: int) -> str:
    """A valid credit code of region 329901."""
    first = f"91329901MA{number:07d}"
    return first + uscc_check_character(first)


def org(name: str, number: int = 0) -> Mention:
    """A company as a record names it; with a code where `number` is given."""
    ids = (Id(scheme="uscc", value=code(number)),) if number else ()
    return Mention(type=PartyType.ORGANIZATION, name=name, n6=text.org_key(name), ids=ids)


def person(name: str, number: str) -> Mention:
    """A person as a record names them."""
    ids = (Id(scheme="citizen_id", value=number),)
    return Mention(type=PartyType.PERSON, name=name, n6=text.person_key(name), ids=ids)


def listing(
    key: str,
    subject: Mention,
    *,
    list_code: str = "SXBZXR",
    start: datetime | None = None,
    end: datetime | None = None,
    events: tuple[StatusEvent, ...] = (),
    reason: str = "",
) -> Listing:
    """A record in force since June 2025 unless said otherwise."""
    begin = start or start_of_day(date(2025, 6, 18))
    return Listing(
        list_code=list_code, key=key, subject=subject, effect=Interval(start=begin, end=end), events=events,
        authority="临江市清溪区人民法院", reason=reason, source=Source(dataset=list_code, taken_at=NOW),
    )  # fmt: skip


def row(subject: Mention) -> PartyRecord:
    """A row of the register."""
    return PartyRecord(key=subject.ids[0].value, subject=subject, source=Source(dataset="register"))


def relation(kind: RelationType, src: Mention, dst: Mention, **more: Any) -> Relation:
    """A relation of the register."""
    key = f"{kind}/{src.name}/{dst.name}"
    return Relation(type=kind, key=key, src=src, dst=dst, source=Source(dataset="register"), **more)


def party(name: str = "", number: int = 0, ref: str = "") -> PartyRef:
    """A party to watch."""
    ids = [{"id": code(number)}] if number else []
    return PartyRef.model_validate({"client_id": ref, "name": name, "identifiers": ids})


class WatchHouse:
    """Everything of an installation that watching needs. `now` is its clock."""

    def __init__(self, home: Path, url: str = "") -> None:
        self.home = home
        self.now = NOW
        self.policy: Policy = load_policy()
        self.ledger: Ledger = open_ledger(url or f"sqlite:///{home}/ledger.db")
        self.ledger.put_document("policy", self.policy.hash, self.policy.text.encode())
        self.decided = 0
        self._monitor = ""
        self._open: list[Generation] = []
        self._earlier = Earlier(home)

    def close(self) -> None:
        """Release everything."""
        for generation in self._open:
            generation.close()
        self._earlier.close()
        self.ledger.close()

    def load(self, *records: Record, similar: bool = False) -> None:
        """Load the whole lists and register anew and publish them; what is not among the records is gone."""
        self.now += timedelta(minutes=1)
        store = open_store(str(self.home / "store.db"), create=True)
        try:
            codes = (*LISTS, "register")
            store.begin(
                self.now.isoformat(),
                [SnapshotInfo(dataset=c, source="t", full=True, taken_at=self.now) for c in codes],
            )
            store.write(
                Batch(
                    listings=tuple(one for one in records if isinstance(one, Listing)),
                    parties=tuple(one for one in records if isinstance(one, PartyRecord)),
                    relations=tuple(one for one in records if isinstance(one, Relation)),
                )
            )
            for one in codes:
                store.end_missing(one, "t")
            store.publish(self.now)
            publish(store, self.home, index=write_index if similar else None)
        finally:
            store.close()

    def watch(self, *parties: PartyRef, regime: str = "procurement_tender") -> str:
        """Watch parties by one monitor; its id."""
        made = monitors.create(
            self.ledger, parties, reference="m", webhook="", tender=Tender.model_validate({"regime": regime}),
            tenant=TENANT, actor="key:platform", at=self.now,
        )  # fmt: skip
        return made.id

    def watch_tender(self, request: dict[str, Any]) -> str:
        """Decide a tender and watch it; its id."""
        asked = DecisionRequest.model_validate(request)
        decision = self.screener().screen(asked, now=self.now, tenant=TENANT, actor="key:platform")
        return watched_tenders.create(
            self.ledger, asked, decision, reference="t", number="", tenant=TENANT, actor="key:platform",
            at=self.now,
        ).id  # fmt: skip

    def screener(self) -> Screener:
        """Decides against the current generation."""
        self._open.append(current_generation(self.home))
        return Screener(self._open[-1], self.policy, self.ledger, pseudonym_key=KEY)

    def rescreening(self, go_on: Callable[[], None] = lambda: None) -> Rescreening:
        """The work, at the house's time."""
        return Rescreening(
            self.screener(), self.ledger, folder=self.home / "watched-names", key=KEY, clock=lambda: self.now,
            go_on=go_on, older=self._earlier.open,
        )  # fmt: skip

    def turn(self) -> list[ChangeBody]:
        """One turn of the work; what it told."""
        before = self.ledger.watching.last_change(tenant=TENANT)
        self.now += timedelta(seconds=1)
        work = self.rescreening()
        work.turn()
        self.decided = work.decided
        return self.changes(before)

    def changes(self, after: int = 0) -> list[ChangeBody]:
        """What was told after a change."""
        found = self.ledger.watching.changes(tenant=TENANT, after=after, limit=1_000)
        return [msgspec.json.decode(one.body or b"", type=ChangeBody) for one in found]

    def expected(self) -> dict[int, set[tuple[str, ...]]]:
        """What everybody watched would be found to be if all were decided now, by number of the row."""
        screener, found = self.screener(), {}
        numbers = [number for number, _ in self.ledger.watching.traces()]
        for one in self.ledger.watching.take(numbers):
            decision = screener.evaluate(
                DecisionRequest.model_validate_json(one.party or b""),
                as_of=self.now,
                known_at=self.now,
                reviews_seq=self.ledger.reviews_seq(),
                tenant=TENANT,
            )
            found[one.id] = places(compare.found(decision).findings)
        return found

    def recorded(self) -> dict[int, set[tuple[str, ...]]]:
        """What is recorded of everybody watched, by number of the row."""
        numbers = [number for number, _ in self.ledger.watching.traces()]
        return {
            one.id: places(compare.decode(one.found).findings) if one.found is not None else set()
            for one in self.ledger.watching.take(numbers)
        }


def places(findings: Iterable[compare.Seen]) -> set[tuple[str, ...]]:
    """Findings as they are compared, with their content."""
    return {(*seen.place, seen.effect.value, seen.record_hash, seen.tier) for seen in findings}
