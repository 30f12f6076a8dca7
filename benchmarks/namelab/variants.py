"""The kinds of true variants: what happens to a name on its way from the register into a file or a form."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final, NamedTuple

from namelab import brands, edits, latin, rewrites
from namelab.company import Company, changed
from namelab.trades import trade

Maker = Callable[[Random, Company], str | None]


class Variant(NamedTuple):
    """One kind of variant."""

    kind: str
    title: str
    """What a reader sees in a table of results."""
    make: Maker
    """The company's name written this way, or None where this kind does not apply to it."""
    opposite: tuple[str, ...]
    """Kinds of negatives that a matcher gets wrong when it takes this kind too lightly."""


def _of_text(edit: Callable[[Random, str], str | None]) -> Maker:
    return lambda rng, company: edit(rng, company.name)


def _of_parts(rewrite: Callable[[Random, Company], Company | None]) -> Maker:
    def make(rng: Random, company: Company) -> str | None:
        other = rewrite(rng, company)
        return None if other is None else other.name

    return make


def _another(rng: Random, company: Company) -> str:
    """A name that the company may have borne before, or bears now: another 字号, trade or form."""
    brand = brands.brand(rng, company.place) if rng.random() < 0.7 else company.brand
    does = trade(rng) if brand == company.brand or rng.random() < 0.4 else company.trade
    return changed(company, company.number, brand=brand, trade=does, branch=None).name


_MARKS: Final = (
    "原",
    "原：",
    "原名",
    "原名：",
    "曾用名：",
    "曾用名",
    "原名称：",
    "更名前：",
    "前身为",
    "原公司名称：",
)


def former_name(rng: Random, company: Company) -> str | None:
    """X（原Y）, where X is the company's name."""
    if company.branch or not company.brand or not company.trade:
        return None
    return f"{company.name}（{_MARKS[rng.randrange(len(_MARKS))]}{_another(rng, company)}）"


def former_alias(rng: Random, company: Company) -> str | None:
    """Y（原X）, where X is the company's name."""
    if company.branch or not company.brand or not company.trade:
        return None
    return f"{_another(rng, company)}（{_MARKS[rng.randrange(len(_MARKS))]}{company.name}）"


_FIRST: Final = (
    rewrites.region_dropped, rewrites.region_added, rewrites.region_suffix, rewrites.form_shortened,
    rewrites.region_level, rewrites.bracket_moved,
)  # fmt: skip
_SECOND: Final = (
    edits.homophone, edits.near_sound, edits.lookalike, edits.dropped, edits.inserted, edits.transposed, edits.scanned,
    edits.split, edits.traditional, edits.punctuation, edits.width, edits.noise,
)  # fmt: skip


def combined(rng: Random, company: Company) -> str | None:
    """Two kinds at once: the region or the form written otherwise and a slip, or two slips."""
    roll = rng.random()
    if roll < 0.15:
        first = _FIRST[rng.randrange(len(_FIRST))](rng, company)
        second = None if first is None else _FIRST[rng.randrange(len(_FIRST))](rng, first)
        return None if second is None or second.name == company.name else second.name
    name: str | None
    if roll < 0.65:
        other = _FIRST[rng.randrange(len(_FIRST))](rng, company)
        name = None if other is None else other.name
    else:
        name = _SECOND[rng.randrange(len(_SECOND))](rng, company.name)
    if name is None:
        return None
    name = _SECOND[rng.randrange(len(_SECOND))](rng, name)
    return name if name != company.name else None


_CHARACTERS: Final = ("one_char_homophone", "one_char_nearsound", "one_char_shape", "one_char_other")

_TABLE: Final = (
    Variant("typo_homophone", "typed as a character of the same sound", _of_text(edits.homophone), ("one_char_homophone",)),
    Variant("typo_nearsound", "typed as a character of nearly the same sound", _of_text(edits.near_sound), ("one_char_nearsound",)),
    Variant("typo_shape", "taken for a character that looks like it", _of_text(edits.lookalike), ("one_char_shape",)),
    Variant("typo_other", "one character replaced by any other", _of_text(edits.any_character), ("one_char_other",)),
    Variant("char_drop", "one character left out", _of_text(edits.dropped), ("brand_insert",)),
    Variant("char_insert", "one character too many", _of_text(edits.inserted), ("brand_insert",)),
    Variant("transpose", "two neighbouring characters changed places", _of_text(edits.transposed), ("brand_transposed",)),
    Variant("ocr_sub", "one character misread by a scanner", _of_text(edits.scanned), ("one_char_shape",)),
    Variant("ocr_split", "one character read as its two halves", _of_text(edits.split), ("brand_insert",)),
    Variant("numeral", "an ordinal in other digits", _of_text(edits.numeral), ("number_diff",)),
    Variant("traditional", "in traditional characters", _of_text(edits.traditional), ("one_char_other",)),
    Variant("variant_char", "a variant form of a character", _of_text(edits.variant_character), ("one_char_other",)),
    Variant("width", "full-width blanks, letters and digits", _of_text(edits.width), ()),
    Variant("punct_space", "blanks, dots and quotation marks", _of_text(edits.punctuation), ()),
    Variant("bracket_style", "other brackets or none", _of_text(edits.bracket_style), ()),
    Variant("bracket_moved", "the region moved into brackets or out", _of_parts(rewrites.bracket_moved), ("same_core_diff_region", "noregion_vs_region")),
    Variant("region_dropped", "without the region", _of_parts(rewrites.region_dropped), ("noregion_vs_region", "same_core_diff_region")),
    Variant("region_added", "with the province or city in front", _of_parts(rewrites.region_added), ("same_core_diff_region", "noregion_vs_region")),
    Variant("region_suffix", "with or without 省, 市, 县", _of_parts(rewrites.region_suffix), ("same_core_diff_region",)),
    Variant("region_level", "another level of the same place", _of_parts(rewrites.region_level), ("same_core_diff_region",)),
    Variant("form_abbr", "the legal form shortened or cut off", _of_parts(rewrites.form_shortened), ("form_diff",)),
    Variant("short_name", "what people say for short", _of_parts(rewrites.short_name), ("same_brand_diff_industry", "core_containment", "parent_subsidiary")),
    Variant("industry_synonym", "another word for the same trade", _of_parts(rewrites.trade_synonym), ("industry_near", "same_brand_diff_industry")),
    Variant("word_order", "words in another order", _of_parts(rewrites.word_order), ("brand_transposed", "industry_near")),
    Variant("abbreviation", "one character of each word", _of_parts(rewrites.abbreviated), ("same_brand_diff_industry", "core_containment")),
    Variant("former_name", "with a former name in brackets", former_name, ("tfidf_neighbour",)),
    Variant("former_alias", "named as the former name of another", former_alias, ("tfidf_neighbour",)),
    Variant("noise", "with what a cell holds beside the name", _of_text(edits.noise), ()),
    Variant("truncation", "cut off where the field ended", _of_text(edits.truncated), ("branch_vs_head", "branch_vs_branch")),
    Variant("pinyin", "the whole name in pinyin", _of_text(edits.pinyin), ("one_char_homophone",)),
    Variant("english", "the name in English", latin.english_name, ("english_other", "english_homophone")),
    Variant("lost_char", "one character lost", _of_text(edits.lost_character), _CHARACTERS),
    Variant("mojibake", "read in the wrong character set", _of_text(edits.mojibake), ()),
    Variant("combo", "two kinds at once", combined, (*_CHARACTERS, "same_core_diff_region")),
)  # fmt: skip

KINDS: Final[dict[str, Variant]] = {variant.kind: variant for variant in _TABLE}
"""Every kind of true variant by its name."""
