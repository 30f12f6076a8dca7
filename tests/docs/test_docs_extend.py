"""The pages on adding a rule and a loader, followed to the letter in a program beside this one: what they add works."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = ROOT / "docs" / "how-to"
FILE = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
"""A file as a page shows it: its name alone in a line, and the block below."""
RUN = """
import json, sys
from pathlib import Path
from api.scenario import run_file
from matching.measures.catalogue import load_catalogue
from api.cli.main import main

load_catalogue()
outcome = run_file(Path("tests/golden/A25-agency-abnormal.json"))
print(json.dumps([outcome.state, outcome.differences]))
sys.argv = ["liancheng", "load", "branches.csv", "--dry-run", "--format", "json"]
main()
"""


def files(page: str) -> dict[str, str]:
    """The files that a page shows whole, by name."""
    return dict(FILE.findall((HOW_TO / page).read_text("utf-8")))


def beside(folder: Path) -> None:
    """The program again, with links to all that stays as it is."""
    for room in ("api", "graph"):
        (folder / room).symlink_to(ROOT / room)
    for room, part in (("matching", "rules"), ("matching", "measures"), ("loaders", "kinds")):
        (folder / room).mkdir(exist_ok=True)
        for entry in (ROOT / room).iterdir():
            if entry.name not in ("rules", "measures", "kinds") and not (folder / room / entry.name).exists():
                (folder / room / entry.name).symlink_to(entry)
        (folder / room / part).mkdir()
        for entry in (ROOT / room / part).iterdir():
            if entry.name != "__pycache__":
                (folder / room / part / entry.name).symlink_to(entry)


def put(path: Path, text: str, *, before: str = "") -> None:
    """Write a file, or put lines into one that is there: before each of some lines, else at its end."""
    old = path.read_text("utf-8") if path.exists() else ""
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    if before:
        assert old.count(before) == 1, before
        path.write_text(old.replace(before, text + before), "utf-8")
    else:
        path.write_text(f"{old}\n{text}" if old else text, "utf-8")


def block(page: str, lead: str) -> str:
    """The block that follows some words of a page."""
    found = re.search(
        re.escape(lead) + r"\n\n```\w+\n(.*?)^```$",
        (HOW_TO / page).read_text("utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert found is not None, lead
    return found[1]


def test_what_the_pages_add_works(tmp_path: Path) -> None:
    rule, loader = "add-a-rule.md", "add-a-loader.md"
    beside(tmp_path)
    for page in (rule, loader):
        for name, text in files(page).items():
            put(tmp_path / name, text)
    rules, kinds = tmp_path / "matching" / "rules" / "__init__.py", tmp_path / "loaders/kinds/__init__.py"
    put(rules, block(rule, "before the line of the next code:"), before="    b01_same_head,\n")
    put(rules, block(rule, "and in `RULES`:"), before="    b01_same_head.RULE,\n")
    put(tmp_path / "matching" / "policy.toml", block(rule, "At the end of `matching/policy.toml`:"))
    measures = tmp_path / "matching" / "measures" / "catalogue.toml"
    put(measures, block(rule, "at the end of `matching/measures/catalogue.toml`:"))
    put(
        kinds,
        block(loader, "with the other imports:"),
        before="from loaders.kinds.court import SXBZXR, XZXF, ZFJG\n",
    )
    put(kinds, block(loader, "before the line `*GRAPH_KINDS,`:"), before="    *GRAPH_KINDS,\n")

    done = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path), "LIANCHENG_HOME": str(tmp_path / "home"),
             "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    scenario, _, report = done.stdout.partition("\n")
    assert json.loads(scenario) == ["passed", []]
    (table,) = json.loads(report)["files"]
    assert (table["kind"], table["accepted"], table["columns"]["unknown"]) == ("branches", 2, ["楼层"])
    assert [warning["code"] for warning in table["warnings"]] == ["branches.no_code"]


@pytest.mark.parametrize("page", ["add-a-rule.md", "add-a-loader.md"])
def test_the_pages_name_only_files_that_are_there_or_that_they_add(page: str) -> None:
    text = (HOW_TO / page).read_text("utf-8")
    added = set(files(page))
    for name in re.findall(r"`((?:matching|loaders|tests|docs|benchmarks)/[\w./-]+\.\w+)`", text):
        assert name in added or (ROOT / name).is_file() or "A25" in name, name
