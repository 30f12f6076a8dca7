"""Erasing what the ledger says of somebody (个人信息保护法 47): bodies and salts go, events and digests stay.

Each erasure is an event of its own, so that the chain stays valid and tells that something was erased, when, by whom
and on which ground; without its salt a digest tells nothing of what it was made from.
"""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import Engine, delete, select, update

from matching.ledger.engine import BUSY_SECONDS, autocommitting, translated
from matching.ledger.model import LedgerError
from matching.ledger.schema import item, item_key, item_version
from matching.ledger.writer import Transaction

ABOUT_DECISION: Final = ("measure", "override", "objection")
"""Kinds of items that say of persons what their decision says; they are found under the decision's key."""
CLEAR_ITEMS: Final = "VACUUM item_version, item_key, credential"
CLEAR_DECISIONS: Final = (
    "VACUUM decision, decision_index, review, match_queue, item_version, item_key, credential, watched, "
    "watch_change"
)
_AGAIN: Final = 0.005
"""How soon it is tried again to clear a log that another connection is folding just now."""


def coded(ground: str) -> str:
    """The ground of an erasure, which is a code: the chain can't forget, so it takes no free text.

    Raises:
        ValueError: it is text.
    """
    if not (ground.isascii() and ground.replace("_", "").isalnum()):
        raise ValueError("an erasure's ground is a code, not text")
    return ground


def erase_item(
    transaction: Transaction, kind: str, name: str, *, tenant: str, actor: str, moment: int, ground: str
) -> None:
    """Blank every version of an item inside a write; one that says nothing any more is left as it is.

    Raises:
        LedgerError: `ledger.no_item`: the tenant has no such one.
    """
    connection = transaction.connection
    own = (item.c.kind == kind) & (item.c.id == name) & (item.c.tenant == tenant)
    if connection.execute(select(item.c.id).where(own)).first() is None:
        raise LedgerError("ledger.no_item", kind=kind, id=name)
    versions = (
        (item_version.c.kind == kind)
        & (item_version.c.id == name)
        & (item_version.c.tenant == tenant)
        & item_version.c.erased_seq.is_(None)
    )
    if connection.execute(select(item_version.c.event_seq).where(versions).limit(1)).first() is None:
        return
    seq = transaction.append(
        "erasure", at=moment, tenant=tenant, actor=actor, ref=f"{kind}/{name}", data={"ground": ground}
    )
    connection.execute(update(item_version).where(versions).values(erased_seq=seq, salt=None, body=None))
    connection.execute(delete(item_key).where(item_key.c.kind == kind, item_key.c.id == name))


def scrub(engine: Engine, where: str, clearing: str = CLEAR_DECISIONS) -> None:
    """Clear what was blanked out of the files, too: the log of SQLite, the old versions of rows of PostgreSQL.

    Raises:
        LedgerError: `ledger.busy`: a reader holds the log, which still has the old pages. What was blanked stays so,
            and erasing it again only clears.
    """
    with translated(where), engine.connect() as opened:
        connection = autocommitting(opened)
        if engine.dialect.name == "sqlite":
            # The log may still hold the old pages: fold it into the file and cut it.
            end = time.monotonic() + BUSY_SECONDS
            while True:
                busy, pages, _folded = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
                if not busy:
                    return
                # no count of pages: a server is folding, for which SQLite itself never waits
                if pages >= 0 or time.monotonic() >= end:
                    raise LedgerError("ledger.busy", path=where)
                time.sleep(_AGAIN)
        # The blanked rows' old versions stay in their pages until these are cleaned.
        connection.exec_driver_sql(clearing)
