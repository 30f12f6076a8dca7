"""What every test relies on: parts that a machine may lack, and a watch on identity numbers in output.

`needs("make")` skips with the reason where the part is missing, and fails instead with `REQUIRE_ALL=1`,
so that a green run in CI has left nothing out. `shared_data` skips with a word on every machine: a clone need
not have evaluation data. No citizen number may appear in anything that a test logs or prints.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import neo4j_server
import neo4j_shared
import pytest
from hypothesis import HealthCheck, settings
from leaks import citizen_numbers

if TYPE_CHECKING:
    from graph.store import TrialStore

ROOT = Path(__file__).resolve().parents[1]

# CI tries the same examples each time, so that a red run is about the change; `make test` looks for new ones.
settings.register_profile(
    "house",
    deadline=None,
    print_blob=True,
    derandomize=os.environ.get("REQUIRE_ALL") == "1",
    suppress_health_check=[HealthCheck.too_slow],  # how slow examples are made tells of the machine
)
settings.load_profile("house")


def _binary(name: str, package: str) -> Callable[[], str]:
    def missing() -> str:
        return "" if shutil.which(name) else f"{name} is not installed ({package})"

    return missing


def _postgres_tool(name: str) -> str | None:
    """A PostgreSQL program: on the path, or where Debian keeps the server's."""
    found = shutil.which(name)
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return found or (str(versions[-1]) if versions else None)


PARTS: Mapping[str, Callable[[], str]] = {
    "make": _binary("make", "GNU make"),
    "git": _binary("git", "git"),
    "wget": _binary("wget", "wget"),
    "nginx": _binary("nginx", "nginx-light"),
    "chromium": _binary("chromium", "chromium, with fonts for Chinese"),
    "neo4j": neo4j_shared.missing,
    "neo4j server": neo4j_server.lacking,
}
"""Parts that tests may ask for: each answers why it is missing, or nothing."""


@pytest.fixture(scope="session")
def needs() -> Callable[[str], None]:
    """Ask for a part: skip with the reason where it is missing, fail with `REQUIRE_ALL=1`."""

    def ask(part: str) -> None:
        reason = PARTS[part]()
        if reason and os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"REQUIRE_ALL=1, but {reason}", pytrace=False)
        if reason:
            pytest.skip(f"needs {part}: {reason}")

    return ask


def pytest_configure(config: pytest.Config) -> None:
    """Before workers are started: where they find the Neo4j server that they share."""
    neo4j_shared.prepare()


def pytest_unconfigure(config: pytest.Config) -> None:
    """After all workers have ended: their server ends too."""
    if hasattr(config, "workerinput"):
        neo4j_shared.leave()
    else:
        neo4j_shared.end()


@pytest.fixture(scope="session")
def neo4j_opened(needs: Callable[[str], None]) -> Iterator[TrialStore]:
    """The Neo4j database of this run, opened once in each worker; skips as `needs("neo4j")` does."""
    needs("neo4j")
    try:
        store = neo4j_shared.opened()
    except neo4j_shared.MissingPartError as error:
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"REQUIRE_ALL=1, but {error}", pytrace=False)
        pytest.skip(f"needs neo4j: {error}")
    yield store
    store.close()


@pytest.fixture
def neo4j_trial(neo4j_opened: TrialStore) -> Iterator[TrialStore]:
    """An emptied store in Neo4j that no other test uses meanwhile."""
    with neo4j_shared.alone():
        neo4j_shared.target()  # where the server died, it is started again
        neo4j_opened.empty()
        yield neo4j_opened


@pytest.fixture
def neo4j_database(neo4j_trial: TrialStore) -> neo4j_shared.Target:
    """Where an emptied Neo4j database is, for tests that open it themselves."""
    return neo4j_shared.target()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of evaluation data beside the checkout; skipped with a word wherever it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("evaluation data ../shared/data is not there (optional on every machine)")
    return folder


@pytest.fixture(scope="session")
def postgres_tool() -> Callable[[str], str]:
    """Path of a PostgreSQL program (`initdb`, `pg_ctl`, `pg_isready`); skips as `needs("postgres")` does."""

    def find(name: str) -> str:
        path = _postgres_tool(name)
        if path is None and os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"REQUIRE_ALL=1, but PostgreSQL's {name} is not installed", pytrace=False)
        if path is None:
            pytest.skip(f"needs postgres: {name} is not installed (postgresql)")
        return path

    return find


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail any test whose captured log or output shows a citizen number, without repeating the number."""
    report = yield
    for where, text in (("log", report.caplog), ("output", report.capstdout), ("output", report.capstderr)):
        found = citizen_numbers(text)
        if found and report.outcome != "failed":
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} shows {len(found)} citizen number(s) in its captured {where}"
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name the parts this run went without, once each."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", ()):
        text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[text] = reasons.get(text, 0) + 1
    for death in neo4j_shared.deaths():
        terminalreporter.section("the Neo4j server of this run died")
        terminalreporter.line(death)
    if reasons:
        terminalreporter.section("left out on this machine")
        for text, number in sorted(reasons.items()):
            terminalreporter.line(f"{number} test(s): {text.removeprefix('Skipped: ')}")
