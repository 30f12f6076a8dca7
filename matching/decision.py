"""The answer and its lattice: CLEAR < FLAG < REVIEW < UNDETERMINED < BLOCK.

A rule answers `Finding`, `NoFinding` or `NotAssessable`; a decision is the strictest of what was found and what
could not be assessed. No float stands in any of these: the canonical bytes of a decision are its identity.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

import msgspec

from graph.model import Doc, Source


class Verdict(StrEnum):
    """The lattice. Compare with `strictest`, never with `<` on the text."""

    CLEAR = "CLEAR"
    FLAG = "FLAG"
    REVIEW = "REVIEW"
    UNDETERMINED = "UNDETERMINED"
    BLOCK = "BLOCK"

    @property
    def rank(self) -> int:
        """Position in the lattice."""
        return _RANK[self]


_RANK = {v: i for i, v in enumerate(Verdict)}


def strictest(verdicts: Iterable[Verdict]) -> Verdict:
    """The strictest verdict; UNDETERMINED where nothing was assessed at all (fail closed)."""
    best: Verdict | None = None
    for verdict in verdicts:
        if best is None or _RANK[verdict] > _RANK[best]:
            best = verdict
    return Verdict.UNDETERMINED if best is None else best


class Effect(StrEnum):
    """What a finding does. INFO is a note that changes no verdict."""

    INFO = "INFO"
    FLAG = "FLAG"
    REVIEW = "REVIEW"
    BLOCK = "BLOCK"

    @property
    def rank(self) -> int:
        """Position from INFO (0) to BLOCK (3)."""
        return _EFFECT_RANK[self]

    @property
    def verdict(self) -> Verdict:
        """The verdict that a finding of this effect causes."""
        return Verdict.CLEAR if self is Effect.INFO else Verdict(self.value)

    def at_most(self, cap: Effect) -> Effect:
        """This effect, lowered to `cap` where it is stricter."""
        return cap if self.rank > cap.rank else self


_EFFECT_RANK = {e: i for i, e in enumerate(Effect)}


class Tier(StrEnum):
    """How sure a match is (SPEC 7.7). X is no match: a conflict of valid codes or visible digits."""

    E1 = "E1"
    E2 = "E2"
    E3 = "E3"
    E4 = "E4"
    E5 = "E5"
    X = "X"


class Bilingual(Doc):
    """A sentence in both languages."""

    zh: str
    en: str


class LegalBasis(Doc):
    """An article as cited. `quote` is verbatim from a text we hold, else absent and `basis_verified` false."""

    instrument: str
    article: str
    effective_from: date
    effective_to: date | None = None
    quote: str | None = None
    basis_verified: bool = False


class Feature(Doc):
    """One compared field: what both sides say and what follows."""

    name: str
    submitted: str = ""
    matched: str = ""
    outcome: str = ""
    """`equal`, `consistent`, `nested`, `missing`, `different` …"""


class ScorePart(Doc):
    """What one kind of agreement or difference added to the points of a similarity."""

    name: str
    """`brand`, `region`, `form` … of the names; `fact.legal_rep`, `fact.province` … beside them."""
    points: int


class NameEdit(Doc):
    """One difference between two names: what stands on the left became what stands on the right."""

    kind: str
    """`same_sound`, `shape`, `gap`, `swapped` …"""
    left: str
    right: str
    where: str
    """`brand`, `region`, `industry`, `form`, `branch`, `number`."""


class NameParts(Doc):
    """A name of an organisation as it was read."""

    text: str
    """The form that was compared."""
    region: str = ""
    brand: str = ""
    industry: str = ""
    form: str = ""
    branch: str = ""
    numbers: str = ""


class RunnerUp(Doc):
    """The next best name that was found."""

    name: str
    points: int


class Similarity(Doc):
    """Why a name counts as similar to a listed one, or does not. The points are the sum of the parts.

    Points are thousandths of a log-odds unit at even prior odds; `permille` is the chance that they stand for.
    `threshold` is where `alarm_budget` of 100,000 clean bidders are alarmed against `list_size` names.
    """

    points: int
    threshold: int
    permille: int
    list_size: int
    alarm_budget: int
    left: NameParts
    right: NameParts
    parts: tuple[ScorePart, ...] = ()
    edits: tuple[NameEdit, ...] = ()
    vetoes: tuple[str, ...] = ()
    runner_up: RunnerUp | None = None


class Evidence(Doc):
    """The record behind a finding: where it stands, what was compared, how sure the match is. Numbers masked."""

    list: str
    record: str
    record_hash: str
    subject: str
    status: str
    tier: Tier
    role: str
    """In which role the matched party takes part (bidder, member, legal_rep, project_manager, parent …)."""
    submitted: str
    matched: str
    field: str
    features: tuple[Feature, ...] = ()
    source: Source = Source(dataset="")
    effect_from: datetime | None = None
    effect_to: datetime | None = None
    authority: str = ""
    document_no: str = ""
    reason: str = ""
    confirmed_by: str = ""
    row: dict[str, str] = {}
    """The published row verbatim, numbers of persons masked."""
    pair: str = ""
    """Opaque key of this record and this submitted party: what a person's answer is kept under. A hash, no name."""
    similarity: Similarity | None = None
    """For a match at E5: how alike the names are, and every reason."""
    objection: str = ""
    """The objection about this identity that was open when the decision was made."""
    repair: str = ""
    """The repair that lifts the record; on a record in effect, one that the published list contradicts."""


class PathNode(Doc):
    """A party on a path."""

    id: str
    name: str
    type: str


class PathEdge(Doc):
    """A relation on a path, dated and sourced."""

    src: str
    dst: str
    type: str
    share: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    by: str = ""
    source: Source = Source(dataset="")
    role: str = ""
    """What the type alone does not say: kinship code, post, phase."""


class RelationPath(Doc):
    """How the matched party is connected, as data and as one sentence."""

    nodes: tuple[PathNode, ...]
    edges: tuple[PathEdge, ...]
    sentence: Bilingual


class Fact(Doc):
    """Two values that are equal, or stand in a relation that matters, as each side stated them. Numbers masked."""

    field: str
    """What was compared: `devices.mac`, `contacts.phone`, `relation.HOLDS` …"""
    a: str
    b: str = ""
    """The other side's value as written; empty where there is one value only."""


class Finding(Doc):
    """A fired rule: its effect, why in words, the law, the records, and what the party can do."""

    code: str
    effect: Effect
    title: Bilingual
    detail: Bilingual
    legal_basis: tuple[LegalBasis, ...]
    severity: str = ""
    evidence: tuple[Evidence, ...] = ()
    path: RelationPath | None = None
    facts: tuple[Fact, ...] = ()
    """The raw values that a relation or a shared trace rests on."""
    remedy: tuple[str, ...] = ()
    """`objection`, `repair`, `human_review`."""
    missing: tuple[str, ...] = ()
    """Inputs whose absence lowered or widened this finding, e.g. `tender.regime`."""
    restricted: bool = False
    """To be shown only to the roles that may see officials' records."""
    overridden_by: str = ""
    """The override (`Override.id`) by which two persons changed the effect; empty where nobody did."""
    before: Effect | None = None
    """The effect before that override."""


class NoFinding(Doc):
    """A rule that was assessed and found nothing."""

    code: str


class NotAssessable(Doc):
    """A rule, or part of one, that could not be assessed, and whether that decides the verdict."""

    code: str
    what: str
    """`list:SXBZXR`, `input:tender.regime`, `relation:HOLDS` …"""
    reason: Literal["missing", "stale", "unknown_age", "not_covered", "not_supplied", "unreadable", "failed"]
    detail: Bilingual
    decides: bool = False


Outcome = Finding | NoFinding | NotAssessable


class Trace(Doc):
    """What was considered and not used, and why: kept for audit, hidden from ordinary views."""

    why: str
    """`conflicting_codes`, `rejected_by_review`; of similar names also `vetoed`, `below_threshold` and `inactive`;
    `registered_name`: the name was not searched for likeness, so that no list and no record is named."""
    list: str
    record: str
    record_hash: str
    tier: Tier
    status: str = ""
    detail: Bilingual | None = None
    features: tuple[Feature, ...] = ()
    similarity: Similarity | None = None


class SubjectResult(Doc):
    """The verdict on one bidder or other subject (expert, agency, buyer, official …)."""

    client_id: str
    role: str
    name: str
    code: str
    verdict: Verdict
    reasons: tuple[Finding, ...] = ()
    not_assessed: tuple[NotAssessable, ...] = ()
    trace: tuple[Trace, ...] = ()


class PairResult(Doc):
    """The verdict on two bidders together; a BLOCK blocks both."""

    a: str
    b: str
    verdict: Verdict
    reasons: tuple[Finding, ...] = ()


class TenderResult(Doc):
    """Findings on the tender itself."""

    verdict: Verdict
    reasons: tuple[Finding, ...] = ()
    not_assessed: tuple[NotAssessable, ...] = ()


class ListPin(Doc):
    """A list as it stood for this decision."""

    code: str
    sha256: str
    taken_at: datetime | None
    records: int
    stale: bool


class Pins(Doc):
    """All that is needed to get the same answer again."""

    generation: str
    generation_hash: str
    known: int
    lists: tuple[ListPin, ...]
    policy_hash: str
    rule_pack: str
    rule_pack_hash: str
    algorithm: str
    reviews_seq: int
    as_of: datetime
    known_at: datetime
    input_hash: str
    index: str = ""
    """The index of names that was searched; empty: names were searched as written only."""
    model: str = ""
    """Version and hash of the model and the table of thresholds by which names were scored."""


class Paper(Doc):
    """A document by its number and, where it is kept as a file, its SHA-256."""

    number: str
    sha256: str = ""


class Override(Doc):
    """A change to one finding that one person proposed and another confirmed: pinned in the decision it makes."""

    id: str
    of: str
    """The decision that was overridden."""
    of_hash: str
    ground: str
    effect: Effect
    """What the finding comes to by it: FLAG where it is lifted, BLOCK where it is imposed."""
    client_id: str
    role: str = "bidder"
    other: str = ""
    """The second bidder, where the finding is about two of them."""
    code: str
    finding: str
    """SHA-256 over what the finding rests on: rule, records, facts. Another finding is not overridden."""
    before: Effect
    reason: str
    documents: tuple[Paper, ...] = ()
    legal_basis: tuple[LegalBasis, ...] = ()
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str
    confirmed_at: datetime


class Decision(Doc):
    """The answer. `decision_hash` covers everything but itself, `decision_id`, `decided_at` and `tenant`."""

    verdict: Verdict
    bidders: tuple[SubjectResult, ...]
    pairs: tuple[PairResult, ...] = ()
    subjects: tuple[SubjectResult, ...] = ()
    tender: TenderResult
    not_assessed: tuple[NotAssessable, ...] = ()
    pins: Pins
    valid_until: datetime | None = None
    decision_id: str = ""
    decided_at: datetime | None = None
    decision_hash: str = ""
    overrides: tuple[Override, ...] = ()
    """What people changed of the calculation, oldest first."""


def to_json(doc: Doc) -> bytes:
    """Canonical bytes (RFC 8785 for documents without floats: sorted keys, no spaces, UTF-8)."""
    return msgspec.json.encode(doc, order="sorted")
