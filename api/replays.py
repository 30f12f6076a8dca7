"""A replay's result as the document that command line and HTTP answer with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graph.messages import Lang

if TYPE_CHECKING:
    from matching.replay import ReplayResult


def replay_document(result: ReplayResult, lang: Lang) -> dict[str, Any]:
    """`identical` is true, false, or null where it could not be replayed; `why` then says why."""
    why = None if result.why is None else result.why.zh if lang == "zh" else result.why.en
    return {
        "decision_id": result.decision_id,
        "replayable": result.replayable,
        "identical": result.identical,
        "why": why,
        "differences": list(result.differences),
        "decision_hash": result.decision_hash,
    }
