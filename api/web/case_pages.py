"""Pages of cases, what is watched, and the audit chain, with what it takes to see each."""

from __future__ import annotations

from typing import Final

from api.principals import Scope
from api.web.door import Page
from api.web.views import case_sharing, cases

_POST: Final = ("POST",)
PAGES: Final[tuple[Page, ...]] = (
    Page("/cases", cases.listed, scope=Scope.CASES),
    Page("/cases", cases.opened, _POST, scope=Scope.CASES),
    Page("/cases/{case_id}", cases.show, scope=Scope.CASES),
    Page("/cases/{case_id}", cases.changed, _POST, scope=Scope.CASES),
    Page("/cases/{case_id}/notes", cases.noted, _POST, scope=Scope.CASES),
    Page("/cases/{case_id}/links", cases.tied, _POST, scope=Scope.CASES),
    Page("/cases/{case_id}/picture", cases.drawn, _POST, scope=Scope.CASES),
    Page("/cases/{case_id}/snapshots", cases.frozen, _POST, scope=Scope.CASES),
    Page("/cases/{case_id}/export", case_sharing.export, scope=Scope.CASES),
    Page("/shared/{token}", case_sharing.shared, scope=Scope.CASES),
    Page("/shared/{token}/content", case_sharing.content, scope=Scope.CASES),
)
