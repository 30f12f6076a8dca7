"""64-bit lookup keys of a generation. A key only finds; what is found is compared in full, so that a collision
costs a comparison and never a match."""

from __future__ import annotations

import xxhash


def identifier(scheme: str, value: str) -> int:
    """Key of an identifier by scheme (`uscc`, `org_code`, `reg_no`, `citizen_id` …) and normalised value."""
    return xxhash.xxh3_64_intdigest(f"i\x1f{scheme}\x1f{value}")


def org_name(n6: str) -> int:
    """Key of an organisation's comparison form."""
    return xxhash.xxh3_64_intdigest(f"n\x1f{n6}")


def person_name(n6: str) -> int:
    """Key of a person's comparison form (dots and spaces removed). Finds records to compare by number, never a hit."""
    return xxhash.xxh3_64_intdigest(f"p\x1f{n6}")


def branch_parent(n6: str) -> int:
    """Key under which the listings of a company's branches are found, by the parent's comparison form."""
    return xxhash.xxh3_64_intdigest(f"b\x1f{n6}")
