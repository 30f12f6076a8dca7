"""The list of decisions: newest first, of a party, of a verdict, of some days, page by page."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple
from urllib.parse import urlencode

from fastapi import Response

from api import decided
from api.explore.search import personal
from api.routes.base import cursor, from_cursor
from api.web.answers import onward, page
from api.web.door import Visit
from api.web.words import Words
from matching.decision import Verdict
from matching.ledger import StoredDecision
from matching.request import FIRST_YEAR, LAST_YEAR

SHOWN: Final = 50
"""Decisions on one page of the list."""
NAMED: Final = 3
"""Bidders of each that are named."""


class Row(NamedTuple):
    """A decision in the list; `verdict` is empty where its content was erased."""

    id: str
    at: str
    verdict: str
    verdict_word: str
    bidders: str
    actor: str
    sealed_until: str
    """The opening that has not come, for the platform that decided; empty where everybody may see it."""


class Asked(NamedTuple):
    """What the form says, as it was written."""

    party: str = ""
    verdict: str = ""
    since: str = ""
    until: str = ""


def show(visit: Visit) -> Response:
    """The decisions that the visitor may see, as far as the form asks for them."""
    asked = Asked(visit.asked("party", decided.LONGEST_PARTY), *map(visit.asked, Asked._fields[1:]))
    if personal(asked.party):
        # an address is kept by browsers and proxies, so that the number is not even sent back into the field
        return _shown(visit, asked._replace(party=""), (), None, visit.words("decisions.personal"))
    trouble, wanted = _read(asked, visit.words)
    if trouble:
        return _shown(visit, asked, (), None, trouble)
    if visit.request.method == "POST":
        given = {name: value for name, value in asked._asdict().items() if value}
        return onward(visit, "/decisions" + (f"?{urlencode(given)}" if given else ""))
    before = from_cursor(visit.request, visit.asked("before", 40))
    rows, more = newest(visit, SHOWN, before, wanted)
    return _shown(visit, asked, rows, more, "")


def _read(asked: Asked, words: Words) -> tuple[str, decided.Wanted]:
    """What is wrong with the form, in a sentence, or what it asks for."""
    verdict = next((one for one in Verdict if one.value == asked.verdict), None)
    if asked.verdict and verdict is None:
        return words("decisions.wrong_verdict"), decided.Wanted()
    days: list[date | None] = []
    for text in (asked.since, asked.until):
        day = _day(text)
        if text and day is None:
            return words("decisions.wrong_day", text=text), decided.Wanted()
        days.append(day)
    since, until = days
    if since is not None and until is not None and until < since:
        return words("decisions.wrong_order"), decided.Wanted()
    return "", decided.Wanted(asked.party, verdict, since, until)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return found if found is not None and FIRST_YEAR <= found.year <= LAST_YEAR else None


def _shown(visit: Visit, asked: Asked, rows: tuple[Row, ...], more: str | None, trouble: str) -> Response:
    given = {name: value for name, value in asked._asdict().items() if value}
    return page(
        visit,
        "decisions.html",
        status=422 if trouble else 200,
        rows=rows,
        asked=asked,
        narrowed=bool(given),
        verdicts=tuple((one.value, visit.words.word("verdict", one.value)) for one in reversed(Verdict)),
        onward=None if more is None else "/decisions?" + urlencode({**given, "before": more}),
        first="/decisions" + (f"?{urlencode(given)}" if given else "") if visit.asked("before", 40) else "",
        trouble=trouble,
    )


def newest(
    visit: Visit, limit: int, before: int | None = None, wanted: decided.Wanted | None = None
) -> tuple[tuple[Row, ...], str | None]:
    """The newest decisions, without those about sealed bids, and where to go on."""
    found, more = decided.found(
        visit.request, visit.principal, wanted or decided.Wanted(), before=before, limit=limit
    )
    return tuple(row(one, visit) for one in found), cursor(more)


def row(stored: StoredDecision, visit: Visit) -> Row:
    """A decision as lists show it."""
    words, decision = visit.words, stored.decision
    names = [] if decision is None else [one.name or one.code or one.client_id for one in decision.bidders]
    sealed = stored.opening_at is not None and stored.opening_at > visit.at
    return Row(
        id=stored.decision_id,
        at=words.time(stored.recorded_at),
        verdict="" if decision is None else decision.verdict.value,
        verdict_word="" if decision is None else words.word("verdict", decision.verdict.value),
        bidders=words.listed(names, NAMED),
        actor=stored.actor,
        sealed_until=words.time(stored.opening_at) if sealed else "",
    )


__all__ = ["Row", "newest", "row", "show"]
