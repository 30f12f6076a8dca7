"""Identifiers of organisations and persons (SPEC 5): read, check, explain, compare, mask. Nothing is
corrected."""

from graph.identifiers.checks import (
    birth_date,
    birth_year,
    citizen_check_character,
    citizen_valid,
    id_facts,
    nested_org_code,
    org_code_check_character,
    org_code_valid,
    reg_no_valid,
    upgrade15,
    uscc_check_character,
    uscc_valid,
)
from graph.identifiers.comparison import parse_any, same_organization_code
from graph.identifiers.in_text import mask_numbers_in_text
from graph.identifiers.masks import (
    MaskComparison,
    compare_masked,
    looks_personal,
    mask_person_id,
    normalise_mask,
)
from graph.identifiers.organizations import parse_organization
from graph.identifiers.parsed import Parsed, split_codes
from graph.identifiers.persons import parse_person

__all__ = [
    "MaskComparison",
    "Parsed",
    "birth_date",
    "birth_year",
    "citizen_check_character",
    "citizen_valid",
    "compare_masked",
    "id_facts",
    "looks_personal",
    "mask_numbers_in_text",
    "mask_person_id",
    "nested_org_code",
    "normalise_mask",
    "org_code_check_character",
    "org_code_valid",
    "parse_any",
    "parse_organization",
    "parse_person",
    "reg_no_valid",
    "same_organization_code",
    "split_codes",
    "upgrade15",
    "uscc_check_character",
    "uscc_valid",
]
