"""Lists of one pattern: who, why, since when, by whom, until when (SPEC 2, 2.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
    own_number,
    person,
    subject_part,
)

COMMON = (
    "org_name",
    "uscc",
    "org_code",
    "reg_no",
    "legal_rep",
    "legal_rep_id",
    "person_id",
    "id_type",
    "person_name",
    "sex",
    "age",
    "subject_type",
    "case_no",
    "decision_no",
    "decided",
    "listed",
    "published",
    "published_until",
    "removed",
    "removal_reason",
    "until",
    "reason",
    "basis",
    "authority",
    "region",
    "address",
    "status",
    "revoked",
)


def subject_of(row: Row) -> tuple[Mention, tuple[tuple[str, Mention], ...]]:
    """The subject of a row and those named beside it: an organisation with its representative, or a person.

    In lists with rows of both kinds the number column belongs to the person: to the subject where there is no
    organisation's code, else to the representative.
    """
    name = row.first("org_name", "person_name")
    card = row.get("person_id")
    coded = row.get("uscc") or row.get("org_code") or row.get("reg_no")
    at = row.day("listed") or row.day("published") or row.day("decided")
    citizen = "" if card else own_number(row, name)
    if (citizen or not coded) and is_person(row, name, citizen or card):
        subject = person(
            row,
            name,
            citizen or card,
            id_type=row.get("id_type"),
            sex=row.get("sex"),
            age=row.get("age"),
            age_at=at,
            region=row.get("region"),
        )
        return subject, ()
    head = row.get("legal_rep")
    ids = org_ids(row)
    subject = organization(
        row, name, ids, address=row.get("address"), region=row.get("region"), legal_rep=head
    )
    if head and not looks_like_org(head):
        number_field = "legal_rep_id" if row.get("legal_rep_id") else "person_id"
        named = person(
            row,
            head,
            row.get(number_field),
            id_type=row.first("legal_rep_id_type", "id_type"),
            field=number_field,
        )
        return subject, (("legal_rep", named),)
    if card:
        row.warn("person.unattached", "person_id")
    return subject, ()


def reader(list_code: str) -> Callable[[Row], Iterator[Listing]]:
    """The reading of one list of this pattern."""

    def read(row: Row) -> Iterator[Listing]:
        return read_listing(list_code, row)

    return read


def read_listing(list_code: str, row: Row) -> Iterator[Listing]:
    """One listing of a row."""
    subject, relations = subject_of(row)
    since = row.begin("listed", "decided", "published")
    if since is None:
        row.warn("row.no_date", "listed")
    document = number(row.first("decision_no", "case_no"))
    key = digest(
        subject_part(subject),
        document,
        str(since),
        row.get("authority"),
        "" if document else row.get("reason"),
    )
    yield listing(
        row,
        list_code,
        subject,
        key,
        start=since,
        end=row.finish("until"),
        relations=relations,
        case_no=row.get("case_no"),
    )


def _kind(
    name: str,
    list_code: str,
    zh: str,
    en: str,
    marks: dict[str, int],
    words: tuple[str, ...],
    fields: dict[str, tuple[str, ...]] | None = None,
    ignored: tuple[str, ...] = (),
) -> Kind:
    return Kind(
        name=name,
        title_zh=zh,
        title_en=en,
        covers=(list_code,),
        read=reader(list_code),
        fields=fields or {},
        common=COMMON,
        marks=marks,
        words=words,
        needs=(("org_name", "person_name"),),
        ignored=("备注", "BZ", *ignored),
    )


TQGZ = _kind(
    "wages",
    "TQGZ",
    "拖欠农民工工资失信联合惩戒对象名单",
    "Migrant-wage defaulters",
    {
        "用人单位名称": 5,
        "列入事由": 2,
        "列入依据": 1,
        "移出日期": 1,
        "法定代表人（主要负责人）": 1,
        "拖欠金额": 4,
        "拖欠工资金额": 4,
        "涉及人数": 2,
    },
    ("农民工工资", "拖欠工资"),
    {"org_name": ("用人单位名称", "用人单位")},
)
YZWF = _kind(
    "yzwf",
    "YZWF",
    "市场监管严重违法失信名单",
    "Serious market-regulation offenders",
    {
        "列入严重违法失信名单原因": 8,
        "列入严重违法失信企业名单(黑名单)原因": 8,
        "列入严重违法失信企业名单原因": 8,
        "移出严重违法失信名单原因": 4,
        "移出严重违法失信企业名单(黑名单)原因": 4,
        "作出决定机关(列入)": 2,
    },
    ("市场监管严重违法", "严重违法失信企业", "严重违法失信名单"),
    {
        "reason": (
            "列入严重违法失信名单原因",
            "列入严重违法失信企业名单(黑名单)原因",
            "列入严重违法失信企业名单原因",
            "列入原因",
        ),
        "removal_reason": (
            "移出严重违法失信名单原因",
            "移出严重违法失信企业名单(黑名单)原因",
            "移出严重违法失信企业名单原因",
        ),
        "authority": ("作出决定机关(列入)",),
    },
    ("作出决定机关(移出)",),
)
JYYC = _kind(
    "jyyc",
    "JYYC",
    "经营异常名录",
    "Abnormal operations register",
    {"列入经营异常名录原因": 8, "移出经营异常名录原因": 4, "列入异常名录原因": 8, "列入经营异常名录日期": 6},
    ("经营异常", "异常名录"),
    {
        "reason": ("列入经营异常名录原因", "列入异常名录原因"),
        "removal_reason": ("移出经营异常名录原因",),
        "listed": ("列入经营异常名录日期",),
        "authority": ("作出决定机关(列入)",),
    },
    ("作出决定机关(移出)",),
)
AQSC = _kind(
    "aqsc",
    "AQSC",
    "安全生产严重失信主体名单",
    "Serious work-safety offenders",
    {"安全生产失信行为": 8, "事故名称": 4, "失信行为简况": 5, "安全生产违法行为": 6},
    ("安全生产",),
    {"reason": ("安全生产失信行为", "失信行为简况", "安全生产违法行为", "事故名称")},
)
XHFZ = _kind(
    "bribery",
    "XHFZ",
    "行贿犯罪记录",
    "Bribery convictions",
    {
        "行贿人名称": 8,
        "行贿人姓名": 8,
        "行贿单位": 8,
        "行贿人": 8,
        "判决书文号": 3,
        "判决日期": 3,
        "判决法院": 3,
        "罪名": 3,
        "行贿事实": 5,
    },
    ("行贿",),
    {
        "org_name": ("行贿人名称", "行贿单位", "行贿人"),
        "person_name": ("行贿人姓名",),
        "decided": ("判决日期", "判决生效日期", "裁判日期"),
        "decision_no": ("判决书文号", "判决书案号", "裁判文书号"),
        "authority": ("判决法院", "审判法院"),
        "reason": ("罪名", "行贿事实"),
    },
)
RED = _kind(
    "red",
    "RED",
    "守信激励名单",
    "Red lists",
    {"纳税信用等级": 6, "评价年度": 3, "评定年度": 3, "守信事由": 6, "红名单类型": 6, "激励事由": 6},
    ("守信", "红名单", "A级纳税人"),
    {"reason": ("守信事由", "激励事由", "红名单类型", "纳税信用等级")},
    ("评价年度", "评定年度"),
)
OTH = _kind(
    "severe",
    "OTH",
    "其他行业失信名单",
    "Other sector lists",
    {},
    ("严重失信主体", "统计严重失信", "文化和旅游市场"),
)
