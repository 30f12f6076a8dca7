"""Signs over many tenders (SPEC 8, R11 to R14, R16, R18): cliques, cover bidders, rotation, perpetual winners.

Everything is relative to the lots handed in; each sign says how many they were. None is more than a FLAG.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from graph.cobidding import CoBid, Community, co_bidding, communities, rotation
from matching.redflags.base import Fact, Facts, Reference, fence
from matching.redflags.table import ROLES, LotRow, losses, order, window

Code = Literal["R11", "R12", "R13", "R14", "R16", "R18"]
EVIDENCE = 20
"""Lots that a sign names, newest first; how many there are stands in its facts."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds of SPEC 8, defaults to tune and not law, and bounds on what is read."""

    months: int = 24
    support: int = 5
    """R11, R18: lots in common at least."""
    jaccard: float = 0.5
    lift: float = 3.0
    bids: int = 10
    """R12, R14: bids at least."""
    win_rate: float = 0.02
    """R12: at most this, or below the lower fence."""
    same_winner: float = 0.6
    """R12: share of the losses that go to one winner, or to one group of winners."""
    group: int = 3
    """R13: firms at least."""
    rotation_lots: int = 6
    entropy: float = 0.9
    reference: int = 4
    """R12, R14: bidders that a fence needs; with fewer there is nothing to stand out from."""
    bids_read: int = 25_000
    """Bids and wins of all bidders together; with more, the window is shortened for all alike."""
    lots_per_actor: int = 300
    """The newest lots of one buyer, agency or expert that are read."""
    lots: int = 5_000
    """Lots whose bidders are read, in all."""
    relations: int = 5_000
    """Relations of one party; a hub with more is not read, and the answer says so."""
    meetings: int = 500_000
    """Meetings of two bidders that are counted."""


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """What stands out, about which bidders, with the values and what they were judged by."""

    code: Code
    bidders: tuple[str, ...]
    value: float
    facts: Facts
    role: str = ""
    """R14, R18: `buyer`, `agency` or `expert`."""
    other: str = ""
    """R12: the winner that most was lost to; R14, R18: the buyer, agency or expert."""
    reference: Reference | None = None
    lots: tuple[str, ...] = ()


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """What was not looked at: `hub`, `window`, `lots_per_actor`, `lots`, `crowded`, `undated`."""

    reason: str
    about: str = ""
    count: int = 0
    since: datetime | None = None
    """Of a shortened window."""


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The signs about some bidders, the lots they come from, and what was left out."""

    signs: tuple[Sign, ...]
    lots: int
    cut: tuple[Cut, ...] = ()
    groups: tuple[Community, ...] = ()


def _shown(rows: Sequence[LotRow]) -> tuple[str, ...]:
    return tuple(row.lot for row in reversed(rows[-EVIDENCE:]))


class _Index:
    """Rows by bidder."""

    def __init__(self, rows: Sequence[LotRow]) -> None:
        self.rows = rows
        self.bids: dict[str, list[LotRow]] = {}
        self.wins: dict[str, int] = {}
        for row in rows:
            for name in row.bidders:
                self.bids.setdefault(name, []).append(row)
            for name in row.winners:
                if name in row.bidders:
                    self.wins[name] = self.wins.get(name, 0) + 1

    def settled(self, name: str) -> list[LotRow]:
        """The lots of a bidder that somebody won."""
        return [row for row in self.bids.get(name, ()) if row.winners]


def cliques(
    rows: Sequence[LotRow], bidders: Sequence[str], limits: Limits
) -> tuple[list[Sign], tuple[Community, ...], list[Cut]]:
    """R11: bidders that meet far more often than chance, as pairs and as groups.

    Returns:
        The signs, the groups found among the pairs that count, and what was left out.
    """
    lots = {row.lot: row.bidders for row in rows}
    found = co_bidding(
        lots, support=limits.support, among=bidders, universe=len(lots), max_meetings=limits.meetings
    )
    strong = [pair for pair in found.pairs if pair.jaccard >= limits.jaccard or pair.lift >= limits.lift]
    cut = [Cut(reason="crowded", count=found.crowded)] if found.crowded else []
    groups = communities(strong, least=limits.group)
    where = {name: group for group in groups for name in group.members}
    common: dict[tuple[str, str], list[LotRow]] = {(pair.first, pair.second): [] for pair in strong}
    members = {name for pair in strong for name in (pair.first, pair.second)}
    for row in rows:
        present = sorted(members.intersection(row.bidders))
        for place, first in enumerate(present):
            for second in present[place + 1 :]:
                if (first, second) in common:
                    common[first, second].append(row)
    signs = [_clique(pair, common[pair.first, pair.second], where, limits) for pair in strong]
    return signs, groups, cut


def _clique(pair: CoBid, together: Sequence[LotRow], where: Mapping[str, Community], limits: Limits) -> Sign:
    facts: dict[str, Fact] = {
        "together": pair.together,
        "first_bids": pair.first_bids,
        "second_bids": pair.second_bids,
        "lots": pair.lots,
        "jaccard": pair.jaccard,
        "lift": pair.lift,
    }
    group = where.get(pair.first)
    if group is not None and where.get(pair.second) is group:
        facts |= {
            "group": group.members,
            "coherence": group.coherence,
            "exclusivity": group.exclusivity,
        }
    met = pair.jaccard >= limits.jaccard
    return Sign(
        code="R11",
        bidders=(pair.first, pair.second),
        value=pair.jaccard if met else pair.lift,
        facts=facts,
        reference=Reference(
            side="upper", fence=limits.jaccard if met else limits.lift, given=True, count=pair.lots
        ),
        lots=_shown(together),
    )


def _rates(index: _Index, least: int) -> dict[str, float]:
    """The win rates of everyone with enough settled bids."""
    counts = {name: len(index.settled(name)) for name, bids in index.bids.items() if len(bids) >= least}
    return {name: index.wins.get(name, 0) / count for name, count in counts.items() if count >= least}


def losing(
    rows: Sequence[LotRow], bidders: Sequence[str], limits: Limits
) -> dict[str, tuple[float, int, Reference]]:
    """The bidders that bid much and hardly win, with win rate, settled bids and what the rate was judged by."""
    index = _Index(rows)
    rates = _rates(index, limits.bids)
    by_fence = fence(list(rates.values()), "lower") if len(rates) >= limits.reference else None
    given = Reference(side="lower", fence=limits.win_rate, given=True, count=len(rates))
    found = {}
    for name in bidders:
        rate = rates.get(name)
        if rate is None:
            continue
        judged = given if given.holds(rate) else by_fence
        if judged is not None and judged.holds(rate):
            found[name] = (rate, len(index.settled(name)), judged)
    return found


def cover_bidders(
    rows: Sequence[LotRow], bidders: Sequence[str], limits: Limits, groups: Iterable[Community] = ()
) -> list[Sign]:
    """R12: many bids, hardly a win, and most losses to one winner or to one group of winners."""
    cluster = {name: group.members for group in groups for name in group.members}
    index = _Index(rows)
    signs = []
    for name, (rate, bids, judged) in losing(rows, bidders, limits).items():
        lost = [row for row in index.settled(name) if losses(row, name)]
        to: dict[tuple[str, ...], list[LotRow]] = {}
        for row in lost:
            keys = {(winner,) for winner in row.winners} | {
                cluster[winner] for winner in row.winners if winner in cluster
            }
            for key in keys:
                to.setdefault(key, []).append(row)
        if not to:
            continue
        # of equal numbers the single winner says more than the group it belongs to
        most = max(to, key=lambda key: (len(to[key]), -len(key), key))
        share = len(to[most]) / len(lost)
        if share < limits.same_winner:
            continue
        signs.append(
            Sign(
                code="R12",
                bidders=(name,),
                value=rate,
                other=most[0] if len(most) == 1 else "",
                facts={
                    "bids": bids,
                    "wins": index.wins.get(name, 0),
                    "losses": len(lost),
                    "lost_to_same": len(to[most]),
                    "share": share,
                    "winners": most,
                },
                reference=judged,
                lots=_shown(to[most]),
            )
        )
    return signs


def rotations(rows: Sequence[LotRow], groups: Iterable[Community], limits: Limits) -> list[Sign]:
    """R13: in a stable group wins go round: entropy of wins ≥ 0.9·log n over at least 6 lots.

    A lot counts when at least three of the group bid and one of the group alone won.
    """
    signs = []
    groups = [group for group in groups if len(group.members) >= limits.group]
    index = _Index(rows if groups else ())
    for group in groups:
        members = frozenset(group.members)
        theirs = {row.lot: row for name in group.members for row in index.settled(name)}
        met = [row for row in theirs.values() if len(members.intersection(row.bidders)) >= limits.group]
        met.sort(key=order)
        won = [row for row in met if len(row.winners) == 1 and row.winners[0] in members]
        measured = rotation([row.winners[0] for row in won], len(members))
        if measured is None or measured.lots < limits.rotation_lots or measured.entropy < limits.entropy:
            continue
        signs.append(
            Sign(
                code="R13",
                bidders=group.members,
                value=measured.entropy,
                facts={
                    "lots": measured.lots,
                    "lots_met": len(met),
                    "entropy": measured.entropy,
                    "herfindahl": measured.herfindahl,
                    "repeated": measured.repeated,
                    "coherence": group.coherence,
                    "exclusivity": group.exclusivity,
                    "winners": tuple(row.winners[0] for row in won[-EVIDENCE:]),
                },
                reference=Reference(side="upper", fence=limits.entropy, given=True, count=measured.lots),
                lots=_shown(won),
            )
        )
    return signs


def perpetual_winners(
    rows: Sequence[LotRow],
    bidders: Sequence[str],
    limits: Limits,
    actors: Mapping[str, Sequence[str]] | None = None,
) -> list[Sign]:
    """R14: a win rate beyond the upper fence of all who bid at least ten times with a buyer, agency or expert.

    Args:
        rows: lots with all their bidders and winners.
        bidders: whom to look at.
        limits: thresholds.
        actors: by role, whom to look at; default: all that the rows name.
    """
    signs = []
    for role, other, theirs in _by_actor(rows, actors):
        index = _Index([row for row in theirs if row.winners])
        rates = _rates(index, limits.bids)
        if len(rates) < limits.reference:
            continue
        judged = fence(list(rates.values()), "upper")
        for name in bidders:
            rate = rates.get(name)
            if judged is None or rate is None or rate == 0 or not judged.holds(rate):
                continue
            won = [row for row in index.bids[name] if name in row.winners]
            signs.append(
                Sign(
                    code="R14",
                    bidders=(name,),
                    value=rate,
                    role=role,
                    other=other,
                    facts={"bids": len(index.bids[name]), "wins": len(won), "lots": len(index.rows)},
                    reference=judged,
                    lots=_shown(won),
                )
            )
    return signs


def sole_valid_bids(rows: Sequence[LotRow], bidders: Sequence[str]) -> list[Sign]:
    """R16: lots with one bidder, or in which everyone else was disqualified, that this bidder won."""
    index = _Index(rows)
    signs = []
    for name in bidders:
        alone = [row for row in index.bids.get(name, ()) if row.winners == (name,) and not row.cut]
        single = [row for row in alone if row.bidders == (name,)]
        survived = [
            row for row in alone if len(row.bidders) > 1 and set(row.rejected) == set(row.bidders) - {name}
        ]
        if not single and not survived:
            continue
        telling = {row.lot for row in (*single, *survived)}
        signs.append(
            Sign(
                code="R16",
                bidders=(name,),
                value=float(len(single) + len(survived)),
                facts={
                    "single": len(single),
                    "others_disqualified": len(survived),
                    "bids": len(index.bids[name]),
                },
                reference=Reference(side="upper", fence=1.0, given=True, count=len(index.bids[name])),
                lots=_shown([row for row in alone if row.lot in telling]),
            )
        )
    return signs


def repeated_encounters(
    rows: Sequence[LotRow],
    bidders: Sequence[str],
    limits: Limits,
    actors: Mapping[str, Sequence[str]] | None = None,
) -> list[Sign]:
    """R18: a bidder meets a buyer, agency or expert at least three times as often as by chance."""
    bids = {name: len(found) for name, found in _Index(rows).bids.items()}
    signs = []
    for role, other, theirs in _by_actor(rows, actors):
        index = _Index(theirs)
        for name in bidders:
            together = index.bids.get(name, [])
            if len(together) < limits.support:
                continue
            lift = len(together) * len(rows) / (bids[name] * len(theirs))
            if lift < limits.lift:
                continue
            signs.append(
                Sign(
                    code="R18",
                    bidders=(name,),
                    value=lift,
                    role=role,
                    other=other,
                    facts={
                        "together": len(together),
                        "bids": bids[name],
                        "others": len(theirs),
                        "lots": len(rows),
                        "wins": sum(name in row.winners for row in together),
                    },
                    reference=Reference(side="upper", fence=limits.lift, given=True, count=len(rows)),
                    lots=_shown(together),
                )
            )
    return signs


def _by_actor(
    rows: Sequence[LotRow], actors: Mapping[str, Sequence[str]] | None
) -> list[tuple[str, str, list[LotRow]]]:
    found: dict[tuple[str, str], list[LotRow]] = {}
    for row in rows:
        for role in ROLES:
            for name in row.actors(role):
                if actors is None or name in actors.get(role, ()):
                    found.setdefault((role, name), []).append(row)
    return [(role, name, theirs) for (role, name), theirs in sorted(found.items())]


def signs_of(
    rows: Iterable[LotRow],
    bidders: Sequence[str],
    *,
    as_of: datetime,
    limits: Limits | None = None,
    actors: Mapping[str, Sequence[str]] | None = None,
    cut: Iterable[Cut] = (),
) -> History:
    """All signs about some bidders from one table of lots.

    Args:
        rows: lots of the market; those outside the window of `limits.months` are left out.
        bidders: whom to look at.
        as_of: when the window ends.
        limits: thresholds; default: those of SPEC 8.
        actors: for R14 and R18, which buyers, agencies and experts count, by role; default: all.
        cut: what was left out while the rows were gathered.
    """
    limits = limits or Limits()
    given = list(rows)
    recent = window(given, as_of, limits.months)
    bidders = sorted(set(bidders))
    left_out = list(cut)
    undated = sum(1 for row in given if row.when is None)
    if undated:
        left_out.append(Cut(reason="undated", count=undated))
    found, groups, crowded = cliques(recent, bidders, limits)
    whole = [row for row in recent if not row.cut]
    signs = [
        *found,
        *cover_bidders(recent, bidders, limits, groups),
        *rotations(recent, groups, limits),
        *perpetual_winners(whole, bidders, limits, actors),
        *sole_valid_bids(recent, bidders),
        *repeated_encounters(recent, bidders, limits, actors),
    ]
    return History(signs=tuple(signs), lots=len(recent), cut=(*left_out, *crowded), groups=groups)
