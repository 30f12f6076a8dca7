"""`liancheng explain`: the reasons of a recorded decision as text, JSON or a printable page."""

from __future__ import annotations

import click

from api import bootstrap
from api.cli.common import Run, command, option
from api.errors import MISSING, CommandError, mask_identity
from api.masking import mask_json
from api.restricted import checked_purpose, record_access


@command("explain", formats=("table", "json", "html"))
@click.argument("decision_id", metavar="DECISION_ID")
@option("--trace", is_flag=True, help="opt.trace")
@option("--restricted", is_flag=True, help="opt.restricted")
@option("--purpose", default="", metavar="TEXT", help="opt.purpose")
def explain(run: Run, decision_id: str, trace: bool, restricted: bool, purpose: str) -> int:
    """Explain a decision."""
    from api.explain import explain as tell
    from matching.ledger import Viewer, visible
    from matching.overrides.proposals import successor

    purpose = checked_purpose(restricted, purpose)
    now = bootstrap.now()
    with bootstrap.opened_ledger(run.settings, create=False, reading=True) as ledger:
        stored = ledger.decision(decision_id, tenant=run.settings.tenant)
        newer = successor(ledger, decision_id, tenant=run.settings.tenant)
    if stored is None:
        raise CommandError("explain.none", id=mask_identity(decision_id))
    if stored.decision is None or stored.body is None:
        raise CommandError("explain.erased", id=decision_id)
    # whoever runs the command line works on the deciding machine: the role that may see its own sealed bids
    viewer = Viewer(tenant=run.settings.tenant, roles=frozenset({"platform"}), principal="cli")
    if not visible(stored, viewer, now):
        raise CommandError("explain.sealed", id=decision_id, status=MISSING)
    if restricted:
        with bootstrap.opened_ledger(run.settings, create=False) as ledger:
            record_access(
                ledger, subject=decision_id, purpose=purpose, tenant=run.settings.tenant, actor="cli", at=now
            )
    if run.format == "json":
        run.emit_bytes(mask_json(stored.body, restricted=restricted) + b"\n")
    elif run.format == "html":
        from api.report import report

        replaced = {decision_id: newer} if newer else {}
        page = report([stored.decision], run.lang, made_at=now, restricted=restricted, replaced=replaced)
        run.emit_bytes(page)
    else:
        said = tell(stored.decision, run.lang, trace=trace, restricted=restricted, replaced_by=newer)
        run.emit_bytes(said.encode())
    return 0
