"""Penalties in both editions, and the tables of the trading platform (SPEC 2.4)."""

from __future__ import annotations

from datetime import date, timedelta

from graph.dates import add_years
from loaders.demo import words
from loaders.demo.desk import Desk
from loaders.demo.world import Firm, Somebody


class Penalties(Desk):
    """Rows of penalty decisions and of the platform."""

    def __init__(self, seed: int, today: date) -> None:
        super().__init__(seed, today)
        self.penalty_2018: list[tuple[str, ...]] = []
        self.penalty_2016: list[tuple[str, ...]] = []
        self.experts: list[tuple[str, ...]] = []
        self.black: list[dict[str, str]] = []
        self.withdrawn: list[dict[str, str]] = []

    def penalty(
        self,
        firm: Firm,
        decided: date,
        content: str,
        *,
        category: str,
        violation: str,
        basis: str,
        fine_wan: str = "",
        until: date | None = None,
        authority: str = "住房和城乡建设局",
    ) -> None:
        """A penalty in the 2018 edition of 双公示."""
        office = f"{words.CITY}{authority}"
        self.penalty_2018.append(
            (
                firm.name,
                "法人及非法人组织",
                firm.uscc,
                "",
                "",
                "",
                "",
                "",
                firm.head.name,
                "身份证",
                firm.head.court_mask,
                "",
                "",
                f"临{authority[0]}罚字〔{decided.year}〕{self.number()}号",
                violation,
                violation,
                basis,
                category,
                content,
                fine_wan,
                "0",
                "",
                f"{decided:%Y/%m/%d}",
                f"{until:%Y/%m/%d}" if until else "",
                f"{add_years(decided, 3):%Y/%m/%d}",
                office,
                "",
                office,
                "",
                "",
            )
        )

    def old_penalty(
        self, firm: Firm, decided: date, content: str, *, category: str, state: str = "0"
    ) -> None:
        """A penalty in the 2016 edition: other numbering of the codes, a state (1 revoked, 2 disputed)."""
        self.penalty_2016.append(
            (
                f"临建罚〔{decided.year}〕{self.number()}号",
                "串通投标案" if "投标" in content else "违反建设管理规定案",
                category,
                "",
                "与其他投标人串通投标" if "投标" in content else "未按规定施工",
                "《招标投标法》第五十三条",
                firm.name,
                firm.uscc,
                firm.org_code,
                "",
                "",
                "",
                firm.head.name,
                content,
                f"{decided:%Y/%m/%d}",
                f"{words.CITY}住房和城乡建设局",
                state,
                words.REGION,
                f"{decided + timedelta(days=5):%Y/%m/%d} 10:00:00",
                "",
            )
        )

    def blacklisted(self, firm: Firm, *, withdrawn: date | None = None) -> None:
        """An entry of the platform's BLACK_LIST, and its withdrawal."""
        number = f"BL{words.REGION}{self.number():028d}"
        day = self.ago(days=self.rng.randrange(200, 700))
        self.black.append(
            {
                "BLACKLIST_CODE": number,
                "BODY_NAME": firm.name,
                "BODY_CODE": firm.uscc,
                "BODY_TYPE": "1",
                "BODY_ROLE": "02",
                "RECORD_REASON": "弄虚作假骗取中标",
                "RECORD_DATE": f"{day:%Y%m%d}",
                "GOVERNMENT": f"{words.CITY}行政审批局",
                "DOCUMENT_CODE": f"临审〔{day.year}〕{self.number()}号",
                "REVOCATION_STATUS": "0",
                "CONFINED_ACTION": "限制参加本市公共资源交易",
                "SCOPE": words.REGION,
            }
        )
        if withdrawn:
            self.withdrawn.append(
                {
                    "BLACKLIST_CODE": number,
                    "BODY_NAME": firm.name,
                    "BODY_CODE": firm.uscc,
                    "GOVERNMENT": f"{words.CITY}行政审批局",
                    "REVOCATIONEASONS": "认定依据被撤销",
                    "ROPOSER": f"{words.CITY}行政审批局",
                    "APPLICATION_DATE": f"{withdrawn:%Y%m%d}",
                }
            )

    def expert_record(self, person: Somebody, start: date, until: date) -> None:
        """A platform's record on an expert who may not be engaged for a time."""
        self.experts.append(
            (
                person.number,
                person.name,
                "惩",
                "",
                f"{words.CITY}财政局",
                "《政府采购法实施条例》第七十五条",
                "未按照采购文件规定的评审标准进行评审",
                start.isoformat(),
                "禁止参加政府采购评审活动",
                start.isoformat(),
                until.isoformat(),
            )
        )
