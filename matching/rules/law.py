"""The law that rules cite: instrument, article, dates, and a quote only where the text is at hand.

`effective_from` is the day of the version cited. Articles that older versions carried too are cited from
those for earlier days (`before`), without a quote: their text is not at hand.
"""

from __future__ import annotations

from datetime import date, timedelta

from matching.decision import LegalBasis


def _article(
    instrument: str, article: str, since: date, quote: str | None = None, until: date | None = None
) -> LegalBasis:
    return LegalBasis(
        instrument=instrument,
        article=article,
        effective_from=since,
        effective_to=until,
        quote=quote,
        basis_verified=quote is not None,
    )


def before(current: LegalBasis, instrument: str, since: date, article: str = "") -> LegalBasis:
    """The same rule in the version that stood before `current`."""
    until = current.effective_from - timedelta(days=1)
    return _article(instrument, article or current.article, since, until=until)


TENDER_LAW = "中华人民共和国招标投标法（2017年修正）"
TENDER_LAW_1999 = "中华人民共和国招标投标法（1999年）"
TENDER_RULES = "中华人民共和国招标投标法实施条例（2019年修订）"
TENDER_RULES_2011 = "中华人民共和国招标投标法实施条例（2011年）"
PROCUREMENT_LAW = "中华人民共和国政府采购法（2014年修正）"
PROCUREMENT_RULES = "中华人民共和国政府采购法实施条例（2015年）"
COMPANY_LAW = "中华人民共和国公司法（2023年修订）"
COMPANY_LAW_OLD = "中华人民共和国公司法（2005年修订，2013年、2018年修正）"
WAGES = "保障农民工工资支付条例（2019年）"
PUBLICITY = "企业信息公示暂行条例（2014年）"
NO_285 = "最高人民法院等《关于在招标投标活动中对失信被执行人实施联合惩戒的通知》（法〔2016〕285号）"
NO_125 = "财政部《关于在政府采购活动中查询及使用信用记录有关问题的通知》（财库〔2016〕125号）"
STANDARD_2017 = "《标准设备采购招标文件》等五个标准招标文件（2017年版）"
NO_49 = "国务院办公厅《关于进一步完善失信约束制度构建诚信建设长效机制的指导意见》（国办发〔2020〕49号）"

_T = date(2017, 12, 28)
_R = date(2019, 3, 2)
_P = date(2014, 8, 31)
_C = date(2024, 7, 1)

NO_285_BIDDERS = _article(NO_285, "四(一)", date(2016, 8, 30))
NO_285_AGENCIES = _article(NO_285, "四(二)", date(2016, 8, 30))
NO_285_EXPERTS = _article(NO_285, "四(三)", date(2016, 8, 30))
NO_285_STAFF = _article(NO_285, "四(四)", date(2016, 8, 30))
NO_125_USE = _article(NO_125, "二", date(2016, 8, 1))

TENDER_50 = _article(TENDER_LAW, "第五十条", _T, "禁止其一年至二年内代理依法必须进行招标的项目并予以公告")
TENDER_53 = _article(
    TENDER_LAW, "第五十三条", _T, "取消其一年至二年内参加依法必须进行招标的项目的投标资格并予以公告"
)
TENDER_54 = _article(
    TENDER_LAW, "第五十四条", _T, "取消其一年至三年内参加依法必须进行招标的项目的投标资格并予以公告"
)
TENDER_56 = _article(
    TENDER_LAW, "第五十六条", _T, "取消担任评标委员会成员的资格，不得再参加任何依法必须进行招标的项目的评标"
)
TENDER_60 = _article(
    TENDER_LAW, "第六十条", _T, "取消其二年至五年内参加依法必须进行招标的项目的投标资格并予以公告"
)

RULES_37_2 = _article(TENDER_RULES, "第三十七条第二款", _R, "资格预审后联合体增减、更换成员的，其投标无效。")
RULES_37_3 = _article(
    TENDER_RULES,
    "第三十七条第三款",
    _R,
    "联合体各方在同一招标项目中以自己名义单独投标或者参加其他联合体投标的，相关投标均无效。",
)
RULES_38 = _article(
    TENDER_RULES, "第三十八条", _R, "投标人发生合并、分立、破产等重大变化的，应当及时书面告知招标人。"
)
RULES_56 = _article(
    TENDER_RULES,
    "第五十六条",
    _R,
    "中标候选人的经营、财务状况发生较大变化或者存在违法行为，招标人认为可能影响其履约能力的，应当在发出中标通知书前由原评标委员会"
    "按照招标文件规定的标准和方法审查确认。",
)
RULES_67 = _article(
    TENDER_RULES, "第六十七条", _R, "由有关行政监督部门取消其1年至2年内参加依法必须进行招标的项目的投标资格"
)
RULES_68 = _article(
    TENDER_RULES, "第六十八条", _R, "由有关行政监督部门取消其1年至3年内参加依法必须进行招标的项目的投标资格"
)

PROCUREMENT_22 = _article(
    PROCUREMENT_LAW, "第二十二条第一款第五项", _P, "参加政府采购活动前三年内，在经营活动中没有重大违法记录"
)
PROCUREMENT_77 = _article(
    PROCUREMENT_LAW, "第七十七条", _P, "列入不良行为记录名单，在一至三年内禁止参加政府采购活动"
)
PROCUREMENT_78 = _article(PROCUREMENT_LAW, "第七十八条", _P, "可以在一至三年内禁止其代理政府采购业务")
PROCUREMENT_RULES_19 = _article(
    PROCUREMENT_RULES,
    "第十九条第一款",
    date(2015, 3, 1),
    "供应商因违法经营受到刑事处罚或者责令停产停业、吊销许可证或者执照、较大数额罚款等行政处罚",
)
PROCUREMENT_RULES_19_2 = _article(
    PROCUREMENT_RULES, "第十九条第二款", date(2015, 3, 1), "期限届满的，可以参加政府采购活动。"
)
PROCUREMENT_RULES_22 = _article(PROCUREMENT_RULES, "第二十二条", date(2015, 3, 1))
PROCUREMENT_RULES_73 = _article(
    PROCUREMENT_RULES,
    "第七十三条",
    date(2015, 3, 1),
    "由财政部门列入不良行为记录名单，禁止其1至3年内参加政府采购活动。",
)
PROCUREMENT_RULES_75 = _article(
    PROCUREMENT_RULES, "第七十五条", date(2015, 3, 1), "禁止其参加政府采购评审活动"
)
FINES_2022 = _article(
    "财政部《关于〈中华人民共和国政府采购法实施条例〉第十九条第一款“较大数额罚款”具体适用问题的意见》（财库〔2022〕3号）",
    "全文",
    date(2022, 2, 8),
)

WAGES_48 = _article(
    WAGES,
    "第四十八条",
    date(2020, 5, 1),
    "将该用人单位及其法定代表人或者主要负责人、直接负责的主管人员和其他直接责任人员列入拖欠农民工工资失信联合惩戒对象名单，"
    "在政府资金支持、政府采购、招投标、融资贷款、市场准入、税收优惠、评优评先、交通出行等方面依法依规予以限制。",
)
PUBLICITY_18 = _article(
    PUBLICITY,
    "第十八条",
    date(2014, 10, 1),
    "在政府采购、工程招投标、国有土地出让、授予荣誉称号等工作中，将企业信息作为重要考量因素，对被列入经营异常名录或者严重违法企业名单的"
    "企业依法予以限制或者禁入。",
)
STANDARD_BIDDER = _article(STANDARD_2017, "投标人须知1.4.3、1.4.4", date(2018, 1, 1))
CONSTRAINTS_49 = _article(NO_49, "全文", date(2020, 12, 7))

COMPANY_10 = _article(
    COMPANY_LAW,
    "第十条第一款",
    _C,
    "公司的法定代表人按照公司章程的规定，由代表公司执行公司事务的董事或者经理担任。",
)
COMPANY_13_1 = _article(COMPANY_LAW, "第十三条第一款", _C, "子公司具有法人资格，依法独立承担民事责任。")
COMPANY_13_2 = _article(COMPANY_LAW, "第十三条第二款", _C, "分公司不具有法人资格，其民事责任由公司承担。")
COMPANY_178 = _article(
    COMPANY_LAW,
    "第一百七十八条第一款第五项",
    _C,
    "个人因所负数额较大债务到期未清偿被人民法院列为失信被执行人",
)
CIVIL_CODE_56 = _article("中华人民共和国民法典", "第五十四条至第五十六条", date(2021, 1, 1))
CIVIL_GENERAL_56 = before(
    CIVIL_CODE_56, "中华人民共和国民法总则", date(2017, 10, 1), "第五十四条、第五十六条"
)
CIVIL_PRINCIPLES_29 = before(
    CIVIL_CODE_56, "中华人民共和国民法通则", date(1987, 1, 1), "第二十六条、第二十九条"
)
SOLE_PROPRIETOR_31 = _article("中华人民共和国个人独资企业法", "第三十一条", date(2000, 1, 1))
PARTNERSHIP_2 = _article("中华人民共和国合伙企业法（2006年修订）", "第二条", date(2007, 6, 1))
DEFAULTERS_8 = _article(
    "最高人民法院《关于公布失信被执行人名单信息的若干规定》（法释〔2017〕7号）", "第八条", date(2017, 5, 1)
)
CONSUMPTION = _article(
    "最高人民法院《关于限制被执行人高消费及有关消费的若干规定》（法释〔2010〕8号，法释〔2015〕17号修正）",
    "第三条",
    date(2010, 10, 1),
)
REWARDS = _article(
    "国务院《关于建立完善守信联合激励和失信联合惩戒制度加快推进社会诚信建设的指导意见》（国发〔2016〕33号）",
    "全文",
    date(2016, 5, 30),
)
PRIVATE_SECTOR_54 = _article(
    "中华人民共和国民营经济促进法（2025年）",
    "第五十四条第二款",
    date(2025, 5, 20),
    "有关国家机关应当依法及时解除惩戒措施，移除或者终止失信信息公示，并在相关公共信用信息平台实现协同修复。",
)
REPAIR_36 = _article("信用修复管理办法（国家发展改革委令第36号）", "第三条", date(2026, 4, 1))
REPAIR_58 = before(
    REPAIR_36,
    "失信行为纠正后的信用信息修复管理办法（试行）（国家发展改革委令第58号）",
    date(2023, 5, 1),
    "全文",
)

CIVIL_SERVANTS = "中华人民共和国公务员法（2018年修订）"
CIVIL_SERVANTS_2005 = "中华人民共和国公务员法（2005年）"
COMMITTEE_RULES = "评标委员会和评标方法暂行规定（国家发展计划委员会等七部委令第12号，2013年修正）"
ORDER_87 = "政府采购货物和服务招标投标管理办法（财政部令第87号）"
_S = date(2019, 6, 1)

PROCUREMENT_12 = _article(
    PROCUREMENT_LAW,
    "第十二条第一款",
    _P,
    "在政府采购活动中，采购人员及相关人员与供应商有利害关系的，必须回避。",
)
PROCUREMENT_RULES_9_POSTS = _article(
    PROCUREMENT_RULES,
    "第九条第一款第一项至第三项",
    date(2015, 3, 1),
    "在政府采购活动中，采购人员及相关人员与供应商有下列利害关系之一的，应当回避：",
)
PROCUREMENT_RULES_9_KIN = _article(
    PROCUREMENT_RULES,
    "第九条第一款第四项",
    date(2015, 3, 1),
    "与供应商的法定代表人或者负责人有夫妻、直系血亲、三代以内旁系血亲或者近姻亲关系",
)
PROCUREMENT_RULES_9_OTHER = _article(
    PROCUREMENT_RULES,
    "第九条第一款第五项",
    date(2015, 3, 1),
    "与供应商有其他可能影响政府采购活动公平、公正进行的关系。",
)
PROCUREMENT_RULES_75_2 = _article(
    PROCUREMENT_RULES,
    "第七十五条第二款",
    date(2015, 3, 1),
    "政府采购评审专家与供应商存在利害关系未回避的，处2万元以上5万元以下的罚款，禁止其参加政府采购评审活动。",
)
TENDER_37_4 = _article(
    TENDER_LAW,
    "第三十七条第四款",
    _T,
    "与投标人有利害关系的人不得进入相关项目的评标委员会；已经进入的应当更换。",
)
RULES_46_3 = _article(
    TENDER_RULES, "第四十六条第三款", _R, "评标委员会成员与投标人有利害关系的，应当主动回避。"
)
RULES_46_4 = _article(
    TENDER_RULES, "第四十六条第四款", _R, "行政监督部门的工作人员不得担任本部门负责监督项目的评标委员会成员。"
)
RULES_48_3 = _article(
    TENDER_RULES,
    "第四十八条第三款",
    _R,
    "被更换的评标委员会成员作出的评审结论无效，由更换后的评标委员会成员重新进行评审。",
)
COMMITTEE_12 = _article(COMMITTEE_RULES, "第十二条", date(2013, 5, 1))
ORDER_74_7 = _article("政府采购非招标采购方式管理办法（财政部令第74号）", "第七条", date(2014, 2, 1))
ORDER_87_47 = _article(ORDER_87, "第四十七条", date(2017, 10, 1))
CIVIL_SERVANTS_74_1 = _article(
    CIVIL_SERVANTS,
    "第七十四条第一款",
    _S,
    "公务员之间有夫妻关系、直系血亲关系、三代以内旁系血亲关系以及近姻亲关系的",
)
CIVIL_SERVANTS_74_2 = _article(
    CIVIL_SERVANTS,
    "第七十四条第二款",
    _S,
    "公务员不得在其配偶、子女及其配偶经营的企业、营利性组织的行业监管或者主管部门担任领导成员。",
)
CIVIL_SERVANTS_76 = _article(
    CIVIL_SERVANTS,
    "第七十六条",
    _S,
    "公务员执行公务时，有下列情形之一的，应当回避：",
)
CIVIL_SERVANTS_107 = _article(
    CIVIL_SERVANTS,
    "第一百零七条第一款",
    _S,
    "公务员辞去公职或者退休的，原系领导成员、县处级以上领导职务的公务员在离职三年内，其他公务员在离职两年内，不得到与原工作业务直接相关的"
    "企业或者其他营利性组织任职，不得从事与原工作业务直接相关的营利性活动。",
)
FAMILY_BUSINESS_2022 = _article(
    "中共中央办公厅《领导干部配偶、子女及其配偶经商办企业管理规定》", "全文", date(2022, 6, 1)
)
PUBLIC_CREDIT_76 = _article(
    "国务院《关于加强政务诚信建设的指导意见》（国发〔2016〕76号）",
    "政府和社会资本合作领域政务诚信建设",
    date(2016, 12, 22),
)

_COLLUSION = (
    ("一", "不同投标人的投标文件由同一单位或者个人编制"),
    ("二", "不同投标人委托同一单位或者个人办理投标事宜"),
    ("三", "不同投标人的投标文件载明的项目管理成员为同一人"),
    ("四", "不同投标人的投标文件异常一致或者投标报价呈规律性差异"),
    ("五", "不同投标人的投标文件相互混装"),
    ("六", "不同投标人的投标保证金从同一单位或者个人的账户转出"),
)
RULES_39 = _article(TENDER_RULES, "第三十九条", _R, "禁止投标人相互串通投标。")
RULES_39_2011 = before(RULES_39, TENDER_RULES_2011, date(2012, 2, 1))
PROCUREMENT_RULES_74 = _article(
    PROCUREMENT_RULES,
    "第七十四条",
    date(2015, 3, 1),
    "供应商之间协商报价、技术方案等投标文件或者响应文件的实质性内容",
)


def presumed(item: int) -> tuple[LegalBasis, ...]:
    """The presumption of collusion number 1 to 6 (条例 40, 87号令 37), and what procurement law forbids beside it."""
    number, quote = _COLLUSION[item - 1]
    rules = _article(TENDER_RULES, f"第四十条第{number}项", _R, quote)
    return (
        rules,
        before(rules, TENDER_RULES_2011, date(2012, 2, 1)),
        _article(ORDER_87, f"第三十七条第{number}项", date(2017, 10, 1)),
        PROCUREMENT_RULES_74,
    )


def sign(item: int) -> tuple[LegalBasis, ...]:
    """What a sign of presumption `item` is cited with; 0: of collusion of no certain kind."""
    first = presumed(item) if item else (RULES_39, RULES_39_2011, PROCUREMENT_RULES_74)
    return (*first, NO_1117_11)

# Relations between bidders and towards those who run the tender (SPEC 3 B).
_2012 = date(2012, 2, 1)
STANDARD_2007 = "《标准施工招标文件》（国家发展改革委等九部委令第56号，2007年版）"
CONSTRUCTION_TENDERS = "工程建设项目施工招标投标办法（国家发展计划委员会等七部委令第30号，2013年修正）"
ELECTRONIC_TENDERS = "电子招标投标办法（国家发展改革委等八部委令第20号）"
NO_1117 = (
    "国家发展改革委等部门《关于严格执行招标投标法规制度进一步规范招标投标主体行为的若干意见》"
    "（发改法规规〔2022〕1117号）"
)
BENEFICIAL_OWNERS = "受益所有人信息管理办法（中国人民银行、国家市场监督管理总局令〔2024〕第3号）"

RULES_13_2 = _article(
    TENDER_RULES,
    "第十三条第二款",
    _R,
    "招标代理机构不得在所代理的招标项目中投标或者代理投标，也不得为所代理的招标项目的投标人提供咨询。",
)
RULES_27_2 = _article(
    TENDER_RULES,
    "第二十七条第二款",
    _R,
    "接受委托编制标底的中介机构不得参加受托编制标底项目的投标，也不得为该项目的投标人编制投标文件或者提供咨询。",
)
RULES_34_1 = _article(
    TENDER_RULES,
    "第三十四条第一款",
    _R,
    "与招标人存在利害关系可能影响招标公正性的法人、其他组织或者个人，不得参加投标。",
)
RULES_34_2 = _article(
    TENDER_RULES,
    "第三十四条第二款、第三款",
    _R,
    "单位负责人为同一人或者存在控股、管理关系的不同单位，不得参加同一标段投标或者未划分标段的同一招标项目投标。",
)
RULES_39_4 = _article(
    TENDER_RULES,
    "第三十九条第二款第四项",
    _R,
    "属于同一集团、协会、商会等组织成员的投标人按照该组织要求协同投标",
)
PROCUREMENT_RULES_18_1 = _article(
    PROCUREMENT_RULES,
    "第十八条第一款",
    date(2015, 3, 1),
    "单位负责人为同一人或者存在直接控股、管理关系的不同供应商，不得参加同一合同项下的政府采购活动。",
)
PROCUREMENT_RULES_18_2 = _article(
    PROCUREMENT_RULES,
    "第十八条第二款",
    date(2015, 3, 1),
    "除单一来源采购项目外，为采购项目提供整体设计、规范编制或者项目管理、监理、检测等服务的供应商，不得再参加该采购项目的其他采购活动。",
)
COMPANY_265_2 = _article(
    COMPANY_LAW,
    "第二百六十五条第二项",
    _C,
    "控股股东，是指其出资额占有限责任公司资本总额超过百分之五十或者其持有的股份占股份有限公司股本总额超过百分之五十的股东",
)
COMPANY_265_3 = _article(
    COMPANY_LAW,
    "第二百六十五条第三项",
    _C,
    "实际控制人，是指通过投资关系、协议或者其他安排，能够实际支配公司行为的人。",
)
COMPANY_265_4 = _article(
    COMPANY_LAW,
    "第二百六十五条第四项",
    _C,
    "国家控股的企业之间不仅因为同受国家控股而具有关联关系。",
)
COMPANY_216_2 = before(COMPANY_265_2, COMPANY_LAW_OLD, date(2006, 1, 1), "第二百一十六条第二项")
COMPANY_216_3 = before(COMPANY_265_3, COMPANY_LAW_OLD, date(2006, 1, 1), "第二百一十六条第三项")
COMPANY_216_4 = before(COMPANY_265_4, COMPANY_LAW_OLD, date(2006, 1, 1), "第二百一十六条第四项")
RULES_13_2_2011 = before(RULES_13_2, TENDER_RULES_2011, _2012)
RULES_27_2_2011 = before(RULES_27_2, TENDER_RULES_2011, _2012)
RULES_34_1_2011 = before(RULES_34_1, TENDER_RULES_2011, _2012)
RULES_34_2_2011 = before(RULES_34_2, TENDER_RULES_2011, _2012)
RULES_39_4_2011 = before(RULES_39_4, TENDER_RULES_2011, _2012)
CONSTRUCTION_35 = _article(CONSTRUCTION_TENDERS, "第三十五条", date(2013, 5, 1))
CONSTRUCTION_35_2003 = before(
    CONSTRUCTION_35, "工程建设项目施工招标投标办法（国家发展计划委员会等七部委令第30号，2003年）", date(2003, 5, 1)
)
ELECTRONIC_23 = _article(ELECTRONIC_TENDERS, "第二十三条", date(2013, 5, 1))
ORDER_87_8 = _article("政府采购货物和服务招标投标管理办法（财政部令第87号）", "第八条第二款", date(2017, 10, 1))
ORDER_87_31 = _article("政府采购货物和服务招标投标管理办法（财政部令第87号）", "第三十一条", date(2017, 10, 1))
ORDER_18_31 = before(
    ORDER_87_31, "政府采购货物和服务招标投标管理办法（财政部令第18号）", date(2004, 9, 11), "全文"
)
STANDARD_143 = _article(STANDARD_2007, "投标人须知1.4.3", date(2008, 5, 1))
NO_1117_11 = _article(NO_1117, "（十一）", date(2022, 9, 1), until=date(2027, 8, 31))
BENEFICIAL_OWNERS_6 = _article(BENEFICIAL_OWNERS, "第六条", date(2024, 11, 1))
