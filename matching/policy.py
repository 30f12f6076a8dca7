"""The policy: what an operator may set, and what nobody may set without a legal basis.

The shipped `policy.toml` is the schema: a file given by an operator states only what differs, and a key that
the shipped file does not know is refused with its name and line. A policy may soften a rule; it may make one
stricter than shipped, to BLOCK, only with an override that names the law and the administrator who answers
for it (SPEC 4).
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from graph.lists import APART, BY_CODE, LISTS
from graph.messages import Lang, say
from matching.decision import Effect
from matching.request import Regime
from matching.rules import RULES
from matching.rules.base import Rule

Table = dict[str, Any]
OVERRIDE_KEYS = ("legal_basis", "administrator", "date")
MATCHING: Mapping[str, tuple[int, int]] = {
    "alarm_budget_per_100k": (1, 10_000), "candidates": (0, 64), "register_holds_percent": (0, 99),
}  # fmt: skip
"""Least and largest values of the table `matching`."""
_RULES: Mapping[str, Rule] = {rule.code: rule for rule in RULES}
_ORDER = {info.code: position for position, info in enumerate(LISTS)}
_LIST_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,31}")


class PolicyError(Exception):
    """A policy that cannot be used, with its code (`policy.*`) and what the sentence needs."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        """The sentence in both languages, for a terminal that knows neither."""
        return f"{self.sentence('zh')} / {self.sentence('en')}"

    def sentence(self, lang: Lang) -> str:
        """The sentence in one language."""
        return say("matching", self.code, lang, **self.params)


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """An administrator's signed word that a stricter effect has a legal basis."""

    legal_basis: str
    administrator: str
    date: date


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A checked policy. Build one with `load_policy` or `policy_from_text`.

    `text` is the canonical content (JSON, sorted keys): what is kept for replay. `hash` is its SHA-256.
    """

    text: str
    hash: str
    version: str
    overrides: Mapping[str, Override]
    _hours: Mapping[str, int]
    _default_hours: int
    _required: Mapping[str, tuple[str, ...]]
    _all_required: tuple[str, ...]
    _enabled: frozenset[str]
    _assumed: frozenset[str]
    _effects: Mapping[tuple[str, str], Effect]
    _options: Mapping[str, int]
    alarm_budget: int
    """Clean bidders of 100,000 that may be sent to a human because their names resemble a listed one."""
    candidates: int
    """Similar names looked at for one name; 0 searches names as written only."""
    register_holds: int
    """How many in a hundred clean bidders a loaded register knows by name, so that they alarm nobody."""
    _state: tuple[re.Pattern[str], ...]
    _shared: Mapping[str, tuple[str, ...]]

    def __hash__(self) -> int:
        """By content."""
        return hash(self.hash)

    def max_age(self, list_code: str) -> timedelta:
        """How old a list's snapshot may be, from when it was taken, before it counts as stale."""
        return timedelta(hours=self._hours.get(list_code, self._default_hours))

    def required_lists(self, regime: Regime | None, invoked: tuple[str, ...] | None) -> tuple[str, ...]:
        """The lists without which a tender cannot be decided (SPEC 3).

        Args:
            regime: which law the project stands under; None takes every regime's lists together.
            invoked: the lists that the tender documents name; None: the caller did not say. Lists for research
                decide nothing whoever names them (SPEC 3, foreign measures).
        """
        required = self._all_required if regime is None else self._required[regime.value]
        named = tuple(code for code in invoked or () if code not in APART)
        return _in_order((*required, *named)) if named else required

    def enabled(self, code: str) -> bool:
        """Whether a rule is applied."""
        return code in self._enabled

    def effect(self, code: str, name: str) -> Effect:
        """The effect of a rule in one of its situations (`Rule.cases`)."""
        return self._effects[code, name]

    def assume_invoked(self, code: str) -> bool:
        """Whether documents count as invoking the list when nobody said (285号 obliges them: A02)."""
        return code in self._assumed

    def option(self, name: str) -> int:
        """A number of the policy, e.g. `lookback_years` or `fine_threshold_cny`."""
        return self._options[name]

    def shared(self, name: str) -> tuple[str, ...]:
        """Values that many use without knowing each other, so that they link nobody: `ips` (networks of halls and
        shared desktops), `mail_domains`, `placeholders` of device codes, `address_words` of cluster addresses."""
        return self._shared[name]

    def state_investor(self, names: tuple[str, ...]) -> bool:
        """Whether an owner is a state investor, through which nobody is related (公司法 265(四))."""
        return any(pattern.search(name) for name in names for pattern in self._state)


def _build(content: Table) -> Policy:
    text = _canonical(content)
    return Policy(
        text=text,
        hash=hashlib.sha256(text.encode()).hexdigest(),
        version=content["version"],
        overrides=MappingProxyType(
            {
                code: Override(
                    legal_basis=table["legal_basis"],
                    administrator=table["administrator"],
                    date=date.fromisoformat(table["date"]),
                )
                for code, table in content["override"].items()
            }
        ),
        _hours=MappingProxyType(content["lists"]["max_age"]),
        _default_hours=content["lists"]["max_age_hours"],
        _required=MappingProxyType(
            {regime: _in_order(codes) for regime, codes in content["required"].items()}
        ),
        _all_required=_in_order(code for codes in content["required"].values() for code in codes),
        _enabled=frozenset(code for code in _RULES if content[code]["enabled"]),
        _assumed=frozenset(code for code in _RULES if content[code].get("assume_invoked", False)),
        _effects=MappingProxyType(
            {
                (code, case): Effect(value)
                for code in _RULES
                for case, value in content[code]["effects"].items()
            }
        ),
        _options=MappingProxyType(content["options"]),
        alarm_budget=content["matching"]["alarm_budget_per_100k"],
        candidates=content["matching"]["candidates"],
        register_holds=content["matching"]["register_holds_percent"],
        _state=tuple(re.compile(pattern) for pattern in content["state_investors"]["patterns"]),
        _shared=MappingProxyType({name: tuple(values) for name, values in content["shared"].items()}),
    )


def load_policy(path: Path | None = None) -> Policy:
    """The shipped policy, or an operator's file laid over it.

    Args:
        path: a TOML file that states what differs from the shipped policy; None for the shipped one.

    Raises:
        PolicyError: unreadable, an unknown key, a wrong value, or a BLOCK that the law does not carry.
    """
    content = _shipped()
    if path is None:
        return _checked(content, "")
    try:
        source = path.read_text(encoding="utf-8-sig")
        given = tomllib.loads(source)
    except OSError as error:
        raise PolicyError("policy.unreadable", file=str(path), why=error.strerror or "") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError("policy.not_toml", file=str(path), why=str(error)) from error
    _overlay(content, given, (), source)
    return _checked(content, source)


def policy_from_text(text: str) -> Policy:
    """The policy whose canonical `text` was kept with a decision.

    Raises:
        PolicyError: the text is damaged, or written for another set of rules.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise PolicyError("policy.foreign", key="") from error
    if not isinstance(content, dict):
        raise PolicyError("policy.foreign", key="")
    shipped = _shipped()
    for key in shipped.keys() ^ content.keys():
        raise PolicyError("policy.foreign", key=key)
    merged = json.loads(json.dumps(shipped))
    _overlay(merged, content, (), "")
    if _canonical(merged) != text:
        raise PolicyError("policy.foreign", key="")
    return _checked(merged, "")


def _checked(content: Table, source: str) -> Policy:
    for code, table in content["override"].items():
        _check_override(code, table, source)
    for code, rule in _RULES.items():
        for case, value in content[code]["effects"].items():
            _check_effect(rule, case, value, content, source)
    for codes in content["required"].values():
        for code in codes:
            if code not in BY_CODE or code in APART:
                raise PolicyError(
                    "policy.list", key="required", value=code, line=_line(source, ("required",))
                )
    for key, (low, high) in MATCHING.items():
        value = content["matching"][key]
        if not low <= value <= high:
            path = ("matching", key)
            raise PolicyError("policy.value", key=".".join(path), value=value, line=_line(source, path))
    for pattern in content["state_investors"]["patterns"]:
        try:
            re.compile(pattern)
        except re.error as error:
            path = ("state_investors", "patterns")
            raise PolicyError(
                "policy.value", key=".".join(path), value=pattern, line=_line(source, path)
            ) from error
    for text in content["shared"]["ips"]:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError as error:
            path = ("shared", "ips")
            raise PolicyError("policy.value", key="shared.ips", value=text, line=_line(source, path)) from error
    return _build(content)


def _check_override(code: str, table: Any, source: str) -> None:
    path = ("override", code)
    if code not in _RULES:
        raise PolicyError("policy.unknown_key", key=".".join(path), line=_line(source, path))
    for key in OVERRIDE_KEYS:
        if not isinstance(table, dict) or not isinstance(table.get(key), str) or not table[key].strip():
            raise PolicyError("policy.override", key=f"override.{code}.{key}", line=_line(source, path))
    for key in table:
        if key not in OVERRIDE_KEYS:
            raise PolicyError(
                "policy.unknown_key", key=f"override.{code}.{key}", line=_line(source, (*path, key))
            )
    try:
        date.fromisoformat(table["date"])
    except ValueError as error:
        raise PolicyError("policy.override", key=f"override.{code}.date", line=_line(source, path)) from error


def _check_effect(rule: Rule, case: str, value: Any, content: Table, source: str) -> None:
    path = (rule.code, "effects", case)
    if value not in Effect.__members__:
        raise PolicyError("policy.value", key=".".join(path), value=value, line=_line(source, path))
    stricter = Effect(value) is Effect.BLOCK and rule.cases[case] is not Effect.BLOCK
    if stricter and rule.code not in content["override"]:
        reason = "policy.block_without_basis" if rule.may_block else "policy.block_forbidden"
        raise PolicyError(reason, key=".".join(path), rule=rule.code, line=_line(source, path))


def _overlay(known: Table, given: Table, path: tuple[str, ...], source: str) -> None:
    """Lay `given` over `known`, refusing keys and types that `known` does not have."""
    for key, value in given.items():
        here = (*path, key)
        name = ".".join(here)
        if path == ("override",) or here == ("lists", "max_age"):
            if here == ("lists", "max_age"):
                _check_ages(value, source)
            known[key] = _plain(value)
            continue
        if key not in known:
            raise PolicyError("policy.unknown_key", key=name, line=_line(source, here))
        shipped = known[key]
        if isinstance(shipped, dict) and isinstance(value, dict):
            _overlay(shipped, value, here, source)
        elif type(shipped) is not type(value) or (type(value) is int and value < 0) or not _texts(value):
            raise PolicyError("policy.value", key=name, value=value, line=_line(source, here))
        else:
            known[key] = value


def _check_ages(value: Any, source: str) -> None:
    if not isinstance(value, dict):
        raise PolicyError(
            "policy.value", key="lists.max_age", value=value, line=_line(source, ("lists", "max_age"))
        )
    for code, hours in value.items():
        path = ("lists", "max_age", code)
        if not _LIST_CODE.fullmatch(code):
            raise PolicyError("policy.list", key="lists.max_age", value=code, line=_line(source, path))
        if type(hours) is not int or hours <= 0:
            raise PolicyError("policy.value", key=".".join(path), value=hours, line=_line(source, path))


def _texts(value: Any) -> bool:
    return not isinstance(value, list) or all(isinstance(item, str) and item for item in value)


def _plain(value: Any) -> Any:
    """TOML's dates as text, so that the canonical form is JSON."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, date) else value


def _in_order(codes: Iterable[str]) -> tuple[str, ...]:
    unique = dict.fromkeys(codes)
    return tuple(sorted(unique, key=lambda code: (_ORDER.get(code, len(_ORDER)), code)))


def _canonical(content: Table) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@cache
def _shipped_text() -> str:
    return resources.files("matching").joinpath("policy.toml").read_text(encoding="utf-8")


def _shipped() -> Table:
    content = tomllib.loads(_shipped_text())
    content.setdefault("override", {})
    return content


def _line(source: str, path: tuple[str, ...]) -> int:
    """The line of a key in the operator's file, or of the nearest table above it; 0 if it has none."""
    best, depth = 0, 0
    table: tuple[str, ...] = ()
    for number, text in enumerate(source.splitlines(), 1):
        line = text.strip()
        if header := re.match(r"\[\s*([^\]]+?)\s*\]", line):
            table = here = _split(header.group(1))
        elif key := re.match(r"([^=#]+?)\s*=", line):
            here = (*table, *_split(key.group(1)))
        else:
            continue
        shared = min(len(here), len(path))
        if shared > depth and here[:shared] == path[:shared]:
            best, depth = number, shared
    return best


def _split(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
