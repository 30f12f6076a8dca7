"""The generated register: the same for a seed, shares of kinds within bounds, numbers that check, nobody real."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest
from namelab.company import Company, changed
from namelab.world import World, companies

from graph.identifiers import uscc_valid

SIZE = 12_000


@pytest.fixture(scope="module")
def world() -> list[Company]:
    """A register of 12,000."""
    return World(11, SIZE).companies


def share(world: list[Company], found: int) -> float:
    return found / len(world)


def test_a_seed_gives_the_same_register_again_and_its_beginning_whatever_the_size(
    world: list[Company],
) -> None:
    names = [company.name for company in world]
    assert list(World(11, SIZE).names) == names
    assert list(World(11, 500).names) == names[:500]
    assert len(names) == SIZE


def test_another_seed_gives_another_register(world: list[Company]) -> None:
    other = set(World(12, SIZE).names)
    assert share(world, sum(company.name in other for company in world)) < 0.02


def test_no_two_companies_have_one_name_or_one_number(world: list[Company]) -> None:
    assert len({company.name.translate(str.maketrans("", "", "（）()")) for company in world}) == SIZE
    assert len({company.code for company in world}) == SIZE


def test_a_name_is_made_of_its_parts(world: list[Company]) -> None:
    for company in world[:2_000]:
        assert changed(company, company.number).name == company.name
        for part in (company.region_text, company.town, company.brand, company.industry, company.form):
            assert part in company.name


def test_where_regions_stand_is_as_in_a_register(world: list[Company]) -> None:
    spots = Counter(company.spot for company in world)
    assert 0.87 < share(world, spots["front"]) < 0.92
    assert 0.008 < share(world, spots["bracket"] + spots["inner"]) < 0.03
    assert 0.07 < share(world, spots["none"]) < 0.11
    assert all((company.spot == "none") == (company.region_text == "") for company in world)


def test_how_long_brands_are_is_as_in_a_register(world: list[Company]) -> None:
    firms = [company for company in world if company.kind == "firm" and company.branch is None]
    lengths = Counter(min(len(company.brand), 4) for company in firms)
    assert 0.62 < lengths[2] / len(firms) < 0.75
    assert 0.15 < lengths[3] / len(firms) < 0.28
    assert 0.05 < lengths[4] / len(firms) < 0.13


def test_forms_and_kinds_are_as_in_a_register(world: list[Company]) -> None:
    kinds = Counter(company.kind for company in world)
    assert 0.035 < share(world, kinds["cooperative"]) < 0.06
    assert {"state", "factory", "shop", "institution", "office", "partnership"} <= kinds.keys()
    assert {"bank", "post", "telecom", "oil", "insurance", "pharmacy"} <= kinds.keys()
    heads = [company for company in world if company.branch is None]
    assert 0.6 < sum(company.form == "有限公司" for company in heads) / len(heads) < 0.75
    assert 0.1 < sum(company.form == "有限责任公司" for company in heads) / len(heads) < 0.18


def test_branches_follow_the_name_of_a_registered_head_office(world: list[Company]) -> None:
    names = {company.name for company in world}
    branches = [company for company in world if company.branch is not None]
    assert 0.05 < share(world, len(branches)) < 0.07
    assert all(company.name.startswith(company.branch_of or "?") for company in branches)
    assert sum(company.branch_of in names for company in branches) / len(branches) > 0.99
    assert all(company.branch_of is None for company in world if company.branch is None)


def test_famous_words_return_in_many_places_and_trades(world: list[Company]) -> None:
    brands = Counter(company.brand for company in world if company.kind == "firm" and company.branch is None)
    firms = sum(brands.values())
    assert brands.most_common(1)[0][1] > 10
    assert 0.55 < sum(1 for count in brands.values() if count == 1) / firms < 0.85
    trades = Counter(company.trade for company in world if company.kind == "firm")
    assert len(trades) > 1_000
    assert 0.02 < trades.most_common(1)[0][1] / firms < 0.09


def test_codes_check_and_name_no_real_region(world: list[Company]) -> None:
    for company in world[:3_000]:
        assert uscc_valid(company.code)
        assert company.code[2:4] == company.region_code[:2]
        assert company.code[4] == "9"
        assert company.code[5] in "56789"


def test_people_are_named_as_commonly_as_people_are(world: list[Company]) -> None:
    people = [company.legal_rep for company in world]
    surnames = Counter(person[0] for person in people)
    assert 0.04 < surnames["王"] / SIZE < 0.12
    assert {len(person) for person in people} == {2, 3}
    assert Counter(people).most_common(1)[0][1] < SIZE * 0.005


def test_a_world_can_be_read_without_keeping_it() -> None:
    assert len(list(islice(companies(3, 10**9), 100))) == 100
