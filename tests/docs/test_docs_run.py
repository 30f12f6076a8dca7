"""The documentation is executed: what a page shows in a `console run` block is what the program prints.

A page is one session in an empty folder with nothing in the environment; its blocks run in order. `$ ` begins
a command (`> ` continues it), the lines below it are its output; `...` stands for any text in a line, and alone
in a line for any lines; no output shown means that it is not compared. A command has to end with status 0
unless `# exit N` follows it. `console run slow` keeps a page out of `make fast`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```console run(?P<slow> slow)?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Step:
    """One command of a page and what the page says it prints."""

    command: str
    status: int = 0
    expected: list[str] = field(default_factory=list)


def steps(text: str) -> list[Step]:
    found: list[Step] = []
    for block in BLOCK.finditer(text):
        for line in block["body"].splitlines():
            if line.startswith("$ "):
                command, _, status = line[2:].partition("  # exit ")
                found.append(Step(command, int(status or 0)))
            elif (line == ">" or line.startswith("> ")) and not found[-1].expected:
                found[-1].command += "\n" + line[2:]
            else:
                found[-1].expected.append(line.rstrip())
    return found


def differs(expected: list[str], printed: str) -> str:
    """Empty where the output is what the page shows."""
    pattern = ""
    for line in "\n".join(expected).rstrip("\n").splitlines():
        if line == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.split("...")) + "\n"
    actual = "".join(f"{line.rstrip()}\n" for line in printed.rstrip("\n").splitlines())
    if re.fullmatch(pattern, actual):
        return ""
    return "\n".join(["the page shows", *expected, "but it prints", actual])


def run_page(page: Path, folder: Path) -> list[str]:
    """Run a page's commands in a folder; returns every difference found, ending at the first."""
    work = folder / "work"
    work.mkdir()
    bin_folder = Path(sys.executable).parent
    environment = {
        "PATH": os.pathsep.join([str(bin_folder), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "LIANCHENG_LANG": "zh" if page.name.endswith(".zh-CN.md") else "en",
        "COLUMNS": "120",
    }
    for step in steps(page.read_text("utf-8")):
        done = subprocess.run(
            ["bash", "-c", step.command],
            cwd=work,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=600,
            check=False,
        )
        printed, said = done.stdout.decode(), done.stderr.decode()
        if done.returncode != step.status:
            return [f"$ {step.command}\nends with {done.returncode}, not {step.status}\n{printed}{said}"]
        if step.expected and (why := differs(step.expected, printed)):
            return [f"$ {step.command}\n{why}\n{said}"]
    return []


def marked(page: Path) -> object:
    slow = any(block["slow"] for block in BLOCK.finditer(page.read_text("utf-8")))
    return pytest.param(page, id=page.relative_to(ROOT).as_posix(), marks=[pytest.mark.slow] if slow else [])


RUNNABLE = [page for page in PAGES if BLOCK.search(page.read_text("utf-8"))]


@pytest.mark.parametrize("page", [marked(page) for page in RUNNABLE])
def test_the_page_shows_what_the_program_does(page: Path, tmp_path: Path) -> None:
    problems = run_page(page, tmp_path)
    assert not problems, f"{page.relative_to(ROOT)}\n" + "\n".join(problems)


def test_the_main_pages_are_run() -> None:
    names = {page.relative_to(ROOT).as_posix() for page in RUNNABLE}
    assert {"README.md", "README.zh-CN.md", "docs/tutorial.md"} <= names


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("```console run\n$ echo a\na\n```\n", ""),
        ("```console run\n$ echo a\nb\n```\n", "but it prints"),
        ("```console run\n$ printf 'a\\nb\\nc\\n'\na\n...\nc\n```\n", ""),
        ("```console run\n$ echo a 12 b\na ... b\n```\n", ""),
        ("```console run\n$ false\n```\n", "ends with 1, not 0"),
        ("```console run\n$ false  # exit 1\n```\n", ""),
        ("```console run\n$ true  # exit 1\n```\n", "ends with 0, not 1"),
        ("```console run\n$ cat <<END\n> x\n>\n> END\nx\n\n```\n", ""),
        ("```console run\n$ echo a >f\n```\ntext\n```console run\n$ cat f\na\n```\n", ""),
        ("```console\n$ false\n```\n", ""),
    ],
)
def test_a_page_is_read_and_compared_as_described(text: str, problem: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, "utf-8")
    problems = run_page(page, tmp_path)
    assert bool(problems) == bool(problem)
    assert problem in "".join(problems)
