"""The queries by name. A relation's type and a party's label can't be parameters where an index or a plan depends on
them: they stand in the text as `RELATION` and `LABEL` and are filled in from fixed lists, never from data."""

from __future__ import annotations

from functools import cache
from importlib import resources

from graph.model import PartyType
from graph.relations import RelationType

Kind = RelationType | PartyType
_PLACES = ("RELATION", "LABEL")


@cache
def query(name: str, kind: Kind | None = None) -> str:
    """The text of `graph/cypher/<name>.cypher`.

    Args:
        name: which.
        kind: the relation's type or the party's kind that the text asks for.

    Raises:
        LookupError: the file asks for a type and none is given, or the other way round: a defect.
    """
    text = resources.files("graph").joinpath("cypher", f"{name}.cypher").read_text("utf-8")
    place = None if kind is None else _PLACES[isinstance(kind, PartyType)]
    if [one for one in _PLACES if one in text] != ([] if place is None else [place]):
        raise LookupError(name)
    if kind is None or place is None:
        return text
    return text.replace(
        place, kind.value.capitalize() if isinstance(kind, PartyType) else RelationType(kind).value
    )
