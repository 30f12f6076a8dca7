"""Records of a scenario: numbers with their scheme as parties have them; what nobody can read is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.scenario import run_file
from api.scenario_facts import ScenarioError

NAME, CODE = "临江虚构澄远建设工程有限公司", "91329901MAGLD00148"
TAKEN = "2026-11-22T08:00:00+08:00"
REQUIRED = ("SXBZXR", "ZDSS", "ZFCG", "ZDWF")


def scenario(folder: Path, record: dict[str, Any], verdict: str) -> Path:
    lists: dict[str, Any] = {code: {"taken_at": TAKEN, "records": []} for code in REQUIRED}
    lists["TQGZ"] = {"taken_at": TAKEN, "records": [record]}
    path = folder / "X01-record.json"
    document = {
        "id": "X01-record",
        "title": {"zh": "虚构", "en": "Invented"},
        "source": "SPEC 10",
        "lists": lists,
        "request": {
            "tender": {"id": "T1", "regime": "procurement_tender"},
            "bidders": [{"client_id": "b1", "name": NAME, "identifiers": [{"scheme": "uscc", "id": CODE}]}],
        },
        "expect": {"verdict": verdict},
    }
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


def test_a_record_may_have_numbers_with_their_scheme(tmp_path: Path) -> None:
    numbers = [{"scheme": "uscc", "id": CODE}]
    record = {"name": NAME, "identifiers": numbers, "authority": "临江市虚构局", "effect_from": "2026-01-01"}
    assert run_file(scenario(tmp_path, record, "BLOCK"), "en").differences == ()


def test_a_record_that_nobody_can_read_is_refused_and_not_left_out(tmp_path: Path) -> None:
    path = scenario(tmp_path, {"nonsense": NAME, "more": CODE}, "CLEAR")
    with pytest.raises(ScenarioError) as caught:
        run_file(path, "en")
    assert (caught.value.code, caught.value.params["list"]) == ("scenario.rows", "TQGZ")
