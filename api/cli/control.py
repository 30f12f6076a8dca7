"""`liancheng control`: who controls whom, and what belongs to whom, from a file of holdings."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.bootstrap import now
from api.cli.common import Run, command, instant, option
from api.errors import REJECTED, USAGE, CommandError
from graph.dates import china_day

if TYPE_CHECKING:
    from api.cli.control_lines import Facts, Texts
    from graph.control.bulk import Piece
    from graph.control.economic import Economics
    from graph.control.engine import Engine
    from loaders.holdings_rows import HoldingsFile

FORMATS = ("jsonl", "json", "csv", "table", "xlsx")
FEW = 100_000
"""Up to so many holdings the answer has all pairs, beyond only those with control."""
FEW_STEPS, MANY_STEPS = 20, 1_000
"""Holdings shown as the proof of one answer: for everybody, and for parties that were named."""
SHOWN = 20
COLUMNS = (
    "owner",
    "owned",
    "controls",
    "votes",
    "votes_max",
    "economic_share",
    "economic_share_max",
    "path",
    "notes",
)


@command("control", formats=FORMATS, default="jsonl")
@click.argument("file", metavar="HOLDINGS", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@option("--of", "parties", metavar="PARTY", multiple=True, help="opt.control_of")
@option("--as-of", type=instant(), help="opt.as_of")
@option("--concert", metavar="PARTY,PARTY", multiple=True, help="opt.concert")
@option("--pairs", type=click.Choice(("all", "control")), help="opt.pairs")
@option("--shares", type=click.Choice(("percent", "parts")), help="opt.shares")
@option("--limit", type=click.IntRange(1), default=10_000_000, show_default=True, help="opt.control_limit")
@option("--workers", type=click.IntRange(1, 64), help="opt.control_workers")
def control(
    run: Run,
    file: Path,
    parties: tuple[str, ...],
    as_of: datetime | None,
    concert: tuple[str, ...],
    pairs: str | None,
    shares: str | None,
    limit: int,
    workers: int | None,
) -> int:
    """Who controls whom, and what belongs to whom."""
    import os

    from api.cli.control_lines import compiled_before
    from graph.control import Holdings
    from graph.control.engine import Engine
    from loaders.holdings_file import read_holdings

    if not compiled_before():
        run.note("control.compiling")
    day = china_day(as_of if as_of is not None else now())
    with run.progress(run.say("control.reading")) as told:
        found = read_holdings(
            file,
            as_of=day,
            parts=None if shares is None else shares == "parts",
            progress=lambda n: told(n, None),
        )
    say_read(run, found)
    votes = found.votes if found.votes is not None else (None, None)
    holdings = Holdings.of(found.owner, found.owned, *found.share, *votes, nodes=found.count)
    engine = Engine.of(holdings, day)
    say_findings(run, found, engine)
    wanted = sorted({wanted_number(found, file, name) for name in parties})
    groups = [concert_group(found, file, text) for text in concert]
    everything = (pairs or ("all" if wanted or len(found.owner) <= FEW else "control")) == "all"
    if pairs is None and not everything:
        run.note("control.only", count=FEW)
    owners = wanted if wanted else [int(n) for n in engine.owners().members] if groups else None
    if wanted:
        groups = [group for group in groups if set(group) & set(wanted)]
    answers = Answers(
        run,
        found,
        engine,
        owners,
        groups,
        everything=everything,
        limit=limit,
        workers=workers or os.cpu_count() or 1,
    )
    write(run, answers)
    run.note("control.summary", yes=answers.counts[0], possibly=answers.counts[1], rows=answers.written)
    if answers.cut:
        run.note("control.cut", count=limit, written=answers.written)
    if answers.spent:
        run.note("control.spent")
    return REJECTED if found.rejected_count or answers.cut or answers.spent else 0


class Answers:
    """The answers as JSON lines, read once; what was counted stands here afterwards."""

    def __init__(
        self,
        run: Run,
        found: HoldingsFile,
        engine: Engine,
        owners: list[int] | None,
        groups: Sequence[tuple[int, ...]],
        *,
        everything: bool,
        limit: int,
        workers: int,
    ) -> None:
        self.run, self.found, self.engine = run, found, engine
        self.groups, self.everything, self.limit, self.workers = groups, everything, limit, workers
        self.asked = (
            engine.owners() if owners is None else engine.groups([(n,) for n in owners] + list(groups))
        )
        self.alone = len(self.asked) - (0 if owners is None else len(groups))
        self.steps = FEW_STEPS if owners is None else MANY_STEPS
        self.written = 0
        self.spent = False
        self.counts = [0, 0]
        self.cut = False

    def blocks(self) -> Iterator[bytes]:
        """Lines, some at a time."""
        import numpy as np

        from api.cli.control_lines import facts_of, lines, names_of
        from graph.control.bulk import pieces
        from graph.control.votes import POSSIBLE, SUM

        names = names_of(self.found)
        owner = self.asked.members[self.asked.ptr[:-1][: self.alone]]
        facts = facts_of(self.engine.holdings, self.found.row, owner)
        done = 0
        with self.run.progress(self.run.say("control.progress"), len(self.asked)) as told:
            for piece in pieces(
                self.engine, self.asked, everything=self.everything, limit=self.limit, workers=self.workers,
                steps=self.steps,
            ):  # fmt: skip
                rows = piece.answers.rows
                few = min(len(rows.group), self.limit - self.written)
                self.cut = self.cut or few < len(rows.group)
                single = min(int(np.searchsorted(rows.group, self.alone)), few)
                yield from lines(piece, facts, names, single)
                for place in range(single, few):
                    yield self.joint(piece, place, facts, names)
                self.written += few
                level = rows.level[:few]
                self.counts[0] += int(np.count_nonzero((level > 0) & (level <= SUM)))
                self.counts[1] += int(np.count_nonzero(level == POSSIBLE))
                done, self.spent = piece.done, self.spent or piece.spent
                told(done, None)
        self.cut = self.cut or done < len(self.asked)

    def joint(self, piece: Piece, place: int, facts: Facts, names: Texts) -> bytes:
        """The line of a group that acts in concert, whose members' economic shares are added up."""
        import numpy as np

        from api.cli.control_lines import lines
        from api.masking import mask_text
        from graph.control.votes import taken

        rows, proofs = piece.answers.rows, piece.proofs
        group = self.groups[int(rows.group[place]) - self.alone]
        one = piece._replace(
            answers=piece.answers._replace(
                rows=taken(rows, slice(place, place + 1)), mark=piece.answers.mark[place:]
            ),
            least=piece.least[place:],
            most=piece.most[place:],
            proofs=proofs._replace(ptr=proofs.ptr[place : place + 2], cut=proofs.cut[place:]),
        )
        owner = np.full(int(rows.group[place]) + 1, group[0], np.int32)
        line = json.loads(b"".join(lines(one, facts._replace(owner=owner), names, 1)))
        shares = [self.economics.share(member, int(rows.node[place])) for member in group]
        within = any(e.owned in group for member in group for e in self.economics.of_owner(member))
        known = [s.least for s in shares if s.least is not None]
        whole = len(known) == len(shares) and not within
        said = [mask_text(self.found.name(member)) for member in group]
        line["owner"], line["concert"] = " + ".join(said), said
        line["economic_share"] = round(sum(known), 12) if whole else None
        line["notes"] = [n for n in line["notes"] if n != "no_solution"] + ([] if whole else ["no_solution"])
        return json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    @cached_property
    def economics(self) -> Economics:
        """For groups: others are worked out piece by piece."""
        from graph.control.economic import Economics

        return Economics.of(self.engine.holdings, self.engine.parts)


def write(run: Run, answers: Answers) -> None:
    """All lines in the chosen format, to the output file in one step, or to stdout."""
    from api.cli.match_files import replaced
    from api.output import Column, Table

    if run.format == "jsonl":
        with ExitStack() as stack:
            out: Any = sys.stdout.buffer
            if run.output is not None:
                part = run.output.with_name(run.output.name + ".part")
                out = stack.enter_context(replaced(run.output, part))
            else:
                sys.stdout.flush()
            for block in answers.blocks():
                out.write(block)
            out.flush()
        if run.output is not None:
            run.note("out.written", path=run.output)
        return
    rows = [json.loads(line) for block in answers.blocks() for line in block.splitlines()]
    if run.format != "json":
        rows = [row | {"path": path_text(row["path"]), "notes": " ".join(row["notes"])} for row in rows]
    shown = tuple(Column(key, run.say(f"control.column.{key}")) for key in COLUMNS)
    run.emit(Table(columns=shown, rows=rows))


def path_text(path: Sequence[dict[str, Any]]) -> str:
    """Holdings on one line."""
    return "; ".join(f"{step['owner']} → {step['owned']} {step['share']}" for step in path)


def say_read(run: Run, found: HoldingsFile) -> None:
    """What was read and what was not, on stderr: rejected rows with row and column."""
    for bad in found.rejected:
        run.note("control.rejected", row=bad.row, column=bad.column, reason=reason(run, bad.code))
    if found.rejected_count > len(found.rejected):
        run.note("control.more_rejected", count=found.rejected_count - len(found.rejected))
    if found.unknown:
        run.note("control.ignored", columns=", ".join(found.unknown))
    if found.parts:
        run.note("control.parts")
    elif found.small:
        run.note("control.percent", count=found.small)
    for code, count in (
        ("control.outside", found.outside),
        ("control.unstated", found.unstated),
        ("control.repeated", found.repeated),
    ):
        if count:
            run.note(code, count=count)
    run.note("control.read", rows=found.read, used=len(found.owner), parties=found.count)


def reason(run: Run, code: str) -> str:
    """Why a row was refused, in the catalogue of the loaders."""
    from graph.messages import catalogue

    return catalogue("loaders")[code][run.lang]


def say_findings(run: Run, found: HoldingsFile, engine: Engine) -> None:
    """What the holdings themselves can't mean, on stderr."""
    excesses = engine.holdings.excesses()
    for excess in excesses[:SHOWN]:
        share = max(excess.shares, excess.votes) / 10**10
        run.note("control.excess", name=found.name(excess.company), share=f"{share:.2f}")
    if len(excesses) > SHOWN:
        run.note("control.more_excess", count=len(excesses) - SHOWN)
    if engine.unsearched:
        run.note("control.circle", count=engine.unsearched)


def wanted_number(found: HoldingsFile, file: Path, name: str) -> int:
    """The number of a party that was named.

    Raises:
        CommandError: `control.unknown_party`.
    """
    from loaders.holdings_file import number_of

    number = number_of(found, name)
    if number is None:
        raise CommandError("control.unknown_party", status=USAGE, name=name, path=file)
    return number


def concert_group(found: HoldingsFile, file: Path, text: str) -> tuple[int, ...]:
    """Parties that act in concert, by name.

    Raises:
        CommandError: `control.unknown_party`, or `control.concert`: fewer than two.
    """
    names = [name.strip() for name in re.split(r"[,，;；、]", text) if name.strip()]
    group = tuple(sorted({wanted_number(found, file, name) for name in names}))
    if len(group) < 2:
        raise CommandError("control.concert", status=USAGE, text=text)
    return group
