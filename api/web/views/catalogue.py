"""The catalogue of measures as a page: what each list allows in each scenario, by which law (SPEC 4.1)."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple, get_args

import msgspec
from fastapi import Response

from api import measures as book
from api.explain import basis_line, list_title
from api.web.answers import page
from api.web.door import Visit
from graph.dates import china_day
from graph.lists import LISTS
from matching.decision import LegalBasis
from matching.measures.catalogue import Place, Role
from matching.request import Funding, ProjectObject, Regime, Stage

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "regime": tuple(one.value for one in Regime),
    "object": tuple(one.value for one in ProjectObject),
    "stage": tuple(one.value for one in Stage),
    "funding": tuple(one.value for one in Funding),
    "role": get_args(Role),
    "invoked": ("yes", "no", "unstated"),
}
"""What a scenario is made of, with the values that each part takes."""


class Row(NamedTuple):
    """A measure of the catalogue."""

    code: str
    name: str
    effect: str
    effect_word: str
    scenario: tuple[tuple[str, str], ...]
    """The conditions under which it applies; none: always."""
    who: str
    law: tuple[str, ...]
    rules: str


class Group(NamedTuple):
    """What one list allows."""

    code: str
    title: str
    rows: tuple[Row, ...]


def show(visit: Visit) -> Response:
    """The catalogue in force on a day, of one list and in one scenario where they are asked for."""
    asked = {name: visit.asked(name, 40) for name in CHOICES}
    asked = {name: value if value in CHOICES[name] else "" for name, value in asked.items()}
    code = visit.asked("list", 40)
    known = {one.code for one in LISTS}
    day, wrong = _day(visit)
    place = msgspec.convert({name: value or None for name, value in asked.items()}, Place)
    found = book.catalogue_view(day, code if code in known else None, place)
    groups: dict[str, list[Row]] = {}
    for row in found.measures:
        groups.setdefault(str(row["target_list"]), []).append(_row(visit, row))
    return page(
        visit,
        "measures_catalogue.html",
        groups=tuple(Group(one, list_title(one, visit.lang), tuple(rows)) for one, rows in groups.items()),
        total=len(found.measures),
        inherited=tuple(_inherited(visit, one) for one in found.inherited),
        edition=found.edition,
        version=found.version,
        day=day.isoformat(),
        wrong_day=wrong,
        asked=asked,
        listed=code if code in known else "",
        lists=tuple((one.code, list_title(one.code, visit.lang)) for one in LISTS if not one.research),
        choices=tuple((name, tuple((value, _word(visit, name, value)) for value in values))
                      for name, values in CHOICES.items()),
    )  # fmt: skip


def _day(visit: Visit) -> tuple[date, bool]:
    """The day that is asked about, and whether it was no date: then it is today."""
    given, today = visit.asked("as_of", 20), china_day(visit.at)
    try:
        found = date.fromisoformat(given) if given else today
    except ValueError:
        return today, True
    return found, False


def _row(visit: Visit, row: dict[str, Any]) -> Row:
    words = visit.words
    scenario = tuple(
        (words(f"scene.{part}"), words("casework.or").join(_word(visit, part, one) for one in values))
        for part, values in row["scenario"].items()
    )
    return Row(
        code=row["measure_code"],
        name=row["name"][visit.lang],
        effect=row["decision"],
        effect_word=words.word("effect", row["decision"]),
        scenario=scenario,
        who=words.known(f"measure.who.{row['implementer']}", row["implementer"]),
        law=tuple(basis_line(msgspec.convert(one, LegalBasis), visit.lang) for one in row["legal_basis"]),
        rules=", ".join(row["rules"]),
    )


def _inherited(visit: Visit, one: dict[str, Any]) -> tuple[str, str, str, tuple[str, ...]]:
    law = tuple(basis_line(msgspec.convert(each, LegalBasis), visit.lang) for each in one["legal_basis"])
    return _word(visit, "role", one["role"]), one["at_most"], ", ".join(one["rules"]), law


def _word(visit: Visit, part: str, value: str) -> str:
    otherwise = visit.words.word("role", value) if part == "role" else value
    return visit.words.known(f"scene.{part}.{value}", otherwise)
