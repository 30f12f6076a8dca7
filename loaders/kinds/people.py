"""Posts, declared relatives, officials and where they went: the tables on people that relation rules read.

A person without a number stays apart from every namesake; what a table leaves open stays absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graph.kinship_codes import read_code
from graph.model import Interval, Mention
from graph.relations import Relation, RelationType
from loaders.base import Kind, Row, RowError
from loaders.records import digest, keyed, number, org_ids, organization, person, subject_part

OFFICERS, KINSHIP, OFFICIALS, EMPLOYMENT = "officers", "kinship", "officials", "employment"

_POSTS: tuple[tuple[re.Pattern[str], RelationType], ...] = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"法定代表人|^法人(?:代表)?$", RelationType.LEGAL_REP_OF),
        (r"负责人$|执行事务合伙人|^经营者$", RelationType.HEAD_OF),
        (r"监事", RelationType.SUPERVISOR_OF),
        (
            r"董事会秘书|财务(?:总监|负责人)|^(?:常务|执行)?副?总?经理$|^副?厂长$|总裁$|总监$|高级管理|高管|总会计师|^首席",
            RelationType.EXEC_OF,
        ),
        (r"董事", RelationType.DIRECTOR_OF),
    )
)
_STAFF = re.compile(r"财务负责人|项目负责人|技术负责人|质量负责人|安全负责人")
_SPAN = re.compile(r"\s*(?:至|到|~|～|—+|--|－| - )\s*")
_NAMES = re.compile(r"[、,，;；\s]+")
_AND = re.compile(r"[、,，;；/和兼及\s]+")


def posts(text: str) -> list[tuple[RelationType, str]]:
    """The posts of a cell (`董事长兼总经理` is two); one that is none of law's is employment."""
    found: list[tuple[RelationType, str]] = []
    for post in filter(None, _AND.split(text)):
        kind = RelationType.EMPLOYED_BY
        for pattern, named in _POSTS:
            if pattern.search(post) and not (named is RelationType.HEAD_OF and _STAFF.search(post)):
                kind = named
                break
        found.append((kind, post))
    return found


def term(row: Row, since: str = "since", until: str = "until", span: str = "") -> Interval:
    """The term that a row states, in two cells or in one (`2020-01-01至2022-12-31`).

    An end before its beginning is reported and left out.
    """
    start, end = row.begin(since), row.finish(until)
    if span and (text := row.get(span)):
        parts = _SPAN.split(text.strip())
        inner = Row(
            row.number,
            {"from": parts[0], "to": parts[-1] if len(parts) == 2 else ""},
            row.raw,
            {},
            row.source,
        )
        start, end = start or inner.begin("from"), end or inner.finish("to")
        if len(parts) > 2 or inner.problems:
            row.warn("value.date", span)
    if start is not None and end is not None and end <= start:
        row.warn("value.reversed", until)
        end = None
    return Interval(start=start, end=end)


def _who(row: Row, name: str, card: str, id_type: str = "", sex: str = "") -> Mention:
    return person(row, row.need(name), row.get(card), id_type=row.get(id_type), field=card, sex=row.get(sex))


def _org(row: Row, name: str, code: str) -> Mention:
    return organization(row, row.get(name), org_ids(row, ((code, "uscc"),)))


def link(
    row: Row,
    kind: RelationType,
    dataset: str,
    src: Mention,
    dst: Mention,
    *,
    role: str = "",
    valid: Interval | None = None,
    apart: str = "",
    **attributes: str,
) -> Relation:
    """A relation of a row, under a key that the next file finds again.

    Args:
        row: the row.
        kind: what connects.
        dataset: the data set that the row feeds.
        src, dst: the ends.
        role: kinship code, post or phase.
        valid: when it holds; None: always, as far as is known.
        apart: what else tells two such relations of the same two apart.
        attributes: what else the row says; empty ones are left out.
    """
    valid = valid or Interval()
    key = digest(kind, subject_part(src), subject_part(dst), role, apart, str(valid.start))
    return Relation(
        type=kind,
        key=key,
        src=keyed(src, f"{dataset}:{key}:src"),
        dst=keyed(dst, f"{dataset}:{key}:dst"),
        role=role,
        attributes={name: text for name, text in attributes.items() if text},
        valid=valid,
        source=row.source,
    )


def _officer(row: Row) -> Iterator[Relation]:
    if not row.get("person_name"):
        yield from _board(row)
        return
    if row.get("legal_rep"):
        yield from _board(row)
    who = _who(row, "person_name", "person_id", "id_type", "sex")
    where = _org(row, "org_name", "uscc")
    held = posts(row.get("post"))
    if not held:
        raise RowError("row.missing", "post")
    for kind, post in held:
        if kind is RelationType.EMPLOYED_BY:
            row.warn("officer.post", "post")
        yield link(row, kind, OFFICERS, who, where, role=post, valid=term(row, span="span"))


def _board(row: Row) -> Iterator[Relation]:
    """A row of a company with its people in a cell each (董事、监事、高级管理人员)."""
    where = _org(row, "org_name", "uscc")
    found = False
    for field, kind in (
        ("legal_rep", RelationType.LEGAL_REP_OF),
        ("directors", RelationType.DIRECTOR_OF),
        ("supervisors", RelationType.SUPERVISOR_OF),
        ("executives", RelationType.EXEC_OF),
    ):
        for name in filter(None, _NAMES.split(row.get(field))):
            found = True
            yield link(row, kind, OFFICERS, person(row, name), where, valid=term(row, span="span"))
    if not found:
        raise RowError("row.missing", "person_name")


def _kin(row: Row) -> Iterator[Relation]:
    # `restricted` marks what only an authorised view may show (个人有关事项).
    declared = _who(row, "person_name", "person_id")
    relative = _who(row, "relative", "relative_id")
    text = row.need("kin")
    code = read_code(text)
    if code == "":
        raise RowError("kinship.none", "kin")
    if code is None:
        row.warn("kinship.unknown", "kin")
    yield link(
        row,
        RelationType.KIN_OF,
        KINSHIP,
        relative,
        declared,
        role=code or text,
        valid=term(row),
        restricted="yes",
    )
    if row.get("relative_org") or row.get("relative_org_code"):
        where = _org(row, "relative_org", "relative_org_code")
        for kind, post in posts(row.get("relative_post")) or [(RelationType.EMPLOYED_BY, "")]:
            yield link(row, kind, KINSHIP, relative, where, role=post, restricted="yes")


def _yes(row: Row, field: str) -> str:
    """`yes`, `no`, or empty where a cell does not say."""
    text = row.flag(field)
    if text in ("是", "1", "Y", "YES", "yes", "TRUE", "true", "√"):
        return "yes"
    if text in ("否", "0", "N", "NO", "no", "FALSE", "false", "×"):
        return "no"
    if text:
        row.warn("value.yes_no", field)
    return ""


def _official(row: Row) -> Iterator[Relation]:
    who = _who(row, "person_name", "person_id", "id_type", "sex")
    where = _org(row, "org_name", "uscc")
    yield link(
        row, RelationType.OFFICIAL_OF, OFFICIALS, who, where,
        role=row.get("post"), valid=term(row, span="span"), level=row.get("level"), leading=_yes(row, "leading"),
        duty=row.get("duty"),
    )  # fmt: skip
    if row.get("new_org") or row.get("new_org_code"):
        after = _org(row, "new_org", "new_org_code")
        yield link(
            row, RelationType.EMPLOYED_BY, OFFICIALS, who, after,
            role=row.get("new_post"), valid=term(row, "new_since", "new_until"),
        )  # fmt: skip


def _employment(row: Row) -> Iterator[Relation]:
    who = _who(row, "person_name", "person_id", "id_type", "sex")
    where = _org(row, "org_name", "uscc")
    yield link(
        row, RelationType.EMPLOYED_BY, EMPLOYMENT, who, where,
        role=row.get("post"), valid=term(row, span="span"), form=row.get("form"),
    )  # fmt: skip


def _oversight(row: Row) -> Iterator[Relation]:
    above, below = _org(row, "above", "above_code"), _org(row, "below", "below_code")
    manages = "管理" in row.get("relation") and "监督" not in row.get("relation")
    kind = RelationType.MANAGES if manages or "托管" in row.get("relation") else RelationType.OVERSEES
    yield link(row, kind, "oversight", above, below, role=row.get("relation"), valid=term(row),
               document=number(row.get("document")))  # fmt: skip


# fmt: off
_PERSON = {
    "person_name": ("姓名", "人员姓名", "高管姓名", "name", "personName"),
    "person_id": ("公民身份号码", "身份证号", "身份证号码", "居民身份证号码", "证件号码", "身份证件号码",
                  "person_id"),
    "id_type": ("证件类型", "身份证件类型"),
    "sex": ("性别", "sex"),
}
_SINCE = ("任职日期", "任职开始日期", "任职起始日期", "任职时间", "任期开始", "任职起", "起始日期", "开始日期",
          "since")
_SPANS = ("任职起止时间", "任职起止日期", "任期", "任职期限", "起止日期", "起止时间", "参保起止时间",
          "参保起止日期", "span")
_UNTIL = ("离任日期", "任职结束日期", "任职截止日期", "免职日期", "离职日期", "任期届满", "任职止", "截止日期",
          "结束日期", "until")

OFFICERS_KIND = Kind(
    name="officers",
    title_zh="主要人员（法定代表人、董事、监事、高级管理人员）",
    title_en="Officers (representatives, directors, supervisors, senior managers)",
    covers=(OFFICERS,),
    read=_officer,
    is_list=False,
    snapshot="delta",
    fields={
        **_PERSON,
        "org_name": ("任职单位", "任职企业", "任职企业名称", "企业名称", "公司名称", "单位名称", "company"),
        "uscc": ("任职单位统一社会信用代码", "企业统一社会信用代码", "统一社会信用代码", "company_code"),
        "post": ("职务", "职位", "担任职务", "岗位", "post", "position"),
        "legal_rep": ("法定代表人", "法定代表人姓名"),
        "directors": ("董事", "董事会成员", "董事姓名"),
        "supervisors": ("监事", "监事会成员", "监事姓名"),
        "executives": ("高管", "高级管理人员", "高级管理人员姓名", "经理"),
        "since": _SINCE,
        "until": _UNTIL,
        "span": _SPANS,
    },
    ignored=("备注", "学历", "国籍", "民族", "产生方式", "是否持股", "是否在任"),
    needs=(("post", "directors", "supervisors", "executives"), ("person_name", "directors", "supervisors",
           "executives"),
           ("org_name", "uscc")),
    prior=2,
    marks={"董事": 4, "监事": 4, "高级管理人员": 4, "高管": 4, "任职单位": 3, "任职企业": 4, "任职企业名称": 4,
           "职务": 2, "高管姓名": 5, "任职日期": 1, "职位": 2,
           "post": 3, "position": 3, "担任职务": 2, "产生方式": 4},
    words=("主要人员", "高管", "董监高", "任职信息"),
)
KINSHIP_KIND = Kind(
    name="kinship",
    title_zh="亲属关系申报（个人有关事项，限制查阅）",
    title_en="Declared relatives (restricted)",
    covers=(KINSHIP,),
    read=_kin,
    is_list=False,
    snapshot="delta",
    fields={
        "person_name": ("领导干部姓名", "报告人姓名", "报告人", "申报人", "申报人姓名", "本人姓名", "姓名",
                        "official"),
        "person_id": ("领导干部证件号码", "报告人证件号码", "报告人身份证号", "申报人身份证号", "申报人证件号码",
                      "本人身份证号", "公民身份号码", "身份证号", "official_id"),
        "relative": ("亲属姓名", "家属姓名", "家庭成员姓名", "关系人姓名", "relative"),
        "relative_id": ("亲属证件号码", "亲属身份证号", "亲属身份证号码", "家庭成员证件号码", "家庭成员身份证号",
                        "关系人证件号码", "relative_id"),
        "kin": ("与本人关系", "与申报人关系", "与报告人关系", "亲属关系", "称谓", "关系", "kin"),
        "relative_org": ("亲属工作单位", "亲属所在单位", "家庭成员工作单位", "亲属任职企业", "亲属经办企业"),
        "relative_org_code": ("亲属工作单位统一社会信用代码", "亲属所在单位代码", "亲属任职企业统一社会信用代码",
                              "亲属经办企业统一社会信用代码"),
        "relative_post": ("亲属职务", "家庭成员职务", "亲属担任职务"),
        "since": ("关系起始日期", "结婚日期", "起始日期"),
        "until": ("关系终止日期", "离婚日期", "终止日期"),
    },
    ignored=("申报日期", "填报日期", "年度", "备注", "单位", "职务", "政治面貌", "性别"),
    needs=(("person_name",), ("relative",), ("kin",)),
    identity=("person_id", "relative_id"),
    marks={"亲属姓名": 8, "家庭成员姓名": 8, "家属姓名": 8, "关系人姓名": 6, "与本人关系": 5, "与申报人关系": 5,
           "与报告人关系": 5, "称谓": 4, "亲属关系": 4, "relative": 8, "kin": 4},
    words=("个人有关事项", "亲属关系", "家庭成员"),
)
OFFICIALS_KIND = Kind(
    name="officials",
    title_zh="公职人员任职（含离任与离任后去向）",
    title_en="Officials, their posts and terms, and where they went",
    covers=(OFFICIALS,),
    read=_official,
    is_list=False,
    snapshot="delta",
    fields={
        **_PERSON,
        "org_name": ("单位", "单位名称", "任职单位", "所在单位", "工作单位", "原单位", "原任职单位",
                     "原工作单位", "机关名称",
                     "agency"),
        "uscc": ("单位统一社会信用代码", "单位代码", "原单位统一社会信用代码", "原任职单位统一社会信用代码",
                 "统一社会信用代码", "agency_code"),
        "post": ("职务", "现任职务", "原职务", "原任职务", "post"),
        "level": ("级别", "职级", "职务层次", "行政级别", "原职级", "原级别", "level"),
        "leading": ("是否领导班子成员", "是否班子成员", "领导班子成员", "原是否领导班子成员", "leading"),
        "duty": ("分管工作", "分管领域", "工作职责", "原分管工作", "原工作业务"),
        "span": _SPANS,
        "since": _SINCE,
        "until": (*_UNTIL, "离任时间", "离开公职日期", "辞去公职日期", "退休日期"),
        "new_org": ("现任职企业", "现工作单位", "现任职单位", "离职后单位", "去向单位", "现任职企业名称"),
        "new_org_code": ("现任职企业统一社会信用代码", "现工作单位统一社会信用代码", "现任职单位统一社会信用代码",
                         "去向单位统一社会信用代码"),
        "new_post": ("现任职企业职务", "现单位职务", "离职后职务", "现企业职务"),
        "new_since": ("现任职开始日期", "到任日期", "入职日期"),
        "new_until": ("现任职结束日期",),
    },
    ignored=("备注", "政治面貌", "民族", "任免文号", "离职方式", "离职类型", "出生年月"),
    needs=(("person_name",), ("org_name", "uscc"), ("level", "leading", "new_org", "new_org_code")),
    marks={"是否领导班子成员": 8, "是否班子成员": 8, "领导班子成员": 8, "职务层次": 5, "职级": 3, "级别": 3,
           "行政级别": 4, "免职日期": 2, "原任职单位": 4, "原单位": 3, "离职后单位": 5, "去向单位": 5,
           "现任职企业": 4, "辞去公职日期": 6, "离开公职日期": 6, "职务": 1, "leading": 5, "agency": 3,
           "现任职务": 2, "所在单位": 1, "分管工作": 3, "原职务": 3, "现任职单位": 3, "现单位职务": 2, "工作单位": 1},
    words=("公职人员", "领导干部", "离任", "公务员"),
)
EMPLOYMENT_KIND = Kind(
    name="employment",
    title_zh="劳动关系（参保、用工）",
    title_en="Employment",
    covers=(EMPLOYMENT,),
    read=_employment,
    is_list=False,
    snapshot="delta",
    fields={
        **_PERSON,
        "org_name": ("用人单位", "用人单位名称", "参保单位", "参保单位名称", "工作单位", "单位名称", "employer"),
        "uscc": ("用人单位统一社会信用代码", "参保单位统一社会信用代码", "工作单位统一社会信用代码", "单位代码",
                 "统一社会信用代码", "employer_code"),
        "post": ("岗位", "职务", "工种", "post"),
        "form": ("用工形式", "参保险种", "合同类型"),
        "since": ("入职日期", "参保开始日期", "参保起始日期", "合同起始日期", *_SINCE),
        "until": ("参保截止日期", "参保停止日期", "合同终止日期", *_UNTIL),
        "span": _SPANS,
    },
    ignored=("备注", "缴费基数", "个人编号", "单位编号"),
    needs=(("person_name",), ("org_name", "uscc"), ("since", "form", "until", "span")),
    marks={"参保单位": 6, "参保单位名称": 6, "用工形式": 5, "参保开始日期": 5, "参保险种": 5, "工作单位": 3,
           "入职日期": 3, "参保起止时间": 5, "合同起始日期": 4, "employer": 6, "用人单位": 3, "用人单位名称": 3},
    words=("劳动关系", "社保缴纳", "参保人员", "用工"),
)
OVERSIGHT_KIND = Kind(
    name="oversight",
    title_zh="主管、监管与管理关系",
    title_en="Who oversees or manages whom",
    covers=("oversight",),
    read=_oversight,
    is_list=False,
    snapshot="delta",
    fields={
        "above": ("主管部门", "主管单位", "监管部门", "管理单位", "上级主管部门", "委托管理方", "above"),
        "above_code": ("主管部门统一社会信用代码", "主管单位统一社会信用代码", "监管部门统一社会信用代码",
                       "管理单位统一社会信用代码", "above_code"),
        "below": ("被监管单位", "被管理单位", "下属单位", "所属单位", "被监管企业", "受托管理企业", "below"),
        "below_code": ("被监管单位统一社会信用代码", "被管理单位统一社会信用代码", "下属单位统一社会信用代码",
                       "所属单位统一社会信用代码", "被监管企业统一社会信用代码", "below_code"),
        "relation": ("关系", "关系类型", "管理方式", "监管事项"),
        "document": ("依据文号", "文件文号", "文号"),
        "since": _SINCE,
        "until": _UNTIL,
    },
    ignored=("备注",),
    needs=(("above", "above_code"), ("below", "below_code")),
    identity=("above_code", "below_code"),
    marks={"被监管单位": 8, "被管理单位": 8, "下属单位": 5, "所属单位": 4, "主管部门": 3, "主管单位": 4,
           "监管部门": 3,
           "管理单位": 3, "被监管企业": 8, "受托管理企业": 8, "above": 4, "below": 4},
    words=("主管关系", "管理关系", "监管关系"),
)
# fmt: on
