"""Names of organisations: the ladder N0 to N6 (SPEC 7.2), every step kept.

N0 raw, N1 repaired, N2 compatible forms and no spaces, N3 simplified characters, N4 digits and Latin letters,
N5 annotations split off, N6 without bracket characters: the comparison form. What a registry distinguishes is
never normalised away: legal form, 集团, region, ordinals, branch. Two names with equal N6 are written alike;
whether they are the same organisation is for the identifiers to say.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from graph.model import Doc, Name, NameKind
from graph.text._tables import (
    BLOTS,
    DASHES,
    DOTS,
    HANZI,
    INVISIBLE,
    LOST,
    WILDCARD,
    characters,
    needs_phrases,
    simplify,
)
from graph.text.repair import may_be_mojibake, repair

_MAX = 2000
"""Names are cut here: no register holds a longer one, and a hostile cell must not cost time."""

_DIGIT = "0-9一二三四五六七八九十百零"
_FORM = (
    "公司|集团|厂|社|店|所|站|院|校|学|行|部|局|处|场|中心|基地|协会|学会|商会|联盟|银行|事务所|合伙|企业|经营户|工作室|"
    "委员会|园|馆|楼|城|库|队|矿|船|室|屋|坊|铺|庄|吧|点|户|苑|会|港|台"
)

_HAS_HANZI = re.compile(f"[{HANZI}]")
_INVISIBLE = dict.fromkeys(map(ord, INVISIBLE))
_NOT_SPACE_OR_DOT = dict.fromkeys(map(ord, INVISIBLE + " \u3000"))
_BRACKETS = str.maketrans(
    {**dict.fromkeys("[【〔﹝｟《〈<「『{〖⟨﹙", "("), **dict.fromkeys("]】〕﹞｠》〉>」』}〗⟩﹚", ")")}
)
_QUOTES = dict.fromkeys(map(ord, "\"'“”‘’`´′″＂＇"))
_DOTS = re.compile(rf"(?<![0-9])[{re.escape(DOTS)}]+|[{re.escape(DOTS)}]+(?![0-9])")
_DASHES = re.compile(f"[{DASHES}]+")
_DASH_OUTSIDE_NUMBERS = re.compile(r"(?<![0-9])-|-(?![0-9])")
_TRAILING = re.compile(r"[。.,，;；、:：!！~^_/\\|*#]+\Z|\A[。.,，;；、:：!！~^_/\\|*#]+")
_LOST = re.compile(f"[{LOST}]")
_BLOT = re.compile(f"[{BLOTS}]|(?<=[{HANZI}?{BLOTS}])[_*×]+(?=[{HANZI}?{BLOTS}])")
"""What stands where a character was: a blot anywhere, `_ * ×` between Chinese characters."""
_ZERO = re.compile(
    rf"(?<=[{_DIGIT}])[〇○◯]+|[〇○◯]+(?=[{_DIGIT}])|(?<=[{_DIGIT}])O+(?![A-Za-z])|(?<![A-Za-z])O+(?=[一二三四五六七八九])"
)

_ROLE_WORDS = (
    "联合体牵头人|联合体牵头方|联合体牵头单位|联合体主办方|联合体主体|联合体成员单位|联合体成员方?|联合体|牵头人|牵头方|牵头单位|牵头|"
    "主办方|主体方|成员单位|成员方|成员[一二三四五12345]?|加盖公章|盖单位章|盖单位公章|单位公章|单位盖章|公章|盖章|签章|电子签章|"
    "筹备组|筹备处|筹建处|筹建|筹备|筹|已改制|改制|已更名|已注销|注销|已吊销|吊销|已停业|停业|清算中|清算|破产|已破产|"
    "中标人|中标候选人|中标单位|供应商|投标人|采购人|招标人|个体"
)
_ROLE = re.compile(rf"\(((?:{_ROLE_WORDS})(?:[:,;、/][^()]*)?)\)")
_ROLE_PREFIX = re.compile(
    r"\A((?:联合体)?(?:牵头人|牵头方|牵头单位|主办方|成员单位|成员方|成员[一二三四五12345]?)|投标人|供应商)[:]"
)
_LABEL = re.compile(r"\A(?:(?:公司|企业|单位|机构|投标人|供应商|主体|纳税人|被执行人|当事人)?名称|称)[:]")
"""A heading inside the cell; `称:` is what splitting at `原名` or `曾用名` leaves of one."""
_OTHERS = re.compile(
    r"\(?等\(?([0-9]{1,3}|[一二两三四五六七八九十]{1,3})\)?(?:家|个|户)(?:单位|公司|企业|供应商|投标人|成员)?\)?\Z"
)
_OTHERS_BARE = re.compile(r"(?<=[司院所厂社店心团局行])\(?等(?:单位|公司|企业)?\)?\Z")

_FORMER = re.compile(
    r"\((?:(?:原名称?|原单位名称|原企业名称|原公司名称|曾用名称?|旧名称?|前称|前身为?|更名前|变更前|原为|原系)[:为是]?|原[:]?)([^()]*(?:\([^()]*\)[^()]*)*)\)"
)
_FORMER_BARE = re.compile(r"(?<=[司团厂社店所院站])[;,、]?(?:原名称?|曾用名|更名前)[:]?(.{3,})\Z")
_NOW = re.compile(
    r"\((?:现名称?|现更名为|现变更为|更名为|变更为|已更名为|现为)[:]?([^()]*(?:\([^()]*\)[^()]*)*)\)"
)
_SHORT = re.compile(r"\((?:以下简称|简称|又称|又名|别名|对外名称|对外称)[:]?([^()]{2,})\)")
_SECOND = re.compile(r"\(?[;,、]?(?:第[二三四五2345]名称|从属名称|副名称|另一名称|其他名称)[:]?")
_MARKED_AFTER = re.compile(r"(.+?)(?:[(（]第一名称[)）]\s*|\s+)(\S+?)[(（](?:第二|从属)名称[)）]\s*\Z")
"""A B(第二名称): the marker stands behind the name, and a blank is all that parts the two."""
_FIRST = re.compile(r"\A\(?第[一1]名称[:]?")
_NOT_FORMER = re.compile(r"\A(?:创|生态(?!.*[场园厂]\Z)|味|野生?|始|木家|料|油|子|著|浆|装|物)")
_PLACE_AFTER_ORIGIN = re.compile(r"\A(?:州|平|阳|武|城)?\Z")
_FOREIGN = re.compile(r"\(([A-Z0-9&.,'\- /]{4,})\)")
_FOREIGN_FORM = re.compile(
    r"(?:CO|LTD|LIMITED|INC|CORP|CORPORATION|COMPANY|LLC|GMBH|AG|PLC|PTE|SA|SARL|BV|NV|PTY|LLP|KG|SPA|HOLDINGS?|GROUP|INTERNATIONAL)[.,]*\Z"
)
_BETWEEN_NUMBERS = re.compile(r"(?<=[0-9])[()]+(?=[0-9])")
_PARENS = str.maketrans("", "", "()")

_SUSPECT = re.compile("名称|原名|曾用|更名|等|O")


@cache
def _untouched() -> re.Pattern[str]:
    """What no step changes: simplified characters of GB 2312, digits, capitals."""
    rows = [bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)]
    common = "".join(row.decode("gb2312", "ignore") for row in rows)
    rewritten = characters()
    return re.compile("[A-Z0-9" + "".join(c for c in common if ord(c) not in rewritten) + "]*")


@cache
def _light() -> dict[int, str | None]:
    """One pass for what most names need: brackets, blanks, full-width letters, traditional characters."""
    wide = {
        code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), 0xFF08, 0xFF09)
    }
    return {**characters(), **wide, 0x20: None, 0x3000: None}


@cache
def _light_enough() -> re.Pattern[str]:
    """Names that the one pass settles: brackets hold something that is neither an annotation nor Latin."""
    plain = _untouched().pattern[:-1]
    hanzi = plain.replace("A-Z0-9", "")
    return re.compile(
        rf"{plain}+(?:\((?!{_ROLE_WORDS}|[原曾旧前更变现以简又别对第从副另其等]){hanzi}+\){plain}*)*"
    )


class OrgName(Doc):
    """The name of an organisation as written and in each form of the ladder; `n6` is what gets compared."""

    raw: str
    n1: str = ""
    n2: str = ""
    n3: str = ""
    n4: str = ""
    n5: str = ""
    n6: str = ""
    aliases: tuple[Name, ...] = ()
    """Further names that the text itself states: former, second or foreign ones."""
    roles: tuple[str, ...] = ()
    """Annotations that are no part of the name: 牵头人, 联合体成员, 盖章, 筹, 已改制 …"""
    others: int | None = None
    """The number in 等3家: how many units the cell stands for in all, of which it names one."""
    wildcard: bool = False
    """A character was lost: `n6` holds `?` for it, and equality proves no more than a REVIEW."""


def _n2(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).translate(_NOT_SPACE_OR_DOT)
    text = _LOST.sub(WILDCARD, text.translate(_BRACKETS).translate(_QUOTES))
    text = _DASHES.sub("-", _DOTS.sub("", text))
    text = _BLOT.sub(lambda found: WILDCARD * len(found.group()), "".join(text.split()))
    return _TRAILING.sub("", text)


def _n4(text: str) -> str:
    return _ZERO.sub(lambda match: "0" * len(match.group()), text.upper())


_NUMERALS = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2}


def _number(text: str) -> int:
    if text.isdecimal():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_NUMERALS.get(tens, 1) if tens else 1) * 10 + (_NUMERALS.get(ones, 0) if ones else 0)
    return _NUMERALS[text[-1]]


class _Split:
    """Collects what N5 takes off a name."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.aliases: list[Name] = []
        self.roles: list[str] = []
        self.others: int | None = None

    def alias(self, text: str, kind: NameKind) -> None:
        text = _balanced(_TRAILING.sub("", _LABEL.sub("", text)))
        if len(text) >= 2 and all(text != alias.text for alias in self.aliases):
            self.aliases.append(Name(text=text, kind=kind))

    def _former(self, match: re.Match[str]) -> str:
        name = match.group(1)
        marked = match.group().startswith(
            ("(原名", "(曾", "(旧名", "(前", "(更名前", "(变更前", "(原单位", "(原企", "(原公司")
        )
        last = match.end() >= len(match.string.rstrip(");,"))
        formed = re.search(rf"(?:{_FORM})\Z", name) is not None
        if len(name) < 2 or (
            not marked and (_NOT_FORMER.match(name) or len(name) < 3 or not (last or formed))
        ):
            return match.group()
        self.alias(name, NameKind.FORMER)
        return ""

    def _other_name(self, match: re.Match[str]) -> str:
        self.alias(match.group(1), NameKind.ALIAS)
        return ""

    def _role(self, match: re.Match[str]) -> str:
        role = match.group(1)
        if role not in self.roles:
            self.roles.append(role)
        return ""

    def _foreign(self, match: re.Match[str]) -> str:
        name = match.group(1).strip(" .,-")
        if not _FOREIGN_FORM.search(name) or re.search(f"[{HANZI}]", match.string) is None:
            return match.group()
        self.alias(name, NameKind.FOREIGN)
        return ""

    def run(self) -> None:
        text = self.text
        text = _LABEL.sub("", text)
        text = _ROLE_PREFIX.sub(self._role, text)
        text = _ROLE.sub(self._role, text)
        counted = _OTHERS.search(text)
        if counted and counted.start() >= 2:
            self.others = _number(counted.group(1))
            text = text[: counted.start()]
        elif (bare := _OTHERS_BARE.search(text)) and bare.start() >= 2:
            self.roles.append("等")
            text = text[: bare.start()]
        if "名称" in text:
            text = self._second(text)
        if "原" in text or "用名" in text or "更名" in text or "旧名" in text or "前" in text:
            text = _FORMER.sub(self._former, text)
            bare = _FORMER_BARE.search(text)
            if bare:
                self.alias(bare.group(1), NameKind.FORMER)
                text = text[: bare.start()]
        if "(" in text:
            text = _NOW.sub(self._other_name, text)
            text = _SHORT.sub(self._other_name, text)
            text = _FOREIGN.sub(self._foreign, text)
        self.text = _balanced(_TRAILING.sub("", text))

    def _second(self, text: str) -> str:
        first = _FIRST.match(text)
        body = text[first.end() :] if first else text
        parts = _SECOND.split(body)
        parts = [part for part in parts if part.strip("();,、")] or [body]
        for part in parts[1:]:
            self.alias(_balanced(part), NameKind.ALIAS)
        return parts[0]


def _balanced(text: str) -> str:
    """Without the bracket that splitting left open or closed at an end."""
    while text.count("(") != text.count(")"):
        if text.endswith("("):
            text = text[:-1]
        elif text.startswith(")"):
            text = text[1:]
        elif text.count(")") > text.count("(") and text.endswith(")"):
            text = text[:-1]
        elif text.count("(") > text.count(")") and text.startswith("("):
            text = text[1:]
        else:
            break
    return text


def _n6(text: str) -> str:
    return _TRAILING.sub(
        "", _DASH_OUTSIDE_NUMBERS.sub("", _BETWEEN_NUMBERS.sub("-", text).translate(_PARENS))
    )


def _climb(raw: str) -> OrgName:
    n1 = repair(raw[:_MAX])
    marked = _MARKED_AFTER.fullmatch(n1) if "名称)" in n1 or "名称）" in n1 else None
    n2 = _n2(f"{marked.group(1)}第二名称:{marked.group(2)}" if marked else n1)
    n3 = simplify(n2)
    n4 = _n4(n3)
    split = _Split(n4)
    split.run()
    n5 = split.text or n4
    n6 = _n6(n5)
    return OrgName(
        raw=raw,
        n1=n1,
        n2=n2,
        n3=n3,
        n4=n4,
        n5=n5,
        n6=n6,
        aliases=tuple(split.aliases),
        roles=tuple(split.roles),
        others=split.others,
        wildcard=WILDCARD in n6,
    )


def _settled(n6: str) -> str:
    for _ in range(8):
        if _plain(n6):
            return n6
        again = _climb(n6).n6
        if again == n6:
            return n6
        n6 = again
    return n6


def _plain(text: str) -> bool:
    return _untouched().fullmatch(text) is not None and _SUSPECT.search(text) is None and len(text) <= _MAX


def _passed_lightly(raw: str) -> str:
    """The form N5 of a name that one pass settles, or empty where the whole ladder is needed."""
    if len(raw) > _MAX or needs_phrases(raw) or may_be_mojibake(raw):
        return ""
    light = raw.translate(_light())
    return light if _light_enough().fullmatch(light) and _SUSPECT.search(light) is None else ""


def organization_name(raw: str) -> OrgName:
    """Read the name of an organisation: every form of the ladder, further names, roles (SPEC 7.2).

    Args:
        raw: the cell. Only the first 2,000 characters are read.
    """
    if _plain(raw):
        return OrgName(raw=raw, n1=raw, n2=raw, n3=raw, n4=raw, n5=raw, n6=raw)
    light = _passed_lightly(raw)
    if light and " " not in raw and "\u3000" not in raw:
        n2 = unicodedata.normalize("NFKC", raw)
        return OrgName(raw=raw, n1=raw, n2=n2, n3=light, n4=light, n5=light, n6=light.translate(_PARENS))
    name = _climb(raw)
    settled = _settled(name.n6)
    if settled == name.n6:
        return name
    return OrgName(
        raw=raw,
        n1=name.n1,
        n2=name.n2,
        n3=name.n3,
        n4=name.n4,
        n5=name.n5,
        n6=settled,
        aliases=name.aliases,
        roles=name.roles,
        others=name.others,
        wildcard=WILDCARD in settled,
    )


@lru_cache(maxsize=65_536)
def org_key(raw: str) -> str:
    """The comparison form alone: `organization_name(raw).n6`, by a short cut for names that need no work.

    A `?` in it stands for a lost character: equality of such keys proves no more than a REVIEW.
    """
    if _plain(raw):
        return raw
    light = _passed_lightly(raw)
    if light:
        return light.translate(_PARENS)
    return organization_name(raw).n6


def index_text(raw: str) -> str:
    """The form by which a name is searched for likeness and scored.

    A name with a Chinese character is its comparison form. Another keeps its words, which the comparison form runs
    together: upper case, one blank between words, annotations taken off.
    """
    n6 = org_key(raw)
    return n6 if _HAS_HANZI.search(n6) else _latin(raw)


def _latin(raw: str) -> str:
    text = repair(raw[:_MAX])
    for _ in range(8):
        wide = (
            unicodedata.normalize("NFKC", text).translate(_INVISIBLE).translate(_BRACKETS).translate(_QUOTES)
        )
        split = _Split(_TRAILING.sub("", " ".join(_LOST.sub(WILDCARD, wide).upper().split())))
        split.run()
        settled = _TRAILING.sub("", " ".join(split.text.split()))
        if settled == text or not settled:
            break
        text = settled
    return text


def wildcard_equal(a: str, b: str) -> bool:
    """Whether two comparison forms are equal when `?` may stand for any one character on either side."""
    if len(a) != len(b):
        return False
    if a == b:
        return True
    if WILDCARD not in a and WILDCARD not in b:
        return False
    return all(x == y or WILDCARD in (x, y) for x, y in zip(a, b, strict=True))
