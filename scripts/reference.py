"""Write docs/reference/commands.md, settings.md and api.md from the program itself; `--check` only compares.

What the pages say is what `--help` says, so that neither can drift from the other.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from click.testing import CliRunner
from fastapi.routing import APIRoute

from api.cli.main import cli
from api.settings import SETTINGS

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTE = "<!-- Written by scripts/reference.py; change the program's messages, not this page. -->\n\n"

COMMANDS_HEAD = """# Commands

Every command takes `--store`, `--lang` and `--help`. Standard output holds nothing but data; progress and
remarks go to standard error. Exit status: 0 done; 1 done, but some input was rejected (and reported); 2 wrong
usage; 3 a part is missing or unreadable. With `--exit-verdict`, `screen` and `decide` return the strictest
verdict: 10 REVIEW, 15 UNDETERMINED, 20 BLOCK. `liancheng COMMAND --help --lang zh` shows the same in Chinese.
"""

SETTINGS_HEAD = """# Settings

Read once at the start from the environment, then from `.env` in the folder where the program is started; an
environment variable wins. Nothing that is secret has a default. See `.env.example`.

| variable | default | meaning | 含义 |
|---|---|---|---|
"""


def commands() -> str:
    """Every command's help, in the order in which people meet them."""
    runner = CliRunner(env={"COLUMNS": "100", "LIANCHENG_LANG": "en"})
    parts = [COMMANDS_HEAD]

    def add(path: tuple[str, ...], command: click.Command) -> None:
        result = runner.invoke(cli, [*path, "--help"], terminal_width=100, max_content_width=100)
        if result.exit_code:
            raise SystemExit(f"{' '.join(path)} --help ends with {result.exit_code}: {result.output}")
        heading = f"{'#' * min(len(path) + 1, 3)} `liancheng {' '.join(path)}`"
        parts.append(f"{heading}\n\n```text\n{result.output.rstrip()}\n```\n")
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                if inner is not None:
                    add((*path, name), inner)

    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if command is not None:
            add((name,), command)
    return NOTE + "\n".join(parts)


def settings() -> str:
    """The table of environment variables."""
    rows = [
        f"| `{s.name}` | {f'`{s.default}`' if s.default else '(unset)'} | {s.en} | {s.zh} |\n"
        for s in SETTINGS
    ]
    return NOTE + SETTINGS_HEAD + "".join(rows)


API_HEAD = """# The HTTP interface

Every route with the scope that it needs and the statuses that it may answer with. The shapes stand in
`/openapi.json` and, as a page without any network, at `/docs` of your server. A decision is 200 whatever its
verdict. Errors are `application/problem+json` (RFC 9457) in Chinese or English. 401 to 403, 421, 429, 500 and 503
may come from every route that names a scope.
"""


def api() -> str:
    """Every route: method, path, scope, statuses, what it does."""
    from api.routes.openapi import operations
    from api.routes.table import ROUTERS

    common = {401, 403, 421, 429, 500, 503}
    parts = [API_HEAD]
    for router in ROUTERS:
        scopes = {(method, path): scope for method, path, scope in operations([router])}
        rows = []
        for route in router.routes:
            if not isinstance(route, APIRoute):
                continue
            said = " ".join((route.description or "").partition("\n\n")[0].split())
            declared = {int(status) for status in route.responses} | {route.status_code or 200}
            own = ", ".join(str(status) for status in sorted(declared - common))
            for method in sorted(route.methods or ()):
                scope = scopes[method, route.path]
                need = f"`{scope.value}`" if scope is not None else ""
                rows.append(f"| `{method} {route.path}` | {need} | {own} | {said} |\n")
        title = str(router.tags[0]).capitalize() if router.tags else "Other"
        parts.append(f"## {title}\n\n| route | scope | statuses | does |\n|---|---|---|---|\n{''.join(rows)}")
    return NOTE + "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` say which differ."""
    os.environ["LIANCHENG_LANG"] = "en"
    stale = []
    pages = (("commands.md", commands()), ("settings.md", settings()), ("api.md", api()))
    for name, text in pages:
        page = FOLDER / name
        if arguments == ["--check"]:
            if not page.is_file() or page.read_text("utf-8") != text:
                stale.append(name)
        else:
            page.write_text(text, "utf-8")
    for name in stale:
        print(f"docs/reference/{name} is out of date: run `make reference`")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
