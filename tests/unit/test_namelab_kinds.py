"""Every kind of variant and of negative does what its title says; labelled material is even, shuffled, repeatable."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from random import Random

import pytest
from namelab import FIT_SEEDS, JUDGE_SEEDS, Company, Pair, World, pairs
from namelab.brands import in_words
from namelab.negatives import KINDS as NEGATIVES
from namelab.pool import Pool
from namelab.sampling import lists
from namelab.variants import KINDS as VARIANTS

from graph.text import org_key, repaired_what
from matching.names.characters import characters, near_sound, same_sound, shape

PER_KIND = 60


@pytest.fixture(scope="module")
def world() -> list[Company]:
    """A register of 4,000."""
    return World(21, 4_000).companies


@pytest.fixture(scope="module")
def made(world: list[Company]) -> dict[str, list[tuple[str, Company]]]:
    """Variants of every kind with the companies that they are of."""
    rng = Random(5)
    found: dict[str, list[tuple[str, Company]]] = defaultdict(list)
    for kind, variant in VARIANTS.items():
        while len(found[kind]) < (12 if kind in {"numeral", "bracket_style"} else PER_KIND):
            company = world[rng.randrange(len(world))]
            text = variant.make(rng, company)
            if text is not None:
                found[kind].append((text, company))
    return found


@pytest.fixture(scope="module")
def drawn() -> list[Pair]:
    """4,000 labelled pairs."""
    return list(pairs(31, 4_000))


@pytest.mark.parametrize("kind", sorted(VARIANTS))
def test_a_variant_is_written_differently_and_names_its_opposites(
    made: dict[str, list[tuple[str, Company]]], kind: str
) -> None:
    assert all(text != company.name and text.strip() for text, company in made[kind])
    assert VARIANTS[kind].kind == kind
    assert VARIANTS[kind].title
    assert set(VARIANTS[kind].opposite) <= NEGATIVES.keys()


def replaced(text: str, name: str) -> tuple[str, str]:
    """The one character of the name that is another in the text, and that other."""
    assert len(text) == len(name)
    found = [(b, a) for a, b in zip(text, name, strict=True) if a != b]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    "kind", ["typo_homophone", "typo_nearsound", "typo_shape", "typo_other", "ocr_sub", "lost_char"]
)
def test_one_character_is_another(made: dict[str, list[tuple[str, Company]]], kind: str) -> None:
    tables = characters()
    for text, company in made[kind]:
        right, wrong = (ord(c) for c in replaced(text, company.name))
        if kind == "typo_homophone":
            assert same_sound(tables, right, wrong)
        if kind == "typo_nearsound":
            assert near_sound(tables, right, wrong)
            assert not same_sound(tables, right, wrong)
        if kind in {"typo_shape", "ocr_sub"}:
            assert shape(tables, right, wrong) >= 15


def test_wrong_characters_fall_anywhere_in_the_name(made: dict[str, list[tuple[str, Company]]]) -> None:
    where: Counter[int] = Counter()
    for kind in ("typo_homophone", "typo_shape", "typo_other"):
        for text, company in made[kind]:
            at = next(i for i, (a, b) in enumerate(zip(text, company.name, strict=True)) if a != b)
            where[min(4 * at // len(text), 3)] += 1
    assert len(where) == 4
    assert min(where.values()) > sum(where.values()) / 12


def test_characters_are_dropped_added_and_change_places(made: dict[str, list[tuple[str, Company]]]) -> None:
    assert all(len(text) == len(company.name) - 1 for text, company in made["char_drop"])
    assert all(len(text) == len(company.name) + 1 for text, company in made["char_insert"])
    assert all(len(text) == len(company.name) + 1 for text, company in made["ocr_split"])
    assert all(sorted(text) == sorted(company.name) for text, company in made["transpose"])
    assert all(company.name.startswith(text) for text, company in made["truncation"])


@pytest.mark.parametrize("kind", ["traditional", "variant_char", "width", "punct_space"])
def test_what_normalising_undoes_leaves_the_comparison_form(
    made: dict[str, list[tuple[str, Company]]], kind: str
) -> None:
    equal = sum(org_key(text) == org_key(company.name) for text, company in made[kind])
    assert equal >= 0.75 * len(made[kind])


def test_ordinals_change_their_digits_only(made: dict[str, list[tuple[str, Company]]]) -> None:
    for text, company in made["numeral"]:
        assert [c for c in text if c not in "0123456789第一二三四五六七八九十百零"] == [
            c for c in company.name if c not in "0123456789第一二三四五六七八九十百零"
        ]


def test_numbers_are_counted_in_chinese() -> None:
    assert [in_words(n) for n in (1, 10, 14, 20, 21, 99, 100, 103, 110, 112, 130)] == [
        "一", "十", "十四", "二十", "二十一", "九十九", "一百", "一百零三", "一百一十", "一百一十二", "一百三十",
    ]  # fmt: skip


def test_regions_go_come_and_move(made: dict[str, list[tuple[str, Company]]]) -> None:
    for text, company in made["region_dropped"]:
        assert company.region_text
        assert not text.startswith(company.region_text)
        assert company.name.endswith(text[-4:])
    for text, company in made["region_added"]:
        assert len(text) > len(company.name)
        assert text.endswith(company.name)
    for text, company in made["region_suffix"]:
        assert abs(len(text) - len(company.name)) >= 1
        assert company.place.short[:2] == text[:2] or company.region_text[:2] == text[:2]
    for text, company in made["region_level"]:
        assert text.endswith(company.name[len(company.region_text) :])
    for text, company in made["bracket_moved"]:
        assert company.place.short in text
        assert ("(" in text or "（" in text) or company.spot != "front"


def test_forms_shorten_and_names_keep_their_brand(made: dict[str, list[tuple[str, Company]]]) -> None:
    for text, company in made["form_abbr"]:
        head = company.branch_of or company.name
        assert text.startswith(head[: len(head) - len(company.form)][:4])
    for kind in ("short_name", "industry_synonym"):
        assert all(company.brand in text for text, company in made[kind])
    assert all(len(text) < len(company.name) for text, company in made["short_name"])
    assert all(
        set(text) <= set(company.name + "公司集团" + company.place.short)
        for text, company in made["abbreviation"]
    )
    assert all(sorted(text) == sorted(company.name) for text, company in made["word_order"])


def test_notes_hold_the_name_and_are_taken_off(made: dict[str, list[tuple[str, Company]]]) -> None:
    assert all(company.name in text for text, company in made["noise"])
    assert all(text.startswith(company.name + "（") for text, company in made["former_name"])
    assert all(text.endswith(company.name + "）") for text, company in made["former_alias"])


def test_latin_names_hold_no_chinese(made: dict[str, list[tuple[str, Company]]]) -> None:
    for kind in ("pinyin", "english"):
        for text, _ in made[kind]:
            assert not any("\u4e00" <= c <= "\u9fff" for c in text), text


def test_mojibake_is_no_chinese_name(made: dict[str, list[tuple[str, Company]]]) -> None:
    assert all(set(text).isdisjoint("公司厂社") for text, _ in made["mojibake"])
    assert sum(bool(repaired_what(text)) for text, _ in made["mojibake"]) > len(made["mojibake"]) / 2


@pytest.mark.parametrize("kind", sorted(NEGATIVES))
def test_a_negative_is_another_company_with_another_name(world: list[Company], kind: str) -> None:
    rng = Random(7)
    pool = Pool(world)
    negative = NEGATIVES[kind]
    found = 0
    for _ in range(4_000):
        company = pool.draw(rng)
        if negative.base is not None:
            company = negative.base(rng, company)
        result = negative.make(rng, pool, company)
        if result is None:
            continue
        other, text = result
        assert other.number != company.number
        assert text != company.name
        check_negative(kind, company, other)
        found += 1
        if found == PER_KIND:
            return
    pytest.fail(f"only {found} of the kind {kind}")


def check_negative(kind: str, company: Company, other: Company) -> None:
    """What the title of a kind of negatives promises."""
    tables = characters()
    if kind == "one_char_elsewhere":
        assert company.brand == other.brand
        assert (
            company.place is not other.place or company.trade != other.trade or company.branch != other.branch
        )
    elif kind.startswith("one_char"):
        wrong = [(a, b) for a, b in zip(company.brand, other.brand, strict=True) if a != b]
        assert len(wrong) == 1
        a, b = (ord(c) for c in wrong[0])
        assert company.trade == other.trade
        assert kind != "one_char_homophone" or same_sound(tables, a, b)
        assert kind != "one_char_nearsound" or near_sound(tables, a, b)
        assert kind != "one_char_shape" or shape(tables, a, b) >= 20
    elif kind == "brand_insert":
        assert abs(len(company.brand) - len(other.brand)) == 1
    elif kind == "brand_transposed":
        assert sorted(company.brand) == sorted(other.brand)
    elif kind in {"same_core_diff_region", "noregion_vs_region"}:
        assert (company.brand, company.trade) == (other.brand, other.trade)
        assert company.place is not other.place
        assert (kind == "same_core_diff_region") == (other.spot == company.spot == "front")
    elif kind in {"same_brand_diff_industry", "industry_near"}:
        assert (company.brand, company.place) == (other.brand, other.place)
    elif kind == "form_diff":
        assert company.form != other.form
        assert (company.brand, company.trade) == (other.brand, other.trade)
    elif kind == "parent_subsidiary":
        assert "集团" in other.form
        assert "集团" not in company.form
    elif kind == "number_diff":
        ordinals = [(c.ordinal, c.branch.ordinal if c.branch else "") for c in (company, other)]
        assert ordinals[0] != ordinals[1]
    elif kind == "branch_vs_branch":
        assert company.branch_of == other.branch_of is not None
    elif kind == "branch_vs_head":
        assert company.branch_of == other.name


def test_pairs_are_even_over_labels_and_kinds_and_sides(drawn: list[Pair]) -> None:
    assert len(drawn) == 4_000
    assert sum(pair.label for pair in drawn) == 2_000
    counts = Counter(pair.kind for pair in drawn)
    assert counts.keys() == VARIANTS.keys() | NEGATIVES.keys()
    assert max(counts[kind] for kind in VARIANTS) - min(counts[kind] for kind in VARIANTS) < 10
    even = [counts[kind] for kind in NEGATIVES if NEGATIVES[kind].share == 1.0]
    assert max(even) - min(even) < 10
    assert all((pair.kind in VARIANTS) == (pair.label == 1) for pair in drawn)
    english = [
        any(c.isascii() and c.isalpha() for c in pair.left[:6]) for pair in drawn if pair.kind == "english"
    ]
    assert 0.2 < sum(english) / len(english) < 0.8


def test_no_negative_pair_is_equal_in_the_comparison_form(drawn: list[Pair]) -> None:
    assert all(org_key(pair.left) != org_key(pair.right) for pair in drawn if pair.label == 0)


def test_codes_say_whether_it_is_one_company(drawn: list[Pair]) -> None:
    assert all((pair.left_code == pair.right_code) == (pair.label == 1) for pair in drawn)
    same = [pair.left_rep == pair.right_rep for pair in drawn if pair.label == 1]
    assert 0.88 < sum(same) / len(same) < 0.99
    other = [pair.left_rep == pair.right_rep for pair in drawn if pair.label == 0]
    assert sum(other) / len(other) < 0.15


def test_pairs_are_the_same_for_a_seed_and_shuffled(drawn: list[Pair]) -> None:
    assert list(pairs(31, 4_000)) == drawn
    assert list(pairs(32, 4_000)) != drawn
    assert sum(a.label != b.label for a, b in pairwise(drawn)) > 1_500


def test_only_the_kinds_asked_for() -> None:
    some = list(pairs(1, 40, ["typo_homophone", "number_diff"], world=World(1, 1_500)))
    assert Counter((pair.label, pair.kind) for pair in some) == {
        (1, "typo_homophone"): 20,
        (0, "number_diff"): 20,
    }
    assert {pair.label for pair in pairs(1, 10, ["number_diff"])} == {0}
    with pytest.raises(ValueError, match="no such kinds: typo"):
        next(pairs(1, 10, ["typo"]))


def test_lists_split_a_register_and_look_for_names_in_it() -> None:
    made = lists(41, listed=1_500, clean=1_500, queries=400)
    assert (len(made.listed), len(made.clean), len(made.queries)) == (1_500, 1_500, 400)
    listed = {company.name for company in made.listed}
    assert listed.isdisjoint(company.name for company in made.clean)
    assert listed.isdisjoint(company.branch_of for company in made.clean)
    kinds = Counter((query.truth is None, query.kind == "as_registered") for query in made.queries)
    assert kinds == {(False, False): 200, (True, True): 100, (True, False): 100}
    for query in made.queries:
        if query.truth is not None:
            assert made.listed[query.truth] is query.company
        else:
            assert query.company.name not in listed


def test_what_is_fitted_on_is_not_judged_by() -> None:
    assert set(FIT_SEEDS).isdisjoint(JUDGE_SEEDS)
    fit, judge = (set(World(seeds[0], 3_000).names) for seeds in (FIT_SEEDS, JUDGE_SEEDS))
    assert len(fit & judge) < 30
