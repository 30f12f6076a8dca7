"""The words of the house as types: what a published record says, and about whom.

A record keeps its subject as a `Mention` with a key of its own; a `Party` is the surrogate that mentions are
linked to (`SameAs`) and is never made by merging names. Every listing, name and relation is an interval with a
source; when we recorded it is kept beside it by the store (see `graph.store`).

Structs are frozen; absent values are None or empty, and `omit_defaults` keeps stored documents small. No float
appears in any of them: amounts and shares are decimal text, so that hashes are the same everywhere.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, dataclass_transform

import msgspec


class DocMeta(msgspec.StructMeta):
    """Makes every document frozen and keyword-only: msgspec itself does not hand `kw_only` down to subclasses."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> Any:
        """Create the class with both options unless it says otherwise."""
        return super().__new__(mcs, name, bases, namespace, **{"frozen": True, "kw_only": True} | options)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class Doc(msgspec.Struct, metaclass=DocMeta, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Base of every stored document."""

    # Documents are trees and hold no cycles: leaving them out of the cycle collector takes a third off loading.


class PartyType(StrEnum):
    """What a subject is. An individual business (个体工商户) is an organization with an operator.

    Beside organisations and persons there are things that connect them: what is tendered, and what bidders use. A
    thing is linked by one identifier, whose scheme is called like its type, and never by its name.
    """

    ORGANIZATION = "organization"
    PERSON = "person"
    PROJECT = "project"
    TENDER = "tender"
    LOT = "lot"
    CONTRACT = "contract"
    ACCOUNT = "account"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    DEVICE = "device"
    DOCUMENT = "document"

    @property
    def thing(self) -> bool:
        """Whether it is neither an organisation nor a person."""
        return self not in (PartyType.ORGANIZATION, PartyType.PERSON)


class Interval(Doc):
    """Half-open [start, end): an absent bound is open. Built from dates by `graph.dates` (last day counts)."""

    start: datetime | None = None
    end: datetime | None = None

    def contains(self, instant: datetime) -> bool:
        """Whether the interval covers `instant`."""
        return (self.start is None or self.start <= instant) and (self.end is None or instant < self.end)


class NameKind(StrEnum):
    """Why a party bears a name."""

    REGISTERED = "registered"
    FORMER = "former"
    ALIAS = "alias"
    FOREIGN = "foreign"


class Name(Doc):
    """One name as written, with when it was borne."""

    text: str
    kind: NameKind = NameKind.REGISTERED
    valid: Interval = Interval()


class Id(Doc):
    """An identifier as read: scheme and normalised value, the raw text when it differs, and its state.

    `state` is `valid`, `checksum` (well-formed, check digit wrong), `masked`, or `malformed` (kept, never used
    to match). Values of persons never leave the store unmasked.
    """

    scheme: str
    value: str
    raw: str = ""
    state: str = "valid"


class Mention(Doc):
    """A subject as one record names it. `key` is unique within its data set and says nothing personal."""

    type: PartyType
    name: str
    key: str = ""
    n6: str = ""
    """The comparison form of `name` (`graph.text`), computed once by the loader."""
    names: tuple[Name, ...] = ()
    """Further names that the record itself states (former, alias, foreign)."""
    ids: tuple[Id, ...] = ()
    sex: str = ""
    """`m`, `f` or empty."""
    age: int | None = None
    age_at: date | None = None
    """The day on which `age` was true (publication or filing date)."""
    birth_year: int | None = None
    region: str = ""
    """Province or place as the record states it."""
    address: str = ""
    legal_rep: str = ""


class Source(Doc):
    """Where a record comes from: enough to find the row again."""

    dataset: str
    file: str = ""
    file_sha256: str = ""
    row: int = 0
    url: str = ""
    taken_at: datetime | None = None
    publisher: str = ""
    """Which of the sources that feed `dataset` (`SnapshotInfo.source`); may be empty where a run loads only one."""


class Status(StrEnum):
    """State of a listing at a moment (SPEC 4). DISPUTED is a flag on an ACTIVE one, not an exit."""

    ACTIVE = "ACTIVE"
    PENDING = "PENDING"
    EXPIRED = "EXPIRED"
    REMOVED = "REMOVED"
    REPAIRED = "REPAIRED"
    REVOKED = "REVOKED"
    TEMP_LIFTED = "TEMP_LIFTED"
    DISPUTED = "DISPUTED"


class StatusEvent(Doc):
    """An exit from, or a pause of, a listing: REMOVED, REPAIRED, REVOKED, TEMP_LIFTED or DISPUTED.

    `span.start` is when it takes effect; TEMP_LIFTED and DISPUTED end with `span.end`, the others stay.
    """

    status: Status
    span: Interval
    reason: str = ""


class Related(Doc):
    """Someone named by a record beside its subject, e.g. the legal representative of a listed employer."""

    role: str
    mention: Mention


class Penalty(Doc):
    """What an administrative decision imposes, as far as tender law asks for it."""

    kinds: tuple[str, ...] = ()
    """Any of: fine, confiscation, suspension, revocation, bid_ban, procurement_ban, permanent (a ban
    without an end), criminal, warning, other."""
    fine_cny: Decimal | None = None
    confiscated_cny: Decimal | None = None
    decided_on: date | None = None
    ban_unreadable: bool = False
    """The decision names a ban whose period could not be read: a human has to."""


class Listing(Doc):
    """A sanction record: one subject on one list, by one authority, for an interval.

    `effect` is the interval in which the record binds in law (a ban period; for a list without a term from its
    listing on); `published` is when it may be shown. `key` identifies the record within its list (for judgment
    defaulters: case number, court, subject), so that the next snapshot finds it again.
    """

    list_code: str
    key: str
    subject: Mention
    effect: Interval = Interval()
    published: Interval = Interval()
    events: tuple[StatusEvent, ...] = ()
    related: tuple[Related, ...] = ()
    authority: str = ""
    decision_no: str = ""
    case_no: str = ""
    grounds: tuple[str, ...] = ()
    reason: str = ""
    measure: str = ""
    basis: str = ""
    region: str = ""
    scope: str = ""
    penalty: Penalty | None = None
    raw: dict[str, str] = {}
    """The row verbatim, by column heading: the evidence."""
    source: Source = Source(dataset="")

    def status(self, as_of: datetime) -> Status:
        """The state in law at `as_of`: exits first, then the effect interval.

        REMOVED, REPAIRED and REVOKED stay; TEMP_LIFTED holds within its span; DISPUTED is reported only for
        an otherwise ACTIVE record.
        """
        disputed = False
        for event in self.events:
            if not event.span.contains(as_of):
                continue
            if event.status is Status.DISPUTED:
                disputed = True
            else:
                return event.status
        if self.effect.start is not None and as_of < self.effect.start:
            return Status.PENDING
        if self.effect.end is not None and as_of >= self.effect.end:
            return Status.EXPIRED
        return Status.DISPUTED if disputed else Status.ACTIVE

    def boundaries(self) -> tuple[datetime, ...]:
        """Every instant at which `status` may change; decisions are valid until the next one."""
        spans = [self.effect, *(event.span for event in self.events)]
        return tuple(sorted({t for span in spans for t in (span.start, span.end) if t is not None}))


class PartyRecord(Doc):
    """A row of a register: who a party is. Attributes are decimal or ISO text, by the names in `ATTRIBUTES`."""

    key: str
    subject: Mention
    attributes: dict[str, str] = {}
    raw: dict[str, str] = {}
    source: Source = Source(dataset="")


ATTRIBUTES = (
    "founded_on", "deregistered_on", "status", "legal_form", "capital_cny", "insured", "scope", "address",
    "phone", "email", "region", "industry",
)  # fmt: skip


class Party(Doc):
    """Whom mentions are linked to: a surrogate key, what is known of it, and from which records."""

    key: str
    type: PartyType
    names: tuple[Name, ...] = ()
    ids: tuple[Id, ...] = ()
    attributes: dict[str, str] = {}
    mentions: tuple[str, ...] = ()
    more_mentions: int = 0
    """Relations that name it beside those in `mentions`: of a hub only the oldest are told one by one."""


class SameAs(Doc):
    """A link from a mention to a party, by tier (`E1` strong identifier, `human` a confirmation)."""

    mention: str
    party: str
    tier: str
    decided_by: str
