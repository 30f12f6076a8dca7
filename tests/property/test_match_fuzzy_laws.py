"""What holds of similar names whatever is written: never a BLOCK, sums that add up, the same answer twice."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fuzzy_house import LISTED, NOW, TYPO, ask, publish_world, record
from hypothesis import given, settings
from hypothesis import strategies as st

from api.similarity import similarity_lines
from graph.generation import current_generation
from graph.messages import LANGS
from matching.decision import Similarity, Tier, Verdict, to_json
from matching.policy import load_policy
from matching.screening import Screener

CODES = ("91329901MAGLD00148", "91329901MAGLD01454")
NAMES = (
    LISTED,
    "临江市虚实贸易有限公司",
    "临江第一建筑工程有限公司",
    "虚构（临江）物业管理股份有限公司清溪分公司",
)
CHARACTERS = "临江澄元远源市第一二三建设工程有限责任公司分店（）(x1X?？ \u3000\u200b繁體\U00020000"


@pytest.fixture(scope="module")
def screener() -> Iterator[Screener]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        records = [record(name, legal_rep="虚构甲", region="320899") for name in NAMES]
        records.append(record("XUGOU TRADING CO., LTD"))
        publish_world(home, records, [(TYPO, CODES[1])])
        with current_generation(home) as generation:
            yield Screener(generation, load_policy(), None, pseudonym_key=b"k" * 32)


@st.composite
def bidders(draw: st.DrawFn) -> dict[str, Any]:
    """A bidder whose name is a listed one with a few characters changed, or anything at all."""
    name = list(draw(st.sampled_from((*NAMES, "Xugou Trading Co., Ltd."))))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(name)))
        name[place : place + draw(st.integers(0, 1))] = draw(st.sampled_from(CHARACTERS))
    text = draw(st.one_of(st.just("".join(name)), st.text(min_size=1, max_size=300)))
    bidder: dict[str, Any] = {"name": text}
    if draw(st.booleans()):
        bidder["legal_rep"] = {"name": draw(st.sampled_from(("虚构甲", "虚构乙")))}
    if draw(st.booleans()):
        bidder["address"] = draw(st.sampled_from(("江苏省虚构市", "浙江省虚构市")))
    if draw(st.booleans()):
        bidder["identifiers"] = [{"id": draw(st.sampled_from(CODES))}]
    return bidder


@settings(max_examples=150)
@given(bidder=bidders())
def test_likeness_never_bars_and_always_says_why(screener: Screener, bidder: dict[str, Any]) -> None:
    request = ask({**bidder, "name": bidder["name"] if bidder["name"].strip() else "无"})
    decision = screener.evaluate(request, as_of=NOW, known_at=NOW, reviews_seq=0)
    assert to_json(decision) == to_json(screener.evaluate(request, as_of=NOW, known_at=NOW, reviews_seq=0))
    assert decision.verdict is not Verdict.BLOCK
    found: list[Similarity] = [t.similarity for t in decision.bidders[0].trace if t.similarity is not None]
    for reason in decision.bidders[0].reasons:
        for evidence in reason.evidence:
            assert (evidence.similarity is None) == (evidence.tier is not Tier.E5)
            if evidence.similarity is not None:
                found.append(evidence.similarity)
                assert evidence.similarity.points >= evidence.similarity.threshold
                assert not evidence.similarity.vetoes
    for one in found:
        assert one.points == sum(part.points for part in one.parts)
        assert 0 <= one.permille <= 1000
        for lang in LANGS:
            assert similarity_lines(one, lang)


@settings(max_examples=40)
@given(bidder=bidders())
def test_evidence_against_never_makes_it_worse(screener: Screener, bidder: dict[str, Any]) -> None:
    bare = {key: value for key, value in bidder.items() if key == "name"} | {"address": "江苏省虚构市"}
    if not bare["name"].strip():
        return
    against = bare | {"legal_rep": {"name": "虚构乙"}, "address": "浙江省虚构市"}
    first, second = (
        screener.evaluate(ask(one), as_of=NOW, known_at=NOW, reviews_seq=0).verdict for one in (bare, against)
    )
    assert second.rank <= first.rank
