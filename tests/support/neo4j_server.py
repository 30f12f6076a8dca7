"""A real Neo4j Community server without Docker: its Maven artifacts, a home of its own, one Java process.

`python tests/support/neo4j_server.py fetch` downloads the artifacts once (144 MB); `… start HOME` runs a server there
until it is interrupted, and prints its address. Needs Java 17 or 21 and Maven. The folder of the artifacts is
`$LIANCHENG_NEO4J_LIB`, else `~/.cache/liancheng/neo4j-<version>/lib`.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ports import free_port

VERSION = "5.26.31"
"""The long-term release that tests run on (5.26 LTS)."""
FOLDERS = ("conf", "data", "logs", "plugins", "import", "run", "licenses")
OPENED = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch", "java.base/java.util.concurrent")
READY = "Started."
READY_WITHIN = 300
"""Seconds: ready in 6 to 11 on an idle machine."""
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>liancheng</groupId><artifactId>neo4j-server</artifactId><version>1</version><dependencies>
<dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>{version}</version></dependency>
<dependency><groupId>org.neo4j.app</groupId><artifactId>neo4j-server</artifactId><version>{version}</version></dependency>
</dependencies></project>
"""
CONFIG = """server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.bolt.advertised_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.heap.initial_size={heap}m
server.memory.heap.max_size={heap}m
server.memory.pagecache.size={cache}m
db.transaction.timeout=30s
db.transaction.monitor.check.interval=250ms
db.tx_log.preallocate=false
db.tx_log.rotation.size={logs}m
db.tx_log.rotation.retention_policy={retention}
db.checkpoint=VOLUME
db.checkpoint.interval.volume={logs}m
dbms.usage_report.enabled=false
db.logs.query.enabled=OFF
"""


class MissingPartError(Exception):
    """What this machine lacks for a server of its own."""


def library() -> Path:
    """Where the artifacts are kept between runs."""
    named = os.environ.get("LIANCHENG_NEO4J_LIB")
    return Path(named) if named else Path.home() / ".cache" / "liancheng" / f"neo4j-{VERSION}" / "lib"


def lacking() -> str:
    """Why no server can be started here, or nothing."""
    if shutil.which("java") is None:
        return "java is not installed (openjdk-17-jre-headless)"
    if not _complete(library()) and shutil.which("mvn") is None:
        return "mvn is not installed (maven), and the Neo4j artifacts are not there yet"
    return ""


def _complete(lib: Path) -> bool:
    return (lib / f"neo4j-server-{VERSION}.jar").is_file() and (lib / ".complete").is_file()


def fetch() -> Path:
    """The folder of the artifacts, downloaded where they are missing; one process at a time.

    Raises:
        MissingPartError: no Java, no Maven, or the download fails.
    """
    if why := lacking():
        raise MissingPartError(why)
    lib = library()
    if _complete(lib):
        return lib
    lib.mkdir(parents=True, exist_ok=True)
    with (lib.parent / "fetch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _complete(lib):
            return lib
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "pom.xml").write_text(POM.format(version=VERSION), "utf-8")
            command = ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={lib}",
                       "-DincludeScope=runtime"]  # fmt: skip
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
        if done.returncode or not (lib / f"neo4j-server-{VERSION}.jar").is_file():
            raise MissingPartError(f"the Neo4j artifacts could not be downloaded: {done.stdout[-300:]}")
        (lib / ".complete").touch()
    return lib


class Server:
    """One server process in a home of its own; the home outlives the process, so that it can be started again."""

    def __init__(
        self,
        home: Path,
        *,
        heap_mb: int = 1024,
        cache_mb: int = 256,
        port: int = 0,
        brief: bool = False,
        password: str = "",
    ) -> None:
        """Set up a home.

        Args:
            home: its folder, made where it is missing.
            heap_mb: Java heap.
            cache_mb: page cache.
            port: for Bolt; 0: any that is free.
            brief: the server lives for minutes: its compiler should cost little rather than gain much, and its home,
                which is in memory, should not grow by the logs of what was done.
            password: of a home that is set up already.
        """
        self.home = home
        self.port = port or free_port()
        self.password = password or f"p{secrets.token_urlsafe(18)}"  # a leading - would be read as an option
        self.process: subprocess.Popen[bytes] | None = None
        self._lib = fetch()
        # What a load makes is garbage a second later: half the heap for what is new, and a collector for throughput.
        lasting = ("-XX:+UseParallelGC", "-XX:NewRatio=1")
        self._options = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC") if brief else lasting
        for name in FOLDERS:
            (home / name).mkdir(parents=True, exist_ok=True)
        config = CONFIG.format(
            port=self.port, heap=heap_mb, cache=cache_mb, logs=32 if brief else 256,
            retention="1 files" if brief else "2 days 2G",
        )  # fmt: skip
        (home / "conf" / "neo4j.conf").write_text(config, "utf-8")
        self._heap = heap_mb
        if not password:
            self._java(
                "org.neo4j.server.startup.Neo4jAdminCommand", "dbms", "set-initial-password", self.password
            )

    @property
    def uri(self) -> str:
        """The address, without user and password."""
        return f"bolt://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What a process needs to find this server."""
        return {"NEO4J_URI": self.uri, "NEO4J_USER": "neo4j", "NEO4J_PASSWORD": self.password}

    def _command(self, main: str, *arguments: str, memory: int = 128) -> list[str]:
        opened = [f"--add-opens={package}=ALL-UNNAMED" for package in OPENED]
        return [
            "java", f"-Xms{memory}m", f"-Xmx{memory}m", "-Dfile.encoding=UTF-8", f"-Dbasedir={self.home}",
            *self._options, *opened, "-cp", f"{self._lib}/*", main, *arguments,
        ]  # fmt: skip

    def _java(self, main: str, *arguments: str) -> None:
        command = self._command(main, *arguments)
        done = subprocess.run(command, capture_output=True, text=True, timeout=READY_WITHIN, env=self._env())
        if done.returncode:
            raise MissingPartError(f"Neo4j can't be set up: {done.stderr.replace(self.password, '…')[-500:]}")

    def _env(self) -> dict[str, str]:
        return {**os.environ, "NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")}

    def start(self) -> None:
        """Start the process and wait until it answers.

        Raises:
            MissingPartError: it ended, or did not say in time that it is ready.
        """
        log = self.home / "logs" / "console.log"
        arguments = (f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}", "--console-mode")
        command = self._command("org.neo4j.server.CommunityEntryPoint", *arguments, memory=self._heap)
        with log.open("wb") as out:
            # A group of its own: an interrupted test run ends it by `stop`, not by the terminal's signal.
            self.process = subprocess.Popen(
                command, stdout=out, stderr=subprocess.STDOUT, env=self._env(), start_new_session=True
            )
        end = time.monotonic() + READY_WITHIN
        while READY not in log.read_text("utf-8", "replace"):
            if self.process.poll() is not None or time.monotonic() > end:
                said = log.read_text("utf-8", "replace")[-1000:]
                self.kill()
                raise MissingPartError(f"Neo4j did not start: {said}")
            time.sleep(0.1)

    def kill(self) -> None:
        """End the process as a power cut would."""
        self._end(signal.SIGKILL)

    def remove(self) -> None:
        """Remove the home of a server that has ended."""
        shutil.rmtree(self.home, ignore_errors=True)

    def stop(self) -> None:
        """End the process in order."""
        self._end(signal.SIGTERM)

    def leave(self) -> None:
        """Let the process go on after this one's end, of which Python would warn: somebody else ends it."""
        if self.process is not None and self.process.poll() is None:
            self.process.returncode = 0
        self.process = None

    def signal(self, number: int) -> None:
        """Send the process a signal (to make it slow: SIGSTOP, SIGCONT)."""
        if self.process is not None:
            self.process.send_signal(number)

    def _end(self, number: int) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(number)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.process = None


@contextmanager
def running(folder: Path, *, heap_mb: int = 1024, cache_mb: int = 256) -> Iterator[Server]:
    """A started server below `folder`, ended and removed afterwards."""
    home = folder / "neo4j"
    server = Server(home, heap_mb=heap_mb, cache_mb=cache_mb)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        server.remove()


def main() -> None:
    """`fetch` the artifacts, or `start HOME` a server until it is interrupted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("fetch", "start"))
    parser.add_argument("home", nargs="?", type=Path, help="folder of the server (start)")
    parser.add_argument("--port", type=int, default=7687)
    parser.add_argument("--heap", type=int, default=1024, help="megabytes")
    parser.add_argument("--brief", action="store_true", help="for minutes: little compilation")
    options = parser.parse_args()
    try:
        if options.what == "fetch":
            print(fetch())
            return
        if options.home is None:
            parser.error("start needs a folder")
        home = options.home.absolute()
        server = Server(home, heap_mb=options.heap, port=options.port, brief=options.brief)
        server.start()
    except MissingPartError as missing:
        sys.exit(str(missing))
    print(f"NEO4J_URI={server.uri} NEO4J_USER=neo4j NEO4J_PASSWORD={server.password}", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        signal.pause()
    server.stop()


if __name__ == "__main__":
    main()
