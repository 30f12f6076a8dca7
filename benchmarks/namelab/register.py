"""One register office: makes companies one after another, each kind in its own way."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Final

from namelab import brands
from namelab.company import Branch, Company, written
from namelab.places import Place, draw_place, neighbours, region_text
from namelab.trades import trade
from namelab.words import Wheel, counted

RECENT: Final = 256
"""Companies that a new branch or subsidiary may belong to."""

_FORMS: Final = {
    "有限公司": 78.0, "有限责任公司": 15.5, "股份有限公司": 1.5, "集团有限公司": 1.1, "（集团）有限公司": 0.4,
    "集团股份有限公司": 0.12, "控股集团有限公司": 0.1, "集团有限责任公司": 0.15, "公司": 1.6, "投资有限公司": 0.2,
    "有限责任总公司": 0.02, "总公司": 0.1, "企业有限公司": 0.05, "实业有限公司": 0.3, "股份合作公司": 0.06,
}  # fmt: skip
_CHAINS: Final = ("bank", "post", "telecom", "oil", "insurance", "pharmacy")
_CHAIN_TRADES: Final = {
    "post": ("邮政",),
    "bank": ("商业/银行", "银行", "银行"),
    "oil": ("石油/销售",),
    "telecom": ("通信",),
    "insurance": ("人寿/保险", "财产/保险"),
    "pharmacy": ("医药/连锁", "大药房/连锁", "药业/连锁", "药房/连锁"),
}
_HEADS: Final = ("post", "bank", "oil", "telecom", "bank", "insurance", "oil", "bank", "insurance", "telecom", "bank",
                 "insurance", *("pharmacy",) * 14, *("bank",) * 10)  # fmt: skip


@cache
def forms() -> Wheel[str]:
    """Legal forms of companies in general."""
    return Wheel(_FORMS.items())


@cache
def chains(seed: int) -> tuple[Company, ...]:
    """The head offices with hundreds of branches each, invented anew for every world; the biggest first."""
    rng = Random(f"{seed}/chains")
    heads = []
    for number, kind in enumerate(_HEADS):
        place = draw_place(rng)
        own = brands.two(rng)
        national = number < 12
        does = _CHAIN_TRADES[kind][rng.randrange(len(_CHAIN_TRADES[kind]))]
        form = {"post": "集团公司", "telecom": "集团有限公司", "pharmacy": "有限公司"}.get(
            kind, "股份有限公司"
        )
        spot, region = ("none", "") if national else ("front", region_text(place, rng))
        brand = "中国" + own if national else own
        name = written(spot, region, "（）", "", brand, "", does, form)
        heads.append(
            Company(
                name=name,
                kind=kind,
                place=place,
                spot=spot,
                region_text=region,
                bracket="（）",
                town="",
                brand=brand,
                ordinal="",
                trade=does,
                form=form,
                branch=None,
                number=number,
                seed=seed,
            )
        )
    return tuple(heads)


class Register:
    """Makes companies in order; the same seed and block give the same companies.

    Args:
        seed: of the world.
        block: which stretch of the world's numbers this office hands out; every stretch has its own draws.
    """

    def __init__(self, seed: int, block: int) -> None:
        self._rng = Random(f"{seed}/{block}")
        self._seed = seed
        self._recent: list[Company] = []
        self._chains = chains(seed)

    def next(self, number: int) -> Company:
        """The company with this number."""
        rng = self._rng
        roll = rng.random()
        recent = self._recent
        if roll < 0.06 and recent:
            made = self._branch(number)
        elif roll < 0.08 and recent:
            made = self._relative(number)
        elif roll < 0.865:
            made = self._firm(number)
        elif roll < 0.91:
            made = self._cooperative(number)
        elif roll < 0.945:
            made = self._factory(number)
        elif roll < 0.965:
            made = self._shop(number)
        elif roll < 0.98:
            made = self._state(number)
        elif roll < 0.988:
            made = self._institution(number)
        elif roll < 0.993:
            made = self._office(number)
        else:
            made = self._partnership(number)
        if made.branch is None:
            if len(recent) < RECENT:
                recent.append(made)
            else:
                recent[rng.getrandbits(8)] = made
        return made

    def _spot(self) -> str:
        roll = self._rng.random()
        if roll < 0.888:
            return "front"
        if roll < 0.899:
            return "bracket"
        return "inner" if roll < 0.906 else "none"

    def _made(self, number: int, kind: str, place: Place, **parts: str) -> Company:
        rng = self._rng
        spot = parts.get("spot", "front")
        region = "" if spot == "none" else parts.get("region") or region_text(place, rng)
        if spot in {"bracket", "inner"}:
            region = place.short
        bracket = "（）" if rng.getrandbits(3) > 2 else "()"
        town, brand, number_text = parts.get("town", ""), parts.get("brand", ""), parts.get("ordinal", "")
        does, form = parts.get("trade", ""), parts["form"]
        if "（" in form and bracket == "()":
            form = form.replace("（", "(").replace("）", ")")
        return Company(
            name=written(spot, region, bracket, town, brand, number_text, does, form),
            kind=kind, place=place, spot=spot, region_text=region, bracket=bracket, town=town, brand=brand,
            ordinal=number_text, trade=does, form=form, branch=None, number=number, seed=self._seed,
        )  # fmt: skip

    def _firm(self, number: int) -> Company:
        rng = self._rng
        place = draw_place(rng)
        form = forms().draw(rng)
        does = trade(rng)
        if rng.random() < 0.015 or (form == "实业有限公司" and "实业" in does):
            does = "" if "集团" in form else "实业"
            form = form.replace("实业", "")
        name = brands.brand(rng, place)
        spot = self._spot()
        if spot == "none" and rng.random() < 0.35:
            name = "中" + name[-2:]
        town = ""
        if spot == "front" and place.level != "province" and rng.random() < 0.03:
            town = ("开发区", "经济开发区", "高新区", "工业园区", "经济技术开发区")[rng.randrange(5)]
        elif spot == "front" and place.level in {"county", "district"} and rng.random() < 0.05:
            town = brands.toponym(rng) + ("镇", "乡", "街道", "", "")[rng.randrange(5)]
        return self._made(number, "firm", place, spot=spot, town=town, brand=name, trade=does, form=form)

    def _relative(self, number: int) -> Company:
        """A subsidiary or the head of a group: the same 字号 and mostly the same place, another trade."""
        rng = self._rng
        base = self._recent[rng.randrange(len(self._recent)) >> 2]
        if base.kind != "firm" or not base.brand:
            return self._firm(number)
        place = base.place if rng.random() < 0.75 else draw_place(rng)
        region = base.region_text if place is base.place and rng.random() < 0.8 else ""
        if rng.random() < 0.3:
            form = counted("group_parts").draw(rng) + ("有限公司" if rng.random() < 0.75 else "有限责任公司")
            does = base.trade.partition("/")[0] if rng.random() < 0.4 else ""
        else:
            form, does = forms().draw(rng), trade(rng)
        spot = "front" if region or rng.random() < 0.8 else "inner"
        return self._made(
            number, "firm", place, spot=spot, region=region, brand=base.brand, trade=does, form=form
        )

    def _cooperative(self, number: int) -> Company:
        rng = self._rng
        place = draw_place(rng)
        for _ in range(3):
            if place.level in {"county", "district"}:
                break
            place = draw_place(rng)
        town = brands.toponym(rng) + ("镇", "乡", "村", "")[rng.randrange(4)] if rng.random() < 0.3 else ""
        does = counted("coop_trades").draw(rng)
        form = counted("coop_forms").draw(rng)
        if form.startswith(("种植", "养殖")):
            does = does.partition("/")[0].replace("种植", "").replace("养殖", "")
        return self._made(
            number, "cooperative", place, town=town, brand=brands.brand(rng, place), trade=does, form=form
        )

    def _factory(self, number: int) -> Company:
        rng = self._rng
        place = draw_place(rng)
        town = brands.toponym(rng) + ("镇", "", "")[rng.randrange(3)] if rng.random() < 0.35 else ""
        count = ordinal = ""
        if rng.random() < 0.06:
            ordinal = brands.ordinal(rng, brands.small_number(rng))
        brand = brands.brand(rng, place) if not ordinal and (not town or rng.random() < 0.7) else count
        form = counted("factory_forms").draw(rng)
        if rng.random() < 0.06:
            form += "（普通合伙）"
        does = counted("factory_trades").draw(rng)
        return self._made(
            number, "factory", place, town=town, brand=brand, ordinal=ordinal, trade=does, form=form
        )

    def _shop(self, number: int) -> Company:
        rng = self._rng
        place = draw_place(rng)
        for _ in range(2):
            if place.level in {"county", "district"}:
                break
            place = draw_place(rng)
        town = (
            brands.toponym(rng) + ("镇", "乡", "街道", "村", "")[rng.randrange(5)]
            if rng.random() < 0.5
            else ""
        )
        brand = brands.person_brand(rng) if rng.random() < 0.45 else brands.brand(rng, place)
        does, form = counted("shop_trades").draw(rng), counted("shop_forms").draw(rng)
        return self._made(number, "shop", place, town=town, brand=brand, trade=does, form=form)

    def _state(self, number: int) -> Company:
        """Companies of counties and towns without a 字号, supply cooperatives and credit unions."""
        rng = self._rng
        place = draw_place(rng)
        roll = rng.random()
        if roll < 0.3:
            town = brands.toponym(rng) + ("", "", "镇", "乡")[rng.randrange(4)] if rng.random() < 0.8 else ""
            return self._made(
                number, "state", place, town=town, form="供销合作社" if rng.random() < 0.6 else "供销社"
            )
        if roll < 0.36:
            form = "农村信用合作联社" if rng.random() < 0.6 else "农村商业银行股份有限公司"
            return self._made(number, "state", place, form=form)
        ordinal = "第" + brands.in_words(brands.small_number(rng)) if rng.random() < 0.18 else ""
        town = brands.toponym(rng) + ("", "镇")[rng.randrange(2)] if rng.random() < 0.2 else ""
        does, form = counted("state_trades").draw(rng), counted("state_forms").draw(rng)
        return self._made(number, "state", place, town=town, ordinal=ordinal, trade=does, form=form)

    def _institution(self, number: int) -> Company:
        rng = self._rng
        place = draw_place(rng)
        town = brands.toponym(rng) + ("镇", "乡", "街道", "")[rng.randrange(4)] if rng.random() < 0.5 else ""
        brand = brands.brand(rng, place) if rng.random() < 0.35 else ""
        return self._made(
            number, "institution", place, town=town, brand=brand, form=counted("institutions").draw(rng)
        )

    def _office(self, number: int) -> Company:
        rng = self._rng
        place = draw_place(rng)
        form = counted("offices").draw(rng)
        return self._made(
            number, "office", place, spot=self._spot(), brand=brands.brand(rng, place), form=form
        )

    def _partnership(self, number: int) -> Company:
        rng = self._rng
        place = draw_place(rng)
        does, form = counted("partnership_trades").draw(rng), counted("partnership_forms").draw(rng)
        ordinal = brands.in_words(brands.small_number(rng)) + "号" if rng.random() < 0.1 else ""
        brand = brands.brand(rng, place) + ordinal
        return self._made(number, "partnership", place, spot=self._spot(), brand=brand, trade=does, form=form)

    def _branch(self, number: int) -> Company:
        rng = self._rng
        roll = rng.random()
        if roll < 0.42:
            head = self._chains[min(rng.randrange(len(self._chains)), rng.randrange(len(self._chains)))]
        else:
            head = self._recent[min(rng.randrange(len(self._recent)), rng.randrange(len(self._recent)))]
        branch = branch_for(head, rng)
        return Company(
            name=head.name + branch.text, kind=head.kind, place=head.place, spot=head.spot,
            region_text=head.region_text, bracket=head.bracket, town=head.town, brand=head.brand,
            ordinal=head.ordinal, trade=head.trade, form=head.form, branch=branch, number=number, seed=self._seed,
        )  # fmt: skip


def branch_for(head: Company, rng: Random) -> Branch:
    """A branch such as this head office would have: 中山路支行, 第三门市部, 深圳分公司."""
    chain = _chain_of(head)
    if chain in {"bank", "post", "telecom", "oil", "insurance"}:
        place = draw_place(rng)
        where = region_text(place, rng)
        if rng.random() < 0.75:
            near = neighbours(place.code[:4]) if place.level != "province" else ()
            where += near[rng.randrange(len(near))].short if near and rng.random() < 0.35 else ""
            where += brands.street(rng) if rng.random() < 0.3 else brands.toponym(rng)
        ordinal = "第" + brands.in_words(brands.small_number(rng)) if rng.random() < 0.04 else ""
        return Branch(where, "", ordinal, counted(f"{chain}_kinds").draw(rng))
    if chain in {"coop_store", "credit_union"}:
        kind = counted(f"{chain}_kinds").draw(rng)
        roll = rng.random()
        if chain == "coop_store" and roll < 0.25:
            return Branch("", "", "第" + brands.in_words(brands.small_number(rng)), kind)
        return Branch(brands.toponym(rng) if roll < 0.8 else "", "", "", kind)
    return _ordinary(head, rng, pharmacy=chain == "pharmacy")


def _ordinary(head: Company, rng: Random, *, pharmacy: bool) -> Branch:
    roll = rng.random()
    kind = counted("pharmacy_kinds" if pharmacy else "branch_kinds").draw(rng)
    if roll < (0.08 if pharmacy else 0.36):
        place = draw_place(rng)
        return Branch(region_text(place, rng) if rng.random() < 0.3 else place.short, "", "", kind)
    if roll < (0.3 if pharmacy else 0.5):
        kind = kind if pharmacy else counted("ordinal_kinds").draw(rng)
        place_text = head.place.short if rng.random() < 0.15 else ""
        return Branch(place_text, "", brands.ordinal(rng, brands.small_number(rng)), kind)
    if roll < (0.75 if pharmacy else 0.72):
        where = brands.street(rng) if rng.random() < 0.45 else brands.toponym(rng)
        if rng.random() < 0.3:
            near = neighbours(head.place.code[:4])
            where = (near[rng.randrange(len(near))].short if near else "") + where
        return Branch(where, "", "", kind)
    if roll < 0.86:
        near = neighbours(head.place.code[:4])
        return Branch("", brands.brand(rng, near[0] if near else head.place), "", kind)
    return Branch("", "", "", kind)


def _chain_of(head: Company) -> str:
    if head.kind in _CHAINS:
        return head.kind
    if head.form.startswith("供销"):
        return "coop_store"
    if head.form.startswith("农村"):
        return "credit_union"
    return "pharmacy" if "药" in head.trade and ("连锁" in head.trade or "房" in head.trade) else ""
