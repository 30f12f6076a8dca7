"""A real PostgreSQL server for tests: its own folder and port, gone with the test run."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ports import free_port

USER = "liancheng"
WITHIN = 60.0
"""Seconds in which a server starts, also on a machine that does much else."""


def unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; as root, its programs run as `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}


class PostgresServer:
    """A running server. `database()` makes an empty database and returns its URL."""

    def __init__(self, folder: Path, tool: Callable[[str], str]) -> None:
        self._folder = folder
        self._server = tool("postgres")
        self._who = unprivileged()
        self._numbers = itertools.count(1)
        self.port = free_port()
        if self._who:
            os.chown(folder, self._who["user"], self._who["group"])
        make = [tool("initdb"), "-D", str(folder / "data"), "-U", USER, "--auth=trust", "--encoding=UTF8"]
        make += ["--locale=C", "--no-sync"]
        subprocess.run(make, cwd=folder, stdout=subprocess.DEVNULL, timeout=120, check=True, **self._who)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [self._server, "-D", str(self._folder / "data"), "-p", str(self.port), "-k", str(self._folder)]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c", "shared_buffers=32MB"]
        # kills are of processes, and what those have written the system keeps: only its own end would lose it
        command += ["-c", "fsync=off"]
        end = time.monotonic() + WITHIN
        while True:
            if self._process is None or self._process.poll() is not None:
                # it also ends at once where the memory of one that was killed has not been given back yet
                with (self._folder / "log").open("ab") as log:
                    self._process = subprocess.Popen(
                        command, cwd=self._folder, stdout=log, stderr=log, **self._who
                    )
            try:
                with self._admin():
                    return
            except Exception:
                if time.monotonic() > end:
                    self.end()
                    raise
                time.sleep(0.05)

    def kill(self) -> None:
        """Kill -9 the server with all that serves its clients."""
        process = self._process
        assert process is not None
        process.send_signal(signal.SIGSTOP)  # so that it makes no further child meanwhile
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        process.kill()
        for child in children:
            try:
                os.kill(int(child), signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait(60)

    def stop(self) -> None:
        """Stop it in order."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(120)

    def end(self) -> None:
        """End it at once: nobody needs what it has not written yet."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGQUIT)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"ledger_{next(self._numbers)}"
        with self._admin() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    @contextmanager
    def _admin(self) -> Iterator[Any]:
        import psycopg

        target = {"host": "127.0.0.1", "port": self.port, "user": USER, "dbname": "postgres"}
        with psycopg.connect(**target, autocommit=True, connect_timeout=5) as connection:  # type: ignore[arg-type]
            yield connection


@contextmanager
def running(tool: Callable[[str], str]) -> Iterator[PostgresServer]:
    """A server for the length of a block. Its folder is not below pytest's own, which only root may enter."""
    folder = Path(tempfile.mkdtemp(prefix="liancheng-pg-"))
    try:
        server = PostgresServer(folder, tool)
        try:
            yield server
        finally:
            server.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
