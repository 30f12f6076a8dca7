"""A01–A09: what a record of the bidder itself does, by list, regime, documents, dates and certainty."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
import pytest
from rules_factory import (
    bidder,
    case,
    effects,
    entity,
    everything,
    findings,
    fine,
    hit,
    listing,
    person,
    run,
)  # fmt: skip

from graph.dates import CST
from graph.model import Penalty, Status
from matching.decision import Effect, NotAssessable

PROCUREMENT: dict[str, Any] = {"regime": "procurement_tender"}
MANDATORY: dict[str, Any] = {"regime": "mandatory_tender"}
VOLUNTARY: dict[str, Any] = {"regime": "voluntary"}
BLOCK, REVIEW, FLAG, INFO = Effect.BLOCK, Effect.REVIEW, Effect.FLAG, Effect.INFO


@pytest.mark.parametrize("regime", ["procurement_tender", "procurement_other", "政府采购"])
@pytest.mark.parametrize("code", ["SXBZXR", "ZDSS"])
def test_a01_blocks_in_every_kind_of_procurement(code: str, regime: str) -> None:
    assert effects("A01", hit(code), regime=regime) == [BLOCK]


def test_a01_says_who_where_and_since_when_in_both_languages() -> None:
    view = bidder(entity(hit("SXBZXR")))
    (found,) = findings("A01", case(view, **PROCUREMENT), view)
    for text in (found.detail.zh, found.detail.en):
        assert "临江市虚构建设有限公司" in text
        assert "临江市虚构机关" in text
        assert "临虚字〔2026〕1号" in text
        assert "SXBZXR" in text
    assert "2026年1月2日" in found.detail.zh
    assert "2026-01-02" in found.detail.en
    assert found.remedy == ("objection",)
    assert [e.record for e in found.evidence] == ["r1"]


def test_a01_is_silent_outside_procurement() -> None:
    assert effects("A01", hit("SXBZXR"), **MANDATORY) == []
    assert effects("A01", hit("SXBZXR"), **VOLUNTARY) == []


def test_a01_without_a_regime_is_a_review_that_names_what_is_missing() -> None:
    view = bidder(entity(hit("SXBZXR")))
    (found,) = findings("A01", case(view), view)
    assert found.effect is REVIEW
    assert found.missing == ("tender.regime",)
    assert "tender.regime" in found.detail.zh


def test_a01_ban_from_procurement_runs_to_its_last_day() -> None:
    record = listing("ZFCG", start=date(2025, 11, 23), until=date(2026, 11, 22))
    last = datetime(2026, 11, 22, 23, 59, 59, tzinfo=CST)
    after = datetime(2026, 11, 23, 0, 0, tzinfo=CST)
    for moment, expected in ((last, [BLOCK]), (after, [])):
        view = bidder(entity(hit(record, as_of=moment)))
        found = findings("A01", case(view, as_of=moment, **PROCUREMENT), view)
        assert [f.effect for f in found] == expected


def test_a01_publication_after_the_ban_never_blocks() -> None:
    record = listing(
        "ZFCG",
        start=date(2024, 11, 1),
        until=date(2026, 11, 21),
        published=(date(2024, 11, 5), date(2027, 11, 5)),
    )
    view = bidder(entity(hit(record)))
    the_case = case(view, **PROCUREMENT)
    assert [f.code for f in everything(the_case, view)] == ["A23"]


@pytest.mark.parametrize(
    ("decided", "expected"),
    [(date(2023, 11, 22), [REVIEW]), (date(2023, 11, 21), []), (None, [REVIEW])],
)
def test_a01_unreadable_ban_is_a_review_and_ends_after_three_years(
    decided: date | None, expected: list[Effect]
) -> None:
    penalty = Penalty(kinds=("bid_ban",), decided_on=decided, ban_unreadable=True)
    assert effects("A01", hit(listing("ZFCG", start=None, penalty=penalty)), **PROCUREMENT) == expected


def test_a01_ban_without_an_end_has_to_be_read() -> None:
    assert effects("A01", hit(listing("ZFCG", start=date(2026, 5, 1))), **PROCUREMENT) == [REVIEW]


@pytest.mark.parametrize(
    ("invoked", "expected", "case_text"),
    [
        (("SXBZXR",), BLOCK, "已载明"),
        (None, BLOCK, "推定"),
        (("ZTBJ",), REVIEW, "未援引"),
        ((), REVIEW, "未援引"),
    ],
)
def test_a02_follows_the_documents_and_assumes_what_285_obliges(
    invoked: tuple[str, ...] | None, expected: Effect, case_text: str
) -> None:
    view = bidder(entity(hit("SXBZXR")))
    (found,) = findings("A02", case(view, invoked_lists=invoked, **MANDATORY), view)
    assert found.effect is expected
    assert case_text in found.detail.zh


def test_a02_one_member_strikes_the_whole_consortium() -> None:
    clean, listed = entity(label="临江市甲有限公司", role="lead"), entity(hit("SXBZXR"), role="member")
    view = bidder(clean, listed)
    (found,) = findings("A02", case(view, **MANDATORY), view)
    assert found.effect is BLOCK
    assert "联合体" in found.detail.zh


@pytest.mark.parametrize(
    ("tender", "expected"),
    [
        ({}, [REVIEW]),
        (MANDATORY, [BLOCK]),
        (VOLUNTARY, [REVIEW]),
        ({**VOLUNTARY, "invoked_lists": ["ZTBJ"]}, [BLOCK]),
        (PROCUREMENT, [FLAG]),
        ({"invoked_lists": ["ZTBJ"]}, [BLOCK]),
    ],
)
def test_a03_blocks_where_the_ban_reaches(tender: dict[str, Any], expected: list[Effect]) -> None:
    record = listing(
        "ZTBJ", until=date(2027, 1, 1), measure="取消其一年内参加依法必须进行招标的项目的投标资格"
    )
    assert effects("A03", hit(record), **tender) == expected


@pytest.mark.parametrize(
    ("scope", "measure", "region", "expected"),
    [
        ("", "", "320899", [BLOCK]),
        ("全国", "", "", [BLOCK]),
        ("320800", "", "320899", [BLOCK]),
        ("320800", "", "320100", [FLAG]),
        ("320800", "", "", [REVIEW]),
        ("320800", "", "虚构市", [REVIEW]),
        ("320800", "", "320000", [REVIEW]),
        ("", "取消其一年内在临江市行政区域内的投标资格", "临江市", [BLOCK]),
        ("", "取消其一年内在临江市行政区域内的投标资格", "远山市", [REVIEW]),
        ("", "取消其一年内在南京市行政区域内的投标资格", "苏州市", [FLAG]),
        ("江苏省", "", "南京市", [BLOCK]),
        ("江苏省", "", "320100", [BLOCK]),
        ("320000", "", "南京市", [BLOCK]),
        ("320100", "", "南京市", [REVIEW]),
        ("南京市", "", "江苏省", [REVIEW]),
        ("南京市", "", "福州市", [FLAG]),
        ("福建省", "", "江苏省南京市", [FLAG]),
        ("苏州市", "", "昆山市", [REVIEW]),
        ("昆山市", "", "江苏省苏州市昆山市", [BLOCK]),
        ("南京市、苏州市", "", "江苏省苏州市", [BLOCK]),
        ("清溪区", "", "清溪区", [REVIEW]),
        ("临江市", "", "虚构省临江市", [BLOCK]),
    ],
)
def test_a03_is_nationwide_unless_its_text_restricts_it(
    scope: str, measure: str, region: str, expected: list[Effect]
) -> None:
    record = listing("ZTBJ", until=date(2027, 1, 1), scope=scope, measure=measure)
    assert effects("A03", hit(record), region=region, **MANDATORY) == expected


@pytest.mark.parametrize(
    ("measure", "authority", "region", "expected"),
    [
        ("取消其一年内在本市行政区域内的投标资格", "江苏省临江市住建局", "江苏省临江市", [BLOCK]),
        ("取消其一年内在本市行政区域内的投标资格", "南京市住建委", "苏州市", [FLAG]),
        ("取消其参加本市依法必须招标项目的投标资格一年", "南京市住建委", "苏州市", [FLAG]),
        ("禁止其一年内在本省范围内参加投标", "江苏省住建厅", "南京市鼓楼区", [BLOCK]),
        ("禁止其一年内在本省范围内参加投标", "福建省住建厅", "南京市", [FLAG]),
        ("取消其一年内在全市范围内的投标资格", "北京市住建委", "北京市海淀区", [BLOCK]),
        ("取消其一年内在本市行政区域内的投标资格", "住建局", "南京市", [REVIEW]),
        ("取消其一年内在本区范围内的投标资格", "南京市住建委", "南京市", [REVIEW]),
        ("取消其一年内在本行政区域内的投标资格", "南京市住建委", "南京市", [BLOCK]),
    ],
)
def test_a03_this_city_is_the_authoritys(
    measure: str, authority: str, region: str, expected: list[Effect]
) -> None:
    record = listing("ZTBJ", until=date(2027, 1, 1), measure=measure)
    record = msgspec.structs.replace(record, authority=authority)
    assert effects("A03", hit(record), region=region, **MANDATORY) == expected


def test_a03_a_ban_from_acting_as_agent_is_no_ban_from_bidding() -> None:
    record = listing("ZTBJ", until=date(2027, 1, 1), measure="禁止其一年内代理依法必须进行招标的项目")
    assert effects("A03", hit(record), **MANDATORY) == [FLAG]


@pytest.mark.parametrize(
    ("code", "rule", "regime"), [("ZFCG", "A01", PROCUREMENT), ("ZTBJ", "A03", MANDATORY)]
)
def test_permanent_ban_runs_on(code: str, rule: str, regime: dict[str, Any]) -> None:
    penalty = Penalty(kinds=("bid_ban", "permanent"), decided_on=date(2015, 1, 2))
    record = listing(code, start=date(2015, 1, 2), penalty=penalty)
    assert effects(rule, hit(record), **regime) == [BLOCK]


def test_a03_unreadable_term_is_a_review_for_at_most_five_years() -> None:
    for decided, expected in ((date(2021, 11, 22), [REVIEW]), (date(2021, 11, 21), [])):
        penalty = Penalty(kinds=("bid_ban",), decided_on=decided, ban_unreadable=True)
        assert effects("A03", hit(listing("ZTBJ", start=None, penalty=penalty)), **MANDATORY) == expected


@pytest.mark.parametrize(
    ("penalty", "expected"),
    [
        (fine("2000000", date(2024, 11, 20)), [BLOCK]),
        (fine("2000000.00", date(2024, 11, 20)), [BLOCK]),
        (fine("1999999.99", date(2024, 11, 20)), []),
        (fine("5000000", date(2023, 11, 22)), [BLOCK]),
        (fine("5000000", date(2023, 11, 21)), []),
        (fine(None, date(2025, 1, 1), "criminal"), [BLOCK]),
        (fine(None, date(2025, 1, 1), "suspension"), [BLOCK]),
        (fine("100", date(2025, 1, 1), "fine", "revocation"), [BLOCK]),
        (fine(None, date(2025, 1, 1), "fine"), [REVIEW]),
        (fine(None, date(2025, 1, 1), "warning"), []),
        (fine(None, date(2025, 1, 1), "confiscation"), []),
        (fine(None, date(2025, 1, 1), "other"), [REVIEW]),
        (None, [REVIEW]),
    ],
)
def test_a04_reads_the_kind_the_amount_and_the_three_years(
    penalty: Penalty | None, expected: list[Effect]
) -> None:
    start = penalty.decided_on if penalty else date(2025, 1, 1)
    assert effects("A04", hit(listing("ZDWF", start=start, penalty=penalty)), **PROCUREMENT) == expected


def test_a04_look_back_outlives_the_term_of_the_record_itself() -> None:
    record = listing(
        "ZDWF", start=date(2024, 12, 1), until=date(2025, 6, 1), penalty=fine("3000000", date(2024, 12, 1))
    )
    view = bidder(entity(hit(record)))
    assert hit(record).status is Status.EXPIRED
    found = everything(case(view, **PROCUREMENT), view)
    assert [(f.code, f.effect) for f in found] == [("A04", BLOCK)]


def test_a04_ends_at_the_activity_not_at_the_query() -> None:
    record = listing("ZDWF", start=date(2023, 11, 1), penalty=fine("3000000", date(2023, 11, 1)))
    view = bidder(entity(hit(record)))
    on_time = findings("A04", case(view, activity=date(2026, 10, 30), **PROCUREMENT), view)
    assert [f.effect for f in on_time] == [BLOCK]
    assert findings("A04", case(view, activity=date(2026, 11, 2), **PROCUREMENT), view) == []
    later = findings("A04", case(view, activity=date(2023, 10, 1), **PROCUREMENT), view)
    assert [f.effect for f in later] == [REVIEW]


def test_a04_before_the_number_was_set_a_large_fine_is_a_human_question() -> None:
    for day, expected in (
        (datetime(2022, 2, 7, 23, 0, tzinfo=CST), REVIEW),
        (datetime(2022, 2, 8, tzinfo=CST), BLOCK),
    ):
        record = listing("ZDWF", start=date(2021, 6, 1), penalty=fine("2500000", date(2021, 6, 1)))
        view = bidder(entity(hit(record, as_of=day)))
        (found,) = findings("A04", case(view, as_of=day, **PROCUREMENT), view)
        assert found.effect is expected


def test_a04_undated_violation_is_a_review() -> None:
    assert effects("A04", hit(listing("ZDWF", start=None, penalty=fine("3000000", None))), **PROCUREMENT) == [
        REVIEW
    ]


@pytest.mark.parametrize(
    ("tender", "expected", "missing"),
    [
        (PROCUREMENT, BLOCK, ()),
        ({**MANDATORY, "object": "works", "funding": "government"}, BLOCK, ()),
        ({"object": "工程", "funding": "财政资金"}, BLOCK, ()),
        ({**MANDATORY, "object": "works", "funding": "state_owned"}, REVIEW, ()),
        ({**MANDATORY, "object": "goods", "funding": "government"}, REVIEW, ()),
        ({**MANDATORY, "object": "works"}, REVIEW, ("tender.funding",)),
        (MANDATORY, REVIEW, ("tender.object", "tender.funding")),
        ({**VOLUNTARY, "invoked_lists": ["TQGZ"]}, BLOCK, ()),
        ({}, REVIEW, ("tender.regime",)),
    ],
)
def test_a05_blocks_procurement_government_works_and_what_documents_invoke(
    tender: dict[str, Any], expected: Effect, missing: tuple[str, ...]
) -> None:
    view = bidder(entity(hit("TQGZ")))
    (found,) = findings("A05", case(view, **tender), view)
    assert (found.effect, found.missing) == (expected, missing)


def test_a06_a_listed_head_is_a_review_and_a_listed_agent_is_not_asked() -> None:
    record = hit(listing("TQGZ", name="虚构甲", person=True))
    view = bidder(entity(persons=[person("legal_rep", record), person("agent", record)]))
    (found,) = findings("A06", case(view, **PROCUREMENT), view)
    assert found.effect is REVIEW
    assert "human_review" in found.remedy
    assert "法定代表人虚构甲" in found.detail.zh


@pytest.mark.parametrize("code", ["YZWF", "AQSC", "OTH", "ZTBHMD", "ZFJG", "CITY_LIST"])
def test_a07_blocks_only_what_the_documents_invoke(code: str) -> None:
    for invoked, expected in ((None, REVIEW), ((), REVIEW), ((code,), BLOCK)):
        assert effects("A07", hit(code), invoked_lists=invoked, **MANDATORY) == [expected]


@pytest.mark.parametrize(
    ("code", "tender"),
    [
        ("SXBZXR", VOLUNTARY),
        ("ZDSS", VOLUNTARY),
        ("ZDSS", MANDATORY),
        ("ZFCG", VOLUNTARY),
        ("ZFCG", MANDATORY),
    ],
)
def test_a07_takes_lists_that_the_regime_has_no_rule_for(code: str, tender: dict[str, Any]) -> None:
    record = listing(code, until=date(2027, 1, 1))
    assert effects("A07", hit(record), **tender) == [REVIEW]
    assert effects("A07", hit(record), invoked_lists=[code], **tender) == [BLOCK]


@pytest.mark.parametrize("code", ["SXBZXR", "ZDSS", "ZFCG", "ZTBJ", "TQGZ"])
def test_invoked_lists_block_without_a_regime_because_every_regime_blocks(code: str) -> None:
    view = bidder(entity(hit(listing(code, until=date(2027, 1, 1)))))
    found = everything(case(view, invoked_lists=[code]), view)
    assert max(f.effect.rank for f in found) == BLOCK.rank
    assert max(f.effect.rank for f in everything(case(view), view)) == REVIEW.rank


def test_a08_is_never_more_than_a_flag() -> None:
    for tender in ({}, PROCUREMENT, MANDATORY, {**VOLUNTARY, "invoked_lists": ["JYYC"]}):
        view = bidder(entity(hit("JYYC")))
        assert [(f.code, f.effect) for f in everything(case(view, **tender), view)] == [("A08", FLAG)]


@pytest.mark.parametrize("role", ["legal_rep", "principal", "project_manager"])
def test_a09_bribery_of_the_heads_and_the_project_manager(role: str) -> None:
    record = hit(listing("XHFZ", name="虚构甲", person=True, start=date(2024, 12, 1)))
    view = bidder(entity(persons=[person(role, record)]))
    (found,) = findings("A09", case(view, invoked_lists=["XHFZ"], **MANDATORY), view)
    assert found.effect is BLOCK
    assert found.remedy == ("objection", "human_review")
    (found,) = findings("A09", case(view, **MANDATORY), view)
    assert found.effect is REVIEW


def test_a09_look_back_and_dates() -> None:
    tender = {**MANDATORY, "invoked_lists": ["XHFZ"]}
    assert effects("A09", hit(listing("XHFZ", start=date(2023, 11, 22))), **tender) == [BLOCK]
    assert effects("A09", hit(listing("XHFZ", start=date(2023, 11, 21))), **tender) == []
    assert effects("A09", hit(listing("XHFZ", start=None)), **tender) == [REVIEW]


def test_a09_a_bid_that_names_no_project_manager_says_so() -> None:
    view = bidder(entity())
    (outcome,) = run("A09", case(view), view)
    assert isinstance(outcome, NotAssessable)
    assert outcome.what == "input:bidder.project_manager"
    assert not outcome.decides
