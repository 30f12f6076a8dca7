"""The picture of a case: what a page's graph sends of it, and how it is filled from the records and frozen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from api.masking import mask_text
from api.problems import RequestError, read_json
from graph.dates import parse_instant
from matching.casework.cases import MOST_PARTS, CasePin
from matching.casework.pictures import Picture, PictureEdge, PictureNode

if TYPE_CHECKING:
    from api.explore.told import Teller

FURTHEST: Final = 1_000_000
"""Where a node may stand, in either direction from the middle."""
LONGEST_GRAPH: Final = 90_000
"""Characters of a picture in a form."""
LONGEST_ID: Final = 200
LOOKED_AT: Final = 500
"""Relations of one type of a party that are looked through for those within a picture."""


class GraphForm(NamedTuple):
    """What a page's graph sent: nodes with positions, and of which day the facts are."""

    pins: tuple[CasePin, ...]
    as_of: datetime | None


class GraphFormError(Exception):
    """A form's graph is not what a graph sends. `code` is a message of api/messages.toml."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


def read_graph(text: str) -> GraphForm:
    """The picture in a form: `{"nodes": [{"id", "x", "y", "pinned"}], "as_of"}`; of an id sent twice the last counts.

    Raises:
        GraphFormError: `case.graph` (not of this shape), `case.graph_many`.
    """
    try:
        given = read_json(text.encode())
    except RequestError:
        raise GraphFormError("case.graph") from None
    if not isinstance(given, dict) or set(given) - {"nodes", "as_of"}:
        raise GraphFormError("case.graph")
    nodes = given.get("nodes")
    if not isinstance(nodes, list):
        raise GraphFormError("case.graph")
    if len(nodes) > MOST_PARTS:
        raise GraphFormError("case.graph_many", most=MOST_PARTS)
    pins = {pin.node: pin for pin in map(_pin, nodes)}
    as_of = given.get("as_of")
    try:
        when = None if as_of in (None, "") else parse_instant(str(as_of))
    except (ValueError, OverflowError):
        raise GraphFormError("case.graph") from None
    return GraphForm(tuple(pins.values()), when)


def _pin(given: Any) -> CasePin:
    if not isinstance(given, dict) or set(given) - {"id", "x", "y", "pinned"}:
        raise GraphFormError("case.graph")
    name, pinned = given.get("id"), given.get("pinned", True)
    if not isinstance(name, str) or not isinstance(pinned, bool):
        raise GraphFormError("case.graph")
    if not 0 < len(name) <= LONGEST_ID or not name.isprintable() or mask_text(name) != name:
        raise GraphFormError("case.graph")
    return CasePin(node=name, x=_place(given.get("x")), y=_place(given.get("y")), pinned=pinned)


def _place(value: Any) -> int:
    try:
        number = math.nan if isinstance(value, bool | str | list | dict) or value is None else float(value)
    except OverflowError:
        number = math.nan
    if not abs(number) <= FURTHEST:  # nor is what is no number
        raise GraphFormError("case.graph")
    return round(number)


def merged(known: Sequence[CasePin], given: Sequence[CasePin]) -> tuple[CasePin, ...]:
    """Pins with those of a picture put over them: what somebody else pinned meanwhile stays."""
    new = {pin.node: pin for pin in given}
    kept = [_moved(pin, new.pop(pin.node, None)) for pin in known]
    return (*kept, *new.values())


def _moved(pin: CasePin, to: CasePin | None) -> CasePin:
    if to is None:
        return pin
    return CasePin(
        node=pin.node, x=to.x, y=to.y, label=pin.label, decision_id=pin.decision_id, pinned=to.pinned
    )


def picture_of(teller: Teller, pins: Sequence[CasePin]) -> Picture:
    """Pinned parties and the relations between them, as the teller may tell of them.

    A party that the records no longer hold, or that the caller may not see, keeps its place and is marked.
    """
    ordinals: dict[int, None] = {}
    nodes = []
    for pin in pins:
        ordinal = teller.generation.party_ordinal(pin.node)
        if ordinal is None or teller.hidden(ordinal):
            nodes.append(_bare(pin, known=False))
            continue
        ordinals[ordinal] = None
        party = teller.party(ordinal)
        nodes.append(
            PictureNode(
                id=pin.node, name=party.name, type=party.type, code=party.code, x=pin.x, y=pin.y,
                pinned=pin.pinned, listed=party.listed, lists=party.lists,
            )
        )  # fmt: skip
    edges, cut = _edges(teller, ordinals)
    return Picture(
        as_of=teller.as_of, generation=teller.generation.ref, nodes=tuple(nodes), edges=edges, cut=cut
    )


def bare(pins: Sequence[CasePin], as_of: datetime) -> Picture:
    """The places of pinned parties alone, for who may not explore the records."""
    return Picture(as_of=as_of, nodes=tuple(_bare(pin, known=True) for pin in pins))


def handed(picture: Picture) -> Picture:
    """A picture to be handed on: parties by their own codes, others by a number within it, never by keys of a store."""
    names = {
        node.id: node.code or f"{node.type or 'node'}-{number}"
        for number, node in enumerate(picture.nodes, 1)
    }
    return msgspec.structs.replace(
        picture,
        nodes=tuple(msgspec.structs.replace(node, id=names[node.id]) for node in picture.nodes),
        edges=tuple(
            msgspec.structs.replace(edge, source=names[edge.source], target=names[edge.target])
            for edge in picture.edges
        ),
    )


def _bare(pin: CasePin, *, known: bool) -> PictureNode:
    return PictureNode(
        id=pin.node, name=mask_text(pin.label), x=pin.x, y=pin.y, pinned=pin.pinned, known=known
    )


def _edges(teller: Teller, ordinals: dict[int, None]) -> tuple[tuple[PictureEdge, ...], bool]:
    """Relations of which both ends are in the picture, and whether two parties had too many to look through."""
    walk, found = teller.walk(), dict[int, None]()
    crowded: dict[str, int] = {}
    for ordinal in ordinals:
        around = teller.projection.neighbours(ordinal, walk, limit=LOOKED_AT)
        for tally in around:
            found.update((edge.edge, None) for edge in tally.edges if edge.peer in ordinals)
            if tally.total > len(tally.edges):
                crowded[tally.type.value] = crowded.get(tally.type.value, 0) + 1
    told = sorted(
        (teller.relation(edge) for edge in found), key=lambda one: (one.source, one.target, one.type)
    )
    edges = tuple(
        PictureEdge(
            source=one.source, target=one.target, type=one.type, zh=_said(one.words.zh, one.share),
            en=_said(one.words.en, one.share), since=one.since or "", until=one.until or "",
            possibly_same=one.possibly_same,
            origin="" if one.origin is None else (one.origin.file or one.origin.dataset),
        )
        for one in told
    )  # fmt: skip
    return edges, any(count > 1 for count in crowded.values())


def _said(words: str, share: str | None) -> str:
    return words if share is None else f"{words} {share}%"


__all__ = ["GraphForm", "GraphFormError", "bare", "handed", "merged", "picture_of", "read_graph"]
