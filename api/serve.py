"""Runs the HTTP interface: on loopback, or elsewhere only where callers have to say who they are."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable
from typing import Any

from api.errors import USAGE, CommandError
from api.settings import Settings


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


def serve(settings: Settings, host: str, port: int, workers: int, started: Callable[[str], None]) -> None:
    """Serve until told to stop.

    Args:
        settings: the installation.
        host: address to listen on; other than loopback needs a key, in the ledger or in the environment, or a user.
        port: 0 takes a free one.
        workers: processes.
        started: called with the address once the port is taken.

    Raises:
        CommandError: `serve.open` (status 2): not loopback, and neither key nor user.
        OSError: the port is in use.
    """
    if not is_loopback(host) and not settings.api_key and not _guarded(settings):
        raise CommandError("serve.open", status=USAGE, host=host)
    import uvicorn

    from api.work import beside

    # uvicorn itself would believe whatever loopback says of where a request comes from
    proxies: Any = {
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": ",".join(settings.trusted_proxies),
    }
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=512)
    with listener:
        taken = listener.getsockname()[1]
        started(f"http://{f'[{host}]' if ':' in host else host}:{taken}")
        # request lines hold whatever a caller put into the address: they are never logged
        if workers == 1:
            from api.app import create_app

            config = uvicorn.Config(
                create_app(settings), log_level="warning", access_log=False, server_header=False, **proxies
            )
            # the background work runs in a process of its own (see api/work.py), which ends with this one
            with beside(settings):
                uvicorn.Server(config).run(sockets=[listener])
            return
    # worker processes read the environment, so what the command line decided has to stand there
    os.environ["LIANCHENG_HOME"] = str(settings.home)
    os.environ["LIANCHENG_STORE"] = settings.store
    with beside(settings):
        uvicorn.run(
            "api.app:from_environment",
            factory=True,
            host=host,
            port=taken,
            workers=workers,
            log_level="warning",
            access_log=False,
            server_header=False,
            **proxies,
        )
