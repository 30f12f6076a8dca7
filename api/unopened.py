"""What leaves the graph says nothing of who bids in a tender before it is opened (招标投标法 22)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from graph.export.model import Edge, Export, Node
from graph.model import PartyType
from matching.explore.view import PUBLIC, opening_of

SCOPES = (PartyType.TENDER, PartyType.LOT)


class Unopened:
    """An export without the relations that tell who bids in tenders whose opening lies ahead; walked nodes first."""

    def __init__(self, found: Export, now: datetime) -> None:
        self._found = found
        self._now = now
        self._closed: set[str] = set()
        self._numbers: set[str] = set()
        self.left_out = 0
        """Relations that the last walk left out."""

    @property
    def tenders(self) -> int:
        """How many tenders and lots are not opened yet."""
        return len(self._closed)

    def export(self) -> Export:
        """What may leave; around a party, only what is still connected with it."""
        head = self._found.head
        if not head.around:
            return Export(head, self._nodes, self._edges)
        nodes, edges = list(self._nodes()), list(self._edges())
        if self.left_out:
            reached = _reached(head.around, edges)
            nodes = [node for node in nodes if node.key in reached]
            edges = [edge for edge in edges if edge.src in reached]
        return Export(head, lambda: iter(nodes), lambda: iter(edges))

    def _nodes(self) -> Iterator[Node]:
        scopes: list[Node] = []
        for node in self._found.nodes():
            if node.type in SCOPES:
                scopes.append(node)
            yield node
        self._close(scopes)

    def _close(self, scopes: list[Node]) -> None:
        for node in scopes:
            opening = opening_of(node.attributes.get("opening_at", ""))
            if opening is not None and opening > self._now:
                self._closed.add(node.key)
                self._numbers.update(one.value for one in node.ids)
        for node in scopes:  # a lot's number begins with that of its tender
            parts = [one.value.split("/") for one in node.ids]
            heads = {"/".join(part[:count]) for part in parts for count in range(1, len(part))}
            if heads & self._numbers:
                self._closed.add(node.key)
                self._numbers.update(one.value for one in node.ids)

    def _edges(self) -> Iterator[Edge]:
        self.left_out = 0
        for edge in self._found.edges():
            inside = edge.src in self._closed or edge.dst in self._closed
            if (inside and edge.type not in PUBLIC) or edge.attributes.get("lot") in self._numbers:
                self.left_out += 1
            else:
                yield edge


def _reached(start: str, edges: list[Edge]) -> set[str]:
    """The parties that relations still connect with one."""
    beside: dict[str, list[str]] = {}
    for edge in edges:
        beside.setdefault(edge.src, []).append(edge.dst)
        beside.setdefault(edge.dst, []).append(edge.src)
    reached, waiting = {start}, [start]
    while waiting:
        for other in beside.get(waiting.pop(), ()):
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    return reached
