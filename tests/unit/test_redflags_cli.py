"""`liancheng redflags`: the shape of the published fixtures, tables with values and fences, and refusals."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ocds_files import write_lines

from api.cli.main import cli


def call(*arguments: object) -> Result:
    runner = CliRunner(env={"LIANCHENG_LANG": "en"})
    return runner.invoke(cli, ["redflags", *(str(a) for a in arguments)])


def late(ocid: object, **more: Any) -> dict[str, Any]:
    period = {"startDate": "2026-03-01T00:00:00Z", "endDate": "2026-03-02T00:00:00Z"}
    return {"ocid": ocid, "tender": {"tenderPeriod": period, **more}}


@pytest.fixture
def short(tmp_path: Path) -> Path:
    return write_lines(tmp_path / "short.jsonl", [late("a"), late("b", status="cancelled"), late("c")])


def test_the_published_fixtures(shared_data: Path) -> None:
    folder = shared_data / "redflags"
    expected = (folder / "expected.tsv").read_text("utf-8").splitlines()
    made = []
    for line in expected:
        name = line.split("\t")[0]
        settings = folder / f"{name}.ini"
        result = call(folder / f"{name}.jsonl", *(["--settings", settings] if settings.exists() else []))
        assert result.exit_code == 0, result.stderr
        made.append(f"{name}\t{result.stdout.rstrip()}")
    assert made == expected


def test_one_file_gives_one_object(short: Path) -> None:
    result = call(short)
    assert result.exit_code == 0
    assert result.stdout == '{"OCID":{"a":{"R003":1.0},"c":{"R003":1.0}}}\n'
    assert "1 cancelled and 0 excluded" in result.stderr
    assert "contracting processes read" in result.stderr
    assert call(short, "--format", "json").stdout == result.stdout


def test_several_files_give_a_line_each(short: Path, tmp_path: Path) -> None:
    other = write_lines(tmp_path / "other.jsonl", [{"ocid": "x"}])
    assert call(short, other).stdout == 'short\t{"OCID":{"a":{"R003":1.0},"c":{"R003":1.0}}}\nother\t{}\n'
    named = json.loads(call(short, other, "--format", "json").stdout)
    assert named == {"short": {"OCID": {"a": {"R003": 1.0}, "c": {"R003": 1.0}}}, "other": {}}


def test_tables_name_values_and_reference(short: Path, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(call(short, "--format", "csv").stdout)))
    assert rows[0]["indicator"] == "OCP-R003"
    assert rows[0]["title"] == "Short submission period"
    assert "days=1" in rows[0]["facts"]
    assert rows[0]["reference"] == "threshold as set: 14"
    settings = tmp_path / "s.ini"
    settings.write_text("[R058]\n", "utf-8")
    market = [
        {
            "ocid": f"p{place}",
            "bids": {"details": [
                {"status": "valid", "tenderers": [{"id": "A"}], "value": {"amount": 10, "currency": "CNY"}},
                {"status": "valid", "tenderers": [{"id": "B"}], "value": {"amount": n, "currency": "CNY"}},
            ]},
            "awards": [{"status": "active", "suppliers": [{"id": "A"}]}],
        }
        for place, n in enumerate((11, 11, 11, 11, 99))
    ]  # fmt: skip
    path = write_lines(tmp_path / "market.jsonl", market)
    row = json.loads(call(path, "--settings", settings, "--format", "jsonl").stdout.splitlines()[0])
    assert (row["subject"], row["value"]) == ("p4", 8.9)
    assert row["reference"].startswith("at or above 7.4333, the upper fence of 5 values (Q1 0.1, Q3 3.0333")
    meta = json.loads(call(path, "--settings", settings, "--meta").stdout)["Meta"]
    assert meta == {"R058": {"q1": 0.1, "q3": 3.0333, "upper_fence": 7.4333}}
    assert "Heavily discounted bid" in call(path, "--settings", settings, "--format", "table").stdout


def test_rejected_input_is_reported_and_the_rest_is_used(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    lines = [
        json.dumps(late("a")),
        "{broken",
        json.dumps(late(7)),
        json.dumps({"ocid": "d", "tender": {"value": 3}}),
    ]
    path.write_text("\n\n".join(lines), "utf-8")
    result = call(path)
    assert result.exit_code == 1
    assert result.stdout == '{"OCID":{"a":{"R003":1.0}}}\n'
    assert "row 3" in result.stderr
    assert "no `ocid` that is a text" in result.stderr
    assert "tender/value" in result.stderr


def test_a_value_that_is_wrong_rejects_nothing(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "p.jsonl", [late("a", value={"amount": "much"})])
    result = call(path)
    assert result.exit_code == 0
    assert "tender/value/amount" in result.stderr


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        ('{"name": "no process"}', 3, "Not an OCDS file"),
        ('{"colour": 1}', 3, "Not an OCDS file"),
        ("no JSON at all", 3, "Not an OCDS file"),
        ('{"records": [{"ocid": "a", "releases": [', 3, "JSON"),
        ("", 3, "empty"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: str, status: int, said: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(content, "utf-8")
    result = call(path)
    assert result.exit_code == status
    assert said in result.stderr
    assert result.stdout == ""


def test_wrong_settings_are_a_usage_error(short: Path, tmp_path: Path) -> None:
    settings = tmp_path / "s.ini"
    settings.write_text("[R777]\n", "utf-8")
    result = call(short, "--settings", settings)
    assert result.exit_code == 2
    assert "[R777]" in result.stderr
    settings.write_bytes(b"\xff\xfe\xff")
    assert call(short, "--settings", settings).exit_code == 3
    settings.write_text("[defaults]\n", "utf-8")
    empty = call(short, "--settings", settings)
    assert empty.stdout == "{}\n"
    assert "enables no indicator" in empty.stderr
    assert "[defaults]" in empty.stderr


def test_an_ocid_that_repeats_is_told(tmp_path: Path) -> None:
    result = call(write_lines(tmp_path / "p.jsonl", [late("a"), late("a")]))
    assert result.exit_code == 0
    assert "1 processes repeat an ocid" in result.stderr


def test_an_output_file(short: Path, tmp_path: Path) -> None:
    out = tmp_path / "flags.xlsx"
    assert call(short, "-o", out).exit_code == 0
    assert out.read_bytes()[:2] == b"PK"
