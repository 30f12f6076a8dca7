"""The published formats and real registrations of the evaluation data, where they are there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from loading import Bench

from loaders.bidders import read_bidders

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data (evaluation data) is not there"),
]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def test_published_formats_load_with_nothing_unexplained(bench: Bench) -> None:
    files = [path for path in sorted((SHARED / "formats").glob("*.csv")) if not path.name.isascii()]
    lists = [path for path in files if not path.name.startswith("投标人")]
    report = bench.load(*lists)
    assert report.published
    assert report.clean, report.to_json("en")
    for file in report.files:
        assert (file.unknown, file.warnings, file.rejected) == ([], [], []), file.path
    assert {s.dataset for s in bench.store.snapshots()} == {
        "SXBZXR",
        "ZFCG",
        "ZDSS",
        "TQGZ",
        "ZTBJ",
        "ZDWF",
        "XZCF",
    }


def test_published_bidder_list_is_read(tmp_path: Path) -> None:
    found = read_bidders(next((SHARED / "formats").glob("投标人*.csv")), "zh")
    assert (found.rejected, found.columns["unknown"], found.notes) == ((), [], ())
    assert [len(row.fields.get("consortium", {"members": []})["members"]) for row in found.rows] == [2, 0]


@pytest.mark.slow
def test_real_registrations_load(bench: Bench) -> None:
    report = bench.load(SHARED / "registry" / "registry_sample_js_jx_fj.csv", workers=None)
    assert report.published
    file = report.files[0]
    assert file.kind == "register"
    assert file.unknown == []
    assert file.accepted == file.rows > 100_000


def test_dirty_codes_load_and_none_is_dropped(bench: Bench) -> None:
    report = bench.load(SHARED / "registry" / "dirty_codes.csv", kind="register")
    assert report.published, report.to_json("en")["problems"]
    file = report.files[0]
    assert (file.accepted, file.rows, file.unknown) == (1686, 1686, ["why"])
    assert "id.checksum" in {problem.code for problem in file.warnings}
