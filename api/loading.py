"""Loading as command line and demo do it: into the store, then into a generation that screenings read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from api import bootstrap
from api.settings import Settings

if TYPE_CHECKING:
    from graph.store import Store
    from loaders.report import LoadReport
    from loaders.run import LoadOptions
    from matching.ledger import LedgerError


def load_files(
    settings: Settings,
    paths: Sequence[Path],
    options: LoadOptions,
    *,
    recorded_at: datetime,
    progress: Callable[[str, int], None] | None = None,
    publishing: Callable[[str, int, int], None] | None = None,
    unkept: Callable[[LedgerError], None] | None = None,
) -> LoadReport:
    """Load files into the store of these settings and make what they say readable for decisions.

    A load that died between the store and the generation is completed by the next one, also when that one
    brings nothing new. The report is kept in the ledger; where that can't be, `unkept` is told, and without one it is
    an error.

    Raises:
        StoreError, GenerationError: busy, damaged or foreign.
    """
    from loaders.run import load

    with bootstrap.opened_store(settings, create=not options.dry_run) as store:
        report = load(store, paths, options=options, recorded_at=recorded_at, progress=progress)
        if not options.dry_run:
            _keep(settings, report, options, unkept)
            refresh(settings, store, publishing)
    return report


def _keep(
    settings: Settings,
    report: LoadReport,
    options: LoadOptions,
    unkept: Callable[[LedgerError], None] | None,
) -> None:
    """Keep the report in the ledger. What was loaded is loaded, also where no ledger can be written."""
    from api import load_reports
    from matching.ledger import LedgerError

    try:
        with bootstrap.opened_ledger(settings) as ledger:
            load_reports.keep(ledger, report, taken_at=options.taken_at, actor="cli", at=bootstrap.now())
    except LedgerError as error:
        if unkept is None:
            raise
        unkept(error)


def refresh(
    settings: Settings, store: Store, publishing: Callable[[str, int, int], None] | None = None
) -> str | None:
    """Publish the store's newest state as a generation where that has not been done; its reference, if so."""
    newest = store.generation()
    if newest == 0 or newest == current_number(settings):
        return None
    return bootstrap.publish(settings, store, publishing)


def current_number(settings: Settings) -> int:
    """The number of the current generation; 0 when there is none that can be read."""
    from graph.generation import GenerationError
    from graph.generation.reader import current_ref

    try:
        ref = current_ref(settings.data_root)
    except GenerationError:
        return 0
    return int(ref.partition("-")[0]) if ref else 0
