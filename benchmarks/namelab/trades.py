"""What companies do: phrases of one to four words, as frequent as in a register."""

from __future__ import annotations

from functools import cache
from random import Random

from namelab.words import Wheel, blend, blocks, synonyms, zipf


@cache
def _phrases() -> Wheel[str]:
    lists = blocks("industries.txt")
    return blend((0.68, zipf(lists["top"], 0.92, 5)), (0.32, zipf(lists["common"], 0.35, 20)))


@cache
def _materials() -> Wheel[str]:
    return Wheel(zipf(blocks("industries.txt")["materials"], 0.5, 10))


@cache
def _actions() -> Wheel[str]:
    return Wheel(zipf(blocks("industries.txt")["actions"], 0.6, 5))


@cache
def _broad() -> tuple[str, ...]:
    return ("商贸", "贸易", "科技", "实业", "工贸", "发展", "服务", "投资", "技术", "工程")


def trade(rng: Random) -> str:
    """A phrase, its words parted by `/`: 建筑/工程; every seventh is put together from goods and what is done."""
    roll = rng.random()
    if roll < 0.84:
        return _phrases().draw(rng)
    goods = _materials().draw(rng)
    if roll < 0.97:
        action = _actions().draw(rng)
        return f"{goods}/{action}" if action not in goods else goods
    return f"{goods}/{_actions().draw(rng)}/{_broad()[rng.randrange(10)]}"


def near(rng: Random, phrase: str) -> str:
    """A neighbouring trade: a word more, a word less, one word another (物业/管理 and 物业/管理/咨询)."""
    words = phrase.split("/")
    roll = rng.random()
    if roll < 0.35 and len(words) > 1:
        return "/".join(words[:-1] if rng.random() < 0.75 else words[1:])
    if roll < 0.56:
        more = (_broad()[rng.randrange(10)], _actions().draw(rng), "咨询", "管理", "设备", "销售")[
            rng.randrange(6)
        ]
        return phrase if more in words else f"{phrase}/{more}"
    if roll < 0.85:
        same = _by_word().get(words[0], ())
        return same[rng.randrange(len(same))] if same else trade(rng)
    return (
        f"{_materials().draw(rng)}/{phrase}" if rng.random() < 0.4 else f"{words[0]}/{_actions().draw(rng)}"
    )


@cache
def _one_apart() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    materials = [f"{goods}/制品" for goods in blocks("industries.txt")["materials"]]
    lists = (*(w for name in ("top", "common") for w in blocks("industries.txt")[name]), *materials)
    lists += tuple(
        w for name in ("coop_trades", "factory_trades", "shop_trades") for w in blocks("other.txt")[name]
    )
    for phrase in lists:
        for at in range(len(phrase)):
            if phrase[at] != "/":
                found.setdefault(phrase[:at] + "?" + phrase[at + 1 :], {})[phrase] = None
    return {key: tuple(members) for key, members in found.items() if len(members) > 1}


def one_apart(phrase: str) -> list[str]:
    """Trades written with one other character (木业 and 林业) that nobody would put for one another."""
    same = synonyms().get(tuple(phrase.split("/")), ())
    keys = [phrase[:at] + "?" + phrase[at + 1 :] for at in range(len(phrase)) if phrase[at] != "/"]
    return [
        other
        for key in keys
        for other in _one_apart().get(key, ())
        if other != phrase and tuple(other.split("/")) not in same
    ]


@cache
def _by_word() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for block in ("top", "common"):
        for phrase in blocks("industries.txt")[block]:
            found.setdefault(phrase.partition("/")[0], []).append(phrase)
    return {word: tuple(phrases) for word, phrases in found.items()}
