"""The main job in process: load, lists, screen, decide, explain, replay, review, audit."""

from __future__ import annotations

import csv
import io
import json
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from api.bootstrap import now
from api.cli.main import cli
from api.settings import read_settings

COURT = ("被执行人姓名/名称", "身份证号码/组织机构代码", "法定代表人或者负责人姓名", "执行法院", "省份", "案号",
         "失信被执行人行为具体情形", "发布时间")  # fmt: skip
LISTED, CLEAN = "91329901MAGLD00148", "91329901MAGLD00223"
PERSON = "329901198811062462"


class House:
    """A home with lists in it, and a way to type commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.runner = CliRunner(env={"LIANCHENG_HOME": str(self.home), "LIANCHENG_LANG": "en"})

    def __call__(self, *arguments: object, input: str | None = None) -> Result:
        return self.runner.invoke(cli, [str(a) for a in arguments], input=input)

    def write(self, name: str, rows: Sequence[tuple[str, ...]]) -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
        return path


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = House(tmp_path_factory.mktemp("house"))
    court = house.write(
        "失信被执行人.csv",
        [
            COURT,
            ("临江澄远建设工程有限公司", LISTED, "虚构甲", "临江市清溪区人民法院", "江苏", "(2025)临0102执501号",
             "有履行能力而拒不履行生效法律文书确定义务", "2025年06月18日"),
            ("虚构李四", "3299011988****2462", "", "临江市清溪区人民法院", "江苏", "(2025)临0102执502号",
             "违反财产报告制度", "2025年06月18日"),
        ],
    )  # fmt: skip
    taken = now().isoformat(timespec="seconds")
    result = house("load", court, "--taken-at", taken, "--format", "json")
    assert result.exit_code == 0, result.stderr
    for code in ("ZDSS", "ZFCG", "ZDWF", "ZTBJ"):
        rows = [
            ("名称", "统一社会信用代码", "列入日期"),
            ("临江他方有限公司", "91329901MAGLD0049T", "2020-01-01"),
        ]
        path = house.write(f"{code}.csv", rows)
        result = house("load", path, "--list", code, "--kind", "generic", "--taken-at", taken)
        assert result.exit_code == 0, result.stderr
    return house


@pytest.fixture(scope="module")
def bidders(house: House) -> Path:
    return house.write(
        "投标人.csv",
        [
            ("投标人名称", "统一社会信用代码", "项目负责人", "项目负责人证件号码"),
            ("临江澄远建设工程有限公司", LISTED, "", ""),
            ("=临江启禾市政园林有限公司", CLEAN, "", ""),
            ("临江启禾市政园林有限公司", CLEAN, "虚构李四", PERSON),
            ("", "", "虚构王五", ""),
        ],
    )


@pytest.fixture(scope="module")
def screened(house: House, bidders: Path) -> list[dict[str, Any]]:
    result = house("screen", bidders, "--regime", "政府采购", "--format", "json")
    assert result.exit_code == 1, result.stderr
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return rows


def test_screen_gives_one_row_a_bidder_with_the_fixed_columns(screened: list[dict[str, Any]]) -> None:
    assert [row["row"] for row in screened] == [2, 3, 4, 5]
    assert set(screened[0]) == {
        "row", "client_id", "name", "code", "verdict", "rules", "records", "tier", "remark", "decision_id",
    }  # fmt: skip
    assert [row["verdict"] for row in screened] == ["BLOCK", "CLEAR", "REVIEW", "UNDETERMINED"]
    assert (screened[0]["tier"], screened[0]["rules"][0]) == ("E1", "A01")
    assert "rejected" in screened[3]["remark"]


def test_no_identity_number_is_printed(house: House, bidders: Path, screened: list[dict[str, Any]]) -> None:
    said = house("screen", bidders, "--regime", "政府采购", "--lang", "zh")
    explained = house("explain", screened[2]["decision_id"], "--trace")
    for result in (said, explained):
        assert PERSON not in result.stdout + result.stderr


def test_csv_and_xlsx_are_safe_and_complete(house: House, bidders: Path) -> None:
    for suffix in ("csv", "xlsx", "jsonl", "html", "txt"):
        target = house.folder / f"answer.{suffix}"
        assert house("screen", bidders, "--regime", "政府采购", "-o", target).exit_code == 1
        assert target.stat().st_size > 100
    rows = list(csv.DictReader(io.StringIO((house.folder / "answer.csv").read_text("utf-8-sig"))))
    assert rows[1]["name"].startswith("'=")
    book = openpyxl.load_workbook(house.folder / "answer.xlsx")
    assert {cell.data_type for cell in book["liancheng"]["C"][1:]} <= {"s", "inlineStr"}
    book.close()
    page = (house.folder / "answer.html").read_text("utf-8")
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert "@media print" in page


def test_a_report_escapes_what_records_say(house: House) -> None:
    evil = house.write("evil.csv", [("投标人名称",), ("<script>alert(1)</script>有限公司",)])
    target = house.folder / "evil.html"
    house("screen", evil, "-o", target)
    page = target.read_text("utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("names", "status"),
    [
        ([("临江启禾市政园林有限公司", CLEAN)], 0),
        ([("临江澄远建设工程有限公司", LISTED), ("临江启禾市政园林有限公司", CLEAN)], 20),
        ([("临江启禾市政园林有限公司", CLEAN), ("", "")], 15),
    ],
)
def test_exit_verdict(house: House, names: list[tuple[str, str]], status: int) -> None:
    rows = [("投标人名称", "统一社会信用代码", "备注"), *((*pair, "x") for pair in names)]
    path = house.write("exit.csv", rows)
    assert house("screen", path, "--regime", "procurement_tender", "--exit-verdict").exit_code == status


def test_rows_of_one_project_are_one_decision(house: House) -> None:
    head = ("项目编号", "投标人名称", "统一社会信用代码")
    first, second = ("临江澄远建设工程有限公司", LISTED), ("临江启禾市政园林有限公司", CLEAN)
    path = house.write(
        "projects.csv", [head, ("P1", *first), ("P2", *second), ("P1", *second), ("", *second)]
    )
    rows = json.loads(house("screen", path, "--format", "json").stdout)
    ids = [row["decision_id"] for row in rows]
    assert ids[0] == ids[2]
    assert len(set(ids)) == 3
    tender = house.folder / "tender.json"
    tender.write_text(json.dumps({"id": "P1", "regime": "政府采购"}), "utf-8")
    rows = json.loads(house("screen", path, "--tender", tender, "--format", "json").stdout)
    assert len({row["decision_id"] for row in rows}) == 1


def test_a_bidder_in_a_consortium_and_alone_is_blocked_by_the_pair(house: House) -> None:
    path = house.write(
        "pair.csv",
        [
            ("项目编号", "投标人名称", "统一社会信用代码", "联合体名称（如有）", "联合体成员代码"),
            ("P1", "临江启禾市政园林有限公司", CLEAN, "", ""),
            (
                "P1",
                "临江沐川商贸有限公司",
                "91329901MAGLD0049T",
                "临江沐川商贸有限公司、临江启禾市政园林有限公司",
                f"91329901MAGLD0049T、{CLEAN}",
            ),
        ],
    )
    rows = json.loads(house("screen", path, "--format", "json").stdout)
    assert [row["verdict"] for row in rows] == ["BLOCK", "BLOCK"]
    assert "B13" in rows[0]["rules"]


def test_options_override_the_tender_and_bad_ones_are_told(house: House, bidders: Path) -> None:
    assert house("screen", bidders, "--invoked", "NONSENSE").exit_code == 2
    result = house("screen", bidders, "--regime", "barter")
    assert result.exit_code == 2
    assert "/tender/regime" in result.stderr
    tender = house.folder / "bad.json"
    tender.write_text("[1]", "utf-8")
    assert house("screen", bidders, "--tender", tender).exit_code == 2


def test_lists_shows_age_source_and_what_is_missing(house: House) -> None:
    document = json.loads(house("lists", "--format", "json").stdout)
    lists = {row["code"]: row for row in document["lists"]}
    assert lists["SXBZXR"]["records"] == 2
    assert lists["SXBZXR"]["state"] == "fresh"
    assert lists["SXBZXR"]["sources"][0]["accepted"] == 2
    assert not any(lists[code]["stale"] for code in ("ZDSS", "ZFCG", "ZDWF", "ZTBJ"))


def test_load_reports_every_rejected_row_and_loading_twice_changes_nothing(house: House) -> None:
    path = house.write("jyyc.csv", [
        ("企业名称", "统一社会信用代码", "列入经营异常名录原因", "列入日期", "作出决定机关"),
        ("临江丙有限公司", "91329901MAGLD0030X", "未按规定公示年度报告", "2026-01-05", "临江市市场监督管理局"),
        ("", "", "未按规定公示年度报告", "2026-01-05", "临江市市场监督管理局"),
    ])  # fmt: skip
    first = house("load", path, "--list", "JYYC", "--format", "json")
    assert first.exit_code == 1
    report = json.loads(first.stdout)
    assert set(report["files"][0]) >= {"path", "kind", "rows", "accepted", "rejected", "columns", "changed"}
    assert [item["row"] for item in report["files"][0]["rejected"]] == [3]
    assert report["files"][0]["changed"] == {"added": 1, "updated": 0, "ended": 0}
    again = json.loads(house("load", path, "--list", "JYYC", "--format", "json").stdout)
    assert again["files"][0]["changed"] == {"added": 0, "updated": 0, "ended": 0}


def test_a_dry_run_changes_nothing(house: House) -> None:
    before = house("lists", "--format", "json").stdout
    path = house.write(
        "red.csv", [("纳税人名称", "纳税人识别号", "评价年度"), ("临江丁有限公司", CLEAN, "2025")]
    )
    result = house("load", path, "--list", "RED", "--kind", "red", "--dry-run")
    assert "nothing was changed" in result.stderr
    after = json.loads(house("lists", "--format", "json").stdout)
    assert after["generation"] == json.loads(before)["generation"]


def test_a_foreign_file_is_unreadable_and_leaves_everything(house: House) -> None:
    path = house.folder / "picture.csv"
    path.write_bytes(bytes(range(256)) * 20)
    result = house("load", path)
    assert result.exit_code in (1, 3)
    assert "store is as it was" in result.stderr
    assert "Traceback" not in result.stderr


def test_decide_explain_replay(house: House) -> None:
    body = json.dumps({"tender": {"regime": "政府采购"}, "bidders": [{"identifiers": [{"id": LISTED}]}]})
    decided = house("decide", "-", "--exit-verdict", input=body)
    assert decided.exit_code == 20
    decision = json.loads(decided.stdout)
    assert decision["verdict"] == "BLOCK"
    told = house("explain", decision["decision_id"], "--lang", "zh").stdout
    for words in ("A01", "不得参加", "依据：", "证据：", "救济：", "锁定"):
        assert words in told
    stored = house("explain", decision["decision_id"], "--format", "json").stdout
    assert stored == decided.stdout
    replayed = house("replay", decision["decision_id"])
    assert (replayed.exit_code, replayed.stdout) == (0, "identical: true\n")
    document = json.loads(house("replay", decision["decision_id"], "--format", "json").stdout)
    assert document["identical"] is True
    assert house("explain", decision["decision_id"], "-o", house.folder / "one.html").exit_code == 0
    assert house("decide", "-", "--format", "table", input=body).stdout.count("BLOCK") == 1


def test_decide_tells_every_error_with_its_place(house: House) -> None:
    body = json.dumps({"tender": {"regime": "x"}, "bidders": [{"name": 3}, {"name": "甲", "colour": "red"}]})
    result = house("decide", "-", input=body)
    assert result.exit_code == 2
    assert result.stdout == ""
    for place in ("/tender/regime", "/bidders/0/name", "/bidders/1/colour"):
        assert place in result.stderr


def test_a_review_changes_later_decisions(house: House, screened: list[dict[str, Any]]) -> None:
    waiting = json.loads(house("review", "list", "--format", "json").stdout)["matches"]
    match = next(m for m in waiting if m["decision_id"] == screened[2]["decision_id"])
    assert match["name"] == "虚构李四"
    assert match["submitted"] != match["name"]
    wrong = house("review", "reject", match["decision_id"], "nothing", "--by", "a", "--reason", "b")
    assert wrong.exit_code == 2
    other = "8ce5a45a731a3d394733cf739c853af9"
    assert (
        other in house("review", "reject", match["decision_id"], other, "--by", "a", "--reason", "b").stderr
    )
    private = house("review", "reject", match["decision_id"], PERSON, "--by", "a", "--reason", "b")
    assert private.exit_code == 2
    assert PERSON not in private.stderr
    numbered = house(
        "review", "reject", match["decision_id"], match["record"], "--by", PERSON, "--reason", "b"
    )
    assert numbered.exit_code == 2
    done = house(
        "review", "reject", match["decision_id"], match["record"], "--by", "clerk-1", "--reason", "other"
    )
    assert done.exit_code == 0, done.stderr
    named = (match["decision_id"], match["record"], "--by", "clerk-2", "--reason", "seen", "--format", "json")
    same = json.loads(house("review", "reject", *named).stdout)
    assert (same["recorded"], same["answer"]) == (False, "reject")
    refused = house("review", "confirm", *named, "--lang", "en")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "clerk-1 rejected this match" in refused.stderr
    for reply in ("confirm", "reject"):
        made = json.loads(house("review", reply, *named, "--correct").stdout)
        assert (made["recorded"], made["answer"]) == (True, reply)
    path = house.write("again.csv", [
        ("投标人名称", "统一社会信用代码", "项目负责人", "项目负责人证件号码"),
        ("临江启禾市政园林有限公司", CLEAN, "虚构李四", PERSON),
    ])  # fmt: skip
    rows = json.loads(house("screen", path, "--regime", "政府采购", "--format", "json").stdout)
    assert rows[0]["verdict"] == "CLEAR"
    replayed = house("replay", screened[2]["decision_id"])
    assert replayed.stdout == "identical: true\n"


def test_the_ledger_is_verified(house: House, screened: list[dict[str, Any]]) -> None:
    result = house("audit", "verify", "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["ok"] is True


def test_another_store_has_generations_of_its_own(house: House, bidders: Path) -> None:
    other = house.folder / "other.db"
    result = house("--store", other, "screen", bidders)
    assert result.exit_code == 3
    path = house.write(
        "one.csv", [("名称", "统一社会信用代码", "列入日期"), ("临江戊有限公司", CLEAN, "2026-01-01")]
    )
    assert house("load", path, "--list", "SXBZXR", "--kind", "generic", "--store", other).exit_code == 0
    rows = json.loads(house("screen", bidders, "--store", other, "--format", "json").stdout)
    assert rows[1]["verdict"] != "CLEAR"
    lists = json.loads(house("lists", "--format", "json").stdout)["lists"]
    assert next(row for row in lists if row["code"] == "SXBZXR")["records"] == 2


def test_real_data_and_the_demo_never_mix(house: House) -> None:
    result = house("demo", house.folder / "city", "--load")
    assert result.exit_code == 3
    assert "holds real data" in result.stderr


def test_decisions_go_on_and_loads_say_so_while_neo4j_is_away(house: House, bidders: Path) -> None:
    with socket.socket() as nobody:  # bound and not listening: whoever connects is refused
        nobody.bind(("127.0.0.1", 0))
        away = f"bolt://127.0.0.1:{nobody.getsockname()[1]}"
        settings = read_settings({"LIANCHENG_HOME": str(house.home), "LIANCHENG_STORE": away}, house.folder)
        for folder in ("generations", "segments", "search"):
            shutil.copytree(house.home / folder, settings.data_root / folder)
        shutil.copy(house.home / "current", settings.data_root)
        told = House(house.folder)
        told.runner = CliRunner(env={**house.runner.env, "LIANCHENG_STORE": away, "NEO4J_PASSWORD": "geheim"})
        asked = ("screen", bidders, "--regime", "政府采购", "--format", "json")
        answers = [one(*asked) for one in (house, told)]
        assert [answer.exit_code for answer in answers] == [1, 1], answers[1].stderr
        rows = [json.loads(answer.stdout) for answer in answers]
        # the third was asked of a person, who may have answered by now
        verdicts = [[row["verdict"] for row in answer] for answer in rows]
        assert verdicts[0] == verdicts[1]
        assert [verdicts[1][place] for place in (0, 1, 3)] == ["BLOCK", "CLEAR", "UNDETERMINED"]
        for words in (("load", bidders, "--kind", "bids"), ("graph", "export"), ("redflags", "--graph")):
            result = told(*words)
            assert (result.exit_code, result.stdout) == (3, "")
            assert f"{away}/neo4j is not available" in result.stderr
            assert "decisions go on" in result.stderr
            assert "geheim" not in result.stderr
            assert "Traceback" not in result.stderr


def test_the_key_is_private_and_stays(house: House, screened: list[dict[str, Any]]) -> None:
    from api.bootstrap import HomeError, secret_key

    settings = read_settings({"LIANCHENG_HOME": str(house.home)}, house.folder)
    assert settings.secret_file.stat().st_mode & 0o777 == 0o600
    assert secret_key(settings) == secret_key(settings)
    settings.secret_file.chmod(0o644)
    with pytest.raises(HomeError, match=r"home\.secret_open"):
        secret_key(settings)
    settings.secret_file.chmod(0o600)


def test_doctor(house: House) -> None:
    document = json.loads(house("doctor", "--format", "json").stdout)
    states = {check["name"]: check["state"] for check in document["checks"]}
    for name in ("python", "rooms", "home", "store", "generation", "ledger", "clock"):
        assert states[name] == "ok", document


def test_a_list_without_bidders_is_never_fine(house: House) -> None:
    path = house.write("empty.csv", [("投标人名称", "统一社会信用代码")])
    result = house("screen", path)
    assert result.exit_code == 1
    assert "holds no bidder" in result.stderr
    assert house("screen", path, "--exit-verdict").exit_code == 15
