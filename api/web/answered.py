"""Who has confirmed what is shown, and when: people's answers to matches, as far as the visitor may see them.

Nobody confirms a relation: it stands as its source says, its ends by number or by name. What people answer is whether a
record on a list is about a party; that is told beside the record, and on the line between two of the same name.
"""

from __future__ import annotations

from typing import Final

from api.explore.told import Teller
from api.masking import mask_text
from api.principals import Scope
from api.users import UserError, Users, view
from api.web.door import Visit
from matching.ledger import Review, visible

PERSON: Final = "user:"
SAID: Final = 5
"""Answers about one record that are told; how many more there are is said."""


def name_of(visit: Visit, principal: str) -> str:
    """How a person is called, with the name by which they sign in; of somebody who was erased only that.

    The operator, the command line and the program itself are called what they are.
    """
    if not principal.startswith(PERSON):
        return visit.words.known(f"audit.actor.{principal}", principal)
    name = principal.removeprefix(PERSON)
    book: Users = visit.request.app.state.users
    try:
        shown = view(book.item(name, tenant=visit.principal.tenant)).display
    except UserError:
        return principal
    return f"{shown} ({name})" if shown and shown != name else name


class Answers:
    """The answers of the visitor's tenant; none for who may not read decisions."""

    def __init__(self, visit: Visit) -> None:
        ledger = visit.service.ledger
        self._visit = visit
        self._by_record: dict[tuple[str, str], list[Review]] = {}
        if visit.may(Scope.READ):
            for one in ledger.reviews(ledger.reviews_seq()).given(visit.principal.tenant):
                self._by_record.setdefault((one.list, mask_text(one.record)), []).append(one)

    def about(self, code: str, record: str) -> str:
        """What people answered about a record, the newest first, on one line; empty where nobody has."""
        if not self._by_record:
            return ""
        return self._line(self._by_record.get((code, mask_text(record)), []))

    def between(self, teller: Teller, one: str, other: str) -> str:
        """What people answered about the records of two parties of the same name."""
        if not self._by_record:
            return ""
        found: list[Review] = []
        for ordinal in filter(None.__ne__, map(teller.generation.party_ordinal, (one, other))):
            assert ordinal is not None  # noqa: S101  (narrowing only)
            party = teller.generation.party(ordinal)
            places = (*teller.generation.party_listings(ordinal), *teller.namesakes_listed(ordinal, party))
            for place in places:
                record = teller.generation.listing(place)
                found += self._by_record.get((record.list_code, mask_text(record.key)), [])
        return self._line(list({review.seq: review for review in found}.values()))

    def _line(self, reviews: list[Review]) -> str:
        visit = self._visit
        ledger, viewer = visit.service.ledger, visit.principal.viewer
        said: list[str] = []
        more = 0
        for one in sorted(reviews, key=lambda review: -review.seq):
            stored = ledger.decision(one.decision_id, tenant=visit.principal.tenant)
            if stored is None or not visible(stored, viewer, visit.at):
                continue
            if len(said) == SAID:
                more += 1
                continue
            values = {
                "by": name_of(visit, one.reviewer),
                "at": visit.words.time(one.at),
                "submitted": one.subject,
            }
            said.append(
                visit.words("answered.confirm", **values)
                if one.answer == "confirm"
                else visit.words("answered.reject", **values)
            )
        if more:
            said.append(visit.words("answered.more", count=more))
        return " · ".join(said)
