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


_CHARACTERS: Final = "one_char_homophone one_char_nearsound one_char_shape one_char_other one_char_elsewhere"
_TEXT: Final = (
    ("typo_homophone", "typed as a character of the same sound", edits.homophone, "one_char_homophone"),
    (
        "typo_nearsound",
        "typed as a character of nearly the same sound",
        edits.near_sound,
        "one_char_nearsound",
    ),
    ("typo_shape", "taken for a character that looks like it", edits.lookalike, "one_char_shape"),
    (
        "typo_other",
        "one character replaced by any other",
        edits.any_character,
        "one_char_other one_char_elsewhere",
    ),
    ("char_drop", "one character left out", edits.dropped, "brand_insert"),
    ("char_insert", "one character too many", edits.inserted, "brand_insert"),
    ("transpose", "two neighbouring characters changed places", edits.transposed, "brand_transposed"),
    ("ocr_sub", "one character misread by a scanner", edits.scanned, "one_char_shape"),
    ("ocr_split", "one character read as its two halves", edits.split, "brand_insert"),
    ("numeral", "an ordinal in other digits", edits.numeral, "number_diff"),
    ("traditional", "in traditional characters", edits.traditional, "one_char_other"),
    ("variant_char", "a variant form of a character", edits.variant_character, "one_char_other"),
    ("width", "full-width blanks, letters and digits", edits.width, ""),
    ("punct_space", "blanks, dots and quotation marks", edits.punctuation, ""),
    ("bracket_style", "other brackets or none", edits.bracket_style, ""),
    ("noise", "with what a cell holds beside the name", edits.noise, ""),
    ("truncation", "cut off where the field ended", edits.truncated, "branch_vs_head branch_vs_branch"),
    ("pinyin", "the whole name in pinyin", edits.pinyin, "one_char_homophone"),
    ("lost_char", "one character lost", edits.lost_character, _CHARACTERS),
    ("mojibake", "read in the wrong character set", edits.mojibake, ""),
)
_ELSEWHERE: Final = "same_core_diff_region noregion_vs_region"
_SHORT: Final = "same_brand_diff_industry core_containment"
_PARTS: Final = (
    ("bracket_moved", "the region moved into brackets or out", rewrites.bracket_moved, _ELSEWHERE),
    ("region_dropped", "without the region", rewrites.region_dropped, _ELSEWHERE),
    ("region_added", "with the province or city in front", rewrites.region_added, _ELSEWHERE),
    ("region_suffix", "with or without 省, 市, 县", rewrites.region_suffix, "same_core_diff_region"),
    ("region_level", "another level of the same place", rewrites.region_level, "same_core_diff_region"),
    ("form_abbr", "the legal form shortened or cut off", rewrites.form_shortened, "form_diff"),
    ("short_name", "what people say for short", rewrites.short_name, f"{_SHORT} parent_subsidiary"),
    ("industry_synonym", "another word for the same trade", rewrites.trade_synonym, "industry_near"),
    ("word_order", "words in another order", rewrites.word_order, "brand_transposed industry_near"),
    ("abbreviation", "one character of each word", rewrites.abbreviated, _SHORT),
)
_WHOLE: Final = (
    ("former_name", "with a former name in brackets", former_name, "tfidf_neighbour"),
    ("former_alias", "named as the former name of another", former_alias, "tfidf_neighbour"),
    ("english", "the name in English", latin.english_name, "english_other english_homophone"),
    ("combo", "two kinds at once", combined, f"{_CHARACTERS} same_core_diff_region"),
)

KINDS: Final[dict[str, Variant]] = {
    kind: Variant(kind, title, make, tuple(opposite.split()))
    for kind, title, make, opposite in (
        *((kind, title, _of_text(edit), opposite) for kind, title, edit, opposite in _TEXT),
        *((kind, title, _of_parts(rewrite), opposite) for kind, title, rewrite, opposite in _PARTS),
        *_WHOLE,
    )
}
"""Every kind of true variant by its name."""
