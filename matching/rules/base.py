"""What a rule is, and what it may look at.

A rule is data (code, titles, law with dates, page, where it may block) and one function. It reads a `Case`,
which holds everything already looked up and matched; rules never query, never import each other, never read a
clock. The screening asks only the rules that are enabled and in force at `as_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from graph.model import Doc, Listing, PartyType, Status
from graph.relations import PartyRelation
from matching.decision import (
    Bilingual,
    Effect,
    Evidence,
    Fact,
    Finding,
    LegalBasis,
    NoFinding,
    NotAssessable,
    Outcome,
    PathEdge,
    PathNode,
    RelationPath,
    Tier,
)
from matching.request import Bidder, DecisionRequest, PartyRef, Person, Tender

if TYPE_CHECKING:
    # The policy checks itself against the rules, and a generation opens mapped files: a rule needs neither.
    from graph.generation import Generation, ListState
    from matching.policy import Policy


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was matched with someone in the request, whatever its state in law.

    `cap` is the strictest effect that this match may cause by its tier (SPEC 7.7), raised to BLOCK by a
    human's confirmation.
    """

    listing: Listing
    record_hash: str
    status: Status
    tier: Tier
    cap: Effect
    evidence: Evidence
    path: RelationPath | None = None

    @property
    def active(self) -> bool:
        """Whether the record has effect at `as_of` (a disputed one keeps it)."""
        return self.status in (Status.ACTIVE, Status.DISPUTED)


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the request in a role, with the records matched to that person."""

    role: str
    """legal_rep, principal, director, supervisor, executive, operator, investor, partner, agent,
    project_manager, key_staff, expert, committee or official."""
    person: Person
    hits: tuple[Hit, ...] = ()
    codes: tuple[str, ...] = ()
    """Valid strong numbers (`scheme:value`) of a person whom the request names."""


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """A connection between two bidders, or of a bidder or another subject with someone: what relation rules read.

    `kind` says what connects (`holds`, `controls`, `same_legal_rep`, `device.mac` …: each module of
    `matching.ties` lists its own). `by` says how sure the ends are: `code` by strong identifiers, `stated` as the
    request itself says, `name` by names only, which never blocks.
    """

    kind: str
    by: Literal["code", "stated", "name"]
    facts: tuple[Fact, ...] = ()
    path: RelationPath | None = None
    other: str = ""
    """How sentences call whoever stands at the other end or between both."""
    role: str = ""
    share: Decimal | None = None
    """Percent."""
    since: datetime | None = None
    until: datetime | None = None
    bidder: int | None = None
    """For the tie of a subject: the bidder it concerns."""
    notes: tuple[str, ...] = ()
    """What a rule must tell apart within one kind, e.g. `by_sum`, `hub`, `adjacent`."""
    size: int = 0
    """How many bidders share the value, where more than two do."""


class Kin(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation connected with an entity by dated, sourced relations, and its active records."""

    role: Literal[
        "parent", "branch", "controller", "subsidiary", "sister", "predecessor", "partner",
        "controlling_person", "shared_legal_rep", "shared_owner", "shared_address",
    ]  # fmt: skip
    by: Literal["code", "name"]
    hits: tuple[Hit, ...]


class Found(NamedTuple):
    """A party of the graph that an entity or person is (`sure`: by number) or may be (by name)."""

    ordinal: int
    sure: bool


class EntityView(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation or person that bids: a sole bidder or a member of a consortium."""

    role: str
    """`sole`, `lead` or `member`."""
    ref: PartyRef
    type: PartyType
    label: str
    """Name or, without one, masked code: how messages call it."""
    identity: tuple[str, ...]
    """Comparable keys of the entity: valid strong identifiers first (`scheme:value`), its comparison name
    last (`name:<n6>`)."""
    party: str | None
    hits: tuple[Hit, ...] = ()
    persons: tuple[PersonView, ...] = ()
    kin: tuple[Kin, ...] = ()
    found: tuple[Found, ...] = ()
    individual_business: bool = False
    legal_form: str = ""
    founded: date | None = None
    """The day it was founded, where a register says so."""


class BidderView(msgspec.Struct, frozen=True, kw_only=True):
    """A bidder: itself and, in a consortium, every member (a consortium is a union)."""

    index: int
    client_id: str
    bidder: Bidder
    entities: tuple[EntityView, ...]
    ties: tuple[Tie, ...] = ()
    """Connections with the buyer, the agency, the platform's operator and those who served the project before."""


class PairView(msgspec.Struct, frozen=True, kw_only=True):
    """Two bidders that something connects."""

    a: BidderView
    b: BidderView
    ties: tuple[Tie, ...]


class SubjectView(msgspec.Struct, frozen=True, kw_only=True):
    """Someone else who takes part: buyer, agency, platform_operator, expert, committee, official."""

    role: str
    client_id: str
    label: str
    entity: EntityView | None = None
    person: PersonView | None = None
    ties: tuple[Tie, ...] = ()
    """Connections with bidders, buyers and their people; `Tie.bidder` says with which bidder."""

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The records matched to this subject."""
        if self.entity is not None:
            return self.entity.hits
        return self.person.hits if self.person is not None else ()


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a rule may look at, for one request at one pair of clocks."""

    request: DecisionRequest
    as_of: datetime
    activity: date
    """The day of the procurement activity: what look-back periods end at (default: the day of `as_of`)."""
    known: int
    policy: Policy
    lists: Mapping[str, ListState]
    generation: Generation
    bidders: tuple[BidderView, ...]
    subjects: tuple[SubjectView, ...] = ()
    pairs: tuple[PairView, ...] = ()
    asks: Callable[[str], tuple[str, str, str]] | None = None
    """Names a question of fact by what it is about, and gives a person's standing answer: the question's key,
    `confirm`, `reject` or nothing, and who answered."""

    @property
    def tender(self) -> Tender:
        """The request's tender."""
        return self.request.tender

    def invoked(self, code: str) -> bool | None:
        """Whether the tender documents invoke a list: None when the caller did not say."""
        lists = self.request.tender.invoked_lists
        return None if lists is None else code in lists


RuleScope = Literal["bidder", "subject", "pair", "tender"]
"""What a rule is asked about."""


class Rule(Doc):
    """A rule as data with its function.

    `scope` says what `evaluate` gets beside the case: `bidder` a BidderView, `subject` a SubjectView, `pair`
    a PairView, `tender` nothing. `lists` are the lists it reads: one that is missing is reported.
    `may_block` is false where SPEC 4.2 forbids a BLOCK without a signed legal basis.
    """

    code: str
    title: Bilingual
    scope: RuleScope
    basis: tuple[LegalBasis, ...]
    evaluate: Callable[..., Iterable[Outcome]]
    lists: tuple[str, ...] = ()
    cases: dict[str, Effect]
    """The situations the rule tells apart, each with its effect as shipped; the policy may lower them."""
    may_block: bool = True
    inputs: tuple[str, ...] = ()
    """Inputs without which a rule about subjects is never asked, e.g. `tender.buyer`."""
    asks: bool = False
    """Whether the rule reports a missing input of a bidder even where no record was found."""
    effective_from: date
    effective_to: date | None = None

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Every effect the rule can cause as shipped, strictest last."""
        return tuple(sorted(set(self.cases.values()), key=lambda effect: effect.rank))

    def in_force(self, day: date) -> bool:
        """Whether the law behind the rule binds on a day, the last day included."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


BidderRule = Callable[[Case, BidderView], Iterable[Outcome]]

__all__ = [
    "Bidder",
    "BidderRule",
    "BidderView",
    "Bilingual",
    "Case",
    "Effect",
    "EntityView",
    "Evidence",
    "Fact",
    "Finding",
    "Found",
    "Hit",
    "Kin",
    "LegalBasis",
    "Listing",
    "NoFinding",
    "NotAssessable",
    "Outcome",
    "PairView",
    "PartyRelation",
    "PathEdge",
    "PathNode",
    "Person",
    "PersonView",
    "RelationPath",
    "Rule",
    "Status",
    "SubjectView",
    "Tie",
    "Tier",
]
