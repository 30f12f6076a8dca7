"""The relations of a generation as arrays: who is connected with whom, walked in microseconds without a database.

`generation.projection` is one (`graph.projection.read.Projection`); how to walk is said by a `Walk`.
"""

from graph.projection.contacts import ContactKind, contacts
from graph.projection.model import (
    Cut,
    Direction,
    Edge,
    Found,
    Group,
    Groups,
    Neighbourhood,
    Reached,
    Route,
    Sharing,
    Tally,
    Walk,
)

__all__ = [
    "ContactKind",
    "Cut",
    "Direction",
    "Edge",
    "Found",
    "Group",
    "Groups",
    "Neighbourhood",
    "Reached",
    "Route",
    "Sharing",
    "Tally",
    "Walk",
    "contacts",
]
