"""Files for `liancheng match`: fictitious firms with valid codes, and a desk to type commands at."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from api.cli.main import cli
from graph.identifiers import org_code_check_character, uscc_check_character

BRANDS = "澄远 鼎沣 衡硕 岚启 沐阳 晟拓 弘毅 瑞禾 青石 云杉 博泽 远帆 嘉木 卓然 安澜 锦程 恒信 汇川 明德 致和".split()  # noqa: SIM905
TRADES = ("建设工程", "商贸", "物业管理", "环保科技", "园林绿化", "信息技术", "装饰设计", "机电设备")


def uscc(number: int) -> str:
    """A valid credit code of the invented region 320899."""
    body = f"MB{number:06d}"
    first = "91320899" + body + org_code_check_character(body)
    return first + uscc_check_character(first)


def firm(number: int) -> str:
    """A fictitious name; different for every number."""
    rng = random.Random(number)
    return f"临江市{rng.choice(BRANDS)}{_numeral(number)}{rng.choice(TRADES)}有限公司"


def _numeral(number: int) -> str:
    signs = "甲乙丙丁戊己庚辛壬癸"
    return "".join(signs[int(digit)] for digit in str(number))


class Desk:
    """A folder, a home, and a way to type commands."""

    def __init__(self, folder: Path, *, similar: bool = True) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        policy = folder / "policy.toml"
        policy.write_text("" if similar else "[matching]\ncandidates = 0\n", "utf-8")
        self.environment = {
            "LIANCHENG_HOME": str(folder / "home"),
            "LIANCHENG_LANG": "en",
            "LIANCHENG_POLICY": str(policy),
        }
        self.runner = CliRunner(env=self.environment)

    def __call__(self, *arguments: object) -> Result:
        return self.runner.invoke(cli, ["match", *(str(a) for a in arguments)])

    def write(self, name: str, rows: Iterable[Sequence[str]], encoding: str = "utf-8") -> Path:
        """A CSV file."""
        path = self.folder / name
        with path.open("w", encoding=encoding, newline="") as out:
            csv.writer(out).writerows(rows)
        return path

    def answer(self, *arguments: object, status: int = 0) -> list[dict[str, str]]:
        """The rows that a command prints as CSV."""
        result = self(*arguments)
        assert result.exit_code == status, result.stderr
        return list(csv.DictReader(io.StringIO(result.stdout, newline="")))

    def one(self, left: str, right: str, status: int = 0, **more: str) -> dict[str, str]:
        """What a single pair comes to."""
        path = self.write("one.csv", [("left", "right", *more), (left, right, *more.values())])
        return self.answer("pairs", path, status=status)[0]


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of an answer."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def read_json(text: str) -> Any:
    """A JSON answer."""
    return json.loads(text)
