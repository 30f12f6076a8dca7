"""Masked numbers compared position by position, and numbers masked for outputs (SPEC 5.5)."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from graph.identifiers import (
    compare_masked,
    mask_numbers_in_text,
    mask_person_id,
    normalise_mask,
    org_code_check_character,
    parse_any,
)

FULL = "320899197502281239"
USCC = "91320899MATEKT0A2E"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3208991975＊＊＊＊1239", "3208991975****1239"),
        ("3208991975xxxx1239", "3208991975****1239"),
        ("3208991975××××1239", "3208991975****1239"),
        ("3208991975●●●●1239", "3208991975****1239"),
        ("3208991975••••1239", "3208991975****1239"),
        ("3208991975????1239", "3208991975****1239"),
        ("35010019900704357x", "35010019900704357X"),
        ("350100********357X", "350100********357X"),
        ("32089919750228XXXX", "32089919750228****"),
        ("6837****-1", "6837****1"),
        ("91320899XXXXXXXX2E", "91320899********2E"),
        ("320899 1975 **** 1239", "3208991975****1239"),
    ],
)
def test_normalise_mask(text: str, expected: str) -> None:
    assert normalise_mask(text) == expected


def test_letters_of_a_valid_code_are_no_mask() -> None:
    body = "MAXXXX00"
    code = body + org_code_check_character(body)
    assert normalise_mask(code) == code


@pytest.mark.parametrize(
    ("mask", "kind", "visible", "low", "high"),
    [
        ("3208991975****1239", "court", 14, 30, 36),
        ("320899********1239", "tax", 10, 2_080, 2_160),
        ("3208**********1239", "local", 8, 200_000, 220_000),
        ("32089919750228****", "local", 14, 1_000, 1_000),
        ("3****************9", "local", 2, 1, 10**13),
        (FULL, "full", 18, 1, 1),
    ],
)
def test_full_number_against_its_masks(mask: str, kind: str, visible: int, low: int, high: int) -> None:
    for a, b in ((FULL, mask), (mask, FULL)):
        found = compare_masked(a, b)
        assert (found.kind, found.visible_equal, found.conflicts) == (kind, visible, 0)
        assert found.hidden == 18 - visible
        assert found.feasible
        assert found.agrees
        assert low <= found.consistent <= high


def test_one_visible_difference_is_a_conflict() -> None:
    found = compare_masked(FULL, "3208991976****1239")
    assert (found.conflicts, found.feasible, found.consistent, found.agrees) == (1, False, 0, False)


def test_two_masks_without_a_value_that_fits_both_agree_on_nothing() -> None:
    # what both show together leaves one number, and its check digit would have to be 9
    assert compare_masked("32089919750228123*", "*****************9").feasible
    assert not compare_masked("32089919750228123*", "*****************8").feasible
    assert not compare_masked("32089919750230****", "320899********1239").feasible
    assert not compare_masked("3208991975023*****", "3208991975*******9").feasible


def test_a_full_number_must_pass_its_own_check() -> None:
    wrong = FULL[:17] + "8"
    found = compare_masked(wrong, "32089919750228****")
    assert found.conflicts == 0
    assert not found.feasible
    assert not compare_masked("320899197502301239", "320899********1239").feasible


def test_a_run_of_the_wrong_length_is_stretched() -> None:
    assert compare_masked(FULL, "3208991975*****1239").visible_equal == 14
    assert compare_masked(FULL, "320899***1239").kind == "tax"


def test_old_numbers_are_compared_in_their_new_form() -> None:
    assert compare_masked("320899750228123", "3208991975****1239").kind == "court"
    assert compare_masked("320899750228123", "3208991975****1239").agrees
    assert compare_masked("320899******123", "320899197502281239").conflicts == 0
    assert compare_masked("320899******124", "320899197502281239").conflicts == 1


@pytest.mark.parametrize(
    ("a", "b"), [(FULL, "3208**12**39"), ("", ""), (FULL, ""), (FULL, "6837****1"), ("1*2*3", "9")]
)
def test_what_cannot_be_laid_side_by_side_is_neither_agreement_nor_conflict(a: str, b: str) -> None:
    found = compare_masked(a, b)
    assert found.kind == "incomparable"
    assert (found.visible_equal, found.conflicts, found.consistent) == (0, 0, 0)
    assert not found.agrees


def test_organisation_codes() -> None:
    found = compare_masked(USCC, "91320***********A2E")
    assert (found.kind, found.visible_equal, found.conflicts, found.feasible) == ("org", 8, 0, True)
    assert compare_masked(USCC, "91320***********A3E").conflicts == 1
    assert compare_masked("MATE****-2", "MATEKT0A-2").agrees
    assert compare_masked("MATE****-2", "MATEKT0A-2").consistent > 100_000
    assert not compare_masked("91320899MATEKT0A2F", "91320899MATEKT0A2*").feasible


def test_a_permanent_residents_number_begins_with_nine_and_is_a_persons() -> None:
    from graph.identifiers import citizen_check_character

    body = "91110019900101123"
    number = body + citizen_check_character(body)
    assert compare_masked(number, number[:10] + "****" + number[14:]).kind == "court"
    assert compare_masked(number, number[:10] + "****" + number[14:]).agrees


def test_the_count_is_exact() -> None:
    from graph.identifiers import citizen_check_character

    body = FULL[:14]
    count = sum(citizen_check_character(f"{body}{n:03}") == "9" for n in range(1_000))
    assert compare_masked(FULL, "32089919750228***9").consistent == count


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (FULL, "3208**********1239"),
        ("320899750228123", "3208********123"),
        ("E12345678", "E******78"),
        ("3208991975****1239", "3208991975****1239"),
        ("320899********1239", "320899********1239"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_numbers_for_outputs(value: str, shown: str) -> None:
    assert mask_person_id(value) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"身份证{FULL}，电话13900000000", "身份证3208**********1239，电话13900000000"),
        (f"ID{FULL}x", "ID3208**********1239x"),
        ("320899197502281238", "3208**********1238"),
        ("320899199913451239", "3208**********1239"),
        ("３２０８９９１９７５０２２８１２３９", "3208**********1239"),
        ("320899 19750228 1239", "3208**********1239"),
        ("320899-1975-0228-1239", "3208**********1239"),
        ("320899750228123", "3208********123"),
        ("320899—19750228—1238", "3208**********1238"),
        ("３２０８９９　１９７５０２２８　１２３９", "3208**********1239"),
        ("3208 9919 7502 2812 39", "3208**********1239"),
        (" ".join(FULL), "3208**********1239"),
        ("3208991975\u200b0228\n1239", "3208**********1239"),
        ("证号 320899.19750228.1239 13900000000", "证号 3208**********1239 13900000000"),
        ("320899-750228-123", "3208********123"),
        ("320899 75 02 28 123", "3208********123"),
        ("320899-20261123-0013", "320899-20261123-0013"),
        ("320899-261123-001", "320899-261123-001"),
        ("320899-750228-123-0001", "320899-750228-123-0001"),
        ("0571-88886666 13900000000 139-0000-0000", "0571-88886666 13900000000 139-0000-0000"),
        ("2026-11-23 2026-11-24 09.30", "2026-11-23 2026-11-24 09.30"),
        ("6222 0212 0200 1234 567", "6222 0212 0200 1234 567"),
        (f"{FULL}00", "3208**********123900"),
        (f"{FULL}13900000000", "3208**********123913900000000"),
        (USCC, USCC),
        ("911100001000000033", "911100001000000033"),
        ("320899000012340", "320899000012340"),
        ("合同号20240506001，金额1234567890.00元", "合同号20240506001，金额1234567890.00元"),
        ("", ""),
    ],
)
def test_numbers_in_free_text(text: str, shown: str) -> None:
    assert mask_numbers_in_text(text) == shown


def test_long_text_takes_time_in_proportion() -> None:
    begun = time.perf_counter()
    assert "1975" not in mask_numbers_in_text(f"甲{FULL}乙" * 20_000)
    assert len(mask_numbers_in_text("1" * 400_000)) == 400_000
    mask_numbers_in_text("1 " * 200_000)
    assert time.perf_counter() - begun < 5


def test_published_vectors(shared_data: Path) -> None:
    vectors = json.loads((shared_data / "formats" / "test_vectors.json").read_text(encoding="utf-8"))
    assert all(parse_any(code).state == "valid" for code in vectors["uscc_valid"])
    assert all(parse_any(number).scheme == "citizen_id" for number in vectors["person_id_valid"])
    assert all(org_code_check_character(body) == check for body, check in vectors["org_code"].items())
    kinds = {"court_MMDD": "court", "tax_birthdate": "tax", "first4_last4": "local", "last4": "local"}
    for row in vectors["masks"]:
        for name, kind in kinds.items():
            found = compare_masked(row["full"], row[name])
            assert (found.kind, found.conflicts, found.feasible) == (kind, 0, True)
        others = [other["full"] for other in vectors["masks"] if other is not row]
        assert all(compare_masked(other, row["court_MMDD"]).conflicts > 0 for other in others)
