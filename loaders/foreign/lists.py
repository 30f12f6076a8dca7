"""Lists from abroad as tables: World Bank, US DoD, and the Chinese counter-measure lists (SPEC 3, research only)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.model import Id, Listing, NameKind, PartyType
from loaders.base import Kind, Row
from loaders.foreign.common import chinese_codes, foreign_kind, named
from loaders.records import digest, listing

_PERSON = re.compile(r"^(?:MR|MS|MRS|MISS|DR|ENG|ING|SR|SRA|PROF)\.? (?=\S+ )", re.IGNORECASE)
_HAN_NAME = re.compile(r"[(（]([^()（）]*[\u3400-\u9fff][^()（）]*)(?:[)）]|$)")
_REMARK = re.compile(
    r"\s*[(（](?:Reg\. ?No|Registration|f/k/a|a/k/a|also known|formerly)[^()（）]*[)）]|\*+$", re.IGNORECASE
)
_ALSO = re.compile(r"[(（](?:a/k/a|also known as)[: ]+([^()（）]+)[)）]", re.IGNORECASE)
_FORMER = re.compile(r"[(（](?:f/k/a|formerly(?: known as)?)[: ]+([^()（）]+)[)）]", re.IGNORECASE)


def _names(text: str) -> list[tuple[str, NameKind]]:
    """A name and what its brackets say: a Chinese name, a former one."""
    former = [(found, NameKind.FORMER) for found in _FORMER.findall(text)]
    former += [(found, foreign_kind(found)) for found in _ALSO.findall(text)]
    chinese = [(found, NameKind.ALIAS) for found in _HAN_NAME.findall(text)]
    bare = _REMARK.sub("", _HAN_NAME.sub("", text)).strip()
    return [(bare or text, NameKind.REGISTERED), *chinese, *former]


def _stated(text: str) -> tuple[Id, ...]:
    """Chinese codes inside a name. They link nobody: a list for research adds nothing to what decisions read."""
    return tuple(Id(scheme="foreign_document", value=f"USCC:{one.value}") for one in chinese_codes(text))


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;；|]", text) if part.strip()]


def _world_bank(row: Row) -> Iterator[Listing]:
    name = row.need("name")
    stated = row.get("type").lower()
    human = bool(_PERSON.match(name)) or stated in ("individual", "person")
    kind = PartyType.PERSON if human else PartyType.ORGANIZATION
    names = _names(_PERSON.sub("", name) if human else name)
    names += [(text, foreign_kind(text)) for text in _split(row.get("alias"))]
    parts = (row.get(field) for field in ("first_name", "second_name", "third_name", "last_name"))
    if whole := " ".join(filter(None, parts)):
        names.append((whole, NameKind.ALIAS))
    subject = named(kind, names, _stated(name) if not human else (), address=row.get("address"))
    until = row.get("until")
    open_end = until.lower() in ("ongoing", "permanent", "permanently debarred", "indefinite")
    yield listing(
        row, "WB_DEBARRED", subject,
        row.get("id") or digest(name, row.get("since"), row.get("program")),
        start=row.begin("since", "listed", "seen"), end=None if open_end else row.finish("until"),
        authority="World Bank", grounds=tuple(filter(None, (row.get("program"),))), reason=row.get("summary"),
        measure="debarment" if open_end or row.get("since") else "", region=row.get("country"),
    )  # fmt: skip


def _counter(row: Row) -> Iterator[Listing]:
    chinese, foreign = row.get("chinese"), row.get("name")
    stated = row.get("type").lower()
    kind = PartyType.PERSON if stated == "person" else PartyType.ORGANIZATION
    names = [(text, NameKind.REGISTERED) for text in (chinese, foreign) if text][:1]
    names += [(foreign, NameKind.FOREIGN)] if chinese and foreign else []
    names += [(text, foreign_kind(text)) for text in _split(row.get("alias"))]
    subject = named(kind, names or [(row.need("name"), NameKind.REGISTERED)], address=row.get("address"))
    yield listing(
        row, "CN_COUNTER", subject,
        digest(foreign, chinese, row.get("list"), str(row.begin("since")), row.get("url")),
        start=row.begin("since"), end=row.finish("until"), authority=row.get("body"),
        measure=row.get("list"), reason=row.get("chinese_summary") or row.get("summary"),
        grounds=tuple(filter(None, (row.get("topics"),))), region=row.get("country"),
    )  # fmt: skip


def _dod(row: Row) -> Iterator[Listing]:
    name = row.get("clean") or row.need("name")
    names = [*_names(name), *((text, foreign_kind(text)) for text in _split(row.get("alias")))]
    names += [(text, NameKind.FORMER) for text in _split(row.get("previous"))]
    yield listing(
        row, "US_DOD", named(PartyType.ORGANIZATION, names), digest(row.get("name"), str(row.begin("since"))),
        start=row.begin("since"), end=row.finish("until"), authority="US Department of Defense",
        reason=row.get("note"), scope=row.get("parent"),
    )  # fmt: skip


# fmt: off
WORLD_BANK_KIND = Kind(
    name="worldbank",
    title_zh="世界银行禁止承包名单（仅供研究）",
    title_en="World Bank debarred firms and individuals (research only)",
    covers=("WB_DEBARRED",),
    read=_world_bank,
    date_formats=("%d-%b-%Y", "%m/%d/%Y"),
    fields={
        "name": ("Firm Name", "name", "SUPP_NAME"),
        "id": ("id", "SUPP_ID"),
        "alias": ("Additional Firm Info", "alias", "ADD_SUPP_INFO"),
        "type": ("type", "SUPP_TYPE"),
        "address": ("Address", "SUPP_ADDR"),
        "country": ("Country", "COUNTRY_NAME"),
        "since": ("Ineligibility Period From", "From Date", "From", "DEBAR_FROM_DATE"),
        "until": ("Ineligibility Period To", "To Date", "To", "DEBAR_TO_DATE"),
        "program": ("Grounds", "program", "DEBAR_REASON"),
        "listed": ("listed_at",),
        "seen": ("updated_at",),
        "summary": ("summary",),
        "first_name": ("first_name",),
        "second_name": ("second_name",),
        "third_name": ("third_name",),
        "last_name": ("last_name",),
    },
    common=("removed", "removal_reason", "status", "revoked", "published", "published_until", "authority",
            "decision_no", "reason", "basis", "region"),
    ignored=("__last_seen", "__first_seen", "father_name", "title", "source", "function", "url", "gender"),
    needs=(("name",), ("program", "since", "until")),
    identity=(),
    marks={"__first_seen": 3, "__last_seen": 3, "program": 2, "listed_at": 2, "Firm Name": 5, "Grounds": 3,
           "Ineligibility Period From": 6, "Ineligibility Period To": 4, "SUPP_NAME": 6, "DEBAR_FROM_DATE": 6},
    words=("worldbank", "world bank", "debarred"),
)
COUNTER_KIND = Kind(
    name="cn_counter",
    title_zh="反制清单、不可靠实体清单、出口管制管控名单（汇编，仅供研究）",
    title_en="Chinese counter-measure lists, compiled (research only)",
    covers=("CN_COUNTER",),
    read=_counter,
    date_formats=("%d.%m.%Y", "%d.%m.%y"),
    fields={
        "type": ("Type", "类型"),
        "name": ("Name", "外文名称", "英文名称"),
        "alias": ("Alias", "别名"),
        "chinese": ("Chinese name", "中文名称", "中文译名"),
        "country": ("Country", "国家/地区", "国家"),
        "topics": ("Topics",),
        "summary": ("Summary",),
        "chinese_summary": ("Chinese summary", "说明"),
        "body": ("Body", "公布机关"),
        "list": ("List", "清单名称"),
        "since": ("Date", "公布日期", "列入日期"),
        "until": ("End date", "截止日期"),
        "url": ("Source URL", "来源网址"),
        "address": ("Address",),
    },
    common=("removed", "removal_reason", "status", "revoked", "published", "published_until", "authority",
            "decision_no", "reason", "basis", "region"),
    ignored=("QID",),
    needs=(("name", "chinese"), ("list", "body"), ("since",)),
    identity=(),
    marks={"Chinese name": 6, "QID": 3, "Topics": 3, "Chinese summary": 4, "中文译名": 4, "清单名称": 6, "外文名称": 4,
           "公布机关": 2, "Body": 2},
    words=("counter", "反制", "不可靠实体"),
)
DOD_KIND = Kind(
    name="us_dod",
    title_zh="美国国防部“中国军事公司”清单（仅供研究）",
    title_en="US DoD list of Chinese military companies (research only)",
    covers=("US_DOD",),
    read=_dod,
    fields={
        "name": ("Name",),
        "clean": ("Clean Name",),
        "alias": ("Alias",),
        "previous": ("Previous Name",),
        "parent": ("Parent Name",),
        "note": ("Note",),
        "since": ("Start date",),
        "until": ("End date",),
    },
    common=("removed", "removal_reason", "status", "revoked", "published", "published_until", "authority",
            "decision_no", "reason", "basis", "region"),
    ignored=("Source Url",),
    needs=(("name", "clean"), ("since",), ("previous", "parent", "clean")),
    identity=(),
    marks={"Clean Name": 6, "Previous Name": 3, "Parent Name": 4},
    words=("milcorp", "1260H"),
)
# fmt: on
