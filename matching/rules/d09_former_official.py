"""D09: a former official works for a bidder, or holds shares, too soon after leaving office (公务员法 107)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from graph.dates import add_years, china_day
from matching.rules import law
from matching.rules.base import BidderView, Bilingual, Case, Effect, Outcome, Rule, Tie
from matching.rules.common import answers, finding
from matching.rules.recusal import noted
from matching.rules.wording import both, day_text

LEADERS, OTHERS = 3, 2
"""Years after leaving: leading members and posts of county and division level up; all others."""


@answers("D09")
def evaluate(case: Case, view: BidderView) -> Iterable[Outcome]:
    """A restricted flag; where the graph does not say that the bidder's business was under the former organ, without
    severity."""
    told: set[tuple[str, str, str]] = set()
    for tie in view.ties:
        name = _case(case, tie) if tie.kind == "ex_official" else ""
        if not name or (name, tie.other, tie.role) in told:
            continue
        told.add((name, tie.other, tie.role))
        left = _left(tie)
        yield finding(
            case,
            RULE,
            name,
            party=tie.other,
            params={
                "bidder": view.bidder.name or "、".join(entity.label for entity in view.entities),
                "post": both(f"rule.post.{tie.role}"),
                "organ": noted(tie, "organ"),
                "day": Bilingual(zh=day_text(left, "zh"), en=day_text(left, "en")),
            },
            ties=[tie],
            severity="" if name == "business_unknown" else "high",
            person=True,
            restricted=True,
        )


def _case(case: Case, tie: Tie) -> str:
    if tie.until is None or not _within(case.activity, _left(tie), LEADERS):
        return ""
    leading, county = noted(tie, "leading"), noted(tie, "county")
    longer = leading == "yes" or (leading == "unknown" and county == "yes")
    unclear = leading == "unknown" and county == "unknown"
    if not longer and not _within(case.activity, _left(tie), OTHERS):
        return "level_unknown" if unclear else ""
    if "related" not in tie.notes:
        return "business_unknown"
    return "leading" if longer else "other"


def _left(tie: Tie) -> date:
    """The last day in office."""
    return date.min if tie.until is None else china_day(tie.until - timedelta(microseconds=1))


def _within(day: date, left: date, years: int) -> bool:
    """Whether a day lies in the years after leaving: the last day, the corresponding one, counts (民法典 201-203)."""
    return left < day <= add_years(left, years)


RULE = Rule(
    code="D09",
    title=Bilingual(
        zh="公务员离职未满年限即在投标人任职或者持股",
        en="Former official with a bidder too soon after leaving office",
    ),
    scope="bidder",
    basis=(
        law.CIVIL_SERVANTS_107,
        law.before(law.CIVIL_SERVANTS_107, law.CIVIL_SERVANTS_2005, date(2006, 1, 1), "第一百零二条第一款"),
    ),
    evaluate=evaluate,
    cases={
        "leading": Effect.FLAG,
        "other": Effect.FLAG,
        "level_unknown": Effect.FLAG,
        "business_unknown": Effect.FLAG,
    },
    may_block=False,
    effective_from=date(2006, 1, 1),
)
