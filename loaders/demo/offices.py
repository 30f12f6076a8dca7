"""What offices publish about the demo city (SPEC 2.2 to 2.4): bans, taxes, wages, abnormal operations."""

from __future__ import annotations

from datetime import date, timedelta

from loaders.demo import words
from loaders.demo.desk import Desk
from loaders.demo.world import Firm, Somebody


class Offices(Desk):
    """Rows of the lists of finance, tax, labour and market offices."""

    def __init__(self, seed: int, today: date) -> None:
        super().__init__(seed, today)
        self.procurement: list[tuple[str, ...]] = []
        self.tax: list[tuple[str, ...]] = []
        self.wages: list[tuple[str, ...]] = []
        self.severe: list[tuple[str, ...]] = []
        self.abnormal: list[tuple[str, ...]] = []
        self.good: list[tuple[str, ...]] = []

    def procurement_ban(self, firm: Firm, decided: date, term: str, until: date, *, name: str = "") -> None:
        """A row of 政府采购严重违法失信: the ban stands in words in the result."""
        self.procurement.append(
            (
                str(len(self.procurement) + 1),
                name or firm.name,
                firm.uscc,
                firm.address,
                self.rng.choice(
                    ("提供虚假材料谋取中标", "与其他供应商恶意串通", "中标后无正当理由拒不签订合同")
                ),
                f"罚款人民币{self.rng.randrange(3, 90) * 100}元，列入不良行为记录名单，"
                f"在{term}内禁止参加政府采购活动",
                "《中华人民共和国政府采购法》第七十七条第一款",
                decided.isoformat(),
                (decided + timedelta(days=2)).isoformat(),
                until.isoformat(),
                f"{words.CITY}财政局",
            )
        )

    def tax_offender(self, firm: Firm, *, day: date | None = None) -> None:
        """A row of 重大税收违法: persons in one cell, the whole date of birth hidden."""
        day = day or self.ago(days=self.rng.randrange(30, 900))
        head = firm.head
        self.tax.append(
            (
                firm.name,
                firm.uscc,
                firm.org_code.replace("-", ""),
                firm.address,
                f"{head.name}，{head.sex}，居民身份证：{head.tax_mask}",
                "",
                self.rng.choice(("虚开增值税专用发票", "偷税", "逃避追缴欠税")),
                f"虚开增值税专用发票{self.rng.randrange(20, 400)}份",
                "依照《中华人民共和国税收征收管理法》等规定作出处理处罚",
                day.isoformat(),
            )
        )

    def wage_arrears(
        self,
        firm: Firm,
        *,
        day: date | None = None,
        removed: date | None = None,
        person: Somebody | None = None,
    ) -> None:
        """Rows of 拖欠农民工工资: the employer, and the responsible person if given."""
        day = day or self.ago(days=self.rng.randrange(30, 900))
        office, gone = f"{words.CITY}人力资源和社会保障局", removed.isoformat() if removed else ""
        self.wages.append(
            (
                firm.name,
                firm.uscc,
                firm.head.name,
                firm.head.court_mask,
                "拖欠农民工工资逾期未支付",
                "人社部令第45号第五条第一项",
                day.isoformat(),
                office,
                gone,
                "法人",
            )
        )
        if person:
            self.wage_person(person, day)

    def wage_person(self, person: Somebody, day: date) -> None:
        """A natural person on the wage list."""
        self.wages.append(
            (
                person.name,
                "",
                "",
                person.court_mask,
                "负有直接责任的主管人员",
                "人社部令第45号第五条",
                day.isoformat(),
                f"{words.CITY}人力资源和社会保障局",
                "",
                "自然人",
            )
        )

    def severe_offender(self, firm: Firm, *, day: date | None = None, repaired: date | None = None) -> None:
        """A row of 市场监管严重违法失信名单."""
        day = day or self.ago(days=self.rng.randrange(400, 900))
        self.severe.append(
            (
                str(len(self.severe) + 1),
                firm.name,
                firm.uscc,
                firm.head.name,
                "提交虚假材料取得登记",
                day.isoformat(),
                f"{words.CITY}市场监督管理局",
                "信用修复" if repaired else "",
                repaired.isoformat() if repaired else "",
                "已修复" if repaired else "正常",
            )
        )

    def abnormal_entry(self, firm: Firm, *, removed: bool = False) -> None:
        """A row of 经营异常名录."""
        day = self.ago(days=self.rng.randrange(100, 900))
        self.abnormal.append(
            (
                firm.name,
                firm.uscc,
                firm.head.name,
                "通过登记的住所或者经营场所无法联系",
                f"{day:%Y/%m/%d}",
                f"{words.CITY}市场监督管理局",
                "依法办理住所变更登记" if removed else "",
                f"{day + timedelta(days=80):%Y/%m/%d}" if removed else "",
            )
        )

    def good_credit(self, firm: Firm) -> None:
        """A row of the A-grade taxpayers."""
        self.good.append((firm.name, firm.uscc, "A", str(self.today.year - 1)))
