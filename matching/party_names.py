"""What stands in the name field of a party: a name to compare, codes written into it, several firms, or nothing.

A field that holds no usable name must never pass for a party that stands on no list.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import msgspec

from graph import identifiers, text
from graph.identifiers import Parsed

SHORTEST = 4
"""Characters of a Chinese name below which it is an abbreviation, which no list is searched by."""

_FORM = (
    "(?<![分支子])公司|集团|[厂店社院所]|事务所|合伙|企业|中心|银行|商行|合作社|联社|协会|学会|商会|委员会|大学|学校|医院|经营部|门市部|"
    "工作室|经营户|个体户|[部局处场馆站队坊铺超市]"
)
_ORGANIZATION = re.compile(rf"(?:{_FORM})\Z")
_ENDS_A_FIRM = "(?:(?<![分支子])公司|集团|事务所|设计院|研究院|研究所|合作社|[^工]厂|大学|银行)"
_BUSINESS = re.compile(
    "(?:[行庄馆楼园城库矿船室屋吧点户苑会港台摊]|小吃|餐饮|批发|零售|加工|维修|服务|商贸)\\Z"
)
_FIRM = re.compile(rf".+{_ENDS_A_FIRM}(?:联合体|.{{0,16}}(?:[分支]公司|[分支]行))?\Z")
_GENERIC = re.compile(
    "(?:有限|责任|股份|公司|集团|联合体|分公司|子公司|企业|单位|机构|个体|工商户|个人|供应商|投标人|中标人|候选人|牵头人|成员|名称|全称|"
    "[某本该我贵无空暂待XY×?]|未定|待定|待补|未知|不详|测试|公示|同上|详见|附件|废标|流标|弃标|放弃|第?[一二三四五六七八九十0-9]+[名家]?)+"
)
_PLACEHOLDERS = frozenset({"NULL", "NONE", "NIL", "NA", "NAN", "TBD", "TEST", "UNDEFINED", "UNKNOWN"})
_HANZI = re.compile("[㐀-鿿豈-﫿\U00020000-\U000323af]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_FOREIGN_FORMS = frozenset((
    "CO", "LTD", "LIMITED", "INC", "CORP", "CORPORATION", "COMPANY", "LLC", "GMBH", "AG", "PLC", "PTE", "SA", "SARL",
    "BV", "NV", "PTY", "LLP", "KG", "SPA", "GROUP", "THE",
))  # fmt: skip
_MOJIBAKE = re.compile("[\x80-\xbf×÷\ufffd]|[\xc0-\xff]{3,}")
_CODE = re.compile(
    r"(?:[(（\[【]\s*)?(?:(?:统一)?社会?信用代码|身份证号?码?|证件号码|组织机构代码|代码)?\s*[:：]?\s*"
    r"(?<![0-9A-Za-z])([0-9A-HJ-NPQRTUWXYa-hj-npqrtuwxy]{2}[0-9]{6}[0-9A-Za-z]{10}|[0-9A-Z]{8}-[0-9X])(?![0-9A-Za-z])"
    r"(?:\s*[)）\]】])?"
)
_MAY_HOLD_CODE = re.compile("[0-9]{6}|[０-９]{6}|[0-9A-Z]-[0-9X]")
_BETWEEN = re.compile(r"[、/／;；,，|&＆+＋\n]+")
_AND = re.compile("以及|[与和及暨]")
_BRACKETED = re.compile(r"\(([^()]{6,})\)")
_LIMITED_TWICE = re.compile(r"有限(?:责任)?公司.{2,}(?<![分支子])有限(?:责任)?公司")
_PLAIN = re.compile("[㐀-鿿]{7,40}")
_NOT_PLAIN = re.compile("等|联合体|[与和及暨]|原|名称|用名|更名|锛|銆|鍏|鏈|愬|叕")


class ReadName(msgspec.Struct, frozen=True, kw_only=True):
    """A name field as read."""

    name: str
    """What messages call the party: the field without codes; empty where it holds no name."""
    n6: str = ""
    """The comparison form; of several firms the first one's."""
    former: tuple[str, ...] = ()
    """Comparison forms of further names that the field states, or of the other firms."""
    codes: tuple[Parsed, ...] = ()
    """Numbers that were written into the field."""
    plausible: bool = False
    """Whether lists can be searched by this name: long enough, no placeholder, no damage."""
    several: bool = False
    """The field names or counts more than one firm."""
    foreign: bool = False
    """The name has no Chinese character: lists that name the party in Chinese are not searched by it."""


@lru_cache(maxsize=16_384)
def read_name(raw: str) -> ReadName:
    """Read the name field of an organisation."""
    if _PLAIN.fullmatch(raw) and not _NOT_PLAIN.search(raw) and raw.count("公司") < 2:
        n6 = text.org_key(raw)
        return ReadName(name=raw, n6=n6, plausible=_plausible(n6, raw))
    name, codes = lift_codes(raw)
    if text.is_empty(name):
        return ReadName(name="", codes=codes)
    form = text.organization_name(name)
    if _GENERIC.fullmatch(form.n6) or form.n6.upper() in _PLACEHOLDERS or not any(map(str.isalpha, form.n6)):
        return ReadName(name="", codes=codes)
    parts = () if form.aliases else _firms(form.n1, form.n5)
    n6, others = form.n6, [text.org_key(alias.text) for alias in form.aliases]
    keys = list(dict.fromkeys(map(text.org_key, parts)))
    if keys:
        n6, others = keys[0], keys[1:]
    several = len(keys) > 1 or (form.others is not None and form.others > 1) or "等" in form.roles
    several = several or form.n6.endswith("联合体") or _LIMITED_TWICE.search(n6) is not None
    foreign = _HANZI.search(n6) is None
    return ReadName(
        name=name,
        n6=n6.removesuffix("联合体"),
        former=tuple(dict.fromkeys(other for other in others if other and other != n6)),
        codes=codes,
        plausible=_plausible(n6, form.n1),
        several=several,
        foreign=foreign,
    )


def lift_codes(raw: str) -> tuple[str, tuple[Parsed, ...]]:
    """A name without the numbers written into it (名称(代码)), and those numbers."""
    if not _MAY_HOLD_CODE.search(raw):
        return raw, ()
    found: list[Parsed] = []

    def lift(match: re.Match[str]) -> str:
        parsed = identifiers.parse_any(match.group(1))
        known = parsed.state in ("valid", "checksum") and parsed.scheme != "unknown"
        if not known or (len(match.group(1)) < 18 and parsed.state != "valid"):
            return match.group()
        found.append(parsed)
        return ""

    rest = _CODE.sub(lift, unicodedata.normalize("NFKC", raw))
    return (rest.strip(), tuple(found)) if found else (raw, ())


def organizational(name: str) -> bool:
    """Whether a name given with a person's number is an organisation's: by its form, or too long for a person."""
    plain = re.sub(r"[(（][^()（）]*[)）]", "", text.repair(name)).strip()
    hanzi = len(_HANZI.findall(plain))
    if not hanzi:
        words = _WORD.findall(plain.upper())
        return any(word in _FOREIGN_FORMS and word not in ("SA", "THE", "CO") for word in words[1:])
    compact = "".join(plain.split())
    if hanzi > 4:
        return "·" not in text.repair(name).replace("•", "·").replace("．", "·").replace("‧", "·")
    return hanzi > 2 and _ORGANIZATION.search(compact) is not None


def has_form(name: str) -> bool:
    """Whether a long name ends as those of organisations and businesses do (公司, 厂, 商行, 茶庄 …)."""
    return _ORGANIZATION.search(name) is not None or _BUSINESS.search(name) is not None


def _plausible(n6: str, n1: str) -> bool:
    if text.WILDCARD in n6 or _damaged(n1):
        return False
    if _HANZI.search(n6):
        return len(n6) >= SHORTEST
    words = _WORD.findall(unicodedata.normalize("NFKC", n1).upper())
    return len(words) >= 2 and any(word not in _FOREIGN_FORMS for word in words)


def _damaged(n1: str) -> bool:
    """Whether a name that repair could not restore shows the marks of a wrong encoding.

    Text that was UTF-8 decodes to Chinese when its GBK bytes are read again, lost bytes or not; true Chinese
    text does not.
    """
    if _MOJIBAKE.search(n1):
        return True
    data = n1.encode("gb18030", "ignore")
    return 6 * len(_HANZI.findall(data.decode("utf-8", "ignore"))) >= len(data) > 0


def _firms(n1: str, n5: str) -> tuple[str, ...]:
    """The firms that a name field holds, when every part is an organisation's name; else none."""
    for pieces in (_BETWEEN.split(n5), n1.split()):
        named = [piece for piece in pieces if piece]
        firms = tuple(
            piece
            for piece in named
            if _is_firm(piece) or (len(piece) >= SHORTEST and _ORGANIZATION.search(piece))
        )
        if len(firms) > 1:
            return firms
    for joint in _AND.finditer(n5):
        left, right = n5[: joint.start()], n5[joint.end() :]
        if _is_firm(left) and _is_firm(right) and len(left) >= 6 and len(right) >= 6:
            return left, right.removesuffix("联合体")
    inside = _BRACKETED.search(n5)
    if inside and _GENERIC.fullmatch(inside.group(1)):
        return ()  # a form of company in brackets (研究所(有限责任公司)) is part of the one name
    if inside and _is_firm(inside.group(1)) and _is_firm(n5[: inside.start()]):
        return n5[: inside.start()], inside.group(1)
    return ()


def _is_firm(name: str) -> bool:
    return _FIRM.fullmatch(name) is not None and _HANZI.search(name) is not None
