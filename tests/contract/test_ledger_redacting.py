"""What tells of several decisions goes on without the one that is erased: batches' results and frozen cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from sqlalchemy import select

from api.batch_rows import kinds_of, shown
from graph.dates import to_micros
from matching.casework.snapshots import (
    FrozenDecision,
    FrozenNote,
    Snapshot,
    content_hash,
    read_snapshot,
    shared,
)
from matching.decision import Decision
from matching.ledger import Draft, Item, Ledger, schema
from matching.ledger.redacting import TELL_OF_DECISIONS, erase_about
from matching.ledger.writer import Transaction

NAME = "虚构被遗忘者"
ROWS = [
    {"row": row, "decision_id": decision, "name": name, "code": name, "verdict": "BLOCK", "rules": ["R", name],
     "remark": {"zh": name, "en": name}}
    for row, decision, name in ((2, "d-1", NAME), (3, "d-2", "临江留存有限公司"))
]  # fmt: skip


def frozen(at: datetime) -> Snapshot:
    """A case in which two decisions stand, and a note on the first."""
    return Snapshot(
        case_id="c", case_version=1, state="open", taken_at=at, taken_by="user:a", title="案",
        decisions=tuple(
            FrozenDecision(decision_id=one, verdict="BLOCK", bidders=((name, "", "BLOCK"),))
            for one, name in (("d-1", NAME), ("d-2", "临江留存有限公司"))
        ),
        notes=(FrozenNote(id="n", by="user:a", at=at, text=NAME, decision_id="d-1"),),
    )  # fmt: skip


def test_what_is_said_of_a_decision_goes_and_what_is_said_of_others_stays(
    ledger: Ledger, ledger_url: str, record: Callable[..., Decision], noon: datetime
) -> None:
    for name in ("d-1", "d-2"):
        record(name)
    bodies = {
        "batch_part": msgspec.json.encode({"results": ROWS}),
        "case_snapshot": msgspec.json.encode(frozen(noon)),
    }
    assert set(bodies) == set(TELL_OF_DECISIONS)
    address, opening = content_hash(bodies["case_snapshot"]), noon + timedelta(days=1)
    for kind, body in bodies.items():
        keys = ("decision:d-1", "decision:d-2", *((f"sha256:{address}",) if kind == "case_snapshot" else ()))
        draft = Draft(kind=kind, id="one", state="done", body=body, keys=keys, opening_at=opening)
        ledger.items.put(draft, tenant="linjiang", actor="user:a", at=noon)
    for _ in range(2):
        ledger.erase_decision_subject("d-1", tenant="linjiang", actor="officer", at=noon)
    with ledger._engine.connect() as connection:
        kept = "".join(str(connection.execute(select(one)).all()) for one in schema.metadata.sorted_tables)
    assert NAME not in kept
    part, picture = left(ledger, "batch_part", opening), left(ledger, "case_snapshot", opening)
    gone, stays = msgspec.json.decode(part.body or b"")["results"]
    assert stays == ROWS[1]
    assert gone == {
        "row": 2, "decision_id": "d-1", "name": "", "code": "", "verdict": "", "rules": [],
        "remark": {"zh": "", "en": ""},
    }  # fmt: skip
    assert (shown(gone, "zh")["verdict"], kinds_of(gone)) == ("UNDETERMINED", ("UNDETERMINED",))
    assert "依法删除" in shown(gone, "zh")["remark"]
    assert read_snapshot(picture).decisions == (
        FrozenDecision(decision_id="d-1"),
        frozen(noon).decisions[1],
    )
    for content in (address, content_hash(picture.body or b"")):
        assert shared(ledger, content, tenant="linjiang") == picture
    assert ledger.verify().ok
    ledger.close()
    if ledger_url.startswith("sqlite"):
        files = Path(ledger_url.removeprefix("sqlite:///")).parent.iterdir()
        assert not any(NAME.encode() in path.read_bytes() for path in files)


def test_several_decisions_of_one_batch_go_in_one_write(ledger: Ledger, noon: datetime) -> None:
    draft = Draft(
        kind="batch_part", id="one", state="done", body=msgspec.json.encode({"results": ROWS}),
        keys=("decision:d-1", "decision:d-2"),
    )  # fmt: skip
    ledger.items.put(draft, tenant="linjiang", actor="user:a", at=noon)

    def both(transaction: Transaction) -> None:
        for name in ("d-1", "d-2"):
            erase_about(
                transaction, name, tenant="linjiang", actor="officer", moment=to_micros(noon), ground="g"
            )

    ledger._writer.submit(both)
    found = ledger.items.get("batch_part", "one", tenant="linjiang")
    assert found is not None
    assert (found.version, found.actor) == (3, "user:a")
    assert [one["name"] for one in msgspec.json.decode(found.body or b"")["results"]] == ["", ""]
    assert ledger.verify().ok


def left(ledger: Ledger, kind: str, opening: datetime) -> Item:
    """What is left of an item: still its author's, sealed as before, and found under the other decision alone."""
    found = ledger.items.get(kind, "one", tenant="linjiang")
    assert found is not None
    assert (found.version, found.state, found.actor, found.opening_at) == (2, "done", "user:a", opening)
    assert ledger.items.page(kind, tenant="linjiang", key="decision:d-1") == []
    assert ledger.items.page(kind, tenant="linjiang", key="decision:d-2") == [found]
    return found
