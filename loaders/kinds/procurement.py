"""政府采购严重违法失信行为记录名单 (SPEC 2.2): the ban period stands in the text of the result."""

from __future__ import annotations

from collections.abc import Iterator

from graph.model import Listing, PartyType, Penalty
from loaders.base import Kind, Row
from loaders.fines import read_fine
from loaders.periods import PERMANENT, ban_of
from loaders.records import (
    digest,
    is_person,
    listing,
    org_ids,
    organization,
    own_number,
    person,
    subject_part,
)


def _read(row: Row) -> Iterator[Listing]:
    name = row.first("org_name", "person_name")
    card = own_number(row, name)
    if card and is_person(row, name, card):
        subject = person(row, name, card)
    else:
        subject = organization(row, name, org_ids(row), address=row.get("address"))
    decided = row.day("decided")
    result = row.get("result")
    ban, start, end = ban_of(result, decided)
    kinds = ["bid_ban"] if ban.named or not result else []
    fine = read_fine(result, person=subject.type is PartyType.PERSON)
    if fine.named:
        kinds.append("fine")
    if "没收" in result:
        kinds.append("confiscation")
    if ban.forever:
        kinds.append(PERMANENT)
    unreadable = not ban.readable
    if unreadable:
        row.warn("ban.unreadable", "result")
    yield listing(
        row,
        "ZFCG",
        subject,
        digest(
            subject_part(subject),
            str(decided),
            row.get("authority"),
            row.get("decision_no"),
            result or row.get("reason"),
        ),
        start=start or row.begin("decided", "published"),
        end=end,
        penalty=Penalty(
            kinds=tuple(kinds), fine_cny=fine.value, decided_on=decided, ban_unreadable=unreadable
        ),
        measure=result,
        scope="政府采购",
    )


ZFCG = Kind(
    name="ccgp",
    title_zh="政府采购严重违法失信行为记录名单",
    title_en="Serious government-procurement offenders",
    covers=("ZFCG",),
    read=_read,
    fields={
        "reason": ("严重违法失信行为的具体情形", "具体情形", "违法失信行为的具体情形", "不良行为"),
        "result": ("处罚结果", "处理结果", "处罚内容"),
        "uscc": ("统一社会信用代码（或组织机构代码）", "统一社会信用代码或组织机构代码"),
        "authority": ("执法单位",),
    },
    common=(
        "org_name",
        "uscc",
        "org_code",
        "person_id",
        "person_name",
        "address",
        "basis",
        "decided",
        "decision_no",
        "published",
        "published_until",
        "authority",
        "removed",
        "removal_reason",
        "status",
        "region",
        "subject_type",
    ),
    needs=(("org_name", "person_name"), ("result", "decided")),
    marks={
        "严重违法失信行为的具体情形": 6,
        "处罚结果": 2,
        "执法单位": 2,
        "统一社会信用代码（或组织机构代码）": 2,
        "企业地址": 1,
        "公布截止时间": 1,
        "处罚依据": 1,
        "处罚日期": 1,
    },
    words=("政府采购",),
)
