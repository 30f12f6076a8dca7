"""Fictitious company names for the index's tests, and an index over them as a generation would hold it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from graph.generation.format import Sink, map_file
from graph.generation.manifest import Manifest
from graph.keys import org_name
from matching.index.names import NameIndex
from matching.index.write import write_index

_PLACES = ("临江市", "南溪县", "北屿市", "东岭县", "西泽市", "青原县", "安澜市", "和塘县", "长汀口市", "")
_BRANDS = (
    "恒达鑫盛华宇天瑞泰兴隆永昌顺德明博雅康宁嘉禾联万福海润启航星辰卓越智源泉宏图伟业诚信佳美捷舟禹朔沛蓝"
)
_WORDS = (
    "建材", "商贸", "科技", "建筑工程", "机械设备", "食品", "物流", "信息技术", "环保科技", "农业开发", "文化传播",
    "餐饮管理", "医疗器械", "园林绿化", "劳务派遣", "装饰材料",
)  # fmt: skip
_FORMS = ("有限公司", "有限责任公司", "股份有限公司", "厂", "经营部")


def company_names(count: int, seed: int = 1) -> list[str]:
    """Different names of companies that don't exist."""
    rng = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        brand = "".join(rng.choice(_BRANDS) for _ in range(rng.choice((2, 2, 3, 4))))
        made[rng.choice(_PLACES) + brand + rng.choice(_WORDS) + rng.choice(_FORMS)] = None
    return list(islice(made, count))


def keys_of(names: Sequence[str]) -> list[int]:
    """The key of each name."""
    return [org_name(name) for name in names]


def publish_index(
    home: Path, number: int, names: Sequence[str], previous: Manifest | None = None
) -> Manifest:
    """Write an index into a folder of its own, sharing contents with earlier ones; returns its manifest."""
    folder, segments = home / str(number), home / "segments"
    folder.mkdir(parents=True)
    segments.mkdir(exist_ok=True)
    with Sink(folder, segments) as sink:
        value = write_index(sink, names, keys_of(names), previous)
        return Manifest(number=number, files=dict(sink.files), slots={"index": value})


def open_index(home: Path, manifest: Manifest) -> NameIndex:
    """The index of a manifest, every file checked."""
    folder = home / str(manifest.number)
    files = {name: map_file(folder / name, info) for name, info in manifest.files.items()}
    return NameIndex(files, str(manifest.slots["index"]))
