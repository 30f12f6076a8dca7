"""The kinds of hard negatives: two different companies such as one register holds side by side.

A neighbour shares some parts of a company and has the others drawn anew, as its founders would have chosen them:
the 字号 that differs in one character is made of characters that firms like, the form is whatever it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Any, Final, NamedTuple

from namelab import brands, edits, latin, places, slips, trades
from namelab.company import Branch, Company, changed
from namelab.pool import Pool
from namelab.register import branch_for, chains, forms
from namelab.words import counted

Made = tuple[Company, str] | None
"""The other company and how it is written (its name, or its name in English)."""

_ALIEN: Final = 200_000_000
_STEP: Final = 600_000_000


def _other(rng: Random, company: Company, **parts: Any) -> Made:
    """Another company with these parts; one in three has another form, one in four writes the region otherwise."""
    if (
        "form" not in parts
        and company.branch is None
        and company.form in forms().items
        and rng.random() < 0.33
    ):
        parts["form"] = forms().draw(rng)
    if "region_text" not in parts and company.spot == "front" and rng.random() < 0.25:
        parts["region_text"] = places.region_text(company.place, rng)
    other = changed(company, _ALIEN + rng.randrange(_STEP), **parts)
    return (other, other.name) if other.name != company.name else None


@lru_cache(maxsize=50_000)
def _replacements(character: str, kind: str, first: bool) -> slips.Choice:
    typical = brands.typical("brand_first" if first else "brand_second")
    alike = {
        "homophone": set(slips.homophones(character)[0]),
        "nearsound": set(slips.near_sounds(character)[0]),
        "shape": set(slips.lookalikes(character)[0]),
    }
    wanted = alike.get(kind) or (set() if kind in alike else set(typical) - set().union(*alike.values()))
    return slips.weighed({c: typical[c] for c in sorted(wanted - {character}) if c in typical})


def one_character(kind: str) -> Callable[[Random, Pool, Company], Made]:
    """The 字号 differs in one character that sounds or looks like the other, or in any one."""

    def make(rng: Random, pool: Pool, company: Company) -> Made:
        brand = company.brand
        if len(brand) < 2 or company.branch is not None:
            return None
        at = rng.randrange(len(brand))
        if not slips.is_chinese(brand[at]):
            return None
        other = slips.pick(rng, _replacements(brand[at], kind, at == 0))
        return _other(rng, company, brand=brand[:at] + other + brand[at + 1 :]) if other else None

    return make


def one_character_elsewhere(rng: Random, pool: Pool, company: Company) -> Made:
    """One character apart outside the 字号: 余江 and 余干, 木业 and 林业, 安福店 and 安远店."""
    roll = rng.random()
    branch = company.branch
    if branch is not None:
        return _branch_apart(rng, company, branch)
    if roll < 0.4 and company.spot == "front":
        options = places.one_apart(company.place)
        if not options or company.region_text not in {company.place.short, company.place.full}:
            return None
        place = options[rng.randrange(len(options))]
        if _one_place(place, company.place):
            return None
        region = place.full if company.region_text == company.place.full else place.short
        return _other(rng, company, place=place, region_text=region, form=company.form)
    trades_near = trades.one_apart(company.trade) if company.brand else []
    return _other(rng, company, trade=trades_near[rng.randrange(len(trades_near))]) if trades_near else None


def _branch_apart(rng: Random, company: Company, branch: Branch) -> Made:
    text = branch.place or branch.brand
    if len(text) < 2:
        return None
    at = rng.randrange(len(text) - 1)
    kind = ("homophone", "nearsound", "shape", "other", "other")[rng.randrange(5)]
    if not slips.is_chinese(text[at]):
        return None
    other = slips.pick(rng, _replacements(text[at], kind, at == 0))
    if not other:
        return None
    text = text[:at] + other + text[at + 1 :]
    place, brand = (text, branch.brand) if branch.place else ("", text)
    changed_branch = Branch(place, brand, branch.ordinal, branch.kind)
    return _other(rng, company, branch=changed_branch, region_text=company.region_text)


def brand_insert(rng: Random, pool: Pool, company: Company) -> Made:
    """The 字号 of one has a character more."""
    brand = company.brand
    if len(brand) < 2 or company.branch is not None:
        return None
    if len(brand) > 2 and rng.random() < 0.5:
        at = rng.randrange(len(brand))
        return _other(rng, company, brand=brand[:at] + brand[at + 1 :])
    at = rng.randrange(len(brand) + 1)
    return _other(rng, company, brand=brand[:at] + brands.two(rng)[at > 0] + brand[at:])


def brand_transposed(rng: Random, pool: Pool, company: Company) -> Made:
    """The same characters in another order."""
    brand = company.brand
    if len(brand) < 2 or company.branch is not None:
        return None
    at = rng.randrange(len(brand) - 1)
    return _other(rng, company, brand=brand[:at] + brand[at + 1] + brand[at] + brand[at + 2 :])


def other_region(rng: Random, pool: Pool, company: Company) -> Made:
    """The same 字号 and trade in another city, county or province."""
    if company.spot != "front" or not company.brand or company.branch is not None:
        return None
    near = (
        places.neighbours(company.place.code[: 2 if rng.random() < 0.5 else 4]) if rng.random() < 0.35 else ()
    )
    place = near[rng.randrange(len(near))] if near else places.draw_place(rng)
    if _one_place(company.place, place):
        return None
    return _other(rng, company, place=place, region_text=places.region_text(place, rng), town="")


def _one_place(a: places.Place, b: places.Place) -> bool:
    return a is b or a in (b.province, b.city) or b in (a.province, a.city)


def region_or_none(rng: Random, pool: Pool, company: Company) -> Made:
    """The same 字号 and trade; one with another region in brackets, or a bigger one without any."""
    if company.spot not in {"front", "none"} or len(company.brand) < 2 or company.branch is not None:
        return None
    place = places.draw_place(rng)
    if _one_place(company.place, place):
        return None
    if company.spot == "none":
        spot = ("front", "inner", "bracket")[rng.randrange(3)]
    else:
        spot = ("inner", "inner", "bracket", "none" if company.kind == "firm" else "inner")[rng.randrange(4)]
    region = "" if spot == "none" else place.short if spot != "front" else places.region_text(place, rng)
    if spot == "none" and rng.random() < 0.6:
        form = counted("group_parts").draw(rng) + "有限公司" if rng.random() < 0.6 else "股份有限公司"
        return _other(rng, company, spot=spot, place=place, region_text=region, town="", form=form)
    return _other(rng, company, spot=spot, place=place, region_text=region, town="")


def other_trade(rng: Random, pool: Pool, company: Company) -> Made:
    """The same 字号 in the same place, in another line of business."""
    if not company.brand or not company.trade or company.branch is not None:
        return None
    return _other(rng, company, trade=_trade_like(rng, company))


def _trade_like(rng: Random, company: Company) -> str:
    block = {"cooperative": "coop_trades", "factory": "factory_trades", "shop": "shop_trades"}.get(
        company.kind
    )
    return counted(block).draw(rng) if block else trades.trade(rng)


def near_trade(rng: Random, pool: Pool, company: Company) -> Made:
    """The same 字号 in the same place, in a neighbouring line: 物业 and 物业管理咨询."""
    if not company.brand or not company.trade or company.branch is not None:
        return None
    return _other(rng, company, trade=trades.near(rng, company.trade))


_OTHER_FORMS: Final = {
    kind: tuple(forms.split())
    for kind, forms in {
        "firm": "有限公司 有限责任公司 股份有限公司 集团有限公司 厂 实业公司 总公司 公司 专业合作社 经营部",
        "state": "公司 总公司 有限公司 有限责任公司 供应站 加工厂",
        "factory": "厂 有限公司 总厂 公司 加工厂 有限责任公司 经营部",
        "cooperative": "专业合作社 有限公司 家庭农场 农民专业合作社 专业合作社联合社 养殖场",
        "shop": "经营部 商店 有限公司 超市 门市部 批发部 服务部 加工厂",
    }.items()
}


def other_form(rng: Random, pool: Pool, company: Company) -> Made:
    """The same in all but the legal form: a factory and a company, 总公司 and 公司."""
    options = _OTHER_FORMS.get(company.kind)
    if options is None or company.branch is not None or company.form.startswith(("供销", "农村")):
        return None
    return _other(rng, company, form=options[rng.randrange(len(options))], region_text=company.region_text)


def subsidiary(rng: Random, pool: Pool, company: Company) -> Made:
    """The head of a group, where the company is a subsidiary: X集团 and X医药科技."""
    if (
        company.kind != "firm"
        or len(company.brand) < 2
        or company.branch is not None
        or "集团" in company.form
    ):
        return None
    form = (
        counted("group_parts").draw(rng) + ("有限公司", "有限公司", "有限责任公司", "公司")[rng.randrange(4)]
    )
    does = (
        company.trade.partition("/")[0]
        if rng.random() < 0.4
        else trades.trade(rng)
        if rng.random() < 0.3
        else ""
    )
    return _other(rng, company, form=form, trade=does)


def containing(rng: Random, pool: Pool, company: Company) -> Made:
    """The name of one goes on where the other ends, or holds its 字号 and more."""
    if company.branch is not None:
        return None
    if company.kind == "state" or not company.brand:
        return _other(
            rng, company, branch=branch_for(company, rng), form=company.form, region_text=company.region_text
        )
    roll = rng.random()
    if roll < 0.4:
        return _other(rng, company, brand=company.brand + brands.two(rng))
    if roll < 0.7:
        return _other(rng, company, brand=company.brand + brands.two(rng), trade=_trade_like(rng, company))
    return _other(
        rng, company, town=brands.toponym(rng) if not company.town else "", trade=_trade_like(rng, company)
    )


def number(rng: Random, pool: Pool, company: Company) -> Made:
    """The second shop beside the first: everything equal but the ordinal."""
    old = company.ordinal or (company.branch.ordinal if company.branch else "")
    if not old:
        return None
    start = "第" if old.startswith("第") else ""
    end = "号" if old.endswith("号") else ""
    for _ in range(4):
        value = brands.small_number(rng)
        digits = str(value) if any(c.isdecimal() and c.isascii() for c in old) else brands.in_words(value)
        text = start + digits + end
        if text != old:
            break
    else:
        return None
    if company.branch is None or company.ordinal:
        return _other(rng, company, ordinal=text, form=company.form, region_text=company.region_text)
    return _other(
        rng, company, branch=Branch(company.branch.place, company.branch.brand, text, company.branch.kind),
        region_text=company.region_text,
    )  # fmt: skip


def numbered(rng: Random, company: Company) -> Company:
    """The company if its name holds an ordinal, or one like it that does."""
    if company.ordinal or (company.branch is not None and company.branch.ordinal):
        return company
    text = brands.ordinal(rng, brands.small_number(rng))
    fresh = _ALIEN + rng.randrange(_STEP)
    if company.kind == "state" and not company.branch and company.trade:
        return changed(company, fresh, ordinal=text)
    place = (brands.toponym(rng) if rng.random() < 0.5 else company.place.short) if rng.random() < 0.3 else ""
    return changed(company, fresh, branch=Branch(place, "", text, counted("ordinal_kinds").draw(rng)))


def branches(rng: Random, pool: Pool, company: Company) -> Made:
    """Two branches of one company."""
    if company.branch is None:
        return None
    return _other(rng, company, branch=branch_for(company, rng), region_text=company.region_text)


def head_office(rng: Random, pool: Pool, company: Company) -> Made:
    """A branch and its head office."""
    if company.branch is None:
        return None
    return _other(rng, company, branch=None, form=company.form, region_text=company.region_text)


def branching(rng: Random, company: Company) -> Company:
    """The company if it is a branch, or a branch of it; in every third case one of a chain."""
    if rng.random() < 0.35:
        heads = chains(company.seed)
        company = heads[rng.randrange(len(heads))]
    if company.branch is not None:
        return company
    return changed(company, _ALIEN + rng.randrange(_STEP), branch=branch_for(company, rng))


def nearest(rng: Random, pool: Pool, company: Company) -> Made:
    """The name most like it in the whole register."""
    other = pool.nearest(company)
    return None if other is None else (other, other.name)


def _in_english(kinds: tuple[str, ...]) -> Callable[[Random, Pool, Company], Made]:
    makers = [one_character(kind) for kind in kinds]

    def make(rng: Random, pool: Pool, company: Company) -> Made:
        made = makers[rng.randrange(len(makers))](rng, pool, company)
        text = None if made is None else latin.english_name(rng, made[0])
        return None if made is None or text is None else (made[0], text)

    return make


def english_other(rng: Random, pool: Pool, company: Company) -> Made:
    """The English name of another company in the same place and trade."""
    if company.branch is not None or len(company.brand) < 2:
        return None
    if rng.random() < 0.5:
        return _in_english(("other", "nearsound", "shape"))(rng, pool, company)
    made = _other(rng, company, brand=brands.brand(rng, company.place))
    text = None if made is None else latin.english_name(rng, made[0])
    return None if made is None or text is None else (made[0], text)


_LIGHT: Final = (
    edits.noise, edits.punctuation, edits.width, edits.traditional, edits.homophone, edits.lookalike,
    edits.dropped, edits.near_sound,
)  # fmt: skip


def variant_of_other(rng: Random, pool: Pool, company: Company) -> Made:
    """A neighbour, itself written with a slip or in other characters."""
    makers = (
        one_character("other"),
        one_character("homophone"),
        other_region,
        other_trade,
        brand_insert,
        near_trade,
    )
    made = makers[rng.randrange(len(makers))](rng, pool, company)
    text = None if made is None else _LIGHT[rng.randrange(len(_LIGHT))](rng, made[0].name)
    return None if made is None or text is None else (made[0], text)


def anyone(rng: Random, pool: Pool, company: Company) -> Made:
    """Any other company."""
    other = pool.draw(rng)
    return (other, other.name) if other.name != company.name else None


class Negative(NamedTuple):
    """One kind of hard negative."""

    kind: str
    title: str
    make: Callable[[Random, Pool, Company], Made]
    base: Callable[[Random, Company], Company] | None = None
    """Turns any company into one of the sort that this kind is about."""
    family: bool = False
    """Whether the two belong together, so that one person may represent both."""
    share: float = 1.0
    """How often it is drawn beside the others; what nothing can tell apart is rare."""


_TABLE: Final = (
    Negative("one_char_homophone", "字号 one character apart, same sound", one_character("homophone")),
    Negative(
        "one_char_nearsound", "字号 one character apart, nearly the same sound", one_character("nearsound")
    ),
    Negative("one_char_shape", "字号 one character apart, of like shape", one_character("shape")),
    Negative("one_char_other", "字号 one character apart", one_character("other")),
    Negative("one_char_elsewhere", "region, trade or branch one character apart", one_character_elsewhere),
    Negative("brand_insert", "字号 with a character more", brand_insert),
    Negative("brand_transposed", "字号 with its characters in another order", brand_transposed),
    Negative("same_core_diff_region", "same 字号 and trade elsewhere", other_region),
    Negative(
        "noregion_vs_region",
        "same 字号 and trade, without region or with another in brackets",
        region_or_none,
    ),
    Negative("same_brand_diff_industry", "same 字号 and place, another trade", other_trade),
    Negative("industry_near", "same 字号 and place, a neighbouring trade", near_trade),
    Negative("form_diff", "all the same but the legal form", other_form, None, True),
    Negative("parent_subsidiary", "head of a group and subsidiary", subsidiary, None, True),
    Negative("core_containment", "one name within the other", containing, None, True),
    Negative("number_diff", "ordinals differ", number, numbered, True),
    Negative("branch_vs_branch", "two branches of one company", branches, branching, True),
    Negative("branch_vs_head", "branch and head office", head_office, branching, True),
    Negative("tfidf_neighbour", "the name most like it in the register", nearest),
    Negative("english_other", "English name of another company near by", english_other),
    Negative(
        "english_homophone",
        "English name of a company that sounds the same",
        _in_english(("homophone",)),
        share=0.1,
    ),
    Negative("variant_of_other", "a neighbour written with a slip", variant_of_other),
    Negative("random", "any two companies", anyone),
)

KINDS: Final[dict[str, Negative]] = {negative.kind: negative for negative in _TABLE}
"""Every kind of hard negative by its name."""
