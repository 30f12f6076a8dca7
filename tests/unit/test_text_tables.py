"""The committed table of written forms against OpenCC itself."""

from __future__ import annotations

import unicodedata

import opencc
import pytest

from graph.text import simplify
from graph.text._tables import characters, phrases

CONVERTER = opencc.OpenCC("t2s")
OURS = {"乾": "乾", "鑪": "炉", "锺": "钟"}
"""Where this project differs on purpose; the reasons stand in scripts/build_script_table.py."""


def _han() -> list[str]:
    blocks = [(0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2EBE1)]
    return [chr(code) for low, high in blocks for code in range(low, high)]


def test_every_single_character_converts_as_opencc_does() -> None:
    different = []
    for character in _han():
        composed = unicodedata.normalize("NFKC", character)
        wanted = OURS.get(composed, CONVERTER.convert(composed)).translate(characters())
        got = simplify(composed, words=False)
        if got != wanted:
            different.append((character, wanted, got))
    assert different == []


def test_variants_beyond_opencc_are_characters_that_gb2312_lacks_or_named_here() -> None:
    for code, target in characters().items():
        character = chr(code)
        if CONVERTER.convert(character) == character and character not in OURS:
            with pytest.raises(UnicodeEncodeError):
                character.encode("gb2312")
            assert simplify(target) == target


def test_table_is_settled_and_stable_under_nfkc() -> None:
    table = characters()
    for code, target in table.items():
        assert unicodedata.normalize("NFKC", chr(code)) == chr(code)
        assert len(target) == 1
        assert ord(target) not in table


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("計畫", "计划"),
        ("傢俱", "家具"),
        ("沈澱", "沉淀"),
        ("釆購中心", "采购中心"),
        ("西﨑", "西崎"),
        ("國營電廠", "国营电厂"),
        ("豊田通商", "丰田通商"),
        ("渋谷", "涩谷"),
        ("乾元", "乾元"),
        ("沈重", "沈重"),
    ],
)
def test_words_and_variants(written: str, meant: str) -> None:
    assert simplify(written) == meant


def test_phrases_agree_with_opencc_once_its_output_is_folded_by_character() -> None:
    table = characters()
    for phrase in phrases():
        assert simplify(phrase) == CONVERTER.convert(phrase).translate(table)
        assert simplify(phrase) != phrase.translate(table)


def test_given_names_are_no_dictionary_words() -> None:
    assert simplify("計畫", words=False) == "计画"


def test_compatibility_ideographs_reach_the_unified_character() -> None:
    for code in [*range(0xF900, 0xFA0E), *range(0xFA30, 0xFA6E), *range(0x2F800, 0x2FA1E)]:
        composed = unicodedata.normalize("NFKC", chr(code))
        assert simplify(composed, words=False) == simplify(simplify(composed, words=False), words=False)
        assert composed != chr(code)
