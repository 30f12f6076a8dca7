"""The tier table of SPEC 7.7, pair by pair."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from graph import text
from graph.dates import start_of_day
from graph.identifiers import citizen_check_character, org_code_check_character, uscc_check_character
from graph.model import Id, Interval, Listing, Mention, Name, NameKind, Party, PartyType, Related
from matching.compare import compare
from matching.decision import Tier
from matching.request import PartyRef, Person
from matching.subjects import from_party, party_subject, person_subject

NAME = "临江澄远建设工程有限公司"


def uscc(number: int) -> str:
    body = f"MATTR{number:03d}"
    first = "91329901" + body + org_code_check_character(body)
    return first + uscc_check_character(first)


def citizen(body: str) -> str:
    return body + citizen_check_character(body)


ONE, TWO = uscc(1), uscc(2)
WANG = citizen("32990119900704357")
COURT = f"{WANG[:10]}****{WANG[14:]}"
TAX = f"{WANG[:6]}********{WANG[14:]}"
HEAD_TAIL = f"{WANG[:4]}**********{WANG[14:]}"


def organization(name: str = NAME, *codes: tuple[str, str, str], **more: object) -> Listing:
    mention = Mention(
        type=PartyType.ORGANIZATION,
        name=name,
        n6=text.org_key(name),
        ids=tuple(Id(scheme=s, value=v, state=state) for s, v, state in codes),
        **more,  # type: ignore[arg-type]
    )
    return Listing(
        list_code="SXBZXR", key="k", subject=mention, effect=Interval(start=start_of_day(date(2024, 2, 1)))
    )


def person(name: str, number: str = "", state: str = "masked", **more: object) -> Listing:
    ids = (Id(scheme="citizen_id", value=number, state=state),) if number else ()
    mention = Mention(type=PartyType.PERSON, name=name, n6=text.person_key(name), ids=ids, **more)  # type: ignore[arg-type]
    return Listing(
        list_code="SXBZXR", key="k", subject=mention, effect=Interval(start=start_of_day(date(2024, 2, 1)))
    )


def bidder(name: str = NAME, code: str = "", **more: object) -> PartyRef:
    ids = [{"id": code}] if code else []
    return PartyRef.model_validate({"name": name, "identifiers": ids} | more)


V = "valid"


@pytest.mark.parametrize(
    ("who", "listing", "tier"),
    [
        (bidder(code=ONE), organization(NAME, ("uscc", ONE, V)), Tier.E1),
        (bidder("另一名称有限公司", ONE), organization(NAME, ("uscc", ONE, V)), Tier.E1),
        (bidder(code=ONE), organization(NAME, ("uscc", TWO, V)), Tier.X),
        (bidder("不相干有限公司", ONE), organization(NAME, ("uscc", TWO, V)), None),
        (bidder(code=ONE), organization(NAME, ("org_code", ONE[8:17], V)), Tier.E2),
        (bidder(code=f"{ONE[8:16]}-{ONE[16]}"), organization(NAME, ("uscc", ONE, V)), Tier.E2),
        (bidder("另一名称有限公司", ONE), organization(NAME, ("org_code", ONE[8:17], V)), Tier.E3),
        (bidder(code=ONE), organization(NAME, ("org_code", TWO[8:17], V)), Tier.X),
        (
            bidder(code=ONE),
            organization(NAME, ("uscc", f"{ONE[:5]}***********{ONE[16:]}", "masked")),
            Tier.E2,
        ),
        (bidder(code=ONE), organization(NAME, ("org_code", f"{ONE[8:13]}***{ONE[16]}", "masked")), Tier.E2),
        (bidder(code=TWO), organization(NAME, ("org_code", f"{ONE[8:13]}***{ONE[16]}", "masked")), Tier.X),
        (bidder(), organization(NAME), Tier.E4),
        (bidder(legal_rep="虚构王五"), organization(NAME, legal_rep="虚构王五"), Tier.E3),
        (bidder(legal_rep="虚构李四"), organization(NAME, legal_rep="虚构王五"), Tier.E4),
        (bidder(region="江苏省"), organization(NAME, region="江苏"), Tier.E3),
        (bidder(region="江苏省"), organization(NAME, region="福建"), Tier.E4),
        (bidder("临江澄运建设工程有限公司"), organization(NAME), None),
        (
            bidder("临江新名有限公司", former_names=[NAME]),
            organization(NAME),
            Tier.E4,
        ),
        (
            bidder("临江旧名有限公司"),
            organization(NAME, names=(Name(text="临江旧名有限公司", kind=NameKind.FORMER),)),
            Tier.E4,
        ),
    ],
)
def test_organizations(who: PartyRef, listing: Listing, tier: Tier | None) -> None:
    assert compare(party_subject(who), listing.subject, listing).tier is tier


LOST = organization("临江澄?建设工程有限公司")
OTHER_INNER = TWO[8:17]


@pytest.mark.parametrize(
    ("who", "listing", "tier"),
    [
        (bidder(), LOST, Tier.E4),
        (bidder(region="江苏省"), organization("临江澄\ue7d9建设工程有限公司", region="江苏"), Tier.E4),
        (bidder("临江澄远建筑工程有限公司"), LOST, None),
        (bidder(code=ONE), organization("临江澄□建设工程有限公司", ("uscc", TWO, V)), Tier.X),
        (bidder(), organization("??????????公司"), None),
        (bidder("临江新名有限公司", former_names=[NAME]), LOST, Tier.E4),
        (
            bidder(identifiers=[{"id": ONE}, {"id": OTHER_INNER}]),
            organization(NAME, ("org_code", OTHER_INNER, V)),
            Tier.E3,
        ),
        (bidder(identifiers=[{"id": ONE}, {"id": TWO}]), organization(NAME, ("uscc", TWO, V)), Tier.E3),
        (bidder(identifiers=[{"id": ONE}, {"id": ONE[8:17]}]), organization(NAME, ("uscc", ONE, V)), Tier.E1),
        (bidder(code=ONE), organization(NAME, ("uscc", ONE, V), ("org_code", OTHER_INNER, V)), Tier.E1),
        (bidder(code=ONE), organization(NAME, ("uscc", TWO, V), ("org_code", ONE[8:17], V)), Tier.E3),
        (
            bidder(identifiers=[{"scheme": "tax_no", "id": "320899" + ONE[8:17]}]),
            organization(NAME, ("uscc", ONE, V)),
            Tier.E2,
        ),
        (bidder(code=ONE), organization(NAME, ("tax_no", "320899" + ONE[8:17], V)), Tier.E2),
        (
            bidder(code=ONE[:17] + "Y"),
            organization("另一名称有限公司", ("uscc", ONE[:17] + "Y", "checksum")),
            Tier.E3,
        ),
    ],
)
def test_lost_characters_and_codes_that_disagree(who: PartyRef, listing: Listing, tier: Tier | None) -> None:
    assert compare(party_subject(who), listing.subject, listing).tier is tier


def test_codes_that_disagree_are_both_shown() -> None:
    listing = organization(NAME, ("uscc", TWO, V))
    result = compare(party_subject(bidder(identifiers=[{"id": ONE}, {"id": TWO}])), listing.subject, listing)
    assert [feature.outcome for feature in result.features if feature.name == "uscc"] == ["equal", "conflict"]


@pytest.mark.parametrize(
    ("ended", "tier"), [(None, Tier.E4), (date(2010, 1, 1), None), (date(2023, 5, 1), Tier.E4)]
)
def test_a_former_name_that_ended_long_before_the_record_is_somebody_elses(
    ended: date | None, tier: Tier | None
) -> None:
    valid = Interval(end=start_of_day(ended)) if ended else Interval()
    names = (Name(text="临江新名有限公司"), Name(text=NAME, kind=NameKind.FORMER, valid=valid))
    subject = from_party(Party(key="p", type=PartyType.ORGANIZATION, names=names))
    listing = organization(NAME)
    assert compare(subject, listing.subject, listing).tier is tier


def test_an_operators_number_asks_for_a_review_of_its_business() -> None:
    subject = party_subject(bidder("临江清溪虚构商行", WANG))
    for listing in (
        person("虚构王五", WANG, V),
        organization("另一字号商行", ("citizen_id", WANG, V)),
        msgspec.structs.replace(
            organization("另一字号商行"),
            related=(Related(role="legal_rep", mention=person("虚构王五", WANG, V).subject),),
        ),
    ):
        result = compare(subject, listing.subject, listing)
        assert result.tier is Tier.E3
        assert WANG not in repr(result)
    other = person("虚构王五", citizen("32990119900704359"), V)
    assert compare(subject, other.subject, other).tier is None


def test_numbers_of_persons_in_names_are_masked_in_features() -> None:
    listing = organization(f"{NAME}(经营者{WANG})", ("uscc", ONE, V))
    assert WANG not in repr(compare(party_subject(bidder(code=ONE)), listing.subject, listing))


def human(name: str = "虚构王五", number: str = WANG, **more: object) -> Person:
    ids = [{"scheme": "citizen_id", "id": number}] if number else []
    return Person.model_validate({"name": name, "identifiers": ids, **more})


@pytest.mark.parametrize(
    ("who", "listing", "tier"),
    [
        (human(), person("虚构王五", WANG, V), Tier.E1),
        (human("虚构赵六"), person("虚构王五", WANG, V), Tier.E3),
        (human(), person("虚构王五", citizen("32990119900704359"), V), Tier.X),
        (human(), person("虚构王五", COURT), Tier.E2),
        (human(), person("虚构王五", COURT, sex="m", age=33), Tier.E2),
        (human(), person("虚构王五", COURT, age=60), Tier.X),
        (human(), person("虚构赵六", COURT), None),
        (human(number=citizen("32990119910704357")), person("虚构王五", COURT), Tier.X),
        (human(), person("虚构王五", TAX), Tier.E3),
        (human(), person("虚构王五", HEAD_TAIL), Tier.E4),
        (human(), person("虚构王五", f"{WANG[0]}****************{WANG[17]}"), None),
        (human(number=""), person("虚构王五", COURT), None),
        (human(number=""), person("虚构王五"), None),
        (human(number="", birth_year=1990), person("虚构王五", COURT), None),
        (human(number="", birth_year=1990, region="江苏"), person("虚构王五", f"32{COURT[2:]}"), Tier.E4),
        (human(number="", birth_year=1991, region="江苏"), person("虚构王五", f"32{COURT[2:]}"), None),
    ],
)
def test_persons(who: Person, listing: Listing, tier: Tier | None) -> None:
    assert compare(person_subject(who), listing.subject, listing).tier is tier


def test_a_name_in_the_same_case_as_the_company_is_a_second_fact() -> None:
    listing = person("虚构王五")
    subject = person_subject(human(number=""))
    assert compare(subject, listing.subject, listing, same_case=True).tier is Tier.E3
    assert compare(subject, listing.subject, listing, same_case=False).tier is None


def test_a_record_that_contradicts_itself_on_sex_is_no_evidence_of_another_person() -> None:
    listing = person("虚构王五", COURT, sex="f")
    result = compare(person_subject(human()), listing.subject, listing)
    assert result.tier is Tier.E2
    assert "record_inconsistent" in {feature.outcome for feature in result.features}


def test_numbers_of_persons_are_masked_in_features() -> None:
    listing = person("虚构王五", WANG, V)
    result = compare(person_subject(human()), listing.subject, listing)
    assert WANG not in repr(result)


def test_a_slip_in_a_number_does_not_make_another_party() -> None:
    wrong = WANG[:12] + ("15" if WANG[12:14] != "15" else "16") + WANG[14:]
    listing = person("虚构王五", COURT)
    assert compare(person_subject(human(number=wrong)), listing.subject, listing).tier is Tier.E4
    slip = ONE[:17] + ("1" if ONE[17] != "1" else "2")
    masked = organization(NAME, ("uscc", f"{ONE[:5]}************{slip[17]}", "masked"))
    assert compare(party_subject(bidder(code=slip)), masked.subject, masked).tier is Tier.E4


def test_a_number_with_a_wrong_check_digit_never_blocks_a_person() -> None:
    wrong = WANG[:17] + ("1" if WANG[17] != "1" else "2")
    listing = person("虚构王五", wrong, "checksum")
    assert compare(person_subject(human(number=wrong)), listing.subject, listing).tier is Tier.E3
