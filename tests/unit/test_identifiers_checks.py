"""Check characters and facts inside numbers (SPEC 5.1 to 5.4). Region 320899 is invented."""

from __future__ import annotations

from datetime import date

import pytest

from graph.identifiers import (
    birth_date,
    birth_year,
    citizen_check_character,
    citizen_valid,
    id_facts,
    nested_org_code,
    org_code_check_character,
    org_code_valid,
    reg_no_valid,
    upgrade15,
    uscc_check_character,
    uscc_valid,
)


def test_credit_code() -> None:
    assert uscc_check_character("91320899MATEKT0A2") == "E"
    assert uscc_valid("91320899MATEKT0A2E")
    assert not uscc_valid("91320899MATEKT0A2F")
    assert not uscc_valid("91320899MATEKTOA2E")
    assert not uscc_valid("91320899MATEKT0A2")


def test_organisation_code() -> None:
    assert org_code_check_character("MATEKT0A") == "2"
    assert org_code_valid("MATEKT0A2")
    assert not org_code_valid("MATEKT0A3")
    assert nested_org_code("91320899MATEKT0A2E") == "MATEKT0A2"
    assert nested_org_code("MATEKT0A2") == ""
    checks = {org_code_check_character(f"{number:08}") for number in range(200)}
    assert checks == set("0123456789X")


def test_registration_number() -> None:
    valid = [f"32089900001234{digit}" for digit in range(10) if reg_no_valid(f"32089900001234{digit}")]
    assert len(valid) == 1
    assert not reg_no_valid("3208990000123")
    assert not reg_no_valid("32089900001234X")


def test_citizen_number() -> None:
    assert citizen_check_character("32089919750228123") == "9"
    assert citizen_valid("320899197502281239")
    assert not citizen_valid("320899197502291239")
    assert not citizen_valid("320899197502281238")
    assert not citizen_valid("３20899197502281239")
    assert {citizen_check_character(f"32089919750228{n:03}") for n in range(100)} == set("0123456789X")


def test_old_citizen_numbers_gain_the_century_and_a_check_digit() -> None:
    assert upgrade15("320899750228123") == "320899197502281239"
    with pytest.raises(ValueError, match="15 digits"):
        upgrade15("32089975022812X")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("19750228", date(1975, 2, 28)),
        ("20000229", date(2000, 2, 29)),
        ("19000229", None),
        ("18991231", None),
        ("21000101", None),
        ("19751301", None),
        ("1975022", None),
        ("1975****", None),
        ("１9750228", None),
    ],
)
def test_birth_date(text: str, day: date | None) -> None:
    assert birth_date(text) == day


def test_facts() -> None:
    assert id_facts("320899197502281239") == (date(1975, 2, 28), "m")
    assert id_facts("320899198811052469") == (date(1988, 11, 5), "f")
    assert id_facts("3208991975****1239") == (None, "m")
    assert id_facts("320899********12**") == (None, "")
    assert id_facts("") == (None, "")
    assert birth_year("3208991975****1239") == 1975
    assert birth_year("320899********1239") is None
    assert birth_year("320899") is None


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (uscc_check_character, "91320899MATEKTOA2"),
        (uscc_check_character, "9132"),
        (org_code_check_character, "MATEKT0"),
        (org_code_check_character, "matekt0a"),
        (citizen_check_character, "3208991975022812X"),
        (citizen_check_character, ""),
    ],
)
def test_what_cannot_have_a_check_character_is_refused(function: object, argument: str) -> None:
    assert callable(function)
    with pytest.raises(ValueError):
        function(argument)
