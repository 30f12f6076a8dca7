"""The example clients of the documentation, run against a server that wants a key."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.bootstrap import now

PROGRAM = [sys.executable, "-c", "from api.cli.main import main; main()"]
LISTED, CLEAN = "91329901MAGLD00148", "91329901MAGLD00223"
CLIENTS = Path(__file__).parents[2] / "docs" / "clients"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Address and key of a running server, as a client finds them."""
    folder = tmp_path_factory.mktemp("clients")
    known = {"PATH": os.environ["PATH"], "LIANCHENG_HOME": str(folder / "home"), "LIANCHENG_LANG": "en"}
    for code in ("SXBZXR", "ZDSS", "ZFCG", "ZDWF"):
        path = folder / f"{code}.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            row = (
                ("临江澄远建设工程有限公司", LISTED)
                if code == "SXBZXR"
                else ("临江他方有限公司", "91329901MAGLD0049T")
            )
            csv.writer(out).writerows([("名称", "统一社会信用代码", "列入日期"), (*row, "2025-06-18")])
        arguments = ["load", str(path), "--list", code, "--kind", "generic", "--taken-at", now().isoformat()]
        subprocess.run([*PROGRAM, *arguments], env=known, check=True, capture_output=True)
    made = subprocess.run(
        [*PROGRAM, "keys", "create", "platform", "--format", "json"], env=known, check=True, capture_output=True
    )
    key = json.loads(made.stdout)["keys"][0]["key"]
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0"], env=known, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    found = next(found for line in process.stderr if (found := re.search(r"http://\S+", line)))
    yield {"PATH": os.environ["PATH"], "DECIDE_URL": found[0], "DECIDE_KEY": key}
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)


def request(folder: Path, *codes: str) -> Path:
    path = folder / "request.json"
    bidders = [{"client_id": f"b{n}", "identifiers": [{"id": code}]} for n, code in enumerate(codes, 1)]
    path.write_text(json.dumps({"tender": {"regime": "procurement_tender"}, "bidders": bidders}))
    return path


def test_the_python_client_says_who_is_barred(environment: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, str(CLIENTS / "platform_client.py")]
    done = subprocess.run(
        [*command, request(tmp_path, LISTED, CLEAN)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 20, done.stderr
    assert re.match(r"b1 BLOCK A01 .+\nb2 CLEAR ?\nhttp://\S+/certificate\n", done.stdout)
    clean = subprocess.run([*command, request(tmp_path, CLEAN)], env=environment, capture_output=True)
    assert clean.returncode == 0
    refused = subprocess.run(
        [*command, request(tmp_path, CLEAN)], env=environment | {"DECIDE_KEY": "lc_x"}, capture_output=True
    )
    assert (refused.returncode, b"http.auth" in refused.stderr) == (3, True)


def test_curl(environment: dict[str, str], tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("needs curl")
    path = request(tmp_path, LISTED)
    done = [
        subprocess.run([str(CLIENTS / "decide.sh"), path], env=environment, capture_output=True, check=True)
        for _ in range(2)
    ]
    assert json.loads(done[0].stdout)["verdict"] == "BLOCK"
    assert done[0].stdout == done[1].stdout
    wrong = environment | {"DECIDE_KEY": "lc_x"}
    refused = subprocess.run([str(CLIENTS / "decide.sh"), path], env=wrong, capture_output=True)
    assert refused.returncode != 0
    assert json.loads(refused.stdout)["code"] == "http.auth"


def test_java(environment: dict[str, str], tmp_path: Path) -> None:
    if shutil.which("javac") is None:
        pytest.skip("needs a JDK: only a runtime or nothing is installed")
    done = subprocess.run(
        ["java", str(CLIENTS / "Decide.java"), request(tmp_path, LISTED)], env=environment, capture_output=True
    )
    assert json.loads(done.stdout)["verdict"] == "BLOCK", done.stderr
