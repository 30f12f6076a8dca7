"""`liancheng serve`: the HTTP interface."""

from __future__ import annotations

import click

from api.cli.common import Run, command, option


@command("serve")
@option("--host", default="127.0.0.1", show_default=True, help="opt.host")
@option("--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, help="opt.port")
@option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="opt.workers")
def serve(run: Run, host: str, port: int, workers: int) -> int:
    """Serve the HTTP interface."""
    from api.serve import serve as start

    run.compile_ahead()
    return start(
        run.settings,
        host,
        port,
        workers,
        lambda address: run.note("serve.started", address=address),
        lambda code, pid: run.note(code, pid=pid),
    )
