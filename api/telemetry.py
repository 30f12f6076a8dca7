"""What the server tells those who watch it: counts and times of all its processes together, never who asked for whom.

Labels are verdicts, routes and codes: no bidder, no tenant, no id (招标投标法 22). Processes of one server share their
counts through files (`PROMETHEUS_MULTIPROC_DIR`, set by the supervisor); a single process keeps them in memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.types import Scope

from api.telemetry_files import SHARED

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Telemetry:
    """The counters of one process. One an application."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._decisions = Counter(
            "liancheng_decisions", "Decisions answered, by verdict.", ["verdict"], registry=registry
        )
        self._deciding = Histogram(
            "liancheng_decision_seconds",
            "From a decision's request read to its answer, recording included.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._requests = Counter(
            "liancheng_http_requests", "HTTP requests.", ["method", "route", "status"], registry=registry
        )
        self._took = Histogram(
            "liancheng_http_request_seconds",
            "Time to answer.",
            ["route"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._waiting = Gauge(
            "liancheng_decisions_waiting",
            "Decision requests taken and not answered yet.",
            multiprocess_mode="livesum",
            registry=registry,
        )
        self._refused = Counter(
            "liancheng_refused_busy", "Requests refused because too many waited already.", registry=registry
        )
        self._failures = Counter(
            "liancheng_failures",
            "Requests that failed because a part was away or damaged, by code.",
            ["code"],
            registry=registry,
        )
        self._open: Gauge | None = None
        self._kept: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._told = -1

    def request(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request that ended; status 0: the caller left before the answer."""
        route = getattr(scope.get("route"), "path", "other")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        kept = self._kept.get((method, route, status))
        if kept is None:
            kept = (self._requests.labels(method, route, str(status)), self._took.labels(route))
            self._kept[method, route, status] = kept
        kept[0].inc()
        kept[1].observe(seconds)

    def decided(self, verdict: str, seconds: float) -> None:
        """Count a decision that is answered."""
        self._decisions.labels(verdict).inc()
        self._deciding.observe(seconds)

    def opened(self, number: int) -> None:
        """Which generation this process reads from now on, asked or not."""
        if self._open is None:
            # not before: a process that is starting, beside others that answer, would be one that reads generation 0
            self._open = Gauge(
                "liancheng_generation_open",
                "Number of the generation that is read (the lowest of all processes).",
                multiprocess_mode="livemin",
                registry=self._registry,
            )
        self._open.set(number)

    def waits(self, waiting: int) -> None:
        """How many decision requests this process has taken and not answered."""
        if waiting != self._told:
            self._told = waiting
            self._waiting.set(waiting)

    def refused(self) -> None:
        """Count a request that was refused because too many waited."""
        self._refused.inc()

    def failed(self, error: Exception) -> None:
        """Count a failure by its code; one without a code counts as `unexpected`."""
        code = getattr(error, "code", "")
        self._failures.labels(code if isinstance(code, str) and code else "unexpected").inc()

    def text(self, state: Iterable[Metric]) -> bytes:
        """Everything, of all processes, in Prometheus' text format; `state` is what was read just now."""
        counts = self._registry
        if os.environ.get(SHARED):
            counts = CollectorRegistry()
            MultiProcessCollector(counts)  # type: ignore[no-untyped-call]
        now = CollectorRegistry()
        now.register(_State(state))
        return generate_latest(counts) + generate_latest(now)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _State(Collector):
    def __init__(self, state: Iterable[Metric]) -> None:
        self._state = tuple(state)

    def collect(self) -> Iterator[Metric]:
        """The values, as they were read."""
        return iter(self._state)


def gauge(name: str, said: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    """A state with one label."""
    family = GaugeMetricFamily(name, said, labels=[label])
    for text, value in values:
        family.add_metric([text], value)
    return family


def plain_gauge(name: str, said: str, value: float) -> Metric:
    """A state without labels."""
    return GaugeMetricFamily(name, said, value=value)
