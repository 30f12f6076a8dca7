"""What routes take and give, said once: the same types read bodies, write answers and stand in the OpenAPI document."""

from __future__ import annotations

from typing import Any

import msgspec
from pydantic import BaseModel

from api.routes.problem import JSON

Taken = type[BaseModel]
Given = type[msgspec.Struct]
_REF = "#/components/schemas/{}"


def takes(model: Taken, *, required: bool = True, **extra: Any) -> dict[str, Any]:
    """A route's `openapi_extra`: the body that it takes; `extra` stands beside it (`parameters`)."""
    schema = {"$ref": _REF.format(model.__name__)}
    return {**extra, "requestBody": {"required": required, "content": {JSON: {"schema": schema}}}}


def gives(
    model: Given, status: int = 200, *, said: str = "", headers: tuple[str, ...] = ()
) -> dict[int | str, dict[str, Any]]:
    """A route's `responses`: the answer that it gives, under its status."""
    schema = {"$ref": _REF.format(model.__name__)}
    answer: dict[str, Any] = {
        "description": said or (model.__doc__ or "").partition("\n")[0],
        "content": {JSON: {"schema": schema}},
    }
    if headers:
        answer["headers"] = {name: {"schema": {"type": "string"}} for name in headers}
    return {status: answer}
