"""How a Chinese company calls itself in English: the place and the 字号 in pinyin, the trade translated."""

from __future__ import annotations

from random import Random
from typing import Final

from matching.names.characters import syllables
from namelab.company import Company
from namelab.words import english

_FORMS: Final = (
    "Co., Ltd.", "Co., Ltd.", "Co., Ltd.", "Co.,Ltd", "CO., LTD.", "CO.,LTD", "Co. Ltd", "Company Limited",
    "Limited Company", "Co., Ltd", "Limited", "Ltd.", "Co. Ltd.", "Co., Limited",
)  # fmt: skip
_PLACES: Final = {
    "陕西": ("Shaanxi", "Shaanxi", "Shanxi"), "内蒙古": ("Inner Mongolia", "Neimenggu", "Inner Mongolia"),
    "西藏": ("Tibet", "Xizang", "Xizang"),
    "哈尔滨": ("Harbin", "Harbin", "Haerbin"), "拉萨": ("Lhasa", "Lasa", "Lhasa"),
    "乌鲁木齐": ("Urumqi", "Urumqi", "Wulumuqi"), "呼和浩特": ("Hohhot", "Huhehaote", "Hohhot"),
}  # fmt: skip
_BY_FORM: Final = (
    ("律师", ("Law Firm", "Law Office", "Attorneys at Law")),
    ("会计师", ("Certified Public Accountants", "Accounting Firm", "CPAs")),
    ("税务师", ("Tax Agents", "Tax Accountants")),
    ("事务所", ("Office", "Firm", "Agency")),
    ("银行", ("Bank Co., Ltd.", "Bank")),
    ("股份", ("Co., Ltd.", "Corporation", "Joint Stock Co., Ltd.", "Corp.", "Corporation Limited")),
    ("集团", ("Group Co., Ltd.", "Group", "(Group) Co., Ltd.", "Group Corporation")),
    ("合作社", ("Cooperative", "Professional Cooperative", "Specialized Cooperative")),
    ("合伙", ("(Limited Partnership)", "LP", "Partnership")),
    ("厂", ("Factory", "Plant", "Works")),
    ("店", ("Store", "Shop")),
    ("部", ("Store", "Department")),
    ("医院", ("Hospital",)),
    ("学", ("School",)),
)


def _read(text: str) -> list[str]:
    return [sound or c for sound, c in zip(syllables(text), text, strict=True)]


def _place(rng: Random, text: str) -> str:
    if text in _PLACES:
        return _PLACES[text][rng.randrange(len(_PLACES[text]))]
    return "".join(_read(text)).capitalize()


def _own(rng: Random, text: str) -> str:
    sounds = _read(text)
    roll = rng.random()
    if roll < 0.66 or len(sounds) < 2:
        return "".join(sounds).capitalize()
    if roll < 0.92:
        return " ".join(sound.capitalize() for sound in sounds)
    return "-".join(sounds).capitalize() if roll < 0.95 else "".join(sound.capitalize() for sound in sounds)


def _form(rng: Random, form: str) -> str:
    for mark, options in _BY_FORM:
        if mark in form:
            return options[rng.randrange(len(options))]
    return _FORMS[rng.randrange(len(_FORMS))]


def _trade(rng: Random, phrase: str) -> str | None:
    words = []
    for word in phrase.split("/") if phrase else ():
        options = english().get(word)
        if options is None:
            return None
        words.append(options[0] if rng.random() < 0.6 else options[rng.randrange(len(options))])
    if len(words) > 1 and words[0] == words[1]:
        words = words[1:]
    joint = " and " if len(words) > 2 and rng.random() < 0.15 else " "
    return joint.join((" ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def english_name(rng: Random, company: Company) -> str | None:
    """The company's name in English, or None for branches and trades without an English word."""
    does = _trade(rng, company.trade)
    if company.branch or company.town or company.ordinal or not company.brand or does is None:
        return None
    form = _form(rng, company.form)
    roll = rng.random()
    region = company.place.short
    if roll < 0.1:
        region = company.region_text or region
    elif roll < 0.16 and company.place.province is not None:
        region = company.place.province.short + region
    words = [_own(rng, company.brand), does, form]
    if company.spot in {"bracket", "inner"}:
        words[1 if company.spot == "inner" else 2 : 1 if company.spot == "inner" else 2] = [
            f"({_place(rng, region)})"
        ]
    elif company.spot != "none":
        words.insert(0, _place(rng, region))
    text = " ".join(word for word in words if word)
    return text.upper() if rng.random() < 0.17 else text
