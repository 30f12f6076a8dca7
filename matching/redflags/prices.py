"""Indicators about prices: close bids (R024), heavy discounts (R058), equal ones (R028), the lowest rejected (R036)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from graph.procurement import ACTIVE, DISQUALIFIED, VALID, Bid, Process
from matching.redflags.awarding import Margin, margin
from matching.redflags.base import Fact, Market, Reference, Result, fence
from matching.redflags.settings import Settings


class _Margins:
    """The gaps of all processes; subclasses say which side is suspicious and who is concerned."""

    code = ""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._margins: dict[str, Margin] = {}
        self._currency = ""

    def add(self, process: Process, market: Market) -> None:
        """Take in a gap."""
        if not self._settings.compares_prices(process.method_details):
            return
        found = margin(process, market)
        if found is not None:
            self._margins[process.key] = found
            self._currency = market.currency

    def _reference(self) -> Reference | None:
        raise NotImplementedError

    def _concerned(self, found: Margin) -> tuple[str, ...]:
        raise NotImplementedError

    def results(self) -> Sequence[Result]:
        """The processes with an outlying gap, and the tenderers concerned."""
        reference = self._reference()
        if reference is None:
            return []
        processes: list[Result] = []
        tenderers: dict[str, Result] = {}
        for found in self._margins.values():
            if not reference.holds(found.difference):
                continue
            facts: dict[str, Fact] = {
                "winner": found.winner,
                "second": found.second,
                "lowest": found.lowest,
                "next": found.next,
                "currency": self._currency,
                "difference": found.difference,
            }
            processes.append(
                Result(
                    code=self.code,
                    group="OCID",
                    subject=found.process,
                    value=found.difference,
                    facts=facts,
                    reference=reference,
                )
            )
            for tenderer in self._concerned(found):
                tenderers.setdefault(
                    tenderer,
                    Result(
                        code=self.code,
                        group="Tenderer",
                        subject=tenderer,
                        value=0.0,
                        facts={**facts, "process": found.process},
                        reference=reference,
                    ),
                )
        return [*processes, *tenderers.values()]

    def references(self) -> Mapping[str, Reference]:
        """The fence over the gaps."""
        reference = self._reference()
        return {} if reference is None else {"OCID": reference}


class CloseBids(_Margins):
    """R024: the second-lowest bid is unusually close to the winning one; both bidders are concerned."""

    code = "R024"

    def _reference(self) -> Reference | None:
        return fence(
            [one.difference for one in self._margins.values()], "lower", self._settings.r024_threshold
        )

    def _concerned(self, found: Margin) -> tuple[str, ...]:
        return (found.winner, found.second)


class HeavyDiscount(_Margins):
    """R058: the winning bid is unusually far below the second-lowest; the winner is concerned."""

    code = "R058"

    def _reference(self) -> Reference | None:
        return fence(
            [one.difference for one in self._margins.values()], "upper", self._settings.r058_threshold
        )

    def _concerned(self, found: Margin) -> tuple[str, ...]:
        return (found.winner,)


class EqualPrices:
    """R028: different tenderers handed in bids of the same amount."""

    code = "R028"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._processes: list[Result] = []
        self._tenderers: dict[str, Result] = {}

    def add(self, process: Process, market: Market) -> None:
        """Group the bids of a process by amount."""
        if not self._settings.compares_prices(process.method_details):
            return
        prices: dict[Decimal, dict[tuple[str, ...], None]] = {}
        for bid in process.bids:
            who = tuple(sorted({ref.id for ref in bid.tenderers if ref.id}))
            if bid.submitted and who and bid.value is not None and market.own(bid.value):
                prices.setdefault(bid.value.amount, {})[who] = None
        equal = {price: bidders for price, bidders in prices.items() if len(bidders) > 1}
        if not equal:
            return
        names = sorted({name for bidders in equal.values() for who in bidders for name in who})
        facts: dict[str, Fact] = {
            "amounts": tuple(str(price) for price in sorted(equal)),
            "currency": market.currency,
            "tenderers": tuple(names),
        }
        self._processes.append(
            Result(code=self.code, group="OCID", subject=process.key, value=1.0, facts=facts)
        )
        for name in names:
            self._tenderers.setdefault(
                name,
                Result(
                    code=self.code,
                    group="Tenderer",
                    subject=name,
                    value=1.0,
                    facts={**facts, "process": process.key},
                ),
            )

    def results(self) -> Sequence[Result]:
        """The processes with equal prices and those who offered them."""
        return [*self._processes, *self._tenderers.values()]

    def references(self) -> Mapping[str, Reference]:
        """None."""
        return {}


class LowestRejected:
    """R036: the lowest bid was disqualified although price alone decides, and another one is valid."""

    code = "R036"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._found: list[Result] = []

    def add(self, process: Process, market: Market) -> None:
        """Compare the lowest bid with the others; bids in another currency are left out."""
        if not self._settings.compares_prices(process.method_details):
            return
        if not any(award.status == ACTIVE for award in process.awards):
            return
        rejected = _lowest([bid for bid in process.bids if bid.submitted], market)
        valid = _lowest([bid for bid in process.bids if bid.status == VALID], market)
        if rejected is None or valid is None or rejected.status != DISQUALIFIED:
            return
        facts: dict[str, Fact] = {
            "rejected": str(_price(rejected)),
            "lowest_valid": str(_price(valid)),
            "currency": market.currency,
        }
        self._found.append(Result(code=self.code, group="OCID", subject=process.key, value=1.0, facts=facts))

    def results(self) -> Sequence[Result]:
        """The processes whose lowest bid was rejected."""
        return self._found

    def references(self) -> Mapping[str, Reference]:
        """None."""
        return {}


def _price(bid: Bid) -> Decimal:
    return bid.value.amount if bid.value is not None else Decimal(0)


def _lowest(bids: Sequence[Bid], market: Market) -> Bid | None:
    """The lowest bid in the market's currency, of equal ones the first."""
    return min((bid for bid in bids if market.own(bid.value)), default=None, key=_price)
