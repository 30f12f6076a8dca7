"""The kinds that make the graph: who holds, leads, is related to, bids for and decides what."""

from __future__ import annotations

from loaders.base import Kind
from loaders.kinds.holdings import HOLDINGS_KIND
from loaders.kinds.people import EMPLOYMENT_KIND, KINSHIP_KIND, OFFICERS_KIND, OFFICIALS_KIND, OVERSIGHT_KIND
from loaders.kinds.ppp import PPP_KIND

GRAPH_KINDS: tuple[Kind, ...] = (
    HOLDINGS_KIND,
    OFFICERS_KIND,
    KINSHIP_KIND,
    OFFICIALS_KIND,
    EMPLOYMENT_KIND,
    OVERSIGHT_KIND,
    PPP_KIND,
)
