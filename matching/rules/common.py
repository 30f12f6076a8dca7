"""What every rule shares: building a finding with its sentences, evidence, law in force, caps and remedies.

A finding's effect is the policy's for the rule's case, lowered where the match is not sure enough (tier cap),
where an identity objection is open, or where an input is missing on which a BLOCK depends. Nothing here
raises an effect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import wraps

from graph.dates import china_day
from graph.lists import BY_CODE
from graph.messages import LANGS, Lang, say
from graph.model import PartyType, Status
from matching.decision import (
    Bilingual,
    Effect,
    Finding,
    LegalBasis,
    NoFinding,
    NotAssessable,
    Outcome,
    RelationPath,
    Tier,
)
from matching.rules.base import Case, EntityView, Hit, Rule

REPAIRABLE = frozenset(
    {"ZFCG", "ZDSS", "TQGZ", "YZWF", "JYYC", "AQSC", "ZTBJ", "ZTBHMD", "ZDWF", "XZCF", "OTH"}
)
"""Lists whose authority repairs credit (令36). Court lists end by deletion, convictions by the look-back."""

LOOKBACK = frozenset({"ZDWF", "XHFZ"})
"""Lists that bind by a look-back from the activity, whatever term the record itself shows (采条例 19)."""

SHOWN_RECORDS = 3
"""Records named in a sentence; all of them stand in the evidence."""


def answers(code: str) -> Callable[[Callable[..., Iterable[Outcome]]], Callable[..., tuple[Outcome, ...]]]:
    """Makes a rule's function answer `NoFinding` where it looked and found nothing: silence is no answer."""
    nothing = (NoFinding(code=code),)

    def wrap(evaluate: Callable[..., Iterable[Outcome]]) -> Callable[..., tuple[Outcome, ...]]:
        @wraps(evaluate)
        def ask(*views: object) -> tuple[Outcome, ...]:
            return tuple(evaluate(*views)) or nothing

        return ask

    return wrap


def counts(hit: Hit) -> bool:
    """Whether a record may have effect at `as_of`: in force, or on a look-back list, its own term over."""
    return hit.active or (hit.status is Status.EXPIRED and hit.listing.list_code in LOOKBACK)


def event_day(hit: Hit) -> date | None:
    """The day a look-back runs from: the decision's or judgment's; never the publication's."""
    penalty = hit.listing.penalty
    if penalty is not None and penalty.decided_on is not None:
        return penalty.decided_on
    start = hit.listing.effect.start
    return china_day(start) if start is not None else None


def is_person(hit: Hit) -> bool:
    """Whether the record is about a natural person."""
    return hit.listing.subject.type is PartyType.PERSON


def lower(case: Case, hit: Hit, effect: Effect, missing: Sequence[str] = ()) -> Effect:
    """The effect that one record may cause: not above its tier's cap, nor BLOCK with an input missing.

    An open identity objection leaves E1 alone and makes every less certain match a REVIEW (SPEC 4.5).
    """
    effect = effect.at_most(hit.cap)
    if missing or (hit.status is Status.DISPUTED and hit.tier is not Tier.E1):
        effect = effect.at_most(Effect.REVIEW)
    return effect


def finding(
    case: Case,
    rule: Rule,
    case_name: str,
    hits: Sequence[Hit] = (),
    *,
    party: str,
    effect: Effect | None = None,
    params: Mapping[str, str | Bilingual] | None = None,
    missing: tuple[str, ...] = (),
    severity: str = "",
    person: bool = False,
    consortium: bool = False,
    restricted: bool = False,
) -> Finding:
    """The finding of a rule in one of its cases.

    Args:
        case: the case at hand.
        rule: the rule that fires.
        case_name: which of `rule.cases`; its sentence is `rule.<code>.<case_name>`.
        hits: the records; the least certain one decides how far the effect goes, so group them first.
        party: how the sentence calls the subject.
        effect: the effect before lowering; default the policy's for this case.
        params: what else the sentence needs.
        missing: inputs whose absence lowered the effect.
        severity: `high` where the rule says so.
        person: a natural person is concerned, beside those that the records name.
        consortium: the subject is a member of a consortium.
        restricted: to be hidden from ordinary views.
    """
    before = case.policy.effect(rule.code, case_name) if effect is None else effect
    after = min((lower(case, hit, before, missing) for hit in hits), key=lambda e: e.rank, default=before)
    if missing:
        after = after.at_most(Effect.REVIEW)
    person = person or any(is_person(hit) for hit in hits)
    notes = _notes(before, after, hits, missing, person=person, consortium=consortium)
    return Finding(
        code=rule.code,
        effect=after,
        title=rule.title,
        detail=_detail(rule.code, case_name, hits, party, params or {}, notes),
        legal_basis=_basis(case, rule, case_name, after),
        severity=severity,
        evidence=tuple(hit.evidence for hit in hits),
        path=_path(hits),
        remedy=_remedy(after, hits, person),
        missing=missing,
        restricted=restricted,
    )


Group = tuple[str, tuple[str, ...], list[Hit]]
"""A rule's case, the inputs missing, and the records that share both and the effect they can have."""


def grouped(case: Case, hits: Iterable[tuple[str, tuple[str, ...], Hit]], code: str) -> list[Group]:
    """Records of one subject put together by rule case, missing inputs, list and the effect they can have.

    One subject often stands on a list many times: one finding then names them all, and a doubtful match never
    lowers a certain one.
    """
    groups: dict[tuple[str, tuple[str, ...], str, Effect], list[Hit]] = {}
    for name, missing, hit in hits:
        effect = lower(case, hit, case.policy.effect(code, name), missing)
        groups.setdefault((name, missing, hit.listing.list_code, effect), []).append(hit)
    return [(name, missing, found) for (name, missing, _, _), found in groups.items()]


def member_of(entity: EntityView, entities: Sequence[EntityView]) -> bool:
    """Whether the entity bids in a consortium, so that its record strikes all members."""
    return len(entities) > 1


def not_supplied(rule: Rule, what: str) -> NotAssessable:
    """An input that the rule needs and nobody supplied: reported, and it does not decide the verdict."""
    return NotAssessable(
        code=rule.code,
        what=f"input:{what}",
        reason="not_supplied",
        detail=both("rule.not_supplied", input=what),
    )


def both(code: str, **params: str | Bilingual) -> Bilingual:
    """A sentence of this room in both languages; bilingual parameters are put in per language."""
    return Bilingual(zh=_say(code, "zh", params), en=_say(code, "en", params))


def list_title(code: str) -> Bilingual:
    """A list's title; a list that the law books do not know goes by its code."""
    info = BY_CODE.get(code)
    return (
        Bilingual(zh=f"{info.zh}（{code}）", en=f"{info.en} ({code})")
        if info
        else Bilingual(zh=code, en=code)
    )


def day_text(day: date, lang: Lang) -> str:
    """A day as a sentence writes it."""
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else day.isoformat()


def bilingual_day(day: date) -> Bilingual:
    """A day in both languages."""
    return Bilingual(zh=day_text(day, "zh"), en=day_text(day, "en"))


def last_of(end: datetime) -> date:
    """The last day of a period whose exclusive end is `end`."""
    return china_day(end - timedelta(microseconds=1))


def _say(code: str, lang: Lang, params: Mapping[str, str | Bilingual]) -> str:
    values = {k: getattr(v, lang) if isinstance(v, Bilingual) else v for k, v in params.items()}
    return say("matching", code, lang, **values)


def _detail(
    code: str,
    case_name: str,
    hits: Sequence[Hit],
    party: str,
    params: Mapping[str, str | Bilingual],
    notes: Sequence[str | tuple[str, Mapping[str, str | Bilingual]]],
) -> Bilingual:
    texts: dict[str, str] = {}
    for lang in LANGS:
        values: dict[str, str | Bilingual] = {"party": party, "records": _records(hits, lang), **params}
        if hits:
            values.setdefault("list", list_title(hits[0].listing.list_code))
            values.setdefault("listed", hits[0].listing.subject.name)
        parts = [_say(f"rule.{code}.{case_name}", lang, values)]
        for note in notes:
            name, extra = (note, {}) if isinstance(note, str) else note
            parts.append(_say(name, lang, {"party": party, **extra}))
        texts[lang] = ("" if lang == "zh" else " ").join(parts)
    return Bilingual(zh=texts["zh"], en=texts["en"])


def _records(hits: Sequence[Hit], lang: Lang) -> str:
    """The records in words: authority, document number, dates; the first few of them."""
    shown = [_record(hit, lang) for hit in hits[:SHOWN_RECORDS]]
    if len(hits) > SHOWN_RECORDS:
        shown.append(say("matching", "rule.part.more", lang, count=len(hits) - SHOWN_RECORDS))
    return ("；" if lang == "zh" else "; ").join(shown)


def _record(hit: Hit, lang: Lang) -> str:
    listing = hit.listing
    parts = [text for text in (listing.authority, listing.case_no or listing.decision_no) if text]
    decided = listing.penalty.decided_on if listing.penalty is not None else None
    if decided is not None:
        parts.append(say("matching", "rule.part.decided", lang, day=day_text(decided, lang)))
    start, end = listing.effect.start, listing.effect.end
    if start is not None and (decided is None or end is not None):
        parts.append(say("matching", "rule.part.from", lang, day=day_text(china_day(start), lang)))
    if end is not None:
        parts.append(say("matching", "rule.part.until", lang, day=day_text(last_of(end), lang)))
    if not parts:
        parts.append(say("matching", "rule.part.bare", lang, record=listing.key))
    return ("，" if lang == "zh" else ", ").join(parts)


def _notes(
    before: Effect,
    after: Effect,
    hits: Sequence[Hit],
    missing: Sequence[str],
    *,
    person: bool,
    consortium: bool,
) -> list[str | tuple[str, Mapping[str, str | Bilingual]]]:
    notes: list[str | tuple[str, Mapping[str, str | Bilingual]]] = []
    if consortium and after is not Effect.INFO:
        notes.append("rule.note.consortium")
    notes.extend(("rule.note.missing", {"input": name}) for name in missing)
    if before.rank > after.rank:
        disputed = next((h for h in hits if h.status is Status.DISPUTED and h.tier is not Tier.E1), None)
        unsure = next((h for h in hits if h.cap.rank < before.rank), None)
        if disputed is not None:
            notes.append("rule.note.disputed")
        elif unsure is not None:
            notes.append(("rule.note.tier", {"tier": unsure.tier.value}))
    if person and after.rank >= Effect.REVIEW.rank:
        notes.append("rule.note.person")
    return notes


def _basis(case: Case, rule: Rule, case_name: str, effect: Effect) -> tuple[LegalBasis, ...]:
    day = china_day(case.as_of)
    basis = tuple(
        b for b in rule.basis if b.effective_from <= day and (b.effective_to is None or day <= b.effective_to)
    )
    override = case.policy.overrides.get(rule.code)
    if override is not None and effect is Effect.BLOCK and rule.cases[case_name] is not Effect.BLOCK:
        added = LegalBasis(instrument=override.legal_basis, article="", effective_from=override.date)
        return (*basis, added)
    return basis


def _remedy(effect: Effect, hits: Sequence[Hit], person: bool) -> tuple[str, ...]:
    if effect is Effect.INFO:
        return ()
    remedy = ["objection"]
    if any(hit.listing.list_code in REPAIRABLE for hit in hits):
        remedy.append("repair")
    if person or any(hit.cap.rank < Effect.BLOCK.rank for hit in hits):
        remedy.append("human_review")
    return tuple(remedy)


def _path(hits: Sequence[Hit]) -> RelationPath | None:
    return next((hit.path for hit in hits if hit.path is not None), None)
