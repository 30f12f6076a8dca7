"""The minimums that new data must pass before it goes live: a broken or foreign file can't empty a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from graph.dates import iso
from graph.model import Doc
from graph.store import Changes, SnapshotInfo
from loaders.base import Kind, Problem
from loaders.headers import Plan


class Minimums(Doc):
    """What a file and a snapshot must reach. Shares are percentages."""

    accepted_share: int = 50
    readable_codes_share: int = 50
    codes_from: int = 20
    """Below so many codes their share says nothing."""
    shrink_share: int = 50
    shrink_from: int = 20
    """A list with fewer open records may shrink freely."""


DEFAULT = Minimums()


class Figures(Doc):
    """What was counted in the files of one snapshot."""

    rows: int = 0
    accepted: int = 0
    codes_read: int = 0
    codes_bad: int = 0


def check_headings(kind: Kind, plan: Plan) -> list[Problem]:
    """Whether a table has the columns without which it can't be of its kind."""
    return [
        Problem(
            code="minimum.headings", params={"kind": kind.name, "fields": " / ".join(_headings(kind, group))}
        )
        for group in kind.needs
        if not plan.has(*group)
    ]


def _headings(kind: Kind, group: Sequence[str]) -> list[str]:
    from loaders.headers import common

    return [(*kind.fields.get(field, ()), *common().get(field, ()), field)[0] for field in group]


def check_figures(
    label: str, figures: Figures, *, full: bool, allow_shrink: bool, minimums: Minimums = DEFAULT
) -> list[Problem]:
    """Whether enough of a snapshot's rows could be read.

    Args:
        label: the snapshot, as shown.
        figures: what was counted.
        full: the files are all of the list.
        allow_shrink: the caller says that the list may become empty or much smaller.
        minimums: the limits.
    """
    found: list[Problem] = []
    if figures.accepted == 0 and not (figures.rows == 0 and allow_shrink):
        code = "minimum.empty" if figures.rows == 0 else "minimum.none_accepted"
        found.append(Problem(code=code, params={"snapshot": label, "rows": str(figures.rows)}))
    elif figures.accepted * 100 < figures.rows * minimums.accepted_share:
        found.append(
            Problem(
                code="minimum.accepted",
                params={
                    "snapshot": label,
                    "accepted": str(figures.accepted),
                    "rows": str(figures.rows),
                    "limit": str(minimums.accepted_share),
                },
            )
        )
    codes = figures.codes_read + figures.codes_bad
    if codes >= minimums.codes_from and figures.codes_read * 100 < codes * minimums.readable_codes_share:
        found.append(
            Problem(
                code="minimum.codes",
                params={
                    "snapshot": label,
                    "readable": str(figures.codes_read),
                    "codes": str(codes),
                    "limit": str(minimums.readable_codes_share),
                },
            )
        )
    return found


def check_shrink(changes: Changes, *, allow_shrink: bool, minimums: Minimums = DEFAULT) -> list[Problem]:
    """Whether a full snapshot would end too much of what stands open in its list."""
    before = changes.updated + changes.ended + changes.unchanged
    if allow_shrink or before < minimums.shrink_from or changes.ended * 100 <= before * minimums.shrink_share:
        return []
    return [
        Problem(
            code="minimum.shrink",
            params={
                "dataset": changes.dataset,
                "source": changes.source,
                "ended": str(changes.ended),
                "before": str(before),
                "limit": str(minimums.shrink_share),
            },
        )
    ]


def dated(history: Iterable[SnapshotInfo]) -> dict[tuple[str, str], SnapshotInfo]:
    """The snapshot by which the age of each list and source counts, from all that went live, in their order.

    A full snapshot with a date always counts: it was newer, or somebody allowed it. A delta counts only where it
    is newer, and one without a date says nothing.
    """
    found: dict[tuple[str, str], SnapshotInfo] = {}
    for info in history:
        if info.taken_at is None:
            continue
        known = found.get((info.dataset, info.source))
        if known is None or known.taken_at is None or info.full or info.taken_at > known.taken_at:
            found[info.dataset, info.source] = info
    return found


def check_older(changes: Changes, live: SnapshotInfo | None, taken_at: datetime | None) -> Problem | None:
    """Whether a snapshot is older than the live one of its source, or of unknown age and would end records.

    Args:
        changes: what the snapshot would do.
        live: the newest snapshot of the same list and source, if any.
        taken_at: when the new snapshot was fetched; None is unknown.
    """
    if live is None or live.taken_at is None:
        return None
    if taken_at is None and not changes.ended:
        return None
    if taken_at is not None and taken_at >= live.taken_at:
        return None
    return Problem(
        code="minimum.older" if taken_at is not None else "minimum.unknown_age",
        params={
            "dataset": changes.dataset,
            "source": changes.source,
            "taken_at": iso(taken_at) if taken_at is not None else "-",
            "live": iso(live.taken_at),
            "ended": str(changes.ended),
        },
    )
