"""Identifiers as cells hold them: recognised, checked, explained, never dropped (SPEC 5)."""

from __future__ import annotations

import pytest

from graph.identifiers import (
    looks_personal,
    parse_any,
    parse_organization,
    parse_person,
    same_organization_code,
    split_codes,
)
from graph.messages import LANGS, catalogue, say

USCC = "91320899MATEKT0A2E"
OTHER = "91320899MATEKT3BX4"


@pytest.mark.parametrize(
    ("text", "scheme", "value", "state", "problem"),
    [
        (USCC, "uscc", USCC, "valid", ""),
        (USCC.lower(), "uscc", USCC, "valid", ""),
        (f" {USCC}\u3000", "uscc", USCC, "valid", ""),
        (f"'{USCC}", "uscc", USCC, "valid", ""),
        ("９１320899ＭATEKT0A2E", "uscc", USCC, "valid", ""),
        ("9132 0899 MATE KT0A 2E", "uscc", USCC, "valid", ""),
        (f"统一社会信用代码：{USCC}", "uscc", USCC, "valid", ""),
        ("91320899MATEKT0A2F", "uscc", "91320899MATEKT0A2F", "checksum", "id.checksum"),
        ("91320899MATEKTOA2E", "uscc", "91320899MATEKTOA2E", "malformed", "id.alphabet"),
        ("91320899MATEKT0A2", "uscc", "91320899MATEKT0A2", "malformed", "id.length"),
        ("MATEKT0A-2", "org_code", "MATEKT0A2", "valid", ""),
        ("MATEKT0A2", "org_code", "MATEKT0A2", "valid", ""),
        ("MATEKT0A—2", "org_code", "MATEKT0A2", "valid", ""),
        ("MATEKT0A-3", "org_code", "MATEKT0A3", "checksum", "id.checksum"),
        ("3208991100626", "reg_no", "3208991100626", "valid", "id.unchecked"),
        ("MATE****-2", "org_code", "MATE****2", "masked", "id.masked"),
        ("91320***********88X", "uscc", "91320**********88X", "masked", "id.masked"),
        ("91320899XXXXXXXX2E", "uscc", "91320899********2E", "masked", "id.masked"),
        ("9.1321E+17", "unknown", "9.1321E+17", "damaged", "id.excel"),
        ("9.13208990000000E+17", "unknown", "9.13208990000000E+17", "damaged", "id.excel"),
        ("913208991234567000", "uscc", "913208991234567000", "damaged", "id.excel"),
        ("", "unknown", "", "empty", ""),
        ("N/A", "unknown", "", "empty", ""),
        ("/", "unknown", "", "empty", ""),
        ("企独苏总字第1号", "unknown", "企独苏总字第1号", "malformed", "id.unrecognised"),
        (f"{USCC},{OTHER}", "unknown", f"{USCC},{OTHER}", "malformed", "id.several"),
        (f"{USCC}{OTHER}", "unknown", f"{USCC}{OTHER}", "malformed", "id.several"),
    ],
)
def test_organisation(text: str, scheme: str, value: str, state: str, problem: str) -> None:
    parsed = parse_organization(text)
    assert (parsed.scheme, parsed.value, parsed.state, parsed.problem) == (scheme, value, state, problem)
    assert parsed.raw == text


def test_a_slip_has_a_candidate_and_keeps_its_value() -> None:
    parsed = parse_organization("91320899MATEKTOA2E")
    assert parsed.candidate == USCC
    assert parsed.value != USCC
    assert parsed.params == {"found": "O"}
    assert parse_organization("91320899MATEKTOA2F").candidate == ""


def test_a_failed_check_says_which_character_was_computed() -> None:
    assert parse_organization("91320899MATEKT0A2F").params == {"expected": "E", "found": "F"}


def test_fifteen_digits_are_a_registration_number_unless_the_column_says_tax() -> None:
    number = next(
        f"32089900001234{d}" for d in range(10) if parse_organization(f"32089900001234{d}").state == "valid"
    )
    assert parse_organization(number).scheme == "reg_no"
    wrong = number[:14] + str((int(number[14]) + 1) % 10)
    assert (parse_organization(wrong).scheme, parse_organization(wrong).state) == ("reg_no", "checksum")
    tax = "320899MATEKT0A2"
    assert (parse_organization(tax).scheme, parse_organization(tax).state) == ("tax_no", "valid")
    assert parse_organization("320899MATEKT0A3").state == "checksum"


def test_zeros_that_check_out_are_valid_with_a_caution() -> None:
    from graph.identifiers import org_code_check_character, uscc_check_character

    for serial in range(100_000, 110_000):
        body = f"{serial:06}00"
        if org_code_check_character(body) == "0" and uscc_check_character(f"91320899{body}0") == "0":
            parsed = parse_organization(f"91320899{body}00")
            assert (parsed.state, parsed.problem) == ("valid", "id.zeros")
            return
    pytest.fail("no such code among ten thousand")


@pytest.mark.parametrize(
    ("text", "id_type", "scheme", "state", "problem"),
    [
        ("320899197502281239", "", "citizen_id", "valid", ""),
        ("320899 19750228 1239", "", "citizen_id", "valid", ""),
        ("'320899197502281239", "", "citizen_id", "valid", ""),
        ("居民身份证：320899197502281239", "", "citizen_id", "valid", ""),
        ("35010019900704357x", "", "citizen_id", "valid", ""),
        ("320899197502281238", "", "citizen_id", "checksum", "id.person_checksum"),
        ("320899197502301239", "", "citizen_id", "malformed", "id.date"),
        ("320899197513011239", "", "citizen_id", "malformed", "id.date"),
        ("320899750228123", "", "citizen_id", "valid", "id.fifteen"),
        ("320899751328123", "", "citizen_id", "malformed", "id.date"),
        ("320899197502281000", "", "citizen_id", "damaged", "id.excel"),
        ("3.20899E+17", "", "unknown", "damaged", "id.excel"),
        ("3208991975****1239", "", "citizen_id", "masked", "id.masked"),
        ("320899********1239", "", "citizen_id", "masked", "id.masked"),
        ("320899＊＊＊＊＊＊＊＊1239", "", "citizen_id", "masked", "id.masked"),
        ("3208**1239", "居民身份证", "citizen_id", "masked", "id.masked"),
        ("810000199001011239", "", "residence_permit", "checksum", "id.person_checksum"),
        ("E12345678", "", "passport", "valid", "id.unchecked"),
        ("EA1234567", "护照", "passport", "valid", "id.unchecked"),
        ("AB12CD34", "护照", "passport", "valid", "id.unchecked"),
        ("H12345678", "", "hk_mo_permit", "valid", "id.unchecked"),
        ("M1234567801", "", "hk_mo_permit", "valid", "id.unchecked"),
        ("H12345678", "护照", "passport", "valid", "id.unchecked"),
        ("12345678", "hk_mo_permit", "hk_mo_permit", "valid", "id.unchecked"),
        ("12345678", "tw_permit", "tw_permit", "valid", "id.unchecked"),
        ("X1234567", "passport", "passport", "valid", "id.unchecked"),
        ("12345678", "台湾居民来往大陆通行证", "tw_permit", "valid", "id.unchecked"),
        ("USA123456789012", "", "foreign_permanent", "valid", "id.unchecked"),
        ("32089919750228123", "", "citizen_id", "malformed", "id.length"),
        ("32O899197502281239", "", "citizen_id", "malformed", "id.alphabet_person"),
        ("无", "", "unknown", "empty", ""),
        ("虚构", "", "unknown", "malformed", "id.unrecognised"),
    ],
)
def test_person(text: str, id_type: str, scheme: str, state: str, problem: str) -> None:
    parsed = parse_person(text, id_type)
    assert (parsed.scheme, parsed.state, parsed.problem) == (scheme, state, problem)
    assert parsed.raw == text


def test_residence_permit_and_new_permanent_card_follow_the_citizen_rule() -> None:
    from graph.identifiers import citizen_check_character

    for prefix, scheme in (
        ("810000", "residence_permit"),
        ("830000", "residence_permit"),
        ("911100", "foreign_permanent"),
    ):
        body = f"{prefix}19900101123"
        assert parse_person(body + citizen_check_character(body)).scheme == scheme
        assert parse_person(body + citizen_check_character(body)).state == "valid"


def test_no_message_parameter_holds_a_persons_number() -> None:
    for text in ("320899197502281238", "32089919750228123", "320899197513011239", "3208991975022812390"):
        parsed = parse_person(text)
        assert all(len(value) < 12 for value in parsed.params.values())


@pytest.mark.parametrize(
    ("text", "scheme", "state"),
    [
        (USCC, "uscc", "valid"),
        ("320899197502281239", "citizen_id", "valid"),
        ("320899197502281238", "citizen_id", "checksum"),
        ("3208991975****1239", "citizen_id", "masked"),
        ("320899********1239", "citizen_id", "masked"),
        ("91320***********88X", "uscc", "masked"),
        ("MATEKT0A-2", "org_code", "valid"),
        ("6837****-1", "org_code", "masked"),
        ("20240506", "unknown", "malformed"),
        ("E12345678", "passport", "valid"),
        ("320899750228123", "citizen_id", "valid"),
        ("", "unknown", "empty"),
    ],
)
def test_either_kind(text: str, scheme: str, state: str) -> None:
    parsed = parse_any(text)
    assert (parsed.scheme, parsed.state) == (scheme, state)


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        (f"{USCC},{OTHER}", (USCC, OTHER)),
        (f"{USCC}、{OTHER}", (USCC, OTHER)),
        (f"{USCC}；{OTHER}", (USCC, OTHER)),
        (f"{USCC}/{OTHER}", (USCC, OTHER)),
        (f"{USCC}\n{OTHER}", (USCC, OTHER)),
        (f"{USCC} {OTHER}", (USCC, OTHER)),
        (f"{USCC}与{OTHER}", (USCC, OTHER)),
        (f"{USCC}{OTHER}", (USCC, OTHER)),
        (f"{USCC}（牵头人）{OTHER}（成员）", (USCC, OTHER)),
        (f"牵头人：{USCC}，成员：{OTHER}", (USCC, OTHER)),
        ("MATEKT0A-2；MATEKT3B-X", ("MATEKT0A-2", "MATEKT3B-X")),
        ("9132 0899 MATE KT0A 2E", (USCC,)),
        (USCC, (USCC,)),
        ("无", ()),
        ("", ()),
    ],
)
def test_several_codes_in_one_cell(cell: str, codes: tuple[str, ...]) -> None:
    assert split_codes(cell) == codes


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (USCC, USCC.lower(), "equal"),
        (USCC, OTHER, "conflict"),
        (USCC, "MATEKT0A-2", "nested"),
        (USCC, "320899MATEKT0A2", "nested"),
        (USCC, "MATEKT3B-X", "conflict"),
        ("MATEKT0A-2", "MATEKT3B-X", "conflict"),
        (USCC, "3208991100626", "unknown"),
        ("3208991100626", "3208991100626", "equal"),
        (USCC, "91320899MATEKT0A2F", "unknown"),
        ("91320899MATEKT0A2F", "91320899MATEKT0A2F", "equal"),
        ("91320899MATEKT0A2F", "91320899MATEKT0A2G", "unknown"),
        (USCC, "MATEKT0A-3", "unknown"),
        (USCC, "", "unknown"),
        (USCC, "91320899********2E", "unknown"),
        (USCC, "虚构", "unknown"),
        ("虚构", "虚构", "unknown"),
    ],
)
def test_same_organisation(a: str, b: str, expected: str) -> None:
    first, second = parse_organization(a), parse_organization(b)
    assert same_organization_code(first, second) == expected
    assert same_organization_code(second, first) == expected


def test_every_problem_has_its_sentence_in_both_languages() -> None:
    problems = {code: entry for code, entry in catalogue("graph").items() if code.startswith("id.")}
    texts = [
        USCC,
        "91320899MATEKT0A2F",
        "91320899MATEKTOA2E",
        "9132",
        "9.1E+17",
        "MATE****-2",
        "3208991100626",
        "x",
    ]
    persons = ["320899197502281238", "320899197513011239", "320899750228123", "32O899197502281239", "320899"]
    for parsed in [*map(parse_organization, texts), *map(parse_person, persons)]:
        if parsed.problem:
            for lang in LANGS:
                assert say("graph", parsed.problem, lang, **parsed.params)
    assert {"id.checksum", "id.length", "id.alphabet", "id.excel", "id.masked"} <= problems.keys()


@pytest.mark.parametrize(
    "text",
    ["0" * 18, "1" * 18, "9" * 18, "A" * 18, "000000000", "00000000-0", "0" * 15, "1" * 15, "1" * 13,
     "123456789012345678", "012345678", "123456789", "987654321098765432", "E00000000", " 0000 0000 0 "],
)  # fmt: skip
def test_a_filler_is_no_code_whatever_its_check_says(text: str) -> None:
    for parsed in (parse_organization(text), parse_person(text), parse_any(text)):
        assert (parsed.state, parsed.problem) == ("malformed", "id.placeholder")


def test_real_codes_that_look_a_little_like_fillers_are_read() -> None:
    assert parse_person("E12345678").state == "valid"
    assert parse_organization("X" * 18).state == "masked"
    assert parse_organization("913208990000000009").problem != "id.placeholder"


def test_a_person_with_an_impossible_day_is_never_read_as_a_company() -> None:
    parsed = parse_organization("320899197513121231")
    assert (parsed.scheme, parsed.state, parsed.problem) == ("citizen_id", "malformed", "id.date")
    assert parse_organization("91329901MAREU00109").scheme == "uscc"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("320899197503120015", True),  # a citizen's
        ("3208 9919 7503 1200 15", True),
        ("320899—19750312·0015", True),
        ("320899197503120019", True),  # wrong check digit
        ("320899197513120019", True),  # impossible month
        ("32089919750312001501", True),  # tax number of 20
        ("3208991975031200150", True),  # a digit too many
        ("320899750312001", True),  # fifteen digits
        ("91329901MAREU0010G", False),
        ("320899000012340", False),  # registration number
        ("3209231100626", False),
        ("MAREU0010", False),
        ("", False),
        ("无", False),
    ],
)
def test_numbers_that_outputs_must_mask(text: str, expected: bool) -> None:
    assert looks_personal(text) is expected
