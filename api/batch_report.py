"""The printable report of a batch: the page that `liancheng screen` writes of the same rows, from what is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from api.batch_pages import results
from api.batch_rows import shown
from api.batches import Batch
from api.explain import moment
from api.report import report
from graph.messages import Lang, say
from matching.decision import Decision
from matching.ledger import Item, Ledger
from matching.ledger.items import read_body


def batch_report(ledger: Ledger, item: Item, lang: Lang, *, made_at: datetime, made_by: str) -> bytes:
    """The page of the rows that are decided so far, UTF-8.

    Args:
        ledger: where.
        item: the batch.
        lang: language of the page.
        made_at: when the page is made.
        made_by: who makes it.
    """
    body: Batch = read_body(item, Batch)
    rows = [row for _, told in results(ledger, item) for row in told]
    rows.sort(key=lambda row: int(row["row"]))
    ids = list(dict.fromkeys(row["decision_id"] for row in rows if row["decision_id"]))
    about = [
        ("by", made_by),
        ("asked_by", item.owner),
        ("asked_at", moment(item.created_at, lang)),
        ("name", body.name),
        ("rows", str(body.rows)),
    ]
    if len(rows) < body.rows:
        about.append(("cut", say("api", "report.unfinished", lang, done=len(rows), rows=body.rows)))

    def decisions() -> Iterator[Decision]:
        gone = 0
        for one in ids:
            stored = ledger.decision(one, tenant=item.tenant)
            if stored is None or stored.decision is None:
                gone += 1
            else:
                yield stored.decision
        if gone:
            # the head is written after the last decision has been read
            about.append(("erased", say("api", "report.gone", lang, count=gone)))

    return report(decisions(), lang, made_at=made_at, rows=[shown(row, lang) for row in rows], about=about)
