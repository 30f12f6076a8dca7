"""What officials' records look like to those who may not see them: that something restricted exists, and its weight.

Findings on officials (D07-D10, and recusal of officials) are for the discipline channel (公务员法 74, 76, 107).
Every ordinary view goes through here, and hiding is what happens by default: a view shows them only when it is told
to, and whoever asks states a purpose, which is recorded before anything is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec
import uuid_utils

from api.errors import USAGE, CommandError
from graph.messages import say
from matching.decision import Bilingual, Decision, Effect, Finding, SubjectResult

if TYPE_CHECKING:
    from matching.ledger import Ledger

ACCESS: Final = "restricted_access"
"""Kind of the ledger's items that record who looked at what for which purpose."""
LONGEST_PURPOSE: Final = 500


def _words(code: str) -> Bilingual:
    return Bilingual(zh=say("api", code, "zh"), en=say("api", code, "en"))


def ordinary_finding(finding: Finding) -> Finding:
    """A finding as everybody may see it: of a restricted one only its code and effect."""
    if not finding.restricted:
        return finding
    return Finding(
        code=finding.code,
        effect=finding.effect,
        title=_words("restricted.title"),
        detail=_words("restricted.detail"),
        legal_basis=(),
        restricted=True,
    )


def ordinary_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings as everybody may see them.

    One that changes no verdict is left out: that a record was once repaired or revoked may be neither published nor
    used (令36 art. 3), and an empty hint would tell it.
    """
    return tuple(
        ordinary_finding(finding)
        for finding in findings
        if not (finding.restricted and finding.effect is Effect.INFO)
    )


def ordinary(decision: Decision) -> Decision:
    """A decision as everybody may see it; verdicts and hashes stay those of the whole one."""
    if not restricted(decision):
        return decision

    def subjects(results: Iterable[SubjectResult]) -> tuple[SubjectResult, ...]:
        return tuple(msgspec.structs.replace(r, reasons=ordinary_findings(r.reasons)) for r in results)

    return msgspec.structs.replace(
        decision,
        bidders=subjects(decision.bidders),
        subjects=subjects(decision.subjects),
        pairs=tuple(msgspec.structs.replace(p, reasons=ordinary_findings(p.reasons)) for p in decision.pairs),
        tender=msgspec.structs.replace(decision.tender, reasons=ordinary_findings(decision.tender.reasons)),
    )


def restricted(decision: Decision) -> bool:
    """Whether a decision holds anything that ordinary views hide."""
    reasons = [group.reasons for group in (*decision.bidders, *decision.subjects)]
    reasons += [pair.reasons for pair in decision.pairs]
    return any(finding.restricted for found in (*reasons, decision.tender.reasons) for finding in found)


def checked_purpose(wanted: bool, purpose: str) -> str:
    """The purpose for which restricted content is asked; empty where it is not asked.

    Raises:
        CommandError: `usage.purpose` (status 2): asked without a purpose, or a purpose without asking.
    """
    purpose = " ".join(purpose.split())
    if wanted != bool(purpose) or len(purpose) > LONGEST_PURPOSE:
        raise CommandError("usage.purpose", status=USAGE, longest=LONGEST_PURPOSE)
    return purpose


def record_access(
    ledger: Ledger, *, subject: str, purpose: str, tenant: str, actor: str, at: datetime
) -> None:
    """Record that restricted content is shown, before it is.

    Args:
        ledger: where; the record is in its chain.
        subject: what is looked at: a decision's id, or a project's key in the graph.
        purpose: as the person stated it; numbers of persons in it are masked.
        tenant: whose.
        actor: who looks.
        at: when.

    Raises:
        LedgerError: it could not be recorded; nothing may be shown.
    """
    from api.masking import mask_text
    from matching.ledger.model import Draft

    body = msgspec.json.encode({"subject": subject, "purpose": mask_text(purpose)}, order="sorted")
    draft = Draft(kind=ACCESS, id=str(uuid_utils.uuid7()), state="shown", body=body, keys=(subject,))
    ledger.items.put(draft, tenant=tenant, actor=actor, at=at)


__all__ = [
    "ACCESS", "checked_purpose", "ordinary", "ordinary_finding", "ordinary_findings", "record_access",
    "restricted",
]  # fmt: skip
