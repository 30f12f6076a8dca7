"""A bidder list becomes requests: one for the given tender, one a project, or one a bidder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from api.problems import Problem, RequestError, validate_request
from api.rows import bidder_row
from graph.messages import Lang, say
from matching.decision import Verdict, strictest

if TYPE_CHECKING:
    from matching.decision import Decision
    from matching.request import DecisionRequest

MAX_BIDDERS = 10_000


class InputRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a bidder list: its number in the file and the fields of a bidder."""

    row: int
    client_id: str
    fields: Mapping[str, Any]
    project: str = ""
    lot: str = ""
    incomplete: str = ""
    """Why the row may speak of parties that could not be told apart: its verdict can't be CLEAR."""
    incomplete_in: Mapping[str, str] = {}
    """The same by language, where it is kept for readers of both."""


class RejectedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that can't be decided, with the reason as a sentence: it counts as UNDETERMINED."""

    row: int
    name: str
    message: str
    client_id: str = ""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A request and the rows that its bidders came from, in the same order."""

    request: DecisionRequest
    rows: tuple[InputRow, ...]


def group_rows(rows: Sequence[InputRow], with_tender: bool) -> list[list[InputRow]]:
    """Rows that are decided together: all of one tender, else those of one project; others alone.

    Without a project code the lot code stands for it: on the trading platforms it is unique by itself.
    """
    if with_tender:
        return [list(rows)] if rows else []
    groups: dict[str, list[InputRow]] = {}
    for row in rows:
        key = f"p\x1f{row.project}" if row.project else f"l\x1f{row.lot}" if row.lot else f"r\x1f{row.row}"
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def make_asks(
    rows: Sequence[InputRow], frame: Mapping[str, Any], with_tender: bool, lang: Lang
) -> tuple[list[Ask], list[RejectedRow]]:
    """Requests for all rows; a row that is no bidder is rejected and the others go on.

    Args:
        rows: as read from the list.
        frame: the parts of the request that are the same for all (`tender`, `lots`, `known_at`).
        with_tender: whether the frame names the tender that all rows bid in.
        lang: language of rejections.

    Raises:
        RequestError: the frame itself is wrong, or a project has more bidders than a request may have.
    """
    sound, rejected = check_rows(rows, lang)
    asks = []
    for group in group_rows(sound, with_tender):
        if len(group) > MAX_BIDDERS:
            raise RequestError([Problem(pointer="/bidders", code="body.long", params={"limit": MAX_BIDDERS})])
        asks.append(Ask(request=validate_request(_body(group, frame)), rows=tuple(group)))
    return asks, rejected


def check_rows(rows: Sequence[InputRow], lang: Lang) -> tuple[list[InputRow], list[RejectedRow]]:
    """The rows that are bidders, and the others with what is wrong with them."""
    from pydantic import ValidationError

    from api.problems import from_pydantic
    from matching.request import Bidder

    sound, rejected = [], []
    for row in rows:
        try:
            Bidder.model_validate(dict(row.fields))
        except ValidationError as error:
            problem = from_pydantic(error)[0]
            message = f"{problem.pointer or '/'}: {problem.message(lang)}"
            name = str(row.fields.get("name", ""))
            rejected.append(RejectedRow(row=row.row, client_id=row.client_id, name=name, message=message))
        else:
            sound.append(row)
    return sound, rejected


def _body(group: Sequence[InputRow], frame: Mapping[str, Any]) -> dict[str, Any]:
    """The request of a group; client ids are made unique, since findings on pairs name bidders by them."""
    taken: set[str] = set()
    bidders = []
    for row in group:
        client_id = row.client_id or str(row.row)
        if client_id in taken:
            client_id = f"{client_id}#{row.row}"
        taken.add(client_id)
        fields = {**row.fields, "client_id": client_id}
        if row.lot and not fields.get("lots"):
            fields["lots"] = [row.lot]
        bidders.append(fields)
    body = {**frame, "bidders": bidders}
    project = group[0].project
    if project and not (body.get("tender") or {}).get("id"):
        body["tender"] = {**(body.get("tender") or {}), "id": project[:200]}
    return body


def result_rows(
    asks: Sequence[Ask], decisions: Iterable[Decision], rejected: Iterable[RejectedRow], lang: Lang
) -> Iterator[dict[str, Any]]:
    """One row a bidder with its verdict, in the order of the input; rejected rows are UNDETERMINED."""
    found = [
        with_doubt(bidder_row(decision, index, lang, row=row.row), row, lang)
        for ask, decision in zip(asks, decisions, strict=True)
        for index, row in enumerate(ask.rows)
    ]
    found += [rejected_row(row, lang) for row in rejected]
    yield from sorted(found, key=lambda row: row["row"])


def with_doubt(result: dict[str, Any], row: InputRow, lang: Lang) -> dict[str, Any]:
    """A result whose row was not fully understood: at least UNDETERMINED, and it says why."""
    if not row.incomplete:
        return result
    verdict = strictest([Verdict(result["verdict"]), Verdict.UNDETERMINED])
    if verdict is Verdict.UNDETERMINED:
        result["remark"] = say(
            "api", "screen.incomplete", lang, message=row.incomplete_in.get(lang, row.incomplete)
        )
    return {**result, "verdict": verdict.value}


def rejected_row(row: RejectedRow, lang: Lang) -> dict[str, Any]:
    """A rejected row as it stands among the results."""
    return {
        "row": row.row,
        "client_id": row.client_id,
        "name": row.name,
        "code": "",
        "verdict": Verdict.UNDETERMINED.value,
        "rules": [],
        "records": [],
        "tier": "",
        "remark": say("api", "screen.rejected", lang, message=row.message),
        "decision_id": "",
    }


__all__ = [
    "Ask", "InputRow", "RejectedRow", "check_rows", "group_rows", "make_asks", "rejected_row",
    "result_rows",
]  # fmt: skip
