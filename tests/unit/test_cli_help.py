"""Help: instant, in both languages, with an example in every command."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from api.cli.main import COMMANDS, cli
from graph.messages import LANGS, Lang, catalogue

CONTEXT = click.Context(cli)


def leaves() -> list[tuple[str, ...]]:
    """Every command, those of groups included, as its words."""
    found: list[tuple[str, ...]] = []
    for name, _ in COMMANDS:
        command = cli.get_command(CONTEXT, name)
        assert command is not None
        found.append((name,))
        if isinstance(command, click.Group):
            found += [(name, inner) for inner in command.list_commands(CONTEXT)]
    return found


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("words", leaves(), ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...], lang: Lang) -> None:
    result = CliRunner().invoke(cli, [*words, "--help", "--lang", lang])
    assert result.exit_code == 0
    assert result.stderr == ""
    example = "示例" if lang == "zh" else "Example"
    assert example in result.stdout
    assert f"liancheng {' '.join(words)}" in result.stdout.split(example)[1]


@pytest.mark.parametrize("words", leaves(), ids=" ".join)
def test_every_command_takes_store_and_language(words: tuple[str, ...]) -> None:
    command: click.Command = cli
    for word in words:
        assert isinstance(command, click.Group)
        inner = command.get_command(CONTEXT, word)
        assert inner is not None
        command = inner
    if not isinstance(command, click.Group):
        names = {name for parameter in command.params for name in parameter.opts}
        assert {"--store", "--lang"} <= names


def test_the_list_of_commands_imports_none_of_them() -> None:
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from api.cli.main import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0\n"
        "heavy = {'pydantic', 'sqlalchemy', 'numpy', 'rich', 'fastapi', 'openpyxl', 'jinja2', 'matching', 'loaders'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_is_chinese_by_locale_and_english_elsewhere() -> None:
    environment = {"LIANCHENG_LANG": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_CN.UTF-8"}
    assert "用法" in CliRunner(env=environment).invoke(cli, ["--help"]).stdout
    environment["LANG"] = "de_DE.UTF-8"
    assert "Usage" in CliRunner(env=environment).invoke(cli, ["--help"]).stdout


def test_every_message_is_said_in_both_languages_with_the_same_parameters() -> None:
    import string

    for code, words in catalogue("api").items():
        assert set(words) == {"zh", "en"}, code
        fields = [{name for _, name, _, _ in string.Formatter().parse(words[lang]) if name} for lang in LANGS]
        assert fields[0] == fields[1], code


def test_version() -> None:
    result = CliRunner().invoke(cli, ["--version"])
    assert result.exit_code == 0
    assert result.stdout.strip()[0].isdigit()
