"""What a special condition of the tender documents, free text, says of judgment defaulters in an office.

Only words that plainly reject are read as rejecting: a clause that turns on something else (proof, screenshots,
another fault), or that negates, is for a human.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

Meaning = Literal["rejects", "unclear", "silent"]

_LISTED = "失信"
_SENTENCE = re.compile(r"[。；;!?\n]+")
_CLAUSE = re.compile(r"[,:]+")
_NOT_BE = r"(?:不得|不能|禁止)(?:是|为|系|有|存在|属于|被列|列入|列为|含)"
_NOT_TAKE_PART = r"(?:不得|禁止)(?:其)?(?:参加|参与|投标|中标|入围|担任|推荐|作为中标)"
_REJECT = re.compile(
    rf"(?:应当|应|将|予以|一律|直接|由.{{0,8}})?(?:否决|拒绝|不接受|不予接受|{_NOT_TAKE_PART}|投标无效|无效投标|废标)"
    "|投标.{0,4}无效|无效"
)
_BARE = re.compile(_NOT_BE)
_NEGATED = re.compile(
    "不作为|不作|不予(?!接受)|不属于|不构成|不视为|不影响|不因|不以|不会|不必|不应|不再|不被|不要求|不适用|不查询|无需|无须"
    "|不得(?:被(?!列)|以|因|将|仅|据|否决|拒绝|隐瞒)|不(?:否决|拒绝)|可以|可参加|允许|除外|未被|没有|是否|并非|非失信|不是"
)
_PROOF = re.compile("截图|提供|提交|出具|承诺|声明|附[具上]|查询记录")
_OWN_FAULT = re.compile("的")
_AGENT = re.compile("(?:经(?![查核审])|由|持|凭|根据|(?<!接)受|委托)[^、和及或与查核]{0,6}$")
_OTHERS = re.compile("授权|委托|签字|签署|签章|盖章|的(?:投标人|供应商|单位|公司|企业|联合体|代理人)|会监督")


def condition_on(texts: Iterable[str], office: tuple[str, ...]) -> Meaning:
    """What the special conditions say of a bidder whose holder of an office is a judgment defaulter.

    Args:
        texts: the conditions.
        office: words for the office, any of which names it.
    """
    named = [
        text
        for raw in texts
        if _LISTED in (text := "".join(unicodedata.normalize("NFKC", raw).split()))
        and any(word in text for word in office)
    ]
    if not named:
        return "silent"
    return "rejects" if any(_rejects(text, office) for text in named) else "unclear"


def _rejects(text: str, office: tuple[str, ...]) -> bool:
    return any(
        _sentence_rejects(sentence, office)
        for sentence in _SENTENCE.split(text)
        if _LISTED in sentence and any(word in sentence for word in office)
    )


def _is_subject(clause: str, office: tuple[str, ...]) -> bool:
    """Whether a clause says of the holder of the office that he is listed, not of a bidder whom he authorises."""
    before, _, _ = clause.partition(_LISTED)
    for word in office:
        place = before.rfind(word)
        if (
            place >= 0
            and not _AGENT.search(before[:place])
            and not _OTHERS.search(before[place + len(word) :])
        ):
            return True
    return False


def _sentence_rejects(sentence: str, office: tuple[str, ...]) -> bool:
    if _NEGATED.search(sentence) or _PROOF.search(sentence):
        return False
    clauses = [clause for clause in _CLAUSE.split(sentence) if clause]
    place = next(
        (i for i, clause in enumerate(clauses) if _LISTED in clause and _is_subject(clause, office)), None
    )
    if place is None:
        return False
    naming, after = clauses[place], clauses[place + 1 : place + 2]
    if _BARE.search(naming) or _REJECT.search(naming):
        return True
    if any(_follows(clause) for clause in after):
        return True
    return any(
        _REJECT.search(clause) and re.search("情形|情况|之一|下列|以下", clause) for clause in clauses[:place]
    )


def _follows(clause: str) -> bool:
    """Whether the clause after the condition rejects because of it, not because of a fault of its own."""
    verb = _REJECT.search(clause)
    return verb is not None and _OWN_FAULT.search(clause[: verb.start()]) is None
