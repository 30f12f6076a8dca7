"""Ties between bids: who is compared, what is equal, what is shown, what is reported as missing."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from rules_factory import bidder, case, entity, findings, run, subject

from matching.decision import Effect, Finding
from matching.rules.base import BidderView, Case, PairView, SubjectView
from matching.ties import bids
from matching.ties.base import Ties

MAC, CPU, DISK = "00-E0-4C-68-3A-91", "BFEBFBFF000906EA", "WD-WCC4E5VK7ZN3"
ID_A, ID_B = "329901197502281237", "329901197502281253"


def _bid(index: int, **fields: Any) -> BidderView:
    return bidder(
        entity(label=f"临江第{index}建设有限公司", identity=[f"name:临江第{index}建设有限公司"]),
        index=index,
        **fields,
    )


def _case(*views: BidderView, subjects: Iterable[SubjectView] = (), **tender: Any) -> Case:
    return msgspec.structs.replace(case(*views, **tender), subjects=tuple(subjects))


def _kinds(ties: Ties) -> dict[tuple[int, int], list[str]]:
    return {key: sorted(tie.kind for tie in found) for key, found in ties.pairs.items()}


def _found(code: str, the_case: Case) -> list[Finding]:
    attached = bids.read(the_case).attach(the_case)
    return [f for pair in attached.pairs for f in findings(code, attached, pair)]


def _person(name: str, number: str = "") -> dict[str, Any]:
    return {"name": name, "identifiers": [{"id": number}] if number else []}


def test_rivals_meet_in_a_lot_or_in_the_whole() -> None:
    device = [{"mac": MAC}]
    one, two = _bid(0, lots=["1", "2"], devices=device), _bid(1, lots=["２"], devices=device)
    three, four = _bid(2, lots=["3"], devices=device), _bid(3, devices=device)
    assert set(bids.read(_case(one, two, three, four)).pairs) == {(0, 1), (0, 3), (1, 3), (2, 3)}


def test_rows_of_one_consortium_and_of_one_unit_are_no_rivals() -> None:
    device = [{"mac": MAC, "cpu": CPU}]
    joint = {"id": "LHT—1"}
    assert not bids.read(
        _case(_bid(0, consortium=joint, devices=device), _bid(1, consortium=joint, devices=device))
    ).pairs
    same = [bidder(entity(identity=["uscc:9132"]), index=n, devices=device) for n in (0, 1)]
    assert not bids.read(_case(*same)).pairs
    namesakes = [
        bidder(entity(identity=[f"uscc:9132990{n}", "name:x"]), index=n, devices=device) for n in (0, 1)
    ]
    assert bids.read(_case(*namesakes)).pairs


def test_values_are_compared_normalised_and_shown_as_written() -> None:
    the_case = _case(
        _bid(0, devices=[{"mac": MAC, "cpu": CPU}]),
        _bid(1, devices=[{"mac": "00:e0:4c:68:3a:91", "cpu": CPU.lower()}]),
    )
    (found,) = _found("R01", the_case)
    assert found.effect is Effect.REVIEW
    assert [(fact.field, fact.a, fact.b) for fact in found.facts] == [
        ("devices.mac", MAC, "00:e0:4c:68:3a:91"), ("devices.cpu", CPU, CPU.lower()),
    ]  # fmt: skip
    assert MAC in found.detail.zh
    assert "human_review" in found.remedy


@pytest.mark.parametrize(("equal", "effect"), [(1, Effect.FLAG), (2, Effect.REVIEW), (5, Effect.REVIEW)])
def test_how_many_of_five_codes_are_equal(equal: int, effect: Effect) -> None:
    codes = {"cpu": CPU, "mac": MAC, "disk": DISK, "memory": "M471A5244CB0", "dongle": "GLD-778812"}
    other = {name: value if n < equal else value + "7" for n, (name, value) in enumerate(codes.items())}
    other["mac"] = MAC if equal > 1 else "A4-BB-6D-11-20-01"
    the_case = _case(_bid(0, devices=[codes]), _bid(1, devices=[other]))
    assert [f.effect for f in _found("R01", the_case)] == [effect]
    assert bool(_found("C01", the_case)) is (equal > 1)


def test_the_law_is_that_of_the_regime() -> None:
    views = [_bid(n, bond_account="6222039901004471208") for n in (0, 1)]
    cited = {
        regime: {
            b.instrument[:12] for f in _found("C06", _case(*views, regime=regime)) for b in f.legal_basis
        }
        for regime in ("mandatory_tender", "procurement_tender", "procurement_other")
    }
    assert {name[:9] for name in cited["mandatory_tender"]} == {"中华人民共和国招标"}
    assert any("政府采购货物和服务" in name for name in cited["procurement_tender"])
    assert not any("政府采购货物" in name for name in cited["procurement_other"])


def test_severity_is_high_from_the_amount_for_the_police() -> None:
    def severity(price: str) -> str:
        views = [_bid(n, bond_account="6222039901004471208", price=price) for n in (0, 1)]
        return _found("C06", _case(*views))[0].severity

    assert severity("4000000") == "high"
    assert severity("3999999.99") == ""


def test_a_line_alone_is_a_remark_and_with_a_code_more() -> None:
    line = {"ip": "203.0.113.7"}
    alone = _case(*(_bid(n, devices=[line]) for n in (0, 1)))
    assert [f.effect for f in _found("R03", alone)] == [Effect.FLAG]
    assert _found("C02", alone) == []
    both = _case(*(_bid(n, devices=[line | {"cpu": CPU}]) for n in (0, 1)))
    assert [f.effect for f in _found("R03", both)] == [Effect.REVIEW]
    assert [f.code for f in _found("C02", both)] == ["C02"]


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        ("13899012047", "138 9901 2047", ["phone"]),
        ("13899012040", "13899012049", ["phone.adjacent"]),
        ("13899012040", "13899012050", []),
        ("13899019999", "13899020001", []),
        ("0599-8600111", "0599-8600118", ["phone.adjacent"]),
        ("138****2047", "138****2047", []),
    ],
)
def test_telephones(one: str, other: str, kinds: list[str]) -> None:
    found = bids.read(_case(_bid(0, contacts=[{"phone": one}]), _bid(1, contacts=[{"phone": other}])))
    assert _kinds(found).get((0, 1), []) == kinds


def test_mobiles_are_masked_in_every_answer() -> None:
    (found,) = _found("R04", _case(*(_bid(n, contacts=[{"phone": "+8613899012047"}]) for n in (0, 1))))
    assert "13899012047" not in str(found)
    assert found.facts[0].a == "+86138****2047"


def test_a_mobile_within_an_e_mail_address_is_masked_too() -> None:
    (found,) = _found("R05", _case(*(_bid(n, contacts=[{"email": "13899012047@139.com"}]) for n in (0, 1))))
    assert found.facts[0].a == "138****2047@139.com"
    assert "13899012047" not in str(found)


def test_what_belongs_to_the_agency_links_nobody() -> None:
    office = {
        "name": "虚构韩七",
        "phone": "0599-8600111",
        "email": "tb@agency-lj.example",
        "address": "临江市虚构路1号2楼",
    }
    agency = msgspec.structs.replace(subject("agency", label="临江虚构招标代理有限公司"))
    assert agency.entity is not None
    ref = agency.entity.ref.model_copy(
        update={"contacts": bidder(entity(), contacts=[office]).bidder.contacts}
    )
    agency = msgspec.structs.replace(agency, entity=msgspec.structs.replace(agency.entity, ref=ref))
    views = [
        _bid(
            n,
            contacts=[office | {"name": f"虚构{n}", "email": f"x{n}@agency-lj.example"}],
            devices=[{"author": "虚构韩七"}],
        )
        for n in (0, 1)
    ]
    assert set(_kinds(bids.read(_case(*views)))[0, 1]) == {"address", "domain", "file.author", "phone"}
    assert bids.read(_case(*views, subjects=[agency])).pairs == {}


def test_people_are_the_same_by_number_whatever_the_writing_of_the_name() -> None:
    the_case = _case(
        _bid(0, project_manager=_person("虚构王五", ID_A)), _bid(1, key_staff=[_person("虛構王五", ID_A)])
    )
    assert [f.code for code in ("C03", "R08", "C02") for f in _found(code, the_case)] == ["C03", "R08"]
    (found,) = _found("R08", the_case)
    assert found.facts[0].a == "虚构王五 3299**********1237"
    assert ID_A not in str(found)


def test_a_fifteen_digit_number_is_the_same_person() -> None:
    short = ID_A[:6] + ID_A[8:17]
    the_case = _case(_bid(0, agent=_person("虚构李四", ID_A)), _bid(1, agent=_person("虚构李四", short)))
    assert [f.code for f in _found("C02", the_case)] == ["C02"]


def test_two_heads_are_a_matter_of_another_rule() -> None:
    views = [_bid(n, legal_rep=_person("虚构赵六", ID_A)) for n in (0, 1)]
    assert bids.read(_case(*views)).pairs == {}
    crossed = _case(_bid(0, legal_rep=_person("虚构赵六", ID_A)), _bid(1, agent=_person("虚构赵六", ID_A)))
    assert [f.effect for f in _found("R08", crossed)] == [Effect.FLAG]
    assert _found("C02", crossed) == []


@pytest.mark.parametrize(
    ("one", "other", "kinds", "missing"),
    [
        ("", "", [], True),
        (ID_A, "", [], True),
        (ID_A, ID_B, [], False),
        (ID_A, "3299011975****1237", ["person.masked"], False),
        (ID_A, "3299011976****1237", [], False),
        (ID_A, "3299**************", [], True),
    ],
)
def test_names_need_numbers(one: str, other: str, kinds: list[str], missing: bool) -> None:
    ties = bids.read(
        _case(_bid(0, key_staff=[_person("虚构周九", one)]), _bid(1, key_staff=[_person("虚构周九", other)]))
    )
    assert _kinds(ties).get((0, 1), []) == kinds
    assert ("input:bidders.key_staff.identifiers" in {gap.what for _, gap in ties.gaps}) is missing


def test_an_employer_who_is_a_rival() -> None:
    staff = _person("虚构郑一") | {"employer": "临江第1建设有限公司"}
    (found,) = _found("R08", _case(_bid(0, key_staff=[staff]), _bid(1)))
    assert found.effect is Effect.REVIEW
    assert found.facts[0].b == "临江第1建设有限公司"
    assert _found("R08", _case(_bid(0), _bid(1, key_staff=[staff]))) == []
    assert _found("R08", _case(_bid(0, key_staff=[staff], lots=["1"]), _bid(1, lots=["2"]))) == []


def test_a_contact_person_counts_in_procurement_only() -> None:
    views = [_bid(n, contacts=[{"name": "虚构赵六", "phone": "13899012047"}]) for n in (0, 1)]
    assert [f.missing for f in _found("C03", _case(*views, regime="procurement_tender"))] == [()]
    assert _found("C03", _case(*views, regime="mandatory_tender")) == []
    assert [f.missing for f in _found("C03", _case(*views))] == [("tender.regime",)]


def test_letters_in_sequence_and_an_issuers_counter() -> None:
    def kinds(*letters: str) -> list[str]:
        ties = bids.read(_case(*(_bid(n, bond_letter=text) for n, text in enumerate(letters))))
        return sorted(kind for found in _kinds(ties).values() for kind in found)

    assert kinds("LJBH2026001", "LJBH2026003", "LJBH2026002") == ["bond.serial", "bond.serial"]
    assert kinds("LJBH2026001", "LJBH2026003") == []
    assert kinds("LJBH2026001", "XXBH2026002") == []
    assert kinds("LJBH 2026-001", "ljbh2026001") == ["bond.letter"]
    run = _case(*(_bid(n, bond_letter=f"LJBH{n:06d}") for n in range(24)))
    assert {f.effect for f in _found("R07", run)} == {Effect.FLAG}


def test_addresses_name_a_house() -> None:
    def tied(one: str, other: str) -> bool:
        return bool(bids.read(_case(_bid(0, address=one), _bid(1, contacts=[{"address": other}]))).pairs)

    assert tied("临江市虚构路88号3幢501室", "临江市虚构路８８号3座 501（自主申报）")
    assert not tied("临江市高新区", "临江市高新区")
    assert not tied("临江市虚构路1号（集群注册）", "临江市虚构路1号（集群注册）")
    assert not tied("临江市虚构路88号", "临江市虚构路89号")


def test_a_file_of_the_tender_or_of_nearly_all() -> None:
    digest = "3b5d3c7d207e37dceeedd301e35e2e58f1a2b3c4d5e6f708192a3b4c5d6e7f80"
    held = [_bid(n, documents=[{"sha256": digest}]) for n in range(5)]
    assert {f.effect for f in _found("R02", _case(*held))} == {Effect.FLAG}
    assert _found("C04", _case(*held)) == []
    assert {f.effect for f in _found("R02", _case(*held[:3]))} == {Effect.REVIEW}
    assert bids.read(_case(*held, documents=[{"sha256": digest.upper()}])).pairs == {}


def test_of_many_that_share_a_value_each_is_in_a_pair_and_the_number_is_said() -> None:
    views = [_bid(n, contacts=[{"phone": "0599-8600111"}]) for n in range(30)]
    ties = bids.read(_case(*views))
    assert {place for pair in ties.pairs for place in pair} == set(range(30))
    assert len(ties.pairs) == 29
    found = _found("R04", _case(*views))
    assert {f.effect for f in found} == {Effect.FLAG}
    assert "30" in found[0].detail.zh


def test_many_of_different_lots_meet_within_their_lot() -> None:
    views = [_bid(n, lots=[str(n % 2)], devices=[{"mac": MAC}]) for n in range(50)]
    ties = bids.read(_case(*views))
    assert {place for pair in ties.pairs for place in pair} == set(range(50))
    assert all((i - j) % 2 == 0 for i, j in ties.pairs)


def test_what_bids_do_not_state_is_said_once() -> None:
    ties = bids.read(
        _case(_bid(0), _bid(1, price="5"), _bid(2, price="6", contacts=[{"phone": "13899012047"}]))
    )
    said = {gap.what: gap for place, gap in ties.gaps if place is None}
    assert set(said) == {
        f"input:bidders.{name}"
        for name in (
            "devices", "contacts.phone", "contacts.email", "bond_account", "key_staff", "documents.text", "price",
        )
    }  # fmt: skip
    assert not any(gap.decides for gap in said.values())
    assert "3家投标人中有1家" in said["input:bidders.price"].detail.zh
    assert bids.read(_case(_bid(0))).gaps == []
    assert bids.read(_case(_bid(0, lots=["1"]), _bid(1, lots=["2"]))).gaps == []


def test_a_rules_silence_is_an_answer() -> None:
    one, two = _bid(0), _bid(1)
    for code in (
        "C01",
        "C02",
        "C03",
        "C04",
        "C05",
        "C06",
        "R01",
        "R02",
        "R03",
        "R04",
        "R05",
        "R06",
        "R07",
        "R08",
        "R17",
    ):
        (nothing,) = run(code, case(one, two), PairView(a=one, b=two, ties=()))
        assert not isinstance(nothing, Finding)


def test_a_thousand_bidders_that_share_everything() -> None:
    fields: dict[str, Any] = {
        "devices": [{"mac": MAC, "cpu": CPU, "disk": DISK, "ip": "203.0.113.7", "file_id": "9F3A77C120E4"}],
        "contacts": [{"name": "虚构甲", "phone": "13899012047", "email": "a@lj-one.example"}],
        "bond_account": "6222039901004471208", "agent": _person("虚构李四", ID_A), "price": "100",
        "address": "临江市虚构路88号501室",
    }  # fmt: skip
    the_case = _case(*(_bid(n, **fields) for n in range(1000)))
    began = time.process_time()
    ties = bids.read(the_case)
    assert len(ties.pairs) == 999
    assert time.process_time() - began < 3
