"""Two people answer one match at once: one answer stands, and the other is told of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import pytest

from api import reviews
from api.errors import CommandError
from matching.decision import Decision, Evidence
from matching.ledger import Ledger, open_ledger

Record = Callable[..., Decision]
Say = Callable[..., reviews.Answered]


@pytest.fixture
def decision(record: Record, make_evidence: Callable[..., Evidence]) -> Decision:
    """A decision with one match that waits."""
    return record("d-1", make_evidence())


@pytest.fixture
def say(decision: Decision, noon: datetime) -> Say:
    """Answer the match."""

    def run(ledger: Ledger, answer: Literal["confirm", "reject"], by: str, **more: Any) -> reviews.Answered:
        return reviews.add(
            ledger, decision, "pair-1", answer=answer, reviewer=by, reason="papers seen", tenant="linjiang",
            at=noon, **more,
        )  # fmt: skip

    return run


@pytest.mark.parametrize("theirs", ["confirm", "reject"])
def test_who_answers_while_another_one_looks_stands(
    ledger: Ledger,
    ledger_url: str,
    say: Say,
    monkeypatch: pytest.MonkeyPatch,
    theirs: Literal["confirm", "reject"],
) -> None:
    plain, looked = Ledger.reviews, False

    def then_they_answer(self: Ledger, upto_seq: int) -> Any:
        nonlocal looked
        found = plain(self, upto_seq)
        if self is ledger and not looked:
            looked = True
            with open_ledger(ledger_url) as other:
                say(other, theirs, "user:faster")
        return found

    monkeypatch.setattr(Ledger, "reviews", then_they_answer)
    if theirs == "confirm":
        assert not say(ledger, "confirm", "user:slower").recorded
    else:
        with pytest.raises(CommandError) as refused:
            say(ledger, "confirm", "user:slower")
        assert refused.value.code == "review.answered.reject"
    stands = reviews.last_answer(ledger, "pair-1", "linjiang")
    assert stands is not None
    assert (stands.answer, stands.reviewer) == (theirs, "user:faster")


def test_a_correction_corrects_the_answer_that_was_seen(ledger: Ledger, say: Say) -> None:
    assert say(ledger, "reject", "user:one").recorded
    assert not say(ledger, "reject", "user:two").recorded
    assert say(ledger, "confirm", "user:two", correct=True).recorded
    with pytest.raises(CommandError) as refused:
        say(ledger, "reject", "user:three")
    assert refused.value.code == "review.answered.confirm"
    assert ledger.verify().ok
