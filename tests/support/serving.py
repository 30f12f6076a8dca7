"""A whole installation for tests over the wire: lists, keys, and servers that the command line starts."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from declared import Declared
from leaks import leaks, logs_of

from api import bootstrap, keys
from api.bootstrap import now
from api.loading import load_files
from api.principals import Scope
from api.settings import read_settings

PROGRAM = (sys.executable, "-c", "from api.cli.main import main; main()")
LISTED, CLEAN = "91329901MAGLD00148", "91329901MAGLD00223"
NAME, OTHER = "临江澄远建设工程有限公司", "91329901MAGLD0049T"
LISTS = ("SXBZXR", "ZDSS", "ZFCG", "ZDWF", "ZTBJ")
RETRIES = 7


class Installation:
    """A home folder and what runs on it. `settings` are environment variables that everything in it gets."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.settings = settings
        self.said: list[str] = []
        """What its servers wrote, one after the other."""
        self.secrets: set[str] = set()
        """What may stand in none of it, beside what `leaks` knows by its form."""

    def environment(self, **more: str) -> dict[str, str]:
        """What a process of this installation finds in its environment: nothing of the developer's own settings."""
        known = {name: value for name, value in os.environ.items() if not name.startswith("LIANCHENG_")}
        ours = {"LIANCHENG_HOME": str(self.home), "LIANCHENG_LANG": "en"}
        return {**known, **ours, **self.settings, **more}

    def command(self, *arguments: str, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, however it ends."""
        return subprocess.run(
            [*PROGRAM, *arguments],
            input=given,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def run(self, *arguments: str, given: str = "", **more: str) -> str:
        """Run a command that ends well and return what it wrote."""
        done = self.command(*arguments, given=given, **more)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout

    def load(self, path: Path, *options: str) -> Any:
        """Load a file that was taken now."""
        return json.loads(
            self.run("load", str(path), "--taken-at", now().isoformat(), "--format", "json", *options)
        )

    def publish(
        self, listed: Mapping[str, Iterable[tuple[str, str, str]]], codes: Iterable[str] = LISTS
    ) -> None:
        """Load lists: name, code and day of listing of each record; lists without any get somebody else's.

        As the command line does it, but in this process: others would take seconds for each list.
        """
        from loaders.run import LoadOptions

        settings = read_settings(self.environment(), folder=self.home)
        bootstrap.compile_ahead(lambda: None)
        folder = self.home.parent / "lists"
        folder.mkdir(parents=True, exist_ok=True)
        for code in codes:
            rows = list(listed.get(code, ())) or [("临江他方有限公司", OTHER, "2025-06-18")]
            path = folder / f"{code}.csv"
            with path.open("w", encoding="utf-8", newline="") as out:
                csv.writer(out).writerows([("名称", "统一社会信用代码", "列入日期"), *rows])
            options = LoadOptions(kind="generic", list_code=code, taken_at=now(), lang="en", workers=0)
            report = load_files(settings, [path], options, recorded_at=now())
            assert report.published, report

    def key(self, *scopes: Scope, tenant: str = "default") -> str:
        """Make an API key; without scopes, one with all of them."""
        settings = read_settings(self.environment(), folder=self.home)
        with bootstrap.opened_ledger(settings, create=True) as ledger:
            found, _ = keys.make(
                ledger, tenant=tenant, name="test", scopes=scopes or tuple(Scope), actor="cli", at=now()
            )
        self.secrets.add(found)
        return found

    @contextmanager
    def serving(self, *arguments: str, key: str = "", **more: str) -> Iterator[httpx.Client]:
        """A server on a free port of loopback, and a client for it; nothing may go wrong unsaid in it.

        Every answer that the client gets is held against the OpenAPI document.
        """
        with self.started(*arguments, **more) as (_, address):
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            transport = httpx.HTTPTransport(retries=RETRIES)
            with httpx.Client(
                base_url=address,
                timeout=60,
                transport=transport,
                headers=headers,
                event_hooks={"response": [places, Declared(address)]},
            ) as client:
                yield client
        said = self.said[-1]
        assert "Traceback" not in said, said
        assert LISTED not in said

    @contextmanager
    def started(self, *arguments: str, **more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
        """The server's process and address; it is ended at the end, if it has not been.

        What it wrote is kept in `said`; neither there nor in its log files may stand what opens a door or names a
        person.
        """
        process = subprocess.Popen(
            [*PROGRAM, "serve", "--port", "0", *arguments],
            env=self.environment(**more),
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process, address_of(process)
        finally:
            self.said.append(ended(process))
        secrets = [
            *self.secrets,
            more.get("LIANCHENG_API_KEY", ""),
            self.settings.get("LIANCHENG_API_KEY", ""),
        ]
        assert leaks(self.said[-1], secrets) == [], "in what the server wrote"
        assert leaks(logs_of(self.home), secrets) == [], "in its log files"


def places(response: httpx.Response) -> None:
    """Addresses that an answer gives hold nothing that proxies and browsers may not keep."""
    for name in ("location", "content-location", "link"):
        assert leaks(response.headers.get(name, "")) == [], name


def ended(process: subprocess.Popen[str]) -> str:
    """End a server, if it runs, and return what it wrote since it listened."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    elif process.stderr is None or process.stderr.closed:
        return ""
    try:
        return process.communicate(timeout=60)[1] or ""
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[1] or ""


def address_of(process: subprocess.Popen[str]) -> str:
    """Where a server that is starting listens; it may say first that it compiles."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        found = re.search(r"http://\S+", line)
        if found:
            return found[0]
    raise AssertionError("the server did not start: " + "".join(said))


def bearer(token: str) -> dict[str, str]:
    """The header that bears a key."""
    return {"Authorization": f"Bearer {token}"}


def ask(*codes: str, **tender: Any) -> dict[str, Any]:
    """A decision request: a bidder `b0`, `b1` … for each code."""
    bidders = [{"client_id": f"b{i}", "identifiers": [{"id": code}]} for i, code in enumerate(codes)]
    return {"tender": {"regime": "procurement_tender", **tender}, "bidders": bidders}
