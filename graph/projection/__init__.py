"""The relations of a generation as arrays: who is connected with whom, walked in microseconds without a database.

`generation.projection` is one (`graph.projection.read.Projection`); how to walk is said by a `Walk`.
"""

from graph.projection.contacts import ContactKind, contacts
from graph.projection.model import (
    Direction,
    Edge,
    Group,
    Groups,
    Neighbourhood,
    Route,
    Sharing,
    Walk,
)

__all__ = [
    "ContactKind",
    "Direction",
    "Edge",
    "Group",
    "Groups",
    "Neighbourhood",
    "Route",
    "Sharing",
    "Walk",
    "contacts",
]
