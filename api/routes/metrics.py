"""Counts and states for Prometheus, of all processes of the server together."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from prometheus_client.core import Metric

from api import bootstrap
from api.principals import Scope
from api.routes.access import needs
from api.routes.base import service
from api.routes.problem import problems
from api.routes.shapes import Given, Taken
from api.telemetry import CONTENT_TYPE, Telemetry, gauge, plain_gauge
from graph.generation import GenerationError
from graph.store import StoreError
from matching.ledger import LedgerError

router = APIRouter(tags=["metrics"])
BODIES: tuple[Taken, ...] = ()
ANSWERS: tuple[Given, ...] = ()


@router.get(
    "/metrics",
    dependencies=[needs(Scope.AUDIT)],
    response_class=Response,
    responses={
        200: {"description": "Prometheus' text format.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **problems(),
    },
)  # fmt: skip
def metrics(request: Request) -> Response:
    """Decisions by verdict, times, what waits and fails, ages of lists. How many ask tells who bids: it needs a key."""
    telemetry: Telemetry = request.app.state.telemetry
    return Response(telemetry.text(_state(request)), 200, None, CONTENT_TYPE)


def _state(request: Request) -> Iterator[Metric]:
    """What is so just now; a part that is away shows as such and hides nothing else."""
    yield from _generation(request)
    ledger = service(request).ledger
    try:
        messages = ledger.deliveries.counts()
    except LedgerError:
        yield plain_gauge("liancheng_ledger_up", "Whether the ledger answers.", 0)
        return
    yield plain_gauge("liancheng_ledger_up", "Whether the ledger answers.", 1)
    states = [(state, float(count)) for state, count in messages.items()]
    yield gauge(
        "liancheng_webhook_messages", "Webhook messages by state; dead ones were given up.", "state", states
    )


def _generation(request: Request) -> Iterator[Metric]:
    parts, now = service(request), bootstrap.now()
    try:
        with parts.generation() as generation:
            states = generation.lists(generation.known(now))
            number, created = generation.number, generation.created_at
    except (GenerationError, StoreError):
        yield plain_gauge("liancheng_generation_up", "Whether the published generation can be read.", 0)
        return
    yield plain_gauge("liancheng_generation_up", "Whether the published generation can be read.", 1)
    yield plain_gauge("liancheng_generation_number", "Number of the published generation.", number)
    yield plain_gauge(
        "liancheng_generation_age_seconds",
        "Since what it holds was recorded.",
        (now - created).total_seconds(),
    )
    ages = [
        (code, (now - s.taken_at).total_seconds())
        for code, s in sorted(states.items())
        if s.taken_at is not None
    ]
    yield gauge("liancheng_list_age_seconds", "Age of a list's newest snapshot.", "list", ages)
    counts = [(code, float(state.records)) for code, state in sorted(states.items())]
    yield gauge("liancheng_list_records", "Records that stand on a list.", "list", counts)
