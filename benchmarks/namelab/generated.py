"""Generated worlds for judging: lists with clean companies of the same world, variants of names by kind.

Fitting draws from other seeds than judging (`FIT_SEEDS` and `JUDGE_SEEDS` of the generator).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from random import Random
from typing import Final, NamedTuple, cast

from namelab import variants
from namelab.company import Company
from namelab.evaluation import Labelled
from namelab.sampling import JUDGE_SEEDS, pairs
from namelab.world import World, companies

JUDGE_SEED: Final = JUDGE_SEEDS[1]
"""Of the lists; pairs come from the seeds after it, a chunk from each."""
FILL_SEED: Final = JUDGE_SEEDS[900]
"""Of the names that fill a list up."""
CHUNK: Final = 20_000
"""Pairs from one seed, and so from one world."""


def names(seed: int, number: int) -> list[str]:
    """Names alone."""
    return list(World(seed, number).names)


def labelled_pairs(number: int, seed: int = JUDGE_SEED) -> list[Labelled]:
    """Labelled pairs, a chunk from each seed after the given one; fewer pairs are the beginning of more.

    Args:
        number: how many, rounded up to whole chunks.
        seed: the one before the first that is drawn from.
    """
    return [
        Labelled(pair.left, pair.right, pair.label == 1, pair.kind, pair.left_code, pair.right_code)
        for chunk in range(-(-number // CHUNK))
        for pair in pairs(seed + 1 + chunk, CHUNK)
    ]


def opposites() -> dict[str, tuple[str, ...]]:
    """For each kind of variants, the kinds of different names that a matcher mistakes for it."""
    return {kind: variant.opposite for kind, variant in variants.KINDS.items()}


def head(company: Company) -> str:
    """The name of the company that a branch belongs to; its own for any other."""
    return company.name[: -len(company.branch.text)] if company.branch is not None else company.name


def world(seed: int, listed: int, clean: int) -> tuple[list[Company], list[Company]]:
    """Companies of one world in two parts, branches with their company: on the list, and clean."""
    share = clean / max(listed + clean, 1)
    parts: tuple[list[Company], list[Company]] = ([], [])
    for company in companies(seed, (listed + clean) * 2):
        digest = hashlib.blake2b(f"{seed}:{head(company)}".encode(), digest_size=8).digest()
        part = parts[int.from_bytes(digest, "big") < share * 2**64]
        if len(part) < (clean if part is parts[1] else listed):
            part.append(company)
        if len(parts[0]) >= listed and len(parts[1]) >= clean:
            break
    return parts


class _Named(NamedTuple):
    """A name of which nothing else is known."""

    name: str


TEXT_KINDS: Final = (
    "typo_homophone", "typo_nearsound", "typo_shape", "typo_other", "char_drop", "char_insert", "transpose", "ocr_sub",
    "ocr_split", "numeral", "traditional", "variant_char", "width", "punct_space", "bracket_style", "noise",
    "truncation", "pinyin", "lost_char", "mojibake",
)  # fmt: skip
"""Kinds that need the name alone, so that they can be made of any name."""


def _variant(rng: Random, company: Company, kinds: Sequence[str]) -> str | None:
    """A variant of the first kind, in a random order, that applies to the company."""
    for kind in rng.sample(kinds, len(kinds)):
        made = variants.KINDS[kind].make(rng, company)
        if made is not None and made != company.name:
            return made
    return None


def variants_of(companies: Sequence[Company], seed: int) -> list[tuple[str, str]]:
    """(variant, name): one of each company, all kinds alike often."""
    rng = Random(f"variants/{seed}")
    made = [(_variant(rng, company, tuple(variants.KINDS)), company.name) for company in companies]
    return [(variant, name) for variant, name in made if variant is not None]


def text_variants_of(names: Sequence[str], seed: int) -> list[tuple[str, str]]:
    """(variant, name) of names of which nothing else is known; only `TEXT_KINDS`."""
    rng = Random(f"variants/{seed}")
    made = [(_variant(rng, cast("Company", _Named(name)), TEXT_KINDS), name) for name in names]
    return [(variant, name) for variant, name in made if variant is not None]
