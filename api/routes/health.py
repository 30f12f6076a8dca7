"""Whether the program lives and whether it can decide: for supervisors, without a key, without anybody's data."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.routes.base import json_answer
from api.routes.lists import list_document
from api.routes.problem import problems
from api.routes.shapes import Given, Taken

router = APIRouter(tags=["health"])
BODIES: tuple[Taken, ...] = ()
ANSWERS: tuple[Given, ...] = ()


@router.get("/healthz", responses=problems())
def healthz() -> Response:
    """The process answers."""
    return json_answer({"status": "ok"})


@router.get("/readyz", responses=problems())
def readyz(request: Request) -> Response:
    """A generation and the ledger can be read; with the age of every list, and which required ones are stale."""
    document = list_document(request)
    rows = document["lists"]
    return json_answer(
        {
            "status": "ready",
            "generation": document["generation"],
            "list_age_hours": {row["code"]: row["age_hours"] for row in rows},
            "stale": [row["code"] for row in rows if row["stale"] and row["required"]],
        }
    )
