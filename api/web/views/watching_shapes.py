"""What pages of alerts and monitors show alike: changes in words, watched parties by name, ages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from api.explain import list_title
from api.routes.changes import change_view
from api.web.door import Visit
from api.web.words import Words
from graph.dates import iso
from graph.lists import BY_CODE
from matching.ledger import visible

if TYPE_CHECKING:
    from matching.ledger.watchrows import Change, Watched

SHOWN = 50
"""Changes on a page, the newest."""


class ChangeRow(NamedTuple):
    """A change in words."""

    at: str
    sealed: bool
    said: str
    code: str
    effect: str
    effect_word: str
    listed: str
    record: str
    ref: str
    decision_id: str


def change_rows(visit: Visit, found: Iterable[Change]) -> tuple[ChangeRow, ...]:
    """Changes as a table shows them."""
    words, viewer = visit.words, visit.principal.viewer
    rows = []
    for one in found:
        view = change_view(one, viewer, visit.at)
        effect, kind = view.effect or "", view.change or ""
        said = words.known(f"watch.change.{kind}", kind)
        if view.cause:
            said = f"{said} · {words.known(f'watch.cause.{view.cause}', view.cause)}"
        if not view.sealed and view.id is None:
            said = words("erased")
        if view.initial:
            said = " · ".join((said, words("watch.initial")))
        rows.append(
            ChangeRow(
                at=words.time(iso(view.at)),
                sealed=view.sealed,
                said=said,
                code=view.code or "",
                effect=effect,
                effect_word=effect_word(words, effect),
                listed=list_title(view.list, visit.lang) if view.list in BY_CODE else (view.list or ""),
                record=view.record or "",
                ref=view.ref or "",
                decision_id=view.decision_id or "",
            )
        )
    return tuple(rows)


def names_of(visit: Visit, numbers: Iterable[int]) -> dict[int, str]:
    """Names of those who are still watched, by the number of their rows, as far as the visitor may know them."""
    found = visit.service.ledger.watching.take(sorted(set(numbers)))
    return {row.id: name_of(row) for row in found if visible(row, visit.principal.viewer, visit.at)}


def name_of(row: Watched) -> str:
    """How a watched party was named when it was handed in; of a tender how many bid."""
    if row.party is None:
        return ""
    asked = msgspec.json.decode(row.party)
    bidders = asked.get("bidders") or [{}]
    if row.kind == "tender":
        return str(asked.get("tender", {}).get("name", "") or row.ref)
    numbers = [one.get("id", "") for one in bidders[0].get("identifiers", ()) if isinstance(one, dict)]
    return str(bidders[0].get("name", "") or next(iter(numbers), "") or row.ref)


def effect_word(words: Words, effect: str) -> str:
    """What a finding does, in words that do not only repeat its code."""
    return words.word("effect" if effect == "INFO" else "verdict", effect) if effect else ""


def age(words: Words, since: datetime, now: datetime) -> str:
    """How long something has waited: in hours for two days, then in days."""
    hours = max(0, int((now - since).total_seconds() // 3600))
    return words("hours", hours=hours) if hours < 48 else words("days", days=hours // 24)
