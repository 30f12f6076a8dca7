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


ROW = {
    "被执行人姓名/名称": NAME,
    "身份证号码/组织机构代码": CODE,
    "案号": "(2026)虚3299执1号",
    "执行法院": "临江市虚构人民法院",
    "发布时间": "2026-10-01",
}


@pytest.mark.parametrize("kind", ["", "sxbzxr"])
def test_an_empty_list_is_empty_also_where_rows_as_published_stood(tmp_path: Path, kind: str) -> None:
    path = scenario(tmp_path, {"name": NAME}, "")
    document = json.loads(path.read_text("utf-8"))
    lists, request = document.pop("lists"), document.pop("request")
    del document["expect"], lists["TQGZ"]
    document["steps"] = [
        {
            "at": f"2026-11-22T{hour}:30:00+08:00",
            "lists": {
                **(lists if hour == 10 else {}),
                "SXBZXR": {"taken_at": f"2026-11-22T{hour}:00:00+08:00", "records": rows, "kind": kind},
            },
            "request": request,
            "expect": {"verdict": verdict},
        }
        for hour, rows, verdict in (
            (10, [], "CLEAR"),
            (11, [ROW], "BLOCK"),
            (12, [], "CLEAR"),
        )
    ]
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    assert run_file(path, "en").differences == ()
