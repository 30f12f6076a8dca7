"""Bids of loaded tenders (TENDER_LIST, PURCHASE_TENDER_LIST) and how they were judged (SPEC 6.1).

The same columns without a tender's number are a list of bidders, which `liancheng screen` reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from graph.model import Interval, Mention
from graph.relations import Relation, RelationType
from loaders.base import Kind, Row
from loaders.bids import read_bid
from loaders.kinds.bidders import BIDDERS
from loaders.kinds.people import link
from loaders.kinds.tenders import LOT_CODE, PLATFORM_COLUMNS, PURCHASE_CODE, TENDER_CODE
from loaders.records import digest, number, party, person, subject_part
from loaders.things import bank_account, contacts, scope

BIDS, EVALUATIONS = "bids", "evaluations"
_PEOPLE = (
    ("legal_rep", "legal_rep", "legal_rep_id"),
    ("project_manager", "manager", "manager_id"),
    ("agent", "agent", "agent_id"),
    ("operator", "operator", "operator_id"),
    ("contact", "contact", ""),
    ("contact", "union_contact", ""),
)


def bidder(row: Row, fields: Mapping[str, Any]) -> Mention:
    """A bidder or member of a consortium as `read_bid` gives it."""
    numbers = [str(one["id"]) for one in fields.get("identifiers", ())]
    return party(
        row, str(fields.get("name", "")), numbers[0] if numbers else "", name_field="org_name", field="codes"
    )


def price_of(row: Row, field: str, unit_field: str) -> Decimal | None:
    """An amount in yuan; under a unit code that nobody confirmed it is said and left out."""
    unit = row.flag(unit_field)
    if unit and not ("元" in unit or unit in ("CNY", "RMB", "人民币")):
        if row.get(field):
            row.warn("price.unit", field)
        return None
    return row.amount(field, unit=10_000 if "万" in unit else 1)


def who_bids(row: Row) -> tuple[list[tuple[str, Mention]], bool]:
    """The bidder of a row with its role, or the members of its consortium; whether all could be told apart."""
    fields, complete = read_bid(row)
    members = fields.get("consortium", {}).get("members", ())
    if not members:
        return [("sole", bidder(row, fields))], complete
    found: list[tuple[str, Mention]] = []
    if fields.get("name") or fields.get("identifiers"):
        found.append(("lead", bidder(row, fields)))
    known = {subject_part(who) for _, who in found} | {f"o{who.n6}" for _, who in found}
    for member in members:
        who = bidder(row, member)
        if subject_part(who) not in known and f"o{who.n6}" not in known:
            found.append(("member", who))
    return found, complete


def _read(row: Row) -> Iterator[Relation]:
    target = scope(row)
    about = target.ids[0].value
    bidders, complete = who_bids(row)
    bid = digest(about, subject_part(bidders[0][1]))
    submitted = row.begin("submitted")
    price = price_of(row, "price", "price_unit")
    valid = Interval(start=submitted)
    for role, who in bidders:
        yield link(
            row, RelationType.BID_IN, BIDS, who, target, role=role, valid=valid, bid=bid,
            price=str(price) if price is not None else "", rate=row.get("rate"), brand=row.get("brand"),
            incomplete="" if complete else "yes",
        )  # fmt: skip
    lead = bidders[0][1]
    yield from _acting(row, lead, about, valid)
    for value in contacts(row, "phone", "operator_phone", "union_phone", "agent_phone", "email"):
        yield link(
            row,
            RelationType.USES,
            BIDS,
            lead,
            value,
            role="contact",
            valid=valid,
            apart=about,
            lot=about,
            bid=bid,
        )
    for value in bank_account(row, "bond"):
        yield link(
            row,
            RelationType.USES,
            BIDS,
            lead,
            value,
            role="bond",
            valid=valid,
            apart=about,
            lot=about,
            bid=bid,
        )


def _acting(row: Row, lead: Mention, about: str, valid: Interval) -> Iterator[Relation]:
    """Who acts for the bidder in this bid. A number without a name stays with the row and is said by `read_bid`."""
    for role, name, card in _PEOPLE:
        if text := row.get(name):
            who = person(row, text, row.get(card) if card else "", field=card)
            stated = "agent" if role == "operator" else role
            yield link(
                row, RelationType.ACTS_FOR, BIDS, who, lead, role=stated, valid=valid, apart=f"{about}:{role}",
                lot=about, duty=role if role == "operator" else "",
            )  # fmt: skip


def _evaluation(row: Row) -> Iterator[Relation]:
    target = scope(row)
    bidders, _ = who_bids(row)
    rejected = row.flag("veto") in ("1", "是") or bool(row.get("reason"))
    for role, who in bidders:
        yield link(
            row, RelationType.BID_IN, EVALUATIONS, who, target, role=role,
            bid=digest(target.ids[0].value, subject_part(bidders[0][1])),
            rank=number(row.get("rank")), status="disqualified" if rejected else "valid", reason=row.get("reason"),
        )  # fmt: skip


# fmt: off
_WHO = ("org_name", "codes", "union", "union_codes")
BIDDER_FIELDS = {
    name: tuple(heading for heading in BIDDERS.fields[name] if heading not in ("name", "code")) for name in _WHO
}
"""Bidder and consortium in the tables of a platform, where `NAME` may be somebody else's."""
BIDDER_TAKEN = ("uscc", "org_code", "reg_no")
_IGNORED = tuple(
    heading for heading in BIDDERS.ignored
    if heading not in ("投标文件递交时间", "CHECKIN_TIME", "费率或其它类型报价", "OTHER_BID_PRICE", "费率", "下浮率")
)

BIDS_KIND = Kind(
    name="bids",
    title_zh="投标人名单（含招标项目编号；TENDER_LIST、PURCHASE_TENDER_LIST）",
    title_en="Bids of a tender (TENDER_LIST, PURCHASE_TENDER_LIST)",
    covers=(BIDS,),
    read=_read,
    is_list=False,
    snapshot="delta",
    fields={
        **{
            name: headings for name, headings in BIDDERS.fields.items()
            if name not in ("project", "lot", "client_id", "agent", "agent_id")
        },
        "tender": (*TENDER_CODE, *PURCHASE_CODE, "项目编号"),
        "lot": LOT_CODE,
        "agent": ("授权委托人", "AUTHORIZED_CLIENT", "委托代理人", "被授权人", "授权代表", "投标代表"),
        "agent_id": ("授权委托人身份证", "AUTH_ID_CARD", "授权委托人身份证号", "委托代理人身份证号",
                     "被授权人身份证号",
                     "授权代表身份证号"),
        "agent_phone": ("授权委托人联系电话", "AUTH_CONTACT_NUMBER"),
        "submitted": ("投标文件递交时间", "CHECKIN_TIME", "投标时间", "递交时间"),
        "rate": ("费率或其它类型报价", "OTHER_BID_PRICE", "费率", "下浮率"),
    },
    common=("org_name", "uscc", "org_code", "reg_no", "legal_rep", "region", "address"),
    ignored=(*_IGNORED, *PLATFORM_COLUMNS, "投标人信用分", "BIDDER_CREDIT_SCORE", "投标人是否入围评审",
             "IS_REVIEW_SHORTLISTED", "办理保证金金融机构名称", "MARIN_FINANCIAL_NAME", "投标文件解密状态",
             "DECRY_STATUS_DOC", "投标文件解密时间", "DECRY_DATE_DOC", "投标文件密封情况", "CHECKIN_STATE",
             "项目名称", "招标项目名称", "采购项目名称"),
    needs=(("tender",), ("org_name", "codes", "uscc", "org_code", "union")),
    identity=("codes", "uscc", "org_code"),
    marks={**BIDDERS.marks, "招标项目编号": 5, "TENDER_PROJECT_CODE": 5, "采购项目编号": 5,
           "PURCHASE_PROJECT_CODE": 5, "项目编号": 3, "授权委托人": 2, "CHECKIN_TIME": 2, "投标文件递交时间": 2},
    never=("AVOID_REASON", "回避原因"),
    words=BIDDERS.words,
)
EVALUATIONS_KIND = Kind(
    name="evaluations",
    title_zh="中标候选人、评标结果与否决投标（TENDER_CANDIDATE、EVALUATION_RESULT、REJECTED_BID_INFO）",
    title_en="Candidates, ranks and rejected bids (TENDER_CANDIDATE, EVALUATION_RESULT, REJECTED_BID_INFO)",
    covers=(EVALUATIONS,),
    read=_evaluation,
    is_list=False,
    snapshot="delta",
    fields={
        **BIDDER_FIELDS,
        "tender": (*TENDER_CODE, *PURCHASE_CODE),
        "lot": LOT_CODE,
        "org_name": (*BIDDER_FIELDS["org_name"], "中标候选人名称", "WIN_CANDIDATE_NAME"),
        "codes": (*BIDDER_FIELDS["codes"], "中标候选人代码", "WIN_CANDIDATE_CODE"),
        "rank": ("评分结果排位", "RANK", "中标候选人排名", "WIN_CANDIDATE_ORDER", "排名", "名次"),
        "veto": ("是否否决投标", "IS_VETO", "是否废标"),
        "reason": ("否决投标理由汇总", "VETO_REASON_DETAIL", "废标理由", "否决理由", "REASON"),
    },
    common=BIDDER_TAKEN,
    ignored=(*PLATFORM_COLUMNS, "投标人类别", "BIDDER_CODE_TYPE", "投标人角色", "BIDDER_ROLE", "UNION_CONTACT_NAME",
             "UNION_CONTACT_PHONE", "联合体联系人（如有）", "联合体联系电话（如有）", "PRICE_POINTS",
             "QUALIFICATION_POINTS",
             "BUSINESS_POINTS", "TECHNICAL_POINTS", "RESPONSE_POINTS", "OTHER_POINTS", "报价分", "资格分", "商务分",
             "技术分", "响应性评审", "其他分", "EXPERT_NAME", "ID_CARD", "评标专家名称", "评标专家身份证号",
             "中标候选人类别", "中标候选人角色", "是否采用下浮率", "IS_FLOAT_RATE", "评分结果", "EVALUATION_RESULT",
             "价款形式代码", "PRICE_FORM_CODE", "投标价格", "BID_PRICE", "费率或其它类型报价", "OTHER_BID_PRICE",
             "价格币种代码", "PRICE_CURRENCY", "价格单位", "PRICE_UINT", "质量", "QUALITY", "评标情况",
             "EVALUATION_STATUS", "中标候选人响应招标文件的资格能力条件", "WIN_CANDIDATE_QUALIFICATION",
             "中标候选人提供的类似工程业绩",
             "SIMILAR_PROJECT_CANDIDATE", "其他类型投标报价", "中标候选人人企业注册所在地",
             "BIDDER_REGION_CODE", "中标候选人企业性质", "BIDDER_PROPERTY"),
    needs=(("tender",), ("org_name", "codes"), ("rank", "reason", "veto")),
    identity=("codes",),
    marks={"评分结果排位": 14, "RANK": 14, "是否否决投标": 14, "IS_VETO": 14, "废标理由": 14, "REASON": 10,
           "WIN_CANDIDATE_NAME": 12, "中标候选人名称": 12, "中标候选人排名": 8, "WIN_CANDIDATE_ORDER": 8,
           "否决投标理由汇总": 8, "VETO_REASON_DETAIL": 8, "名次": 12, "排名": 12, "否决理由": 12,
           "投标人名称": 4, "BIDDER_NAME": 6, "BIDDER_ORG_CODE": 3, "投标人代码": 3,
           "UNION_ENTERPRISE_NAME": 4, "联合体名称（如有）": 4},
    words=("评标结果", "否决投标", "EVALUATION_RESULT", "REJECTED_BID_INFO"),
)
# fmt: on
