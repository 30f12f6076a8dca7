"""How a party of the request is read: person or organisation, usable names, codes, several firms."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from graph import keys
from graph.identifiers import citizen_check_character, org_code_check_character, uscc_check_character
from graph.model import Id, PartyType
from matching.request import PartyRef
from matching.subjects import Subject, party_subject, show

NAME = "临江澄远建设工程有限公司"
OTHER = "临江启禾市政园林有限公司"


def _uscc(number: int, prefix: str = "91") -> str:
    body = f"MATUB{number:03d}"
    first = f"{prefix}329901" + body + org_code_check_character(body)
    return first + uscc_check_character(first)


CODE = _uscc(1)
WRONG = CODE[:17] + next(c for c in "0123" if c != CODE[17])
NATIONAL = _uscc(1).replace("91329901", "91100000")[:17]
FIRST17 = "32990119900704357"
CITIZEN = FIRST17 + citizen_check_character(FIRST17)


def read(name: str = "", *ids: str | dict[str, str], **more: object) -> Subject:
    identifiers = [{"id": one} if isinstance(one, str) else one for one in ids]
    return party_subject(PartyRef.model_validate({"name": name, "identifiers": identifiers, **more}))


@pytest.mark.parametrize(
    ("name", "more", "kind"),
    [
        (NAME, {}, PartyType.ORGANIZATION),
        ("临江清溪虚构商行", {}, PartyType.ORGANIZATION),
        ("老王店", {}, PartyType.ORGANIZATION),
        ("Fictitious Works Ltd", {}, PartyType.ORGANIZATION),
        ("虚构张三", {}, PartyType.PERSON),
        ("虚知行", {}, PartyType.PERSON),
        ("虚构提·艾力江", {}, PartyType.PERSON),
        ("", {}, PartyType.PERSON),
        ("Xugou Ming", {}, PartyType.PERSON),
        (NAME, {"type": "person"}, PartyType.PERSON),
        ("虚构张三", {"type": "organization"}, PartyType.ORGANIZATION),
    ],
)
def test_a_persons_number_makes_a_person_only_of_a_persons_name(
    name: str, more: dict[str, str], kind: PartyType
) -> None:
    subject = read(name, CITIZEN, **more)
    assert subject.type is kind
    if kind is PartyType.ORGANIZATION:
        assert subject.ids == ()
        assert [one.value for one in subject.operator_numbers] == [CITIZEN]


def test_a_long_name_without_any_form_may_be_a_persons_and_is_not_clear() -> None:
    subject = read("虚构提艾力江木", CITIZEN)
    assert subject.type is PartyType.ORGANIZATION
    assert not subject.comparable
    assert read("临江清溪虚构茶庄", CITIZEN).comparable


def test_an_operators_number_stands_beside_the_code() -> None:
    subject = read(NAME, CODE, CITIZEN)
    assert [one.value for one in subject.ids] == [CODE]
    assert [one.value for one in subject.operator_numbers] == [CITIZEN]


def test_a_person_with_a_credit_code_is_a_gap() -> None:
    subject = read("虚构张三", {"scheme": "uscc", "id": CODE}, type="person")
    assert [one.scheme for one in subject.unreadable] == ["uscc"]
    assert subject.codes == (f"uscc:{CODE}",)


@pytest.mark.parametrize(
    ("given", "scheme", "value"),
    [("329901" + CODE[8:17], "org_code", CODE[8:17]), (CODE, "uscc", CODE)],
)
def test_a_tax_number_is_the_code_that_it_holds(given: str, scheme: str, value: str) -> None:
    subject = read("", {"scheme": "tax_no", "id": given})
    assert [(one.scheme, one.value) for one in subject.ids] == [(scheme, value)]
    assert subject.comparable


def test_a_tax_number_of_twenty_is_its_holders() -> None:
    subject = read(NAME, {"scheme": "tax_no", "id": DIGITS + "01"})
    assert DIGITS in {one.value for one in subject.operator_numbers}
    assert not any(one.scheme == "tax_no" for one in subject.ids)


def _all_digits() -> str:
    bodies = (f"3299011990070435{last}" for last in range(10))
    return next(number for body in bodies if (number := body + citizen_check_character(body)).isdecimal())


DIGITS = _all_digits()


@pytest.mark.parametrize(
    "ids",
    [
        [{"scheme": "reg_no", "id": "3299011100626"}],
        [{"scheme": "passport", "id": "E12345678"}],
        [CITIZEN],
    ],
)
def test_numbers_that_no_list_is_searched_by_are_not_enough_for_an_organisation(ids: list[str]) -> None:
    assert not read("", *ids, type="organization").comparable
    assert read(NAME, *ids, type="organization").comparable


@pytest.mark.parametrize(
    "name",
    [
        "无",
        "暂无",
        "N/A",
        "null",
        "0",
        "/",
        "公司",
        "有限公司",
        "联合体",
        "某公司",
        "某联合体",
        "XX公司",
        "１２３",
        "91329901",
        "TBD",
        "详见附件",
    ],
)
def test_a_placeholder_is_no_name(name: str) -> None:
    assert not read(name).comparable
    assert read(name, CODE).comparable
    assert read(name, CODE).label == CODE


@pytest.mark.parametrize(
    "damage",
    [
        lambda name: name.replace("澄", "甲").encode("gb18030").decode("latin1"),
        lambda name: name.replace("江澄远", "江市甲一").encode().decode("gb18030", "replace"),
        lambda name: name.encode().decode("gbk", "ignore"),
        lambda name: name.encode("gb18030").decode("utf-8", "replace"),
        lambda name: name.replace("远", "□"),
        lambda name: name.replace("远", "■"),
        lambda name: name.replace("远", "_"),
        lambda name: name.replace("远", "**"),
        lambda name: name.replace("远", "?"),
        lambda name: name.replace("远", "\ue7d9"),
        lambda name: "澄远",
        lambda name: "Co., Ltd.",
    ],
)
def test_a_damaged_or_short_name_is_not_comparable(damage: Callable[[str], str]) -> None:
    assert not read(damage(NAME)).comparable
    assert read(damage(NAME), CODE).comparable


@pytest.mark.parametrize("wrong", [("utf-8", "latin1"), ("gb18030", "latin1"), ("utf-8", "gb18030")])
def test_a_name_that_repair_restores_is_comparable(wrong: tuple[str, str]) -> None:
    subject = read(NAME.encode(wrong[0]).decode(wrong[1]))
    assert subject.comparable
    assert subject.n6 == NAME


@pytest.mark.parametrize(
    ("name", "foreign"),
    [
        (NAME, False),
        ("臨江澄遠建設工程有限公司", False),
        ("临江鑫淼淇滨商贸有限公司", False),
        ("ABC公司", False),
        ("Fictitious Works GmbH", True),
        ("Société Générale Fictive", True),
        ("ООО Выдумка", True),
        ("临江市规划和自然资源局", False),
        ("临江大学和平医院", False),
    ],
)
def test_whole_names_are_comparable(name: str, foreign: bool) -> None:
    subject = read(name)
    assert subject.comparable
    assert not subject.several
    assert subject.foreign is foreign


@pytest.mark.parametrize(
    "form", ["{code}", "{name}({code})", "{name}（统一社会信用代码：{code}）", "{name}{code}"]
)
def test_a_code_in_the_name_is_lifted_out(form: str) -> None:
    subject = read(form.format(name=NAME, code=CODE))
    assert subject.codes == (f"uscc:{CODE}",)
    assert subject.n6 == (NAME if "name" in form else "")


def test_a_persons_number_in_a_name_is_lifted_out_and_never_shown() -> None:
    person = read(f"虚构张三{CITIZEN}")
    assert person.type is PartyType.PERSON
    assert person.codes == (f"citizen_id:{CITIZEN}",)
    business = read(f"临江清溪虚构商行({CITIZEN})")
    assert business.operator_numbers[0].value == CITIZEN
    assert CITIZEN not in person.label + business.label


@pytest.mark.parametrize(
    "name",
    [
        f"{NAME}、{OTHER}",
        f"{NAME}/{OTHER}",
        f"{NAME};{OTHER}",
        f"{NAME} {OTHER}",
        f"{NAME}与{OTHER}联合体",
        f"{NAME}和{OTHER}",
        f"{NAME}等3家",
        f"{NAME}等",
        f"{NAME}联合体",
        f"{NAME}（{OTHER}）",
        f"{NAME}{OTHER}",
        "虚构甲商行、虚构乙商店",
    ],
)
def test_a_field_with_several_firms_is_not_assessed_as_one(name: str) -> None:
    assert read(name).several
    assert not read(name, CODE).comparable


def test_the_firms_of_a_field_are_all_searched() -> None:
    subject = read(f"{NAME}、{OTHER}")
    assert (subject.n6, subject.former) == (NAME, (OTHER,))


@pytest.mark.parametrize(
    "name",
    [
        f"{NAME}和平路第一分公司",
        f"{NAME}（联合体牵头人）",
        f"{NAME} {NAME}",
        f"{NAME}（原{OTHER}）",
        f"{NAME}、清溪分公司",
        "临江虚构会计师事务所（特殊普通合伙）",
        "临江市虚构印刷研究所（有限责任公司）",
        "临江澄远（集团）股份有限公司清溪分公司",
        "临江中心和谐家园养老服务中心",
    ],
)
def test_one_firm_stays_one(name: str) -> None:
    assert not read(name).several


@pytest.mark.parametrize(
    ("ids", "doubtful"),
    [
        ([WRONG], True),
        ([WRONG, CODE], False),
        ([CODE], False),
        ([], False),
        ([{"scheme": "reg_no", "id": "329901000012341"}], False),
        ([CITIZEN[:17] + ("1" if CITIZEN[17] != "1" else "2")], True),
    ],
)
def test_a_mistyped_code_without_a_right_one_is_doubtful(ids: list[str], doubtful: bool) -> None:
    assert read(NAME, *ids).doubtful is doubtful


@pytest.mark.parametrize("scheme", ["citizen_id", "tax_no", "reg_no", "uscc"])
def test_what_looks_personal_is_shown_masked_under_any_scheme(scheme: str) -> None:
    assert CITIZEN not in show(Id(scheme=scheme, value=CITIZEN))
    assert show(Id(scheme="uscc", value=CODE)) == CODE


def test_a_name_with_lost_characters_is_found_by_what_is_left_of_it() -> None:
    asked = set(keys.org_wildcard(NAME))
    for damaged in (
        NAME.replace("远", "?"),
        NAME.replace("有", "?"),
        NAME.replace("远", "?").replace("有", "?"),
    ):
        assert asked.intersection(keys.org_wildcard(damaged)), damaged
    assert not asked.intersection(keys.org_wildcard("临江启?建设工程有限责任公司"))


def test_a_code_of_the_national_authority_names_no_province() -> None:
    code = NATIONAL + uscc_check_character(NATIONAL)
    ref = PartyRef.model_validate({"name": "虚构建设工程有限公司", "identifiers": [{"id": code}]})
    subject = party_subject(ref)
    assert [number.state for number in subject.ids] == ["valid"]
    assert not subject.region
