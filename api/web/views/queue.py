"""The match queue: what waits for a person, and one match with both records side by side."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from fastapi import Response

from api import reviews
from api.errors import CommandError, sentence
from api.explain import list_title, word
from api.routes.decisions import stored_decision
from api.routes.problem import ProblemError
from api.web.answers import onward, page
from api.web.door import Visit
from api.web.views.deciding import Proof, proof
from matching.decision import Evidence
from matching.ledger import PendingMatch

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
    submitted: str
    matched: str
    rule: str
    seen_at: str


def waiting(visit: Visit, limit: int) -> list[PendingMatch]:
    """The matches that wait and that the visitor may see, oldest first."""
    who = visit.principal
    return visit.service.ledger.pending_matches(who.tenant, limit, viewer=who.viewer, at=visit.at)


def show(visit: Visit) -> Response:
    """The queue, oldest first."""
    found = waiting(visit, COUNTED)
    rows = tuple(_row(visit, match) for match in found[:SHOWN])
    return page(visit, "reviews.html", rows=rows, total=len(found), counted=len(found) == COUNTED)


def _row(visit: Visit, match: PendingMatch) -> Waiting:
    return Waiting(
        decision_id=match.decision_id,
        pair=match.pair_key,
        list=list_title(match.list, visit.lang),
        role=word("role", match.role, visit.lang),
        tier=match.tier.value,
        tier_word=word("tier", match.tier.value, visit.lang),
        submitted=match.submitted,
        matched=match.matched,
        rule=match.rule,
        seen_at=visit.words.time(match.seen_at),
    )


def one(visit: Visit) -> Response:
    """One match: what was submitted beside the record, and the form for the answer."""
    return _shown(visit, "", "", 200)


def answer(visit: Visit) -> Response:
    """Keep the answer and go on to the next match that waits."""
    decision_id, pair = _asked(visit)
    given, reason = visit.asked("answer"), visit.asked("reason", LONGEST_REASON)
    if given not in ("confirm", "reject") or not reason:
        return _shown(visit, visit.words("review.needed"), reason, 422)
    found = _evidence(visit, decision_id, pair)
    decided: Literal["confirm", "reject"] = "confirm" if given == "confirm" else "reject"
    stored = stored_decision(visit.request, decision_id)
    if stored.decision is None:
        raise ProblemError("http.erased")
    try:
        reviews.add(
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
        return _shown(visit, sentence(error, visit.lang) or "", reason, 422)
    rest = waiting(visit, 1)
    following = f"/reviews/{rest[0].decision_id}/{rest[0].pair_key}" if rest else "/reviews"
    return onward(visit, following, done=f"{decided}ed")


def _shown(visit: Visit, trouble: str, reason: str, status: int) -> Response:
    decision_id, pair = _asked(visit)
    record: Proof = proof(_evidence(visit, decision_id, pair), visit.lang)
    rest = [one for one in waiting(visit, SHOWN) if one.pair_key != pair]
    return page(
        visit,
        "review.html",
        status=status,
        proof=record,
        decision_id=decision_id,
        pair=pair,
        trouble=trouble,
        reason=reason,
        left=len(rest),
    )


def _asked(visit: Visit) -> tuple[str, str]:
    names = visit.request.path_params
    return str(names["decision_id"]), str(names["pair"])


def _evidence(visit: Visit, decision_id: str, pair: str) -> Evidence:
    """The match in the decision that found it.

    Raises:
        ProblemError: `http.not_found`, `http.sealed`, `http.erased`.
    """
    stored = stored_decision(visit.request, decision_id)
    if stored.decision is None:
        raise ProblemError("http.erased")
    for evidence in reviews.evidence_in(stored.decision):
        if evidence.pair and evidence.pair == pair:
            return evidence
    raise ProblemError("http.not_found")
