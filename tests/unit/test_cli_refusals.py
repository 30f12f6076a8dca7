"""What the command line refuses, and what it never shows."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from list_files import CODES, court_rows

from api.bootstrap import now
from api.cli.main import cli
from api.masking import mask_json, mask_text

NUMBER = "329901198811062462"
FULL_WIDTH = "３２９９０１１９８８１１０６２４６２"
GROUPED = "329901 19881106 2462"


class Desk:
    """A home with one list, and a way to type commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.runner = CliRunner(env={"LIANCHENG_HOME": str(self.home), "LIANCHENG_LANG": "en"})

    def __call__(self, *arguments: object, input: str | None = None) -> Result:
        return self.runner.invoke(cli, [str(a) for a in arguments], input=input)

    def write(self, name: str, rows: Sequence[Sequence[str]]) -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
        return path


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    # not pytest's folder: another user has to be able to enter it
    with tempfile.TemporaryDirectory() as name:
        desk = Desk(Path(name))
        desk.folder.chmod(0o755)
        court = desk.write("court.csv", court_rows(3))
        assert desk("load", court, "--taken-at", now().isoformat()).exit_code == 0
        yield desk


@pytest.fixture(scope="module")
def bidders(desk: Desk) -> Path:
    return desk.write(
        "bidders.csv",
        [
            ("投标人名称", "统一社会信用代码", "客户编号"),
            (NUMBER, "", "1"),
            (f"虚构李四{NUMBER}", CODES[-2], NUMBER),
            (FULL_WIDTH, "", "3"),
            (GROUPED, "", "4"),
            ("临江市甲建设有限公司", CODES[-1], "5"),
        ],
    )


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl", "html", "txt"])
def test_numbers_of_persons_in_names_are_never_shown(desk: Desk, bidders: Path, suffix: str) -> None:
    target = desk.folder / f"shown.{suffix}"
    result = desk("screen", bidders, "--regime", "procurement_tender", "-o", target)
    said = target.read_text("utf-8-sig") + result.output + result.stderr
    assert not [number for number in (NUMBER, FULL_WIDTH, GROUPED) if number in said]
    assert CODES[-1] in said


def test_a_number_as_a_name_is_never_clear(desk: Desk, bidders: Path) -> None:
    rows = json.loads(desk("screen", bidders, "--regime", "procurement_tender", "--format", "json").stdout)
    assert [row["verdict"] for row in rows][:4] == ["UNDETERMINED"] * 4


def test_decide_and_explain_mask_too(desk: Desk) -> None:
    body = {"tender": {"regime": "procurement_tender"}, "bidders": [{"name": NUMBER, "client_id": NUMBER}]}
    result = desk("decide", "-", input=json.dumps(body))
    assert result.exit_code == 0, result.stderr
    decision_id = json.loads(result.stdout)["decision_id"]
    said = result.output
    for form in ("json", "table", "html"):
        shown = desk("explain", decision_id, "--format", form)
        assert shown.exit_code == 0
        said += shown.output
    assert NUMBER not in said
    wrong = desk("decide", "-", input=json.dumps({"bidders": [{"name": "临江甲", NUMBER: 1}]}))
    assert wrong.exit_code == 2
    assert NUMBER not in wrong.output + wrong.stderr


def test_masking_leaves_codes_and_digests() -> None:
    digest = "3299011988110624624f" + "0" * 44
    for text in (CODES[-2], f"x {digest}", "2026-11-22T09:30:00+08:00"):
        assert mask_text(text) == text
    data = json.dumps({"hash": digest, "code": CODES[-2]}).encode()
    assert mask_json(data) is data or mask_json(data) == data
    assert NUMBER.encode() not in mask_json(json.dumps({"a": [{"b": NUMBER}]}).encode())


def test_loads_that_are_refused(desk: Desk) -> None:
    court = desk.folder / "court.csv"
    cases: list[tuple[tuple[object, ...], str]] = [
        ((court, "--kind", "nonsense"), "sxbzxr"),
        ((court, "--kind", "bidders"), "sxbzxr"),
        ((court, "--list", "ZZZZ"), "SXBZXR"),
        ((court, "--taken-at", "2099-01-01"), "future"),
        ((court, "--format", "csv", "-o", desk.folder / "x.xlsx"), "contradicts"),
        ((desk.folder / "none.csv",), "does not exist"),
    ]
    for arguments, word in cases:
        result = desk("load", *arguments)
        assert (result.exit_code, word in result.stderr) == (2, True), (arguments, result.stderr)
    other = desk("load", court, "--list", "ZDSS")
    assert other.exit_code == 1
    assert "ZDSS" in other.stderr


def test_an_older_snapshot_is_refused(desk: Desk) -> None:
    older = desk.write("older.csv", court_rows(2))
    result = desk("load", older, "--taken-at", "2026-01-01")
    assert result.exit_code == 1
    assert "--allow-older" in result.stderr


def test_missing_files_are_wrong_usage(desk: Desk) -> None:
    none = desk.folder / "none"
    for name in ("screen", "decide", "scenario", "load"):
        assert desk(name, none).exit_code == 2, name


def test_reviews_name_a_person_and_a_reason(desk: Desk) -> None:
    for by, reason in (("", "seen"), ("虚构甲", " "), ("\u3000", "seen")):
        for answer in ("confirm", "reject"):
            result = desk("review", answer, "x", "y", "--by", by, "--reason", reason)
            assert result.exit_code == 2
            assert "blank" in result.stderr


def test_a_cut_tail_shows_when_the_head_was_kept(desk: Desk, bidders: Path) -> None:
    desk("screen", bidders, "--regime", "procurement_tender")
    head = json.loads(desk("audit", "verify", "--format", "json").stdout)["head"]
    assert desk("audit", "verify", "--expect", head).exit_code == 0
    assert head in desk("audit", "verify").stdout
    assert desk("audit", "verify", "--expect", "12").exit_code == 2
    ledger = desk.home / "ledger.db"
    kept = ledger.read_bytes()
    with sqlite3.connect(ledger) as db:
        last = db.execute("SELECT max(seq) FROM event").fetchone()[0]
        db.execute("DELETE FROM match_queue")
        db.execute("DELETE FROM decision WHERE event_seq = ?", (last,))
        db.execute("DELETE FROM decision_index WHERE event_seq = ?", (last,))
        db.execute("DELETE FROM event WHERE seq = ?", (last,))
        db.execute(
            "UPDATE chain_head SET seq = ?, hash = (SELECT hash FROM event WHERE seq = ?)",
            (last - 1, last - 1),
        )
    db.close()
    assert desk("audit", "verify").exit_code == 0
    cut = desk("audit", "verify", "--expect", head, "--format", "json")
    assert cut.exit_code == 1
    assert [p["code"] for p in json.loads(cut.stdout)["problems"]] == ["audit.checkpoint"]
    ledger.write_bytes(kept)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_read_only_home_can_be_verified(desk: Desk, bidders: Path) -> None:
    desk("screen", bidders, "--regime", "procurement_tender")
    ledger = desk.home / "ledger.db"
    assert not ledger.with_name("ledger.db-wal").exists()
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (desk.home, ledger)}
    desk.home.chmod(0o555)
    ledger.chmod(0o444)
    copy = desk.folder / "copy.db"
    copy.write_bytes(ledger.read_bytes())
    # everything is imported before root becomes nobody: a program's own folder may be closed to it
    program = """if True:
        import os, sys
        from matching.ledger import open_ledger
        for path in sys.argv[1:]:
            ledger = open_ledger("sqlite:///" + path, reading=True)
            found = ledger.verify().ok
            ledger.close()
            if os.getuid() == 0:
                os.setuid(65534)
        print(found, os.access(path, os.W_OK))
    """
    try:
        done = subprocess.run(
            [sys.executable, "-c", program, str(copy), str(ledger)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    assert (done.stdout.strip(), done.stderr) == ("True False", "")
