"""R19: what the register says of a bidder that may be a shell, at its boundaries."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from rules_factory import bidder, case, entity, findings

from graph.dates import start_of_day
from graph.model import Party, PartyType
from matching.rules.base import Case, Found
from matching.ties import shells

ACTIVITY = date(2026, 11, 20)


def _case(
    attributes: dict[str, str],
    *,
    sure: bool = True,
    members: int = 1,
    price: str | None = None,
    **tender: Any,
) -> Case:
    units = [
        msgspec.structs.replace(entity(label=f"临江第{n}建设有限公司"), found=(Found(n, sure),))
        for n in range(members)
    ]
    view = bidder(*units, index=0, price=price)
    party = Party(key="p", type=PartyType.ORGANIZATION, attributes=attributes)
    generation = SimpleNamespace(party=lambda ordinal: party)
    return msgspec.structs.replace(case(view, activity=ACTIVITY, **tender), generation=cast(Any, generation))


def _signs(the_case: Case) -> list[str]:
    return sorted(
        {tie.kind.removeprefix("shell.") for found in shells.read(the_case).bidders.values() for tie in found}
    )


@pytest.mark.parametrize(
    ("founded", "young"),
    [
        ("2025-11-20", False),
        ("2025-11-21", True),
        ("2026-11-20", True),
        ("2026-11-21", False),
        ("", False),
        ("不详", False),
    ],
)
def test_young_is_less_than_twelve_months(founded: str, young: bool) -> None:
    assert _signs(_case({"founded_on": founded})) == (["young"] if young else [])


def test_the_day_on_which_it_is_young_no_more_bounds_the_decision() -> None:
    assert shells.read(_case({"founded_on": "2025-11-21"})).boundaries == [start_of_day(date(2026, 11, 21))]
    assert shells.read(_case({"founded_on": "2024-02-29"})).boundaries == [start_of_day(date(2025, 3, 1))]


@pytest.mark.parametrize(
    ("insured", "empty"), [("0", True), ("00", True), ("1", False), ("", False), ("-", False)]
)
def test_nobody_insured(insured: str, empty: bool) -> None:
    assert _signs(_case({"insured": insured})) == (["uninsured"] if empty else [])


@pytest.mark.parametrize(
    ("capital", "little"), [("499999.99", True), ("500000", False), ("0", False), ("", False)]
)
def test_capital_below_a_twentieth_of_the_price(capital: str, little: bool) -> None:
    assert _signs(_case({"capital_cny": capital}, price="10000000")) == (["capital"] if little else [])
    assert _signs(_case({"capital_cny": capital})) == []


def test_the_capital_of_a_consortiums_member_is_not_all_of_it() -> None:
    assert _signs(_case({"capital_cny": "1"}, price="10000000", members=2)) == []


@pytest.mark.parametrize(
    ("scope", "object", "other"),
    [
        ("餐饮服务", "works", True), ("房屋建筑工程施工", "works", False), ("餐饮服务", "services", False),
        ("", "works", False),
        ("技术咨询", "goods", True), ("办公用品销售", "goods", False), ("餐饮服务", None, False),
    ],
)  # fmt: skip
def test_business_of_another_kind(scope: str, object: str | None, other: bool) -> None:
    assert _signs(_case({"scope": scope}, object=object)) == (["scope"] if other else [])


def test_a_company_found_by_name_is_not_judged_and_is_reported() -> None:
    ties = shells.read(_case({"founded_on": "2026-11-01", "insured": "0"}, sure=False))
    assert ties.bidders == {}
    assert [gap.what for _, gap in ties.gaps] == ["input:register.founded_on"]


def test_the_rule_says_what_the_register_says() -> None:
    the_case = _case({"founded_on": "2026-01-01", "insured": "0"})
    attached = shells.read(the_case).attach(the_case)
    found = findings("R19", attached, attached.bidders[0])
    assert [fact.field for f in found for fact in f.facts] == ["register.founded_on", "register.insured"]
    assert "2026-01-01" in found[0].detail.en
