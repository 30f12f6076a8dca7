"""Restricted findings inside plain documents: what every answer goes through, and light enough for every command."""

from __future__ import annotations

from typing import Any, Final

from graph.messages import say

KEPT: Final = ("code", "effect", "restricted")
"""What an ordinary view keeps of a restricted finding."""


def ordinary_value(value: Any) -> Any:
    """A plain document with restricted findings in it reduced, and those without effect left out."""
    if isinstance(value, dict):
        if value.get("restricted") is True and "effect" in value:
            kept = {key: value[key] for key in KEPT if key in value}
            words = {
                "title": {"zh": say("api", "restricted.title", "zh"), "en": say("api", "restricted.title", "en")},
                "detail": {"zh": say("api", "restricted.detail", "zh"), "en": say("api", "restricted.detail", "en")},
            }
            return {**kept, **words, "legal_basis": []}
        return {key: ordinary_value(item) for key, item in value.items()}
    return [ordinary_value(item) for item in value if not _silent(item)] if isinstance(value, list) else value


def _silent(value: Any) -> bool:
    """Whether it is a restricted finding that changes no verdict: not even that it exists is told."""
    return isinstance(value, dict) and value.get("restricted") is True and value.get("effect") == "INFO"
