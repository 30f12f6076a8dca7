"""What a finding about two bidders carries, what it never says, and what a policy may not make of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from owners import NOW, SOURCE, decide, edge, held, org, person

from graph.dates import CST, end_of_day, start_of_day
from graph.model import Interval
from graph.relations import Relation, RelationType
from matching.decision import Decision, Effect, Finding, to_json
from matching.policy import PolicyError, load_policy
from matching.rules import RULES, law

UNBARRED = ("A13", "A16", "B06", "B07", "R09", "R10", "R20")
"""SPEC 4.2: nobody is barred for what somebody else did, unless an administrator signs for the law."""


def the(decision: Decision, code: str) -> Finding:
    return next(f for pair in decision.pairs for f in pair.reasons if f.code == code)


def dated(relation: Relation, first: date, last: date | None = None) -> Relation:
    end = None if last is None else end_of_day(last)
    return msgspec.structs.replace(relation, valid=Interval(start=start_of_day(first), end=end))


def test_a_finding_shows_the_path_with_dates_sources_and_shares(tmp_path: Path) -> None:
    chain = held([(0, 7, "60"), (7, 1, "50.01")])
    decision, _ = decide(tmp_path, [dated(r, date(2020, 1, 2), date(2027, 1, 1)) for r in chain], (0, 1))
    found = the(decision, "B03")
    assert found.effect is Effect.BLOCK
    assert found.path is not None
    assert [(e.type, e.share, e.by) for e in found.path.edges] == [
        ("HOLDS", "60", "code"),
        ("HOLDS", "50.01", "code"),
    ]
    assert {e.source.dataset for e in found.path.edges} == {"register"}
    assert {e.valid_from for e in found.path.edges} == {datetime(2020, 1, 2, tzinfo=CST)}
    assert [n.name for n in found.path.nodes] == [org(0).name, org(7).name, org(1).name]
    assert {f.b for f in found.facts} == {"60", "50.01"}
    assert all(basis.article for basis in found.legal_basis)
    assert decision.valid_until is not None


def test_a_finding_cites_the_law_of_the_regime(tmp_path: Path) -> None:
    decision, _ = decide(tmp_path, held([(0, 1, "60")]), (0, 1))
    cited = {basis.instrument for basis in the(decision, "B02").legal_basis}
    assert law.TENDER_RULES in cited
    assert law.COMPANY_LAW in cited
    assert law.PROCUREMENT_RULES not in cited


def test_a_decision_ends_when_a_holding_does(tmp_path: Path) -> None:
    (holding,) = held([(0, 1, "60")])
    decision, _ = decide(tmp_path, [dated(holding, date(2020, 1, 2), NOW.date())], (0, 1))
    assert the(decision, "B02").effect is Effect.BLOCK
    assert decision.valid_until == end_of_day(NOW.date())


def test_no_number_of_a_person_is_said(tmp_path: Path) -> None:
    relations = [edge(RelationType.LEGAL_REP_OF, person(1), org(n)) for n in (0, 1)]
    decision, _ = decide(tmp_path, relations, (0, 1))
    found = the(decision, "B01")
    number = person(1).ids[0].value
    assert number.encode() not in to_json(decision)
    assert "*" in found.facts[0].a
    assert found.facts[0].a == found.facts[0].b
    assert "human_review" in found.remedy


def test_what_two_data_sets_say_of_one_holding_is_not_added_up(tmp_path: Path) -> None:
    (one,) = held([(0, 1, "30")])
    other = msgspec.structs.replace(
        one, key="other", source=msgspec.structs.replace(SOURCE, dataset="filings")
    )
    decision, _ = decide(tmp_path, [one, other], (0, 1))
    assert {f.code for pair in decision.pairs for f in pair.reasons} == {"R09"}


def test_data_sets_that_contradict_each_other_ask_a_human(tmp_path: Path) -> None:
    (one,) = held([(0, 1, "60")])
    less = msgspec.structs.replace(
        one, key="other", share=Decimal(40), source=msgspec.structs.replace(SOURCE, dataset="filings")
    )
    decision, _ = decide(tmp_path, [one, less], (0, 1))
    assert the(decision, "B04").effect is Effect.REVIEW
    assert "B02" not in {f.code for pair in decision.pairs for f in pair.reasons}


def test_a_share_with_many_digits_is_exact(tmp_path: Path) -> None:
    third = Decimal(100) / 3
    decision, _ = decide(
        tmp_path, held([(0, 7, str(third)), (7, 1, "49.9"), (0, 1, "50.0000000001")]), (0, 1)
    )
    assert the(decision, "B02").effect is Effect.BLOCK


@pytest.mark.parametrize("code", UNBARRED)
def test_a_policy_cannot_bar_for_it_unsigned(tmp_path: Path, code: str) -> None:
    rule = next(rule for rule in RULES if rule.code == code)
    assert not rule.may_block
    case = next(name for name, effect in rule.cases.items() if effect is not Effect.BLOCK)
    given = tmp_path / "policy.toml"
    given.write_text(f'[{code}.effects]\n{case} = "BLOCK"\n', "utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policy(given)
    assert refused.value.code == "policy.block_forbidden"
    signed = (
        '[override.{0}]\nlegal_basis = "虚构条例第一条"\nadministrator = "虚构管理员"\ndate = "2026-01-05"\n'
    )
    given.write_text(given.read_text("utf-8") + signed.format(code), "utf-8")
    assert load_policy(given).effect(code, case) is Effect.BLOCK
