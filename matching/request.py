"""The decision request: one definition for HTTP, command line and page (body of `POST /v1/decisions`).

Everything is optional but a bidder with a name or a code. Unknown keys are refused, so that a misspelt field is
never silently ignored. What a rule needs and nobody supplied is reported as not assessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from graph.dates import CST
from graph.lists import code_of

MAX_TEXT = 4_000
Text = Annotated[str, Field(max_length=MAX_TEXT)]
Short = Annotated[str, Field(max_length=200)]


class Regime(StrEnum):
    """Which law the project stands under; decides the required lists and the effects."""

    MANDATORY = "mandatory_tender"
    PROCUREMENT_TENDER = "procurement_tender"
    PROCUREMENT_OTHER = "procurement_other"
    VOLUNTARY = "voluntary"

    @property
    def procurement(self) -> bool:
        """Whether government-procurement law applies."""
        return self in (Regime.PROCUREMENT_TENDER, Regime.PROCUREMENT_OTHER)


class ProjectObject(StrEnum):
    """What is bought."""

    WORKS = "works"
    GOODS = "goods"
    SERVICES = "services"


class Stage(StrEnum):
    """Where the project stands (SPEC 1 #9)."""

    PREQUALIFICATION = "prequalification"
    OPENING = "opening"
    EVALUATION = "evaluation"
    AWARD = "award"
    CONTRACT = "contract"


class Funding(StrEnum):
    """Who pays."""

    GOVERNMENT = "government"
    STATE_OWNED = "state_owned"
    PRIVATE = "private"


ALIASES: dict[type[StrEnum], dict[str, str]] = {
    Regime: {
        "依法必须招标": "mandatory_tender", "依法必须进行招标": "mandatory_tender", "必须招标": "mandatory_tender",
        "政府采购(招标)": "procurement_tender", "政府采购": "procurement_tender",
        "政府采购招标": "procurement_tender", "procurement": "procurement_tender",
        "政府采购(非招标)": "procurement_other", "政府采购非招标": "procurement_other",
        "自愿招标": "voluntary", "国企采购": "voluntary", "自愿招标/国企采购": "voluntary",
    },
    ProjectObject: {"工程": "works", "货物": "goods", "服务": "services"},
    Stage: {
        "资格审查": "prequalification", "资格预审": "prequalification", "开标": "opening", "评标": "evaluation",
        "评审": "evaluation", "定标": "award", "中标": "award", "合同签订": "contract", "签订合同": "contract",
    },
    Funding: {
        "政府投资": "government", "财政资金": "government", "财政": "government", "国有资金": "state_owned",
        "国企": "state_owned", "自筹": "private", "社会资金": "private", "民营": "private",
    },
}  # fmt: skip


def _code(kind: type[StrEnum]) -> BeforeValidator:
    def read(value: Any) -> Any:
        if isinstance(value, str):
            text = value.strip().replace("（", "(").replace("）", ")")
            return ALIASES[kind].get(text, text) or None
        return value

    return BeforeValidator(read)


def _zoned(value: Any) -> Any:
    """A naive time is China time; a bare date is its first instant. Numbers are refused: seconds or days of what?"""
    if isinstance(value, (int, float)):
        raise ValueError("body.time")
    if isinstance(value, str):
        text = value.strip()
        if len(text) == 10:
            text += "T00:00:00"
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError("body.time") from None
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=CST)
    return value


FIRST_YEAR, LAST_YEAR = 1950, 2200
"""Years that a request may name: no list is older, and arithmetic on days needs room above."""


def _in_range(value: datetime) -> datetime:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError("body.time")
    return value


def _day_in_range(value: date) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError("body.date")
    return value


def _calendar(value: Any) -> Any:
    """A day is written as one. Numbers are refused, also those written as text: seconds or days of what?"""
    if isinstance(value, (int, float)) or (isinstance(value, str) and value.strip().lstrip("+-").isdecimal()):
        raise ValueError("body.date")
    return value


Instant = Annotated[datetime, BeforeValidator(_zoned), AfterValidator(_in_range)]
Day = Annotated[date, BeforeValidator(_calendar), AfterValidator(_day_in_range)]


@cache
def _counts(model: type[BaseModel], field: str) -> bool:
    """Whether a field takes a number."""

    def kinds(annotation: Any) -> Iterator[Any]:
        yield annotation
        for part in get_args(annotation):
            yield from kinds(part)

    found = model.model_fields.get(field)
    return found is not None and any(kind in (int, float, Decimal) for kind in kinds(found.annotation))


class Model(BaseModel):
    """Base of every part of a request."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _true_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        if (value is True or value is False) and _counts(cls, info.field_name or ""):
            raise ValueError("body.invalid")
        return value


class Identifier(Model):
    """A number with its scheme; `scheme` may be left out and is then recognised from the shape."""

    scheme: Short | None = None
    id: Short


def _or_name(schema: dict[str, Any]) -> None:
    """In the OpenAPI document: the object, or a bare string as its name."""
    whole = dict(schema)
    schema.clear()
    schema["anyOf"] = [whole, {"type": "string", "maxLength": 200}]


class Person(Model):
    """Someone named in a bid. A bare string is a name."""

    model_config = ConfigDict(json_schema_extra=_or_name)

    name: Short = ""
    identifiers: tuple[Identifier, ...] = ()
    sex: Short = ""
    age: int | None = Field(default=None, ge=0, le=150)
    birth_year: int | None = Field(default=None, ge=1900, le=2100)
    role: Short = ""
    employer: Short = ""
    relatives: tuple[Short, ...] = ()
    region: Short = ""

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class Contact(Model):
    """How a party is reached, or was when it bid."""

    name: Short = ""
    phone: Short = ""
    email: Short = ""
    address: Short = ""


class PartyRef(Model):
    """An organisation or person by name or code. A bare string is a name."""

    model_config = ConfigDict(json_schema_extra=_or_name)

    client_id: Short = ""
    type: Annotated[str | None, Field(pattern="^(organization|person)$")] = None
    name: Short = ""
    identifiers: tuple[Identifier, ...] = ()
    former_names: tuple[Short, ...] = ()
    legal_rep: Person | None = None
    principal: Person | None = None
    sex: Short = ""
    age: int | None = Field(default=None, ge=0, le=150)
    region: Short = ""
    address: Short = ""
    contacts: tuple[Contact, ...] = Field(default=(), max_length=100)

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, value: Any) -> Any:
        return {"name": value} if isinstance(value, str) else value


class Device(Model):
    """Characteristic codes of the machine and tools that made or sent a bid file (投标文件特征码)."""

    cpu: Short = ""
    disk: Short = ""
    memory: Short = ""
    mac: Short = ""
    dongle: Short = ""
    ip: Short = ""
    file_md5: Short = ""
    file_id: Short = ""
    valuation_id: Short = ""
    author: Short = ""


class Document(Model):
    """A bid document, by hash and, for comparison, its text."""

    sha256: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")] | None = None
    name: Short = ""
    text: Annotated[str, Field(max_length=2_000_000)] = ""


class Consortium(Model):
    """A joint bid: who leads, who belongs, and who was prequalified."""

    id: Short = ""
    role: Short = ""
    members: tuple[PartyRef, ...] = Field(default=(), max_length=100)
    prequalified_members: tuple[PartyRef, ...] | None = Field(default=None, max_length=100)


def _or_named(schema: dict[str, Any]) -> None:
    """As `_or_name`, and what `_named` asks for."""
    _or_name(schema)
    whole, name = schema["anyOf"]
    name |= {"minLength": 1, "pattern": "\\S"}
    whole["anyOf"] = [
        {"required": ["name"], "properties": {"name": {"minLength": 1, "pattern": "\\S"}}},
        {"required": ["identifiers"], "properties": {"identifiers": {"minItems": 1}}},
        {"required": ["consortium"], "properties": {"consortium": {"type": "object"}}},
    ]


class Bidder(PartyRef):
    """A bidder or supplier with what the bid states."""

    model_config = ConfigDict(json_schema_extra=_or_named)

    agent: Person | None = None
    project_manager: Person | None = None
    key_staff: tuple[Person, ...] = Field(default=(), max_length=500)
    bond_account: Short = ""
    bond_letter: Short = ""
    """Number of the guarantee letter or bond insurance (保函编号)."""
    devices: tuple[Device, ...] = Field(default=(), max_length=100)
    price: Decimal | None = None
    brand: Short = ""
    lots: tuple[Short, ...] = Field(default=(), max_length=1_000)
    documents: tuple[Document, ...] = Field(default=(), max_length=100)
    consortium: Consortium | None = None

    @model_validator(mode="after")
    def _named(self) -> Bidder:
        if not self.name and not self.identifiers and not (self.consortium and self.consortium.members):
            raise ValueError("request.bidder_unnamed")
        return self


class Lot(Model):
    """A lot (标段/包) of the tender."""

    id: Short
    name: Short = ""


class Tender(Model):
    """The project: what decides which rules apply, and who else takes part."""

    id: Short = ""
    name: Short = ""
    regime: Annotated[Regime | None, _code(Regime)] = None
    method: Short = ""
    object: Annotated[ProjectObject | None, _code(ProjectObject)] = None
    funding: Annotated[Funding | None, _code(Funding)] = None
    region: Short = ""
    stage: Annotated[Stage | None, _code(Stage)] = None
    as_of: Instant | None = None
    activity_date: Day | None = None
    opening_at: Instant | None = None
    buyer: PartyRef | None = None
    agency: PartyRef | None = None
    platform_operator: PartyRef | None = None
    committee: tuple[Person, ...] = Field(default=(), max_length=200)
    experts: tuple[Person, ...] = Field(default=(), max_length=200)
    prior_service_providers: tuple[PartyRef, ...] = Field(default=(), max_length=100)
    invoked_lists: tuple[Annotated[Short, AfterValidator(code_of)], ...] | None = None
    """None: not stated by the caller; (): the documents invoke none."""
    extra_conditions: tuple[Short, ...] = ()
    documents: tuple[Document, ...] = Field(default=(), max_length=100)
    """The tender's own documents: what bids take over from them is no sign of anything."""
    officials: tuple[Person, ...] = Field(default=(), max_length=200)


class DecisionRequest(Model):
    """What is asked: a tender, its lots, its bidders, and the second clock."""

    tender: Tender = Tender()
    known_at: Instant | None = None
    lots: tuple[Lot, ...] = Field(default=(), max_length=1_000)
    bidders: tuple[Bidder, ...] = Field(min_length=1, max_length=10_000)

    @field_validator("bidders")
    @classmethod
    def _told_apart(cls, bidders: tuple[Bidder, ...]) -> tuple[Bidder, ...]:
        """Answers are found by `client_id`; a bidder without one goes by its position."""
        names = {bidder.client_id or str(place) for place, bidder in enumerate(bidders, 1)}
        if len(names) != len(bidders):
            raise ValueError("request.duplicate_client_id")
        return bidders
