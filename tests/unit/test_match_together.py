"""Names searched together, or searched before, give what they give alone and for the first time."""

from __future__ import annotations

from pathlib import Path

from fuzzy_house import KEY, LISTED, NOW, TYPO, ask, publish_world, record

from graph.generation import current_generation
from matching.decision import Decision, to_json
from matching.policy import load_policy
from matching.request import DecisionRequest
from matching.screening import Screener

NAMES = (
    TYPO,
    LISTED,
    "临江澄元建设工程有限公司",
    "Linjiang Chengyuan Construction Co., Ltd",
    "虚实贸易",
    "𫖯𫖯",
)


def test_many_bidders_are_judged_as_each_alone_and_again(tmp_path: Path) -> None:
    publish_world(tmp_path, [record(), *(record(f"临江澄远{c}设工程有限公司") for c in "甲乙丙丁戊己")])
    generation = current_generation(tmp_path)

    def decide(request: DecisionRequest, screener: Screener) -> Decision:
        return screener.evaluate(request, as_of=NOW, known_at=NOW, reviews_seq=0)

    def fresh() -> Screener:
        return Screener(generation, load_policy(), None, pseudonym_key=KEY)

    # enough of them that several threads search
    bidders = [{"client_id": str(n), "name": NAMES[n % 6] + "第一" * (n // 6)} for n in range(40)]
    asked = ask(*bidders)
    screener = fresh()
    together = decide(asked, screener)
    assert sum(len(one.trace) + len(one.reasons) for one in together.bidders) > 10
    assert to_json(decide(asked, screener)) == to_json(together)
    for bidder, found in zip(bidders[:12], together.bidders, strict=False):
        (alone,) = decide(ask(bidder), fresh()).bidders
        assert alone.trace == found.trace
        assert [r for r in found.reasons if r.evidence and r in alone.reasons] == [
            r for r in alone.reasons if r.evidence
        ]
    generation.close()
