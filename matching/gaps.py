"""What could not be assessed of a party, in words: unreadable numbers, names that identify nobody, what was cut."""

from __future__ import annotations

from typing import Literal

from graph.identifiers import Parsed
from graph.messages import Lang, catalogue, say
from graph.model import PartyType
from matching.decision import Bilingual, NotAssessable
from matching.subjects import Subject


def _role(role: str, lang: Lang) -> str:
    own = f"role.{role}"
    return say("matching", own if own in catalogue("matching") else f"rule.role.{role}", lang)


def gap(
    reason: Literal["unreadable", "not_supplied"],
    subject: Subject,
    role: str,
    *,
    why: Parsed | None,
    decides: bool,
) -> NotAssessable:
    """What was given for a party and can't be used, or that nothing usable was given.

    Args:
        reason: `unreadable` or `not_supplied`.
        subject: whose number or name it is.
        role: in which the party takes part.
        why: the number, with what is wrong with it; None where there is none.
        decides: whether the verdict is UNDETERMINED for it.
    """
    code = "input.unreadable" if why is not None else "input.unidentified"
    if why is None and subject.type is PartyType.ORGANIZATION:
        code = "input.unusable_name"

    def words(lang: Lang) -> str:
        problem = say("graph", why.problem, lang, **why.params) if why is not None and why.problem else ""
        party = subject.label or say("matching", "input.unnamed", lang)
        return say("matching", code, lang, party=party, role=_role(role, lang), problem=problem)

    detail = Bilingual(zh=words("zh"), en=words("en"))
    return NotAssessable(
        code="INPUT", what=f"input:{role}.identifiers", reason=reason, detail=detail, decides=decides
    )


def note(code: str, what: str, party: str, decides: bool) -> NotAssessable:
    """Something that was left out or not stated; `code` is a sentence `input.<code>` about the party."""
    detail = Bilingual(
        zh=say("matching", f"input.{code}", "zh", party=party),
        en=say("matching", f"input.{code}", "en", party=party),
    )
    reason: Literal["not_supplied", "not_covered"] = "not_supplied" if decides else "not_covered"
    return NotAssessable(code="INPUT", what=what, reason=reason, detail=detail, decides=decides)
