"""What the rules on recusal share: to whom they apply, ties put together, what is not known of a person.

A recusal is a BLOCK of that person in that role, never of a bidder. What concerns officials is restricted, and so is
what rests on a declaration of personal matters (个人有关事项).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal

from graph.dates import china_day
from matching.decision import Bilingual, Finding, NotAssessable
from matching.request import ProjectObject, Regime, Stage
from matching.rules.base import Case, Rule, SubjectView, Tie
from matching.rules.common import finding
from matching.rules.wording import both, day_text

EVALUATORS = ("expert", "committee")
HEADS = frozenset({"legal_rep", "principal", "operator", "investor", "bidder"})
"""法定代表人 and 负责人; in their place the owner of an individual business, or whoever bids as a person."""
REGIME = ("tender.regime",)
OBJECT = ("tender.object",)
Law = Literal["procurement", "tender"]

_HANDLES = re.compile(
    "经办|承办|主办|负责|分管|审批|审核|监督|采购人代表|采购代表|业主代表|招标人代表|验收"
    r"|handl|in.?charge|responsib|supervis|representative|purchas",
    re.IGNORECASE,
)
_REPRESENTATIVE = re.compile(
    r"(?:采购人|采购单位|业主|招标人|甲方)(?:的)?(?:评审)?代表|(?:buyer|purchaser).?s?.?rep"
    r"|representative of the (?:buyer|purchaser)",
    re.IGNORECASE,
)
_EXPERT = re.compile("专家|expert", re.IGNORECASE)


def person_role(view: SubjectView) -> str:
    """What the request says that the person does, as written."""
    return view.person.person.role if view.person is not None else ""


def handles(view: SubjectView) -> bool:
    """Whether an official handles the project: the request says so, or the graph names the phase."""
    return bool(_HANDLES.search(person_role(view))) or any(tie.kind == "responsible" for tie in view.ties)


def seat(view: SubjectView) -> Literal["representative", "expert", "unknown"]:
    """As what a person evaluates: the purchaser's representative, an expert, or not stated."""
    role = person_role(view)
    if _REPRESENTATIVE.search(role):
        return "representative"
    return "expert" if view.role == "expert" or _EXPERT.search(role) else "unknown"


def concerned(view: SubjectView) -> bool:
    """Whether the rules on recusal in procurement and tendering are about the person: those who evaluate, and
    officials who handle the project."""
    return view.role in EVALUATORS or (view.role == "official" and handles(view))


def applies(case: Case, law: Law) -> tuple[str, ...] | None:
    """Whether a law governs the tender: None where it does not, else what is missing to be sure.

    Works that the government buys by tender stand under both (政府采购法 4).
    """
    regime = case.tender.regime
    if regime is None:
        return REGIME
    if law == "procurement":
        return () if regime.procurement else None
    if regime in (Regime.MANDATORY, Regime.VOLUNTARY):
        return ()
    if regime is not Regime.PROCUREMENT_TENDER:
        return None
    if case.tender.object is None:
        return OBJECT
    return () if case.tender.object is ProjectObject.WORKS else None


def seated(case: Case) -> bool:
    """Whether the committee has begun its work."""
    return case.tender.stage in (Stage.EVALUATION, Stage.AWARD, Stage.CONTRACT)


def noted(tie: Tie, name: str) -> str:
    """A value among a tie's notes: `post` of `post:director`."""
    return next((n.partition(":")[2] for n in tie.notes if n.startswith(f"{name}:")), "")


def recent(tie: Tie) -> bool:
    """Whether a post holds, or ended within the look-back of 采条例 9."""
    return "now" in tie.notes or "past" in tie.notes


def relative_name(tie: Tie) -> str:
    """How sentences call the relative of a `kin` tie."""
    return next((fact.b for fact in tie.facts if fact.field == "kin"), "")


def period(tie: Tie) -> Bilingual:
    """When a post was held, in words."""
    if "now" in tie.notes:
        return both("rule.recusal.now")
    return both("rule.recusal.until", day=_day(tie.until))


def _day(until: datetime | None) -> Bilingual:
    if until is None:
        return both("rule.recusal.unknown_day")
    day = china_day(until - datetime.resolution)
    return Bilingual(zh=day_text(day, "zh"), en=day_text(day, "en"))


Found = tuple[str, Tie]
"""The case of a rule and the tie that makes it."""


def findings(
    case: Case,
    rule: Rule,
    view: SubjectView,
    found: Iterable[Found],
    *,
    missing: tuple[str, ...] = (),
    severity: str = "",
    restricted: bool = False,
) -> Iterator[Finding]:
    """One finding for each case, bidder and certainty, on all ties that make it."""
    groups: dict[tuple[str, int | None, bool, str], list[Tie]] = {}
    for name, tie in found:
        groups.setdefault((name, tie.bidder, tie.by == "name", relative_name(tie)), []).append(tie)
    for (name, *_), ties in groups.items():
        yield finding(
            case,
            rule,
            name,
            party=view.label,
            params=words(case, ties),
            missing=missing,
            ties=ties,
            severity=severity,
            person=True,
            restricted=restricted
            or view.role == "official"
            or any("restricted" in tie.notes for tie in ties),
        )


def words(case: Case, ties: Sequence[Tie]) -> dict[str, str | Bilingual]:
    """What sentences about ties need: the other end, the post, the relative, when, and what is doubtful."""
    tie = ties[0]
    params: dict[str, str | Bilingual] = {"other": tie.other, "period": period(tie)}
    if tie.kind == "kin":
        params |= {
            "relative": relative_name(tie),
            "kin": both(f"rule.kin.{tie.role}"),
            "post": both(f"rule.post.{noted(tie, 'post')}"),
        }
    elif tie.kind in ("post", "bidder"):
        params["post"] = both(f"rule.post.{tie.role}")
    by_name = any(one.by == "name" for one in ties)
    params["doubt"] = both("rule.recusal.by_name") if by_name else Bilingual(zh="", en="")
    params["seated"] = both("rule.recusal.seated") if seated(case) else Bilingual(zh="", en="")
    return params


def unknown(rule: Rule, view: SubjectView) -> Iterator[NotAssessable]:
    """Says that nothing is known of a person's posts and relatives: silence of the graph is no clean bill."""
    tie = next((tie for tie in view.ties if tie.kind == "unknown"), None)
    if tie is None:
        return
    unidentified = "unidentified" in tie.notes
    yield NotAssessable(
        code=rule.code,
        what=f"input:{view.role}.identifiers" if unidentified else "relation:EMPLOYED_BY",
        reason="not_supplied" if unidentified else "not_covered",
        detail=both(
            "rule.recusal.unidentified" if unidentified else "rule.recusal.unknown", party=view.label
        ),
    )
