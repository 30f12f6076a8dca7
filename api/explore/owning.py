"""Who controls a party and whom it controls; what finally belongs to whom: votes and economic share, never mixed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final, Literal

from api.explore.shapes import (
    Beneficial,
    ControlAnswer,
    ControlView,
    OwnershipAnswer,
    RelationShown,
    ShareView,
)
from api.explore.told import Teller, both, cutting, seen
from graph.control import PERCENT
from graph.dates import china_day
from graph.relations import RelationType
from matching.decision import Bilingual
from matching.explore.owning import Owning, Said, Share, Side
from matching.ties.closure import Link

SHOWN: Final = 50
MOST: Final = 1_000
State = Callable[[tuple[str, ...]], bool]
"""Whether one of these names is that of a state investor (公司法 265(四))."""
Direction = Literal["up", "down", "both"]
_SIDES: Final[dict[str, tuple[Side, ...]]] = {"up": ("up",), "down": ("down",), "both": ("up", "down")}


def control(
    teller: Teller, ordinal: int, state: State, *, direction: Direction = "both", limit: int = SHOWN
) -> ControlAnswer:
    """Who controls a party, and whom it controls."""
    me = teller.party(ordinal)
    views: dict[Side, list[ControlView]] = {"up": [], "down": []}
    declared = []
    total, cut = 0, False
    for side in _SIDES[direction]:
        owning = _owning(teller, ordinal, side)
        said = owning.controls()
        total += len(said)
        cut |= owning.cut
        views[side] = [_control(teller, one, state) for one in said[:limit]]
        declared += [teller.told(link.relation) for link in owning.declared()[:limit]]
    shown = sum(len(found) for found in views.values())
    return ControlAnswer(
        clocks=teller.clocks,
        party=me,
        controlled_by=tuple(views["up"]),
        controls=tuple(views["down"]),
        declared=tuple(declared),
        seen=seen(shown, total),
        nodes=teller.nodes(),
        cut=cutting(more=cut),
        notice=both("explore.notice"),
    )


def ownership(
    teller: Teller, ordinal: int, *, direction: Direction = "both", limit: int = SHOWN
) -> OwnershipAnswer:
    """What of a party finally belongs to whom, and what belongs to it."""
    me = teller.party(ordinal)
    views: dict[Side, list[ShareView]] = {"up": [], "down": []}
    beneficial: list[Beneficial] = []
    total, cut = 0, False
    for side in _SIDES[direction]:
        owning = _owning(teller, ordinal, side)
        shares = owning.shares()
        total += len(shares)
        cut |= owning.cut
        views[side] = [_share(teller, one) for one in shares[:limit]]
        for one in owning.beneficial()[:limit]:
            beneficial.append(
                Beneficial(person=teller.party(one.person).id, ground=one.ground, sure=one.sure)
            )
    shown = sum(len(found) for found in views.values())
    return OwnershipAnswer(
        clocks=teller.clocks,
        party=me,
        owned_by=tuple(views["up"]),
        owns=tuple(views["down"]),
        beneficial_owners=tuple(beneficial),
        seen=seen(shown, total),
        nodes=teller.nodes(),
        cut=cutting(more=cut),
        notice=both("explore.notice"),
    )


def _owning(teller: Teller, ordinal: int, side: Side) -> Owning:
    walk = teller.walk((RelationType.HOLDS,))
    return Owning(teller.generation, teller.projection, ordinal, side, walk, china_day(teller.as_of))


def _control(teller: Teller, said: Said, state: State) -> ControlView:
    one = said.control
    owners = tuple(teller.party(owner).id for owner in one.owner)
    owned = teller.party(one.owned)
    notes = [
        note
        for note, there in (
            ("by_sum", one.by_sum),
            ("half", one.half),
            ("doubtful", one.doubtful),
            ("self_held", one.without_self_held),
            ("votes", one.basis == "votes"),
            ("shares", one.basis == "shares"),
            ("concert", len(one.owner) > 1),
            ("by_name", said.by_name),
            ("state", any(state(_names(teller, owner)) for owner in one.owner)),
        )
        if there
    ]
    low, high = percent(one.votes_lo), percent(one.votes_hi)
    between = Bilingual(zh="、", en=", ")
    who = Bilingual(
        **{
            lang: getattr(between, lang).join(teller.party(owner).name for owner in one.owner)
            for lang in ("zh", "en")
        }
    )
    return ControlView(
        owners=owners,
        owned=owned.id,
        controls=one.answer,
        votes=low,
        votes_max=high,
        sure=one.sure and not said.by_name,
        notes=tuple(notes),
        path=_links(teller, said.links),
        sentence=both(
            f"explore.control.{one.answer}",
            who=who,
            owned=owned.name,
            votes=low if low == high else f"{low}–{high}",
        ),
    )


def _share(teller: Teller, found: Share) -> ShareView:
    one = found.share
    owner, owned = teller.party(one.owner), teller.party(one.owned)
    low, high = _part(one.least), _part(one.most)
    share = low if low == high else f"{low}–{high}"
    code = "explore.share.circle" if low is None or high is None else "explore.share"
    return ShareView(
        owner=owner.id,
        owned=owned.id,
        share=low,
        share_max=high,
        path=_links(teller, found.links),
        sentence=both(code, owner=owner.name, owned=owned.name, share=share),
    )


def _links(teller: Teller, links: Iterable[Link]) -> tuple[RelationShown, ...]:
    return tuple(teller.told(link.relation) for link in links)


def _names(teller: Teller, ordinal: int) -> tuple[str, ...]:
    return tuple(name.text for name in teller.generation.party(ordinal).names)


def percent(units: int) -> str:
    """Units of `graph.control` as percent: `50`, `49.5`."""
    return f"{(Decimal(units) / PERCENT).normalize():f}"


def _part(value: float | None) -> str | None:
    """A part of one as percent with six decimals at most; None where there is no solution."""
    if value is None:
        return None
    return f"{round(Decimal(value) * 100, 6).normalize():f}"


__all__ = ["MOST", "SHOWN", "Direction", "control", "ownership", "percent"]
