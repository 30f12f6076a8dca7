"""Habits that every command shares: options, language, output, sentences on stderr."""

from __future__ import annotations

import copy
import functools
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from api.errors import USAGE, CommandError
from api.masking import mask_text
from api.output import BINARY, SUFFIXES, Table, print_rich, render, write_file
from api.settings import Settings, read_lang, read_settings
from graph.dates import parse_instant
from graph.messages import LANGS, Lang, catalogue, say

F = TypeVar("F", bound=Callable[..., Any])
LANG_KEY = "liancheng.lang"
STORE_KEY = "liancheng.store"


def text(code: str, lang: Lang, /, **params: object) -> str:
    """A sentence of this room."""
    return say("api", code, lang, **params)


def requested_lang(args: Sequence[str]) -> Lang:
    """The language of help and error sentences: `--lang` wherever it stands, else the environment's."""
    for index, arg in enumerate(args):
        value = arg.partition("=")[2] if arg.startswith("--lang=") else ""
        if arg == "--lang" and index + 1 < len(args):
            value = args[index + 1]
        for lang in LANGS:
            if value == lang:
                return lang
    return read_lang(os.environ)


def context_lang(context: click.Context) -> Lang:
    """The language chosen for this run."""
    lang: Lang = context.find_root().meta.get(LANG_KEY, "en")
    return lang


class TranslatedOption(click.Option):
    """An option whose help is a message code."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The help line in the reader's language."""
        if not self.help:
            return super().get_help_record(ctx)
        shown = copy.copy(self)
        shown.help = text(self.help, context_lang(ctx))
        return super(TranslatedOption, shown).get_help_record(ctx)


class TranslatedHelp:
    """Help in the reader's language, shared by commands and groups. `code` is a message: `cmd.NAME`."""

    name: str | None

    @property
    def code(self) -> str:
        """Message code of what the command does; its example has `.example` added."""
        return f"cmd.{(self.name or '').replace(' ', '.')}"

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line."""
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]
        prefix = text("help.usage", context_lang(ctx)) + " "
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=prefix)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command does, then an example that can be copied."""
        lang = context_lang(ctx)
        formatter.write_paragraph()
        with formatter.indentation():
            for paragraph in text(self.code, lang).strip().split("\n"):
                formatter.write_text(paragraph)
        if has_message(f"{self.code}.example"):
            with formatter.section(text("help.example", lang)):
                for line in text(f"{self.code}.example", lang).strip().split("\n"):
                    formatter.write(" " * formatter.current_indent + line + "\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, one a line."""
        params: list[click.Parameter] = self.get_params(ctx)  # type: ignore[attr-defined]
        records = [p.get_help_record(ctx) for p in params if isinstance(p, click.Option)]
        with formatter.section(text("help.options", context_lang(ctx))):
            formatter.write_dl([r for r in records if r is not None])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`, its own line translated."""
        option: click.Option | None = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = text("opt.help", context_lang(ctx))
        return option


def _remember_store(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.find_root().meta[STORE_KEY] = value


class Command(TranslatedHelp, click.Command):
    """A command whose help texts are message codes."""


class CommandGroup(TranslatedHelp, click.Group):
    """A group of commands; what each does is read from the catalogue, no module is imported for the list.

    `--store` and `--lang` may stand before the command as well as after it.
    """

    def __init__(self, name: str, **kwargs: Any) -> None:
        store = TranslatedOption(
            ["--store"], metavar="URL", help="opt.store", expose_value=False, callback=_remember_store
        )
        lang = TranslatedOption(["--lang"], type=click.Choice(LANGS), help="opt.lang", expose_value=False)
        super().__init__(
            name, params=[store, lang, *kwargs.pop("params", ())], no_args_is_help=True, **kwargs
        )

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Options, then the commands."""
        super().format_options(ctx, formatter)
        lang = context_lang(ctx)
        prefix = "cmd" if ctx.parent is None else self.code
        rows = [(n, text(f"{prefix}.{n}", lang).partition("\n")[0]) for n in self.list_commands(ctx)]
        with formatter.section(text("help.commands", lang)):
            formatter.write_dl(rows)


class Run:
    """One run of a command: settings, language, and where its answer goes."""

    def __init__(self, settings: Settings, lang: Lang, format: str, output: Path | None) -> None:
        self.settings = settings
        self.lang = lang
        self.format = format
        self.output = output

    def say(self, code: str, /, **params: object) -> str:
        """A sentence of this room in the run's language."""
        return text(code, self.lang, **params)

    def note(self, code: str, /, **params: object) -> None:
        """A sentence on stderr: stdout holds nothing but data."""
        click.echo(mask_text(self.say(code, **params)), err=True)

    def compile_ahead(self) -> None:
        """Compile the matching functions if need be, after a sentence on stderr about why it takes long."""
        from api import bootstrap

        bootstrap.compile_ahead(lambda: self.note("start.compiling"))

    def emit(self, table: Table) -> None:
        """Write the answer: a table with colour on a terminal, otherwise in the chosen format."""
        if self.output is None and self.format == "table" and sys.stdout.isatty():
            print_rich(table)
        else:
            self.emit_bytes(render(table, self.format, to_file=self.output is not None))

    def emit_bytes(self, data: bytes) -> None:
        """Write bytes to the output file in one step, or to stdout."""
        if self.output is not None:
            write_file(self.output, data)
            self.note("out.written", path=self.output)
            return
        if self.format in BINARY and sys.stdout.isatty():
            raise CommandError("usage.binary", status=USAGE, format=self.format)
        sys.stdout.flush()
        stream = sys.stdout.buffer
        stream.write(data)
        stream.flush()

    @contextmanager
    def progress(self, label: str, total: int | None = None) -> Iterator[Callable[[int, int | None], None]]:
        """A progress bar on stderr, only when that is a terminal; the body calls it with (done, total)."""
        if not sys.stderr.isatty():
            yield lambda done, of: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(label, total=total)
            yield lambda done, of: bar.update(task, completed=done, total=of)


class InstantType(click.ParamType):  # type: ignore[type-arg]
    """An ISO 8601 time; a bare date is its first instant in China, a time without a zone is China time."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant, with a zone."""
        if isinstance(value, datetime):
            return value
        try:
            return parse_instant(str(value))
        except ValueError:
            name = param.opts[-1] if param is not None else "-"
            raise CommandError("usage.instant", status=USAGE, name=name) from None


def instant() -> InstantType:
    """The type of options that take an instant."""
    return InstantType()


def option(*names: str, help: str, **kwargs: Any) -> Callable[[F], F]:
    """A click option whose help is a message code."""
    return click.option(*names, cls=TranslatedOption, help=help, **kwargs)


def resolve_format(format: str | None, output: Path | None, allowed: Sequence[str], default: str) -> str:
    """The format that was asked for, else the one of the output file's suffix, else the command's own.

    Raises:
        CommandError: `usage.suffix`, `usage.format`, `usage.contradiction` (status 2).
    """
    if format is not None:
        known = SUFFIXES.get(output.suffix.lower(), format) if output is not None else format
        if output is not None and known != format:
            raise CommandError("usage.contradiction", status=USAGE, format=format, suffix=output.suffix)
        return format
    if output is None:
        return default
    found = SUFFIXES.get(output.suffix.lower())
    if found is None:
        raise CommandError(
            "usage.suffix", status=USAGE, suffix=output.suffix or "-", allowed=", ".join(allowed)
        )
    if found not in allowed:
        raise CommandError("usage.format", status=USAGE, format=found, allowed=", ".join(allowed))
    return found


def command(name: str, *, formats: Sequence[str] = (), default: str = "table") -> Callable[[F], Command]:
    """A command with the options that all have; its function gets a `Run` first.

    `formats` are those that fit the answer; without any there is neither `--format` nor `-o`.
    """

    def decorate(function: F) -> Command:
        @functools.wraps(function)
        def run(**kwargs: Any) -> Any:
            context = click.get_current_context()
            lang: Lang = kwargs.pop("lang", None) or context_lang(context)
            store = kwargs.pop("store", None) or context.find_root().meta.get(STORE_KEY)
            settings = read_settings(os.environ).with_store(store)
            output: Path | None = kwargs.pop("output", None)
            format = (
                resolve_format(kwargs.pop("format", None), output, formats, default) if formats else default
            )
            return function(Run(settings, lang, format, output), **kwargs)

        wrapped: Any = run
        wrapped = option("--lang", type=click.Choice(LANGS), help="opt.lang")(wrapped)
        wrapped = option("--store", metavar="URL", help="opt.store")(wrapped)
        if formats:
            wrapped = option(
                "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="opt.output"
            )(wrapped)
            wrapped = option("--format", type=click.Choice(tuple(formats)), help="opt.format")(wrapped)
        made: Command = click.command(name, cls=Command)(wrapped)
        return made

    return decorate


def has_message(code: str) -> bool:
    """Whether this room has a sentence of that code."""
    return code in catalogue("api")
