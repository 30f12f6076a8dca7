"""Finds and grades the records of one subject: candidates, comparison, review answers, evidence.

What comes out are hits (usable matches, whatever the record's state) and traces (what was considered and put
aside, and why). Both carry the same compared fields.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from graph import identifiers
from graph.dates import end_of_day
from graph.generation import Generation
from graph.model import Doc, Listing, PartyType, Status
from matching import marks
from matching.aside import by_register, put_aside
from matching.candidates import SIMILAR, Candidate, CandidateSource
from matching.compare import Comparison, compare
from matching.decision import (
    Effect,
    Evidence,
    RelationPath,
    Similarity,
    Tier,
    Trace,
)
from matching.policy import Policy
from matching.rules.base import Hit
from matching.rules.common import counts, turning_days
from matching.subjects import ORG_SCHEMES, Subject, pseudonym, show

if TYPE_CHECKING:
    # Scoring names compiles functions: loaded only where an index of names is opened.
    from matching.similarity import Judged


class ReviewAnswer(Protocol):
    """A human's answer about one pair."""

    @property
    def seq(self) -> int:
        """Its place among everything that was recorded."""
        ...

    @property
    def answer(self) -> str:
        """`confirm` or `reject`."""
        ...

    @property
    def reviewer(self) -> str:
        """Who answered."""
        ...


class Reviews(Protocol):
    """The answers known to a decision, frozen at a ledger position."""

    def answer(self, pair_key: str) -> ReviewAnswer | None:
        """The standing answer for a pair, if any."""
        ...

    @property
    def marked(self) -> bool:
        """Whether any record has a mark of an objection or a repair."""
        ...

    def marks(self, record_ref: str) -> Sequence[marks.Mark]:
        """The marks of a record, oldest first."""
        ...


class Answers(Protocol):
    """All that people answered and entered by a ledger position."""

    def of(self, tenant: str) -> Reviews:
        """What one tenant's decisions read of it."""
        ...


class NoReviews:
    """No ledger, no answers."""

    marked = False

    def answer(self, pair_key: str) -> ReviewAnswer | None:
        """Always none."""
        return None

    def marks(self, record_ref: str) -> Sequence[marks.Mark]:
        """Always none."""
        return ()


class Named(NamedTuple):
    """Names of a subject that somebody wrote for this request."""

    searched: tuple[str, ...] = ()
    """Those that are searched for likeness: nothing says that they are spelt right."""
    registered: tuple[str, ...] = ()
    """Those that a register holds as the subject's own: another company's name is no misspelling of a listed one."""


class Likeness(Protocol):
    """Judges candidates that only resemble a subject (`matching.similarity.Similar`)."""

    def names(self, subject: Subject) -> Named:
        """The subject's names that are searched for likeness, and those that need not be."""
        ...

    def judge(self, subject: Subject, candidates: Sequence[Candidate]) -> Sequence[Judged]:
        """The ones that count as similar, and the near misses worth keeping."""
        ...


class _Pair(Doc):
    type: str
    name: str
    ids: tuple[str, ...]
    facts: tuple[str, ...]
    list: str
    record: str
    hash: str


CAPS: Mapping[tuple[PartyType, Tier], Effect] = {
    (PartyType.ORGANIZATION, Tier.E1): Effect.BLOCK,
    (PartyType.ORGANIZATION, Tier.E2): Effect.BLOCK,
    (PartyType.PERSON, Tier.E1): Effect.BLOCK,
}
"""The strictest effect a tier may cause (SPEC 7.7); every other pair ends at REVIEW."""


class _Asked(NamedTuple):
    """Who is looked for, and as whom."""

    subject: Subject
    role: str
    path: RelationPath | None
    doubtful: bool
    company: str


class Matcher:
    """Matches subjects against one generation, at one pair of clocks."""

    def __init__(
        self,
        generation: Generation,
        source: CandidateSource,
        reviews: Reviews,
        policy: Policy,
        *,
        as_of: datetime,
        known: int,
        key: bytes,
        likeness: Likeness | None = None,
        tenant: str = "",
        known_at: datetime | None = None,
    ) -> None:
        self._generation = generation
        self._source = source
        self._reviews = reviews
        self._policy = policy
        self._as_of = as_of
        self._known = known
        self._key = key
        self._likeness = likeness
        self._tenant = tenant
        self._known_at = known_at or as_of
        self.boundaries: list[datetime] = []
        """Instants at which a seen record changes state: what a decision's validity ends with."""

    def ahead(self, subjects: Sequence[Subject]) -> None:
        """Make ready for many subjects that will be matched, their likeness included."""
        if self._likeness is not None:
            self._source.ahead([name for one in subjects for name in self._likeness.names(one).searched])

    def match(
        self,
        subject: Subject,
        role: str,
        *,
        path: RelationPath | None = None,
        cases: frozenset[tuple[str, str]] = frozenset(),
        doubtful: bool = False,
        company: str = "",
        similar: bool = False,
    ) -> tuple[list[Hit], list[Trace]]:
        """All records about `subject`, best tier first, and those put aside.

        Args:
            subject: whom to look for.
            role: in which role the party takes part; shown with the evidence.
            path: how the party is connected with the bidder, where it is not the bidder itself.
            cases: authority and number of the company's own records, a second fact for its people.
            doubtful: the party was found by a name, or the sources disagree on it: at most a REVIEW.
            company: for whom the party acts; part of what a reviewer's answer is about where no number is.
            similar: the name was written by somebody for this request: also look for names that resemble it.
        """
        hits: list[Hit] = []
        traces: list[Trace] = []
        alike: list[Candidate] = []
        settled: set[int] = set()
        likeness = self._likeness if similar else None
        named = Named() if likeness is None else likeness.names(subject)
        for candidate in self._source.candidates(subject, named.searched):
            if not self._generation.recorded(candidate.ordinal, self._known):
                continue
            if candidate.keys == SIMILAR:
                if candidate.ordinal not in settled:
                    alike.append(candidate)
                continue
            listing = self._generation.listing(candidate.ordinal)
            same_case = not cases.isdisjoint(case_numbers(listing))
            result = compare(subject, listing.subject, listing, same_case=same_case)
            if result.tier is None:
                continue
            settled.add(candidate.ordinal)
            asked = _Asked(subject, role, path, doubtful, company)
            found = self._settle(asked, candidate.ordinal, listing, result)
            (hits if isinstance(found, Hit) else traces).append(found)  # type: ignore[arg-type]
        if alike and likeness is not None:
            asked = _Asked(subject, role, path, doubtful, company)
            for judged in likeness.judge(subject, alike):
                found = self._resembles(asked, judged)
                (hits if isinstance(found, Hit) else traces).append(found)  # type: ignore[arg-type]
        traces.extend(by_register(name) for name in named.registered)
        hits.sort(key=lambda hit: (hit.tier.value, hit.listing.list_code, hit.listing.key))
        return hits, traces

    def _resembles(self, asked: _Asked, judged: Judged) -> Hit | Trace:
        """What follows of a name that resembles a listed one: a question for a human, or a note for audit."""
        listing = self._generation.listing(judged.ordinal)
        result = Comparison(
            tier=Tier.E5,
            field="name",
            submitted=identifiers.mask_numbers_in_text(judged.alike.left),
            matched=identifiers.mask_numbers_in_text(judged.alike.right),
            features=judged.features,
        )
        outcome: str = judged.outcome
        if outcome == "similar":
            found = self._settle(asked, judged.ordinal, listing, result, judged.similarity)
            if isinstance(found, Trace) or counts(found) or found.evidence.confirmed_by:
                return found
            outcome = "inactive"  # a record without effect may not be used, least of all against a namesake
        return put_aside(
            outcome,
            listing,
            self._generation.listing_hash(judged.ordinal),
            Tier.X if outcome == "conflicting_codes" else Tier.E5,
            listing.status(self._as_of),
            judged.features,
            judged.similarity,
        )

    def _settle(
        self,
        asked: _Asked,
        ordinal: int,
        listing: Listing,
        result: Comparison,
        similarity: Similarity | None = None,
    ) -> Hit | Trace:
        """A match as a hit with its cap and evidence, or as a trace where a code or a human speaks against it."""
        tier = result.tier
        assert tier is not None  # noqa: S101  (narrowing only)
        record_hash = self._generation.listing_hash(ordinal)
        status = listing.status(self._as_of)
        if tier is Tier.X:
            return put_aside("conflicting_codes", listing, record_hash, tier, status, result.features)
        pair = self._pair_key(asked.subject, listing, record_hash, asked.company, similar=tier is Tier.E5)
        answer = self._reviews.answer(pair)
        marked = self._marked(asked, listing, record_hash, status, similar=tier is Tier.E5)
        if answer is not None and answer.seq < marked.rejected:
            answer = None  # the objection was upheld after it
        if (answer is None and marked.rejected) or (answer is not None and answer.answer == "reject"):
            return put_aside(
                "rejected_by_review", listing, record_hash, tier, status, result.features, similarity
            )
        confirmed = answer is not None and answer.answer == "confirm"
        status = marked.status
        cap = CAPS.get((asked.subject.type, tier), Effect.REVIEW)
        if (status is Status.DISPUTED and tier is not Tier.E1) or asked.doubtful:
            cap = cap.at_most(Effect.REVIEW)
        if confirmed:
            cap = Effect.BLOCK
        if marked.objection and tier is not Tier.E1:
            cap = cap.at_most(Effect.REVIEW)  # a later answer about the pair does not close an open objection
        self.boundaries.extend(marked.turns)
        turns = (end_of_day(day) for day in turning_days(listing, self._policy))
        self.boundaries.extend(t for t in (*listing.boundaries(), *turns) if t > self._as_of)
        evidence = Evidence(
            list=listing.list_code,
            record=listing.key,
            record_hash=record_hash,
            subject=listing.subject.name,
            status=status.value,
            tier=tier,
            role=asked.role,
            submitted=result.submitted,
            matched=result.matched,
            field=result.field,
            features=result.features,
            source=listing.source,
            effect_from=listing.effect.start,
            effect_to=listing.effect.end,
            authority=listing.authority,
            document_no=listing.case_no or listing.decision_no,
            reason=identifiers.mask_numbers_in_text(listing.reason or "；".join(listing.grounds)),
            confirmed_by=answer.reviewer if confirmed and answer is not None else "",
            row={_heading(k): identifiers.mask_numbers_in_text(v) for k, v in listing.raw.items()},
            pair=pair,
            similarity=similarity,
            objection=marked.objection,
            repair=marked.repair,
        )
        return Hit(
            listing=listing,
            record_hash=record_hash,
            status=status,
            tier=tier,
            cap=cap,
            evidence=evidence,
            path=asked.path,
        )

    def _marked(
        self, asked: _Asked, listing: Listing, record_hash: str, status: Status, *, similar: bool
    ) -> marks.Marked:
        """The record's state with what objections and repairs make of it."""
        if not self._reviews.marked:
            return marks.Marked(status)
        found = self._reviews.marks(marks.record_ref(self._key, listing.list_code, listing.key))
        if not found:
            return marks.Marked(status)
        return marks.read(
            found,
            listing,
            record_hash,
            status,
            tenant=self._tenant,
            as_of=self._as_of,
            known_at=self._known_at,
            pair_of=lambda seen: self._pair_key(asked.subject, listing, seen, asked.company, similar=similar),
            state=self._generation.lists(self._known).get(listing.list_code),
        )

    def asked(self, about: str) -> tuple[str, str, str]:
        """A question of fact that a person answers: its key, the standing answer or nothing, who gave it.

        Args:
            about: all that the question is about; anything new in it makes it another question.
        """
        key = pseudonym(self._key, about)
        answer = self._reviews.answer(key)
        return (key, answer.answer, answer.reviewer) if answer is not None else (key, "", "")

    def _pair_key(
        self, subject: Subject, listing: Listing, record_hash: str, company: str, *, similar: bool
    ) -> str:
        """Names the pair for reviews: new when the record or the party changes; numbers of persons pseudonymous.

        Without a valid number everything else that tells namesakes apart is part of it, the company that a person
        acts for included, so that an answer about one never passes to another. An answer about names that only
        resemble says nothing of a match found later by a number or a former name.
        """
        ids = tuple(
            f"{i.scheme}:{show(i) if i.scheme in ORG_SCHEMES else pseudonym(self._key, i.value)}"
            for i in subject.ids
        )
        facts: tuple[str, ...] = ()
        if not subject.codes:
            facts = (subject.legal_rep, subject.region, subject.sex, str(subject.birth_year or ""), company)
        if similar:
            facts = (*facts, "similar")
        pair = _Pair(
            type=subject.type.value,
            name=subject.n6,
            ids=ids,
            facts=facts,
            list=listing.list_code,
            record=listing.key,
            hash=record_hash,
        )
        return hashlib.sha256(msgspec.json.encode(pair, order="sorted")).hexdigest()


def case_numbers(listing: Listing) -> frozenset[tuple[str, str]]:
    """Authority and number of a record's case, where the number is one (not `/` or `无`)."""
    numbers = (listing.case_no, listing.decision_no)
    return frozenset(
        (listing.authority, n)
        for n in numbers
        if listing.authority and len(n) >= 6 and any(c.isdigit() for c in n)
    )


@lru_cache(maxsize=1024)
def _heading(text: str) -> str:
    """A column heading as a key: RFC 8785 sorts keys by UTF-16 units, our encoder by code points; below U+10000
    the two agree, so rarer characters of a heading are shown as lost."""
    return (
        "".join(c if c <= "\uffff" else "\ufffd" for c in text) if max(text, default="") > "\uffff" else text
    )
