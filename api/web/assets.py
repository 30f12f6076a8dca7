"""Style sheet, scripts and icon: files of this package, named by their content, so that browsers may keep them."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import Final

from fastapi import Request, Response

from api.routes.problem import ProblemError

FILES: Final = {
    "app.css": "text/css; charset=utf-8",
    "cases.css": "text/css; charset=utf-8",
    "tender.css": "text/css; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "vendor/htmx.min.js": "text/javascript; charset=utf-8",
}
"""Every file that is served, with its media type; nothing else of the package is."""
KEPT: Final = "public, max-age=31536000, immutable"


@cache
def content(name: str) -> bytes:
    """The bytes of a file."""
    return resources.files("api.web").joinpath("static", name).read_bytes()


@cache
def address(name: str) -> str:
    """Where a page finds a file: another content has another address."""
    return f"/assets/{name}?v={hashlib.sha256(content(name)).hexdigest()[:12]}"


def serve(request: Request) -> Response:
    """A file of the pages.

    Raises:
        ProblemError: `http.not_found`.
    """
    name = request.path_params["name"]
    if name not in FILES:
        raise ProblemError("http.not_found")
    return Response(content(name), 200, {"Cache-Control": KEPT}, FILES[name])
