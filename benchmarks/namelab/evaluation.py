"""Real names for looking at, never for fitting: reads ../shared/data where it is there.

Values stay as they are written: some hold newlines, zero-width characters and leading spaces on purpose.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.text import branch, org_key, parent_of

DEFAULT = Path(__file__).resolve().parents[3] / "shared" / "data"
"""Beside the checkout; a clone need not have it."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled pair of names, with codes where the data has them."""

    left: str
    right: str
    same: bool
    kind: str
    left_code: str = ""
    right_code: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """Registered names in two halves: on the list, and not on it. Branches go with their company."""

    listed: list[str]
    clean: list[str]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def missing(data: Path) -> str:
    """Why the evaluation data can't be read, or nothing."""
    return "" if (data / "names" / "pairs_dev.csv").is_file() else f"evaluation data {data} is not there"


def labelled_pairs(data: Path) -> list[Labelled]:
    """names/pairs_dev.csv."""
    return [
        Labelled(row["left"], row["right"], row["label"] == "1", row["kind"])
        for row in _rows(data / "names" / "pairs_dev.csv")
    ]


def one_character_apart(data: Path) -> list[Labelled]:
    """Different registered companies one character apart, both with valid codes."""
    return [
        Labelled(row["name_a"], row["name_b"], False, "one_char", row["uscc_a"], row["uscc_b"])
        for row in _rows(data / "names" / "hard_negatives_one_char_dev.csv")
    ]


def branches(data: Path) -> list[Labelled]:
    """Branches (left) with the company that they belong to (right)."""
    return [
        Labelled(
            row["branch_name"], row["parent_name"], False, "branch_of", row["branch_uscc"], row["parent_uscc"]
        )
        for row in _rows(data / "names" / "branch_parent_pairs_dev.csv")
    ]


def embedded_aliases(data: Path) -> list[tuple[str, str, str]]:
    """Registered string, one of the names inside it, and the pattern: a row for every name.

    Slips of the list itself are put right: half of the word 名称 before a name is taken off, and names that were cut
    out of 太原名… as if 原名 stood there are left out.
    """
    return [
        (row["registered_string"], name.removeprefix("称：").removeprefix("称:"), row["pattern"])
        for row in _rows(data / "names" / "embedded_aliases.csv")
        if "太原名" not in row["registered_string"]
        for name in row["names_split"].split("|")
        if name
    ]


def odd_names(data: Path) -> list[tuple[str, str]]:
    """Names with odd characters, and what is odd."""
    return [(row["name"], row["kind"]) for row in _rows(data / "names" / "odd_characters_in_names.csv")]


def registered(data: Path) -> list[str]:
    """Names of the registry sample, one for every comparison form."""
    rows = _rows(data / "registry" / "registry_sample_js_jx_fj.csv")
    return list({org_key(row["企业名称"]): row["企业名称"] for row in rows}.values())


def families(names: Sequence[str]) -> list[str]:
    """What a branch and its company share, for each name: the company's comparison form.

    A branch whose company is among the names goes with it, through several levels; another branch goes with the
    shortest name that its company may have, so that branches of one bank stay together.
    """
    keys = {org_key(name) for name in names}

    def root(key: str) -> str:
        for _ in range(4):
            parent = parent_of(key, keys.__contains__, stated_only=False)
            if parent is None or parent == key:
                break
            key = parent
        found = branch(key)
        return key if found is None or not found.stated else found.stem_candidates[-1]

    return [root(org_key(name)) for name in names]


def split(names: Sequence[str], seed: int) -> Split:
    """Half of the families onto the list. By a hash of family and seed, so the order of the rows plays no part."""
    listed: list[str] = []
    clean: list[str] = []
    for name, family in zip(names, families(names), strict=True):
        digest = hashlib.blake2b(f"{seed}:{family}".encode(), digest_size=8).digest()
        (listed if digest[0] & 1 else clean).append(name)
    return Split(listed, clean)


def known(name: str, coverage: float, seed: int) -> bool:
    """Whether a registry of this coverage holds the name; the same answer in every run."""
    digest = hashlib.blake2b(f"registry:{seed}:{org_key(name)}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < coverage * 2**64
