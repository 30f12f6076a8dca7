"""Shares as published: exact, as a range, or by a word; what is not certain is absent, never 0 (公司法 265)."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, localcontext

from graph.model import Doc
from graph.relations import ABOVE_MIN, BELOW_MAX
from loaders.base import Row
from loaders.values import percents, plain

HUNDRED = Decimal(100)
_NUMBER = r"(\d{1,3}(?:\.\d{1,18})?)"
_EXACT = re.compile(rf"{_NUMBER}(%|‰)?")
_RANGE = re.compile(rf"{_NUMBER}%?(?:-|~|–|—|至|到){_NUMBER}%?(?:\(?(?:不含|以下)\)?)?")
_ABOVE = re.compile(
    rf"(?:(不低于|不少于|至少|≥|>=|大于等于)|(超过|大于|高于|多于|>)){_NUMBER}%?|{_NUMBER}%?(?:\(含\))?(以上|及以上)(?:\(含\))?"
)
_BELOW = re.compile(
    rf"(?:(不高于|不超过|至多|≤|<=|小于等于)|(低于|不足|小于|少于|<)){_NUMBER}%?|{_NUMBER}%?(以下|及以下)"
)


class Share(Doc):
    """A share in percent: exact, or within bounds. `above`: the lower bound itself does not belong to it (超过 50%);
    `below`: nor does the upper one."""

    exact: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    above: bool = False
    below: bool = False

    @property
    def stated(self) -> bool:
        """Whether anything is known."""
        return self.exact is not None or self.least is not None or self.most is not None

    def attributes(self) -> dict[str, str]:
        """What of the bounds the fields of a relation do not say."""
        return {name: "yes" for name, said in ((ABOVE_MIN, self.above), (BELOW_MAX, self.below)) if said}


UNKNOWN = Share()


def read_share(text: str, *, percent: bool = False) -> Share:
    """A share as a cell states it, in percent.

    A bare number of at most 1 could be a percentage or a fraction of the whole: it is refused, unless the heading
    says `percent`.

    Raises:
        ValueError: not a share, above 100 %, or of an unclear unit (args[0] is then `unit`).
    """
    text = unicodedata.normalize("NFKC", text).strip().replace(" ", "").replace("％", "%").rstrip("。;,")
    text = percents(text)
    if found := _EXACT.fullmatch(text):
        value = Decimal(found[1]) / (10 if found[2] == "‰" else 1)
        if found[2] is None and value <= 1 and not percent:
            raise ValueError("unit")
        return Share(exact=_within(value))
    if found := _RANGE.fullmatch(text):
        if "%" not in text and Decimal(found[2]) <= 1 and not percent:
            raise ValueError("unit")
        least, most = _within(Decimal(found[1])), _within(Decimal(found[2]))
        if least > most:
            raise ValueError("share")
        below = "不含" in text or text.endswith("以下")
        return Share(exact=least) if least == most else Share(least=least, most=most, below=below)
    if found := _ABOVE.fullmatch(text):
        least = _within(Decimal(found[3] or found[4]))
        return Share(least=least, most=HUNDRED, above=bool(found[2]))
    if found := _BELOW.fullmatch(text):
        most = _within(Decimal(found[3] or found[4]))
        return Share(least=Decimal(0), most=most, below=bool(found[2]))
    raise ValueError("share")


def _within(value: Decimal) -> Decimal:
    if not 0 <= value <= HUNDRED:
        raise ValueError("share")
    return plain(value)


def share_of(row: Row, field: str) -> Share:
    """The share of a cell; one that is not understood is reported and unknown."""
    text = row.get(field)
    if not text:
        return UNKNOWN
    try:
        return read_share(text, percent=f"{field}%" in row.units)
    except ValueError as error:
        row.warn("share.unit" if error.args == ("unit",) else "share.unreadable", field)
        return UNKNOWN


def part_of(amount: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """What percentage an amount is of a whole, to 12 places; None where either is unknown or makes no sense."""
    if amount is None or whole is None or whole <= 0 or not 0 <= amount <= whole:
        return None
    with localcontext(prec=40):
        return plain((amount * HUNDRED / whole).quantize(Decimal(10) ** -12))
