"""The match queue: what waits for a person, and one match with both records side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final, Literal, NamedTuple

from fastapi import Response

from api import reviews
from api.errors import CommandError, sentence
from api.explain import in_lang, word
from api.routes.decisions import stored_decision
from api.routes.exploring import Clocked, looking
from api.routes.problem import ProblemError
from api.web.answered import name_of
from api.web.answers import onward, page
from api.web.door import Visit
from api.web.views.deciding import Proof, proof
from graph.generation import GenerationError
from graph.store import StoreError
from graph.text import person_key
from matching.decision import Decision, Evidence, Finding
from matching.ledger import PendingMatch, Review

SHOWN: Final = 100
"""Matches on the page of the queue."""
COUNTED: Final = 1_000
"""How far the queue is counted."""
LONGEST_REASON: Final = 1_000


class Waiting(NamedTuple):
    """A match that waits."""

    decision_id: str
    pair: str
    list: str
    role: str
    tier: str
    tier_word: str
    name: str
    """How the one who was submitted is called; empty where the match compared no name."""
    submitted: str
    matched: str
    subject: str
    """How the list calls whom the record is about."""
    rule: str
    seen_at: str
    presumption: bool
    """Whether the committee is asked for a fact, and nobody who is meant."""


class Given(NamedTuple):
    """The answer that stands: who gave it, when and why."""

    answer: str
    reviewer: str
    at: str
    reason: str


class Match(NamedTuple):
    """A match in the decision that found it."""

    finding: Finding
    evidence: Evidence
    anchor: str
    """Where it stands on the decision's page."""
    bidder: str
    """In whose bid it was found; empty where it is about the tender or a pair."""


def waiting(visit: Visit, limit: int) -> list[PendingMatch]:
    """The matches that wait and that the visitor may see, oldest first."""
    who = visit.principal
    return visit.service.ledger.pending_matches(who.tenant, limit, viewer=who.viewer, at=visit.at)


def show(visit: Visit) -> Response:
    """The queue, oldest first."""
    found = waiting(visit, COUNTED)
    names = reviews.names_of(visit.service.ledger, found[:SHOWN], visit.principal.tenant)
    rows = tuple(_row(visit, match, names.get(match.pair_key, "")) for match in found[:SHOWN])
    return page(visit, "reviews.html", rows=rows, total=len(found), counted=len(found) == COUNTED)


def _row(visit: Visit, match: PendingMatch, name: str) -> Waiting:
    return Waiting(
        decision_id=match.decision_id,
        pair=match.pair_key,
        list=reviews.where_listed(match.list, visit.lang),
        role=word("role", match.role, visit.lang),
        tier=match.tier.value,
        tier_word=word("tier", match.tier.value, visit.lang),
        name=name,
        submitted=match.submitted,
        matched=match.matched,
        subject=match.subject,
        rule=match.rule,
        seen_at=visit.words.time(match.seen_at),
        presumption=match.presumption,
    )


def one(visit: Visit) -> Response:
    """One match: what was submitted beside the record, and the form for the answer."""
    return _shown(visit, "", "", 200)


def answer(visit: Visit) -> Response:
    """Keep the answer and go on to the next match that waits; where somebody was faster, say who and what."""
    decision_id, pair = _asked(visit)
    given, reason = visit.asked("answer"), visit.asked("reason", LONGEST_REASON)
    found = _match(visit, decision_id, pair).evidence
    if _standing(visit, found) is not None:
        return _shown(visit, visit.words("review.faster"), reason, 409)
    if given not in ("confirm", "reject") or not reason:
        return _shown(visit, visit.words("review.needed"), reason, 422)
    decided: Literal["confirm", "reject"] = "confirm" if given == "confirm" else "reject"
    stored = stored_decision(visit.request, decision_id)
    if stored.decision is None:
        raise ProblemError("http.erased")
    try:
        done = reviews.add(
            visit.service.ledger,
            stored.decision,
            found.pair,
            decided,
            reviewer=visit.principal.id,
            reason=reason,
            tenant=visit.principal.tenant,
            at=visit.at,
        )
    except CommandError as error:
        if error.code in reviews.ANSWERED:
            return _shown(visit, visit.words("review.faster"), reason, 409)
        return _shown(visit, sentence(error, visit.lang) or "", reason, 422)
    if not done.recorded:
        return _shown(visit, visit.words("review.faster"), reason, 409)
    rest = waiting(visit, 1)
    following = f"/reviews/{rest[0].decision_id}/{rest[0].pair_key}" if rest else "/reviews"
    return onward(visit, following, done=f"{decided}ed")


def _shown(visit: Visit, trouble: str, reason: str, status: int) -> Response:
    decision_id, pair = _asked(visit)
    match = _match(visit, decision_id, pair)
    record: Proof = proof(match.evidence, visit.lang)
    standing = _standing(visit, match.evidence)
    rest = [one for one in waiting(visit, SHOWN) if one.pair_key != pair]
    return page(
        visit,
        "review.html",
        status=status,
        proof=record,
        match=match,
        rule=in_lang(match.finding.title, visit.lang),
        signs=in_lang(match.finding.detail, visit.lang),
        common=0 if record.presumption else _common(visit, record.subject),
        given=None if standing is None else _given(visit, standing),
        decision_id=decision_id,
        pair=pair,
        trouble=trouble,
        reason=reason,
        left=len(rest),
    )


def _asked(visit: Visit) -> tuple[str, str]:
    names = visit.request.path_params
    return str(names["decision_id"]), str(names["pair"])


def _standing(visit: Visit, match: Evidence) -> Review | None:
    return reviews.standing(visit.service.ledger, match, visit.principal.tenant)


def _given(visit: Visit, review: Review) -> Given:
    return Given(
        answer=review.answer,
        reviewer=name_of(visit, review.reviewer),
        at=visit.words.time(review.at),
        reason=review.reason,
    )


def _common(visit: Visit, name: str) -> int:
    """How many persons here bear a name; 0 where nobody does, or where nothing can be looked up."""
    if not name:
        return 0
    with suppress(GenerationError, StoreError), looking(visit.request, Clocked()) as here:
        return here.names().namesakes(person_key(name))
    return 0


def _match(visit: Visit, decision_id: str, pair: str) -> Match:
    """The match in the decision that found it.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`.
    """
    stored = stored_decision(visit.request, decision_id)
    if stored.decision is None:
        raise ProblemError("http.erased")
    for match in _matches(stored.decision):
        if match.evidence.pair and match.evidence.pair == pair:
            return match
    raise ProblemError("http.not_found")


def _matches(decision: Decision) -> Iterator[Match]:
    """Every record that a decision names, with the place of its page where it stands."""
    place = {bidder.client_id: f"s{index}" for index, bidder in enumerate(decision.bidders)}
    groups: list[tuple[str, str, Iterable[Finding]]] = [
        (f"s{index}", one.name, one.reasons) for index, one in enumerate(decision.bidders)
    ]
    groups += [(f"o{index}", one.name, one.reasons) for index, one in enumerate(decision.subjects)]
    groups += [(place.get(pair.a, ""), "", pair.reasons) for pair in decision.pairs]
    groups.append(("", "", decision.tender.reasons))
    for anchor, name, reasons in groups:
        for finding in reasons:
            for evidence in finding.evidence:
                yield Match(finding, evidence, anchor, name)
