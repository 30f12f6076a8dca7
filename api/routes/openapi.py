"""The OpenAPI 3.1 document: shapes of requests and answers beside the routes, and how to authenticate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.principals import Scope
from api.routes.access import COOKIE, CSRF_HEADER, PLAIN_COOKIE, scope_of
from api.routes.problem import PROBLEM_SCHEMA, problems, problems_of
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

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title="Liancheng 联惩", version="1", openapi_version="3.1.0", routes=app.routes,
                description="Decides, before a bid counts, whether a bidder is barred, and shows why.",
            )  # fmt: skip
            components = made.setdefault("components", {})
            components["schemas"] = schemas(
                [body for module in modules for body in module.BODIES],
                [answer for module in modules for answer in module.ANSWERS],
            )
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
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


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
