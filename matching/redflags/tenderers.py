"""Indicators about organisations: losers (R025), sole survivors (R035), disqualifications (R038), variety (R048)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graph.procurement import ACTIVE, DISQUALIFIED, VALID, OrgRef, Process
from matching.redflags.awarding import active_awards, single_winner, valid_bids
from matching.redflags.base import Fact, Group, Market, Reference, Result, fence, quantile
from matching.redflags.settings import Settings


class Losers:
    """R025: a tenderer that bids much and hardly ever wins."""

    code = "R025"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._bids: dict[str, int] = {}
        self._wins: dict[str, int] = {}

    def add(self, process: Process, market: Market) -> None:
        """Count who bid in a process with one settled winner, each once however many bids it made, and the win."""
        winner = single_winner(process)
        bids = valid_bids(process)
        if winner is None or bids is None:
            return
        names = {bid.tenderers[0].id: None for bid in bids}
        for name in names:
            self._bids[name] = self._bids.get(name, 0) + 1
        if winner in names:
            self._wins[winner] = self._wins.get(winner, 0) + 1

    def _ratios(self) -> dict[str, float]:
        return {name: self._wins.get(name, 0) / count for name, count in self._bids.items()}

    def _top(self) -> Reference | None:
        counts = sorted(float(count) for count in self._bids.values())
        if not counts:
            return None
        bound = quantile(counts, self._settings.r025_percentile / 100)
        return Reference(side="upper", fence=bound, given=False, count=len(counts))

    def results(self) -> Sequence[Result]:
        """The tenderers at the top by bids and at the bottom by wins."""
        ratios = self._ratios()
        low = fence(list(ratios.values()), "lower", self._settings.r025_threshold)
        top = self._top()
        if low is None or top is None:
            return []
        return [
            Result(
                code=self.code,
                group="Tenderer",
                subject=name,
                value=ratio,
                facts={
                    "wins": self._wins.get(name, 0),
                    "valid_bids": self._bids[name],
                    "many_bids_from": top.fence,
                },
                reference=low,
            )
            for name, ratio in ratios.items()
            if top.holds(self._bids[name]) and low.holds(ratio)
        ]

    def references(self) -> Mapping[str, Reference]:
        """The fence over the ratios."""
        low = fence(list(self._ratios().values()), "lower", self._settings.r025_threshold)
        return {} if low is None else {"Tenderer": low}


class SoleSurvivor:
    """R035: every bid but those of the winner was disqualified."""

    code = "R035"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._processes: list[Result] = []
        self._tenderers: dict[str, Result] = {}

    def add(self, process: Process, market: Market) -> None:
        """Look for one tenderer with valid bids that got every award, and others that were disqualified."""
        awards = active_awards(process)
        if not awards:
            return
        valid = {ref.id for bid in process.bids if bid.status == VALID for ref in bid.tenderers if ref.id}
        suppliers = {ref.id for award in awards for ref in award.suppliers if ref.id}
        if len(valid) != 1 or valid != suppliers:
            return
        (winner,) = valid
        rejected = {
            ref.id
            for bid in process.bids
            if bid.status == DISQUALIFIED
            for ref in bid.tenderers
            if ref.id and ref.id != winner
        }
        threshold = self._settings.r035_threshold
        if not rejected or len(rejected) < threshold:
            return
        facts: dict[str, Fact] = {"winner": winner, "disqualified": tuple(sorted(rejected))}
        reference = Reference(side="upper", fence=float(threshold), given=True)
        self._processes.append(
            Result(
                code=self.code,
                group="OCID",
                subject=process.key,
                value=float(len(rejected)),
                facts=facts,
                reference=reference,
            )
        )
        self._tenderers.setdefault(
            winner,
            Result(
                code=self.code,
                group="Tenderer",
                subject=winner,
                value=0.0,
                facts={**facts, "process": process.key},
                reference=reference,
            ),
        )

    def results(self) -> Sequence[Result]:
        """The processes and their winners."""
        return [*self._processes, *self._tenderers.values()]

    def references(self) -> Mapping[str, Reference]:
        """None: the threshold is set."""
        return {}


class _Tally:
    """Submitted and disqualified bids of one organisation."""

    __slots__ = ("disqualified", "submitted")

    def __init__(self) -> None:
        self.submitted = self.disqualified = 0

    @property
    def ratio(self) -> float:
        return self.disqualified / self.submitted


class Disqualifications:
    """R038: an unusual share of bids disqualified by a buyer or procuring entity, or of a tenderer."""

    code = "R038"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tallies: dict[Group, dict[str, _Tally]] = {"Buyer": {}, "ProcuringEntity": {}, "Tenderer": {}}

    def add(self, process: Process, market: Market) -> None:
        """Count the bids of a process for its buyer, its procuring entity and each tenderer."""
        submitted = [bid for bid in process.bids if bid.submitted]
        if not submitted:
            return
        rejected = sum(1 for bid in submitted if bid.status == DISQUALIFIED)
        roles: tuple[tuple[Group, OrgRef | None], ...] = (
            ("Buyer", process.buyer),
            ("ProcuringEntity", process.procuring_entity),
        )
        for group, ref in roles:
            if ref is not None and ref.id:
                tally = self._tallies[group].setdefault(ref.id, _Tally())
                tally.submitted += len(submitted)
                tally.disqualified += rejected
        for bid in submitted:
            for name in {ref.id for ref in bid.tenderers if ref.id}:
                tally = self._tallies["Tenderer"].setdefault(name, _Tally())
                tally.submitted += 1
                tally.disqualified += bid.status == DISQUALIFIED

    def _measured(self, group: Group) -> dict[str, _Tally]:
        """Those with enough bids for a ratio to mean something.

        The published tool reads the minimum for buyers and procuring entities, too, as one of bids, whatever its key
        is called; figures have to be comparable with it.
        """
        settings = self._settings
        least = settings.r038_minimum_bids if group == "Tenderer" else settings.r038_minimum_processes
        return {name: tally for name, tally in self._tallies[group].items() if tally.submitted >= least}

    def _reference(self, measured: Mapping[str, _Tally]) -> Reference | None:
        return fence([tally.ratio for tally in measured.values()], "upper", self._settings.r038_threshold)

    def results(self) -> Sequence[Result]:
        """The organisations with an outlying share."""
        found = []
        for group in self._tallies:
            measured = self._measured(group)
            reference = self._reference(measured)
            if reference is None:
                continue
            found += [
                Result(
                    code=self.code,
                    group=group,
                    subject=name,
                    value=tally.ratio,
                    facts={"disqualified": tally.disqualified, "submitted": tally.submitted},
                    reference=reference,
                )
                for name, tally in measured.items()
                if reference.holds(tally.ratio)
            ]
        return found

    def references(self) -> Mapping[str, Reference]:
        """The fence of each group."""
        found = {group: self._reference(self._measured(group)) for group in self._tallies}
        return {group: reference for group, reference in found.items() if reference is not None}


class Variety:
    """R048: a supplier of unusually many kinds of things, by the first digits of the items' classification."""

    code = "R048"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._classes: dict[str, dict[tuple[str, str], None]] = {}
        self._processes: dict[str, int] = {}

    def add(self, process: Process, market: Market) -> None:
        """Take in the items of active awards to one supplier."""
        digits = self._settings.r048_digits
        seen: set[str] = set()
        for award in process.awards:
            if award.status != ACTIVE or len(award.suppliers) != 1 or not (name := award.suppliers[0].id):
                continue
            for item in award.items:
                if code := item.code.strip()[:digits]:
                    seen.add(name)
                    self._classes.setdefault(name, {})[(item.scheme, code)] = None
        for name in seen:
            self._processes[name] = self._processes.get(name, 0) + 1

    def _measured(self) -> dict[str, dict[tuple[str, str], None]]:
        """The classes of those with enough processes; who has fewer is neither measured nor flagged."""
        least = self._settings.r048_minimum_processes
        return {name: classes for name, classes in self._classes.items() if self._processes[name] >= least}

    def _reference(self) -> Reference | None:
        counts = [float(len(classes)) for classes in self._measured().values()]
        return fence(counts, "upper", self._settings.r048_threshold)

    def results(self) -> Sequence[Result]:
        """The suppliers at or above the fence."""
        reference = self._reference()
        if reference is None:
            return []
        return [
            Result(
                code=self.code,
                group="Tenderer",
                subject=name,
                value=float(len(classes)),
                facts={"classes": tuple(code for _, code in classes), "processes": self._processes[name]},
                reference=reference,
            )
            for name, classes in self._measured().items()
            if reference.holds(len(classes))
        ]

    def references(self) -> Mapping[str, Reference]:
        """The fence over suppliers with enough processes."""
        reference = self._reference()
        return {} if reference is None else {"Tenderer": reference}
