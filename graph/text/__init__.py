"""Text of published records: repair, headings and cells, names of organisations and persons, branches,
regions."""

from graph.text._tables import WILDCARD, simplify
from graph.text.branches import BranchName, branch, parent_of
from graph.text.cells import clean, header, is_empty
from graph.text.organizations import OrgName, index_text, org_key, organization_name, wildcard_equal
from graph.text.persons import PersonName, person_key, person_name, person_names_near
from graph.text.regions import division_level, province_name, province_of
from graph.text.repair import repair, repaired_what

__all__ = [
    "WILDCARD",
    "BranchName",
    "OrgName",
    "PersonName",
    "branch",
    "clean",
    "division_level",
    "header",
    "index_text",
    "is_empty",
    "org_key",
    "organization_name",
    "parent_of",
    "person_key",
    "person_name",
    "person_names_near",
    "province_name",
    "province_of",
    "repair",
    "repaired_what",
    "simplify",
    "wildcard_equal",
]
