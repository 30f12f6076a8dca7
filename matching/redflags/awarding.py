"""How a process was awarded, for the indicators that compare the winner with the others."""

from __future__ import annotations

import msgspec

from graph.procurement import ACTIVE, CLOSED_AWARDS, VALID, Award, Bid, Process
from matching.redflags.base import Market


def active_awards(process: Process) -> list[Award] | None:
    """The active awards; None where some award is pending or its state is unknown: nothing is settled yet."""
    found = []
    for award in process.awards:
        if award.status == ACTIVE:
            found.append(award)
        elif award.status not in CLOSED_AWARDS:
            return None
    return found


def single_winner(process: Process) -> str | None:
    """The one supplier of the one active award; None where awards are not settled, several, or to several."""
    awards = active_awards(process)
    if awards is None or len(awards) != 1 or len(awards[0].suppliers) != 1:
        return None
    return awards[0].suppliers[0].id or None


def valid_bids(process: Process) -> list[Bid] | None:
    """The valid bids of one known tenderer each; None where one is of several: then ratios can't be told."""
    found = []
    for bid in process.bids:
        if bid.status != VALID:
            continue
        if len(bid.tenderers) > 1:
            return None
        if bid.tenderers and bid.tenderers[0].id:
            found.append(bid)
    return found


class Margin(msgspec.Struct, frozen=True):
    """The gap between the winning bid and the lowest valid bid of another, d = (b2 − b1) / b1."""

    process: str
    winner: str
    second: str
    lowest: str
    """Amounts as written."""
    next: str
    difference: float


def margin(process: Process, market: Market) -> Margin | None:
    """The gap of a process awarded on price alone: the winner's lowest valid bid is the lowest of all.

    None where it can't be told: awards not settled or several, joint bids, no price of the winner or of anybody else
    in the market's currency, a price of nothing, or a winner that was not the cheapest.
    """
    winner = single_winner(process)
    bids = valid_bids(process)
    if winner is None or not bids:
        return None
    priced = [bid for bid in bids if market.own(bid.value)]
    # of equal prices the winner's comes first: being matched by another is a gap of nothing, not a lost first place
    priced.sort(key=lambda bid: (bid.value.amount if bid.value else 0, bid.tenderers[0].id != winner))
    # further bids of the winner's are no competition
    other = next((bid for bid in priced if bid.tenderers[0].id != winner), None)
    if other is None or priced[0].tenderers[0].id != winner:
        return None
    first, second = priced[0].value, other.value
    if first is None or second is None or first.amount <= 0:
        return None
    lowest, following = float(first.amount), float(second.amount)
    return Margin(
        process.key,
        winner,
        other.tenderers[0].id,
        str(first.amount),
        str(second.amount),
        (following - lowest) / lowest,
    )
