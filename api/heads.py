"""Requests whose head is too large, has too many fields or does not end are refused before anything is made of them.

The parser itself takes heads of any size, and waits for them as long as their sender likes: one caller could fill the
memory, or hold every connection.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.guard import SECURITY_HEADERS
from api.routes.problem import PROBLEM, STATUS, ProblemError
from graph.messages import say

MOST_BYTES: Final = 64 * 1024
"""Of a request line and its fields."""
MOST_FIELDS: Final = 100
SECONDS: Final = 30.0
"""In which a head has to be complete, from the connection or from its first byte."""


class BoundedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol with bounds for the head of a request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._received = 0
        self._fields = 0
        self._clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A caller connected: the head has to come."""
        super().connection_made(transport)
        self._clock = self.loop.call_later(SECONDS, self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        """A caller left."""
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, but of a head no more than its bound."""
        if not self._in_head:
            super().data_received(data)
            return
        if self._clock is None:
            self._clock = self.loop.call_later(SECONDS, self._late)
        room = MOST_BYTES - self._received
        self._received += min(len(data), room)
        super().data_received(data[:room])
        if self.transport.is_closing() or self.parser is None:
            return
        if self._in_head:
            if self._received >= MOST_BYTES:
                self._refuse("http.head")
        elif len(data) > room:
            super().data_received(data[room:])

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._fields = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A field; one too many ends the request."""
        self._fields += 1
        if self._fields > MOST_FIELDS:
            raise ProblemError("http.head")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is complete."""
        self._in_head = False
        self._received = 0
        self._stop()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is complete: another head may come."""
        super().on_message_complete()
        self._in_head = True

    def send_400_response(self, msg: str) -> None:
        """What can't be parsed is a problem like any other."""
        self._refuse("http.head" if self._fields > MOST_FIELDS else "http.bad_request")

    def _late(self) -> None:
        self._clock = None
        if self._in_head and not self.transport.is_closing():
            self.transport.close()

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _refuse(self, code: str) -> None:
        status = STATUS[code]
        body = msgspec.json.encode(
            {
                "type": f"urn:liancheng:problem:{code}",
                "title": say("api", code, "en"),
                "status": status,
                "instance": "",
                "code": code,
            }
        )
        fields = {
            **SECURITY_HEADERS,
            "Content-Type": PROBLEM,
            "Content-Language": "en",
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        head = b"".join(f"{name}: {value}\r\n".encode("ascii") for name, value in fields.items())
        self.transport.write(STATUS_LINE[status] + head + b"\r\n" + body)
        self.transport.close()
