"""The catalogue of measures against the rules: what no row allows no rule may do, and both decide alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from importlib import resources
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from graph.dates import CST, start_of_day
from graph.lists import APART, LISTS
from graph.model import Interval, Listing, Mention, PartyType, Penalty, Status
from matching.decision import Effect, Evidence, Finding, Tier
from matching.measures.catalogue import (
    OTHER_LISTS,
    CatalogueError,
    Place,
    Role,
    load_catalogue,
    place_of,
    read_catalogue,
)
from matching.policy import load_policy
from matching.request import Bidder, DecisionRequest, Funding, Person, ProjectObject, Regime, Tender
from matching.rules import RULES
from matching.rules.base import Case, Hit, PersonView, Rule, SubjectView
from matching.rules.listed import rulings

CATALOGUE = load_catalogue()
TEXT = resources.files("matching.measures").joinpath("catalogue.toml").read_text("utf-8")
TODAY = date(2026, 11, 22)
DAYS = (date(2018, 6, 1), date(2021, 6, 1), date(2023, 6, 1), TODAY)
A_RULES = tuple(rule for rule in RULES if rule.code.startswith("A"))
CARRIED = {case: row for row in CATALOGUE.at(TODAY) for case in row.rules}
PASSED = {case: one for one in CATALOGUE.inherited(TODAY) for case in one.rules}


def test_every_case_of_every_list_rule_is_carried_by_the_catalogue_with_the_same_decision() -> None:
    for rule in A_RULES:
        for name, effect in rule.cases.items():
            case = f"{rule.code}.{name}"
            found = CARRIED.get(case) or PASSED.get(case)
            assert found is not None, case
            decision = found.decision if case in CARRIED else PASSED[case].at_most  # type: ignore[union-attr]
            assert decision is effect, case


def test_a_row_stands_from_the_day_of_its_rule_for_lists_that_the_rule_reads() -> None:
    by_code = {rule.code: rule for rule in A_RULES}
    for row in CATALOGUE.at(TODAY):
        for case in row.rules:
            rule = by_code[case.partition(".")[0]]
            assert row.valid_from == rule.effective_from, case
            assert row.target_list in rule.lists or rule.code == "A07", case


def test_a_row_cites_the_law_of_its_rule_word_for_word() -> None:
    by_code = {rule.code: rule for rule in A_RULES}
    for day in DAYS:
        for row in CATALOGUE.at(day):
            cited = {basis for case in row.rules for basis in by_code[case.partition(".")[0]].basis}
            # the words of 285号 on experts stand with A11, those of 125号 too: nothing is cited that no rule cites
            assert set(row.legal_basis) <= cited, row.measure_code
            assert all(b.effective_from <= day for b in row.legal_basis)


def test_whoever_is_barred_is_barred_by_law_on_every_day() -> None:
    for day in DAYS:
        for row in CATALOGUE.at(day):
            if row.decision is Effect.BLOCK:
                assert row.legal_basis, (row.measure_code, row.target_list, day)


def test_lists_kept_apart_allow_nothing() -> None:
    for code in APART:
        assert CATALOGUE.at(TODAY, target=code) == ()
    assert CATALOGUE.target("LOCAL_X") == OTHER_LISTS


# Every scenario, and what the rules really say in it


OBJECTS = (None, ProjectObject.WORKS, ProjectObject.GOODS)
FUNDINGS = (None, Funding.GOVERNMENT, Funding.PRIVATE)


def tenders() -> Iterator[Tender]:
    """Every combination of what rules on lists read."""
    for regime, what, funding in product(Regime, OBJECTS, FUNDINGS):
        for invoked in (None, (), (*(info.code for info in LISTS), "LOCAL_X")):
            yield Tender(regime=regime, object=what, funding=funding, invoked_lists=invoked)


def hits(code: str) -> Iterator[Hit]:
    """Records of a list as rules tell them apart: bans with and without an end, fines, undated ones."""
    start = start_of_day(date(2026, 3, 1))
    ended = Interval(start=start, end=start_of_day(date(2028, 3, 1)))
    for effect, penalty in (
        (Interval(start=start), None),
        (ended, None),
        (ended, Penalty(kinds=("fine",), fine_cny=Decimal(3_000_000), decided_on=date(2026, 3, 1))),
        (ended, Penalty(kinds=("fine",), decided_on=date(2026, 3, 1))),
        (ended, Penalty(kinds=("suspension",), decided_on=date(2026, 3, 1))),
        (ended, Penalty(kinds=("bid_ban",), decided_on=date(2026, 3, 1), ban_unreadable=True)),
        (Interval(), Penalty(kinds=("criminal",))),
    ):
        for measure in ("", "取消投标资格二年", "禁止代理招标二年", "取消担任评标委员会成员的资格"):
            listing = Listing(
                list_code=code,
                key="1",
                subject=Mention(type=PartyType.ORGANIZATION, name="临江他方有限公司"),
                effect=effect,
                penalty=penalty,
                measure=measure,
            )
            yield Hit(
                listing=listing,
                record_hash="",
                status=Status.ACTIVE,
                tier=Tier.E1,
                cap=Effect.BLOCK,
                evidence=Evidence(
                    list=code,
                    record="1",
                    record_hash="",
                    subject="某某",
                    status="ACTIVE",
                    tier=Tier.E1,
                    role="",
                    submitted="",
                    matched="",
                    field="",
                ),
            )


def case_of(tender: Tender) -> Case:
    request = DecisionRequest(tender=tender, bidders=(Bidder(name="临江他方有限公司"),))
    as_of = datetime(2026, 11, 22, 10, tzinfo=CST)
    nothing: Any = None
    return Case(
        request=request,
        as_of=as_of,
        activity=as_of.date(),
        known=1,
        policy=load_policy(),
        lists={},
        generation=nothing,
        bidders=(),
    )


CODES = (*(info.code for info in LISTS if info.code not in APART), "LOCAL_X")


@pytest.mark.parametrize("code", CODES)
def test_no_rule_decides_where_the_catalogue_has_no_measure(code: str) -> None:
    seen: set[str] = set()
    records = tuple(hits(code))
    for tender in tenders():
        case = case_of(tender)
        allowed = {
            name: row.decision
            for row in CATALOGUE.at(TODAY, target=code, place=place_of(tender, code, "bidder"))
            for name in row.rules
        }
        for hit in records:
            for ruling in rulings(case, hit):
                name = f"{ruling.code}.{ruling.case}"
                seen.add(name)
                assert name in allowed, (name, tender)
                assert allowed[name] is case.policy.effect(ruling.code, ruling.case), (name, tender)
    # a list without a word in the rules about bidders is one that other rules note
    assert seen or code in ("XZXF", "RED")


@pytest.mark.parametrize("code", CODES)
def test_the_catalogue_bars_nobody_where_the_rules_do_not(code: str) -> None:
    records = tuple(hits(code))
    for tender in tenders():
        if tender.object is None or tender.funding is None:
            continue  # where an input is missing a rule asks for a review, and nothing may be carried out
        case = case_of(tender)
        said = {f"{r.code}.{r.case}" for hit in records for r in rulings(case, hit)}
        barring: dict[str, set[str]] = {}
        for row in CATALOGUE.at(TODAY, target=code, place=place_of(tender, code, "bidder")):
            if row.decision is Effect.BLOCK:
                barring.setdefault(row.measure_code, set()).update(row.rules)
        for measure, rules in barring.items():
            assert said & rules, (measure, rules, tender)


# Agencies, experts and buyers


def subject_rules() -> tuple[Rule, ...]:
    return tuple(rule for rule in A_RULES if rule.scope == "subject")


def seen_as(role: str, hit: Hit) -> SubjectView:
    """A subject in a role, with one record."""
    return SubjectView(
        role=role,
        client_id=role,
        label="某某",
        person=PersonView(role=role, person=Person(name="某某"), hits=(hit,)),
    )


@pytest.mark.parametrize("role", ["agency", "expert", "committee", "buyer"])
def test_nothing_is_found_on_a_subject_that_the_catalogue_does_not_allow(role: Role) -> None:
    said: set[tuple[str, Effect]] = set()
    for code in CODES:
        records = tuple(hits(code))
        for regime in Regime:
            case = case_of(Tender(regime=regime))
            place = place_of(case.tender, code, role)
            allowed = {
                (name.partition(".")[0], row.decision)
                for row in CATALOGUE.at(TODAY, target=code, place=place)
                for name in row.rules
            }
            for rule, hit in product(subject_rules(), records):
                for found in rule.evaluate(case, seen_as(role, hit)):
                    if isinstance(found, Finding):
                        assert (found.code, found.effect) in allowed, (found.code, found.effect, code, regime)
                        said.add((found.code, found.effect))
    assert {effect for _, effect in said} >= (
        {Effect.FLAG} if role == "buyer" else {Effect.BLOCK, Effect.REVIEW}
    )


# Loading


def broken(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (broken('legal_basis = ["NO_125_USE"]', "legal_basis = []"), "measures.catalogue_no_basis"),
        (broken('decision = "BLOCK"', 'decision = "REVIEW"'), "measures.catalogue_effect"),
        (broken('decision = "BLOCK"', 'decision = "BLOCK"\nstrength = 3'), "measures.catalogue_invalid"),
        (broken('role = ["bidder"]', 'role = ["bidder"], weather = ["rain"]'), "measures.catalogue_invalid"),
        (broken('role = ["bidder"]', 'role = ["neighbour"]'), "measures.catalogue_invalid"),
        (broken('target_list = "SXBZXR"', 'target_list = "OFAC_SDN"'), "measures.catalogue_list"),
        (broken('target_list = "SXBZXR"', 'target_list = "NONE"'), "measures.catalogue_list"),
        (broken('["NO_125_USE"]', '["NO_126"]'), "measures.catalogue_law"),
        (broken('rules = ["A01.sxbzxr"]', 'rules = ["A01.other"]'), "measures.catalogue_rule"),
        (broken('rules = ["A01.sxbzxr"]', 'rules = ["A01.sxbzxr"]\neditions = ["1999"]'), "measures.catalogue_edition"),
        (broken("from = 2016-08-01", "from = 2016-08-01\nvalid_to = 2015-01-01"), "measures.catalogue_dates"),
        (broken('en = "Refuse participation in government procurement"', 'de = "x"'), "measures.catalogue_invalid"),
        ("version = ", "measures.catalogue_invalid"),
    ],
)  # fmt: skip
def test_a_wrong_catalogue_is_refused(text: str, code: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(text)
    assert caught.value.code == code
    assert str(caught.value)


def test_a_measure_dropped_by_an_edition_is_out_of_force_from_its_day() -> None:
    text = broken('rules = ["A01.sxbzxr"]', 'rules = ["A01.sxbzxr"]\neditions = ["2021", "2022"]')
    found = read_catalogue(text)
    place = Place(role="bidder", regime=Regime.PROCUREMENT_TENDER)
    in_force = [
        found.at(day, target="SXBZXR", place=place) for day in (date(2020, 1, 1), date(2023, 6, 1), TODAY)
    ]
    assert [len(rows) for rows in in_force] == [1, 1, 0]
    assert found.hash != CATALOGUE.hash


def test_a_measure_is_out_of_force_before_its_first_and_after_its_last_day() -> None:
    text = broken("valid_from = 2016-08-01", "valid_from = 2016-08-01\nvalid_to = 2026-11-21")
    found = read_catalogue(text)
    place = Place(role="bidder", regime=Regime.PROCUREMENT_TENDER)
    days = (date(2016, 7, 31), date(2016, 8, 1), date(2026, 11, 21), TODAY)
    assert [len(found.at(day, target="SXBZXR", place=place)) for day in days] == [0, 1, 1, 0]


def test_another_file_is_read_as_strictly(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text(TEXT, encoding="utf-8")
    assert load_catalogue(path).hash == CATALOGUE.hash
    edition = CATALOGUE.edition(TODAY)
    assert edition is not None
    assert not edition.basis_verified
    assert CATALOGUE.edition(date(2020, 1, 1)) is None
