"""The OpenAPI 3.1 document: shapes of requests and answers beside the routes, and how to authenticate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from typing import Any, Final

import msgspec
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.principals import Scope
from api.routes.access import COOKIE, CSRF_HEADER, PLAIN_COOKIE, scope_of
from api.routes.described import describe_fields, introduction
from api.routes.links import link
from api.routes.problem import JSON, PROBLEM_SCHEMA, problems, problems_of
from api.routes.table import RouteModule

REF = "#/components/schemas/{model}"


def operations(routers: Iterable[APIRouter]) -> Iterator[tuple[str, str, Scope | None]]:
    """Method, path and scope of every route; None where nobody has to say who they are."""
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                for method in sorted(route.methods or ()):
                    yield method, route.path, scope_of(route.dependencies)


def describe(app: FastAPI, modules: Sequence[RouteModule]) -> None:
    """Give the application its document, made once."""

    names = dict(_names(modules))

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title="Liancheng 联惩", version="1", openapi_version="3.1.0", routes=app.routes,
                description=introduction(),
            )  # fmt: skip
            components = made.setdefault("components", {})
            bodies = [body for module in modules for body in module.BODIES]
            answers = [answer for module in modules for answer in module.ANSWERS]
            components["schemas"] = schemas(bodies, answers)
            describe_fields(components["schemas"], [*bodies, *answers])
            components["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer"},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": f"Set by `POST /v1/sessions` (`{PLAIN_COOKIE}` on loopback). Whatever changes "
                    f"something also needs its second token in `{CSRF_HEADER}`.",
                },
            }
            for operations_of in made["paths"].values():
                for operation in operations_of.values():
                    # what a route does says more than what its function is called
                    operation["summary"] = re.split("[.;:]", operation["description"], maxsplit=1)[0]
                    _own_refusal(operation["responses"])
                    _everywhere(operation["responses"])
            for method, path, scope in operations(module.router for module in modules):
                operation = made["paths"][path][method.lower()]
                if scope is not None:
                    operation["security"] = [{"key": []}, {"session": []}, {}]
                    said = f"Scope: `{scope.value}`."
                    operation["description"] = "\n\n".join(
                        filter(None, (operation.get("description", ""), said))
                    )
                operation["operationId"] = names[method, path]
                _exemplify(operation)
            link(made["paths"])
            made["tags"] = [
                {"name": str(module.router.tags[0]), "description": str(module.__doc__).partition("\n")[0]}
                for module in modules
            ]
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _names(modules: Sequence[RouteModule]) -> Iterator[tuple[tuple[str, str], str]]:
    """What every operation is called in the document, and so in clients made from it: `decisions_decide`."""
    for module in modules:
        for route in module.router.routes:
            if isinstance(route, APIRoute):
                for method in route.methods or ():
                    yield (method, route.path), f"{route.endpoint.__module__.rpartition('.')[2]}_{route.name}"


def _exemplify(operation: dict[str, Any]) -> None:
    """Give an operation that takes JSON the examples of its body."""
    taken = operation.get("requestBody", {}).get("content", {}).get(JSON)
    if taken is not None:
        made = _examples()[taken["schema"]["$ref"].rpartition("/")[2]]
        taken["examples"] = {
            f"example{number}": {"summary": said, "value": value}
            for number, (said, value) in enumerate(made.items(), 1)
        }


def _examples() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = msgspec.json.decode(
        files("api.routes").joinpath("examples.json").read_bytes()
    )
    return found


def _own_refusal(responses: dict[str, Any]) -> None:
    """Where the framework says by itself that parameters may be refused, the shape that they are refused with."""
    if "HTTPValidationError" in str(responses.get("422", "")):
        responses["422"] = problems("http.invalid")[422]


_BEFORE_ROUTES: Final = ("http.bad_request", "http.media_type", "http.head")
"""What is refused before any route is chosen: no request or a NUL in it, a packed body, a head too large."""


def _everywhere(responses: dict[str, Any]) -> None:
    """Name the refusals that every address may answer with, beside the operation's own."""
    for code in _BEFORE_ROUTES:
        ((status, made),) = problems_of((code,)).items()
        own = responses.setdefault(str(status), made)
        if code not in own["description"].split(", "):
            own["description"] = ", ".join(filter(None, (own["description"], code)))


def schemas(bodies: Iterable[type[BaseModel]], answers: Iterable[type[Any]]) -> dict[str, Any]:
    """The shapes by name; what a request is called wins where an answer bears the same name."""
    found: dict[str, Any] = {"Problem": dict(PROBLEM_SCHEMA)}
    _, parts = msgspec.json.schema_components(tuple(answers), ref_template="#/components/schemas/{name}")
    found |= parts
    for body in bodies:
        schema = body.model_json_schema(ref_template=REF)
        found |= schema.pop("$defs", {})
        found[body.__name__] = schema
    return found
