"""D07: a leading official whose spouse, child or child's spouse runs an enterprise that he or she oversees
(公务员法 74(2)): for the discipline channel only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, Rule, SubjectView, Tie
from matching.rules.common import answers, finding
from matching.rules.recusal import findings, noted, relative_name, unknown, words
from matching.rules.wording import both

RUNS = frozenset(
    {"legal_rep", "principal", "executive", "director", "operator", "investor", "partner", "controller", "by_sum"}
)


@answers("D07")
def evaluate(case: Case, subject: SubjectView) -> Iterable[Outcome]:
    """A restricted flag, of officials whom the request names and of those whom the graph knows; nobody is barred."""
    if subject.role == "official":
        yield from unknown(RULE, subject)
        leading = _leading(subject)
        if leading == "no":
            return
        found = [(name, tie) for tie in subject.ties if (name := _case(tie, leading))]
        yield from findings(case, RULE, subject, found, severity="high")
        return
    for tie in subject.ties:
        if tie.kind == "family" and (name := _case(tie, noted(tie, "leading"))):
            official = next((fact.a for fact in tie.facts if fact.field == "kin"), "")
            params = {
                **words(case, [tie]),
                "relative": relative_name(tie),
                "kin": both(f"rule.kin.{tie.role}"),
                "post": both(f"rule.post.{noted(tie, 'post')}"),
            }
            yield finding(
                case, RULE, name, party=official, params=params, ties=[tie], severity="high", person=True,
                restricted=True,
            )  # fmt: skip


def _case(tie: Tie, leading: str) -> str:
    if tie.kind not in ("kin", "family"):
        return ""
    degree, post = noted(tie, "business"), noted(tie, "post")
    if degree == "none" or (post not in RUNS and post != "shareholder"):
        return ""
    if degree == "possible":
        return "open"
    if post == "shareholder":
        return "shares"
    return "runs" if leading == "yes" else "post_unknown"


def _leading(subject: SubjectView) -> str:
    """Whether the official leads: `no` only where every office on the day is known to be none."""
    offices = [noted(tie, "leading") for tie in subject.ties if tie.kind == "office"]
    if "yes" in offices:
        return "yes"
    return "no" if offices and set(offices) == {"no"} else "unknown"


RULE = Rule(
    code="D07",
    title=Bilingual(
        zh="领导成员的配偶、子女及其配偶经营其主管或者监管的企业",
        en="Family of a leading official runs an enterprise under that official’s organ",
    ),
    scope="subject",
    basis=(
        law.CIVIL_SERVANTS_74_2,
        law.before(
            law.CIVIL_SERVANTS_74_2, law.CIVIL_SERVANTS_2005, date(2006, 1, 1), "第六十八条至第七十条"
        ),
        law.FAMILY_BUSINESS_2022,
    ),
    evaluate=evaluate,
    cases={
        "runs": Effect.FLAG,
        "post_unknown": Effect.FLAG,
        "shares": Effect.FLAG,
        "open": Effect.FLAG,
    },
    may_block=False,
    inputs=("tender.officials",),
    effective_from=date(2006, 1, 1),
)
