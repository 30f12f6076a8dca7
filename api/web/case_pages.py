"""Pages of cases, what is watched, and the audit chain, with what it takes to see each."""

from __future__ import annotations

from typing import Final

from api.principals import Scope
from api.web.door import Page
from api.web.views import alerts, audit, case_sharing, cases, monitors, watching_people, webhooks

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
    Page("/alerts", alerts.listed, scope=Scope.READ),
    Page("/alerts/{alert_id}", alerts.show, scope=Scope.READ),
    Page("/alerts/{alert_id}", alerts.changed, _POST, scope=Scope.CASES),
    Page("/monitors", monitors.listed, scope=Scope.READ),
    Page("/monitors", monitors.created, _POST, scope=Scope.DECIDE),
    Page("/monitors/{monitor_id}", monitors.show, scope=Scope.READ),
    Page("/monitors/{monitor_id}", monitors.changed, _POST, scope=Scope.DECIDE),
    Page("/parties/{party_id}/watch", watching_people.watch, _POST, scope=Scope.DECIDE),
    Page("/webhooks", webhooks.show, scope=Scope.ADMIN),
    Page("/webhooks", webhooks.changed, _POST, scope=Scope.ADMIN),
    Page("/audit", audit.show, scope=Scope.AUDIT),
    Page("/audit/verify", audit.verify, _POST, scope=Scope.AUDIT),
    Page("/audit/export", audit.export, scope=Scope.AUDIT),
)
