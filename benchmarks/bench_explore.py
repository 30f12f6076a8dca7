"""The reading side over HTTP: search, dossier, expanding a party, paths, control, on a generation of any size.

    python benchmarks/bench_explore.py --parties 1000000 --home DIR --json benchmarks/results/explore.json

A made-up graph (`graphworld`) with company names of many shapes is published, its names are made ready for the search
box, a server is started on it, and each kind of question is asked one after the other by one client on the same
machine. Milliseconds include HTTP. With `--seconds` each kind is asked for so long; with `--home` the installation is
kept in that folder, and used again where it stands there already (`bench_pages.py` measures in the same one).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from graphworld import World, key, listing, mention, source, world
from serving import Installation

from api.settings import read_settings
from graph.generation.build import ListingRow
from graph.generation.publish import publish_source
from graph.generation.reader import current_generation
from graph.model import Name, Party, PartyType
from graph.store import Publication
from matching.explore.names import ensure
from matching.index.write import write_index

REGIONS = ("临江市", "临江市高新区", "清河县", "石桥镇", "远川省", "云溪市", "")
TRADES = (
    "建设工程",
    "市政园林",
    "信息技术",
    "商贸",
    "物业管理",
    "医疗器械",
    "环保科技",
    "建筑安装",
    "劳务",
    "勘察设计",
)
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "中心", "厂")
LETTERS = "abcdefghjklmnpqrstwxyz"


def named(made: World, seed: int) -> Iterator[bytes]:
    """The parties of the graph, companies with names made of parts."""
    dice = random.Random(seed)
    characters = [chr(code) for code in range(0x4E00, 0x4E00 + 6_000)]
    encode = msgspec.json.Encoder().encode
    for number in range(made.nodes):
        one = mention(made, number)
        name = one.name
        if one.type is PartyType.ORGANIZATION:
            brand = "".join(dice.choices(characters, k=dice.choice((2, 2, 2, 3))))
            name = dice.choice(REGIONS) + brand + dice.choice(TRADES) + dice.choice(FORMS)
        yield encode(
            Party(
                key=key(number), type=one.type, names=(Name(text=name),), ids=one.ids,
                mentions=(f"REGISTER/city/{number}",),
            )
        )  # fmt: skip


def case_number(number: int) -> str:
    """The case number of a party's record."""
    return f"（2025）临01执虚{number}号"


def numbered(made: World) -> Iterator[ListingRow]:
    """The records of the graph with a case number each."""
    for number in made.listed.tolist():
        doc = msgspec.json.encode(msgspec.structs.replace(listing(made, number), case_no=case_number(number)))
        yield ListingRow(doc, hashlib.sha256(doc).digest(), 1, None, key(number))


def prepared(home: Path, made: World, seed: int) -> dict[str, float]:
    """An installation with the graph: as it stands there, or published now; the figures of its publication."""
    figures = home / "figures.json"
    if figures.exists():
        kept: dict[str, float] = json.loads(figures.read_text("utf-8"))
        assert kept["parties"] == made.nodes, f"{home} holds {kept['parties']} parties"
        return kept
    home.mkdir(parents=True, exist_ok=True)
    built = {"parties": float(made.nodes), **publish(home, made, seed)}
    figures.write_text(json.dumps(built), "utf-8")
    return built


def publish(home: Path, made: World, seed: int) -> dict[str, float]:
    """Publish the graph and make its names ready; the seconds of both, and the bytes of the names."""
    settings = read_settings({"LIANCHENG_HOME": str(home)})
    rows = source(made)
    taken = replace(rows, parties=lambda: named(made, seed), listings=lambda dataset: numbered(made))
    assert isinstance(rows.publications[0], Publication)
    begun = time.perf_counter()
    publish_source(lambda: taken, settings.data_root, index=write_index)
    published = time.perf_counter() - begun
    begun = time.perf_counter()
    with current_generation(settings.data_root) as generation:
        folder = ensure(settings.data_root, generation)
    size = sum(one.stat().st_size for one in folder.iterdir())
    return {"publish_s": published, "names_s": time.perf_counter() - begun, "names_bytes": float(size)}


def measure(ask: Callable[[], httpx.Response], seconds: float) -> dict[str, float]:
    """Ask for so long; percentiles in milliseconds."""
    for _ in range(3):
        ask()
    taken: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or len(taken) < 20:
        begun = time.perf_counter()
        answer = ask()
        taken.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code in (200, 404), answer.text
    found = {f"p{p}": round(float(np.percentile(taken, p)), 2) for p in (50, 95, 99)}
    return {**found, "asked": float(len(taken))}


def questions(
    client: httpx.Client, made: World, home: Path, seed: int
) -> dict[str, Callable[[], httpx.Response]]:
    """Every kind of question, each about somebody else each time."""
    dice = random.Random(seed + 1)
    settings = read_settings({"LIANCHENG_HOME": str(home)})
    with current_generation(settings.data_root) as generation:
        names = [generation.party(dice.randrange(made.companies)).names[0].text for _ in range(2_000)]

    def search(typed: Callable[[], str]) -> Callable[[], httpx.Response]:
        return lambda: client.post("/v1/parties/search", json={"query": typed()})

    def anybody() -> str:
        return key(dice.randrange(made.companies + made.persons))

    def company() -> str:
        return key(dice.randrange(made.companies))

    def part() -> str:
        name = dice.choice(names)
        at = dice.randrange(max(1, len(name) - 4))
        return name[at : at + dice.choice((2, 3, 4))]

    def paths() -> httpx.Response:
        return client.get("/v1/paths", params={"from": anybody(), "to": anybody(), "hops": 8})

    def matrix() -> httpx.Response:
        return client.post("/v1/paths", json={"parties": [company() for _ in range(20)], "hops": 6})

    return {
        "search, whole name": search(lambda: dice.choice(names)),
        "search, first characters": search(lambda: dice.choice(names)[:6]),
        "search, any 2 to 4 characters": search(part),
        "search, 有限公司 (in most names)": search(lambda: "有限公司"),
        "search, 3 to 5 pinyin initials": search(
            lambda: "".join(dice.choices(LETTERS, k=dice.choice((3, 4, 5))))
        ),
        "search, code": search(lambda: f"{dice.randrange(made.companies):09d}"),
        "search, case number": search(lambda: case_number(int(dice.choice(made.listed)))),
        "dossier": lambda: client.get(f"/v1/parties/{anybody()}"),
        "expand a party": lambda: client.get(f"/v1/parties/{anybody()}/neighbourhood"),
        "two steps around a party": lambda: client.get(f"/v1/parties/{anybody()}/neighbourhood?depth=2"),
        "path A to B": paths,
        "20 parties with each other": matrix,
        "control, both ways": lambda: client.get(f"/v1/parties/{company()}/control"),
        "economic shares, both ways": lambda: client.get(f"/v1/parties/{company()}/ownership"),
    }


def main() -> None:
    """Publish, serve, ask, print; write the figures where they are wanted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parties", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    made = world(given.parties, given.seed)
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder) / "home"
        built = prepared(home, made, given.seed)
        print(f"{made.nodes} parties, {len(made.src)} relations: {built}", flush=True)
        with Installation(home, LIANCHENG_WORK="off", LIANCHENG_RATE="0").serving() as client:
            assert client.get("/healthz").status_code == 200
            begun = time.perf_counter()
            first = client.post("/v1/parties/search", json={"query": "临江"})
            assert first.status_code == 200, first.text
            opened = (time.perf_counter() - begun) * 1000
            found = {}
            for name, ask in questions(client, made, home, given.seed).items():
                found[name] = measure(ask, given.seconds)
                print(f"{name:36} {found[name]}", flush=True)
    told: dict[str, Any] = {
        "machine": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "relations": len(made.src),
        "first_search_ms": round(opened, 1),
        **{name: round(value, 2) for name, value in built.items()},
        "milliseconds": found,
    }
    if given.json:
        given.json.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"first search {opened:.0f} ms; load {told['load']:.1f}")


if __name__ == "__main__":
    main()
