"""From taken fields to mentions and listings: the parts that all kinds share."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec
import xxhash

from graph.identifiers import (
    Parsed,
    citizen_valid,
    org_code_valid,
    parse_organization,
    parse_person,
    uscc_valid,
)
from graph.lists import BY_CODE
from graph.model import Id, Interval, Listing, Mention, Name, PartyType, Penalty, Related, Status, StatusEvent
from graph.text import clean, org_key, organization_name, person_key, repair
from loaders.base import Row, RowError

_ORG_END = re.compile(
    r"(?:公司|集团|厂|商店|商行|酒店|店|社|院|研究所|事务所|所|中心|局|委员会|委|政府|企业|合伙\)?|部|馆|站|银行|分行|支行|"
    r"农场|林场|市场|队|协会|学会|商会|学校|大学|中学|小学|幼儿园|医院|办事处|村|基地|园|联盟|工作室|经营户|矿|\))$"
)
PERSON_WORDS = frozenset({"自然人", "个人", "公民"})
ORG_WORDS = ("法人", "组织", "企业", "单位", "机构", "个体工商户")


def digest(*parts: str) -> str:
    """A key from the parts that identify a record. Never given a whole citizen number."""
    return xxhash.xxh3_128_hexdigest("\x1f".join(parts).encode())


def number(text: str) -> str:
    """A case or document number for comparison: one kind of bracket, no spaces."""
    flat = unicodedata.normalize("NFKC", text).translate(_BRACKETS)
    return "".join(flat.split()).upper()


_BRACKETS = str.maketrans("[]〔〕【】{}〈〉", "()()()()()")


def looks_like_org(name: str) -> bool:
    """Whether a name reads as that of an organisation: by its ending or its length."""
    if len(name) <= 2 or (len(name) == 3 and name.endswith("园")):
        return False  # 张园 is somebody's name; no organisation has so short a one
    return bool(_ORG_END.search(name)) or (len(name) >= 8 and "·" not in name and not name.isascii())


def to_id(parsed: Parsed) -> Id:
    """An identifier as the model keeps it; what was damaged is kept, but never used to match."""
    return Id(
        scheme=parsed.scheme,
        value=parsed.value,
        raw=parsed.raw if parsed.raw != parsed.value else "",
        state="malformed" if parsed.state == "damaged" else parsed.state,
    )


def _judge(row: Row, parsed: Parsed, field: str) -> None:
    """Count a code and report what is wrong with it."""
    read, bad = row.seen_codes
    if parsed.state in ("malformed", "damaged"):
        row.seen_codes = (read, bad + 1)
    else:
        row.seen_codes = (read + 1, bad)
        if parsed.state != "checksum":
            return
    row.warn(parsed.problem, field, **parsed.params)


_TOTAL = re.compile(
    r"[(（]?(?:本页|本表|全部|全市|全省)?(?:合计|总计|小计|共计|总数|累计|汇总)[(（]?(?:数|家数|户数|人数|金额)?[)）]?[:：]?\d*[家户条人个名起件]?"
    r"|[共计]{0,2}\d+[家户条人个名起件]?"
)


def _check_name(name: str) -> None:
    """Refuse a line of totals: it stands where a name stands, and names nobody.

    Raises:
        RowError: `row.list_total`.
    """
    if _TOTAL.fullmatch("".join(unicodedata.normalize("NFKC", name).split())):
        raise RowError("row.list_total", "org_name")


ORG_FIELDS = (("uscc", "uscc"), ("org_code", "org_code"), ("reg_no", "reg_no"))


def org_ids(row: Row, fields: tuple[tuple[str, str], ...] = ORG_FIELDS) -> tuple[Id, ...]:
    """The codes that a row states for its organisation, damaged ones kept as `malformed`."""
    ids: list[Id] = []
    for field, hint in fields:
        if not (text := row.get(field)):
            continue
        parsed = parse_organization(text, hint)
        if parsed.state == "empty":
            continue
        _judge(row, parsed, field)
        found = to_id(parsed)
        if all((i.scheme, i.value) != (found.scheme, found.value) for i in ids):
            ids.append(found)
    return tuple(ids)


def organization(
    row: Row, name: str, ids: tuple[Id, ...], *, address: str = "", region: str = "", legal_rep: str = ""
) -> Mention:
    """An organisation as a row names it; without a name its code must be readable.

    Raises:
        RowError: `code.excel_only`, `code.malformed_only`, `row.nameless`, `row.list_total`.
    """
    if not name and not any(i.state != "malformed" for i in ids):
        if not ids:
            raise RowError("row.nameless", "org_name")
        damaged = next((field for code, field, _ in row.problems if code == "id.excel"), "")
        raise RowError("code.excel_only" if damaged else "code.malformed_only", damaged or "uscc")
    _check_name(name)
    name = repair(clean(name))
    names: tuple[Name, ...] = ()
    n6 = ""
    if name:
        if "(" in name or "（" in name or "名称" in name or "等" in name:
            read = organization_name(name)
            n6, names = read.n6, read.aliases
        else:
            n6 = org_key(name)
        if "?" in n6:
            row.warn("name.lost", "org_name")
    return Mention(
        type=PartyType.ORGANIZATION,
        name=name,
        n6=n6,
        names=names,
        ids=ids,
        address=address,
        region=region,
        legal_rep=legal_rep,
    )


def person(
    row: Row,
    name: str,
    id_text: str = "",
    *,
    id_type: str = "",
    field: str = "person_id",
    sex: str = "",
    age: str = "",
    age_at: date | None = None,
    region: str = "",
) -> Mention:
    """A person as a row names one. Masks stay as published; nothing is filled in.

    Raises:
        RowError: `row.nameless`, `row.list_total`.
    """
    if not name:
        raise RowError("row.nameless", "org_name")
    _check_name(name)
    name = repair(clean(name))
    ids: tuple[Id, ...] = ()
    birth_year: int | None = None
    if id_text:
        if _COURT_MASK.fullmatch(id_text):
            parsed = Parsed(scheme="citizen_id", value=id_text, raw=id_text, state="masked")
        else:
            parsed = parse_person(id_text, id_type)
        if parsed.state != "empty":
            _judge(row, parsed, field)
            ids = (to_id(parsed),)
        if parsed.scheme == "citizen_id" and parsed.state != "malformed" and len(parsed.value) == 18:
            year = parsed.value[6:10]
            birth_year = int(year) if year.isascii() and year.isdigit() else None
    years = int(age) if age.isascii() and age.isdigit() and 0 < int(age) < 130 else None
    return Mention(
        type=PartyType.PERSON,
        name=name,
        n6=person_key(name),
        ids=ids,
        sex=_SEX.get(sex, ""),
        age=years,
        age_at=age_at if years else None,
        birth_year=birth_year,
        region=region,
    )


_COURT_MASK = re.compile(r"[1-6][0-9]{5}(?:19|20)[0-9]{2}\*{4}[0-9]{3}[0-9X]")
"""What two thirds of a court list hold; `parse_person` reads it the same, with a look at everything else first."""
_SEX = {"男": "m", "女": "f", "男性": "m", "女性": "f", "m": "m", "f": "f", "M": "m", "F": "f"}


_PERSON_NUMBER = re.compile(r"[1-8][0-9*●•×Xx]{13,16}[0-9Xx*●•×]")
_PASSPORT = re.compile(r"[A-Z]{1,2}[0-9]{7,8}")
_ORG_NUMBER = re.compile(r"[0-9A-Za-z*]{8}-?[0-9A-Za-z*]|[0-9A-Za-z*]{18}")


def is_person(row: Row, name: str, id_text: str) -> bool:
    """Whether a row's subject is a natural person: by its stated type, else by number, sex, age and name."""
    stated = row.flag("subject_type")
    if stated:
        if stated in PERSON_WORDS:
            return True
        if any(word in stated for word in ORG_WORDS):
            return False
        if "自然人" in stated or "个人" in stated:
            return True
    if id_text and (kind := whose(id_text, name)):
        return kind == "person"
    if row.get("sex") or row.get("age"):
        return True
    if row.get("uscc") or row.get("org_code") or row.get("reg_no") or row.get("legal_rep"):
        return False
    return not looks_like_org(name)


def subject_part(mention: Mention) -> str:
    """What of a subject goes into a record's key: for persons never a whole number."""
    if mention.type is PartyType.PERSON:
        tail = next((i.value[:6] + i.value[-4:] for i in mention.ids if len(i.value) == 18), "")
        return f"p{mention.n6}{tail}"
    code = next((i.value for i in mention.ids if i.state in ("valid", "checksum")), "")
    return f"o{code or mention.n6}"


def related(role: str, mention: Mention, key: str) -> Related:
    """Someone named beside the subject, with a key of their own."""
    return Related(role=role, mention=keyed(mention, f"{key}:{role}"))


def keyed(mention: Mention, key: str) -> Mention:
    """The mention with its key set."""
    return msgspec.structs.replace(mention, key=key)


def exits(row: Row) -> tuple[StatusEvent, ...]:
    """The exit that a row states: its removal date, or a status word."""
    at = row.begin("removed")
    word = row.flag("status")
    status: Status | None = None
    if word and not _STAYS.search(word):
        status = next((s for words, s in _STATUS_WORDS if any(w in word for w in words)), None)
        if status is None:
            row.warn("value.status", "status")
    if row.flag("revoked").upper() in _YES:
        status = Status.REVOKED
    if status is None and at is None:
        return ()
    if status is Status.DISPUTED:
        return (StatusEvent(status=status, span=Interval()),)
    return (
        StatusEvent(
            status=status or Status.REMOVED, span=Interval(start=at), reason=row.get("removal_reason")
        ),
    )


_YES = frozenset({"1", "是", "Y", "YES", "TRUE", "已撤销"})
_STAYS = re.compile(r"^(?:未|待|可|不|正在|申请|0$|正常|有效|在列|列入|生效|现行|公示|公布|发布)|中$")
_STATUS_WORDS: tuple[tuple[tuple[str, ...], Status], ...] = (
    (("修复",), Status.REPAIRED),
    (("撤销", "作废"), Status.REVOKED),
    (("异议",), Status.DISPUTED),
    (("移出", "移除", "退出", "删除", "屏蔽", "下架", "失效"), Status.REMOVED),
)


def listing(
    row: Row,
    list_code: str,
    subject: Mention,
    key: str,
    *,
    start: datetime | None,
    end: datetime | None = None,
    events: tuple[StatusEvent, ...] = (),
    relations: tuple[tuple[str, Mention], ...] = (),
    penalty: Penalty | None = None,
    **texts: str | tuple[str, ...],
) -> Listing:
    """A listing of a row: the fields that all lists share are taken here.

    Args:
        row: the row.
        list_code: which list.
        subject: who is listed.
        key: identifies the record within its list.
        start, end: the effect interval in law, end exclusive.
        events: exits beside the one that the row's own columns state.
        relations: role and mention of others named.
        penalty: what a decision imposes.
        texts: `reason`, `measure`, `case_no`, `grounds` and alike.
    """
    if start is not None and end is not None and end <= start:
        # Which of the two is wrong can't be told: counted from the earlier one on, and for a person to read.
        row.warn("value.reversed", "until")
        start, end = end - timedelta(days=1), None
        if penalty is not None:
            penalty = msgspec.structs.replace(penalty, ban_unreadable=True)
    prefix = f"{list_code}:{key}"
    if list_code in BY_CODE and BY_CODE[list_code].counted:
        # what only reports count names nobody to decisions: without numbers it joins no party
        subject = msgspec.structs.replace(subject, ids=())
        relations = tuple((role, msgspec.structs.replace(one, ids=())) for role, one in relations)
    values: dict[str, object] = {
        "authority": row.get("authority"),
        "decision_no": row.get("decision_no"),
        "reason": row.get("reason"),
        "basis": row.get("basis"),
        "region": row.get("region"),
        **texts,
    }
    return Listing(
        list_code=list_code,
        key=key,
        subject=keyed(subject, prefix),
        effect=Interval(start=start, end=end),
        published=Interval(start=row.begin("published"), end=row.finish("published_until")),
        events=events + exits(row),
        related=tuple(related(role, mention, f"{prefix}:{n}") for n, (role, mention) in enumerate(relations)),
        penalty=penalty,
        raw=row.raw,
        source=row.source,
        **values,  # type: ignore[arg-type]
    )


def thing(kind: PartyType, value: str, title: str = "") -> Mention:
    """A thing that connects parties (a lot, an account, a telephone), by the one identifier that it has.

    Args:
        kind: what it is; `kind.thing` holds.
        value: its identifier in comparable form, the same wherever the thing is named.
        title: what it is called, where a record says.
    """
    return Mention(
        type=kind, name=title or value, n6=title or value, ids=(Id(scheme=kind.value, value=value),)
    )


_ORG_HOLDER = re.compile(r"法人|企业|公司|机构|组织|合伙|单位|国有|集体|基金|信托|政府|外资|境外|台港澳|外国")


def party(row: Row, name: str, number: str = "", *, stated: str = "", name_field: str, field: str) -> Mention:
    """Whoever a row names, organisation or person: by the stated type, else by the number, else by the name.

    Args:
        row: the row.
        name: as written; may be empty where the number says who is meant.
        number: an organisation's code or a person's number.
        stated: what the row says of its type (`自然人股东`, `企业法人`).
        name_field, field: where name and number stand, for reports.

    Raises:
        RowError: `row.nameless` and alike.
    """
    if not name and not number:
        raise RowError("row.nameless", name_field)
    human = "自然人" in stated or "个人" in stated
    if not human and not _ORG_HOLDER.search(stated):
        kind = whose(number, name)
        human = kind == "person" or (not kind and not looks_like_org(name))
    if human:
        return person(row, name, number, field=field)
    ids: tuple[Id, ...] = ()
    if number:
        parsed = parse_organization(number)
        if parsed.state != "empty":
            _judge(row, parsed, field)
            ids = (to_id(parsed),)
    return organization(row, name, ids)


def whose(text: str, name: str = "") -> Literal["person", "organization", ""]:
    """Whose number it is by its form, empty where that can't be told.

    Credit codes and registration numbers of digits alone have the form of a citizen number, and one citizen number
    in thirty has the check character of a credit code. Where both can be read, the name decides.
    """
    if _COURT_MASK.fullmatch(text):
        return "person"
    shape = unicodedata.normalize("NFKC", text).strip()
    value = shape.upper()
    if not _PERSON_NUMBER.fullmatch(shape):
        if _PASSPORT.fullmatch(value) and not org_code_valid(value) and not looks_like_org(name):
            return ""
        return "organization" if _ORG_NUMBER.fullmatch(shape) else ""
    if looks_like_org(name) and (uscc_valid(value) or (len(value) == 15 and value.isdecimal())):
        return "organization"
    if uscc_valid(value) and not citizen_valid(value):
        return "" if name else "organization"
    return "person" if parse_person(shape).state in ("valid", "checksum", "masked") else ""


def own_number(row: Row, name: str) -> str:
    """The number of a natural person that a row states of its subject, also where it stands among the codes."""
    code = row.get("uscc")
    if card := row.get("person_id"):
        return card
    return code if code and not looks_like_org(name) and whose(code, name) == "person" else ""
