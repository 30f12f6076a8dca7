"""Who judged, who won, what was signed and how it was performed (SPEC 6.1)."""

from __future__ import annotations

from collections.abc import Iterator

from graph.dates import iso
from graph.model import Interval, Mention, PartyRecord, PartyType
from graph.relations import RelationType
from loaders.base import Kind, Record, Row
from loaders.kinds.bids import BIDDER_TAKEN, price_of, who_bids
from loaders.kinds.people import link
from loaders.kinds.tenders import LOT_CODE, LOT_NAME, PLATFORM_COLUMNS, PURCHASE_CODE, TENDER_CODE
from loaders.records import digest, keyed, org_ids, organization, person, subject_part, thing
from loaders.things import code, scope, tender

COMMITTEES, AWARDS, CONTRACTS = "committees", "awards", "contracts"


def _organization(row: Row, name: str, code_field: str) -> Mention | None:
    if not row.get(name) and not row.get(code_field):
        return None
    return organization(row, row.get(name), org_ids(row, ((code_field, "uscc"),)))


def _committee(row: Row) -> Iterator[Record]:
    target = scope(row)
    who = person(row, row.need("person_name"), row.get("person_id"), id_type=row.get("id_type"))
    chair = row.flag("chair") in ("1", "是")
    buyer_side = row.flag("buyer_side") in ("1", "是") or "代表" in row.get("expert_type")
    yield link(
        row, RelationType.EVALUATES, COMMITTEES, who, target, role="chair" if chair else "member",
        valid=Interval(start=row.begin("checked_in")), seat="buyer_representative" if buyer_side else "expert",
        expert_type=row.get("expert_type"),
    )  # fmt: skip
    if where := _organization(row, "employer", "employer_code"):
        yield link(row, RelationType.EMPLOYED_BY, COMMITTEES, who, where)


def _award(row: Row) -> Iterator[Record]:
    target = scope(row)
    about = target.ids[0].value
    winners, complete = who_bids(row)
    decided = row.begin("decided")
    price = price_of(row, "price", "price_unit")
    for role, who in winners:
        yield link(
            row, RelationType.WON, AWARDS, who, target, role=role, valid=Interval(start=decided),
            price=str(price) if price is not None else "", rate=row.get("rate"), rank=row.get("rank"),
            bid=digest(about, subject_part(winners[0][1])), incomplete="" if complete else "yes",
        )  # fmt: skip
    if agency := _organization(row, "agency", "agency_code"):
        yield link(row, RelationType.AGENT_FOR, AWARDS, agency, tender(code(row, "tender")))
    if name := row.get("manager"):
        acting = person(row, name, row.get("manager_id"), field="manager_id")
        yield link(
            row, RelationType.ACTS_FOR, AWARDS, acting, winners[0][1], role="project_manager",
            valid=Interval(start=decided), apart=about, lot=about,
        )  # fmt: skip


def _contract(row: Row) -> Iterator[Record]:
    target = scope(row)
    about = target.ids[0].value
    suppliers, _ = who_bids(row)
    stated = code(row, "contract")
    value = f"{about}#{stated}" if stated else f"{about}#{digest(subject_part(suppliers[0][1]))[:12]}"
    contract = thing(PartyType.CONTRACT, value, row.get("contract_name"))
    signed, finished, reported = row.begin("signed"), row.begin("finished"), row.begin("reported")
    amount, settled = price_of(row, "amount", "unit"), row.amount("settled")
    attributes = {
        "number": stated,
        "amount_cny": str(amount) if amount is not None else "",
        "settled_cny": str(settled) if settled is not None else "",
        "signed_at": iso(signed) if signed else "",
        "finished_at": iso(finished) if finished else "",
        "reported_at": iso(reported) if reported else "",
        **{
            name: row.get(name)
            for name in ("term", "quality", "safety", "environment", "change", "performance")
        },
    }
    attributes = {name: text for name, text in attributes.items() if text}
    yield PartyRecord(
        key=digest(value, row.get("report"), str(reported)),
        subject=keyed(contract, f"{CONTRACTS}:{value}"),
        attributes=attributes,
        raw=row.raw,
        source=row.source,
    )
    since = Interval(start=signed)
    yield link(row, RelationType.CONTRACT_OF, CONTRACTS, contract, target, valid=since)
    if buyer := _organization(row, "buyer", "buyer_code"):
        yield link(row, RelationType.PARTY_TO, CONTRACTS, buyer, contract, role="buyer", valid=since)
    for _, who in suppliers:
        yield link(row, RelationType.PARTY_TO, CONTRACTS, who, contract, role="supplier", valid=since)


# fmt: off
_LAW_FIELDS = {"tender": (*TENDER_CODE, *PURCHASE_CODE), "lot": LOT_CODE}

COMMITTEE_KIND = Kind(
    name="committee",
    title_zh="评标专家（BID_EVALUATION_EXPERT）",
    title_en="Evaluation committees (BID_EVALUATION_EXPERT)",
    covers=(COMMITTEES,),
    read=_committee,
    is_list=False,
    snapshot="delta",
    fields={
        **_LAW_FIELDS,
        "person_name": ("专家姓名", "EXPERT_NAME", "评委姓名", "评标委员会成员", "姓名"),
        "person_id": ("专家身份证件号", "ID_CARD", "专家身份证件号码", "评委身份证号", "身份证号"),
        "id_type": ("专家身份证件类型", "ID_CARD_TYPE"),
        "expert_type": ("专家类别", "EXPERT_TYPE"),
        "checked_in": ("专家签到时间", "EXPERT_CHECK_IN_TIME", "签到时间", "评标时间"),
        "chair": ("是否为评标组长", "IS_CHAIR_MAN", "是否组长"),
        "buyer_side": ("是否招标人代表", "IS_TENDER_AGENT", "是否采购人代表"),
        "employer": ("工作单位", "专家工作单位", "所在单位"),
        "employer_code": ("工作单位统一社会信用代码", "专家工作单位统一社会信用代码"),
    },
    ignored=(*PLATFORM_COLUMNS, "是否无效评分", "IS_INVALID_SCORE", "是否经济标评委", "IS_ECONOMICAL_EXPERT",
             "是否技术标评委", "IS_TECHNOLOGICAL_EXPERT", "打分值", "Score"),
    needs=(("tender",), ("person_name", "person_id")),
    identity=("person_id",),
    marks={"专家姓名": 5, "EXPERT_NAME": 5, "专家身份证件号": 6, "ID_CARD": 3, "专家签到时间": 6,
           "EXPERT_CHECK_IN_TIME": 6, "是否为评标组长": 6, "IS_CHAIR_MAN": 6, "EXPERT_TYPE": 4, "专家类别": 4,
           "评委姓名": 6},
    words=("评标专家", "评标委员会", "BID_EVALUATION_EXPERT"),
)
AWARDS_KIND = Kind(
    name="awards",
    title_zh="中标（成交）结果（WIN_RESULT_ANNO、BID_WINNING_NOTICE、BID_DEAL_ANNOUNCE）",
    title_en="Awards (WIN_RESULT_ANNO, BID_WINNING_NOTICE, BID_DEAL_ANNOUNCE)",
    covers=(AWARDS,),
    read=_award,
    is_list=False,
    snapshot="delta",
    fields={
        **_LAW_FIELDS,
        "org_name": ("中标投标人名称", "WIN_BIDDER_NAME", "中标人名称", "中标（成交）供应商名称",
                     "WINNINGBIDDER_NAME", "中标人", "中标单位", "成交供应商", "中标供应商名称"),
        "codes": ("中标投标人代码", "WIN_BIDDER_CODE", "中标人统一社会信用代码", "中标（成交）供应商代码",
                  "WINNINGBIDDER_CODE", "中标人代码"),
        "union": ("联合体名称", "UNION_NAME"),
        "union_codes": ("联合体代码", "UNION_CODE"),
        "price": ("中标金额", "BID_AMOUNT", "中标价", "中标（成交）价格", "WIN_BID_PRICE", "成交金额"),
        "price_unit": ("价格单位", "PRICE_UNIT"),
        "rate": ("费率或其它类型结果", "OTHER_BID_PRICE", "中标优惠率或其它类型价格", "WIN_BID_RATE"),
        "rank": ("中标候选人排名", "排名"),
        "decided": ("公告发布时间", "NOTICE_SEND_TIME", "中标通知书发出日期", "WIN_NOTICE_SEND_TIME", "首次公告时间",
                    "WIN_BID_BULLETIN_START_TIME", "中标日期", "成交日期"),
        "agency": ("招标代理机构名称", "TENDER_AGENCY_NAME", "采购代理机构名称", "PURCHASER_AGENCY_NAME"),
        "agency_code": ("招标代理机构代码", "TENDER_AGENCY_CODE", "采购代理机构代码", "PURCHASER_AGENCY_CODE"),
        "manager": ("项目负责人", "PROJECT_LEAD"),
        "manager_id": ("项目负责人身份证号码", "PROJECT_LEAD_ID"),
    },
    common=BIDDER_TAKEN,
    ignored=(*PLATFORM_COLUMNS, "标段（包）所在行政区域代码", "REGION_CODE", "交易发生行政区域代码", "TRA_PLACE_CODE",
             "公告标题", "NOTICE_NAME", "公告内容", "NOTICE_CONTENT", "公告发布媒体", "NOTICE_MEDIA", "公告源URL",
             "URL",
             "公告性质", "NOTICE_NATURE", "公告类型", "BULLETIN_TYPE", "中标投标人类别", "BIDDER_CODE_TYPE",
             "中标投标人角色", "BIDDER_ROLE", "价款形式代码", "PRICE_FORM_CODE", "价格币种代码", "BID_CURRENCY",
             "CURRENCY_CODE", "其他内容", "OTHER_CONTENT", "公示发布责任人", "BULLETIN_DUTY",
             "交易平台数据验证责任人姓名", "EXAMINER_NAME", "中标投标人企业注册所在地", "BIDDER_REGION_CODE",
             "中标投标人企业性质", "BIDDER_PROPERTY", "报建编号", "REPROT_CODE", "项目编号", "PROJECT_CODE",
             "招标项目名称", "TENDER_PROJECT_NAME", "采购项目名称", "PURCHASE_PROJECT_NAME",
             "中标通知书编号（企业）", "WIN_NOTICE_CODE_ENTP", "中标通知书编号（主管部门）", "WIN_NOTICE_CODE",
             "投标日期", "BID_TIME", "招标范围和内容", "TENDER_NOTICE_CONTENT", "工期", "TIME_LIMIT",
             "项目负责人注册证书类别及注册证书号", "PROJECT_LEAD_CERTITY_NO", "中标通知书的文本内容",
             "WIN_NOTICE_CONTENT", "WIN_BID_BULLETIN_TITLE", "WIN_BID_BULLETIN_CONTENT",
             "采购项目子包所在行政区域代码", "WINNINGBIDDER_TYPE",
             "中标（成交）供应商类别", "工程质量",
             "CONSTRUCTION_QUALITY", "CREATOR", "创建人", *LOT_NAME),
    needs=(("tender",), ("org_name", "codes")),
    identity=("codes",),
    marks={"中标投标人名称": 8, "WIN_BIDDER_NAME": 8, "中标人名称": 5, "中标（成交）供应商名称": 6,
           "WINNINGBIDDER_NAME": 8, "中标金额": 3, "BID_AMOUNT": 4, "WIN_BIDDER_CODE": 4, "中标投标人代码": 4,
           "NOTICE_SEND_TIME": 2, "中标通知书发出日期": 5, "中标人": 5, "WIN_BID_PRICE": 4,
           "中标（成交）价格": 5, "成交供应商": 5,
           "TENDER_PROJECT_CODE": 2, "招标项目编号": 2},
    words=("中标结果", "中标公告", "成交公告", "WIN_RESULT_ANNO", "BID_WINNING_NOTICE"),
)
CONTRACTS_KIND = Kind(
    name="contracts",
    title_zh="合同与履约（CONTRACT_PERFORMANCE、PURCHASE_CONTRACT、PERFORMANCE）",
    title_en="Contracts and performance (CONTRACT_PERFORMANCE, PURCHASE_CONTRACT, PERFORMANCE)",
    covers=(CONTRACTS,),
    read=_contract,
    is_list=False,
    snapshot="delta",
    fields={
        **_LAW_FIELDS,
        "contract": ("合同编号", "CONTRACT_CODE"),
        "contract_name": ("合同名称", "CONTRACT_NAME"),
        "buyer": ("招标人名称", "TENDERER_NAME", "采购人名称", "PURCHASER_NAME", "业主/招标人名称", "甲方"),
        "buyer_code": ("招标人代码", "TENDER_CODE", "TENDERER_CODE", "采购人代码", "PURCHASER_CODE",
                       "业主/招标人代码", "甲方统一社会信用代码"),
        "org_name": ("中标人名称", "BIDDER_NAME", "中标（成交）供应商名称", "SUPPLIER_NAME", "履约人名称",
                     "PERFORMANCE_PARTY_NAME", "乙方", "BODY_NAME", "主体名称"),
        "codes": ("中标人代码", "BIDDER_CODE", "中标（成交）供应商代码", "SUPPLIER_CODE", "履约人代码",
                  "PERFORMANCE_PARTY_CODE", "乙方统一社会信用代码", "BODY_CODE", "主体代码"),
        "union": ("联合体名称",),
        "union_codes": ("联合体代码",),
        "amount": ("合同金额", "CONTRACT_PRICE", "CONTRACT_AMOUNT"),
        "unit": ("金额单位", "PRICE_UNIT", "合同金额单位", "CONTRACT_CURRENCYUNIT"),
        "settled": ("合同结算金额", "SETTLE_PRICE", "CONTRACT_SETTLEMENT_AMOUNT"),
        "signed": ("合同签署时间", "CONTRACT_SIGN_TIME", "SIGNING_TIME", "CONTRACT_SIGNING_TIME", "合同签订日期",
                   "签订日期", "签订时间", "签署日期"),
        "finished": ("合同完成时间", "FINISH_TIME", "CONTRACT_FINISH_TIME"),
        "reported": ("履约报告出具时间", "REPORT_ISSUE_TIME", "履约信息递交时间", "PERFORMANCE_SUBMITTED_TIME"),
        "report": ("履约情况报告名称", "PERFORMANCE_REPORT_NAME"),
        "term": ("合同期限", "LIMITE_TIME", "CONTRACT_TERM", "合同工期", "CONTRACT_PERIOD"),
        "quality": ("质量达标状况", "QUALITY_STANDARDS"),
        "safety": ("安全达标状况", "SAFETY_STANDARDS"),
        "environment": ("环保达标状况", "ENVIRONMENT_STANDARDS"),
        "change": ("合同变更内容", "CONTRACT_CHANGE_CONTENT"),
        "performance": ("履约内容", "PERFORMANCE_CONTENT"),
    },
    common=BIDDER_TAKEN,
    ignored=(*PLATFORM_COLUMNS, "金额币种代码", "PRICE_CURRENCY", "价款形式代码", "PRICE_FORM_CODE",
             "其它形式合同报价", "OTHER_CONTRACT_PRICE", "合同主要内容", "CONTRACT_CONTENT", "质量要求",
             "QUALITY_REQUIRE", "递交时间", "SUBMIT_TIME", "采购项目名称", "PURCHASE_PROJECT_NAME", "采购人角色",
             "LEGAL_ROLE", "价格币种代码", "CURRENCY_CODE", "优惠率或其它类型合同价格", "WIN_BID_RATE", "合同源URL",
             "URL", "实际履约期限", "ACTUALLY_PERIOD", "主体类别", "BODY_TYPE", "主体角色", "BODY_ROLE",
             "招标项目（采购项目）名称", "TENDER_PROJECT_NAME", "合同金额币种", "CONTRACT_CURRENCY", "工期（天）",
             "CONSTRUCTION_PERIOD", "发布部门", "GOVERNMENT", "处理文件文号", "DOCUMENT_CODE", "公开范围", "SCOPE",
             *LOT_NAME),
    needs=(("tender",), ("org_name", "codes"), ("amount", "signed", "settled", "performance")),
    identity=("codes", "buyer_code"),
    marks={"合同名称": 6, "CONTRACT_NAME": 6, "合同金额": 6, "CONTRACT_PRICE": 6, "CONTRACT_AMOUNT": 6,
           "合同签署时间": 6, "CONTRACT_SIGN_TIME": 6, "SIGNING_TIME": 6, "履约人名称": 8,
           "PERFORMANCE_PARTY_NAME": 8, "合同结算金额": 5, "CONTRACT_SETTLEMENT_AMOUNT": 5, "SETTLE_PRICE": 5,
           "CONTRACT_SIGNING_TIME": 6, "中标人名称": 2, "合同编号": 4, "QUALITY_STANDARDS": 3},
    words=("合同", "履约", "CONTRACT_PERFORMANCE"),
    word_weight=2,
)
# fmt: on
