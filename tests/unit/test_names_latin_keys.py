"""Keys under which a Latin and a Chinese name of one sound meet, and two Latin names."""

from __future__ import annotations

import numpy as np
import pytest

from graph.text import index_text, org_key
from matching.names import layout as at
from matching.names.characters import characters
from matching.names.coding import encode
from matching.names.latin_keys import MAX_KEYS, MAX_LATIN_KEYS, chinese_latin_keys, latin_keys, sound_keys
from matching.names.lexicon import lexicon
from matching.names.parse import read


def keys_of(chinese: str) -> set[int]:
    chars = encode(org_key(chinese))
    labels, fields = np.zeros(len(chars), np.uint8), np.zeros(at.FIELDS, np.int32)
    read(chars, lexicon(), labels, fields)
    out = np.zeros(MAX_KEYS, np.uint64)
    count = chinese_latin_keys(chars, labels, characters(), sound_keys(), out)
    assert len(set(out[:count].tolist())) == count
    return set(out[:count].tolist())


@pytest.mark.parametrize(
    ("latin", "chinese"),
    [
        ("Tianjin Xuxuge Culture Communication Co., Ltd.", "天津市旭虚阁文化传播有限公司"),
        ("Tian Jin Shi Xu Xu Ge Wen Hua Chuan Bo You Xian Gong Si", "天津市旭虚阁文化传播有限公司"),
        ("tianjinxuxugewenhuachuanboyouxianzerengongsi", "天津市旭虚阁文化传播有限公司"),
        ("Xuxuge Culture Communication Ltd", "天津市旭虚阁文化传播有限公司"),
        ("Hohhot Xuxuge Trading Co Ltd", "呼和浩特市旭虚阁商贸有限公司"),
        ("Chong Qing Xu Xu Ge Wu Liu You Xian Gong Si", "重庆旭虚阁物流有限公司"),
        ("Chongqing Xuxuge Kuai Ji Shi Shi Wu Suo", "重庆旭虚阁会计师事务所"),
        ("Tian Jin Xu Xu Ge Wu Liu You Xian Gong Si Da Lian Fen Gong Si", "天津旭虚阁物流有限公司大连分公司"),
        ("Tianjinshi Xuxuge Logistics Co Ltd", "天津市旭虚阁物流有限公司"),
        ("NANJING 3M XUXUGE TRADING", "南京3M旭虚阁贸易有限公司"),
        ("Suzhou Xuxuge Trading Co Ltd", "江苏省苏州市旭虚阁贸易有限公司"),
        ("Jiangsu Xuxuge Trading Co Ltd", "江苏省苏州市旭虚阁贸易有限公司"),
    ],
)
def test_a_latin_name_meets_the_chinese_one(latin: str, chinese: str) -> None:
    assert set(latin_keys(latin)) & keys_of(chinese)


def test_another_brand_does_not_meet_it() -> None:
    chinese = keys_of("天津市旭虚阁文化传播有限公司")
    assert not set(latin_keys("Tianjin Xuxuhe Culture Communication Co Ltd")) & chinese
    assert not set(latin_keys("Tianjin Culture Communication Co Ltd")) & chinese


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Velmoria Trading Co Ltd", "VELMORIA TRADING COMPANY LIMITED"),
        ("Velmoria Trading", "Velmorya Trading"),
        ("Velmorria", "Velmoria"),
        ("Golden Reach Foods", "Goldenreach Foods"),
        ("ООО «Верхнеград»", "Verkhnegrad LLC"),
        ("Velmorix Trading", "Velmoria Trading"),
        ("International Trading", "International Trading Ltd"),
    ],
)
def test_two_latin_names_meet(left: str, right: str) -> None:
    assert set(latin_keys(left)) & set(latin_keys(right))


def test_keys_survive_the_form_of_the_index() -> None:
    for raw in ("Velmoria Trading Co., Ltd.", "Müllerhaag & Söhne GmbH"):
        assert set(latin_keys(index_text(raw))) == set(latin_keys(raw))


def test_few_keys_and_none_for_nothing() -> None:
    assert latin_keys("") == []
    assert latin_keys("...") == []
    assert len(latin_keys(" ".join(f"Velmoria{chr(65 + i)}x" for i in range(24)))) <= MAX_LATIN_KEYS
    assert len(keys_of("天津市旭虚阁文化传播有限公司")) <= 6
    assert len(keys_of("长乐重行朝乐藏曾单长乐重行朝乐藏曾单有限公司")) <= MAX_KEYS


def test_keys_are_spread_over_64_bits() -> None:
    keys = [key for i in range(400) for key in latin_keys(f"Velmoria{i} Trading")]
    assert all(0 <= key < 1 << 64 for key in keys)
    assert len({key >> 48 for key in keys}) > 300
