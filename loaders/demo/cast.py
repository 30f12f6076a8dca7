"""Those whose stories the three tenders tell, with what is published about each of them."""

from __future__ import annotations

from datetime import date, timedelta

from graph.dates import add_months, add_years, last_day
from loaders.demo import variants, words
from loaders.demo.open_tender import OpenTender
from loaders.demo.published import Published
from loaders.demo.world import Firm, Somebody, World

C = words.CITY


class Cast:
    """The scripted organisations and persons, by what they show."""

    def __init__(self, world: World, lists: Published) -> None:
        self.world = world
        self.lists = lists
        today = world.today
        make, person, ago = world.firm, world.person, lists.ago

        # Two that nothing is known about, and the people of the tenders.
        self.clean = [
            make(name=f"{C}{name}有限公司", form="有限公司", trade=trade)
            for name, trade in (
                ("启阳澜建设工程", "建设工程"),
                ("恒辰岳市政园林", "市政园林"),
                ("泽业栎建筑装饰", "建筑装饰"),
                ("博利洲路桥工程", "路桥工程"),
                ("百宇津医疗器械", "医疗器械"),
                ("云康棠医疗器械", "医疗器械"),
                ("景溪沃物业服务", "物业服务"),
                ("汇林硕保安服务", "保安服务"),
                ("科腾翔机电安装", "机电安装"),
                ("达峰普水利工程", "水利工程"),
            )
        ]
        self.manager, self.agent = person(name="程怀远"), person(name="田可嘉")
        self.buyer = make(name=f"{C}住房和城乡建设局", form="机关", prefix="11")
        self.hospital = make(name=f"{C}第一人民医院", form="事业单位", prefix="12")
        self.agency = make(name=f"{C}元奥工程咨询有限公司", form="有限公司", trade="工程咨询")
        self.experts = [person(name=name) for name in ("顾清川", "薛少楠", "沈可然")]
        lists.public_body(self.buyer)
        lists.defaulter(self.agency, ground=3)
        lists.defaulter(self.experts[1], ground=0)
        lists.expert_record(self.experts[2], ago(months=6), add_years(today, 1))

        # Judgment defaulters and those connected with them.
        self.defaulter = make(name=f"{C}鑫丽达（临江）建设工程有限公司", form="有限公司", trade="建设工程")
        lists.defaulter(self.defaulter, ground=3)
        self.old_defaulter = make(name=f"{C}昌成方路桥工程有限公司", form="有限公司", trade="路桥工程")
        lists.defaulter(self.old_defaulter, published=date(2019, 6, 18), ground=0)
        self.member = make(name=f"{C}隆诺圆市政园林有限公司", form="有限公司", trade="市政园林")
        lists.defaulter(self.member, ground=1, code=self.member.org_code)
        self.parent = make(name=f"{C}安海翔机电安装有限公司", form="有限公司", trade="机电安装")
        lists.defaulter(self.parent, ground=2)
        self.branch = world.branch(self.parent, "东埠", by_code=True)
        self.branch_by_name = world.branch(self.parent, "石渡", by_code=False)
        self.head_office = make(name=f"{C}信航川水利工程有限公司", form="有限公司", trade="水利工程")
        self.listed_branch = world.branch(self.head_office, "云溪", by_code=True)
        lists.defaulter(self.listed_branch, ground=3)
        self.clean_with_listed_head = make(
            name=f"{C}德骏康建筑装饰有限公司", form="有限公司", trade="建筑装饰"
        )
        lists.defaulter(self.clean_with_listed_head.head, ground=4)
        self.agent_listed = person(name="潘仲平")
        lists.defaulter(self.agent_listed, ground=3)
        self.namesake = person(name=self.agent_listed.name, sex=self.agent_listed.sex)
        self.renamed = make(name=f"{C}顺奥岳医疗器械有限公司", form="有限公司", trade="医疗器械")
        self.renamed.former = f"{C}顺邦医药设备有限公司"
        lists.defaulter(self.renamed, name=self.renamed.former, ground=0)
        self.former_only = make(name=f"{C}宏讯栎医疗器械有限公司", form="有限公司", trade="医疗器械")
        self.former_only.former = f"{C}宏讯医疗设备有限公司"
        lists.defaulter(self.former_only, name=self.former_only.former, code="", ground=3)
        predecessor = make(name=f"{C}百诺峰医疗设备厂", form="个人独资企业", registered=False)
        lists.defaulter(predecessor, ground=3)
        self.successor = make(name=f"{C}百诺峰医疗器械有限公司", form="有限公司", trade="医疗器械")
        self.successor.former, self.successor.former_code = predecessor.name, predecessor.uscc
        self.same_name = make(name="联宇川建设工程有限公司", form="有限公司", trade="建设工程")
        stranger = make(name="联宇川建设工程有限公司", form="有限公司", trade="建设工程", registered=False)
        lists.defaulter(stranger, ground=3)
        self.neighbour = make(name=f"{C}嘉源基建设工程有限公司", form="有限公司", trade="建设工程")
        one_off = make(name=f"{C}嘉原基建设工程有限公司", form="有限公司", trade="建设工程", registered=False)
        lists.defaulter(one_off, ground=3)
        self.shop = make(name=f"{C}江北区程记启文具店", form="个体工商户", prefix="92")
        lists.defaulter(self.shop.head, ground=3)
        self.sole = make(name=f"{C}天普学府制品厂", form="个人独资企业")
        lists.defaulter(self.sole.head, ground=4)
        self.consumer = make(name=f"{C}盛硕宇机电安装有限公司", form="有限公司", trade="机电安装")
        lists.restricted(self.consumer)
        lists.restricted(self.consumer.head)

        # Bans, penalties and the other lists.
        self.banned = make(name=f"{C}华沃方建设工程有限公司", form="有限公司", trade="建设工程")
        self._bid_ban(self.banned, months_ago=5)
        self.ban_over = make(name=f"{C}荣洲立路桥工程有限公司", form="有限公司", trade="路桥工程")
        start = add_years(today, -1) - timedelta(days=1)
        lists.penalty(
            self.ban_over,
            start,
            "取消1年内参加依法必须进行招标的项目的投标资格",
            category="取消投标资格",
            violation="串通投标",
            basis="《招标投标法》第五十三条",
            until=last_day(start, years=1),
        )
        self.ban_disputed = make(name=f"{C}正洲瑞水利工程有限公司", form="有限公司", trade="水利工程")
        lists.old_penalty(
            self.ban_disputed,
            ago(months=4),
            "取消1年内参加依法必须进行招标的项目的投标资格",
            category="取消投标资格",
            state="2",
        )
        self.ban_revoked = make(name=f"{C}和澜达市政园林有限公司", form="有限公司", trade="市政园林")
        lists.old_penalty(
            self.ban_revoked,
            ago(months=3),
            "取消1年内参加依法必须进行招标的项目的投标资格",
            category="取消投标资格",
            state="1",
        )
        self.wages = make(name=f"{C}永基立建设工程有限公司", form="有限公司", trade="建设工程")
        lists.wage_arrears(self.wages, person=self.wages.head)
        self.wages_person = make(name=f"{C}金川溪建筑装饰有限公司", form="有限公司", trade="建筑装饰")
        lists.wage_person(self.wages_person.head, ago(months=9))
        self.wages_removed = make(name=f"{C}卓林康园艺有限公司", form="有限公司", trade="园艺")
        lists.wage_arrears(self.wages_removed, day=ago(years=2), removed=ago(months=2))
        self.severe = make(name=f"{C}远跃津路桥工程有限公司", form="有限公司", trade="路桥工程")
        lists.severe_offender(self.severe)
        self.severe_new = make(name=f"{C}秋实澜医疗器械有限公司", form="有限公司", trade="医疗器械")
        lists.severe_offender(self.severe_new, day=today)
        self.severe_repaired = make(name=f"{C}晟利和医疗器械有限公司", form="有限公司", trade="医疗器械")
        lists.severe_offender(self.severe_repaired, repaired=ago(months=1))
        self.abnormal = make(name=f"{C}诚业海机电安装有限公司", form="有限公司", trade="机电安装")
        lists.abnormal_entry(self.abnormal)
        self.briber = make(name=f"{C}通诺宇物业服务有限公司", form="有限公司", trade="物业服务")
        lists.bribery_conviction(self.briber, ago(years=1, months=2))
        self.manager_convicted = person(name="侯振川")
        lists.bribery_conviction(self.manager_convicted, ago(years=2))
        self.procurement_banned = make(name=f"{C}创圆普医疗器械有限公司", form="有限公司", trade="医疗器械")
        day = ago(months=6)
        lists.procurement_ban(self.procurement_banned, day, "一年", last_day(day, years=1))
        self.procurement_over = make(name=f"{C}越康沃医疗器械有限公司", form="有限公司", trade="医疗器械")
        day = add_years(today, -1) - timedelta(days=1)
        lists.procurement_ban(self.procurement_over, day, "一年", add_years(today, 2))
        self.tax = make(name=f"{C}润骏诺医疗器械有限公司", form="有限公司", trade="医疗器械")
        lists.tax_offender(self.tax)
        self.fined = make(name=f"{C}凌方硕医疗器械有限公司", form="有限公司", trade="医疗器械")
        self._fine(self.fined, "2000000")
        self.fined_less = make(name=f"{C}鼎联宇医疗器械有限公司", form="有限公司", trade="医疗器械")
        self._fine(self.fined_less, "1999999")
        self.good = make(name=f"{C}丰溪澜市政园林有限公司", form="有限公司", trade="市政园林")
        lists.good_credit(self.good)
        self.blacklisted = make(name=f"{C}瑞峰洲物业服务有限公司", form="有限公司", trade="物业服务")
        lists.blacklisted(self.blacklisted)
        self.withdrawn = make(name=f"{C}兴宇棠保安服务有限公司", form="有限公司", trade="保安服务")
        lists.blacklisted(self.withdrawn, withdrawn=ago(months=1))
        self.open_tender = OpenTender(world, self.buyer)
        self.everyone: frozenset[str] = frozenset(firm.uscc for firm in world.firms)
        self.persons: frozenset[str] = frozenset(somebody.number for somebody in world.persons)

    def _bid_ban(self, firm: Firm, *, months_ago: int) -> None:
        day = self.lists.ago(months=months_ago)
        self.lists.penalty(
            firm,
            day,
            "罚款10万元；取消1年内参加依法必须进行招标的项目的投标资格",
            category="罚款；取消投标资格",
            violation="串通投标",
            basis="《招标投标法》第五十三条",
            fine_wan="10",
            until=last_day(day, years=1),
        )

    def _fine(self, firm: Firm, yuan: str) -> None:
        wan = f"{int(yuan) / 10_000:.4f}"
        self.lists.penalty(
            firm,
            self.lists.ago(years=2),
            f"罚款{yuan}元",
            category="罚款",
            violation="销售不符合标准的产品",
            basis="《产品质量法》第四十九条",
            fine_wan=wan,
            authority="市场监督管理局",
        )

    def crowd(self) -> None:
        """Everybody else on the lists: other firms of the city, firms from elsewhere, persons."""
        rng, lists, today = self.lists.rng, self.lists, self.world.today
        firms = [firm for firm in self.world.firms if firm.uscc not in self.everyone]
        firms = [firm for firm in firms if firm.form not in ("机关", "事业单位")]
        told = {
            somebody.number
            for firm in self.world.firms
            if firm.uscc in self.everyone
            for _, somebody in firm.staff
        }
        people = [
            somebody
            for somebody in self.world.persons
            if somebody.number not in self.persons and somebody.number not in told
        ]
        for firm in rng.sample(firms, 420):
            name = variants.as_published(rng, firm.former or firm.name if rng.random() < 0.06 else firm.name)
            code = variants.code_as_published(rng, firm.uscc)
            if rng.random() < 0.25:
                code = rng.choice(
                    (
                        firm.org_code,
                        firm.org_code.replace("-", ""),
                        f"{firm.org_code[:4]}****{firm.org_code[8:]}",
                    )
                )
            lists.defaulter(firm, name=name, code=code, ground=rng.randrange(6))
        for somebody in rng.sample(people, 900):
            lists.defaulter(somebody, ground=rng.randrange(6))
        for firm in rng.sample(firms, 80):
            lists.defaulter_json(firm, rng.choice((firm.uscc, firm.org_code.replace("-", ""))))
        for somebody in rng.sample(people, 160):
            lists.defaulter_json(somebody, somebody.court_mask)
        for somebody in rng.sample(people, 380):
            lists.restricted(somebody)
        for firm in rng.sample(firms, 90):
            term, months = rng.choice((("一年", 12), ("二年", 24), ("三年", 36), ("6个月", 6)))
            day = lists.ago(days=rng.randrange(20, 1_200))
            lists.procurement_ban(
                firm, day, term, add_months(day, months), name=variants.as_published(rng, firm.name)
            )
        for firm in rng.sample(firms, 140):
            lists.tax_offender(firm)
        for firm in rng.sample(firms, 110):
            gone = lists.ago(days=rng.randrange(1, 20)) if rng.random() < 0.2 else None
            lists.wage_arrears(firm, removed=gone, person=firm.head if rng.random() < 0.3 else None)
        for firm in rng.sample(firms, 60):
            self._bid_ban(firm, months_ago=rng.randrange(1, 30))
        for firm in rng.sample(firms, 420):
            yuan = rng.choice((5_000, 20_000, 50_000, 200_000, 2_600_000))
            lists.penalty(
                firm,
                lists.ago(days=rng.randrange(10, 1_000)),
                f"罚款{yuan}元",
                category="罚款",
                violation="未按规定施工",
                basis="《建设工程质量管理条例》第六十四条",
                fine_wan=f"{yuan / 10_000:g}",
            )
        for firm in rng.sample(firms, 60):
            lists.old_penalty(firm, lists.ago(days=rng.randrange(900, 1_500)), "罚款2万元", category="罚款")
        for firm in rng.sample(firms, 70):
            lists.severe_offender(firm, repaired=lists.ago(days=30) if rng.random() < 0.2 else None)
        for firm in rng.sample(firms, 260):
            lists.abnormal_entry(firm, removed=rng.random() < 0.4)
        for somebody in rng.sample(people, 30):
            lists.bribery_conviction(somebody, lists.ago(days=rng.randrange(100, 1_800)))
        for firm in rng.sample(firms, 200):
            lists.good_credit(firm)
        for firm in rng.sample(firms, 25):
            lists.blacklisted(firm, withdrawn=today - timedelta(days=9) if rng.random() < 0.3 else None)


def identifiers(who: Firm | Somebody) -> list[dict[str, str]]:
    """The number of a party as a decision request states it."""
    if isinstance(who, Firm):
        return [{"scheme": "uscc", "id": who.uscc}]
    return [{"scheme": "citizen_id", "id": who.number}]
