"""Indicators about time and turnout: short periods (R003), single bids (R018), late bids that won (R030)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graph.dates import iso
from graph.procurement import ACTIVE, VALID, Process
from matching.redflags.base import Fact, Market, Reference, Result
from matching.redflags.settings import Settings

DAY = 86_400


class ShortPeriod:
    """R003: whole days from the start of the period for offers to the deadline are below the threshold."""

    code = "R003"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._found: list[Result] = []

    def add(self, process: Process, market: Market) -> None:
        """Measure a period; without both ends nothing is known."""
        settings = self._settings
        if process.start is None or process.deadline is None:
            return
        if settings.r003_methods and process.method not in settings.r003_methods:
            return
        limit = settings.r003_details.get(process.method_details, settings.r003_threshold)
        days = int((process.deadline - process.start).total_seconds() / DAY)
        if days < limit:
            facts: dict[str, Fact] = {
                "start": iso(process.start),
                "deadline": iso(process.deadline),
                "days": days,
            }
            self._found.append(
                Result(
                    code=self.code,
                    group="OCID",
                    subject=process.key,
                    value=1.0,
                    facts=facts,
                    reference=Reference(side="lower", fence=float(limit - 1), given=True),
                )
            )

    def results(self) -> Sequence[Result]:
        """The processes with a short period."""
        return self._found

    def references(self) -> Mapping[str, Reference]:
        """None: the threshold is set."""
        return {}


class SingleBid:
    """R018: one tenderer in a procedure that is meant to have several."""

    code = "R018"

    def __init__(self, settings: Settings) -> None:
        self._methods = settings.r018_methods
        self._found: list[Result] = []

    def add(self, process: Process, market: Market) -> None:
        """Look at the number that the source states; it is not guessed from the bids."""
        if process.tenderer_count == 1 and process.method in self._methods:
            facts: dict[str, Fact] = {"tenderers": 1, "method": process.method}
            self._found.append(
                Result(code=self.code, group="OCID", subject=process.key, value=1.0, facts=facts)
            )

    def results(self) -> Sequence[Result]:
        """The processes with one tenderer."""
        return self._found

    def references(self) -> Mapping[str, Reference]:
        """None."""
        return {}


class LateWinner:
    """R030: a valid bid dated after the deadline, of a tenderer that is a supplier of an active award."""

    code = "R030"

    def __init__(self, settings: Settings) -> None:
        self._processes: dict[str, Result] = {}
        self._tenderers: dict[str, Result] = {}

    def add(self, process: Process, market: Market) -> None:
        """Compare the dates of valid bids with the deadline."""
        if process.deadline is None:
            return
        suppliers = {
            ref.id for award in process.awards if award.status == ACTIVE for ref in award.suppliers if ref.id
        }
        for bid in process.bids:
            if bid.status != VALID or bid.date is None or bid.date <= process.deadline:
                continue
            for ref in bid.tenderers:
                if ref.id in suppliers:
                    facts: dict[str, Fact] = {
                        "bid": iso(bid.date),
                        "deadline": iso(process.deadline),
                        "process": process.key,
                    }
                    made = Result(
                        code=self.code,
                        group="OCID",
                        subject=process.key,
                        value=1.0,
                        facts={**facts, "tenderer": ref.id},
                    )
                    self._processes.setdefault(process.key, made)
                    self._tenderers.setdefault(
                        ref.id,
                        Result(code=self.code, group="Tenderer", subject=ref.id, value=1.0, facts=facts),
                    )

    def results(self) -> Sequence[Result]:
        """The processes and their late winners."""
        return [*self._processes.values(), *self._tenderers.values()]

    def references(self) -> Mapping[str, Reference]:
        """None."""
        return {}
