"""What one pair of parties comes to: the order of decision of a screening, for a pair that stands alone.

Numbers first; then the same comparison that decides a screening (E1 to E4, X); then branches by name (rules A14 and
A15); last the score, which causes a REVIEW at most. A pair has no register: a branch counts as such when it is named
after the other's whole name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from graph import text
from matching.bulk.parties import Side, person_like
from matching.compare import Comparison, compare, org_numbers
from matching.decision import Tier

SAME, BRANCH_OF, DIFFERENT = "same", "branch_of", "different"
BLOCK, REVIEW, UNDETERMINED, CLEAR = "BLOCK", "REVIEW", "UNDETERMINED", "CLEAR"
CERTAIN: Final = 1000
_EXACT = frozenset({Tier.E1, Tier.E2, Tier.E3, Tier.E4})
_OF_ORGANIZATIONS = frozenset({"uscc", "org_code", "reg_no", "tax_no"})
_SHOWN_EDITS: Final = 4


class Reason(NamedTuple):
    """A phrase of the reason: its code, and what it is filled with (texts, or edits of two names)."""

    code: str
    params: tuple[tuple[str, Any], ...] = ()


class Found(NamedTuple):
    """What a pair comes to."""

    relation: str
    tier: str
    score: int
    """Chance in a thousand that both are the same."""
    decision: str
    reasons: tuple[Reason, ...]
    rejected: bool = False
    """The row could not be read: it counts as rejected input."""


def exact(left: Side, right: Side) -> Found | None:
    """What numbers, equal names and branches decide; None where only the likeness of names is left."""
    found = _compared(left, right)
    if (found is None or found.tier is None) and _one_field(left, right) and not conflict(left, right):
        return Found(SAME, "E4", CERTAIN, REVIEW, (Reason("name_equal"),))
    if found is not None and found.tier in _EXACT:
        found = _without_province(found)
        return Found(SAME, str(found.tier), CERTAIN, decision_of(found.tier, left.person), phrases(found))
    against = (found is not None and found.tier is Tier.X) or conflict(left, right)
    link = branch_link(left, right)
    if link is not None:
        return _with(link, "own_codes") if against else link
    if against:
        reasons = phrases(found) if found is not None and found.tier is Tier.X else (Reason("codes_differ"),)
        return Found(DIFFERENT, "X", 0, CLEAR, reasons)
    if left.person or right.person or _both_persons(left, right):
        return Found(DIFFERENT, "", 0, CLEAR, (Reason("person_no_match"),))
    return None


def _compared(left: Side, right: Side) -> Comparison | None:
    """The screening's comparison, where it can say anything at all."""
    if not (left.numbered and right.numbered) and not left.keys & right.keys and not _damaged(left, right):
        return None
    if _both_persons(left, right):
        return None
    return compare(left.subject, right.listing.subject, right.listing)


def _one_field(left: Side, right: Side) -> bool:
    """Whether fields that were taken for the names of several firms agree as wholes."""
    if not (left.read.several or right.read.several):
        return False
    whole = [{*side.keys, text.org_key(side.raw)} for side in (left, right)]
    return bool(whole[0] & whole[1])


def _without_province(found: Comparison) -> Comparison:
    """Equal names name the same province, which is no second fact where nothing but names is known."""
    facts = [feature for feature in found.features if feature.name != "province"]
    if len(facts) == len(found.features) or found.field != "name":
        return found
    second = any(f.name != "name" and f.outcome in ("equal", "reg_no") for f in facts)
    tier = Tier.E4 if found.tier is Tier.E3 and not second else found.tier
    return msgspec.structs.replace(found, tier=tier, features=tuple(facts))


def _damaged(left: Side, right: Side) -> bool:
    return any(text.WILDCARD in key for key in (*left.keys, *right.keys))


def _both_persons(left: Side, right: Side) -> bool:
    """Whether two names without a number are persons': alone they say nothing (SPEC 7.7)."""
    if left.numbered or right.numbered:
        return False
    return person_like(left.raw) and person_like(right.raw)


def decision_of(tier: Tier | None, person: bool) -> str:
    """The most that a tier may cause (SPEC 7.7); a person is blocked by the whole number only."""
    if tier is Tier.E1 or (tier is Tier.E2 and not person):
        return BLOCK
    return REVIEW if tier in _EXACT else CLEAR


def phrases(found: Comparison) -> tuple[Reason, ...]:
    """What was compared, in the order in which it counted."""
    said: list[Reason] = []
    for feature in found.features:
        if feature.outcome == "missing" or (feature.name == "province" and feature.outcome != "equal"):
            continue
        if feature.name == "name":
            said.append(Reason(f"name_{feature.outcome}"))
        elif feature.name in ("legal_rep", "province", "former_name", "sex", "age", "same_case"):
            said.append(Reason(f"{feature.name}_{feature.outcome}"))
        elif feature.name in _OF_ORGANIZATIONS:
            said.append(Reason(f"code_{feature.outcome}"))
        else:
            said.append(Reason(f"number_{feature.outcome}"))
    return tuple(said)


def conflict(left: Side, right: Side) -> bool:
    """Whether both sides state valid codes, or visible digits, of different organisations, and none that agree."""
    if not (left.numbered and right.numbered) or left.person or right.person:
        return False
    return org_numbers(left.subject, right.listing.subject)[0] in ("conflict", "mask_conflict")


def branch_link(left: Side, right: Side) -> Found | None:
    """Whether one side is named as a branch of the other: a unit of its own, judged with its company."""
    for child, parent, code in ((left, right, "branch_of_listed"), (right, left, "listed_branch")):
        stated = _stem(child.keys, parent.keys)
        if stated is not None:
            if not stated:
                return Found(BRANCH_OF, "", 0, CLEAR, (Reason("named_like_branch"),))
            return Found(BRANCH_OF, "E4", 0, REVIEW, (Reason(code),))
    return None


def _stem(names: Iterable[str], parents: frozenset[str]) -> bool | None:
    """Whether a name's branch suffix says that it is a branch of one of the parents; None: not named after them."""
    for name in names:
        if name in parents:
            return None
        parts = text.branch(name)
        if parts is not None and not parents.isdisjoint(parts.stem_candidates):
            return parts.stated
    return None


def _with(found: Found, *codes: str) -> Found:
    return found._replace(reasons=(*found.reasons, *map(Reason, codes)))


def decide(left: Side, right: Side) -> Found:
    """What the pair comes to, with what could not be read."""
    found = exact(left, right)
    if found is None:
        found = _unnamed(left, right) or likeness(left, right)
    if found.decision == CLEAR and not found.rejected:
        found = _assessable(left, right, found)
    notes = [Reason(code) for side, code in ((left, "left_code"), (right, "right_code")) if side.unreadable]
    return found._replace(reasons=(*found.reasons, *notes)) if notes else found


def _unnamed(left: Side, right: Side) -> Found | None:
    """A side without any name, where numbers did not decide either: nothing was compared."""
    missing = [
        Reason("empty" if not side.raw.strip() else "no_name", (("side", which),))
        for side, which in ((left, "left"), (right, "right"))
        if not side.read.name
    ]
    if not missing:
        return None
    return Found(DIFFERENT, "", 0, UNDETERMINED, tuple(missing), rejected=True)


def _assessable(left: Side, right: Side, found: Found) -> Found:
    """A pair is only clear when both names could be compared as wholes; codes that differ need no name."""
    for side, which in ((left, "left"), (right, "right")):
        why = ""
        if not side.raw.strip():
            why = "empty"
        elif found.tier == "X" or side.person or person_like(side.raw):
            continue
        elif side.read.several:
            why = "several"
        elif not side.read.plausible and not _damaged(side, side):
            why = "doubtful_name"
        if why:
            reasons = (Reason(why, (("side", which),)), *found.reasons)
            return found._replace(decision=UNDETERMINED, reasons=reasons, rejected=why == "empty")
    return found


def likeness(left: Side, right: Side) -> Found:
    """What the likeness of two names comes to, with what else is known of both, as in a screening (E5)."""
    from matching.names.score import compare_names, pair_threshold, probability
    from matching.similarity import MOST_FOR

    compared = compare_names(left.text, right.text)
    if compared.relation == BRANCH_OF:
        branch = text.branch(left.read.n6)
        if branch is not None and branch.stated:
            return Found(BRANCH_OF, "E5", 0, REVIEW, (Reason("branch_of_similar"),))
        return Found(BRANCH_OF, "", 0, CLEAR, (Reason("similar_branch"),))
    if compared.vetoes:
        return Found(DIFFERENT, "", 0, CLEAR, (Reason("vetoes", (("vetoes", compared.vetoes),)),))
    least, more = pair_threshold(), 0
    facts: tuple[Reason, ...] = ()
    if compared.points + MOST_FOR >= least:
        more, facts = evidence(left, right)
    return weighed(compared.points + more, least, compared.edits, facts, probability)


def weighed(
    points: int, least: int, edits: Sequence[Any], facts: Iterable[Reason], probability: Callable[[int], int]
) -> Found:
    """A pair that nothing vetoes: similar from so many points on."""
    shown: tuple[Reason, ...] = ()
    if edits:
        more = len(edits) > _SHOWN_EDITS
        shown = (Reason("edits", (("edits", tuple(edits[:_SHOWN_EDITS])), ("more", more))),)
    if points >= least:
        return Found(SAME, "E5", probability(points), REVIEW, (Reason("similar"), *shown, *facts))
    return Found(DIFFERENT, "", probability(points), CLEAR, (Reason("not_similar"), *shown, *facts))


def evidence(left: Side, right: Side) -> tuple[int, tuple[Reason, ...]]:
    """Points of what is known beside the names, and the phrases for it; what is missing counts nothing."""
    from matching import similarity

    points, said = 0, []
    if left.rep and right.rep:
        equal = left.rep == right.rep
        points += similarity.SAME_REP if equal else similarity.OTHER_REP
        said.append(Reason("legal_rep_equal" if equal else "legal_rep_different"))
    if left.region and right.named_region:
        equal = left.region == right.named_region
        points += similarity.SAME_PROVINCE if equal else similarity.OTHER_PROVINCE
        if not equal:
            said.append(Reason("province_different"))
    if left.numbered and right.numbered:
        numbers, features = org_numbers(left.subject, right.listing.subject)
        if numbers:
            points += similarity.SAME_NUMBER
            said += [Reason(f"code_{feature.outcome}") for feature in features]
    return points, tuple(said)
