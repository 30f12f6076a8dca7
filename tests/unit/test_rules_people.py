"""A10–A19, A21, B13, B14: people, connected organisations, other subjects and joint bids."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from rules_factory import (
    BY_CODE,
    absent,
    bidder,
    case,
    entity,
    findings,
    hit,
    kin,
    listing,
    person,
    run,
    subject,
)

from graph.dates import CST
from graph.model import Penalty
from matching.decision import Effect, NotAssessable, Tier
from matching.request import DecisionRequest
from matching.rules import ROLES_WITH_RULES, absent_inputs, unruled
from matching.rules.base import Hit

PROCUREMENT: dict[str, Any] = {"regime": "procurement_tender"}
MANDATORY: dict[str, Any] = {"regime": "mandatory_tender"}
BLOCK, REVIEW, FLAG, INFO = Effect.BLOCK, Effect.REVIEW, Effect.FLAG, Effect.INFO
AGENT_BAN = "禁止其二年内代理依法必须进行招标的项目"
CODE_A, CODE_B, CODE_C = "uscc:91320899MA1FAKEA11", "uscc:91320899MA1FAKEB22", "uscc:91320899MA1FAKEC33"


def _subject(code: str, role: str, *hits: Hit, **tender: Any) -> list[Effect]:
    return [f.effect for f in findings(code, case(**tender), subject(role, *hits))]


def test_a10_prefers_a_clean_agency() -> None:
    assert _subject("A10", "agency", hit("SXBZXR"), **MANDATORY) == [FLAG]
    assert _subject("A10", "buyer", hit("SXBZXR"), **MANDATORY) == []


@pytest.mark.parametrize(
    ("regime", "expected"),
    [("mandatory_tender", BLOCK), ("procurement_tender", REVIEW), ("voluntary", REVIEW), (None, REVIEW)],
)
def test_a10_a_barred_agency_may_not_act_where_the_ban_reaches(regime: str | None, expected: Effect) -> None:
    record = listing("ZTBJ", until=date(2027, 1, 1), measure=AGENT_BAN)
    assert _subject("A10", "agency", hit(record), regime=regime) == [expected]


def test_a10_a_ban_from_bidding_or_an_unreadable_one_goes_to_a_human() -> None:
    bidding = listing(
        "ZTBJ", until=date(2027, 1, 1), measure="取消其一年内参加依法必须进行招标的项目的投标资格"
    )
    unreadable = listing(
        "ZTBJ", measure=AGENT_BAN, penalty=Penalty(decided_on=date(2026, 1, 2), ban_unreadable=True)
    )
    for record in (bidding, unreadable):
        assert _subject("A10", "agency", hit(record), **MANDATORY) == [REVIEW]


def test_a10_procurement_ban_of_an_agency() -> None:
    record = listing("ZFCG", until=date(2027, 1, 1), measure="禁止其一年内代理政府采购业务")
    assert _subject("A10", "agency", hit(record), **PROCUREMENT) == [BLOCK]
    assert _subject("A10", "agency", hit(record), **MANDATORY) == [REVIEW]


@pytest.mark.parametrize(
    ("measure", "scope", "region", "expected"),
    [
        ("", "", "江苏省", REVIEW),
        ("禁止其在福建省范围内代理依法必须进行招标的项目一年", "", "江苏省", FLAG),
        (AGENT_BAN, "福建省", "江苏省南京市", FLAG),
        (AGENT_BAN, "福建省", "福州市", BLOCK),
        (AGENT_BAN, "福建省", "", REVIEW),
        ("禁止从事招标投标代理活动一年", "", "江苏省", BLOCK),
    ],
)
def test_a10_capacity_and_place_are_read_from_the_decision(
    measure: str, scope: str, region: str, expected: Effect
) -> None:
    record = listing("ZTBJ", until=date(2027, 1, 1), measure=measure, scope=scope)
    assert _subject("A10", "agency", hit(record), region=region, **MANDATORY) == [expected]


@pytest.mark.parametrize("role", ["expert", "committee"])
@pytest.mark.parametrize("code", ["SXBZXR", "XHFZ"])
def test_a11_blocks_the_expert_by_number_and_reviews_by_mask(role: str, code: str) -> None:
    record = listing(code, name="虚构乙", person=True)
    (found,) = findings("A11", case(**MANDATORY), subject(role, hit(record), label="虚构乙"))
    assert found.effect is BLOCK
    assert "human_review" in found.remedy
    assert _subject("A11", role, hit(record, Tier.E2), **MANDATORY) == [REVIEW]


@pytest.mark.parametrize(
    ("measure", "until", "expected"),
    [
        ("取消担任评标委员会成员的资格", None, BLOCK), ("暂停评标资格6个月", date(2027, 1, 1), BLOCK),
        ("暂停评标资格6个月", date(2026, 11, 21), None), ("通报批评", None, REVIEW),
    ],
)  # fmt: skip
def test_a11_credit_records_of_experts(measure: str, until: date | None, expected: Effect | None) -> None:
    record = listing("ZTBHMD", name="虚构乙", person=True, measure=measure, until=until)
    assert _subject("A11", "expert", hit(record), **MANDATORY) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("code", "fields", "tender", "expected"),
    [
        ("ZFCG", {"start": date(2012, 1, 1), "measure": "一年内禁止参加政府采购活动"}, PROCUREMENT, []),
        ("ZFCG", {"until": date(2027, 1, 1), "measure": "一年内禁止参加政府采购活动"}, PROCUREMENT, [REVIEW]),
        ("ZFCG", {"measure": "禁止其参加政府采购评审活动"}, PROCUREMENT, [BLOCK]),
        ("ZFCG", {"measure": "禁止其参加政府采购评审活动"}, MANDATORY, [REVIEW]),
        ("ZFCG", {"measure": "禁止其参加政府采购评审活动"}, {}, [REVIEW]),
        ("ZTBJ", {"until": date(2027, 1, 1)}, MANDATORY, [REVIEW]),
        (
            "ZTBJ",
            {"measure": "取消担任评标委员会成员的资格", "scope": "福建省"},
            {**MANDATORY, "region": "江苏省"},
            [FLAG],
        ),
        (
            "ZTBHMD",
            {"measure": "暂停在福建省评标", "scope": "福建省"},
            {**MANDATORY, "region": "福州市"},
            [REVIEW],
        ),
        ("ZTBHMD", {"measure": "暂停评标资格", "start": date(2020, 1, 1)}, MANDATORY, []),
        ("ZTBJ", {"measure": "取消其一年内投标资格", "until": date(2027, 1, 1)}, MANDATORY, [REVIEW]),
    ],
)
def test_a11_a_ban_counts_in_its_capacity_term_place_and_law(
    code: str, fields: dict[str, Any], tender: dict[str, Any], expected: list[Effect]
) -> None:
    record = listing(code, name="虚构乙", person=True, **fields)
    assert _subject("A11", "expert", hit(record), **tender) == expected


def test_a11_bribery_blocks_for_three_years_and_is_weighed_by_a_human_after() -> None:
    for decided, expected in (
        (date(2023, 11, 22), BLOCK),
        (date(2023, 11, 21), REVIEW),
        (date(2005, 1, 1), REVIEW),
    ):
        record = listing("XHFZ", person=True, start=decided, penalty=Penalty(decided_on=decided))
        assert _subject("A11", "expert", hit(record), **MANDATORY) == [expected]
    assert _subject("A11", "expert", hit(listing("XHFZ", person=True, start=None)), **MANDATORY) == [REVIEW]


def test_a11_leaves_bidders_and_officials_alone() -> None:
    assert _subject("A11", "official", hit(listing("SXBZXR", person=True)), **MANDATORY) == []


@pytest.mark.parametrize("role", ["agent", "project_manager", "key_staff"])
def test_a12_practitioners_are_reviewed_whatever_the_tier(role: str) -> None:
    for tier in (Tier.E1, Tier.E2):
        view = bidder(
            entity(persons=[person(role, hit(listing("SXBZXR", name="虚构甲", person=True), tier))])
        )
        (found,) = findings("A12", case(view, **MANDATORY), view)
        assert found.effect is REVIEW
        assert "human_review" in found.remedy


@pytest.mark.parametrize("role", ["legal_rep", "principal", "director", "supervisor", "executive"])
def test_a13_management_is_a_flag(role: str) -> None:
    view = bidder(entity(persons=[person(role, hit(listing("SXBZXR", name="虚构甲", person=True)))]))
    (found,) = findings("A13", case(view, **PROCUREMENT), view)
    assert found.effect is FLAG
    assert "178" in found.detail.en


@pytest.mark.parametrize(
    ("condition", "role", "tier", "expected"),
    [
        ("投标人或其法定代表人不得为失信被执行人", "legal_rep", Tier.E1, BLOCK),
        ("投标人或其法定代表人不得为失信被执行人", "legal_rep", Tier.E2, REVIEW),
        ("投标人或其法定代表人不得为失信被执行人", "director", Tier.E1, FLAG),
        ("不要求查询法定代表人的失信记录", "legal_rep", Tier.E1, REVIEW),
        ("法定代表人须到场", "legal_rep", Tier.E1, FLAG),
    ],
)
def test_a13_blocks_only_what_a_special_condition_says(
    condition: str, role: str, tier: Tier, expected: Effect
) -> None:
    view = bidder(entity(persons=[person(role, hit(listing("SXBZXR", name="虚构甲", person=True), tier))]))
    (found,) = findings("A13", case(view, extra_conditions=[condition], **PROCUREMENT), view)
    assert found.effect is expected


def test_people_who_were_not_named_are_reported() -> None:
    view = bidder(entity())
    outcomes = [o for code in ("A09", "A12", "A13") for o in run(code, case(view), view)]
    assert all(isinstance(o, NotAssessable) for o in outcomes)
    assert absent(outcomes) == [
        "input:bidder.project_manager",
        "input:bidder.agent",
        "input:bidder.legal_rep",
    ]
    request = DecisionRequest.model_validate({"bidders": [{"name": "临江市虚构建设有限公司"}]})
    missing = absent_inputs(request)
    assert {n.what for n in missing} == {
        "input:tender.agency", "input:tender.experts", "input:tender.buyer", "input:tender.officials",
        "input:tender.platform_operator", "input:tender.prior_service_providers",
    }  # fmt: skip
    assert not any(n.decides for n in missing)
    assert {n.code for n in missing if n.what == "input:tender.experts"} >= {"A11", "D01", "D04"}


def test_rules_on_procurement_miss_nothing_in_a_tender_and_the_other_way_round() -> None:
    def codes(regime: str) -> set[str]:
        body = {"tender": {"regime": regime}, "bidders": [{"name": "临江市虚构建设有限公司"}]}
        return {n.code for n in absent_inputs(DecisionRequest.model_validate(body))}

    assert {"D01", "D02", "D03", "D05", "D06"} & codes("mandatory_tender") == set()
    assert "D04" in codes("mandatory_tender")
    assert {"D01", "D02", "D03", "D05", "D06"} <= codes("procurement_other")
    assert "D04" not in codes("procurement_other")


@pytest.mark.parametrize(
    ("code", "tender", "expected"),
    [
        ("SXBZXR", PROCUREMENT, [BLOCK]), ("SXBZXR", MANDATORY, [BLOCK]),
        ("SXBZXR", {**MANDATORY, "invoked_lists": []}, [REVIEW]), ("SXBZXR", {}, [REVIEW]),
        ("YZWF", MANDATORY, [REVIEW]), ("JYYC", MANDATORY, [FLAG]), ("XZXF", MANDATORY, []),
    ],
)  # fmt: skip
def test_a14_a_branch_gets_what_its_company_would_get(
    code: str, tender: dict[str, Any], expected: list[Effect]
) -> None:
    view = bidder(entity(kin=[kin("parent", hit(code))], label="临江市虚构建设有限公司远山分公司"))
    assert [f.effect for f in findings("A14", case(view, **tender), view)] == expected


def test_a14_by_name_only_goes_to_a_human() -> None:
    view = bidder(entity(kin=[kin("parent", hit("SXBZXR"), by="name")]))
    (found,) = findings("A14", case(view, **PROCUREMENT), view)
    assert found.effect is REVIEW


@pytest.mark.parametrize("role", ["controller", "subsidiary", "sister"])
def test_a16_group_companies_are_a_flag_and_minor_lists_are_left_alone(role: str) -> None:
    view = bidder(entity(kin=[kin(role, hit("SXBZXR"))]))
    (found,) = findings("A16", case(view, **PROCUREMENT), view)
    assert found.effect is FLAG
    minor = bidder(entity(kin=[kin(role, hit("JYYC"))]))
    assert findings("A16", case(minor, **PROCUREMENT), minor) == []
    assert findings("A14", case(view, **PROCUREMENT), view) == []


@pytest.mark.parametrize(("rule", "role"), [("A15", "branch"), ("A19", "predecessor")])
def test_a15_and_a19_go_to_a_human(rule: str, role: str) -> None:
    view = bidder(entity(kin=[kin(role, hit(listing("SXBZXR", name="临江市前身有限公司")))]))
    (found,) = findings(rule, case(view, **PROCUREMENT), view)
    assert found.effect is REVIEW
    assert "临江市前身有限公司" in found.detail.zh


@pytest.mark.parametrize(
    ("tier", "tender", "expected"),
    [(Tier.E1, PROCUREMENT, BLOCK), (Tier.E1, MANDATORY, BLOCK), (Tier.E2, PROCUREMENT, REVIEW),
     (Tier.E4, PROCUREMENT, REVIEW), (Tier.E1, {"regime": "voluntary"}, REVIEW)],
)  # fmt: skip
def test_a17_an_operator_stands_for_the_individual_business(
    tier: Tier, tender: dict[str, Any], expected: Effect
) -> None:
    record = listing("SXBZXR", name="虚构甲", person=True)
    view = bidder(entity(persons=[person("operator", hit(record, tier))], individual=True))
    (found,) = findings("A17", case(view, **tender), view)
    assert found.effect is expected
    assert "human_review" in found.remedy
    company = bidder(entity(persons=[person("operator", hit(record, tier))]))
    assert findings("A17", case(company, **tender), company) == []


@pytest.mark.parametrize(
    ("role", "form", "tier", "expected", "severity"),
    [
        ("investor", "个人独资企业", Tier.E1, [REVIEW], ""), ("partner", "", Tier.E1, [REVIEW], ""),
        ("legal_rep", "普通合伙企业", Tier.E1, [REVIEW], ""), ("partner", "", Tier.E3, [FLAG], "high"),
        ("legal_rep", "有限责任公司", Tier.E1, [], ""),
    ],
)  # fmt: skip
def test_a18_unlimited_liability(
    role: str, form: str, tier: Tier, expected: list[Effect], severity: str
) -> None:
    record = listing("SXBZXR", name="虚构甲", person=True)
    view = bidder(entity(persons=[person(role, hit(record, tier))], legal_form=form))
    found = findings("A18", case(view, **PROCUREMENT), view)
    assert [f.effect for f in found] == expected
    assert all(f.severity == severity for f in found)


def test_a17_reads_earlier_law_for_earlier_days() -> None:
    record = listing("SXBZXR", name="虚构甲", person=True, start=date(2019, 1, 1))
    at = datetime(2020, 6, 1, 10, tzinfo=CST)
    view = bidder(entity(persons=[person("operator", hit(record, as_of=at))], individual=True))
    (found,) = findings("A17", case(view, as_of=at, **PROCUREMENT), view)
    assert found.effect is BLOCK
    assert {b.instrument for b in found.legal_basis} == {"中华人民共和国民法总则", "中华人民共和国民法通则"}
    assert BY_CODE["A17"].in_force(date(2020, 6, 1))


@pytest.mark.parametrize("role", ["witness", "observer"])
def test_a_role_without_rules_is_said_to_be_unassessed(role: str) -> None:
    outcome = unruled(subject(role))
    assert outcome is not None
    assert outcome.decides
    assert outcome.what.startswith("rule:")
    assert "虚构单位" in outcome.detail.zh
    assert "虚构单位" in outcome.detail.en


def test_roles_with_rules_are_those_that_rules_read() -> None:
    read = {
        "buyer": "A21", "agency": "A10", "expert": "A11", "committee": "A11", "official": "D07",
        "platform_operator": "B12", "prior_service_provider": "B10",
    }  # fmt: skip
    assert set(read) == ROLES_WITH_RULES
    listed = [hit(code) for code in ("SXBZXR", "ZFJG", "XHFZ")]
    for role, code in read.items():
        assert unruled(subject(role)) is None
        if code.startswith("A"):
            assert findings(code, case(), subject(role, *listed))
        else:
            assert any(name.startswith(f"tender.{role}") for name in BY_CODE[code].inputs)


def test_a21_warns_of_a_defaulting_buyer() -> None:
    assert _subject("A21", "buyer", hit("ZFJG")) == [FLAG]
    assert _subject("A21", "agency", hit("ZFJG")) == []
