"""What must hold of every rule for any records: adding one never lowers a verdict, and doubt never blocks."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rules_factory import NOW, bidder, case, entity, everything, findings, hit, kin, listing, person, subject

from graph.dates import CST
from graph.model import Penalty, Status
from matching.decision import Effect, Finding, Tier
from matching.rules.base import BidderView, Hit

LISTS = [
    "SXBZXR", "XZXF", "ZFCG", "ZDSS", "TQGZ", "YZWF", "JYYC", "AQSC", "ZTBJ", "ZTBHMD", "XHFZ", "ZDWF",
    "ZFJG", "XZCF", "OTH", "RED", "CITY_LIST",
]  # fmt: skip
DAYS = st.dates(date(2020, 1, 1), date(2026, 11, 22))
KINDS = ["fine", "confiscation", "suspension", "revocation", "bid_ban", "criminal", "warning", "other"]
EXITS = [Status.REMOVED, Status.REPAIRED, Status.REVOKED, Status.TEMP_LIFTED, Status.DISPUTED]

penalties = st.none() | st.builds(
    Penalty,
    kinds=st.lists(st.sampled_from(KINDS), max_size=3).map(tuple),
    fine_cny=st.none() | st.sampled_from([Decimal("1999999.99"), Decimal(2_000_000), Decimal(0)]),
    decided_on=st.none() | DAYS,
    ban_unreadable=st.booleans(),
)
tiers = st.sampled_from([Tier.E1, Tier.E2, Tier.E3, Tier.E4, Tier.E5])


@st.composite
def hits(draw: st.DrawFn, person: bool = False) -> Hit:
    events = draw(st.lists(st.tuples(st.sampled_from(EXITS), st.just(NOW), st.none()), max_size=1))
    record = listing(
        draw(st.sampled_from(LISTS)),
        person=person,
        name="虚构甲" if person else "临江市虚构建设有限公司",
        start=draw(st.none() | DAYS),
        until=draw(st.none() | st.dates(date(2026, 11, 1), date(2028, 1, 1))),
        events=events,
        penalty=draw(penalties),
        measure=draw(
            st.sampled_from(["", "取消其一年内在临江市行政区域内的投标资格", "禁止代理", "通报批评"])
        ),
        scope=draw(st.sampled_from(["", "320800", "临江市", "全国", "01"])),
        key=draw(st.sampled_from("abcdef")),
    )
    return hit(record, draw(tiers))


tenders = st.fixed_dictionaries(
    {},
    optional={
        "regime": st.sampled_from(
            ["mandatory_tender", "procurement_tender", "procurement_other", "voluntary"]
        ),
        "object": st.sampled_from(["works", "goods", "services"]),
        "funding": st.sampled_from(["government", "state_owned", "private"]),
        "stage": st.sampled_from(["opening", "award", "contract"]),
        "region": st.sampled_from(["320899", "临江市", "远山市"]),
        "invoked_lists": st.lists(st.sampled_from(LISTS), max_size=3, unique=True),
        "opening_at": st.just(datetime(2026, 6, 1, tzinfo=CST)),
        "extra_conditions": st.just(["供应商及其法定代表人不得为失信被执行人"]),
    },
)
roles = st.sampled_from(
    ["legal_rep", "director", "agent", "project_manager", "operator", "investor", "partner"]
)
kinships = st.sampled_from(["parent", "branch", "controller", "subsidiary", "sister", "predecessor"])


@st.composite
def views(draw: st.DrawFn) -> dict[str, Any]:
    """What stands of a bidder: own records, people, kin."""
    return {
        "own": draw(st.lists(hits(), max_size=3)),
        "people": draw(st.lists(st.tuples(roles, st.lists(hits(person=True), max_size=2)), max_size=2)),
        "kin": draw(st.lists(st.tuples(kinships, st.sampled_from(["code", "name"]), hits()), max_size=2)),
        "individual": draw(st.booleans()),
        "form": draw(st.sampled_from(["", "个人独资企业", "普通合伙企业"])),
    }


def _view(parts: dict[str, Any], *more: Hit) -> BidderView:
    return bidder(
        entity(
            *parts["own"], *more, individual=parts["individual"], legal_form=parts["form"],
            persons=[person(role, *found) for role, found in parts["people"]],
            kin=[kin(role, one, by=by) for role, by, one in parts["kin"]],
        )
    )  # fmt: skip


def _found(parts: dict[str, Any], tender: dict[str, Any], *more: Hit) -> list[Finding]:
    view = _view(parts, *more)
    return everything(case(view, **tender), view)


def _rank(found: list[Finding]) -> int:
    return max((f.effect.rank for f in found), default=0)


@given(parts=views(), extra=hits(), tender=tenders)
def test_adding_a_record_never_lowers_a_verdict(
    parts: dict[str, Any], extra: Hit, tender: dict[str, Any]
) -> None:
    assert _rank(_found(parts, tender, extra)) >= _rank(_found(parts, tender))


@given(parts=views(), role=roles, extra=hits(person=True), tender=tenders)
def test_adding_a_record_of_a_person_never_lowers_a_verdict(
    parts: dict[str, Any], role: str, extra: Hit, tender: dict[str, Any]
) -> None:
    more = {**parts, "people": [*parts["people"], (role, [extra])]}
    assert _rank(_found(more, tender)) >= _rank(_found(parts, tender))


@given(parts=views(), tender=tenders)
def test_every_finding_explains_itself_and_never_exceeds_its_matches(
    parts: dict[str, Any], tender: dict[str, Any]
) -> None:
    for found in _found(parts, tender):
        assert found.title.zh
        assert found.title.en
        assert "{" not in found.detail.zh + found.detail.en
        assert found.legal_basis
        assert found.evidence
        assert ("objection" in found.remedy) == (found.effect is not Effect.INFO)
        if found.effect is Effect.BLOCK:
            assert not found.missing
            assert all(e.tier in (Tier.E1, Tier.E2) for e in found.evidence)
            if "虚构甲" in {e.subject for e in found.evidence}:
                assert all(e.tier is Tier.E1 for e in found.evidence)
                assert "human_review" in found.remedy


@given(parts=views(), tender=tenders)
def test_a_missing_regime_never_blocks_what_no_list_is_invoked_for(
    parts: dict[str, Any], tender: dict[str, Any]
) -> None:
    tender = {k: v for k, v in tender.items() if k not in ("regime", "invoked_lists", "extra_conditions")}
    blocked = {f.code for f in _found(parts, tender) if f.effect is Effect.BLOCK}
    assert blocked <= ({"A05", "A14", "A17"} if tender.get("funding") == "government" else set())


@given(parts=views(), tender=tenders)
def test_the_same_case_gives_the_same_findings(parts: dict[str, Any], tender: dict[str, Any]) -> None:
    assert _found(parts, tender) == _found(parts, tender)


@given(
    role=st.sampled_from(["agency", "expert", "committee", "buyer", "official"]),
    one=hits(),
    two=hits(),
    tender=tenders,
)
def test_other_subjects_too(role: str, one: Hit, two: Hit, tender: dict[str, Any]) -> None:
    for code in ("A10", "A11", "A21"):
        fewer = findings(code, case(**tender), subject(role, one))
        assert _rank(findings(code, case(**tender), subject(role, one, two))) >= _rank(fewer)
