"""One server process: answers requests on a socket that others may share, and leaves without dropping any."""

from __future__ import annotations

import asyncio
import gc
import os
import select
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from api.tally import Tally

if TYPE_CHECKING:
    from api.settings import Settings

MANNERS_SECONDS: Final = 0.001
LONGEST_MANNERS: Final = 0.02
"""How long a process that holds more connections than another leaves one to that one, at a time and at most."""
AT_ONCE: Final = 4
"""Connections that it takes when the other did not come."""
PAUSE_SECONDS: Final = 0.5
"""How long no connection is taken after the process ran out of file descriptors."""
KEPT_SECONDS: Final = 75
"""How long an idle connection is kept: longer than proxies keep theirs (60 s), so that they never meet a closed one."""
FINISH_SECONDS: Final = 30
"""How long requests may take to end after the process was told to."""
LEAVE_SECONDS: Final = 2.0
"""How long a connection that is idle when the process leaves may still begin a request."""
SWITCH_SECONDS: Final = 0.000_05
"""After this a thread that waits gets its turn: a commit asks for some ten (Python's own 5 ms would make it 50 ms)."""
GARBAGE: Final = 20_000
"""New objects after which Python looks for garbage; a decision makes a few thousand, most of which need no looking."""
BEAT_SECONDS: Final = 1.0
"""How often a worker tells its supervisor that its event loop turns."""


class Connections(set[Any]):
    """The connections of a process; every change is told."""

    def __init__(self, changed: Callable[[], None]) -> None:
        super().__init__()
        self._changed = changed

    def add(self, connection: Any) -> None:
        """One more."""
        super().add(connection)
        self._changed()

    def discard(self, connection: Any) -> None:
        """One less."""
        super().discard(connection)
        self._changed()


class Server(uvicorn.Server):
    """Uvicorn's server, which closes connections only when their callers know.

    Told to end, it takes no new connection, says `Connection: close` with every answer, and waits for those that are
    idle before it closes them: a request that is under way when a process is replaced is answered, not reset.
    """

    def __init__(self, config: uvicorn.Config, app: Any, tally: Tally | None = None) -> None:
        super().__init__(config)
        self._served = app
        self._tally = tally
        self._listeners: list[socket.socket] = []
        self._connecting: set[asyncio.Task[None]] = set()
        self.supervisor: socket.socket | None = None
        """Where to tell that the process is ready and lives; it closes when the supervisor is gone."""
        if tally is not None:
            self.server_state.connections = Connections(self._count)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections."""
        await super().startup([])
        # what was opened lives as long as the process: looking for garbage among it would be in every caller's way
        gc.collect()
        gc.freeze()
        loop = asyncio.get_running_loop()
        self._listeners = sockets or []
        for listener in self._listeners:
            listener.setblocking(False)
            loop.add_reader(listener, self._readable, listener)
        self._count()
        if self.supervisor is not None and self.started:
            self.supervisor.setblocking(False)
            loop.add_reader(self.supervisor, self._abandoned)
            self._beating = loop.create_task(self._beat(self.supervisor))

    def _count(self) -> None:
        """Tell the other processes how many connections this one holds."""
        if self._tally is not None and self._listeners:
            self._tally.set(self._held())

    def _readable(self, listener: socket.socket) -> None:
        """Somebody wants to connect: the process with the fewest connections is to take it.

        Event loops of themselves take all that wait: the first of several processes would get every caller, and who
        gets three of five has a queue before the other has work. So a process with more than another leaves the
        caller to that one, unless it does not come.
        """
        if self._is_next():
            self._accept(listener, 1)
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener)
        loop.call_later(MANNERS_SECONDS, self._later, listener, time.monotonic() + LONGEST_MANNERS)

    def _is_next(self) -> bool:
        return self._tally is None or self._tally.is_next(self._held())

    def _held(self) -> int:
        return len(self.server_state.connections) + len(self._connecting)

    def _later(self, listener: socket.socket, end: float) -> None:
        if listener not in self._listeners:
            return
        loop = asyncio.get_running_loop()
        waits = select.poll()
        waits.register(listener, select.POLLIN)
        if waits.poll(0) and not self._is_next():
            if time.monotonic() < end:
                loop.call_later(MANNERS_SECONDS, self._later, listener, end)
                return
            if not self._accept(listener, AT_ONCE):
                return
        loop.add_reader(listener, self._readable, listener)

    def _accept(self, listener: socket.socket, most: int) -> bool:
        """Take connections, at most so many; False where none can be taken for a while."""
        loop = asyncio.get_running_loop()
        for _ in range(most):
            try:
                connection, _ = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                # another process was quicker, or the caller has left
                return True
            except OSError:
                # no more file descriptors: those that wait go on waiting until some are free
                loop.remove_reader(listener)
                loop.call_later(PAUSE_SECONDS, self._resume, listener)
                return False
            connection.setblocking(False)
            task = loop.create_task(self._connected(connection))
            self._connecting.add(task)
            task.add_done_callback(self._begun)
            self._count()
        return True

    def _begun(self, task: asyncio.Task[None]) -> None:
        """A connection stands among the others, or was never made: it counts no more as one that begins."""
        self._connecting.discard(task)
        self._count()

    def _resume(self, listener: socket.socket) -> None:
        if listener in self._listeners:
            asyncio.get_running_loop().add_reader(listener, self._readable, listener)

    async def _connected(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        make: Any = self.config.http_protocol_class
        with suppress(OSError):
            await loop.connect_accepted_socket(
                lambda: make(
                    config=self.config,
                    server_state=self.server_state,
                    app_state=self.lifespan.state,
                    _loop=loop,
                ),
                connection,
            )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what runs, then end."""
        for listener in self._listeners:
            asyncio.get_running_loop().remove_reader(listener)
        self._listeners = []
        if self._tally is not None:
            self._tally.leave()
        if self._tally is not None and not self.force_exit:
            self._served.state.draining = True
            end = time.monotonic() + LEAVE_SECONDS
            while (self.server_state.connections or self._connecting) and time.monotonic() < end:
                if self.force_exit:
                    break
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
                if self._tally is not None:
                    # callers that all came while another process was away would stay here for ever
                    self._served.state.surplus = self._tally.surplus(len(self.server_state.connections))
                await asyncio.sleep(BEAT_SECONDS)
        except OSError:
            self.should_exit = True


def run(
    settings: Settings,
    listener: socket.socket,
    supervisor: socket.socket | None = None,
    tally: Tally | None = None,
) -> bool:
    """Serve on a socket until told to end (SIGINT, SIGTERM).

    Args:
        settings: the installation.
        listener: the socket, which listens already.
        supervisor: where to tell that the process lives.
        tally: of the connections of all processes on the socket, where there are several.

    Returns:
        Whether it ever served: False where a part could not be opened, which has been said on stderr.
    """
    from api.app import create_app
    from api.heads import BoundedProtocol

    sys.setswitchinterval(SWITCH_SECONDS)
    app = create_app(settings)
    # modules and routes live as long as the process: looking for garbage among them is a tenth of the work
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    config = uvicorn.Config(
        app,
        # request lines hold whatever a caller put into the address: they are never logged
        log_level="warning",
        access_log=False,
        server_header=False,
        http=BoundedProtocol,
        ws="none",
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=FINISH_SECONDS,
        # uvicorn itself would believe whatever loopback says of where a request comes from
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=",".join(settings.trusted_proxies),
    )
    server = Server(config, app, tally)
    server.supervisor = supervisor
    server.run(sockets=[listener])
    return server.started


def main() -> None:
    """A worker of `api.pool`: the socket and the supervisor's end are inherited, the settings come as for a command."""
    from api.settings import read_settings

    listener = socket.socket(fileno=int(sys.argv[1]))
    supervisor = socket.socket(fileno=int(sys.argv[2]))
    tally = Tally(int(sys.argv[3]), int(sys.argv[4]))
    sys.exit(0 if run(read_settings(os.environ), listener, supervisor, tally) else 3)
