"""The `liancheng` program: finds the command, turns every error into one sentence and an exit status."""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Sequence
from typing import Any

import click
from click import exceptions

from api.cli.common import LANG_KEY, CommandGroup, TranslatedOption, requested_lang, text
from api.errors import MISSING, USAGE, CommandError, log_unexpected, mask_identity, sentence
from api.settings import SettingsError, locale_lang, read_settings
from graph.messages import Lang

_QUOTED = re.compile(r"(['\"])(.*)\1")
"""The path in what click says of one that it can't take."""

COMMANDS: tuple[tuple[str, str], ...] = (
    ("load", "api.cli.load:load"),
    ("lists", "api.cli.lists:lists"),
    ("screen", "api.cli.screen:screen"),
    ("decide", "api.cli.decide:decide"),
    ("explain", "api.cli.explain:explain"),
    ("replay", "api.cli.replay:replay"),
    ("scenario", "api.cli.scenario:scenario"),
    ("match", "api.cli.match:match"),
    ("redflags", "api.cli.redflags:redflags"),
    ("control", "api.cli.control:control"),
    ("review", "api.cli.review:review"),
    ("objections", "api.cli.casework:objections"),
    ("repairs", "api.cli.casework:repairs"),
    ("cases", "api.cli.cases:cases"),
    ("measures", "api.cli.measures:measures"),
    ("report", "api.cli.report:report"),
    ("graph", "api.cli.graph:graph"),
    ("demo", "api.cli.demo:demo"),
    ("doctor", "api.cli.doctor:doctor"),
    ("audit", "api.cli.audit:audit"),
    ("backup", "api.cli.backup:backup"),
    ("restore", "api.cli.backup:restore"),
    ("bench", "api.cli.bench:bench"),
    ("keys", "api.cli.keys:keys"),
    ("users", "api.cli.users:users"),
    ("serve", "api.cli.serve:serve"),
    ("work", "api.cli.work:work"),
)
"""Command name and where it lives; a module is imported when its command is used: help is instant."""


class Root(CommandGroup):
    """The group of all commands, each imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Command names in the order in which people meet them."""
        return [name for name, _ in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command."""
        target = dict(COMMANDS).get(cmd_name)
        if target is None:
            return None
        module, _, attribute = target.partition(":")
        found: click.Command = getattr(importlib.import_module(module), attribute)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name."""
        if args and args[0] not in dict(COMMANDS) and not args[0].startswith("-"):
            raise CommandError("usage.command", status=USAGE, name=args[0])
        return super().resolve_command(ctx, args)

    @property
    def code(self) -> str:
        """Message code of what the program is for."""
        return "cmd.root"

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command line; every way out is an exit status and, where something failed, one sentence."""
        given = list(sys.argv[1:] if args is None else args)
        status = guarded(
            lambda: super(Root, self).main(given, "liancheng", complete_var, False, **extra), given
        )
        if standalone_mode:
            sys.exit(status)
        return status

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Decide the language before anything can go wrong, then read the options."""
        ctx.find_root().meta[LANG_KEY] = requested_lang(args)
        return super().parse_args(ctx, args)


def guarded(run: Any, args: Sequence[str]) -> int:
    """Run, and turn what is raised into a sentence on stderr and an exit status."""
    try:
        lang = requested_lang(args)
    except SettingsError as error:
        click.echo(sentence(error, locale_lang(os.environ)), err=True)
        return USAGE
    try:
        result = run()
    except exceptions.Exit as error:
        return error.exit_code
    except (exceptions.Abort, KeyboardInterrupt):
        click.echo(text("error.interrupted", lang), err=True)
        return 130
    except exceptions.UsageError as error:
        click.echo(usage_sentence(error, lang), err=True)
        return USAGE
    except BrokenPipeError:
        # the reader of the pipe left (`| head`): nothing is wrong, and nothing more may be written
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except CommandError as error:
        click.echo(sentence(error, lang), err=True)
        return error.status
    except SettingsError as error:
        click.echo(sentence(error, lang), err=True)
        return USAGE
    except Exception as error:  # noqa: BLE001 - the last door: whatever it is, people get a sentence, not a traceback
        known = sentence(error, lang)
        click.echo(known if known is not None else unexpected_sentence(error, lang), err=True)
        return MISSING
    return result if isinstance(result, int) and not isinstance(result, bool) else 0


def unexpected_sentence(error: Exception, lang: Lang) -> str:
    """What to tell about a defect: that it is one, and where its traceback (numbers masked) was written."""
    try:
        path = log_unexpected(error, read_settings(os.environ).logs)
    except SettingsError:
        path = None
    return text("error.unexpected", lang, kind=type(error).__name__, log=path or "-")


def usage_sentence(error: exceptions.UsageError, lang: Lang) -> str:
    """A usage error of click in the user's language, with how to get help."""
    if isinstance(error, exceptions.NoSuchOption):
        said = text("usage.option", lang, name=error.option_name)
    elif isinstance(error, exceptions.MissingParameter):
        parameter = named(error.param) if error.param is not None else str(error.param_hint)
        said = text("usage.missing", lang, name=parameter)
    elif isinstance(error, exceptions.BadParameter):
        parameter = error.param.opts[-1] if error.param is not None else str(error.param_hint)
        said = bad_parameter(error, parameter, lang)
    elif isinstance(error, exceptions.NoArgsIsHelpError):
        return error.format_message()
    else:
        said = text("usage.other", lang, detail=error.format_message())
    path = error.ctx.command_path if error.ctx is not None else "liancheng"
    return said + "\n" + text("usage.help", lang, command=path)


def named(parameter: click.Parameter) -> str:
    """What people type: an option with its dashes, an argument as the help calls it."""
    return parameter.opts[-1] if isinstance(parameter, click.Option) else parameter.human_readable_name


def bad_parameter(error: exceptions.BadParameter, parameter: str, lang: Lang) -> str:
    """A value that an option can't take: which ones it can, where there are few."""
    kind = error.param.type if error.param is not None else None
    if isinstance(kind, click.Choice):
        return text("usage.choice", lang, name=parameter, allowed=", ".join(str(c) for c in kind.choices))
    if isinstance(kind, click.Path):
        named = _QUOTED.search(error.message)
        return text("usage.path", lang, name=mask_identity(named[2]) if named else parameter)
    return text("usage.value", lang, name=parameter)


cli = Root(
    "liancheng",
    params=[
        TranslatedOption(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            help="opt.version",
            callback=lambda ctx, param, value: show_version(ctx) if value else None,
        ),
    ],
)


def show_version(ctx: click.Context) -> None:
    """Print the version that is installed."""
    from importlib.metadata import version

    click.echo(version("liancheng"))
    ctx.exit(0)


def main() -> None:
    """Entry point of the `liancheng` script."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            # pipes get UTF-8 whatever the locale; a terminal keeps its own, never failing on a rare character
            reconfigure(
                **({"errors": "replace"} if stream.isatty() else {"encoding": "utf-8", "errors": "replace"})
            )
    cli.main()
