"""Tables of a trading platform (SPEC 2.4): blacklists, withdrawals, violations, experts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.model import Listing, Mention, PartyType, Penalty
from loaders.base import End, Kind, Record, Row
from loaders.kinds.penalties import BID_BAN, penalty_kinds
from loaders.periods import PERMANENT, ban_of, names_term
from loaders.records import digest, is_person, listing, looks_like_org, org_ids, organization, person

BODY = {
    "org_name": ("主体名称", "BODY_NAME"),
    "uscc": ("主体代码", "BODY_CODE"),
    "authority": ("处罚部门", "违法违规通报部门", "执行部门", "GOVERNMENT"),
    "decision_no": ("处理文件文号", "DOCUMENT_CODE"),
    "action": ("限制行为", "限制的行为", "CONFINED_ACTION"),
}
UNUSED = (
    "主体类别",
    "BODY_TYPE",
    "主体角色",
    "BODY_ROLE",
    "公开范围",
    "SCOPE",
    "平台代码",
    "PLATFORM_CODE",
    "DATA_KEY",
)
"""Code sets whose values are not confirmed (SPEC 6.1): kept verbatim with the record."""


def _body(row: Row) -> Mention:
    name, code = row.get("org_name"), row.get("uscc")
    if name and not looks_like_org(name) and is_person(row, name, code):
        return person(row, name, code, field="uscc")
    return organization(row, name, org_ids(row, (("uscc", "uscc"),)))


def _black(row: Row) -> Iterator[Listing]:
    yield listing(
        row,
        "ZTBHMD",
        _body(row),
        row.need("record_code"),
        start=row.begin("decided"),
        measure=row.get("action"),
    )


def _withdrawn(row: Row) -> Iterator[Record]:
    yield End(
        row=row.number,
        dataset="ZTBHMD",
        key=row.need("record_code"),
        event="REVOKED",
        at=row.begin("applied"),
        reason=row.get("reason"),
    )


def _violation(row: Row) -> Iterator[Listing]:
    result = "；".join(filter(None, (row.get("result"), row.get("action"), row.get("instructions"))))
    start, end = row.begin("confined_from"), row.finish("confined_until")
    bans = bool(BID_BAN.search(result))
    open_end = row.moment("confined_until").open
    unreadable = False
    decided = row.day("published") or row.day("occurred")
    if bans and end is None:
        ban, ban_start, until = ban_of(result, row.day("confined_from") or decided, about="投标|招标")
        if ban.readable and not ban.forever:
            end, start = until, start or ban_start
        elif not (ban.forever or (open_end and not names_term(result))):
            unreadable = True
            row.warn("ban.unreadable", "result")
    elif end is None and not open_end and row.get("confined_until"):
        unreadable = True
    kinds = penalty_kinds(result)
    if end is None and (open_end or bans) and not unreadable:
        kinds += (PERMANENT,)
    yield listing(
        row,
        "ZTBJ" if bans else "ZTBHMD",
        _body(row),
        row.need("record_code"),
        start=start or row.begin("published", "occurred"),
        end=end,
        penalty=Penalty(kinds=kinds, decided_on=decided, ban_unreadable=unreadable),
        reason="；".join(filter(None, (row.get("subject_matter"), row.get("instructions")))),
        measure=result,
    )


_EXPERT_KEY = (
    "deal",
    "section",
    "reward_type",
    "authority",
    "basis",
    "result",
    "action",
    "confined_from",
    "confined_until",
)
"""What tells two records of one expert, or of two of the same masked number, apart."""


def _praises(row: Row) -> bool:
    """Whether an expert is praised: never where a punishment is named, also beside a reward."""
    text = row.flag("reward_type")
    praises = "奖" in text and not re.search("[惩罚]", text)
    # The heading's own word says both: beside it, one of the two has to stand alone.
    rest = text.replace("奖惩", "")
    if text and not praises and ("奖" in rest or not re.search("[惩罚]", rest)):
        row.warn("expert.reward", "reward_type")
    return praises


def _expert(row: Row) -> Iterator[Listing]:
    card = row.need("person_id")
    name = row.get("person_name")
    found = person(row, name or "-", card)
    subject = (
        found
        if name
        else Mention(
            type=PartyType.PERSON, name="", ids=found.ids, sex=found.sex, birth_year=found.birth_year
        )
    )
    code = "RED" if _praises(row) else "ZTBHMD"
    # As courts publish numbers: the key tells experts apart and never holds a whole number.
    masked = "".join(i.value[:10] + i.value[-4:] if len(i.value) == 18 else i.value[-4:] for i in subject.ids)
    yield listing(
        row,
        code,
        subject,
        digest(name, masked, str(row.begin("published")), *(row.get(field) for field in _EXPERT_KEY)),
        start=row.begin("confined_from", "published"),
        end=row.finish("confined_until"),
        measure="；".join(filter(None, (row.get("result"), row.get("action")))),
        scope="评标专家",
    )


BLACK_LIST = Kind(
    name="black_list",
    title_zh="交易平台黑名单（BLACK_LIST）",
    title_en="Trading-platform blacklist (BLACK_LIST)",
    covers=("ZTBHMD",),
    read=_black,
    snapshot="delta",
    fields={
        **BODY,
        "record_code": ("黑名单标识号", "BLACKLIST_CODE"),
        "reason": ("处罚原因", "RECORD_REASON"),
        "decided": ("处罚日期", "RECORD_DATE"),
        "revoked": ("是否撤销", "REVOCATION_STATUS"),
    },
    common=("basis", "removed", "removal_reason", "status"),
    ignored=UNUSED,
    needs=(("record_code",), ("org_name", "uscc")),
    marks={
        "黑名单标识号": 6,
        "BLACKLIST_CODE": 5,
        "RECORD_REASON": 4,
        "RECORD_DATE": 3,
        "REVOCATION_STATUS": 4,
        "处罚原因": 3,
        "限制行为": 2,
    },
    words=("黑名单信息", "BLACK_LIST"),
)
WITHDRAWN = Kind(
    name="withdraw_black_list",
    title_zh="交易平台撤销黑名单（WITHDRAW_BLACK_LIST）",
    title_en="Withdrawn blacklist entries (WITHDRAW_BLACK_LIST)",
    covers=("ZTBHMD",),
    read=_withdrawn,
    snapshot="delta",
    fields={
        "record_code": ("黑名单", "黑名单标识号", "BLACKLIST_CODE"),
        "reason": ("撤销理由", "REVOCATIONEASONS", "REVOCATION_REASONS"),
        "applied": ("撤销日期", "申请日期", "APPLICATION_DATE"),
    },
    ignored=(
        *UNUSED,
        "主体名称",
        "BODY_NAME",
        "主体代码",
        "BODY_CODE",
        "执行部门",
        "GOVERNMENT",
        "处理文件文号",
        "DOCUMENT_CODE",
        "申请人",
        "ROPOSER",
        "PROPOSER",
    ),
    needs=(("record_code",),),
    marks={
        "REVOCATIONEASONS": 8,
        "REVOCATION_REASONS": 8,
        "ROPOSER": 6,
        "撤销理由": 8,
        "BLACKLIST_CODE": 3,
        "APPLICATION_DATE": 2,
    },
    words=("撤销黑名单", "WITHDRAW_BLACK_LIST"),
)
VIOLATIONS = Kind(
    name="violations",
    title_zh="违法违规信息（VIOLATING_LAWS_RULES_INFO）",
    title_en="Violations of law (VIOLATING_LAWS_RULES_INFO)",
    covers=("ZTBJ", "ZTBHMD"),
    read=_violation,
    snapshot="delta",
    fields={
        **BODY,
        "record_code": ("违法违规信息标识号", "VIOLATING_CODE"),
        "subject_matter": ("违规事项名称", "VIOLATING_NAME"),
        "occurred": ("违规时间", "VIOLATING_TIME"),
        "region": ("区域代码", "AREA"),
        "instructions": ("违法违规说明", "VIOLATING_INSTRUCTIONS"),
        "basis": ("处罚依据", "PUNISHMENT_BASIS"),
        "result": ("处罚结果", "PUNISHMENT_RESULT"),
        "confined_from": ("限制行为开始时间", "CONFINED_START"),
        "confined_until": ("限制行为结束时间", "CONFINED_END"),
        "published": ("发布日期", "OPERATE_DATE"),
    },
    common=("removed", "removal_reason", "status", "revoked"),
    ignored=(
        *UNUSED,
        "违规类型",
        "VIOLATING_TYPE",
        "奖惩或处罚类型",
        "REWARD_PUNISHMENT_BODY",
        "招标项目（采购项目）名称",
        "TENDER_PROJECT_NAME",
        "招标项目（采购项目）编号",
        "TENDER_PROJECT_CODE",
        "标段（包）编号",
        "BID_SECTION_CODE",
        "标段（包）名称",
        "BID_SECTION_NAME",
        "统一交易标识码",
        "UNIFIED_DEAL_CODE",
    ),
    needs=(("record_code",), ("org_name", "uscc")),
    marks={
        "违法违规信息标识号": 8,
        "VIOLATING_CODE": 8,
        "VIOLATING_NAME": 5,
        "CONFINED_START": 3,
        "CONFINED_END": 3,
        "违规事项名称": 5,
        "PUNISHMENT_RESULT": 2,
    },
    words=("违法违规信息", "VIOLATING_LAWS_RULES_INFO"),
)
EXPERTS = Kind(
    name="experts",
    title_zh="专家信用记录（EXPERT_CREDIT_RECORD）",
    title_en="Expert credit records (EXPERT_CREDIT_RECORD)",
    covers=("ZTBHMD", "RED"),
    read=_expert,
    snapshot="delta",
    fields={
        "person_id": ("专家身份证件号码", "ID_CARD"),
        "person_name": ("专家姓名", "EXPERT_NAME"),
        "reward_type": ("奖惩类型", "REWARD_PUNISHMENT_TYPE"),
        "deal": ("统一交易标识码", "UNIFIED_DEAL_CODE"),
        "section": ("标段（包）编号", "BID_SECTION_CODE"),
        "authority": ("监督部门名称", "APPROVE_DEPT_NAME"),
        "basis": ("处罚依据", "VIOLATING_BASIS"),
        "result": ("处罚结果", "VIOLATING_RESULT"),
        "published": ("发布日期", "PULISH_DATE", "PUBLISH_DATE"),
        "action": ("限制的行为", "CONFINED_ACTION"),
        "confined_from": ("限制行为开始时间", "START_DATE"),
        "confined_until": ("限制行为结束时间", "END_DATE"),
    },
    common=("removed", "removal_reason", "status", "revoked"),
    ignored=(
        *UNUSED,
        "招标项目（采购项目）名称",
        "TENDER_PROJECT_NAME",
        "招标项目（采购项目）编号",
        "TENDER_PROJECT_CODE",
        "标段（包）名称",
        "BID_SECTION_NAME",
        "监督部门代码",
        "APPROVE_DEPT_CODE",
        "发布人",
        "OPERATOR",
        "发布时间",
        "OPERATE_DATE",
    ),
    needs=(("person_id",), ("result", "confined_from", "reward_type")),
    marks={
        "专家身份证件号码": 8,
        "REWARD_PUNISHMENT_TYPE": 4,
        "VIOLATING_RESULT": 4,
        "VIOLATING_BASIS": 3,
        "ID_CARD": 2,
        "奖惩类型": 4,
        "PULISH_DATE": 2,
    },
    words=("专家信用记录", "EXPERT_CREDIT_RECORD"),
)
