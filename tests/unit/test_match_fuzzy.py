"""A bidder whose name resembles a listed one: asked about, never barred, and every reason adds up."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from fuzzy_house import LISTED, NOW, TYPO, again, ask, decide, publish_world, record

from api import bootstrap
from api.settings import read_settings
from graph.generation import GenerationError, current_generation
from graph.messages import LANGS, Lang
from graph.model import Name, NameKind
from matching.candidates import MOST_KEPT, FuzzyCandidates
from matching.decision import Decision, Evidence, Similarity, Tier, Trace, Verdict
from matching.index.tables import fingerprint
from matching.ledger import Ledger, open_ledger
from matching.policy import PolicyError, load_policy
from matching.screening import Screener
from matching.search import Searches
from matching.similarity import MOST_TRACES, OTHER_PROVINCE, OTHER_REP, SAME_REP, Similar

CODE = "91329901MAGLD00148"
OTHER = "91329901MAGLD01454"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = open_ledger(f"sqlite:///{tmp_path}/ledger.db")
    yield opened
    opened.close()


def evidence(decision: Decision, bidder: int = 0) -> Evidence:
    found = [e for reason in decision.bidders[bidder].reasons for e in reason.evidence]
    assert found
    return found[0]


def similarity(decision: Decision, bidder: int = 0) -> Similarity:
    found = evidence(decision, bidder).similarity
    assert found is not None
    return found


def trace(decision: Decision, bidder: int = 0) -> Trace:
    (found,) = decision.bidders[bidder].trace
    return found


def test_a_typing_error_asks_and_says_why(tmp_path: Path) -> None:
    publish_world(tmp_path, [record(), record("临江虚实贸易有限公司")])
    decision = decide(tmp_path, {"name": TYPO})
    assert decision.verdict is Verdict.REVIEW
    proof = evidence(decision)
    assert (proof.tier, proof.submitted, proof.matched) == (Tier.E5, TYPO, LISTED)
    found = similarity(decision)
    assert found.points == sum(part.points for part in found.parts)
    assert found.points >= found.threshold
    assert (found.list_size, found.alarm_budget) == (2, load_policy().alarm_budget)
    assert [(edit.left, edit.right, edit.kind) for edit in found.edits] == [("成", "程", "same_sound")]
    assert (found.left.text, found.right.text) == (TYPO, LISTED)
    assert found.right.brand == "澄远"
    assert found.left.form == found.right.form == "有限公司"
    assert not found.vetoes


def test_pins_name_the_index_and_the_model(tmp_path: Path) -> None:
    publish_world(tmp_path, [record()])
    pins = decide(tmp_path, {"name": TYPO}).pins
    with current_generation(tmp_path) as generation:
        assert pins.index == generation.index
    assert len(pins.model) == 16
    assert pins.algorithm.startswith("fuzzy-2+")


def test_without_an_index_names_are_searched_as_written(tmp_path: Path) -> None:
    publish_world(tmp_path, [record()], index=None)
    decision = decide(tmp_path, {"name": TYPO}, {"name": LISTED})
    assert [bidder.verdict for bidder in decision.bidders] == [Verdict.CLEAR, Verdict.REVIEW]
    assert (decision.pins.index, decision.pins.model) == ("", "")
    assert evidence(decision, 1).tier is not Tier.E5


def test_the_policy_can_switch_it_off(tmp_path: Path) -> None:
    publish_world(tmp_path, [record()])
    (tmp_path / "policy.toml").write_text("[matching]\ncandidates = 0\n")
    decision = decide(tmp_path, {"name": TYPO}, policy=load_policy(tmp_path / "policy.toml"))
    assert decision.verdict is Verdict.CLEAR
    assert decision.pins.index == ""


def test_a_smaller_budget_of_alarms_asks_less(tmp_path: Path) -> None:
    publish_world(tmp_path, [record()])
    thresholds = []
    for budget in (1, 100, 1000):
        file = tmp_path / "policy.toml"
        file.write_text(f"[matching]\nalarm_budget_per_100k = {budget}\n")
        generation = current_generation(tmp_path)
        screener = Screener(generation, load_policy(file), None, pseudonym_key=b"k")
        likeness = screener._searches.of(generation).likeness
        thresholds.append(getattr(likeness, "threshold"))  # noqa: B009
        generation.close()
    assert thresholds == sorted(thresholds, reverse=True)


@pytest.mark.parametrize(
    "line", ["alarm_budget_per_100k = 0", "candidates = 65", "candidates = true", "threshold = 5"]
)
def test_a_policy_out_of_bounds_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(f"[matching]\n{line}\n")
    with pytest.raises(PolicyError) as refused:
        load_policy(file)
    assert refused.value.params["line"] == 2


def test_two_valid_codes_clear_and_are_kept(tmp_path: Path) -> None:
    publish_world(tmp_path, [record(code=CODE)])
    decision = decide(tmp_path, {"name": TYPO, "identifiers": [{"id": OTHER}]})
    assert decision.verdict is Verdict.CLEAR
    assert (trace(decision).why, trace(decision).tier) == ("conflicting_codes", Tier.X)


def test_a_registered_name_clears_unless_the_code_is_anothers(tmp_path: Path) -> None:
    publish_world(tmp_path, [record()], [(TYPO, OTHER)])
    decision = decide(
        tmp_path,
        {"name": TYPO},
        {"name": TYPO, "identifiers": [{"id": OTHER}]},
        {"name": TYPO, "identifiers": [{"id": CODE}]},
    )
    assert [bidder.verdict for bidder in decision.bidders] == [
        Verdict.CLEAR,
        Verdict.CLEAR,
        Verdict.REVIEW,
    ]
    assert trace(decision, 0).why == trace(decision, 1).why == "registered_name"


def test_a_registered_former_name_is_the_bearers_own(tmp_path: Path) -> None:
    former = Name(text=TYPO, kind=NameKind.FORMER)
    publish_world(tmp_path, [record()], [("临江虚实贸易有限公司", OTHER)], former={OTHER: former})
    named = {"name": "临江虚实贸易有限公司", "former_names": [TYPO]}
    decision = decide(
        tmp_path,
        {"name": "临江虚实贸易有限公司", "identifiers": [{"id": OTHER}]},
        {**named, "identifiers": [{"id": OTHER}]},
        {**named, "identifiers": [{"id": CODE}]},
    )
    assert [bidder.verdict for bidder in decision.bidders] == [
        Verdict.CLEAR,
        Verdict.CLEAR,
        Verdict.REVIEW,
    ]
    # what the register adds to a party is spelt as registered, and never searched for likeness
    assert [len(bidder.trace) for bidder in decision.bidders[:2]] == [1, 2]
    assert {found.why for bidder in decision.bidders[:2] for found in bidder.trace} == {"registered_name"}


def test_a_registered_name_never_hides_its_own_record(tmp_path: Path) -> None:
    publish_world(tmp_path, [record(), record(TYPO)], [(TYPO, OTHER)])
    decision = decide(tmp_path, {"name": TYPO})
    assert evidence(decision).tier is Tier.E4
    assert trace(decision).why == "registered_name"


def test_a_record_under_the_misspelt_name_clears_nobody(tmp_path: Path) -> None:
    publish_world(tmp_path, [record(), record(TYPO)])
    decision = decide(tmp_path, {"name": TYPO})
    matched = {e.matched for r in decision.bidders[0].reasons for e in r.evidence}
    assert len(matched) == 2
    assert TYPO in matched


def test_evidence_is_added_and_shown(tmp_path: Path) -> None:
    publish_world(tmp_path, [record(legal_rep="虚构甲", region="320899")])
    bidders = (
        {"name": TYPO},
        {"name": TYPO, "legal_rep": {"name": "虚构甲"}},
        {"name": TYPO, "legal_rep": {"name": "虚构乙"}},
        {"name": TYPO, "address": "浙江省虚构市虚构路1号"},
    )
    decision = decide(tmp_path, *bidders)
    found = []
    for bidder in decision.bidders:
        seen = [e.similarity for r in bidder.reasons for e in r.evidence] + [
            t.similarity for t in bidder.trace
        ]
        found.append(next((one for one in seen if one is not None), None))
    plain, same, other, away = found
    assert plain is not None
    assert same is not None
    assert same.points == plain.points + SAME_REP
    for one, points in ((other, OTHER_REP), (away, OTHER_PROVINCE)):
        if one is not None:
            assert one.points <= plain.points + points
            assert one.points == sum(part.points for part in one.parts)


def test_a_record_that_ended_is_not_used(tmp_path: Path) -> None:
    ended = msgspec.structs.replace(record(), effect=msgspec.structs.replace(record().effect, end=NOW))
    publish_world(tmp_path, [ended])
    decision = decide(tmp_path, {"name": TYPO})
    assert decision.verdict is Verdict.CLEAR
    assert not decision.bidders[0].reasons
    assert trace(decision).why == "inactive"


def test_every_record_of_a_similar_company_is_found(tmp_path: Path) -> None:
    publish_world(tmp_path, [record(key=f"case {number}") for number in range(5)])
    decision = decide(tmp_path, {"name": TYPO})
    found = {e.record for r in decision.bidders[0].reasons for e in r.evidence}
    assert found == {f"case {number}" for number in range(5)}


def test_decisions_stay_small_beside_many_neighbours(tmp_path: Path) -> None:
    names = [LISTED.replace("程", c) for c in "程城诚承乘呈"]
    publish_world(tmp_path, [record(name) for name in names], [(TYPO, "")])
    decision = decide(tmp_path, {"name": TYPO})
    assert decision.verdict is Verdict.CLEAR
    assert 0 < len(decision.bidders[0].trace) <= MOST_TRACES


def test_a_replay_gives_the_same_bytes(tmp_path: Path, ledger: Ledger) -> None:
    publish_world(tmp_path, [record(), record("临江市澄远建筑有限公司")], [("临江澄远健设工程有限公司", "")])
    made = decide(tmp_path, {"name": TYPO}, {"name": "临江澄远健设工程有限公司"}, ledger=ledger)
    publish_world(tmp_path, [], at=NOW.replace(hour=11))
    result = again(tmp_path, ledger, made)
    assert result.identical is True, result


def test_what_was_known_earlier_is_searched_in_the_index_of_that_time(tmp_path: Path) -> None:
    from graph.generation import Earlier

    publish_world(tmp_path, [record()])
    publish_world(tmp_path, [], at=NOW.replace(hour=11))
    earlier = Earlier(tmp_path)
    with current_generation(tmp_path) as generation:
        screener = Screener(generation, load_policy(), None, pseudonym_key=b"k", older=earlier.open)
        late = screener.screen(ask({"name": TYPO}), now=NOW.replace(hour=12))
        early = screener.screen(ask({"name": TYPO}), now=NOW.replace(hour=12), known_at=NOW)
    earlier.close()
    assert (late.verdict, early.verdict) == (Verdict.CLEAR, Verdict.REVIEW)


def test_only_a_few_generations_stay_open_and_none_closes_under_its_reader(tmp_path: Path) -> None:
    from graph.generation import Earlier
    from graph.generation.earlier import OPEN

    publish_world(tmp_path, [record()])
    for more in range(1, OPEN + 2):
        publish_world(tmp_path, [], at=NOW.replace(minute=more))
    earlier, searches = Earlier(tmp_path), Searches(load_policy())
    opened = [earlier.open(number) for number in range(1, OPEN + 3)]
    first = opened[0]
    assert first is not None
    kept = searches.of(first)
    for one in opened[1:]:
        assert one is not None
        searches.of(one)
    assert searches.of(first) is not kept
    assert earlier.open(OPEN + 2) is opened[-1]
    assert earlier.open(1) is not first
    assert first.listing(0).key == LISTED
    earlier.close()


@pytest.mark.parametrize(("bearers", "kept"), [(MOST_KEPT, 1), (MOST_KEPT + 1, 0)])
def test_what_is_found_of_a_name_that_many_bear_is_not_kept(tmp_path: Path, bearers: int, kept: int) -> None:
    publish_world(tmp_path, [record(key=f"case {number}") for number in range(bearers)])
    with current_generation(tmp_path) as generation:
        screener = Screener(generation, load_policy(), None, pseudonym_key=b"k")
        assert screener.screen(ask({"name": TYPO}), now=NOW).verdict is Verdict.REVIEW
        source, likeness, *_ = screener._searches.of(generation)
        assert isinstance(source, FuzzyCandidates)
        assert isinstance(likeness, Similar)
        assert (len(source._kept), len(likeness._kept)) == (kept, kept)


def test_a_foreign_index_is_refused(tmp_path: Path) -> None:
    def foreign(sink: Any, texts: Any, keys: Any, previous: Any = None, progress: Any = None) -> str:
        return "0.0-made-by-others"

    publish_world(tmp_path, [record()], index=foreign)
    with current_generation(tmp_path) as generation, pytest.raises(GenerationError) as refused:
        Screener(generation, load_policy(), None, pseudonym_key=b"k")
    assert refused.value.code == "generation.foreign"


@pytest.mark.parametrize("made", ["without", "foreign"])
def test_the_desk_makes_the_index_that_is_missing(tmp_path: Path, made: str) -> None:
    def foreign(sink: Any, texts: Any, keys: Any, previous: Any = None, progress: Any = None) -> str:
        return "0.0-made-by-others"

    settings = read_settings({"LIANCHENG_HOME": str(tmp_path)}, tmp_path)
    publish_world(tmp_path, [record()], index=None if made == "without" else foreign)
    with bootstrap.opened_desk(settings) as desk:
        assert desk.screener.generation.index == fingerprint()
        decision = desk.screener.screen(ask({"name": TYPO}), now=NOW)
    assert decision.verdict is Verdict.REVIEW
    result = bootstrap.replay(settings, decision.decision_id)
    assert result.identical is True, result


def test_reviews_are_remembered_until_something_changes(tmp_path: Path, ledger: Ledger) -> None:
    publish_world(tmp_path, [record()])
    first = decide(tmp_path, {"name": TYPO}, ledger=ledger)
    waiting = ledger.pending_matches("default")
    assert [(match.tier, match.pair_key) for match in waiting] == [(Tier.E5, evidence(first).pair)]
    answers: tuple[tuple[Literal["confirm", "reject"], Verdict], ...] = (
        ("reject", Verdict.CLEAR),
        ("confirm", Verdict.BLOCK),
    )
    for answer, verdict in answers:
        proof = evidence(first)
        ledger.add_review(
            pair_key=proof.pair, answer=answer, reviewer="clerk", reason="looked", decision_id=first.decision_id,
            list=proof.list, record=proof.record, record_hash=proof.record_hash, subject=proof.submitted,
            tier=proof.tier.value, tenant="default", at=NOW,
        )  # fmt: skip
        assert decide(tmp_path, {"name": TYPO}, ledger=ledger).verdict is verdict
        assert decide(tmp_path, {"name": TYPO, "legal_rep": {"name": "虚构甲"}}, ledger=ledger).verdict is (
            Verdict.REVIEW
        )


def test_an_answer_about_likeness_is_none_about_a_former_name(tmp_path: Path, ledger: Ledger) -> None:
    publish_world(tmp_path, [record()])
    first = decide(tmp_path, {"name": TYPO}, ledger=ledger)
    proof = evidence(first)
    ledger.add_review(
        pair_key=proof.pair, answer="reject", reviewer="clerk", reason="looked", decision_id=first.decision_id,
        list=proof.list, record=proof.record, record_hash=proof.record_hash, subject=proof.submitted,
        tier=proof.tier.value, tenant="default", at=NOW,
    )  # fmt: skip
    assert decide(tmp_path, {"name": TYPO}, ledger=ledger).verdict is Verdict.CLEAR
    renamed = decide(tmp_path, {"name": TYPO, "former_names": [LISTED]}, ledger=ledger)
    assert (renamed.verdict, evidence(renamed).tier) == (Verdict.REVIEW, Tier.E4)


@pytest.mark.parametrize("rep", ["虚**", "虚某某", "无", "虚?甲"])
def test_a_masked_representative_speaks_neither_for_nor_against(tmp_path: Path, rep: str) -> None:
    publish_world(tmp_path, [record(legal_rep=rep)])
    plain = similarity(decide(tmp_path, {"name": TYPO}))
    named = similarity(decide(tmp_path, {"name": TYPO, "legal_rep": {"name": "虚构甲"}}))
    assert named.points == plain.points


def test_names_alike_as_far_as_they_are_read_are_not_alike(tmp_path: Path) -> None:
    long = "临江" + "澄远建设" * 42
    publish_world(tmp_path, [record(long + "甲有限公司")])
    found = similarity(decide(tmp_path, {"name": long + "乙有限公司"}))
    assert found.points == sum(part.points for part in found.parts)
    assert [part.name for part in found.parts] != ["equal"]


@pytest.mark.parametrize("lang", LANGS)
def test_the_explanation_reads_well(tmp_path: Path, lang: Lang) -> None:
    from api.explain import explain

    publish_world(tmp_path, [record(), record("临江第一建筑有限公司")], [("临江澄远健设工程有限公司", "")])
    decision = decide(
        tmp_path, {"name": TYPO}, {"name": "临江澄远健设工程有限公司"}, {"name": "临江第二建筑有限公司"}
    )
    told = explain(decision, lang, trace=True)
    assert LISTED in told
    assert "“成”→“程”（同音）" in told if lang == "zh" else '"成" → "程" (same sound)' in told
    assert "100,000" in told or "10 万" in told
    for raw in ("same_sound", "fact.", "numbers_differ", "registered_name", "below_threshold", "similar."):
        assert raw not in told


def test_commands_that_do_not_decide_load_no_compiler() -> None:
    code = (
        "import sys, api.cli.main, api.cli.lists, matching.policy, api.bootstrap, api.explain;"
        "print('numba' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


def test_a_former_name_is_looked_at_beside_a_registered_one(tmp_path: Path) -> None:
    own = "临江虚实贸易有限公司"
    publish_world(tmp_path, [record()], [(own, OTHER)])
    named = {"name": own, "identifiers": [{"id": OTHER}]}
    decision = decide(tmp_path, named, {**named, "former_names": [TYPO]})
    assert [bidder.verdict for bidder in decision.bidders] == [Verdict.CLEAR, Verdict.REVIEW]
