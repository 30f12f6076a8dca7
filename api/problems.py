"""What is wrong with a request body: every error at once, each with a JSON Pointer, a code and a sentence.

Sentences never repeat the value that was sent: it may be an identity number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from api.masking import mask_text
from graph.messages import Lang, catalogue, say

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

    from matching.request import DecisionRequest

M = TypeVar("M", bound="BaseModel")

MAX_BODY = 32 * 1024 * 1024
"""Bytes of a request: 10,000 bidders with all their particulars take about 10 MB."""

PLAIN_DEPTH = 100
"""Objects and lists up to which a text can't be too deep to be written again."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One error: where (RFC 6901), which, and what the sentence needs."""

    pointer: str
    code: str
    params: dict[str, object] = {}

    def message(self, lang: Lang) -> str:
        """The sentence in a language."""
        for room in ("api", "matching"):
            if self.code in catalogue(room):
                return say(room, self.code, lang, **self.params)
        return say("api", "body.invalid", lang)

    def document(self, lang: Lang) -> dict[str, str]:
        """The error as it stands in an answer."""
        return {"pointer": mask_text(self.pointer), "code": self.code, "message": self.message(lang)}


class RequestError(Exception):
    """A body that can't be decided. `problems` are all of its errors, in the order of the document."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(*(f"{p.pointer} {p.code}" for p in self.problems))


def pointer(location: Sequence[str | int]) -> str:
    """A place in a document as a JSON Pointer; "" is the whole document."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def read_json(data: bytes) -> Any:
    """Parse a JSON text strictly: UTF-8, no key twice, no NaN, numbers exact.

    Raises:
        RequestError: `body.encoding`, `body.json`, `body.duplicate`, `body.number`, `body.deep`, `body.text`,
            `body.large`.
    """
    if len(data) > MAX_BODY:
        raise RequestError(
            [Problem(pointer="", code="body.large", params={"limit": MAX_BODY // 1024 // 1024})]
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RequestError([Problem(pointer="", code="body.encoding")]) from None
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_number, parse_int=_integer
        )
        if b"\\u" in data or data.count(b"[") + data.count(b"{") > PLAIN_DEPTH:
            # a lone surrogate (only an escape makes one) or what is too deep would fail when the answer is written
            json.dumps(value, ensure_ascii=False, default=str).encode()
            if b"\\u0000" in data and _has_nul(value):
                raise RequestError([Problem(pointer="", code="body.text")])
    except json.JSONDecodeError as error:
        raise RequestError(
            [Problem(pointer="", code="body.json", params={"line": error.lineno, "column": error.colno})]
        ) from None
    except RecursionError:
        raise RequestError([Problem(pointer="", code="body.deep")]) from None
    except UnicodeEncodeError:
        raise RequestError([Problem(pointer="", code="body.text")]) from None
    return value


def _has_nul(value: Any) -> bool:
    """Whether a text or key holds a NUL, which databases can't keep."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any("\x00" in key or _has_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise RequestError([Problem(pointer="", code="body.duplicate", params={"name": shown(twice)})])
    return found


def _constant(text: str) -> Any:
    raise RequestError([Problem(pointer="", code="body.number")])


def _number(text: str) -> Decimal:
    return Decimal(text) if len(text) <= 40 else _constant(text)


def _integer(text: str) -> int:
    return int(text) if len(text) <= 40 else _constant(text)


def shown(name: str) -> str:
    """A key of the document as it may stand in a sentence: short, printable, numbers masked."""
    from api.errors import mask_numbers
    from api.output import plain

    return mask_numbers(plain(name))[:60]


def parse_request(data: bytes) -> DecisionRequest:
    """The request in a JSON text.

    Raises:
        RequestError: not JSON, or not a request; all errors of the body are in it.
    """
    return validate_request(read_json(data))


def validate_request(value: Any) -> DecisionRequest:
    """The request in a parsed document.

    Raises:
        RequestError: not a request; all errors of the body are in it.
    """
    from matching.request import DecisionRequest

    return validate(DecisionRequest, value)


def parse(kind: type[M], data: bytes) -> M:
    """The document of a kind in a JSON text.

    Raises:
        RequestError: not JSON, or not of that kind; all errors of the body are in it.
    """
    return validate(kind, read_json(data))


def validate(kind: type[M], value: Any) -> M:
    """The document of a kind in parsed JSON.

    Raises:
        RequestError: it is none; all its errors are in it.
    """
    from pydantic import ValidationError

    if not isinstance(value, dict):
        raise RequestError([Problem(pointer="", code="body.object")])
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise RequestError(from_pydantic(error)) from None


def from_pydantic(error: ValidationError, prefix: Sequence[str | int] = ()) -> list[Problem]:
    """The errors of a validation, as problems."""
    items = error.errors(include_url=False, include_input=False)
    problems = [_problem([*prefix, *item["loc"]], item["type"], item.get("ctx") or {}) for item in items]
    # a list whose items are all wrong is not empty: the validator counts the good ones only
    inside = [p.pointer for p in problems]
    return [
        problem
        for problem in problems
        if problem.code != "body.empty" or not any(p.startswith(problem.pointer + "/") for p in inside)
    ]


def of_parameters(items: Iterable[Any]) -> list[Problem]:
    """The errors of a request's path, query or headers, as the framework found them; the place is the parameter."""
    return [_problem(item["loc"][1:], item["type"], item.get("ctx") or {}) for item in items]


def _problem(location: Sequence[str | int], kind: str, context: dict[str, Any]) -> Problem:
    where = pointer(location)
    if kind == "value_error":
        return Problem(pointer=where, code=_own_code(context.get("error")))
    if kind == "extra_forbidden":
        return Problem(pointer=where, code="body.unknown", params={"name": shown(str(location[-1]))})
    if kind == "enum":
        return Problem(pointer=where, code="body.choice", params={"allowed": _choices(location[-1], context)})
    if kind in ("string_too_long", "too_long"):
        return Problem(pointer=where, code="body.long", params={"limit": context.get("max_length", "-")})
    if kind in ("greater_than_equal", "less_than_equal"):
        limit = context.get("ge", context.get("le", "-"))
        return Problem(pointer=where, code=f"body.{kind}", params={"limit": limit})
    return Problem(pointer=where, code=_PLAIN.get(kind) or _by_prefix(kind))


_PLAIN = {
    "missing": "body.missing",
    "too_short": "body.empty",
    "string_type": "body.string",
    "tuple_type": "body.array",
    "model_type": "body.part",
    "model_attributes_type": "body.part",
    "dict_type": "body.part",
    "string_pattern_mismatch": "body.pattern",
    "timezone_aware": "body.time",
}


def _by_prefix(kind: str) -> str:
    for prefix, code in (
        ("datetime", "body.time"),
        ("date", "body.date"),
        ("decimal", "body.decimal"),
        ("finite", "body.decimal"),
        ("int", "body.integer"),
    ):
        if kind.startswith(prefix):
            return code
    return "body.invalid"


def _own_code(error: object) -> str:
    """A validator of ours raises ValueError with a message code as its text."""
    code = str(error)
    return code if any(code in catalogue(room) for room in ("api", "matching")) else "body.invalid"


def _choices(field: str | int, context: dict[str, Any]) -> str:
    """The values that a field takes, the Chinese words for them included."""
    from matching import request

    kinds = {
        "regime": request.Regime,
        "object": request.ProjectObject,
        "stage": request.Stage,
        "funding": request.Funding,
    }
    kind = kinds.get(str(field))
    if kind is None:
        return str(context.get("expected", "-"))
    return ", ".join([*(str(v) for v in kind), *request.ALIASES[kind]])
