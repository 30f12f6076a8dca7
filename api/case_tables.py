"""A case as one table, for files: a row for each of its parts, so that a spreadsheet holds all of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from api import cases as shown_cases
from api import casework
from api.case_pictures import bare
from api.masking import mask_value
from graph.dates import iso
from matching.casework import cases
from matching.casework.pictures import Picture
from matching.ledger import Item, Viewer

if TYPE_CHECKING:
    from matching.ledger import Ledger

COLUMNS: Final = (
    "section", "id", "name", "code", "kind", "role", "verdict", "source", "target", "since", "until", "x", "y", "at",
    "by", "text",
)  # fmt: skip


def document(
    ledger: Ledger, item: Item, viewer: Viewer, at: datetime, picture: Picture | None = None
) -> dict[str, Any]:
    """A case with its notes, picture and history as plain values, as far as a viewer may see them.

    Args:
        ledger: where it stands.
        item: the case.
        viewer: who asks.
        at: when.
        picture: what the records say of the pinned parties; without one their places stand alone.
    """
    whole = cases.read(item)
    case, _ = cases.unsealed(whole, cases.sealed_decisions(whole, item, viewer, at))
    versions = ledger.items.history(cases.KIND, item.id, tenant=item.tenant)
    return {
        "exported_at": iso(at),
        "case": casework.shown(shown_cases.case_view(ledger, item, viewer, at)),
        "picture": mask_value(msgspec.to_builtins(picture or bare(case.pins, case.as_of or at))),
        "history": casework.shown(shown_cases.history_view(versions))["versions"],
    }


def rows_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """A case's document as one table: a row for each of its parts, `section` says which."""
    case = document["case"]
    rows: list[dict[str, Any]] = [
        {"section": "case", "id": case["id"], "name": case["title"], "kind": case["state"], "by": case["opened_by"],
         "at": case["opened_at"], "until": case.get("due_on", ""), "role": case["assignee"], "text": case["summary"]},
    ]  # fmt: skip
    rows += [{"section": "party", **_only(one, "id", "name", "code", "role")} for one in case["parties"]]
    rows += [
        {"section": "decision", "id": one["decision_id"], "text": one.get("remark", ""),
         "until": one.get("opening_at") or ""}
        for one in case["decisions"]
    ]  # fmt: skip
    rows += [
        {"section": "link", "id": one["ref"], "kind": one["kind"], "name": one.get("title", "")}
        for one in case["links"]
    ]
    rows += [{"section": "note", **_only(one, "id", "at", "by", "text")} for one in case["notes"]]
    picture = document["picture"]
    rows += [
        {
            "section": "node",
            "kind": one.get("type", ""),
            "x": one.get("x", 0),
            "y": one.get("y", 0),
            **_only(one, "id", "name", "code"),
        }
        for one in picture.get("nodes", ())
    ]
    rows += [
        {"section": "relation", "kind": one["type"], "name": one.get("zh", ""),
         **_only(one, "source", "target", "since", "until")}
        for one in picture.get("edges", ())
    ]  # fmt: skip
    rows += [
        {"section": "change", "id": one["version"], "at": one["at"], "by": one["by"], "kind": one["state"],
         "text": " ".join(one["changed"])}
        for one in document["history"]
    ]  # fmt: skip
    return rows


def _only(one: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: one.get(name, "") for name in names}
