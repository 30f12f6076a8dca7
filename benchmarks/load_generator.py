"""A load generator of fixed rate, a process of its own: `python benchmarks/load_generator.py ADDRESS BODIES …`.

Requests leave at times that are fixed beforehand, and each latency is measured from that intended time, also where the
server (or this generator) was late: coordinated omission can't hide a pause. Connections are kept alive; a connection
carries one request at a time, and a request that finds none free waits, which counts. Plain sockets: what it needs of
the processors is taken from the server beside it.
"""

from __future__ import annotations

import argparse
import json
import select
import socket
import sys
import time
from collections import Counter, deque
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

MOST_HEAD = 8_192
"""Bytes of an answer in which its head stands."""


class Connection:
    """One kept connection: sends a request and tells when its answer is complete; what it says is not kept."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, 5)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.fileno = self.socket.fileno()
        self.intended = 0.0
        self.asked = self.closing = False
        self.status = 0
        self._head = b""
        self._need = 0
        self._unsent = b""

    def send(self, request: bytes, intended: float) -> None:
        """Begin a request."""
        self.asked, self.intended, self._head, self._need = True, intended, b"", -1
        self._unsent = request
        self.write()

    def write(self) -> None:
        """Send what the socket takes."""
        with suppress(BlockingIOError):
            self._unsent = self._unsent[self.socket.send(self._unsent) :]

    @property
    def waits_to_write(self) -> bool:
        """Whether a part of the request has still to be sent."""
        return bool(self._unsent)

    def read(self, room: bytearray) -> bool:
        """Take what has arrived; whether the answer is complete.

        Raises:
            OSError: the connection has ended.
        """
        try:
            got = self.socket.recv_into(room)
        except BlockingIOError:
            return False
        if not got or not self.asked:
            raise ConnectionResetError
        if self._need < 0:
            self._head += bytes(memoryview(room)[: min(got, MOST_HEAD)])
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = self._head[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self.status = int(head[9:12])
            self.closing = b"connection: close" in head
            # what came in this part beyond the bytes that were looked at counts, too
            self._need = end + 4 + length - len(self._head) + min(got, MOST_HEAD)
        self._need -= got
        return self._need <= 0


class Load:
    """Sends at a rate for some seconds and keeps every latency."""

    def __init__(self, address: str, bodies: list[bytes], given: argparse.Namespace) -> None:
        parts = urlsplit(address)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        extra = f"Authorization: Bearer {given.key}\r\n" if given.key else ""
        self._head = (
            f"POST {given.path} HTTP/1.1\r\nHost: {self._address[0]}:{self._address[1]}\r\n"
            f"Content-Type: application/json\r\n{extra}"
        )
        self._bodies = bodies
        self._given = given
        self._free: deque[Connection] = deque()
        self._open: dict[int, Connection] = {}
        self._missing = 0
        self._again = 0.0
        self._room = bytearray(1 << 20)
        self._late = 0.0
        self.latencies: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.errors = 0
        self.sent = 0

    def request(self, number: int) -> bytes:
        """The bytes of one request."""
        given = self._given
        body: bytes = self._bodies[
            (given.first + number % (given.window or len(self._bodies))) % len(self._bodies)
        ]
        key = f"Idempotency-Key: {given.keys}-{number}\r\n" if given.keys else ""
        return f"{self._head}{key}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def _connect(self, now: float) -> None:
        """Open what is missing; where nobody listens, again in a while."""
        while self._missing and now >= self._again:
            try:
                connection = Connection(self._address)
            except OSError:
                self.errors += 1
                self._again = now + 0.05
                return
            self._missing -= 1
            self._open[connection.fileno] = connection
            self._free.append(connection)

    def _drop(self, connection: Connection) -> None:
        del self._open[connection.fileno]
        connection.socket.close()
        if connection in self._free:
            self._free.remove(connection)
        self._missing += 1

    def _wait(self, seconds: float) -> None:
        """Read whatever arrives, once, or until a time has passed."""
        # of the ways to wait this is the one that knows less than a millisecond
        writing = [number for number, one in self._open.items() if one.waits_to_write]
        readable, writable, _ = select.select(self._open, writing, (), max(seconds, 0))
        for number in writable:
            with suppress(OSError):
                self._open[number].write()
        for number in readable:
            connection = self._open[number]
            try:
                complete = connection.read(self._room)
            except OSError:
                # broken with a request on it, or closed by the server while idle
                self.errors += connection.asked
                self._drop(connection)
                continue
            if complete:
                self.latencies.append(time.perf_counter() - connection.intended)
                self.statuses[connection.status] += 1
                connection.asked = False
                if connection.closing:
                    self._drop(connection)
                else:
                    self._free.append(connection)

    def run(self) -> None:
        """Send everything and wait for the answers."""
        given = self._given
        self._missing = given.connections
        self._connect(time.perf_counter())
        total = int(given.rate * given.seconds)
        begun = time.perf_counter() + 0.05
        number = due = 0
        end = float("inf")
        while sum(self.statuses.values()) + self.errors < total and (now := time.perf_counter()) < end:
            while due < total and (intended := begun + due / given.rate) <= now:
                self._late = max(self._late, now - intended)
                due += 1
            if self._missing:
                self._connect(now)
            while number < due and self._free:
                connection = self._free.popleft()
                # one that is broken is found so when it is read
                with suppress(OSError):
                    connection.send(self.request(number), begun + number / given.rate)
                number += 1
            if due == total and end == float("inf"):
                end = now + given.patience
            soonest = begun + due / given.rate - time.perf_counter() if due < total else 0.01
            self._wait(min(soonest, 0.05))
        self.sent = total
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
    load = Load(given.address, bodies, given)
    load.run()
    json.dump(load.result(), sys.stdout)
    print()


if __name__ == "__main__":
    main()
