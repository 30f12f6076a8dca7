"""A tender as its page shows it: bidders with verdicts, who is tied to whom, who judges, what is watched."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple

from api import watched_tenders
from api.alerts import AlertView
from api.explore.shapes import PartyShown
from api.explore.told import words_of
from api.web.stated import role
from api.web.views.deciding import Reason, Subject, reason_of
from api.web.views.deciding import view as decision_view
from api.web.views.tender_facts import Facts, InGraph
from api.web.views.tender_picture import Bid, Matrix, Picture, Tied, matrix, picture, strictest_of
from api.web.words import Words
from graph.relations import RelationType
from matching.decision import Decision, strictest
from matching.request import Bidder, DecisionRequest, Regime

PAIRS: Final = 60
"""Pairs of bidders whose reasons are told on the page."""
TOGETHER: Final = 40
"""Pairs that bid together elsewhere, in the table."""
_JUDGES: Final = frozenset({"expert", "committee"})
STATES: Final = ("open", "opened", "signed", "void")


class BidRow(NamedTuple):
    """A bidder with the verdict on it."""

    number: int
    subject: Subject
    lots: str
    price: str
    members: tuple[tuple[str, str, PartyShown | None], ...]
    """Consortium: role, name or code, and the party where the graph knows it."""
    party: PartyShown | None


class PartRow(NamedTuple):
    """Somebody else who takes part."""

    role: str
    name: str
    code: str
    party: PartyShown | None
    verdict: str
    verdict_word: str
    said: str
    """Of those who judge: whether they have to withdraw."""
    reasons: tuple[Reason, ...]


class PairRow(NamedTuple):
    """Two bidders whom rules tie."""

    anchor: str
    a: int
    b: int
    a_name: str
    b_name: str
    verdict: str
    verdict_word: str
    reasons: tuple[Reason, ...]


class Step(NamedTuple):
    """A state of the watching, with whether it is the current one and whether one can go there now."""

    state: str
    words: str
    current: bool
    allowed: bool


class TenderPage(NamedTuple):
    """All that the page shows."""

    facts: Facts
    title: str
    described: tuple[tuple[str, str], ...]
    opening: str
    unopened: bool
    """The opening has not come yet, or is not known."""
    decided_at: str
    verdict: str
    verdict_word: str
    bids: tuple[BidRow, ...]
    parts: tuple[PartRow, ...]
    tender: tuple[Reason, ...]
    open: tuple[str, ...]
    pairs: tuple[PairRow, ...]
    more_pairs: int
    matrix: Matrix | None
    picture: Picture | None
    loaded: tuple[tuple[str, PartyShown, PartyShown | None, str], ...]
    """What tables say where nobody has decided: relation, party, lot, role."""
    together: tuple[tuple[str, str, int, int, int, str], ...]
    together_total: int
    groups: tuple[tuple[str, str], ...]
    """First letters of the rules in the picture, in words."""
    steps: tuple[Step, ...]
    alerts: tuple[tuple[AlertView, str], ...]
    restricted: bool


def state_word(words: Words, state: str) -> str:
    """A state of the watching in words."""
    return {
        "open": words("tender.state.open"),
        "opened": words("tender.state.opened"),
        "signed": words("tender.state.signed"),
        "void": words("tender.state.void"),
    }.get(state, state)


def _alert(words: Words, state: str) -> str:
    return {
        "open": words("tender.alert.open"),
        "acknowledged": words("tender.alert.acknowledged"),
        "closed": words("tender.alert.closed"),
    }.get(state, state)


def _group(words: Words, letter: str) -> str:
    """What the rules of a letter are about."""
    return {
        "A": words("tender.group.lists"),
        "B": words("tender.group.ties"),
        "C": words("tender.group.collusion"),
        "D": words("tender.group.recusal"),
        "R": words("tender.group.flags"),
    }.get(letter, letter)


def view(found: Facts, words: Words, at: datetime) -> TenderPage:
    """A tender as its page shows it."""
    decision, request, graph = found.decision, found.request, found.graph
    shown = None if decision is None else decision_view(decision, words.lang)
    bids = () if decision is None or request is None else _bids(decision, request)
    ties = () if decision is None else _ties(decision)
    pairs = () if decision is None else _pairs(decision, words)
    drawn = picture(bids, ties) if len(bids) > 1 else None
    opening = _opening(found)
    told = found.cobidding
    return TenderPage(
        facts=found,
        title=_title(found),
        described=_described(found, words),
        opening="" if opening is None else words.time(opening),
        unopened=opening is None or opening > at,
        decided_at="" if decision is None else words.time(decision.decided_at),
        verdict="" if shown is None else shown.verdict,
        verdict_word="" if shown is None else shown.verdict_word,
        bids=() if shown is None else _bid_rows(found, shown.subjects, words),
        parts=() if decision is None or shown is None else _part_rows(found, decision, shown.subjects, words),
        tender=() if shown is None else shown.tender,
        open=() if shown is None else shown.open,
        pairs=pairs[:PAIRS],
        more_pairs=max(0, len(pairs) - PAIRS),
        matrix=matrix(bids, ties) if len(bids) > 1 else None,
        picture=drawn,
        loaded=_loaded(graph, words) if graph is not None else (),
        together=()
        if told is None
        else tuple(
            (found.names[one.a], found.names[one.b], one.times, one.of_a, one.of_b, words.day(one.last))
            for one in told.pairs[:TOGETHER]
        ),
        together_total=0 if told is None else len(told.pairs),
        groups=() if drawn is None else tuple((one, _group(words, one)) for one in drawn.groups),
        steps=_steps(found, words, at),
        alerts=tuple((one, _alert(words, one.state)) for one in found.alerts),
        restricted=shown is not None and shown.restricted,
    )


def _title(found: Facts) -> str:
    named = found.request.tender.name if found.request is not None else ""
    if found.graph is not None:
        named = named or found.graph.party.name
    if found.watched is not None:
        named = named or found.watched.reference
    return named or found.number or found.id


def _opening(found: Facts) -> datetime | None:
    if found.until is not None:
        return found.until
    if found.watched is not None and found.watched.opening_at is not None:
        return found.watched.opening_at
    if found.stored is not None and found.stored.opening_at is not None:
        return found.stored.opening_at
    return None if found.graph is None else found.graph.opening


def _described(found: Facts, words: Words) -> tuple[tuple[str, str], ...]:
    rows = [(words("tender.number"), found.number)]
    if found.watched is not None:
        rows.append((words("tender.reference"), found.watched.reference))
    if found.request is not None:
        asked = found.request.tender
        rows += [
            (words("tender.region"), asked.region),
            (words("tender.method"), asked.method),
            (words("tender.regime"), "" if asked.regime is None else _regime(words, asked.regime)),
        ]
    return tuple((name, value) for name, value in rows if value)


def _regime(words: Words, regime: Regime) -> str:
    return {
        Regime.MANDATORY: words("tender.regime.mandatory"),
        Regime.PROCUREMENT_TENDER: words("tender.regime.procurement_tender"),
        Regime.PROCUREMENT_OTHER: words("tender.regime.procurement_other"),
        Regime.VOLUNTARY: words("tender.regime.voluntary"),
    }[regime]


def _bids(decision: Decision, request: DecisionRequest) -> tuple[Bid, ...]:
    asked = {one.client_id or str(place): one for place, one in enumerate(request.bidders, 1)}
    return tuple(
        Bid(
            one.client_id,
            one.name or one.code or one.client_id,
            one.verdict.value,
            tuple(asked[one.client_id].lots) if one.client_id in asked else (),
        )
        for one in decision.bidders
    )


def _ties(decision: Decision) -> tuple[Tied, ...]:
    places = {one.client_id: place for place, one in enumerate(decision.bidders)}
    return tuple(
        Tied(
            places[pair.a],
            places[pair.b],
            tuple(
                (code, strictest_of((one.code, one.effect.value) for one in pair.reasons if one.code == code))
                for code in sorted({one.code for one in pair.reasons})
            ),
        )
        for pair in decision.pairs
        if pair.reasons and pair.a in places and pair.b in places
    )


def _pairs(decision: Decision, words: Words) -> tuple[PairRow, ...]:
    places = {one.client_id: place for place, one in enumerate(decision.bidders)}
    rows = []
    for pair in decision.pairs:
        if not pair.reasons or pair.a not in places or pair.b not in places:
            continue
        low, high = sorted((places[pair.a], places[pair.b]))
        verdict = strictest([pair.verdict, *(one.effect.verdict for one in pair.reasons)])
        rows.append((
            -verdict.rank,
            PairRow(
                anchor=f"pair-{low + 1}-{high + 1}",
                a=low + 1,
                b=high + 1,
                a_name=decision.bidders[low].name or decision.bidders[low].code,
                b_name=decision.bidders[high].name or decision.bidders[high].code,
                verdict=verdict.value,
                verdict_word=words.word("verdict", verdict.value),
                reasons=tuple(reason_of(one, words.lang) for one in pair.reasons),
            ),
        ))  # fmt: skip
    return tuple(row for _, row in sorted(rows, key=lambda one: (one[0], one[1].a, one[1].b)))


def _bid_rows(found: Facts, subjects: tuple[Subject, ...], words: Words) -> tuple[BidRow, ...]:
    if found.decision is None:
        return ()
    asked: dict[str, Bidder] = {}
    if found.request is not None:
        asked = {one.client_id or str(place): one for place, one in enumerate(found.request.bidders, 1)}
    rows = []
    for place, (result, subject) in enumerate(zip(found.decision.bidders, subjects, strict=False)):
        bid = asked.get(result.client_id)
        members = () if bid is None or bid.consortium is None else bid.consortium.members
        rows.append(
            BidRow(
                number=place + 1,
                subject=subject,
                lots="" if bid is None else ", ".join(bid.lots),
                price="" if bid is None or bid.price is None else f"{bid.price:,f}",
                members=tuple(
                    (
                        words.word("role", "member"),
                        one.name or (one.identifiers[0].id if one.identifiers else one.client_id),
                        _known(found, [number.id for number in one.identifiers]),
                    )
                    for one in members
                ),
                party=_known(found, [] if bid is None else [number.id for number in bid.identifiers]),
            )
        )
    return tuple(rows)


def _known(found: Facts, codes: list[str]) -> PartyShown | None:
    return next((found.known[code] for code in codes if code in found.known), None)


def _part_rows(
    found: Facts, decision: Decision, subjects: tuple[Subject, ...], words: Words
) -> tuple[PartRow, ...]:
    """Agency, buyer, experts and everybody else whom the decision assesses beside the bidders."""
    others = subjects[len(decision.bidders) :]
    rows = []
    for result, subject in zip(decision.subjects, others, strict=True):
        said = _recusal(words, result.verdict.value) if result.role in _JUDGES else ""
        rows.append(
            PartRow(
                role=subject.role,
                name=subject.name,
                code=subject.code,
                party=found.known.get(result.code),
                verdict=subject.verdict,
                verdict_word=subject.verdict_word,
                said=said,
                reasons=subject.reasons,
            )
        )
    return tuple(rows)


def _recusal(words: Words, verdict: str) -> str:
    """Whether somebody who judges has to withdraw."""
    return {
        "BLOCK": words("tender.recusal.block"),
        "REVIEW": words("tender.recusal.review"),
        "UNDETERMINED": words("tender.recusal.undetermined"),
        "FLAG": words("tender.recusal.flag"),
        "CLEAR": words("tender.recusal.clear"),
    }[verdict]


def _loaded(graph: InGraph, words: Words) -> tuple[tuple[str, PartyShown, PartyShown | None, str], ...]:
    ordered = sorted(
        graph.parts, key=lambda one: (one.type is not RelationType.BID_IN, one.type.value, one.bid)
    )
    return tuple(
        (words.both(words_of(one.type)), one.party, one.lot, role(words, one.type, one.role))
        for one in ordered
    )


def _steps(found: Facts, words: Words, at: datetime) -> tuple[Step, ...]:
    if found.watched is None or found.item is None:
        return ()
    # the stored state decides what can follow; an opening that has come shows already
    current, stored = found.watched.state, found.item.state
    early = found.watched.opening_at is not None and at < found.watched.opening_at
    return tuple(
        Step(
            state=one,
            words=state_word(words, one),
            current=one == current,
            allowed=one in watched_tenders.NEXT[stored] and not (early and one in ("opened", "signed")),
        )
        for one in STATES
    )


__all__ = ["STATES", "TenderPage", "state_word", "view"]
