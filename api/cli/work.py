"""`liancheng work`: the background work, for installations that run it apart from the server."""

from __future__ import annotations

import click

from api.cli.common import Run, command, option
from api.errors import MISSING


@command("work")
@option("--once", is_flag=True, help="opt.once")
@click.option("--beside", is_flag=True, hidden=True)
def work(run: Run, once: bool, beside: bool) -> int:
    """Run the background work."""
    from api.jobs import JOBS
    from api.work import Worker, until_signalled

    worker = Worker(run.settings, JOBS)
    if once:
        failed = worker.once()
        for name in failed:
            run.note("work.failed", job=name)
        return MISSING if failed else 0
    if not beside:
        run.note("work.started")
    until_signalled(worker, orphan=beside)
    return 0
