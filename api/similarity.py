"""Why two names count as similar, in words: how sure, from where a human is asked, how each name was read, what
differs, what else was weighed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from api.output import plain
from graph.messages import Lang, catalogue, say
from matching.decision import NameEdit, NameParts, ScorePart, Similarity

_PARTS = ("region", "brand", "industry", "form", "branch", "numbers")


def _text(code: str, lang: Lang, /, **params: object) -> str:
    return say("api", code, lang, **params)


def _word(group: str, value: str, lang: Lang) -> str:
    code = f"{group}.{value}"
    return _text(code, lang) if code in catalogue("api") else plain(value)


def similarity_lines(found: Similarity, lang: Lang) -> list[str]:
    """The whole reasoning, a sentence a line."""
    lines = [
        _text(
            "similar.score",
            lang,
            chance=_chance(found.permille),
            points=_signed(found.points),
            threshold=_signed(found.threshold),
            names=f"{found.list_size:,}",
            budget=found.alarm_budget,
        ),
        _text("similar.submitted", lang, name=plain(found.left.text), parts=_reading(found.left, lang)),
        _text("similar.listed", lang, name=plain(found.right.text), parts=_reading(found.right, lang)),
    ]
    if found.edits:
        lines.append(_text("similar.edits", lang, edits=_joined((_edit(e, lang) for e in found.edits), lang)))
    if found.vetoes:
        vetoes = _joined((_word("veto", veto, lang) for veto in found.vetoes), lang)
        lines.append(_text("similar.vetoes", lang, vetoes=vetoes))
    if found.parts:
        lines.append(
            _text("similar.parts", lang, parts=_shares(found.parts, lang), points=_signed(found.points))
        )
    if found.runner_up is not None:
        lines.append(
            _text(
                "similar.runner_up",
                lang,
                name=plain(found.runner_up.name),
                points=_signed(found.runner_up.points),
            )
        )
    return lines


def _joined(parts: Iterable[str], lang: Lang) -> str:
    return ("；" if lang == "zh" else "; ").join(parts)


def _chance(permille: int) -> str:
    """A chance in per cent; never a flat 0 or 100, which no comparison of names can give."""
    held = min(max(permille, 1), 999)
    return f"{held // 10}.{held % 10}%"


def _signed(points: int) -> str:
    return f"{points:,}".replace("-", "−")


def _reading(name: NameParts, lang: Lang) -> str:
    """The parts of a name that were told apart."""
    shown = [
        f"{_word('part', part, lang)} {plain(value)}" for part in _PARTS if (value := getattr(name, part))
    ]
    return (" | " if shown else "").join(shown) or _text("similar.unread", lang)


def _edit(edit: NameEdit, lang: Lang) -> str:
    """One difference: 字号“章”→“璋”（同音）."""
    where, kind = _word("part", edit.where, lang), _word("edit", edit.kind, lang)
    if not edit.left or not edit.right:
        side = "similar.only_listed" if not edit.left else "similar.only_submitted"
        return _text(side, lang, where=where, text=plain(edit.left or edit.right), kind=kind)
    return _text("similar.edit", lang, where=where, left=plain(edit.left), right=plain(edit.right), kind=kind)


def _shares(parts: Sequence[ScorePart], lang: Lang) -> str:
    """The parts, those that weigh most first, with their sign."""
    ranked = sorted(parts, key=lambda part: (-abs(part.points), part.name))
    shown = (
        f"{_word('part', part.name, lang)} {'+' if part.points > 0 else ''}{_signed(part.points)}"
        for part in ranked
    )
    return ("，" if lang == "zh" else ", ").join(shown)
