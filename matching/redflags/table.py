"""Lots as histories read them: who bid, who won, who bought, advised and judged. One row a lot, ids throughout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from graph.dates import CST, add_months, china_day, start_of_day
from graph.procurement import ACTIVE, DISQUALIFIED, VALID, Process


class LotRow(msgspec.Struct, frozen=True, kw_only=True):
    """One lot. Ids are those of the source: party keys of the graph, or ids of organisations in OCDS."""

    lot: str
    tender: str = ""
    when: datetime | None = None
    """When bids were due, or the earliest time the source knows."""
    bidders: tuple[str, ...] = ()
    winners: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    """Bidders all of whose bids were disqualified."""
    buyers: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    experts: tuple[str, ...] = ()
    cut: bool = False
    """Whether not everyone who bid could be read."""

    def actors(self, role: str) -> tuple[str, ...]:
        """Those who stand in a role towards the lot: `buyer`, `agency` or `expert`."""
        return {"buyer": self.buyers, "agency": self.agencies, "expert": self.experts}[role]


ROLES = ("buyer", "agency", "expert")
_EVER = datetime(1, 1, 2, tzinfo=CST)


def window(rows: Iterable[LotRow], as_of: datetime, months: int) -> list[LotRow]:
    """The rows of the last `months` before `as_of`, in order of time; rows without a time are left out."""
    first = start_of_day(add_months(china_day(as_of), -months))
    dated = [row for row in rows if row.when is not None and first <= row.when <= as_of]
    return sorted(dated, key=order)


def order(row: LotRow) -> tuple[datetime, str]:
    """Rows in order of time."""
    return row.when or _EVER, row.lot


def rows_of(process: Process) -> Iterator[LotRow]:
    """The lots of a process whose bids are known; a bid or award without lots is for all of them."""
    if process.cancelled or not process.bids_known:
        return
    lots = [lot.id for lot in process.lots] or [""]
    buyers = tuple(ref.id for ref in (process.buyer,) if ref is not None and ref.id)
    entity = process.procuring_entity
    agencies = (entity.id,) if entity is not None and entity.id and entity.id not in buyers else ()
    for lot in lots:
        states: dict[str, set[str]] = {}
        for bid in process.bids:
            if bid.submitted and (not lot or not bid.lots or lot in bid.lots):
                for ref in bid.tenderers:
                    if ref.id:
                        states.setdefault(ref.id, set()).add(bid.status)
        winners = {
            ref.id: None
            for award in process.awards
            if award.status == ACTIVE and (not lot or not award.lots or lot in award.lots)
            for ref in award.suppliers
            if ref.id
        }
        yield LotRow(
            lot=f"{process.key}/{lot}" if lot else process.key,
            tender=process.key,
            when=process.deadline or process.start or process.date,
            bidders=tuple(states),
            winners=tuple(winners),
            rejected=tuple(name for name, found in states.items() if found == {DISQUALIFIED}),
            buyers=buyers,
            agencies=agencies,
        )


def sole_valid(process: Process) -> str:
    """The only tenderer with a valid bid where others bid too; empty where there are several, or none."""
    valid = {ref.id for bid in process.bids if bid.status == VALID for ref in bid.tenderers}
    return valid.pop() if len(valid) == 1 else ""


def losses(row: LotRow, bidder: str) -> Sequence[str]:
    """Who won a lot that a bidder lost; empty where it won, or nobody did."""
    return () if bidder in row.winners else row.winners
