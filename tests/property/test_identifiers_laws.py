"""Laws of identifiers and masks, over generated numbers."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import assume, example, given
from hypothesis import strategies as st

from graph.identifiers import (
    citizen_check_character,
    citizen_valid,
    compare_masked,
    mask_numbers_in_text,
    mask_person_id,
    normalise_mask,
    org_code_check_character,
    parse_any,
    parse_organization,
    parse_person,
    reg_no_valid,
    same_organization_code,
    split_codes,
    uscc_check_character,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DIGITS = "0123456789"
ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

days = st.integers(0, 73_000).map(lambda n: date(1900, 1, 1) + timedelta(days=n))


@st.composite
def citizens(draw: st.DrawFn) -> str:
    body = f"320899{draw(days):%Y%m%d}{draw(st.integers(0, 999)):03}"
    return body + citizen_check_character(body)


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    body = "91320899" + draw(st.text(ALPHABET, min_size=9, max_size=9))
    return body + uscc_check_character(body)


@st.composite
def org_codes(draw: st.DrawFn) -> str:
    body = draw(st.text(ORG_ALPHABET, min_size=8, max_size=8))
    return body + org_code_check_character(body)


@given(citizens(), st.integers(0, 16), st.sampled_from(DIGITS))
def test_every_single_slip_in_a_citizen_number_is_seen(number: str, place: int, digit: str) -> None:
    assume(number[place] != digit)
    wrong = number[:place] + digit + number[place + 1 :]
    assert citizen_check_character(wrong[:17]) != wrong[17]
    assert parse_person(wrong).state != "valid"


@given(credit_codes(), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_every_single_slip_in_a_credit_code_is_seen(code: str, place: int, character: str) -> None:
    assume(code[place] != character)
    wrong = code[:place] + character + code[place + 1 :]
    parsed = parse_organization(wrong)
    assert not (parsed.scheme == "uscc" and parsed.state == "valid")


@given(org_codes(), st.integers(0, 7), st.sampled_from(ORG_ALPHABET))
def test_slips_in_an_organisation_code_are_seen_unless_eleven_divides_them(
    code: str, place: int, character: str
) -> None:
    assume(code[place] != character)
    wrong = code[:place] + character + code[place + 1 :]
    apart = ORG_ALPHABET.index(code[place]) - ORG_ALPHABET.index(character)
    same = org_code_check_character(wrong[:8]) == wrong[8]
    assert same == (apart % 11 == 0)


@given(st.integers(0, 10**14 - 1), st.integers(0, 14), st.sampled_from(DIGITS))
def test_every_single_slip_in_a_registration_number_is_seen(serial: int, place: int, digit: str) -> None:
    body = f"{serial:014}"
    (number,) = [body + last for last in DIGITS if reg_no_valid(body + last)]
    assume(number[place] != digit)
    assert not reg_no_valid(number[:place] + digit + number[place + 1 :])


@given(citizens(), st.sets(st.integers(0, 17)))
def test_a_mask_never_conflicts_with_its_number(number: str, hidden: set[int]) -> None:
    mask = "".join("*" if place in hidden else c for place, c in enumerate(number))
    found = compare_masked(number, mask)
    assert found.conflicts == 0
    assert found.feasible
    assert found.consistent >= 1
    assert found.visible_equal == 18 - len(hidden)


@given(citizens(), st.sets(st.integers(0, 17)), st.integers(0, 17), st.sampled_from(DIGITS))
def test_a_wrong_visible_digit_always_conflicts(
    number: str, hidden: set[int], place: int, digit: str
) -> None:
    assume(place not in hidden and number[place] != digit)
    mask = "".join("*" if i in hidden else c for i, c in enumerate(number))
    mask = mask[:place] + digit + mask[place + 1 :]
    found = compare_masked(number, mask)
    assert found.conflicts == 1
    assert not found.feasible
    assert not found.agrees


@given(citizens(), st.sets(st.integers(0, 17)), st.sets(st.integers(0, 17)))
def test_two_masks_of_one_number_agree_both_ways(number: str, one: set[int], other: set[int]) -> None:
    a = "".join("*" if i in one else c for i, c in enumerate(number))
    b = "".join("*" if i in other else c for i, c in enumerate(number))
    found = compare_masked(a, b)
    assert found == compare_masked(b, a)
    assert found.agrees


@given(citizens(), st.integers(10, 13))
def test_hiding_more_never_leaves_fewer_values(number: str, end: int) -> None:
    less = compare_masked(number, number[:10] + "*" * (end - 10) + number[end:])
    more = compare_masked(number, number[:10] + "*" * (end - 9) + number[end + 1 :])
    assert more.consistent >= less.consistent


@given(credit_codes(), st.sets(st.integers(1, 17)))
def test_a_mask_never_conflicts_with_its_credit_code(code: str, hidden: set[int]) -> None:
    assume("XX" not in code)
    found = compare_masked(code, "".join("*" if i in hidden else c for i, c in enumerate(code)))
    assert found.conflicts == 0
    assert found.feasible
    assert found.consistent >= 1


@given(st.text(max_size=300))
@example("9.1321E+17")
@example("*" * 18)
@example("XXXXXXXXXXXXXXXXXX")
@example("١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧٨")
@example("²" * 18)
@example("1" * 300)
def test_nothing_that_a_cell_holds_raises(text: str) -> None:
    for parsed in (parse_organization(text), parse_person(text), parse_any(text), parse_person(text, "护照")):
        assert parsed.raw == text
        assert (parsed.state == "empty") == (parsed.value == "")
        assert same_organization_code(parsed, parsed) in {"equal", "unknown"}
    split_codes(text)
    mask_person_id(text)
    mask_numbers_in_text(text)
    assert normalise_mask(normalise_mask(text)) == normalise_mask(text)
    assert compare_masked(text, "320899********1239").consistent >= 0
    assert compare_masked(text, text).conflicts == 0


@given(
    st.text(alphabet=DIGITS + "X*-. ＊xIO", max_size=24), st.text(alphabet=DIGITS + "X*ABME ", max_size=24)
)
def test_comparing_is_symmetric(a: str, b: str) -> None:
    assert compare_masked(a, b) == compare_masked(b, a)


@given(st.lists(credit_codes(), min_size=1, max_size=4), st.sampled_from(["、", ",", "；", "/", "\n", " "]))
def test_codes_joined_by_any_separator_come_apart(codes: list[str], separator: str) -> None:
    assert split_codes(separator.join(codes)) == tuple(codes)


@given(st.text(max_size=40), citizens(), st.text(max_size=40))
def test_no_whole_citizen_number_survives_in_text(before: str, number: str, after: str) -> None:
    assume(not before[-1:].isdecimal() and not after[:1].isdecimal())
    assert number not in mask_numbers_in_text(f"{before}{number}{after}")


@st.composite
def hidden_in_text(draw: st.DrawFn) -> str:
    number = draw(citizens())
    wide = number.translate({ord("0") + n: ord("０") + n for n in range(10)})
    sep = draw(st.sampled_from(" -"))
    grouped = sep.join((number[:6], number[6:14], number[14:]))
    parted = sep.join((number[:6], number[6:10], number[10:14], number[14:]))
    written = draw(
        st.sampled_from(
            [number, wide, grouped, parted, number[:6] + number[8:17], number[:-1], number[3:], ""]
        )
    )
    around = st.text(alphabet=DIGITS + "X x-*甲０９", max_size=12)
    return draw(around) + written + draw(around)


@given(hidden_in_text())
def test_texts_that_can_hold_no_number_are_left_early_and_no_others(text: str) -> None:
    # digits of another number make sure that the whole is looked through
    tail = f"甲{0:014}甲"
    assert mask_numbers_in_text(text + tail) == mask_numbers_in_text(text) + tail


@given(citizens())
def test_what_outputs_show_hides_the_birth_date(number: str) -> None:
    shown = mask_person_id(number)
    assert len(shown) == 18
    assert shown[4:14] == "*" * 10
    assert mask_person_id(shown) == shown
    assert not citizen_valid(shown)
