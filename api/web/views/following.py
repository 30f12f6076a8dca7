"""Which relations are followed: the filters of the pages on connections, as an address and as a form."""

from __future__ import annotations

from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from api.explore.paths import HOPS
from api.explore.told import words_of
from api.web.door import Visit
from graph.relations import RelationType

SHOWN: Final = 5
"""Paths."""
FILTERS: Final = ("hops", "limit", "types", "as_of", "former", "possibly_same", "longer")
"""What an address of these pages says beside the parties."""
KINDS: Final[tuple[tuple[str, tuple[RelationType, ...]], ...]] = (
    ("owning", (RelationType.HOLDS, RelationType.CONTROLS, RelationType.UBO_OF, RelationType.PARTNER_IN,
                RelationType.INVESTS_ALONE, RelationType.IN_CONCERT, RelationType.OPERATES)),
    ("office", (RelationType.LEGAL_REP_OF, RelationType.HEAD_OF, RelationType.DIRECTOR_OF,
                RelationType.SUPERVISOR_OF, RelationType.EXEC_OF, RelationType.EMPLOYED_BY, RelationType.ACTS_FOR)),
    ("unit", (RelationType.BRANCH_OF, RelationType.MANAGES, RelationType.SUCCEEDS, RelationType.RENAMED_FROM)),
    ("contact", (RelationType.USES,)),
    ("tender", (RelationType.BID_IN, RelationType.WON, RelationType.LOT_OF, RelationType.SERVED,
                RelationType.PARTY_TO, RelationType.CONTRACT_OF, RelationType.BUYER_OF, RelationType.AGENT_FOR,
                RelationType.PLATFORM_FOR, RelationType.EVALUATES, RelationType.OVERSEES)),
)  # fmt: skip


class Kind(NamedTuple):
    """A type of relation that can be chosen."""

    value: str
    words: str
    chosen: bool


class Filters(NamedTuple):
    """What is followed, as the form shows it."""

    hops: int
    limit: int
    as_of: str
    former: bool
    possibly_same: bool
    longer: bool
    kinds: tuple[tuple[str, tuple[Kind, ...]], ...]
    chosen: int
    """How many types are chosen; 0: all."""
    kept: str
    """The same as an address has it."""


def given(visit: Visit) -> list[tuple[str, str]]:
    """The filters of an address, or of the form that keeps them, in their order."""
    kept = visit.form.get("kept")
    pairs = parse_qsl(kept) if kept is not None else visit.request.query_params.multi_items()
    return [(name, value) for name, value in pairs if name in FILTERS and value]


def filters_of(visit: Visit) -> Filters:
    """The filters as the form shows them."""
    pairs = given(visit)
    one = dict(pairs)
    chosen = {part for name, value in pairs if name == "types" for part in value.split(",")}
    kinds = tuple(
        (
            group,
            tuple(Kind(kind.value, visit.words.both(words_of(kind)), kind.value in chosen) for kind in found),
        )
        for group, found in KINDS
    )
    return Filters(
        hops=_whole(one.get("hops", ""), HOPS),
        limit=_whole(one.get("limit", ""), SHOWN),
        as_of=one.get("as_of", "")[:10],
        former=one.get("former") == "true",
        possibly_same=one.get("possibly_same") != "false",
        longer=one.get("longer") != "false",
        kinds=kinds,
        chosen=len(chosen),
        kept=urlencode(pairs),
    )


def filtered(visit: Visit) -> dict[str, Any]:
    """The filters as the HTTP interface takes them."""
    found: dict[str, Any] = {}
    for name, value in given(visit):
        if name == "types":
            found.setdefault(name, []).extend(part for part in value.split(",") if part)
        else:
            found[name] = value
    return found


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else otherwise


__all__ = ["KINDS", "SHOWN", "Filters", "Kind", "filtered", "filters_of", "given"]
