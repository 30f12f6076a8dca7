"""Settings of the indicators: what switches them on, every key, and what is refused."""

from __future__ import annotations

import pytest

from graph.messages import say
from matching.redflags.settings import CODES, Settings, SettingsFileError, parse_settings


def test_a_section_switches_an_indicator_on() -> None:
    settings, over = parse_settings("[R058]\n[R025]\n")
    assert settings.enabled == ("R025", "R058")
    assert over == ()
    assert parse_settings("")[0].enabled == ()
    assert Settings().enabled == CODES


def test_every_key_is_read() -> None:
    text = """\ufeff; comment
currency = cny
no_price_comparison_procurement_methods = 抽签|随机
[exclusions]
procurement_method_details = 应急
[R003]
threshold = 10   # whole days
procurement_methods = open|selective
[R003.procurement_method_details]
Licitación de Seguros = 7
竞争性谈判 = 3
[R018]
procurement_methods = open
[R024]
threshold = 0.05
[R025]
percentile = 80
threshold = 0.1
[R035]
threshold = 2
[R038]
threshold = 0.5
minimum_submitted_bids = 3
minimum_contracting_processes = 4
[R048]
digits = 3
threshold = 10
minimum_contracting_processes = 5
[R058]
threshold = 0.75 ; as set
"""
    settings, _ = parse_settings(text)
    assert settings == Settings(
        enabled=("R003", "R018", "R024", "R025", "R035", "R038", "R048", "R058"),
        currency="CNY",
        no_price_comparison=frozenset({"抽签", "随机"}),
        excluded=frozenset({"应急"}),
        r003_threshold=10,
        r003_methods=frozenset({"open", "selective"}),
        r003_details={"Licitación de Seguros": 7, "竞争性谈判": 3},
        r018_methods=frozenset({"open"}),
        r024_threshold=0.05,
        r025_percentile=80,
        r025_threshold=0.1,
        r035_threshold=2,
        r038_threshold=0.5,
        r038_minimum_bids=3,
        r038_minimum_processes=4,
        r048_digits=3,
        r048_threshold=10,
        r048_minimum_processes=5,
        r058_threshold=0.75,
    )


def test_sections_that_are_not_applied_are_named() -> None:
    text = (
        "[defaults]\nbid_status = valid\n[codelists.bid_status]\nx = valid\n[R024]\n[R055]\nthreshold = 1\n"
    )
    settings, over = parse_settings(text)
    assert settings.enabled == ("R024",)
    assert over == ("defaults", "codelists.bid_status", "R055")


def test_price_comparison_either_way() -> None:
    only = Settings(price_comparison=frozenset({"竞价"}))
    assert only.compares_prices("竞价")
    assert not only.compares_prices("")
    without = Settings(no_price_comparison=frozenset({"抽签"}))
    assert without.compares_prices("")
    assert not without.compares_prices("抽签")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[R999]", "redflags.section"),
        ("speed = 3", "redflags.key"),
        ("[R036]\nthreshold = 1", "redflags.key"),
        ("[R035]\nthreshold = 1.5", "redflags.value"),
        ("[R024]\nthreshold = much", "redflags.value"),
        ("[R024]\nthreshold = NaN", "redflags.value"),
        ("[R025]\npercentile = 101", "redflags.value"),
        ("[R048]\ndigits = 0", "redflags.value"),
        ("[R003.procurement_method_details]\n抽签 = -1", "redflags.value"),
        ("[R024]\n[R024]", "redflags.settings"),
        ("[R024]\nthreshold = 1\nthreshold = 2", "redflags.settings"),
        ("[R024]\nthreshold", "redflags.settings"),
    ],
)
def test_what_is_not_understood_is_refused(text: str, code: str) -> None:
    with pytest.raises(SettingsFileError) as caught:
        parse_settings(text)
    assert caught.value.code == code
    for lang in ("zh", "en"):
        assert say("matching", code, lang, **caught.value.params)
