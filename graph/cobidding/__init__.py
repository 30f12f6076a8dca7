"""Who bids with whom: co-bidding by lots, its communities, and how wins go round in a group."""

from graph.cobidding.communities import Community, communities
from graph.cobidding.pairs import CoBid, CoBidding, co_bidding
from graph.cobidding.rotation import Rotation, rotation

__all__ = ["CoBid", "CoBidding", "Community", "Rotation", "co_bidding", "communities", "rotation"]
