"""The open tender of the demo: not a request but tables of the trading platform, loaded and then decided.

What connects its bidders stands in registers, declarations and machine codes; everybody in it is invented.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from graph.dates import add_months, add_years
from loaders.demo import words
from loaders.demo.files import Table
from loaders.demo.world import Firm, World

_NAMES: Final = (
    ("held", "浩川启建设工程"),
    ("holder", "浩川基建设工程"),
    ("twin", "景岳桥梁工程"),
    ("copy", "海栎桥梁工程"),
    ("payer", "同泽路桥工程"),
    ("paid", "博望路桥工程"),
    ("former", "远澄建设工程"),
    ("family", "临溪市政园林"),
    ("clean", "恒川水利工程"),
)
_PRICES: Final = (3_512, 3_688, 3_437, 3_901, 3_760, 3_571, 3_645, 3_834, 3_296)
_SHOWS: Final = {
    "held": ("BLOCK", ("B02",), "被另一投标人持股百分之六十"),
    "holder": ("BLOCK", ("B02",), "持有另一投标人百分之六十股权"),
    "twin": ("REVIEW", ("C01",), "投标文件由同一台机器制作（CPU、硬盘、网卡均相同）"),
    "copy": ("REVIEW", ("C01",), "投标文件由同一台机器制作（CPU、硬盘、网卡均相同）"),
    "payer": ("REVIEW", ("C06",), "投标保证金由同一账户转出"),
    "paid": ("REVIEW", ("C06",), "投标保证金由同一账户转出"),
    "former": ("CLEAR", (), "评标专家不足三年前曾在此任职（该专家应当回避）"),
    "family": ("CLEAR", (), "招标人领导成员的配偶持股（限制查阅）"),
    "clean": ("CLEAR", (), "特征码为占位值，不产生关联"),
}
"""For each bid: the strictest verdict, the rules, and what it is there to show."""


class OpenBid(msgspec.Struct, frozen=True, kw_only=True):
    """One bid of the open tender."""

    part: str
    firm: Firm
    price: int
    """万元."""
    expect: str
    rules: tuple[str, ...]
    shows: str


class OpenTender:
    """The open tender with everyone in it. Made before the city is filled, so that no list names them by chance."""

    def __init__(self, world: World, buyer: Firm) -> None:
        self.today = world.today
        self.number = f"LJ{world.today:%Y}GC004"
        self.buyer = buyer
        self.bids = tuple(
            OpenBid(
                part=part,
                firm=world.firm(name=f"{words.CITY}{name}有限公司", form="有限公司", trade="建设工程"),
                price=price,
                expect=_SHOWS[part][0],
                rules=_SHOWS[part][1],
                shows=_SHOWS[part][2],
            )
            for (part, name), price in zip(_NAMES, _PRICES, strict=True)
        )
        self.managers = [world.person() for _ in self.bids]
        self.experts = [world.person(name=name) for name in ("虚构专家甲", "虚构专家乙", "虚构专家丙")]
        self.leader = world.person(name="虚构局长", sex="男")
        self.spouse = world.person(name="虚构家属", sex="女")
        self.officials = [world.person(name=f"虚构责任人{one}") for one in "甲乙丙丁戊"]

    def firm(self, part: str) -> Firm:
        """The firm that plays a part."""
        return next(bid.firm for bid in self.bids if bid.part == part)

    def files(self, opened: datetime) -> Iterator[tuple[str, str, Table]]:
        """Name, kind and rows of each table.

        Args:
            opened: when the bids were opened.
        """
        yield "graph/招标项目.csv", "tenders", self._tender(opened)
        yield "graph/标段.csv", "lots", self._lots()
        yield "graph/开标名单.csv", "bids", self._bids(opened)
        yield "graph/投标文件特征码.csv", "bid_devices", self._devices()
        yield "graph/保证金缴纳.csv", "bid_bonds", self._bonds()
        yield "graph/评标专家.csv", "committee", self._committee(opened)
        yield "graph/股东及出资信息.csv", "holdings", self._holdings()
        yield "graph/劳动关系.csv", "employment", self._employment()
        yield "graph/公职人员.csv", "officials", self._posts()
        yield "graph/亲属关系申报.csv", "kinship", self._kinship()
        yield "graph/PPP项目.csv", "ppp", self._project()

    def _tender(self, opened: datetime) -> Table:
        head = (
            "招标项目编号",
            "招标项目名称",
            "是否依法必须招标",
            "招标人名称",
            "招标人代码",
            "招标方式",
            "招标项目类型",
            "开标时间",
        )
        name = f"{words.CITY}望湖大桥工程施工"
        row = (
            self.number,
            name,
            "是",
            self.buyer.name,
            self.buyer.uscc,
            "公开招标",
            "工程",
            f"{opened:%Y-%m-%d %H:%M:%S}",
        )
        return [head, row]

    def _lots(self) -> Table:
        return [
            ("招标项目编号", "标段（包）编号", "标段（包）名称", "标段合同估算价", "标段合同估算价单位"),
            (self.number, self.lot, "主桥施工", "4000", "万元"),
        ]

    @property
    def lot(self) -> str:
        """The number of its one lot."""
        return f"{self.number}001"

    def _of(self, *cells: Sequence[str]) -> list[tuple[str, ...]]:
        return [
            (self.number, self.lot, bid.firm.name, bid.firm.uscc, *more)
            for bid, more in zip(self.bids, cells, strict=True)
        ]

    _BID: Final = ("招标项目编号", "标段（包）编号", "投标人名称", "投标人代码")

    def _bids(self, opened: datetime) -> Table:
        head = (
            "投标单位项目负责人",
            "项目负责人证件号码",
            "投标报价金额",
            "投标报价单位",
            "投标文件递交时间",
        )
        rows = self._of(
            *(
                (
                    manager.name,
                    manager.number,
                    str(bid.price),
                    "万元",
                    f"{opened - timedelta(minutes=17 * (place + 3)):%Y%m%d%H%M%S}",
                )
                for place, (bid, manager) in enumerate(zip(self.bids, self.managers, strict=True))
            )
        )
        return [(*self._BID, *head), *rows]

    def _devices(self) -> Table:
        head = ("CPU序列号", "硬盘序列号", "网卡MAC地址", "IP地址")
        shared = ("BFEBFBFF000906EA", "WD-WX31A80H7777", "E0-D5-5E-12-34-56")
        cells = []
        for place, bid in enumerate(self.bids):
            own = (
                f"BFEBFBFF00080{place}0{place}",
                f"S3Z8NB0K{place}1937{place}",
                f"E0-D5-5E-7A-{place}1-0{place}",
            )
            codes = (
                shared
                if bid.part in ("twin", "copy")
                else ("无", "暂无", "00:00:00:00:00:00")
                if bid.part == "clean"
                else own
            )
            cells.append((*codes, "192.168.1.20"))
        return [(*self._BID, *head), *self._of(*cells)]

    def _bonds(self) -> Table:
        accounts = [f"62220210011122{place}{7 - place % 7}31{place}" for place in range(len(self.bids))]
        places = {bid.part: place for place, bid in enumerate(self.bids)}
        accounts[places["paid"]] = accounts[places["payer"]]
        return [
            (*self._BID, "保证金缴纳账号", "保证金缴纳金额"),
            *self._of(*((account, "500000") for account in accounts)),
        ]

    def _committee(self, opened: datetime) -> Table:
        head = (
            "招标项目编号",
            "标段（包）编号",
            "专家类别",
            "专家姓名",
            "专家身份证件号",
            "专家签到时间",
            "是否为评标组长",
        )
        later = f"{opened + timedelta(minutes=40):%Y%m%d%H%M%S}"
        rows = [
            (self.number, self.lot, "技术", expert.name, expert.number, later, "是" if place == 0 else "否")
            for place, expert in enumerate(self.experts)
        ]
        return [head, *rows]

    def _holdings(self) -> Table:
        head = (
            "股东名称",
            "股东统一社会信用代码",
            "股东证件号码",
            "股东类型",
            "被投资企业",
            "统一社会信用代码",
            "持股比例",
            "入股日期",
        )
        since = f"{add_years(self.today, -6):%Y-%m-%d}"
        held, holder, family = self.firm("held"), self.firm("holder"), self.firm("family")
        rows: list[tuple[str, ...]] = [
            (holder.name, holder.uscc, "", "企业法人", held.name, held.uscc, "60%", since),
            (self.spouse.name, "", self.spouse.number, "自然人股东", family.name, family.uscc, "80%", since),
        ]
        rows += [
            (
                bid.firm.head.name,
                "",
                bid.firm.head.number,
                "自然人股东",
                bid.firm.name,
                bid.firm.uscc,
                share,
                since,
            )
            for bid, share in zip(self.bids, ("40%", *["100%"] * 6, "20%", "51%-100%"), strict=True)
        ]
        return [head, *rows]

    def _employment(self) -> Table:
        firm, expert = self.firm("former"), self.experts[2]
        left = add_months(add_years(self.today, -3), 1)
        head = ("姓名", "身份证号", "参保单位", "统一社会信用代码", "参保开始日期", "参保截止日期")
        return [
            head,
            (
                expert.name,
                expert.number,
                firm.name,
                firm.uscc,
                f"{add_years(left, -4):%Y-%m-%d}",
                f"{left:%Y-%m-%d}",
            ),
        ]

    def _posts(self) -> Table:
        head = (
            "姓名",
            "公民身份号码",
            "单位",
            "单位统一社会信用代码",
            "职务",
            "级别",
            "是否领导班子成员",
            "任职日期",
        )
        since = f"{add_years(self.today, -4):%Y-%m-%d}"
        return [
            head,
            (
                self.leader.name,
                self.leader.number,
                self.buyer.name,
                self.buyer.uscc,
                "局长",
                "县处级正职",
                "是",
                since,
            ),
        ]

    def _kinship(self) -> Table:
        head = ("报告人姓名", "报告人身份证号", "亲属姓名", "亲属身份证号", "与本人关系")
        return [head, (self.leader.name, self.leader.number, self.spouse.name, self.spouse.number, "配偶")]

    def _project(self) -> Table:
        phases = ("识别", "准备", "采购", "执行", "移交")
        head = (
            "PPP项目编号",
            "PPP项目名称",
            "实施机构",
            "实施机构统一社会信用代码",
            "责任阶段",
            "责任人",
            "责任人证件号码",
            "责任起始日期",
            "责任截止日期",
            "违约日期",
        )
        first = add_years(self.today, -8)
        rows = []
        for place, (phase, who) in enumerate(zip(phases, self.officials, strict=True)):
            begin = add_months(first, 12 * place)
            span = (f"{begin:%Y-%m-%d}", f"{add_months(begin, 12) - timedelta(days=1):%Y-%m-%d}")
            default = f"{add_months(first, 40):%Y-%m-%d}"
            rows.append(
                (
                    f"PPP-{words.REGION}-01",
                    f"{words.CITY}污水处理厂",
                    self.buyer.name,
                    self.buyer.uscc,
                    phase,
                    who.name,
                    who.number,
                    *span,
                    default,
                )
            )
        return [head, *rows]
