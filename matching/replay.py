"""Replays a decision: the same request, clocks, generation, policy and reviews must give the same bytes.

Where a part is gone or another program version is installed the answer is `not replayable` with the reason, never
a silent recalculation with something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Protocol

import msgspec

from graph.generation import Generation, GenerationError
from graph.messages import say
from graph.model import Doc
from matching.decision import Bilingual, Decision, to_json
from matching.ledger.model import LedgerError, StoredDecision
from matching.matcher import Answers
from matching.override import OverrideError, overridden
from matching.policy import PolicyError, policy_from_text
from matching.request import DecisionRequest
from matching.rules import RULE_PACK, rule_pack_hash
from matching.screening import Screener
from matching.version import algorithm


class ReplayResult(Doc):
    """What a replay showed. `identical` is None where it could not be replayed; then `why` says why."""

    decision_id: str
    replayable: bool
    identical: bool | None = None
    why: Bilingual | None = None
    differences: tuple[str, ...] = ()
    decision_hash: str = ""


class ReplayLog(Protocol):
    """What a replay needs of the ledger."""

    def decision(self, decision_id: str, *, tenant: str) -> StoredDecision | None:
        """The recorded decision."""
        ...

    def document(self, kind: str, sha256: str) -> bytes | None:
        """A policy by hash."""
        ...

    def reviews_seq(self) -> int:
        """The newest review's position."""
        ...

    def reviews(self, upto_seq: int) -> Answers:
        """The answers up to a position."""
        ...

    def record_decisions(self, batch: Any) -> None:
        """Never called by a replay; part of the log a screener is made with."""
        ...


def replay(
    decision_id: str,
    *,
    ledger: ReplayLog,
    open_generation: Callable[[str], Generation],
    pseudonym_key: bytes,
    tenant: str = "default",
) -> ReplayResult:
    """Calculate a recorded decision again and compare it byte for byte.

    Args:
        decision_id: which.
        ledger: where it is recorded.
        open_generation: opens a generation by its reference.
        pseudonym_key: the deployment's key, for the input hash.
        tenant: whose decision it is.

    Raises:
        LedgerError: `ledger.no_decision` if there is none of that id for the tenant.
    """
    stored = ledger.decision(decision_id, tenant=tenant)
    if stored is None:
        raise LedgerError("ledger.no_decision", decision_id=decision_id)
    if stored.decision is None or stored.request is None or stored.body is None:
        return _not(decision_id, "erased")
    pins = stored.decision.pins
    if pins.algorithm != algorithm():
        return _not(decision_id, "algorithm", made=pins.algorithm, installed=algorithm())
    if pins.rule_pack_hash != rule_pack_hash():
        return _not(decision_id, "rule_pack", made=pins.rule_pack, installed=RULE_PACK)
    text = ledger.document("policy", pins.policy_hash)
    if text is None:
        return _not(decision_id, "policy", hash=pins.policy_hash)
    try:
        policy = policy_from_text(text.decode())
    except PolicyError:
        return _not(decision_id, "policy", hash=pins.policy_hash)
    try:
        generation = open_generation(pins.generation)
    except GenerationError as error:
        return _not(decision_id, "generation", ref=pins.generation, detail=error.code)
    try:
        if generation.hash != pins.generation_hash:
            return _not(decision_id, "generation", ref=pins.generation, detail="hash")
        screener = Screener(generation, policy, ledger, pseudonym_key=pseudonym_key)
        request = DecisionRequest.model_validate_json(stored.request)
        again = screener.evaluate(
            request,
            as_of=pins.as_of,
            known_at=pins.known_at,
            reviews_seq=pins.reviews_seq,
            tenant=tenant,
        )
        if stored.decision.overrides:
            again = overridden(again, stored.decision.overrides)
    except OverrideError:
        return _not(decision_id, "override")
    finally:
        generation.close()
    again = _stamp(again, stored.decision.decision_id, stored.decision.decided_at)
    body = to_json(again)
    differences = () if body == stored.body else tuple(_differences(stored.decision, again))
    return ReplayResult(
        decision_id=decision_id,
        replayable=True,
        identical=body == stored.body,
        differences=differences,
        decision_hash=again.decision_hash,
    )


def _stamp(decision: Decision, decision_id: str, decided_at: datetime | None) -> Decision:
    return msgspec.structs.replace(decision, decision_id=decision_id, decided_at=decided_at)


def _not(decision_id: str, why: str, **params: object) -> ReplayResult:
    code = f"replay.{why}"
    return ReplayResult(
        decision_id=decision_id,
        replayable=False,
        why=Bilingual(zh=say("matching", code, "zh", **params), en=say("matching", code, "en", **params)),
    )


def _differences(before: Decision, after: Decision) -> Iterator[str]:
    """JSON pointers of the values that differ, at most a hundred."""
    found = list(_walk("", msgspec.to_builtins(before), msgspec.to_builtins(after)))
    yield from found[:100]


def _walk(pointer: str, a: Any, b: Any) -> Iterator[str]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            yield from _walk(f"{pointer}/{key}", a.get(key), b.get(key))
    elif isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)) and len(a) == len(b):
        for position, (left, right) in enumerate(zip(a, b, strict=True)):
            yield from _walk(f"{pointer}/{position}", left, right)
    elif a != b:
        yield pointer
