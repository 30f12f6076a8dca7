"""A13: special conditions are free text; only plain words reject."""

from __future__ import annotations

from typing import Any

import pytest
from rules_factory import bidder, case, entity, findings, hit, listing, person

from matching.decision import Effect
from matching.rules.conditions import condition_on

BLOCK, REVIEW = Effect.BLOCK, Effect.REVIEW
PROCUREMENT: dict[str, Any] = {"regime": "procurement_tender"}

REJECTING = [
    "法定代表人为失信被执行人的，否决其投标",
    "法定代表人为失信被执行人的，评标委员会应当否决其投标。",
    "经查询法定代表人被列入失信被执行人名单的,其投标无效",
    "投标人及其法定代表人不得被列入失信被执行人名单",
    "不接受法定代表人为失信被执行人的投标人投标",
    "法定代表人为失信被执行人的，不予接受其投标",
    "拒绝法定代表人为失信被执行人的供应商参加",
    "法定代表人是失信被执行人的不得参加投标",
    "有下列情形之一的否决投标：法定代表人为失信被执行人",
    "工期不满足的不得中标；法定代表人为失信被执行人的按无效投标处理",
]
NOT_PLAINLY = [
    "投标人及其法定代表人应提供失信被执行人查询截图",
    "投标人及其法定代表人应提供失信被执行人查询截图，未提供的否决其投标",
    "法定代表人为失信被执行人的，不作为否决投标的情形",
    "法定代表人为失信被执行人的不予否决",
    "法定代表人可以是失信被执行人",
    "法定代表人为失信被执行人的可以参加投标",
    "不得以法定代表人为失信被执行人为由否决投标",
    "不得因法定代表人是失信被执行人拒绝其投标",
    "法定代表人为失信被执行人的，投标不得被否决",
    "失信被执行人不得投标，但仅法定代表人失信的除外",
    "法定代表人为失信被执行人的须书面说明，资质不足的否决其投标",
    "查询法定代表人是否为失信被执行人",
    "不得隐瞒法定代表人为失信被执行人",
    "法定代表人不属于失信被执行人的，不得拒绝",
]


@pytest.mark.parametrize(
    ("text", "expected"), [(t, "rejects") for t in REJECTING] + [(t, "unclear") for t in NOT_PLAINLY]
)
def test_a13_a_condition_rejects_only_in_plain_words(text: str, expected: str) -> None:
    assert condition_on([text], ("法定代表人",)) == expected
    assert condition_on([text], ("监事",)) == "silent"
    view = bidder(entity(persons=[person("legal_rep", hit(listing("SXBZXR", person=True)))]))
    (found,) = findings("A13", case(view, extra_conditions=[text], **PROCUREMENT), view)
    assert found.effect is (BLOCK if expected == "rejects" else REVIEW)
