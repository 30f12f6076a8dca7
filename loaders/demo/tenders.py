"""Three tenders of different regimes, as decision requests and as bidder lists from the trading platform."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from graph.dates import iso
from loaders.demo import variants, words
from loaders.demo.cast import Cast, identifiers
from loaders.demo.files import Table
from loaders.demo.world import Firm, Somebody

PLATFORM_HEAD: Final = (
    "招标项目编号",
    "标段（包）编号",
    "统一交易标识码",
    "投标人名称",
    "投标人类别",
    "投标人代码",
    "投标人角色",
    "是否失信人",
    "投标单位项目负责人",
    "项目负责人证件号码",
    "投标报价金额",
    "联合体名称（如有）",
    "联合体组织机构代码证（联合体招标时填写）",
    "联合体联系人（如有）",
    "联合体联系电话（如有）",
    "保证金递交方式",
    "保证金递交时间",
    "投标文件递交时间",
    "投标操作人员",
    "投标操作人联系方式",
)
GOODS_HEAD: Final = (
    "序号",
    "供应商名称",
    "统一社会信用代码",
    "法定代表人",
    "项目负责人",
    "项目负责人身份证号",
    "投标报价（元）",
    "品牌",
    "联系人",
    "联系电话",
)
SERVICE_HEAD: Final = (
    "标段",
    "投标单位",
    "统一社会信用代码",
    "投标报价（万元）",
    "联合体成员",
    "联系人",
    "手机",
)


class Bid(msgspec.Struct, frozen=True, kw_only=True):
    """One bid of the demo: who, how it is written, what it shows."""

    client_id: str
    firm: Firm
    shows: str
    expect: str
    """The strictest verdict that the published lists lead to."""
    rules: tuple[str, ...] = ()
    name: str = ""
    code: str | None = None
    manager: Somebody | None = None
    agent: Somebody | None = None
    members: tuple[Firm, ...] = ()
    prequalified: tuple[Firm, ...] = ()
    price: str = ""

    @property
    def written(self) -> str:
        """The name as the bid writes it."""
        return self.name or self.firm.name

    @property
    def number(self) -> str:
        """The code as the bid writes it; empty where it gives none."""
        return self.firm.uscc if self.code is None else self.code

    def request(self) -> dict[str, Any]:
        """The bid as a bidder of a decision request."""
        made: dict[str, Any] = {"client_id": self.client_id, "price": self.price}
        if self.members:
            made |= {"name": f"{self.written}（联合体）"}
            made["consortium"] = {
                "id": self.client_id,
                "role": "lead",
                "members": [_party(firm) for firm in (self.firm, *self.members)],
            }
            if self.prequalified:
                made["consortium"]["prequalified_members"] = [_party(firm) for firm in self.prequalified]
        else:
            made |= {"name": self.written, "legal_rep": _person(self.firm.head)}
            if self.number:
                made["identifiers"] = [{"scheme": "uscc", "id": self.number}]
        if self.manager:
            made["project_manager"] = _person(self.manager)
        if self.agent:
            made["agent"] = _person(self.agent)
        return made


class Tender(msgspec.Struct, frozen=True, kw_only=True):
    """A tender of the demo with its bids."""

    name: str
    title: str
    tender: dict[str, Any]
    bids: tuple[Bid, ...]
    teaches: str

    def request(self) -> dict[str, Any]:
        """The body of a decision request."""
        return {"tender": self.tender, "bidders": [bid.request() for bid in self.bids]}


def _party(firm: Firm) -> dict[str, Any]:
    return {"name": firm.name, "identifiers": identifiers(firm), "legal_rep": _person(firm.head)}


def _person(somebody: Somebody) -> dict[str, Any]:
    return {"name": somebody.name, "identifiers": identifiers(somebody), "sex": somebody.sex}


def _numbered(prefix: str, start: int, bids: Sequence[Bid]) -> tuple[Bid, ...]:
    return tuple(
        msgspec.structs.replace(bid, client_id=f"{prefix}-{number:02d}", price=f"{_price(start, number)}.00")
        for number, bid in enumerate(bids, 1)
    )


def _price(start: int, number: int) -> int:
    """The price of a bid: spread over a tenth and in no order, as prices of rivals are."""
    return start + start * (number * number * 7_919 % 9_973) // 99_991


def _bid(firm: Firm, expect: str, shows: str, *rules: str, **more: Any) -> Bid:
    return Bid(client_id="", firm=firm, expect=expect, shows=shows, rules=rules, **more)


def works(cast: Cast, taken_at: datetime) -> Tender:
    """依法必须招标 works, government money, at evaluation: most lists are invoked."""
    c, clean = cast, cast.clean
    wide = variants.traditional(variants.half_brackets(c.defaulter.name))
    bids = _numbered(
        "A",
        35_000_000,
        (
            _bid(clean[0], "CLEAR", "无任何记录", manager=c.manager, agent=c.agent),
            _bid(
                c.defaulter,
                "BLOCK",
                "失信被执行人；名称为繁体、半角括号，代码为小写",
                "A02",
                name=wide,
                code=c.defaulter.uscc.lower(),
            ),
            _bid(
                clean[1],
                "BLOCK",
                "联合体成员为失信被执行人（名单只公布组织机构代码）",
                "A02",
                members=(c.member,),
            ),
            _bid(c.branch, "BLOCK", "分公司，总公司失信（登记有总公司代码）", "A14"),
            _bid(c.branch_by_name, "REVIEW", "分公司，总公司失信（仅凭名称前缀）", "A14"),
            _bid(c.banned, "BLOCK", "取消投标资格期间", "A03"),
            _bid(c.ban_over, "CLEAR", "取消投标资格昨日期满", "A23"),
            _bid(c.ban_revoked, "CLEAR", "处罚已撤销", "A23"),
            _bid(c.ban_disputed, "BLOCK", "处罚有异议，异议不停止执行", "A03"),
            _bid(c.wages, "BLOCK", "拖欠农民工工资（政府投资工程）", "A05"),
            _bid(c.wages_person, "REVIEW", "法定代表人被列入拖欠农民工工资名单", "A06"),
            _bid(c.severe, "BLOCK", "严重违法失信，招标文件援引", "A07"),
            _bid(c.abnormal, "FLAG", "经营异常名录", "A08"),
            _bid(
                clean[2],
                "BLOCK",
                "项目负责人三年内行贿犯罪，招标文件援引",
                "A09",
                manager=c.manager_convicted,
            ),
            _bid(c.clean_with_listed_head, "FLAG", "法定代表人为失信被执行人，单位本身无记录", "A13"),
            _bid(c.head_office, "REVIEW", "分公司为失信被执行人", "A15"),
            _bid(c.consumer, "CLEAR", "仅限制消费，不限制投标", "A20"),
            _bid(c.good, "CLEAR", "守信激励名单，仅作提示", "A22"),
            _bid(clean[3], "BLOCK", "既单独投标又参加联合体", "B13"),
            _bid(clean[9], "BLOCK", "联合体成员另行单独投标", "B13", members=(clean[3],)),
            _bid(
                clean[8],
                "BLOCK",
                "资格预审后联合体成员变更",
                "B14",
                members=(c.wages_removed,),
                prequalified=(clean[8], clean[6]),
            ),
            _bid(c.same_name, "CLEAR", "与失信被执行人同名而代码不同，不是同一主体"),
            _bid(c.neighbour, "CLEAR", "与失信被执行人名称仅一字之差"),
            _bid(
                clean[6],
                "REVIEW",
                "授权委托人疑为失信被执行人（号码部分隐去，须人工核实）",
                "A12",
                agent=c.agent_listed,
            ),
            _bid(clean[7], "CLEAR", "授权委托人与失信被执行人同名，出生年份等可见数字不同", agent=c.namesake),
            _bid(c.old_defaulter, "BLOCK", "2019年列入，第一项情形没有期限", "A02"),
        ),
    )
    tender = {
        "id": f"LJ-{taken_at:%Y}-GC-001",
        "name": "临江市望湖大道改造工程施工",
        "regime": "依法必须招标",
        "method": "公开招标",
        "object": "工程",
        "funding": "政府投资",
        "region": words.REGION,
        "stage": "评标",
        "as_of": iso(taken_at),
        "activity_date": taken_at.date().isoformat(),
        "opening_at": iso(taken_at - timedelta(hours=2)),
        "buyer": _party(c.buyer),
        "agency": _party(c.agency),
        "experts": [_person(e) for e in c.experts],
        "invoked_lists": ["SXBZXR", "ZTBJ", "TQGZ", "YZWF", "XHFZ"],
    }
    return Tender(
        name="A-works",
        title="依法必须招标 · 工程 · 评标",
        tender=tender,
        bids=bids,
        teaches="招标人为失信政府机构(A21)，代理机构失信(A10)，一名专家失信(A11)；联合体、分公司、隐去的号码、同名与一字之差",
    )


def goods(cast: Cast, taken_at: datetime) -> Tender:
    """政府采购 goods before the award notice: the procurement lists bind, others are for review."""
    c, clean = cast, cast.clean
    bids = _numbered(
        "B",
        880_000,
        (
            _bid(clean[4], "CLEAR", "无任何记录", manager=c.manager),
            _bid(c.procurement_banned, "BLOCK", "政府采购严重违法失信，禁止期内", "A01"),
            _bid(c.procurement_over, "CLEAR", "禁止期昨日届满，虽仍在公布", "A23"),
            _bid(c.tax, "BLOCK", "重大税收违法", "A01"),
            _bid(c.fined, "BLOCK", "两年前罚款二百万元", "A04"),
            _bid(c.fined_less, "CLEAR", "罚款一百九十九万九千九百九十九元，未达较大数额"),
            _bid(c.renamed, "BLOCK", "以旧名列入，代码未变", "A01"),
            _bid(c.former_only, "REVIEW", "名单只有曾用名而无代码", "A01"),
            _bid(c.shop, "REVIEW", "个体工商户，经营者疑为失信被执行人", "A17"),
            _bid(c.sole, "FLAG", "个人独资企业，投资人疑为失信被执行人", "A18"),
            _bid(c.successor, "REVIEW", "由被列入的企业转制而来，代码已变，登记有原代码", "A19"),
            _bid(c.severe_new, "REVIEW", "开标后被列入严重违法失信名单，定标前复核发现", "A07", "A24"),
            _bid(c.severe_repaired, "CLEAR", "严重违法失信已修复", "A23"),
            _bid(clean[5], "CLEAR", "无任何记录，代码为全角字符", code=variants.full_width(clean[5].uscc)),
        ),
    )
    tender = {
        "id": f"LJ-{taken_at:%Y}-HW-002",
        "name": "临江市第一人民医院医用设备采购",
        "regime": "政府采购",
        "method": "公开招标",
        "object": "货物",
        "funding": "财政资金",
        "region": words.REGION,
        "stage": "定标",
        "as_of": iso(taken_at),
        "activity_date": taken_at.date().isoformat(),
        "opening_at": iso(taken_at - timedelta(days=1)),
        "buyer": _party(c.hospital),
        "invoked_lists": ["SXBZXR", "ZDSS", "ZFCG"],
    }
    return Tender(
        name="B-goods",
        title="政府采购 · 货物 · 定标",
        tender=tender,
        bids=bids,
        teaches="禁止期与公布期不同；罚款数额与三年回溯；更名；个体工商户与独资企业；定标前复核(A24)",
    )


def services(cast: Cast, taken_at: datetime) -> Tender:
    """自愿招标 services: the documents invoke a list that nobody has loaded, so nothing can be cleared."""
    c, clean = cast, cast.clean
    bids = _numbered(
        "C",
        120_000,
        (
            _bid(clean[6], "UNDETERMINED", "无任何记录，但所援引的安全生产名单尚未载入"),
            _bid(c.briber, "BLOCK", "单位行贿犯罪，招标文件援引；缺名单不影响已证实的禁止", "A09"),
            _bid(c.blacklisted, "UNDETERMINED", "地方黑名单未被援引，只提请复核；仍因缺名单不能判定"),
            _bid(c.withdrawn, "UNDETERMINED", "地方黑名单记录已撤销；因缺名单不能判定"),
            _bid(clean[7], "UNDETERMINED", "未提供代码，仅有名称", code=""),
        ),
    )
    tender = {
        "id": f"LJ-{taken_at:%Y}-FW-003",
        "name": "临江市科技园区物业服务",
        "regime": "自愿招标",
        "method": "邀请招标",
        "object": "服务",
        "funding": "自筹",
        "region": words.REGION,
        "stage": "资格审查",
        "as_of": iso(taken_at),
        "activity_date": taken_at.date().isoformat(),
        "opening_at": iso(taken_at + timedelta(days=3)),
        "buyer": _party(clean[8]),
        "invoked_lists": ["XHFZ", "AQSC"],
    }
    return Tender(
        name="C-services",
        title="自愿招标 · 服务 · 资格审查",
        tender=tender,
        bids=bids,
        teaches="援引而未载入的名单(AQSC)使结论为 UNDETERMINED；开标前投标人名单保密",
    )


def platform_rows(tender: Tender, taken_at: datetime) -> Table:
    """The bidder list as the trading platform exports it; consortia stand in one cell."""
    stamp = f"{taken_at - timedelta(days=1):%Y%m%d}"
    rows: list[tuple[str, ...]] = [PLATFORM_HEAD]
    for number, bid in enumerate(tender.bids, 1):
        group = (bid.firm, *bid.members) if bid.members else ()
        rows.append(
            (
                "A3299000001000001001",
                "A3299000001000001001001",
                "",
                bid.written,
                "0",
                bid.number,
                "02",
                "0",
                bid.manager.name if bid.manager else "",
                bid.manager.number if bid.manager else "",
                f"{float(bid.price) / 10_000:.2f}",
                "、".join(firm.name for firm in group),
                ",".join(firm.uscc for firm in group),
                bid.firm.head.name if group else "",
                bid.firm.phone if group else "",
                "转账",
                f"{stamp}090000",
                f"{stamp}09{number:02d}00",
                bid.agent.name if bid.agent else "",
                bid.firm.phone,
            )
        )
    return rows


def goods_rows(tender: Tender) -> Table:
    """The supplier list of a procurement agency: two title rows, then the headings."""
    rows: list[tuple[str, ...]] = [(str(tender.tender["name"]),), ("供应商名单（开标记录）",), GOODS_HEAD]
    for number, bid in enumerate(tender.bids, 1):
        firm, manager = bid.firm, bid.manager
        rows.append(
            (
                str(number),
                bid.written,
                bid.number,
                firm.head.name,
                manager.name if manager else "",
                manager.number if manager else "",
                bid.price,
                "自有",
                firm.head.name,
                firm.phone,
            )
        )
    return rows


def service_rows(tender: Tender) -> Table:
    """A list made by hand."""
    rows: list[tuple[str, ...]] = [SERVICE_HEAD]
    for bid in tender.bids:
        price = f"{float(bid.price) / 10_000:.4f}"
        rows.append(("一标段", bid.written, bid.number, price, "", bid.firm.head.name, bid.firm.phone))
    return rows
