"""The queries by name. A relation's type can't be a parameter where an index is to be used: it stands in the text
as `RELATION` and is filled in from the fixed list of types, never from data."""

from __future__ import annotations

from functools import cache
from importlib import resources

from graph.relations import RelationType

_PLACE = "RELATION"


@cache
def query(name: str, relation: RelationType | None = None) -> str:
    """The text of `graph/cypher/<name>.cypher`.

    Raises:
        LookupError: the file asks for a type and none is given, or the other way round: a defect.
    """
    text = resources.files("graph").joinpath("cypher", f"{name}.cypher").read_text("utf-8")
    if (_PLACE in text) != (relation is not None):
        raise LookupError(name)
    return text if relation is None else text.replace(_PLACE, RelationType(relation).value)
