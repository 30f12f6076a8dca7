"""Earlier bids as ties and findings: values, lots with their dated relations, who is known by name only, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from projections import generation, key, party, relation
from rules_factory import NOW, bidder, case, entity, findings, subject

from graph.generation import Generation
from graph.model import Interval, Party, PartyType
from graph.relations import PartyRelation, RelationType
from matching.decision import Effect, NotAssessable
from matching.rules.base import BidderView, Case, Found
from matching.ties.base import Ties
from matching.ties.past import read


class Town:
    """Bidders 0 to 8 and a buyer 9, with lots of the past."""

    def __init__(self) -> None:
        self.parties: list[Party] = [party(n) for n in range(10)]
        self.edges: list[PartyRelation] = []

    def lot(
        self, bidders: Sequence[int], winner: int | None = None, *, days: int, rejected: Sequence[int] = ()
    ) -> None:
        lot, tender = len(self.parties), len(self.parties) + 1
        self.parties += [party(lot, PartyType.LOT), party(tender, PartyType.TENDER)]
        valid = Interval(start=NOW - timedelta(days=days))
        self.edges.append(relation(lot, tender, RelationType.LOT_OF, valid=valid))
        self.edges.append(relation(9, tender, RelationType.BUYER_OF, valid=valid))
        for who in bidders:
            status = "disqualified" if who in rejected else "valid"
            self.edges.append(
                relation(who, lot, RelationType.BID_IN, valid=valid, attributes={"status": status})
            )
        if winner is not None:
            self.edges.append(relation(winner, lot, RelationType.WON, valid=valid))

    def case(self, home: Path, bidders: Sequence[int], *, sure: bool = True, buyer: bool = False) -> Case:
        made = generation(home, self.parties, self.edges)
        views = [_view(made, number, place, sure) for place, number in enumerate(bidders)]
        about = [msgspec.structs.replace(_subject(made), role="buyer")] if buyer else []
        return msgspec.structs.replace(case(*views), generation=made, subjects=tuple(about))


def _found(made: Generation, number: int, sure: bool) -> tuple[Found, ...]:
    ordinal = made.party_ordinal(key(number))
    assert ordinal is not None
    return (Found(ordinal, sure),)


def _view(made: Generation, number: int, place: int, sure: bool) -> BidderView:
    one = msgspec.structs.replace(entity(label=f"临江虚构{number}号"), found=_found(made, number, sure))
    return bidder(one, index=place)


def _subject(made: Generation) -> Any:
    whole = subject("buyer", label="临江市采购人（虚构）")
    assert whole.entity is not None
    return msgspec.structs.replace(
        whole, entity=msgspec.structs.replace(whole.entity, found=_found(made, 9, True))
    )


@pytest.fixture
def town() -> Town:
    return Town()


def gaps(ties: Ties) -> list[NotAssessable]:
    return [gap for _, gap in ties.gaps]


def test_a_clique_names_values_and_lots_with_their_relations(town: Town, tmp_path: Path) -> None:
    for n in range(6):
        town.lot([0, 1], days=n + 1)
    the_case = town.case(tmp_path, [0, 1])
    ties = read(the_case)
    assert gaps(ties) == []
    (tie,) = ties.pairs[0, 1]
    assert (tie.kind, tie.by) == ("past.clique", "code")
    assert {fact.field: fact.a for fact in tie.facts}["past.together"] == "6"
    assert tie.path is not None
    assert [edge.type for edge in tie.path.edges] == ["BID_IN"] * 6
    assert all(edge.valid_from is not None for edge in tie.path.edges)
    assert {node.type for node in tie.path.nodes} == {"organization", "lot"}
    attached = ties.attach(the_case)
    (pair,) = attached.pairs
    (finding,) = findings("R11", attached, pair)
    assert finding.effect is Effect.FLAG
    assert "共同投标6个标段" in finding.detail.zh
    assert "6 lots" in finding.detail.en


def test_cover_bidder_winner_and_rotation(town: Town, tmp_path: Path) -> None:
    for n in range(12):
        town.lot([0, 8], winner=8, days=n + 1)
    for n in range(6):
        town.lot([1, 2, 3], winner=1 + n % 3, days=n + 1)
    attached = read(the_case := town.case(tmp_path, [0, 1, 2, 3])).attach(the_case)
    (cover,) = findings("R12", attached, attached.bidders[0])
    assert "12次落标中有12次由临江虚构8号中标" in cover.detail.zh
    assert cover.path is not None
    assert {edge.type for edge in cover.path.edges} == {"BID_IN", "WON"}
    for view in attached.bidders[1:]:
        (turn,) = findings("R13", attached, view)
        assert turn.effect is Effect.FLAG
    assert findings("R13", attached, attached.bidders[0]) == []


def test_the_buyer_at_hand(town: Town, tmp_path: Path) -> None:
    for n in range(12):
        town.lot([0, 1, 2, 3, 4, 5, 6], winner=0 if n < 10 else n % 6 + 1, days=n + 1)
    town.lot([0, 1], winner=0, days=20, rejected=[1])
    attached = read(the_case := town.case(tmp_path, [0], buyer=True)).attach(the_case)
    (winner,) = findings("R14", attached, attached.bidders[0])
    assert "招标人（采购人）临江市采购人（虚构）" in winner.detail.zh
    assert winner.path is not None
    assert {"BUYER_OF", "LOT_OF"} <= {edge.type for edge in winner.path.edges}
    (sole,) = findings("R16", attached, attached.bidders[0])
    assert "won 0 times as the only bidder and 1 times" in sole.detail.en
    without = read(the_case := town.case(tmp_path / "b", [0])).attach(the_case)
    assert findings("R14", without, without.bidders[0]) == []


def test_who_is_known_by_name_only_is_said_to_be(town: Town, tmp_path: Path) -> None:
    for n in range(5):
        town.lot([0, 1], days=n + 1)
    (tie,) = read(town.case(tmp_path, [0, 1], sure=False)).pairs[0, 1]
    assert tie.by == "name"


def test_no_history_is_reported_once_and_finds_nothing(town: Town, tmp_path: Path) -> None:
    ties = read(town.case(tmp_path, [0, 1]))
    assert [(gap.what, gap.reason, gap.decides) for gap in gaps(ties)] == [
        ("relation:BID_IN", "not_supplied", False)
    ]
    unknown = msgspec.structs.replace(town.case(tmp_path / "b", []), bidders=(bidder(entity()),))
    assert len(gaps(read(unknown))) == 1
    attached = ties.attach(the_case := town.case(tmp_path / "c", [0, 1]))
    assert findings("R12", attached, the_case.bidders[0]) == []


def test_bids_without_a_time_are_reported(town: Town, tmp_path: Path) -> None:
    for n in range(5):
        town.lot([0, 1], days=n + 1)
    town.edges = [
        msgspec.structs.replace(edge, valid=Interval()) if edge.type is RelationType.BID_IN else edge
        for edge in town.edges
    ]
    reported = {gap.detail.en for gap in gaps(read(town.case(tmp_path, [0, 1])))}
    assert any("5 lots have no time" in text for text in reported)
