"""The pages of settings: users and keys for administrators, and everybody's own."""

from __future__ import annotations

from typing import Final

from api.principals import Scope
from api.web.door import Page
from api.web.views import own, people, programs

_POST: Final = ("POST",)
_OWN: Final = "Everybody has an own page; it shows and ends nothing but the visitor's own."
PAGES: Final[tuple[Page, ...]] = (
    Page("/settings/users", people.listed, scope=Scope.ADMIN),
    Page("/settings/users", people.make, _POST, scope=Scope.ADMIN),
    Page("/settings/users/{name}", people.one, scope=Scope.ADMIN),
    Page("/settings/users/{name}", people.change, _POST, scope=Scope.ADMIN),
    Page("/settings/keys", programs.listed, scope=Scope.ADMIN),
    Page("/settings/keys", programs.make, _POST, scope=Scope.ADMIN),
    Page("/settings/keys/{prefix}", programs.change, _POST, scope=Scope.ADMIN),
    Page("/account", own.show, open_to="everyone", reason=_OWN),
    Page("/account/sessions", own.end, _POST, open_to="everyone", reason=_OWN),
)
"""A first password and a key are shown once, on the page that answers their making."""
