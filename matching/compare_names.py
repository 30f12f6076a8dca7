"""Names of two organisations compared: alike, a former one, alike but for lost characters, or different."""

from __future__ import annotations

from graph import identifiers, text
from graph.dates import add_years, china_day, start_of_day
from graph.model import Interval, Listing, Mention
from matching.decision import Feature
from matching.subjects import Subject

MIN_READABLE = 3
"""Characters that two names must share for agreement but for lost characters to say anything."""
FORMER_NAME_YEARS = 3
"""Years that courts and authorities go on using a name after it ended: cases begin under the old one."""


def name_feature(submitted: str, matched: str, outcome: str) -> Feature:
    """The compared names, without what looks like the number of a person in them."""
    mask = identifiers.mask_numbers_in_text
    return Feature(name="name", submitted=mask(submitted), matched=mask(matched), outcome=outcome)


def org_name_outcome(subject: Subject, mention: Mention, listing: Listing) -> str:
    """equal, former, wildcard (but for lost characters), different or missing."""
    if not subject.n6 and not subject.former:
        return "missing"
    if subject.n6 and subject.n6 == mention.n6 and text.WILDCARD not in mention.n6:
        return "equal"
    former = _formers_at(subject, listing)
    recorded = {text.org_key(name.text) for name in mention.names}
    if text.WILDCARD not in mention.n6 and mention.n6 in former:
        return "former"
    if subject.n6 in recorded or recorded.intersection(former):
        return "former"
    if any(_but_for_lost(a, b) for b in (mention.n6, *recorded) for a in (subject.n6, *former)):
        return "wildcard"
    return "different" if subject.n6 else "missing"


def _but_for_lost(a: str, b: str) -> bool:
    """Whether names are equal where both are readable, which has to be most of them."""
    if (text.WILDCARD not in a and text.WILDCARD not in b) or not text.wildcard_equal(a, b):
        return False
    readable = sum(x != text.WILDCARD != y for x, y in zip(a, b, strict=True))
    return readable >= MIN_READABLE and 2 * readable >= len(a)


def _formers_at(subject: Subject, listing: Listing) -> tuple[str, ...]:
    """Former names that the party may have borne when the record began; without dates any."""
    start = listing.effect.start or listing.published.start
    if not subject.borne or start is None:
        return subject.former
    limit = start_of_day(add_years(china_day(start), -FORMER_NAME_YEARS))
    spans: dict[str, list[Interval]] = {}
    for name, valid in subject.borne:
        spans.setdefault(name, []).append(valid)
    return tuple(
        name
        for name in subject.former
        if name not in spans
        or any(
            (v.end is None or v.end > limit) and (v.start is None or v.start <= start) for v in spans[name]
        )
    )
