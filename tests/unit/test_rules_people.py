"""A10–A19, A21, B13, B14: people, connected organisations, other subjects and joint bids."""

from __future__ import annotations

from datetime import date

import pytest
from rules_factory import bidder, case, entity, findings, hit, kin, listing, person, run, subject

from graph.model import Penalty
from matching.decision import Effect, Tier
from matching.request import DecisionRequest
from matching.rules import absent_inputs

PROCUREMENT = {"regime": "procurement_tender"}
MANDATORY = {"regime": "mandatory_tender"}
BLOCK, REVIEW, FLAG, INFO = Effect.BLOCK, Effect.REVIEW, Effect.FLAG, Effect.INFO
AGENT_BAN = "禁止其二年内代理依法必须进行招标的项目"
CODE_A, CODE_B, CODE_C = "uscc:91320899MA1FAKEA11", "uscc:91320899MA1FAKEB22", "uscc:91320899MA1FAKEC33"


def _subject(code, role, *hits, **tender):
    return [f.effect for f in findings(code, case(**tender), subject(role, *hits))]


def test_a10_prefers_a_clean_agency():
    assert _subject("A10", "agency", hit("SXBZXR"), **MANDATORY) == [FLAG]
    assert _subject("A10", "buyer", hit("SXBZXR"), **MANDATORY) == []


@pytest.mark.parametrize(
    ("regime", "expected"),
    [("mandatory_tender", BLOCK), ("procurement_tender", REVIEW), ("voluntary", REVIEW), (None, REVIEW)],
)
def test_a10_a_barred_agency_may_not_act_where_the_ban_reaches(regime, expected):
    record = listing("ZTBJ", until=date(2027, 1, 1), measure=AGENT_BAN)
    assert _subject("A10", "agency", hit(record), regime=regime) == [expected]


def test_a10_a_ban_from_bidding_or_an_unreadable_one_goes_to_a_human():
    bidding = listing(
        "ZTBJ", until=date(2027, 1, 1), measure="取消其一年内参加依法必须进行招标的项目的投标资格"
    )
    unreadable = listing(
        "ZTBJ", measure=AGENT_BAN, penalty=Penalty(decided_on=date(2026, 1, 2), ban_unreadable=True)
    )
    for record in (bidding, unreadable):
        assert _subject("A10", "agency", hit(record), **MANDATORY) == [REVIEW]


def test_a10_procurement_ban_of_an_agency():
    record = listing("ZFCG", until=date(2027, 1, 1))
    assert _subject("A10", "agency", hit(record), **PROCUREMENT) == [BLOCK]
    assert _subject("A10", "agency", hit(record), **MANDATORY) == [REVIEW]


@pytest.mark.parametrize("role", ["expert", "committee"])
@pytest.mark.parametrize("code", ["SXBZXR", "XHFZ"])
def test_a11_blocks_the_expert_by_number_and_reviews_by_mask(role, code):
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
def test_a11_credit_records_of_experts(measure, until, expected):
    record = listing("ZTBHMD", name="虚构乙", person=True, measure=measure, until=until)
    assert _subject("A11", "expert", hit(record), **MANDATORY) == ([expected] if expected else [])


def test_a11_leaves_bidders_and_officials_alone():
    assert _subject("A11", "official", hit(listing("SXBZXR", person=True)), **MANDATORY) == []


@pytest.mark.parametrize("role", ["agent", "project_manager", "key_staff"])
def test_a12_practitioners_are_reviewed_whatever_the_tier(role):
    for tier in (Tier.E1, Tier.E2):
        view = bidder(
            entity(persons=[person(role, hit(listing("SXBZXR", name="虚构甲", person=True), tier))])
        )
        (found,) = findings("A12", case(view, **MANDATORY), view)
        assert found.effect is REVIEW
        assert "human_review" in found.remedy


@pytest.mark.parametrize("role", ["legal_rep", "principal", "director", "supervisor", "executive"])
def test_a13_management_is_a_flag(role):
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
        ("不要求查询法定代表人的失信记录", "legal_rep", Tier.E1, FLAG),
        ("法定代表人须到场", "legal_rep", Tier.E1, FLAG),
    ],
)
def test_a13_blocks_only_what_a_special_condition_says(condition, role, tier, expected):
    view = bidder(entity(persons=[person(role, hit(listing("SXBZXR", name="虚构甲", person=True), tier))]))
    (found,) = findings("A13", case(view, extra_conditions=[condition], **PROCUREMENT), view)
    assert found.effect is expected


def test_people_who_were_not_named_are_reported():
    view = bidder(entity())
    missing = [o.what for code in ("A09", "A12", "A13") for o in run(code, case(view), view)]
    assert missing == ["input:bidder.project_manager", "input:bidder.agent", "input:bidder.legal_rep"]
    request = DecisionRequest.model_validate({"bidders": [{"name": "临江市虚构建设有限公司"}]})
    assert [n.what for n in absent_inputs(request)] == [
        "input:tender.agency", "input:tender.experts", "input:tender.buyer",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "tender", "expected"),
    [
        ("SXBZXR", PROCUREMENT, [BLOCK]), ("SXBZXR", MANDATORY, [BLOCK]),
        ("SXBZXR", {**MANDATORY, "invoked_lists": []}, [REVIEW]), ("SXBZXR", {}, [REVIEW]),
        ("YZWF", MANDATORY, [REVIEW]), ("JYYC", MANDATORY, [FLAG]), ("XZXF", MANDATORY, []),
    ],
)  # fmt: skip
def test_a14_a_branch_gets_what_its_company_would_get(code, tender, expected):
    view = bidder(entity(kin=[kin("parent", hit(code))], label="临江市虚构建设有限公司远山分公司"))
    assert [f.effect for f in findings("A14", case(view, **tender), view)] == expected


def test_a14_by_name_only_goes_to_a_human():
    view = bidder(entity(kin=[kin("parent", hit("SXBZXR"), by="name")]))
    (found,) = findings("A14", case(view, **PROCUREMENT), view)
    assert found.effect is REVIEW


@pytest.mark.parametrize("role", ["controller", "subsidiary", "sister"])
def test_a16_group_companies_are_a_flag_and_minor_lists_are_left_alone(role):
    view = bidder(entity(kin=[kin(role, hit("SXBZXR"))]))
    (found,) = findings("A16", case(view, **PROCUREMENT), view)
    assert found.effect is FLAG
    minor = bidder(entity(kin=[kin(role, hit("JYYC"))]))
    assert findings("A16", case(minor, **PROCUREMENT), minor) == []
    assert findings("A14", case(view, **PROCUREMENT), view) == []


@pytest.mark.parametrize(("rule", "role"), [("A15", "branch"), ("A19", "predecessor")])
def test_a15_and_a19_go_to_a_human(rule, role):
    view = bidder(entity(kin=[kin(role, hit(listing("SXBZXR", name="临江市前身有限公司")))]))
    (found,) = findings(rule, case(view, **PROCUREMENT), view)
    assert found.effect is REVIEW
    assert "临江市前身有限公司" in found.detail.zh


@pytest.mark.parametrize(
    ("tier", "tender", "expected"),
    [(Tier.E1, PROCUREMENT, BLOCK), (Tier.E1, MANDATORY, BLOCK), (Tier.E2, PROCUREMENT, REVIEW),
     (Tier.E4, PROCUREMENT, REVIEW), (Tier.E1, {"regime": "voluntary"}, REVIEW)],
)  # fmt: skip
def test_a17_an_operator_stands_for_the_individual_business(tier, tender, expected):
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
def test_a18_unlimited_liability(role, form, tier, expected, severity):
    record = listing("SXBZXR", name="虚构甲", person=True)
    view = bidder(entity(persons=[person(role, hit(record, tier))], legal_form=form))
    found = findings("A18", case(view, **PROCUREMENT), view)
    assert [f.effect for f in found] == expected
    assert all(f.severity == severity for f in found)


def test_a21_warns_of_a_defaulting_buyer():
    assert _subject("A21", "buyer", hit("ZFJG")) == [FLAG]
    assert _subject("A21", "agency", hit("ZFJG")) == []


def _joint(*members, index=1, lots=()):
    return bidder(
        *members, index=index, name="", lots=list(lots), consortium={"members": [m.label for m in members]}
    )


def test_b13_blocks_a_unit_that_bids_alone_and_jointly():
    alone = bidder(entity(identity=[CODE_A, "name:甲公司"], label="甲公司"))
    joint = _joint(entity(identity=[CODE_A], label="甲公司"), entity(identity=[CODE_B], label="乙公司"))
    (found,) = findings("B13", case(alone, joint), alone, joint)
    assert found.effect is BLOCK
    assert "甲公司" in found.detail.zh
    again = _joint(
        entity(identity=[CODE_C], label="丙公司"), entity(identity=[CODE_B], label="乙公司"), index=2
    )
    assert [f.effect for f in findings("B13", case(joint, again), joint, again)] == [BLOCK]


def test_b13_by_name_is_a_review_and_different_codes_are_different_units():
    alone = bidder(entity(identity=["name:甲公司"], label="甲公司"))
    joint = _joint(entity(identity=[CODE_A, "name:甲公司"], label="甲公司"), entity(identity=[CODE_B]))
    assert [f.effect for f in findings("B13", case(alone, joint), alone, joint)] == [REVIEW]
    namesake = bidder(entity(identity=[CODE_C, "name:甲公司"], label="甲公司"))
    assert findings("B13", case(namesake, joint), namesake, joint) == []


def test_b13_nested_organisation_code_is_the_same_unit():
    alone = bidder(entity(identity=["org_code:MA1FAKEA1", "name:甲公司"], label="甲公司"))
    joint = _joint(entity(identity=[CODE_A], label="甲公司"), entity(identity=[CODE_B]))
    assert [f.effect for f in findings("B13", case(alone, joint), alone, joint)] == [BLOCK]


def test_b13_not_for_two_sole_bids_nor_in_different_lots():
    one, two = bidder(entity(identity=[CODE_A])), bidder(entity(identity=[CODE_A]), index=1)
    assert findings("B13", case(one, two), one, two) == []
    first = bidder(entity(identity=[CODE_A]), lots=["1"])
    second = _joint(entity(identity=[CODE_A]), entity(identity=[CODE_B]), lots=["2"])
    assert findings("B13", case(first, second), first, second) == []
    whole = bidder(entity(identity=[CODE_A]))
    assert [f.effect for f in findings("B13", case(whole, second), whole, second)] == [BLOCK]


def _prequalified(*members, now):
    view = bidder(
        *now, name="甲乙联合体",
        consortium={"members": [e.label for e in now], "prequalified_members": list(members)},
    )  # fmt: skip
    return [f.effect for f in findings("B14", case(view), view)]


def _member(name, code=""):
    return {"name": name, "identifiers": [{"id": code, "scheme": "uscc"}] if code else []}


def test_b14_same_members_are_no_finding():
    now = [entity(identity=["name:临江市甲有限公司"]), entity(identity=["name:临江市乙有限公司"])]
    assert _prequalified(_member("临江市甲有限公司"), _member("临江市乙有限公司"), now=now) == []


def test_b14_members_added_or_dropped_block():
    now = [entity(identity=["name:临江市甲有限公司"]), entity(identity=["name:临江市乙有限公司"])]
    assert _prequalified(_member("临江市甲有限公司"), now=now) == [BLOCK]
    three = (_member("临江市甲有限公司"), _member("临江市乙有限公司"), _member("临江市丙有限公司"))
    assert _prequalified(*three, now=now) == [BLOCK]


def test_b14_another_name_without_codes_may_be_a_renaming():
    now = [entity(identity=["name:临江市甲有限公司"]), entity(identity=["name:临江市丁有限公司"])]
    assert _prequalified(_member("临江市甲有限公司"), _member("临江市乙有限公司"), now=now) == [REVIEW]


def test_b14_without_the_list_of_prequalified_members_says_so():
    view = bidder(entity(), entity(label="乙"))
    (outcome,) = run("B14", case(view), view)
    assert outcome.what == "input:bidder.consortium.prequalified_members"
