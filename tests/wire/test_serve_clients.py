"""The example clients of the documentation, run against a server that wants a key."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import CLEAN, LISTED, NAME, Installation, ask

from api.principals import Scope

CLIENTS = Path(__file__).parents[2] / "docs" / "clients"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Address and key of a running server, as a client finds them."""
    house = Installation(tmp_path_factory.mktemp("clients") / "home", LIANCHENG_WORK="off")
    house.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18")]})
    key = house.key(Scope.DECIDE, Scope.READ)
    with house.started() as (_, address):
        yield {"PATH": os.environ["PATH"], "DECIDE_URL": address, "DECIDE_KEY": key}


def request(folder: Path, *codes: str) -> Path:
    path = folder / "request.json"
    path.write_text(json.dumps(ask(*codes)))
    return path


def test_the_python_client_says_who_is_barred(environment: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, str(CLIENTS / "platform_client.py")]
    done = subprocess.run(
        [*command, request(tmp_path, LISTED, CLEAN)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 20, done.stderr
    assert re.match(r"b0 BLOCK A01 .+\nb1 CLEAR ?\nhttp://\S+/certificate\n", done.stdout)
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
        subprocess.run(
            [str(CLIENTS / "decide.sh"), path], env=environment | once, capture_output=True, check=True
        )
        for once in ({"DECIDE_ONCE": "bid-7"}, {"DECIDE_ONCE": "bid-7"}, {})
    ]
    assert json.loads(done[0].stdout)["verdict"] == "BLOCK"
    assert done[0].stdout == done[1].stdout
    # an unchanged request is decided anew: yesterday's answer is nobody's answer of today
    assert json.loads(done[2].stdout)["decision_id"] != json.loads(done[0].stdout)["decision_id"]
    wrong = environment | {"DECIDE_KEY": "lc_x"}
    refused = subprocess.run([str(CLIENTS / "decide.sh"), path], env=wrong, capture_output=True)
    assert refused.returncode != 0
    assert json.loads(refused.stdout)["code"] == "http.auth"


def test_java(environment: dict[str, str], tmp_path: Path) -> None:
    if shutil.which("javac") is None:
        pytest.skip("needs a JDK: only a runtime or nothing is installed")
    done = subprocess.run(
        ["java", str(CLIENTS / "Decide.java"), request(tmp_path, LISTED)],
        env=environment,
        capture_output=True,
    )
    decision = json.loads(done.stdout)
    assert decision["verdict"] == "BLOCK", done.stderr
    # in UTF-8, whatever the machine's language is
    assert "?" not in decision["bidders"][0]["reasons"][0]["title"]["zh"]
