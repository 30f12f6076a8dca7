"""The lists as a decision would read them: how old each is, and what the law requires but is not there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from graph.dates import iso
from graph.lists import BY_CODE, LISTS
from graph.messages import Lang
from matching import freshness

if TYPE_CHECKING:
    from graph.generation import ListState
    from matching.policy import Policy


def list_rows(
    states: Mapping[str, ListState], policy: Policy, now: datetime, lang: Lang
) -> list[dict[str, Any]]:
    """One row a list: those that are loaded, and those that some regime requires; registers are no lists."""
    required = policy.required_lists(None, None)
    known = [info.code for info in LISTS] + sorted(
        code for code, state in states.items() if code not in BY_CODE and state.records
    )
    return [
        _row(code, states.get(code), policy, code in required, now, lang)
        for code in known
        if code in required or (code in states and states[code].snapshots)
    ]


def _row(
    code: str, state: ListState | None, policy: Policy, required: bool, now: datetime, lang: Lang
) -> dict[str, Any]:
    info = BY_CODE.get(code)
    aside = "" if info is None else "research" if info.research else "counted" if info.counted else ""
    why = freshness.trouble(state, code, policy, now, now)
    taken = state.taken_at if state is not None else None
    return {
        "code": code,
        "title": code if info is None else info.zh if lang == "zh" else info.en,
        "required": required,
        "state": aside or ("fresh" if why is None else why),
        "stale": why is not None and not aside,
        "records": _records(state, bool(aside)) if state is not None else 0,
        "taken_at": iso(taken) if taken is not None else None,
        "age_hours": round((now - taken).total_seconds() / 3600, 1) if taken is not None else None,
        "max_age_hours": round(policy.max_age(code).total_seconds() / 3600),
        "sha256": state.sha256 if state is not None else None,
        "sources": [
            {
                "source": snapshot.source,
                "full": snapshot.full,
                "taken_at": iso(snapshot.taken_at) if snapshot.taken_at is not None else None,
                "sha256": snapshot.sha256,
                "files": list(snapshot.files),
                "rows": snapshot.rows,
                "accepted": snapshot.accepted,
                "rejected": snapshot.rejected,
            }
            for snapshot in (state.snapshots if state is not None else ())
        ],
    }


_FURTHER = frozenset({"ofac_alt", "ofac_add"})
"""Sources whose rows are further names and addresses of another file's records."""


def _records(state: ListState, apart: bool) -> int:
    """Open records; those of a list kept apart are counted by its snapshots, because decisions never see them."""
    if not apart:
        return state.records
    return sum(snapshot.accepted for snapshot in state.snapshots if snapshot.source not in _FURTHER)
