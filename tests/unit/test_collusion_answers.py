"""The committee's answer to a presumption: what it is about, and what follows from it (SPEC 3 C)."""

from __future__ import annotations

from typing import Any

import msgspec
from rules_factory import bidder, case, entity, findings

from api.explain import finding_lines
from matching.decision import Effect, Finding
from matching.rules.base import BidderView, Case
from matching.ties import bids

ACCOUNT = "6222039901004471208"


def _bid(index: int, **fields: Any) -> BidderView:
    name = f"临江第{index}建设有限公司"
    return bidder(entity(label=name, identity=[f"name:{name}"]), index=index, bond_account=ACCOUNT, **fields)


class _Answers:
    """Remembers what was asked and gives one answer to everything."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def __call__(self, about: str) -> tuple[str, str, str]:
        self.asked.append(about)
        return "ab" * 32, self.answer, "committee-1" if self.answer else ""


def _found(answers: _Answers, code: str, *views: BidderView, **tender: Any) -> Finding:
    the_case: Case = msgspec.structs.replace(case(*views, **tender), asks=answers)
    attached = bids.read(the_case).attach(the_case)
    (found,) = findings(code, attached, attached.pairs[0])
    return found


def test_without_an_answer_a_person_is_asked() -> None:
    answers = _Answers("")
    found = _found(answers, "C06", _bid(0), _bid(1))
    assert found.effect is Effect.REVIEW
    (evidence,) = found.evidence
    assert (evidence.list, evidence.pair, evidence.confirmed_by) == ("C06", "ab" * 32, "")
    assert any("C06:" + "ab" * 8 in line for line in finding_lines(found, "zh"))
    assert any(ACCOUNT in line for line in finding_lines(found, "en") if "bond_account" in line)


def test_a_confirmed_fact_strikes_both() -> None:
    found = _found(_Answers("confirm"), "C06", _bid(0), _bid(1))
    assert found.effect is Effect.BLOCK
    assert "committee-1" in found.detail.zh
    assert found.evidence[0].confirmed_by == "committee-1"
    assert any("committee-1" in line for line in finding_lines(found, "en"))
    assert _found(_Answers("confirm"), "R07", _bid(0), _bid(1)).effect is Effect.REVIEW


def test_a_fact_found_untrue_is_noted_and_its_signs_are_remarks() -> None:
    presumed = _found(_Answers("reject"), "C06", _bid(0), _bid(1))
    assert (presumed.effect, presumed.remedy) == (Effect.INFO, ())
    assert "不成立" in presumed.detail.zh
    assert _found(_Answers("reject"), "R07", _bid(0), _bid(1)).effect is Effect.FLAG


def test_the_question_is_about_the_fact_between_the_two_in_one_tender() -> None:
    def question(*views: BidderView, **tender: Any) -> str:
        answers = _Answers("")
        _found(answers, "C06", *views, **tender)
        return answers.asked[0]

    first = question(_bid(0), _bid(1), id="T1")
    assert question(_bid(0), _bid(1), id="T1") == first
    assert question(_bid(0), _bid(1), id="T2") != first
    assert question(_bid(0, price="5"), _bid(1), id="T1") == first


def test_presumption_and_sign_ask_one_question() -> None:
    answers = _Answers("")
    _found(answers, "C06", _bid(0), _bid(1))
    _found(answers, "R07", _bid(0), _bid(1))
    assert answers.asked[0] == answers.asked[1]


def test_what_is_no_presumption_asks_nothing() -> None:
    answers = _Answers("confirm")
    views = [
        bidder(entity(label=f"临江第{n}公司"), index=n, contacts=[{"email": "a@lj.example"}]) for n in (0, 1)
    ]
    assert _found(answers, "R05", *views).effect is Effect.FLAG
    assert answers.asked == []
