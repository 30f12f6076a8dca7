"""What a bid leaves behind: machines and files (BID_DOC_CHARACT_CODE), bonds, staff, texts (SPEC 6.1, 条例 40)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from graph.model import Interval, Mention, PartyRecord, PartyType
from graph.relations import Relation, RelationType
from loaders.base import Kind, Record, Row
from loaders.kinds.bids import BIDDER_FIELDS, BIDDER_TAKEN, who_bids
from loaders.kinds.people import link
from loaders.kinds.tenders import LOT_CODE, PLATFORM_COLUMNS, PURCHASE_CODE, TENDER_CODE
from loaders.records import keyed, number, person, thing
from loaders.things import bank_account, contacts, devices, document, scope

DEVICES, BONDS, MEMBERS, TEXTS = "bid_devices", "bid_bonds", "bid_members", "bid_texts"
MAX_XML = 200_000
MAX_TEXT = 2_000_000
_PARTS = (
    ("dongle", re.compile(r"加密锁|锁号|dongle|softdog|usbkey", re.IGNORECASE)),
    ("cpu", re.compile(r"cpu", re.IGNORECASE)),
    ("disk", re.compile(r"硬盘|disk|hdd", re.IGNORECASE)),
    ("memory", re.compile(r"内存|memory", re.IGNORECASE)),
    ("mac", re.compile(r"mac|网卡", re.IGNORECASE)),
    ("machine", re.compile(r"机器码|machine", re.IGNORECASE)),
    ("file_id", re.compile(r"创建标识|文件标识|guid|fileid|file_id|标识码", re.IGNORECASE)),
    ("author", re.compile(r"作者|编制人|author|creator", re.IGNORECASE)),
)


def _bid(row: Row) -> tuple[str, Mention, Interval]:
    """What a bid is for (as text), who bids (a consortium's leader), and since when."""
    about = scope(row).ids[0].value
    bidders, _ = who_bids(row)
    return about, bidders[0][1], Interval(start=row.begin("submitted"))


def _device(row: Row) -> Iterator[Relation]:
    about, who, valid = _bid(row)
    found: list[tuple[str, Mention]] = []
    for kind in ("cpu", "disk", "memory", "mac"):
        found += [("file", one) for one in devices(row, kind, kind)]
    found += [("upload", one) for one in devices(row, "ip", "ip")]
    found += [("file", one) for one in document(row, "md5", row.get("document_name"))]
    for field in ("valuation", "tool"):
        found += [("file", one) for one in _from_xml(row, field)]
    seen: set[str] = set()
    for role, one in found:
        if one.ids[0].value not in seen:
            seen.add(one.ids[0].value)
            yield link(
                row, RelationType.USES, DEVICES, who, one, role=role, valid=valid, apart=about, lot=about
            )


def _from_xml(row: Row, field: str) -> Iterator[Mention]:
    """Codes of machine and tools inside a cell of XML; a part that nobody knows is reported."""
    text = row.get(field)
    if not text:
        return
    if len(text) > MAX_XML or "<" not in text:
        row.warn("xml.cell", field)
        return
    try:
        root = fromstring(text)
    except (ParseError, DefusedXmlException, ValueError):
        row.warn("xml.cell", field)
        return
    for name, value in _leaves(root):
        kind = next((kind for kind, pattern in _PARTS if pattern.search(name)), "")
        if not kind:
            row.unmapped.add(f"{field}/{name}")
        elif kind in ("file_id", "author"):
            plain = number(value)
            if len(plain) >= 6 and any(map(str.isdigit, plain)):
                yield thing(PartyType.DOCUMENT, f"{kind}:{plain}")
        else:
            inner = Row(row.number, {field: value}, row.raw, row.units, row.source)
            yield from devices(inner, kind, field)
            row.problems += [problem for problem in inner.problems if problem not in row.problems]


def _leaves(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.iter():
        for name, value in element.attrib.items():
            if value.strip():
                yield name.rpartition("}")[2], value.strip()
        if element.text and element.text.strip():
            yield str(element.tag).rpartition("}")[2], element.text.strip()


def _bond(row: Row) -> Iterator[Relation]:
    about, who, valid = _bid(row)
    paid = row.amount("amount")
    for one in bank_account(row, "account"):
        yield link(
            row, RelationType.USES, BONDS, who, one, role="bond", valid=valid, apart=about, lot=about,
            bank=row.get("bank"), payer=row.get("payer"), amount=str(paid) if paid is not None else "",
        )  # fmt: skip
    if guarantee := number(row.get("guarantee")):
        letter = thing(PartyType.DOCUMENT, f"guarantee:{number(row.get('insurer'))}:{guarantee}")
        yield link(
            row, RelationType.USES, BONDS, who, letter, role="bond", valid=valid, apart=about, lot=about,
            insurer=row.get("insurer"), serial=guarantee,
        )  # fmt: skip
    if name := row.get("applicant"):
        acting = person(row, name, row.get("applicant_id"), field="applicant_id")
        yield link(
            row, RelationType.ACTS_FOR, BONDS, acting, who, role="agent", valid=valid, apart=about, lot=about,
            duty="guarantee",
        )  # fmt: skip
    for value in contacts(row, "applicant_phone"):
        yield link(
            row, RelationType.USES, BONDS, who, value, role="contact", valid=valid, apart=about, lot=about
        )


def _member(row: Row) -> Iterator[Relation]:
    about, who, valid = _bid(row)
    post = row.get("post")
    role = "project_manager" if re.search(r"项目(?:总)?负责人|项目经理", post) else "key_staff"
    acting = person(row, row.need("person_name"), row.get("person_id"))
    yield link(
        row,
        RelationType.ACTS_FOR,
        MEMBERS,
        acting,
        who,
        role=role,
        valid=valid,
        apart=about,
        lot=about,
        post=post,
    )
    for value in contacts(row, "phone"):
        yield link(
            row, RelationType.USES, MEMBERS, who, value, role="contact", valid=valid, apart=about, lot=about
        )


def _text(row: Row) -> Iterator[Record]:
    about, who, valid = _bid(row)
    text = row.need("text")
    stated = next(document(row, "sha256", row.get("document_name")), None)
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    one = stated or thing(PartyType.DOCUMENT, f"sha256:{digest}", row.get("document_name"))
    value = one.ids[0].value
    yield PartyRecord(
        key=value,
        subject=keyed(one, f"{TEXTS}:{value}"),
        attributes={"text": text, "title": row.get("document_name")},
        source=row.source,
    )
    yield link(row, RelationType.USES, TEXTS, who, one, role="text", valid=valid, apart=about, lot=about)


# fmt: off
_BID = {
    **BIDDER_FIELDS,
    "tender": (*TENDER_CODE, *PURCHASE_CODE),
    "lot": LOT_CODE,
    "submitted": ("投标文件提交时间", "TENDER_DOC_SUBMITTIME", "投标文件固化时间", "SUBMITTIME", "投标文件递交时间",
                  "保证金递交时间", "MARGIN_RECEIVE_TIME", "保函创建时间"),
}
_BID_IGNORED = (*PLATFORM_COLUMNS, "投标人类别", "BIDDER_CODE_TYPE", "投标人角色", "BIDDER_ROLE")
_BID_MARKS = {"投标人名称": 4, "BIDDER_NAME": 6, "投标人代码": 3, "BIDDER_ORG_CODE": 3,
              "招标项目编号": 5, "TENDER_PROJECT_CODE": 5, "UNION_ENTERPRISE_NAME": 4, "联合体名称（如有）": 4}

DEVICES_KIND = Kind(
    name="bid_devices",
    title_zh="投标文件特征码（BID_DOC_CHARACT_CODE、BIDDER_MAKE_TOOL_INFO）",
    title_en="Characteristic codes of bid files (BID_DOC_CHARACT_CODE, BIDDER_MAKE_TOOL_INFO)",
    covers=(DEVICES,),
    read=_device,
    is_list=False,
    snapshot="delta",
    fields={
        **_BID,
        "cpu": ("CPU序列号", "CPU_ID", "CPU编号"),
        "disk": ("硬盘序列号", "HARD_DISK_SERIAL_NUMBER", "硬盘编号"),
        "memory": ("内存序列号", "MEMORY_SERIAL_NUMBER"),
        "ip": ("IP地址", "NET_ID", "上传IP", "投标IP"),
        "mac": ("网卡MAC地址", "MAC_ADDRESS", "MAC地址", "MAC"),
        "md5": ("投标文件MD5码", "BID_DOCUMENT_MD5", "文件MD5"),
        "document_name": ("投标文件名称", "BID_DOCUMENT_NAME"),
        "valuation": ("计价软硬件信息xml", "VALUATION_XML", "计价软硬件信息"),
        "tool": ("投标文件制作工具软硬件信息xml", "MAKE_TOOL_XML", "制作工具软硬件信息"),
    },
    common=BIDDER_TAKEN,
    ignored=(*_BID_IGNORED, "投标文件大小", "BID_DOCUMENT_SIDE", "投标文件URL", "TENDER_DOCUMENTS_URL",
             "投标文件制作工具版本号", "TOOL_VERSION"),
    needs=(("tender",), ("org_name", "codes", "uscc"),
           ("cpu", "disk", "memory", "mac", "ip", "md5", "valuation", "tool")),
    identity=("codes",),
    marks={**_BID_MARKS, "CPU序列号": 8, "CPU_ID": 8, "硬盘序列号": 8, "HARD_DISK_SERIAL_NUMBER": 8,
           "网卡MAC地址": 8, "MAC_ADDRESS": 8, "投标文件MD5码": 8, "BID_DOCUMENT_MD5": 8, "MAC地址": 8, "IP地址": 6,
           "NET_ID": 6},
    words=("特征码", "BID_DOC_CHARACT_CODE", "MAKE_TOOL"),
)
BONDS_KIND = Kind(
    name="bid_bonds",
    title_zh="投标保证金与保函（BIDDER_MARGIN_INFO、LETTER_OF_GUARANTEE）",
    title_en="Bid bonds and guarantees (BIDDER_MARGIN_INFO, LETTER_OF_GUARANTEE)",
    covers=(BONDS,),
    read=_bond,
    is_list=False,
    snapshot="delta",
    fields={
        **_BID,
        "account": ("保证金缴纳基本户账号", "MARGIN_ACCOUNT", "保证金缴纳账号", "投标保证金缴纳账户",
                    "保证金缴纳账户", "付款账号",
                    "支付账号", "PURCHASE_ACCOUN", "缴纳账号"),
        "payer": ("缴纳账户名称", "付款账户名称", "付款人", "付款单位"),
        "bank": ("保证金缴纳基本户银行", "MARGIN_BANK", "开户行"),
        "amount": ("保证金缴纳金额", "MARGIN_PAY", "担保金额", "GUARANTEE_AMOUNT"),
        "guarantee": ("保函编号", "GUARANTEE_NO"),
        "insurer": ("承保人", "INSURER", "出函机构"),
        "applicant": ("申请人员", "PROPOSER", "申请人"),
        "applicant_id": ("证件号码", "PROPOSER_CODE", "申请人证件号码"),
        "applicant_phone": ("申请人员联系方式", "PROPOSER_PHONE", "申请人联系方式"),
    },
    common=BIDDER_TAKEN,
    ignored=(*_BID_IGNORED, "保证金递交方式", "MARGIN_PAY_FORM", "年度保证金信息", "YEAR_MARGIN", "保函形式",
             "GUARANTEE_FORM", "保函类型", "GUARANTEE_TYPE", "保函状态", "GUARANTEE_STATUS", "受益人", "BENEFICIARY",
             "担保费用", "GUARANTEE_COST", "担保开始时间", "BEGIN_TIME", "担保结束时间", "END_TIME", "支付方式",
             "PURCHASE_METHOD", "支付时间", "PURCHASE_TIME", "出函时间", "LETTER_TIME", "证件类型",
             "PROPOSER_CARD_TYPE", "CREATE_TIME", "RATE", "费率", "GUARANTEE_URL", "电子保单文件下载地址",
             "GUARANTEE_MD5", "电子保单文件md5码"),
    needs=(("tender",), ("org_name", "codes", "uscc"), ("account", "guarantee")),
    identity=("codes",),
    marks={**_BID_MARKS, "保证金缴纳基本户账号": 14, "MARGIN_ACCOUNT": 14, "保证金缴纳账号": 14,
           "保证金缴纳账户": 14, "投标保证金缴纳账户": 14, "保函编号": 12,
           "GUARANTEE_NO": 14, "INSURER": 4, "承保人": 4, "MARGIN_BANK": 4, "付款账号": 8},
    words=("保证金缴纳", "电子保函", "BIDDER_MARGIN_INFO", "LETTER_OF_GUARANTEE"),
)
MEMBERS_KIND = Kind(
    name="bid_members",
    title_zh="投标文件项目组成员（BIDDER_PROJECT_MEMBER）",
    title_en="Project staff of bids (BIDDER_PROJECT_MEMBER)",
    covers=(MEMBERS,),
    read=_member,
    is_list=False,
    snapshot="delta",
    fields={
        **_BID,
        "person_name": ("成员姓名", "NAME", "人员姓名", "姓名"),
        "person_id": ("成员身份证号", "ID_CARD_NO", "身份证号", "证件号码"),
        "post": ("成员岗位类型", "POSITION", "岗位", "拟任岗位"),
        "phone": ("成员联系方式", "PHONE"),
    },
    common=BIDDER_TAKEN,
    ignored=(*_BID_IGNORED, "成员职称", "TECHNICAL_POST", "成员证书编号", "CERTIFICATE_NO", "成员证书类型",
             "CERTIFICATE_TYPE", "成员证书全称", "CERTIFICATE_FULL_NAME", "成员证书等级", "CERTIFICATE_LEVLE",
             "成员工作年限", "YEARS_OF_WORKING", "成员信用分", "CREDIT_SCORE", "成员毕业院校", "GRADUATE_SCHOOL"),
    needs=(("tender",), ("org_name", "codes", "uscc"), ("person_name",)),
    identity=("codes", "person_id"),
    marks={**_BID_MARKS, "成员姓名": 14, "成员身份证号": 8, "ID_CARD_NO": 8, "成员岗位类型": 8, "POSITION": 6,
           "TECHNICAL_POST": 4},
    words=("项目组成员", "BIDDER_PROJECT_MEMBER"),
)
TEXTS_KIND = Kind(
    name="bid_texts",
    title_zh="投标文件文本",
    title_en="Texts of bid documents",
    covers=(TEXTS,),
    read=_text,
    is_list=False,
    snapshot="delta",
    max_cell=MAX_TEXT,
    fields={
        **_BID,
        "text": ("投标文件文本", "投标文件正文", "文件正文", "文本内容", "正文", "document_text"),
        "document_name": ("投标文件名称", "BID_DOCUMENT_NAME", "文件名称"),
        "sha256": ("文件SHA256", "SHA256", "文件校验码"),
    },
    common=BIDDER_TAKEN,
    ignored=_BID_IGNORED,
    needs=(("tender",), ("org_name", "codes", "uscc"), ("text",)),
    identity=("codes",),
    marks={**_BID_MARKS, "投标文件文本": 20, "投标文件正文": 20, "文件正文": 16, "文本内容": 16, "正文": 16,
           "document_text": 20},
    words=("投标文件文本",),
)
# fmt: on
