"""Pictures of cases as they are frozen: parties where somebody put them, and the relations known between them.

Ids are those of parties, good in any installation that loaded the same data; never row numbers of a database.
"""

from __future__ import annotations

from datetime import datetime

from graph.model import Doc


class PictureNode(Doc):
    """A party in a picture. `known`: whether the records held it when the picture was made."""

    id: str
    name: str = ""
    type: str = ""
    code: str = ""
    x: int = 0
    y: int = 0
    pinned: bool = True
    listed: str = "no"
    lists: tuple[str, ...] = ()
    known: bool = True


class PictureEdge(Doc):
    """A relation between two parties of a picture, dated and sourced, in both languages."""

    source: str
    target: str
    type: str
    zh: str = ""
    en: str = ""
    since: str = ""
    until: str = ""
    possibly_same: bool = False
    origin: str = ""


class Picture(Doc):
    """A picture as it stood: of which facts, of which records, who is in it, and how they are connected."""

    as_of: datetime
    generation: str = ""
    nodes: tuple[PictureNode, ...] = ()
    edges: tuple[PictureEdge, ...] = ()
    cut: bool = False
    """Whether two parties with very many relations may be connected by one that is not drawn."""
