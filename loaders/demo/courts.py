"""What courts publish about the demo city (SPEC 2.1): defaulters, consumption orders, convictions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from loaders.demo.desk import PROVINCE, Desk, chinese
from loaders.demo.world import Firm, Somebody

GROUNDS: Final = (
    "有履行能力而拒不履行生效法律文书确定义务",
    "以伪造证据、暴力、威胁等方法妨碍、抗拒执行",
    "以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行",
    "违反财产报告制度",
    "违反限制消费令",
    "无正当理由拒不履行执行和解协议",
)
DONE: Final = ("全部未履行", "部分未履行", "全部未履行")


class Courts(Desk):
    """Rows of the court lists."""

    def __init__(self, seed: int, today: date) -> None:
        super().__init__(seed, today)
        self.court: list[tuple[str, ...]] = []
        self.court_json: list[dict[str, Any]] = []
        self.consumption: list[tuple[str, ...]] = []
        self.bribery: list[tuple[str, ...]] = []
        self.public: list[tuple[str, ...]] = []

    def defaulter(
        self,
        who: Firm | Somebody,
        *,
        published: date | None = None,
        ground: int = 0,
        name: str = "",
        code: str | None = None,
    ) -> None:
        """A row of 失信被执行人 (SPEC 2.1): a person with month and day of birth hidden."""
        day = published or self.ago(days=self.rng.randrange(20, 1_500))
        filed = day - timedelta(days=90)
        court = self.court_name()
        firm = who if isinstance(who, Firm) else None
        person = who if isinstance(who, Somebody) else None
        stated = who.uscc if isinstance(who, Firm) else who.court_mask
        debt = self.rng.choice(("工程款", "货款", "借款本金"))
        self.court.append(
            (
                name or who.name,
                person.sex if person else "",
                str(person.age(day)) if person else "",
                stated if code is None else code,
                firm.head.name if firm else "",
                court,
                PROVINCE,
                self.case_number(filed.year, "民初"),
                chinese(filed),
                self.case_number(filed.year),
                court,
                f"支付{debt}{self.rng.randrange(3, 900) * 1000}元及利息",
                self.rng.choice(DONE),
                GROUNDS[ground],
                chinese(day),
            )
        )

    def defaulter_json(self, who: Firm | Somebody, code: str) -> None:
        """A record in the shape of the court's query service (keys of SPEC 2.1)."""
        day = self.ago(days=self.rng.randrange(20, 1_500))
        firm = who if isinstance(who, Firm) else None
        person = who if isinstance(who, Somebody) else None
        number = self.number()
        self.court_json.append(
            {
                "id": 900_000_000 + number,
                "iname": who.name,
                "caseCode": self.case_number(day.year),
                "age": person.age(day) if person else 0,
                "sexy": person.sex if person else "",
                "cardNum": code,
                "businessEntity": firm.head.name if firm else "",
                "courtName": self.court_name(),
                "areaName": PROVINCE,
                "partyTypeName": "0" if person else "1",
                "gistId": self.case_number(day.year, "民初"),
                "regDate": f"{day - timedelta(days=60):%Y%m%d}",
                "gistUnit": self.court_name(),
                "duty": "偿还货款及违约金",
                "performance": self.rng.choice(DONE),
                "performedPart": "",
                "unperformPart": "",
                "disruptTypeName": GROUNDS[self.rng.randrange(6)],
                "publishDate": chinese(day),
            }
        )

    def restricted(self, who: Firm | Somebody) -> None:
        """A restricted-consumption order: of no effect in tenders."""
        day = self.ago(days=self.rng.randrange(20, 900))
        number = who.uscc if isinstance(who, Firm) else who.court_mask
        sex = who.sex if isinstance(who, Somebody) else ""
        self.consumption.append(
            (
                who.name,
                sex,
                number,
                self.court_name(),
                PROVINCE,
                self.case_number(day.year),
                chinese(day - timedelta(days=30)),
                chinese(day),
            )
        )

    def public_body(self, firm: Firm) -> None:
        """A public body in default of a judgment."""
        day = self.ago(months=5)
        self.public.append(
            (
                firm.name,
                firm.uscc,
                self.court_name(),
                self.case_number(day.year),
                chinese(day - timedelta(days=60)),
                "全部未履行",
                GROUNDS[0],
                chinese(day),
            )
        )

    def bribery_conviction(self, who: Firm | Somebody, judged: date) -> None:
        """A conviction for bribery, with the person's number in full as a tenderer's search returns it."""
        company = isinstance(who, Firm)
        self.bribery.append(
            (
                who.name,
                who.uscc if isinstance(who, Firm) else "",
                who.number if isinstance(who, Somebody) else "",
                "单位行贿罪" if company else "行贿罪",
                self.case_number(judged.year, "刑初"),
                judged.isoformat(),
                self.court_name(),
            )
        )
