"""The kinds that make the graph: who holds, leads, is related to, bids for and decides what."""

from __future__ import annotations

from loaders.base import Kind
from loaders.kinds.awards import AWARDS_KIND, COMMITTEE_KIND, CONTRACTS_KIND
from loaders.kinds.bids import BIDS_KIND, EVALUATIONS_KIND
from loaders.kinds.holdings import HOLDINGS_KIND
from loaders.kinds.people import EMPLOYMENT_KIND, KINSHIP_KIND, OFFICERS_KIND, OFFICIALS_KIND, OVERSIGHT_KIND
from loaders.kinds.ppp import PPP_KIND
from loaders.kinds.tenders import LOTS_KIND, SERVICES_KIND, TENDERS_KIND
from loaders.kinds.traces import BONDS_KIND, DEVICES_KIND, MEMBERS_KIND, TEXTS_KIND

GRAPH_KINDS: tuple[Kind, ...] = (
    HOLDINGS_KIND,
    OFFICERS_KIND,
    KINSHIP_KIND,
    OFFICIALS_KIND,
    EMPLOYMENT_KIND,
    OVERSIGHT_KIND,
    PPP_KIND,
    TENDERS_KIND,
    LOTS_KIND,
    SERVICES_KIND,
    BIDS_KIND,
    EVALUATIONS_KIND,
    DEVICES_KIND,
    BONDS_KIND,
    MEMBERS_KIND,
    TEXTS_KIND,
    COMMITTEE_KIND,
    AWARDS_KIND,
    CONTRACTS_KIND,
)
