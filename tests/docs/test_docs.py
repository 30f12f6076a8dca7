"""The documentation agrees with the program: commands, options, settings, rules, links, both languages."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import click
import pytest

from api.cli.main import COMMANDS, Root, cli
from api.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *(
        ROOT / name
        for name in ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
    ),
    *sorted((ROOT / "docs").rglob("*.md")),
]
FENCE = re.compile(r"^(?P<mark>```+)(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=mark)$", re.MULTILINE | re.DOTALL)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


pages = pytest.mark.parametrize("page", PAGES, ids=name)


@cache
def command_tree() -> dict[tuple[str, ...], click.Command]:
    """Every command and subcommand by its words."""
    found: dict[tuple[str, ...], click.Command] = {}

    def walk(path: tuple[str, ...], command: click.Command) -> None:
        found[path] = command
        if isinstance(command, click.Group):
            context = click.Context(command)
            for child in command.list_commands(context):
                inner = command.get_command(context, child)
                assert inner is not None
                walk((*path, child), inner)

    walk((), cli)
    return found


def mentioned(text: str) -> list[str]:
    """Every `liancheng …` that a page tells someone to type, in blocks and in running text."""
    found = []
    for block in FENCE.finditer(text):
        for line in block["body"].splitlines():
            command = line.removeprefix("$ ").removeprefix("> ").partition("$(")[0]
            found += re.findall(r"(?:^|[|;&(]\s*|\.venv/bin/)(liancheng(?: [^|;&)#]*)?)", command)
    plain = FENCE.sub("", text)
    return found + re.findall(r"`(liancheng(?: [^`]*)?)`", plain)


def unknown_in(line: str) -> str:
    """What of a command line the program does not know."""
    words = line.split()[1:]
    path: tuple[str, ...] = ()
    while words and (*path, words[0]) in command_tree():
        path = (*path, words.pop(0))
    command = command_tree()[path]
    if isinstance(command, click.Group) and words and re.fullmatch(r"[a-z][a-z-]*", words[0]):
        return f"no command `{words[0]}` in `{line}`"
    known = {"--help"}
    for parent in (command_tree()[()], command):
        known |= {option for param in parent.params for option in (*param.opts, *param.secondary_opts)}
    options = re.findall(r"(?<=[\s\[])(--[a-z][a-z-]*|-[a-zA-Z])(?=[\s=\]]|$)", " " + " ".join(words))
    wrong = [option for option in options if option not in known]
    return f"no option {wrong[0]} in `{line}`" if wrong else ""


@pages
def test_every_command_mentioned_exists(page: Path) -> None:
    problems = [why for line in mentioned(page.read_text("utf-8")) if (why := unknown_in(line))]
    assert not problems


def test_a_wrong_command_or_option_would_be_found() -> None:
    text = "Use `liancheng sreen x.csv`.\n```console\n$ cat x | liancheng screen x.csv --regim R\n```\n"
    assert [bool(unknown_in(line)) for line in mentioned(text)] == [True, True]
    assert not unknown_in("liancheng screen x.csv --regime R")
    assert isinstance(cli, Root)


def test_the_reference_has_every_command_and_option_as_the_program_explains_them() -> None:
    made = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "reference.py"), "--check"],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    text = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    for path in command_tree():
        assert path == () or f"`liancheng {' '.join(path)}`" in text
    assert len(COMMANDS) >= 12


def test_every_setting_is_documented_and_in_the_example_file() -> None:
    reference = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    example = (ROOT / ".env.example").read_text("utf-8")
    for setting in SETTINGS:
        assert f"`{setting.name}`" in reference
        assert setting.en in reference
        assert re.search(rf"^#?{setting.name}=", example, re.MULTILINE), setting.name


@pages
def test_every_setting_mentioned_exists(page: Path) -> None:
    compose = (ROOT / "docker-compose.yml").read_text("utf-8") + (ROOT / "Makefile").read_text("utf-8")
    known = {setting.name for setting in SETTINGS} | set(re.findall(r"LIANCHENG_[A-Z_]+", compose))
    mentioned_names = set(re.findall(r"LIANCHENG_[A-Z_]+", page.read_text("utf-8")))
    assert mentioned_names <= known


def anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them, and those set by hand."""
    text = FENCE.sub("", page.read_text("utf-8"))
    found = set(re.findall(r'<a id="([^"]+)"', text))
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        plain = re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


def links(page: Path) -> list[str]:
    text = FENCE.sub("", page.read_text("utf-8"))
    text = re.sub(r"`[^`]*`", "", text)
    return re.findall(r"\]\(([^)\s]+)\)", text)


@pages
def test_links_lead_somewhere(page: Path) -> None:
    problems = []
    for link in links(page):
        if re.match(r"https?://|mailto:", link):
            continue
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        if not file.exists():
            problems.append(f"{link}: no such file")
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            problems.append(f"{link}: no such heading")
        elif not file.is_relative_to(ROOT):
            problems.append(f"{link}: leaves the project")
    assert not problems


def test_every_page_can_be_reached_from_the_index() -> None:
    seen: set[Path] = set()
    todo = [ROOT / "docs" / "index.md"]
    while todo:
        page = todo.pop()
        seen.add(page)
        for link in links(page):
            file = (page.parent / link.partition("#")[0]).resolve()
            if file.suffix == ".md" and file.is_file() and file not in seen:
                todo.append(file)
    missing = [name(page) for page in sorted((ROOT / "docs").rglob("*.md")) if page not in seen]
    assert not missing


def test_both_readmes_have_the_same_sections_commands_and_links() -> None:
    english, chinese = (ROOT / "README.md", ROOT / "README.zh-CN.md")

    def shape(page: Path) -> list[str]:
        text = page.read_text("utf-8")
        return [
            f"{level} {mark}" for level, mark in re.findall(r'^(#+) <a id="([^"]+)"></a>', text, re.MULTILINE)
        ]

    def blocks(page: Path) -> list[str]:
        return [match["info"] for match in FENCE.finditer(page.read_text("utf-8"))]

    def typed(page: Path) -> list[str]:
        return re.findall(r"^\$ (.*)$", page.read_text("utf-8"), re.MULTILINE)

    assert len(shape(english)) >= 7
    assert shape(english) == shape(chinese)
    assert blocks(english) == blocks(chinese)
    assert typed(english) == typed(chinese)

    def led(page: Path) -> set[str]:
        """Where a page leads to, whichever the language of what stands there."""
        return {re.sub(r"\.(?:zh-CN|en)(?=\.(?:md|png)$)", "", link) for link in links(page)}

    assert led(english) == led(chinese)


def rule_codes() -> list[str]:
    return [f"A{number:02d}" for number in range(1, 25)] + ["B13", "B14"]


@pytest.mark.parametrize("code", rule_codes())
def test_every_rule_has_its_page_and_its_line_in_the_changelog(code: str) -> None:
    page = ROOT / "docs" / "rules" / f"{code}.md"
    assert page.read_text("utf-8").startswith(f"# {code}")
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert len(re.findall(rf"^ *- \*?\*?{code}\b", changelog, re.MULTILINE)) == 1


def test_the_changelog_is_kept_as_promised() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    for heading in headings[1:]:
        assert re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", heading), heading
    kinds = set(re.findall(r"^### (.*)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_decision_records_are_numbered_and_say_what_was_decided() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    assert len(records) >= 7
    for record in records:
        headings = re.findall(r"^## (.*)$", record.read_text("utf-8"), re.MULTILINE)
        assert headings == ["Status", "Context", "Decision", "Consequences"], name(record)


@pages
def test_pages_name_nothing_private(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"(?<![\w.])/(?:tmp|root|home|work)/", text)
    assert "TODO" not in text
