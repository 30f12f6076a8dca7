"""Small registers of owners for tests: companies and persons by number, their relations, and a decision on bidders."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from graph.dates import CST
from graph.generation import current_generation, publish
from graph.identifiers.checks import citizen_check_character, uscc_check_character
from graph.model import Id, Mention, PartyRecord, PartyType, Source
from graph.relations import Relation, RelationType
from graph.store import Batch, SnapshotInfo, open_store
from matching.decision import Decision
from matching.policy import load_policy
from matching.request import DecisionRequest
from matching.screening import Screener

NOW = datetime(2026, 11, 22, 10, tzinfo=CST)
SOURCE = Source(dataset="register", publisher="test")
Edge = tuple[int, int, str]


def org(number: int) -> Mention:
    body = f"91329901{number:09d}"
    code = Id(scheme="uscc", value=body + uscc_check_character(body))
    return Mention(
        type=PartyType.ORGANIZATION, name=f"临江虚构{number}号有限公司", key=f"c{number}", ids=(code,)
    )


def person(number: int) -> Mention:
    body = f"3299011980{1 + number % 12:02d}{1 + number % 28:02d}{number % 1000:03d}"
    code = Id(scheme="citizen_id", value=body + citizen_check_character(body))
    return Mention(type=PartyType.PERSON, name="虚构甲", key=f"h{number}", ids=(code,))


def edge(kind: RelationType, src: Mention, dst: Mention, share: str = "") -> Relation:
    return Relation(
        type=kind, key=f"{kind}|{src.key}|{dst.key}", src=src, dst=dst, source=SOURCE,
        share=Decimal(share) if share else None,
    )  # fmt: skip


def held(edges: Iterable[Edge]) -> list[Relation]:
    return [edge(RelationType.HOLDS, org(a), org(b), share) for a, b, share in edges]


def decide(home: Path, relations: list[Relation], bidders: Sequence[int]) -> tuple[Decision, float]:
    """Two decisions on a register of these relations: the first warms up, the second is timed and returned."""
    store = open_store(str(home / "store.db"), create=True)
    lists = [
        SnapshotInfo(dataset=code, source="test", full=True, taken_at=NOW) for code in ("SXBZXR", "ZTBJ")
    ]
    store.begin("test", [*lists, SnapshotInfo(dataset="register", source="test", full=False, taken_at=NOW)])
    store.write(
        Batch(parties=tuple(PartyRecord(key=f"c{n}", subject=org(n), source=SOURCE) for n in bidders))
    )
    for first in range(0, len(relations), 10_000):
        store.write(Batch(relations=tuple(relations[first : first + 10_000])))
    store.publish(NOW)
    publish(store, home)
    store.close()
    asked = [
        {"client_id": f"b{n}", "name": org(n).name, "identifiers": [{"id": org(n).ids[0].value}]}
        for n in bidders
    ]
    request = DecisionRequest.model_validate({"tender": {"regime": "mandatory_tender"}, "bidders": asked})
    with current_generation(home) as generation:
        screener = Screener(generation, load_policy(), None, pseudonym_key=b"test")
        first_answer = screener.screen(request, now=NOW)
        start = time.process_time()
        decision = screener.screen(request, now=NOW)
        seconds = time.process_time() - start
    assert decision.decision_hash == first_answer.decision_hash
    return decision, seconds
