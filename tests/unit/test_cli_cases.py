"""`liancheng cases`: opened, noted on, changed, closed, opened again and frozen; refusals are one sentence."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from api.cli.main import cli

NUMBER = "329901198803072469"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIANCHENG_HOME", str(tmp_path))
    monkeypatch.setenv("LIANCHENG_LANG", "en")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["cases", *arguments])


def done(*arguments: str) -> Any:
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def opened(**more: str) -> str:
    options = [part for name, value in more.items() for part in (f"--{name}", value)]
    return str(done("open", "虚构线索", "--by", "甲", *options)["cases"][0]["id"])


def test_a_case_goes_its_way_on_the_command_line(home: Path) -> None:
    name = opened(due="2026-12-31", assignee="一组", party="临江虚构建设有限公司")
    done("note", name, f"号码{NUMBER}", "--by", "乙")
    done("change", name, "--assignee", "二组", "--version", "1", "--by", "乙")
    assert done("list", "--assignee", "二组")["cases"][0]["due_on"] == "2026-12-31"
    assert done("close", name, "--by", "甲", "--reason", "查清")["cases"][0]["state"] == "closed"
    assert run("note", name, "晚了", "--by", "乙").exit_code == 2
    assert done("reopen", name, "--by", "甲", "--reason", "新线索")["cases"][0]["version"] == 4
    shown = done("show", name)
    assert [one["by"] for one in shown["history"]] == ["cli:甲", "cli:乙", "cli:甲", "cli:甲"]
    assert NUMBER not in json.dumps(shown, ensure_ascii=False)
    frozen = done("freeze", name, "--by", "甲")
    canonical = msgspec.json.encode(frozen["content"], order="sorted")
    assert hashlib.sha256(canonical).hexdigest() == frozen["content_hash"]
    table = run("show", name, "--format", "csv")
    assert {line.split(",")[0] for line in table.stdout.splitlines()} >= {
        "section",
        "case",
        "party",
        "note",
        "change",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("open", " ", "--by", "甲"), ("open", "x", "--by", NUMBER), ("open", "x", "--by", "甲", "--party", NUMBER),
        ("show", "nothing"), ("close", "nothing", "--by", "甲", "--reason", "x"), ("change", "nothing", "--by", " "),
    ],
)  # fmt: skip
def test_what_can_not_be_done_is_one_sentence(home: Path, arguments: tuple[str, ...]) -> None:
    opened()
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
    assert NUMBER not in result.stderr


def test_a_version_that_somebody_changed_is_not_overwritten(home: Path) -> None:
    name = opened()
    done("change", name, "--title", "新标题", "--by", "甲")
    late = run("change", name, "--title", "晚到", "--version", "1", "--by", "乙")
    assert late.exit_code != 0
    assert done("show", name)["case"]["title"] == "新标题"
