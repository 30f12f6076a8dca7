"""Screens, histories and conduct beside the indicators, from files and from the graph."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ocds_files import DAY, at, award, bid, full_release, process, ref, write_lines

from api.cli.main import cli
from graph.messages import LANGS
from graph.procurement import Contract, Money, OrgRef, Process
from matching.redflags.more import KINDS, Asked, Kind
from matching.redflags.run import Answer, run
from matching.redflags.settings import Settings
from matching.redflags.wording import code, title


def look(processes: Sequence[Process], *kinds: Kind, **more: Any) -> Answer:
    return run(processes, Settings(enabled=()), Asked(kinds=kinds, **more))


def subjects(answer: Answer) -> set[tuple[str, str]]:
    return {(result.code, result.subject) for result in answer.results}


def test_nothing_more_is_looked_at_unless_it_is_asked_for() -> None:
    one = process("p", [bid("A", "100"), bid("B", "100.1")], [award("A")])
    assert look([one]).results == ()
    assert run([one], Settings(enabled=())).results == ()


def test_screens_of_lots_in_one_currency() -> None:
    market = [
        process(f"p{n}", [bid(who, str(100 + n * k)) for k, who in enumerate("ABC", 1)])
        for n in range(10, 30)
    ]
    tight = process("tight", [bid("A", "100"), bid("B", "100.1"), bid("C", "100.3")])
    mixed = process("mixed", [bid("A", "100"), bid("B", "100", currency="USD")])
    answer = look([*market, tight, mixed], "screens")
    assert ("SPD", "tight") in subjects(answer)
    assert not any(subject == "mixed" for _, subject in subjects(answer))
    assert all(result.group == "Lot" for result in answer.results)


def test_histories_of_everyone() -> None:
    rows = [process(f"p{n}", [bid("A"), bid("B")], [award("A")], deadline=at(n)) for n in range(6)]
    answer = look(rows, "histories")
    assert ("R11", "A|B") in subjects(answer)
    assert look(rows, "histories", as_of=DAY + timedelta(days=800)).results == ()
    assert answer.grouped() == {"Pair": {"A|B": {"R11": 1.0}}}


def contract(key: str, days: int, amount: str, supplier: str = "S", *losers: str) -> Process:
    made = Contract(
        id="c",
        award="a",
        signed=at(days),
        value=Money(amount=Decimal(amount), currency="CNY"),
        subcontractors=tuple(OrgRef(id=name) for name in losers),
    )
    bids = [bid(supplier), *(bid(name) for name in losers)]
    return process(key, bids, [award(supplier, id="a")], buyer=ref("K"), contracts=(made,))


def test_conduct_between_buyers_and_bidders() -> None:
    market = [contract(f"p{n}", n * 10, "95", "S", "L") for n in range(5)]
    answer = look(market, "conduct", threshold=Decimal(100))
    assert subjects(answer) == {
        ("SHARE", "S"), ("SPLIT", "K|S"), *(("LOSER", f"p{n}") for n in range(5)),
    }  # fmt: skip
    (split,) = [result for result in answer.results if result.code == "SPLIT"]
    assert split.facts["total"] == "475"
    assert ("SPLIT", "K|S") not in subjects(look(market, "conduct"))


def test_pairs_that_never_win_against_each_other() -> None:
    market = [process(f"p{n}", [bid("A"), bid("B"), bid("X")], [award("X")]) for n in range(5)]
    market.append(process("own", [bid("A"), bid("Y")], [award("A")]))
    assert ("NEVER", "A|B") in subjects(look(market, "conduct"))


def test_every_remark_has_a_title_and_only_ocp_codes_a_prefix() -> None:
    market = [contract(f"p{n}", n * 10, "95", "S", "L") for n in range(5)]
    found = {code(result) for result in look(market, *KINDS, threshold=Decimal(100)).results}
    assert {"SPLIT", "SHARE", "LOSER"} <= found
    for result in look(market, *KINDS, threshold=Decimal(100)).results:
        assert all(title(result, lang) for lang in LANGS)
    short = run([process("p", start=at(0), deadline=at(1))], Settings(enabled=("R003",)))
    assert [code(result) for result in short.results] == ["OCP-R003"]


def call(home: Path, *arguments: object) -> Result:
    runner = CliRunner(env={"LIANCHENG_HOME": str(home), "LIANCHENG_LANG": "en"})
    return runner.invoke(cli, [str(a) for a in arguments])


def test_from_the_graph_as_from_the_file(tmp_path: Path) -> None:
    releases = [full_release("ocds-a"), full_release("ocds-b")]
    for one in releases:
        one["tender"]["numberOfTenderers"] = 1
    path = write_lines(tmp_path / "p.jsonl", releases)
    assert call(tmp_path, "load", path).exit_code == 0
    from_file = call(tmp_path, "redflags", path)
    from_graph = call(tmp_path, "redflags", "--graph")
    assert from_file.exit_code == from_graph.exit_code == 0
    assert json.loads(from_graph.stdout) == json.loads(from_file.stdout)
    assert json.loads(from_graph.stdout)["OCID"]["ocds-a"] == {"R018": 1.0, "R035": 2.0, "R036": 1.0}
    rows = csv.DictReader(
        io.StringIO(call(tmp_path, "redflags", "--graph", "--also", "conduct", "--format", "csv").stdout)
    )
    assert "LOSER" in {row["indicator"] for row in rows}


@pytest.mark.parametrize(
    "arguments",
    [["redflags"], ["redflags", "--graph", "{path}"], ["redflags", "{path}", "--split-under", "viel"],
     ["redflags", "{path}", "--split-under", "-5"], ["redflags", "{path}", "--also", "guesses"]],
)  # fmt: skip
def test_wrong_usage(tmp_path: Path, arguments: list[str]) -> None:
    path = write_lines(tmp_path / "p.jsonl", [full_release()])
    result = call(tmp_path, *(argument.format(path=path) for argument in arguments))
    assert result.exit_code == 2
    assert result.stdout == ""


def test_what_histories_leave_out_is_said(tmp_path: Path) -> None:
    release = full_release()
    del release["tender"]["tenderPeriod"]
    del release["date"]
    result = call(tmp_path, "redflags", write_lines(tmp_path / "p.jsonl", [release]), "--also", "histories")
    assert result.exit_code == 0
    other = full_release("ocds-b")
    both = call(
        tmp_path, "redflags", write_lines(tmp_path / "q.jsonl", [release, other]), "--also", "histories"
    )
    assert "have no time" in both.stderr
