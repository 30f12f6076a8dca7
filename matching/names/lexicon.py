"""The words that names of firms are read with: divisions, industries, organisation forms, branch kinds.

All words lie in one hash table of steps (node, character) to node; `matching.names.parse` walks it. Forms and branch
kinds are stored backwards, because names are read from the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

REGIONS: Final = 1
"""Root of the divisions' names, forward. The value is the number of the name."""
INDUSTRIES: Final = 2
"""Root of the industry words, forward. The value is the meaning; CONNECTOR for 和, 集团 between two of them."""
FORMS: Final = 3
"""Root of the organisation forms, backward. The value is 1 + the row in `forms`."""
BRANCHES: Final = 4
"""Root of the branch kinds, backward. The value is the kind."""
ZONES: Final = 5
"""Root of what ends the name of a development zone, forward."""
REGIONS_BACK: Final = 6
"""Root of the divisions' names, backward."""
_ROOTS: Final = 7

CONNECTOR: Final = 1_000_000
FORM_AS_INDUSTRY: Final = 5_000
"""What is a form at the end (医院) is an industry word before another (医院有限公司): 5,000 + number of the form."""

FULL: Final = 0
SHORT: Final = 1
WEAK: Final = 2

_ZONES = (
    "经济技术开发区 经济开发区 高新技术产业开发区 高新技术开发区 高技术产业开发区 "
    "高新技术产业园区 高新技术产业园 高新区 经开区 开发区 工业园区 工业园 工业区 工业集中区 "
    "产业园区 产业园 产业集聚区 产业新城 科技园区 科技园 软件园 物流园区 物流园 创业园 "
    "农业园区 新区 保税区 保税港区 综合保税区 自贸区 自由贸易试验区 自贸试验区 试验区 "
    "实验区 示范区 合作区 园区 度假区 旅游度假区 风景区 风景名胜区 旅游区 景区 管理区 "
    "垦区 农场 林场"
)
_CONNECTORS = "和 与 及 暨 集团 控股"
_SINGLES = frozenset("厂店社院馆城站所场行库园吧坊")
_NO_INDUSTRY = frozenset({1, 2, 10})
_NO_WORDS = frozenset({"委员会", "办公室", "大厦", "小店", "专业户", "个体户", "水库", "小区"})


class Lexicon(NamedTuple):
    """The words as arrays, for compiled functions."""

    steps: npt.NDArray[np.int64]
    """Open-addressing table, a power of two of rows: node * 65536 + character (0: empty), and where that leads:
    the next node * 2**32 + what it means when a word ends there, else 0."""
    numerals: npt.NDArray[np.int16]
    """The value of a character as a numeral (0..9, 10, 100, 1000), -1 for none."""
    reading_start: npt.NDArray[np.int32]
    """First reading of the n-th division's name, and one more."""
    readings: npt.NDArray[np.int32]
    """Code; kind: FULL stands anywhere, SHORT in front or before industry and form, WEAK only inside its parent."""
    forms: npt.NDArray[np.int32]
    """Number, class, kind, and 1 when a head surely ends here, 2 when only where a strong branch kind follows."""
    branch_strong: npt.NDArray[np.int32]


def _rows(name: str) -> Iterator[list[str]]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


class _Trie:
    def __init__(self) -> None:
        self.steps: dict[int, int] = {}
        self.values: list[int] = [0] * _ROOTS

    def add(self, root: int, word: Iterable[str], value: int) -> None:
        node, steps = root, self.steps
        for char in word:
            key = node * 65536 + ord(char)
            after = steps.get(key)
            if after is None:
                after = len(self.values)
                steps[key] = after
                self.values.append(0)
            node = after
        if not self.values[node]:
            self.values[node] = value

    def table(self) -> npt.NDArray[np.int64]:
        """The steps in an open-addressing table, filled in rounds: whoever finds a place taken moves one on."""
        size = 1 << (len(self.steps) * 3 - 1).bit_length()
        table = np.zeros((size, 2), dtype=np.int64)
        wanted = np.fromiter(self.steps.keys(), dtype=np.int64, count=len(self.steps))
        nodes = np.fromiter(self.steps.values(), dtype=np.int64, count=len(self.steps))
        leads = (nodes << 32) | np.array(self.values, dtype=np.int64)[nodes]
        mixed = wanted * 1_000_003
        slots = (mixed ^ (mixed >> 17)) & (size - 1)
        while len(wanted):
            free = table[slots, 0] == 0
            _, first = np.unique(np.where(free, slots, size), return_index=True)
            first = first[free[first]]
            table[slots[first], 0], table[slots[first], 1] = wanted[first], leads[first]
            left = np.ones(len(wanted), dtype=bool)
            left[first] = False
            wanted, leads, slots = wanted[left], leads[left], (slots[left] + 1) & (size - 1)
        return table


def _numerals() -> npt.NDArray[np.int16]:
    values = np.full(65536, -1, dtype=np.int16)
    for value, chars in enumerate(
        ("零0", "一1壹", "二2贰", "三3叁", "四4肆", "五5伍", "六6陆", "七7柒", "八8捌", "九9玖")
    ):
        for char in chars:
            values[ord(char)] = value
    for char, value in (("十", 10), ("拾", 10), ("百", 100), ("佰", 100), ("千", 1000), ("仟", 1000)):
        values[ord(char)] = value
    return values


def _regions(trie: _Trie) -> tuple[list[int], list[tuple[int, int]]]:
    """Names of divisions; each may be read several ways, the higher division first."""
    readings: dict[str, list[tuple[int, int, int]]] = {}
    for row in _rows("regions.tsv"):
        code = int(row[0])
        level = 1 if code % 10000 == 0 else 2 if code % 100 == 0 else 3
        for kind, names in enumerate(row[1:]):
            for name in names.split():
                readings.setdefault(name, []).append((level, kind, code))
    start: list[int] = [0]
    ways: list[tuple[int, int]] = []
    for number, (name, found) in enumerate(sorted(readings.items())):
        ways += [(code, kind) for _level, kind, code in sorted(found)]
        start.append(len(ways))
        trie.add(REGIONS, name, number + 1)
        trie.add(REGIONS_BACK, reversed(name), number + 1)
    return start, ways


@cache
def lexicon() -> Lexicon:
    """The words shipped with the program, read once."""
    trie = _Trie()
    start, readings = _regions(trie)
    for row in _rows("industries.tsv"):
        for word in row[1].split():
            trie.add(INDUSTRIES, word, int(row[0]))
    forms: list[tuple[int, int, int, int]] = []
    for row in _rows("forms.tsv"):
        number, form_class, kind, head = map(int, row[:4])
        for word in row[4].split():
            forms.append((number, form_class, kind, head))
            trie.add(FORMS, reversed(word), len(forms))
            if word in _SINGLES or (
                len(word) >= 2 and form_class not in _NO_INDUSTRY and word not in _NO_WORDS
            ):
                trie.add(INDUSTRIES, word, FORM_AS_INDUSTRY + number)
    for word in _CONNECTORS.split():
        trie.add(INDUSTRIES, word, CONNECTOR)
    strong = [0]
    for row in _rows("branches.tsv"):
        trie.add(BRANCHES, reversed(row[2]), int(row[0]))
        strong.append(int(row[1] == "s"))
    for word in _ZONES.split():
        trie.add(ZONES, word, 1)
    return Lexicon(
        steps=trie.table(),
        numerals=_numerals(),
        reading_start=np.array(start, dtype=np.int32),
        readings=np.array(readings, dtype=np.int32),
        forms=np.array(forms, dtype=np.int32),
        branch_strong=np.array(strong, dtype=np.int32),
    )
