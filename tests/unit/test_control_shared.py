"""Published ownership statements: the shares that they state follow from their parts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph.control import PERCENT, UNKNOWN, Holdings
from graph.control.economic import Economics

Links = dict[tuple[str, str], dict[str, float]]


def read(path: Path) -> tuple[dict[tuple[str, str], int], Links]:
    """Direct holdings by (owner, owned) in percent, UNKNOWN where none is stated, and all that is stated."""
    direct: dict[tuple[str, str], int] = {}
    stated: Links = {}
    for statement in json.loads(path.read_text("utf-8")):
        details = statement.get("recordDetails", {})
        if statement.get("recordType") != "relationship":
            continue
        pair = details["interestedParty"], details["subject"]
        held = {
            i["directOrIndirect"]: i["share"]["exact"]
            for i in details.get("interests", [])
            if i.get("type") == "shareholding" and "exact" in i.get("share", {})
        }
        stated[pair] = stated.get(pair, {}) | held
        if "direct" in held:
            direct[pair] = round(held["direct"] * PERCENT)
        elif "indirect" not in held:
            direct.setdefault(pair, UNKNOWN)
    return direct, stated


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        "indirect-ownership",
        "multiple-indirect-ownership",
        "mutilple-indirect-ownership-2",
        "mixed-direct-and-indirect-ownership",
    ],
)
def test_an_indirect_share_lies_within_what_its_parts_allow(shared_data: Path, name: str) -> None:
    direct, stated = read(shared_data / "bods" / "examples" / f"{name}.json")
    numbers = {party: n for n, party in enumerate(sorted({p for pair in direct for p in pair}))}
    owner, owned = zip(*[(numbers[a], numbers[b]) for a, b in direct], strict=True)
    economics = Economics.of(Holdings.of(owner, owned, list(direct.values()), nodes=len(numbers)))
    indirect = {pair: held for pair, held in stated.items() if "indirect" in held}
    assert indirect
    for (party, company), held in indirect.items():
        found = economics.share(numbers[party], numbers[company])
        total = (held["indirect"] + held.get("direct", 0)) / 100
        assert found.least is not None
        assert found.most is not None
        assert found.least - 1e-12 <= total <= found.most + 1e-12


@pytest.mark.shared
def test_joint_holders_have_what_is_stated(shared_data: Path) -> None:
    direct, _ = read(shared_data / "bods" / "examples" / "joint-ownership.json")
    assert sorted(v // PERCENT for v in direct.values()) == [50, 50, 100]
    numbers: dict[str, int] = {}
    rows: list[tuple[int, int, int]] = []
    for (a, b), share in direct.items():
        rows.append((numbers.setdefault(a, len(numbers)), numbers.setdefault(b, len(numbers)), share))
    economics = Economics.of(Holdings.of(*map(list, zip(*rows, strict=True)), nodes=len(numbers)))
    company = next(d for _, d, share in rows if share == 100 * PERCENT)
    holders: list[Any] = [a for a, _, share in rows if share == 50 * PERCENT]
    assert [economics.share(h, company).least for h in holders] == [0.5, 0.5]
