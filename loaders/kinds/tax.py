"""重大税收违法失信主体 (令54; SPEC 2.3): a person stands in one cell, with sex and document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.model import Listing
from loaders.base import Kind, Row
from loaders.persons import persons_in
from loaders.records import (
    digest,
    is_person,
    listing,
    looks_like_org,
    number,
    org_ids,
    organization,
    own_number,
    person,
    subject_part,
)


def _read(row: Row) -> Iterator[Listing]:
    name = row.get("org_name")
    card = own_number(row, name)
    heads = persons_in(row, "legal_cell")
    others = [("finance", m) for m in persons_in(row, "finance_cell")]
    actual = [("actual_head", m) for m in persons_in(row, "actual_cell")]
    if card and is_person(row, name, card):
        subject = person(row, name, card)
    else:
        ids = org_ids(row)
        head = heads[0].name if heads else ""
        subject = organization(row, name, ids, address=row.get("address"), legal_rep=head)
    agency, *more = re.split("[，,；;]", row.get("agency_cell"))
    if agency and looks_like_org(agency):
        others.append(("agency", organization(row, agency, ())))
    if (agency and not looks_like_org(agency)) or any(more):
        row.warn("tax.person_cell", "agency_cell")
    yield listing(
        row,
        "ZDSS",
        subject,
        digest(subject_part(subject), number(row.get("decision_no")), row.get("nature"), row.get("facts")),
        start=row.begin("published", "decided", "listed"),
        end=row.finish("until"),
        relations=(*(("legal_rep", m) for m in heads), *actual, *others),
        reason="；".join(filter(None, (row.get("nature"), row.get("facts")))),
        basis=row.get("handling"),
        grounds=(row.get("nature"),) if row.get("nature") else (),
    )


ZDSS = Kind(
    name="tax",
    title_zh="重大税收违法失信主体",
    title_en="Major tax offenders",
    covers=("ZDSS",),
    read=_read,
    fields={
        "legal_cell": (
            "法定代表人或者负责人姓名、性别、证件名称及号码",
            "法定代表人或者负责人姓名、性别及身份证号码（或其他证件号码）",
            "法定代表人或者负责人姓名、性别、身份证件名称及号码",
            "法定代表人或负责人姓名、性别、证件名称及号码",
            "违法期间法人代表或者负责人姓名、性别、证件名称及号码",
            "法定代表人或者负责人",
            "法定代表人",
        ),
        "finance_cell": (
            "负有直接责任的财务负责人姓名、性别、证件名称及号码",
            "负有直接责任的财务负责人姓名、性别及身份证号码（或其他证件号码）",
            "财务负责人姓名、性别、证件名称及号码",
            "财务负责人",
        ),
        "actual_cell": (
            "实际责任人姓名、性别、证件名称及号码",
            "实际责任人",
            "实际负责人姓名、性别、证件名称及号码",
        ),
        "agency_cell": (
            "负有直接责任的中介机构信息及其从业人员信息",
            "负有直接责任的中介机构信息",
            "负有直接责任的中介机构信息及其从业人员信息、性别、证件名称及号码",
        ),
        "nature": ("案件性质", "违法性质"),
        "facts": ("主要违法事实", "违法事实"),
        "handling": ("相关法律依据及税务处理处罚情况", "相关法律依据及处理处罚情况", "处理处罚情况"),
        "address": ("注册地址",),
    },
    common=(
        "org_name",
        "uscc",
        "org_code",
        "person_id",
        "address",
        "published",
        "published_until",
        "decided",
        "decision_no",
        "listed",
        "authority",
        "region",
        "until",
        "removed",
        "removal_reason",
        "status",
        "subject_type",
    ),
    marks={
        "案件性质": 4,
        "主要违法事实": 4,
        "纳税人名称": 3,
        "纳税人识别号": 2,
        "相关法律依据及税务处理处罚情况": 4,
        "法定代表人或者负责人姓名、性别、证件名称及号码": 4,
        "组织机构代码": 0,
    },
    needs=(("org_name",), ("nature", "facts", "handling")),
    words=("税收违法", "税收"),
)
