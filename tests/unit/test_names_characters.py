"""The tables of characters: what sounds alike, looks alike, comes apart, and how names are read aloud."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from quickest import quickest

from matching.names import characters as module
from matching.names.characters import (
    Characters,
    characters,
    near_sound,
    near_syllable,
    same_sound,
    shape,
    syllable_names,
    syllables,
)

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "artifacts" / "characters"
TABLES = ("sound.tsv", "shape.tsv", "parts.tsv", "common.tsv", "brand.tsv")


@pytest.fixture(scope="module")
def tables() -> Characters:
    return characters()


def _splits(tables: Characters, character: str) -> set[str]:
    begin, end = tables.part_start[ord(character)], tables.part_start[ord(character) + 1]
    parts = zip(tables.part_left[begin:end].tolist(), tables.part_right[begin:end].tolist(), strict=True)
    return {chr(left) + chr(right) for left, right in parts}


def _readings(tables: Characters, character: str) -> list[str]:
    names = syllable_names()
    return [names[number] for number in tables.sound[ord(character)].tolist() if number]


@pytest.mark.parametrize(
    "pair",
    ["章璋", "诚成", "鑫馨", "晟盛", "恒衡", "华骅", "源元", "和禾", "利力", "厦夏", "重崇", "长常"],
)
def test_homophones(tables: Characters, pair: str) -> None:
    assert same_sound(tables, ord(pair[0]), ord(pair[1])) == 1
    assert near_sound(tables, ord(pair[0]), ord(pair[1])) == 1


@pytest.mark.parametrize(
    "pair",
    ["森生", "金京", "南兰", "丰恒", "山商", "中宗", "宁林", "飞辉", "扬严", "光关", "成陈", "四是"],
)
def test_near_homophones_are_no_homophones(tables: Characters, pair: str) -> None:
    assert same_sound(tables, ord(pair[0]), ord(pair[1])) == 0
    assert near_sound(tables, ord(pair[0]), ord(pair[1])) == 1


@pytest.mark.parametrize("pair", ["达义", "泰源", "盛恒", "金土", "东西", "龙虎", "中国", "A甲", "1一"])
def test_unrelated_characters_do_not_sound_alike(tables: Characters, pair: str) -> None:
    assert same_sound(tables, ord(pair[0]), ord(pair[1])) == 0
    assert near_sound(tables, ord(pair[0]), ord(pair[1])) == 0


@pytest.mark.parametrize(
    ("syllable", "merged"),
    [
        ("zhang", "zan"), ("chong", "cong"), ("sheng", "sen"), ("nan", "lan"), ("rui", "lui"), ("feng", "hen"),
        ("heng", "hen"), ("hui", "hei"), ("fei", "hei"), ("liang", "lian"), ("guang", "guan"), ("ying", "yin"),
        ("hong", "hong"), ("shi", "si"), ("lv", "lv"), ("nv", "lv"), ("er", "er"),
    ],
)  # fmt: skip
def test_what_speakers_do_not_tell_apart(syllable: str, merged: str) -> None:
    assert near_syllable(syllable) == merged


def test_every_equal_sound_is_a_near_sound(tables: Characters) -> None:
    near_of = np.zeros(len(syllable_names()), dtype=np.int64)
    near_of[tables.sound.ravel()] = tables.near.ravel()
    assert np.array_equal(near_of[tables.sound], tables.near)
    assert ((tables.sound > 0) == (tables.near > 0)).all()


def test_readings_have_no_gaps_and_are_distinct(tables: Characters) -> None:
    first, second, third = tables.sound.T
    assert not ((first == 0) & (second > 0)).any()
    assert not ((second == 0) & (third > 0)).any()
    assert not ((first == second) & (first > 0)).any()
    assert not ((second == third) & (second > 0)).any()


@pytest.mark.parametrize(
    ("character", "expected"),
    [("行", ["hang", "xing"]), ("长", ["chang", "zhang"]), ("乐", ["le", "yue"]), ("晟", ["sheng", "cheng"]),
     ("重", ["zhong", "chong"]), ("大", ["da", "dai"]), ("绿", ["lv", "lu"]), ("华", ["hua"]), ("〇", []), ("A", [])],
)  # fmt: skip
def test_readings(tables: Characters, character: str, expected: list[str]) -> None:
    assert _readings(tables, character) == expected


def test_every_character_of_gb2312_has_a_reading(tables: Characters) -> None:
    text = b"".join(bytes((high, low)) for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFF)).decode(
        "gb2312"
    )
    assert [character for character in text if not tables.sound[ord(character), 0]] == []
    assert (tables.sound[:, 0] > 0).sum() > 20_000


@pytest.mark.parametrize(
    "pair",
    [
        "己已", "已巳", "未末", "侧测", "晟盛", "锋烽", "天夭", "大太", "大犬", "土士", "千干", "日曰", "人入", "鸟乌",
        "恒桓", "今令", "贝见", "元无", "泰秦", "科料", "蓝篮", "颖颍", "博搏", "宇字", "治冶", "亨享", "戊戌", "浙淅",
        "怡恰", "诚城", "瑞端",
    ],
)  # fmt: skip
def test_known_look_alikes(tables: Characters, pair: str) -> None:
    weight = shape(tables, ord(pair[0]), ord(pair[1]))
    assert weight >= 45
    assert shape(tables, ord(pair[1]), ord(pair[0])) == weight


@pytest.mark.parametrize("pair", ["达义", "鑫华", "一龙", "恒泰", "圆中", "章璋", "州洲", "A4"])
def test_characters_that_do_not_look_alike(tables: Characters, pair: str) -> None:
    assert shape(tables, ord(pair[0]), ord(pair[1])) < 20


def test_a_nearer_picture_weighs_more(tables: Characters) -> None:
    weights = [shape(tables, ord(a), ord(b)) for a, b in ("己已", "诚城", "泰奏", "达送")]
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == 4


def test_equal_characters_look_equal(tables: Characters) -> None:
    assert shape(tables, ord("鑫"), ord("鑫")) == 100


def test_shape_is_symmetric_sorted_and_bounded(tables: Characters) -> None:
    owner = np.repeat(np.arange(65_536), np.diff(tables.shape_start))
    there = owner * 65_536 + tables.shape_other
    back = tables.shape_other.astype(np.int64) * 65_536 + owner
    assert (np.diff(there) > 0).all()
    order = np.argsort(back)
    assert np.array_equal(back[order], there)
    assert np.array_equal(tables.shape_weight[order], tables.shape_weight)
    assert not (owner == tables.shape_other).any()
    assert tables.shape_weight.min() >= 1
    assert tables.shape_weight.max() <= 100


def test_masks_never_hide_a_pair(tables: Characters) -> None:
    """What the quick first question denies, the full tables must deny too."""
    for start, other, mask in (
        (tables.shape_start, tables.shape_other, tables.shape_mask),
        (tables.part_start, tables.part_left, tables.part_mask),
    ):
        owner = np.repeat(np.arange(65_536), np.diff(start))
        bits = mask[owner] >> (other % 61).astype(np.uint64) & np.uint64(1)
        assert bits.all()
    for rank in range(3):
        read = tables.near[:, rank] > 0
        bits = tables.near_mask[read] >> (tables.near[read, rank] % 64).astype(np.uint64) & np.uint64(1)
        assert bits.all()


@pytest.mark.parametrize(
    ("character", "split"),
    [("和", "禾口"), ("源", "水原"), ("源", "氵原"), ("天", "一大"), ("房", "户方"), ("技", "手支"), ("福", "示畐"),
     ("林", "木木"), ("昌", "日日"), ("湖", "水胡"), ("湖", "沽月"), ("章", "立早"), ("章", "音十"), ("鸿", "江鸟"),
     ("陈", "耳东"), ("邦", "丰邑"), ("铜", "金同"), ("剑", "佥刀"), ("煎", "前火"), ("建", "走聿"), ("诚", "言成"),
     ("堂", "尚土"), ("杨", "木易"), ("猎", "犬昔"), ("饭", "食反"), ("怡", "心台"), ("祥", "示羊"), ("花", "草化")],
)  # fmt: skip
def test_characters_come_apart(tables: Characters, character: str, split: str) -> None:
    assert split in _splits(tables, character)


@pytest.mark.parametrize("character", "一龙心A")
def test_one_piece_stays_one_piece(tables: Characters, character: str) -> None:
    assert _splits(tables, character) == set()


def test_frequencies_are_ordered_as_text_and_brands_use_characters(tables: Characters) -> None:
    common = [int(tables.common[ord(character)]) for character in "的公鑫犇"]
    assert common == sorted(common, reverse=True)
    assert common[0] > common[-1] > 0
    brand = [int(tables.brand[ord(character)]) for character in "鑫泽犇的"]
    assert brand == sorted(brand, reverse=True)
    assert brand[0] == 255
    assert brand[-1] == 0
    assert tables.common[ord("A")] == tables.brand[ord("A")] == 0


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("重庆长城", "chong qing chang cheng"),
        ("厦门大厦", "xia men da sha"),
        ("长春市朝阳区", "chang chun shi chao yang qu"),
        ("乐清音乐学校", "yue qing yin yue xue xiao"),
        ("临江市银行", "lin jiang shi yin hang"),
        ("临江市行政服务", "lin jiang shi xing zheng fu wu"),
        ("临江市长虹电器", "lin jiang shi chang hong dian qi"),
        ("六安", "lu an"),
        ("番禺", "pan yu"),
        ("会计师事务所", "kuai ji shi shi wu suo"),
        ("仁和药店", "ren he yao dian"),
    ],
)
def test_names_are_read_as_companies_and_places_are(name: str, read: str) -> None:
    assert " ".join(syllables(name)) == read


def test_each_character_has_one_syllable_even_beyond_the_basic_plane() -> None:
    assert syllables("3M中国𠮷") == ("", "", "zhong", "guo", "")
    assert syllables("") == ()


def test_phrases_are_as_long_as_their_readings() -> None:
    known = set(syllable_names())
    phrases, longest = module._phrases()
    assert all(len(phrase) == len(read) and known.issuperset(read) for phrase, read in phrases.items())
    assert len(phrases) > 500
    assert longest <= 12


def test_tables_cannot_be_changed(tables: Characters) -> None:
    with pytest.raises(ValueError, match="read-only"):
        tables.brand[0] = 1


def test_each_table_names_its_source_and_all_are_small() -> None:
    texts = {name: (ROOT / "matching" / "names" / name).read_text(encoding="utf-8") for name in TABLES}
    heads = {
        name: " ".join(line for line in text.splitlines() if line.startswith("#"))
        for name, text in texts.items()
    }
    words = ("MIT", "Open Font License", "Apache License 2.0", "MIT", "by this project")
    for name, word in zip(TABLES, words, strict=True):
        assert word in heads[name]
    assert sum(len(text.encode()) for text in texts.values()) < 1_500_000


def test_no_character_stands_twice_in_a_table_of_levels() -> None:
    for name in ("common.tsv", "brand.tsv"):
        text = "".join(row[1] for row in module._rows(name))
        assert len(text) == len(set(text))


def test_tables_are_read_quickly() -> None:
    """50 ms on a quiet machine; ten times as much is allowed here."""
    code = (
        "import time, matching.names.characters as m; t = time.process_time(); m.characters();"
        "print(time.process_time() - t)"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert float(run.stdout) < 1


def test_ten_thousand_names_are_read_aloud_in_time() -> None:
    assert quickest(lambda: [syllables("临江市长虹音乐器材有限公司") for _ in range(10_000)], 5, tries=1) < 10


def test_the_script_writes_what_is_committed(tmp_path: Path) -> None:
    if not (SOURCES / "jieba-0.42.1.tar.gz").exists() or importlib.util.find_spec("PIL") is None:
        pytest.skip("artifacts/characters does not hold the sources (see scripts/build_character_tables.py)")
    command = [sys.executable, str(ROOT / "scripts" / "build_character_tables.py"), "--target", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    for name in TABLES[:-1]:
        assert (tmp_path / name).read_bytes() == (ROOT / "matching" / "names" / name).read_bytes(), name
