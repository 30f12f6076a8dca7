"""Every route, by what it is about; tests ask each for its scope, its statuses and its place in the documentation."""

from __future__ import annotations

from typing import Protocol

from fastapi import APIRouter

from api.routes import (
    alerts,
    audit,
    batches,
    cases,
    changes,
    decisions,
    docs,
    health,
    keys,
    lists,
    measures,
    metrics,
    monitors,
    objections,
    overrides,
    parties,
    paths,
    repairs,
    reports,
    reviews,
    sessions,
    tenders,
    users,
    webhooks,
)
from api.routes.shapes import Given, Taken


class RouteModule(Protocol):
    """A module of routes: its router, and the shapes that its bodies and answers have."""

    router: APIRouter
    BODIES: tuple[Taken, ...]
    ANSWERS: tuple[Given, ...]


MODULES: tuple[RouteModule, ...] = (
    decisions,
    measures,
    overrides,
    reports,
    objections,
    repairs,
    cases,
    reviews,
    parties,
    paths,
    batches,
    tenders,
    monitors,
    changes,
    alerts,
    webhooks,
    lists,
    audit,
    keys,
    sessions,
    users,
    health,
    metrics,
    docs,
)
ROUTERS: tuple[APIRouter, ...] = tuple(module.router for module in MODULES)
