"""What a screener asks of a ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from matching.ledger.model import Entry
from matching.matcher import Answers


class DecisionLog(Protocol):
    """Where decisions are made durable, and where the answers of reviewers come from."""

    def reviews_seq(self) -> int:
        """The newest review's position."""
        ...

    def reviews(self, upto_seq: int) -> Answers:
        """The answers up to a position."""
        ...

    def record_decisions(self, batch: Sequence[Entry]) -> None:
        """Make decisions durable; returns when they are."""
        ...
