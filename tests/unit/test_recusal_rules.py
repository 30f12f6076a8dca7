"""Recusal and officials through the front door: what a finding carries, whom it blocks, and until when it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from recusal_world import NAMES, Edge, decide, given, number, of

from graph.dates import CST
from graph.identifiers import citizen_check_character
from graph.relations import PartyRelation, RelationType
from matching.decision import Effect, Verdict
from matching.policy import load_policy
from matching.ties.officials import leading_of, level_of
from matching.ties.posts import first_day_after, turning_days
from matching.ties.recusal import read_declared

LEGAL_REP = Edge("rep", "LEGAL_REP_OF", "firm", "2020-01-01")
EXPERT = {"experts": [given("expert")]}


def test_a_finding_has_a_dated_and_sourced_path_and_the_values(tmp_path: Path) -> None:
    edges = [LEGAL_REP, Edge("rep", "KIN_OF", "expert", "2000-05-01", role="spouse")]
    (finding,) = of(decide(tmp_path, edges, EXPERT), "expert-1", "D02")
    assert finding.effect is Effect.BLOCK
    assert finding.path is not None
    assert [node.name for node in finding.path.nodes] == [NAMES["expert"], NAMES["rep"], NAMES["firm"]]
    kin, post = finding.path.edges
    assert (kin.type, kin.role, post.type) == ("KIN_OF", "spouse", "LEGAL_REP_OF")
    assert kin.valid_from == datetime(2000, 5, 1, tzinfo=CST)
    assert (kin.source.file, kin.source.row) == ("register.csv", 2)
    assert ("relation.KIN_OF", NAMES["rep"], NAMES["expert"]) in [(f.field, f.a, f.b) for f in finding.facts]
    assert NAMES["rep"] in finding.detail.zh
    assert "spouse" in finding.detail.en
    assert finding.legal_basis[0].quote
    assert "human_review" in finding.remedy


def test_no_bidder_is_barred_for_an_experts_relation(tmp_path: Path) -> None:
    decision = decide(tmp_path, [Edge("expert", "EMPLOYED_BY", "firm", "2020-01-01")], EXPERT)
    assert decision.bidders[0].verdict is Verdict.CLEAR
    assert decision.subjects[0].verdict is Verdict.BLOCK


def test_a_decision_holds_until_the_look_back_is_over(tmp_path: Path) -> None:
    edges = [Edge("expert", "DIRECTOR_OF", "firm", "2020-01-01", "2023-11-22")]
    decision = decide(tmp_path, edges, EXPERT)
    assert of(decision, "expert-1", "D01")
    assert decision.valid_until is not None
    assert decision.valid_until <= datetime(2026, 11, 23, tzinfo=CST)


@pytest.mark.parametrize(
    ("last", "years", "first"),
    [
        ("2023-11-22", 3, "2026-11-23"), ("2024-02-29", 3, "2027-03-01"), ("2021-02-28", 3, "2024-03-01"),
        ("2024-02-28", 2, "2026-03-01"),
    ],
)  # fmt: skip
def test_when_a_day_leaves_the_look_back(last: str, years: int, first: str) -> None:
    day = datetime.fromisoformat(last).date()
    assert first_day_after(day, years).isoformat() == first


def test_days_on_which_answers_turn_after_leaving_office() -> None:
    days = turning_days(datetime(2021, 2, 28, tzinfo=CST).date())
    assert [day.isoformat() for day in days] == ["2023-03-01", "2024-02-29", "2024-03-01"]


def test_seated_members_are_to_be_replaced(tmp_path: Path) -> None:
    edges = [Edge("expert", "HOLDS", "firm", share="5")]
    tender = {**EXPERT, "regime": "mandatory_tender"}
    first, second = _made(tmp_path / "a"), _made(tmp_path / "b")
    (before,) = of(decide(first, edges, tender), "expert-1", "D04")
    (seated,) = of(decide(second, edges, {**tender, "stage": "evaluation"}), "expert-1", "D04")
    assert "更换" not in before.detail.zh
    assert "应当更换" in seated.detail.zh
    assert "void" in seated.detail.en


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_findings_on_officials_are_restricted_and_on_experts_are_not(tmp_path: Path) -> None:
    edges = [LEGAL_REP, Edge("rep", "KIN_OF", "expert", role="spouse")]
    tender = {**EXPERT, "officials": [given("expert", role="经办人")], "buyer": given("buyer")}
    decision = decide(tmp_path, edges, tender)
    codes = {finding.code: finding for finding in decision.subjects[-1].reasons}
    assert set(codes) == {"D02", "D07", "D08"}
    assert all(finding.restricted for finding in codes.values())
    assert (codes["D07"].effect, codes["D07"].severity) == (Effect.FLAG, "high")
    assert not any(f.restricted for f in of(decision, "expert-1", "D02"))


def test_what_rests_on_declared_personal_matters_is_restricted(tmp_path: Path) -> None:
    edges = [LEGAL_REP, Edge("rep", "KIN_OF", "expert", role="spouse", attributes={"restricted": "yes"})]
    (finding,) = of(decide(tmp_path, edges, EXPERT), "expert-1", "D02")
    assert finding.restricted
    assert finding.effect is Effect.BLOCK


def test_a_person_is_never_found_by_name(tmp_path: Path) -> None:
    edges = [LEGAL_REP, Edge("expert", "DIRECTOR_OF", "firm"), Edge("rep", "KIN_OF", "expert", role="spouse")]
    tender = {"experts": [NAMES["expert"]], "officials": [{"name": NAMES["expert"], "role": "经办人"}]}
    decision = decide(tmp_path, edges, tender)
    assert {s.verdict for s in decision.subjects} == {Verdict.UNDETERMINED}
    assert not [f for s in decision.subjects for f in s.reasons]
    told = {point.what for point in decision.subjects[0].not_assessed}
    assert "input:expert.identifiers" in told


def test_a_person_whom_the_graph_does_not_know_was_not_assessed(tmp_path: Path) -> None:
    stranger = {
        "name": "虚构周八",
        "identifiers": [{"id": "32990119880808123" + citizen_check_character("32990119880808123")}],
    }
    decision = decide(tmp_path, [], {"experts": [stranger]})
    assert decision.subjects[0].verdict is Verdict.CLEAR
    assert "relation:EMPLOYED_BY" in {point.what for point in decision.subjects[0].not_assessed}


@pytest.mark.parametrize(
    "word", ["经办人", "承办", "分管领导", "采购人代表", "handler", "in charge", "Responsible officer"]
)
def test_words_for_handling(tmp_path: Path, word: str) -> None:
    edges = [Edge("expert", "HOLDS", "firm", share="1")]
    decision = decide(tmp_path, edges, {"officials": [given("expert", role=word)]})
    assert of(decision, "official-1", "D08")


@pytest.mark.parametrize("word", ["", "局长", "Director-General"])
def test_naming_an_official_does_not_say_that_he_handles_the_project(tmp_path: Path, word: str) -> None:
    edges = [Edge("expert", "HOLDS", "firm", share="1")]
    decision = decide(tmp_path, edges, {"officials": [given("expert", role=word)]})
    assert not of(decision, "official-1", "D08")
    (point,) = [p for p in decision.subjects[0].not_assessed if p.code == "D08"]
    assert NAMES["firm"] not in point.detail.zh


def test_former_officials_carry_severity_only_where_the_business_is_known(tmp_path: Path) -> None:
    office = Edge(
        "other",
        "OFFICIAL_OF",
        "bureau",
        "2010-01-01",
        "2025-01-31",
        role="局长",
        attributes={"leading": "yes"},
    )
    job = Edge("other", "EMPLOYED_BY", "firm", "2025-03-01")
    _made(tmp_path / "a")
    _made(tmp_path / "b")
    (unknown,) = of(decide(tmp_path / "a", [office, job], {}), "b1", "D09")
    (known,) = of(decide(tmp_path / "b", [office, job, Edge("bureau", "OVERSEES", "firm")], {}), "b1", "D09")
    assert (unknown.effect, unknown.severity, unknown.restricted) == (Effect.FLAG, "", True)
    assert (known.effect, known.severity, known.restricted) == (Effect.FLAG, "high", True)
    assert NAMES["bureau"] in known.detail.zh


def test_an_official_whom_only_the_graph_knows_is_told_of_with_the_buyer(tmp_path: Path) -> None:
    edges = [
        LEGAL_REP,
        Edge("rep", "KIN_OF", "expert", role="child"),
        Edge("expert", "OFFICIAL_OF", "buyer", "2020-01-01", role="局长"),
    ]
    (finding,) = of(decide(tmp_path, edges, {"buyer": given("buyer")}), "buyer", "D07")
    assert finding.restricted
    assert NAMES["expert"] in finding.detail.zh


def test_shared_staff_of_the_bid_counts_by_number(tmp_path: Path) -> None:
    bid = {**given("firm"), "project_manager": given("expert")}
    (finding,) = of(decide(tmp_path, [], EXPERT, bidder=bid), "expert-1", "D03")
    assert finding.effect is Effect.REVIEW


def test_a_relative_declared_by_number_of_an_unknown_degree_is_for_a_human(tmp_path: Path) -> None:
    expert = given("expert", relatives=[f"{NAMES['rep']} {number('rep')}"])
    bid = {**given("firm"), "legal_rep": given("rep")}
    (finding,) = of(decide(tmp_path, [], {"experts": [expert]}, bidder=bid), "expert-1", "D02")
    assert finding.effect is Effect.REVIEW


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("配偶：虚构李四", "spouse", "虚构李四"), ("虚构李四（配偶）", "spouse", "虚构李四"),
        ("虚构李四", None, "虚构李四"), ("儿子 虚构李四", "child", "虚构李四"), ("非亲属 虚构李四", "", "虚构李四"),
    ],
)  # fmt: skip
def test_how_relatives_are_declared(text: str, code: str | None, name: str) -> None:
    assert read_declared(text) == (code, name, ())
    assert read_declared(f"{text} {number('rep')}") == (code, name, (f"citizen_id:{number('rep')}",))


@pytest.mark.parametrize(
    ("post", "attributes", "leading"),
    [
        ("局长", {}, "yes"), ("副市长", {}, "yes"), ("党委书记", {}, "yes"), ("一级主任科员", {}, "no"),
        ("二级调研员", {}, "no"), ("主任", {}, "unknown"), ("局长", {"leading": "no"}, "no"),
        ("科员", {"leading": "是"}, "yes"), ("", {}, "unknown"),
    ],
)  # fmt: skip
def test_who_leads(post: str, attributes: dict[str, str], leading: str) -> None:
    assert leading_of(_office(post, attributes)) == leading


@pytest.mark.parametrize(
    ("level", "county"),
    [
        ("县处级正职", True),
        ("厅局级", True),
        ("乡科级", False),
        ("科级", False),
        ("", None),
        ("省部级副职", True),
    ],
)
def test_which_ranks_are_of_county_and_division_level_or_above(level: str, county: bool | None) -> None:
    assert level_of(_office("", {"level": level})) is county


def _office(post: str, attributes: dict[str, str]) -> PartyRelation:
    return PartyRelation(type=RelationType.OFFICIAL_OF, src="a", dst="b", role=post, attributes=attributes)


def test_a_hub_is_said_and_not_read(tmp_path: Path) -> None:
    crowd = [replace(LEGAL_REP, src="rep", role=str(n)) for n in range(3)]
    policy_file = tmp_path / "policy.toml"
    policy_file.write_text("[options]\nrelation_cap = 1\n", "utf-8")
    decision = decide(_made(tmp_path / "a"), crowd, EXPERT, policy=load_policy(policy_file))
    assert any("relation:" in point.what for point in decision.not_assessed)


def test_control_by_adding_up_shows_every_holding_and_counts_each_once(tmp_path: Path) -> None:
    edges = [
        Edge("expert", "HOLDS", "holding", share="60"),
        Edge("holding", "HOLDS", "firm", share="30"),
        Edge("expert", "HOLDS", "firm", share="25"),
    ]
    decision = decide(_made(tmp_path / "a"), edges, EXPERT)
    found = of(decision, "expert-1", "D03")
    assert {f.effect for f in found} == {Effect.REVIEW}
    told = {(e.src, e.dst) for f in found for e in (f.path.edges if f.path is not None else ())}
    assert len(told) == 3
    assert not of(decision, "expert-1", "D01")
    twice = [edges[0], edges[1], replace(edges[1], role="another source")]
    assert not of(decide(_made(tmp_path / "b"), twice, EXPERT), "expert-1", "D03")


def test_circles_of_owners_end(tmp_path: Path) -> None:
    edges = [
        Edge("expert", "HOLDS", "holding", share="60"),
        Edge("holding", "HOLDS", "branch", share="60"),
        Edge("branch", "HOLDS", "holding", share="60"),
        Edge("branch", "HOLDS", "firm", share="60"),
        Edge("firm", "HOLDS", "branch", share="60"),
    ]
    (finding,) = of(decide(tmp_path, edges, EXPERT), "expert-1", "D01")
    assert finding.effect is Effect.BLOCK
    assert finding.path is not None
    assert [node.name for node in finding.path.nodes][-1] == NAMES["firm"]


def test_more_companies_than_are_looked_at_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matching.ties.posts.MAX_COMPANIES", 1)
    edges = [
        Edge("expert", "HOLDS", "holding", share="60"),
        Edge("expert", "HOLDS", "branch", share="60"),
        Edge("expert", "HOLDS", "agency", share="60"),
    ]
    decision = decide(tmp_path, edges, EXPERT)
    assert "relation:expert" in {point.what for point in decision.not_assessed}


@pytest.mark.parametrize(
    ("edges", "regime"),
    [
        ([Edge("expert", "DIRECTOR_OF", "firm", by_name=True)], "procurement_tender"),
        ([Edge("expert", "HOLDS", "firm", share="60", by_name=True)], "procurement_tender"),
        (
            [replace(LEGAL_REP, by_name=True), Edge("rep", "KIN_OF", "expert", role="spouse")],
            "procurement_tender",
        ),
        ([Edge("expert", "EMPLOYED_BY", "firm", by_name=True)], "mandatory_tender"),
        ([Edge("expert", "EMPLOYED_BY", "buyer", by_name=True)], "procurement_tender"),
    ],
)
def test_what_a_record_states_by_name_only_is_for_a_human(
    tmp_path: Path, edges: list[Edge], regime: str
) -> None:
    tender = {**EXPERT, "regime": regime, "buyer": given("buyer")}
    decision = decide(tmp_path, edges, tender)
    expert = next(s for s in decision.subjects if s.client_id == "expert-1")
    assert {f.effect for f in expert.reasons} == {Effect.REVIEW}
    assert expert.verdict is Verdict.REVIEW


def test_a_bidder_known_by_name_only_bars_nobody(tmp_path: Path) -> None:
    edges = [Edge("expert", "DIRECTOR_OF", "firm")]
    decision = decide(tmp_path, edges, EXPERT, bidder={"name": NAMES["firm"]})
    (finding,) = of(decision, "expert-1", "D01")
    assert finding.effect is Effect.REVIEW
