"""Runs the HTTP interface: on loopback, or elsewhere only where callers have to say who they are."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Final

from api.errors import MISSING, USAGE, CommandError
from api.settings import Settings

BACKLOG: Final = 2_048
"""Connections that may wait to be taken."""


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _guarded(settings: Settings) -> bool:
    """Whether the ledger knows a key in force or a user who can sign in."""
    from api.keys import any_key
    from api.users import any_user
    from matching.ledger import LedgerError, open_ledger

    try:
        with open_ledger(settings.ledger, create=False) as ledger:
            return any_key(ledger) or any_user(ledger)
    except LedgerError as error:
        if error.code == "ledger.missing":
            return False
        raise


def serve(
    settings: Settings,
    host: str,
    port: int,
    workers: int,
    started: Callable[[str], None],
    said: Callable[[str, int], None] = lambda code, pid: None,
) -> int:
    """Serve until told to stop.

    Args:
        settings: the installation.
        host: address to listen on; other than loopback needs a key, in the ledger or in the environment, or a user.
        port: 0 takes a free one.
        workers: processes.
        started: called with the address once the port is taken.
        said: told what happens to worker processes: a message of api/messages.toml and a process id.

    Returns:
        The exit status: 0, or 3 where a part could not be opened.

    Raises:
        CommandError: `serve.open` (status 2): not loopback, and neither key nor user.
        OSError: the port is in use.
    """
    if not is_loopback(host) and not settings.api_key and not _guarded(settings):
        raise CommandError("serve.open", status=USAGE, host=host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    with listener:
        taken = listener.getsockname()[1]
        started(f"http://{f'[{host}]' if ':' in host else host}:{taken}")
        if workers > 1:
            from api.pool import supervise

            return supervise(settings, listener, workers, said)
        from api.work import beside
        from api.worker import run

        # the background work runs in a process of its own (see api/work.py), which ends with this one
        with beside(settings):
            return 0 if run(settings, listener) else MISSING
