"""Typed, dated, sourced edges between parties. Missing shares are None, never 0."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from graph.model import Doc, Interval, Mention, Source


class RelationType(StrEnum):
    """Direction reads as a sentence: `src` LEGAL_REP_OF `dst`; of KIN_OF, `src` is the `role` of `dst`."""

    HOLDS = "HOLDS"
    CONTROLS = "CONTROLS"
    UBO_OF = "UBO_OF"
    LEGAL_REP_OF = "LEGAL_REP_OF"
    HEAD_OF = "HEAD_OF"
    DIRECTOR_OF = "DIRECTOR_OF"
    SUPERVISOR_OF = "SUPERVISOR_OF"
    EXEC_OF = "EXEC_OF"
    BRANCH_OF = "BRANCH_OF"
    MANAGES = "MANAGES"
    SUCCEEDS = "SUCCEEDS"
    RENAMED_FROM = "RENAMED_FROM"
    OPERATES = "OPERATES"
    INVESTS_ALONE = "INVESTS_ALONE"
    PARTNER_IN = "PARTNER_IN"
    KIN_OF = "KIN_OF"
    EMPLOYED_BY = "EMPLOYED_BY"
    USES = "USES"
    BID_IN = "BID_IN"
    EVALUATES = "EVALUATES"
    RESPONSIBLE_FOR = "RESPONSIBLE_FOR"
    BUYER_OF = "BUYER_OF"
    AGENT_FOR = "AGENT_FOR"
    PLATFORM_FOR = "PLATFORM_FOR"
    WON = "WON"
    LOT_OF = "LOT_OF"
    SERVED = "SERVED"
    PARTY_TO = "PARTY_TO"
    CONTRACT_OF = "CONTRACT_OF"
    ACTS_FOR = "ACTS_FOR"
    IN_CONCERT = "IN_CONCERT"
    OFFICIAL_OF = "OFFICIAL_OF"
    OVERSEES = "OVERSEES"


ABOVE_MIN, BELOW_MAX = "share_above_min", "share_below_max"
"""Attributes (`yes`) of a share whose bound does not belong to its range: 超过 50 %, 不足 25 % (87号令 86)."""


class Relation(Doc):
    """One edge as one record states it, between mentions; the store resolves them to parties.

    `key` is unique within its data set; `share` is a percentage as exact decimal (`60`, `50.00`), `share_min` and
    `share_max` bound one that is stated as a range (`share` is then None); `role` holds what the type alone does
    not say (kinship code, post, phase), `attributes` what else the record states (price, rank, lot).
    """

    type: RelationType
    key: str
    src: Mention
    dst: Mention
    share: Decimal | None = None
    share_min: Decimal | None = None
    share_max: Decimal | None = None
    votes: Decimal | None = None
    role: str = ""
    attributes: dict[str, str] = {}
    valid: Interval = Interval()
    source: Source = Source(dataset="")


class PartyRelation(Doc):
    """A relation as read back, its ends resolved to parties."""

    type: RelationType
    src: str
    dst: str
    share: Decimal | None = None
    share_min: Decimal | None = None
    share_max: Decimal | None = None
    votes: Decimal | None = None
    role: str = ""
    attributes: dict[str, str] = {}
    valid: Interval = Interval()
    source: Source = Source(dataset="")
    by: str = "code"
    """How the ends were resolved: `code` (strong identifiers) or `name` (then never enough to block)."""
