"""`liancheng review`: a rejected pair stays away until the record or the party changes; a confirmed one blocks."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.bootstrap import now
from api.cli.main import cli

NAME = "临江澄远建设工程有限公司"
COURT = (
    "被执行人姓名/名称",
    "身份证号码/组织机构代码",
    "执行法院",
    "案号",
    "失信被执行人行为具体情形",
    "发布时间",
)
RECORD = (NAME, "", "临江市清溪区人民法院", "(2025)临0102执501号", "违反财产报告制度", "2025年06月18日")
QUIET = ("ZDSS", "ZFCG", "ZDWF", "ZTBJ")


class House:
    """A home with the lists that a procurement needs, and a way to type commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runner = CliRunner(env={"LIANCHENG_HOME": str(folder / "home"), "LIANCHENG_LANG": "en"})
        self.load("court.csv", [COURT, RECORD])
        for code in QUIET:
            rows = [
                ("名称", "统一社会信用代码", "列入日期"),
                ("临江他方有限公司", "91329901MAGLD0049T", "2020-01-01"),
            ]
            self.load(f"{code}.csv", rows, "--list", code, "--kind", "generic")

    def __call__(self, *arguments: object) -> Result:
        result = self.runner.invoke(cli, [str(a) for a in arguments])
        assert result.exit_code == 0, result.stderr
        return result

    def write(self, name: str, rows: Sequence[tuple[str, ...]]) -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
        return path

    def load(self, name: str, rows: Sequence[tuple[str, ...]], *more: object) -> None:
        self("load", self.write(name, rows), "--taken-at", now().isoformat(timespec="seconds"), *more)

    def verdict(self, *cells: str) -> str:
        """What a bidder gets: name, legal representative."""
        path = self.write("bidders.csv", [("投标人名称", "法定代表人"), cells])
        rows = json.loads(self("screen", path, "--regime", "政府采购", "--format", "json").stdout)
        return str(rows[0]["verdict"])

    def answer(self, reply: str) -> None:
        """A person's answer about the match that waits."""
        waiting = json.loads(self("review", "list", "--format", "json").stdout)["matches"]
        match = next(m for m in waiting if m["submitted"] == NAME)
        self(
            "review",
            reply,
            match["decision_id"],
            match["record"],
            "--by",
            "clerk-1",
            "--reason",
            "papers seen",
        )


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_rejection_is_remembered_until_the_party_or_the_record_changes(house: House) -> None:
    assert house.verdict(NAME, "") == "REVIEW"
    house.answer("reject")
    assert house.verdict(NAME, "") == "CLEAR"
    assert house.verdict(NAME, "虚构甲") == "REVIEW", "another party: it states a legal representative"
    assert house.verdict(NAME, "") == "CLEAR"
    house.load("court.csv", [COURT, RECORD])
    assert house.verdict(NAME, "") == "CLEAR", "the same record in a newer snapshot"
    house.load("court.csv", [COURT, (*RECORD[:4], "有履行能力而拒不履行", RECORD[5])])
    assert house.verdict(NAME, "") == "REVIEW", "the record says something else now"


def test_a_confirmation_makes_later_decisions_block_and_leaves_the_queue(house: House) -> None:
    assert house.verdict(NAME, "") == "REVIEW"
    house.answer("confirm")
    waiting = json.loads(house("review", "list", "--format", "json").stdout)["matches"]
    assert [match for match in waiting if match["submitted"] == NAME] == []
    assert house.verdict(NAME, "") == "BLOCK"
    assert house("audit", "verify").exit_code == 0
