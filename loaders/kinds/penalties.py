"""Administrative penalties of both editions of 双公示 (SPEC 2.4): which list a decision belongs on.

A decision that bans from bidding stands on ZTBJ, one that is a major violation under 采条例 19 on ZDWF (both,
if it is both), any other on XZCF. A fine whose amount is not certain may be a large one and stands on ZDWF too,
and so does a ban from government procurement: this is not the list of such bans, and a person has to look.
The editions number the code columns differently; the text in brackets tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from graph.model import Interval, Listing, PartyType, Penalty, Status, StatusEvent
from loaders.base import Kind, Row
from loaders.fines import read_fine
from loaders.kinds.lists import subject_of
from loaders.periods import PERMANENT, ban_of, names_term
from loaders.records import digest, listing, number, subject_part

MAJOR_FINE = Decimal(2_000_000)
"""财库〔2022〕3号: 较大数额罚款 is two million yuan or more."""
BID_BAN = re.compile(
    r"(?:取消|禁止|不得|限制|暂停|停止|剥夺|禁入)[^。;；\n]{0,60}?(?:(?<!串通)(?<!围)投标|招标)|投标资格[^。;；]{0,6}(?:取消|暂停)"
)
PROCUREMENT_BAN = re.compile(r"(?:禁止|不得|取消|限制)[^。;；\n]{0,30}?政府采购")
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("fine", re.compile("罚款")),
    ("confiscation", re.compile("没收")),
    ("suspension", re.compile("停产停业|停业整顿|停产整顿|责令停产|责令停业")),
    ("revocation", re.compile("吊销")),
    ("criminal", re.compile("刑事处罚|有期徒刑|拘役|判处罚金|追究刑事责任")),
    ("warning", re.compile("警告|通报批评")),
)
_MAJOR = frozenset({"suspension", "revocation", "criminal"})


def penalty_kinds(text: str) -> tuple[str, ...]:
    """Which kinds of penalty a decision's text names."""
    found = [name for name, pattern in _KINDS if pattern.search(text)]
    if BID_BAN.search(text):
        found.append("bid_ban")
    return tuple(found) or ("other",)


def _fine(row: Row, content: str, *, category: str, person: bool) -> tuple[bool, Decimal | None]:
    """Whether the decision fines its subject, and the amount in yuan that is certain.

    The column counts in 万元 unless its heading says otherwise. Where it and the text disagree nobody can tell
    which is right, unless a clerk has typed yuan into a column of 万元.
    """
    column, written = row.amount("fine", unit=10_000), read_fine(content, person=person)
    garbled = column is None and bool(row.get("fine"))
    if not (written.named or column or garbled or "罚款" in category):
        return False, None
    value = written.value
    if column and value is not None and column != value:
        row.warn("penalty.fine_differs", "fine")
        value = value if column == value * 10_000 else None
    elif column == 0:
        value = None
    elif column and value is None and (not written.amounts or column in written.amounts):
        value = column
    if value is None:
        row.warn("penalty.fine_unread", "fine" if garbled else "content")
    return True, value


def _events(row: Row) -> tuple[StatusEvent, ...]:
    """The state of the 2016 edition: 0 normal, 1 revoked, 2 disputed, 3 other."""
    state = row.flag("state")
    at = row.begin("stamp")
    if state in ("1", "撤销", "已撤销"):
        return (StatusEvent(status=Status.REVOKED, span=Interval(start=at)),)
    if state in ("2", "异议"):
        return (StatusEvent(status=Status.DISPUTED, span=Interval(start=at)),)
    if state not in ("", "0", "正常"):
        row.warn("value.status", "state")
    return ()


def _read(row: Row) -> Iterator[Listing]:
    subject, relations = subject_of(row)
    content = "；".join(filter(None, (row.get("content"), row.get("category"), row.get("category2"))))
    decided = row.day("decided") or row.day("effect_from")
    if decided is None:
        row.warn("row.no_date", "decided")
    text = f"{content}；{row.get('licence')}" if "吊销" in row.get("licence") else content
    category = f"{row.get('category')}；{row.get('category2')}"
    fined, fine = _fine(row, row.get("content"), category=category, person=subject.type is PartyType.PERSON)
    kinds = tuple(kind for kind in penalty_kinds(text) if kind != "fine" and (kind != "other" or not fined))
    kinds = ("fine", *kinds) if fined else kinds or ("other",)
    document = number(row.get("decision_no"))
    key = digest(
        subject_part(subject), document, "" if document else f"{decided}{row.get('authority')}{content}"
    )
    codes = []
    since = row.begin("decided", "effect_from")
    start, end = since, None
    permanent = unreadable = False
    if "bid_ban" in kinds:
        codes.append("ZTBJ")
        ban, ban_start, until = ban_of(row.get("content"), decided, about="投标|招标")
        stated = row.finish("effect_until")
        if ban.readable:
            start, end, permanent = ban_start or start, until, ban.forever
        elif stated is not None:
            end = stated
        elif row.moment("effect_until").open and not names_term(row.get("content")):
            permanent = True
        else:
            unreadable = True
            row.warn("ban.unreadable", "content")
    if _MAJOR & set(kinds) or (fined and (fine is None or fine >= MAJOR_FINE)):
        codes.append("ZDWF")
    if PROCUREMENT_BAN.search(content):
        row.warn("penalty.procurement_ban", "content")
        kinds += ("procurement_ban",)
        if "ZDWF" not in codes:
            codes.append("ZDWF")
    penalty = Penalty(
        kinds=kinds,
        fine_cny=fine,
        confiscated_cny=row.amount("confiscated", unit=10_000),
        decided_on=decided,
        ban_unreadable=unreadable,
    )
    for code in codes or ["XZCF"]:
        yield listing(
            row,
            code,
            subject,
            key,
            start=start if code == "ZTBJ" else since,
            end=end if code == "ZTBJ" else row.finish("effect_until") if code == "XZCF" else None,
            events=_events(row),
            relations=relations,
            penalty=replace(penalty, kinds=(*kinds, PERMANENT)) if permanent and code == "ZTBJ" else penalty,
            reason="；".join(filter(None, (row.get("violation"), row.get("facts")))),
            measure=content,
            scope="依法必须招标" if code == "ZTBJ" and "依法必须" in content else "",
        )


FIELDS: dict[str, tuple[str, ...]] = {
    "org_name": ("行政相对人名称", "CF_XDR_MC"),
    "subject_type": ("行政相对人类别", "CF_XDR_LB"),
    "uscc": ("行政相对人代码_1(统一社会信用代码)", "CF_XDR_SHXYM"),
    "reg_no": ("行政相对人代码_2(工商注册号)", "行政相对人代码_3(工商登记码)", "CF_XDR_GSZC", "CF_XDR_GSDJ"),
    "org_code": ("行政相对人代码_3(组织机构代码)", "CF_XDR_ZZJG", "CF_XDR_ZDM"),
    "legal_rep": ("法定代表人", "法定代表人姓名", "CF_FRDB", "CF_FR"),
    "legal_rep_id": ("法定代表人证件号码", "CF_FR_ZJHM"),
    "id_type": ("证件类型", "CF_XDR_ZJLX"),
    "legal_rep_id_type": ("法定代表人证件类型", "CF_FR_ZJLX"),
    "person_id": (
        "证件号码",
        "CF_XDR_ZJHM",
        "行政相对人代码_5(居民身份证号)",
        "行政相对人代码(居民身份证号码)",
        "CF_XDR_SFZ",
    ),
    "decision_no": ("行政处罚决定书文号", "CF_WSH"),
    "violation": ("违法行为类型", "CF_WFXW", "处罚名称", "CF_CFMC"),
    "facts": ("违法事实", "处罚事由", "CF_SY"),
    "basis": ("处罚依据", "CF_YJ"),
    "category": ("处罚类别", "处罚类别1", "CF_CFLB", "CF_CFLB1"),
    "category2": ("处罚类别2", "CF_CFLB2"),
    "content": ("处罚内容", "处罚结果", "CF_NR", "CF_JG"),
    "fine": ("罚款金额（万元）", "罚款金额", "CF_NR_FK"),
    "confiscated": ("没收违法所得、没收非法财物的金额（万元）", "没收金额（万元）", "没收金额", "CF_NR_WFFF"),
    "licence": ("暂扣或吊销证照名称及编号", "CF_NR_ZKDX"),
    "decided": ("处罚决定日期", "CF_JDRQ"),
    "effect_from": ("处罚生效期起", "处罚生效期", "处罚生效日期", "CF_SXQ"),
    "effect_until": ("处罚有效期", "处罚有效期至", "处罚截止期", "处罚生效期止", "CF_YXQ", "CF_JZQ"),
    "published_until": ("公示截止期", "CF_GSJZQ", "CF_GSQX"),
    "authority": ("处罚机关", "CF_CFJG", "CF_XZJG"),
    "state": ("当前状态", "CF_ZT"),
    "stamp": ("数据更新时间戳", "SJC"),
}
COMMON = ("org_name", "uscc", "published", "status", "revoked", "removed", "removal_reason", "region")
IGNORED = (
    "行政相对人代码(税务登记号)",
    "CF_XDR_SWDJ",
    "行政相对人代码(事业单位证书号)",
    "CF_XDR_SYDW",
    "行政相对人代码(社会组织登记证号)",
    "CF_XDR_SHZZ",
    "处罚机关统一社会信用代码",
    "CF_CFJGDM",
    "数据来源单位",
    "CF_SJLY",
    "数据来源单位统一社会信用代码",
    "CF_SJLYDM",
    "备注",
    "BZ",
    "地方编码",
    "DFBM",
    "信息使用范围",
    "CF_SYFW",
)
_NEEDS = (("org_name",), ("content", "category"), ("decision_no", "decided", "effect_from"))
_COVERS = ("ZTBJ", "ZDWF", "XZCF")
_SHARED = {
    "行政相对人名称": 2,
    "行政处罚决定书文号": 2,
    "CF_XDR_MC": 2,
    "CF_WSH": 2,
    "处罚决定日期": 1,
    "CF_JDRQ": 1,
}

PENALTY2018 = Kind(
    name="penalty2018",
    title_zh="行政处罚（双公示 2018 版）",
    title_en="Administrative penalties (2018 edition)",
    covers=_COVERS,
    read=_read,
    fields=FIELDS,
    common=COMMON,
    ignored=IGNORED,
    needs=_NEEDS,
    snapshot="delta",
    marks={
        **_SHARED,
        "行政相对人代码_2(工商注册号)": 4,
        "行政相对人代码_5(事业单位证书号)": 4,
        "行政相对人类别": 3,
        "违法行为类型": 3,
        "处罚内容": 3,
        "罚款金额（万元）": 3,
        "处罚有效期": 2,
        "CF_XDR_LB": 4,
        "CF_XDR_GSZC": 4,
        "CF_NR": 4,
        "CF_NR_FK": 4,
        "CF_WFXW": 4,
        "CF_YXQ": 2,
        "数据来源单位": 1,
    },
    words=("双公示", "行政处罚"),
)
PENALTY2016 = Kind(
    name="penalty2016",
    title_zh="行政处罚（双公示 2016 版）",
    title_en="Administrative penalties (2016 edition)",
    covers=_COVERS,
    read=_read,
    fields=FIELDS,
    common=COMMON,
    ignored=IGNORED,
    needs=_NEEDS,
    snapshot="delta",
    marks={
        **_SHARED,
        "行政相对人代码_3(工商登记码)": 4,
        "行政相对人代码_5(居民身份证号)": 4,
        "处罚名称": 3,
        "处罚类别1": 3,
        "处罚结果": 1,
        "当前状态": 3,
        "CF_CFMC": 4,
        "CF_CFLB1": 4,
        "CF_JG": 4,
        "CF_ZT": 4,
        "CF_XZJG": 4,
        "地方编码": 3,
        "DFBM": 3,
    },
    words=("双公示", "行政处罚"),
)
