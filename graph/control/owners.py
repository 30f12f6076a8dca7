"""Who stands behind companies: controllers, controllers in common, beneficial owners in the order of the law.

Sources: 公司法 (2023) art. 265: control, actual controllers, and that enterprises are not related merely because the
state controls both; 《受益所有人信息管理办法》 (令〔2024〕3号, in force 2024-11-01) for beneficial owners.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Literal, NamedTuple

from graph.control.answers import Control, Controls, control
from graph.control.economic import Economic, Economics, reaches
from graph.control.holdings import Holdings
from graph.control.shares import QUARTER

Ground = Literal["share", "votes", "control", "in_charge"]


class Common(NamedTuple):
    """One party, or a group in concert, that controls two companies, or might."""

    owner: tuple[int, ...]
    one: Control
    other: Control

    @property
    def sure(self) -> bool:
        """Both are controlled along chains of links that are each more than half."""
        return self.one.sure and self.other.sure


class BeneficialOwner(NamedTuple):
    """A natural person to whom a company finally belongs, or who has the last word in it."""

    person: int
    ground: Ground
    """`share`: (1) 25 % or more of the shares in the end; `votes`: (2) 25 % or more of the votes; `control`: (3)
    actual control, alone or in concert; `in_charge`: nobody else, who runs the daily business."""
    sure: bool
    """False: only with the upper ends of ranges, or with shares that contradict each other."""
    share: Economic | None
    votes: Control | None
    """The person's say; for `control` that of the group where it acts in concert."""


def ancestors(holdings: Holdings, companies: Iterable[int]) -> list[int]:
    """All that hold something of the companies, directly or through others, by id; the companies themselves only
    where they hold something of another one or of themselves."""
    h = holdings
    waiting = [node for company in companies if (node := h.node(company)) is not None]
    expanded, found = set(waiting), set()
    while waiting:
        node = waiting.pop()
        for pair in h.in_pair[h.in_ptr[node] : h.in_ptr[node + 1]].tolist():
            owner = int(h.src[pair])
            found.add(owner)
            if owner not in expanded:
                expanded.add(owner)
                waiting.append(owner)
    return [int(h.ids[node]) for node in sorted(found)]


def controllers_of(
    holdings: Holdings,
    companies: Collection[int],
    *,
    groups: Iterable[Sequence[int]] = (),
    as_of: date | None = None,
    held: bool = False,
) -> Controls:
    """Who controls the given companies: ask `.by(company)` of the answer.

    Args:
        holdings: those in force; best only the part above the companies, for it is walked down again.
        companies: of whom.
        groups: parties that act in concert.
        as_of: the day whose law counts.
        held: also who holds votes without control.
    """
    seeds = ancestors(holdings, companies)
    above = set(seeds)
    wanted = [group for group in groups if above.intersection(group)]
    return control(holdings, seeds, groups=wanted, as_of=as_of, held=held)


def common_controllers(
    controls: Controls, one: int, other: int, *, state: Collection[int] = frozenset()
) -> list[Common]:
    """Who controls both companies, or might, nearest first; what is exactly halved stands here as "no".

    State investors are no common controller (公司法 265(4)); neither are the two companies themselves, of which the
    one would control the other.

    Args:
        controls: answers of `controllers_of` or `control` that cover both.
        one: a company.
        other: another one.
        state: state investors (国资委, finance bureaus and alike).
    """
    mine = {c.owner: c for c in controls.by(one) if _counts(c)}
    theirs = {c.owner: c for c in controls.by(other) if _counts(c)}
    shared = [
        owner
        for owner in mine
        if owner in theirs and not {one, other} & set(owner) and not all(m in state for m in owner)
    ]
    inner = {
        owner: sum(
            1
            for above in shared
            if above != owner
            and len(owner) == 1
            and (found := controls.answer(above[0], owner[0])) is not None
            and found.answer == "yes"
        )
        for owner in shared
    }
    nearest = sorted(shared, key=lambda owner: (-inner[owner], owner))
    return [Common(owner, mine[owner], theirs[owner]) for owner in nearest]


def beneficial_owners(
    holdings: Holdings,
    company: int,
    *,
    persons: Collection[int],
    in_charge: Sequence[int] = (),
    groups: Iterable[Sequence[int]] = (),
    as_of: date | None = None,
) -> list[BeneficialOwner]:
    """The beneficial owners of a company, each with the first ground of the law that holds for the person.

    Args:
        holdings: those in force.
        company: of whom.
        persons: who is a natural person: nobody else can be one.
        in_charge: who runs the daily business, used where no ground holds for anyone for sure.
        groups: who acts in concert.
        as_of: the day whose law counts.

    Returns:
        By ground, then by person. Whoever is only possible is in the list, and then `in_charge` too.
    """
    above = [party for party in ancestors(holdings, [company]) if party in persons and party != company]
    concerts = [tuple(group) for group in groups]
    says = controllers_of(holdings, [company], groups=concerts, as_of=as_of, held=True).by(company)
    economics = Economics.of(holdings)
    found = []
    for person in above:
        share = economics.share(person, company)
        votes = next((c for c in says if c.owner == (person,)), None)
        joint = next((c for c in says if person in c.owner and len(c.owner) > 1 and c.answer != "no"), None)
        grounds: list[tuple[Ground, bool, Control | None]] = []
        sure, maybe = reaches(holdings, share, QUARTER)
        if maybe:
            grounds.append(("share", sure and not _shaken(votes), votes))
        if votes is not None and votes.votes_hi >= QUARTER:
            grounds.append(("votes", votes.votes_lo >= QUARTER and not votes.doubtful, votes))
        for say in (votes, joint):
            if say is not None and say.answer != "no":
                grounds.append(("control", say.answer == "yes", say))
        best = next((g for g in grounds if g[1]), grounds[0] if grounds else None)
        if best is not None:
            found.append(BeneficialOwner(person, best[0], best[1], share, best[2]))
    order = ("share", "votes", "control")
    found.sort(key=lambda owner: (order.index(owner.ground), owner.person))
    if not any(owner.sure for owner in found):
        sure = not found
        found += [BeneficialOwner(p, "in_charge", sure, None, None) for p in in_charge if p in persons]
    return found


def _counts(found: Control) -> bool:
    return found.answer != "no" or found.half or found.without_self_held or found.basis == "shares"


def _shaken(votes: Control | None) -> bool:
    return votes is not None and votes.doubtful
