"""Persons with masks exactly as SPEC 5.5 and 7.7: every mask of the one table, every tier of the other."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from graph import identifiers, text
from graph.dates import start_of_day
from graph.identifiers import citizen_check_character
from graph.model import Id, Interval, Listing, Mention, PartyType
from matching.compare import Comparison, compare
from matching.decision import Tier
from matching.request import Person
from matching.subjects import person_subject

NAME = "虚构王五"
BODY = "32990119900704357"
FULL = BODY + citizen_check_character(BODY)
OTHER = "32990119900704359" + citizen_check_character("32990119900704359")


def hide(first: int, last: int, sign: str = "*") -> str:
    """The number with positions `first` to `last` hidden, counted from 1 as SPEC 5.5 counts."""
    return FULL[: first - 1] + sign * (last - first + 1) + FULL[last:]


COURT, TAX = hide(11, 14), hide(7, 14)


def listed(number: str = "", name: str = NAME, state: str = "masked", **more: Any) -> Listing:
    ids = (Id(scheme="citizen_id", value=number, state=state),) if number else ()
    mention = Mention(type=PartyType.PERSON, name=name, n6=text.person_key(name), ids=ids, **more)
    return Listing(
        list_code="SXBZXR", key="k", subject=mention, effect=Interval(start=start_of_day(date(2024, 2, 1)))
    )


def result(listing: Listing, number: str = FULL, name: str = NAME, **more: Any) -> Comparison:
    ids = [{"scheme": "citizen_id", "id": number}] if number else []
    who = Person.model_validate({"name": name, "identifiers": ids, **more})
    return compare(person_subject(who), listing.subject, listing)


@pytest.mark.parametrize(
    ("mask", "visible", "tier"),
    [
        (COURT, 14, Tier.E2),
        (TAX, 10, Tier.E3),
        (hide(5, 14), 8, Tier.E4),
        (hide(4, 14), 7, Tier.E4),
        (hide(13, 14), 16, Tier.E2),
        (hide(9, 12), 14, Tier.E3),
        (hide(1, 4), 14, None),
        (hide(3, 6), 14, Tier.E4),
        (hide(15, 17), 15, Tier.E4),
        (hide(15, 18), 14, Tier.E4),
        (hide(2, 17), 2, None),
    ],
    ids=["court", "tax", "day alone", "half the birth date", "region hidden", "part of the region", "sequence hidden",
         "local 4+4", "local 3+4", "local without the end", "local 1+1"],
)
def test_every_mask_of_5_5_with_the_same_name(mask: str, visible: int, tier: Tier | None) -> None:
    found = identifiers.compare_masked(FULL, mask)
    assert (found.visible_equal, found.conflicts, found.feasible) == (visible, 0, True)
    assert result(listed(mask)).tier is tier


@pytest.mark.parametrize("sign", ["*", "＊", "×", "X", "x", "•", "●", "?"])
def test_every_sign_of_a_mask_reads_alike(sign: str) -> None:
    assert identifiers.normalise_mask(hide(11, 14, sign)) == COURT


VISIBLE = [
    (mask, place)
    for mask in (COURT, TAX, hide(5, 14), hide(4, 14), hide(15, 18))
    for place in (1, 2, 3, 15, 16, 17)
    if mask[place - 1] != "*"
]


@pytest.mark.parametrize(("mask", "place"), VISIBLE)
def test_one_visible_digit_that_differs_is_another_person(mask: str, place: int) -> None:
    digit = "7" if mask[place - 1] != "7" else "8"
    changed = mask[: place - 1] + digit + mask[place:]
    assert identifiers.compare_masked(FULL, changed).conflicts == 1
    assert result(listed(changed)).tier is Tier.X


@pytest.mark.parametrize("mask", [COURT, TAX, hide(5, 14), hide(15, 18)])
def test_a_mask_with_another_name_is_nothing(mask: str) -> None:
    assert result(listed(mask, "虚构赵六")).tier is None


@pytest.mark.parametrize("name", ["虚*", "虚某某", "虚*五"])
@pytest.mark.parametrize("number", ["", COURT])
def test_a_masked_name_is_never_used(name: str, number: str) -> None:
    assert text.person_names_near(name, NAME) == "different"
    assert result(listed(number, name)).tier is None


@pytest.mark.parametrize("mask", [COURT, TAX, hide(5, 14)])
def test_a_number_that_fails_its_own_check_agrees_with_no_mask(mask: str) -> None:
    wrong = FULL[:12] + ("15" if FULL[12:14] != "15" else "16") + FULL[14:]
    found = identifiers.compare_masked(wrong, mask)
    assert (found.conflicts, found.feasible, found.agrees) == (0, False, False)
    assert result(listed(mask), number=wrong).tier is Tier.E4


@pytest.mark.parametrize(
    ("listing", "more", "tier"),
    [
        (listed(FULL, state="valid"), {}, Tier.E1),
        (listed(FULL, "虚构?五", state="valid"), {}, Tier.E1),
        (listed(COURT), {}, Tier.E2),
        (listed(COURT, sex="m", age=34), {}, Tier.E2),
        (listed(TAX), {}, Tier.E3),
        (listed(hide(5, 14)), {}, Tier.E4),
        (listed(OTHER, state="valid"), {}, Tier.X),
        (listed(COURT, sex="f", age=34), {"number": OTHER}, Tier.X),
        (listed(COURT, age=70), {}, Tier.X),
        (listed(), {"number": ""}, None),
        (listed(), {"number": "", "birth_year": 1990}, None),
        (listed(birth_year=1990), {"number": "", "birth_year": 1990}, None),
        (listed(COURT), {"number": "", "birth_year": 1990, "region": "江苏"}, Tier.E4),
        (listed(COURT), {"number": "", "birth_year": 1990, "region": "福建"}, None),
    ],
    ids=[
        "E1 full number and name", "E1 name near", "E2 court mask", "E2 sex and age fit", "E3 tax mask",
        "E4 local mask", "X other number", "X digit and sex", "X age", "name alone", "name and year alone",
        "name and both years", "E4 name, year and province", "another province",
    ],
)  # fmt: skip
def test_every_tier_of_7_7(listing: Listing, more: dict[str, Any], tier: Tier | None) -> None:
    assert result(listing, **more).tier is tier


@pytest.mark.parametrize("near", ["虚构?五", "WANGWU", "虚构王伍"])
def test_a_name_that_is_only_near_is_no_hit_under_a_mask(near: str) -> None:
    assert result(listed(COURT, near)).tier is None


def test_no_comparison_shows_a_number() -> None:
    for mask in (FULL, COURT, TAX):
        assert FULL not in repr(result(listed(mask, state="valid" if mask == FULL else "masked")))
