"""What else a collection of processes shows: collusion screens, histories of bidders, conduct between bidders.

Gathered beside the Open Contracting indicators, only where it is asked for: lots are kept in memory for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from graph.cobidding import co_bidding
from graph.dates import china_day
from graph.procurement import ACTIVE, Process
from matching.redflags.base import Fact, Result
from matching.redflags.conduct import (
    Purchase,
    never_against,
    splitting,
    subcontracts_to_losers,
    winner_shares,
)
from matching.redflags.history import Cut, Limits, Sign, signs_of
from matching.redflags.screens import screen_lots
from matching.redflags.table import LotRow, rows_of

Kind = Literal["screens", "histories", "conduct"]
KINDS: tuple[Kind, ...] = ("screens", "histories", "conduct")
SHARE = 0.5
"""A winner's share at a buyer that is remarked, from `SHARE_LOTS` settled lots on."""
SHARE_LOTS = 5


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for beside the indicators."""

    kinds: tuple[Kind, ...] = ()
    as_of: datetime | None = None
    """End of the window of histories; default: the latest lot."""
    threshold: Decimal | None = None
    """Amount from which another procedure is prescribed, in the contracts' currency, where splitting is looked for."""
    limits: Limits = Limits(meetings=3_000_000)


class More:
    """Takes in processes one by one, then answers."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._rows: list[LotRow] = []
        self._prices: dict[str, dict[str, list[Decimal]]] = {}
        self._purchases: list[Purchase] = []
        self._subcontracts: list[tuple[str, str, Sequence[str]]] = []

    def add(self, process: Process) -> None:
        """Take in a process; a cancelled one proves nothing."""
        if process.cancelled or not self._asked.kinds:
            return
        rows = list(rows_of(process))
        if {"histories", "conduct"} & set(self._asked.kinds):
            self._rows += rows
        if "screens" in self._asked.kinds:
            self._add_prices(process, rows)
        if "conduct" in self._asked.kinds:
            self._add_contracts(process, rows)

    def _add_prices(self, process: Process, rows: Sequence[LotRow]) -> None:
        """The prices of a lot, where all that were handed in are in one currency."""
        for row in rows:
            lot = row.lot.removeprefix(f"{process.key}/") if row.lot != process.key else ""
            values = [
                bid.value
                for bid in process.bids
                if bid.submitted and bid.value is not None and (not lot or bid.lots == (lot,))
            ]
            currencies = {value.currency for value in values}
            prices = [value.amount for value in values]
            if len(currencies) == 1 and all(price > 0 for price in prices):
                self._prices.setdefault(currencies.pop(), {})[row.lot] = prices

    def _add_contracts(self, process: Process, rows: Sequence[LotRow]) -> None:
        awards = {award.id: award for award in process.awards if award.status == ACTIVE}
        for contract in process.contracts:
            award = awards.get(contract.award)
            suppliers = contract.suppliers or (award.suppliers if award is not None else ())
            when = contract.signed or contract.start
            if process.buyer is not None and contract.value is not None and when is not None:
                self._purchases += [
                    Purchase(
                        contract=f"{process.key}/{contract.id}",
                        buyer=process.buyer.id,
                        supplier=ref.id,
                        day=china_day(when),
                        amount=contract.value.amount,
                    )
                    for ref in suppliers
                    if ref.id and process.buyer.id
                ]
            named = contract.lots or (award.lots if award is not None else ())
            lots = [f"{process.key}/{lot}" for lot in named] or [row.lot for row in rows]
            names = [ref.id for ref in contract.subcontractors if ref.id]
            self._subcontracts += [(lot, contract.id, names) for lot in lots if names]

    def results(self) -> tuple[list[Result], tuple[Cut, ...]]:
        """The remarks, and what was left out."""
        found: list[Result] = []
        cut: tuple[Cut, ...] = ()
        for _, lots in sorted(self._prices.items()):
            found += screen_lots(lots)
        if "histories" in self._asked.kinds:
            times = [row.when for row in self._rows if row.when is not None]
            as_of = self._asked.as_of or max(times, default=None)
            if as_of is not None:
                bidders = sorted({name for row in self._rows for name in row.bidders})
                past = signs_of(self._rows, bidders, as_of=as_of, limits=self._asked.limits)
                found += [_sign(sign) for sign in past.signs]
                cut = past.cut
        if "conduct" in self._asked.kinds:
            found += self._conduct()
        return found, cut

    def _conduct(self) -> Iterable[Result]:
        lots = {row.lot: row.bidders for row in self._rows}
        pairs = co_bidding(lots, support=self._asked.limits.support).pairs
        for one in never_against(self._rows, pairs, support=self._asked.limits.support):
            facts: dict[str, Fact] = {
                "together": one.pair.together,
                "first_wins": one.wins_apart[0],
                "second_wins": one.wins_apart[1],
            }
            yield Result(
                code="NEVER",
                group="Pair",
                subject=f"{one.pair.first}|{one.pair.second}",
                value=float(one.pair.together),
                facts=facts,
            )
        for share in winner_shares(self._rows):
            if share.lots >= SHARE_LOTS and share.share >= SHARE:
                yield Result(
                    code="SHARE",
                    group="Tenderer",
                    subject=share.winner,
                    value=share.share,
                    facts={"buyer": share.buyer, "wins": share.wins, "lots": share.lots},
                )
        for loser in subcontracts_to_losers(self._rows, self._subcontracts):
            yield Result(
                code="LOSER",
                group="Lot",
                subject=loser.lot,
                value=1.0,
                facts={"winner": loser.winner, "subcontractor": loser.loser, "contract": loser.contract},
            )
        if self._asked.threshold is not None:
            for run in splitting(self._purchases, self._asked.threshold):
                yield Result(
                    code="SPLIT",
                    group="Pair",
                    subject=f"{run.buyer}|{run.supplier}",
                    value=float(len(run.contracts)),
                    facts={
                        "contracts": run.contracts,
                        "amounts": tuple(str(amount) for amount in run.amounts),
                        "total": str(run.total),
                        "threshold": str(run.threshold),
                        "first": run.first.isoformat(),
                        "last": run.last.isoformat(),
                    },
                )


def _sign(sign: Sign) -> Result:
    facts = dict(sign.facts)
    if sign.other:
        facts["other"] = sign.other
    if sign.role:
        facts["role"] = sign.role
    facts["evidence"] = sign.lots
    single = len(sign.bidders) == 1
    return Result(
        code=sign.code,
        group="Tenderer" if single else "Pair" if len(sign.bidders) == 2 else "Community",
        subject="|".join(sign.bidders),
        value=sign.value,
        facts=facts,
        reference=sign.reference,
    )
