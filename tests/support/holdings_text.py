"""Holdings written in one line for tests: `P 60 A, A 25-75 B, Q ? B` (`?` is a share that nobody stated)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from graph.control import UNKNOWN, Holdings, units

Named = tuple[Holdings, dict[str, int]]


def bounds(text: str) -> tuple[int, int]:
    if text == "?":
        return UNKNOWN, UNKNOWN
    low, _, high = text.partition("-")
    return units(Decimal(low))[0], units(Decimal(high or low))[1]


def held(text: str, votes: Sequence[str] = ()) -> Named:
    """Holdings and the number of each name; `votes` go with the first rows."""
    rows = [row.split() for row in text.split(",")]
    names = {name: i * 7 + 3 for i, name in enumerate(sorted({n for o, _, d in rows for n in (o, d)}))}
    share = [bounds(s) for _, s, _ in rows]
    vote = [bounds(v) for v in [*votes, *("?" for _ in rows[len(votes) :])]]
    return Holdings.of(
        [names[o] for o, _, _ in rows], [names[d] for _, _, d in rows], [s[0] for s in share], [s[1] for s in share],
        [v[0] for v in vote] if votes else None, [v[1] for v in vote] if votes else None,
    ), names  # fmt: skip
