"""1,200 generated malformed files: always a clear report, never a traceback, never an identity number in words.

`LIANCHENG_SOAK` above 12 makes that many hundreds (20,000 by `make soak`).
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from damaged import DAMAGES, same
from list_files import CITIZEN, court_row, court_rows, csv_text, json_bytes, xlsx_bytes

from graph.store import Store, open_store
from loaders.bidders import read_bidders
from loaders.errors import FileError
from loaders.report import sentence
from loaders.run import LoadOptions, load

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BLOCKS, PER_BLOCK = max(12, int(os.environ.get("LIANCHENG_SOAK", "0"))), 100


def _rows(rng: random.Random) -> list[list[str]]:
    rows = court_rows(rng.randrange(1, 6))
    rows.append(court_row(7, code=CITIZEN))
    for _ in range(rng.randrange(4)):
        row, column = rng.randrange(len(rows)), rng.randrange(15)
        rows[row][column] = rng.choice(
            [
                "",
                "\0",
                "=cmd|' /C calc'!A0",
                "9.1321E+17",
                "91320899000000000000",
                CITIZEN,
                "2026-13-45",
                "𠮷" * 50,
                "长期",
                "\ufffd?",
                "1e309",
                "NaN",
                "٣٤٥",
                "<script>",
                "\u202e",
                "a\nb",
                "x" * 120_000,
                "案号",
                "0",
            ]
        )
    if rng.random() < 0.2:
        rows[rng.randrange(len(rows))] = rows[0][: rng.randrange(1, 15)]
    if rng.random() < 0.2:
        rows[0][rng.randrange(len(rows[0]))] = rng.choice([rows[0][0], "", CITIZEN, "未知列"])
    if rng.random() < 0.1:
        rows[-1].extend(["多", "出", "来"])
    return rows


def _zip(data: bytes, name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, data)
    return out.getvalue()


def _clean(text: str) -> str:
    """What a workbook's maker accepts: no control characters, bounded."""
    return "".join(c for c in text if c.isprintable() or c == "\n")[:30_000]


def make(seed: int) -> tuple[str, bytes]:
    """One malformed file: its name and bytes."""
    rng = random.Random(seed)
    rows = _rows(rng)
    form = rng.choice(
        [
            "csv",
            "csv",
            "tsv",
            "gb",
            "utf16",
            "json",
            "jsonl",
            "envelope",
            "xlsx",
            "zip",
            "gz",
            "nest",
            "noise",
        ]
    )
    if form in ("csv", "tsv", "gb", "utf16"):
        encoding = {"gb": "gb18030", "utf16": "utf-16"}.get(form, rng.choice(["utf-8", "utf-8-sig"]))
        data = csv_text(rows, "\t" if form == "tsv" else rng.choice(",,,;|")).encode(encoding)
    elif form in ("json", "envelope"):
        rows = [(row + [""] * 15)[: len(rows[0])] for row in rows]
        data = json_bytes(rows, envelope=form == "envelope")
    elif form == "jsonl":
        rows = [(row + [""] * 15)[: len(rows[0])] for row in rows]
        data = b"\n".join(json.dumps(r).encode() for r in json.loads(json_bytes(rows)))
    elif form == "xlsx":
        data = xlsx_bytes([[_clean(cell) for cell in row] for row in rows])
    elif form == "zip":
        data = _zip(csv_text(rows).encode(), rng.choice(["a.csv", "../../x.csv", "名单.csv", "/etc/passwd"]))
    elif form == "gz":
        data = gzip.compress(csv_text(rows).encode("gb18030"))
    elif form == "nest":
        data = _zip(_zip(b"a,b", "b.csv"), "inner.zip")
    else:
        data = rng.randbytes(rng.randrange(1, 5_000))
    damage = rng.choice((*DAMAGES, same)) if rng.random() < 0.85 else same
    return f"{seed}.{rng.choice(['csv', 'xlsx', 'json', 'txt', 'zip', 'xls'])}", damage(rng, data) or b"\0"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(str(tmp_path_factory.mktemp("malformed") / "s.db"), create=True)
    yield opened
    opened.close()


@pytest.mark.parametrize("block", range(BLOCKS))
def test_malformed_files_are_reported(block: int, store: Store, tmp_path: Path) -> None:
    for seed in range(block * PER_BLOCK, (block + 1) * PER_BLOCK):
        name, data = make(seed)
        path = tmp_path / name
        path.write_bytes(data)
        options = LoadOptions(dry_run=True, workers=0, kind="sxbzxr" if seed % 2 else None)
        report = load(store, [path], options=options, recorded_at=NOW)
        for lang in ("zh", "en"):
            text = json.dumps(report.to_json(lang), ensure_ascii=False)
            assert CITIZEN not in text, seed
            document = json.loads(text)
            for item in [
                *document["problems"],
                *(r for f in document["files"] for r in (*f["rejected"], *f["warnings"])),
            ]:
                assert item["message"], (seed, item)
                assert item["code"], (seed, item)
        if not report.files:
            assert report.problems, seed
        assert all(file.accepted + file.rejected_count == file.rows for file in report.files), seed
        try:
            found = read_bidders(path, "zh")
        except FileError as error:
            words = sentence(error.code, error.params, "en")
        else:
            words = json.dumps(
                [found.rejected, found.columns, found.notes, *(r.warnings for r in found.rows)]
            )
        assert words, seed
        assert CITIZEN not in words, seed
    assert store.generation() == 0
