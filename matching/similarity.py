"""Names that resemble a listed one (E5): points from the names, then what else is known, each part named.

The order is that of the methodology page: numbers first, then vetoes, then the register, then points. Nothing here
can do more than ask for a human.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import msgspec
import numpy as np

from graph import identifiers, text
from graph.generation import Generation
from graph.model import Listing, Mention, PartyType
from matching.candidates import MOST_KEPT, Alike, Candidate, NameSearch
from matching.compare import org_numbers
from matching.compare_names import name_feature
from matching.decision import (
    Feature,
    NameEdit,
    NameParts,
    RunnerUp,
    ScorePart,
    Similarity,
)  # fmt: skip
from matching.kept import Kept
from matching.matcher import Named
from matching.names import layout as at
from matching.names.coding import encode_many
from matching.names.model import model_hash
from matching.names.score import (
    EQUAL,
    OTHER_SCRIPT,
    NameComparison,
    compare_names,
    probability,
    read_name,
    score_pairs,
)
from matching.names.thresholds import threshold
from matching.own_names import OwnNames
from matching.policy import Policy
from matching.subjects import Subject, mention_region

SAME_REP: Final = 2_500
"""Points for the same legal representative: some twelve to one; hardly one clean neighbour in twenty shares it."""
OTHER_REP: Final = -1_800
"""Points against, for another one: a company's representative does change, so that it is no veto."""
SAME_PROVINCE: Final = 200
"""Neighbours by name mostly are neighbours in place: equal provinces say next to nothing."""
OTHER_PROVINCE: Final = -2_500
"""Few companies are registered in one province and listed with another."""
SAME_NUMBER: Final = 3_000
"""Points for a masked code, a registration number or a mistyped code that both sides state."""
MOST_FOR: Final = SAME_REP + SAME_PROVINCE + SAME_NUMBER
"""The most that evidence adds to the points of two names."""
NEAR: Final = 2_000
"""How far below the threshold a name still counts as a near miss, which is kept for audit."""
SHORT_LIST: Final = 10_000
"""Shorter lists are judged as if they had so many names: few alarms are no reason to take neighbours for slips."""
KEPT: Final = 2_048
"""Parties whose likeness is kept: some 12 kB each."""
MOST_TRACES: Final = 3
"""Names put aside that are kept of one subject."""

MOST_NAMES: Final = 4
"""Names of one party that are looked at for likeness: its own, then what it was called before or beside."""

Outcome = Literal["similar", "conflicting_codes", "vetoed", "below_threshold"]


class Judged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One listing that resembles the subject, and what follows."""

    ordinal: int
    outcome: Outcome
    alike: Alike
    features: tuple[Feature, ...]
    similarity: Similarity


class _Scored(NamedTuple):
    """A pair of names, with its points and whether a veto stands against it."""

    alike: Alike
    points: int
    vetoed: bool
    names: NameComparison | None = None


class _Weighed(NamedTuple):
    """A listing weighed: what follows, all points, and what stands beside the names."""

    ordinal: int
    outcome: Outcome
    scored: _Scored
    points: int
    features: list[Feature]
    extra: list[ScorePart]


class Similar:
    """Judges candidates that only resemble a subject, against one index and one policy.

    The same companies bid again and again: what was judged last is kept. One generation and one policy always judge
    alike, so that what is kept is what would be found again.
    """

    def __init__(self, generation: Generation, index: NameSearch, policy: Policy) -> None:
        self._judging = _Judging(generation, index, policy)
        self._own = OwnNames(generation)
        self.threshold = self._judging.threshold
        """Points from which names count as similar."""
        self._kept: Kept[tuple[bytes, tuple[int, ...]], tuple[Judged, ...]] = Kept(KEPT)

    def names(self, subject: Subject) -> Named:
        """Which names of an organisation are searched for likeness: all but those that a register holds as its own."""
        searched: list[str] = []
        registered: list[str] = []
        if subject.type is PartyType.ORGANIZATION:
            for name in subject.texts[:MOST_NAMES]:
                (registered if self._own.holds(subject, name) else searched).append(name)
        return Named(tuple(searched), tuple(registered))

    def judge(self, subject: Subject, candidates: Sequence[Candidate]) -> Sequence[Judged]:
        """The candidates that resemble enough, and the near misses worth keeping, best first."""
        if len(candidates) > MOST_KEPT:
            return self._judging.judge(subject, tuple(candidates))
        # which names are alike follows from the subject's and the listing
        key = (msgspec.msgpack.encode(subject), tuple([one.ordinal for one in candidates]))
        found = self._kept.get(key)
        if found is None:
            found = self._judging.judge(subject, tuple(candidates))
            self._kept.put(key, found)
        return found


class _Judging:
    """The judging itself."""

    def __init__(self, generation: Generation, index: NameSearch, policy: Policy) -> None:
        self._generation = generation
        self._list_size = len(index)
        self._budget = policy.alarm_budget
        known = policy.register_holds if generation.has_register else 0
        self.threshold = threshold(max(self._list_size, SHORT_LIST), self._budget, known)

    def judge(self, subject: Subject, candidates: tuple[Candidate, ...]) -> tuple[Judged, ...]:
        """As `Similar.judge`."""
        best = self._best(candidates)
        ranked = sorted(candidates, key=lambda one: (-best[one.ordinal].points, one.ordinal))
        most = _most(subject)
        kept: list[_Weighed] = []
        aside: set[str] = set()
        for candidate in ranked:
            scored = best[candidate.ordinal]
            if scored.points < self.threshold - max(NEAR, most):
                break
            full = len(aside) == MOST_TRACES and scored.alike.right not in aside
            if full and (scored.vetoed or scored.points + most < self.threshold):
                continue
            listing = self._generation.listing(candidate.ordinal)
            if listing.subject.type is not PartyType.ORGANIZATION:
                continue
            one = self._weigh(subject, candidate.ordinal, listing, scored)
            if one.outcome != "similar":
                if full or one.points < self.threshold - NEAR:
                    continue
                aside.add(scored.alike.right)
            kept.append(one)
        if not kept:
            return ()
        names = dict.fromkeys((best[one.ordinal].alike.right, best[one.ordinal].points) for one in ranked)
        compared: dict[Alike, NameComparison] = {}
        return tuple([self._explained(one, names, compared) for one in kept])

    def _best(self, candidates: Sequence[Candidate]) -> dict[int, _Scored]:
        """The best pair of names of every candidate; all pairs are scored at once."""
        scored = _scores(list(dict.fromkeys(alike for one in candidates for alike in one.names)))
        least = self.threshold - MOST_FOR

        def rank(one: _Scored) -> tuple[bool, int]:
            return one.points >= least and not one.vetoed, one.points

        return {
            one.ordinal: scored[one.names[0]]
            if len(one.names) == 1
            else max((scored[alike] for alike in one.names), key=rank)
            for one in candidates
        }

    def _weigh(self, subject: Subject, ordinal: int, listing: Listing, scored: _Scored) -> _Weighed:
        numbers, features = org_numbers(subject, listing.subject)
        facts = (_legal_rep(subject, listing.subject, listing), _province(subject, listing.subject))
        features.append(name_feature(scored.alike.left, scored.alike.right, "similar"))
        features.extend(fact for fact, _ in facts)
        extra = [ScorePart(name=f"fact.{fact.name}", points=points) for fact, points in facts if points]
        if numbers in _SHARED:
            extra.append(ScorePart(name="fact.number", points=SAME_NUMBER))
        points = scored.points + sum(part.points for part in extra)
        outcome: Outcome
        if numbers in _AGAINST:
            outcome = "conflicting_codes"
        elif scored.vetoed:
            outcome = "vetoed"
        elif points < self.threshold:
            outcome = "below_threshold"
        else:
            outcome = "similar"
        return _Weighed(ordinal, outcome, scored, points, features, extra)

    def _explained(
        self, one: _Weighed, others: Iterable[tuple[str, int]], compared: dict[Alike, NameComparison]
    ) -> Judged:
        alike = one.scored.alike
        names = one.scored.names or compared.get(alike)
        if names is None:
            # several records of one name are compared once
            names = compared[alike] = compare_names(alike.left, alike.right)
        parts = (*[ScorePart(name=part.name, points=part.points) for part in names.parts], *one.extra)
        second = next((RunnerUp(name=_shown(n), points=p) for n, p in others if n != alike.right), None)
        return Judged(
            ordinal=one.ordinal,
            outcome=one.outcome,
            alike=alike,
            features=tuple(one.features),
            similarity=Similarity(
                points=one.points,
                threshold=self.threshold,
                permille=probability(one.points),
                list_size=self._list_size,
                alarm_budget=self._budget,
                left=_read(alike.left),
                right=_read(alike.right),
                parts=parts,
                edits=tuple(
                    [
                        NameEdit(kind=e.kind, left=_whole(e.left), right=_whole(e.right), where=e.where)
                        for e in names.edits
                    ]
                ),
                vetoes=names.vetoes,
                runner_up=second,
            ),
        )


def warm(index: NameSearch) -> None:
    """Load the compiled functions of search and comparison, so that no decision waits for them."""
    for name in _SAMPLES:
        index.search(name, 1)
        _read(name)
        compare_names(name, _SAMPLES[0])
    score_pairs(*encode_many(_SAMPLES), *encode_many(_SAMPLES), np.array([(0, 1)], np.int64))


_SAMPLES = ("临江市虚构建设工程有限公司", "临江虚溝建设有限责任公司第一分公司", "XUGOU TRADING CO., LTD")


def model_name() -> str:
    """The model by which names are scored, as decisions are pinned to it."""
    return model_hash()[:16]


_SHARED = frozenset({"equal", "nested", "equal_unchecked", "masked", "reg_no"})
_AGAINST = frozenset({"conflict", "mask_conflict", "mixed"})


def _scores(pairs: Sequence[Alike]) -> dict[Alike, _Scored]:
    """All pairs of names scored at once."""
    left: dict[str, int] = {}
    right: dict[str, int] = {}
    places = np.empty((len(pairs), 2), np.int64)
    places[:, 0] = [left.setdefault(pair.left, len(left)) for pair in pairs]
    places[:, 1] = [right.setdefault(pair.right, len(right)) for pair in pairs]
    points, bits = score_pairs(*encode_many(list(left)), *encode_many(list(right)), places)
    found = {}
    for pair, value, bit in zip(pairs, points.tolist(), bits.tolist(), strict=True):
        # alike as far as names are read, but not written alike
        again = bit & OTHER_SCRIPT or value >= EQUAL
        names = compare_names(pair.left, pair.right) if again else None
        found[pair] = (
            _Scored(pair, value, bool(bit))
            if names is None
            else _Scored(pair, names.points, bool(names.vetoes), names)
        )
    return found


def _most(subject: Subject) -> int:
    """The most that evidence can add to the points of a subject's names."""
    return (
        (SAME_REP if subject.legal_rep else 0)
        + (SAME_PROVINCE if subject.region else 0)
        + (SAME_NUMBER if subject.ids else 0)
    )


_HIDDEN = ("*", text.WILDCARD)
"""In names of persons: characters that a mask hides or a file lost, so that they neither agree nor contradict."""


def _legal_rep(subject: Subject, mention: Mention, listing: Listing) -> tuple[Feature, int]:
    recorded = mention.legal_rep or next(
        (r.mention.name for r in listing.related if r.role == "legal_rep"), ""
    )
    own = subject.legal_rep
    known = text.person_key(recorded) if own and recorded and not text.is_empty(recorded) else ""
    if not known or any(mark in own or mark in known for mark in _HIDDEN):
        return Feature(name="legal_rep", matched=recorded, outcome="missing"), 0
    equal = known == own
    outcome, points = ("equal", SAME_REP) if equal else ("different", OTHER_REP)
    return Feature(name="legal_rep", matched=recorded, outcome=outcome), points


def _province(subject: Subject, mention: Mention) -> tuple[Feature, int]:
    """Where both are at home; the authority that listed somebody may sit anywhere and is left out."""
    region = mention_region(mention)
    if not subject.region or not region:
        return Feature(name="province", submitted=subject.region, matched=region, outcome="missing"), 0
    equal = subject.region == region
    outcome, points = ("equal", SAME_PROVINCE) if equal else ("different", OTHER_PROVINCE)
    return Feature(name="province", submitted=subject.region, matched=region, outcome=outcome), points


def _whole(shown: str) -> str:
    """Characters of an edit; those beyond the basic plane are compared by a stand-in, which is not shown."""
    return _STAND_IN.sub("\ufffd", shown)


_STAND_IN: Final = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=4096)
def _read(name: str) -> NameParts:
    """A name as the model read it."""
    labels = read_name(name).labels
    runs: dict[str, list[str]] = {}
    last = ""
    for char, label in zip(name, labels.tolist(), strict=False):
        part = _PART_OF.get(label, "")
        if part and part == last:
            runs[part][-1] += char
        elif part:
            runs.setdefault(part, []).append(char)
        last = part
    shown = _shown(name)
    if shown != name:  # the number of a person stands in it: where it begins and ends is not for a table
        return NameParts(text=shown)
    return NameParts(text=name, **{part: " ".join(texts) for part, texts in runs.items()})


_PART_OF: Final = {
    at.REGION: "region", at.BRAND: "brand", at.INDUSTRY: "industry", at.FORM: "form", at.GROUP: "form",
    at.NUMBER: "numbers", at.BRANCH: "branch", at.BRANCH_PLACE: "branch", at.BRANCH_KIND: "branch",
}  # fmt: skip


def _shown(name: str) -> str:
    return identifiers.mask_numbers_in_text(name)
