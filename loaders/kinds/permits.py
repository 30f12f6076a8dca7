"""Administrative permits of 双公示 (SPEC 1 #19): they bar nobody, and are counted by how soon they were collected.

No number of the holder joins a permit to a party (`loaders.records.listing`): what it says of names and codes would
otherwise count as the register's word. The row itself keeps everything.
"""

from __future__ import annotations

from collections.abc import Iterator

from graph.model import Interval, Listing, Penalty, Status, StatusEvent
from loaders.base import Kind, Row
from loaders.kinds.lists import subject_of
from loaders.records import digest, listing, number, subject_part


def _events(row: Row) -> tuple[StatusEvent, ...]:
    """Its end, where words say so: the numbers of the two editions contradict each other."""
    if row.flag("state") in ("撤销", "已撤销", "注销", "吊销"):
        return (StatusEvent(status=Status.REVOKED, span=Interval()),)
    return ()


def _read(row: Row) -> Iterator[Listing]:
    subject, relations = subject_of(row)
    decided = row.day("decided")
    if decided is None:
        row.warn("row.no_date", "decided")
    document = number(row.first("decision_no", "permit_no"))
    key = digest(
        subject_part(subject),
        document,
        "" if document else f"{decided}{row.get('authority')}{row.get('content')}",
    )
    yield listing(
        row,
        "XZXK",
        subject,
        key,
        start=row.begin("effect_from") or row.begin("decided"),
        end=row.finish("effect_until"),
        events=_events(row),
        relations=relations,
        penalty=Penalty(decided_on=decided),
        decision_no=row.first("decision_no", "permit_no"),
        measure="；".join(filter(None, (row.get("category"), row.get("certificate"), row.get("content")))),
    )


PERMIT = Kind(
    name="permit",
    title_zh="行政许可（双公示）",
    title_en="Administrative permits",
    covers=("XZXK",),
    read=_read,
    fields={
        "org_name": ("行政相对人名称", "XK_XDR_MC"),
        "subject_type": ("行政相对人类别", "XK_XDR_LB", "XK_XDR_TYPE"),
        "uscc": ("行政相对人代码_1(统一社会信用代码)", "XK_XDR_SHXYM"),
        "reg_no": ("行政相对人代码_2(工商注册号)", "行政相对人代码_3(工商登记码)", "XK_XDR_GSZC", "XK_XDR_GSDJ"),
        "org_code": ("行政相对人代码_3(组织机构代码)", "行政相对人代码_2(组织机构代码)", "XK_XDR_ZZJG", "XK_XDR_ZDM"),
        "legal_rep": ("法定代表人", "法定代表人姓名", "XK_FRDB", "XK_FR"),
        "legal_rep_id": ("法定代表人证件号码", "法定代表人身份证号", "XK_FR_ZJHM", "XK_FR_SFZH"),
        "id_type": ("证件类型", "XK_XDR_ZJLX"),
        "legal_rep_id_type": ("法定代表人证件类型", "XK_FR_ZJLX"),
        "person_id": (
            "证件号码", "XK_XDR_ZJHM", "行政相对人代码_5(居民身份证号)", "行政相对人代码(居民身份证号码)", "XK_XDR_SFZ",
        ),
        "decision_no": ("行政许可决定文书号", "行政许可决定书文号", "XK_WSH"),
        "permit_no": ("许可编号", "XK_XKBH"),
        "certificate": ("许可证书名称", "XK_XKZS"),
        "category": ("许可类别", "审批类别", "XK_XKLB", "XK_SPLB"),
        "content": ("许可内容", "XK_NR"),
        "decided": ("许可决定日期", "XK_JDRQ"),
        "effect_from": ("有效期自", "许可有效期自", "XK_YXQZ"),
        "effect_until": ("有效期至", "许可有效期至", "许可截止期", "XK_YXQZI", "XK_JZQ"),
        "authority": ("许可机关", "XK_XKJG", "XK_XZJG"),
        "state": ("当前状态", "XK_ZT"),
    },
    common=("org_name", "uscc", "published", "region"),
    ignored=(
        "行政许可决定文书名称", "XK_XKWS", "项目名称", "XK_XMMC", "行政相对人代码(税务登记号)", "XK_XDR_SWDJ",
        "行政相对人代码(事业单位证书号)", "XK_XDR_SYDW", "行政相对人代码(社会组织登记证号)", "XK_XDR_SHZZ",
        "许可机关统一社会信用代码", "XK_XKJGDM", "数据来源单位", "XK_LYDW", "数据来源单位统一社会信用代码", "XK_LYDWDM",
        "备注", "BZ", "地方编码", "DFBM", "数据更新时间戳", "SJC", "信息使用范围", "XK_SYFW",
    ),
    needs=(("org_name",), ("content", "category", "certificate"), ("decision_no", "permit_no", "decided")),
    snapshot="delta",
    marks={
        "行政相对人名称": 1,
        "行政许可决定文书号": 4,
        "许可决定日期": 4,
        "许可内容": 3,
        "许可类别": 3,
        "许可机关": 2,
        "XK_XDR_MC": 4,
        "XK_WSH": 4,
        "XK_JDRQ": 4,
        "XK_NR": 3,
    },
    words=("双公示", "行政许可"),
)  # fmt: skip
