"""Decisions by party, verdict and day: an index, filled from the decisions that are there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from graph.identifiers import looks_personal, parse_organization

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CHUNK = 1_000
"""Decisions read at a time."""
MOST = 2**53
"""No instant of an event is so far from 1970."""
ALL = ""
"""The key under which every decision stands."""
VERDICTS = ("CLEAR", "FLAG", "REVIEW", "UNDETERMINED", "BLOCK")
PARTIES = ("buyer", "agency", "platform_operator", "prior_service_providers")


def upgrade() -> None:
    """Make and fill the index. There is no downgrade."""
    index = op.create_table(
        "decision_index",
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("event_seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("opening_at", sa.BigInteger),
        sa.Column("actor", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("decision_index_by_at", "decision_index", ["tenant", "key", "at", "verdict", "event_seq"])
    connection, last = op.get_bind(), 0
    query = sa.text(
        "SELECT d.event_seq, d.tenant, d.body, d.request, e.body AS event FROM decision d"
        " JOIN event e ON e.seq = d.event_seq WHERE d.event_seq > :last ORDER BY d.event_seq LIMIT :many"
    )
    while rows := connection.execute(query, {"last": last, "many": CHUNK}).all():
        last = rows[-1].event_seq
        op.bulk_insert(index, [one for row in rows for one in _entries(row)])


def _entries(row: sa.Row[tuple[object, ...]]) -> list[dict[str, object]]:
    event = _read(row.event)
    at = event.get("at")
    if not (isinstance(at, int) and abs(at) < MOST):  # altered: verification tells of it
        return []
    verdict, keys = _told(_read(row.body), _read(row.request))
    return [
        {
            "tenant": row.tenant,
            "key": key,
            "event_seq": row.event_seq,
            "at": at,
            "verdict": verdict,
            "opening_at": _opening(event.get("data")),
            "actor": _text(event.get("actor")),
        }
        for key in (ALL, *keys)
    ]


def _read(stored: object) -> dict[str, Any]:
    """Stored bytes as JSON; what was erased or can't be read says nothing, and never keeps the ledger shut."""
    try:
        found = json.loads(bytes(stored)) if isinstance(stored, bytes | memoryview) else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _opening(data: object) -> int | None:
    stated = _text(data.get("opening_at")) if isinstance(data, dict) else ""
    found = (
        int(stated) if 0 < len(stated) < 20 and stated.isascii() and stated.lstrip("-").isdecimal() else None
    )
    return found if found is not None and abs(found) < MOST else None


def _text(value: object) -> str:
    """A text that every database keeps; anything else is none."""
    if not isinstance(value, str) or "\0" in value:
        return ""
    return value if value.encode("utf-8", "replace") == value.encode("utf-8", "surrogatepass") else ""


def _told(decision: dict[str, Any], request: dict[str, Any]) -> tuple[str, dict[str, None]]:
    """Verdict and keys, from the decision as it was written then and not as any later program reads one."""
    found: dict[str, None] = {}
    if not decision:
        return "", found
    tender = request.get("tender")
    number = _text(tender.get("id")) if isinstance(tender, dict) else ""
    if number and not looks_personal(number):
        found[f"tender:{number.strip()[:200]}"] = None
    subjects = [*_each(decision.get("bidders")), *_each(decision.get("subjects"))]
    around = [tender.get(name) for name in PARTIES] if isinstance(tender, dict) else []
    stated = [
        _text(one.get("id"))
        for party in _parties([request.get("bidders"), *around])
        for one in _each(party.get("identifiers"))
    ]
    for code in (*stated, *(_text(one.get("code")) for one in subjects)):
        if key := _organization(code):
            found[key] = None
    for one in (*subjects, *_each(decision.get("pairs")), *_each([decision.get("tender")])):
        for finding in _each(one.get("reasons")):
            path = finding.get("path")
            if isinstance(path, dict) and not finding.get("restricted"):
                ids = (_text(node.get("id")) for node in _each(path.get("nodes")))
                found.update((f"party:{name}", None) for name in ids if name)
    verdict = _text(decision.get("verdict"))
    return verdict if verdict in VERDICTS else "", found


def _organization(code: str) -> str:
    parsed = parse_organization(code) if code.isascii() and 0 < len(code) < 40 else None
    if parsed is None or parsed.scheme != "uscc" or parsed.state not in ("valid", "checksum"):
        return ""
    return "" if looks_personal(parsed.value) else f"code:{parsed.value}"


def _each(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _parties(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _parties(one)
    elif isinstance(value, dict):
        yield value
        joint = value.get("consortium")
        if isinstance(joint, dict):
            yield from _parties([joint.get("members"), joint.get("prequalified_members")])
