"""The grounds on which a finding may be lifted or imposed, each with its law: there is no other, and no free text.

A BLOCK is lifted where the law itself ends or withdraws its ground; it is imposed where the law leaves the last word to
people (the committee on presumed collusion, the examination of the ability to perform). What SPEC 4.2 keeps from ever
barring anybody (group companies, management, common shareholders) has no ground here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from matching.decision import Bilingual, Effect, Evidence, Finding, LegalBasis, Tier
from matching.override import LIFTED
from matching.rules import law
from matching.rules.common import REPAIRABLE


class GroundCode(StrEnum):
    """Why a finding is overridden."""

    COURT_ONE_OFF_LIFT = "court_one_off_lift"
    COURT_DELETION = "court_deletion"
    REPAIR_PROVEN = "repair_proven"
    PENALTY_WITHDRAWN = "penalty_withdrawn"
    REORGANISATION = "reorganisation"
    IDENTITY_ERROR = "identity_error"
    OUT_OF_SCOPE = "out_of_scope"
    RELATION_DISPROVED = "relation_disproved"
    PRESUMPTION_REBUTTED = "presumption_rebutted"
    COLLUSION_ESTABLISHED = "collusion_established"
    RELATION_ESTABLISHED = "relation_established"
    ABILITY_LOST = "ability_lost"


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """A ground: what it does to which findings, by which law. `rules` and `lists` that are empty don't restrict."""

    code: GroundCode
    title: Bilingual
    imposes: bool = False
    rules: tuple[str, ...] = ()
    lists: frozenset[str] = frozenset()
    basis: tuple[LegalBasis, ...]

    @property
    def effect(self) -> Effect:
        """What a finding comes to."""
        return Effect.BLOCK if self.imposes else LIFTED


def _basis(instrument: str, article: str, since: date, quote: str | None = None) -> LegalBasis:
    return LegalBasis(
        instrument=instrument,
        article=article,
        effective_from=since,
        quote=quote,
        basis_verified=quote is not None,
    )


_LISTED = frozenset({"SXBZXR", "ZFJG"})
_BANS = frozenset({"ZTBJ", "ZFCG", "ZTBHMD", "ZDWF", "TQGZ", "ZDSS", "YZWF", "JYYC", "AQSC", "OTH"})
ONE_OFF: Final = _basis(
    "最高人民法院失信惩戒分级分类、宽限期、单次解禁的工作要求（2025年）", "单次解禁", date(2025, 3, 1)
)
DELETION: Final = _basis(
    "最高人民法院《关于公布失信被执行人名单信息的若干规定》（法释〔2017〕7号）",
    "第九条、第十条",
    date(2017, 5, 1),
)
WITHDRAWN: Final = _basis("中华人民共和国行政处罚法（2021年修订）", "第四十八条", date(2021, 7, 15))
AUTOMATED: Final = _basis(
    "中华人民共和国个人信息保护法（2021年）",
    "第二十四条第三款",
    date(2021, 11, 1),
    "通过自动化决策方式作出对个人权益有重大影响的决定，个人有权要求个人信息处理者予以说明，并有权拒绝个人信息处理者仅通过自动化决策的方式作出决定。",
)
REJECTION: Final = _basis(
    "中华人民共和国招标投标法实施条例（2019年修订）",
    "第五十一条第三项、第七项",
    date(2019, 3, 2),
    "投标人不符合国家或者招标文件规定的资格条件",
)
_COLLUSION_RULES = tuple(f"C0{number}" for number in range(1, 7))

GROUNDS: tuple[Ground, ...] = (
    Ground(
        code=GroundCode.COURT_ONE_OFF_LIFT,
        title=Bilingual(zh="法院单次解禁", en="One-off lift by the court"),
        lists=frozenset({"SXBZXR"}),
        basis=(ONE_OFF,),
    ),
    Ground(
        code=GroundCode.COURT_DELETION,
        title=Bilingual(zh="法院已决定删除、撤销或者更正失信信息", en="Deleted, withdrawn or corrected by the court"),
        lists=_LISTED,
        basis=(DELETION,),
    ),
    Ground(
        code=GroundCode.REPAIR_PROVEN,
        title=Bilingual(zh="已完成信用修复，有认定机关文书证明", en="Repaired, as the listing authority certifies"),
        lists=REPAIRABLE,
        basis=(law.REPAIR_36, law.PRIVATE_SECTOR_54),
    ),
    Ground(
        code=GroundCode.PENALTY_WITHDRAWN,
        title=Bilingual(zh="处罚或者列入决定已被变更、撤销", en="The penalty or listing was changed or withdrawn"),
        lists=_BANS,
        basis=(WITHDRAWN,),
    ),
    Ground(
        code=GroundCode.REORGANISATION,
        title=Bilingual(zh="法院裁定批准重整计划或者和解协议", en="Reorganisation or settlement approved by the court"),
        lists=REPAIRABLE | {"SXBZXR"},
        basis=(law.REPAIR_36,),
    ),
    Ground(
        code=GroundCode.IDENTITY_ERROR,
        title=Bilingual(zh="主体识别错误：记录说的不是该主体", en="Mistaken identity: somebody else is meant"),
        rules=tuple(f"A{number:02d}" for number in (*range(1, 13), 14, 15, 17, 18, 19)),
        basis=(AUTOMATED,),
    ),
    Ground(
        code=GroundCode.OUT_OF_SCOPE,
        title=Bilingual(zh="禁止的期限、地域或者资格范围不及于本项目", en="The ban does not reach this project"),
        rules=("A01", "A03", "A04", "A10", "A11"),
        lists=frozenset({"ZTBJ", "ZFCG", "ZTBHMD", "ZDWF"}),
        basis=(law.PROCUREMENT_RULES_19_2, law.TENDER_53),
    ),
    Ground(
        code=GroundCode.RELATION_DISPROVED,
        title=Bilingual(zh="有文书证明不存在该关系", en="Documents show that the relation does not exist"),
        rules=("B01", "B02", "B03", "B04", "B05", "B08", "B09", "B10", "B11", "B12", "B13", "B14", "B15",
               "D01", "D02", "D04", "D05"),
        basis=(law.RULES_34_2, law.PROCUREMENT_RULES_18_1),
    ),
    Ground(
        code=GroundCode.PRESUMPTION_REBUTTED,
        title=Bilingual(zh="评标委员会认定不构成串通投标", en="The committee finds that there was no collusion"),
        rules=_COLLUSION_RULES,
        basis=(law.presumed(1)[0],),
    ),
    Ground(
        code=GroundCode.COLLUSION_ESTABLISHED,
        title=Bilingual(zh="评标委员会认定视为串通投标", en="The committee establishes presumed collusion"),
        imposes=True,
        rules=_COLLUSION_RULES,
        basis=(law.RULES_39, REJECTION),
    ),
    Ground(
        code=GroundCode.RELATION_ESTABLISHED,
        title=Bilingual(zh="查实控股、管理或者影响公正的利害关系", en="Control or a harmful interest is established"),
        imposes=True,
        rules=("B01", "B03", "B04", "B05", "B08"),
        basis=(law.RULES_34_1, law.RULES_34_2, law.PROCUREMENT_RULES_18_1),
    ),
    Ground(
        code=GroundCode.ABILITY_LOST,
        title=Bilingual(zh="经审查不再具备资格条件或者履约能力", en="Examined: no longer qualified or able to perform"),
        imposes=True,
        rules=("A19", "A24"),
        basis=(law.RULES_38, law.RULES_56, REJECTION),
    ),
)  # fmt: skip
BY_CODE: Mapping[GroundCode, Ground] = {ground.code: ground for ground in GROUNDS}


def lists_of(finding: Finding) -> frozenset[str]:
    """The lists on which a finding's records stand."""
    return frozenset(one.list for one in finding.evidence if one.field != "presumption")


def fits(ground: Ground, finding: Finding) -> bool:
    """Whether a ground is one for a finding: its rule, its lists, and something that it changes."""
    lists = lists_of(finding)
    if ground.rules and finding.code not in ground.rules:
        return False
    if ground.lists and not (lists and lists <= ground.lists):
        return False
    if ground.imposes:
        return finding.effect is Effect.REVIEW
    return finding.effect in (Effect.BLOCK, Effect.REVIEW)


def unsure(finding: Finding) -> bool:
    """Whether a finding is not certain enough to bar anybody: a match that nobody has confirmed, an input missing."""
    return bool(finding.missing) or any(_unsure(one) for one in finding.evidence)


def _unsure(one: Evidence) -> bool:
    return one.field != "presumption" and one.tier is not Tier.E1 and not one.confirmed_by
