"""`liancheng demo`: the fictitious city as files, in the store, or as a walk through the main job."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from api import bootstrap
from api.cli.common import Run, command, option
from api.cli.load import load_table, tell
from api.errors import MISSING, CommandError, sentence
from api.loading import current_number, load_files
from api.output import Column, Table
from graph.dates import china_day

if TYPE_CHECKING:
    from loaders.demo import DemoManifest
    from loaders.report import LoadReport
    from matching.request import DecisionRequest

MARK = "demo.json"
"""Stands beside generations made from the demo, so that fictitious data never mixes with real lists."""


@command("demo", formats=("table", "json"))
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, file_okay=False))
@option("--load", "load_it", is_flag=True, help="opt.load")
@option("--run", "run_it", is_flag=True, help="opt.run")
@option("--no-serve", is_flag=True, help="opt.no_serve")
@option("--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, help="opt.port")
@option("--seed", type=int, help="opt.seed")
def demo(
    run: Run, folder: Path | None, load_it: bool, run_it: bool, no_serve: bool, port: int, seed: int | None
) -> int:
    """Write, load or show the demo city."""
    from loaders.demo.write import SEED, write_demo

    folder = folder or bootstrap.ensure_home(run.settings) / "demo"
    if load_it or run_it:
        refuse_real_data(run)
    now = bootstrap.now().replace(microsecond=0)
    manifest = write_demo(folder, seed=SEED if seed is None else seed, today=china_day(now), taken_at=now)
    run.note(
        "demo.city", city=manifest.city, companies=manifest.companies, persons=manifest.persons, folder=folder
    )
    if not (load_it or run_it):
        run.emit(files_table(run, manifest))
        return 0
    report = load_city(run, folder, manifest)
    if not report.published:
        tell(run, report.to_json(run.lang))
        raise CommandError("demo.failed", status=MISSING)
    if not run_it:
        document = report.to_json(run.lang)
        run.emit(load_table(run, document))
        tell(run, document)
        return 0
    run.note(
        "demo.loaded",
        files=len(report.files),
        records=sum(f.accepted for f in report.files),
        generation=report.generation,
    )
    show_tender(run, folder, manifest)
    show_loaded(run, manifest)
    if not no_serve:
        serve_demo(run, port)
    return 0


def refuse_real_data(run: Run) -> None:
    """Let the demo into an empty store or one that holds the demo already, and into no other.

    Raises:
        CommandError: `demo.real_data`: the store has been loaded with something else.
    """
    root = bootstrap.ensure_home(run.settings)
    if (root / MARK).is_file():
        return
    if current_number(run.settings) or ("://" in run.settings.store and _holds_data(run)):
        raise CommandError("demo.real_data", store=run.settings.store)


def _holds_data(run: Run) -> bool:
    """Whether a server's database has been loaded, perhaps from another machine."""
    from graph.store import StoreError

    try:
        with bootstrap.opened_store(run.settings) as store:
            return store.generation() > 0
    except StoreError as error:
        if error.code != "store.missing_database":
            raise
        return False


def load_city(run: Run, folder: Path, manifest: DemoManifest) -> LoadReport:
    """Load the register and all lists, as the manifest says; each says when it was taken."""
    from graph.dates import parse_instant
    from loaders.run import LoadOptions

    (bootstrap.ensure_home(run.settings) / MARK).write_text(
        json.dumps({"seed": manifest.seed, "folder": str(folder)}), "utf-8"
    )
    taken_at = parse_instant(manifest.taken_at)
    paths = [folder / file.path for file in manifest.files if file.snapshot]
    with run.progress(run.say("load.progress")) as advance:
        return load_files(
            run.settings,
            paths,
            LoadOptions(taken_at=taken_at, lang=run.lang, allow_shrink=True),
            recorded_at=bootstrap.now(),
            progress=lambda label, rows: advance(rows, None),
            publishing=lambda step, done, total: advance(done, total or None),
            unkept=lambda error: run.note("load.unkept", message=sentence(error, run.lang) or error.code),
        )


def files_table(run: Run, manifest: DemoManifest) -> Table:
    """What was written and how each file is read."""
    rows: list[dict[str, Any]] = [
        {"path": f.path, "kind": f.kind, "rows": f.rows, "encoding": f.encoding, "load": f.load}
        for f in manifest.files
    ]
    columns = tuple(
        Column(key, run.say(f"demo.col.{key}")) for key in ("path", "kind", "rows", "encoding", "load")
    )
    return Table(columns=columns, rows=rows, document=msgspec.to_builtins(manifest))


def show_tender(run: Run, folder: Path, manifest: DemoManifest) -> None:
    """Decide a tender from its request, print its verdicts, and set out one reason in full."""
    from api.problems import parse_request

    tender = manifest.tenders[0]
    _show(run, parse_request((folder / tender.request).read_bytes()), tender.name, tender.title)


def show_loaded(run: Run, manifest: DemoManifest) -> None:
    """Decide the open tender from what its tables say of everyone in it, with what connects its bidders."""
    from api.problems import parse_request
    from api.tenders import request_of

    with bootstrap.opened_store(run.settings) as store:
        body = request_of(store, manifest.loaded.tender)
    request = parse_request(msgspec.json.encode(body))
    _show(run, request, request.tender.name, manifest.loaded.command)


def _show(run: Run, request: DecisionRequest, name: str, title: str) -> None:
    from api.explain import finding_lines, findings_of
    from api.rows import columns, decision_table
    from matching.decision import Effect

    run.compile_ahead()
    with bootstrap.opened_desk(run.settings) as desk:
        decision = desk.screener.screen(request, now=bootstrap.now(), tenant=run.settings.tenant, actor="cli")
    run.note("demo.tender", name=name, title=title)
    table = decision_table(decision, run.lang)
    # the decision is the same for all rows of one tender: its id is printed once, below
    shown = tuple(c for c in columns(run.lang) if c.key not in ("decision_id", "records", "row"))
    run.emit(Table(columns=shown, rows=table.rows, document={"bidders": table.rows}))
    if run.format == "table":
        for index, bidder in enumerate(decision.bidders):
            found = [
                f for f in findings_of(decision, index) if f.effect is Effect.BLOCK and (f.evidence or f.path)
            ]
            if found:
                why = run.say("demo.reason", name=bidder.name)
                sys.stdout.write("\n".join(["", why, *finding_lines(found[0], run.lang), "", ""]))
                sys.stdout.flush()
                break
    run.note("demo.next", id=decision.decision_id)


def serve_demo(run: Run, port: int) -> None:
    """Serve on loopback; where the port is taken, on a free one."""
    from api.serve import serve

    def tell_address(address: str) -> None:
        run.note("serve.started", address=address)

    try:
        serve(run.settings, "127.0.0.1", port, 1, tell_address)
    except OSError:
        serve(run.settings, "127.0.0.1", 0, 1, tell_address)
