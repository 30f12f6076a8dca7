"""The rule pack: every rule, in an explicit order, and one hash over all that their answers depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources

from graph.messages import catalogue
from matching.decision import NotAssessable
from matching.request import DecisionRequest
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
    b13_alone_and_in_consortium,
    b14_consortium_changed,
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
)
from matching.rules.base import Rule, SubjectView
from matching.rules.common import not_supplied
from matching.rules.wording import both

RULE_PACK = "2026.11.1"
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
    b13_alone_and_in_consortium.RULE,
    b14_consortium_changed.RULE,
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
)


def absent_inputs(request: DecisionRequest) -> tuple[NotAssessable, ...]:
    """What rules about other subjects would need and the request does not name: reported, never decisive."""
    tender = request.tender
    present: Mapping[str, bool] = {
        "tender.agency": tender.agency is not None,
        "tender.buyer": tender.buyer is not None,
        "tender.experts": bool(tender.experts or tender.committee),
        "tender.officials": bool(tender.officials),
    }
    return _absent(frozenset(name for name, there in present.items() if not there))


ROLES_WITH_RULES = frozenset({"buyer", "agency", "expert", "committee", "official"})
"""Roles of `SubjectView` that a rule of this version reads."""

_RULES_TO_COME: Mapping[str, str] = {
    "platform_operator": "B12", "prior_service_provider": "B09–B10",
}  # fmt: skip


def unruled(subject: SubjectView) -> NotAssessable | None:
    """Says of a subject in a role that no rule reads that nothing was assessed: it must not come out CLEAR.

    None for roles with rules.
    """
    if subject.role in ROLES_WITH_RULES:
        return None
    rules = _RULES_TO_COME.get(subject.role, subject.role)
    text = both("rule.unruled", party=subject.label, rules=rules)
    return NotAssessable(code="RULES", what=f"rule:{rules}", reason="not_covered", decides=True, detail=text)


@cache
def _absent(names: frozenset[str]) -> tuple[NotAssessable, ...]:
    return tuple(not_supplied(rule, name) for rule in RULES for name in rule.inputs if name in names)


@cache
def rule_pack_hash() -> str:
    """SHA-256 over the source of every rule and the sentences they speak, for the pins of a decision."""
    digest = hashlib.sha256()
    for entry in sorted(resources.files("matching.rules").iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".py"):
            digest.update(entry.name.encode() + b"\0" + entry.read_bytes() + b"\0")
    sentences = {code: texts for code, texts in catalogue("matching").items() if code.startswith("rule.")}
    digest.update(json.dumps(sentences, ensure_ascii=False, sort_keys=True).encode())
    return digest.hexdigest()


__all__ = ["ROLES_WITH_RULES", "RULES", "RULE_PACK", "absent_inputs", "rule_pack_hash", "unruled"]
