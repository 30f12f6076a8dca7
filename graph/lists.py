"""The lists that the law of tendering knows (SPEC 2), with who may stand on them and how one leaves."""

from __future__ import annotations

from graph.model import Doc


class ListInfo(Doc):
    """A list as an institution: code, titles and whether it is a severe-default list."""

    code: str
    zh: str
    en: str
    severe: bool = False
    """A 严重失信 list (A07 covers it where no other rule does)."""
    research: bool = False
    """For research: no rule reads it and no verdict rests on it (SPEC 3, foreign measures)."""
    counted: bool = False
    """Counted by reports only: it says how soon authorities publish, and nothing about who may take part."""
    adverse: bool = True
    """Whether standing on it speaks against somebody; good credit and permits do not."""


LISTS: tuple[ListInfo, ...] = (
    ListInfo(code="SXBZXR", zh="失信被执行人名单", en="Judgment defaulters"),
    ListInfo(code="XZXF", zh="限制消费人员名单", en="Restricted-consumption orders"),
    ListInfo(code="ZFCG", zh="政府采购严重违法失信行为记录名单", en="Serious government-procurement offenders"),
    ListInfo(code="ZDSS", zh="重大税收违法失信主体", en="Major tax offenders"),
    ListInfo(code="TQGZ", zh="拖欠农民工工资失信联合惩戒对象名单", en="Migrant-wage defaulters"),
    ListInfo(code="YZWF", zh="市场监管严重违法失信名单", en="Serious market-regulation offenders", severe=True),
    ListInfo(code="JYYC", zh="经营异常名录", en="Abnormal operations register"),
    ListInfo(code="AQSC", zh="安全生产严重失信主体名单", en="Serious work-safety offenders", severe=True),
    ListInfo(code="ZTBJ", zh="取消投标资格处罚", en="Bans from bidding (penalty decisions)"),
    ListInfo(code="ZTBHMD", zh="地方招投标黑名单", en="Local tender blacklists"),
    ListInfo(code="XHFZ", zh="行贿犯罪记录", en="Bribery convictions"),
    ListInfo(code="ZDWF", zh="重大违法记录", en="Major violations (government procurement)"),
    ListInfo(code="ZFJG", zh="涉政府机构失信被执行人名单", en="Public-body judgment defaulters"),
    ListInfo(code="XZCF", zh="行政处罚公示（一般）", en="Published administrative penalties (ordinary)"),
    ListInfo(code="OTH", zh="其他行业失信名单", en="Other sector lists", severe=True),
    ListInfo(code="RED", zh="守信激励名单", en="Red lists (good credit)", adverse=False),
    ListInfo(code="XZXK", zh="行政许可公示", en="Published administrative permits", counted=True, adverse=False),
    ListInfo(code="UN_SC", zh="联合国安理会综合制裁名单", en="UN Security Council consolidated list", research=True),
    ListInfo(code="WB_DEBARRED", zh="世界银行禁止承包名单", en="World Bank debarred firms and persons", research=True),
    ListInfo(code="CN_COUNTER", zh="反制与不可靠实体清单（汇编）", en="Chinese counter-measure lists", research=True),
    ListInfo(code="OFAC_SDN", zh="美国财政部 SDN 清单", en="OFAC specially designated nationals", research=True),
    ListInfo(code="US_DOD", zh="美国国防部“中国军事公司”清单", en="US DoD Chinese military companies", research=True),
    ListInfo(code="FOREIGN", zh="其他境外措施", en="Other foreign measures", research=True),
)

BY_CODE = {info.code: info for info in LISTS}
RESEARCH = frozenset(info.code for info in LISTS if info.research)
"""Lists that never touch a verdict: they act only through a measure with a Chinese legal basis (SPEC 3)."""
APART = RESEARCH | {info.code for info in LISTS if info.counted}
"""Lists whose records stay in the store: what no decision may read, none can find."""
FAVOURABLE = frozenset(info.code for info in LISTS if not info.adverse)
"""Lists on which one stands without any reproach."""

_SPOKEN = {
    "失信被执行人": "SXBZXR", "失信被执行人名单": "SXBZXR", "限制高消费": "XZXF", "限制消费人员": "XZXF",
    "政府采购严重违法失信": "ZFCG", "政府采购严重违法失信名单": "ZFCG", "政府采购严重违法失信行为记录": "ZFCG",
    "重大税收违法失信": "ZDSS", "重大税收违法案件当事人": "ZDSS", "重大税收违法案件当事人名单": "ZDSS",
    "税收违法黑名单": "ZDSS", "拖欠农民工工资": "TQGZ", "拖欠农民工工资失信联合惩戒对象": "TQGZ",
    "拖欠农民工工资黑名单": "TQGZ", "严重违法失信": "YZWF", "严重违法失信名单": "YZWF",
    "严重违法失信企业": "YZWF", "严重违法失信企业名单": "YZWF", "市场监管严重违法失信": "YZWF",
    "经营异常": "JYYC", "经营异常名录": "JYYC", "安全生产严重失信": "AQSC", "安全生产严重失信主体": "AQSC",
    "取消投标资格": "ZTBJ", "招投标黑名单": "ZTBHMD", "行贿犯罪": "XHFZ", "行贿犯罪记录": "XHFZ", "行贿人": "XHFZ",
    "重大违法记录": "ZDWF", "守信激励": "RED", "行政许可": "XZXK",
}  # fmt: skip
"""What documents and clerks call the lists, beside their titles."""

_BY_NAME = {**{info.zh: info.code for info in LISTS}, **_SPOKEN}


def code_of(text: str) -> str:
    """The code of a list by code, title or usual name; a text that names none comes back as written, in capitals.

    An unknown code is kept: it then is a required list that was never loaded, so that nothing passes for clear.
    """
    text = text.strip().strip("“”\"《》")
    return _BY_NAME.get(text, text.upper())
