"""The reason of a match in one sentence, put together from its phrases."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from api.cli.common import has_message, text
from graph.messages import Lang
from matching.bulk.verdict import Reason


def sentence(reasons: Iterable[Reason], lang: Lang) -> str:
    """The phrases as one sentence."""
    said = [phrase(reason, lang) for reason in reasons]
    if not said:
        return ""
    if lang == "zh":
        return "；".join(said) + "。"
    joined = "; ".join(said)
    return joined[:1].upper() + joined[1:] + "."


def phrase(reason: Reason, lang: Lang) -> str:
    """One phrase, filled in."""
    if not reason.params:
        return plain(f"match.reason.{reason.code}" if "." not in reason.code else reason.code, lang)
    params = {name: _shown(name, value, lang) for name, value in reason.params}
    return text(f"match.reason.{reason.code}", lang, **params)


@lru_cache(maxsize=512)
def plain(code: str, lang: Lang) -> str:
    """A phrase without anything to fill in."""
    return text(code, lang)


def _shown(name: str, value: Any, lang: Lang) -> str:
    if name == "side":
        return plain(f"match.side.{value}", lang)
    if name == "vetoes":
        return ("、" if lang == "zh" else ", ").join(_word("veto", veto, lang) for veto in value)
    if name == "edits":
        return ("、" if lang == "zh" else ", ").join(edit(one, lang) for one in value)
    if name == "more":
        return plain("match.edit.more", lang) if value else ""
    return str(value)


def edit(one: Any, lang: Lang) -> str:
    """One difference of two names: what stood on the left, what on the right, and how they are alike."""
    kind = _word("edit", one.kind, lang)
    if not one.left or not one.right:
        code = "match.edit.only_right" if not one.left else "match.edit.only_left"
        return text(code, lang, text=one.left or one.right)
    return text("match.edit.changed", lang, left=one.left, right=one.right, kind=kind)


def _word(family: str, code: str, lang: Lang) -> str:
    """A word for a code; a code that a newer scorer has added is shown as it is."""
    found = f"{family}.{code}"
    return plain(found, lang) if has_message(found) else code.replace("_", " ")
