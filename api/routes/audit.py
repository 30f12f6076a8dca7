"""The audit chain over HTTP: whether it is whole, and the head to keep elsewhere."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request, Response

from api import bootstrap
from api.auditing import verified
from api.principals import Scope
from api.routes.access import needs
from api.routes.base import json_answer, lang_of, service
from api.routes.problem import ProblemError, problems
from api.routes.shapes import Given, Taken
from graph.dates import china_day
from graph.messages import say
from matching.ledger import Checkpoint

router = APIRouter(prefix="/v1/audit", tags=["audit"])
BODIES: tuple[Taken, ...] = ()
ANSWERS: tuple[Given, ...] = ()


@router.get("/verify", dependencies=[needs(Scope.AUDIT)], responses=problems("http.bad_request", "http.busy"))
def verify(request: Request, expect: str = "") -> Response:
    """Check every event, hash and stored body; `expect` is an earlier head (`seq:hash`), so that a cut tail shows."""
    anchors: tuple[Checkpoint, ...] = ()
    if expect:
        found = re.fullmatch(r"([0-9]{1,15}):([0-9a-f]{64})", expect)
        if found is None:
            raise ProblemError("http.bad_request", detail="expect")
        anchors = (Checkpoint(day="", seq=int(found[1]), hash=found[2], event_seq=0),)
    result = verified(service(request).ledger, anchors)
    lang = lang_of(request)
    return json_answer(
        {
            "ok": result.ok,
            "events": result.events,
            "head": f"{result.head_seq}:{result.head_hash}",
            "problems": [
                {"seq": one.seq, "code": one.code, "message": say("matching", one.code, lang, seq=one.seq)}
                for one in result.problems
            ],
        }
    )


@router.post("/checkpoint", dependencies=[needs(Scope.AUDIT)], responses=problems())
def checkpoint(request: Request) -> Response:
    """Write the day's head into the chain, once a day, and return it for keeping elsewhere."""
    at = bootstrap.now()
    made = service(request).ledger.checkpoint(china_day(at), at=at)
    return json_answer({"day": made.day, "head": f"{made.seq}:{made.hash}", "event_seq": made.event_seq})
