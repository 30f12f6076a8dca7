"""Malformed tables of every kind: always a clear report, never a traceback, never an identity number in words.

A kind joins by standing in `KINDS`. `LIANCHENG_SOAK` above 12 makes that many of each.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from damaged import DAMAGES
from list_files import CITIZEN, CODES, csv_text

from graph.store import Store, open_store
from loaders.base import Kind
from loaders.headers import common
from loaders.kinds import BIDDERS, KINDS
from loaders.run import LoadOptions, load

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SOAK = int(os.environ.get("LIANCHENG_SOAK", "0"))
EACH = SOAK if SOAK > 12 else 2
TABLES = [kind for kind in KINDS if kind is not BIDDERS and kind.name != "ocds"]
"""All but what `screen` reads, and OCDS, whose one column is a document: `test_ocds_laws`."""

SAID = (
    "临江市甲有限公司", "虚构甲", "51%", "25%以上50%以下", "T-1", "配偶", "董事长兼总经理", "监理", "13912345678",
    "a@b.example", "00-1B-44-11-3A-B7", "192.0.2.7", "万元100", "是", "临江市甲有限公司、临江市乙有限公司（牵头人）",
    "拟刑1号", "2025-01-02",
)  # fmt: skip
WRONG = (
    "", "\0", "=cmd|' /C calc'!A0", "9.1321E+17", "91320899000000000000", CITIZEN, "2026-13-45", "𠮷" * 50, "长期",
    "\ufffd?", "1e309", "NaN", "-1", "٣٤٥", "<script>", "\u202e", "a\nb", "0", "9" * 400, "100.0001%", "[", "；；、、",
    "Infinity", "１２％", "2026-11-22至2020", "99999-99-99",
)  # fmt: skip
DAYS = {"from", "until", "since", "date", "listed", "decided", "published", "signed", "birth"}


def _cell(rng: random.Random, field: str) -> str:
    parts = set(field.split("_"))
    if rng.random() < 0.1:
        return rng.choice(WRONG)
    if "id" in parts:
        return rng.choice((CITIZEN, "3208991988****2469", CODES[0]))
    if parts & {"code", "uscc", "project", "tender", "lot"}:
        return rng.choice((CODES[1], CODES[2], "T-1"))
    if parts & DAYS:
        return rng.choice(("2025-01-02", "2024年3月5日", "45000"))
    return rng.choice(SAID)


def _table(rng: random.Random, kind: Kind) -> list[list[str]]:
    needed = {field for group in kind.needs for field in group}
    fields = [f for f in (*kind.fields, *kind.common) if f in needed or rng.random() < 0.8]
    rng.shuffle(fields)
    known = {f: (*kind.fields.get(f, ()), *(common()[f] if f in kind.common else ())) for f in fields}
    rows = [[rng.choice(known[field]) for field in fields]]
    rows += [[_cell(rng, field) for field in fields] for _ in range(rng.randrange(1, 6))]
    if rng.random() < 0.2:
        rows[-1] = rows[-1][: rng.randrange(1, len(fields) + 1)]
    if rng.random() < 0.1:
        rows[0][rng.randrange(len(fields))] = rng.choice((rows[0][0], "", CITIZEN))
    return rows


def _file(rng: random.Random, kind: Kind, folder: Path) -> Path:
    rows = _table(rng, kind)
    form = rng.choice(("csv", "json"))
    text = csv_text(rows)
    if form == "json":
        text = json.dumps([dict(zip(rows[0], row, strict=False)) for row in rows[1:]], ensure_ascii=False)
    data = text.encode()
    if rng.random() < 0.3:
        data = rng.choice(DAMAGES)(rng, data) or b"\0"
    path = folder / f"a.{form}"
    path.write_bytes(data)
    return path


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(str(tmp_path_factory.mktemp("malformed") / "s.db"), create=True)
    yield opened
    opened.close()


@pytest.mark.parametrize("kind", TABLES, ids=lambda kind: kind.name)
def test_malformed_tables_of_a_kind_are_reported(kind: Kind, store: Store, tmp_path: Path) -> None:
    for seed in range(EACH):
        path = _file(random.Random(f"{kind.name} {seed}"), kind, tmp_path)
        options = LoadOptions(dry_run=True, workers=0, kind=kind.name)
        report = load(store, [path], options=options, recorded_at=NOW)
        for lang in ("zh", "en"):
            text = json.dumps(report.to_json(lang), ensure_ascii=False)
            assert CITIZEN not in text, seed
            document = json.loads(text)
            reported = [*document["problems"]]
            for file in document["files"]:
                reported += [*file["rejected"], *file["warnings"]]
            assert all(item["message"] and item["code"] for item in reported), seed
        assert report.files or report.problems, seed
        assert all(file.accepted + file.rejected_count == file.rows for file in report.files), seed
    assert store.generation() == 0
