"""Conduct over several processes (REDFLAGS.md, over the graph): shares, splitting, young and phoenix companies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from graph.cobidding import CoBid
from graph.dates import add_months
from matching.redflags.table import LotRow


class WinnerShare(msgspec.Struct, frozen=True, kw_only=True):
    """What part of a buyer's lots one winner got. `value` is its part of the priced awards, None without prices."""

    buyer: str
    winner: str
    wins: int
    lots: int
    share: float
    value: Decimal | None = None


def winner_shares(
    rows: Iterable[LotRow], prices: Mapping[tuple[str, str], Decimal] | None = None
) -> list[WinnerShare]:
    """Each winner's share at each buyer, largest first.

    Args:
        rows: lots; those without a winner do not count.
        prices: award prices in one currency by lot and winner.
    """
    prices = prices or {}
    lots: dict[str, int] = {}
    wins: dict[tuple[str, str], int] = {}
    paid: dict[tuple[str, str], Decimal] = {}
    totals: dict[str, Decimal] = {}
    for row in rows:
        for buyer in row.buyers if row.winners else ():
            lots[buyer] = lots.get(buyer, 0) + 1
            for winner in row.winners:
                wins[buyer, winner] = wins.get((buyer, winner), 0) + 1
                price = prices.get((row.lot, winner))
                if price is not None:
                    paid[buyer, winner] = paid.get((buyer, winner), Decimal(0)) + price
                    totals[buyer] = totals.get(buyer, Decimal(0)) + price
    found = [
        WinnerShare(
            buyer=buyer,
            winner=winner,
            wins=count,
            lots=lots[buyer],
            share=count / lots[buyer],
            value=paid.get((buyer, winner), Decimal(0)) / totals[buyer] if totals.get(buyer) else None,
        )
        for (buyer, winner), count in wins.items()
    ]
    return sorted(found, key=lambda one: (-one.share, one.buyer, one.winner))


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """A contract as splitting looks at it. `amount` is in the threshold's currency."""

    contract: str
    buyer: str
    supplier: str
    day: date
    amount: Decimal


class Splitting(msgspec.Struct, frozen=True, kw_only=True):
    """Contracts of one buyer with one supplier, each just under a threshold, within a few days."""

    buyer: str
    supplier: str
    contracts: tuple[str, ...]
    amounts: tuple[Decimal, ...]
    first: date
    last: date
    total: Decimal
    threshold: Decimal


def splitting(
    purchases: Iterable[Purchase],
    threshold: Decimal,
    *,
    band: Decimal = Decimal("0.1"),
    count: int = 3,
    days: int = 90,
) -> list[Splitting]:
    """Contracts that may have been one, cut up to stay under a threshold.

    Args:
        purchases: contracts in the threshold's currency.
        threshold: from this amount on, another procedure is prescribed: an amount equal to it is not under it.
        band: how far under the threshold counts as just under it, as a share of it (0.1: from 90 %).
        count: how many it takes.
        days: within so many days from the first to the last, both counted as dates (90: 1 January to 1 April).

    Returns:
        The longest run for each buyer and supplier that reaches the count; runs do not overlap.

    Raises:
        ValueError: a threshold, band, count or number of days that makes no sense.
    """
    if threshold <= 0 or not 0 < band < 1 or count < 2 or days < 0:
        raise ValueError("splitting")
    low = threshold * (1 - band)
    groups: dict[tuple[str, str], list[Purchase]] = {}
    for one in purchases:
        if low <= one.amount < threshold:
            groups.setdefault((one.buyer, one.supplier), []).append(one)
    found: list[Splitting] = []
    for (buyer, supplier), near in sorted(groups.items()):
        near.sort(key=lambda one: (one.day, one.contract))
        start = 0
        while start < len(near):
            end = start
            while end < len(near) and near[end].day - near[start].day <= timedelta(days=days):
                end += 1
            if end - start < count:
                start += 1
                continue
            run = near[start:end]
            found.append(
                Splitting(
                    buyer=buyer,
                    supplier=supplier,
                    contracts=tuple(one.contract for one in run),
                    amounts=tuple(one.amount for one in run),
                    first=run[0].day,
                    last=run[-1].day,
                    total=sum((one.amount for one in run), Decimal(0)),
                    threshold=threshold,
                )
            )
            start = end
    return found


def new_company(founded: date, event: date, months: int = 12) -> bool | None:
    """Whether a company was founded less than `months` before an event (12: on its first birthday it is not new).

    None where it was founded after the event: one of the two dates is wrong.
    """
    return None if founded > event else event < add_months(founded, months)


class SubcontractToLoser(msgspec.Struct, frozen=True, kw_only=True):
    """A winner that hands work to someone who bid against it."""

    lot: str
    winner: str
    loser: str
    contract: str


def subcontracts_to_losers(
    rows: Iterable[LotRow], contracts: Iterable[tuple[str, str, Sequence[str]]]
) -> list[SubcontractToLoser]:
    """Subcontractors that had bid in the same lot and lost.

    Args:
        rows: lots with bidders and winners.
        contracts: lot, contract and its subcontractors.
    """
    by_lot = {row.lot: row for row in rows}
    found = []
    for lot, contract, subcontractors in contracts:
        row = by_lot.get(lot)
        for name in dict.fromkeys(subcontractors) if row is not None else ():
            if row is not None and name in row.bidders and name not in row.winners:
                found += [
                    SubcontractToLoser(lot=lot, winner=winner, loser=name, contract=contract)
                    for winner in row.winners
                ]
    return found


class Phoenix(msgspec.Struct, frozen=True, kw_only=True):
    """A company founded after a listing, connected with whom the listing names: maybe the same under a new name."""

    company: str
    listed: str
    founded: date
    listed_from: date
    shared: tuple[str, ...]
    """What both share: `legal_rep`, `owner`, `address`."""
    days: int
    """From the listing to the founding."""


SHARED = ("legal_rep", "owner", "address")
ADDRESS_CAP = 20
"""An address with more companies is a place of mass registration and connects nobody (SPEC 8, R06)."""


def phoenix(
    company: str,
    founded: date,
    listed: str,
    listed_from: date,
    shared: Iterable[str],
    *,
    at_address: int = 0,
) -> Phoenix | None:
    """Whether a company looks like the listed one risen again. It never does more than REVIEW (R20).

    Args:
        company, founded: who, and the day of its registration.
        listed, listed_from: the listed party, and the first day of its listing.
        shared: what both share, of `SHARED`; anything else is ignored.
        at_address: companies at the shared address; above `ADDRESS_CAP` the address does not count.

    Returns:
        None where nothing that counts is shared, or the company is not younger than the listing.
    """
    counted = set(shared) & set(SHARED)
    if at_address > ADDRESS_CAP:
        counted.discard("address")
    if not counted or founded <= listed_from:
        return None
    return Phoenix(
        company=company,
        listed=listed,
        founded=founded,
        listed_from=listed_from,
        shared=tuple(name for name in SHARED if name in counted),
        days=(founded - listed_from).days,
    )


class NeverAgainst(msgspec.Struct, frozen=True, kw_only=True):
    """Two bidders that meet often and of whom neither wins when the other is there, though they win elsewhere."""

    pair: CoBid
    wins_apart: tuple[int, int]


def never_against(rows: Sequence[LotRow], pairs: Iterable[CoBid], *, support: int = 5) -> list[NeverAgainst]:
    """Pairs that bid together and never win against each other.

    Args:
        rows: lots; those without a winner do not count as met.
        pairs: co-bidding pairs over the same lots.
        support: lots with a winner in which both bid, at least.
    """
    settled = [row for row in rows if row.winners]
    lots: dict[str, set[int]] = {}
    won: dict[str, set[int]] = {}
    for place, row in enumerate(settled):
        for name in row.bidders:
            lots.setdefault(name, set()).add(place)
        for name in row.winners:
            won.setdefault(name, set()).add(place)
    found = []
    for pair in pairs:
        together = lots.get(pair.first, set()) & lots.get(pair.second, set())
        first, second = won.get(pair.first, set()), won.get(pair.second, set())
        if len(together) >= support and not together & (first | second) and (first or second):
            found.append(NeverAgainst(pair=pair, wins_apart=(len(first), len(second))))
    return found
