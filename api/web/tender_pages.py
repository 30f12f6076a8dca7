"""The pages of tenders and overrides, and of what anybody may look up."""

from __future__ import annotations

from typing import Final

from api.principals import Scope
from api.web.door import Page
from api.web.views import agencies, overriding, tenders

_POST: Final = ("POST",)
_PUBLIC: Final = "Where it is switched on, what is published of agencies is for everybody (SPEC 1 #27)."
PAGES: Final[tuple[Page, ...]] = (
    Page("/tenders", tenders.listed, scope=Scope.READ),
    Page("/tenders", tenders.watch, _POST, scope=Scope.DECIDE),
    Page("/tenders/{tender_id}", tenders.show, scope=Scope.READ),
    Page("/tenders/{tender_id}/state", tenders.move, _POST, scope=Scope.DECIDE),
    Page("/decisions/{decision_id}/override", overriding.form, scope=Scope.DECIDE),
    Page("/decisions/{decision_id}/override", overriding.propose, _POST, scope=Scope.DECIDE),
    Page("/overrides", overriding.listed, scope=Scope.READ),
    Page("/overrides/{override_id}", overriding.one, scope=Scope.READ),
    Page("/overrides/{override_id}/answer", overriding.answer, _POST, scope=Scope.CASES),
    Page("/overrides/{override_id}/withdraw", overriding.withdraw, _POST, scope=Scope.DECIDE),
    Page("/public/agencies", agencies.show, open_to="anybody", reason=_PUBLIC),
    Page("/public/agencies", agencies.show, _POST, open_to="anybody", reason=_PUBLIC),
)
"""They join the table of all pages."""
