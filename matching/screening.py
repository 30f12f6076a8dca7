"""The one front door: a request, at two clocks, against one generation, becomes a decision.

`Screener.screen` answers command line, HTTP and page alike. What it returns has been recorded durably first. Given
the same generation, policy, rule pack, reviews and clocks it gives the same bytes: it reads no clock of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

import msgspec
import uuid_utils

from graph.dates import CST, china_day
from graph.generation import Generation
from graph.messages import say
from matching import freshness
from matching.context import Aside, Built, CaseBuilder
from matching.decision import (
    Bilingual,
    Decision,
    Finding,
    NoFinding,
    NotAssessable,
    Outcome,
    PairResult,
    Pins,
    SubjectResult,
    TenderResult,
    Verdict,
    strictest,
    to_json,
)  # fmt: skip
from matching.decision_log import DecisionLog
from matching.freshness import Standing
from matching.inputs import input_hash, written
from matching.ledger.model import Entry
from matching.matcher import Matcher, NoReviews, Reviews
from matching.policy import Policy
from matching.request import DecisionRequest
from matching.rules import RULE_PACK, RULES, absent_inputs, rule_pack_hash, unruled
from matching.rules.base import BidderView, Case, EntityView, Rule, RuleScope, SubjectView
from matching.search import Searches
from matching.version import algorithm

BATCH = 64
"""Decisions that `screen_many` makes durable together."""
KEPT_STANDINGS = 256
"""Combinations of generation, regime and invoked lists whose freshness is kept between decisions."""


class _InForce(NamedTuple):
    """The rules that bind on a day, and the lists they read."""

    day: date
    rules: Mapping[RuleScope, tuple[Rule, ...]]
    """By what they look at, each in the order of the rule pack."""
    read: frozenset[str]


class Screener:
    """Decides requests against one generation and one policy."""

    def __init__(
        self,
        generation: Generation,
        policy: Policy,
        log: DecisionLog | None,
        *,
        pseudonym_key: bytes,
        older: Callable[[int], Generation | None] | None = None,
    ):
        """Set up a screener. The index of names, if the generation has one, is opened and made ready here.

        Args:
            generation: what to read.
            policy: the policy in force.
            log: where decisions are recorded; None records nothing.
            pseudonym_key: the deployment's key for input hashes and review pairs.
            older: opens the generation of a number that is kept, for questions about what was known earlier.

        Raises:
            GenerationError: the index of names is damaged, or another program's.
        """
        self.generation = generation
        self.policy = policy
        self._log = log
        self._key = pseudonym_key
        self._older = older
        self._searches = Searches(policy)
        self._searches.of(generation)
        self._in_force: _InForce | None = None
        self._standings: dict[tuple[int, tuple[str, ...], frozenset[str]], Standing] = {}

    def screen(
        self,
        request: DecisionRequest,
        *,
        now: datetime,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
        tenant: str = "default",
        actor: str = "system",
        idempotency_key: str = "",
    ) -> Decision:
        """Decide one request and record the decision before answering.

        Args:
            request: what is asked.
            now: the caller's clock, with a zone: the decision's own time.
            as_of: what the law said of the facts then; default the request's `tender.as_of`, else `now`.
            known_at: what we had recorded by then; default the request's `known_at`, else `now`.
            tenant: whose decision it is.
            actor: who asked (a user or key name, never a secret).
            idempotency_key: the reserved key that this decision answers, closed in the same commit.
        """
        seq = self._log.reviews_seq() if self._log is not None else 0
        recorded = self.prepare(request, now, as_of, known_at, tenant, actor, seq)
        if idempotency_key:
            recorded = msgspec.structs.replace(recorded, idempotency_key=idempotency_key)
        if self._log is not None:
            self._log.record_decisions((recorded,))
        return recorded.decision

    def screen_many(
        self,
        requests: Iterable[DecisionRequest],
        *,
        now: datetime,
        as_of: datetime | None = None,
        known_at: datetime | None = None,
        tenant: str = "default",
        actor: str = "system",
    ) -> Iterator[Decision]:
        """Decide many independent requests; each is yielded only after it is durable, in groups."""
        pending: list[Entry] = []
        seq = 0
        for request in requests:
            if not pending:
                seq = self._log.reviews_seq() if self._log is not None else 0
            pending.append(self.prepare(request, now, as_of, known_at, tenant, actor, seq))
            if len(pending) >= BATCH:
                yield from self._flush(pending)
        yield from self._flush(pending)

    def _flush(self, pending: list[Entry]) -> Iterator[Decision]:
        if pending and self._log is not None:
            self._log.record_decisions(tuple(pending))
        done = [recorded.decision for recorded in pending]
        pending.clear()
        yield from done

    def prepare(
        self,
        request: DecisionRequest,
        now: datetime,
        as_of: datetime | None,
        known_at: datetime | None,
        tenant: str,
        actor: str,
        seq: int,
    ) -> Entry:
        """Decide without recording, for whoever records later and tells nobody before; `seq` is of the reviews."""
        as_of = (as_of or request.tender.as_of or now).astimezone(CST)
        known_at = (known_at or request.known_at or now).astimezone(CST)
        asked = written(request)
        decision = self.evaluate(
            request, as_of=as_of, known_at=known_at, reviews_seq=seq, tenant=tenant, asked=asked
        )
        decision = msgspec.structs.replace(decision, decision_id=str(uuid_utils.uuid7()), decided_at=now)
        return Entry(
            decision=decision,
            request=asked,
            tenant=tenant,
            actor=actor,
            opening_at=request.tender.opening_at,
            at=now,
        )

    def evaluate(
        self,
        request: DecisionRequest,
        *,
        as_of: datetime,
        known_at: datetime,
        reviews_seq: int,
        tenant: str = "default",
        turns: list[datetime] | None = None,
        asked: bytes = b"",
    ) -> Decision:
        """The calculation itself: no identity, no clock. Into `turns` go the times at which what was seen changes;
        `asked` is the request as ledgers keep it, where that is at hand."""
        reviews: Reviews = NoReviews()
        if self._log is not None and reviews_seq:
            reviews = self._log.reviews(reviews_seq).of(tenant)
        known = self.generation.known(known_at)
        generation = self.generation
        if known != generation.number and self._older is not None:
            # records say when they were recorded, the register's view of a party does not: read it as it was
            generation = self._searches.readable(self._older(known)) or generation
        search = self._searches.of(generation)
        matcher = Matcher(
            generation,
            search.source,
            reviews,
            self.policy,
            as_of=as_of,
            known=known,
            key=self._key,
            likeness=search.likeness,
            tenant=tenant,
            known_at=known_at,
        )
        builder = CaseBuilder(generation, self.policy, matcher, as_of=as_of, known=known)
        built = builder.build(request)
        (turns if turns is not None else []).extend(matcher.boundaries)
        in_force = self._rules_of(china_day(as_of))
        lists = self._standing(in_force, built.case, known_at)
        bidders, pairs, subjects, tender = _Assessment(built.case, in_force.rules, lists).run(built)
        verdicts = [*(b.verdict for b in bidders), *(s.verdict for s in subjects), tender.verdict]
        decision = Decision(
            verdict=strictest(verdicts),
            bidders=bidders,
            pairs=pairs,
            subjects=subjects,
            tender=tender,
            not_assessed=(*lists.in_trouble, *absent_inputs(request), *built.gaps),
            pins=Pins(
                generation=generation.ref,
                generation_hash=generation.hash,
                known=known,
                lists=lists.pins,
                policy_hash=self.policy.hash,
                rule_pack=RULE_PACK,
                rule_pack_hash=rule_pack_hash(),
                algorithm=algorithm(),
                reviews_seq=reviews_seq,
                as_of=as_of,
                known_at=known_at,
                input_hash=input_hash(request, self._key, asked),
                index=search.names,
                model=search.model,
            ),
            valid_until=_valid_until(matcher.boundaries, lists.fresh_until, as_of),
        )
        return msgspec.structs.replace(decision, decision_hash=hashlib.sha256(to_json(decision)).hexdigest())

    def _standing(self, in_force: _InForce, case: Case, known_at: datetime) -> Standing:
        """How the lists stand; kept until one of them changes its state."""
        tender = case.tender
        required = self.policy.required_lists(tender.regime, tender.invoked_lists)
        key = (case.known, required, in_force.read)
        kept = self._standings.get(key)
        if kept is None or not kept.since <= case.as_of < kept.until:
            kept = freshness.standing(in_force.read, required, case.lists, self.policy, case.as_of, known_at)
            if len(self._standings) >= KEPT_STANDINGS:
                self._standings.clear()
            self._standings[key] = kept
        return kept

    def _rules_of(self, day: date) -> _InForce:
        """The rules that bind on a day. One value, replaced whole: threads that ask about other days share it."""
        kept = self._in_force
        if kept is None or kept.day != day:
            rules = tuple(rule for rule in RULES if self.policy.enabled(rule.code) and rule.in_force(day))
            scopes: tuple[RuleScope, ...] = ("bidder", "pair", "subject", "tender")
            kept = _InForce(
                day,
                {scope: tuple(rule for rule in rules if rule.scope == scope) for scope in scopes},
                frozenset(code for rule in rules for code in rule.lists),
            )
            self._in_force = kept
        return kept


class _Assessment:
    """Runs the rules over a case and forms verdicts."""

    def __init__(self, case: Case, rules: Mapping[RuleScope, tuple[Rule, ...]], lists: Standing) -> None:
        self._case = case
        self._by_scope = rules
        self._deciding = lists.deciding
        self._anything = lists.anything

    def run(
        self, built: Built
    ) -> tuple[tuple[SubjectResult, ...], tuple[PairResult, ...], tuple[SubjectResult, ...], TenderResult]:
        """Results for bidders, pairs, other subjects and the tender."""
        case = self._case
        outcomes = [
            [*self._outcomes("bidder", bidder), *aside.gaps]
            for bidder, aside in zip(case.bidders, built.bidders, strict=True)
        ]
        pairs = []
        for a, b, found in self._pairs():
            pairs.append(
                PairResult(
                    a=a.client_id, b=b.client_id, verdict=self._verdict(found, ()), reasons=_findings(found)
                )
            )
            outcomes[a.index].extend(found)
            outcomes[b.index].extend(found)
        bidders = tuple(
            self._result(bidder.client_id, "bidder", _label(bidder), aside, found, self._deciding)
            for bidder, aside, found in zip(case.bidders, built.bidders, outcomes, strict=True)
        )
        subjects = tuple(
            self._result(
                subject.client_id,
                subject.role,
                subject.label,
                aside,
                [*self._outcomes("subject", subject), *aside.gaps, *_unruled(subject)],
                self._deciding_for(subject),
            )
            for subject, aside in zip(case.subjects, built.subjects, strict=True)
        )
        found = self._outcomes("tender", None)
        tender = TenderResult(
            verdict=self._verdict([NoFinding(code="TENDER"), *found], ()),
            reasons=_findings(found),
            not_assessed=tuple(o for o in found if isinstance(o, NotAssessable)),
        )
        return bidders, tuple(pairs), subjects, tender

    def _deciding_for(self, subject: SubjectView) -> tuple[NotAssessable, ...]:
        """The lists that the subject's own rules read and that are required but in trouble."""
        read = {code for rule in self._by_scope["subject"] for code in rule.lists}
        return tuple(n for n in self._deciding if n.what.removeprefix("list:") in read)

    def _outcomes(self, scope: RuleScope, view: BidderView | SubjectView | None) -> list[Outcome]:
        found: list[Outcome] = []
        bare = isinstance(view, BidderView) and not any(_records(entity) for entity in view.entities)
        for rule in self._by_scope[scope]:
            if bare and rule.lists and not rule.asks:
                found.append(
                    _nothing(rule.code)
                )  # no record at all: a rule about listed parties has nothing to say
                continue
            args: tuple[Any, ...] = (self._case,) if view is None else (self._case, view)
            found.extend(_safely(rule, args))
        return found

    def _pairs(self) -> Iterator[tuple[BidderView, BidderView, list[Outcome]]]:
        """Pairs that something connects, with what the pair rules say of them."""
        rules = self._by_scope["pair"]
        for pair in self._case.pairs:
            found = [o for rule in rules for o in _safely(rule, (self._case, pair))]
            if any(not isinstance(o, NoFinding) for o in found):
                yield pair.a, pair.b, found

    def _verdict(self, found: Sequence[Outcome], deciding: Sequence[NotAssessable]) -> Verdict:
        """The strictest of what was found and what decides though it could not be assessed."""
        verdicts = {Verdict.UNDETERMINED} if deciding else set()
        for outcome in found:
            # most rules found nothing of most bidders
            if type(outcome) is NoFinding:
                continue
            if isinstance(outcome, Finding):
                verdicts.add(outcome.effect.verdict)
            elif isinstance(outcome, NotAssessable) and outcome.decides:
                verdicts.add(Verdict.UNDETERMINED)
        if self._anything and any(type(outcome) is NoFinding for outcome in found):
            verdicts.add(Verdict.CLEAR)
        return strictest(verdicts)

    def _result(
        self,
        client_id: str,
        role: str,
        name: str,
        aside: Aside,
        found: list[Outcome],
        deciding: tuple[NotAssessable, ...],
    ) -> SubjectResult:
        own = tuple(o for o in found if isinstance(o, NotAssessable))
        return SubjectResult(
            client_id=client_id,
            role=role,
            name=name,
            code=aside.code,
            verdict=self._verdict(found, deciding),
            reasons=_findings(found),
            not_assessed=(*deciding, *own),
            trace=tuple(sorted(aside.traces, key=lambda t: (t.why, t.list, t.record))),
        )


def _unruled(subject: SubjectView) -> tuple[NotAssessable, ...]:
    """A subject in a role that no rule reads was not assessed, and is not clear."""
    note = unruled(subject)
    return () if note is None else (note,)


def _records(entity: EntityView) -> bool:
    """Whether any record was matched to the entity, its people or those connected with it."""
    return bool(entity.hits or entity.kin) or any(person.hits for person in entity.persons)


@cache
def _nothing(code: str) -> NoFinding:
    return NoFinding(code=code)


def _safely(rule: Rule, args: tuple[Any, ...]) -> list[Outcome]:
    """Run a rule; one that says nothing found nothing; one that fails decides: an error is never a clean bill."""
    try:
        return list(rule.evaluate(*args)) or [NoFinding(code=rule.code)]
    except Exception as error:  # noqa: BLE001 - fail closed: whatever broke, the verdict is UNDETERMINED
        params = {"code": rule.code, "error": type(error).__name__}
        return [
            NotAssessable(
                code=rule.code, what=f"rule:{rule.code}", reason="failed", decides=True,
                detail=Bilingual(zh=say("matching", "rule.failed", "zh", **params),
                                 en=say("matching", "rule.failed", "en", **params)),
            )
        ]  # fmt: skip


def _findings(found: Iterable[Outcome]) -> tuple[Finding, ...]:
    """The findings, strictest first, in rule order within one effect."""
    return tuple(
        sorted(
            (o for o in found if isinstance(o, Finding)), key=lambda f: (-f.effect.rank, f.code, f.detail.en)
        )
    )


def _label(bidder: BidderView) -> str:
    return bidder.bidder.name or "、".join(entity.label for entity in bidder.entities)


def _valid_until(boundaries: Iterable[datetime], fresh: datetime | None, as_of: datetime) -> datetime | None:
    """The sooner of the first required list going stale and the next change of a seen record."""
    later = [t for t in (*boundaries, fresh) if t is not None and t > as_of]
    return min(later, default=None)


__all__ = ["DecisionLog", "Screener"]
