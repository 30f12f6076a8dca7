"""Puts what connects two units into a tie: the path with its relations, the raw shares, how sure its ends are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from graph.control import PERCENT
from matching.decision import Bilingual, Fact
from matching.rules.base import Tie
from matching.ties.closure import Link
from matching.ties.field import Field, Unit
from matching.ties.holdings import Row
from matching.ties.paths import decimal_text, path_of, share_text


def connect(
    field: Field,
    a: Unit,
    b: Unit,
    kind: str,
    links: Sequence[Link],
    *,
    notes: tuple[str, ...] = (),
    share: Decimal | None = None,
    other: str = "",
    said: Mapping[str, str | Bilingual] | None = None,
    sentence: str = "",
) -> None:
    """Add a tie between two units. The path reads from `a` to `b` over the ends of the links in their order.

    Args:
        field: the tender.
        a: where the path begins.
        b: where it ends.
        kind: the tie's kind; its sentence is `path.tie.<kind>`.
        links: the relations that prove it.
        notes: what rules tell apart within the kind.
        share: percent, where one share says it all.
        other: who stands between or above both.
        said: what the sentence needs beside the names of both.
        sentence: another sentence than the kind's.
    """
    between = [end for link in links for end in (link.src, link.dst) if end not in (a.node, b.node)]
    path = path_of(
        field.closure, [a.node, *between, b.node], links, f"path.tie.{sentence or kind}",
        a=a.entity.label, b=b.entity.label, **(said or {}),
    )  # fmt: skip
    # a node that is a name stands for all that bear it: two rows with one name are not certainly one company
    unnumbered = any(end.startswith("name:") for link in links for end in (link.src, link.dst))
    contested = any(unit.contested and unit.via[0] in links for unit in (a, b))
    by_name = not (a.sure and b.sure) or unnumbered or contested or any(link.by_name for link in links)
    tie = Tie(
        kind=kind,
        by="name" if by_name else "code",
        facts=tuple(dict.fromkeys(_fact(field, link) for link in links)),
        path=path,
        other=other,
        share=share,
        notes=notes,
    )
    field.add(a.position, b.position, tie)


def _fact(field: Field, link: Link) -> Fact:
    names = f"{field.closure.label(link.src)} → {field.closure.label(link.dst)}"
    return Fact(field=f"relation.{link.relation.type.value}", a=names, b=share_text(link))


def unit_pairs(field: Field, units: Iterable[Unit]) -> Iterator[tuple[Unit, Unit]]:
    """The pairs of units that meet in the tender, the first one's position before the other's, each pair of
    positions once."""
    by_position: dict[int, list[Unit]] = {}
    for unit in units:
        by_position.setdefault(unit.position, []).append(unit)
    if len(by_position) < 2:
        return
    for i, j in field.pairs(by_position):
        found = [(a, b) for a in by_position[i] for b in by_position[j] if field.differ(a.entity, b.entity)]
        if found:
            yield min(found, key=lambda pair: (not pair[0].sure, not pair[1].sure))


def percent(row: Row) -> str:
    """A holding as sentences write it: `60`, a range as `30–55`; empty where none is stated."""
    if not row.stated:
        return ""
    low, high = (decimal_text(Decimal(value) / PERCENT) for value in (row.least, row.most))
    return low if low == high else f"{low}–{high}"
