"""What the texts of two bids share: `text.similar`, `text.copied`, `text.errors`, `text.named` (C04, C05, R17)."""

from __future__ import annotations

import numpy as np

from graph.identifiers import mask_numbers_in_text
from matching import slips, textual
from matching.rules.base import BidderView, Case, Fact, Tie
from matching.ties import values
from matching.ties.base import ALL_PAIRS, Ties
from matching.ties.rivals import Rivals

SHOWN = 200
"""Pairs for which a common passage is looked up; the likeness itself is given for all."""
SHOWN_ERRORS = 5
_MIN_NAME = 6
"""Characters of a company's name below which it may be a word."""


def read(case: Case, rivals: Rivals, ties: Ties) -> str:
    """Ties of texts.

    Returns:
        `errors` if the texts are too long in all to be searched for equal slips, else nothing.
    """
    places, texts = [], []
    for view in case.bidders:
        text = "\n".join(document.text for document in view.bidder.documents if document.text)
        if text:
            places.append(view.index)
            texts.append(textual.plain(text))
    if not places:
        return ""
    known = [textual.plain(document.text) for document in case.tender.documents if document.text]
    if len(places) > 1:
        _similar(case, rivals, ties, places, texts, known)
    # one text is enough to hold another bidder's name
    _named(case, rivals, ties, places, texts, known)
    if len(places) < 2:
        return ""
    if sum(map(len, (*texts, *known))) > slips.MOST:
        return "errors"
    _errors(case, rivals, ties, places, texts, known)
    return ""


def _similar(
    case: Case,
    rivals: Rivals,
    ties: Ties,
    places: list[int],
    texts: list[textual.Codes],
    known: list[textual.Codes],
) -> None:
    own_names = [_names(case.bidders[place]) for place in places]
    bare = [_without(text, names) for text, names in zip(texts, own_names, strict=True)]
    sets = textual.Sets(bare, known, case.policy.option("text_template"))
    shown = 0
    for found in textual.alike(sets, case.policy.option("text_similarity")):
        i, j = places[found.i], places[found.j]
        if not rivals.meet(min(i, j), max(i, j)):
            continue
        percent = f"{found.permille / 10:.1f}%"
        facts = [Fact(field="documents.text.similarity", a=percent, b=percent)]
        if shown < SHOWN:
            shown += 1
            passage = _clean(textual.common_passage(bare[found.i], bare[found.j], sets, found.i, found.j))
            facts.append(Fact(field="documents.text", a=passage, b=passage))
        kind = "text.copied" if found.copied else "text.similar"
        ties.pair(i, j, Tie(kind=kind, by="stated", facts=tuple(facts), role=percent))


def _without(text: textual.Codes, names: list[textual.Codes]) -> textual.Codes:
    """A text without the bidder's own name, which stands on every page of it."""
    plain = textual.written(text)
    for name in names:
        plain = plain.replace(textual.written(name), "")
    return textual.plain(plain) if len(plain) != len(text) else text


def _names(view: BidderView) -> list[textual.Codes]:
    """The names of a bid's units, the longest first."""
    named = (textual.plain(entity.ref.name) for entity in view.entities if entity.type.value != "person")
    return sorted((name for name in named if len(name) >= _MIN_NAME), key=len, reverse=True)


def _named(
    case: Case,
    rivals: Rivals,
    ties: Ties,
    places: list[int],
    texts: list[textual.Codes],
    known: list[textual.Codes],
) -> None:
    """Bids in which a rival's name stands, unless it stands in the tender's own documents or in most bids."""
    names = [(view.index, name) for view in case.bidders for name in _names(view)]
    if not names:
        return
    codes = [name for _, name in names]
    sought = textual.Names(codes)
    public = {number for text in known for number, _ in sought.within(text)}
    found: dict[int, dict[int, int]] = {}
    for at, text in enumerate(texts):
        place = places[at]
        own = _names(case.bidders[place])
        for number, start in sought.within(text):
            whose = names[number][0]
            if whose != place and number not in public and not _inside(text, start, codes[number], own):
                found.setdefault(number, {}).setdefault(at, start)
    most = max(3, len(texts) * case.policy.option("text_template") // 100)
    counted: dict[int, int] = {}
    for number, where in found.items():
        if len(where) > most:
            continue  # nearly every bid names it: a maker, a predecessor, part of the task
        for at, start in where.items():
            i, j = places[at], names[number][0]
            counted[i] = counted.get(i, 0) + 1
            if counted[i] > ALL_PAIRS or not rivals.meet(min(i, j), max(i, j)):
                continue
            text = texts[at]
            around = _clean(textual.written(text[max(0, start - 12) : start + len(codes[number]) + 12]))
            name = case.bidders[j].bidder.name
            a, b = (around, name) if i < j else (name, around)
            ties.pair(
                i,
                j,
                Tie(
                    kind="text.named",
                    by="stated",
                    facts=(Fact(field="documents.text", a=a, b=b),),
                    other=case.bidders[i].client_id,
                ),
            )


def _inside(text: textual.Codes, start: int, name: textual.Codes, own: list[textual.Codes]) -> bool:
    """Whether a name is only a part of the bidder's own, as a company's is of its branch's."""
    word = textual.written(name)
    for whole in own:
        at = textual.written(whole).find(word)
        if 0 <= at <= start and np.array_equal(text[start - at : start - at + len(whole)], whole):
            return True
    return False


def _errors(
    case: Case,
    rivals: Rivals,
    ties: Ties,
    places: list[int],
    texts: list[textual.Codes],
    known: list[textual.Codes],
) -> None:
    """Pairs that share as many different slips as the policy's `rare_errors`."""
    shared: dict[tuple[int, int], dict[tuple[str, str], slips.Slip]] = {}
    for slip in slips.slips(texts, known):
        for n, i in enumerate(slip.texts):
            for j in slip.texts[n + 1 :]:
                shared.setdefault((i, j), {}).setdefault((slip.wrong, slip.right), slip)
    for (first, second), found in shared.items():
        i, j = places[first], places[second]
        if len(found) < case.policy.option("rare_errors") or not rivals.meet(i, j):
            continue
        facts = tuple(
            Fact(field="documents.text", a=f"{slip.around} ({slip.wrong}→{slip.right})", b=slip.around)
            for slip in list(found.values())[:SHOWN_ERRORS]
        )
        ties.pair(i, j, Tie(kind="text.errors", by="stated", facts=facts, role=str(len(found))))


def _clean(text: str) -> str:
    """A passage as an answer may quote it: numbers of persons and telephones masked."""
    return values.masked_phone(mask_numbers_in_text(text))
