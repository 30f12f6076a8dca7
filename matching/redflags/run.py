"""All indicators over a stream of processes, and their answer in the shape of Open Contracting's tool."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import xxhash

from graph.procurement import Process
from matching.redflags.base import GROUPS, Indicator, Market, Reference, Result
from matching.redflags.history import Cut
from matching.redflags.more import Asked, More
from matching.redflags.periods import LateWinner, ShortPeriod, SingleBid
from matching.redflags.prices import CloseBids, EqualPrices, HeavyDiscount, LowestRejected
from matching.redflags.settings import Settings
from matching.redflags.tenderers import Disqualifications, Losers, SoleSurvivor, Variety

INDICATORS = (
    ShortPeriod,
    SingleBid,
    CloseBids,
    Losers,
    EqualPrices,
    LateWinner,
    SoleSurvivor,
    LowestRejected,
    Disqualifications,
    Variety,
    HeavyDiscount,
)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The flags of a run, the fences they were judged by, and what was left out."""

    results: tuple[Result, ...]
    references: Mapping[str, Mapping[str, Reference]]
    processes: int
    cancelled: int
    excluded: int
    """Processes whose method is excluded by the settings."""
    repeated: int
    """Processes that came under an identifier which had been there before: each counts, as in the published tool."""
    currency: str
    cut: tuple[Cut, ...] = ()
    """What histories left out."""

    def grouped(self) -> dict[str, dict[str, dict[str, float]]]:
        """Group, identifier, code and value: the shape of the published fixtures."""
        found: dict[str, dict[str, dict[str, float]]] = {}
        for group in GROUPS:
            subjects: dict[str, dict[str, float]] = {}
            for result in self.results:
                if result.group == group:
                    subjects.setdefault(result.subject, {})[result.code] = result.value
            if subjects:
                found[group] = subjects
        return found

    def meta(self) -> dict[str, Any]:
        """Quartiles and fences by indicator, rounded to four decimals, as the published tool gives them."""
        found: dict[str, Any] = {}
        for code, groups in self.references.items():
            for group, reference in groups.items():
                name = f"{code}_{group.lower()}" if len(groups) > 1 else code
                found[name] = {
                    key: round(value, 4)
                    for key, value in (
                        ("q1", reference.q1),
                        ("q3", reference.q3),
                        (f"{reference.side}_fence", reference.fence),
                    )
                    if value is not None
                }
        return found


def run(processes: Iterable[Process], settings: Settings, asked: Asked | None = None) -> Answer:
    """Calculate the indicators that are on. Cancelled tenders and excluded methods are left out.

    Args:
        processes: read once; what is kept grows with the number of organisations and compared prices.
        settings: which indicators, by which thresholds.
        asked: what else is wanted (screens, histories, conduct); default: nothing.
    """
    indicators: list[Indicator] = [make(settings) for make in INDICATORS if make.code in settings.enabled]
    market = Market(settings.currency)
    more = More(asked or Asked())
    count = cancelled = excluded = repeated = 0
    seen: set[int] = set()
    for process in processes:
        count += 1
        key = xxhash.xxh3_64_intdigest(process.key.encode("utf-8", "replace"))
        repeated += key in seen
        seen.add(key)
        if process.cancelled:
            cancelled += 1
            continue
        if process.method_details and process.method_details in settings.excluded:
            excluded += 1
            continue
        market.observe(process)
        more.add(process)
        for indicator in indicators:
            indicator.add(process, market)
    further, cut = more.results()
    return Answer(
        results=(*(result for indicator in indicators for result in indicator.results()), *further),
        references={one.code: found for one in indicators if (found := one.references())},
        processes=count,
        cancelled=cancelled,
        excluded=excluded,
        repeated=repeated,
        currency=market.currency,
        cut=cut,
    )
