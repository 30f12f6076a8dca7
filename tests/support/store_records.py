"""Made-up records for the store contract. Region 320899 and all names are invented."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from graph.dates import CST
from graph.model import Id, Interval, Listing, Mention, PartyRecord, PartyType, Source, Status
from graph.relations import Relation, RelationType
from graph.store import Batch, ListingVersion, Publication, SnapshotInfo, Store

T0 = datetime(2024, 1, 1, tzinfo=CST)
LIST = "SXBZXR"


def day(number: int) -> datetime:
    """Midnight in China, `number` days after the first one."""
    return T0 + timedelta(days=number)


def uscc(number: int) -> str:
    """A code of 18 characters; the nested organisation code differs for each number."""
    return f"91320899{number:09d}X"


def org(name: str, code: str = "", **more: Any) -> Mention:
    """A company as a record names it."""
    ids = (Id(scheme="uscc", value=code),) if code else ()
    return Mention(type=PartyType.ORGANIZATION, name=name, **{"n6": name, "ids": ids, **more})


def person(name: str, number: str = "", **more: Any) -> Mention:
    """A person as a record names them."""
    ids = (Id(scheme="citizen_id", value=number),) if number else ()
    return Mention(type=PartyType.PERSON, name=name, **{"n6": name, "ids": ids, **more})


def listing(
    key: str, subject: Mention | None = None, *, code: str = LIST, publisher: str = "", **more: Any
) -> Listing:
    """A listing in force since the first day."""
    source = Source(dataset=code, file="a.csv", row=2, taken_at=T0, publisher=publisher)
    fields = {"effect": Interval(start=T0), "raw": {"案号": key}, "source": source, **more}
    return Listing(list_code=code, key=key, subject=subject or org(f"临江市{key}有限公司"), **fields)


def row(key: str, subject: Mention, **attributes: str) -> PartyRecord:
    """A row of the register."""
    return PartyRecord(key=key, subject=subject, attributes=attributes, source=Source(dataset="register"))


def relation(key: str, kind: RelationType, src: Mention, dst: Mention, **more: Any) -> Relation:
    """A relation of the register."""
    return Relation(type=kind, key=key, src=src, dst=dst, source=Source(dataset="register"), **more)


def snapshot(
    dataset: str = LIST, source: str = "court", taken_at: datetime | None = T0, full: bool = True
) -> SnapshotInfo:
    """What a load says of its data set."""
    return SnapshotInfo(dataset=dataset, source=source, full=full, taken_at=taken_at)


def load(
    store: Store,
    records: Iterable[Listing | PartyRecord | Relation],
    *,
    at: datetime,
    snapshots: Sequence[SnapshotInfo] = (),
    full: bool = True,
) -> Publication:
    """One whole load, published at `at`; a full one ends what is missing."""
    records = list(records)
    snapshots = snapshots or [snapshot(taken_at=at, full=full)]
    store.begin(f"load-{at.isoformat()}", snapshots)
    store.write(batch(records))
    if full:
        for one in snapshots:
            store.end_missing(one.dataset, one.source)
    return store.publish(at)


def batch(records: Iterable[Listing | PartyRecord | Relation]) -> Batch:
    """Records sorted into a batch."""
    records = list(records)
    return Batch(
        listings=tuple(one for one in records if isinstance(one, Listing)),
        parties=tuple(one for one in records if isinstance(one, PartyRecord)),
        relations=tuple(one for one in records if isinstance(one, Relation)),
    )


def current(store: Store, key: str, known: int | None = None) -> ListingVersion:
    """The version of a listing in force at a generation."""
    at = store.generation() if known is None else known
    versions = [
        one
        for one in store.iter_listings(LIST)
        if one.listing.key == key and one.from_gen <= at and (one.to_gen is None or one.to_gen > at)
    ]
    assert len(versions) == 1
    return versions[0]


def status(store: Store, key: str, as_of: datetime, known: int | None = None) -> Status:
    """The state in law of a listing."""
    return current(store, key, known).listing.status(as_of)
