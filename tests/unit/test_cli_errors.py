"""Errors: one clear sentence on stderr in the user's language, the right exit status, never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import cli
from api.errors import mask_identity, mask_numbers

NUMBER = "329901199003071239"


@pytest.fixture
def runner(tmp_path: Path) -> CliRunner:
    return CliRunner(env={"LIANCHENG_HOME": str(tmp_path / "home"), "LIANCHENG_LANG": "en"})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fly"], "no command `fly`"),
        (["lists", "--colour"], "no option --colour"),
        (["explain"], "DECISION_ID is missing"),
        (["graph", "responsible", "X"], "--on is missing"),
        (["lists", "--format", "yaml"], "--format must be one of"),
        (["load", "nowhere.csv"], "nowhere.csv: the file does not exist"),
        (["load", __file__, "--taken-at", "yesterday"], "ISO 8601"),
        (["lists", "-o", "answer.pdf"], "suffix .pdf"),
        (["lists", "-o", "answer.html"], "can't write html"),
        (["serve", "--host", "0.0.0.0"], "LIANCHENG_API_KEY"),
        (["review", "confirm", "x"], "RECORD is missing"),
    ],
)
def test_wrong_usage(runner: CliRunner, arguments: list[str], words: str) -> None:
    result = runner.invoke(cli, arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_wrong_usage_in_chinese(runner: CliRunner) -> None:
    result = runner.invoke(cli, ["lists", "--colour", "--lang", "zh"])
    assert (result.exit_code, "没有选项" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["decide", "-"], "No store"),
        (["explain", "0193f0a2-0000-7000-8000-000000000000"], "ledger"),
        (["audit", "verify"], "ledger"),
        (["--lang", "zh", "decide", "-"], "liancheng load"),
    ],
)
def test_missing_parts(runner: CliRunner, arguments: list[str], words: str) -> None:
    result = runner.invoke(cli, arguments, input='{"bidders":[{"name":"临江市示例有限公司"}]}')
    assert result.exit_code == 3
    assert words in result.stderr
    assert result.stdout == ""


def test_lists_of_an_empty_home_shows_what_the_law_requires_as_missing(runner: CliRunner) -> None:
    result = runner.invoke(cli, ["lists", "--format", "csv"])
    assert result.exit_code == 3
    assert "SXBZXR" in result.stdout
    assert result.stdout.count("MISSING") >= 4


def test_a_defect_is_logged_with_numbers_masked_and_exits_3(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api import bootstrap

    def broken(settings: object) -> None:
        raise RuntimeError(f"cannot look up {NUMBER}")

    monkeypatch.setattr(bootstrap, "load_policy", broken)
    result = runner.invoke(cli, ["lists"])
    assert result.exit_code == 3
    assert "Traceback" not in result.stderr
    log = (tmp_path / "home" / "logs" / "liancheng.log").read_text("utf-8")
    assert "RuntimeError" in log
    assert NUMBER not in log
    assert NUMBER not in result.stderr


def test_a_number_given_as_an_id_is_not_repeated(runner: CliRunner, tmp_path: Path) -> None:
    from api.bootstrap import opened_ledger
    from api.settings import read_settings

    with opened_ledger(read_settings({"LIANCHENG_HOME": str(tmp_path / "home")}, tmp_path)):
        pass
    result = runner.invoke(cli, ["explain", NUMBER])
    assert result.exit_code == 3
    assert NUMBER not in result.stderr


def test_unreadable_settings(tmp_path: Path) -> None:
    for variable, value in (
        ("LIANCHENG_LANG", "fr"),
        ("LIANCHENG_POLICY", str(tmp_path / "none.toml")),
        ("LIANCHENG_API_KEY", "short"),
    ):
        result = CliRunner(env={variable: value, "LANG": "en_GB"}).invoke(cli, ["lists"])
        assert result.exit_code == 2, variable
        assert variable in result.stderr


def test_masks() -> None:
    for number in (NUMBER, "32990119900307123X", "110105491231002", "E12345678", "3299011990****1239"):
        assert number not in mask_numbers(f"a {number} b")
    assert mask_numbers(f"a {NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]} b") == "a 32**** b"
    assert mask_numbers('File "x.py", line 123') == 'File "x.py", line 123'
    assert mask_identity("0193f0a2-1234-7000-8000-000000000000") == "0193f0a2-1234-7000-8000-000000000000"
    assert mask_identity(f"/lists/{NUMBER}.csv") == "/lists/32****.csv"
    grouped = f"/v1/decisions/{NUMBER[:6]}-{NUMBER[6:14]}-{NUMBER[14:]}"
    assert NUMBER[6:14] not in mask_identity(grouped)
    assert mask_identity("/lists/20261122.csv") == "/lists/20261122.csv"
