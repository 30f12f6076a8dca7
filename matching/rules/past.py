"""What rules on earlier bids share: how a bidder is called, and the values of a sign as its sentence needs them."""

from __future__ import annotations

from matching.decision import Bilingual
from matching.rules.base import BidderView, Tie
from matching.rules.wording import both


def label(view: BidderView) -> str:
    """How sentences call a bidder: its members, where it is a consortium."""
    return "、".join(entity.label for entity in view.entities)


def words(tie: Tie) -> dict[str, str | Bilingual]:
    """The values of a sign by name; `other` is whom it concerns beside the bidder, `role` in which role."""
    found: dict[str, str | Bilingual] = {
        fact.field.removeprefix("past."): fact.a for fact in tie.facts if fact.field.startswith("past.")
    }
    found["other"] = tie.other or str(found.get("winners", ""))
    found["role"] = both(f"rule.past.role.{tie.role}") if tie.role else ""
    return found
