"""B13, B14: joint bids, listed once or in rows, changed since prequalification."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from rules_factory import bidder, case, entity, findings, run

from matching.decision import Effect, NotAssessable
from matching.rules.base import BidderView, EntityView

BLOCK, REVIEW = Effect.BLOCK, Effect.REVIEW
CODE_A, CODE_B, CODE_C = "uscc:91320899MA1FAKEA11", "uscc:91320899MA1FAKEB22", "uscc:91320899MA1FAKEC33"


def _joint(*members: EntityView, index: int = 1, lots: Sequence[str] = ()) -> BidderView:
    return bidder(
        *members, index=index, name="", lots=list(lots), consortium={"members": [m.label for m in members]}
    )


def test_b13_blocks_a_unit_that_bids_alone_and_jointly() -> None:
    alone = bidder(entity(identity=[CODE_A, "name:甲公司"], label="甲公司"))
    joint = _joint(entity(identity=[CODE_A], label="甲公司"), entity(identity=[CODE_B], label="乙公司"))
    (found,) = findings("B13", case(alone, joint), alone, joint)
    assert found.effect is BLOCK
    assert "甲公司" in found.detail.zh
    number = CODE_A.partition(":")[2]
    assert [(fact.field, fact.a, fact.b) for fact in found.facts][:2] == [
        ("identity", "甲公司", "甲公司"),
        ("identity.uscc", number, number),
    ]
    again = _joint(
        entity(identity=[CODE_C], label="丙公司"), entity(identity=[CODE_B], label="乙公司"), index=2
    )
    assert [f.effect for f in findings("B13", case(joint, again), joint, again)] == [BLOCK]


def test_b13_shows_no_number_of_a_person() -> None:
    person = entity(identity=["citizen_id:320899198002030016", "name:虚构甲"], label="虚构甲")
    alone, joint = bidder(person), _joint(person, entity(identity=[CODE_B]))
    (found,) = findings("B13", case(alone, joint), alone, joint)
    assert [(fact.field, fact.a) for fact in found.facts] == [("identity", "虚构甲")]


def test_b13_by_name_is_a_review_and_different_codes_are_different_units() -> None:
    alone = bidder(entity(identity=["name:甲公司"], label="甲公司"))
    joint = _joint(entity(identity=[CODE_A, "name:甲公司"], label="甲公司"), entity(identity=[CODE_B]))
    assert [f.effect for f in findings("B13", case(alone, joint), alone, joint)] == [REVIEW]
    namesake = bidder(entity(identity=[CODE_C, "name:甲公司"], label="甲公司"))
    assert findings("B13", case(namesake, joint), namesake, joint) == []


def test_b13_nested_organisation_code_is_the_same_unit() -> None:
    alone = bidder(entity(identity=["org_code:MA1FAKEA1", "name:甲公司"], label="甲公司"))
    joint = _joint(entity(identity=[CODE_A], label="甲公司"), entity(identity=[CODE_B]))
    assert [f.effect for f in findings("B13", case(alone, joint), alone, joint)] == [BLOCK]


def _row(index: int, *members: EntityView, **consortium: Any) -> BidderView:
    return bidder(*members, index=index, name=members[0].label, consortium=consortium)


def test_b13_rows_of_one_consortium_are_one_bid() -> None:
    first, second = (entity(identity=[code], label=label) for code, label in ((CODE_A, "甲"), (CODE_B, "乙")))
    third = entity(identity=[CODE_C], label="丙")

    def found(a: BidderView, b: BidderView) -> list[Effect]:
        return [f.effect for f in findings("B13", case(a, b), a, b)]

    joint = _row(0, first, second, id="L1", members=["甲", "乙"])
    assert found(joint, _row(1, second, id="L1")) == []
    assert found(joint, _row(1, second, first, id="L1", members=["甲", "乙"])) == []
    assert found(joint, _row(1, second, first, id="L2", members=["甲", "乙"])) == []
    assert found(joint, _row(1, second, third, id="L1", members=["乙", "丙"])) == [REVIEW]
    assert found(joint, _row(1, second, role="member")) == [REVIEW]
    assert found(joint, _row(1, second, third, id="L2", members=["乙", "丙"])) == [BLOCK]
    assert found(joint, bidder(second, index=1)) == [BLOCK]
    dear, cheap = (
        bidder(first, second, index=i, price=price, consortium={"id": "L1", "members": ["甲", "乙"]})
        for i, price in enumerate(("100", "90"))
    )
    assert found(dear, cheap) == [REVIEW]


def test_b13_not_for_two_sole_bids_nor_in_different_lots() -> None:
    one, two = bidder(entity(identity=[CODE_A])), bidder(entity(identity=[CODE_A]), index=1)
    assert findings("B13", case(one, two), one, two) == []
    first = bidder(entity(identity=[CODE_A]), lots=["1"])
    second = _joint(entity(identity=[CODE_A]), entity(identity=[CODE_B]), lots=["2"])
    assert findings("B13", case(first, second), first, second) == []
    whole = bidder(entity(identity=[CODE_A]))
    assert [f.effect for f in findings("B13", case(whole, second), whole, second)] == [BLOCK]


def _prequalified(*members: dict[str, Any], now: list[EntityView]) -> list[Effect]:
    view = bidder(
        *now, name="甲乙联合体",
        consortium={"members": [e.label for e in now], "prequalified_members": list(members)},
    )  # fmt: skip
    return [f.effect for f in findings("B14", case(view), view)]


def _member(name: str, code: str = "") -> dict[str, Any]:
    return {"name": name, "identifiers": [{"id": code, "scheme": "uscc"}] if code else []}


A, B, C = (
    ("临江市甲有限公司", "91320899MA1FAKEA2D"),
    ("临江市乙有限公司", "91320899MA1FAKEB08"),
    ("临江市丙有限公司", "91320899MA1FAKEC95"),
)


def test_b14_same_members_are_no_finding() -> None:
    now = [entity(identity=["name:临江市甲有限公司"]), entity(identity=["name:临江市乙有限公司"])]
    assert _prequalified(_member("临江市甲有限公司"), _member("临江市乙有限公司"), now=now) == []


def _now(*members: tuple[str, str], coded: bool = True) -> list[EntityView]:
    return [
        entity(
            role="member",
            label=name,
            identity=[f"uscc:{code}", f"name:{name}"] if coded else [f"name:{name}"],
        )
        for name, code in members
    ]


def test_b14_members_added_or_dropped_block_where_codes_show_it() -> None:
    assert _prequalified(_member(*A), now=_now(A, B)) == [BLOCK]
    assert _prequalified(_member(*A), _member(*B), _member(*C), now=_now(A, B)) == [BLOCK]
    assert _prequalified(_member(*A), _member(*C), now=_now(A, B)) == [BLOCK]
    assert _prequalified(_member(*A), now=_now(A, B, coded=False)) == [REVIEW]
    assert _prequalified(_member(A[0]), _member(B[0]), _member(C[0]), now=_now(A, B)) == [REVIEW]
    assert _prequalified(_member(*A), _member(*B), {"identifiers": [{"id": "xx"}]}, now=_now(A, B)) == [
        REVIEW
    ]


def test_b14_shows_both_lists_of_members() -> None:
    consortium = {"members": [], "prequalified_members": [_member(*A), _member(*C)]}
    view = bidder(*_now(A, B), consortium=consortium)
    (found,) = findings("B14", case(view), view)
    (fact,) = found.facts
    assert (fact.a, fact.b) == (f"{A[0]}、{C[0]}", f"{A[0]}、{B[0]}")


def test_b14_the_bidder_itself_need_not_stand_among_the_members() -> None:
    (lead,) = _now(A)
    now = [msgspec.structs.replace(lead, role="lead"), *_now(B)]
    assert _prequalified(_member(*B), now=now) == []
    assert _prequalified(_member(*A), _member(*B), now=now) == []
    assert _prequalified(_member(*A), _member(*C), now=now) == [BLOCK]


def test_b14_a_leader_named_without_its_code_has_it_among_the_members() -> None:
    (bare,) = _now(A, coded=False)
    now = [msgspec.structs.replace(bare, role="lead"), *_now(A, B)]
    assert _prequalified(_member(*A), _member(*C), now=now) == [BLOCK]
    other = [msgspec.structs.replace(bare, role="lead"), *_now(B)]
    assert _prequalified(_member(*B), _member(*C), now=other) == [REVIEW]


def test_b14_an_empty_list_of_prequalified_members_is_none() -> None:
    view = bidder(*_now(A, B), consortium={"members": ["甲", "乙"], "prequalified_members": []})
    (outcome,) = run("B14", case(view), view)
    assert isinstance(outcome, NotAssessable)
    assert outcome.what == "input:bidder.consortium.prequalified_members"


def test_b14_another_name_without_codes_may_be_a_renaming() -> None:
    now = [entity(identity=["name:临江市甲有限公司"]), entity(identity=["name:临江市丁有限公司"])]
    assert _prequalified(_member("临江市甲有限公司"), _member("临江市乙有限公司"), now=now) == [REVIEW]


def test_b14_without_the_list_of_prequalified_members_says_so() -> None:
    view = bidder(entity(), entity(label="乙"))
    (outcome,) = run("B14", case(view), view)
    assert isinstance(outcome, NotAssessable)
    assert outcome.what == "input:bidder.consortium.prequalified_members"
