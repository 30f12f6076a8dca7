"""Company registers: who a party is, by whom it is represented, what it was called, whose branch it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from graph.dates import start_of_day
from graph.model import Id, Interval, Mention, Name, NameKind, PartyRecord, PartyType
from graph.relations import Relation, RelationType
from graph.text import clean, repair
from loaders import values
from loaders.base import Kind, Record, Row
from loaders.records import digest, keyed, looks_like_org, org_ids, organization, person
from loaders.things import bank_account

REGISTER = "register"
"""The data set of registers: one per source."""

_NAMES = re.compile(r"[;；、|\n]+|[，,](?=[^，,()（）]*(?:公司|厂|店|社|中心|院|所)(?:$|[(（;；，,]))")
_DATED = re.compile(
    r"^(?P<name>.+?)[(（]\s*(?P<from>[\d年月./-]{8,11}日?)?\s*(?:至|到|~|—|--|-)\s*(?P<to>[\d年月./-]{8,11}日?)?\s*[)）]$"
)
_UNTIL = re.compile(
    r"^(?P<name>.+?)[(（]\s*(?:至|截至|变更于)?\s*(?P<to>[\d年月./-]{8,11}日?)\s*(?:前|变更)?[)）]$"
)


def former_names(row: Row) -> tuple[Name, ...]:
    """Earlier names of a cell, with the days they were borne where the cell states them."""
    found: list[Name] = []
    changed = row.day("renamed")
    cells = [part.strip() for part in _NAMES.split(row.get("former")) if part.strip()]
    for part in cells:
        dated = _DATED.match(part) or _UNTIL.match(part)
        if dated:
            groups = dated.groupdict()
            start, end = _day(row, groups.get("from")), _day(row, groups.get("to"))
            name = groups["name"]
        else:
            name, start, end = part, None, changed if len(cells) == 1 else None
        span = Interval(start=start_of_day(start) if start else None, end=start_of_day(end) if end else None)
        found.append(Name(text=repair(clean(name)), kind=NameKind.FORMER, valid=span))
    return tuple(found)


def _day(row: Row, text: str | None) -> date | None:
    if not text:
        return None
    try:
        return values.moment(text).day
    except ValueError:
        row.warn("value.date", "former")
        return None


def _attributes(row: Row) -> dict[str, str]:
    founded, gone = row.day("founded"), row.day("deregistered")
    capital = _capital(row)
    insured = row.get("insured").rstrip("人")
    if insured and not insured.isdigit():
        row.warn("value.number", "insured")
        insured = ""
    region = row.get("region")
    city = row.get("city")
    found = {
        "founded_on": founded.isoformat() if founded else "",
        "deregistered_on": gone.isoformat() if gone else "",
        "capital_cny": str(capital) if capital is not None else "",
        "insured": insured,
        "region": region if not city or city in region else f"{region}{city}",
        **{
            name: row.get(name)
            for name in ("status", "legal_form", "scope", "address", "phone", "email", "industry")
        },
    }
    return {name: text for name, text in found.items() if text}


def _capital(row: Row) -> Decimal | None:
    """The registered capital in yuan; under a unit code that nobody confirmed it is said and left out."""
    unit = row.flag("capital_unit")
    if unit and "元" not in unit and unit not in ("CNY", "RMB", "人民币"):
        if row.get("capital"):
            row.warn("price.unit", "capital")
        return None
    return row.amount("capital", unit=1 if unit and "万" not in unit else 10_000)


def _representation(row: Row, name: str, code: str, head: Mention) -> RelationType:
    form = row.get("legal_form")
    if "个体" in form or code.startswith("92"):
        return RelationType.OPERATES
    if (
        row.get("parent_name")
        or row.get("parent_code")
        or "分公司" in form
        or "分支机构" in form
        or name.endswith("分公司")
    ):
        return RelationType.HEAD_OF
    if "独资" in form and "个人" in form and head.type is PartyType.PERSON:
        return RelationType.INVESTS_ALONE
    return RelationType.LEGAL_REP_OF


def _read(row: Row) -> Iterator[Record]:
    name = row.get("org_name")
    ids = org_ids(row)
    subject = organization(row, name, ids, legal_rep=row.get("legal_rep"))
    code = next((i.value for i in ids if i.state != "malformed" and i.scheme != "citizen_id"), "")
    key = code or digest(subject.n6, row.get("address"))
    prefix = f"{REGISTER}:{key}"
    subject = keyed(subject, prefix)
    attributes = _attributes(row)
    former = former_names(row)
    end = (
        start_of_day(values.moment(gone).day or date.max)
        if (gone := attributes.get("deregistered_on"))
        else None
    )
    valid = Interval(end=end)
    full = Mention(
        type=PartyType.ORGANIZATION,
        name=subject.name,
        key=prefix,
        n6=subject.n6,
        names=(*subject.names, *former),
        ids=ids,
        region=attributes.get("region", ""),
        address=attributes.get("address", ""),
        legal_rep=subject.legal_rep,
    )
    yield PartyRecord(key=key, subject=full, attributes=attributes, raw=row.raw, source=row.source)
    end_ref = Mention(type=PartyType.ORGANIZATION, name=subject.name, key=prefix, n6=subject.n6, ids=ids)
    for account in bank_account(row, "account"):
        yield Relation(
            type=RelationType.USES,
            key=f"{key}:account",
            src=end_ref,
            dst=keyed(account, f"{prefix}:account"),
            role="registered",
            valid=valid,
            source=row.source,
        )
    if head := row.get("legal_rep"):
        if looks_like_org(head):
            src = keyed(organization(row, head, ()), f"{prefix}:head")
        else:
            src = keyed(person(row, head, row.get("legal_rep_id"), field="legal_rep_id"), f"{prefix}:head")
        kind = _representation(row, name, code, src)
        yield Relation(type=kind, key=f"{key}:head", src=src, dst=end_ref, valid=valid, source=row.source)
        if kind is RelationType.INVESTS_ALONE:
            yield Relation(
                type=RelationType.LEGAL_REP_OF,
                key=f"{key}:rep",
                src=src,
                dst=end_ref,
                valid=valid,
                source=row.source,
            )
    if row.get("parent_name") or row.get("parent_code"):
        parent_ids = org_ids(row, (("parent_code", "uscc"),))
        parent = keyed(organization(row, row.get("parent_name"), parent_ids), f"{prefix}:parent")
        yield Relation(
            type=RelationType.BRANCH_OF,
            key=f"{key}:parent",
            src=end_ref,
            dst=parent,
            valid=valid,
            source=row.source,
        )
    for branch in filter(None, (part.strip() for part in _NAMES.split(row.get("branches")))):
        src = keyed(organization(row, branch, ()), f"{prefix}:branch:{digest(branch)[:12]}")
        yield Relation(
            type=RelationType.BRANCH_OF, key=f"{key}:{src.key[-12:]}", src=src, dst=end_ref, source=row.source
        )
    if row.get("former_code"):
        old_ids: tuple[Id, ...] = org_ids(row, (("former_code", "uscc"),))
        old = keyed(organization(row, former[0].text if former else "", old_ids), f"{prefix}:former")
        since = row.begin("renamed")
        yield Relation(
            type=RelationType.RENAMED_FROM,
            key=f"{key}:former",
            src=end_ref,
            dst=old,
            valid=Interval(start=since),
            source=row.source,
        )


_PLATFORM = (
    *("法人类别", "BIDDER_CODE_TYPE", "法人角色", "LEGAL_ROLE", "营业执照号码", "LICENSE_NO", "营业执照失效日期"),
    *("LICENSE_END_DATE", "国税税务登记证证号", "TAX_CERT_NO", "国税税务登记证失效日期", "TAX_CERT_END_DATE"),
    *("地税税务登记证证号", "LOCAL_TAX_CERT_NO", "地税税务登记证失效日期", "LOCAL_TAX_CERT_END_DATE"),
    *("组织机构代码证失效日期", "ORGAN_CERT_END_DATE", "法人机构类别", "LEGAL_TYPE", "法人代表联系电话"),
    *("REPRESENT_PHONE", "法人机构行业代码", "LEGAL_INDUSTRY", "资信等级", "CREDIT_RATE", "国别/地区"),
    *("COUNTRY_REGION", "行政区域代码", "REGION_CODE", "基本户开户银行", "BASIC_BANK", "基本户开户支行号"),
    *("BASIC_BRANCH_BANK", "基本户账户名称", "BASIC_ACCOUNT_NAME", "注册资本币种", "REG_CAP_CURRENCY", "联系人"),
    *("LEGAL_CONTACT", "联系人地址", "LEGAL_CONTACT_ADDRESS", "单位网站", "LEGAL_WEB", "邮政编码", "LEGAL_ZIP_CODE"),
)
"""Columns of LEGAL_PERSON_BASE that no rule reads."""

REGISTER_KIND = Kind(
    name="register",
    title_zh="企业登记信息",
    title_en="Company register",
    covers=(REGISTER,),
    read=_read,
    is_list=False,
    snapshot="delta",
    fields={
        "org_name": ("企业名称", "公司名称", "主体名称", "name", "法人名称", "LEGAL_NAME"),
        "uscc": ("统一社会信用代码", "code", "LEGAL_CODE", "法人代码"),
        "account": ("基本户账号", "BASIC_ACCOUNT_NO"),
        "former": ("曾用名", "企业曾用名", "历史名称", "曾用名称", "原名称", "原企业名称", "变更前名称"),
        "renamed": ("更名日期", "名称变更日期", "变更日期"),
        "former_code": ("原统一社会信用代码", "变更前统一社会信用代码"),
        "legal_rep_id": (
            "法定代表人证件号码",
            "法定代表人身份证号",
            "法定代表人身份证号码",
            "负责人证件号码",
            "经营者身份证号",
        ),
        "founded": ("成立日期", "注册日期", "成立时间", "注册时间", "登记日期"),
        "deregistered": ("注销日期", "吊销日期", "注销时间"),
        "capital_unit": ("注册资本单位", "REG_UNIT"),
        "capital": ("注册资本", "注册资本（万元）", "注册资金", "出资额", "REG_CAPITAL"),
        "insured": ("参保人数", "社保人数", "参保员工数"),
        "scope": ("经营范围", "业务范围"),
        "phone": ("联系电话", "电话", "企业电话", "手机", "LEGAL_CONTACT_PHONE", "联系人电话"),
        "email": ("电子邮箱", "邮箱", "企业邮箱", "LEGAL_EMAIL"),
        "status": ("经营状态", "登记状态", "企业状态", "法人业务状态", "LEGAL_STATUS"),
        "address": ("注册地址", "住所", "法人机构地址", "LEGAL_UNIT_ADDRESS"),
        "legal_form": ("企业类型", "公司类型", "主体类型", "市场主体类型", "类型"),
        "industry": ("所属行业", "行业", "国民经济行业"),
        "parent_name": (
            "总公司",
            "总公司名称",
            "隶属企业",
            "隶属企业名称",
            "所属企业",
            "上级单位",
            "上级单位名称",
            "母体名称",
        ),
        "parent_code": (
            "总公司统一社会信用代码",
            "总公司代码",
            "隶属企业统一社会信用代码",
            "上级单位代码",
            "隶属企业代码",
        ),
        "branches": ("分支机构", "分支机构名称", "分公司名称"),
        "region": ("所在省份", "省份", "所属省份", "注册地-省", "REGISTER_PROVINCE"),
        "city": ("地区", "城市", "所属城市", "所在城市", "注册地-市", "REGISTER_CITY"),
    },
    common=("org_name", "uscc", "org_code", "reg_no", "legal_rep", "address", "region"),
    ignored=(
        "登记机关",
        "实缴资本",
        "核准日期",
        "营业期限",
        "纳税人资质",
        "人员规模",
        "英文名",
        "网址",
        "所属区县",
        "备注",
        *_PLATFORM,
    ),
    marks={
        "注册日期": 3,
        "LEGAL_NAME": 4,
        "LEGAL_CODE": 4,
        "BASIC_ACCOUNT_NO": 4,
        "基本户账号": 4,
        "成立日期": 4,
        "注册资本": 4,
        "注册资本（万元）": 4,
        "经营范围": 4,
        "企业类型": 3,
        "参保人数": 4,
        "曾用名": 3,
        "经营状态": 3,
        "登记状态": 3,
        "总公司统一社会信用代码": 3,
        "隶属企业": 2,
        "所属行业": 2,
        "所在省份": 1,
        "分支机构": 2,
    },
    words=("企业登记", "工商登记", "企业名录"),
)
