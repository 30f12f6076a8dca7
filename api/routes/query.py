"""Parameters of an address, read as strictly as bodies: unknown ones refused, errors at their place, no value repeated.

What stands in an address is written to logs by every proxy on the way: a number of a person is never taken from one.
"""

from __future__ import annotations

from typing import Any, TypeVar

from fastapi import Request

from api.explore.search import personal
from api.problems import RequestError, validate
from api.routes.base import invalid, refused
from matching.request import Model

Q = TypeVar("Q", bound=Model)


def read_query(request: Request, model: type[Q]) -> Q:
    """The parameters of an address as the shape that a route takes; lists are repeated or separated by commas.

    Raises:
        ProblemError: `http.invalid` with every error at its place; `query.personal` for a number of a person.
    """
    given: dict[str, Any] = {}
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    for name in dict.fromkeys(request.query_params):
        texts = request.query_params.getlist(name)
        if any(personal(text) for text in texts) or personal(name):
            raise refused(request, "/" + (name if name in fields else ""), "query.personal")
        field = fields.get(name)
        if field is not None and _many(field.annotation):
            given[name] = [part for text in texts for part in text.split(",") if part]
        elif len(texts) > 1:
            raise refused(request, "/" + name, "query.twice")
        else:
            given[name] = texts[0]
    try:
        return validate(model, given)
    except RequestError as error:
        raise invalid(request, error) from None


def asks(model: type[Model]) -> dict[str, Any]:
    """A route's `openapi_extra`: the parameters that it takes."""
    schema = model.model_json_schema()
    needed = schema.get("required", [])
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": name in needed,
                "schema": {key: value for key, value in one.items() if key != "title"},
                **({"description": one["description"]} if "description" in one else {}),
            }
            for name, one in schema.get("properties", {}).items()
        ]
    }


def _many(annotation: object) -> bool:
    """Whether a parameter is a list."""
    return getattr(annotation, "__origin__", None) is tuple
