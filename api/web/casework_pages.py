"""The pages of measures, objections and repairs, of the catalogue of measures and of the report on timeliness."""

from __future__ import annotations

from typing import Final

from api.principals import Scope
from api.web.door import Page
from api.web.views import catalogue, measures, objections, repairs, reports

_POST: Final = ("POST",)
PAGES: Final[tuple[Page, ...]] = (
    Page("/measures", measures.listed, scope=Scope.READ),
    Page("/measures/catalogue", catalogue.show, scope=Scope.READ),
    Page("/measures/{measure_id}", measures.one, scope=Scope.READ),
    Page("/measures/{measure_id}", measures.take, _POST, scope=Scope.DECIDE),
    Page("/objections", objections.listed, scope=Scope.CASES),
    Page("/objections", objections.file, _POST, scope=Scope.CASES, takes_file=True),
    Page("/objections/new", objections.form, scope=Scope.CASES),
    Page("/objections/{objection_id}", objections.one, scope=Scope.CASES),
    Page("/objections/{objection_id}", objections.take, _POST, scope=Scope.CASES, takes_file=True),
    Page("/repairs", repairs.listed, scope=Scope.CASES),
    Page("/repairs", repairs.file, _POST, scope=Scope.CASES, takes_file=True),
    Page("/repairs/new", repairs.form, scope=Scope.CASES),
    Page("/repairs/{repair_id}", repairs.one, scope=Scope.CASES),
    Page("/repairs/{repair_id}", repairs.take, _POST, scope=Scope.CASES, takes_file=True),
    Page("/reports/timeliness", reports.show, scope=Scope.READ),
)
"""Work lists with their deadlines, and every step of them."""
