"""The OpenAPI document as a page, with everything it needs served from here: it works without any network.

The page is Swagger UI (Apache-2.0), as the package fastapi-offline brings it; nothing of it is fetched from elsewhere,
and the content security policy lets it talk to this server only.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final, Literal

from fastapi import APIRouter, Request, Response

from api.routes.base import lang_of
from api.routes.problem import problems
from api.routes.shapes import Given, Taken

router = APIRouter(tags=["documentation"])
BODIES: tuple[Taken, ...] = ()
ANSWERS: tuple[Given, ...] = ()

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE: Final = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Liancheng 联惩 · API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="page"></div>
<script src="docs/swagger-ui.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START: Final = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
"""
_ASSETS: Final = {
    "swagger-ui.css": ("swagger-ui.css", "text/css; charset=utf-8"),
    "swagger-ui.js": ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
}
Asset = Literal["swagger-ui.css", "swagger-ui.js", "start.js"]


@cache
def _asset(name: str) -> bytes:
    return files("fastapi_offline").joinpath("static", name).read_bytes()


@router.get(
    "/docs",
    response_class=Response,
    responses={
        200: {"description": "The page.", "content": {"text/html": {"schema": {"type": "string"}}}},
        **problems(),
    },
)
def docs(request: Request) -> Response:
    """This document as a page."""
    headers = {"Content-Security-Policy": POLICY}
    page = _PAGE.format(lang="zh-CN" if lang_of(request) == "zh" else "en")
    return Response(page, 200, headers, "text/html; charset=utf-8")


@router.get(
    "/docs/{name}",
    response_class=Response,
    responses={
        200: {
            "description": "A file of the page.",
            "content": {kind: {"schema": {"type": "string"}} for kind in ("text/css", "text/javascript")},
        },
        **problems("http.invalid"),
    },
)
def asset(name: Asset) -> Response:
    """What the page needs."""
    headers = {"Cache-Control": "public, max-age=3600", "Content-Security-Policy": POLICY}
    if name == "start.js":
        return Response(_START, 200, headers, "text/javascript; charset=utf-8")
    file, kind = _ASSETS[name]
    return Response(_asset(file), 200, headers, kind)
