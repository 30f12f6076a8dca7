"""A load generator of fixed rate, a process of its own: `python benchmarks/load_generator.py ADDRESS BODIES …`.

Requests leave at times that are fixed beforehand, and each latency is measured from that intended time, also where the
server (or this generator) was late: coordinated omission can't hide a pause. Connections are kept alive; a connection
carries one request at a time, and a request that finds none free waits, which counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter, deque
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit


class Connection(asyncio.Protocol):
    """One kept connection: sends a request and tells when its answer is complete."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self.transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._need = -1
        self.intended = 0.0
        self.number = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def send(self, number: int, intended: float) -> None:
        assert self.transport is not None
        self.number, self.intended = number, intended
        self.transport.write(self._load.request(number))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        if self._need < 0:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(buffer[:end]).lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self._need = end + 4 + length
            self._status = int(head[9:12])
            self._closing = b"connection: close" in head
        if len(buffer) >= self._need:
            del buffer[: self._need]
            self._need = -1
            self._load.done(self, self._status, self._closing)

    def connection_lost(self, error: Exception | None) -> None:
        if self.number >= 0:
            self._load.lost(self)
        else:
            self._load.gone(self)


class Load:
    """Sends at a rate for some seconds and keeps every latency."""

    def __init__(self, address: str, bodies: list[bytes], given: argparse.Namespace) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        extra = f"Authorization: Bearer {given.key}\r\n" if given.key else ""
        self._head = (
            f"POST {given.path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Content-Type: application/json\r\n{extra}"
        )
        self._bodies = bodies
        self._given = given
        self._free: deque[Connection] = deque()
        self._queue: deque[tuple[int, float]] = deque()
        self._open = 0
        self._late = 0.0
        self.latencies: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.errors = 0
        self.sent = 0

    def request(self, number: int) -> bytes:
        given = self._given
        body: bytes = self._bodies[(given.first + number % (given.window or len(self._bodies))) % len(self._bodies)]
        key = f"Idempotency-Key: {given.keys}-{number}\r\n" if given.keys else ""
        return f"{self._head}{key}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def done(self, connection: Connection, status: int, closing: bool) -> None:
        now = time.perf_counter()
        self.latencies.append(now - connection.intended)
        self.statuses[status] += 1
        connection.number = -1
        if closing:
            assert connection.transport is not None
            connection.transport.close()
            return
        self._next(connection)

    def _next(self, connection: Connection) -> None:
        if self._queue:
            connection.send(*self._queue.popleft())
        else:
            self._free.append(connection)

    def lost(self, connection: Connection) -> None:
        """The connection broke with a request on it."""
        self.errors += 1
        self.gone(connection)

    def gone(self, connection: Connection) -> None:
        self._open -= 1
        if connection in self._free:
            self._free.remove(connection)
        asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: Connection(self), self._host, self._port
            )
        except OSError:
            self.errors += 1
            await asyncio.sleep(0.05)
            asyncio.get_running_loop().create_task(self._connect())
            return
        self._open += 1
        self._next(connection)

    async def run(self) -> None:
        """Send everything and wait for the answers."""
        given = self._given
        await asyncio.gather(*(self._connect() for _ in range(given.connections)))
        total = int(given.rate * given.seconds)
        begun = time.perf_counter() + 0.05
        number = 0
        while number < total:
            now = time.perf_counter()
            while number < total and (intended := begun + number / given.rate) <= now:
                self._late = max(self._late, now - intended)
                self._queue.append((number, intended))
                number += 1
            while self._queue and self._free:
                self._free.popleft().send(*self._queue.popleft())
            wait = begun + number / given.rate - time.perf_counter()
            await asyncio.sleep(max(wait, 0))
        self.sent = number
        end = time.perf_counter() + given.patience
        while sum(self.statuses.values()) + self.errors < total and time.perf_counter() < end:
            await asyncio.sleep(0.01)
        self.seconds = time.perf_counter() - begun

    def result(self) -> dict[str, object]:
        """What was seen; milliseconds."""
        ordered = sorted(self.latencies)

        def at(share: float) -> float:
            return (
                round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1e3, 2) if ordered else 0.0
            )

        answered = self.statuses[200]
        return {
            "rate": self._given.rate,
            "seconds": round(self.seconds, 2),
            "sent": self.sent,
            "answered_200": answered,
            "answered_200_per_s": round(answered / self.seconds, 1),
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "errors": self.errors,
            "p50_ms": at(0.5),
            "p90_ms": at(0.9),
            "p95_ms": at(0.95),
            "p99_ms": at(0.99),
            "p999_ms": at(0.999),
            "max_ms": at(1.0),
            "generator_late_ms": round(self._late * 1e3, 2),
            "generator_cpu_s": round(time.process_time(), 2),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("bodies", type=Path, help="JSON lines, one body each, sent in turn")
    parser.add_argument("--rate", type=float, default=500, help="requests a second")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--first", type=int, default=0, help="the body to begin with")
    parser.add_argument("--window", type=int, default=0, help="send so many bodies again and again; 0: all")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--patience", type=float, default=10, help="seconds to wait for the last answers")
    parser.add_argument("--path", default="/v1/decisions")
    parser.add_argument("--key", default="", help="API key")
    parser.add_argument("--keys", default="", help="send idempotency keys that begin with this")
    given = parser.parse_args()
    bodies = given.bodies.read_bytes().splitlines()
    try:
        import uvloop

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        load = Load(given.address, bodies, given)
        runner.run(load.run())
    json.dump(load.result(), sys.stdout)
    print()


if __name__ == "__main__":
    main()
