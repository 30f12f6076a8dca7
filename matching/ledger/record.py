"""A decision made ready for the ledger: encoded, salted and hashed before the one writer is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator

from graph.dates import to_micros
from matching.decision import Decision, Effect, Evidence, Finding, Tier, to_json
from matching.ledger import keys
from matching.ledger.chain import SALT_BYTES, salted
from matching.ledger.decided import ALL, keys_of
from matching.ledger.model import Entry
from matching.ledger.statements import Statements
from matching.ledger.writer import Transaction

_ASKS = {
    Effect.REVIEW: frozenset({Tier.E2, Tier.E3, Tier.E4, Tier.E5}),
    Effect.FLAG: frozenset({Tier.E3, Tier.E4, Tier.E5}),
}
"""Effect and tiers whose match a person should look at; E1 needs nobody, INFO changes nothing."""


def questions(decision: Decision) -> Iterator[tuple[Finding, Evidence]]:
    """The matches of a decision that wait for a person's answer: a pair that nobody has confirmed."""
    groups = [subject.reasons for subject in (*decision.bidders, *decision.subjects)]
    groups += [pair.reasons for pair in decision.pairs]
    groups.append(decision.tender.reasons)
    for reasons in groups:
        for finding in reasons:
            tiers = _ASKS.get(finding.effect)
            if tiers is None:
                continue
            for evidence in finding.evidence:
                if evidence.pair and evidence.tier in tiers and not evidence.confirmed_by:
                    yield finding, evidence


class PreparedDecision:
    """One decision with its bytes, salt and digests, to be written under the writer's lock."""

    __slots__ = ("_body", "_data", "_digest", "_keys", "_opening", "_questions", "_salt", "_sql", "entry")

    def __init__(self, entry: Entry, sql: Statements) -> None:
        if not entry.decision.decision_id:
            raise ValueError("a decision needs an id to be recorded")
        self.entry = entry
        self._sql = sql
        self._salt = os.urandom(SALT_BYTES)
        self._body = entry.body or to_json(entry.decision)
        self._digest = salted(self._salt, self._body)
        self._data = {"request": salted(self._salt, entry.request)}
        self._opening = None if entry.opening_at is None else to_micros(entry.opening_at)
        if self._opening is not None:
            self._data["opening_at"] = str(self._opening)
        self._questions = tuple(questions(entry.decision))
        self._keys = (ALL, *keys_of(entry.decision, entry.request))

    def write(self, transaction: Transaction) -> None:
        """Add the event, the row, the questions, and close the idempotency slot."""
        entry, sql = self.entry, self._sql
        decision_id, moment = entry.decision.decision_id, to_micros(entry.at)
        seq = transaction.append(
            "decision",
            at=moment,
            tenant=entry.tenant,
            actor=entry.actor,
            ref=decision_id,
            digest=self._digest,
            data=self._data,
        )
        transaction.add(
            sql.add_decision, (seq, decision_id, entry.tenant, self._salt, self._body, entry.request)
        )
        verdict = entry.decision.verdict.value
        for key in self._keys:
            row = (entry.tenant, key, seq, moment, verdict, self._opening, entry.actor)
            transaction.add(sql.index_decision, row)
        for finding, evidence in self._questions:
            transaction.add(
                sql.add_match,
                (
                    entry.tenant,
                    evidence.pair,
                    seq,
                    decision_id,
                    entry.actor,
                    self._opening,
                    moment,
                    evidence.list,
                    evidence.record,
                    evidence.record_hash,
                    evidence.subject,
                    evidence.tier.value,
                    evidence.role,
                    evidence.submitted,
                    evidence.matched,
                    finding.code,
                ),
            )
        if entry.idempotency_key:
            if entry.body_hash:
                keys.take(sql, transaction, (entry.tenant, entry.idempotency_key, entry.body_hash), moment)
            else:
                keys.open_still(sql, transaction, entry.tenant, entry.idempotency_key)
            transaction.add(sql.complete_key, (decision_id, entry.tenant, entry.idempotency_key))
