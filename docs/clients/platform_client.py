"""Ask whether bidders are barred: `python platform_client.py REQUEST.json`. Python 3.11, nothing to install.

DECIDE_URL (default http://127.0.0.1:8000) and DECIDE_KEY come from the environment; DECIDE_ONCE names this act of
asking: give it again to have the same decision again, another one for another look. Exit status: 0 every bid may count,
10 a person has to look first, 20 a bidder is barred, 3 no decision: a bid must not count without one.
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

TRIES = 5
STATUS = {"CLEAR": 0, "FLAG": 0, "REVIEW": 10, "UNDETERMINED": 10, "BLOCK": 20}


def decide(url: str, key: str, body: bytes, once: str) -> dict[str, Any]:
    """The decision; asked again after a broken connection with the same key, so that one is made."""
    headers = {
        "Content-Type": "application/json",
        "Accept-Language": "zh-CN",
        "Idempotency-Key": once,
    }
    if key:
        headers["Authorization"] = f"Bearer {key}"
    for attempt in range(1, TRIES + 1):
        request = urllib.request.Request(f"{url}/v1/decisions", body, headers)  # noqa: S310 - the operator sets it
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            problem = error.read().decode()
            if error.code not in (409, 429, 503) or attempt == TRIES:
                raise RuntimeError(problem) from None
            time.sleep(float(error.headers.get("Retry-After", attempt)))
        except OSError:
            if attempt == TRIES:
                raise
            time.sleep(attempt)
    raise RuntimeError("no decision")


def main() -> int:
    """Ask, print a line a bidder, and say by the exit status what follows."""
    url = os.environ.get("DECIDE_URL", "http://127.0.0.1:8000")
    once = os.environ.get("DECIDE_ONCE") or str(uuid.uuid4())
    try:
        decision = decide(url, os.environ.get("DECIDE_KEY", ""), Path(sys.argv[1]).read_bytes(), once)
    except (RuntimeError, OSError) as error:
        print(error, file=sys.stderr)
        return 3
    for bidder in decision["bidders"]:
        reasons = "; ".join(
            f"{reason['code']} {reason['title']['zh']}" for reason in bidder.get("reasons", [])
        )
        print(bidder["client_id"], bidder["verdict"], reasons)
    print(f"{url}/v1/decisions/{decision['decision_id']}/certificate")
    return STATUS[decision["verdict"]]


if __name__ == "__main__":
    sys.exit(main())
