"""Receives webhooks of Liancheng and checks their signatures (Standard Webhooks 1.0). Standard library only.

    WEBHOOK_SECRET=whsec_... python webhook_receiver.py 8080

Prints one line a message. Answers 204 at once: whoever has much to do about a message puts it into a queue first.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE = 300  # seconds that the message's clock may differ from ours


def verify(secret: str, headers, body: bytes, now: float) -> str:
    """The message's id; ValueError where it is not genuine, or too old: somebody may be sending it again."""
    name, stamp = headers["webhook-id"], headers["webhook-timestamp"]
    if not name or not stamp or abs(now - int(stamp)) > TOLERANCE:
        raise ValueError("timestamp")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{name}.{stamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    # after a rotation there are two signatures; one that fits is enough
    given = [part[3:] for part in headers["webhook-signature"].split(" ") if part.startswith("v1,")]
    if not any(hmac.compare_digest(one, expected) for one in given):
        raise ValueError("signature")
    return name


class Receiver(BaseHTTPRequestHandler):
    """Takes one message after the other; the same id again is a repetition and is taken without doing it twice."""

    seen: set = set()

    def do_POST(self):
        """Take a message."""
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            name = verify(os.environ["WEBHOOK_SECRET"], self.headers, body, time.time())
        except (ValueError, TypeError, AttributeError) as error:
            print("refused", error, flush=True)
            self.send_response(400)
        else:
            if name not in self.seen:
                self.seen.add(name)
                message = json.loads(body)
                print(message["type"], json.dumps(message["data"], sort_keys=True), flush=True)
            self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        """Nothing but messages is printed."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print("listening on", server.server_port, flush=True)
    server.serve_forever()
