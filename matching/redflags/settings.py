"""The settings file of the indicators: INI as in Open Contracting's Cardinal, unknown keys refused.

An indicator is on when its section is there; without a file all are on with their defaults. Keys before the first
section hold for all indicators.
"""

from __future__ import annotations

import configparser
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

CODES = ("R003", "R018", "R024", "R025", "R028", "R030", "R035", "R036", "R038", "R048", "R058")
_TOP = "\0top"
PREPARING = (
    "defaults",
    "redactions",
    "corrections",
    "modifications",
    "codelists.bid_status",
    "codelists.award_status",
)
"""Sections of the same file for another step, the preparation of data; they are read over."""
ELSEWHERE = ("R044", "R055")
"""Indicators of the published tool that are not calculated here; their sections are read over, which is said."""


class SettingsFileError(ValueError):
    """A settings file that can't be used. `code` is a message of matching/messages.toml."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Which indicators run and by which thresholds. A threshold of None is calculated from the data."""

    enabled: tuple[str, ...] = CODES
    currency: str = ""
    no_price_comparison: frozenset[str] = frozenset()
    """Procurement methods (details) whose prices are set by the buyer: indicators about prices leave them out."""
    price_comparison: frozenset[str] = frozenset()
    """Where given, only these methods (details) are compared by price."""
    excluded: frozenset[str] = frozenset()
    """Procurement methods (details) that no indicator looks at."""
    r003_threshold: int = 15
    r003_methods: frozenset[str] = frozenset()
    """Methods that R003 looks at; empty: all."""
    r003_details: dict[str, int] = {}
    """Whole days by procurement method (details)."""
    r018_methods: frozenset[str] = frozenset({"open", "selective"})
    r024_threshold: float | None = None
    r025_percentile: int = 75
    r025_threshold: float | None = None
    r035_threshold: int = 1
    r038_threshold: float | None = None
    r038_minimum_bids: int = 2
    r038_minimum_processes: int = 2
    r048_threshold: float | None = None
    r048_digits: int = 2
    r048_minimum_processes: int = 20
    r058_threshold: float | None = None

    def compares_prices(self, details: str) -> bool:
        """Whether prices may be compared under a procurement method (details)."""
        if self.price_comparison:
            return details in self.price_comparison
        return details not in self.no_price_comparison


def _natural(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError(text)
    return int(text)


def _decimal(text: str) -> float:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite():
        raise ValueError(text)
    return float(value)


def _percent(text: str) -> int:
    value = _natural(text)
    if value > 100:
        raise ValueError(text)
    return value


def _digits(text: str) -> int:
    value = _natural(text)
    if not 1 <= value <= 8:
        raise ValueError(text)
    return value


def _names(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split("|") if part.strip())


_KEYS: dict[str, dict[str, tuple[str, Callable[[str], Any]]]] = {
    _TOP: {
        "currency": ("currency", lambda text: text.upper()),
        "no_price_comparison_procurement_methods": ("no_price_comparison", _names),
        "price_comparison_procurement_methods": ("price_comparison", _names),
    },
    "exclusions": {"procurement_method_details": ("excluded", _names)},
    "R003": {
        "threshold": ("r003_threshold", _natural),
        "procurement_methods": ("r003_methods", _names),
    },
    "R018": {"procurement_methods": ("r018_methods", _names)},
    "R024": {"threshold": ("r024_threshold", _decimal)},
    "R025": {"percentile": ("r025_percentile", _percent), "threshold": ("r025_threshold", _decimal)},
    "R028": {},
    "R030": {},
    "R035": {"threshold": ("r035_threshold", _natural)},
    "R036": {},
    "R038": {
        "threshold": ("r038_threshold", _decimal),
        "minimum_submitted_bids": ("r038_minimum_bids", _natural),
        "minimum_contracting_processes": ("r038_minimum_processes", _natural),
    },
    "R048": {
        "digits": ("r048_digits", _digits),
        "threshold": ("r048_threshold", _natural),
        "minimum_contracting_processes": ("r048_minimum_processes", _natural),
    },
    "R058": {"threshold": ("r058_threshold", _decimal)},
}
_DETAILS = "R003.procurement_method_details"


def parse_settings(text: str) -> tuple[Settings, tuple[str, ...]]:
    """Read a settings file.

    Args:
        text: its content.

    Returns:
        The settings, and the sections that were read over: of another step, of indicators that are not calculated here.

    Raises:
        SettingsFileError: `redflags.settings` (no INI), `redflags.section`, `redflags.key`, `redflags.value`.
    """
    parser = configparser.RawConfigParser(
        strict=True,
        interpolation=None,
        inline_comment_prefixes=("#", ";"),
        delimiters=("=",),
        default_section="\0",
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(f"[{_TOP}]\n{text.lstrip(chr(0xFEFF))}")
    except configparser.Error as error:
        line = getattr(error, "lineno", None)
        place = str(line - 1) if isinstance(line, int) else "-"
        raise SettingsFileError("redflags.settings", line=place) from error
    found: dict[str, Any] = {}
    over: list[str] = []
    enabled: set[str] = set()
    for section in parser.sections():
        if section in PREPARING or section in ELSEWHERE:
            over.append(section)
            continue
        if section == _DETAILS:
            enabled.add("R003")
            found["r003_details"] = {
                key: _value(section, key, text, _natural) for key, text in parser.items(section)
            }
            continue
        keys = _KEYS.get(section)
        if keys is None:
            known = ", ".join(name for name in _KEYS if name != _TOP)
            raise SettingsFileError("redflags.section", section=section[:60], known=known)
        if section in CODES:
            enabled.add(section)
        for key, text_ in parser.items(section):
            if key not in keys:
                raise SettingsFileError(
                    "redflags.key", section=section.strip("\0"), key=key[:60], known=", ".join(keys) or "-"
                )
            field, read = keys[key]
            found[field] = _value(section, key, text_, read)
    return Settings(enabled=tuple(code for code in CODES if code in enabled), **found), tuple(over)


def _value(section: str, key: str, text: str, read: Callable[[str], Any]) -> Any:
    try:
        return read((text or "").strip())
    except ValueError:
        raise SettingsFileError(
            "redflags.value", section=section.strip("\0"), key=key[:60], value=(text or "")[:60]
        ) from None
