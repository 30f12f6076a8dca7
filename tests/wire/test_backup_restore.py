"""Backups taken while decisions are made: restored elsewhere, the chain is whole and every decision replays."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from postgres_server import running
from serving import LISTED, NAME, Installation, ask

from api.settings import read_settings
from matching.ledger import open_ledger


def busy(client: httpx.Client, ending: threading.Event, made: list[str]) -> None:
    while not ending.is_set():
        made.append(client.post("/v1/decisions", json=ask(LISTED)).json()["decision_id"])


def backed_up(installation: Installation, target: Path) -> list[str]:
    """Back up while decisions are made; those that had been answered when it began."""
    with installation.serving() as client:
        made: list[str] = []
        ending = threading.Event()
        callers = [threading.Thread(target=busy, args=(client, ending, made)) for _ in range(3)]
        for caller in callers:
            caller.start()
        end = time.monotonic() + 60
        while len(made) < 10 and time.monotonic() < end:
            time.sleep(0.02)
        before = list(made)
        installation.run("backup", str(target))
        ending.set()
        for caller in callers:
            caller.join()
        assert len(made) > len(before)
    return before


def check_restored(elsewhere: Installation, before: list[str]) -> None:
    settings = read_settings(elsewhere.environment(), folder=elsewhere.home)
    with open_ledger(settings.ledger, create=False) as ledger:
        assert ledger.verify().ok
        kept = {one.decision_id for one in ledger.decisions(tenant="default", limit=1_000)}
    assert set(before) <= kept
    for decision_id in (before[0], before[-1]):
        assert elsewhere.run("replay", decision_id) == "identical: true\n"


def test_an_installation_at_work_is_copied_and_comes_back(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home", LIANCHENG_WORK="off")
    installation.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18")]}, codes=("SXBZXR", "ZDSS"))
    target = tmp_path / "backups" / "one"
    before = backed_up(installation, target)
    assert target.stat().st_mode & 0o077 == 0
    elsewhere = Installation(tmp_path / "elsewhere", LIANCHENG_WORK="off")
    elsewhere.run("restore", str(target))
    check_restored(elsewhere, before)
    # neither a copy nor an installation is ever overwritten
    assert installation.command("backup", str(target)).returncode == 3
    assert elsewhere.command("restore", str(target)).returncode == 3
    assert elsewhere.command("restore", str(tmp_path)).returncode == 3


def test_a_copy_that_was_changed_is_not_restored_unsaid(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home", LIANCHENG_WORK="off")
    installation.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18")]}, codes=("SXBZXR",))
    (tmp_path / "ask.json").write_text('{"bidders": [{"name": "临江示例有限公司"}]}', "utf-8")
    installation.run("decide", str(tmp_path / "ask.json"))
    target = tmp_path / "copy"
    installation.run("backup", str(target))
    with sqlite3.connect(target / "ledger.db") as ledger:
        ledger.execute("UPDATE event SET body = body || ' ' WHERE seq = 2")
    ledger.close()
    elsewhere = Installation(tmp_path / "elsewhere", LIANCHENG_WORK="off")
    done = elsewhere.command("restore", str(target))
    assert done.returncode == 3
    assert "not whole" in done.stderr


@pytest.mark.slow
def test_a_ledger_in_postgresql_is_copied_and_comes_back(
    tmp_path: Path, postgres_tool: Callable[[str], str]
) -> None:
    with running(postgres_tool) as database:
        installation = Installation(
            tmp_path / "home", LIANCHENG_WORK="off", LIANCHENG_LEDGER=database.database()
        )
        installation.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18")]}, codes=("SXBZXR",))
        before = backed_up(installation, tmp_path / "copy")
        elsewhere = Installation(
            tmp_path / "elsewhere", LIANCHENG_WORK="off", LIANCHENG_LEDGER=database.database()
        )
        elsewhere.run("restore", str(tmp_path / "copy"))
        check_restored(elsewhere, before)
