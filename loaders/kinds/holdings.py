"""Who holds which share of whom (股东及出资信息, 对外投资): HOLDS with exact shares, ranges and votes, dated."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from graph.model import Interval
from graph.relations import Relation, RelationType
from loaders.base import Kind, Row
from loaders.percentages import UNKNOWN, Share, part_of, share_of
from loaders.records import digest, keyed, party, subject_part

HOLDINGS = "holdings"
"""The data set of holdings: one per source."""


def _read(row: Row) -> Iterator[Relation]:
    holder = party(
        row,
        row.get("holder"),
        row.first("holder_code", "holder_id"),
        stated=row.flag("holder_type"),
        name_field="holder",
        field="holder_code" if row.get("holder_code") else "holder_id",
    )
    held = party(
        row,
        row.get("company"),
        row.get("company_code"),
        stated="企业",
        name_field="company",
        field="company_code",
    )
    share = _share(row)
    amount, capital = row.amount("subscribed", unit=10_000), row.amount("capital", unit=10_000)
    attributes = share.attributes()
    if not share.stated and (computed := part_of(amount, capital)) is not None:
        share = Share(exact=computed)
        attributes["share_from"] = "subscribed_over_capital"
    paid = row.amount("paid", unit=10_000)
    attributes |= {
        name: str(value)
        for name, value in (("subscribed_cny", amount), ("paid_cny", paid), ("capital_cny", capital))
        if value is not None
    }
    if text := row.get("share_class"):
        attributes["class"] = text
    start, end = row.begin("since"), row.finish("until")
    if start is not None and end is not None and end <= start:
        row.warn("value.reversed", "until")
        end = None
    key = digest(subject_part(holder), subject_part(held), row.get("share_class"), str(start))
    yield Relation(
        type=RelationType.HOLDS,
        key=key,
        src=keyed(holder, f"{HOLDINGS}:{key}:holder"),
        dst=keyed(held, f"{HOLDINGS}:{key}:company"),
        share=share.exact,
        share_min=share.least,
        share_max=share.most,
        votes=_votes(row),
        role=row.get("share_class"),
        attributes=attributes,
        valid=Interval(start=start, end=end),
        source=row.source,
    )


def _share(row: Row) -> Share:
    """The share of a row: from one cell, or from two that bound it."""
    share = share_of(row, "share")
    least, most = share_of(row, "share_min").exact, share_of(row, "share_max").exact
    if share.stated or (least is None and most is None):
        return share
    if least is not None and most is not None and least > most:
        row.warn("share.unreadable", "share_min")
        return UNKNOWN
    return Share(exact=least) if least == most else Share(least=least, most=most)


def _votes(row: Row) -> Decimal | None:
    """Voting rights, where they are stated exactly; a range of votes is said to be unused."""
    votes = share_of(row, "votes")
    if votes.stated and votes.exact is None:
        row.warn("share.votes_range", "votes")
    return votes.exact


# fmt: off
HOLDINGS_KIND = Kind(
    name="holdings",
    title_zh="股东及出资信息",
    title_en="Holdings",
    covers=(HOLDINGS,),
    read=_read,
    is_list=False,
    snapshot="delta",
    once=True,
    fields={
        "holder": ("股东名称", "股东", "股东姓名", "股东姓名/名称", "股东名称/姓名", "投资人", "股东（发起人）",
                   "投资人名称", "投资方", "投资者名称", "出资人",
                   "合伙人", "合伙人名称", "持股人", "出资方", "持有人", "发起人", "发起人名称", "控股股东", "母公司",
                   "TOP10_HOLDER_NAME", "holder", "holderName", "owner", "shareholder", "investor", "parent",
                   "owner_name"),
        "holder_code": ("股东统一社会信用代码", "股东代码", "投资人统一社会信用代码", "投资方统一社会信用代码",
                        "出资人统一社会信用代码", "股东证照号码", "股东证照/证件号码", "holder_code",
                        "holderCode", "owner_code",
                        "shareholder_code"),
        "holder_id": ("股东证件号码", "股东身份证号", "股东身份证号码", "投资人证件号码", "出资人证件号码",
                      "合伙人证件号码", "holder_id"),
        "holder_type": ("股东类型", "投资人类型", "股东类别", "出资人类型", "合伙人类型", "holder_type"),
        "company": ("被投资企业", "被投资企业名称", "企业名称", "公司名称", "标的企业名称", "投资企业名称",
                    "被投资单位", "被投资公司", "被持股企业", "被持股公司", "投资企业", "目标公司", "标的公司",
                    "标的企业",
                    "子公司", "SUBJECT_COMPANY_NAME", "company", "owned", "subsidiary", "investee", "owned_name"),
        "company_code": ("被投资企业统一社会信用代码", "被投资企业代码", "统一社会信用代码", "企业统一社会信用代码",
                         "标的企业社会信用代码/组织机构代码", "SUBJECT_COMPANY_CODE", "company_code", "owned_code",
                         "被投资单位统一社会信用代码", "被投资公司统一社会信用代码", "子公司统一社会信用代码"),
        "share": ("持股比例", "出资比例", "股权比例", "股东持股比例", "投资比例", "份额比例", "股份比例",
                  "认缴出资比例",
                  "认缴比例", "持股占比", "占股比例", "持有比例", "股比", "TOP10_HOLDER_PERCENT", "share", "shares",
                  "percentage", "percent", "pct", "stake", "ownership"),
        "share_min": ("持股比例下限", "最低持股比例", "比例下限", "share_min", "min_share", "minimum"),
        "share_max": ("持股比例上限", "最高持股比例", "比例上限", "share_max", "max_share", "maximum"),
        "votes": ("表决权比例", "投票权比例", "表决权", "投票权", "votes", "voting_rights", "voting"),
        "subscribed": ("认缴出资额", "认缴出资额（万元）", "认缴出资", "认缴金额", "出资额", "subscribed"),
        "paid": ("实缴出资额", "实缴出资额（万元）", "实缴出资", "实缴金额", "paid"),
        "capital": ("注册资本", "注册资本（万元）", "registered_capital"),
        "share_class": ("股份性质", "股份类型", "股权类别", "share_class"),
        "since": ("入股日期", "持股起始日期", "持股开始日期", "投资日期", "取得日期", "起始日期", "开始日期",
                  "生效日期", "since", "from", "valid_from", "start_date"),
        "until": ("退出日期", "持股截止日期", "持股结束日期", "转让日期", "截止日期", "终止日期",
                  "结束日期", "失效日期", "until", "to", "valid_to", "end_date"),
    },
    ignored=("持股数量", "TOP10_HOLDER_NUMBER", "项目编号", "PROJECT_CODE", "标的编号", "BID_CODE", "出资方式",
             "认缴出资日期", "认缴出资时间", "实缴出资日期", "实缴出资时间", "币种", "备注"),
    needs=(("holder",), ("company", "company_code")),
    identity=("holder_code", "company_code"),
    marks={
        "股东名称": 5, "股东": 4, "股东姓名": 5, "股东姓名/名称": 5, "股东名称/姓名": 5,
        "投资人": 1, "股东（发起人）": 5, "持股比例": 5, "出资比例": 4, "股权比例": 5,
        "被投资企业": 6, "被投资企业名称": 6, "认缴出资额": 4, "认缴出资": 4, "股东类型": 4, "TOP10_HOLDER_NAME": 8,
        "TOP10_HOLDER_PERCENT": 6, "投资人名称": 4, "投资比例": 4, "holder": 4, "company": 2, "share": 3,
        "owner": 4, "owned": 4, "shareholder": 5, "investor": 2, "investee": 4, "subsidiary": 3, "percentage": 2,
        "出资方": 3, "投资方": 3, "被投资公司": 6, "被投资单位": 6, "控股股东": 4, "子公司": 3, "母公司": 3,
        "认缴出资比例": 5,
        "股份比例": 4, "持股占比": 5, "被持股企业": 6, "目标公司": 3,
    },
    words=("股东信息", "股权结构", "出资信息", "对外投资", "SHAREHOLDER"),
)
# fmt: on
