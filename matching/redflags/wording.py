"""What a red flag says to a reader: title, the values it comes from, what it was judged by."""

from __future__ import annotations

from graph.messages import Lang, say
from matching.redflags.base import Reference, Result
from matching.redflags.settings import CODES


def number(value: float) -> str:
    """A number without needless digits."""
    return f"{value:.4f}".rstrip("0").rstrip(".") or "0"


PREFIX = "OCP-"
"""What codes of Open Contracting begin with outside `redflags`: R018 there is not R18 of the catalogue of rules."""


def code(result: Result) -> str:
    """The indicator's code as shown beside the rules of the catalogue."""
    return f"{PREFIX}{result.code}" if result.code in CODES else result.code


def title(result: Result, lang: Lang) -> str:
    """What the indicator is about."""
    return say("matching", f"redflags.{result.code}", lang)


def reference(judged: Reference, lang: Lang) -> str:
    """What a value was judged by, in one sentence."""
    code = "redflags.reference.given" if judged.given else f"redflags.reference.{judged.side}"
    quartiles = {
        "q1": "-" if judged.q1 is None else number(judged.q1),
        "q3": "-" if judged.q3 is None else number(judged.q3),
    }
    return say("matching", code, lang, fence=number(judged.fence), count=judged.count, **quartiles)


def facts(result: Result) -> str:
    """The values behind a result, by name."""
    parts = []
    for name, value in result.facts.items():
        text = (
            "|".join(value)
            if isinstance(value, tuple)
            else number(value)
            if isinstance(value, float)
            else value
        )
        parts.append(f"{name}={text}")
    return "; ".join(parts)
