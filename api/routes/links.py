"""Where an answer leads: the OpenAPI `links` from whatever was made to all that can be done with it."""

from __future__ import annotations

import re
from typing import Any, Final

_MADE: Final = {
    "/v1/decisions": "/decision_id",
    "/v1/measures": "/measure/id",
    "/v1/objections": "/id",
    "/v1/repairs": "/id",
    "/v1/cases": "/id",
    "/v1/batches": "/id",
    "/v1/tenders": "/id",
    "/v1/monitors": "/id",
    "/v1/webhooks": "/webhook/id",
    "/v1/users": "/user/name",
}
"""Where in the answer of a POST the id of what it made stands."""
_OVERRIDE: Final = ("/v1/decisions/{decision_id}/override", "/v1/overrides/{override_id}", "/id")
_PARAMETER: Final = re.compile(r"\{(\w+)\}")


def link(paths: dict[str, Any]) -> None:
    """Add the links to the document's paths: from each answer that made something to what takes its id alone."""
    ways = [(made, f"{made}/{{", pointer) for made, pointer in _MADE.items()]
    for made, begins, pointer in (*ways, _OVERRIDE):
        found = {}
        for path, operations in paths.items():
            parameters = _PARAMETER.findall(path)
            if path.startswith(begins) and len(parameters) == 1:
                for operation in operations.values():
                    found[operation["operationId"]] = {
                        "operationId": operation["operationId"],
                        "parameters": {parameters[0]: f"$response.body#{pointer}"},
                    }
        for status, answer in paths[made]["post"]["responses"].items():
            if status.startswith("2"):
                answer["links"] = found
