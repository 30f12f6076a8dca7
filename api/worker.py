"""One server process: answers requests on a socket that others may share, and leaves without dropping any."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from typing import TYPE_CHECKING, Any, Final

import uvicorn

if TYPE_CHECKING:
    from api.settings import Settings

BACKLOG: Final = 2_048
"""Connections that may wait to be taken."""
KEPT_SECONDS: Final = 75
"""How long an idle connection is kept: longer than proxies keep theirs (60 s), so that they never meet a closed one."""
FINISH_SECONDS: Final = 30
"""How long requests may take to end after the process was told to."""
LEAVE_SECONDS: Final = 2.0
"""How long a connection that is idle when the process leaves may still begin a request."""
SWITCH_SECONDS: Final = 0.0005
"""After this a thread that waits gets its turn (Python's own 5 ms would be the latency of every commit)."""
BEAT_SECONDS: Final = 1.0
"""How often a worker tells its supervisor that its event loop turns."""


class Server(uvicorn.Server):
    """Uvicorn's server, which closes connections only when their callers know.

    Told to end, it takes no new connection, says `Connection: close` with every answer, and waits for those that are
    idle before it closes them: a request that is under way when a process is replaced is answered, not reset.
    """

    def __init__(self, config: uvicorn.Config, app: Any, *, gently: bool) -> None:
        super().__init__(config)
        self._served = app
        self._gently = gently
        self.supervisor: socket.socket | None = None
        """Where to tell that the process is ready and lives; it closes when the supervisor is gone."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections."""
        await super().startup(sockets)
        # one connection a turn: processes that share a socket then share the callers, too
        for listener in sockets or ():
            listener.listen(BACKLOG)
        if self.supervisor is not None and self.started:
            loop = asyncio.get_running_loop()
            self.supervisor.setblocking(False)
            loop.add_reader(self.supervisor, self._abandoned)
            self._beating = loop.create_task(self._beat(self.supervisor))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what runs, then end."""
        for server in self.servers:
            server.close()
        if self._gently and not self.force_exit:
            self._served.state.draining = True
            end = time.monotonic() + LEAVE_SECONDS
            while self.server_state.connections and time.monotonic() < end and not self.force_exit:
                await asyncio.sleep(0.02)
        await super().shutdown(sockets)

    def _abandoned(self) -> None:
        """The supervisor is gone: nobody would ever end this process."""
        assert self.supervisor is not None  # noqa: S101 - narrowing only
        if not self.supervisor.recv(64):
            asyncio.get_running_loop().remove_reader(self.supervisor)
            self.should_exit = True

    async def _beat(self, supervisor: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                await loop.sock_sendall(supervisor, b".")
                await asyncio.sleep(BEAT_SECONDS)
        except OSError:
            self.should_exit = True


def run(settings: Settings, listener: socket.socket, supervisor: socket.socket | None = None) -> bool:
    """Serve on a socket until told to end (SIGINT, SIGTERM).

    Args:
        settings: the installation.
        listener: the socket, which listens already.
        supervisor: where to tell that the process lives.

    Returns:
        Whether it ever served: False where a part could not be opened, which has been said on stderr.
    """
    from api.app import create_app
    from api.heads import BoundedProtocol

    sys.setswitchinterval(SWITCH_SECONDS)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        # request lines hold whatever a caller put into the address: they are never logged
        log_level="warning",
        access_log=False,
        server_header=False,
        http=BoundedProtocol,
        ws="none",
        backlog=1,
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=FINISH_SECONDS,
        # uvicorn itself would believe whatever loopback says of where a request comes from
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=",".join(settings.trusted_proxies),
    )
    server = Server(config, app, gently=supervisor is not None)
    server.supervisor = supervisor
    server.run(sockets=[listener])
    return server.started


def main() -> None:
    """A worker of `api.pool`: the socket and the supervisor's end are inherited, the settings come as for a command."""
    from api.settings import read_settings

    listener = socket.socket(fileno=int(sys.argv[1]))
    supervisor = socket.socket(fileno=int(sys.argv[2]))
    sys.exit(0 if run(read_settings(os.environ), listener, supervisor) else 3)
