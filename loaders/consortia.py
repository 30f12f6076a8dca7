"""Several names in one cell: split where that is certain, never inside a name, never guessed (SPEC 6.1).

Consortium cells are concatenated text (`甲公司、乙公司`, `甲公司（牵头人）和乙公司（成员）`). A comma or a 和
inside a name or in brackets is no separator: only what stands between two endings of organisations is.
"""

from __future__ import annotations

import re
import unicodedata

from graph.model import Doc
from graph.text import clean, org_key, organization_name

_STRONG = ";；|\n\r\t"
_WEAK = "、，,/／+＋"
_SPACE = " \u3000"
_AND = "和与及"
_END = re.compile(
    r"(?:公司|集团|企业|厂|院|所|中心|合作社|联社|银行|分行|支行|事务所|经营部|门市部|商行|商店|工作室|合伙\)?|学校|大学|学院|局|站|队|社)$"
)
_COMPANY = re.compile(r"(?:公司|事务所|研究院|设计院)$")
_BRANCH = re.compile(r"(?:分公司|支公司|分店|分厂|办事处|营业部|项目部|分院|分所)$")
_AND_PLACE = re.compile(r"^(?:和(?:平|县|静|田|顺|龙|林|政|布|硕|睦|谐|兴)|与时)")
"""Names of places and firms that begin with 和 or 与: after 公司 they begin a branch's name, not a member's."""
_WORD = (
    r"(?:联合体)?(?:总?牵头|主办|主体|主|成员?|其他成员|参加|参与|协办|协作|合作|配合|联合|"
    r"(?:工程)?(?:施工|设计|勘察|监理|采购|供货|运营))"
    r"(?:人|方|单位|企业|公司|者)?[一二三四五六七八九十]?\d{0,2}"
)
"""What a member of a consortium is called beside its name."""
_ROLE = re.compile(rf"[（(【\[]\s*(?:联合体|{_WORD}(?:[、，,/及和兼]+{_WORD})*)\s*[）)】\]]")
_LEAD = re.compile(r"牵头|主办|主体|[（(【\[]主[）)】\]]|^主(?:人|方)?[:：]")
_PREFIX = re.compile(rf"^(?:{_WORD}|联合体)\s*[:：]\s*|^\d{{1,2}}[.、)）]\s*")
_FORM = re.compile(r"[（(](?:特殊的?普通合伙|普通合伙|有限合伙|个人独资|集团|股份|有限公司)[）)]$")
"""Brackets that belong to a name after its ending."""
_BRACKET = re.compile(r"[（(【\[][^（()）【】\[\]]*[）)】\]]$")
_AFTER_ROLE = re.compile(rf"({_ROLE.pattern})(?=\s*[^\s;；|、，,/／和与及（(【\[）)】\]。.])")


class Member(Doc):
    """A name out of a cell."""

    name: str
    lead: bool = False


class Names(Doc):
    """The names of a cell, and what is uncertain about them (a message code, or empty)."""

    members: tuple[Member, ...] = ()
    problem: str = ""
    params: dict[str, str] = {}


def _bare(piece: str) -> str:
    """A piece without role annotations and numbering."""
    previous = None
    while previous != piece:
        previous = piece
        piece = _PREFIX.sub("", _ROLE.sub("", piece).strip()).strip("。.:：、，,;； ")
    return piece


def _ends_org(piece: str) -> bool:
    bare = _BRACKET.sub("", _bare(piece))
    return bool(_END.search(bare))


def _strange(name: str) -> bool:
    """Whether a bracket that nobody knows stands after the ending of an organisation."""
    found = _BRACKET.search(name)
    return found is not None and not _FORM.search(name) and bool(_END.search(name[: found.start()].strip()))


def _pieces(cell: str) -> list[tuple[str, str]]:
    """The cell cut at every possible separator outside brackets: (text, separator after it)."""
    found: list[tuple[str, str]] = []
    depth, start = 0, 0
    for index, char in enumerate(cell):
        if char in "（([【":
            depth += 1
        elif char in "）)]】":
            depth = max(0, depth - 1)
        elif depth == 0 and char in _STRONG + _WEAK + _AND + _SPACE:
            found.append((cell[start:index], char))
            start = index + 1
    found.append((cell[start:], ""))
    return found


def split_names(cell: str, codes: int = 0) -> Names:
    """The names in a cell.

    Args:
        cell: the text, e.g. `甲建设有限公司（牵头人）、乙设计院（成员）`.
        codes: how many codes stand beside it; decides where a 和 could be either.
    """
    text = clean(unicodedata.normalize("NFC", cell))
    if not text:
        return Names()
    text = _AFTER_ROLE.sub(r"\1；", text)
    pieces = _pieces(text)
    parts: list[str] = []
    doubtful: list[int] = []
    current = ""
    for position, (piece, separator) in enumerate(pieces):
        current += piece
        rest = separator + "".join(p + s for p, s in pieces[position + 1 :])
        if not separator:
            break
        if not current.strip():
            current = ""
            continue
        verdict = _cut(current, separator, pieces[position + 1][0], rest)
        if verdict == "cut":
            parts.append(current)
            current = ""
        else:
            if verdict == "doubt":
                doubtful.append(len(parts))
            current += separator
    if current.strip():
        parts.append(current)
    return _judged(text, parts, doubtful, codes)


def _cut(before: str, separator: str, following: str, rest: str) -> str:
    """Whether a separator separates: `cut`, `keep`, or `doubt`."""
    if separator in _STRONG:
        return "cut"
    if not _ends_org(before):
        return "keep"
    if separator in _SPACE:
        # A blank is often no more than that: it separates only two names that are whole by themselves.
        whole = len(_bare(following)) >= 6 and _ends_org(following) and _COMPANY.search(_bare(before))
        return "keep" if not whole else "doubt" if _BRANCH.search(_bare(following)) else "cut"
    if separator in _WEAK:
        return "cut" if following.strip() else "keep"
    if _AND_PLACE.match(rest):
        return "keep"
    if not _ends_org(following) or len(_bare(following)) < 6:
        return "keep" if not following.strip() else "doubt"
    return "doubt" if _BRANCH.search(_bare(following)) else "cut"


def _judged(text: str, parts: list[str], doubtful: list[int], codes: int) -> Names:
    problem = ""
    if doubtful:
        if codes == len(parts) + len(doubtful) and codes > 1:
            parts = [piece for part in parts for piece in _at_and(part)]
            problem = "" if len(parts) == codes else "bidders.unsplit"
        elif codes != len(parts) or codes == 0:
            problem = "bidders.unsplit"
    members: list[Member] = []
    seen: set[str] = set()
    others = 0
    for part in parts:
        lead = bool(_LEAD.search(part))
        name = _bare(part)
        read = organization_name(name) if "等" in name else None
        if read is not None and (read.others or "等" in read.roles):
            others = read.others or len(parts) + 1
            name = re.sub(r"[（(]?等[^等]*$", "", name)
        key = org_key(name)
        if not name or key in seen:
            continue
        seen.add(key)
        members.append(Member(name=name, lead=lead))
        if len(parts) > 1 and not problem and not _ends_org(name) and len(name) > 4:
            problem = "bidders.unsplit"
        if len(parts) > 1 and not problem and _strange(name):
            problem = "bidders.bracket"
    params: dict[str, str] = {}
    if others > len(members):
        problem, params = "bidders.others", {"count": str(others), "names": str(len(members))}
    return Names(members=tuple(members), problem=problem, params=params)


def _at_and(part: str) -> list[str]:
    """A part cut at each 和 or 与 after the ending of an organisation."""
    found: list[str] = []
    current = ""
    for piece, separator in _pieces(part):
        current += piece
        if separator and separator in _AND and _ends_org(current):
            found.append(current)
            current = ""
        else:
            current += separator
    return [*found, current] if current.strip() else found
