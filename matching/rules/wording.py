"""How a finding is put into words, in both languages, from the sentences of messages.toml.

A doubtful match is said first: nobody is called listed before the reader knows that it may be someone else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from graph.dates import china_day
from graph.lists import BY_CODE
from graph.messages import Lang, say
from graph.model import Status
from matching.decision import Bilingual, Effect, Tier
from matching.rules.base import Hit

Params = Mapping[str, str | Bilingual]

SHOWN_RECORDS = 3
"""Records named in a sentence; all of them stand in the evidence."""


def both(code: str, **params: str | Bilingual) -> Bilingual:
    """A sentence of this room in both languages; bilingual parameters are put in per language."""
    return Bilingual(zh=_say(code, "zh", params), en=_say(code, "en", params))


def doubtful(hit: Hit) -> bool:
    """Whether a match is too uncertain to bar anybody by: not confirmed, or its identity disputed."""
    return hit.cap is not Effect.BLOCK or (hit.status is Status.DISPUTED and hit.tier is not Tier.E1)


def input_names(names: Sequence[str]) -> Bilingual:
    """Inputs of a request as people call them, with the field's name."""
    return Bilingual(zh=_inputs(names, "zh"), en=_inputs(names, "en"))


def detail(
    sentence: str,
    hits: Sequence[Hit],
    *,
    party: str,
    params: Params,
    effect: Effect,
    missing: Sequence[str],
    person: bool,
    consortium: bool,
) -> Bilingual:
    """The whole explanation of a finding: doubt about the match, the sentence of its case, what else matters.

    Args:
        sentence: the message of the rule's case.
        hits: the records behind the finding.
        party: how the subject is called.
        params: what the sentence needs beside party, list and records.
        effect: the finding's effect, after lowering.
        missing: inputs that were not supplied.
        person: whether a natural person is concerned.
        consortium: whether the subject is one of several members.
    """
    parts: list[tuple[str, Params]] = []
    unsure = next((hit for hit in hits if doubtful(hit)), None)
    if unsure is not None:
        disputed = unsure.tier is not Tier.E1 and (
            unsure.status is Status.DISPUTED or unsure.evidence.objection != ""
        )
        similar = unsure.tier is Tier.E5 and not disputed
        note = "rule.note.disputed" if disputed else "rule.note.similar" if similar else "rule.note.tier"
        if disputed and unsure.evidence.objection:
            note = "rule.note.disputed_here"
        values = {"tier": unsure.tier.value, "listed": unsure.listing.subject.name}
        parts.append((note, {**values, "objection": unsure.evidence.objection}))
    certain = next((hit for hit in hits if hit.evidence.objection and not doubtful(hit)), None)
    if certain is not None and certain.active:
        parts.append(("rule.note.disputed_certain", {"objection": certain.evidence.objection}))
    denied = next((hit for hit in hits if hit.evidence.repair and hit.active), None)
    if denied is not None:
        parts.append(("rule.note.repair_denied", {"repair": denied.evidence.repair}))
    parts.append((sentence, params))
    if consortium and effect is not Effect.INFO:
        parts.append(("rule.note.consortium", {}))
    if missing:
        parts.append(("rule.note.missing", {"input": input_names(missing)}))
    if person and effect.rank >= Effect.REVIEW.rank:
        parts.append(("rule.note.person", {}))
    return Bilingual(zh=_join(parts, hits, party, "zh"), en=_join(parts, hits, party, "en"))


def day_text(day: date, lang: Lang) -> str:
    """A day as a sentence writes it."""
    return f"{day.year}年{day.month}月{day.day}日" if lang == "zh" else day.isoformat()


def list_title(code: str, lang: Lang) -> str:
    """A list's title with its code; a list that the law does not know goes by its code."""
    info = BY_CODE.get(code)
    if info is None:
        return code
    return f"{info.zh}（{code}）" if lang == "zh" else f"{info.en} ({code})"


def _join(parts: Sequence[tuple[str, Params]], hits: Sequence[Hit], party: str, lang: Lang) -> str:
    known: dict[str, str | Bilingual] = {"party": party, "records": _records(hits, lang)}
    if hits:
        known["list"] = list_title(hits[0].listing.list_code, lang)
        known["listed"] = hits[0].listing.subject.name
    texts = [_say(code, lang, {**known, **params}) for code, params in parts]
    return ("" if lang == "zh" else " ").join(texts)


def _say(code: str, lang: Lang, params: Params) -> str:
    values = {k: getattr(v, lang) if isinstance(v, Bilingual) else v for k, v in params.items()}
    return say("matching", code, lang, **values)


def _inputs(names: Sequence[str], lang: Lang) -> str:
    brackets = "{}（{}）" if lang == "zh" else "{} ({})"
    texts = [brackets.format(say("matching", f"rule.input.{name}", lang), name) for name in names]
    return ("、" if lang == "zh" else ", ").join(texts)


def _records(hits: Sequence[Hit], lang: Lang) -> str:
    """The records in words: list if there are several, authority, document, dates; the first few."""
    lists = len({hit.listing.list_code for hit in hits}) > 1
    shown = list(dict.fromkeys(_record(hit, lang, named=lists) for hit in hits))
    texts = shown[:SHOWN_RECORDS]
    if len(shown) > SHOWN_RECORDS:
        texts.append(say("matching", "rule.part.more", lang, count=len(shown) - SHOWN_RECORDS))
    return ("；" if lang == "zh" else "; ").join(texts)


def _record(hit: Hit, lang: Lang, *, named: bool) -> str:
    listing = hit.listing
    parts = [list_title(listing.list_code, lang)] if named else []
    parts += [text for text in (listing.authority, listing.case_no or listing.decision_no) if text]
    decided = listing.penalty.decided_on if listing.penalty is not None else None
    if decided is not None:
        parts.append(say("matching", "rule.part.decided", lang, day=day_text(decided, lang)))
    start, end = listing.effect.start, listing.effect.end
    if start is not None and (decided is None or end is not None):
        parts.append(say("matching", "rule.part.from", lang, day=day_text(china_day(start), lang)))
    if end is not None:
        last = china_day(end - timedelta(microseconds=1))
        parts.append(say("matching", "rule.part.until", lang, day=day_text(last, lang)))
    if not parts:
        parts.append(say("matching", "rule.part.bare", lang, record=listing.key))
    return ("，" if lang == "zh" else ", ").join(parts)


__all__ = ["both", "day_text", "detail", "doubtful", "input_names", "list_title"]
