"""The rule pack: every rule, in an explicit order, and one hash over all that their answers depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources

from graph.messages import catalogue
from matching.decision import NotAssessable
from matching.request import DecisionRequest, ProjectObject, Regime, Tender
from matching.rules import (
    a01_procurement_lists,
    a02_tender_defaulter,
    a03_tender_ban,
    a04_major_violation,
    a05_wage_arrears,
    a06_wage_arrears_person,
    a07_other_severe_lists,
    a08_abnormal_operations,
    a09_bribery,
    a10_agency,
    a11_experts,
    a12_practitioners,
    a13_management,
    a14_branch,
    a15_listed_branch,
    a16_group,
    a17_operator,
    a18_unlimited_liability,
    a19_predecessor,
    a20_restricted_consumption,
    a21_buyer,
    a22_good_credit,
    a23_ended_records,
    a24_award,
    b01_same_head,
    b02_direct_control,
    b03_indirect_control,
    b04_decisive_influence,
    b05_management,
    b06_common_controller,
    b07_common_people,
    b08_buyer_related,
    b09_preparation,
    b10_prior_services,
    b11_agency_bids,
    b12_platform_operator,
    b13_alone_and_in_consortium,
    b14_consortium_changed,
    b15_supervisor_related,
    b16_same_brand,
    c01_same_author,
    c02_same_handler,
    c03_same_manager,
    c04_alike,
    c05_mixed,
    c06_same_payer,
    d01_recusal_posts,
    d02_recusal_kin,
    d03_recusal_other,
    d04_committee,
    d05_own_institution,
    d06_not_recused,
    d07_family_enterprise,
    d08_official_interest,
    d09_former_official,
    d10_responsibility,
    r01_devices,
    r02_files,
    r03_line,
    r04_phones,
    r05_mail,
    r06_address,
    r07_bonds,
    r08_staff,
    r09_common_owners,
    r10_kinship,
    r11_clique,
    r12_cover,
    r13_rotation,
    r14_perpetual_winner,
    r15_prices,
    r16_sole_valid,
    r17_texts,
    r18_encounters,
    r19_shell,
    r20_near_listed,
)
from matching.rules.base import Rule, SubjectView
from matching.rules.common import not_supplied
from matching.rules.wording import both

RULE_PACK = "2026.11.3"
"""The pack's version, raised with every change that can change an answer."""

RULES: tuple[Rule, ...] = (
    a01_procurement_lists.RULE,
    a02_tender_defaulter.RULE,
    a03_tender_ban.RULE,
    a04_major_violation.RULE,
    a05_wage_arrears.RULE,
    a06_wage_arrears_person.RULE,
    a07_other_severe_lists.RULE,
    a08_abnormal_operations.RULE,
    a09_bribery.RULE,
    a10_agency.RULE,
    a11_experts.RULE,
    a12_practitioners.RULE,
    a13_management.RULE,
    a14_branch.RULE,
    a15_listed_branch.RULE,
    a16_group.RULE,
    a17_operator.RULE,
    a18_unlimited_liability.RULE,
    a19_predecessor.RULE,
    a20_restricted_consumption.RULE,
    a21_buyer.RULE,
    a22_good_credit.RULE,
    a23_ended_records.RULE,
    a24_award.RULE,
    b01_same_head.RULE,
    b02_direct_control.RULE,
    b03_indirect_control.RULE,
    b04_decisive_influence.RULE,
    b05_management.RULE,
    b06_common_controller.RULE,
    b07_common_people.RULE,
    b08_buyer_related.RULE,
    b09_preparation.RULE,
    b10_prior_services.RULE,
    b11_agency_bids.RULE,
    b12_platform_operator.RULE,
    b13_alone_and_in_consortium.RULE,
    b14_consortium_changed.RULE,
    b15_supervisor_related.RULE,
    b16_same_brand.RULE,
    c01_same_author.RULE,
    c02_same_handler.RULE,
    c03_same_manager.RULE,
    c04_alike.RULE,
    c05_mixed.RULE,
    c06_same_payer.RULE,
    d01_recusal_posts.RULE,
    d02_recusal_kin.RULE,
    d03_recusal_other.RULE,
    d04_committee.RULE,
    d05_own_institution.RULE,
    d06_not_recused.RULE,
    d07_family_enterprise.RULE,
    d08_official_interest.RULE,
    d09_former_official.RULE,
    d10_responsibility.RULE,
    r01_devices.RULE,
    r02_files.RULE,
    r03_line.RULE,
    r04_phones.RULE,
    r05_mail.RULE,
    r06_address.RULE,
    r07_bonds.RULE,
    r08_staff.RULE,
    r09_common_owners.RULE,
    r10_kinship.RULE,
    r11_clique.RULE,
    r12_cover.RULE,
    r13_rotation.RULE,
    r14_perpetual_winner.RULE,
    r15_prices.RULE,
    r16_sole_valid.RULE,
    r17_texts.RULE,
    r18_encounters.RULE,
    r19_shell.RULE,
    r20_near_listed.RULE,
)


def absent_inputs(request: DecisionRequest) -> tuple[NotAssessable, ...]:
    """What rules about other subjects would need and the request does not name: reported, never decisive."""
    tender = request.tender
    present: Mapping[str, bool] = {
        "tender.agency": tender.agency is not None,
        "tender.buyer": tender.buyer is not None,
        "tender.experts": bool(tender.experts or tender.committee),
        "tender.officials": bool(tender.officials),
        "tender.platform_operator": tender.platform_operator is not None,
        "tender.prior_service_providers": bool(tender.prior_service_providers),
    }
    return _absent(
        frozenset(name for name, there in present.items() if not there),
        frozenset(code for code, asked in _ASKED_OF.items() if not asked(tender)),
    )


def _works(tender: Tender) -> bool:
    """Whether works are tendered, or may be."""
    procurement = tender.regime is not None and tender.regime.procurement
    return tender.object is ProjectObject.WORKS or (tender.object is None and not procurement)


def _procurement(tender: Tender) -> bool:
    """Whether it is government procurement, or may be."""
    return tender.regime is None or tender.regime.procurement


def _government_works(tender: Tender) -> bool:
    """Whether the government tenders works: both laws apply (政府采购法 4)."""
    return tender.regime is Regime.PROCUREMENT_TENDER and tender.object is ProjectObject.WORKS


_ASKED_OF: Mapping[str, Callable[[Tender], bool]] = {
    "B09": _works,
    "B10": _procurement,
    "B15": _works,
    "D01": _procurement,
    "D02": _procurement,
    "D03": _procurement,
    "D04": lambda tender: not _procurement(tender) or tender.regime is None or _government_works(tender),
    "D05": _procurement,
    "D06": _procurement,
}
"""Rules that are about some tenders only: what they would need is not missing in the others."""


ROLES_WITH_RULES = frozenset(
    {"buyer", "agency", "expert", "committee", "official", "platform_operator", "prior_service_provider"}
)
"""Roles of `SubjectView` that a rule of this version reads."""

def unruled(subject: SubjectView) -> NotAssessable | None:
    """Says of a subject in a role that no rule reads that nothing was assessed: it must not come out CLEAR.

    None for roles with rules.
    """
    if subject.role in ROLES_WITH_RULES:
        return None
    text = both("rule.unruled", party=subject.label, rules=subject.role)
    return NotAssessable(code="RULES", what=f"rule:{subject.role}", reason="not_covered", decides=True, detail=text)


@cache
def _absent(names: frozenset[str], idle: frozenset[str]) -> tuple[NotAssessable, ...]:
    return tuple(
        not_supplied(rule, name)
        for rule in RULES
        if rule.code not in idle
        for name in rule.inputs
        if name in names
    )


@cache
def rule_pack_hash() -> str:
    """SHA-256 over the source of every rule and the sentences they speak, for the pins of a decision."""
    digest = hashlib.sha256()
    for entry in sorted(resources.files("matching.rules").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".py"):
            digest.update(entry.name.encode() + b"\0" + entry.read_bytes() + b"\0")
    spoken = ("rule.", "path.", "relations.")
    sentences = {code: texts for code, texts in catalogue("matching").items() if code.startswith(spoken)}
    digest.update(json.dumps(sentences, ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()


__all__ = ["ROLES_WITH_RULES", "RULES", "RULE_PACK", "absent_inputs", "rule_pack_hash", "unruled"]
