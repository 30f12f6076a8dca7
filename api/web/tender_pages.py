"""The pages of tenders."""

from __future__ import annotations

from typing import Final

from api.principals import Scope
from api.web.door import Page
from api.web.views import tenders

_POST: Final = ("POST",)
PAGES: Final[tuple[Page, ...]] = (
    Page("/tenders", tenders.listed, scope=Scope.READ),
    Page("/tenders", tenders.watch, _POST, scope=Scope.DECIDE),
    Page("/tenders/{tender_id}", tenders.show, scope=Scope.READ),
    Page("/tenders/{tender_id}/state", tenders.move, _POST, scope=Scope.DECIDE),
)
"""They join the table of all pages."""
