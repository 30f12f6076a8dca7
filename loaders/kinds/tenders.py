"""Tenders, their lots and who served them before: TENDER_PROJECT, PURCHASE_PROJECT, SECTION (SPEC 6.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.dates import iso
from graph.model import Interval, Mention, PartyRecord
from graph.relations import RelationType
from loaders.base import Kind, Record, Row
from loaders.kinds.people import link
from loaders.records import keyed, org_ids, organization
from loaders.things import code, lot, scope, tender

TENDERS, LOTS, SERVICES = "tenders", "lots", "services"
_YES, _NO = frozenset({"1", "是", "Y", "YES"}), frozenset({"0", "否", "N", "NO"})
_OBJECTS = {"工程": "works", "施工": "works", "货物": "goods", "服务": "services"}
_SERVICES = (
    ("specification", re.compile(r"规范|标准|需求|标底|清单|控制价|specification")),
    ("design", re.compile(r"设计|勘察|design")),
    ("supervision", re.compile(r"监理|supervision")),
    ("testing", re.compile(r"检测|检验|监测|testing")),
    ("management", re.compile(r"管理|代建|management")),
    ("agency", re.compile(r"代理|agency")),
    ("consulting", re.compile(r"咨询|可研|可行性|前期|consulting")),
)


def _org(row: Row, name: str, code_field: str) -> Mention | None:
    """An organisation of two cells; None where both are empty."""
    if not row.get(name) and not row.get(code_field):
        return None
    return organization(row, row.get(name), org_ids(row, ((code_field, "uscc"),)))


def _regime(row: Row) -> str:
    """Which law the project stands under, where the table says so outright; never guessed from an amount."""
    method = row.get("method")
    if row.get("purchase"):
        if "招标" in method:
            return "procurement_tender"
        return "procurement_other" if re.search(r"谈判|磋商|询价|单一来源|框架", method) else ""
    by_law = row.flag("by_law").upper()
    return "mandatory_tender" if by_law in _YES else "voluntary" if by_law in _NO else ""


def _attributes(row: Row) -> dict[str, str]:
    opening = row.begin("opening")
    budget = row.amount("budget", unit=10_000 if "万" in row.flag("budget_unit") else 1)
    objects = {value for word, value in _OBJECTS.items() if word in row.get("object")}
    found = {
        "regime": _regime(row),
        "method": row.get("method"),
        "object": next(iter(objects)) if len(objects) == 1 else "",
        "funding": row.get("funding"),
        "region": row.get("region"),
        "opening_at": iso(opening) if opening else "",
        "budget_cny": str(budget) if budget is not None else "",
        "project": code(row, "project"),
        "platform": row.get("platform"),
        "supervisor": row.get("supervisor"),
    }
    return {name: text for name, text in found.items() if text}


def _tender(row: Row) -> Iterator[Record]:
    field = next((name for name in ("tender", "purchase", "project") if row.get(name)), "tender")
    number = code(row, field)
    row.need(field)
    subject = tender(number, row.get("tender_name"))
    attributes = _attributes(row)
    yield PartyRecord(
        key=number,
        subject=keyed(subject, f"{TENDERS}:{number}"),
        attributes=attributes,
        raw=row.raw,
        source=row.source,
    )
    since = Interval(start=row.begin("created"))
    for name, kind, role in (
        ("buyer", RelationType.BUYER_OF, ""),
        ("owner", RelationType.BUYER_OF, "owner"),
        ("agency", RelationType.AGENT_FOR, ""),
        ("platform", RelationType.PLATFORM_FOR, ""),
        ("supervisor", RelationType.OVERSEES, "supervision"),
        ("approver", RelationType.OVERSEES, "approval"),
    ):
        if who := _org(row, name, f"{name}_code"):
            yield link(row, kind, TENDERS, who, subject, role=role, valid=since)
    if row.get("lot"):
        part = lot(number, code(row, "lot"), row.get("lot_name"))
        value = part.ids[0].value
        yield PartyRecord(
            key=value, subject=keyed(part, f"{TENDERS}:{value}"), raw=row.raw, source=row.source
        )
        yield link(row, RelationType.LOT_OF, TENDERS, part, subject)


def _lot(row: Row) -> Iterator[Record]:
    whole = code(row, "tender")
    row.need("tender")
    row.need("lot")
    part = lot(whole, code(row, "lot"), row.get("lot_name"))
    value = part.ids[0].value
    estimate = row.amount("estimate", unit=10_000 if "万" in row.flag("unit") else 1)
    attributes = {
        "budget_cny": str(estimate) if estimate is not None else "",
        "scope": row.get("content"),
        "region": row.get("region"),
        "method": row.get("method"),
    }
    yield PartyRecord(
        key=value,
        subject=keyed(part, f"{LOTS}:{value}"),
        attributes={name: text for name, text in attributes.items() if text},
        raw=row.raw,
        source=row.source,
    )
    yield link(row, RelationType.LOT_OF, LOTS, part, tender(whole))


def _service(row: Row) -> Iterator[Record]:
    text = row.need("service")
    roles = [role for role, pattern in _SERVICES if pattern.search(text)]
    if len(roles) != 1:
        row.warn("service.unclear", "service")
    who = organization(row, row.get("org_name"), org_ids(row))
    yield link(
        row, RelationType.SERVED, SERVICES, who, scope(row),
        role=roles[0] if len(roles) == 1 else text, valid=Interval(start=row.begin("since"), end=row.finish("until")),
        service=text,
    )  # fmt: skip


# fmt: off
TENDER_CODE = ("招标项目编号", "TENDER_PROJECT_CODE", "招标编号", "招标项目（采购项目）编号", "tender")
PURCHASE_CODE = ("采购项目编号", "PURCHASE_PROJECT_CODE", "采购编号")
LOT_CODE = ("标段（包）编号", "BID_SECTION_CODE", "BID_SECTION_CODES", "采购项目子包编号", "PURCHASE_SECTION_CODE",
            "标段编号", "包号", "分包编号", "lot")
LOT_NAME = ("标段（包）名称", "BID_SECTION_NAME", "采购项目子包名称", "PURCHASE_SECTION_NAME", "标段名称")
PLATFORM_COLUMNS = (
    "统一交易标识码", "UNIFIED_DEAL_CODE", "相关统一交易标识码", "UNIFIED_DEAL_CODES", "平台代码", "PLATFORM_CODE",
    "PUB_SERVICE_PLAT_CODE", "DATA_TIMESTAMP", "TRADE_PLAT", "PUB_SERVICE_PLAT", "DATA_KEY", "交易系统标识码",
    "交易服务系统标识码", "数据时间戳", "交易平台或发布工具标识码", "公共服务平台标识码", "备注",
)
"""Columns that every table of a platform has and that say nothing about anyone."""

_ROAD_LOTS = (
    "建筑面积", "BUILD_AREA", "标段工期", "BID_LIMITE_TIME", "标段工期单位", "BID_LIMITE_TIME_UNIT", "所辖施工合同段",
    "CONSTRUCTION_CONTRACT", "监理工作内容", "SUPERVISION_CONTENT", "标段组编号", "BID_SECTION_GROUP", "里程桩号",
    "MILEAGE_STAKE", "长度", "LENGTH", "REMARK", "主要工程内容", "MAIN_PROJECT_CONTENTS", "合同段范围起始",
    "CONTRACT_SCOPE_BEGIN", "合同段范围终点", "CONTRACT_SCOPE_END", "合同段范围分中心个数", "SUB_CENTER_NUMBER",
    "合同段范围收费站个数", "TOLL_GATE_NUMBER", "合同段通信站个数", "COMMU_STATION_NUMBER", "合同段隧道数",
    "TUNNEL_NUMBER",
)
"""What road and building lots say of their works."""

TENDERS_KIND = Kind(
    name="tenders",
    title_zh="招标项目、采购项目（TENDER_PROJECT、PURCHASE_PROJECT）",
    title_en="Tenders and procurement projects (TENDER_PROJECT, PURCHASE_PROJECT)",
    covers=(TENDERS,),
    read=_tender,
    is_list=False,
    snapshot="delta",
    fields={
        "tender": TENDER_CODE,
        "purchase": PURCHASE_CODE,
        "tender_name": ("招标项目名称", "TENDER_PROJECT_NAME", "采购项目名称", "PURCHASE_PROJECT_NAME", "项目名称"),
        "project": ("项目编号", "PROJECT_CODE", "投资项目统一代码", "INVEST_PROJECT_CODE"),
        "by_law": ("是否依法必须招标", "IS_TO_LAW", "依法必须招标"),
        "method": ("招标方式", "TENDER_MODE", "采购方式", "PURCHASER_MODE"),
        "object": ("招标项目类型", "TENDER_PROJECT_TYPE", "采购项目类型", "项目类型"),
        "funding": ("资金来源", "FUND_SOURCE"),
        "region": ("招标项目所在行政区域代码", "REGION_CODE", "采购项目子包所在行政区域代码", "所在地区"),
        "opening": ("开标时间", "开标日期", "BID_OPEN_TIME", "截标时间"),
        "budget": ("项目预算", "PROGRAM_BUDGET", "预算金额", "招标控制价", "最高限价"),
        "budget_unit": ("预算金额单位", "UNIT_BUDGET"),
        "created": ("招标项目建立时间", "CREATE_TIME", "项目创建时间", "公告发布时间"),
        "buyer": ("招标人名称", "TENDERER_NAME", "采购人名称", "PURCHASER_NAME", "招标人", "采购人"),
        "buyer_code": ("招标人代码", "TENDERER_CODE", "采购人代码", "PURCHASER_CODE", "招标人统一社会信用代码",
                       "采购人统一社会信用代码"),
        "owner": ("项目业主名称", "OWNER_NAME", "项目业主"),
        "owner_code": ("项目业主代码", "项目业主统一社会信用代码"),
        "agency": ("招标代理机构名称", "TENDER_AGENCY_NAME", "采购代理机构名称", "PURCHASER_AGENCY_NAME",
                   "招标代理机构", "采购代理机构", "代理机构"),
        "agency_code": ("招标代理机构代码", "TENDER_AGENCY_CODE", "采购代理机构代码", "PURCHASER_AGENCY_CODE",
                        "招标代理机构统一社会信用代码", "代理机构统一社会信用代码"),
        "platform": ("交易平台运营单位", "电子交易平台运营机构", "平台运营单位", "交易平台名称"),
        "platform_code": ("交易平台运营单位统一社会信用代码", "平台运营单位统一社会信用代码"),
        "supervisor": ("监督部门名称", "SUPERVISE_DEPT_NAME", "行政监督部门", "监督部门"),
        "supervisor_code": ("监督部门代码", "SUPERVISE_DEPT_CODE", "监督部门统一社会信用代码"),
        "approver": ("审核部门名称", "APPROVE_DEPT_NAME", "主管部门"),
        "approver_code": ("审核部门代码", "APPROVE_DEPT_CODE", "主管部门统一社会信用代码"),
        "lot": LOT_CODE,
        "lot_name": LOT_NAME,
    },
    ignored=(*PLATFORM_COLUMNS, "报建编号", "REPROT_CODE", "招标条件备案编号", "招标文件备案编号",
             "TENDER_RECORD_CODE", "监督部门联系电话", "SUPERVISE_DEPT_PHONE", "TENDER_SELF_CODE",
             "招标内容与范围及招标方案说明", "TENDER_CONTENT", "招标人类别",
             "TENDERER_CODE_TYPE", "是否联合招标", "ISUNION", "招标人角色", "TENDERER_ROLE", "招标代理机构类别",
             "TENDER_AGENCY_CODE_TYPE", "招标代理机构角色", "TENDER_AGENCY_ROLE", "招标组织形式",
             "TENDER_ORGANIZE_FORM", "申报责任人", "REPORT_DUTY", "招标人企业注册所在地", "TENDERER_REGION_CODE",
             "招标人企业性质", "TENDERER_PROPERTY", "招标代理机构企业注册所在地", "TENDER_AGENCY_REGION_CODE",
             "招标代理机构企业性质", "TENDER_AGENCY_PROPERTY", "信息录入人员", "OPERATION_NAME", "交易系统编号",
             "TRADE_SYSTEM_NO", "交易系统平台使用费", "TRADE_SYSTEM_FEE", "项目类别关联代码", "RELATE_CODE",
             "采购人角色", "PURCHASER_ROLE", "价款形式代码", "PRICE_FORM_CODE", "预算金额币种", "BUDGET_CURRENCY",
             "优惠率或其它类型项目预算", "OTHER_PROGRAM_BUDGET", "是否PPP项目", "IS_PROJECT", "采购内容",
             "PURCHASER_CONTENT", "采购组织形式", "PURCHASER_ORGANIZE_FORM", "采购代理机构角色",
             "PURCHASER_AGENCY_ROLE", "采购代理机构联系人", "PURCHASER_AGENCY_CONNECTOR", "采购代理机构联系电话",
             "PURCHASER_AGENCY_INFORMATION", "交易发生行政区域代码", "TRA_PLACE_CODE"),
    needs=(("tender", "purchase", "project"), ("buyer", "buyer_code", "agency", "by_law")),
    identity=("buyer_code", "agency_code"),
    marks={"招标项目名称": 3, "TENDER_PROJECT_NAME": 2, "采购项目名称": 2, "PURCHASE_PROJECT_NAME": 2,
           "是否依法必须招标": 6, "IS_TO_LAW": 6, "招标人名称": 3, "TENDERER_NAME": 3, "采购人名称": 3,
           "PURCHASER_NAME": 3, "招标方式": 3, "采购方式": 3, "TENDER_MODE": 3, "PURCHASER_MODE": 3,
           "招标项目建立时间": 5, "TENDER_ORGANIZE_FORM": 3, "开标时间": 2, "招标人": 3,
           "采购人": 3, "代理机构": 1, "招标代理机构": 2, "采购代理机构": 2},
    words=("招标项目", "采购项目", "TENDER_PROJECT", "PURCHASE_PROJECT"),
    word_weight=2,
)
LOTS_KIND = Kind(
    name="lots",
    title_zh="标段（包）（SECTION）",
    title_en="Lots (SECTION)",
    covers=(LOTS,),
    read=_lot,
    is_list=False,
    snapshot="delta",
    fields={
        "tender": (*TENDER_CODE, *PURCHASE_CODE),
        "lot": LOT_CODE,
        "lot_name": LOT_NAME,
        "content": ("标段（包）内容", "BID_SECTION_CONTENT"),
        "estimate": ("标段合同估算价", "CONTRACT_RECKON_PRICE", "标段控制价", "最高限价"),
        "unit": ("标段合同估算价单位", "PRICE_UNIT"),
        "region": ("标段（包）所在行政区域代码", "REGION_CODE"),
        "method": ("标段（包）招标方式", "BID_TENDER_MODE"),
    },
    ignored=(*PLATFORM_COLUMNS, "标段（包）招标次数", "BID_ECTION_NUM", "交易发生行政区域代码", "TRA_PLACE_CODE",
             "标段（包）分类代码", "TENDER_PROJECT_CLASSIFY_CODE", "标段合同估算价币种代码", "CURRENCY_CODE",
             "投标人资格条件", "BID_QUALIFICATION", "计划开工日期", "BEGIN_DATE", "工期", "LIMITE_TIME",
             "标段(包)建立时间", "CREATE_TIME", *_ROAD_LOTS),
    needs=(("tender",), ("lot",), ("lot_name", "estimate", "content")),
    identity=(),
    marks={"标段（包）名称": 3, "BID_SECTION_NAME": 3, "标段合同估算价": 6, "CONTRACT_RECKON_PRICE": 6,
           "标段（包）内容": 5, "BID_SECTION_CONTENT": 5, "BID_QUALIFICATION": 4, "投标人资格条件": 4,
           "标段（包）招标次数": 4, "标段名称": 4},
    words=("标段", "SECTION"),
    word_weight=2,
)
SERVICES_KIND = Kind(
    name="services",
    title_zh="前期服务单位（设计、监理、咨询、检测、代理）",
    title_en="Who served a project before (design, supervision, consulting, testing, agency)",
    covers=(SERVICES,),
    read=_service,
    is_list=False,
    snapshot="delta",
    fields={
        "tender": (*TENDER_CODE, *PURCHASE_CODE),
        "lot": LOT_CODE,
        "org_name": ("前期服务单位", "服务单位", "服务单位名称", "服务提供单位", "承担单位"),
        "uscc": ("前期服务单位统一社会信用代码", "服务单位统一社会信用代码", "统一社会信用代码",
                 "承担单位统一社会信用代码"),
        "service": ("服务内容", "服务类型", "服务类别", "前期服务内容", "承担工作"),
        "since": ("服务开始日期", "委托日期", "开始日期"),
        "until": ("服务结束日期", "完成日期", "结束日期"),
    },
    common=("org_code", "reg_no"),
    ignored=(*PLATFORM_COLUMNS, "项目名称", "招标项目名称"),
    needs=(("tender",), ("org_name", "uscc"), ("service",)),
    marks={"前期服务单位": 8, "服务单位": 5, "服务单位名称": 5, "前期服务内容": 6, "服务类型": 3, "服务内容": 3,
           "承担单位": 3},
    words=("前期服务", "服务单位"),
)
# fmt: on
