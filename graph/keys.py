"""64-bit lookup keys of a generation. A key only finds; what is found is compared in full, so that a collision
costs a comparison and never a match."""

from __future__ import annotations

import xxhash

_RELATED = 0x9E37_79B9_7F4A_7C15
"""A fixed odd pattern (2^64 over the golden ratio): turns a subject's key into that of a related person."""


def identifier(scheme: str, value: str) -> int:
    """Key of an identifier by scheme (`uscc`, `org_code`, `reg_no`, `citizen_id` …) and normalised value."""
    return xxhash.xxh3_64_intdigest(f"i\x1f{scheme}\x1f{value}".encode("utf-8", "surrogatepass"))


def org_name(n6: str) -> int:
    """Key of an organisation's comparison form."""
    return xxhash.xxh3_64_intdigest(f"n\x1f{n6}".encode("utf-8", "surrogatepass"))


def org_wildcard(n6: str) -> tuple[int, ...]:
    """Keys that find names of the same length in which a character was lost, the most exact first.

    A name is entered under its length with that half of it which is whole; with neither, under its length alone.
    A whole name is looked up under all three.
    """
    middle = (len(n6) + 1) // 2
    halves = (f"w\x1f{len(n6)}\x1f{n6[:middle]}\x1f", f"w\x1f{len(n6)}\x1f\x1f{n6[middle:]}")
    whole = [half for half in halves if "?" not in half]
    if len(whole) != 1:
        whole.append(f"w\x1f{len(n6)}")
    return tuple(xxhash.xxh3_64_intdigest(half.encode("utf-8", "surrogatepass")) for half in whole)


def person_name(n6: str) -> int:
    """Key of a person's comparison form (dots and spaces removed). Finds records to compare by number, never a hit."""
    return xxhash.xxh3_64_intdigest(f"p\x1f{n6}".encode("utf-8", "surrogatepass"))


def branch_parent(n6: str) -> int:
    """Key under which the listings of a company's branches are found, by the parent's comparison form."""
    return xxhash.xxh3_64_intdigest(f"b\x1f{n6}".encode("utf-8", "surrogatepass"))


def related(key: int) -> int:
    """The key under which a record is found by someone it names beside its subject (a legal representative).

    A look-up for subjects never returns records in which a party is only related, and the other way round.
    """
    return key ^ _RELATED


def contact(kind: str, value: str) -> int:
    """Key under which parties with the same address, telephone, e-mail or domain (comparable form) are found."""
    return xxhash.xxh3_64_intdigest(f"c\x1f{kind}\x1f{value}".encode("utf-8", "surrogatepass"))


def party(key: str) -> int:
    """Key of a party's surrogate key: finds its place in the generation's register."""
    return xxhash.xxh3_64_intdigest(f"k\x1f{key}".encode("utf-8", "surrogatepass"))
