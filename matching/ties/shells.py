"""What the register says of a bidder that may be a shell: `shell.young`, `shell.uninsured`, `shell.capital`,
`shell.scope` ties (R19)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from graph.dates import start_of_day
from graph.messages import Lang, say
from matching.decision import Bilingual, NotAssessable
from matching.request import ProjectObject
from matching.rules.base import BidderView, Case, Fact, Tie
from matching.ties.base import Ties

_TRADES = {
    ProjectObject.WORKS: (
        "工程", "施工", "建筑", "建设", "安装", "装饰", "装修", "修缮", "市政", "园林", "绿化", "路桥", "公路", "水利",
        "消防", "桩基", "钢结构", "劳务分包",
    ),
    ProjectObject.GOODS: (
        "销售", "批发", "零售", "生产", "制造", "加工", "贸易", "经营", "代理", "供应", "采购", "进出口", "租赁",
    ),
}  # fmt: skip
"""Words of a business scope of which works or goods need one; services are of every kind."""


def read(case: Case) -> Ties:
    """Signs of a shell, for each bidder that the register knows by number."""
    ties = Ties()
    unknown = 0
    for view in case.bidders:
        known = False
        for label, attributes in _registered(case, view):
            known = known or bool(attributes.get("founded_on"))
            for tie in _signs(case, view, label, attributes, ties):
                ties.bidders.setdefault(view.index, []).append(tie)
        unknown += not known
    if unknown:
        ties.gaps.append((None, _gap(unknown, len(case.bidders))))
    return ties


def _registered(case: Case, view: BidderView) -> Iterator[tuple[str, dict[str, str]]]:
    for entity in view.entities:
        for found in entity.found:
            if found.sure:
                yield entity.label, case.generation.party(found.ordinal).attributes


def _signs(case: Case, view: BidderView, label: str, attributes: dict[str, str], ties: Ties) -> Iterator[Tie]:
    founded = _day(attributes.get("founded_on", ""))
    if founded is not None and founded <= case.activity:
        until = _months_later(founded, case.policy.option("shell_months"))
        ties.boundaries.append(start_of_day(until))
        if case.activity < until:
            yield _tie("young", label, "founded_on", founded.isoformat(), case.activity.isoformat())
    insured = attributes.get("insured", "").strip()
    if insured.isdigit() and int(insured) == 0:
        yield _tie("uninsured", label, "insured", insured)
    capital, price = _amount(attributes.get("capital_cny", "")), view.bidder.price
    limit = case.policy.option("shell_capital")
    alone = len(view.entities) == 1
    if alone and capital is not None and price is not None and capital * 100 < price * limit:
        yield _tie("capital", label, "capital_cny", f"{capital:,}", f"{price:,}")
    words = _TRADES.get(case.tender.object) if case.tender.object is not None else None
    scope = attributes.get("scope", "")
    if words and scope and not any(word in scope for word in words):
        yield _tie("scope", label, "scope", scope[:60], case.tender.object or "")


def _tie(kind: str, label: str, field: str, a: str, b: str = "") -> Tie:
    return Tie(
        kind=f"shell.{kind}", by="code", facts=(Fact(field=f"register.{field}", a=a, b=b),), other=label
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _amount(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value > 0 else None


def _months_later(day: date, months: int) -> date:
    """The same day some months later; the first of the next month where that month has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    try:
        return date(year, month + 1, day.day)
    except ValueError:
        return (date(year, month + 1, 28) + timedelta(days=4)).replace(day=1)


def _gap(missing: int, of: int) -> NotAssessable:
    def words(lang: Lang) -> str:
        name = say("matching", "rule.input.register.founded_on", lang)
        return say("matching", "rule.tie.gap.some", lang, input=name, rules="R19", missing=missing, of=of)

    detail = Bilingual(zh=words("zh"), en=words("en"))
    return NotAssessable(code="R19", what="input:register.founded_on", reason="not_supplied", detail=detail)
