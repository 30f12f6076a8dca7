"""One side of a pair as the engine compares it: who is asked about, or who is listed.

The same reading as a screening: `matching.subjects` for the one asked about, a mention as loaders make it for the
listed one. What can't be read is kept with the reason, never taken for agreement.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import NamedTuple

from graph import identifiers, text
from graph.identifiers import Parsed
from graph.model import Id, Listing, Mention, Name, NameKind, PartyType
from matching.party_names import ReadName, has_form, organizational, read_name
from matching.request import Identifier, PartyRef, Person
from matching.subjects import PERSON_SCHEMES, Subject, party_subject, person_subject, province

LONGEST = 2_000
"""Characters of a cell that are read; no register holds a longer name."""
_LONGEST_MASKED = 4
"""Characters of a person's name with its mask."""
_HANZI = re.compile("[㐀-鿿豈-﫿\U00020000-\U000323af]")
_DOTTED = re.compile("[·•．‧・]")
_DOUBLE = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|司徒|夏侯|令狐|宇文|长孙|端木|南宫|申屠|轩辕|独孤|呼延|闻人|澹台|西门|百里|淳于|单于|公冶|宗政|濮阳|赫连|太史"
)
_SINGLE = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    "廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂焦向柳邢"
    "路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜肖詹关苗凌费纪靳盛童欧甄项曲成游裴席卫查屈鲍位覃霍翁隋甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边"
    "闫付代丘应古"
)


class Cells(NamedTuple):
    """What a row says of one side, as it stands in the file."""

    name: str
    code: str = ""
    legal_rep: str = ""


def read_codes(cell: str) -> tuple[Parsed, ...]:
    """The numbers in a cell, usable or not; none for an empty one."""
    if not cell:
        return ()
    parsed = identifiers.parse_any(cell)
    if parsed.state == "empty":
        return ()
    if parsed.problem == "id.several":
        return tuple(identifiers.parse_any(code) for code in identifiers.split_codes(cell))
    return (parsed,)


def person_like(name: str) -> bool:
    """Whether a name without any number reads as a person's: a surname and one or two characters, dotted, or masked."""
    name = "".join(name.split())
    if not 2 <= len(name) <= 40 or organizational(name):
        return False
    if _HANZI.fullmatch(name[0]) and _DOTTED.search(name):
        return True
    if len(_HANZI.findall(name)) != len(name):
        return len(name) <= _LONGEST_MASKED and _masked(name)
    return (name[0] in _SINGLE and len(name) <= 3) or (len(name) <= 4 and _DOUBLE.match(name) is not None)


def _masked(name: str) -> bool:
    """Whether a mask hides a part of a short name (张*, 王*明): only persons' are published so."""
    form = text.person_name(name)
    shown = form.n6.replace("*", "")
    if not form.masked or not shown or len(_HANZI.findall(shown)) != len(shown) or has_form(shown):
        return False
    double = _DOUBLE.match(shown) is not None
    return len(shown) <= 2 + double and (double or form.n6[0] == "*" or shown[0] in _SINGLE)


class Side:
    """One side, read as far as somebody asks."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.raw = cells.name[:LONGEST]

    @cached_property
    def read(self) -> ReadName:
        """The name field."""
        return read_name(self.raw)

    @cached_property
    def codes(self) -> tuple[Parsed, ...]:
        """The numbers of the code column."""
        return read_codes(self.cells.code)

    @cached_property
    def person(self) -> bool:
        """Whether the side is a natural person: nothing but numbers of persons beside a person's name."""
        usable = [p for p in self.codes if p.state in ("valid", "masked", "checksum")]
        return (
            bool(usable) and all(p.scheme in PERSON_SCHEMES for p in usable) and not organizational(self.raw)
        )

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every comparison form that the name field states."""
        return frozenset(key for key in (self.read.n6, *self.read.former) if key)

    @cached_property
    def text(self) -> str:
        """The form in which names are searched and scored."""
        return text.index_text(self.raw)

    @cached_property
    def unreadable(self) -> tuple[Parsed, ...]:
        """Numbers that were given and can't be used."""
        return tuple(p for p in self.codes if p.state in ("malformed", "damaged"))

    @cached_property
    def numbered(self) -> bool:
        """Whether a number that can be used was given, in its column or inside the name."""
        usable = ("valid", "checksum", "masked")
        return any(p.state in usable for p in self.codes) or bool(self.read.codes)

    @cached_property
    def rep(self) -> str:
        """Comparison form of the legal representative; empty where none is stated, or only a mask."""
        cell = self.cells.legal_rep
        if not cell or text.is_empty(cell):
            return ""
        form = text.person_name(cell)
        return "" if form.masked or text.WILDCARD in form.n6 else form.n6

    @cached_property
    def named_region(self) -> str:
        """The province that the name speaks of; empty for none."""
        return text.province_of(self.read.name) if self.read.name else ""

    @cached_property
    def region(self) -> str:
        """The province of the one asked about: by its name, else by its credit code."""
        return self.named_region or province(self.codes)

    @cached_property
    def subject(self) -> Subject:
        """The side as one who is asked about."""
        numbers = tuple(Identifier.model_construct(scheme=None, id=p.raw or p.value) for p in self.codes)
        if self.person:
            return person_subject(Person.model_construct(name=self.raw, identifiers=numbers))
        rep = Person.model_construct(name=self.cells.legal_rep) if self.rep else None
        return party_subject(
            PartyRef.model_construct(type="organization", name=self.raw, identifiers=numbers, legal_rep=rep)
        )

    @cached_property
    def listing(self) -> Listing:
        """The side as a listed party."""
        ids = tuple(
            Id(scheme=p.scheme, value=p.value, state=p.state)
            for p in (*self.codes, *self.read.codes)
            if p.value and p.state in ("valid", "checksum", "masked")
        )
        if self.person:
            mention = Mention(type=PartyType.PERSON, name=self.raw, n6=text.person_key(self.raw), ids=ids)
        else:
            mention = Mention(
                type=PartyType.ORGANIZATION,
                name=self.read.name,
                n6=self.read.n6,
                names=tuple(Name(text=other, kind=NameKind.ALIAS) for other in self.read.former),
                ids=ids,
                legal_rep=self.cells.legal_rep if self.rep else "",
            )
        return Listing(list_code="", key="", subject=mention)
