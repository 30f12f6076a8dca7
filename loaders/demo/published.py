"""The lists as their publishers put them out: headings, masks and habits of each format, contents invented."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any, Final

from graph.dates import add_months, add_years
from loaders.demo import variants, words
from loaders.demo.world import Firm, Somebody

COURT_HEAD: Final = (
    "被执行人姓名/名称", "性别", "年龄", "身份证号码/组织机构代码", "法定代表人或者负责人姓名", "执行法院", "省份", "执行依据文号",
    "立案时间", "案号", "做出执行依据单位", "生效法律文书确定的义务", "被执行人的履行情况", "失信被执行人行为具体情形", "发布时间",
)  # fmt: skip
CONSUMPTION_HEAD: Final = (
    "限制消费人员姓名/名称", "性别", "身份证号码/组织机构代码", "执行法院", "省份", "案号", "立案时间", "限制消费令发布时间",
)
PROCUREMENT_HEAD: Final = (
    "序号", "企业名称", "统一社会信用代码（或组织机构代码）", "企业地址", "严重违法失信行为的具体情形", "处罚结果", "处罚依据", "处罚日期",
    "公布日期", "公布截止时间", "执法单位",
)  # fmt: skip
TAX_HEAD: Final = (
    "纳税人名称", "纳税人识别号", "组织机构代码", "注册地址", "法定代表人或者负责人姓名、性别、证件名称及号码",
    "负有直接责任的财务负责人姓名、性别、证件名称及号码", "案件性质", "主要违法事实", "相关法律依据及税务处理处罚情况", "公布日期",
)  # fmt: skip
WAGES_HEAD: Final = (
    "用人单位名称", "统一社会信用代码", "法定代表人（主要负责人）", "证件号码", "列入事由", "列入依据", "列入日期", "列入机关", "移出日期", "当事人类别",
)  # fmt: skip
PENALTY_2018_HEAD: Final = (
    "行政相对人名称", "行政相对人类别", "行政相对人代码_1(统一社会信用代码)", "行政相对人代码_2(工商注册号)",
    "行政相对人代码_3(组织机构代码)", "行政相对人代码_4(税务登记号)", "行政相对人代码_5(事业单位证书号)", "行政相对人代码_6(社会组织登记证号)",
    "法定代表人", "法定代表人证件类型", "法定代表人证件号码", "证件类型", "证件号码", "行政处罚决定书文号", "违法行为类型", "违法事实", "处罚依据",
    "处罚类别", "处罚内容", "罚款金额（万元）", "没收违法所得、没收非法财物的金额（万元）", "暂扣或吊销证照名称及编号", "处罚决定日期", "处罚有效期",
    "公示截止期", "处罚机关", "处罚机关统一社会信用代码", "数据来源单位", "数据来源单位统一社会信用代码", "备注",
)  # fmt: skip
PENALTY_2016_HEAD: Final = (
    "行政处罚决定书文号", "处罚名称", "处罚类别1", "处罚类别2", "处罚事由", "处罚依据", "行政相对人名称", "行政相对人代码_1(统一社会信用代码)",
    "行政相对人代码_2(组织机构代码)", "行政相对人代码_3(工商登记码)", "行政相对人代码_4(税务登记号)", "行政相对人代码_5(居民身份证号)",
    "法定代表人姓名", "处罚结果", "处罚决定日期", "处罚机关", "当前状态", "地方编码", "数据更新时间戳", "备注",
)  # fmt: skip
SEVERE_HEAD: Final = (
    "序号", "企业名称", "统一社会信用代码/注册号", "法定代表人", "列入严重违法失信名单原因", "列入日期", "作出决定机关(列入)",
    "移出严重违法失信名单原因", "移出日期", "状态",
)  # fmt: skip
ABNORMAL_HEAD: Final = (
    "企业名称", "统一社会信用代码/注册号", "法定代表人", "列入经营异常名录原因", "列入日期", "作出决定机关(列入)", "移出经营异常名录原因", "移出日期",
)  # fmt: skip
BRIBERY_HEAD: Final = ("行贿人名称", "统一社会信用代码", "身份证号码", "罪名", "判决书文号", "判决日期", "判决法院")
GOOD_HEAD: Final = ("企业名称", "统一社会信用代码", "纳税信用等级", "评价年度")
PUBLIC_HEAD: Final = (
    "政府机构名称", "统一社会信用代码", "执行法院", "案号", "立案时间", "被执行人的履行情况", "失信被执行人行为具体情形", "发布时间",
)  # fmt: skip
EXPERT_HEAD: Final = (
    "专家身份证件号码", "专家姓名", "奖惩类型", "标段（包）编号", "监督部门名称", "处罚依据", "处罚结果", "发布日期", "限制的行为",
    "限制行为开始时间", "限制行为结束时间",
)  # fmt: skip

GROUNDS: Final = (
    "有履行能力而拒不履行生效法律文书确定义务", "以伪造证据、暴力、威胁等方法妨碍、抗拒执行",
    "以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行", "违反财产报告制度", "违反限制消费令", "无正当理由拒不履行执行和解协议",
)  # fmt: skip
DONE: Final = ("全部未履行", "部分未履行", "全部未履行")
PROVINCE: Final = "江苏"


def chinese(day: date) -> str:
    """2026年03月05日."""
    return f"{day:%Y年%m月%d日}"


class Published:
    """All rows that are published about the city, list by list."""

    def __init__(self, seed: int, today: date) -> None:
        self.today = today
        self.rng = random.Random(f"{seed}:published")
        self._serial = 100
        self.court: list[tuple[str, ...]] = []
        self.court_json: list[dict[str, Any]] = []
        self.consumption: list[tuple[str, ...]] = []
        self.procurement: list[tuple[str, ...]] = []
        self.tax: list[tuple[str, ...]] = []
        self.wages: list[tuple[str, ...]] = []
        self.penalty_2018: list[tuple[str, ...]] = []
        self.penalty_2016: list[tuple[str, ...]] = []
        self.severe: list[tuple[str, ...]] = []
        self.abnormal: list[tuple[str, ...]] = []
        self.bribery: list[tuple[str, ...]] = []
        self.good: list[tuple[str, ...]] = []
        self.public: list[tuple[str, ...]] = []
        self.experts: list[tuple[str, ...]] = []
        self.black: list[dict[str, str]] = []
        self.withdrawn: list[dict[str, str]] = []

    def ago(self, *, years: int = 0, months: int = 0, days: int = 0) -> date:
        """A day in the past, in calendar years and months."""
        return add_months(add_years(self.today, -years), -months) - timedelta(days=days)

    def _number(self) -> int:
        self._serial += 1
        return self._serial

    def _court(self) -> str:
        return f"{words.CITY}{self.rng.choice(words.DISTRICTS)}人民法院"

    def _case(self, year: int, kind: str = "执") -> str:
        number = f"（{year}）苏99{self.rng.randrange(1, 7):02d}{kind}{self._number()}号"
        return number if self.rng.random() < 0.5 else variants.half_brackets(number)

    def defaulter(
        self, who: Firm | Somebody, *, published: date | None = None, ground: int = 0, name: str = "", code: str | None = None,
    ) -> None:  # fmt: skip
        """A row of 失信被执行人 (SPEC 2.1): a firm by its code, a person with month and day of birth hidden."""
        day = published or self.ago(days=self.rng.randrange(20, 1_500))
        filed = day - timedelta(days=90)
        court = self._court()
        firm = who if isinstance(who, Firm) else None
        person = who if isinstance(who, Somebody) else None
        self.court.append((
            name or who.name,
            person.sex if person else "",
            str(person.age(day)) if person else "",
            code if code is not None else who.uscc if firm else person.court_mask if person else "",
            firm.head.name if firm else "",
            court, PROVINCE, self._case(filed.year, "民初"), chinese(filed), self._case(filed.year),
            court, f"支付{self.rng.choice(('工程款', '货款', '借款本金'))}{self.rng.randrange(3, 900) * 1000}元及利息",
            self.rng.choice(DONE), GROUNDS[ground], chinese(day),
        ))  # fmt: skip

    def defaulter_json(self, who: Firm | Somebody, code: str) -> None:
        """A record in the shape of the court's query service (keys of SPEC 2.1)."""
        day = self.ago(days=self.rng.randrange(20, 1_500))
        firm = who if isinstance(who, Firm) else None
        person = who if isinstance(who, Somebody) else None
        number = self._number()
        self.court_json.append({
            "id": 900_000_000 + number, "iname": who.name, "caseCode": self._case(day.year),
            "age": person.age(day) if person else 0, "sexy": person.sex if person else "", "cardNum": code,
            "businessEntity": firm.head.name if firm else "", "courtName": self._court(), "areaName": PROVINCE,
            "partyTypeName": "0" if person else "1", "gistId": self._case(day.year, "民初"),
            "regDate": f"{day - timedelta(days=60):%Y%m%d}", "gistUnit": self._court(), "duty": "偿还货款及违约金",
            "performance": self.rng.choice(DONE), "performedPart": "", "unperformPart": "",
            "disruptTypeName": GROUNDS[self.rng.randrange(6)], "publishDate": chinese(day),
        })  # fmt: skip

    def restricted(self, who: Firm | Somebody) -> None:
        """A restricted-consumption order: of no effect in tenders."""
        day = self.ago(days=self.rng.randrange(20, 900))
        number = who.uscc if isinstance(who, Firm) else who.court_mask
        sex = who.sex if isinstance(who, Somebody) else ""
        self.consumption.append((
            who.name, sex, number, self._court(), PROVINCE, self._case(day.year), chinese(day - timedelta(days=30)), chinese(day),
        ))  # fmt: skip

    def procurement_ban(self, firm: Firm, decided: date, term: str, until: date, *, name: str = "") -> None:
        """A row of 政府采购严重违法失信: the ban stands in words in the result."""
        self.procurement.append((
            str(len(self.procurement) + 1), name or firm.name, firm.uscc, firm.address,
            self.rng.choice(("提供虚假材料谋取中标", "与其他供应商恶意串通", "中标后无正当理由拒不签订合同")),
            f"罚款人民币{self.rng.randrange(3, 90) * 100}元，列入不良行为记录名单，在{term}内禁止参加政府采购活动",
            "《中华人民共和国政府采购法》第七十七条第一款", decided.isoformat(),
            (decided + timedelta(days=2)).isoformat(), until.isoformat(), f"{words.CITY}财政局",
        ))  # fmt: skip

    def tax_offender(self, firm: Firm, *, day: date | None = None) -> None:
        """A row of 重大税收违法: persons in one cell, the whole date of birth hidden."""
        day = day or self.ago(days=self.rng.randrange(30, 900))
        head = firm.head
        self.tax.append((
            firm.name, firm.uscc, firm.org_code.replace("-", ""), firm.address,
            f"{head.name}，{head.sex}，居民身份证：{head.tax_mask}", "", self.rng.choice(("虚开增值税专用发票", "偷税", "逃避追缴欠税")),
            f"虚开增值税专用发票{self.rng.randrange(20, 400)}份", "依照《中华人民共和国税收征收管理法》等规定作出处理处罚",
            day.isoformat(),
        ))  # fmt: skip

    def wage_arrears(self, firm: Firm, *, day: date | None = None, removed: date | None = None, person: Somebody | None = None) -> None:
        """Rows of 拖欠农民工工资: the employer, and the responsible person if given."""
        day = day or self.ago(days=self.rng.randrange(30, 900))
        office, gone = f"{words.CITY}人力资源和社会保障局", removed.isoformat() if removed else ""
        self.wages.append((
            firm.name, firm.uscc, firm.head.name, firm.head.court_mask, "拖欠农民工工资逾期未支付", "人社部令第45号第五条第一项",
            day.isoformat(), office, gone, "法人",
        ))  # fmt: skip
        if person:
            self.wage_person(person, day)

    def wage_person(self, person: Somebody, day: date) -> None:
        """A natural person on the wage list."""
        self.wages.append((
            person.name, "", "", person.court_mask, "负有直接责任的主管人员", "人社部令第45号第五条", day.isoformat(),
            f"{words.CITY}人力资源和社会保障局", "", "自然人",
        ))  # fmt: skip

    def penalty(
        self, firm: Firm, decided: date, content: str, *, category: str, violation: str, basis: str, fine_wan: str = "",
        until: date | None = None, authority: str = "住房和城乡建设局",
    ) -> None:  # fmt: skip
        """A penalty in the 2018 edition of 双公示."""
        office = f"{words.CITY}{authority}"
        self.penalty_2018.append((
            firm.name, "法人及非法人组织", firm.uscc, "", "", "", "", "", firm.head.name, "身份证", firm.head.court_mask, "", "",
            f"临{authority[0]}罚字〔{decided.year}〕{self._number()}号", violation, violation, basis, category, content, fine_wan, "0", "",
            f"{decided:%Y/%m/%d}", f"{until:%Y/%m/%d}" if until else "", f"{add_years(decided, 3):%Y/%m/%d}", office, "", office, "", "",
        ))  # fmt: skip

    def old_penalty(self, firm: Firm, decided: date, content: str, *, category: str, state: str = "0") -> None:
        """A penalty in the 2016 edition: other numbering of the codes, a state (1 revoked, 2 disputed)."""
        self.penalty_2016.append((
            f"临建罚〔{decided.year}〕{self._number()}号", "串通投标案" if "投标" in content else "违反建设管理规定案", category, "",
            "与其他投标人串通投标" if "投标" in content else "未按规定施工", "《招标投标法》第五十三条", firm.name, firm.uscc,
            firm.org_code, "", "", "", firm.head.name, content, f"{decided:%Y/%m/%d}", f"{words.CITY}住房和城乡建设局", state,
            words.REGION, f"{decided + timedelta(days=5):%Y/%m/%d} 10:00:00", "",
        ))  # fmt: skip

    def severe_offender(self, firm: Firm, *, repaired: date | None = None) -> None:
        """A row of 市场监管严重违法失信名单."""
        day = self.ago(days=self.rng.randrange(400, 900))
        self.severe.append((
            str(len(self.severe) + 1), firm.name, firm.uscc, firm.head.name, "提交虚假材料取得登记", day.isoformat(),
            f"{words.CITY}市场监督管理局", "信用修复" if repaired else "", repaired.isoformat() if repaired else "",
            "已修复" if repaired else "正常",
        ))  # fmt: skip

    def abnormal_entry(self, firm: Firm, *, removed: bool = False) -> None:
        """A row of 经营异常名录."""
        day = self.ago(days=self.rng.randrange(100, 900))
        self.abnormal.append((
            firm.name, firm.uscc, firm.head.name, "通过登记的住所或者经营场所无法联系", f"{day:%Y/%m/%d}",
            f"{words.CITY}市场监督管理局", "依法办理住所变更登记" if removed else "",
            f"{day + timedelta(days=80):%Y/%m/%d}" if removed else "",
        ))  # fmt: skip

    def bribery_conviction(self, who: Firm | Somebody, judged: date) -> None:
        """A conviction for bribery, with the person's number in full, as a search for a tenderer returns it."""
        firm = isinstance(who, Firm)
        self.bribery.append((
            who.name, who.uscc if isinstance(who, Firm) else "", who.number if isinstance(who, Somebody) else "",
            "单位行贿罪" if firm else "行贿罪", self._case(judged.year, "刑初"), judged.isoformat(), self._court(),
        ))  # fmt: skip

    def good_credit(self, firm: Firm) -> None:
        """A row of the A-grade taxpayers."""
        self.good.append((firm.name, firm.uscc, "A", str(self.today.year - 1)))

    def public_body(self, firm: Firm) -> None:
        """A public body in default of a judgment."""
        day = self.ago(months=5)
        self.public.append((
            firm.name, firm.uscc, self._court(), self._case(day.year), chinese(day - timedelta(days=60)), "全部未履行", GROUNDS[0],
            chinese(day),
        ))  # fmt: skip

    def blacklisted(self, firm: Firm, *, withdrawn: date | None = None) -> None:
        """An entry of the platform's BLACK_LIST, and its withdrawal."""
        number = f"BL{words.REGION}{self._number():028d}"
        day = self.ago(days=self.rng.randrange(200, 700))
        self.black.append({
            "BLACKLIST_CODE": number, "BODY_NAME": firm.name, "BODY_CODE": firm.uscc, "BODY_TYPE": "1", "BODY_ROLE": "02",
            "RECORD_REASON": "弄虚作假骗取中标", "RECORD_DATE": f"{day:%Y%m%d}", "GOVERNMENT": f"{words.CITY}行政审批局",
            "DOCUMENT_CODE": f"临审〔{day.year}〕{self._number()}号", "REVOCATION_STATUS": "0", "CONFINED_ACTION": "限制参加本市公共资源交易",
            "SCOPE": words.REGION,
        })  # fmt: skip
        if withdrawn:
            self.withdrawn.append({
                "BLACKLIST_CODE": number, "BODY_NAME": firm.name, "BODY_CODE": firm.uscc, "GOVERNMENT": f"{words.CITY}行政审批局",
                "REVOCATIONEASONS": "认定依据被撤销", "ROPOSER": f"{words.CITY}行政审批局", "APPLICATION_DATE": f"{withdrawn:%Y%m%d}",
            })  # fmt: skip

    def expert_record(self, person: Somebody, start: date, until: date) -> None:
        """A platform's record on an expert who may not be engaged for a time."""
        self.experts.append((
            person.number, person.name, "惩", "", f"{words.CITY}财政局", "《政府采购法实施条例》第七十五条",
            "未按照采购文件规定的评审标准进行评审", start.isoformat(), "禁止参加政府采购评审活动", start.isoformat(), until.isoformat(),
        ))  # fmt: skip
