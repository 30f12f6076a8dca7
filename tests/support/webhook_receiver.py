"""A real HTTP server that receives webhooks, and fails, waits or sends elsewhere when it is told to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Received:
    """One request as it came."""

    def __init__(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        self.path = path
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.body = body


class Receiver:
    """What came, and what is answered: `status`, after `delay` seconds, with `headers` and `length` bytes."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.status = 204
        self.delay = 0.0
        self.headers: dict[str, str] = {}
        self.length = 0
        self.drip = False
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def receiving(certificate: Path | None = None) -> Iterator[Receiver]:
    """A receiver on a free port of loopback; over TLS with the key and certificate of a file."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            receiver.requests.append(Received(self.path, dict(self.headers), body))
            time.sleep(receiver.delay)
            try:
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(receiver.length))
                self.end_headers()
                for _ in range(receiver.length if receiver.drip else 0):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.05)
                if not receiver.drip:
                    self.wfile.write(b"x" * receiver.length)
            except OSError:
                self.close_connection = True  # the sender did not wait

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def genuine(secret: str, received: Received) -> list[bool]:
    """For each signature of a message whether it is that secret's; worked out without the program's own code."""
    assert secret.startswith("whsec_")
    key = base64.b64decode(secret[6:])
    head = f"{received.headers['webhook-id']}.{received.headers['webhook-timestamp']}.".encode()
    wanted = base64.b64encode(hmac.digest(key, head + received.body, hashlib.sha256)).decode()
    return [one == f"v1,{wanted}" for one in received.headers["webhook-signature"].split(" ")]
