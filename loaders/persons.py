"""Persons of one cell: name, sex, document and number run together (令54, SPEC 2.3)."""

from __future__ import annotations

import re
import unicodedata

from graph.model import Mention
from loaders.base import Row
from loaders.records import looks_like_org, person

_HAN = r"㐀-䶿一-鿿"
_WORD = r"A-Za-z.'’\-"
_SEP = re.compile(r"([,，、;；()\n]|\s+)")
_LATIN = re.compile(rf"(?<=[{_WORD}])[ \t]+(?=[{_WORD}]+(?![\w:*]))")
_SPACED = re.compile(
    rf"(?<![{_HAN}:])((?![男女])[{_HAN}])[ \t\u3000]+((?![男女])[{_HAN}])(?![{_HAN}]|[ \t]*:)"
)
_LABELS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("number", re.compile(r"(?:证件|身份证件?|护照|通行证)?号码?$|(?:公民|居民)?身份(?:证件?)?号码?$|证号$")),
    ("document", re.compile(r"(?:有效)?(?:身份)?证件(?:名称|类型|种类|类别)?(?:及号码)?$")),
    ("sex", re.compile(r"性别$")),
    (
        "other",
        re.compile(r"民族$|国籍$|职务$|职业$|学历$|籍贯$|住址$|地址$|电话$|出生(?:日期|年月)$|备注$|状态$"),
    ),
    ("name", re.compile(r"(?:姓名|名字|.{0,6}(?:代表人|负责人|责任人|控制人|经办人)(?:姓名)?)$")),
)
_SEX = re.compile(r"([男女])(?:性|士)?")
_SEX_INSIDE = re.compile(rf"(?<=[{_HAN}])([男女])性?(?=(?:居民|公民)?身份证|护照|通行证|证件)")
_STATED = re.compile(r"(性别|姓名)(?=[^:])(.+)")
_BROKEN = re.compile(r"(?<=[\d*])[ \t]+(?=\*)|(?<=\*)[ \t]+(?=[\dXx*])")
_MARK = r"0-9A-Za-z*＊×●•"
_NUMBER = re.compile(rf"[{_MARK}]{{6,24}}")
_GLUED = re.compile(rf"(.*?[{_HAN}])[^:\w*]{{0,6}}:?([{_MARK}]*\d[{_MARK}]*)")
_DOCUMENT = re.compile(
    rf"[{_HAN}A-Za-z]{{0,14}}(?:身份证|护照|通行证|居住证|居留证|军官证|士兵证|回乡证|台胞证|证件|户口簿?)"
)
_ETHNIC = re.compile(rf"(?!.*(?:家族|宗族))[{_HAN}]{{1,5}}族")
_NAME_HAN = re.compile(rf"[{_HAN}][{_HAN}某*×xX]{{1,5}}|[{_HAN}]{{1,15}}(?:[·•・.][{_HAN}]{{1,15}}){{1,4}}")
_NAME_LATIN = re.compile(rf"[A-Za-z][{_WORD} ]{{1,60}}")
_NO_NAME = re.compile(
    r"处理|批捕|在逃|注销|吊销|死亡|去世|离职|离任|不详|不明|未知|暂无|没有|无法|失联|走逃|非正常|变更|同上|以上|以下|现任|原任|时任|经理|会计|财务"
    r"|出纳|股东|董事|监事|法定|法人|代表|负责|责任|居民|身份|证件|号码|护照|中国|国籍|公司|企业|男女|先生|女士|工程师|主管|职务|姓名|性别"
    r"|民族|地址|住址|电话|备注|其他|其它|香港|澳门|台湾|外国|人员|居住|出生|年龄|个体|已|有限|合伙|未办|登记|违法|期间|实际|控制"
)


class _Cell:
    """The persons of a cell as they come up, and what was left over."""

    def __init__(self, row: Row, field: str) -> None:
        self.row = row
        self.field = field
        self.found: list[Mention] = []
        self.name = self.sex = self.document = self.value = ""
        self.bare = False
        """The person before this one had a name alone: a number may belong to both."""
        self.spare = False
        self.inside = False
        """Within brackets behind a name stands what is said of that person, never another one."""

    def finish(self) -> None:
        """The person so far is complete."""
        if self.name:
            number = self.value
            if number and self.spare and self.bare:
                self.row.warn("tax.person_cell", self.field)
                number = ""
            if not self.sex and len(self.name) > 3 and self.name[-1] in "男女" and not self.name.isascii():
                self.row.warn("tax.person_cell", self.field)
                self.name, self.sex = self.name[:-1], self.name[-1]
            self.found.append(
                person(self.row, self.name, number, id_type=self.document, field=self.field, sex=self.sex)
            )
        self.bare = bool(self.name) and not (self.sex or self.value)
        self.name = self.sex = self.document = self.value = ""
        self.spare = False

    def begin(self, name: str) -> bool:
        """A new person, if that is a name."""
        if _NO_NAME.search(name) or looks_like_org(name):
            return False
        latin = _NAME_LATIN.fullmatch(name)
        if not latin and not _NAME_HAN.fullmatch(name):
            return False
        if latin and self.name and _NAME_LATIN.fullmatch(self.name) and not (self.sex or self.value):
            self.name = f"{self.name} {name}"
            return True
        self.finish()
        self.name = name
        return True

    def number(self, text: str) -> bool:
        """A number of the person who was named last; one without such a person is nobody's."""
        if not _NUMBER.fullmatch(text) or not any(char.isdigit() for char in text):
            return False
        if not self.name:
            return False
        if self.value and self.value != text:
            self.spare = True
            return False
        self.value = text
        return True

    def sexed(self, text: str) -> bool:
        """The sex of the person who was named last."""
        stated = _SEX.fullmatch(text)
        if stated is None or not self.name or (self.sex and self.sex != stated[1]):
            return False
        self.sex = stated[1]
        return True

    def kind(self, text: str) -> bool:
        """The kind of document that comes next; the first one stays with the number that was read."""
        if not _DOCUMENT.fullmatch(text):
            return False
        if not self.value:
            self.document = text
        return True

    def unlabelled(self, text: str) -> bool:
        """A part that no label explains."""
        if text in ("无", "中国", "男女") or _ETHNIC.fullmatch(text):
            return True
        if self.sexed(text) or self.number(text) or self.kind(text):
            return True
        glued = _GLUED.fullmatch(text)
        if glued is not None and ":" not in glued[1]:
            words = glued[1].rstrip(":")
            words = re.sub(r"号码?$", "", words)
            if len(words) > 4 and words[0] in "男女" and self.sexed(words[0]):
                words = words[1:]
            return self.kind(words) and self.number(glued[2])
        stated = _STATED.fullmatch(text)
        if stated is not None:
            return self.labelled(_label(stated[1]), stated[2])
        if ":" in text:
            read = [self.unlabelled(part) for part in text.split(":") if part]
            return all(read)
        if self.inside and self.name:
            return False
        if self.begin(text):
            return True
        if looks_like_org(text) or not _NO_NAME.search(text):
            # What follows may belong to whoever this is: never to the person before.
            self.finish()
        return False

    def labelled(self, label: str, text: str) -> bool:
        """A part under a label: name, sex, document, number, or something that no rule asks for."""
        if label == "other":
            return True
        if label == "name":
            return self.begin(text)
        if label == "sex":
            return self.sexed(text)
        if label == "number":
            return self.number(text)
        return self.kind(text) or self.unlabelled(text)


def _label(text: str) -> str:
    return next((name for name, pattern in _LABELS if pattern.fullmatch(text)), "")


def persons_in(row: Row, field: str) -> tuple[Mention, ...]:
    """The persons of a cell such as `张三，男，居民身份证：3208…`; several follow each other.

    A number belongs to the person named before it. What can't be read as part of a person is reported, never
    taken for a person, and those who were read are kept.
    """
    text = unicodedata.normalize("NFKC", row.get(field))
    text = _SEX_INSIDE.sub(r",\1,", _BROKEN.sub("", text))
    text = _SPACED.sub(r"\1\2", _LATIN.sub("\x1f", re.sub(r"\s*:\s*", ":", text)))
    cell = _Cell(row, field)
    awaiting = ""
    for part in _SEP.split(text):
        if part in ("(", ")"):
            cell.inside = part == "("
            continue
        part = part.replace("\x1f", " ").strip().rstrip(".。")
        if not part or _SEP.fullmatch(part):
            continue
        head, colon, rest = part.partition(":")
        label = _label(head) if colon or _label(head) in ("name", "sex", "number") else ""
        if label and not rest:
            # A role in brackets behind a name is no heading of the next one.
            if colon or label != "name" or not cell.name:
                awaiting = label
            continue
        if label and rest:
            read = cell.labelled(label, rest)
        elif awaiting:
            read = cell.labelled(awaiting, part)
        else:
            read = cell.unlabelled(part)
        awaiting = ""
        if not read:
            row.warn("tax.person_cell", field)
    cell.finish()
    return tuple(cell.found)


__all__ = ["persons_in"]
