"""The supervisor of several server processes: it holds the socket, replaces what dies, and renews them one by one.

It opens nothing and answers nobody, so it has little to die of. Processes are new programs, not forks: after an
upgrade or a changed setting SIGHUP is enough, and what they share are the mapped pages of the generation.
"""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Final

from api.settings import Settings, SettingsError, read_settings
from api.tally import PLACES, Tally, shared
from api.telemetry_files import SHARED, forget
from api.work import beside

SILENT_SECONDS: Final = 60.0
"""A worker whose event loop has not turned for so long hangs: it is killed and replaced."""
END_SECONDS: Final = 45.0
"""How long workers that were told to end may take before they are killed."""
LONGEST_PAUSE: Final = 10.0
"""The longest pause before a worker that dies again and again is started once more."""
SETTLED_SECONDS: Final = 10.0
"""A worker that lived so long did not fail at its start."""

_WORKER: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); from api.worker import main; main()"
)


class Worker:
    """One process, and what was heard of it."""

    def __init__(self, listener: socket.socket, tally: int, place: int) -> None:
        self.place = place
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                (
                    sys.executable,
                    "-c",
                    _WORKER,
                    json.dumps(sys.path),
                    str(listener.fileno()),
                    str(theirs.fileno()),
                    str(tally),
                    str(place),
                ),
                pass_fds=(listener.fileno(), theirs.fileno(), tally),
                stdin=subprocess.DEVNULL,
            )
        ours.setblocking(False)
        self.channel = ours
        self.begun = self.heard = time.monotonic()
        self.ready = False
        self.leaving = False

    def listen(self) -> None:
        """Take what the worker says: the first byte that it serves, every other that its loop turns."""
        with suppress(OSError):
            if self.channel.recv(4_096):
                self.ready, self.heard = True, time.monotonic()

    def leave(self) -> None:
        """Tell it to finish and end."""
        self.leaving = True
        self.process.send_signal(signal.SIGTERM)

    def ended(self) -> bool:
        """Whether the process is gone; then its channel is closed."""
        if self.process.poll() is None:
            return False
        self.channel.close()
        return True


class Slot:
    """A place for one worker: the one that serves, and the one that is to replace it."""

    def __init__(self) -> None:
        self.serving: Worker | None = None
        self.coming: Worker | None = None
        self.failures = 0
        self.not_before = 0.0


class Pool:
    """Keeps `count` workers serving on a socket until it is told to end."""

    def __init__(self, listener: socket.socket, count: int, said: Callable[[str, int], None]) -> None:
        """Set up.

        Args:
            listener: the socket, which listens already.
            count: workers.
            said: told what happened: a message of api/messages.toml and a process id.
        """
        self._listener = listener
        self._slots = [Slot() for _ in range(count)]
        self._leaving: list[Worker] = []
        self._said = said
        self._told: list[int] = []
        self._renewing: list[Slot] = []
        self._served = False
        self._selector = selectors.DefaultSelector()
        self._shared = shared()
        self._tally = Tally(self._shared, 0)
        self._places: set[int] = set()

    def run(self, renewed: Callable[[], None] = lambda: None) -> int:
        """Serve until SIGINT or SIGTERM; SIGHUP renews every worker, one after the other.

        Args:
            renewed: called when SIGHUP arrives, before the first worker is renewed.

        Returns:
            0; the exit status of a worker when none could ever start.
        """
        with self._signals():
            while True:
                for number in self._take_signals():
                    if number == signal.SIGHUP:
                        renewed()
                        self._renewing = list(self._slots)
                    else:
                        self._end()
                        return 0
                self._listen()
                failed = self._look()
                if failed:
                    self._end()
                    return failed
                self._renew()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        waking, woken = socket.socketpair()
        for end in (waking, woken):
            end.setblocking(False)
        self._selector.register(woken, selectors.EVENT_READ)
        before = signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
        kept = {
            number: signal.signal(number, lambda given, _: self._told.append(given)) for number in numbers
        }
        self._woken = woken
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before)
            self._selector.close()
            waking.close()
            woken.close()

    def _take_signals(self) -> list[int]:
        told, self._told = self._told, []
        return [number for number in told if number != signal.SIGCHLD]

    def _listen(self) -> None:
        """Wait for a signal or a word of a worker, half a second at most."""
        for key, _ in self._selector.select(0.5):
            if key.data is None:
                with suppress(OSError):
                    self._woken.recv(4_096)
            else:
                key.data.listen()

    def _look(self) -> int:
        """Start what is missing; the status of a worker that failed where none has ever served, else 0."""
        now = time.monotonic()
        for worker in [one for one in self._leaving if self._gone(one)]:
            self._leaving.remove(worker)
        for slot in self._slots:
            for worker in filter(None, (slot.serving, slot.coming)):
                if now - worker.heard > SILENT_SECONDS and worker.ready:
                    self._said("serve.silent", worker.process.pid)
                    worker.process.kill()
                    worker.process.wait()
            if slot.serving is not None and self._gone(slot.serving):
                failed = self._died(slot, slot.serving, now)
                if failed:
                    return failed
                slot.serving = None
            if slot.coming is not None and self._gone(slot.coming):
                # what serves goes on: a renewal that can't start must not end it
                self._said("serve.kept", slot.coming.process.pid)
                slot.coming = None
                self._renewing.clear()
            if slot.serving is None and slot.coming is None and now >= slot.not_before:
                slot.serving = self._start()
            if slot.serving is not None and slot.serving.ready:
                self._served = True
        return 0

    def _died(self, slot: Slot, worker: Worker, now: float) -> int:
        if not worker.ready and not self._served:
            return worker.process.returncode or 1
        self._said("serve.died", worker.process.pid)
        slot.failures = 0 if now - worker.begun > SETTLED_SECONDS else slot.failures + 1
        slot.not_before = now + min(LONGEST_PAUSE, 0.1 * 2**slot.failures if slot.failures else 0)
        return 0

    def _renew(self) -> None:
        """The next step of a renewal: a new worker serves before the old one leaves."""
        if not self._renewing:
            return
        slot = self._renewing[0]
        if slot.coming is None:
            slot.coming = self._start()
        elif slot.coming.ready:
            if slot.serving is not None:
                slot.serving.leave()
                self._leaving.append(slot.serving)
            slot.serving, slot.coming = slot.coming, None
            self._renewing.pop(0)

    def _start(self) -> Worker:
        # the first place is the supervisor's own, which takes nothing
        place = next(place for place in range(1, PLACES) if place not in self._places)
        self._places.add(place)
        worker = Worker(self._listener, self._shared, place)
        self._selector.register(worker.channel, selectors.EVENT_READ, worker)
        return worker

    def _gone(self, worker: Worker) -> bool:
        if worker.process.poll() is None:
            return False
        with suppress(KeyError, ValueError):
            self._selector.unregister(worker.channel)
        worker.ended()
        self._tally.leave(worker.place)
        self._places.discard(worker.place)
        forget(worker.process.pid)
        return True

    def _end(self) -> None:
        """Let every worker finish what it runs, and end."""
        workers = [
            worker for slot in self._slots for worker in (slot.serving, slot.coming) if worker is not None
        ]
        for worker in workers:
            worker.leave()
        end = time.monotonic() + END_SECONDS
        for worker in (*workers, *self._leaving):
            try:
                worker.process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
            worker.channel.close()
        os.close(self._shared)


def supervise(
    settings: Settings, listener: socket.socket, count: int, said: Callable[[str, int], None]
) -> int:
    """Serve with several processes, and the background work beside them, until told to end.

    Args:
        settings: the installation.
        listener: the socket, which listens already.
        count: server processes.
        said: told what happened: a message of api/messages.toml and a process id.

    Returns:
        0, or the exit status of a worker when none could ever start.
    """
    folder = tempfile.mkdtemp(prefix="liancheng-counts-")
    # workers read the environment, so what the command line decided has to stand there
    os.environ |= {"LIANCHENG_HOME": str(settings.home), "LIANCHENG_STORE": settings.store, SHARED: folder}
    try:
        with ExitStack() as work:
            work.enter_context(beside(settings))

            def renewed() -> None:
                with suppress(SettingsError):
                    fresh = read_settings(os.environ)
                    work.close()
                    work.enter_context(beside(fresh))

            return Pool(listener, count, said).run(renewed)
    finally:
        os.environ.pop(SHARED)
        shutil.rmtree(folder, ignore_errors=True)
