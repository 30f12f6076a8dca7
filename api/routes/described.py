"""What every field of a request or an answer means, for the OpenAPI document.

A platform's engineer has the document and not the source. The words stand in `fields.toml`, and under fields in the
source, which are read once, when the document is made.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final, get_args

import msgspec
from pydantic import BaseModel

_ROOMS: Final = frozenset({"api", "matching", "loaders", "graph"})
_INTERNAL: Final = re.compile(r"\s*\((?:SPEC|see) [^()]*\)")
"""References to what only this program's makers have."""


def introduction() -> str:
    """What an engineer has to know before anything else: how to begin, what a verdict means, how to ask again."""
    return _catalogue()["document"]["introduction"]


def describe_fields(schemas: dict[str, Any], kinds: Iterable[type[Any]]) -> None:
    """Put its description to every field of the schemas that the given types and their parts have made.

    Args:
        schemas: by name, changed in place.
        kinds: the types of bodies and answers.
    """
    seen: set[type[Any]] = set()
    for kind in kinds:
        for part in _parts(kind, seen):
            for properties in objects(schemas.get(part.__name__, {})):
                own, under = _own(part), _fields(part)
                for name, field in properties.items():
                    said = own.get(name) or under.get(name) or _catalogue()["shared"].get(name)
                    if said:
                        field.setdefault("description", said)
    for name, field in schemas["Problem"]["properties"].items():
        field.setdefault("description", _catalogue()["Problem"][name])


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("api.routes").joinpath("fields.toml").read_text(encoding="utf-8"))


def _own(kind: type[Any]) -> dict[str, str]:
    """What the catalogue says of a type and of those that it is made from, the nearest last."""
    said: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        said |= _catalogue().get(base.__name__, {})
    return said


def objects(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The properties of a schema, also where a bare text may stand for the object."""
    return [one["properties"] for one in (schema, *schema.get("anyOf", ())) if "properties" in one]


def _parts(kind: Any, seen: set[type[Any]]) -> Iterator[type[Any]]:
    """A type with all that stand in its fields, each once."""
    if not isinstance(kind, type) or get_args(kind):
        for inside in get_args(kind):
            yield from _parts(inside, seen)
        return
    if kind in seen or not issubclass(kind, (BaseModel, msgspec.Struct)):
        return
    seen.add(kind)
    yield kind
    fields: Iterable[Any]
    if issubclass(kind, BaseModel):
        fields = [field.annotation for field in kind.model_fields.values()]
    else:
        fields = [field.type for field in msgspec.structs.fields(kind)]
    for field in fields:
        yield from _parts(field, seen)


def _fields(kind: type[Any]) -> dict[str, str]:
    """What is said of the fields of a type, its bases' included."""
    said: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base.__module__.partition(".")[0] in _ROOMS:
            said |= _sayings(base.__module__).get(base.__name__, {})
    return said


@cache
def _sayings(module: str) -> dict[str, dict[str, str]]:
    """By class the text that stands under each field in a module's source; nothing where there is no source."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except OSError:
        return {}
    return {node.name: dict(_under(node.body)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _under(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, after in pairwise(body):
        match field, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, _INTERNAL.sub("", " ".join(text.split()))
