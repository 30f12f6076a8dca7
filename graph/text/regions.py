"""Which province a text speaks of: the start of a name, an address, a region, an authority, a code.

A hint for comparison, never proof: a company named after a city may sit elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

_ABBREVIATIONS = {
    "京": "11", "津": "12", "冀": "13", "晋": "14", "蒙": "15", "内蒙": "15", "辽": "21", "吉": "22",
    "黑": "23", "沪": "31", "苏": "32", "浙": "33", "皖": "34", "闽": "35", "赣": "36", "鲁": "37",
    "豫": "41", "鄂": "42", "湘": "43", "粤": "44", "桂": "45", "琼": "46", "渝": "50", "川": "51",
    "蜀": "51", "贵": "52", "黔": "52", "云": "53", "滇": "53", "藏": "54", "陕": "61", "秦": "61",
    "甘": "62", "陇": "62", "青": "63", "宁": "64", "新": "65", "兵": "65", "台": "71", "港": "81",
    "澳": "82",
}  # fmt: skip
_PEOPLES = (
    "朝鲜族|土家族|苗族|藏族|羌族|彝族|布依族|侗族|壮族|傣族|白族|景颇族|傈僳族|回族|"
    "蒙古族|蒙古|哈萨克|柯尔克孜|哈尼族|满族|瑶族|黎族|维吾尔"
)
_TYPE = re.compile(rf"(?:(?:{_PEOPLES})*自治州|特别行政区|(?:壮族|回族|维吾尔)?自治区|省|市|地区|盟)\Z")
_ANOTHER = re.compile("[东西南北中一二三四五六七八九十]{0,2}(?:路|街|道|大街|大道|胡同|弄|巷)")
"""What follows a short name where it names a street, not the city."""
_ELSEWHERE = frozenset(
    {"朝阳区", "通州区", "河北区", "海南区", "中山区", "西安区", "兴安区", "大同区", "资阳区"}
    | {"甘南县", "兴安县", "合江县"}
)
"""Districts and counties that bear the name of a city in another province."""
_TYPE_END = re.compile("省|市|地区|盟|州|自治区|行政区")
_FORM = re.compile(r"\)?(?:股份|集团|控股|投资)?(?:有限|分公司|分行|办事处|代表处)|\)")
_CODE = re.compile(r"([1-8][0-9])(?:[0-9]{2}){0,5}")
_LONGEST = 14
_NOT_INSIDE = frozenset({"海南", "吉林", "朝阳", "东方", "中山", "和田", "大理", "白银", "黄山", "长白山"})


@cache
def _rows() -> tuple[tuple[str, str, str], ...]:
    text = resources.files(__package__).joinpath("divisions.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return tuple((code, name, level) for code, name, level in rows)


@cache
def _names() -> dict[str, str]:
    """Every name, long and short, to the code of its province; provinces win over cities of the same name."""
    names = {name: code for code, name, _level in _rows()}
    for wanted in ("former", "prefecture", "province"):
        for code, name, level in _rows():
            short = _TYPE.sub("", name)
            if level == wanted and len(short) >= 2:
                names[short] = code
    return names


@cache
def _provinces() -> dict[str, str]:
    return {code: _TYPE.sub("", name) for code, name, level in _rows() if level == "province"}


@cache
def _named() -> tuple[dict[str, str], dict[str, str]]:
    """Names that say where even inside a text: with their type, and short ones."""
    names = _names()
    full = {name: names[name] for _code, name, level in _rows() if level in {"province", "prefecture"}}
    short = {
        name: code for name, code in names.items() if _TYPE.search(name) is None and name not in _NOT_INSIDE
    }
    return full, short


def _inside(text: str) -> str:
    """The province that the middle of a text names: 深圳市, or a short name right before the legal form."""
    full, short = _named()
    for match in _TYPE_END.finditer(text):
        for length in range(min(_LONGEST, match.end()), 1, -1):
            if text[match.end() - length : match.end()] in full:
                return full[text[match.end() - length : match.end()]]
    for match in _FORM.finditer(text):
        for length in range(min(5, match.start()), 1, -1):
            if text[match.start() - length : match.start()] in short:
                return short[text[match.start() - length : match.start()]]
    return ""


def province_name(code: str) -> str:
    """The short name of a province by its two-digit code (GB/T 2260), empty when there is none: 32 is
    江苏."""
    return _provinces().get(code, "")


@cache
def _levels() -> dict[str, str]:
    return {name: level for _code, name, level in _rows()}


def division_level(name: str) -> str:
    """`province`, `prefecture`, `county` or `former` for a division's full name; empty for a name that is none
    or that two provinces share."""
    return _levels().get(name, "")


def _at_start(text: str) -> str:
    names = _names()
    for length in range(min(_LONGEST, len(text)), 1, -1):
        code = names.get(text[:length])
        if code is not None and (_TYPE.search(text, 0, length) or _ANOTHER.match(text, length) is None):
            if text[: length + 1] in _ELSEWHERE:
                return ""
            return code
    return ""


@lru_cache(maxsize=16_384)
def province_of(text: str) -> str:
    """The two-digit code of the province (GB/T 2260) that a text names, or empty.

    Reads codes (320000), abbreviations that stand alone (苏), the region at the start of a name or address
    (江苏省…, 淮安市…, 昆山市…), one in brackets or before the legal form (…(深圳)有限公司). County names
    that two provinces share give nothing.
    """
    text = "".join(unicodedata.normalize("NFKC", text[:300]).split())
    if not text:
        return ""
    code = _CODE.fullmatch(text)
    if code is not None:
        return code.group(1) if code.group(1) in _provinces() else ""
    if text in _ABBREVIATIONS:
        return _ABBREVIATIONS[text]
    found = _at_start(text.removeprefix("中国").removeprefix("中华人民共和国").lstrip("(:"))
    if found:
        return found
    return _inside(text)
