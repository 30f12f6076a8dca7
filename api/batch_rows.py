"""Results of a batch's rows: what they are counted by, and how one reads in a language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from graph.messages import Lang, say
from matching.decision import Verdict

ERRORS: Final = "errors"
KINDS: Final = (*(one.value for one in Verdict), ERRORS)
"""What rows are counted by: their verdicts, and those that could not be decided (which are UNDETERMINED too)."""


def kinds_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Under which of `KINDS` a result counts; one that was erased with its decision can't be told any more."""
    verdict = row["verdict"] or Verdict.UNDETERMINED.value
    return (verdict, ERRORS) if "error" in row else (verdict,)


def tally(rows: Iterable[Mapping[str, Any]]) -> tuple[int, ...]:
    """Results counted by `KINDS`."""
    counts = dict.fromkeys(KINDS, 0)
    for row in rows:
        for kind in kinds_of(row):
            counts[kind] += 1
    return tuple(counts.values())


def shown(row: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """A result in one language; of one that was erased with its decision, that it was."""
    error = row.get("error") or {}
    return {
        **{key: value for key, value in row.items() if key != "error"},
        "verdict": row["verdict"] or Verdict.UNDETERMINED.value,
        "remark": row["remark"][lang] if row["verdict"] else say("api", "http.erased", lang),
        "column": error.get("column", ""),
        "error": error.get("code", ""),
    }


def note_in(note: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """What was noticed while a list was read, in one language."""
    said = note["message"]
    return {**note, "message": said[lang] if isinstance(said, Mapping) else said}
