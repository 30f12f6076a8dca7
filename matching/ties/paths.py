"""Paths between those that a tie connects: who stands on them, by which dated and sourced relations, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from matching.decision import Bilingual, PathEdge, PathNode, RelationPath
from matching.rules.wording import both
from matching.ties.closure import Closure, Link


def share_text(link: Link) -> str:
    """A share as a path shows it: `60`, `30–55` for a range, empty where none is stated."""
    relation = link.relation
    if relation.share is not None:
        return decimal_text(relation.share)
    low, high = relation.share_min, relation.share_max
    if low is None and high is None:
        return ""
    return f"{decimal_text(low or Decimal(0))}–{decimal_text(Decimal(100) if high is None else high)}"


def decimal_text(value: Decimal) -> str:
    """A share as written, without zeros at its end: `50`, `49.5`."""
    return f"{value.normalize():f}"


def edge(link: Link) -> PathEdge:
    """A relation on a path."""
    relation = link.relation
    return PathEdge(
        src=relation.src,
        dst=relation.dst,
        type=relation.type.value,
        share=share_text(link),
        valid_from=relation.valid.start,
        valid_to=relation.valid.end,
        by=relation.by,
        source=relation.source,
    )


def path_of(
    closure: Closure, nodes: Iterable[str], links: Sequence[Link], code: str, **params: str | Bilingual
) -> RelationPath:
    """A path over nodes in the order in which they are read, with the relations that prove it."""
    shown = []
    for node in dict.fromkeys(nodes):
        party = closure.party(node)
        kind = "person" if party is None and not node.startswith("name:") else "organization"
        shown.append(
            PathNode(
                id=node if party is None else party.key,
                name=closure.label(node),
                type=kind if party is None else party.type.value,
            )
        )
    unique = {id(link.relation): link for link in links}
    return RelationPath(
        nodes=tuple(shown), edges=tuple(edge(link) for link in unique.values()), sentence=both(code, **params)
    )


def chain(closure: Closure, links: Sequence[Link]) -> Bilingual:
    """Holdings in words, one after the other: `A 60% → B、B 55% → C`."""

    def words(separator: str) -> str:
        parts = []
        for link in {id(link.relation): link for link in links}.values():
            share = share_text(link)
            parts.append(
                f"{closure.label(link.src)} →{f' {share}%' if share else ''} {closure.label(link.dst)}"
            )
        return separator.join(parts)

    return Bilingual(zh=words("；"), en=words("; "))
