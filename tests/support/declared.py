"""What an OpenAPI document declares, held against what a server answers."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import httpx
import jsonschema_rs


class Declared:
    """The document of one server; a hook of its client checks every answer with it."""

    def __init__(self, address: str) -> None:
        self._address = address

    @property
    def document(self) -> dict[str, Any]:
        """The document, read once."""
        return _document(self._address)

    def __call__(self, response: httpx.Response) -> None:
        """Check an answer: its status and media type are declared, and a JSON body fits its shape."""
        request = response.request
        found = self.operation(request.method, request.url.path)
        media = response.headers.get("content-type", "").partition(";")[0]
        if found is None or (response.status_code == 400 and media == "text/plain"):
            # no such address or method; or no HTTP request at all, which the parser refuses before the program
            return
        where = f"{request.method} {request.url.path}: {response.status_code} {media}"
        declared = found["responses"].get(str(response.status_code))
        assert declared is not None, f"{where} is not declared"
        content = declared.get("content", {})
        if not content or not media:
            return
        assert media in content, f"{where}: declared are {', '.join(content)}"
        schema = content[media].get("schema")
        if schema and media in ("application/json", "application/problem+json"):
            response.read()
            errors = self.validator(json.dumps(schema)).iter_errors(json.loads(response.content))
            wrong = [f"{'/'.join(map(str, error.instance_path))}: {error.message[:300]}" for error in errors]
            assert not wrong, f"{where}: {wrong[:5]}"

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """The operation behind a request; addresses without parameters first."""
        for template, pattern in _templates(self._address):
            if pattern.fullmatch(path):
                operations: dict[str, Any] = self.document["paths"][template]
                return operations.get(method.lower())
        return None

    def validator(self, schema: str) -> Any:
        """The check of a shape, made once."""
        return _validator(self._address, schema)


@lru_cache(maxsize=4)
def _document(address: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{address}/openapi.json", timeout=60).json()
    return found


@lru_cache(maxsize=4)
def _templates(address: str) -> list[tuple[str, re.Pattern[str]]]:
    paths = sorted(_document(address)["paths"], key=lambda path: (path.count("{"), path))
    return [(path, re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path)))) for path in paths]


@lru_cache(maxsize=512)
def _validator(address: str, schema: str) -> Any:
    document = _document(address)
    return jsonschema_rs.Draft202012Validator({**json.loads(schema), "components": document["components"]})
