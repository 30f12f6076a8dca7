"""The results of a batch, part by part, or a page of those of one kind without reading the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from api.batch_rows import KINDS, kinds_of, tally
from api.batches import DONE, PART, Batch, Part, part_id
from matching.ledger import Item, Ledger
from matching.ledger.items import read_body


class RowsPage(NamedTuple):
    """A page of results; `number` counts from 1 and is the last one where a later one was asked for."""

    rows: tuple[dict[str, Any], ...]
    number: int
    pages: int
    total: int
    """Results of the kind that was asked for, so far."""
    first: int
    """The place of the first row among them, from 1; 0 where there is none."""


def results(ledger: Ledger, item: Item, *, first: int = 0) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """The results of a batch's parts from one on: the part's number and its rows."""
    body: Batch = read_body(item, Batch)
    for number in range(first, body.done_parts):
        found = ledger.items.get(PART, part_id(item.id, number), tenant=item.tenant)
        if found is not None and found.body is not None and found.state == DONE:
            part: Part = read_body(found, Part)
            yield number, list(part.results)


def tallies(ledger: Ledger, item: Item) -> list[tuple[int, ...]]:
    """By part, its results by `KINDS`; a batch that was begun before these were counted is counted now."""
    body: Batch = read_body(item, Batch)
    if len(body.tallies) == body.done_parts:
        return list(body.tallies)
    found: list[tuple[int, ...]] = [()] * body.done_parts
    for number, rows in results(ledger, item):
        found[number] = tally(rows)
    return [one or (0,) * len(KINDS) for one in found]


def counts(ledger: Ledger, item: Item) -> dict[str, int]:
    """The results so far by `KINDS`."""
    by_part = tallies(ledger, item)
    return {kind: sum(one[place] for one in by_part) for place, kind in enumerate(KINDS)}


def rows_page(ledger: Ledger, item: Item, *, kind: str, number: int, size: int) -> RowsPage:
    """One page of the results so far, in the order of the list; of the parts only those are read that it needs.

    Args:
        ledger: where.
        item: the batch.
        kind: one of `KINDS`; empty for all.
        number: which page, from 1.
        size: rows of a page.
    """
    verdicts = len(KINDS) - 1
    by_part = [one[KINDS.index(kind)] if kind else sum(one[:verdicts]) for one in tallies(ledger, item)]
    total = sum(by_part)
    pages = max(1, -(-total // size))
    number = min(max(number, 1), pages)
    begin = (number - 1) * size
    rows: list[dict[str, Any]] = []
    before = 0
    for part, count in enumerate(by_part):
        if count and before + count > begin:
            found = ledger.items.get(PART, part_id(item.id, part), tenant=item.tenant)
            if found is not None and found.body is not None and found.state == DONE:
                read: Part = read_body(found, Part)
                mine = [row for row in read.results if not kind or kind in kinds_of(row)]
                rows += mine[max(0, begin - before) :][: size - len(rows)]
        before += count
        if before >= begin + size:
            break
    return RowsPage(tuple(rows), number, pages, total, begin + 1 if total else 0)


__all__ = ["RowsPage", "counts", "results", "rows_page", "tallies"]
