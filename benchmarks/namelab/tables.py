"""Tables on a terminal: columns padded by how wide characters are shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from namelab.measure import KindRow, ListPoint


def width(text: str) -> int:
    """Cells that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cell(value: Any) -> str:
    """A value as a person reads it: shares with four figures, counts with separators."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) < 10 else f"{value:,.1f}"
    return str(value).replace("\n", "\\n")


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A titled table."""
    lines = [list(head), *([cell(v) for v in row] for row in rows)]
    wide = [max(width(line[i]) for line in lines) for i in range(len(head))]
    numeric = [bool(rows) and isinstance(rows[0][i], int | float) for i in range(len(head))]

    def padded(line: Sequence[str]) -> str:
        parts = []
        for text, most, right in zip(line, wide, numeric, strict=True):
            space = " " * (most - width(text))
            parts.append(space + text if right else text + space)
        return "  ".join(parts).rstrip()

    rule = "  ".join("-" * most for most in wide)
    return "\n".join(["", title, padded(lines[0]), rule, *map(padded, lines[1:])])


def kinds(title: str, rows: Sequence[KindRow]) -> str:
    """Errors by kind."""
    return show(
        title,
        ("kind", "label", "pairs", "errors", "share", "low", "high"),
        [(row.kind, "same" if row.same else "different", row.pairs, row.errors, *row.share) for row in rows],
    )


def points(title: str, rows: Sequence[tuple[str, ListPoint]]) -> str:
    """List-level figures: recall with its interval, alarms with theirs."""
    return show(
        title,
        ("scorer", "threshold", "recall", "low", "high", "alarms/100k", "low", "high", "clean queries"),
        [(name, point.threshold, *point.recall, *point.alarms, point.clean) for name, point in rows],
    )
