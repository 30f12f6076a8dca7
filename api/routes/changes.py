"""What changed for those who are watched, in order: read on from the last cursor, and nothing is missed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response

from api import bootstrap
from api.masking import mask_value
from api.principals import Scope
from api.routes.access import asking, needs
from api.routes.base import cursor, json_answer, service
from api.routes.problem import problems
from api.routes.shapes import Given, Taken, gives
from api.routes.watching import number_after
from matching.ledger import Viewer, visible
from matching.ledger.watchrows import Change
from matching.watch.rescreen import ChangeBody

router = APIRouter(prefix="/v1/changes", tags=["changes"])


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that is new, changed or ended for a watched party or tender.

    Of a tender whose bids are sealed only that something changed is told; it is told in full after the opening.
    """

    cursor: str
    at: datetime
    monitor_id: str | None
    tender_id: str | None
    sealed: bool = False
    id: str | None = None
    change: str | None = None
    """`new`, `changed` or `ended`."""
    code: str | None = None
    effect: str | None = None
    was: str | None = None
    """The effect before, of one that changed."""
    ref: str | None = None
    party_id: str | None = None
    who: str | None = None
    """Whose finding: a bidder's `client_id`, `a|b` of a pair, `role:client_id`; empty for the tender's own."""
    list: str | None = None
    record: str | None = None
    record_hash: str | None = None
    tier: str | None = None
    cause: str | None = None
    """Of one that ended: `removed`, `repaired`, `revoked`, `expired`, `temp_lifted`, `rejected_by_review` or `gone`."""
    decision_id: str | None = None
    initial: bool | None = None
    restricted: bool | None = None


class ChangePage(msgspec.Struct, frozen=True, kw_only=True):
    """Changes, oldest first. `next` is always there: what to give as `since` the next time."""

    changes: tuple[ChangeView, ...]
    next: str
    more: bool
    """Whether more are waiting now."""


BODIES: tuple[Taken, ...] = ()
ANSWERS: tuple[Given, ...] = (ChangeView, ChangePage)


@router.get("", dependencies=[needs(Scope.READ)], responses={**gives(ChangePage), **problems("http.invalid")})
def changes(
    request: Request,
    since: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    monitor: Annotated[str, Query(max_length=100)] = "",
    tender: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The changes after a cursor (`latest`: only what comes from now on), of one monitor or tender or of all."""
    who, now, watching = asking(request), bootstrap.now(), service(request).ledger.watching
    if since == "latest":
        return _page((), watching.last_change(tenant=who.tenant), more=False)
    after = number_after(request, since)
    found = watching.changes(
        tenant=who.tenant,
        after=after,
        limit=limit,
        kind="monitor" if monitor else "tender",
        item=monitor or tender,
    )
    views = [change_view(one, who.viewer, now) for one in found]
    return _page(tuple(views), found[-1].seq if found else after, more=len(found) == limit)


def change_view(one: Change, viewer: Viewer, at: datetime) -> ChangeView:
    """A change as a viewer may see it: of sealed bids only that something changed."""
    view = ChangeView(
        cursor=cursor(one.seq) or "",
        at=one.at,
        monitor_id=one.item if one.kind == "monitor" else None,
        tender_id=one.item if one.kind == "tender" else None,
    )
    if not visible(one, viewer, at):
        return msgspec.structs.replace(view, sealed=True)
    if one.body is None:
        return view
    body = msgspec.json.decode(one.body, type=ChangeBody)
    told: dict[str, Any] = msgspec.structs.asdict(body)
    told["effect"] = body.effect.value
    told["was"] = None if body.was is None else body.was.value
    return msgspec.structs.replace(view, **told, party_id=str(one.watched))


def _page(views: tuple[ChangeView, ...], last: int, *, more: bool) -> Response:
    page = ChangePage(changes=views, next=cursor(last) or "", more=more)
    return json_answer(mask_value(msgspec.to_builtins(page)))
