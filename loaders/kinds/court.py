"""Court lists: 失信被执行人 in both published shapes (SPEC 2.1), 限制消费, and public bodies in default."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from graph.model import Listing, Mention
from loaders.base import Kind, Row
from loaders.records import (
    digest,
    is_person,
    listing,
    looks_like_org,
    number,
    org_ids,
    organization,
    person,
    subject_part,
)

GROUNDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("1", ("有履行能力而拒不履行", "有履行能力而不履行")),
    ("2", ("伪造证据", "暴力、威胁", "妨碍、抗拒执行")),
    ("3", ("虚假诉讼", "虚假仲裁", "隐匿、转移财产", "规避执行")),
    ("4", ("财产报告",)),
    ("5", ("限制消费", "限制高消费")),
    ("6", ("执行和解", "和解协议")),
)
"""法释〔2017〕7号 art. 1 (一)–(六), by words that every edition of the text shares."""

FIELDS = {
    "org_name": (
        "被执行人姓名/名称",
        "失信被执行人姓名／名称",
        "被执行人姓名",
        "被执行人名称",
        "失信被执行人姓名",
        "iname",
        "姓名",
    ),
    "person_id": (
        "身份证号码/组织机构代码",
        "身份证号/组织机构代码",
        "cardNum",
        "身份证号码/组织机构代码/统一社会信用代码",
    ),
    "legal_rep": ("法定代表人或者负责人姓名", "businessEntity"),
    "authority": ("执行法院", "courtName"),
    "region": ("省份", "areaName"),
    "basis_no": ("执行依据文号", "gistId", "gistCid"),
    "filed": ("立案时间", "立案日期", "regDate"),
    "basis_unit": ("做出执行依据单位", "作出执行依据单位", "gistUnit"),
    "reason": ("失信被执行人行为具体情形", "失信行为具体情形", "disruptTypeName"),
}
EVIDENCE = (
    "生效法律文书确定的义务",
    "duty",
    "被执行人的履行情况",
    "performance",
    "已履行部分",
    "已履行",
    "performedPart",
    "未履行部分",
    "未履行",
    "unperformPart",
    "focusNumber",
    "sid",
    "loc",
    "siteId",
)
"""Columns that say what is owed and paid: kept verbatim with the record, used by no rule."""
COMMON = (
    "org_name",
    "uscc",
    "org_code",
    "person_id",
    "legal_rep",
    "sex",
    "age",
    "subject_type",
    "case_no",
    "published",
    "removed",
    "removal_reason",
    "until",
    "status",
    "authority",
    "region",
    "reason",
)


@lru_cache(maxsize=4_096)
def _grounds(text: str) -> tuple[str, ...]:
    return tuple(code for code, words in GROUNDS if any(word in text for word in words))


def grounds_of(row: Row, text: str) -> tuple[str, ...]:
    """The numbers of the grounds that a text names; unknown wording is reported."""
    found = _grounds(text)
    if text and not found:
        row.warn("court.ground", "reason")
    return found


def _read(list_code: str, row: Row) -> Iterator[Listing]:
    name = row.get("org_name")
    card = row.get("person_id")
    at = row.day("published") or row.day("filed")
    # zxgk says 0 for persons and 1 for others; elsewhere such codes mean other things.
    stated = {"0": True, "1": False}.get(row.flag("subject_type"))
    if is_person(row, name, card) if stated is None else stated:
        subject = person(
            row, name, card, sex=row.get("sex"), age=row.get("age"), age_at=at, region=row.get("region")
        )
        relations: tuple[tuple[str, Mention], ...] = ()
    else:
        ids = org_ids(row, (("person_id", ""), ("uscc", "uscc"), ("org_code", "org_code")))
        head = row.get("legal_rep")
        subject = organization(row, name, ids, region=row.get("region"), legal_rep=head)
        relations = (("legal_rep", person(row, head)),) if head and not looks_like_org(head) else ()
    case, court = number(row.get("case_no")), row.get("authority")
    if not case:
        row.warn("court.no_case", "case_no")
    text = row.get("reason")
    grounds = grounds_of(row, text) if list_code in ("SXBZXR", "ZFJG") else ()
    # Only grounds 2 to 6 have a term of two years, which the court may prolong: kept as words, never as a date.
    term = "期限二年，可延长一至三年（法释〔2017〕7号第二条）" if grounds and "1" not in grounds else ""
    key = digest(case or number(row.get("basis_no")), court, subject_part(subject), "" if case else text)
    yield listing(
        row,
        list_code,
        subject,
        key,
        start=row.begin("published", "filed"),
        end=row.finish("until"),
        relations=relations,
        case_no=row.get("case_no"),
        decision_no=row.get("basis_no"),
        authority=court,
        grounds=grounds,
        reason=text,
        measure=term,
        basis=row.get("basis_unit"),
    )


def _defaulters(row: Row) -> Iterator[Listing]:
    return _read("SXBZXR", row)


def _restricted(row: Row) -> Iterator[Listing]:
    return _read("XZXF", row)


def _public_bodies(row: Row) -> Iterator[Listing]:
    return _read("ZFJG", row)


SXBZXR = Kind(
    name="sxbzxr",
    title_zh="失信被执行人名单",
    title_en="Judgment defaulters",
    covers=("SXBZXR",),
    read=_defaulters,
    fields=FIELDS,
    common=COMMON,
    needs=(("org_name",), ("case_no", "authority", "filed", "published")),
    marks={
        "失信被执行人行为具体情形": 6,
        "disruptTypeName": 6,
        "被执行人的履行情况": 3,
        "performance": 2,
        "执行依据文号": 2,
        "gistId": 2,
        "生效法律文书确定的义务": 2,
        "duty": 2,
        "被执行人姓名/名称": 2,
        "iname": 2,
        "失信被执行人姓名／名称": 5,
        "失信被执行人名称": 5,
        "案号": 1,
        "caseCode": 1,
        "执行法院": 1,
        "courtName": 1,
    },
    words=("失信被执行人",),
    ignored=EVIDENCE,
    prior=3,
)

XZXF = Kind(
    name="xzxf",
    title_zh="限制消费人员名单",
    title_en="Restricted-consumption orders",
    covers=("XZXF",),
    read=_restricted,
    fields={
        **FIELDS,
        "org_name": (
            "限制消费人员姓名/名称",
            "限制消费人员姓名",
            "限消人员姓名",
            "限制高消费人员",
            "被限制消费人员",
            *FIELDS["org_name"],
        ),
        "published": ("限制消费令发布时间", "限消令发布日期", "限制消费令日期"),
        "reason": ("限制消费原因", "限制消费事由"),
    },
    common=COMMON,
    needs=(("org_name",),),
    marks={
        "限制消费人员姓名/名称": 8,
        "限制消费人员姓名": 8,
        "限消人员姓名": 8,
        "限制高消费人员": 8,
        "被限制消费人员": 8,
        "限制消费令发布时间": 6,
        "限消令发布日期": 6,
        "限制消费原因": 4,
        "案号": 1,
        "执行法院": 1,
    },
    words=("限制消费", "限制高消费", "限消"),
    ignored=EVIDENCE,
)

ZFJG = Kind(
    name="zfjg",
    title_zh="涉政府机构失信被执行人名单",
    title_en="Public-body judgment defaulters",
    covers=("ZFJG",),
    read=_public_bodies,
    fields={**FIELDS, "org_name": ("政府机构名称", "失信政府机构名称", *FIELDS["org_name"])},
    common=COMMON,
    needs=(("org_name",),),
    marks={**SXBZXR.marks, "政府机构名称": 6, "失信政府机构名称": 9},
    words=("政府机构", "政务失信"),
    word_weight=12,
    ignored=EVIDENCE,
)
