"""A small world with an index of names: lists, a register, and decisions about bidders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from graph import text
from graph.dates import CST, start_of_day
from graph.generation import IndexWriter, current_generation, open_generation, publish
from graph.model import Id, Interval, Listing, Mention, Name, PartyRecord, PartyType, Source
from graph.store import Batch, SnapshotInfo, open_store
from matching.decision import Decision
from matching.index.write import write_index
from matching.ledger import Ledger
from matching.policy import Policy, load_policy
from matching.replay import ReplayResult, replay
from matching.request import DecisionRequest
from matching.screening import Screener

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=CST)
LISTED = "临江澄远建设工程有限公司"
TYPO = "临江澄远建设工成有限公司"
KEY = b"k" * 32
LISTS = ("SXBZXR", "ZDSS", "ZFCG", "ZDWF")


def record(name: str = LISTED, *, key: str = "", code: str = "", **more: Any) -> Listing:
    """A record of a judgment defaulter."""
    subject = {name_: more.pop(name_) for name_ in ("legal_rep", "region", "address") if name_ in more}
    ids = (Id(scheme="uscc", value=code),) if code else ()
    return Listing(
        list_code="SXBZXR",
        key=key or name,
        subject=Mention(type=PartyType.ORGANIZATION, name=name, n6=text.org_key(name), ids=ids, **subject),
        effect=Interval(start=start_of_day(date(2025, 6, 18))),
        source=Source(dataset="SXBZXR", taken_at=NOW),
        **more,
    )


def publish_world(
    home: Path,
    records: Sequence[Listing],
    registered: Sequence[tuple[str, str]] = (),
    *,
    at: datetime = NOW,
    index: IndexWriter | None = write_index,
    former: Mapping[str, Name] | None = None,
) -> None:
    """Publish a state of the lists and of a register of (name, code or nothing); `former` is by code."""
    parties = tuple(
        PartyRecord(
            key=name,
            subject=Mention(
                type=PartyType.ORGANIZATION,
                name=name,
                key=name,
                names=((former or {})[code],) if code in (former or {}) else (),
                ids=(Id(scheme="uscc", value=code),) if code else (),
            ),
            source=Source(dataset="register"),
        )
        for name, code in registered
    )
    store = open_store(str(home / "store.db"), create=True)
    try:
        snapshots = [SnapshotInfo(dataset=c, source="t", full=True, taken_at=at) for c in LISTS]
        if parties:
            snapshots.append(SnapshotInfo(dataset="register", source="t", full=False, taken_at=at))
        store.begin(at.isoformat(), snapshots)
        store.write(Batch(listings=tuple(records), parties=parties))
        store.end_missing("SXBZXR", "t")
        store.publish(at)
        publish(store, home, index=index)
    finally:
        store.close()


def ask(*bidders: dict[str, Any]) -> DecisionRequest:
    """A request of government procurement."""
    return DecisionRequest.model_validate({"tender": {"regime": "政府采购(招标)"}, "bidders": list(bidders)})


def decide(
    home: Path,
    *bidders: dict[str, Any],
    policy: Policy | None = None,
    ledger: Ledger | None = None,
    at: datetime = NOW,
) -> Decision:
    """Decide on bidders against the current generation."""
    policy = policy or load_policy()
    generation = current_generation(home)
    try:
        if ledger is not None:
            ledger.put_document("policy", policy.hash, policy.text.encode())
        return Screener(generation, policy, ledger, pseudonym_key=KEY).screen(ask(*bidders), now=at)
    finally:
        generation.close()


def again(home: Path, ledger: Ledger, decision: Decision) -> ReplayResult:
    """Replay a decision."""
    return replay(
        decision.decision_id,
        ledger=ledger,
        open_generation=lambda ref: open_generation(home, ref),
        pseudonym_key=KEY,
    )
