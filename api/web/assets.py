"""Style sheet, scripts and icon: files of this package, named by their content, so that browsers may keep them."""

from __future__ import annotations

import hashlib
import re
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
    "casework.css": "text/css; charset=utf-8",
    "casework.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "paths.css": "text/css; charset=utf-8",
    "vendor/htmx.min.js": "text/javascript; charset=utf-8",
    "graph.css": "text/css; charset=utf-8",
    **dict.fromkeys(
        (
            *(
                f"graph/{name}.js"
                for name in (
                    "ask",
                    "drawer",
                    "files",
                    "keys",
                    "layouts",
                    "look",
                    "main",
                    "model",
                    "picture",
                    "steps",
                    "svg",
                    "tables",
                    "words",
                )
            ),
            *(
                f"vendor/{name}.js"
                for name in ("cytoscape.min", "layout-base", "cose-base", "cytoscape-fcose")
            ),
        ),
        "text/javascript; charset=utf-8",
    ),
}
"""Every file that is served, with its media type; nothing else of the package is."""
KEPT: Final = "public, max-age=31536000, immutable"


_PARTS: Final = re.compile(rb'(?<=from "\./)(\w+\.js)(?=")')


@cache
def content(name: str) -> bytes:
    """The bytes of a file; a module asks for its parts by their content too, so that no browser mixes two versions."""
    data = resources.files("api.web").joinpath("static", name).read_bytes()
    folder, _, _ = name.rpartition("/")
    if folder != "graph":
        return data
    return _PARTS.sub(
        lambda part: f"{part[0].decode()}?v={version(f'{folder}/{part[0].decode()}')}".encode(), data
    )


@cache
def version(name: str) -> str:
    """What tells this content of a file from every other."""
    return hashlib.sha256(content(name)).hexdigest()[:12]


@cache
def address(name: str) -> str:
    """Where a page finds a file: another content has another address."""
    return f"/assets/{name}?v={version(name)}"


def serve(request: Request) -> Response:
    """A file of the pages.

    Raises:
        ProblemError: `http.not_found`.
    """
    name = request.path_params["name"]
    if name not in FILES:
        raise ProblemError("http.not_found")
    return Response(content(name), 200, {"Cache-Control": KEPT}, FILES[name])
