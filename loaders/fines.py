"""The fine that a decision imposes, read from its text: certain, or left to a person (采条例 19, 财库〔2022〕3号)."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from loaders.values import amount


class Fine(NamedTuple):
    """A fine as a decision's text states it."""

    named: bool
    """The text imposes a fine at all."""
    value: Decimal | None = None
    """Yuan; None where the text names no amount that is certainly the subject's own."""
    amounts: frozenset[Decimal] = frozenset()
    """Every amount that the text calls a fine: whoever pays it."""


_HAN = "〇零一二三四五六七八九十百千两壹贰叁肆伍陆柒捌玖拾佰仟貳叄陸万萬亿億"
_MONEY = (
    rf"(?:人民币|RMB|¥|[::(]|大写|共|合?计|即|为|数额|金额)*"
    rf"(?P<{{0}}>(?:\d[\d,]*(?:\.\d+)?(?:亿|千万|百万|十万|万|千|百)?|[{_HAN}]+)(?:[元圆](?:[{_HAN}]+角)?(?:[{_HAN}]+分)?)?)"
)
_BEYOND = (
    rf"(?![.,]?\d|[、和及与+][\d¥{_HAN}]|[元圆{_HAN}%‰‱倍起至到~/\-—]|分之|以[上下内]|个|年|月|日|天|次|名|家|项|人(?!民)"
    r"|[^\W\d]{0,3}(?:以[上下]|百分之|千分之|的?\d+%))"
)
"""What makes an amount no certain one: more digits, a range, a share, a rate."""
_GAP = (
    r"(?:(?!合同|中标|采购|项目|货值|基数|每|违法所得|没收|保证金|按|依|处以?|倍|分之|%|‰)[^\d。;,，元圆"
    + _HAN
    + r"]){0,14}?"
)
_AFTER = re.compile(r"罚(?:款|金)" + _GAP + _MONEY.format("a") + _BEYOND)
_NEXT = re.compile(
    r"罚款(?:的?(?:行政)?处罚)?[,，:](?=共|合?计|即|金额|数额|人民币|¥|大写|\()"
    + _MONEY.format("a")
    + _BEYOND
)
_BEFORE = re.compile(
    r"(?:处以?|处罚|科以?|给予|罚)" + _MONEY.format("a") + r"整?\)?(?:人民币)?的?(?:行政)?(?:罚款|罚金)"
)
_PLAIN = re.compile(r"(?:处以|处罚款?|罚|处)(?!没)" + _MONEY.format("a") + r"(?=整|[。;,，)]|$)")
_TWIN = re.compile(r"整?[(,，]?" + _MONEY.format("a") + r"整?\)")
_NAMED = re.compile(
    r"罚款|罚金|罚没(?!收)|(?:处以?|罚)(?:人民币|¥)?[\d" + _HAN + r"][\d,." + _HAN + r"]*[元圆]"
)
_NOT = re.compile(r"(?:不予|免予|免于|免除|不再|不给予|不处以?)(?:行政)?(?:处罚)?罚款")
_LATE = re.compile(
    r"(?:逾期|到期|未按期|未按时|不按期|不按时|如不|拒不)[^。;]{0,12}(?:缴|交)纳[^。;]*"
    r"|每日按[^。;]*?(?:加处|加收)?罚款(?:的决定)?|(?:缴纳|缴清|交纳|缴至|上缴)罚款(?![\d" + _HAN + r"人¥])"
    rf"|加处罚款|罚款(?:缴|交|汇|存)[^\d{_HAN}。;,]*(?=[。;,]|$)"
)
_OTHERS = re.compile(r"负责人|法定代表人|责任人|主管人员|经办人|从业人员|个人|经理|股东|董事|监事|自然人")
_WRAP = re.compile(r"[。;,，]")


def read_fine(text: str, *, person: bool = False) -> Fine:
    """Read the fine that a decision imposes on its own subject.

    Args:
        text: what the decision imposes.
        person: the subject is a natural person, so that a fine of a manager may be the subject's own.
    """
    flat = "".join(unicodedata.normalize("NFKC", text).replace("圓", "圆").replace("¥", "¥").split())
    flat = _LATE.sub("", _NOT.sub("", flat))
    if not _NAMED.search(flat):
        return Fine(False)
    own: list[Decimal | None] = []
    others: list[Decimal | None] = []
    taken: list[tuple[int, int]] = []
    for pattern in (_BEFORE, _AFTER, _NEXT, _PLAIN):
        for found in pattern.finditer(flat):
            start, end = found.span()
            if any(start < last and first < end for first, last in taken):
                continue
            value = _value(found)
            twin = _TWIN.match(flat, end)
            if value is not None and twin is not None:
                end = twin.end()
                value = value if _value(twin) == value else None
            taken.append((start, end))
            (others if _OTHERS.search(_lead(flat, start)) else own).append(value)
    rest = "".join(
        char for place, char in enumerate(flat) if not any(first <= place < last for first, last in taken)
    )
    amounts = frozenset(value for value in (*own, *others) if value is not None)
    if re.search("罚款|罚金|罚没(?!收)", re.sub(r"[(《“\"].*?[)》”\"]", "", rest)) and (own or others):
        # A second fine whose amount could not be read makes the first one uncertain.
        return Fine(True, None, amounts)
    if person and not own:
        own = others
    elif person and others:
        own = [*own, *others]
    value = own[0] if own and len(set(own)) == 1 else None
    return Fine(True, value, amounts)


def _lead(flat: str, start: int) -> str:
    """The words of the same part of the sentence that stand before a fine."""
    parts = _WRAP.split(flat[:start])
    if not parts[-1] and len(parts) > 1:
        return parts[-2]
    return parts[-1]


def _value(found: re.Match[str]) -> Decimal | None:
    """An amount in yuan that states its unit, or None."""
    text = found["a"]
    if text[-1] not in "元圆角分万萬亿億" and not (
        re.search("¥|人民币|RMB", found[0]) and text[-1].isdigit()
    ):
        return None
    try:
        return amount(text if re.search("[元圆]", text) else text + "元")
    except ValueError:
        return None


__all__ = ["Fine", "read_fine"]
