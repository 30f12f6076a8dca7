"""Decisions, reviews and the audit chain: append-only, durable before they are answered.

Importing this package is cheap; the database library is loaded by `open_ledger`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matching.ledger.model import (
    Checkpoint,
    Draft,
    Entry,
    Item,
    KeyState,
    LedgerError,
    Mark,
    PendingMatch,
    Problem,
    Review,
    ReviewBook,
    StoredDecision,
    VerifyResult,
    Viewer,
    visible,
)

if TYPE_CHECKING:
    from matching.ledger.ledger import Ledger

__all__ = [
    "Checkpoint",
    "Draft",
    "Entry",
    "Item",
    "KeyState",
    "Ledger",
    "LedgerError",
    "Mark",
    "PendingMatch",
    "Problem",
    "Review",
    "ReviewBook",
    "StoredDecision",
    "VerifyResult",
    "Viewer",
    "open_ledger",
    "visible",
]


def open_ledger(url: str, *, create: bool = True, reading: bool = False) -> Ledger:
    """Open the ledger at a database URL (`sqlite:///path/ledger.db`), brought to this program's version.

    Args:
        url: an SQLAlchemy URL. SQLite needs a file: a ledger in memory would not be durable.
        create: make the file when it is absent; else that is an error.
        reading: only look: an SQLite file is opened read-only, so that one on a read-only disk can be verified.

    Raises:
        LedgerError: `ledger.missing`, `ledger.damaged`, `ledger.version`, `ledger.full`, `ledger.busy`,
            `ledger.unavailable` or `ledger.url`.
    """
    from matching.ledger.ledger import Ledger

    return Ledger(url, create=create, reading=reading)


def __getattr__(name: str) -> object:
    """Load `Ledger` (and with it the database library) only when somebody asks for it."""
    if name == "Ledger":
        from matching.ledger.ledger import Ledger

        return Ledger
    raise AttributeError(name)
