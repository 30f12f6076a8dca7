"""Ports of loopback for servers that can't choose one themselves."""

from __future__ import annotations

import random
import socket
from pathlib import Path

FIRST = 10_240
"""Below are the ports of known services."""
ROOM = 1_000


def free_port() -> int:
    """A port that nobody listens on, and that the system gives to nobody else before the server listens.

    Port 0 would be one of those that every connection and every other server of the machine is given at any moment.
    """
    dice = random.SystemRandom()
    for _ in range(100):
        port = dice.randrange(FIRST, max(_first_given(), FIRST + ROOM))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port of loopback is free")


def _first_given() -> int:
    """The first port that the system gives to whoever asks for any."""
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii").split()[0])
    except (OSError, ValueError):
        return 32_768
