"""The source kinds, as an explicit tuple, and how a table's kind is told from its headings and title."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from graph.lists import BY_CODE
from graph.model import Doc
from loaders.base import Kind
from loaders.errors import FileError
from loaders.headers import lookup, names
from loaders.kinds.bidders import BIDDERS
from loaders.kinds.court import SXBZXR, XZXF, ZFJG
from loaders.kinds.foreign import FOREIGN_KINDS
from loaders.kinds.generic import Mapping, kind_of, plain_kind
from loaders.kinds.graph import GRAPH_KINDS
from loaders.kinds.lists import AQSC, JYYC, OTH, RED, TQGZ, XHFZ, YZWF
from loaders.kinds.penalties import PENALTY2016, PENALTY2018
from loaders.kinds.permits import PERMIT
from loaders.kinds.platform import BLACK_LIST, EXPERTS, VIOLATIONS, WITHDRAWN
from loaders.kinds.procurement import ZFCG
from loaders.kinds.register import REGISTER_KIND
from loaders.kinds.tax import ZDSS
from loaders.ocds.kind import OCDS
from loaders.tables import Recognise

KINDS: tuple[Kind, ...] = (
    SXBZXR,
    XZXF,
    ZFJG,
    ZFCG,
    ZDSS,
    TQGZ,
    PENALTY2018,
    PENALTY2016,
    PERMIT,
    YZWF,
    JYYC,
    AQSC,
    XHFZ,
    RED,
    OTH,
    REGISTER_KIND,
    BLACK_LIST,
    WITHDRAWN,
    VIOLATIONS,
    EXPERTS,
    *GRAPH_KINDS,
    *FOREIGN_KINDS,
    OCDS,
    BIDDERS,
)
BY_NAME = {kind.name: kind for kind in KINDS}

ENOUGH = 4
"""A score below this is no recognition: two or three everyday headings prove nothing."""
MARGIN = 2
"""The best kind must lead by this much, or a person has to say which one is meant."""


class Spec(Doc):
    """Which kind a table is read with, in a form that travels to worker processes."""

    name: str
    list_code: str = ""
    mapping: Mapping | None = None


def resolve(spec: Spec) -> Kind:
    """The kind of a spec.

    Raises:
        FileError: `kind.unknown_name`, `kind.list`.
    """
    if spec.mapping is not None:
        return kind_of(spec.mapping)
    if spec.list_code and spec.list_code not in BY_CODE:
        raise FileError("kind.list_unknown", list=spec.list_code, known=", ".join(BY_CODE))
    if spec.name == "generic":
        if not spec.list_code:
            raise FileError("kind.generic")
        return plain_kind(spec.list_code)
    kind = BY_NAME.get(spec.name)
    if kind is None or kind is BIDDERS:
        raise FileError("kind.unknown_name", kind=spec.name[:80], known=", ".join((*BY_NAME, "generic")))
    if spec.list_code and spec.list_code not in kind.covers:
        raise FileError("kind.list", kind=spec.name, list=spec.list_code, covers=", ".join(kind.covers))
    return kind


@cache
def _marks(name: str) -> dict[str, int]:
    marks: dict[str, int] = {}
    for heading, weight in BY_NAME[name].marks.items():
        full = names(heading)[0]
        marks[full] = max(marks.get(full, 0), weight)
    return marks


@cache
def known_names() -> frozenset[str]:
    """Every normalised heading that some kind knows: what titles and headings are told apart by."""
    found: set[str] = set()
    for kind in KINDS:
        table, ignored = lookup(kind)
        found |= table.keys() | ignored | _marks(kind.name).keys()
    return frozenset(found)


def recognise(cells: Sequence[str]) -> int:
    """How many cells of a row are known headings."""
    known = known_names()
    count = 0
    for cell in cells:
        if cell and len(cell) <= 80:
            full, bare = names(cell)
            if bare and (full in known or bare in known):
                count += 1
    return count


def recogniser(spec: Spec | None) -> Recognise:
    """Known headings for a load: those of all kinds, or of the mapping file where there is one."""
    if spec is None or spec.mapping is None:
        return recognise
    table, _ = lookup(resolve(spec))

    def known(cells: Sequence[str]) -> int:
        return sum(1 for cell in cells if cell and (names(cell)[0] in table or names(cell)[1] in table))

    return known


def scores(headings: Sequence[str], title: str = "") -> list[tuple[Kind, int]]:
    """Each kind that the headings allow, with its score, best first."""
    pairs = [names(heading) for heading in headings]
    found: list[tuple[Kind, int]] = []
    for kind in KINDS:
        table, _ = lookup(kind)
        fields = {entry[0] for full, bare in pairs if (entry := table.get(full) or table.get(bare))}
        if any(not fields & set(group) for group in kind.needs):
            continue
        if kind.never and {names(heading)[0] for heading in kind.never} & {full for full, _ in pairs}:
            continue
        marks = _marks(kind.name)
        score = sum(max(marks.get(full, 0), marks.get(bare, 0)) for full, bare in pairs)
        score += kind.prior if score else 0
        if any(word in title for word in kind.words):
            score += kind.word_weight
        if score:
            found.append((kind, score))
    found.sort(key=lambda pair: -pair[1])
    return found


def detect(headings: Sequence[str], title: str = "") -> tuple[Kind, int]:
    """The kind of a table.

    Args:
        headings: as written.
        title: lines above the headings, sheet and file name: decides between kinds of equal headings.

    Raises:
        FileError: `kind.unrecognised`, or `kind.ambiguous` with the candidates.
    """
    found = scores(headings, title)
    if found and found[0][1] >= ENOUGH and (len(found) == 1 or found[0][1] - found[1][1] >= MARGIN):
        return found[0]
    top = [kind for kind, score in found if score >= found[0][1] - MARGIN] if found else []
    if not top or found[0][1] < ENOUGH:
        top = _like_a_list(headings)
    if top:
        raise FileError("kind.ambiguous", candidates=", ".join(kind.name for kind in top))
    raise FileError("kind.unrecognised", known=", ".join(kind.name for kind in KINDS if kind is not BIDDERS))


def _like_a_list(headings: Sequence[str]) -> list[Kind]:
    """The kinds of the common pattern, where a table names a subject and a reason or a date of listing."""
    pattern = [YZWF, JYYC, AQSC, TQGZ, XHFZ, OTH]
    table, _ = lookup(OTH)
    fields = {entry[0] for heading in headings for name in names(heading) if (entry := table.get(name))}
    if fields & {"org_name", "person_name"} and fields & {"reason", "listed", "decided"}:
        return pattern
    return []


__all__ = [
    "BIDDERS",
    "BY_NAME",
    "KINDS",
    "Spec",
    "detect",
    "known_names",
    "recognise",
    "recogniser",
    "resolve",
    "scores",
]
