"""PPP and government investment projects with the officials responsible in each phase (SPEC 1 #16, rule D10).

One row a project with a column per phase, or one row a project, phase and official.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.model import Mention, PartyRecord, PartyType
from graph.relations import Relation, RelationType
from loaders.base import Kind, Record, Row, RowError
from loaders.kinds.people import link, term
from loaders.records import digest, keyed, org_ids, organization, person, thing
from loaders.things import code

PPP = "ppp_projects"
PHASES = ("identification", "preparation", "procurement", "execution", "transfer")
"""识别、准备、采购、执行、移交: what a RESPONSIBLE_FOR relation has as its role."""
_NAMES = {
    "identification": "识别",
    "preparation": "准备",
    "procurement": "采购",
    "execution": "执行",
    "transfer": "移交",
}
_SEVERAL = re.compile(r"[、;；,，/\n]+")


def phase_of(text: str) -> str:
    """The phase that a text names; empty where it names none or two."""
    found = [phase for phase, name in _NAMES.items() if name in text or phase == text.strip().lower()]
    return found[0] if len(found) == 1 else ""


def _project(row: Row) -> Mention:
    number = code(row, "project")
    if not number:
        raise RowError("row.missing", "project")
    return thing(PartyType.PROJECT, number, row.get("project_name"))


def _read(row: Row) -> Iterator[Record]:
    project = _project(row)
    number = project.ids[0].value
    signed, defaulted = row.day("signed"), row.day("defaulted")
    attributes = {
        "signed_on": signed.isoformat() if signed else "",
        "defaulted_on": defaulted.isoformat() if defaulted else "",
        "capital_cny": str(row.amount("investment", unit=10_000) or ""),
        "status": row.get("status"),
        "region": row.get("region"),
        "industry": row.get("industry"),
    }
    yield PartyRecord(
        key=number,
        subject=keyed(project, f"{PPP}:{number}"),
        attributes={name: text for name, text in attributes.items() if text},
        raw=row.raw,
        source=row.source,
    )
    for field, kind, role in (
        ("authority", RelationType.BUYER_OF, ""),
        ("investor", RelationType.PARTY_TO, "supplier"),
        ("company", RelationType.PARTY_TO, "project_company"),
    ):
        if row.get(field) or row.get(f"{field}_code"):
            who = organization(row, row.get(field), org_ids(row, ((f"{field}_code", "uscc"),)))
            yield link(row, kind, PPP, who, project, role=role)
    yield from _responsible(row, project)


def _responsible(row: Row, project: Mention) -> Iterator[Relation]:
    if name := row.get("person_name"):
        phase = phase_of(row.get("phase"))
        duty = _duty(row, person(row, name, row.get("person_id")), project, phase)
        if not phase:
            raise RowError("ppp.phase", "phase")
        yield duty
    for phase in PHASES:
        numbers = [one.strip() for one in _SEVERAL.split(row.get(f"{phase}_id")) if one.strip()]
        names = [one.strip() for one in _SEVERAL.split(row.get(phase)) if one.strip()]
        if numbers and len(numbers) != len(names):
            row.warn("ppp.counts", f"{phase}_id", names=str(len(names)), numbers=str(len(numbers)))
            numbers = []
        for place, name in enumerate(names):
            who = person(row, name, numbers[place] if numbers else "", field=f"{phase}_id")
            yield _duty(row, who, project, phase)


def _duty(row: Row, who: Mention, project: Mention, phase: str) -> Relation:
    return link(
        row, RelationType.RESPONSIBLE_FOR, PPP, who, project,
        role=phase, valid=term(row, *_dates(row, phase)), apart=digest(who.name),
        agency=row.get("agency"), post=row.get("post"),
    )  # fmt: skip


def _dates(row: Row, phase: str) -> tuple[str, str]:
    """Whose dates bound a duty: the official's own in a row per official, the phase's in a row per project."""
    if row.get("person_name"):
        return "since", "until"
    return f"{phase}_from", f"{phase}_until"


def _phase_fields() -> dict[str, tuple[str, ...]]:
    fields: dict[str, tuple[str, ...]] = {}
    for phase, zh in _NAMES.items():
        fields |= {
            phase: (f"{zh}阶段责任人", f"{zh}阶段负责人", f"{zh}责任人", f"项目{zh}阶段责任人"),
            f"{phase}_id": (f"{zh}阶段责任人证件号码", f"{zh}阶段责任人身份证号", f"{zh}阶段负责人证件号码"),
            f"{phase}_from": (f"{zh}阶段开始日期", f"{zh}阶段起始日期", f"{zh}开始日期"),
            f"{phase}_until": (f"{zh}阶段结束日期", f"{zh}阶段截止日期", f"{zh}结束日期"),
        }
    return fields


# fmt: off
PPP_KIND = Kind(
    name="ppp",
    title_zh="政府和社会资本合作项目及各阶段责任人",
    title_en="PPP projects and who was responsible in each phase",
    covers=(PPP,),
    read=_read,
    is_list=False,
    snapshot="delta",
    fields={
        "project": ("项目编号", "PPP项目编号", "项目代码", "投资项目统一代码", "project"),
        "project_name": ("项目名称", "PPP项目名称", "project_name"),
        "authority": ("实施机构", "项目实施机构", "政府方", "授权实施机构"),
        "authority_code": ("实施机构统一社会信用代码", "实施机构代码"),
        "investor": ("社会资本方", "社会资本", "中选社会资本", "社会资本方名称"),
        "investor_code": ("社会资本方统一社会信用代码", "社会资本统一社会信用代码"),
        "company": ("项目公司", "项目公司名称"),
        "company_code": ("项目公司统一社会信用代码",),
        "phase": ("阶段", "项目阶段", "所处阶段", "责任阶段", "phase"),
        "person_name": ("责任人", "责任人姓名", "政府方责任人", "姓名"),
        "person_id": ("责任人证件号码", "责任人身份证号", "公民身份号码", "身份证号"),
        "agency": ("责任人单位", "责任单位", "单位"),
        "post": ("责任人职务", "职务"),
        "since": ("责任起始日期", "任职日期", "起始日期", "开始日期"),
        "until": ("责任截止日期", "离任日期", "截止日期", "结束日期"),
        "signed": ("合同签署日期", "签约日期", "合同签订日期"),
        "defaulted": ("违约日期", "违约发生日期", "毁约日期"),
        "investment": ("项目总投资", "总投资", "投资额", "项目投资额"),
        "status": ("项目状态", "履约状态"),
        "region": ("所在地区", "地区", "行政区划"),
        "industry": ("所属行业", "行业"),
        **_phase_fields(),
    },
    ignored=("备注", "合作期限", "运作方式", "回报机制", "责任事项"),
    needs=(("project",), ("person_name", *PHASES)),
    identity=("authority_code", "investor_code", "person_id"),
    marks={"PPP项目编号": 8, "PPP项目名称": 8, "社会资本方": 6, "政府方责任人": 8, "责任阶段": 6, "项目阶段": 4,
           "实施机构": 4, "责任人": 3, "责任人姓名": 4, "项目公司": 3, "阶段": 2, "phase": 3,
           **{f"{zh}阶段责任人": 5 for zh in _NAMES.values()}},
    words=("PPP", "政府和社会资本合作", "责任回溯"),
)
# fmt: on
